//! README in, frontmatter-rich Markdown out: pure, no I/O, no clock, no randomness.
//!
//! The specification is `docs/conversion.md`; the modules cite its sections by number. Text is never
//! re-serialised: a body changes by splices alone.

#![warn(clippy::string_slice, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::indexing_slicing,
        reason = "tests may panic"
    )
)]

mod assemble;
mod badge;
mod body;
mod bytes;
mod context;
mod dates;
mod description;
mod diagnostics;
mod dialect;
mod draft;
mod emoji;
mod entry;
mod facts;
mod hidden;
mod markdown;
mod marks;
pub mod names;
mod outline;
mod prose;
mod record;
mod report;
mod repository;
mod shown;
pub mod slug;
mod slugger;
mod split;
mod title;
mod warnings;
mod words;
mod yaml;

use assemble::{Assembled, Emitted};
use body::dialects;
use dialect::Dialect;
use draft::Draft;
use markdown::{Bodies, Document};
use shown::Shown;
use split::Split;
use yaml::{readback, write};

pub use assemble::UnknownTheme;
pub use bytes::{MAX_README_BYTES, Reject};
pub use context::{Context, Flavor, NoteDocument, NoteMember, Notes, Themes};
pub use entry::mark::CONVERTER;
pub use entry::schema;
pub use report::{Field, Source, Warning};

/// A converted document.
#[derive(Debug)]
pub struct Output {
    /// The whole file: frontmatter and body.
    pub bytes: Vec<u8>,
    /// The emitted frontmatter as JSON.
    pub meta: serde_json::Value,
    /// Each emitted schema field with its source.
    pub fields: Vec<Field>,
    pub warnings: Vec<Warning>,
    /// Whether the author keeps the document private.
    pub draft: bool,
    /// The names that its links ask for, as [`names::fold`] writes them.
    pub references: Vec<String>,
    /// Whether the file was found and read back as what was meant.
    reads_back: bool,
}

/// Why an output must not be published. Whatever the upload was, it is a defect of the converter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    #[error("the frontmatter is not read back as what was meant")]
    NotReadBack,
    #[error("the entry breaks its schema at {0}")]
    Schema(#[from] schema::Violation),
}

impl Output {
    /// The last look before anything is written: the file reads back, the entry keeps to
    /// `entry.schema.json`. For documents of a member, which have an address and an author.
    ///
    /// # Errors
    ///
    /// What is wrong with the converter.
    pub fn check(&self) -> Result<(), Defect> {
        if !self.reads_back {
            return Err(Defect::NotReadBack);
        }
        Ok(schema::check(&self.meta)?)
    }
}

/// Whether [`convert`] would take these bytes, for an answer before anything is stored.
pub fn check(input: &[u8]) -> Result<(), Reject> {
    bytes::read(input).map(|_| ())
}

/// Converts a README. Everything but a [`Reject`] comes out as a valid document.
pub fn convert(input: &[u8], context: &Context) -> Result<Output, Reject> {
    convert_linked(input, context, |_| context.notes.clone())
}

/// Converts a README whose links lead to what `look_up` finds, in the place of the context's notes.
///
/// `look_up` is asked once, for the names of [`Output::references`], after all that is hidden has gone and before anything
/// is written; not at all where there is none or the document is a draft.
pub fn convert_linked(
    input: &[u8],
    context: &Context,
    look_up: impl FnOnce(&[String]) -> Notes,
) -> Result<Output, Reject> {
    let text = bytes::read(input)?;
    let Split { body, mut said } = Split::of(&text.content);
    let bodies = Bodies::default();
    // First of all: nothing may be read off what the author hides.
    let (mut shown, document) = Shown::of(Document::parse(body.text()), &said, &bodies);
    said.findings.append(&mut shown.findings);
    let dialect = Dialect::of(&said, &shown);
    let translated = dialects::translate(&document, &dialect.options(context), &bodies);
    let (translated, document) = match translated {
        Some((translated, again)) => (Some(translated), shown::trimmed(again)),
        None => (None, document),
    };
    let changed = [translated.as_ref(), shown.hidden()];
    let draft = Draft::read(&document, changed, dialect, said, context, text.warnings);
    let references = draft.references();
    let linked = (!references.is_empty() && !draft.is_kept_back()).then(|| Context {
        notes: look_up(&references),
        ..context.clone()
    });
    let (assembled, body) = draft.publish(linked.as_ref().unwrap_or(context));
    Ok(output(assembled, &body, text.eol, references))
}

/// The file, checked: it must be found by Astro's expression and read back as what was meant;
/// where the author's own lines stand in the way of that, everything is written canonically.
fn output(mut assembled: Assembled, body: &str, eol: &str, references: Vec<String>) -> Output {
    let mut file = written(&assembled, body, eol);
    let mut reads_back = self::reads_back(&file, eol, &assembled.entries);
    if !reads_back {
        assembled.rewrite();
        file = written(&assembled, body, eol);
        reads_back = self::reads_back(&file, eol, &assembled.entries);
    }
    let meta = assembled
        .entries
        .into_iter()
        .map(|entry| (entry.key, entry.value.into_json()));
    Output {
        reads_back,
        bytes: file.into_bytes(),
        meta: serde_json::Value::Object(meta.collect()),
        fields: assembled.fields,
        warnings: assembled.warnings,
        draft: assembled.draft,
        references,
    }
}

fn written(assembled: &Assembled, body: &str, eol: &str) -> String {
    let mut block = String::from("---\n");
    for entry in &assembled.entries {
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
    block + body
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
    let Ok(document) = yaml::read(captured) else {
        return false;
    };
    let read = document
        .entries
        .into_iter()
        .map(|entry| (entry.key, entry.value.into_json()));
    let meant = meant.map(|(key, value)| (key.to_owned(), value.to_json()));
    are_alike(
        &serde_json::Value::Object(read.collect()),
        &serde_json::Value::Object(meant.collect()),
    )
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

#[cfg(test)]
mod tests;
