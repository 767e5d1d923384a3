//! The entries of a block, in whatever language it is (2.3).

use super::secrets;
use crate::entry::Entry;
use crate::entry::block::max_nodes;
use crate::entry::fields::{self, Shape};
use crate::report::Warning;
use crate::warnings::Code;
use crate::yaml::{self, Known, Node, Unreadable};

/// Why a block gives no entries.
pub(super) enum Failed {
    NotAMapping,
    /// 0-based line in the block.
    Unparsable {
        line: usize,
    },
}

pub(super) fn yaml_entries(
    block: &str,
    bare: &str,
    first_line: usize,
    warnings: &mut Vec<Warning>,
    doubled: &mut Vec<Entry>,
) -> Result<Vec<Entry>, Failed> {
    let known = Known {
        is_key: fields::is_known,
        is_text: |key| fields::shape(key) == Some(Shape::Text),
        holds_tags: |key| fields::shape(key) == Some(Shape::Tags),
        max_nodes: max_nodes(block),
    };
    let read = yaml::read_or_repair(block, known).map_err(|unreadable| match unreadable {
        Unreadable::NotAMapping => Failed::NotAMapping,
        Unreadable::Invalid { line, .. } => Failed::Unparsable { line },
    })?;
    let lines: Vec<&str> = bare.split_inclusive('\n').collect();
    let line_text = |line: usize| quoted(lines.get(line).copied());
    for line in &read.mended {
        warnings.push(Code::FrontmatterRepaired.at(first_line + line, 1, line_text(*line)));
    }
    let document = read.document;
    // Of JSON's comments YAML makes keys.
    let is_comment =
        |entry: &yaml::Entry| ["//", "/*"].iter().any(|open| entry.key.starts_with(open));
    if block.trim_start().starts_with('{') && document.entries.iter().any(is_comment) {
        return Err(Failed::NotAMapping);
    }
    for (place, value) in &document.duplicates {
        warnings.push(Code::DuplicateKey.at(
            first_line + place.line,
            1,
            &secrets::shown(&place.key),
        ));
        doubled.push(Entry {
            key: place.key.clone(),
            value: value.clone(),
            line: first_line + place.line,
            verbatim: None,
            literal: None,
        });
    }
    for place in &document.dropped {
        warnings.push(Code::KeyDropped.at(first_line + place.line, 1, &place.key));
    }
    let unquoted = |entry: &&yaml::Entry| {
        entry.literal.is_some() && fields::shape(&entry.key) == Some(Shape::Text)
    };
    for entry in document.entries.iter().filter(unquoted) {
        warnings.push(Code::FrontmatterRepaired.at(
            first_line + entry.place.0,
            1,
            line_text(entry.place.0),
        ));
    }
    // A doubled or dropped key stands inside the lines of the entry before it.
    let whole = read.mended.is_empty()
        && document.block_style
        && document.duplicates.is_empty()
        && document.dropped.is_empty();
    let starts: Vec<usize> = document.entries.iter().map(|entry| entry.place.0).collect();
    let entries = document.entries.into_iter().enumerate().map(|(at, entry)| {
        let end = starts.get(at + 1).copied().unwrap_or(lines.len());
        let own = lines.get(entry.place.0..end).map(<[&str]>::concat);
        let verbatim = own
            .filter(|_| whole && entry.simple && entry.place.1 == 0)
            .map(|slice| slice.trim_end().to_owned())
            .filter(|slice| may_be_copied(slice, &entry));
        Entry {
            line: first_line + entry.place.0,
            key: entry.key,
            value: entry.value,
            verbatim,
            literal: entry.literal,
        }
    });
    Ok(entries.collect())
}

/// Whether every reader reads these lines alone as this entry (2.4.1).
fn may_be_copied(slice: &str, entry: &yaml::Entry) -> bool {
    let foreign = |c: char| {
        (c.is_control() && c != '\n' && c != '\r')
            || matches!(
                c,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            )
    };
    let alone = yaml::read(slice)
        .ok()
        .filter(|document| document.entries.len() == 1 && document.duplicates.is_empty());
    !slice.contains(foreign)
        && !has_comment(slice)
        // A carriage return alone ends a line for some readers only.
        && slice.matches('\r').count() == slice.matches("\r\n").count()
        && !slice.lines().any(|line| {
            line.starts_with("---") || line.starts_with("+++") || line.starts_with("...")
        })
        && yaml::write::key(&entry.key) == entry.key
        && reads_alike(&entry.value)
        && alone.is_some_and(|document| {
            document
                .entries
                .first()
                .is_some_and(|again| again.key == entry.key && again.value == entry.value)
        })
}

/// Whether anything in the lines could be a comment. Most are taken out; where quotes go over lines it can't be told.
fn has_comment(slice: &str) -> bool {
    slice
        .split(char::is_whitespace)
        .any(|word| word.starts_with('#'))
}

fn reads_alike(value: &Node) -> bool {
    match value {
        Node::Scalar(scalar) if scalar.plain => {
            let is_date = matches!(yaml::resolve(&scalar.text), yaml::Resolved::Timestamp);
            !yaml::differs_between_versions(&scalar.text)
                && (!is_date
                    || matches!(
                        crate::dates::read(&scalar.text),
                        crate::dates::Read::Date(_)
                    ))
        }
        Node::Scalar(_) => true,
        Node::List(items) => items.iter().all(reads_alike),
        Node::Map(entries) => entries
            .iter()
            .all(|(key, value)| yaml::write::key(key) == *key && reads_alike(value)),
    }
}

pub(super) fn toml_entries(block: &str) -> Result<Vec<(String, Node)>, Failed> {
    let table: toml::Table =
        block
            .parse()
            .map_err(|error: toml::de::Error| Failed::Unparsable {
                line: error
                    .span()
                    .and_then(|span| block.get(..span.start))
                    .map_or(0, |before| before.matches('\n').count()),
            })?;
    Ok(table
        .into_iter()
        .map(|(key, value)| (key, Node::from(value)))
        .collect())
}

/// Entries, and those whose key stood there before.
pub(super) type WithDoubled = (Vec<(String, Node)>, Vec<(String, Node)>);

pub(super) fn json_entries(block: &str) -> Result<WithDoubled, Failed> {
    let JsonEntries(entries) = serde_json::from_str(block).map_err(|error| Failed::Unparsable {
        line: error.line().saturating_sub(1),
    })?;
    let (mut kept, mut doubled): WithDoubled = (Vec::new(), Vec::new());
    for (key, value) in entries {
        let is_known = kept.iter().any(|(known, _)| *known == key);
        let list = if is_known { &mut doubled } else { &mut kept };
        list.push((key, Node::from(value)));
    }
    Ok((kept, doubled))
}

/// The entries of a JSON object in order, equal keys as often as they stand there.
struct JsonEntries(Vec<(String, serde_json::Value)>);

impl<'de> serde::Deserialize<'de> for JsonEntries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = JsonEntries;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(
                self,
                mut map: M,
            ) -> Result<JsonEntries, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(JsonEntries(entries))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// What is quoted of a line that can't be read: a key that is known, since the rest may belong to a comment or a secret.
pub(super) fn quoted(line: Option<&str>) -> &str {
    let key = line.unwrap_or_default().split(':').next();
    key.filter(|key| fields::is_known(key)).unwrap_or_default()
}
