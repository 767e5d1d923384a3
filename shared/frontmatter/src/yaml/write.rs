//! Writing YAML that every reader reads alike (2.11), and checking that it is found and read back.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Node, Resolved, resolve};

/// A string as a double-quoted scalar on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    push_quoted(&mut quoted, text);
    quoted
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let (run, after) = rest
            .split_at_checked(unescaped_length(rest))
            .unwrap_or((rest, ""));
        out.push_str(run);
        let mut characters = after.chars();
        let Some(c) = characters.next() else { break };
        rest = characters.as_str();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ => {
                // Writing to a string can't fail.
                let _: std::fmt::Result = write!(out, "\\u{:04X}", u32::from(c));
            }
        }
    }
    out.push('"');
}

/// How many bytes of a text stand in a string as they are, before the first character that doesn't:
/// quotes, backslashes, control characters, other line breaks, and what is no character.
fn unescaped_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let begins = |at: usize, marks: &[[u8; 2]]| {
        bytes
            .get(at + 1..at + 3)
            .is_some_and(|next| marks.iter().any(|mark| mark == next))
    };
    bytes
        .iter()
        .enumerate()
        .position(|(at, byte)| match byte {
            b'"' | b'\\' | 0..=0x1f | 0x7f => true,
            // U+0080 to U+009F
            0xc2 => bytes.get(at + 1).is_some_and(|next| *next < 0xa0),
            // U+2028, U+2029
            0xe2 => begins(at, &[[0x80, 0xa8], [0x80, 0xa9]]),
            // U+FEFF, U+FFFE, U+FFFF
            0xef => begins(at, &[[0xbb, 0xbf], [0xbf, 0xbe], [0xbf, 0xbf]]),
            _ => false,
        })
        .unwrap_or(bytes.len())
}

/// A key, plain where every reader takes it for a string.
pub(crate) fn key(key: &str) -> Cow<'_, str> {
    let mut chars = key.chars();
    let plain = chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
            .iter()
            .any(|word| key.eq_ignore_ascii_case(word));
    if plain {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(quoted(key))
    }
}

/// Writes `key: value` at an indentation, lines ending in `\n`. An empty value writes nothing.
pub(crate) fn entry(out: &mut String, indent: usize, name: &str, value: &Node) {
    if value.is_null() {
        return;
    }
    indentation(out, indent);
    named(out, indent, name, value);
}

fn indentation(out: &mut String, width: usize) {
    out.extend(std::iter::repeat_n(' ', width));
}

fn named(out: &mut String, indent: usize, name: &str, value: &Node) {
    out.push_str(&key(name));
    out.push(':');
    node(out, indent, value);
}

fn node(out: &mut String, indent: usize, value: &Node) {
    match value {
        Node::Scalar(_) => {
            out.push(' ');
            push_scalar(out, value);
            out.push('\n');
        }
        Node::List(items) if items.is_empty() => out.push_str(" []\n"),
        Node::Map(entries) if entries.iter().all(|(_, value)| value.is_null()) => {
            out.push_str(" {}\n");
        }
        Node::List(items) => {
            out.push('\n');
            for item in items {
                indentation(out, indent + 2);
                out.push('-');
                list_item(out, indent + 2, item);
            }
        }
        Node::Map(entries) => {
            out.push('\n');
            for (name, value) in entries {
                entry(out, indent + 2, name, value);
            }
        }
    }
}

fn list_item(out: &mut String, indent: usize, item: &Node) {
    match item {
        Node::Map(entries) if entries.iter().any(|(_, value)| !value.is_null()) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            for (at, (name, value)) in entries.enumerate() {
                // The first entry stands behind the dash.
                indentation(out, if at == 0 { 1 } else { indent + 2 });
                named(out, indent + 2, name, value);
            }
        }
        Node::List(items) if !items.is_empty() => {
            // A list in a list: flow style, which needs no indentation of its own.
            out.push(' ');
            out.push_str(&flow(item));
            out.push('\n');
        }
        _ => node(out, indent, item),
    }
}

