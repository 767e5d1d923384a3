//! Parentheses behind brackets, where some readers see a link and ours none (2.9.12).

use memchr::memmem;
use pulldown_cmark::TagEnd;

use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event, Tag};

/// Escapes a parenthesis behind a bracket that begins no address for our parser: in a footnote's mark and in a bare address,
/// which others read as the text of a link, and behind a link that names its definition.
pub(crate) fn part(document: &Document<'_>, splice: &mut Splice) {
    if !document.has("](") {
        return;
    }
    let source = document.source;
    let mut marks = memmem::find_iter(source.as_bytes(), "](").peekable();
    let mut in_code = 0_usize;
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => in_code += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => {
                in_code = in_code.saturating_sub(1);
            }
            Event::Text(_) | Event::FootnoteReference if in_code == 0 => {
                while marks.next_if(|at| *at < range.start).is_some() {}
                while let Some(at) = marks.next_if(|at| *at < range.end) {
                    splice.insert(at + 1, "\\");
                }
            }
            // Whose definition not everybody sees.
            Event::End(TagEnd::Link | TagEnd::Image)
                if source
                    .get(..range.end + 1)
                    .is_some_and(|text| text.ends_with("](")) =>
            {
                splice.insert(range.end, "\\");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    #[test]
    fn a_bracket_that_ends_no_link_ends_none_for_anybody() {
        for (before, after) in [
            (
                "[^1](javascript:x)\n\n[^1]: a\n",
                "[^1]\\(javascript:x)\n\n[^1]: a\n",
            ),
            ("http://e[](javascript:x)\n", "http://e[]\\(javascript:x)\n"),
            ("[a](b) `[c](`\n", "[a](b) `[c](`\n"),
            ("[b][a](c)\n\n[a]: d\n", "[b][a]\\(c)\n\n[a]: d\n"),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                part(&Document::parse_without_math(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }
}
