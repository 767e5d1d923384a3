//! The author's keys, taken one schema key at a time (2.4).

use unicode_normalization::UnicodeNormalization as _;

use crate::report::Warning;
use crate::source::Entry;
use crate::warnings::Code;
use crate::yaml::Node;

pub(crate) const TITLE: &[&str] = &["title"];
pub(crate) const DESCRIPTION: &[&str] = &[
    "description",
    "summary",
    "excerpt",
    "abstract",
    "subtitle",
    "tagline",
    "socialDescription",
];
pub(crate) const TAGS: &[&str] = &["tags", "tag", "taxonomies.tags"];
pub(crate) const CATEGORIES: &[&str] = &["category", "categories", "taxonomies.categories"];
pub(crate) const DATE: &[&str] = &[
    "date",
    "pubDate",
    "pubDatetime",
    "publishDate",
    "published",
    "pubdate",
    "created",
    "created_at",
    "createdAt",
    "date_created",
    "creation_date",
    "published_at",
];
pub(crate) const UPDATED: &[&str] = &[
    "updatedDate",
    "modDatetime",
    "updateDate",
    "updated",
    "lastUpdated",
    "lastmod",
    "last_modified",
    "last-modified",
    "modified",
    "modified_at",
    "updated_at",
    "updatedAt",
    "date_modified",
];
pub(crate) const IMAGE: &[&str] = &[
    "image",
    "cover",
    "ogImage",
    "heroImage",
    "coverImage",
    "cover_image",
    "thumbnail",
    "featured_image",
    "socialImage",
    "banner",
    "hero",
];
pub(crate) const LANG: &[&str] = &["lang", "language", "locale"];
pub(crate) const LICENSE: &[&str] = &["license", "licence"];
pub(crate) const ALIASES: &[&str] = &["aliases", "alias"];
/// A document can't choose its own address.
pub(crate) const ADDRESS: &[&str] = &["slug", "permalink", "path", "url", "id"];

/// Most tags of a document, and the longest, in characters.
const MAX_TAGS: usize = 50;
const MAX_TAG_CHARS: usize = 64;

/// The author's entries, fewer with each key that is taken.
#[derive(Debug)]
pub(crate) struct Keys {
    entries: Vec<Entry>,
    /// What couldn't be used where it stood, and isn't lost.
    pub(crate) extra: Vec<(String, Node)>,
    pub(crate) warnings: Vec<Warning>,
}

impl Keys {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let mut keys = Self {
            entries: Vec::new(),
            extra: Vec::new(),
            warnings: Vec::new(),
        };
        for entry in entries {
            match (entry.key.as_str(), &entry.value) {
                // Zola keeps its tags one level down.
                ("taxonomies", Node::Map(inner))
                    if inner
                        .iter()
                        .any(|(key, _)| key == "tags" || key == "categories") =>
                {
                    let (own, others): (Vec<_>, Vec<_>) = inner
                        .iter()
                        .cloned()
                        .partition(|(key, _)| key == "tags" || key == "categories");
                    let with = |key: String, value| Entry {
                        key,
                        value,
                        verbatim: None,
                        ..entry.clone()
                    };
                    for (key, value) in own {
                        keys.entries.push(with(format!("taxonomies.{key}"), value));
                    }
                    if !others.is_empty() {
                        keys.entries
                            .push(with(entry.key.clone(), Node::Map(others)));
                    }
                }
                _ => keys.entries.push(entry),
            }
        }
        keys
    }

    /// The first usable value among the aliases of a schema key. What can't be used, and what says
    /// something else than the value taken, moves to `extra`.
    pub(crate) fn take<T: PartialEq>(
        &mut self,
        aliases: &[&str],
        read: impl Fn(&Entry) -> Option<T>,
    ) -> Option<T> {
        let mut taken: Option<T> = None;
        for alias in aliases {
            let Some(at) = self.entries.iter().position(|entry| entry.key == *alias) else {
                continue;
            };
            let entry = self.entries.remove(at);
            if says_nothing(&entry.value) {
                continue;
            }
            match (read(&entry), &taken) {
                (Some(value), None) => taken = Some(value),
                (Some(value), Some(first)) if value == *first => {}
                (Some(_), Some(_)) => self.extra.push((entry.key, entry.value)),
                (None, _) => self.unusable(entry),
            }
        }
        taken
    }

    /// Like [`Keys::take`] for keys that mean something else where they aren't usable: those stay.
    pub(crate) fn take_if<T>(&mut self, key: &str, read: impl Fn(&Node) -> Option<T>) -> Option<T> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        let value = self.entries.get(at).and_then(|entry| read(&entry.value))?;
        self.entries.remove(at);
        Some(value)
    }

    /// Takes a key out, whatever it holds.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Entry> {
        self.remove_if(key, |_| true)
    }

    /// Takes a key out whose entry passes, whatever its value is good for.
    pub(crate) fn remove_if(
        &mut self,
        key: &str,
        passes: impl Fn(&Entry) -> bool,
    ) -> Option<Entry> {
        let at = self
            .entries
            .iter()
            .position(|entry| entry.key == key && passes(entry))?;
        Some(self.entries.remove(at))
    }

    /// Drops the values of keys that an earlier conversion filled in.
    pub(crate) fn forget(&mut self, keys: &[String]) {
        self.entries.retain(|entry| !keys.contains(&entry.key));
    }

    pub(crate) fn unusable(&mut self, entry: Entry) {
        self.warnings.push(Code::Type(&entry.key).at(
            entry.line,
            1,
            entry.value.text().unwrap_or_default(),
        ));
        self.extra.push((entry.key, entry.value));
    }

    /// What no schema key took.
    pub(crate) fn into_rest(self) -> (Vec<Entry>, Vec<(String, Node)>, Vec<Warning>) {
        (self.entries, self.extra, self.warnings)
    }
}

