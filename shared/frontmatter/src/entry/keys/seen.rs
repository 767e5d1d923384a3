//! Values as they are seen: without what turns the text behind them about, and without what nobody sees (2.1.2).

use crate::entry::Entry;
use crate::prose::is_hidden_in_fields;
use crate::yaml::{Node, Scalar};

/// The entry without such characters. Its author's lines are copied no more where they had some.
pub(super) fn entry(entry: Entry) -> Entry {
    if !has_hidden(&entry.value) {
        return entry;
    }
    Entry {
        value: seen(entry.value),
        verbatim: None,
        literal: entry.literal.as_deref().map(text),
        ..entry
    }
}

fn has_hidden(node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) => scalar.text.contains(is_hidden_in_fields),
        Node::List(items) => items.iter().any(has_hidden),
        Node::Map(entries) => entries
            .iter()
            .any(|(key, value)| key.contains(is_hidden_in_fields) || has_hidden(value)),
    }
}

fn seen(node: Node) -> Node {
    match node {
        Node::Scalar(scalar) => Node::Scalar(Scalar {
            text: text(&scalar.text),
            ..scalar
        }),
        Node::List(items) => Node::List(items.into_iter().map(seen).collect()),
        Node::Map(entries) => Node::Map(
            entries
                .into_iter()
                .map(|(key, value)| (text(&key), seen(value)))
                .collect(),
        ),
    }
}

fn text(text: &str) -> String {
    text.replace(is_hidden_in_fields, "")
}
