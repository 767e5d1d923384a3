//! The top of a text with nothing in it that no reader sees.

use std::ops::Range;

use memchr::memchr2;

use crate::entry::block::MAX_BLOCK_BYTES;
use crate::prose::is_invisible;

/// Stands for what is veiled. Nobody sees it, and keys and values are read without it.
pub(super) const VEIL: char = '\u{ad}';
/// Longest tag, in bytes.
const MAX_TAG_BYTES: usize = 1024;

/// How comments begin and end that begin a line. Those of HTML may stand anywhere.
const SPANS: [(&str, &str); 9] = [
    ("<!--", "-->"),
    ("{/*", "*/}"),
    ("{{/*", "*/}}"),
    ("{{!--", "--}}"),
    ("{#", "#}"),
    ("/*", "*/"),
    ("{%", "%}"),
    ("<%", "%>"),
    ("%%", "%%"),
];
/// Elements in which examples stand.
const EXAMPLES: [&str; 12] = [
    "blockquote",
    "code",
    "details",
    "kbd",
    "li",
    "ol",
    "pre",
    "samp",
    "summary",
    "table",
    "textarea",
    "ul",
];

/// A text with [`VEIL`]s in place of its comments, and of the tags of lines that begin with one. Every line and offset stays.
#[derive(Debug)]
pub(super) struct Veiled {
    pub(super) text: String,
    /// The tags, in order.
    tags: Vec<Range<usize>>,
}

/// Veils the comments and the tags of a text.
pub(super) fn veiled(text: &str) -> Veiled {
    let mut tags = Vec::new();
    let mut veiled = String::with_capacity(text.len());
    let mut spans = SPANS.to_vec();
    let mut rest = text;
    // Whether nothing stands before on the line, and whether it began with a tag.
    let (mut begins_line, mut is_tagged) = (true, false);
    while let Some(mut c) = rest.chars().next() {
        if veiled.len() > MAX_BLOCK_BYTES {
            veiled.push_str(rest);
            break;
        }
        if !begins_line && !is_tagged {
            // In the midst of a line only a comment of HTML begins.
            let next = memchr2(b'<', b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let (plain, after) = rest.split_at_checked(next).unwrap_or((rest, ""));
            veiled.push_str(plain);
            rest = after;
            match rest.chars().next() {
                Some(next) => c = next,
                None => break,
            }
        }
        let tag = (begins_line || is_tagged).then(|| tag(rest)).flatten();
        is_tagged |= tag.is_some();
        tags.extend(tag.map(|length| veiled.len()..veiled.len() + length));
        let hidden = comment(rest, begins_line, &mut spans).or(tag);
        let length = hidden.unwrap_or(c.len_utf8());
        let (taken, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if hidden.is_some() {
            push_veil(&mut veiled, taken);
        } else {
            veiled.push(c);
            begins_line = c == '\n' || begins_line && (c.is_whitespace() || is_invisible(c));
            is_tagged &= c != '\n';
        }
        rest = after;
    }
    Veiled { text: veiled, tags }
}

impl Veiled {
    /// Lines of the range as they are shown, each with its tags around it: one of them may hide what follows. `source` is what
    /// was veiled.
    pub(super) fn with_tags(&self, source: &str, range: &Range<usize>, shown: &str) -> String {
        let mut tagged = String::with_capacity(shown.len());
        let mut start = range.start;
        let lines = self.text.get(range.clone()).unwrap_or_default();
        let mut lines = lines.split_inclusive('\n');
        for line in shown.split_inclusive('\n') {
            let veiled = lines.next().unwrap_or_default();
            let is_hidden = |c: char| c == VEIL || c.is_whitespace();
            let text_at = start + veiled.find(|c| !is_hidden(c)).unwrap_or(veiled.len());
            let end = start + veiled.len();
            let first = self.tags.partition_point(|tag| tag.start < start);
            let later = self.tags.partition_point(|tag| tag.start < end);
            let own = self.tags.get(first..later).unwrap_or_default().iter();
            let (before, behind): (Vec<_>, Vec<_>) = own.partition(|tag| tag.start < text_at);
            let written = |tags: Vec<&Range<usize>>| {
                let tags = tags.into_iter().filter_map(|tag| source.get(tag.clone()));
                tags.collect::<String>().replace(['\n', '\r'], " ")
            };
            let content = line.trim_end_matches(['\n', '\r']);
            tagged.push_str(&written(before));
            tagged.push_str(content);
            tagged.push_str(&written(behind));
            tagged.push_str(line.get(content.len()..).unwrap_or_default());
            start = end;
        }
        tagged
    }
}

/// A text without veils.
pub(super) fn unveiled(text: &str) -> String {
    text.replace(VEIL, "")
}

/// Length of the comment that a text begins with.
fn comment(text: &str, begins_line: bool, spans: &mut Vec<(&str, &str)>) -> Option<usize> {
    if !text.starts_with(['<', '{', '/', '%']) {
        return None;
    }
    let is_open =
        |(open, _): &(&str, &str)| (begins_line || *open == "<!--") && text.starts_with(open);
    let index = spans.iter().position(is_open)?;
    let (open, close) = spans.get(index).copied()?;
    let inside = text.get(open.len()..)?.find(close);
    if inside.is_none() {
        // Nothing ends a later one either.
        spans.remove(index);
    }
    inside.map(|inside| open.len() + inside + close.len())
}

/// Length of the tag that a text begins with, unless it is of an element in which examples stand.
fn tag(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let is_example = EXAMPLES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name));
    let length = inside.bytes().take(MAX_TAG_BYTES).position(|b| b == b'>')?;
    let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !is_example
        && !inside.get(..length)?.contains("\n\n");
    is_tag.then_some(length + 2)
}

fn push_veil(veiled: &mut String, text: &str) {
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let veils = content.len() / VEIL.len_utf8();
        veiled.extend(std::iter::repeat_n(VEIL, veils));
        veiled.extend(std::iter::repeat_n(' ', content.len() % VEIL.len_utf8()));
        veiled.push_str(line.get(content.len()..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_tags_are_veiled_and_all_else_keeps_its_place() {
        for (text, expected) in [
            ("a: b\n<!-- c\nd -->\ne", "a: b\n\n\ne"),
            ("a<!-- b -->: c", "a: c"),
            ("%%ab%% c: d\n%%e\n\nfg%%h", "c: d\n\n\nh"),
            ("<b class=\"c\">a</b>: <i>b</i>", "a: b"),
            ("a: <b>\n<br>\nc", "a: <b>\n\nc"),
            ("<pre>\na\n</pre>", "<pre>\na\n</pre>"),
            ("a %%b%%\n<!-- c\n%% d", "a %%b%%\n<!-- c\n%% d"),
        ] {
            let veiled = veiled(text).text;
            assert_eq!(veiled.len(), text.len(), "{text:?}");
            let lines = |text: &str| text.matches('\n').count();
            assert_eq!(lines(&veiled), lines(text), "{text:?}");
            let shown = unveiled(&veiled);
            let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown: Vec<_> = shown.lines().map(words).collect();
            assert_eq!(shown.join("\n"), expected, "{text:?}");
        }
    }
}
