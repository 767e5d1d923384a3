//! Fences that are none to Astro and are read all the same: below a comment, with a blank line behind them, or made of the
//! dashes that a phone puts in the place of hyphens (2.2). Since a rule between paragraphs looks alike, what stands between
//! them has to be keys and nothing else.

use crate::entry::fields;
use crate::yaml::is_key_with;

/// Largest block, in bytes; a larger one is text.
pub(crate) const MAX_BLOCK_BYTES: usize = 64 * 1024;
/// How comments begin that have a line for themselves, with what ends them.
const COMMENT_LINES: [(&str, &str); 4] = [
    ("[//]: # (", ")"),
    ("[//]: <> (", ")"),
    ("[comment]: # (", ")"),
    ("[comment]: <> (", ")"),
];
/// How comments begin and end that may go over several lines.
const COMMENTS: [(&str, &str); 3] = [("<!--", "-->"), ("%%", "%%"), ("{/*", "*/}")];

/// A text from its first line that isn't blank.
pub(crate) fn without_blank_lines(text: &str) -> &str {
    let is_blank = text.trim_matches([' ', '\t', '\n', '\r']).is_empty();
    let start = if is_blank {
        text.len()
    } else {
        first_line(text)
    };
    text.get(start..).unwrap_or_default()
}

/// Offset of the first line that isn't blank.
pub(super) fn first_line(text: &str) -> usize {
    let content = text.trim_start_matches([' ', '\t', '\n', '\r']);
    let before = text.len() - content.len();
    text.get(..before)
        .and_then(|blank| blank.rfind(['\n', '\r']))
        .map_or(0, |at| at + 1)
}

/// A line without its break, and what comes after the break.
pub(super) fn split_line(text: &str) -> (&str, &str) {
    match text.find(['\n', '\r']) {
        None => (text, ""),
        Some(at) => {
            let (line, rest) = text.split_at_checked(at).unwrap_or((text, ""));
            let rest = rest
                .strip_prefix("\r\n")
                .or_else(|| rest.strip_prefix(['\n', '\r']))
                .unwrap_or(rest);
            (line, rest)
        }
    }
}

/// Whether a line is made of hyphens and dashes, and of one dash at least.
pub(super) fn is_dash(line: &str) -> bool {
    let is_dash = |c: char| matches!(c, '—' | '–' | '―' | '‒' | '−');
    let marks = line.chars().filter(|c| !c.is_whitespace());
    line.contains(is_dash)
        && !line.starts_with(char::is_whitespace)
        && marks.clone().count() <= "---".len()
        && marks.clone().all(|c| c == '-' || is_dash(c))
}

/// Length of the comments that a text begins with, each on lines of its own, and of the blank lines behind them.
pub(super) fn comments(text: &str) -> usize {
    let mut rest = text;
    while let Some(after) = after_comment(rest) {
        rest = without_blank_lines(after);
    }
    text.len() - rest.len()
}

fn after_comment(text: &str) -> Option<&str> {
    let (line, next) = split_line(text);
    let line = line.trim_end();
    let is_line = |(open, close): &(&str, &str)| line.starts_with(open) && line.ends_with(close);
    if COMMENT_LINES.iter().any(is_line) {
        return Some(next);
    }
    let mut comments = COMMENTS.iter();
    let (inside, close) =
        comments.find_map(|(open, close)| Some((text.strip_prefix(open)?, close)))?;
    // Browsers end such a comment at once.
    if inside.starts_with('>') || inside.starts_with("->") {
        return None;
    }
    let end = memchr::memmem::find(
        inside.as_bytes().get(..inside.len().min(MAX_BLOCK_BYTES))?,
        close.as_bytes(),
    )?;
    let (tail, next) = split_line(inside.get(end + close.len()..)?);
    tail.trim().is_empty().then_some(next)
}

/// Whether lines are keys with their values for certain, and no prose between two rules.
pub(super) fn are_keys(block: &str) -> bool {
    let (mut has_key, mut is_below_blank) = (false, true);
    for line in block.lines() {
        let is_blank = line.trim().is_empty();
        let is_part = is_blank
            || if has_key {
                let goes_on = line.starts_with([' ', '\t', ']', '}']) || line.starts_with("- ");
                // Below a blank line it is a heading.
                let is_comment = line.starts_with('#') && !is_below_blank;
                goes_on || is_comment || key(line).is_some()
            } else {
                let first = key(line);
                has_key = first.is_some_and(|(key, value)| is_first(key, value));
                has_key
            };
        if !is_part {
            return false;
        }
        is_below_blank = is_blank;
    }
    has_key
}

