//! The fields of the output, each with where it came from (2.4, 3.1).

mod authors;
mod derived;
mod harmless;
mod output;
mod themes;
mod timestamps;

use crate::body::{CleanOptions, Cleaned, resolve_image};
use crate::context::Context;
use crate::entry::guards;
use crate::entry::keys::{self, Keys};
use crate::entry::mark::Mark;
use crate::entry::spellings;
use crate::entry::visibility::Finding;
use crate::facts::Derived;
use crate::prose::collapse;
use crate::report::{Source, Warning};
use crate::title::Title;
use crate::warnings::{Code, grouped};
use crate::yaml::Node;

use authors::authors;
pub(crate) use authors::other_authors;
use harmless::has_marks;
use output::author;
pub(crate) use output::{Assembled, Emitted};
pub use themes::UnknownTheme;
use timestamps::{date, updated};

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
    } = parts;
    let mut out = Assembled::default();

    if title.text.chars().count() > LONG_TITLE {
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
    let entry_id = entry_id(context);
    if let Some(entry_id) = &entry_id {
        out.push("slug", Node::string(entry_id), Source::Upload);
    }
    let draft = draft(&mut keys, &findings, &mut warnings);
    for key in spellings::ADDRESS {
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
    let lang = author(keys.take(spellings::LANG, keys::language))
        .or(derived.lang.clone().map(|lang| (lang, Source::Body)));
    if let Some((lang, source)) = lang {
        out.push("lang", Node::string(lang), source);
    }
    let dir = author(keys.take(&["dir"], |entry| {
        let dir = keys::text(entry)?.to_ascii_lowercase();
        matches!(dir.as_str(), "ltr" | "rtl").then_some(dir)
    }));
    if let Some((dir, source)) = dir.or(derived.dir.map(|dir| (dir.to_owned(), Source::Body))) {
        out.push("dir", Node::string(dir), source);
    }
    let license = author(keys.take(spellings::LICENSE, keys::text))
        .or(derived.license.clone().map(|id| (id, Source::Body)));
    if let Some((license, source)) = license {
        out.push("license", Node::string(license), source);
    }
    if let Some(aliases) = keys.take(spellings::ALIASES, keys::strings) {
        out.strings("aliases", &aliases, Source::Frontmatter);
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

fn entry_id(context: &Context) -> Option<String> {
    match (context.handle.as_str(), context.slug.as_str()) {
        ("", _) => None,
        (handle, "") => Some(handle.to_owned()),
        (handle, slug) => Some(format!("{handle}/{slug}")),
    }
}

fn ignore_address(keys: &mut Keys, key: &str, entry_id: Option<&str>, warnings: &mut Vec<Warning>) {
    let Some(entry) = keys.remove(key) else {
        return;
    };
    let own = key == "slug" && entry.value.text() == entry_id && entry_id.is_some();
    if !own && !entry.value.is_empty() {
        warnings.push(Code::SlugIgnored(key).at(
            entry.line,
            1,
            entry.value.text().unwrap_or_default(),
        ));
        keys.extra.push((entry.key, entry.value));
    }
}

/// Whether the document is a draft. Where two keys disagree, the careful one counts: nothing leaks that its author kept
/// back.
fn draft(keys: &mut Keys, findings: &[Finding], warnings: &mut Vec<Warning>) -> (bool, Source) {
    warnings.extend(findings.iter().filter_map(Finding::warning));
    // What these say is said by `draft` now. A date under `published` is a date; see the keys of `date`.
    for key in ["draft", "published", "publish", "private"] {
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

fn tags_and_categories(out: &mut Assembled, keys: &mut Keys, cleaned: &Cleaned) {
    let written = keys.take(spellings::TAGS, keys::tags).unwrap_or_default();
    let source = if written.is_empty() {
        Source::Body
    } else {
        Source::Frontmatter
    };
    let tags = keys::normalised_tags(written.into_iter().chain(cleaned.tags.iter().cloned()));
    out.strings("tags", &tags, source);

    let is_list = keys.remove_if_list("categories");
    let categories = is_list.or_else(|| keys.take(spellings::CATEGORIES, keys::strings));
    if let Some(categories) = categories {
        if let Some(first) = categories.first() {
            out.push("category", Node::string(first), Source::Frontmatter);
        }
        if categories.len() > 1 {
            out.strings("categories", &categories, Source::Frontmatter);
        }
    }
}

impl Keys {
    /// `categories` as a list: it says all that `category` says beside it.
    fn remove_if_list(&mut self, key: &str) -> Option<Vec<String>> {
        let list = self.take_if(key, |value| match value {
            Node::List(items) => Some(
                items
                    .iter()
                    .filter_map(Node::text)
                    .map(collapse)
                    .collect::<Vec<_>>(),
            ),
            _ => None,
        })?;
        let single = self.take(&["category"], keys::strings);
        let first = single
            .into_iter()
            .flatten()
            .filter(|category| !list.contains(category));
        Some(
            first
                .chain(list.iter().cloned())
                .filter(|category| !category.is_empty())
                .collect(),
        )
        .filter(|list: &Vec<_>| !list.is_empty())
    }
}

fn image(
    out: &mut Assembled,
    keys: &mut Keys,
    derived: &Derived,
    options: &CleanOptions<'_>,
    warnings: &mut Vec<Warning>,
) {
    let alt = keys.take(&["imageAlt"], keys::text);
    let aliases = spellings::IMAGE.iter().copied();
    let aliases: Vec<&str> = aliases.filter(|key| !keys.is_theme_map(key)).collect();
    let mut resolved = None;
    for alias in aliases {
        // The first that leads to a picture is taken.
        let Some(picture) = keys.take(&[alias], |entry| {
            keys::image(entry).map(|picture| (picture, entry.clone()))
        }) else {
            continue;
        };
        let ((address, own_alt), entry) = picture;
        let (found, told) = resolve_image(&address, options);
        match (found, &resolved) {
            (Some((url, found_alt)), None) => {
                warnings.extend(told);
                resolved = Some((url, own_alt.or(found_alt)));
            }
            (Some((url, _)), Some((first, _))) if url == *first => {}
            (Some(_), Some(_)) => keys.extra.push((entry.key, entry.value)),
            (None, _) => {
                warnings.extend(told.into_iter().map(|warning| Warning {
                    line: entry.line,
                    ..warning
                }));
                keys.extra.push((entry.key, entry.value));
            }
        }
    }
    let (image, source) = match (resolved, &derived.image) {
        (Some((url, own_alt)), _) => ((url, own_alt), Source::Frontmatter),
        (None, Some((url, own_alt))) => ((url.clone(), Some(own_alt.clone())), Source::Body),
        (None, None) => return,
    };
    out.push("image", Node::string(image.0), source);
    let alt = author(alt).or(image
        .1
        .filter(|alt| !alt.is_empty())
        .map(|alt| (alt, source)));
    if let Some((alt, source)) = alt {
        out.push("imageAlt", Node::string(alt), source);
    }
}

/// The author's own keys, as they wrote them where that is safe; the rest of them under `extra`.
fn rest(out: &mut Assembled, mut keys: Keys, warnings: &mut Vec<Warning>) {
    if let Some(entry) = keys.remove("extra") {
        match entry.value {
            Node::Map(entries) => {
                let mut kept = entries;
                kept.append(&mut keys.extra);
                keys.extra = kept;
            }
            value => keys.extra.push(("extra".to_owned(), value)),
        }
    }
    let (entries, mut extra, told) = keys.into_rest();
    warnings.extend(told);
    for entry in entries {
        if entry.value.is_null() && guards::is_guarded(&entry.key) {
            continue;
        }
        let taken = out.entries.iter().any(|emitted| emitted.key == entry.key);
        if taken || (guards::is_guarded(&entry.key) && !guards::allows(&entry.key, &entry.value)) {
            if !taken {
                warnings.push(Code::ThemeType(&entry.key).at(
                    entry.line,
                    1,
                    entry.value.text().unwrap_or_default(),
                ));
            }
            extra.push((entry.key, entry.value));
        } else if entry.verbatim.is_some() && !has_marks(&entry.value) {
            out.entries.push(Emitted {
                key: entry.key,
                value: entry.value,
                verbatim: entry.verbatim,
            });
        } else if !entry.value.is_null() {
            out.emit(&entry.key, entry.value);
        }
    }
    let mut unique: Vec<(String, Node)> = Vec::new();
    for (key, value) in extra {
        if !unique.iter().any(|(known, _)| *known == key) {
            unique.push((key, value));
        }
    }
    if !unique.is_empty() {
        out.emit("extra", Node::Map(unique));
    }
}
