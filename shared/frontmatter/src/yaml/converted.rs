//! Values of TOML and JSON as those of YAML.

use super::{Node, is_dangerous};

impl From<toml::Value> for Node {
    fn from(value: toml::Value) -> Self {
        match value {
            toml::Value::String(text) => Self::string(text),
            toml::Value::Integer(number) => Self::plain(number.to_string()),
            toml::Value::Float(number) if number.is_finite() => Self::plain(format!("{number:?}")),
            toml::Value::Float(number) => Self::string(number.to_string()),
            toml::Value::Boolean(value) => Self::plain(value.to_string()),
            toml::Value::Datetime(time) => Self::plain(time.to_string()),
            toml::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            toml::Value::Table(entries) => Self::Map(
                entries
                    .into_iter()
                    .filter(|(key, _)| !is_dangerous(key))
                    .map(|(key, value)| (key, Self::from(value)))
                    .collect(),
            ),
        }
    }
}

impl From<serde_json::Value> for Node {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::plain(""),
            serde_json::Value::Bool(value) => Self::plain(value.to_string()),
            serde_json::Value::Number(number) => Self::plain(number.to_string()),
            serde_json::Value::String(text) => Self::string(text),
            serde_json::Value::Array(items) => {
                Self::List(items.into_iter().map(Self::from).collect())
            }
            serde_json::Value::Object(entries) => Self::Map(
                entries
                    .into_iter()
                    .filter(|(key, _)| !is_dangerous(key))
                    .map(|(key, value)| (key, Self::from(value)))
                    .collect(),
            ),
        }
    }
}
