//! A sentence on its way to somebody: its key and its values, until it is known who reads it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRuleType, PluralRules};
use serde::{Deserialize, Serialize};

use crate::Language;
use crate::tables::{KEYS, SENTENCES};

/// The value that decides about the plural.
const COUNT: &str = "count";

/// What somebody is told, in no language yet: [`sentence!`](crate::sentence) makes it. Displayed it is English, as logs are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    key: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<Cow<'static, str>, Value>,
}

/// What stands in a sentence in the place of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Number(u64),
    Text(String),
    /// A whole sentence of its own, or a number with its unit: in the language of the sentence that it stands in.
    Sentence(Box<Sentence>),
}

impl Sentence {
    /// A sentence without values. Not checked: see [`sentence!`](crate::sentence).
    #[doc(hidden)]
    pub const fn plain(key: &'static str) -> Self {
        Self {
            key: Cow::Borrowed(key),
            values: BTreeMap::new(),
        }
    }

    /// With one value more. Not checked: see [`sentence!`](crate::sentence).
    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.insert(Cow::Borrowed(name), value.into());
        self
    }

    /// The sentence's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The sentence as it is said in a language, or in English where the language hasn't got it. A sentence that was stored
    /// and is gone since is its key.
    pub fn in_language(&self, language: Language) -> String {
        self.find(language)
            .unwrap_or_else(|| self.key.clone().into_owned())
    }

    /// The same; `None` for a key that is gone.
    pub(crate) fn find(&self, language: Language) -> Option<String> {
        let found = self.template(language);
        let template = found.or_else(|| self.template(Language::ENGLISH))?;
        Some(self.filled(template, language))
    }

    fn template(&self, language: Language) -> Option<&'static str> {
        let plural = match self.values.get(COUNT) {
            Some(Value::Number(count)) => [plural(*count, language), "other"]
                .iter()
                .find_map(|plural| text(&format!("{}_{plural}", self.key), language)),
            _ => None,
        };
        plural.or_else(|| text(&self.key, language))
    }

    /// Names that no value is given for stay as they are. What a value holds is never read as a name.
    fn filled(&self, template: &str, language: Language) -> String {
        let mut filled = String::new();
        let mut pieces = template.split("{{");
        filled.extend(pieces.next());
        for piece in pieces {
            let value = piece
                .split_once("}}")
                .and_then(|(name, rest)| Some((self.values.get(name)?, rest)));
            if let Some((value, rest)) = value {
                filled += &value.in_language(language);
                filled += rest;
            } else {
                filled += "{{";
                filled += piece;
            }
        }
        filled
    }
}

/// In English.
impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::ENGLISH))
    }
}

impl Value {
    /// Numbers have no separators: years and lines are among them, and none is so long that it needs some.
    fn in_language(&self, language: Language) -> Cow<'_, str> {
        match self {
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) => text.into(),
            Self::Sentence(sentence) => sentence.in_language(language).into(),
        }
    }
}

/// The word of a key that is made of what somebody wrote, in a language or else in English; `None` where there is no such key.
pub fn word(key: &str, language: Language) -> Option<&'static str> {
    text(key, language).or_else(|| text(key, Language::ENGLISH))
}

/// The text of a key, as it stands in the table.
fn text(key: &str, language: Language) -> Option<&'static str> {
    let at = KEYS.binary_search(&key).ok()?;
    let (text, ends) = SENTENCES.get(language.0)?;
    let begin = match at.checked_sub(1) {
        Some(before) => *ends.get(before)?,
        None => 0,
    };
    let text = text.get(begin as usize..*ends.get(at)? as usize)?;
    (!text.is_empty()).then_some(text)
}

/// The plural of the language for a number, as i18next ends keys with it.
fn plural(count: u64, language: Language) -> &'static str {
    let rules = Locale::try_from_str(language.code())
        .ok()
        .and_then(|locale| {
            PluralRules::try_new((&locale).into(), PluralRuleType::Cardinal.into()).ok()
        });
    match rules.map(|rules| rules.category_for(count)) {
        Some(PluralCategory::Zero) => "zero",
        Some(PluralCategory::One) => "one",
        Some(PluralCategory::Two) => "two",
        Some(PluralCategory::Few) => "few",
        Some(PluralCategory::Many) => "many",
        Some(PluralCategory::Other) | None => "other",
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<Sentence> for Value {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(Box::new(sentence))
    }
}