/// A value as good as none.
pub(crate) fn says_nothing(value: &Node) -> bool {
    value.is_empty() || value.text().is_some_and(is_placeholder)
}

/// `{{ title }}` of a template that nobody filled in.
pub(crate) fn is_placeholder(text: &str) -> bool {
    text.trim().starts_with("{{") && text.trim().ends_with("}}")
}

/// A scalar as text on one line.
pub(crate) fn text(entry: &Entry) -> Option<String> {
    let text = entry.literal.as_deref().or_else(|| entry.value.text())?;
    Some(collapse(text)).filter(|text| !text.is_empty())
}

/// White space of every kind collapsed, the ends trimmed.
pub(crate) fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    let words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '\u{85}' | '\u{200b}' | '\u{feff}'));
    for word in words.filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

pub(crate) fn tags(entry: &Entry) -> Option<Vec<String>> {
    let words: Vec<String> = match &entry.value {
        Node::List(items) => items
            .iter()
            .filter_map(Node::text)
            .map(str::to_owned)
            .collect(),
        Node::Scalar(_) => {
            let text = entry.value.text()?;
            let separator = |c: char| {
                if text.contains(',') {
                    c == ','
                } else {
                    c.is_whitespace()
                }
            };
            text.split(separator).map(str::to_owned).collect()
        }
        Node::Map(_) => return None,
    };
    Some(normalised_tags(words))
}

/// Trimmed, without `#` before them, NFC, each once whatever its case, in order.
pub(crate) fn normalised_tags(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for word in words {
        // All of them: what is left must stay as it is the next time.
        let word = word.trim_start_matches(|c: char| c == '#' || c.is_whitespace());
        let tag: String = collapse(word).nfc().take(MAX_TAG_CHARS).collect();
        let tag = tag.trim().to_owned();
        let known = tags
            .iter()
            .any(|known| known.to_lowercase() == tag.to_lowercase());
        if !tag.is_empty() && !known && tags.len() < MAX_TAGS {
            tags.push(tag);
        }
    }
    tags
}

/// A string or a list of strings.
pub(crate) fn strings(entry: &Entry) -> Option<Vec<String>> {
    let strings: Vec<String> = match &entry.value {
        Node::List(items) => items
            .iter()
            .filter_map(Node::text)
            .map(collapse)
            .filter(|text| !text.is_empty())
            .collect(),
        Node::Scalar(_) => vec![text(entry)?],
        Node::Map(_) => return None,
    };
    Some(strings).filter(|strings| !strings.is_empty())
}

/// Names of authors: strings, maps with a `name`, or lists of those.
pub(crate) fn names(entry: &Entry) -> Option<Vec<String>> {
    let name = |value: &Node| match value {
        Node::Scalar(_) => value.text().map(collapse),
        Node::Map(_) => value.get("name").and_then(Node::text).map(collapse),
        Node::List(_) => None,
    };
    let names: Vec<String> = match &entry.value {
        Node::List(items) => items.iter().filter_map(name).collect(),
        value => name(value).into_iter().collect(),
    };
    Some(
        names
            .into_iter()
            .filter(|name| !name.is_empty() && !is_placeholder(name))
            .collect::<Vec<_>>(),
    )
    .filter(|names| !names.is_empty())
}

/// true, yes, on, 1 and their opposites, in any case.
pub(crate) fn boolean(value: &Node) -> Option<bool> {
    match value.text()?.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A language tag of the shape of BCP 47.
pub(crate) fn language(entry: &Entry) -> Option<String> {
    let text = text(entry)?.replace('_', "-");
    let mut parts = text.split('-');
    let primary = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let rest = parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    (primary && rest).then_some(text)
}

/// An image as it is written: a string, a wikilink that YAML took for a list in a list, or a map
/// with its address and perhaps its alt text.
pub(crate) fn image(entry: &Entry) -> Option<(String, Option<String>)> {
    match &entry.value {
        Node::Scalar(_) => Some((text(entry)?, None)),
        Node::List(outer) => match outer.as_slice() {
            [Node::List(inner)] => match inner.as_slice() {
                [link @ Node::Scalar(_)] => Some((format!("[[{}]]", link.text()?), None)),
                _ => None,
            },
            _ => None,
        },
        map @ Node::Map(_) => {
            let address = ["src", "url", "path", "file", "image"]
                .into_iter()
                .find_map(|key| map.get(key).and_then(Node::text))?;
            Some((
                collapse(address),
                map.get("alt").and_then(Node::text).map(collapse),
            ))
        }
    }
}

impl Keys {
    pub(crate) fn has_any(&self, keys: &[&str]) -> bool {
        self.entries
            .iter()
            .any(|entry| keys.contains(&entry.key.as_str()))
    }

    /// Whether the key holds a theme's banner or hero and not the address of a picture.
    pub(crate) fn is_theme_map(&self, key: &str) -> bool {
        matches!(key, "banner" | "hero")
            && self
                .entries
                .iter()
                .any(|entry| entry.key == key && matches!(entry.value, Node::Map(_)))
    }

    /// `repository: owner/name`, or a URL on GitHub, as `owner/name`. The key stays.
    pub(crate) fn repository(&self) -> Option<String> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.key == "repository")?;
        let text = entry.value.text()?.trim();
        let path = text
            .strip_prefix("https://github.com/")
            .or_else(|| text.strip_prefix("http://github.com/"))
            .unwrap_or(text);
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let (owner, name) = path.split_once('/')?;
        let part = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        (part(owner) && part(name)).then(|| format!("{owner}/{name}"))
    }
}
