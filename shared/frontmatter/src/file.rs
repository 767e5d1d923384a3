//! The file, found by Astro's expression and read back as what was meant (2.11).

use crate::assemble::{Assembled, Emitted};
use crate::entry::block::MAX_WRITTEN_NODES;
use crate::yaml::{self, Node, Resolved, write};

/// The frontmatter and the body, as they are stored.
pub(crate) struct File {
    pub(crate) text: String,
    /// Where the body begins, in bytes.
    pub(crate) body_at: usize,
    /// Whether the file was found and read back as what was meant.
    pub(crate) reads_back: bool,
}

impl File {
    /// Where the author's own lines stand in the way of reading the file back, everything is written canonically.
    pub(crate) fn of(assembled: &mut Assembled, body: &str, eol: &str) -> Self {
        let file = Self::written(&assembled.entries, body, eol);
        if file.reads_back {
            return file;
        }
        assembled.rewrite();
        Self::written(&assembled.entries, body, eol)
    }

    fn written(entries: &[Emitted], body: &str, eol: &str) -> Self {
        let mut block = String::from("---\n");
        for entry in entries {
            match &entry.verbatim {
                Some(lines) => {
                    for line in lines.lines() {
                        block.push_str(line);
                        block.push('\n');
                    }
                }
                None => write::entry(&mut block, 0, &entry.key, &entry.value),
            }
        }
        block.push_str("---\n");
        if !body.is_empty() {
            block.push('\n');
        }
        if eol != "\n" {
            block = block.replace('\n', eol);
        }
        let body_at = block.len();
        let text = block + body;
        Self {
            reads_back: reads_back(&text, entries),
            body_at,
            text,
        }
    }
}

fn reads_back(file: &str, entries: &[Emitted]) -> bool {
    let read = write::captured_by_astro(file)
        .and_then(|captured| yaml::read_up_to(MAX_WRITTEN_NODES, captured).ok());
    read.is_some_and(|document| {
        let read = document.entries.iter();
        let meant = entries.iter();
        maps_are_alike(
            read.map(|entry| (&entry.key, &entry.value)),
            meant.map(|entry| (&entry.key, &entry.value)),
        )
    })
}

/// Whether two maps have the same in the same order. What is null in one is as good as not there; it is written only where
/// the author's own lines have it.
fn maps_are_alike<'n>(
    one: impl Iterator<Item = (&'n String, &'n Node)>,
    other: impl Iterator<Item = (&'n String, &'n Node)>,
) -> bool {
    let is_there = |(_, value): &(&String, &Node)| !value.is_null();
    let mut one = one.filter(is_there);
    let mut other = other.filter(is_there);
    one.all(|(key, value)| {
        let twin = other.next();
        twin.is_some_and(|(twin, other)| key == twin && are_alike(value, other))
    }) && other.next().is_none()
}

/// Whether two values mean the same, however they are spelled.
fn are_alike(one: &Node, other: &Node) -> bool {
    match (one, other) {
        (Node::Map(one), Node::Map(other)) => {
            let one = one.iter().map(|(key, value)| (key, value));
            let other = other.iter().map(|(key, value)| (key, value));
            maps_are_alike(one, other)
        }
        (Node::List(one), Node::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| are_alike(one, other))
        }
        _ => match (one.resolved(), other.resolved()) {
            // A date is its text.
            (
                Some(Resolved::Timestamp | Resolved::String(_)),
                Some(Resolved::Timestamp | Resolved::String(_)),
            ) => one.text() == other.text(),
            (Some(Resolved::Float(one)), Some(Resolved::Float(other))) => {
                one.to_bits() == other.to_bits()
            }
            (one, other) => one.is_some() && one == other,
        },
    }
}
