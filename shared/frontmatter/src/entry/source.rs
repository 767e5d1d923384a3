//! The author's frontmatter: read in whatever language it is, as entries with their source lines.

mod languages;
mod properties;
mod secrets;

use std::borrow::Cow;

use super::Entry;
use super::block::{Language, Parts, without_blank_lines};
use super::head;
use super::mark::Mark;
use super::visibility::{self, Finding};
use crate::hidden::hide_in_block;
use crate::markdown::lines::without_lone_returns;
use crate::report::Warning;
use crate::warnings::Code;
use crate::yaml::{self, Node};
use languages::{Failed, json_entries, quoted, toml_entries, yaml_entries};

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
    let bare = language.bare(block);
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
