//! The lines of text in paragraphs, headings and items, as the containers around leave them.

use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::document::event::{Event, Tag};
use super::text;

/// A line of a paragraph, heading, cell or item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its first byte, before the markers and the indentation of its containers; for the first line
    /// of a block, that of its text.
    pub(crate) start: usize,
    /// What is left without those, and without the line break.
    pub(crate) text: Range<usize>,
    /// Whether it lacks markers of its containers ("lazy continuation line").
    pub(crate) is_lazy: bool,
    /// Whether its block begins with it.
    pub(crate) is_first: bool,
}

/// The source with a line feed for every carriage return that has none, if there are such:
/// some readers end a line there and others don't, so each would read another document.
/// All offsets stay.
pub(crate) fn without_lone_returns(source: &str) -> Option<String> {
    let bytes = source.as_bytes();
    let has_lone = memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'));
    has_lone.then(|| {
        let mut characters = source.chars().peekable();
        let mut result = String::with_capacity(source.len());
        while let Some(character) = characters.next() {
            let is_lone = character == '\r' && characters.peek() != Some(&'\n');
            result.push(if is_lone { '\n' } else { character });
        }
        result
    })
}

/// Where the line ends, its break excluded, before the one that begins at `line_start`.
pub(crate) fn end_before(source: &str, line_start: usize) -> usize {
    let before = source.get(..line_start).unwrap_or_default();
    before.trim_end_matches(['\n', '\r']).len()
}

/// Whether a line of a text has nothing but blanks in it, the first and the last apart.
pub(super) fn has_blank(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', text).any(|at| {
        let mut line = text.get(at + 1..).unwrap_or_default().iter();
        let is_blank = |byte: &&u8| !matches!(byte, b' ' | b'\t' | b'\r');
        line.find(is_blank) == Some(&b'\n')
    })
}

