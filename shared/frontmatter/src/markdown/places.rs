//! What a place in a source is, told by what stands before it, and plain text written so that it stays text.

/// How far back a line's beginning is looked for.
const MAX_PREFIX_BYTES: usize = 256;

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

/// Whether a line could be the delimiters of a table.
pub(crate) fn is_delimiters(line: &str) -> bool {
    let line = line.trim_matches([' ', '\t', '>', '\r', '\n']);
    line.contains('-')
        && line
            .bytes()
            .all(|byte| matches!(byte, b'|' | b':' | b'-' | b' ' | b'\t'))
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
    use pulldown_cmark::TagEnd;

    use super::*;
    use crate::markdown::{Document, Event, Tag};

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
