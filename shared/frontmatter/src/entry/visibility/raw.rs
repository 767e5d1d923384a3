//! What the lines of a block say that can't be read as a whole, and which of them hold what nobody else may know.

use super::verdicts::Verdict;
use super::vocabulary::Rule;
use super::{Finding, find, finding, is_known, is_secret};
use crate::entry::fields;
use crate::prose::is_invisible;
use crate::yaml::{self, MAX_KEY_WORDS, Node};

/// Longest line that is searched for keys, in bytes.
const MAX_LINE_BYTES: usize = 1024;
/// Most words of a value that hides a document where no block begins.
const MAX_VALUE_WORDS: usize = 3;

/// What a block says, its comments taken out before: each entry is read by itself, and what can't be read line by line.
pub(crate) fn in_lines(block: &str, first_line: usize) -> Vec<Finding> {
    said(block, first_line, true)
}

/// What lines say that look like entries, but may be prose. Where no title tells that they are entries, only plain words
/// count: `Draft: yes`, but neither `Status: Draft` nor `Access: by train`.
pub(crate) fn in_text(block: &str, first_line: usize) -> Vec<Finding> {
    let mut findings = said(block, first_line, false);
    if !are_entries(block) {
        findings.retain(|finding| {
            let words = finding.text.split_whitespace().count();
            finding.rule == Rule::Secret
                || finding.verdict == Verdict::Hidden
                    && finding.rule != Rule::Word
                    && words <= MAX_VALUE_WORDS
        });
    }
    findings
}

/// Whether lines that look like entries are frontmatter: they have a title, or one of its keys and no capitals, as tools
/// write them.
pub(crate) fn are_entries(block: &str) -> bool {
    let keys: Vec<String> = block
        .lines()
        .filter_map(split)
        .map(|(key, _)| bare(key))
        .collect();
    let has = |is: &dyn Fn(&str) -> bool| keys.iter().any(|key| is(key));
    has(&|key| key.eq_ignore_ascii_case("title"))
        || has(&|key| fields::is_known(key) && !is_known(key))
            && !has(&|key| key.starts_with(char::is_uppercase))
}

/// The block, its comments taken out before, with an empty line for each of an entry that nobody else may know.
pub(crate) fn without_secrets(block: &str) -> String {
    let mut shown = String::with_capacity(block.len());
    for chunk in chunks(block) {
        if chunk.holds_secret() {
            shown.extend(chunk.text.chars().filter(|c| matches!(c, '\n' | '\r')));
        } else {
            shown.push_str(chunk.text);
        }
    }
    shown
}

/// Whether a line is an entry: a key of few words, and what is said of it.
pub(crate) fn is_entry(line: &str) -> bool {
    split(line).is_some_and(|(key, value)| {
        let is_address = value.starts_with("//");
        let is_marked =
            line.starts_with(['-', '>', '|', '<', '#', '`', '!', '[']) || line.starts_with("* ");
        let are_quotes_even = key.matches('"').count() % 2 == 0;
        let words = key.split_whitespace().count();
        (1..=MAX_KEY_WORDS).contains(&words) && !is_address && !is_marked && are_quotes_even
    })
}

fn said(block: &str, first_line: usize, in_pieces: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for chunk in chunks(block) {
        let line = first_line + chunk.line;
        match chunk.entries() {
            Some(entries) => {
                for (key, value) in &entries {
                    find(key, value, line, &mut findings);
                }
            }
            None => chunk.pieces(in_pieces, |key, value, index| {
                findings.extend(finding(&key, &Node::string(value), line + index));
            }),
        }
    }
    findings
        .into_iter()
        .map(|finding| Finding {
            in_text: true,
            ..finding
        })
        .collect()
}

/// An entry with the lines that may belong to its value.
struct Chunk<'b> {
    text: &'b str,
    /// Line in the block, 0-based.
    line: usize,
}

