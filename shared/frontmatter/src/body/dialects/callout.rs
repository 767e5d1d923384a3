//! What other programs box, set as a callout: `> [!info] Title`, and each line of it behind `> `.

use std::ops::Range;

use super::page::Page;
use crate::markdown::edits::Splice;

/// Words for boxes with the type of callout that each is, sorted; a box of type [`FOLDED`] is closed until it is asked for.
static KINDS: [(&str, &str); 50] = [
    ("abstract", "abstract"),
    ("admonition", "note"),
    ("alert", "warning"),
    ("aside", "note"),
    ("attention", "warning"),
    ("bug", "bug"),
    ("callout", "note"),
    ("caution", "caution"),
    ("check", "success"),
    ("cite", "quote"),
    ("collapse", FOLDED),
    ("danger", "danger"),
    ("details", FOLDED),
    ("done", "success"),
    ("error", "danger"),
    ("example", "example"),
    ("expand", FOLDED),
    ("expandable", FOLDED),
    ("fail", "failure"),
    ("failure", "failure"),
    ("faq", "question"),
    ("help", "question"),
    ("hint", "tip"),
    ("important", "important"),
    ("info", "info"),
    ("information", "info"),
    ("message", "note"),
    ("missing", "failure"),
    ("note", "note"),
    ("notice", "note"),
    ("primary", "note"),
    ("question", "question"),
    ("quote", "quote"),
    ("remark", "note"),
    ("secondary", "note"),
    ("seealso", "info"),
    ("spoiler", FOLDED),
    ("success", "success"),
    ("summary", "abstract"),
    ("theorem", "note"),
    ("tip", "tip"),
    ("tips", "tip"),
    ("tldr", "abstract"),
    ("todo", "todo"),
    ("toggle", FOLDED),
    ("versionadded", "info"),
    ("versionchanged", "info"),
    ("warn", "warning"),
    ("warning", "warning"),
    ("wip", "todo"),
];
/// Longest mark that is looked for, in bytes.
const MAX_PIECE: usize = 1024;
const FOLDED: &str = "folded";

/// The type of callout that a word means, and whether the callout is closed.
pub(super) fn kind(word: &str) -> Option<(&'static str, bool)> {
    let word = word.to_ascii_lowercase();
    let word = word.strip_prefix("callout-").unwrap_or(&word);
    let at = KINDS.binary_search_by_key(&word, |(known, _)| known).ok()?;
    let (_, kind) = KINDS.get(at)?;
    Some(if *kind == FOLDED {
        ("note", true)
    } else {
        (*kind, false)
    })
}

/// A part of the source that is boxed, between two marks.
#[derive(Debug)]
pub(super) struct Boxed {
    pub(super) open: Range<usize>,
    pub(super) close: Range<usize>,
    /// `None`: only its title and what it holds stay.
    pub(super) kind: Option<&'static str>,
    pub(super) is_folded: bool,
    pub(super) title: String,
}

/// The first line of a callout.
pub(super) fn marker(kind: &str, is_folded: bool, title: &str) -> String {
    let fold = if is_folded { "-" } else { "" };
    let space = if title.is_empty() { "" } else { " " };
    format!("> [!{kind}]{fold}{space}{title}")
}

impl Boxed {
    pub(super) fn write(&self, page: &Page<'_, '_>, splice: &mut Splice) {
        let source = page.document.source;
        let insertions = self.kind.and_then(|_| self.insertions(page));
        let (Some(kind), Some(insertions)) = (self.kind, insertions) else {
            return self.unwrap(splice);
        };
        let prefix = before_in_line(source, self.open.start);
        let rest = source
            .get(self.open.end..self.close.start)
            .unwrap_or_default();
        let text = rest.trim_start_matches([' ', '\t']);
        let mut head = String::new();
        if !is_blank_line(last_line(source.get(..self.open.start - prefix.len()))) {
            head = format!("\n{prefix}");
        }
        head.push_str(&marker(kind, self.is_folded, &self.title));
        if !text.is_empty() && !text.starts_with(['\n', '\r']) {
            head.extend(["\n", prefix, "> "]);
        }
        splice.replace(
            self.open.start..self.open.end + rest.len() - text.len(),
            head,
        );
        for (at, text) in insertions {
            splice.insert(at, text);
        }
        let after = source.get(self.close.end..).unwrap_or_default();
        let goes_on = before_in_line(source, self.close.start)
            .bytes()
            .any(|byte| !is_prefix(byte))
            && after
                .lines()
                .nth(1)
                .is_some_and(|line| !is_blank_line(line));
        splice.replace(self.close.clone(), if goes_on { "\n" } else { "" });
    }

