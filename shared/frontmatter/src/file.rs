//! The file, found by Astro's expression and read back as what was meant (2.11).

use crate::assemble::{Assembled, Emitted};
use crate::entry::block::MAX_WRITTEN_NODES;
use crate::yaml::{self, write};

/// The frontmatter and the body, as they are stored.
pub(crate) struct File {
    pub(crate) text: String,
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
        let text = block + body;
        Self {
            reads_back: reads_back(&text, entries),
            text,
        }
    }
}

fn reads_back(file: &str, entries: &[Emitted]) -> bool {
    let read = write::captured_by_astro(file)
        .and_then(|captured| yaml::read_up_to(MAX_WRITTEN_NODES, captured).ok());
    read.is_some_and(|document| {
        let read = document.entries.into_iter();
        let read = read.map(|entry| (entry.key, entry.value.into_json()));
        let meant = entries.iter();
        let meant = meant.map(|entry| (entry.key.clone(), entry.value.to_json()));
        are_alike(
            &serde_json::Value::Object(read.collect()),
            &serde_json::Value::Object(meant.collect()),
        )
    })
}

/// Whether two values are equal. What is null in a map is as good as not there; it is written only
/// where the author's own lines have it.
fn are_alike(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value::Object;
    match (one, other) {
        (Object(one), Object(other)) => {
            let entries = |map: &serde_json::Map<String, _>| {
                map.values()
                    .filter(|value: &&serde_json::Value| !value.is_null())
                    .count()
            };
            entries(one) == entries(other)
                && one
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .all(|(key, value)| other.get(key).is_some_and(|twin| are_alike(value, twin)))
        }
        (one, other) => one == other,
    }
}
