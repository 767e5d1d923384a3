//! A document before its links lead anywhere: what it is called, what it says it is, and which names it asks for.

use std::cell::OnceCell;

use jiff::Timestamp;

use crate::assemble::{Assembled, Parts, assemble, other_authors};
use crate::body::rules::wikilinks;
use crate::body::{self, CleanOptions};
use crate::context::{Context, References};
use crate::dates;
use crate::description;
use crate::dialect::Dialect;
use crate::entry::fields::{self, Shape};
use crate::entry::keys::{self, Keys};
use crate::entry::mark::Mark;
use crate::entry::visibility::{self, Finding};
use crate::facts;
use crate::hidden::Hidden;
use crate::markdown::Document;
use crate::markdown::money;
use crate::names;
use crate::outline;
use crate::prose;
use crate::report::Warning;
use crate::schedule::Schedule;
use crate::shown::text_of;
use crate::split::Said;
use crate::title::{self, FileName, Title};

/// Keys of boards and drawings, whose headings are columns and parts of a file format.
const BOARDS: [&str; 2] = ["excalidraw-plugin", "kanban-plugin"];

/// A document whose title and description are found; nothing of it is written yet.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    document: &'a Document<'a>,
    /// What the body was made of, the last change first.
    changed: [Option<&'a Hidden>; 2],
    context: &'a Context,
    keys: Keys,
    mark: Option<Mark>,
    dialect: Dialect,
    /// Asked for again and again, and told by the whole document.
    is_obsidian: OnceCell<bool>,
    /// The file's name, which may be a title.
    stem: Option<&'a str>,
    title: Title,
    author_description: Option<String>,
    found_description: Option<String>,
    /// What is said about who may see the document, in keys and elsewhere.
    findings: Vec<Finding>,
    schedule: Schedule,
    lines_before_body: usize,
    warnings: Vec<Warning>,
}

impl<'a> Draft<'a> {
    /// `warnings` are those so far.
    pub(crate) fn read(
        document: &'a Document<'a>,
        changed: [Option<&'a Hidden>; 2],
        dialect: Dialect,
        said: Said,
        context: &'a Context,
        mut warnings: Vec<Warning>,
    ) -> Self {
        let Said {
            mut keys,
            mark,
            mut findings,
            lines_before_body,
            warnings: told,
        } = said;
        warnings.extend(told);
        findings.extend(visibility::findings(keys.entries()));
        let schedule = Schedule::take(&mut keys, &mut findings, context, &mut warnings);
        let author_title = keys.take("title", keys::text);
        // An earlier conversion of this very body found none.
        let has_none = mark.is_some() && keys.has_any(&["description"]);
        let author_description = keys.take("description", keys::text);
        let stem = context.name_hint.as_deref().map(hint_without_date);
        // What nobody sees is in no title.
        let seen = stem.map(|stem| prose::seen(stem.to_owned()));
        let name = seen.as_deref().map(names::without_export_id);
        let file = FileName {
            name,
            is_own: stem != Some(context.name.as_str()),
            is_export: name != seen.as_deref(),
            is_board: keys.has_any(&BOARDS),
        };
        let read = money::without(document).unwrap_or(document);
        let blocks = outline::blocks(read);
        let title = title::find(read, &blocks, author_title.as_deref(), file);
        let is_obsidian = OnceCell::new();
        let told = || body::is_obsidian(document, &dialect.options(context));
        let told = || *is_obsidian.get_or_init(told);
        let found_description = (author_description.is_none() && !has_none)
            .then(|| description::find(&blocks, &title, &told))
            .flatten();
        Self {
            document,
            changed,
            context,
            keys,
            mark,
            dialect,
            is_obsidian,
            stem,
            title,
            author_description,
            found_description,
            findings,
            schedule,
            lines_before_body,
            warnings,
        }
    }

    /// Whether its author keeps it back.
    pub(crate) fn is_kept_back(&self) -> bool {
        self.is_hidden() || self.schedule.kept_back.is_some()
    }

    /// Whether its author keeps it back for good.
    fn is_hidden(&self) -> bool {
        self.findings.iter().any(Finding::hides)
    }

    /// When it comes out by itself, or came out; `None` where it doesn't.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.schedule.until.filter(|_| !self.is_hidden())
    }

    /// The names that its links and authors ask for, and those of the files that it shows or leads to.
    pub(crate) fn references(&self) -> References {
        let authors = other_authors(&self.keys, self.context);
        let read = || body::is_obsidian(self.document, &self.dialect.options(self.context));
        let is_obsidian = *self.is_obsidian.get_or_init(read);
        let targets = wikilinks::targets_of(self.document, is_obsidian);
        let entries = self.keys.entries().iter();
        let pictures = entries.filter(|entry| fields::shape(&entry.key) == Some(Shape::Picture));
        let pictures = pictures.filter_map(keys::image);
        let pictures = pictures.map(|(written, _)| body::image_destination(&written));
        let targets_of_files = pictures.chain(targets.iter().cloned());
        let (files, addresses) = names::files(self.document, targets_of_files, self.context);
        References {
            files,
            addresses,
            names: names::references(
                self.document,
                authors.into_iter().chain(targets),
                self.context,
            ),
        }
    }

    /// The document as it is published, its links led to what `context` knows: the fields and the body.
    pub(crate) fn publish(self, context: &Context) -> (Assembled, String) {
        let options = self.dialect.options(context);
        let clean_options = if self.mark.is_some() {
            options
        } else {
            CleanOptions {
                title_removal: &self.title.removal,
                removed_ids: &self.title.removed_ids,
                ..options
            }
        };
        let (mut cleaned, reading) = body::clean(self.document, &clean_options, facts::read);
        for changed in self.changed.into_iter().flatten() {
            changed.bring_back(text_of(changed), &mut cleaned.warnings);
        }
        let mut warnings = self.warnings;
        warnings.extend(cleaned.warnings.iter().cloned().map(|mut warning| {
            warning.line += self.lines_before_body;
            warning
        }));
        let derived = facts::derive(reading, self.stem, &cleaned.badges);
        let assembled = assemble(Parts {
            keys: self.keys,
            title: &self.title,
            author_description: self.author_description,
            found_description: self.found_description,
            cleaned: &cleaned,
            derived,
            mark: self.mark,
            context,
            clean_options: &clean_options,
            warnings,
            findings: self.findings,
            scheduled: self.schedule.kept_back,
        });
        (assembled, cleaned.body)
    }
}

/// A file name's stem without the date that Jekyll puts before it.
fn hint_without_date(hint: &str) -> &str {
    dates::prefix(hint)
        .map(|(_, rest)| rest)
        .filter(|rest| !rest.is_empty())
        .unwrap_or(hint)
}
