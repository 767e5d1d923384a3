//! The fields of the output, each with where it came from (2.4, 3).

use jiff::Timestamp;

use crate::clean::{CleanOptions, Cleaned, resolve_image};
use crate::context::Context;
use crate::dates;
use crate::derived::{Derived, Heading};
use crate::guards;
use crate::keys::{self, Keys};
use crate::mark::{Mark, SCHEMA, digest};
use crate::report::{Field, Source, Warning};
use crate::source::Entry;
use crate::themes;
use crate::title::Title;
use crate::warnings::Code;
use crate::write::settled;
use crate::yaml::Node;

/// Longer titles are refused or cut by some themes, in characters.
const LONG_TITLE: usize = 60;

/// One key of the output.
#[derive(Debug, Clone)]
pub(crate) struct Emitted {
    pub(crate) key: String,
    pub(crate) value: Node,
    /// The author's own lines, where they are copied as they stand.
    pub(crate) verbatim: Option<String>,
}

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
}

/// The fields in their order.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub(crate) entries: Vec<Emitted>,
    pub(crate) fields: Vec<Field>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) draft: bool,
    filled: Vec<String>,
}

impl Assembled {
    fn push(&mut self, key: &str, value: Node, source: Source) {
        // What the next conversion would take for no value must not be written as one.
        let is_placeholder = value.text().is_some_and(keys::is_placeholder);
        if value.is_null() || (is_placeholder && key != "title") {
            return;
        }
        self.fields.push(Field {
            key: key.to_owned(),
            value: value.to_json(),
            source,
        });
        if source != Source::Frontmatter {
            self.filled.push(key.to_owned());
        }
        self.emit(key, value);
    }

    fn emit(&mut self, key: &str, value: Node) {
        self.entries.push(Emitted {
            key: key.to_owned(),
            value: settled(value),
            verbatim: None,
        });
    }

    /// Puts our own writing in place of the author's lines.
    pub(crate) fn rewrite(&mut self) {
        self.entries.retain(|entry| !entry.value.is_null());
        for entry in &mut self.entries {
            entry.verbatim = None;
            entry.value = settled(std::mem::replace(&mut entry.value, Node::plain("")));
        }
    }

    fn strings(&mut self, key: &str, values: &[String], source: Source) {
        if !values.is_empty() {
            self.push(
                key,
                Node::List(values.iter().map(Node::string).collect()),
                source,
            );
        }
    }
}

/// A value and its source.
type From<T> = Option<(T, Source)>;

