//! The author's frontmatter: read in whatever language it is, as entries with their source lines.

mod properties;
mod secrets;

use std::borrow::Cow;

use super::Entry;
use super::bare;
use super::block::{Language, Parts, without_blank_lines};
use super::head;
use super::mark::Mark;
use super::spellings;
use super::visibility::{self, Finding};
use crate::hidden::hide_in_block;
use crate::markdown::lines::without_lone_returns;
use crate::report::Warning;
use crate::warnings::Code;
use crate::yaml::{self, Node, Unreadable};

/// The author's frontmatter and the text that follows it.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) entries: Vec<Entry>,
    pub(crate) body: Cow<'a, str>,
    /// Lines of the uploaded file before the body.
    pub(crate) lines_before_body: usize,
    pub(crate) warnings: Vec<Warning>,
    /// What is said about who may see the document where no entry says it: in keys that stand there twice, and in what
    /// can't be read as a block.
    pub(crate) findings: Vec<Finding>,
}

/// Reads the block of a document. One that can't be read goes into the body, never away.
pub(crate) fn read<'a>(text: &'a str, parts: Parts<'a>) -> Source<'a> {
    let mut source = Source {
        entries: Vec::new(),
        body: Cow::Borrowed(parts.body),
        lines_before_body: parts.lines_before_body,
        warnings: parts.warning.into_iter().collect(),
        findings: Vec::new(),
    };
    let Some((language, block)) = parts.block else {
        source.take_text(text);
        return source;
    };
    let first_line = parts.block_line;
    // Some readers end a line at a carriage return alone, and mending goes line by line.
    let feeds = without_lone_returns(block);
    let block = feeds.as_deref().unwrap_or(block);
    let bare = bare::block(language, block);
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
    let mut doubled = Vec::new();
    let read = match language {
        Language::Toml => toml_entries(block).map(entries),
        Language::Json => json_entries(block)
            .map(|(kept, again)| {
                doubled.extend(again.into_iter().map(|(key, value)| entry(key, value)));
                kept
            })
            .map(entries),
        Language::Yaml => {
            yaml_entries(block, &bare, first_line, &mut source.warnings, &mut doubled)
        }
    };
    match read {
        Ok(entries) => {
            source.findings = visibility::secrets(entries.iter().chain(&doubled));
            doubled = secrets::take_out(doubled, &mut source.warnings);
            source.findings.extend(visibility::findings(&doubled));
            source.entries = secrets::take_out(entries, &mut source.warnings);
            if block.trim().is_empty() {
                source.take_doubled(text.get(parts.block_at + block.len()..).unwrap_or_default());
            } else if !Mark::is_among(&source.entries, without_blank_lines(parts.body)) {
                source.take_text(parts.body);
            }
        }
        Err(Failed::NotAMapping) => {
            // Nothing was mended, either.
            source.warnings.clear();
            source.lines_before_body = 0;
            source.take_head(text);
        }
        Err(Failed::Unparsable { line }) => {
            let name = if language == Language::Toml {
                "toml"
            } else {
                "yaml"
            };
            source.findings = visibility::in_lines(&bare, first_line);
            let shown = visibility::without_secrets(&bare);
            source.warnings.push(Code::FrontmatterUnparsable.at(
                first_line + line,
                1,
                quoted(shown.lines().nth(line)),
            ));
            let hidden = hide_in_block(&shown);
            let shown = hidden.as_ref().map_or(&*shown, |hidden| &*hidden.body);
            source.take_head(parts.body);
            source.body = Cow::Owned(fenced(name, shown, &source.body));
            source.lines_before_body = first_line.saturating_sub(2);
        }
    }
    source
}

impl<'a> Source<'a> {
    /// Takes the text for the body, and the properties in it for keys; the block's own count.
    fn take_text(&mut self, text: &'a str) {
        let feeds = without_lone_returns(text);
        let taken = properties::take(feeds.as_deref().unwrap_or(text));
        let before = self.lines_before_body;
        let moved = |entries: Vec<Entry>| {
            entries.into_iter().map(move |entry| Entry {
                line: entry.line + before,
                ..entry
            })
        };
        let others: Vec<Entry> = moved(taken.others).collect();
        self.findings.extend(visibility::findings_in_text(&others));
        let own: Vec<Entry> = moved(taken.entries).collect();
        self.findings.extend(visibility::secrets(&own));
        let own = secrets::take_out(own, &mut self.warnings);
        for entry in own {
            if self.entries.iter().any(|known| known.is(&entry.key)) {
                self.findings.extend(visibility::findings([&entry]));
            } else {
                self.entries.push(entry);
            }
        }
        match taken.text {
            Some(left) => {
                let taken = head::take_out(&left);
                let text = Cow::Owned(taken.text.into_owned());
                self.take(head::Taken { text, ..taken });
            }
            None => self.take_head(text),
        }
    }

    /// Takes the text for the body, and what stands at its top for what it says.
    fn take_head(&mut self, text: &'a str) {
        self.take(head::take_out(text));
    }

    fn take(&mut self, taken: head::Taken<'a>) {
        self.body = taken.text;
        let before = self.lines_before_body;
        self.findings.extend(
            taken
                .findings
                .into_iter()
                .map(|finding| finding.moved(|line| line + before)),
        );
        self.warnings
            .extend(taken.warnings.into_iter().map(|mut warning| {
                warning.line += before;
                warning
            }));
    }

    /// The same where nothing stands between two fences: the second one may begin the block. It is no text.
    fn take_doubled(&mut self, text: &'a str) {
        let before = self.lines_before_body;
        self.lines_before_body = before.saturating_sub(1);
        self.take_head(text);
        self.lines_before_body = before;
        let line = self.body.find('\n').map_or(self.body.len(), |at| at + 1);
        self.body = match std::mem::take(&mut self.body) {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(line..).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(line..).unwrap_or_default().to_owned()),
        };
    }
}

/// What is quoted of a line that can't be read: a key that is known, since the rest may belong to a comment or a secret.
fn quoted(line: Option<&str>) -> &str {
    let key = line.unwrap_or_default().split(':').next();
    key.filter(|key| spellings::is_known(key))
        .unwrap_or_default()
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
    bare: &str,
    first_line: usize,
    warnings: &mut Vec<Warning>,
    doubled: &mut Vec<Entry>,
) -> Result<Vec<Entry>, Failed> {
    let read = yaml::read_or_repair(block).map_err(|unreadable| match unreadable {
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
        entry.literal.is_some()
            && [spellings::TITLE, spellings::DESCRIPTION]
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
        .map(|(key, value)| (key, Node::from(value)))
        .collect())
}

/// Entries, and those whose key stood there before.
type WithDoubled = (Vec<(String, Node)>, Vec<(String, Node)>);

fn json_entries(block: &str) -> Result<WithDoubled, Failed> {
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
