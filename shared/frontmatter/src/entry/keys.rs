//! The author's keys, taken one schema key at a time (2.4.1, 2.4.2).

mod seen;
mod unlinked;

use unicode_normalization::UnicodeNormalization as _;

use super::Entry;
use super::fields::{self, Shape, is_known};
use crate::prose::{collapse, is_placeholder};
use crate::report::Warning;
use crate::repository::Repository;
use crate::warnings::Code;
use crate::yaml::Node;

/// Most tags of a document, and the longest, in characters.
const MAX_TAGS: usize = 50;
const MAX_TAG_CHARS: usize = 64;

/// The author's entries, fewer with each key that is taken.
#[derive(Debug, Clone)]
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
        // In what was converted before, brackets are no links any more.
        let is_converted = entries.iter().any(|entry| entry.is("derived"));
        let may_link = |key: &str| is_known(key) && fields::shape(key) != Some(Shape::Picture);
        for entry in entries {
            let entry = seen::entry(entry);
            let entry = if !is_converted && may_link(&entry.key) {
                unlinked::entry(entry)
            } else {
                entry
            };
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
        keys.tell_doubled();
        keys
    }

    /// Tells of known keys that stand there twice, in different cases.
    fn tell_doubled(&mut self) {
        for (index, entry) in self.entries.iter().enumerate() {
            let mut before = self.entries.iter().take(index);
            if is_known(&entry.key) && before.any(|other| other.is(&entry.key)) {
                self.warnings
                    .push(Code::DuplicateKey.at(entry.line, 1, &entry.key));
            }
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The first usable value among the spellings of a field. What can't be used, and what says
    /// something else than the value taken, moves to `extra`.
    pub(crate) fn take<T: PartialEq>(
        &mut self,
        field: &str,
        read: impl Fn(&Entry) -> Option<T>,
    ) -> Option<T> {
        self.take_spelled(fields::spellings(field), read)
    }

    /// The same among some spellings.
    pub(crate) fn take_spelled<'s, T: PartialEq>(
        &mut self,
        spellings: impl IntoIterator<Item = &'s str>,
        read: impl Fn(&Entry) -> Option<T>,
    ) -> Option<T> {
        let mut taken: Option<T> = None;
        for spelling in spellings {
            while let Some(entry) = self.remove(spelling) {
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
        }
        taken
    }

    /// Like [`Keys::take`] for keys that mean something else where they aren't usable: those stay.
    pub(crate) fn take_if<T>(&mut self, key: &str, read: impl Fn(&Node) -> Option<T>) -> Option<T> {
        let at = self.entries.iter().position(|entry| entry.is(key))?;
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
            .position(|entry| entry.is(key) && passes(entry))?;
        Some(self.entries.remove(at))
    }

    /// Puts an entry beside the others.
    pub(crate) fn put(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Drops the values of keys that an earlier conversion filled in.
    pub(crate) fn forget(&mut self, keys: &[String]) {
        self.entries.retain(|entry| !keys.contains(&entry.key));
    }

    pub(crate) fn unusable(&mut self, entry: Entry) {
        let code = if fields::shape(&entry.key) == Some(Shape::Date) {
            Code::NoDate
        } else {
            Code::Type
        };
        let text = entry.value.text().unwrap_or_default();
        self.warnings.push(code(&entry.key).at(entry.line, 1, text));
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

/// A scalar as text on one line.
pub(crate) fn text(entry: &Entry) -> Option<String> {
    let text = entry.literal.as_deref().or_else(|| entry.value.text())?;
    Some(collapse(text)).filter(|text| !text.is_empty())
}

pub(crate) fn tags(entry: &Entry) -> Option<Vec<String>> {
    // No tag has a comma of Chinese or Japanese in it.
    const COMMAS: [char; 3] = [',', '，', '、'];
    let words: Vec<String> = match &entry.value {
        Node::List(items) => {
            let items = items.iter().filter_map(Node::text);
            items
                .flat_map(|item| item.split(['，', '、']))
                .map(collapse)
                .collect()
        }
        Node::Scalar(_) => {
            let text = collapse(entry.value.text()?);
            let has_commas = text.contains(COMMAS);
            let separator = |c: char| {
                if has_commas {
                    COMMAS.contains(&c)
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

/// The direction of a script.
pub(crate) fn direction(entry: &Entry) -> Option<String> {
    let direction = text(entry)?.to_ascii_lowercase();
    matches!(direction.as_str(), "ltr" | "rtl").then_some(direction)
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
        link @ Node::List(_) => Some((format!("[[{}]]", unlinked::link(link)?), None)),
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
            .any(|entry| keys.iter().any(|key| entry.is(key)))
    }

    /// Whether the key says no.
    pub(crate) fn is_false(&self, key: &str) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|entry| entry.is(key) && boolean(&entry.value) == Some(false))
    }

    /// Whether the key holds a theme's banner or hero and not the address of a picture.
    pub(crate) fn is_theme_map(&self, key: &str) -> bool {
        matches!(key, "banner" | "hero")
            && self
                .entries
                .iter()
                .any(|entry| entry.is(key) && matches!(entry.value, Node::Map(_)))
    }

    /// The repository that is named; the key stays.
    pub(crate) fn repository(&self) -> Option<Repository> {
        let named = self.entries.iter().find(|entry| entry.is("repository"))?;
        Repository::read(&named.value)
    }
}
