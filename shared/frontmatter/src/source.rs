//! The author's frontmatter: read in whatever language it is, as entries with their source lines.

use std::borrow::Cow;

use crate::block::{Language, Parts};
use crate::keys;
use crate::report::Warning;
use crate::warnings::Code;
use crate::yaml::{self, Node, Unreadable};

/// One key of the author's, with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Node,
    /// 1-based line in the uploaded file.
    pub(crate) line: usize,
    /// The entry's own source lines, where they may be copied as they stand.
    pub(crate) verbatim: Option<String>,
    /// The value as it was typed, where YAML would take its beginning for a tag.
    pub(crate) literal: Option<String>,
}

/// The author's frontmatter and the text that follows it.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) entries: Vec<Entry>,
    pub(crate) body: Cow<'a, str>,
    /// Lines of the uploaded file before the body.
    pub(crate) lines_before_body: usize,
    pub(crate) warnings: Vec<Warning>,
}

/// Reads the block of a document. One that can't be read goes into the body, never away.
pub(crate) fn read<'a>(text: &'a str, parts: Parts<'a>) -> Source<'a> {
    let mut source = Source {
        entries: Vec::new(),
        body: Cow::Borrowed(parts.body),
        lines_before_body: parts.lines_before_body,
        warnings: parts.warning.into_iter().collect(),
    };
    let Some((language, block)) = parts.block else {
        return source;
    };
    let first_line = parts.block_line;
    let entry = |key: String, value| Entry {
        key,
        value,
        line: first_line,
        verbatim: None,
        literal: None,
    };
    let warnings = &mut source.warnings;
    let entries = |entries: Vec<(String, Node)>| {
        let (dropped, kept): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|(key, _)| yaml::is_dangerous(key));
        for (key, _) in dropped {
            warnings.push(Code::KeyDropped.at(first_line, 1, &key));
        }
        let kept = kept.into_iter().map(|(key, value)| entry(key, value));
        kept.collect()
    };
    let read = match language {
        Language::Toml => toml_entries(block).map(entries),
        Language::Json => json_entries(block).map(entries),
        Language::Yaml => yaml_entries(block, first_line, &mut source.warnings),
    };
    match read {
        Ok(entries) => source.entries = entries,
        Err(Failed::NotAMapping) => {
            source.body = Cow::Borrowed(text);
            source.lines_before_body = 0;
        }
        Err(Failed::Unparsable { line }) => {
            let name = if language == Language::Toml {
                "toml"
            } else {
                "yaml"
            };
            source.warnings.push(Code::FrontmatterUnparsable.at(
                first_line + line,
                1,
                block.lines().nth(line).unwrap_or_default(),
            ));
            source.body = Cow::Owned(fenced(name, block, parts.body));
            source.lines_before_body = first_line.saturating_sub(2);
        }
    }
    source
}

/// Why a block gives no entries.
enum Failed {
    NotAMapping,
    /// 0-based line in the block.
    Unparsable {
        line: usize,
    },
}

fn yaml_entries(
    block: &str,
    first_line: usize,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Entry>, Failed> {
    let read = yaml::read_or_repair(block).map_err(|unreadable| match unreadable {
        Unreadable::NotAMapping => Failed::NotAMapping,
        Unreadable::Invalid { line, .. } => Failed::Unparsable { line },
    })?;
    let lines: Vec<&str> = block.split_inclusive('\n').collect();
    let line_text = |line: usize| {
        lines
            .get(line)
            .map(|text| text.trim_end())
            .unwrap_or_default()
    };
    if read.repaired {
        warnings.push(Code::FrontmatterRepaired.at(first_line, 1, line_text(0)));
    }
    let document = read.document;
    for place in &document.duplicates {
        warnings.push(Code::DuplicateKey.at(first_line + place.line, 1, &place.key));
    }
    for place in &document.dropped {
        warnings.push(Code::KeyDropped.at(first_line + place.line, 1, &place.key));
    }
    let unquoted = |entry: &&yaml::Entry| {
        entry.literal.is_some()
            && [keys::TITLE, keys::DESCRIPTION]
                .concat()
                .contains(&entry.key.as_str())
    };
    for entry in document.entries.iter().filter(unquoted) {
        warnings.push(Code::FrontmatterRepaired.at(
            first_line + entry.place.0,
            1,
            line_text(entry.place.0),
        ));
    }
    // A doubled or dropped key stands inside the lines of the entry before it.
    let whole = !read.repaired
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

/// Whether every reader reads these lines alone as this entry (2.4).
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
        // A carriage return alone ends a line for some readers only.
        && slice.matches('\r').count() == slice.matches("\r\n").count()
        && !slice.lines().any(|line| {
            line.starts_with("---") || line.starts_with("+++") || line.starts_with("...")
        })
        && crate::write::key(&entry.key) == entry.key
        && reads_alike(&entry.value)
        && alone.is_some_and(|document| {
            document
                .entries
                .first()
                .is_some_and(|again| again.key == entry.key && again.value == entry.value)
        })
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
            .all(|(key, value)| crate::write::key(key) == *key && reads_alike(value)),
    }
}

fn toml_entries(block: &str) -> Result<Vec<(String, Node)>, Failed> {
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
        .map(|(key, value)| (key, toml_node(value)))
        .collect())
}

fn toml_node(value: toml::Value) -> Node {
    match value {
        toml::Value::String(text) => Node::string(text),
        toml::Value::Integer(number) => Node::plain(number.to_string()),
        toml::Value::Float(number) if number.is_finite() => Node::plain(format!("{number:?}")),
        toml::Value::Float(number) => Node::string(number.to_string()),
        toml::Value::Boolean(value) => Node::plain(value.to_string()),
        toml::Value::Datetime(time) => Node::plain(time.to_string()),
        toml::Value::Array(items) => Node::List(items.into_iter().map(toml_node).collect()),
        toml::Value::Table(entries) => Node::Map(
            entries
                .into_iter()
                .filter(|(key, _)| !yaml::is_dangerous(key))
                .map(|(key, value)| (key, toml_node(value)))
                .collect(),
        ),
    }
}

fn json_entries(block: &str) -> Result<Vec<(String, Node)>, Failed> {
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(block).map_err(|error| Failed::Unparsable {
            line: error.line().saturating_sub(1),
        })?;
    Ok(object
        .into_iter()
        .map(|(key, value)| (key, json_node(value)))
        .collect())
}

pub(crate) fn json_node(value: serde_json::Value) -> Node {
    match value {
        serde_json::Value::Null => Node::plain(""),
        serde_json::Value::Bool(value) => Node::plain(value.to_string()),
        serde_json::Value::Number(number) => Node::plain(number.to_string()),
        serde_json::Value::String(text) => Node::string(text),
        serde_json::Value::Array(items) => Node::List(items.into_iter().map(json_node).collect()),
        serde_json::Value::Object(entries) => Node::Map(
            entries
                .into_iter()
                .filter(|(key, _)| !yaml::is_dangerous(key))
                .map(|(key, value)| (key, json_node(value)))
                .collect(),
        ),
    }
}

/// An unreadable block as code at the top of the body, in a fence longer than any inside.
fn fenced(language: &str, block: &str, body: &str) -> String {
    let longest = block
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if block.ends_with(['\n', '\r']) || block.is_empty() {
        ""
    } else {
        "\n"
    };
    format!(
        "{fence}{language}\n{block}{end}{fence}\n\n{}",
        body.trim_start_matches(['\n', '\r'])
    )
}
