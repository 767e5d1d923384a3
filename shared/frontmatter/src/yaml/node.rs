//! A value, with the spelling of every scalar.

use super::resolve::{self, Resolved, resolve};

/// A value of a frontmatter block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Scalar(Scalar),
    List(Vec<Node>),
    /// Keys are their text, in order, each there once.
    Map(Vec<(String, Node)>),
}

/// A scalar with its spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Not quoted, so that the text may mean a number, a date, a boolean or nothing.
    pub(crate) plain: bool,
}

/// Keys that would reach into JavaScript's prototypes.
pub(crate) fn is_dangerous(key: &str) -> bool {
    matches!(key, "__proto__" | "constructor" | "prototype")
}

impl Node {
    pub(crate) fn string(text: impl Into<String>) -> Self {
        Self::Scalar(Scalar {
            text: text.into(),
            plain: false,
        })
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::Scalar(Scalar {
            text: text.into(),
            plain: true,
        })
    }

    /// What the node means; `None` for lists and maps.
    pub(crate) fn resolved(&self) -> Option<Resolved<'_>> {
        match self {
            Self::Scalar(scalar) if scalar.plain => Some(resolve(&scalar.text)),
            Self::Scalar(scalar) => Some(Resolved::String(&scalar.text)),
            _ => None,
        }
    }

    /// The text of a scalar that isn't null.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(scalar) if !self.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(scalar) if scalar.plain && resolve::is_null(&scalar.text))
    }

    /// Null, empty text, an empty list or map: as good as not there (2.4.1).
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Scalar(scalar) => self.is_null() || scalar.text.trim().is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
        }
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        match self.resolved() {
            Some(Resolved::Bool(value)) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Self::Map(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether any text in the node, a scalar's or a key, is like that.
    pub(crate) fn any_text(&self, is: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Scalar(scalar) => is(&scalar.text),
            Self::List(items) => items.iter().any(|item| item.any_text(is)),
            Self::Map(entries) => entries
                .iter()
                .any(|(key, value)| is(key) || value.any_text(is)),
        }
    }

    /// The node with every scalar's text and every key made another.
    pub(crate) fn with_texts(
        self,
        text: &impl Fn(String) -> String,
        key: &impl Fn(String) -> String,
    ) -> Self {
        match self {
            Self::Scalar(scalar) => Self::Scalar(Scalar {
                text: text(scalar.text),
                ..scalar
            }),
            Self::List(items) => {
                let items = items.into_iter().map(|item| item.with_texts(text, key));
                Self::List(items.collect())
            }
            Self::Map(entries) => {
                let entries = entries.into_iter();
                Self::Map(
                    entries
                        .map(|(name, value)| (key(name), value.with_texts(text, key)))
                        .collect(),
                )
            }
        }
    }

    /// The value as JSON, for the report and the database.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        self.clone().into_json()
    }

    /// The same of a value that is needed for nothing else.
    pub(crate) fn into_json(self) -> serde_json::Value {
        match self {
            Self::List(items) => items.into_iter().map(Self::into_json).collect(),
            Self::Map(entries) => serde_json::Value::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, value.into_json()))
                    .collect(),
            ),
            Self::Scalar(Scalar { text, plain: false }) => text.into(),
            Self::Scalar(Scalar { text, plain: true }) => match resolve(&text) {
                Resolved::Null => serde_json::Value::Null,
                Resolved::Bool(value) => value.into(),
                Resolved::Int(value) => value.into(),
                Resolved::Float(value) => value.into(),
                Resolved::Timestamp | Resolved::String(_) => text.into(),
            },
        }
    }
}