/// Whether keys are such as programs write below a blank line: several, or one that prose hardly has (`kanban-plugin`).
pub(super) fn are_a_program_s(block: &str) -> bool {
    let mut keys = block.lines().filter_map(key).map(|(key, _)| key);
    keys.clone().any(|key| key.contains(['-', '_'])) || keys.nth(1).is_some()
}

/// Whether frontmatter may begin with a key: it is known, or one word as programs write it and prose doesn't.
fn is_first(key: &str, value: &str) -> bool {
    fields::is_known(key)
        || key.starts_with(char::is_lowercase)
            && !key.contains(char::is_whitespace)
            && !value.is_empty()
}

/// The key of a line and its value.
fn key(line: &str) -> Option<(&str, &str)> {
    let colon = line.find([':', '：'])?;
    let (key, rest) = line.split_at_checked(colon)?;
    let value = rest.strip_prefix('：').or_else(|| {
        rest.strip_prefix(':')
            .filter(|value| value.is_empty() || value.starts_with(char::is_whitespace))
    })?;
    let key = key.trim_end();
    let is_key = key.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '"'))
        && is_key_with(&['.', '"', '/'], key);
    is_key.then_some((key, value.trim()))
}

#[cfg(test)]
mod tests {
    use crate::entry::block::find;

    fn block(text: &str) -> Option<(&str, &str)> {
        let parts = find(text);
        parts.block.map(|(_, block)| (block, parts.body))
    }

    #[test]
    fn one_key_below_a_blank_line_is_text() {
        assert_eq!(block("---\n\ntitle: a\n\n---\nb\n"), None);
        assert!(block("---\n\nkanban-plugin: a\n\n---\nb\n").is_some());
        assert!(block("---\n\ntitle: a\ntags: b\n\n---\nb\n").is_some());
    }

    #[test]
    fn keys_between_unusual_fences_are_a_block() {
        for (text, expected) in [
            (
                "---\n\nkanban-plugin: board\n\n---\n\nb",
                ("\nkanban-plugin: board\n\n", "\nb"),
            ),
            (
                "---\n\n\ntitle: a\ntags:\n- b\n\ndate created: c\n---\nb",
                ("\n\ntitle: a\ntags:\n- b\n\ndate created: c\n", "b"),
            ),
            (
                "<!-- a\n---\n -->\n\n<!--b-->\n---\ntitle: c\n---\nd",
                ("title: c\n", "d"),
            ),
            (
                "[//]: # (a)\r\n---\r\nTitle: c # d\r\n# e\r\n---\r\nf",
                ("Title: c # d\r\n# e\r\n", "f"),
            ),
            ("<!-- a -->\n+++\na = 1\n+++\nb", ("a = 1\n", "b")),
            ("%% a\n---\n%%\n---\ntitle: b\n---\nc", ("title: b\n", "c")),
            (
                "%%a%%\n{/* b */}\n---\ntitle: c\n---\nd",
                ("title: c\n", "d"),
            ),
            ("—\ntitle: a\n—\nb", ("title: a\n", "b")),
            ("–-\ntitle：a\n---\nb", ("title：a\n", "b")),
            (
                "---\ntitle: a\n—\nb\n\n---\nc",
                ("title: a\n", "b\n\n---\nc"),
            ),
            (
                "― \ntitle: a\n\ntags: [b]\n― \nc",
                ("title: a\n\ntags: [b]\n", "c"),
            ),
        ] {
            assert_eq!(block(text), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn prose_between_rules_is_text() {
        for text in [
            "---\n\nNote: this is important.\n\n---\nb",
            "---\n\ntitle: a\n\n# Heading\n\n---\nb",
            "---\n\nWords of a text.\n\n---\nb",
            "---\n\n---\nb",
            "---\n\ntitle: a\n",
            "<!-- a -->\n---\n# Heading\n---\nb",
            "<!-- a --> b\n---\ntitle: a\n---\n",
            "<!-->\n---\ntitle: a\n---\n-->\n",
            "<!-- a\n---\ntitle: a\n---\n",
            "<!-- a -->\n{\"a\": 1}\n",
            "—\nHe said so.\n—\nb",
            "—\n- he\n—\nb",
            "————\ntitle: a\n————\n",
            "— title: a\n—\n",
            "—\ntitle: a\n",
            "—\nAnna: kitchen\nBen: door\n—\n",
        ] {
            assert_eq!(block(text), None, "{text:?}");
        }
    }

    #[test]
    fn fences_of_dashes_are_told() {
        let parts = find("<!-- a -->\n—\ntitle: a\n—\nb");
        assert_eq!(parts.warning.map(|told| told.line), Some(2));
        assert_eq!((parts.block_line, parts.lines_before_body), (3, 4));
        assert!(find("---\n\ntitle: a\n\n---\n").warning.is_none());
    }
}
