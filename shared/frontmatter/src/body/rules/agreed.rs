//! Code in which something would act, kept only where it is code for every reader (2.9.12).
//!
//! Readers differ at the edges of lists, tables, footnotes and lazy lines, so what is code for the one may be
//! HTML for the other. A second and much narrower reading confirms the code: a fence whose lines all begin as its
//! containers do, indented code that no container is near, a span in a line whose backticks pair by themselves.
//! Whatever it doesn't confirm is written as HTML in which every mark is a character reference: no reader finds
//! anything in it, whatever it takes the lines around for.

mod chunks;
mod confirmed;

use std::fmt::Write as _;
use std::ops::Range;

use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::lines::{self, Line};
use crate::markdown::{Document, Event};

use chunks::{Chunks, begins_container};
use confirmed::{Block, code, is_confirmed};

/// Adds the edits after which whatever could act in code is code for every reader.
pub(crate) fn settle(document: &Document<'_>, splice: &mut Splice, warnings: &mut Warnings) {
    let has_code = ["`", "~~~", "    ", "\t"]
        .iter()
        .any(|mark| document.has(mark));
    if !has_code || !["<", "](", "]:"].iter().any(|mark| document.has(mark)) {
        return;
    }
    let source = document.source;
    let (blocks, spans) = code(document);
    let is_acting = |range: &Range<usize>| acts(source.get(range.clone()).unwrap_or_default());
    if !blocks.iter().any(|block| is_acting(&block.range)) && !spans.iter().any(is_acting) {
        // Who takes a line of text for a fence would take the ends of elements behind it for code.
        if document.has("<") {
            escape_fences(document, &blocks, splice);
        }
        return;
    }
    for block in &blocks {
        if is_confirmed(source, block) {
            continue;
        }
        // A fence that others read as none, or close elsewhere, turns later code into text.
        if block.is_fenced || is_acting(&block.range) {
            let text = source.get(block.range.clone()).unwrap_or_default();
            warnings.add(Code::Disputed, block.range.start, text);
            splice.replace(block.range.clone(), as_block(source, block));
        }
    }
    let mut chunks = Chunks::new(source, &blocks);
    let mut joined = 0;
    let mut joined_in = None;
    for (number, span) in spans.iter().enumerate() {
        let text = source.get(span.clone()).unwrap_or_default();
        if !acts(text) {
            continue;
        }
        if text.contains('\n') {
            join(document, span, splice);
            continue;
        }
        if chunks.confirm(span) {
            continue;
        }
        // A span that goes over lines keeps the lines behind it from pairing.
        let before = splice.len();
        for other in spans.get(joined..number).unwrap_or_default() {
            let is_long = || {
                source
                    .get(other.clone())
                    .is_some_and(|text| text.contains('\n'))
            };
            if other.start >= chunks.start && is_long() {
                join(document, other, splice);
            }
        }
        joined = number;
        if splice.len() > before {
            joined_in = Some(chunks.start);
        }
        if joined_in == Some(chunks.start) {
            continue;
        }
        warnings.add(Code::Disputed, span.start, text);
        splice.replace(span.clone(), as_span(text));
    }
    escape_fences(document, &blocks, splice);
}

/// Whether something in it would act if it were no code: a tag, an address, a picture, a definition.
fn acts(code: &str) -> bool {
    let bytes = code.as_bytes();
    memchr::memchr2_iter(b'<', b']', bytes).any(|at| {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        if bytes.get(at) == Some(&b'<') {
            next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')
        } else {
            matches!(next, b'(' | b':')
        }
    })
}

/// A block of code as one line of HTML.
fn as_block(source: &str, block: &Block<'_>) -> String {
    let mut html = String::from("<pre><code>");
    for (event, _) in block.events {
        if let Event::Text(piece) = event {
            push_references(&mut html, piece);
        }
    }
    html.push_str("</code></pre>");
    if source
        .get(block.range.clone())
        .is_some_and(|text| text.ends_with('\n'))
    {
        html.push('\n');
    }
    html
}

/// A span of code, with its backticks, as HTML.
fn as_span(written: &str) -> String {
    let ticks = written.len() - written.trim_start_matches('`').len();
    let text = written
        .get(ticks..written.len().saturating_sub(ticks))
        .unwrap_or_default();
    let is_padded = text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty();
    let text = if is_padded {
        text.get(1..text.len() - 1).unwrap_or_default()
    } else {
        text
    };
    let mut html = String::from("<code>");
    push_references(&mut html, text);
    html.push_str("</code>");
    html
}