/// The entries of a block. An object of JSON is one.
fn chunks(block: &str) -> Vec<Chunk<'_>> {
    if block.trim_start().starts_with('{') {
        return vec![Chunk {
            text: block,
            line: 0,
        }];
    }
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    let (mut start, mut first) = (0, 0);
    let mut position = 0;
    for (index, line) in block.split_inclusive('\n').enumerate() {
        let begins = line.starts_with(['[', '{', '?'])
            || (is_entry(line) && !line.starts_with([' ', '\t', ':']));
        if begins && position > start {
            chunks.extend(
                block
                    .get(start..position)
                    .map(|text| Chunk { text, line: first }),
            );
            (start, first) = (position, index);
        }
        position += line.len();
    }
    chunks.extend(block.get(start..).map(|text| Chunk { text, line: first }));
    chunks
}

impl Chunk<'_> {
    /// The entries, where a reader takes the chunk for such.
    fn entries(&self) -> Option<Vec<(String, Node)>> {
        let read = |text: &str| {
            let document = yaml::read(text).ok()?;
            let entries = document.entries.into_iter();
            let entries = entries.map(|entry| (entry.key, entry.value));
            let again = document.duplicates.into_iter();
            Some(
                entries
                    .chain(again.map(|(place, value)| (place.key, value)))
                    .collect(),
            )
        };
        let toml = || {
            let table = self.text.parse::<toml::Table>().ok()?;
            let entries = table.into_iter();
            Some(
                entries
                    .map(|(key, value)| (key, Node::from(value)))
                    .collect(),
            )
        };
        // Entries in a list are those of a map that is written as one.
        let list = || {
            let is_list = self.text.trim_start().starts_with("- ");
            is_list
                .then(|| read(&format!("params:\n{}", self.text)))
                .flatten()
        };
        read(self.text).or_else(toml).or_else(list)
    }

    fn holds_secret(&self) -> bool {
        if let Some(entries) = self.entries() {
            return holds_secret(&Node::Map(entries));
        }
        let mut holds = false;
        self.pieces(true, |key, _, _| holds |= is_secret(&key));
        holds
    }

    /// Each key with its value, as far as lines tell; `in_pieces`: also behind commas and braces.
    fn pieces(&self, in_pieces: bool, mut take: impl FnMut(String, String, usize)) {
        let mut lines = self.text.lines().enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            if line.len() > MAX_LINE_BYTES {
                continue;
            }
            let separators: &[char] = if in_pieces {
                &[',', '{', '}', ';']
            } else {
                &[]
            };
            for piece in line.split(separators) {
                let Some((key, value)) = split(piece) else {
                    continue;
                };
                // The value may stand on the next line.
                let next = lines.peek().map(|(_, next)| *next);
                let next = next.filter(|next| value.trim().is_empty() && split(next).is_none());
                take(bare(key), bare_value(next.unwrap_or(value)), index);
            }
        }
    }
}

/// Whether a key of the value, however deep, holds what nobody else may know.
fn holds_secret(value: &Node) -> bool {
    match value {
        Node::Scalar(_) => false,
        Node::List(items) => items.iter().any(holds_secret),
        Node::Map(entries) => entries
            .iter()
            .any(|(key, value)| is_secret(key) || holds_secret(value)),
    }
}

/// A line's key and value, with whatever stands between them.
fn split(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '：', '='])?;
    let key = line.get(..at)?;
    let value = line.get(at..)?.trim_start_matches([':', '：', '=']);
    Some((key, value))
}

/// A key without its quotes and the like, its escapes read.
fn bare(key: &str) -> String {
    let key = key.trim_matches(|c: char| {
        c.is_whitespace() || is_invisible(c) || matches!(c, '"' | '\'' | '`' | '*' | '-' | '?')
    });
    if key.contains('\\') {
        let read = serde_json::from_str(&format!("\"{key}\""));
        return read.unwrap_or_else(|_| key.to_owned());
    }
    key.to_owned()
}

/// A value without its tag and anchor as well.
fn bare_value(value: &str) -> String {
    let mut value = value.trim();
    while value.starts_with(['!', '&']) {
        let Some((_, rest)) = value.split_once(char::is_whitespace) else {
            break;
        };
        value = rest.trim_start();
    }
    bare(value)
}
