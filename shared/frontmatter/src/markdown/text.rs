//! Stretches of text: where syntax that CommonMark doesn't know may be looked for.

use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::{Document, Event, Tag};

/// How far back a line's beginning is looked for.
const MAX_PREFIX_BYTES: usize = 256;

/// A stretch of the source that is text in one parent, on one line, without any other syntax.
///
/// Backslash escapes and character references inside it are still as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) range: Range<usize>,
    /// Index of the event that opened the parent.
    pub(crate) parent: usize,
    /// Counts the lines of the parent, so that two runs can be told to stand on one line.
    pub(crate) line: usize,
    /// Whether text on its left belongs to the same line of the same parent.
    pub(crate) starts_line: bool,
    pub(crate) ends: Boundary,
    pub(crate) in_link: bool,
    pub(crate) in_table: bool,
}

/// Where the source is text, in blocks of code as well, to be asked for many places.
pub(crate) struct Texts<'a>(Vec<&'a Range<usize>>);

impl<'a> Texts<'a> {
    pub(crate) fn of(document: &'a Document<'_>) -> Self {
        let texts = document.events.iter();
        let texts = texts.filter(|(event, _)| matches!(event, Event::Text(_)));
        Self(texts.map(|(_, range)| range).collect())
    }

    pub(crate) fn contain(&self, at: usize) -> bool {
        let next = self.0.partition_point(|text| text.end <= at);
        self.0.get(next).is_some_and(|text| text.start <= at)
    }
}

/// The source's text runs, in order; none in code, mathematics, HTML or link destinations.
pub(crate) fn runs<'a>(document: &'a Document<'_>) -> &'a [Run] {
    document.runs.get_or_init(|| read(document))
}

fn read(document: &Document<'_>) -> Vec<Run> {
    let mut walk = Walk::default();
    for (index, (event, range)) in document.events.iter().enumerate() {
        walk.event(document.source, index, event, range);
    }
    walk.close(Boundary::Block);
    walk.runs
}

/// What ends with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Boundary {
    /// Nothing: other syntax follows in the line.
    Inline,
    Line,
    /// The line, and with it the paragraph or list item.
    Block,
}

#[derive(Default)]
struct Walk {
    runs: Vec<Run>,
    open: Option<Run>,
    parents: Vec<usize>,
    links: usize,
    tables: usize,
    /// Code or HTML blocks, whose text is no prose.
    opaque: usize,
    /// `<code>` and `<pre>` that stand open in the prose.
    html_code: usize,
    line: usize,
    starts_line: bool,
}

impl Walk {
    fn event(&mut self, source: &str, index: usize, event: &Event<'_>, range: &Range<usize>) {
        match event {
            Event::Text(_) if self.opaque == 0 && self.html_code == 0 => self.text(source, range),
            Event::Text(_) | Event::Html(_) => {}
            Event::SoftBreak | Event::HardBreak => {
                self.close(Boundary::Line);
                self.line += 1;
                self.starts_line = true;
            }
            Event::Start(tag) => {
                let is_inline = is_inline(tag);
                self.close(if is_inline {
                    Boundary::Inline
                } else {
                    Boundary::Block
                });
                self.starts_line |= !is_inline;
                self.line += usize::from(!is_inline);
                self.parents.push(index);
                self.count(tag, true);
            }
            Event::End(end) => {
                let is_inline = is_inline_end(*end);
                self.close(if is_inline {
                    Boundary::Inline
                } else {
                    Boundary::Block
                });
                self.starts_line = !is_inline;
                self.line += usize::from(!is_inline);
                self.parents.pop();
                self.uncount(*end);
            }
            Event::InlineHtml(html) => {
                self.close(Boundary::Inline);
                self.starts_line = false;
                match code_tag(html) {
                    Some(true) => self.html_code += 1,
                    Some(false) => self.html_code = self.html_code.saturating_sub(1),
                    None => {}
                }
            }
            Event::TaskListMarker(_) => {
                self.close(Boundary::Inline);
                self.starts_line = true;
            }
            Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference
            | Event::Rule => {
                self.close(Boundary::Inline);
                self.starts_line = false;
            }
        }
    }

    fn text(&mut self, source: &str, range: &Range<usize>) {
        let parent = self.parents.last().copied().unwrap_or_default();
        if let Some(run) = &mut self.open
            && run.parent == parent
            && joins(source, run.range.end, range.start)
        {
            run.range.end = range.end;
            return;
        }
        self.close(Boundary::Inline);
        // An escape belongs to the text: `\#` is no tag, and an edit may not come between.
        let escaped = range
            .start
            .checked_sub(1)
            .filter(|&at| source.as_bytes().get(at) == Some(&b'\\'));
        self.open = Some(Run {
            range: escaped.unwrap_or(range.start)..range.end,
            parent,
            line: self.line,
            starts_line: self.starts_line,
            ends: Boundary::Inline,
            in_link: self.links > 0,
            in_table: self.tables > 0,
        });
        self.starts_line = false;
    }

    fn close(&mut self, boundary: Boundary) {
        if let Some(mut run) = self.open.take() {
            run.ends = boundary;
            self.runs.push(run);
        }
        if boundary == Boundary::Block {
            self.html_code = 0;
        }
    }