    /// The marks before the lines inside; `None` where a quote would change what these are.
    fn insertions(&self, page: &Page<'_, '_>) -> Option<Vec<(usize, &'static str)>> {
        let source = page.document.source;
        let prefix = before_in_line(source, self.open.start);
        let region = self.open.end..self.close.start;
        let first = page
            .indented
            .partition_point(|code| code.start < region.start);
        let code = page.indented.get(first..)?.iter();
        let mut code = code.take_while(|code| code.start < region.end);
        // A tab goes on to its stop, which is nearer behind the mark.
        let is_tabbed = |code: &Range<usize>| {
            let text = source
                .as_bytes()
                .get(code.start.saturating_sub(4)..code.end);
            text.is_none_or(|code| code.contains(&b'\t'))
        };
        if !prefix.bytes().all(is_prefix) || code.any(is_tabbed) {
            return None;
        }
        let mut insertions = Vec::new();
        let inside = source.get(region.clone())?;
        let starts = memchr::memchr_iter(b'\n', inside.as_bytes()).map(|at| region.start + at + 1);
        for start in starts {
            let line = source.get(start..)?.lines().next().unwrap_or_default();
            let blanks = line.len() - line.trim_start_matches(' ').len();
            let length = match line.strip_prefix(prefix) {
                Some(_) => prefix.len(),
                None if line.trim_end() == prefix.trim_end() => line.len(),
                None if !prefix.contains('>') => blanks.min(prefix.len()),
                None => return None,
            };
            if start + length >= self.close.start {
                break;
            }
            let is_blank = line.get(length..)?.trim().is_empty();
            insertions.push((start + length, if is_blank { ">" } else { "> " }));
        }
        Some(insertions)
    }

    /// The marks go, and the title stays.
    fn unwrap(&self, splice: &mut Splice) {
        if self.title.is_empty() {
            splice.delete(self.open.clone());
        } else {
            splice.replace(self.open.clone(), format!("**{}**\n", self.title));
        }
        splice.delete(self.close.clone());
    }
}

/// A blank, or the mark of a quote.
fn is_prefix(byte: u8) -> bool {
    matches!(byte, b' ' | b'>')
}

/// What stands before a place in its line.
pub(super) fn before_in_line(source: &str, at: usize) -> &str {
    let before = source.get(..at).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or_default()
}

/// Whether nothing but blanks and marks of quotes stands around a range in its lines.
pub(super) fn has_line(source: &str, range: &Range<usize>) -> bool {
    let before = source.get(..range.start).unwrap_or_default();
    let before = before.trim_end_matches([' ', '>', '\t']);
    let after = source.get(range.end..).unwrap_or_default();
    let after = after.trim_start_matches([' ', '\t']);
    (before.is_empty() || before.ends_with('\n'))
        && (after.is_empty() || after.starts_with(['\n', '\r']))
}

/// The beginning of what follows a place in its line: marks are short, and lines may be long.
pub(super) fn piece(source: &str, at: usize) -> &str {
    let rest = source.as_bytes().get(at..).unwrap_or_default();
    let rest = rest.get(..rest.len().min(MAX_PIECE)).unwrap_or_default();
    let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    let end = (0..=end)
        .rev()
        .find(|end| source.is_char_boundary(at + end));
    source
        .get(at..at + end.unwrap_or_default())
        .unwrap_or_default()
}

/// The line that a text with its line break ends with.
pub(super) fn last_line(before: Option<&str>) -> &str {
    let before = before.unwrap_or_default();
    let before = before.strip_suffix('\n').unwrap_or(before);
    before.rsplit('\n').next().unwrap_or_default()
}

/// Whether a line has nothing but blanks and marks of quotes.
pub(super) fn is_blank_line(line: &str) -> bool {
    line.bytes()
        .all(|byte| matches!(byte, b' ' | b'>' | b'\t' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(KINDS.is_sorted_by(|one, next| one.0 < next.0));
        assert_eq!(kind("Callout-Tip"), Some(("tip", false)));
        assert_eq!(kind("details"), Some(("note", true)));
        assert_eq!(kind("columns"), None);
    }
}
