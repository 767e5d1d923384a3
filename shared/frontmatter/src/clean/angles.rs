//! `<` in text: escaped where another reader than ours could take it for a tag.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::splice::Splice;
use super::text::begins_line;
use crate::document::Document;

/// Escapes a `<` that is text for our parser, but begins what looks like markup that ends in the
/// same block, or begins a line, where an HTML block needs no end.
pub(super) fn escape(document: &Document<'_>, formulas: &[Range<usize>], splice: &mut Splice) {
    let source = document.source;
    if !source.contains('<') {
        return;
    }
    let mut blocks: Vec<(&Range<usize>, Option<usize>)> = Vec::new();
    let mut in_code = 0_usize;
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => in_code += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => {
                in_code = in_code.saturating_sub(1);
            }
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::TableCell | Tag::Item) => {
                blocks.push((range, None));
            }
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell | TagEnd::Item,
            ) => {
                blocks.pop();
            }
            Event::Text(_) if in_code == 0 => {
                let text = source.get(range.clone()).unwrap_or_default();
                for (at, _) in text.match_indices('<') {
                    let at = range.start + at;
                    if !looks_like_markup(source, at) || is_escaped(source, at) {
                        continue;
                    }
                    let last = blocks.last_mut().map(|(block, last)| {
                        *last.get_or_insert_with(|| {
                            let text = source.get((*block).clone()).unwrap_or_default();
                            text.rfind('>').map_or(0, |end| block.start + end)
                        })
                    });
                    if last.is_some_and(|last| last > at) || begins_line(source, at) {
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
