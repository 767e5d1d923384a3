//! Definitions of links and images, led somewhere as links are (2.9.9).

use std::ops::Range;

use memchr::memmem;

use super::Links;
use crate::body::targets::{Kind, Target, resolve};
use crate::diagnostics::Code;
use crate::markdown::definition::{self, covered};
use crate::markdown::html::entities;
use crate::markdown::places::begins_line;
use crate::markdown::url::{self, inner};
use crate::markdown::{Document, Event, Tag};
use crate::marks::WORD_JOINER;

impl Links<'_, '_> {
    /// Every `]:` outside the blocks that hold text belongs to a definition, whether the parser
    /// uses it or an equal one before it.
    pub(super) fn definitions(&mut self, document: &Document<'_>) {
        if !document.has("]:") {
            return;
        }
        for (event, range) in &document.events {
            if matches!(event, Event::Start(Tag::FootnoteDefinition)) {
                self.footnote(range);
            }
        }
        let covered = covered(document);
        let mut next = 0;
        let mut position = 0;
        let mark = memmem::Finder::new("]:");
        let find = |text: &str| mark.find(text.as_bytes());
        while let Some(at) = self.source.get(position..).and_then(find) {
            let colon = position + at;
            position = colon + 2;
            while covered.get(next).is_some_and(|range| range.end <= colon) {
                next += 1;
            }
            if covered.get(next).is_some_and(|range| range.start <= colon) {
                continue;
            }
            position = self.definition(position);
        }
    }

    /// Keeps a footnote from being the definition of a link to a dangerous address: to who knows no footnotes, its mark
    /// is a label like any other.
    fn footnote(&mut self, note: &Range<usize>) {
        let text = self.source.get(note.clone()).unwrap_or_default();
        let Some(destination) = text
            .find("]:")
            .and_then(|label| definition::destination(self.source, note.start + label + 2))
        else {
            return;
        };
        let written = self.source.get(destination.clone()).unwrap_or_default();
        let rest = self.source.get(destination.end..).unwrap_or_default();
        let rest = rest.lines().next().unwrap_or_default().trim();
        let is_definition = !written.starts_with(WORD_JOINER)
            && (rest.is_empty() || rest.starts_with(['"', '\'', '(']));
        let url = entities::destination(inner(written));
        if is_definition && matches!(resolve(&url, Kind::Link, self.options), Target::Unsafe) {
            self.splice.insert(destination.start, WORD_JOINER);
        }
    }

    /// Rewrites the destination of the definition whose label ends before `from`; returns where
    /// it ends.
    fn definition(&mut self, from: usize) -> usize {
        let Some(range) = definition::destination(self.source, from) else {
            return from;
        };
        let written = self.source.get(range.clone()).unwrap_or_default();
        let url = entities::destination(inner(written));
        let kind = if self.images.contains(&url) {
            Kind::Image
        } else {
            Kind::Link
        };
        if url.is_empty() {
            return range.end;
        }
        match self.target(&url, kind) {
            Target::Keep => {}
            Target::Rewrite { url, .. } => self.splice.replace(range.clone(), url::write(&url)),
            Target::Missing => self.point_nowhere(&range),
            Target::Unsafe => {
                self.warnings.add(Code::UnsafeUrl, range.start, &url);
                self.point_nowhere(&range);
            }
        }
        range.end
    }

    /// Gives a definition the address `#`, which on a line of its own would be a heading.
    fn point_nowhere(&mut self, destination: &Range<usize>) {
        let nowhere = if begins_line(self.source, destination.start) {
            "<#>"
        } else {
            "#"
        };
        self.splice.replace(destination.clone(), nowhere);
    }
}
