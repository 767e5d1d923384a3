//! The keys of the output as they are put together, each with where its value came from (3.1).

use super::harmless::harmless;
use crate::entry::fields::{self, Shape};
use crate::entry::keys::{self, Keys};
use crate::marks;
use crate::prose::is_placeholder;
use crate::report::{Field, Source, Warning};
use crate::yaml::Node;
use crate::yaml::write::settled;

/// One key of the output.
#[derive(Debug, Clone)]
pub(crate) struct Emitted {
    pub(crate) key: String,
    pub(crate) value: Node,
    /// The author's own lines, where they are copied as they stand.
    pub(crate) verbatim: Option<String>,
}

/// The fields in their order.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub(crate) entries: Vec<Emitted>,
    pub(crate) fields: Vec<Field>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) draft: bool,
    pub(super) filled: Vec<String>,
}

impl Assembled {
    pub(super) fn push(&mut self, key: &str, value: Node, source: Source) {
        let value = harmless(value);
        // What the next conversion would take for no value must not be written as one.
        let is_placeholder = value.text().is_some_and(is_placeholder);
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

    pub(super) fn emit(&mut self, key: &str, value: Node) {
        self.entries.push(Emitted {
            key: marks::broken(key.into()).into_owned(),
            value: settled(harmless(value)),
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

    pub(super) fn strings(&mut self, key: &str, values: &[String], source: Source) {
        if !values.is_empty() {
            self.push(
                key,
                Node::List(values.iter().map(Node::string).collect()),
                source,
            );
        }
    }

    /// Emits what the author gives for a field, or what was read off the body.
    pub(super) fn field(&mut self, keys: &mut Keys, key: &str, read: Option<&str>) {
        let Some(field) = fields::field(key) else {
            return;
        };
        let own = keys.take_spelled(field.spellings(), |entry| match field.shape {
            Shape::Language => keys::language(entry).map(Node::string),
            Shape::Direction => keys::direction(entry).map(Node::string),
            Shape::Names => {
                let names = keys::strings(entry)?.into_iter();
                Some(Node::List(names.map(Node::string).collect()))
            }
            _ => keys::text(entry).map(Node::string),
        });
        let read = read.map(|text| (Node::string(text), field.source));
        if let Some((value, source)) = author(own).or(read) {
            self.push(key, value, source);
        }
    }

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

/// A value and its source.
pub(super) type From<T> = Option<(T, Source)>;

pub(super) fn author<T>(value: Option<T>) -> From<T> {
    value.map(|value| (value, Source::Frontmatter))
}
