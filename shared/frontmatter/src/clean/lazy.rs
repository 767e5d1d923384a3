//! Lazy lines that begin with a tag, which some readers take for a block of HTML.
//!
//! A paragraph in a quote, list item or footnote goes on in lines without its markers. For
//! CommonMark a lone tag never interrupts a paragraph; micromark, and so remark, lets it do so on
//! such a line. What is code or the title of a link for the one would be live HTML for the other.

use super::lines;
use super::splice::Splice;
use crate::document::{Document, Event};

/// Joins a lazy line that is one tag to the line before it. Every reader shows a line break in
/// text, code or a title as it shows a space.
pub(super) fn join(document: &Document<'_>, splice: &mut Splice) {
    let source = document.source;
    if !document.has("<") {
        return;
    }
    let mut hard_breaks = document
        .events
        .iter()
        .filter(|(event, _)| *event == Event::HardBreak)
        .map(|(_, range)| range)
        .peekable();
    for line in lines::continuations(document) {
        let text = source.get(line.text.clone()).unwrap_or_default();
        if !line.is_lazy || !is_one_tag(text.trim_end()) {
            continue;
        }
        while hard_breaks
            .next_if(|hard_break| hard_break.end < line.start)
            .is_some()
        {}
        let (start, joint) = match hard_breaks.next_if(|hard_break| hard_break.start < line.start) {
            Some(hard_break) => (hard_break.start, "<br> "),
            None => (lines::end_before(source, line.start), " "),
        };
        splice.replace(start..line.text.start, joint);
    }
}

/// Whether a line could be one tag; a little more than that is joined, which changes nothing.
fn is_one_tag(line: &str) -> bool {
    line.strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'))
        && line.ends_with('>')
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
