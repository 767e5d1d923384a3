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
mod bare;
mod block;
mod blocks;
mod bytes;
mod clean;
mod context;
mod dates;
mod derived;
mod description;
mod emoji;
mod entry;
mod guards;
mod head;
mod keys;
mod language;
mod mark;
mod markdown;
mod marks;
pub mod names;
mod prose;
mod record;
mod report;
mod repository;
pub mod schema;
pub mod slug;
mod slugger;
mod source;
mod spellings;
mod title;
mod visibility;
mod warnings;
mod words;
mod yaml;

use std::cell::LazyCell;

use assemble::{Assembled, Emitted, Parts, assemble};
use block::without_blank_lines;
use clean::{CleanOptions, Hidden};
use keys::Keys;
use mark::Mark;
use markdown::Document;
use visibility::Finding;
use yaml::{readback, write};

pub use assemble::UnknownTheme;
pub use bytes::{MAX_README_BYTES, Reject};
pub use context::{Context, Flavor, NoteDocument, NoteMember, Notes, Themes};
pub use mark::CONVERTER;
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
    let text = bytes::read(input)?;
    let source = source::read(&text.content, block::find(&text.content));
    let mut keys = Keys::new(source.entries);
    let body = without_blank_lines(&source.body);
    let blank = source.body.len() - body.len();
    let blank = source.body.as_bytes().get(..blank).unwrap_or_default();
    let lines_before_body = source.lines_before_body + memchr::memchr_iter(b'\n', blank).count();

    let mark = keys.remove("derived").and_then(|entry| {
        let mark = Mark::read(&entry.value);
        if mark.is_none() && !entry.value.is_empty() {
            keys.extra.push((entry.key, entry.value));
        }
        mark
    });
    let (mark, outdated) = match mark {
        Some(mark) if mark.is_of(body) => (Some(mark), Vec::new()),
        Some(mark) => (None, mark.outdated()),
        None => (None, Vec::new()),
    };
    keys.forget(&outdated);

    // First of all: nothing may be read off what the author hides.
    let document = Document::parse(body);
    let hidden = clean::hide(&document);
    let mut findings = source.findings;
    // What stands behind a comment stands at the top. An earlier conversion of this very body has read it.
    let head = hidden
        .as_ref()
        .filter(|_| mark.is_none())
        .map(|hidden| head::take_out(text_of(hidden)));
    let places = hidden.as_ref().map(|hidden| hidden.places(text_of(hidden)));
    if let (Some(head), Some(places)) = (&head, &places)
        && !findings.iter().any(Finding::hides)
    {
        let found = head.findings.iter().cloned();
        findings.extend(
            found.map(|finding| finding.moved(|line| lines_before_body + places(line, 1).0)),
        );
    }
    let document = match (&head, &hidden) {
        (Some(head), _) => Document::parse(&head.text),
        (None, Some(hidden)) => Document::parse(text_of(hidden)),
        (None, None) => document,
    };
    let repository = keys.repository();
    let reading = CleanOptions {
        context,
        repository: repository.as_ref(),
        obsidian_keys: hidden.as_ref().is_some_and(|hidden| hidden.is_obsidian)
            || keys.has_any(&["aliases", "cssclasses", "cssclass", "publish", "permalink"]),
        hard_breaks: !keys.is_false("breaks") && !keys.has_any(&["layout"]),
        emitted_before: mark.is_some(),
        title_removal: &[],
        removed_ids: &[],
    };
    let translated = clean::translate(&document, &reading);
    let parse = |changed| Document::parse(text_of(changed));
    let document = translated.as_ref().map_or(document, parse);
    let blocks = blocks::blocks(&document);
    let is_obsidian = LazyCell::new(|| clean::is_obsidian(&document, &reading));
    let author_title = keys.take(spellings::TITLE, keys::text);
    // An earlier conversion of this very body found none.
    let has_none = mark.is_some() && keys.has_any(&["description"]);
    let author_description = keys.take(spellings::DESCRIPTION, keys::text);
    let stem = context.name_hint.as_deref().map(hint_without_date);
    let title = title::find(&document, &blocks, author_title.as_deref(), stem);
    let found_description = (author_description.is_none() && !has_none)
        .then(|| description::find(&blocks, &title, &|| *is_obsidian))
        .flatten();

    let clean_options = match mark {
        Some(_) => reading,
        None => CleanOptions {
            title_removal: &title.removal,
            removed_ids: &title.removed_ids,
            ..reading
        },
    };
    let (mut cleaned, reading) = clean::clean(&document, &clean_options, derived::read);
    for changed in [&translated, &hidden].into_iter().flatten() {
        changed.bring_back(text_of(changed), &mut cleaned.warnings);
    }
    let mut warnings: Vec<Warning> = text.warnings;
    warnings.extend(source.warnings);
    warnings.extend(cleaned.warnings.iter().cloned().map(|mut warning| {
        warning.line += lines_before_body;
        warning
    }));
    let derived = derived::derive(reading, stem, &cleaned.badges);
    let assembled = assemble(Parts {
        keys,
        title: &title,
        author_description,
        found_description,
        cleaned: &cleaned,
        derived,
        mark,
        context,
        clean_options: &clean_options,
        warnings,
        findings,
    });
    let references = names::references(&document, &cleaned.wiki, &assembled.named, &context.handle);
    Ok(output(assembled, &cleaned.body, text.eol, references))
}

/// A body that was changed, from its first line that isn't blank.
fn text_of(changed: &Hidden) -> &str {
    without_blank_lines(&changed.body)
}

/// A file name's stem without the date that Jekyll puts before it.
fn hint_without_date(hint: &str) -> &str {
    dates::prefix(hint)
        .map(|(_, rest)| rest)
        .filter(|rest| !rest.is_empty())
        .unwrap_or(hint)
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
