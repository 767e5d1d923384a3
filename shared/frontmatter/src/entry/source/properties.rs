//! Properties in the text: `key:: value`, as Logseq and Obsidian's Dataview have them, pandoc's title block, and `HackMD`'s `###### tags:` (2.2). Those
//! at the top are keys like the block's; each leaves an empty line. What others say of who may see the page counts.

use crate::entry::Entry;
use crate::entry::block::beginning;
use crate::entry::fields::{self, Shape};
use crate::entry::visibility;
use crate::hidden::is_myst;
use crate::yaml::{Node, is_key_with};

/// Lines among which `HackMD`'s tags are looked for.
const TOP_LINES: usize = 40;
/// Keys that Logseq writes and nobody else reads.
const OF_LOGSEQ: [&str; 5] = [
    "collapsed",
    "exclude-from-graph-view",
    "filters",
    "icon",
    "template",
];

/// What the lines say that begin with `%` at the very top of a page of pandoc's.
const TITLE_BLOCK: [&str; 3] = ["title", "author", "date"];

/// What the text says in properties.
#[derive(Debug)]
pub(super) struct Taken {
    /// The properties at the top.
    pub(super) entries: Vec<Entry>,
    /// The properties elsewhere that say who may see the page.
    pub(super) others: Vec<Entry>,
    /// The text with an empty line for each of those at the top; `None` where there are none.
    pub(super) text: Option<String>,
}

/// Takes the properties out of a text.
pub(super) fn take(text: &str) -> Taken {
    // Most texts have no property, and then there is nothing below the top.
    let most = if memchr::memmem::find(text.as_bytes(), b"::").is_some() {
        usize::MAX
    } else {
        TOP_LINES
    };
    let lines: Vec<(usize, &str)> = beginning(text).take(most).collect();
    let mut taken = Taken {
        entries: Vec::new(),
        others: Vec::new(),
        text: None,
    };
    let run = run_at_the_top(&lines);
    let title_block = title_block(text, &lines);
    let mut gone: Vec<usize> = Vec::new();
    let mut fence: Option<&str> = None;
    for (index, (_, line)) in lines.iter().enumerate() {
        let marks = fence_marks(line);
        match fence {
            Some(open) if marks.is_some_and(|marks| marks.starts_with(open)) => fence = None,
            Some(_) => continue,
            None => fence = marks,
        }
        if let Some(key) = title_block.get(index) {
            let value = line.trim_start_matches('%').trim();
            if !value.is_empty() {
                let names = value.split(';').map(|name| Node::string(name.trim()));
                let value = match *key {
                    "author" if value.contains(';') => Node::List(names.collect()),
                    _ => Node::plain(value),
                };
                taken.entries.push(entry(key, value, index));
            }
            gone.push(index);
        } else if run.contains(&index) {
            if let Some((key, value)) = property(line) {
                taken
                    .entries
                    .push(entry(key, list_or_text(key, value), index));
                gone.push(index);
            }
        } else if let Some(tags) = tag_line(line).filter(|_| index < TOP_LINES) {
            taken.entries.push(entry("tags", tags, index));
            gone.push(index);
        } else if let Some((key, value)) = property(line)
            && visibility::is_known(key)
            && visibility::is_plain(value)
        {
            taken.others.push(entry(key, Node::plain(value), index));
        }
    }
    if !gone.is_empty() {
        let mut left = String::with_capacity(text.len());
        let mut position = 0;
        for (start, line) in gone.iter().filter_map(|index| lines.get(*index)) {
            left.push_str(text.get(position..*start).unwrap_or_default());
            position = start + line.len();
        }
        left.push_str(text.get(position..).unwrap_or_default());
        taken.text = Some(left);
    }
    taken
}

/// The keys of pandoc's title block, a line each, where the text begins with one: of two lines at least, since one may be prose,
/// or a comment of `MyST`.
fn title_block(text: &str, lines: &[(usize, &str)]) -> &'static [&'static str] {
    let is_part = |(_, line): &&(usize, &str)| {
        line.strip_prefix('%')
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    };
    let count = lines.iter().take_while(is_part).count();
    let ends = lines
        .get(count)
        .is_none_or(|(_, line)| line.trim().is_empty());
    TITLE_BLOCK
        .get(..count)
        .filter(|_| count > 1 && ends && !is_myst(text))
        .unwrap_or_default()
}

/// The properties that the text begins with, below its first heading or in its first item as well. One of them has to be
/// known: `std:: is a namespace` is none.
fn run_at_the_top(lines: &[(usize, &str)]) -> std::ops::Range<usize> {
    let line = |index: usize| lines.get(index).map_or("", |(_, line)| *line);
    let after_blank = |from: usize| {
        let blank = |index: &usize| !line(*index).trim().is_empty();
        (from..lines.len()).find(blank).unwrap_or(lines.len())
    };
    let mut start = after_blank(0);
    if line(start).starts_with("# ") {
        start = after_blank(start + 1);
    }
    let is_part = |index: &usize| {
        let line = line(*index);
        let is_own = *index == start || !line.starts_with("- ");
        is_own && property(line).is_some()
    };
    let end = (start..lines.len())
        .find(|index| !is_part(index))
        .unwrap_or(lines.len());
    let is_known = |index: usize| {
        property(line(index)).is_some_and(|(key, _)| {
            fields::is_known(key) || visibility::is_known(key) || OF_LOGSEQ.contains(&key)
        })
    };
    // What is indented below would lose the item that it belongs to.
    let has_children = line(start).starts_with("- ") && line(end).starts_with([' ', '\t']);
    if has_children || !(start..end).any(is_known) {
        return start..start;
    }
    start..end
}

