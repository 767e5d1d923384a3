//! Where the destination of a link stands in the source, byte by byte.

use std::ops::Range;

use super::html::entities;
use super::percent;

/// The parts of an inline link or image, as bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    /// `[` or `![`.
    pub(crate) opener: Range<usize>,
    /// From `]` to the end of the node.
    pub(crate) closer: Range<usize>,
    /// The destination, with its `<` and `>`; `None` for a reference.
    pub(crate) destination: Option<Range<usize>>,
}

/// Finds the parts of a node: `content_end` is where the last child ends, if there is one.
/// `None` where the source isn't as expected; the caller writes the node anew then.
pub(crate) fn parts(
    source: &str,
    node: &Range<usize>,
    content_end: Option<usize>,
    is_image: bool,
    is_inline: bool,
) -> Option<Parts> {
    let opener = node.start..node.start + if is_image { 2 } else { 1 };
    let expected = if is_image { "![" } else { "[" };
    if source.get(opener.clone())? != expected {
        return None;
    }
    let from = content_end.unwrap_or(opener.end).max(opener.end);
    let gap = source.get(from..node.end)?.find(']')?;
    if !source
        .get(from..from + gap)?
        .chars()
        .all(|c| c.is_whitespace() || c == '>')
    {
        return None;
    }
    let mut closer = from + gap..node.end;
    if !is_inline {
        // The parser's range of a collapsed reference ends before its second brackets.
        if source.get(closer.clone()) == Some("]")
            && source
                .get(closer.end..)
                .is_some_and(|rest| rest.starts_with("[]"))
        {
            closer.end += 2;
        }
        return Some(Parts {
            opener,
            closer,
            destination: None,
        });
    }
    if source.get(closer.start..)?.get(..2)? != "](" {
        return None;
    }
    let destination = destination(source.get(..node.end)?, closer.start + 2)?;
    Some(Parts {
        opener,
        closer,
        destination: Some(destination),
    })
}

/// The destination that begins after white space at `from`: in angle brackets, or up to white
/// space or the parenthesis that closes the link.
pub(crate) fn destination(source: &str, from: usize) -> Option<Range<usize>> {
    let rest = source.get(from..)?;
    let start = from + (rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len());
    let rest = source.get(start..)?;
    let mut escaped = false;
    if rest.starts_with('<') {
        for (at, character) in rest.char_indices().skip(1) {
            match character {
                '\n' | '\r' => return None,
                '>' if !escaped => return Some(start..start + at + 1),
                _ => escaped = character == '\\' && !escaped,
            }
        }
        return None;
    }
    let mut depth = 0_usize;
    for (at, character) in rest.char_indices() {
        match character {
            _ if character.is_ascii_whitespace() => return Some(start..start + at),
            '(' if !escaped => depth += 1,
            ')' if !escaped && depth == 0 => return Some(start..start + at),
            ')' if !escaped => depth -= 1,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    Some(start..source.len())
}

/// The text of a destination without its angle brackets.
pub(crate) fn inner(destination: &str) -> &str {
    destination
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(destination)
}

/// A URL as a destination that needs no angle brackets and reads as that URL.
pub(crate) fn write(url: &str) -> String {
    let mut balanced = true;
    let mut depth = 0_i32;
    for character in url.chars() {
        depth += i32::from(character == '(') - i32::from(character == ')');
        balanced &= (0..=8).contains(&depth);
    }
    balanced &= depth == 0;
    let mut written = String::with_capacity(url.len());
    for (at, character) in url.char_indices() {
        match character {
            '(' if !balanced => written.push_str("%28"),
            ')' if !balanced => written.push_str("%29"),
            ' ' | '"' | '<' | '>' | '\\' | '`' | '|' | '[' | ']' => {
                percent::push(&mut written, character);
            }
            '&' if entities::begins_reference(url.get(at..).unwrap_or_default()) => {
                written.push_str("&amp;");
            }
            _ if character.is_control() => {}
            _ => written.push(character),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_found_byte_by_byte() {
        for (link, expected) in [
            ("[a](b)", "b"),
            ("[a]( b \"t)\")", "b"),
            ("[a](<b c> 't')", "<b c>"),
            ("[a](b(c)\\)d)", "b(c)\\)d"),
            ("[a]()", ""),
            ("[a](\n b)", "b"),
        ] {
            let parts = parts(link, &(0..link.len()), Some(2), false, true).unwrap();
            assert_eq!(
                link.get(parts.destination.unwrap()),
                Some(expected),
                "{link}"
            );
        }
    }

    #[test]
    fn a_written_destination_reads_as_the_url() {
        for url in ["https://e.com/a?b=1&copy=2&amp;c", "a(b)c", "a)b(", "a%20b"] {
            let written = write(url);
            let link = format!("[a]({written})");
            let document = crate::markdown::Document::parse(&link);
            let read = document.events.iter().find_map(|(event, _)| match event {
                crate::markdown::Event::Start(crate::markdown::Tag::Link { dest_url, .. }) => {
                    Some(dest_url.replace("%28", "(").replace("%29", ")"))
                }
                _ => None,
            });
            assert_eq!(read.as_deref(), Some(url), "{written}");
        }
    }
}