fn flow(value: &Node) -> String {
    match value {
        Node::Scalar(_) => scalar(value),
        Node::List(items) => format!(
            "[{}]",
            items.iter().map(flow).collect::<Vec<_>>().join(", ")
        ),
        Node::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(name), flow(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn scalar(value: &Node) -> String {
    let mut text = String::new();
    push_scalar(&mut text, value);
    text
}

/// A [`settled`] scalar as every reader reads it: what js-yaml reads as a string is quoted, numbers
/// are written in their plainest form.
fn push_scalar(out: &mut String, value: &Node) {
    let Node::Scalar(scalar) = value else {
        return;
    };
    if !scalar.plain {
        return push_quoted(out, &scalar.text);
    }
    match resolve(&scalar.text) {
        Resolved::Null => push_quoted(out, ""),
        Resolved::Bool(value) => out.push_str(&value.to_string()),
        Resolved::Int(value) => out.push_str(&value.to_string()),
        Resolved::Float(value) => out.push_str(&float(value)),
        Resolved::Timestamp => out.push_str(&scalar.text),
        Resolved::String(text) => push_quoted(out, text),
    }
}

/// The value as it is read again once it was written: an empty list item as an empty string, an
/// empty entry not at all, a time in UTC and to the second.
pub(crate) fn settled(value: Node) -> Node {
    match value {
        Node::List(items) => Node::List(
            items
                .into_iter()
                .map(|item| {
                    if item.is_null() {
                        Node::string("")
                    } else {
                        settled(item)
                    }
                })
                .collect(),
        ),
        Node::Map(entries) => Node::Map(
            entries
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, settled(value)))
                .collect(),
        ),
        Node::Scalar(scalar) if scalar.plain && resolve(&scalar.text) == Resolved::Timestamp => {
            match crate::dates::read(&scalar.text) {
                crate::dates::Read::Date(_) if scalar.text.len() == "2025-07-10".len() => {
                    Node::Scalar(scalar)
                }
                crate::dates::Read::Date(time) => Node::plain(crate::dates::format(time)),
                _ => Node::string(scalar.text),
            }
        }
        scalar @ Node::Scalar(_) => scalar,
    }
}

/// The value with text in the place of every number that would be written in another way than its author's, who may mean no
/// number: `01234`, `+49301234`, `3.10`.
pub(crate) fn spelled(value: Node) -> Node {
    match value {
        Node::List(items) => Node::List(items.into_iter().map(spelled).collect()),
        Node::Map(entries) => {
            let entries = entries.into_iter();
            Node::Map(entries.map(|(key, value)| (key, spelled(value))).collect())
        }
        value @ Node::Scalar(_) => {
            let is_number = matches!(
                value.resolved(),
                Some(Resolved::Int(_) | Resolved::Float(_))
            );
            match value.text().map(str::to_owned) {
                Some(text) if is_number && scalar(&value) != text => Node::string(text),
                _ => value,
            }
        }
    }
}

/// A number that YAML 1.1 takes for one too: with a point, and without an exponent.
fn float(value: f64) -> String {
    let text = format!("{value}");
    if text.contains('.') || text.contains("inf") {
        text
    } else {
        format!("{text}.0")
    }
}

/// The block that Astro's expression captures in a file, `None` where it finds none
/// (`/(?:^\uFEFF?|^\s*\n)(?:---|\+\+\+)([\s\S]*?\n)(?:---|\+\+\+)/`).
pub(crate) fn captured_by_astro(file: &str) -> Option<&str> {
    let rest = file.strip_prefix('\u{feff}').unwrap_or(file);
    let rest = rest
        .strip_prefix("---")
        .or_else(|| rest.strip_prefix("+++"))?;
    let end = memchr::memchr_iter(b'\n', rest.as_bytes()).find_map(|at| {
        let after = rest.get(at + 1..)?;
        (after.starts_with("---") || after.starts_with("+++")).then_some(at + 1)
    })?;
    rest.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Node) -> String {
        let mut out = String::new();
        entry(&mut out, 0, "k", &settled(value.clone()));
        out
    }

    #[test]
    fn strings_are_quoted_on_one_line() {
        assert_eq!(
            quoted("a\"b\\c\nd\t\u{0}\u{85}\u{2028}é👩"),
            "\"a\\\"b\\\\c\\nd\\t\\u0000\\u0085\\u2028é👩\""
        );
    }

    #[test]
    fn characters_are_escaped_that_readers_read_otherwise() {
        let is_escaped = |c: char| {
            matches!(
                c,
                '"' | '\\'
                    | '\0'..='\u{1f}'
                    | '\u{7f}'..='\u{9f}'
                    | '\u{2028}'
                    | '\u{2029}'
                    | '\u{feff}'
                    | '\u{fffe}'
                    | '\u{ffff}'
            )
        };
        for c in '\0'..=char::MAX {
            let length = unescaped_length(&format!("{c}"));
            assert_eq!(length == 0, is_escaped(c), "{c:?}");
        }
    }

    #[test]
    fn keys_are_plain_where_that_is_safe() {
        for (name, expected) in [
            ("title", "title"),
            ("a-b_c", "a-b_c"),
            ("yes", "\"yes\""),
            ("1a", "\"1a\""),
            ("+++x", "\"+++x\""),
            ("", "\"\""),
        ] {
            assert_eq!(key(name), expected);
        }
    }

    #[test]
    fn values() {
        let map = Node::Map(vec![
            ("a".to_owned(), Node::plain("1")),
            (
                "b".to_owned(),
                Node::List(vec![Node::string("x"), Node::plain("no")]),
            ),
        ]);
        insta::assert_snapshot!(written(&Node::List(vec![map, Node::List(vec![Node::string("y")]), Node::plain("1e3"), Node::plain("~")])), @r#"
        k:
          - a: 1
            b:
              - "x"
              - "no"
          - ["y"]
          - 1000.0
          - ""
        "#);
        assert_eq!(written(&Node::plain("")), "");
        assert_eq!(written(&Node::Map(vec![])), "k: {}\n");
        assert_eq!(written(&Node::plain("2024-01-02")), "k: 2024-01-02\n");
        assert_eq!(
            written(&Node::plain("2024-1-2T10:00:00.5 +02:00")),
            "k: 2024-01-02T08:00:00Z\n"
        );
        assert_eq!(written(&Node::plain("2024-13-45")), "k: \"2024-13-45\"\n");
        assert_eq!(written(&Node::plain("007")), "k: 7\n");
    }

    #[test]
    fn numbers_of_another_spelling_are_texts() {
        for text in [
            "01234",
            "+49301234",
            "3.10",
            "1e3",
            "0x1F",
            "1_000",
            "12345678901234567890123",
        ] {
            assert_eq!(spelled(Node::plain(text)), Node::string(text));
        }
        for text in ["0", "12", "-1", "1.5", "2024-01-02", "true", "1.2.3"] {
            assert_eq!(spelled(Node::plain(text)), Node::plain(text));
        }
    }

    #[test]
    fn astro_finds_the_block() {
        assert_eq!(captured_by_astro("---\na: 1\n---\nb"), Some("\na: 1\n"));
        assert_eq!(captured_by_astro("---\na: 1\n+++x\n"), Some("\na: 1\n"));
        assert_eq!(captured_by_astro("a"), None);
    }
}
