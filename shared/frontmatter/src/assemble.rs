//! The fields of the output, each with where it came from (2.4, 3.1).

mod authors;
mod derived;
mod harmless;
mod others;
mod output;
mod shown_picture;
mod themes;
mod timestamps;
mod topics;

use crate::body::{CleanOptions, Cleaned};
use crate::context::Context;
use crate::entry::fields;
use crate::entry::keys::{self, Keys};
use crate::entry::mark::Mark;
use crate::entry::visibility::Finding;
use crate::marks::WORD_JOINER;
use crate::record::Derived;
use crate::report::{Source, Warning};
use crate::title::Title;
use crate::warnings::{Code, grouped};
use crate::yaml::Node;

use authors::authors;
use others::{ignore_address, rest};
use output::author;
use shown_picture::image;
use timestamps::updated;
use topics::tags_and_categories;

pub(crate) use authors::other_authors;
pub(crate) use output::{Assembled, Emitted};
pub use themes::UnknownTheme;
pub(crate) use timestamps::date;

/// Longer titles are refused or cut by some themes, in characters.
const LONG_TITLE: usize = 60;

/// Everything that the fields are made of.
pub(crate) struct Parts<'a> {
    pub(crate) keys: Keys,
    pub(crate) title: &'a Title,
    pub(crate) author_description: Option<String>,
    pub(crate) found_description: Option<String>,
    pub(crate) cleaned: &'a Cleaned,
    pub(crate) derived: Derived,
    /// The mark of an earlier conversion of this very body.
    pub(crate) mark: Option<Mark>,
    pub(crate) context: &'a Context,
    pub(crate) clean_options: &'a CleanOptions<'a>,
    /// Warnings so far, in order.
    pub(crate) warnings: Vec<Warning>,
    /// What is said about who may see the document.
    pub(crate) findings: Vec<Finding>,
    /// Who says that it comes out later.
    pub(crate) scheduled: Option<Source>,
}

pub(crate) fn assemble(parts: Parts<'_>) -> Assembled {
    let Parts {
        mut keys,
        title,
        author_description,
        found_description,
        cleaned,
        derived,
        mark,
        context,
        clean_options,
        mut warnings,
        findings,
        scheduled,
    } = parts;
    let mut out = Assembled::default();

    // What an earlier conversion has put in isn't seen.
    let shown = title.text.chars().filter(|c| *c != WORD_JOINER);
    if shown.count() > LONG_TITLE {
        warnings.push(Code::TitleLong.at(1, 1, &title.text));
    }
    out.push("title", Node::string(&title.text), title.source);
    let description = author(author_description)
        .or_else(|| found_description.map(|text| (text, Source::Paragraph)))
        .unwrap_or((String::new(), Source::Default));
    out.push(
        "description",
        Node::string(description.0.as_str()),
        description.1,
    );
    let entry_id = context.entry_id();
    if let Some(entry_id) = &entry_id {
        out.push("slug", Node::string(entry_id), Source::Upload);
    }
    let draft = match (draft(&mut keys, &findings, &mut warnings), scheduled) {
        ((false, _), Some(said_by)) => (true, said_by),
        (draft, _) => draft,
    };
    for key in fields::spellings("slug") {
        ignore_address(&mut keys, key, entry_id.as_deref(), &mut warnings);
    }

    let date = date(&mut keys, context, &mut warnings);
    let updated = updated(
        &mut keys,
        context,
        date.map(|(date, _)| date),
        &mut warnings,
    );
    if let Some((date, source)) = date {
        out.push("date", Node::plain(crate::dates::format(date)), source);
    }
    if let Some((updated, source)) = updated.at {
        out.push(
            "updated",
            Node::plain(crate::dates::format(updated)),
            source,
        );
    }
    authors(&mut out, &mut keys, context);
    tags_and_categories(&mut out, &mut keys, cleaned);
    image(&mut out, &mut keys, &derived, clean_options, &mut warnings);
    out.push("draft", Node::plain(draft.0.to_string()), draft.1);
    out.draft = draft.0;
    let read = [
        ("lang", derived.lang.as_deref()),
        ("dir", derived.dir),
        ("license", derived.license.as_deref()),
        ("aliases", None),
    ];
    for (key, read) in read {
        out.field(&mut keys, key, read);
    }
    themes::aliases(
        &mut out,
        &context.themes,
        date.map(|(date, _)| date),
        updated,
        &description.0,
    );

    rest(&mut out, keys, &mut warnings);
    warnings.sort_by_key(|warning| (warning.line, warning.column));
    let filled = mark.as_ref().map_or_else(
        || out.filled.clone(),
        |mark| again(&mark.filled, &out.entries),
    );
    derived::emit(
        &mut out,
        &filled,
        cleaned,
        &derived,
        mark.as_ref(),
        &warnings,
    );
    out.warnings = grouped(warnings);
    out
}

/// What an earlier conversion filled in is not the author's, although it stands in the file now.
fn again(filled: &[String], entries: &[Emitted]) -> Vec<String> {
    filled
        .iter()
        .filter(|key| entries.iter().any(|entry| entry.key == **key))
        .cloned()
        .collect()
}

/// Whether the document is a draft. Where two keys disagree, the careful one counts: nothing leaks that its author kept
/// back.
fn draft(keys: &mut Keys, findings: &[Finding], warnings: &mut Vec<Warning>) -> (bool, Source) {
    warnings.extend(findings.iter().filter_map(Finding::warning));
    // What these say is said by `draft` now. A date under `published` is a date; see the keys of `date`.
    for key in fields::spellings("draft") {
        while keys.take_if(key, keys::boolean).is_some() {}
    }
    while keys
        .remove_if("draft", |entry| keys::says_nothing(&entry.value))
        .is_some()
    {}
    keys.take_if("status", |value| {
        value
            .text()
            .filter(|status| status.trim().eq_ignore_ascii_case("draft"))
            .map(|_| ())
    });
    if findings.is_empty() {
        (false, Source::Default)
    } else {
        (findings.iter().any(Finding::hides), Source::Frontmatter)
    }
}
