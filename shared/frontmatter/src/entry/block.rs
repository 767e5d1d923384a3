//! Finding the frontmatter (2.2): where the block is, and in which language.

mod fences;

use memchr::memmem;

use crate::bytes::position;
use crate::report::Warning;
use crate::warnings::Code;
use crate::yaml::{MAX_NODES, bare};
use fences::{first_line, split_line};

pub(crate) use fences::{MAX_BLOCK_BYTES, without_blank_lines};

/// Largest block that an earlier conversion wrote, in bytes: the author's own in another form, and `derived`.
const MAX_WRITTEN_BYTES: usize = 256 * 1024;
/// Most values of such a block.
pub(crate) const MAX_WRITTEN_NODES: usize = 40_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Yaml,
    Toml,
    Json,
}

impl Language {
    /// A block without its comments, in the language that it is in or seems to be in.
    pub(crate) fn bare(self, block: &str) -> String {
        match self {
            Self::Json => bare::json(block),
            Self::Yaml if block.trim_start().starts_with('{') => bare::json(block),
            Self::Yaml => bare::yaml(block),
            Self::Toml => bare::toml(block),
        }
    }
}

/// A document, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// The block between the fences, and its language.
    pub(crate) block: Option<(Language, &'a str)>,
    /// Offset in the document at which the block begins.
    pub(crate) block_at: usize,
    /// Line of the document in which the block begins, 1-based.
    pub(crate) block_line: usize,
    pub(crate) body: &'a str,
    /// Lines of the document before the body.
    pub(crate) lines_before_body: usize,
    pub(crate) warning: Option<Warning>,
}

pub(crate) fn find(text: &str) -> Parts<'_> {
    let start = first_line(text);
    let parts = find_at(text, start);
    if parts.block.is_some() || parts.warning.is_some() {
        return parts;
    }
    let commented = fences::comments(text.get(start..).unwrap_or_default());
    if commented == 0 {
        return parts;
    }
    // Below a comment a rule is more likely than at the top.
    let is_certain = |parts: &Parts<'_>| {
        parts.block.is_some_and(|(language, block)| match language {
            Language::Yaml => fences::are_keys(block),
            Language::Toml => true,
            Language::Json => false,
        })
    };
    Some(find_at(text, start + commented))
        .filter(is_certain)
        .unwrap_or(parts)
}

/// The block whose fence is the line that begins at `start`.
fn find_at(text: &str, start: usize) -> Parts<'_> {
    let rest = text.get(start..).unwrap_or_default();
    let (opener, after) = split_line(rest);
    let fence = opener.trim_end_matches([' ', '\t']);
    let found = match fence {
        "---" => yaml(after),
        "+++" => closed_by(after, |line| line == "+++").map(|found| (Language::Toml, found)),
        _ if start == 0 && rest.starts_with('{') => return json(text),
        _ if fences::is_dash(fence) => dashed(after).map(|found| (Language::Yaml, found)),
        _ => None,
    };
    let (line, column) = position(text, start);
    match found {
        Some((language, (block, body))) if is_short(block) => {
            let closing = after
                .get(block.len()..)
                .map_or("", |rest| split_line(rest).0);
            let is_mended = fences::is_dash(fence) || fences::is_dash(closing.trim_end());
            Parts {
                block: Some((language, block)),
                block_at: text.len() - after.len(),
                block_line: lines(text, after),
                body,
                lines_before_body: lines(text, body) - 1,
                warning: is_mended.then(|| Code::FenceRepaired.at(line, column, fence)),
            }
        }
        None if fence == "---" && looks_like_keys(after) => Parts {
            warning: Some(Code::FrontmatterUnterminated.at(line, column, fence)),
            ..no_block(text)
        },
        _ => no_block(text),
    }
}

fn is_short(block: &str) -> bool {
    block.len() <= MAX_BLOCK_BYTES || block.len() <= MAX_WRITTEN_BYTES && is_written(block)
}

/// Whether a block may be one that an earlier conversion wrote.
fn is_written(block: &str) -> bool {
    memmem::find(block.as_bytes(), b"\nderived:").is_some()
}

/// Most values that a block may have.
pub(crate) fn max_nodes(block: &str) -> usize {
    if is_written(block) {
        MAX_WRITTEN_NODES
    } else {
        MAX_NODES
    }
}

fn no_block(text: &str) -> Parts<'_> {
    Parts {
        block: None,
        block_at: 0,
        block_line: 1,
        body: text,
        lines_before_body: 0,
        warning: None,
    }
}

/// 1-based line of the document in which its tail `rest` begins.
fn lines(text: &str, rest: &str) -> usize {
    position(text, text.len() - rest.len()).0
}

