//! Lazy lines that begin with a tag, which some readers take for a block of HTML.
//!
//! A paragraph in a quote, list item or footnote goes on in lines without its markers. For
//! CommonMark a lone tag never interrupts a paragraph; micromark, and so remark, lets it do so on
//! such a line. What is code or the title of a link for the one would be live HTML for the other.

use std::ops::Range;

use pulldown_cmark::{Event, TagEnd};

use super::splice::Splice;
use super::text;
use crate::document::Document;

/// Joins a lazy line that is one tag to the line before it. Every reader shows a line break in
/// text, code or a title as it shows a space.
pub(super) fn join(document: &Document<'_>, splice: &mut Splice) {
    let mut walk = Walk::default();
    for (event, range) in &document.events {
        walk.event(document.source, event, range, splice);
    }
    walk.leave_text(document.source, splice);
}

#[derive(Default)]
struct Walk {
    quotes: usize,
    /// List items and footnotes, whose lines are told by their indentation.
    indented: usize,
    /// Code or HTML blocks.
    opaque: usize,
    /// The lines of text that are being read.
    text: Option<Range<usize>>,
    hard_breaks: Vec<Range<usize>>,
}

impl Walk {
    fn event(
        &mut self,
        source: &str,
        event: &Event<'_>,
        range: &Range<usize>,
        splice: &mut Splice,
    ) {
        let is_inline = match event {
            Event::Start(tag) => text::is_inline(tag),
            Event::End(end) => text::is_inline_end(*end),
            Event::Html(_) | Event::Rule => false,
            _ => self.opaque == 0,
        };
        if is_inline {
            if *event == Event::HardBreak {
                self.hard_breaks.push(range.clone());
            }
            let text = self.text.get_or_insert_with(|| range.clone());
            text.end = text.end.max(range.end);
            return;
        }
        self.leave_text(source, splice);
        match event {
            Event::Start(tag) => {
                if let Some(count) = self.count(tag.to_end()) {
                    *count += 1;
                }
            }
            Event::End(end) => {
                if let Some(count) = self.count(*end) {
                    *count = count.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    fn count(&mut self, block: TagEnd) -> Option<&mut usize> {
        match block {
            TagEnd::BlockQuote(_) => Some(&mut self.quotes),
            TagEnd::Item | TagEnd::FootnoteDefinition => Some(&mut self.indented),
            TagEnd::CodeBlock | TagEnd::HtmlBlock => Some(&mut self.opaque),
            _ => None,
        }
    }

    fn leave_text(&mut self, source: &str, splice: &mut Splice) {
        let hard_breaks = std::mem::take(&mut self.hard_breaks);
        let Some(range) = self.text.take() else {
            return;
        };
        if self.quotes + self.indented == 0 {
            return;
        }
        let Some(text) = source.get(range.clone()) else {
            return;
        };
        if !text.contains('\n') {
            return;
        }
        let first_column = column(source, range.start);
        let mut breaks = hard_breaks.into_iter().peekable();
        for (newline, _) in text.match_indices('\n') {
            let line_start = range.start + newline + 1;
            let line = source.get(line_start..).unwrap_or_default();
            let line = line.split('\n').next().unwrap_or_default();
            let tag = line.trim_start_matches([' ', '\t', '>']);
            if !is_one_tag(tag.trim_end()) {
                continue;
            }
            let at = line_start + (line.len() - tag.len());
            let prefix = line.get(..line.len() - tag.len()).unwrap_or_default();
            let markers = prefix.matches('>').count();
            let is_lazy =
                markers < self.quotes || (self.indented > 0 && column(source, at) < first_column);
            if !is_lazy {
                continue;
            }
            while breaks.next_if(|hard| hard.end < line_start).is_some() {}
            let (start, joint) = match breaks.next_if(|hard| hard.start < line_start) {
                Some(hard) => (hard.start, "<br> "),
                None => (line_end(source, line_start), " "),
            };
            splice.replace(start..at, joint);
        }
    }
}

/// Whether a line could be one tag; a little more than that is joined, which changes nothing.
fn is_one_tag(line: &str) -> bool {
    line.strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'))
        && line.ends_with('>')
}

/// Where the line ends, its break excluded, before the line that begins at `line_start`.
fn line_end(source: &str, line_start: usize) -> usize {
    let before = source.get(..line_start).unwrap_or_default();
    before.trim_end_matches(['\n', '\r']).len()
}

/// The column of `at` in its line, with a tab stop at every fourth.
fn column(source: &str, at: usize) -> usize {
    let before = source.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.bytes().fold(0, |column, byte| match byte {
        b'\t' => column / 4 * 4 + 4,
        _ => column + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::super::splice::apply;
    use super::*;

    fn joined(source: &str) -> String {
        let mut splice = Splice::default();
        join(&Document::parse(source), &mut splice);
        apply(source, &splice.into_edits(source))
    }

    #[test]
    fn a_lazy_line_that_is_a_tag_joins_the_line_before() {
        for (before, after) in [
            ("> a\n<b>\nc</b>\n", "> a <b>\nc</b>\n"),
            ("> a\r\n  </b>  \r\nc\r\n", "> a </b>  \r\nc\r\n"),
            ("> `a\n<b>\nc`\n", "> `a <b>\nc`\n"),
            ("> [a](b \"\n<b>\n\")\n", "> [a](b \" <b>\n\")\n"),
            ("> a  \n<b>\n> b\\\n<i>\n", "> a<br> <b>\n> b<br> <i>\n"),
            ("- a\n <b>\n", "- a <b>\n"),
            ("[^1]: a\n<b>\n", "[^1]: a <b>\n"),
            ("> - a\n    <b>\n", "> - a <b>\n"),
            ("> > a\n> <b>\n", "> > a <b>\n"),
        ] {
            assert_eq!(joined(before), after, "from {before:?}");
            assert_eq!(joined(after), after);
        }
    }

    #[test]
    fn other_lines_stay() {
        for source in [
            "> a\n> <b>\n",
            ">a\n><b>\n",
            "- a\n  <b>\n",
            "- [ ] a\n      <b>\n",
            "a\n<b>\n",
            "> a\n<b> c\n",
            "> a\n<https://e.com\n",
            "> ```\n> <b>\n> ```\n<b>\n",
        ] {
            assert_eq!(joined(source), source);
        }
    }
}
