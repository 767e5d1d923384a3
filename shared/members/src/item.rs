//! Reading and writing the attributes of an item.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::{Error, Result};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Partition key, sort key, and the attribute that DynamoDB expires items by.
pub(crate) const PK: &str = "pk";
pub(crate) const SK: &str = "sk";
pub(crate) const EXPIRES_AT: &str = "expires_at";

pub(crate) fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn boolean(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

/// A set, which may not be empty.
pub(crate) fn strings(values: impl IntoIterator<Item = String>) -> AttributeValue {
    AttributeValue::Ss(values.into_iter().collect())
}

pub(crate) fn map(entries: impl IntoIterator<Item = (String, AttributeValue)>) -> AttributeValue {
    AttributeValue::M(entries.into_iter().collect())
}

/// An item's key.
pub(crate) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    Item::from([(PK.to_owned(), string(pk)), (SK.to_owned(), string(sk))])
}

/// Reads attributes of the item `name`, which errors call it by.
pub(crate) struct Reader<'a> {
    pub(crate) item: &'a Item,
    pub(crate) name: &'a str,
}

impl<'a> Reader<'a> {
    pub(crate) fn damaged(&self, attribute: &'static str) -> Error {
        Error::Damaged {
            item: self.name.to_owned(),
            attribute,
        }
    }

    pub(crate) fn optional_string(&self, attribute: &str) -> Option<&'a str> {
        self.item.get(attribute)?.as_s().ok().map(String::as_str)
    }

    /// A set of strings, ordered; empty where there is none.
    pub(crate) fn strings(&self, attribute: &str) -> Vec<String> {
        let set = self.item.get(attribute).and_then(|set| set.as_ss().ok());
        let mut strings = set.cloned().unwrap_or_default();
        strings.sort();
        strings
    }

    pub(crate) fn string(&self, attribute: &'static str) -> Result<&'a str> {
        self.optional_string(attribute)
            .ok_or_else(|| self.damaged(attribute))
    }

    pub(crate) fn number(&self, attribute: &'static str) -> Result<u64> {
        let value = self.item.get(attribute).and_then(|value| value.as_n().ok());
        value
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| self.damaged(attribute))
    }

    pub(crate) fn boolean(&self, attribute: &'static str) -> Result<bool> {
        let value = self
            .item
            .get(attribute)
            .and_then(|value| value.as_bool().ok());
        value.copied().ok_or_else(|| self.damaged(attribute))
    }

    /// A map of strings; entries of another type are left out.
    pub(crate) fn optional_map(&self, attribute: &str) -> Option<BTreeMap<String, String>> {
        let entries = self.item.get(attribute)?.as_m().ok()?;
        Some(
            entries
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.as_s().ok()?.clone())))
                .collect(),
        )
    }
}