    fn count(&mut self, tag: &Tag<'_>, _opens: bool) {
        match tag {
            Tag::Link { .. } | Tag::Image { .. } => self.links += 1,
            Tag::Table => self.tables += 1,
            Tag::CodeBlock(_) | Tag::HtmlBlock => self.opaque += 1,
            _ => {}
        }
    }

    fn uncount(&mut self, end: TagEnd) {
        let counter = match end {
            TagEnd::Link | TagEnd::Image => &mut self.links,
            TagEnd::Table => &mut self.tables,
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => &mut self.opaque,
            _ => return,
        };
        *counter = counter.saturating_sub(1);
    }
}

/// Whether nothing, or the backslash of an escape, stands between two pieces of text.
fn joins(source: &str, end: usize, start: usize) -> bool {
    source
        .get(end..start)
        .is_some_and(|gap| gap.is_empty() || gap == "\\")
}

pub(crate) fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

pub(crate) fn is_inline_end(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

/// Whether a tag opens (`true`) or closes (`false`) an element whose text is code.
fn code_tag(html: &str) -> Option<bool> {
    let (opens, name) = match html.strip_prefix("</") {
        Some(name) => (false, name),
        None => (true, html.strip_prefix('<')?),
    };
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    code_element(name.get(..length)?).then_some(opens)
}

/// Whether an element's text is code.
pub(crate) fn code_element(name: &str) -> bool {
    ["code", "pre", "kbd", "samp", "tt"]
        .iter()
        .any(|code| name.eq_ignore_ascii_case(code))
}

/// Characters of a slice with their offsets, without those that a backslash escapes.
pub(crate) fn unescaped(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut escaped = false;
    text.char_indices().filter(move |(_, character)| {
        let skip = escaped;
        escaped = !skip && *character == '\\';
        !(escaped || skip && character.is_ascii_punctuation())
    })
}

/// Whether an odd number of backslashes stands before `at`.
pub(crate) fn is_escaped(source: &str, at: usize) -> bool {
    let before = source.as_bytes().get(..at).unwrap_or_default();
    let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\');
    backslashes.count() % 2 == 1
}

/// Whether nothing but blanks and the markers of containers stands before `at` in its line.
pub(crate) fn begins_line(source: &str, at: usize) -> bool {
    let before = source.as_bytes().get(..at).unwrap_or_default();
    let prefix = before
        .iter()
        .rev()
        .take_while(|byte| !matches!(byte, b'\n' | b'\r'))
        .take(MAX_PREFIX_BYTES);
    prefix.copied().all(is_marker)
}

/// A blank, or part of the marker of a container.
pub(crate) fn is_marker(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')' | b'0'..=b'9'
    )
}

/// Plain text as Markdown that reads as that text, wherever in a line it stands.
pub(crate) fn escape(text: &str, in_table: bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let next = rest.peek().copied();
        let doubled = next == Some(character) || before == Some(character);
        let is_syntax = match character {
            '\\' | '`' | '*' | '[' | ']' | '<' | '$' | '^' => true,
            '|' => in_table,
            '_' => {
                !(before.is_some_and(char::is_alphanumeric)
                    && next.is_some_and(char::is_alphanumeric))
            }
            '~' | '=' | '%' => doubled,
            '&' => next.is_some_and(|next| next == '#' || next.is_ascii_alphanumeric()),
            '#' | '>' | '+' | '-' | ':' => before.is_none(),
            '!' => next.is_none(),
            '.' | ')' => before.is_some_and(|before| before.is_ascii_digit()) && in_number(text),
            _ => false,
        };
        if is_syntax {
            escaped.push('\\');
        }
        escaped.push(if character.is_control() {
            ' '
        } else {
            character
        });
        before = Some(character);
    }
    escaped
}

/// Whether the text begins as an ordered list would.
fn in_number(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=9).contains(&digits)
        && text
            .get(digits..)
            .is_some_and(|rest| rest.starts_with(['.', ')']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        let document = Document::parse(source);
        runs(&document)
            .iter()
            .map(|run| source.get(run.range.clone()).unwrap())
            .collect()
    }

    #[test]
    fn pieces_of_text_are_one_run_and_code_is_none() {
        assert_eq!(
            texts("a [[x\\|y]] `c` b\n\n    code\n\n<div>h</div>\n\n$m$ *e* \\#z"),
            ["a [[x\\|y]] ", " b", " ", "e", " \\#z"]
        );
    }

    #[test]
    fn text_in_html_code_is_code() {
        assert_eq!(texts("a <code>==b==</code> c"), ["a ", " c"]);
    }

    #[test]
    fn escaped_text_reads_as_the_text() {
        for text in [
            "a*b_c", "[x](y)", "1. a", "# a", "a&amp;b", "<b>", "a==b==", "$x$", "a!",
        ] {
            let source = escape(text, false);
            let document = Document::parse(&source);
            let read: String = document
                .events
                .iter()
                .map(|(event, _)| match event {
                    Event::Text(text) => text.as_ref(),
                    Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => "",
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(read, text);
        }
    }
}
