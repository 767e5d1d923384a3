//! A body as the rules for other programs' Markdown look at it (2.9.14).

use std::ops::Range;

use super::outside_code::Prose;
use crate::hidden::hide_in_value;
use crate::markdown::places::escape;
use crate::markdown::{Document, Event, Tag};

/// What a rule is given.
pub(super) struct Page<'p, 'a> {
    pub(super) document: &'p Document<'a>,
    /// Where marks may stand: text, not code.
    pub(super) prose: Prose<'p>,
    pub(super) is_obsidian: bool,
    pub(super) headings: Vec<Range<usize>>,
    /// Code in fences, with what stands behind the first.
    pub(super) fences: Vec<(&'p str, Range<usize>)>,
    /// Code that is told by its indentation.
    pub(super) indented: Vec<Range<usize>>,
    pub(super) links: Vec<Range<usize>>,
    /// Where a `<` stands.
    pub(super) angles: Vec<usize>,
    /// Tags in lines of text.
    pub(super) tags: Vec<Range<usize>>,
}

impl<'p, 'a> Page<'p, 'a> {
    pub(super) fn of(document: &'p Document<'a>, is_obsidian: bool) -> Self {
        let mut page = Self {
            document,
            prose: Prose::of(document),
            is_obsidian,
            headings: Vec::new(),
            fences: Vec::new(),
            indented: Vec::new(),
            links: Vec::new(),
            angles: memchr::memchr_iter(b'<', document.source.as_bytes()).collect(),
            tags: Vec::new(),
        };
        for (event, range) in &document.events {
            let places = match event {
                Event::Start(Tag::Heading { .. }) => &mut page.headings,
                Event::Start(Tag::CodeBlock(None)) => &mut page.indented,
                Event::Start(Tag::CodeBlock(Some(info))) => {
                    page.fences.push((&**info, range.clone()));
                    continue;
                }
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => &mut page.links,
                Event::InlineHtml(_) => &mut page.tags,
                _ => continue,
            };
            places.push(range.clone());
        }
        page
    }
}

impl Page<'_, '_> {
    /// Whether a `<` is no part of code.
    pub(super) fn may_be_tag(&self, at: usize) -> bool {
        self.prose.has(at) || around(&self.tags, at).is_some_and(|tag| tag.start == at)
    }
}

/// The range that a place stands in, of several in order.
pub(super) fn around(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let later = ranges.partition_point(|range| range.start <= at);
    let range = ranges.get(later.checked_sub(1)?)?;
    range.contains(&at).then_some(range)
}

/// Plain text as Markdown, without what is hidden in it: with a reference for `<`, since some programs know no backslash below a tag.
pub(super) fn plain(text: &str) -> String {
    let shown = hide_in_value(text);
    let text = shown.as_ref().map_or(text, |shown| shown.body.trim());
    escape(text, true).replace("\\<", "&lt;")
}
