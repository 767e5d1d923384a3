//! Where a body is text: there marks of other programs are marks, and in code they are what they show.

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::LinkType;

use crate::markdown::html::tokens::{TokenKind, whole_token};
use crate::markdown::places::is_escaped;
use crate::markdown::text::{code_element, code_tag};
use crate::markdown::{Document, Event, Tag};

/// Tags whose blocks of HTML hold code, or nothing that is text.
const OPAQUE_HTML: [&str; 9] = [
    "<pre",
    "<code",
    "<kbd",
    "<samp",
    "<tt",
    "<script",
    "<style",
    "<textarea",
    "<!--",
];

pub(super) struct Prose<'a> {
    source: &'a str,
    /// Code, formulas, tags and addresses, in order.
    opaque: Vec<Range<usize>>,
}

impl<'a> Prose<'a> {
    pub(super) fn of(document: &'a Document<'_>) -> Self {
        let source = document.source;
        let mut opaque: Vec<Range<usize>> = Vec::new();
        // Elements of code that stand open in a line, and where the first began.
        let mut open = (0_usize, 0);
        for (event, range) in &document.events {
            let range = match event {
                Event::Start(
                    Tag::CodeBlock(_)
                    | Tag::Link {
                        link_type: LinkType::Autolink | LinkType::Email,
                        ..
                    },
                )
                | Event::Code(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_) => range.clone(),
                Event::Start(Tag::HtmlBlock) if is_opaque(source, range) => range.clone(),
                Event::InlineHtml(html) => {
                    // Most tags are of other elements, and need not be read for that.
                    match code_tag(html).and_then(|_| whole_token(html)) {
                        Some(TokenKind::Open(tag)) if code_element(&tag.name) => {
                            if open.0 == 0 {
                                open.1 = range.start;
                            }
                            open.0 += 1;
                        }
                        Some(TokenKind::Close(name)) if code_element(&name) && open.0 > 0 => {
                            open.0 -= 1;
                            if open.0 == 0 {
                                push(&mut opaque, open.1..range.end);
                            }
                        }
                        _ => {}
                    }
                    range.clone()
                }
                Event::End(end) if !crate::markdown::text::is_inline_end(*end) => {
                    open.0 = 0;
                    continue;
                }
                _ => continue,
            };
            push(&mut opaque, range);
        }
        Self { source, opaque }
    }

    /// Whether a place is text.
    pub(super) fn has(&self, at: usize) -> bool {
        let next = self.opaque.partition_point(|range| range.end <= at);
        self.opaque.get(next).is_none_or(|range| at < range.start)
    }

    /// Whether nothing of a range is code.
    pub(super) fn holds(&self, range: &Range<usize>) -> bool {
        let next = self
            .opaque
            .partition_point(|opaque| opaque.end <= range.start);
        self.opaque
            .get(next)
            .is_none_or(|opaque| range.end <= opaque.start)
    }

    /// Where a mark stands in the text that no backslash escapes.
    pub(super) fn find(&self, mark: &'a str) -> impl Iterator<Item = usize> {
        memmem::find_iter(self.source.as_bytes(), mark)
            .filter(|at| self.has(*at) && !is_escaped(self.source, *at))
    }

    /// Where a mark stands in the text at the beginning of its line.
    pub(super) fn line_starts(&self, mark: &'a str) -> impl Iterator<Item = usize> {
        memmem::find_iter(self.source.as_bytes(), mark).filter(|at| {
            let before = at
                .checked_sub(1)
                .map(|before| self.source.as_bytes().get(before));
            matches!(before, None | Some(Some(b'\n'))) && self.has(*at)
        })
    }

    /// The lines of the source, without their breaks.
    pub(super) fn lines(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', self.source.as_bytes());
        ends.chain([self.source.len()]).map(move |end| {
            let text = self.source.get(start..end).unwrap_or_default();
            let line = start..start + text.strip_suffix('\r').unwrap_or(text).len();
            start = end + 1;
            line
        })
    }
}

fn is_opaque(source: &str, range: &Range<usize>) -> bool {
    let html = source.as_bytes().get(range.clone()).unwrap_or_default();
    memchr::memchr_iter(b'<', html).any(|at| {
        let first = html.get(at + 1).map(u8::to_ascii_lowercase);
        let begins = |tag: &&str| {
            let text = html.get(at..at + tag.len());
            text.is_some_and(|text| text.eq_ignore_ascii_case(tag.as_bytes()))
        };
        // Most tags begin with another letter.
        matches!(first, Some(b'p' | b'c' | b'k' | b's' | b't' | b'!'))
            && OPAQUE_HTML.iter().any(begins)
    })
}

/// Adds a range that begins behind the others, or reaches back over some of them.
fn push(opaque: &mut Vec<Range<usize>>, range: Range<usize>) {
    let mut range = range;
    while let Some(last) = opaque.last()
        && range.start < last.end
    {
        range = range.start.min(last.start)..range.end.max(last.end);
        opaque.pop();
    }
    opaque.push(range);
}
