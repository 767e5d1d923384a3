//! The lines of text of a document, and how deep in containers each stands.

use pulldown_cmark::TagEnd;

use crate::markdown::text;
use crate::markdown::{Document, Event, Tag};

/// The lines of text of a document: what stands between two places where a block begins or ends.
pub(super) struct Leaves {
    /// Where a block begins or ends, and the containers that are open from there on.
    bounds: Vec<(usize, usize)>,
}

impl Leaves {
    pub(super) fn of(document: &Document<'_>) -> Self {
        let mut depth = 0_usize;
        let mut bounds = Vec::new();
        for (event, range) in &document.events {
            match event {
                Event::Start(tag) if !text::is_inline(tag) => {
                    depth += usize::from(is_container(tag));
                    bounds.push((range.start, depth));
                }
                Event::End(end) if !text::is_inline_end(*end) => {
                    depth = depth.saturating_sub(usize::from(ends_container(*end)));
                    bounds.push((range.end, depth));
                }
                _ => {}
            }
        }
        Self { bounds }
    }

    pub(super) fn index(&self, at: usize) -> usize {
        self.bounds.partition_point(|(bound, _)| *bound <= at)
    }

    /// How many quotes, lists and tables a place stands in.
    pub(super) fn depth(&self, at: usize) -> usize {
        let before = self.index(at).checked_sub(1);
        before
            .and_then(|index| self.bounds.get(index))
            .map_or(0, |(_, depth)| *depth)
    }
}

fn is_container(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::BlockQuote | Tag::List | Tag::FootnoteDefinition | Tag::Table
    )
}

fn ends_container(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::FootnoteDefinition | TagEnd::Table
    )
}