fn yaml(after: &str) -> Option<(Language, (&str, &str))> {
    let ends = |fence: &'static str| closed_by(after, move |line| line == fence);
    // A blank line after the opener means a thematic break, as in pandoc, unless nothing but keys stands there.
    let found = if split_line(after).0.trim().is_empty() && !after.is_empty() {
        ends("---").filter(|(block, _)| fences::are_keys(block) && fences::are_a_program_s(block))
    } else {
        dashed(after)
            .or_else(|| ends("---"))
            .or_else(|| ends("..."))
    };
    found.map(|found| (Language::Yaml, found))
}

/// Keys that a dash ends, as a phone makes one of three hyphens.
fn dashed(after: &str) -> Option<(&str, &str)> {
    let is_end = |line: &str| fences::is_dash(line) || line == "---";
    closed_by(after, is_end).filter(|(block, _)| fences::are_keys(block))
}

/// The text before the first line that `closes`, and the text after it.
fn closed_by(after: &str, closes: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let mut rest = after;
    while !rest.is_empty() {
        let (line, next) = split_line(rest);
        if closes(line.trim_end_matches([' ', '\t'])) {
            return Some((after.get(..after.len() - rest.len())?, next));
        }
        rest = next;
    }
    None
}

/// The lines of a text as far as a block may reach, each with where it starts.
pub(crate) fn beginning(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut position = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let start = position;
        position += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    });
    lines.take_while(|(start, _)| *start < MAX_BLOCK_BYTES)
}

/// Whether the lines after an opener begin as those of frontmatter do.
pub(crate) fn looks_like_keys(after: &str) -> bool {
    let (line, _) = split_line(after);
    line.split_once(':').is_some_and(|(key, value)| {
        !key.is_empty()
            && !key.contains(char::is_whitespace)
            && (value.is_empty() || value.starts_with(' '))
    })
}

/// A JSON object at the very start that ends at a line's end before a blank line or the end.
fn json(text: &str) -> Parts<'_> {
    let Some(end) = object_end(text) else {
        return no_block(text);
    };
    let (block, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let (tail, after) = split_line(rest);
    let ends_there =
        tail.trim().is_empty() && (after.is_empty() || split_line(after).0.trim().is_empty());
    let is_object =
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(block).is_ok();
    if !ends_there || block.len() > MAX_BLOCK_BYTES || !is_object {
        return no_block(text);
    }
    Parts {
        block: Some((Language::Json, block)),
        block_at: 0,
        block_line: 1,
        body: after,
        lines_before_body: lines(text, after) - 1,
        warning: None,
    }
}

/// Offset behind the brace that balances the first one.
pub(crate) fn object_end(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate().take(MAX_BLOCK_BYTES) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Option<(Language, &str, &str)> {
        let parts = find(text);
        parts
            .block
            .map(|(language, block)| (language, block, parts.body))
    }

    #[test]
    fn fences() {
        use Language::{Json, Toml, Yaml};
        for (text, expected) in [
            ("---\na: 1\n---\nb\n", Some((Yaml, "a: 1\n", "b\n"))),
            ("---  \r\na: 1\r\n---\t\r\nb", Some((Yaml, "a: 1\r\n", "b"))),
            ("\n \n---\na: 1\n---\nb", Some((Yaml, "a: 1\n", "b"))),
            ("---\n---\nb", Some((Yaml, "", "b"))),
            ("---\na: 1\n...\nb", Some((Yaml, "a: 1\n", "b"))),
            (
                "---\na: 1\n...\nb\n---\n",
                Some((Yaml, "a: 1\n...\nb\n", "")),
            ),
            ("+++\na = 1\n+++\nb", Some((Toml, "a = 1\n", "b"))),
            ("+++\na = 1\n---\nb", None),
            (
                "{\n  \"a\": \"}\"\n}\n\nb",
                Some((Json, "{\n  \"a\": \"}\"\n}", "\nb")),
            ),
            ("{\"a\": 1}", Some((Json, "{\"a\": 1}", ""))),
            ("{\"a\": 1}\nb", None),
            ("{\"a\": 1} b\n\n", None),
            ("{a: 1}\n\nb", None),
            ("---\n\nA: 1\n---\nb", None),
            ("----\na: 1\n----\nb", None),
            ("---js\na: 1\n---\nb", None),
            ("--- foo\na: 1\n---\nb", None),
            (" ---\na: 1\n---\n", None),
            ("a\n---\nb: 1\n---\n", None),
            ("", None),
        ] {
            assert_eq!(block(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_unterminated_block_is_told() {
        assert!(find("---\ntitle: x\n").warning.is_some());
        assert!(find("---\nSome text.\n").warning.is_none());
    }

    #[test]
    fn lines_are_counted() {
        let parts = find("\n---\na: 1\n---\nb\n");
        assert_eq!((parts.block_line, parts.lines_before_body), (3, 4));
    }
}