/// All lines of text, in order.
pub(super) fn lines(source: &str, events: &[(Event<'_>, Range<usize>)]) -> Vec<Line> {
    let mut walk = Walk {
        source,
        quotes: Vec::new(),
        indented: 0,
        opaque: 0,
        block: None,
        line: 0..0,
        lines: Vec::new(),
    };
    for (event, range) in events {
        walk.event(event, range);
    }
    walk.leave_block();
    walk.lines
}

struct Walk<'a> {
    source: &'a str,
    /// Of each quote, whether it stands in a list item or footnote.
    quotes: Vec<bool>,
    /// List items and footnotes, whose lines are told by their indentation.
    indented: usize,
    /// Code or HTML blocks.
    opaque: usize,
    /// The text that is being read.
    block: Option<Range<usize>>,
    /// A part of the source without a line break that ends at one: the cells of a table have one line, however many they are.
    line: Range<usize>,
    lines: Vec<Line>,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event<'_>, range: &Range<usize>) {
        let is_inline = match event {
            Event::Start(tag) => text::is_inline(tag),
            Event::End(end) => text::is_inline_end(*end),
            Event::Html(_) | Event::Rule => false,
            _ => self.opaque == 0,
        };
        if is_inline {
            let block = self.block.get_or_insert_with(|| range.clone());
            block.end = block.end.max(range.end);
            return;
        }
        self.leave_block();
        match event {
            Event::Start(tag) => {
                let count = match tag {
                    Tag::BlockQuote => return self.quotes.push(self.indented > 0),
                    Tag::Item | Tag::FootnoteDefinition => &mut self.indented,
                    Tag::CodeBlock(_) | Tag::HtmlBlock => &mut self.opaque,
                    _ => return,
                };
                *count += 1;
            }
            Event::End(end) => {
                let count = match end {
                    TagEnd::BlockQuote(_) => {
                        self.quotes.pop();
                        return;
                    }
                    TagEnd::Item | TagEnd::FootnoteDefinition => &mut self.indented,
                    TagEnd::CodeBlock | TagEnd::HtmlBlock => &mut self.opaque,
                    _ => return,
                };
                *count = count.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn leave_block(&mut self) {
        let Some(block) = self.block.take() else {
            return;
        };
        let mut start = block.start;
        let mut first_column = None;
        loop {
            let end = self.line_end(start);
            let line = self.source.get(start..end).unwrap_or_default();
            let line = line.strip_suffix('\r').unwrap_or(line);
            let is_first = start == block.start;
            let (prefix, is_lazy) = if is_first {
                (0, false)
            } else {
                let prefix = markers(line, &self.quotes);
                let markers = line.bytes().take(prefix).filter(|byte| *byte == b'>');
                let is_outdented = self.indented > 0 && {
                    let first =
                        first_column.get_or_insert_with(|| column(self.source, block.start));
                    column(self.source, start + prefix) < *first
                };
                (prefix, markers.count() < self.quotes.len() || is_outdented)
            };
            self.lines.push(Line {
                start,
                text: start + prefix..start + line.len(),
                is_lazy,
                is_first,
            });
            if end >= block.end || end >= self.source.len() {
                break;
            }
            start = end + 1;
        }
    }

    /// Where the line ends that `at` stands in.
    fn line_end(&mut self, at: usize) -> usize {
        if !(self.line.start..=self.line.end).contains(&at) || self.line.is_empty() {
            let rest = self.source.get(at..).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            self.line = at..at + length;
        }
        self.line.end
    }
}

/// The length of the blanks and of the marks of `quotes` that a line begins with. A mark that is indented like code is text,
/// unless the quote stands in an item, whose indentation that may be.
fn markers(line: &str, quotes: &[bool]) -> usize {
    let mut quotes = quotes.iter();
    let mut prefix = 0;
    loop {
        let rest = line.get(prefix..).unwrap_or_default();
        let inside = rest.trim_start_matches([' ', '\t']);
        let blanks = rest.len() - inside.len();
        // The first blank behind a mark belongs to it.
        let columns = column(rest, blanks).saturating_sub(usize::from(prefix > 0));
        let is_mark = |in_item: &bool| inside.starts_with('>') && (*in_item || columns < 4);
        if !quotes.next().is_some_and(is_mark) {
            return prefix + blanks;
        }
        prefix += blanks + 1;
    }
}

/// The column of `at` in its line, with a tab stop at every fourth.
pub(crate) fn column(source: &str, at: usize) -> usize {
    let before = source.as_bytes().get(..at).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = before.get(start..).unwrap_or_default();
    line.iter().fold(0, |column, byte| match byte {
        b'\t' => column / 4 * 4 + 4,
        _ => column + 1,
    })
}

#[cfg(test)]
mod tests {
    use crate::markdown::Document;

    #[test]
    fn lines_are_told_from_their_markers() {
        let source = "a\n b\n\n> c\nd\r\n> e\n\n- f\n  g\n h\n\n| i |\n|-|\n\n```\nj\nk\n```\n";
        let document = Document::parse(source);
        let lines: Vec<_> = document
            .lines()
            .iter()
            .filter(|line| !line.is_first)
            .map(|line| (source.get(line.text.clone()).unwrap(), line.is_lazy))
            .collect();
        assert_eq!(
            lines,
            [
                ("b", false),
                ("d", true),
                ("e", false),
                ("g", false),
                ("h", true)
            ]
        );
    }

    #[test]
    fn a_mark_that_is_indented_like_code_is_text() {
        for (source, text, is_lazy) in [
            ("> a\n    > b\n", "> b", true),
            ("> a\n\t> b\n", "> b", true),
            ("> > a\n>     > b\n", "> b", true),
            ("> > a\n>    > b\n", "b", false),
            ("   > a\n   > b\n", "b", false),
            ("1.  - > a\n      > b\n", "b", false),
        ] {
            let document = Document::parse(source);
            let line = document.lines().last().unwrap();
            assert_eq!(source.get(line.text.clone()).unwrap(), text, "{source:?}");
            assert_eq!(line.is_lazy, is_lazy, "{source:?}");
        }
    }
}
