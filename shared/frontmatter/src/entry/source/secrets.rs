//! What the author hides in the entries: comments in every text, and values that nobody else may know. It goes before
//! anything reads them, so that neither the page nor the report knows of it.

use crate::entry::Entry;
use crate::entry::visibility::is_secret;
use crate::hidden::hide_in_value;
use crate::report::Warning;
use crate::yaml::{self, Node};

/// Takes out of the entries what is hidden in them. Entries whose key is all comment go whole.
pub(super) fn take_out(entries: Vec<Entry>, warnings: &mut Vec<Warning>) -> Vec<Entry> {
    let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut taking = Taking {
            line: entry.line,
            has_changed: false,
            warnings,
        };
        let Some((key, value)) = taking.entry(entry.key, entry.value) else {
            continue;
        };
        let literal = entry.literal.map(|text| taking.text(text));
        let verbatim = entry.verbatim.filter(|_| !taking.has_changed);
        if !taking.has_changed || !kept.iter().any(|known| known.key == key) {
            kept.push(Entry {
                key,
                value,
                line: entry.line,
                verbatim,
                literal,
            });
        }
    }
    kept
}

/// The text without comments, for a quotation.
pub(super) fn shown(text: &str) -> String {
    hide_in_value(text).map_or_else(|| text.to_owned(), |hidden| hidden.body)
}

/// What is taken out of one entry.
struct Taking<'w> {
    line: usize,
    has_changed: bool,
    warnings: &'w mut Vec<Warning>,
}

impl Taking<'_> {
    fn entry(&mut self, key: String, value: Node) -> Option<(String, Node)> {
        let was_empty = key.is_empty();
        let key = self.text(key);
        let is_gone = is_secret(&key) || yaml::is_dangerous(&key) || key.is_empty() && !was_empty;
        if is_gone {
            self.has_changed = true;
            return None;
        }
        Some((key, self.node(value)))
    }

    fn node(&mut self, node: Node) -> Node {
        match node {
            Node::Scalar(mut scalar) => {
                scalar.text = self.text(scalar.text);
                Node::Scalar(scalar)
            }
            Node::List(items) => {
                Node::List(items.into_iter().map(|item| self.node(item)).collect())
            }
            Node::Map(entries) => {
                let mut kept: Vec<(String, Node)> = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let known = self.has_changed;
                    let entry = self.entry(key, value);
                    // Two keys may be one without their comments.
                    kept.extend(entry.filter(|(key, _)| {
                        known == self.has_changed || !kept.iter().any(|(other, _)| other == key)
                    }));
                }
                Node::Map(kept)
            }
        }
    }

    fn text(&mut self, text: String) -> String {
        let Some(hidden) = hide_in_value(&text) else {
            return text;
        };
        self.has_changed = true;
        for warning in hidden.warnings {
            let is_told = |told: &Warning| told.line == self.line && told.code == warning.code;
            if !self.warnings.last().is_some_and(is_told) {
                self.warnings.push(Warning {
                    line: self.line,
                    column: 1,
                    ..warning
                });
            }
        }
        hidden.body.trim().to_owned()
    }
}
