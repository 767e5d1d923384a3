//! Marks that are text at the beginning of a block, and marks for others (2.9.12): numbers of lists, and the signs of a heading that
//! no plain blank follows.
//!
//! A list that begins with another number than one doesn't interrupt a paragraph. For our parser that holds behind a marker
//! that does, too: `- 2) <div>` is text with a tag in it below a paragraph, and for others a block in a list in a list. It
//! also takes a definition for the beginning of a paragraph which goes on through headings and HTML, until another one ends.

use crate::markdown::edits::Splice;
use crate::markdown::places::is_escaped;
use crate::markdown::{Document, Event};

/// Escapes them, where a document has tags.
pub(crate) fn escape(document: &Document<'_>, splice: &mut Splice) {
    if document.has("<") && document.has("#") && !document.source.is_ascii() {
        escape_headings(document, splice);
    }
    if !document.has("<") || !document.has(")") && !document.has(".") {
        return;
    }
    let texts = document.texts();
    for line in document.lines().iter().filter(|line| line.is_first) {
        let text = document.source.get(line.text.clone()).unwrap_or_default();
        let before = document.source.get(..line.text.start).unwrap_or_default();
        let before = before.rsplit('\n').next().unwrap_or_default().trim_end();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (sign, rest) = text.get(digits..).unwrap_or_default().split_at(usize::from(
            text.get(digits..)
                .is_some_and(|rest| rest.starts_with(['.', ')'])),
        ));
        let is_marker = (1..=9).contains(&digits)
            && !sign.is_empty()
            && (rest.is_empty() || rest.starts_with([' ', '\t']))
            && (before.ends_with(['-', '+', '*', '.', ')'])
                || before.trim_end_matches(['>', ' ', '\t']).is_empty());
        let at = line.text.start + digits;
        if is_marker && texts.contain(at) {
            splice.insert(at, "\\");
        }
    }
}

/// JavaScript takes a no-break space, and what is like it, for a blank.
fn escape_headings(document: &Document<'_>, splice: &mut Splice) {
    let texts = document.texts();
    let codes = document.events.iter();
    let codes = codes.filter(|(event, _)| matches!(event, Event::Code(_)));
    let mut codes = codes.map(|(_, range)| range).peekable();
    let mut above = 0;
    for line in document.lines() {
        let text = document.source.get(line.text.clone()).unwrap_or_default();
        let end_above = std::mem::replace(&mut above, line.text.end);
        let mut behind = text.trim_start_matches('#').chars();
        let is_heading = text.starts_with('#')
            && behind
                .next()
                .is_some_and(|c| !c.is_ascii() && (c.is_whitespace() || c == '\u{feff}'));
        let at = line.text.start;
        if is_heading && texts.contain(at) && !is_escaped(document.source, at) {
            splice.insert(at, "\\");
        }
        // In code that goes on from the line above a blank says the same as the line's end.
        while codes.next_if(|code| code.end <= at).is_some() {}
        let goes_on = codes.peek().is_some_and(|code| code.start < end_above);
        if is_heading && !line.is_first && goes_on {
            splice.replace(end_above..at, " ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    #[test]
    fn numbers_are_text_for_everybody() {
        for (before, after) in [
            ("/\n1. 2) <details>\n", "/\n1. 2\\) <details>\n"),
            ("a\n- 2. <p>\n", "a\n- 2\\. <p>\n"),
            ("a\n\n- 2. <p>\n", "a\n\n- 2. <p>\n"),
            ("a\n- 2.5 <p>\n", "a\n- 2.5 <p>\n"),
            ("2021. <p>\n", "2021. <p>\n"),
            ("[a]:#\n# b\n\n0. <p>\n", "[a]:#\n# b\n\n0\\. <p>\n"),
            ("#\u{a0} <b>\n\ta\n", "\\#\u{a0} <b>\n\ta\n"),
            ("- ##\u{3000}a <b>\n", "- \\##\u{3000}a <b>\n"),
            ("`<` #\u{a0}a\n", "`<` #\u{a0}a\n"),
            ("``\n#\u{a0}``<a>\n", "`` #\u{a0}``<a>\n"),
            (
                "> [a]:#\n> # b\n>\n> 2. <p>\n",
                "> [a]:#\n> # b\n>\n> 2\\. <p>\n",
            ),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                escape(&Document::parse(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }
}