/// Adds text with every mark as a reference, so that it means nothing to any reader.
fn push_references(html: &mut String, text: &str) {
    let mut begins_line = true;
    for character in text.chars() {
        let is_inert = character.is_alphanumeric() || (character == ' ' && !begins_line);
        if is_inert || (!character.is_ascii() && !character.is_whitespace()) {
            html.push(character);
        } else {
            // Writing to a string can't fail.
            let _ = write!(html, "&#{};", u32::from(character));
        }
        begins_line = character == '\n';
    }
}

/// Puts a span on one line. Every reader shows a line break in code as a space.
fn join(document: &Document<'_>, span: &Range<usize>, splice: &mut Splice) {
    let lines: &[Line] = document.lines();
    let first = lines.partition_point(|line| line.start <= span.start);
    for line in lines
        .iter()
        .skip(first)
        .take_while(|line| line.start < span.end)
    {
        let end = lines::end_before(document.source, line.start);
        splice.replace(end..line.text.start.min(span.end), " ");
    }
}

/// Makes text of what begins a line as a fence does and is none for us: who takes it for one would take what
/// stands in the next fence for text.
fn escape_fences(document: &Document<'_>, blocks: &[Block<'_>], splice: &mut Splice) {
    let source = document.source;
    let texts = document.texts();
    for line in document.lines() {
        let text = source.get(line.text.clone()).unwrap_or_default();
        let text = text.trim_start_matches(begins_container);
        let start = line.text.end - text.len();
        let mark = match text.get(..3) {
            Some("```") => '`',
            Some("~~~") => '~',
            _ => continue,
        };
        let rest = text.trim_start_matches(mark);
        if mark == '`' && rest.contains('`') {
            continue;
        }
        let block = blocks.partition_point(|block| block.range.end <= start);
        if blocks
            .get(block)
            .is_some_and(|block| block.range.start <= start)
        {
            continue;
        }
        let is_text = texts.contain(start);
        let marks = start..line.text.end - rest.len();
        if is_text {
            splice.replace(
                marks.clone(),
                format!("&#{};", u32::from(mark)).repeat(marks.len()),
            );
        } else if !line.is_first {
            splice.replace(lines::end_before(source, line.start)..start, " ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    fn settled(source: &str) -> (String, usize) {
        let document = Document::parse_without_math(source);
        let (mut splice, mut warnings) = (Splice::default(), Warnings::default());
        settle(&document, &mut splice, &mut warnings);
        let edits = splice.into_edits(source);
        (apply(source, &edits), warnings.report(source).len())
    }

    #[test]
    fn what_only_some_take_for_code_has_no_mark_left() {
        for (before, after) in [
            // Indented code in a list, which others may take for a paragraph.
            (
                "- - \t<!--\n",
                "- - <pre><code>&#60;&#33;&#45;&#45;&#10;</code></pre>\n",
            ),
            (
                "[^a]: ```\n    <i>\n    ```\n",
                "[^a]: <pre><code>&#60;i&#62;&#10;</code></pre>\n",
            ),
            // A backtick that pairs otherwise where the lines are others.
            ("a ``\n`<i>`\n", "a ``\n<code>&#60;i&#62;</code>\n"),
        ] {
            let (text, told) = settled(before);
            assert_eq!(text, after, "from {before:?}");
            assert_eq!(told, 1);
            assert_eq!(settled(after).0, after);
        }
    }

    #[test]
    fn a_span_over_lines_goes_on_one() {
        for (before, after) in [
            ("- `<i>\n  a\\`\n", "- `<i> a\\`\n"),
            ("a `b\nc` and `<i>`\n", "a `b c` and `<i>`\n"),
        ] {
            assert_eq!(settled(before), (after.to_owned(), 0), "from {before:?}");
        }
    }

    #[test]
    fn what_all_take_for_code_stays() {
        for source in [
            "Run `<b>`, or ``a ` <i>``.\n\n```html\n<script>\n```\n",
            "a\n```\n<b>\n```\n- c\n\n  ```js\n  <i>\n\n  ```\n- `<b>`\n",
            "1. a\n\n   ~~~\n   [b](c)\n   ~~~\n2. > ```\n   > <b>\n   > ```\n",
            "a\n\n    <b>\n\n    c\n\nd\n",
            "| a | b |\n|---|---|\n| `<b>` | `c` |\n",
            "> ```\n> <b>\n>\n> c\n> ```\n",
        ] {
            assert_eq!(settled(source), (source.to_owned(), 0));
        }
    }
}
