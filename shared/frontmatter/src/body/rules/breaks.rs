//! Line breaks of notes: Obsidian shows them, so they become hard ones (2.9.4).

use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::callouts::Marker;
use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event, Tag};

/// Columns at which authors, or their editors, wrap prose.
const WRAPPED: Range<usize> = 66..122;
/// Lines that are full, at least, in a text that counts as wrapped.
const MIN_FULL_LINES: usize = 2;

/// Ends each line of a paragraph with two spaces, unless its breaks are those of a text that is wrapped at a column.
pub(crate) fn harden(document: &Document<'_>, markers: &[Marker], splice: &mut Splice) {
    let breaks = soft(document, markers);
    let full = breaks.iter().filter(|line| line.is_full(document.source));
    let full = full.count();
    if full >= MIN_FULL_LINES && full * 2 >= breaks.len() {
        return;
    }
    for line in breaks {
        splice.replace(line.blanks, "  ");
    }
}

/// A line that another one of its paragraph follows.
struct Line {
    /// What ends it before its line break.
    blanks: Range<usize>,
    /// Where the text of the next one begins.
    next: usize,
}

impl Line {
    /// Whether the first word of the next line had no room on it.
    fn is_full(&self, source: &str) -> bool {
        let before = source.get(..self.blanks.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let next = source.get(self.next..).unwrap_or_default();
        let word = next.split(char::is_whitespace).next().unwrap_or_default();
        let length = line.chars().count();
        length < WRAPPED.end && length + 1 + word.chars().count() >= WRAPPED.start
    }
}

/// The lines of paragraphs that end softly.
fn soft(document: &Document<'_>, markers: &[Marker]) -> Vec<Line> {
    let source = document.source;
    let mut lines = Vec::new();
    // Links, pictures and headings, in which a break is none.
    let mut closed = 0_usize;
    let events = document.events.as_slice();
    for (index, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Heading { .. }) => closed += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::Heading(_)) => {
                closed = closed.saturating_sub(1);
            }
            Event::SoftBreak if closed == 0 => {
                let beside = [index.checked_sub(1), index.checked_add(1)];
                let beside = beside.map(|beside| events.get(beside?));
                if beside
                    .into_iter()
                    .flatten()
                    .any(|(event, _)| breaks_line(event))
                {
                    continue;
                }
                let text = source.get(range.start..).unwrap_or_default();
                let Some(end) = text.find('\n').map(|newline| range.start + newline) else {
                    continue;
                };
                let end = source.get(..end).unwrap_or_default();
                let end = end.strip_suffix('\r').unwrap_or(end);
                let blanks = end.trim_end_matches([' ', '\t']).len()..end.len();
                let marker = markers.partition_point(|marker| marker.ends_before(blanks.start));
                let marker = markers.get(marker);
                if !marker.is_some_and(|marker| marker.ends_at(&blanks)) {
                    let next = events
                        .get(index + 1)
                        .map_or(range.end, |(_, next)| next.start);
                    lines.push(Line { blanks, next });
                }
            }
            _ => {}
        }
    }
    lines
}

/// Whether a line ends beside it in any case.
fn breaks_line(event: &Event<'_>) -> bool {
    match event {
        Event::InlineHtml(html) => html.to_ascii_lowercase().starts_with("<br"),
        Event::DisplayMath(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::body::tests::{context, options};
    use crate::body::{CleanOptions, clean};
    use crate::context::Flavor;
    use crate::markdown::Document;

    fn hardened(body: &str, flavor: Flavor) -> String {
        let context = context(flavor);
        let options = CleanOptions {
            hard_breaks: true,
            ..options(&context)
        };
        clean(&Document::parse(body), &options, |_| ()).0.body
    }

    #[test]
    fn breaks_of_notes_are_hard() {
        for (before, after) in [
            (
                "Anna: kitchen\nBen: door \nChris\n",
                "Anna: kitchen  \nBen: door  \nChris\n",
            ),
            ("- a\n  b\n- c\n", "- a  \n  b\n- c\n"),
            (
                "> [!tip] a\n> b\n> *c\n> d*\n",
                "> [!tip] a\n> b  \n> *c  \n> d*\n",
            ),
            ("a\r\nb\r\n", "a  \r\nb\r\n"),
        ] {
            assert_eq!(hardened(before, Flavor::Obsidian), after, "from {before:?}");
            assert_eq!(hardened(after, Flavor::Obsidian), after, "again");
            assert_eq!(hardened(before, Flavor::GitHub), before, "of a README");
        }
    }

    #[test]
    fn other_breaks_stay() {
        let full = "These are words of a paragraph that somebody's editor has wrapped for them\n"
            .repeat(4);
        for body in [
            full.as_str(),
            "# a\n\n| b |\n|---|\n| c |\n",
            "a<br>\nb\n",
            "[a\nb](https://e.org)\n",
            "```\na\nb\n```\n",
            "a  \nb\\\nc\n",
        ] {
            assert_eq!(hardened(body, Flavor::Obsidian), body);
        }
    }
}