/// The key and the value of a line `key:: value`.
fn property(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let (key, value) = line.split_once("::")?;
    let is_key = key.starts_with(char::is_alphabetic) && is_key_with(&['/'], key);
    let is_value = value.is_empty() || value.starts_with([' ', '\t']);
    (is_key && is_value).then(|| (key, value.trim()))
}

/// Names are parted at commas.
fn list_or_text(key: &str, value: &str) -> Node {
    if matches!(fields::shape(key), Some(Shape::Names | Shape::Tags)) && value.contains(',') {
        let names = value.split(',').map(|name| Node::plain(name.trim()));
        return Node::List(names.collect());
    }
    Node::plain(value)
}

/// The tags of `HackMD`'s line: `` ###### tags: `a` `b` ``.
fn tag_line(line: &str) -> Option<Node> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let text = text.strip_prefix(' ')?.trim_start();
    let (label, tags) = text.split_at_checked("tags:".len())?;
    let names: Vec<&str> = if tags.contains('`') {
        let parts = tags.split('`').enumerate();
        parts
            .map(|(index, part)| in_quotes(index, part))
            .collect::<Option<_>>()?
    } else if level == 6 {
        tags.split(',').map(str::trim).collect()
    } else {
        return None;
    };
    let names: Vec<Node> = names
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(Node::string)
        .collect();
    let is_tags = label.eq_ignore_ascii_case("tags:") && (1..=6).contains(&level);
    (is_tags && !names.is_empty()).then_some(Node::List(names))
}

/// A part of a line that is cut at its backquotes: those with odd numbers stand in quotes, and between them commas alone.
fn in_quotes(index: usize, part: &str) -> Option<&str> {
    match index % 2 {
        1 => Some(part.trim()),
        _ => part.trim().trim_matches(',').is_empty().then_some(""),
    }
}

/// The marks of a line that begins or ends code.
fn fence_marks(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let marks = line.len() - line.trim_start_matches(['`', '~']).len();
    line.get(..marks).filter(|marks| marks.len() >= 3)
}

fn entry(key: &str, value: Node, index: usize) -> Entry {
    Entry {
        key: key.to_owned(),
        value,
        line: index + 1,
        verbatim: None,
        literal: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_block_of_pandocs_is_keys() {
        let (entries, left) = taken("% Bees\n% Ann; Ben\n% 2025-07-10\n\nThey dance.\n");
        assert_eq!(left, "\n\n\n\nThey dance.\n");
        let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, TITLE_BLOCK);
        assert_eq!(entries.first().unwrap().1, "Bees");
        for text in [
            "% of all\n\na\n",
            "% a\n% b\nc\n",
            "%% a\n%% b\n",
            "% a\n% b\n\nSee {ref}`c`.\n",
        ] {
            assert_eq!(taken(text).1, text);
        }
    }

    fn taken(text: &str) -> (Vec<(String, serde_json::Value)>, String) {
        let taken = take(text);
        let entries = taken.entries.into_iter();
        let entries = entries.map(|entry| (entry.key, entry.value.to_json()));
        (
            entries.collect(),
            taken.text.unwrap_or_else(|| text.to_owned()),
        )
    }

    #[test]
    fn properties_at_the_top_are_keys() {
        for (text, keys, left) in [
            (
                "title:: A: b\ntags:: [[c]], d\n\ne",
                "title=A: b tags=[\"[[c]]\",\"d\"]",
                "\n\n\ne",
            ),
            (
                "\n- icon:: 🏠\n  public:: true\n- b",
                "icon=🏠 public=true",
                "\n\n\n- b",
            ),
            (
                "# A\r\n\r\ndate:: 2025\r\nmood:: b\r\nc",
                "date=2025 mood=b",
                "# A\r\n\r\n\r\n\r\nc",
            ),
            (
                "###### tags: `UNIX` `notes`\n\n# A",
                "tags=[\"UNIX\",\"notes\"]",
                "\n\n# A",
            ),
            (
                "# A\n\n##### Tags: `b`, `c`\n\nd",
                "tags=[\"b\",\"c\"]",
                "# A\n\n\n\nd",
            ),
            ("###### tags: b, c d\n", "tags=[\"b\",\"c d\"]", "\n"),
            ("alias:: a, b\n", "alias=[\"a\",\"b\"]", "\n"),
        ] {
            let (entries, body) = taken(text);
            let said = entries.iter().map(|(key, value)| {
                format!(
                    "{key}={}",
                    value.as_str().map_or(value.to_string(), str::to_owned)
                )
            });
            assert_eq!(said.collect::<Vec<_>>().join(" "), keys, "{text:?}");
            assert_eq!(body, left, "{text:?}");
        }
    }

    #[test]
    fn other_lines_stay() {
        for text in [
            "std:: is a namespace\n",
            "std::vector is a list\n",
            "Words.\n\ntitle:: a\n",
            "```\ntitle:: a\n###### tags: `b`\n```\n",
            "- title:: a\n\t- b\n",
            "## Tags: how they work\n",
            "## Tags: `a` and others\n",
            "Tags: `a`\n",
            "title::a\n",
        ] {
            assert_eq!(taken(text), (Vec::new(), text.to_owned()), "{text:?}");
        }
    }
}
