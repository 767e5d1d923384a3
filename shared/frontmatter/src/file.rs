//! The file, found by Astro's expression and read back as what was meant (2.11).

use crate::assemble::{Assembled, Emitted};
use crate::entry::block::MAX_WRITTEN_NODES;
use crate::yaml::{self, readback, write};

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
            reads_back: reads_back(&text, eol, entries),
            text,
        }
    }
}

fn reads_back(file: &str, eol: &str, entries: &[Emitted]) -> bool {
    let Some(captured) = write::captured_by_astro(file) else {
        return false;
    };
    let meant = entries
        .iter()
        .map(|entry| (entry.key.as_str(), &entry.value));
    if readback::says(captured, eol, meant.clone()) {
        return true;
    }
    let Ok(document) = yaml::read_up_to(MAX_WRITTEN_NODES, captured) else {
        return false;
    };
    let read = document
        .entries
        .into_iter()
        .map(|entry| (entry.key, entry.value.into_json()));
    let meant = meant.map(|(key, value)| (key.to_owned(), value.to_json()));
    readback::are_alike(
        &serde_json::Value::Object(read.collect()),
        &serde_json::Value::Object(meant.collect()),
    )
}
