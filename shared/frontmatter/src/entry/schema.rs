//! The published schema of an entry's frontmatter, and whether an entry keeps to it.
//!
//! `entry.schema.json` is JSON Schema 2020-12. A general validator adds 4 MB to a function that is
//! billed for its start-up, so this one knows the keywords that the schema uses and no others; a
//! test holds it against the `jsonschema` crate.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// The schema's text, as it is published.
pub const TEXT: &str = include_str!("../../entry.schema.json");

/// Where an entry breaks the schema, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Violation {
    /// JSON pointer into the entry, empty for the whole of it.
    pub place: String,
    /// What the schema asks for.
    pub problem: String,
}

/// The schema, read once per process. It is a part of this program, so that it reads is tested.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

/// Checks [`Output::meta`](crate::Output::meta) of a document that is to be published.
///
/// # Errors
///
/// The first violation. Whatever the upload was, it is a defect of the converter.
pub fn check(entry: &Value) -> Result<(), Violation> {
    Checker { root: &SCHEMA }.value(&SCHEMA, entry, &Place::Root)
}

/// A place in the entry, spelled out only where something is wrong there.
enum Place<'a> {
    Root,
    Key(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(parent, key) => {
                let key = key.replace('~', "~0").replace('/', "~1");
                format!("{}/{key}", parent.pointer())
            }
            Self::Item(parent, at) => format!("{}/{at}", parent.pointer()),
        }
    }

    fn violation(&self, problem: impl Into<String>) -> Violation {
        Violation {
            place: self.pointer(),
            problem: problem.into(),
        }
    }
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn value(&self, schema: &Value, value: &Value, place: &Place<'_>) -> Result<(), Violation> {
        let rules = match schema {
            Value::Bool(true) => return Ok(()),
            Value::Object(rules) => rules,
            // `false`, and a schema that is none.
            _ => return Err(place.violation("must not be there")),
        };
        for (keyword, rule) in rules {
            self.keyword(keyword, rule, rules, value, place)?;
        }
        Ok(())
    }

    fn keyword(
        &self,
        keyword: &str,
        rule: &Value,
        rules: &Map<String, Value>,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(), Violation> {
        let limit = || rule.as_u64().and_then(|limit| usize::try_from(limit).ok());
        let at_least = |size: usize| limit().is_some_and(|limit| size >= limit);
        let at_most = |size: usize| limit().is_some_and(|limit| size <= limit);
        let holds = match (keyword, value) {
            ("$ref", _) => {
                let target = rule
                    .as_str()
                    .and_then(|reference| reference.strip_prefix('#'))
                    .and_then(|pointer| self.root.pointer(pointer));
                return self.value(target.unwrap_or(&Value::Null), value, place);
            }
            ("type", _) => types(rule).any(|name| is_of_type(value, name)),
            ("const", _) => value == rule,
            ("enum", _) => rule
                .as_array()
                .is_some_and(|allowed| allowed.contains(value)),
            ("anyOf", _) => rule.as_array().is_some_and(|schemas| {
                schemas
                    .iter()
                    .any(|schema| self.value(schema, value, place).is_ok())
            }),
            ("required", Value::Object(object)) => names(rule).all(|key| object.contains_key(key)),
            ("properties", Value::Object(object)) => {
                for (key, value) in object {
                    if let Some(schema) = rule.get(key) {
                        self.value(schema, value, &Place::Key(place, key))?;
                    }
                }
                true
            }
            ("additionalProperties", Value::Object(object)) => {
                let named = rules.get("properties").and_then(Value::as_object);
                for (key, value) in object {
                    if named.is_none_or(|named| !named.contains_key(key)) {
                        self.value(rule, value, &Place::Key(place, key))?;
                    }
                }
                true
            }
            ("items", Value::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(rule, item, &Place::Item(place, at))?;
                }
                true
            }
            ("minItems", Value::Array(items)) => at_least(items.len()),
            ("maxItems", Value::Array(items)) => at_most(items.len()),
            ("uniqueItems", Value::Array(items)) => are_unique(items),
            ("minLength", Value::String(text)) => at_least(text.chars().count()),
            ("maxLength", Value::String(text)) => at_most(text.chars().count()),
            ("pattern", Value::String(text)) => rule
                .as_str()
                .and_then(|pattern| Regex::new(pattern).ok())
                .is_some_and(|pattern| pattern.is_match(text)),
            ("minimum", Value::Number(number)) => number.as_f64() >= rule.as_f64(),
            ("maximum", Value::Number(number)) => number.as_f64() <= rule.as_f64(),
            // What says nothing about values of this kind, or nothing at all.
            _ => true,
        };
        if holds {
            Ok(())
        } else {
            Err(place.violation(format!("breaks {keyword} {rule}")))
        }
    }
}

fn types(rule: &Value) -> impl Iterator<Item = &str> {
    rule.as_str().into_iter().chain(names(rule))
}

fn names(rule: &Value) -> impl Iterator<Item = &str> {
    rule.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        // 1.0 is an integer, too.
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        _ => false,
    }
}

/// Lists of strings only: nothing else is asked to be unique.
fn are_unique(items: &[Value]) -> bool {
    let mut texts: Vec<Option<&str>> = items.iter().map(Value::as_str).collect();
    texts.sort_unstable();
    texts.windows(2).all(|pair| match pair {
        [one, other] => one != other,
        _ => true,
    })
}
