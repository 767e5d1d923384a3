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
mod file;
mod hidden;
mod markdown;
mod marks;
pub mod names;
mod outline;
mod prose;
mod record;
mod report;
mod repository;
mod schedule;
mod shown;
pub mod slug;
mod slugger;
mod split;
mod title;
mod warnings;
mod words;
mod yaml;

use assemble::Assembled;
use body::dialects;
use dialect::Dialect;
use draft::Draft;
use file::File;
use jiff::Timestamp;
use markdown::{Bodies, Document};
use shown::Shown;
use split::Split;

pub use assemble::UnknownTheme;
pub use bytes::{MAX_README_BYTES, Reject, decode};
pub use context::{Context, Files, Flavor, NoteDocument, NoteMember, Notes, References, Themes};
pub use entry::mark::CONVERTER;
pub use entry::schema;
pub use report::{Field, Source, Warning};
pub use slugger::Slugger;

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
    /// Whether the author keeps the document private, for good or until it comes out.
    pub draft: bool,
    /// When it comes out by itself, of a draft, or came out; `None` where it doesn't.
    pub until: Option<Timestamp>,
    /// The names that its links and pictures ask for, as [`names::fold`] writes them.
    pub references: References,
    /// Whether the file was found and read back as what was meant.
    reads_back: bool,
    /// Where the body begins in `bytes`.
    body_at: usize,
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
    /// The body, as it stands in the file behind the frontmatter.
    pub fn body(&self) -> &str {
        let body = self.bytes.get(self.body_at..).unwrap_or_default();
        std::str::from_utf8(body).unwrap_or_default()
    }

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
    look_up: impl FnOnce(&References) -> Notes,
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
    let draft = Draft::read(
        &document,
        changed,
        dialect,
        said,
        context,
        text.warnings.clone(),
    );
    let references = draft.references();
    let is_kept_back = draft.is_kept_back();
    let until = draft.until();
    let linked = (!references.is_empty() && !is_kept_back).then(|| Context {
        notes: look_up(&references),
        ..context.clone()
    });
    let (mut assembled, body) = draft.publish(linked.as_ref().unwrap_or(context));
    if is_kept_back {
        // Nobody looked whether what it leads to is there.
        assembled
            .warnings
            .retain(|warning| !warnings::is_of_a_look_up(&warning.code));
    }
    text.bring_back(&mut assembled.warnings);
    let file = File::of(&mut assembled, &body, text.eol);
    let output = Output::of(file, assembled, references);
    Ok(Output { until, ..output })
}

impl Output {
    fn of(file: File, assembled: Assembled, references: References) -> Self {
        let entries = assembled.entries.into_iter();
        let meta = entries.map(|entry| (entry.key, entry.value.into_json()));
        Self {
            reads_back: file.reads_back,
            body_at: file.body_at,
            bytes: file.text.into_bytes(),
            meta: serde_json::Value::Object(meta.collect()),
            fields: assembled.fields,
            warnings: assembled.warnings,
            draft: assembled.draft,
            until: None,
            references,
        }
    }
}

#[cfg(test)]
mod tests;
