//! Numbers that are text at the beginning of a block, and a list of their own for others (2.9.12).
//!
//! A list that begins with another number than one doesn't interrupt a paragraph. For our parser that holds behind a marker
//! that does, too: `- 2) <div>` is text with a tag in it below a paragraph, and for others a block in a list in a list. It
//! also takes a definition for the beginning of a paragraph which goes on through headings and HTML, until another one ends.

use crate::markdown::Document;
use crate::markdown::edits::Splice;

/// Escapes the sign behind such a number, where a document has tags.
pub(crate) fn escape(document: &Document<'_>, splice: &mut Splice) {
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