fn author<T>(value: Option<T>) -> From<T> {
    value.map(|value| (value, Source::Frontmatter))
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
    for key in keys::ADDRESS {
        ignore_address(&mut keys, key, entry_id.as_deref(), &mut warnings);
    }

    let draft = draft(&mut keys);
    let date = date(&mut keys, context, &mut warnings);
    let updated = updated(
        &mut keys,
        context,
        date.map(|(date, _)| date),
        &mut warnings,
    );
    if let Some((date, source)) = date {
        out.push("date", Node::plain(dates::format(date)), source);
    }
    if let Some((updated, source)) = updated.at {
        out.push("updated", Node::plain(dates::format(updated)), source);
    }
    authors(&mut out, &mut keys, context);
    tags_and_categories(&mut out, &mut keys, cleaned);
    image(&mut out, &mut keys, &derived, clean_options, &mut warnings);
    out.push("draft", Node::plain(draft.0.to_string()), draft.1);
    out.draft = draft.0;
    let lang = author(keys.take(keys::LANG, keys::language))
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
    let license = author(keys.take(keys::LICENSE, keys::text))
        .or(derived.license.clone().map(|id| (id, Source::Body)));
    if let Some((license, source)) = license {
        out.push("license", Node::string(license), source);
    }
    if let Some(aliases) = keys.take(keys::ALIASES, keys::strings) {
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
    derived_entry(
        &mut out,
        &filled,
        cleaned,
        &derived,
        mark.as_ref(),
        &warnings,
    );
    out.warnings = warnings;
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

fn draft(keys: &mut Keys) -> (bool, Source) {
    let mut said = Vec::new();
    said.extend(keys.take(&["draft"], |entry| keys::boolean(&entry.value)));
    // A date under `published` is a date; see the keys of `date`.
    said.extend(
        keys.take_if("published", keys::boolean)
            .map(|published| !published),
    );
    said.extend(
        keys.take_if("publish", keys::boolean)
            .map(|publish| !publish),
    );
    said.extend(keys.take_if("private", keys::boolean));
    said.extend(keys.take_if("status", |value| {
        value
            .text()
            .filter(|status| status.trim().eq_ignore_ascii_case("draft"))
            .map(|_| true)
    }));
    match said.first() {
        // Where two keys disagree, the careful one counts: nothing leaks that its author kept back.
        Some(_) => (said.contains(&true), Source::Frontmatter),
        None => (false, Source::Default),
    }
}

fn read_date(entry: &Entry) -> Option<Timestamp> {
    match dates::read(entry.value.text()?) {
        dates::Read::Date(timestamp) => Some(timestamp),
        _ => None,
    }
}

/// Takes dates that don't exist out of the way, each with its own warning.
fn reject_dates(keys: &mut Keys, aliases: &[&str], warnings: &mut Vec<Warning>) {
    for alias in aliases {
        let is_no_such = |entry: &Entry| {
            let text = entry.value.text().unwrap_or_default();
            dates::read(text) == dates::Read::NoSuchDate
        };
        if let Some(entry) = keys.remove_if(alias, is_no_such) {
            let text = entry.value.text().unwrap_or_default();
            warnings.push(Code::BadDate(alias).at(entry.line, 1, text));
            keys.extra.push((entry.key, entry.value));
        }
    }
}

fn date(keys: &mut Keys, context: &Context, warnings: &mut Vec<Warning>) -> From<Timestamp> {
    reject_dates(keys, keys::DATE, warnings);
    author(keys.take(keys::DATE, read_date))
        .or_else(|| {
            let (date, _) = dates::prefix(context.name_hint.as_deref()?)?;
            Some((date, Source::FileName))
        })
        .or(context.created.map(|created| (created, Source::Upload)))
}

/// When the document was last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Updated {
    pub(crate) at: From<Timestamp>,
    /// The author wants none shown: Starlight's `lastUpdated: false`.
    pub(crate) is_hidden: bool,
}

fn updated(
    keys: &mut Keys,
    context: &Context,
    date: Option<Timestamp>,
    warnings: &mut Vec<Warning>,
) -> Updated {
    let is_hidden = keys
        .take_if("lastUpdated", super::yaml::Node::bool)
        .is_some_and(|shown| !shown);
    reject_dates(keys, keys::UPDATED, warnings);
    let written = author(keys.take(keys::UPDATED, read_date));
    let whole = |timestamp: Timestamp| timestamp.as_second();
    let uploaded = || {
        let (updated, created) = (context.updated?, context.created?);
        let is_later =
            whole(updated) > whole(created) && date.is_none_or(|date| whole(updated) > whole(date));
        (is_later && !is_hidden).then_some((updated, Source::Upload))
    };
    Updated {
        at: written.or_else(uploaded),
        is_hidden,
    }
}

fn authors(out: &mut Assembled, keys: &mut Keys, context: &Context) {
    let authors = keys.remove("authors");
    let ids = authors
        .as_ref()
        .filter(|entry| !keys::says_nothing(&entry.value))
        .and_then(keys::names);
    if let (Some(entry), None) = (&authors, &ids)
        && !keys::says_nothing(&entry.value)
    {
        keys.unusable(entry.clone());
    }
    // `by` comes last: `authors` says it where there is no `author`.
    let aliases: &[&str] = if ids.is_some() {
        &["author"]
    } else {
        &["author", "by"]
    };
    let names = keys.take(aliases, keys::names);
    if let Some(entry) = keys.remove("by")
        && !entry.value.is_empty()
    {
        keys.extra.push((entry.key, entry.value));
    }
    match (names, ids) {
        (Some(names), ids) => {
            let ids = ids.unwrap_or_else(|| names.clone());
            out.push(
                "author",
                Node::string(names.join(", ")),
                Source::Frontmatter,
            );
            author_ids(out, &ids, context);
        }
        (None, Some(ids)) => {
            out.push("author", Node::string(ids.join(", ")), Source::Frontmatter);
            author_ids(out, &ids, context);
        }
        (None, None) => {
            let name = keys::collapse(&context.name);
            let name = if name.is_empty() {
                &context.handle
            } else {
                &name
            };
            if !name.is_empty() {
                out.push("author", Node::string(name), Source::Member);
            }
            if !context.handle.is_empty() {
                out.strings(
                    "authors",
                    std::slice::from_ref(&context.handle),
                    Source::Member,
                );
            }
        }
    }
}

/// The ids of the authors that are named, the member's where the names give none.
fn author_ids(out: &mut Assembled, names: &[String], context: &Context) {
    let ids = slugged(names);
    if !ids.is_empty() {
        out.strings("authors", &ids, Source::Frontmatter);
    } else if !context.handle.is_empty() {
        out.strings(
            "authors",
            std::slice::from_ref(&context.handle),
            Source::Member,
        );
    }
}

/// Ids of authors.
fn slugged(names: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for name in names {
        let id = crate::slugger::slug(name);
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn tags_and_categories(out: &mut Assembled, keys: &mut Keys, cleaned: &Cleaned) {
    let written = keys.take(keys::TAGS, keys::tags).unwrap_or_default();
    let source = if written.is_empty() {
        Source::Body
    } else {
        Source::Frontmatter
    };
    let tags = keys::normalised_tags(written.into_iter().chain(cleaned.tags.iter().cloned()));
    out.strings("tags", &tags, source);

    let is_list = keys.remove_if_list("categories");
    let categories = is_list.or_else(|| keys.take(keys::CATEGORIES, keys::strings));
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
                    .map(keys::collapse)
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
    let aliases = keys::IMAGE.iter().copied();
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
        } else if entry.verbatim.is_some() {
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

fn derived_entry(
    out: &mut Assembled,
    filled: &[String],
    cleaned: &Cleaned,
    derived: &Derived,
    mark: Option<&Mark>,
    warnings: &[Warning],
) {
    let list = |values: &[String]| Node::List(values.iter().map(Node::string).collect());
    let json = |value: &serde_json::Value| crate::source::json_node(value.clone());
    let count = |count: usize| Node::plain(count.to_string());
    let mut codes: Vec<String> = mark.map(|mark| mark.warnings.clone()).unwrap_or_default();
    for warning in warnings {
        if !codes.contains(&warning.code) {
            codes.push(warning.code.clone());
        }
    }
    // In a body that was cleaned before, these can't be seen any more.
    let badges = mark.map_or(&cleaned.badges, |mark| &mark.badges);
    let callouts = mark.map_or(&cleaned.callouts, |mark| &mark.callouts);
    let wiki = mark.map_or(cleaned.wiki.as_slice(), Mark::wiki);

    let mut entries = vec![
        ("schema".to_owned(), Node::plain(SCHEMA.to_string())),
        ("converter".to_owned(), Node::string(crate::CONVERTER)),
        ("bodySha256".to_owned(), Node::string(digest(&cleaned.body))),
        ("filled".to_owned(), list(filled)),
        ("warnings".to_owned(), list(&codes)),
        ("words".to_owned(), count(derived.words)),
        (
            "readingMinutes".to_owned(),
            count(derived.reading_minutes.max(1)),
        ),
        (
            "headings".to_owned(),
            Node::List(derived.headings.iter().map(heading).collect()),
        ),
        (
            "links".to_owned(),
            Node::Map(vec![
                ("external".to_owned(), list(&derived.external_links)),
                ("internal".to_owned(), list(&derived.internal_links)),
                ("wiki".to_owned(), json(&serde_json::json!(wiki))),
            ]),
        ),
    ];
    if let Some(tasks) = &derived.tasks {
        let mut node = vec![
            ("total".to_owned(), count(tasks.total)),
            ("done".to_owned(), count(tasks.done)),
        ];
        if let Some(date) = &tasks.last_done {
            node.push(("lastDone".to_owned(), Node::plain(date)));
        }
        entries.push(("tasks".to_owned(), Node::Map(node)));
    }
    entries.push(("codeLanguages".to_owned(), list(&derived.code_languages)));
    entries.push(("badges".to_owned(), json(&serde_json::json!(badges))));
    entries.push(("callouts".to_owned(), json(&serde_json::json!(callouts))));
    entries.push((
        "features".to_owned(),
        Node::List(
            derived
                .features
                .iter()
                .map(|feature| Node::string(*feature))
                .collect(),
        ),
    ));
    out.emit("derived", Node::Map(entries));
}

fn heading(heading: &Heading) -> Node {
    Node::Map(vec![
        ("depth".to_owned(), Node::plain(heading.depth.to_string())),
        ("id".to_owned(), Node::string(&heading.id)),
        ("text".to_owned(), Node::string(&heading.text)),
    ])
}

impl Assembled {
    /// Adds a theme's own name for a value, unless the author's value stands there.
    pub(crate) fn alias(&mut self, key: &str, value: Node) {
        if !self.entries.iter().any(|entry| entry.key == key) {
            self.emit(key, value);
        }
    }

    /// The value that was emitted under `key`.
    pub(crate) fn value(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }
}
