//! What the value of a key says by the key's rule (2.4.6).

use unicode_normalization::UnicodeNormalization as _;

use super::vocabulary::Rule;
use crate::dates;
use crate::entry::keys;
use crate::prose::is_invisible;
use crate::words::{self, Topic};
use crate::yaml::Node;

/// Longest key that is looked up, in characters.
pub(super) const MAX_KEY_CHARS: usize = 40;

/// What a key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing about who may see the document.
    Silent,
    Public,
    Hidden,
    /// Something about it, but nobody knows what.
    Unclear,
}

impl Rule {
    pub(super) fn verdict(self, value: &Node) -> Verdict {
        if self == Self::Build {
            return build(value);
        }
        if keys::says_nothing(value) {
            return Verdict::Silent;
        }
        let said = match value {
            // A list of one is what it holds.
            Node::List(items) => match items.as_slice() {
                [item] => truth(item),
                _ => None,
            },
            value => truth(value),
        };
        let unless = |is_silent: bool| {
            if is_silent {
                Verdict::Silent
            } else {
                Verdict::Unclear
            }
        };
        let hidden = || hidden_word(value, words::HIDDEN);
        match (self, said) {
            (Self::Secret, _) | (Self::Audience, Some(false)) => Verdict::Hidden,
            (Self::Yes | Self::YesOnly | Self::Schedule, Some(said)) => hidden_if(said),
            (Self::No | Self::NoOnly | Self::NoOrDate, Some(said)) => hidden_if(!said),
            (Self::Yes, None) if is_all(value, &[words::SETTLED]) => Verdict::Public,
            (Self::Yes, None) => hidden().unwrap_or(Verdict::Unclear),
            (Self::No, None) => hidden().unwrap_or_else(|| unless(is_elsewhere(value))),
            (Self::NoOrDate, None) => hidden()
                .unwrap_or_else(|| unless(is_date(value) || is_elsewhere(value) || is_name(value))),
            (Self::YesOnly | Self::NoOnly | Self::Schedule, None) | (Self::Build, _) => {
                Verdict::Silent
            }
            // `access: true` doesn't say who has it.
            (Self::Audience, Some(true)) => Verdict::Unclear,
            (Self::Audience, None) => hidden().unwrap_or_else(|| {
                let is_public = has_word(value, words::PUBLIC)
                    && is_all(value, &[words::PUBLIC, words::PUBLIC_FILLER]);
                if is_public {
                    Verdict::Public
                } else {
                    Verdict::Unclear
                }
            }),
            (Self::Word, _) => hidden_word(value, words::HIDDEN_STATE).unwrap_or(Verdict::Silent),
        }
    }
}

fn hidden_if(hidden: bool) -> Verdict {
    if hidden {
        Verdict::Hidden
    } else {
        Verdict::Public
    }
}

/// As [`keys::boolean`], and as people write it.
pub(super) fn truth(value: &Node) -> Option<bool> {
    keys::boolean(value).or_else(|| {
        let text = value.text()?.nfkc().filter(|c| !is_invisible(*c));
        let text: String = text.flat_map(char::to_lowercase).collect();
        match text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '!')) {
            "y" | "t" | "true" | "yes" | "on" | "1" | "1.0" | "ja" | "oui" | "sí" | "sim" | "✓"
            | "✔" | "✅" => Some(true),
            "n" | "f" | "false" | "no" | "off" | "0" | "0.0" | "nein" | "non" | "não" | "✗"
            | "❌" => Some(false),
            _ => None,
        }
    })
}

/// Hidden where a word of the value is one of these.
fn hidden_word(value: &Node, hidden: Topic) -> Option<Verdict> {
    has_word(value, hidden).then_some(Verdict::Hidden)
}

fn has_word(value: &Node, known: Topic) -> bool {
    words_of(value).iter().any(|word| known.fits(word))
}

/// Whether the value has words and each is one of a topic's.
fn is_all(value: &Node, topics: &[Topic]) -> bool {
    let words = words_of(value);
    let is_known = |word: &String| topics.iter().any(|topic| topic.fits(word));
    !words.is_empty() && words.iter().all(is_known)
}

/// The words of a value, of a list's items and of a map's keys and values as well.
fn words_of(value: &Node) -> Vec<String> {
    let mut texts = Vec::new();
    gather(value, &mut texts);
    let texts = texts.iter().map(|text| {
        let shown = text.nfkc().filter(|c| !is_invisible(*c));
        shown.flat_map(char::to_lowercase).collect::<String>()
    });
    texts
        .flat_map(|text| {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn gather<'n>(value: &'n Node, texts: &mut Vec<&'n str>) {
    match value {
        Node::Scalar(_) => texts.extend(value.text()),
        Node::List(items) => items.iter().for_each(|item| gather(item, texts)),
        Node::Map(entries) => {
            for (key, value) in entries {
                texts.push(key);
                // `share: {twitter: true}`
                if truth(value).is_none() {
                    gather(value, texts);
                }
            }
        }
    }
}

/// An address, or services at which something is shared or published that is no page.
fn is_elsewhere(value: &Node) -> bool {
    let is_address = value
        .text()
        .is_some_and(|text| text.contains("://") || text.trim().starts_with("www."));
    is_address || is_all(value, &[words::SERVICE, words::PUBLIC])
}

/// The name of a publisher: several words, capitals before them.
fn is_name(value: &Node) -> bool {
    let text = value.text().unwrap_or_default();
    let names = text
        .split_whitespace()
        .filter(|word| word.starts_with(char::is_uppercase))
        .count();
    let are_all = text.split_whitespace().all(|word| {
        word.starts_with(|c: char| !c.is_lowercase())
            || ["and", "de", "for", "of", "the"].contains(&word)
    });
    names > 1 && are_all && !has_word(value, words::UNSURE)
}

/// A date, or words with a year in them.
fn is_date(value: &Node) -> bool {
    let Some(text) = value.text() else {
        return false;
    };
    let has_year = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() == 4);
    has_year || matches!(dates::read(text), dates::Read::Date(_))
}

/// `render` and `list` as Hugo has them, under `build` or `_build`.
fn build(value: &Node) -> Verdict {
    let says_no = |(key, said): &(String, Node)| {
        matches!(normalised(key).as_str(), "render" | "list")
            && !keys::says_nothing(said)
            && !said.text().is_some_and(|text| {
                ["always", "true"].contains(&text.trim().to_ascii_lowercase().as_str())
            })
    };
    let is_hidden = match value {
        Node::Map(entries) => entries.iter().any(says_no),
        Node::List(items) => items.iter().any(|item| build(item) == Verdict::Hidden),
        Node::Scalar(_) => false,
    };
    if is_hidden {
        Verdict::Hidden
    } else {
        Verdict::Silent
    }
}

/// A key as the tables have it.
pub(super) fn normalised(key: &str) -> String {
    key.nfkc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .take(MAX_KEY_CHARS)
        .collect()
}
