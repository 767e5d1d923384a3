//! `<` in text: escaped where another reader than ours could take it for a tag.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::splice::Splice;
use crate::document::Document;

/// Escapes a `<` that is text for our parser, but begins what looks like markup: another reader
/// may take other lines for a block, and what never ends in ours may end in its.
pub(super) fn escape(document: &Document<'_>, formulas: &[Range<usize>], splice: &mut Splice) {
    let source = document.source;
    let mut in_code = 0_usize;
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => in_code += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => {
                in_code = in_code.saturating_sub(1);
            }
            // Backticks, too, belong to an address that they touch, and the code is none any more.
            Event::Code(code)
                if is_in_bare_address(source, range.start)
                    && (code.contains("](") || code.contains('<')) =>
            {
                splice.insert(range.start, " ");
            }
            Event::Text(_) if in_code == 0 => {
                let text = source.get(range.clone()).unwrap_or_default();
                for (at, _) in text.match_indices('<') {
                    let at = range.start + at;
                    if !looks_like_markup(source, at) {
                        continue;
                    }
                    if is_escaped(source, at) {
                        if is_in_bare_address(source, at) {
                            splice.replace(at - 1..at + 1, "&lt;");
                        }
                        continue;
                    }
                    let formula = formulas.partition_point(|formula| formula.end <= at);
                    if formulas
                        .get(formula)
                        .is_some_and(|formula| formula.contains(&at))
                    {
                        splice.insert(at + 1, " ");
                    } else {
                        splice.replace(at..at + 1, "&lt;");
                    }
                }
            }
            _ => {}
        }
    }
}

fn looks_like_markup(source: &str, at: usize) -> bool {
    source
        .as_bytes()
        .get(at + 1)
        .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
}

fn is_escaped(source: &str, at: usize) -> bool {
    let before = source.as_bytes().get(..at).unwrap_or_default();
    before
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count()
        % 2
        == 1
}

/// Whether `at` continues a word that GFM makes a link of without being asked. There a backslash
/// escapes nothing: it belongs to the address, and a `<` after it begins a tag.
fn is_in_bare_address(source: &str, at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default();
    let word = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    ["://", "www.", "@"].iter().any(|mark| word.contains(mark))
}
