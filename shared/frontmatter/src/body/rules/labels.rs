//! Brackets that begin a line as a definition does, and are text for our parser (2.9.12).
//!
//! A definition may stand in the middle of a paragraph for some readers, behind marks of containers that are none for
//! others, and take what follows for its address: a tag, the mark of a fence. What is left of that is HTML or code no
//! more, and something else is.

use memchr::memchr2;

use crate::markdown::Document;
use crate::markdown::edits::Splice;

/// Longest label of a definition, in bytes: CommonMark has 999 characters.
const MAX_LABEL_BYTES: usize = 4 * 999;

/// Escapes the colon behind a label that leaves its line, or that has a tag, the next line, a title that goes on there, or
/// below other text an address of another scheme than a link's behind it; where the colon is no text, the bracket.
pub(crate) fn escape(document: &Document<'_>, splice: &mut Splice) {
    if !document.has("]:") {
        return;
    }
    let source = document.source;
    let lines = document.lines();
    let texts = document.texts();
    // Blocks of code have text of their own.
    let is_text = |at: usize| {
        let line = lines.get(lines.partition_point(|line| line.text.end <= at));
        texts.contain(at) && line.is_some_and(|line| line.text.start <= at)
    };
    for line in lines {
        let text = source.get(line.text.clone()).unwrap_or_default();
        let start = line.text.end - text.trim_start_matches(MARKERS).len();
        let is_escaped = start > 0 && source.as_bytes().get(start - 1) == Some(&b'\\');
        let Some(end) = label_end(source, start).filter(|_| !is_escaped) else {
            continue;
        };
        let is_first =
            line.is_first && start == line.text.start && follows_blank_line(source, start);
        let rest = source.get(end + 2..).unwrap_or_default();
        let address = rest.lines().next().unwrap_or_default().trim();
        if end < line.text.end && !may_act(address, is_first) {
            continue;
        }
        if let Some(at) = [end + 1, start].iter().find(|at| is_text(**at)) {
            splice.insert(*at, "\\");
        }
    }
}

/// What a line may begin with whose containers not everybody sees.
const MARKERS: fn(char) -> bool =
    |c| c.is_ascii_digit() || matches!(c, ' ' | '\t' | '>' | '-' | '+' | '*' | '.' | ')');

/// Whether something else would come of what stands behind the label, if it were the address of a definition.
fn may_act(address: &str, is_first: bool) -> bool {
    let (word, behind) = address.split_at(address.find(' ').unwrap_or(address.len()));
    let is_whole =
        behind.trim_start().is_empty() || behind.trim_start().starts_with(['"', '\'', '(']);
    let has_scheme = word.contains([':', '&', '\\'])
        && !["http:", "https:", "mailto:"]
            .iter()
            .any(|safe| word.starts_with(safe));
    let mut title = behind.trim().chars();
    let close = match title.next() {
        Some('(') => Some(')'),
        mark => mark.filter(|mark| matches!(mark, '"' | '\'')),
    };
    let is_open = close.is_some_and(|close| !title.any(|c| c == close));
    address.is_empty()
        || address.starts_with('<')
        || is_open
        || !is_first && is_whole && (has_scheme || word.contains(['<', '`']))
}

/// Whether the line above the one of `at` is blank, or there is none.
fn follows_blank_line(source: &str, at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default();
    let Some((above, _)) = before.rsplit_once('\n') else {
        return true;
    };
    let line = above.rsplit('\n').next().unwrap_or_default();
    line.trim_matches([' ', '\t', '>', '\r']).is_empty()
}

/// Where the `]` stands that ends the label which begins at `start`, and a colon behind it.
fn label_end(source: &str, start: usize) -> Option<usize> {
    let label = source.as_bytes().get(start..)?.strip_prefix(b"[")?;
    let label = label.get(..MAX_LABEL_BYTES).unwrap_or(label);
    let mut position = 0;
    loop {
        let at = position + memchr2(b'[', b']', label.get(position..)?)?;
        let is_escaped = at > 0 && label.get(at - 1) == Some(&b'\\');
        if !is_escaped {
            let ends = label.get(at..)?.starts_with(b"]:");
            return ends.then_some(start + 1 + at);
        }
        position = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    fn escaped(source: &str) -> String {
        let mut splice = Splice::default();
        escape(&Document::parse(source), &mut splice);
        apply(source, &splice.into_edits(source))
    }

    #[test]
    fn what_others_may_take_for_a_definition_is_text_for_them_too() {
        for (before, after) in [
            ("[a]:\n<div>\n", "[a]\\:\n<div>\n"),
            ("[a]:\n```\n<p>\n```\n", "[a]\\:\n```\n<p>\n```\n"),
            ("[\n```]:a\n<p>\n", "\\[\n```]:a\n<p>\n"),
            ("- b\n  [a]: <br> c\n", "- b\n  [a]\\: <br> c\n"),
            ("b\n[a]:\n\n[a]: /c\n", "b\n[a]\\:\n\n[a]: /c\n"),
            ("[a]\n>-\n[a]:b:c\n", "[a]\n>-\n[a]\\:b:c\n"),
            ("<code>c\n[a]:b</code>\n", "<code>c\n[a]\\:b</code>\n"),
            ("b\n[a]: c:d \"e\"\n", "b\n[a]\\: c:d \"e\"\n"),
            ("a\n- 2) [a]:b:c\n", "a\n- 2) [a]\\:b:c\n"),
            ("[a]: b \"c\n<p>\"\n", "[a]\\: b \"c\n<p>\"\n"),
            ("[a]:| (\n<p>)\n", "[a]\\:| (\n<p>)\n"),
        ] {
            assert_eq!(escaped(before), after, "from {before:?}");
            assert_eq!(escaped(after), after);
        }
    }

    #[test]
    fn definitions_and_other_colons_stay() {
        for source in [
            "[a]\n\n[a]: /b\n",
            "[a]\n\n[a]:\n/b\n",
            "[a]\n\n[a]: /b 'c\nd'\n",
            "[a]: b (c) d\n<p>\n",
            "b\n\n[a]: c and d\n",
            "- [a]: c and d\n- [b]: c\n",
            "b\n[a]: https://e.example/\n",
            "[a](/b):\n<div>\n",
            "`[a]:`\n<div>\n",
            "c [a]:\n<div>\n",
        ] {
            assert_eq!(escaped(source), source);
        }
    }
}
