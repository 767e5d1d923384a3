//! What a document's keys say about who may see it: whatever isn't for the public is a draft (2.4.6).
//!
//! Tools have many words for that. Those that are known stand in tables, and a value of theirs that is not known counts as
//! "no": a page that is missing can be mended, one that was read can't be taken back.

mod raw;
mod verdicts;
mod vocabulary;

use super::Entry;
use crate::hidden::hide_in_value;
use crate::report::Warning;
use crate::warnings::Code;
use crate::words;
use crate::yaml::Node;

pub(crate) use raw::{are_entries, in_lines, in_text, is_entry, without_secrets};
#[cfg(test)]
pub(crate) use vocabulary::KEYS;

use verdicts::{MAX_KEY_CHARS, Verdict, normalised, truth};
use vocabulary::{Rule, rule};

/// What one key says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) verdict: Verdict,
    key: String,
    /// What is quoted of it.
    text: String,
    line: usize,
    rule: Rule,
    /// Whether it was found in lines that couldn't be read as a block.
    in_text: bool,
}

impl Finding {
    /// The same on another line.
    pub(crate) fn moved(mut self, to: impl Fn(usize) -> usize) -> Self {
        self.line = to(self.line);
        self
    }

    /// Whether the document is a draft by this.
    pub(crate) fn hides(&self) -> bool {
        matches!(self.verdict, Verdict::Hidden | Verdict::Unclear)
    }

    /// The line on which the document is said to come out at its date, where that stands in a block that could be read.
    pub(crate) fn schedules(&self) -> Option<usize> {
        let is_said = self.rule == Rule::Schedule && self.hides() && !self.in_text;
        is_said.then_some(self.line)
    }

    /// What the author is told: nothing of a plain `draft: true`.
    pub(crate) fn warning(&self) -> Option<Warning> {
        let is_plain = !self.in_text
            && ["draft", "private", "publish", "published"]
                .contains(&self.key.to_lowercase().as_str());
        let code = match (self.verdict, self.rule) {
            (Verdict::Silent | Verdict::Public, _) => return None,
            (Verdict::Hidden, _) if is_plain => return None,
            (Verdict::Hidden, _) => Code::Hidden(&self.key),
            (Verdict::Unclear, Rule::No | Rule::NoOnly | Rule::NoOrDate) => {
                Code::HiddenUnclear(&self.key, "true")
            }
            (Verdict::Unclear, Rule::Yes | Rule::YesOnly | Rule::Schedule) => {
                Code::HiddenUnclear(&self.key, "false")
            }
            (Verdict::Unclear, _) => Code::HiddenUnclear(&self.key, "public"),
        };
        Some(code.at(self.line, 1, &self.text))
    }
}

/// What the entries say by holding what nobody else may know.
pub(crate) fn secrets<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<Finding> {
    let mut findings = findings(entries);
    findings.retain(|finding| finding.rule == Rule::Secret);
    findings
}

/// What the entries say, those in known maps as well.
pub(crate) fn findings<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in entries {
        find(&entry.key, &entry.value, entry.line, &mut findings);
    }
    findings
}

/// What entries say that stand in the text: that is told, however plain it is.
pub(crate) fn findings_in_text(entries: &[Entry]) -> Vec<Finding> {
    let findings = findings(entries).into_iter().map(|finding| Finding {
        in_text: true,
        ..finding
    });
    findings.collect()
}

/// Adds what a key says, and those in its value where it is a known map, be it written as a list of maps.
fn find(key: &str, value: &Node, line: usize, findings: &mut Vec<Finding>) {
    // `params.draft: true`
    if let Some((map, inner)) = key.split_once('.')
        && is_map(map)
    {
        find(inner, value, line, findings);
    }
    findings.extend(finding(key, value, line));
    match value {
        Node::Map(entries) if is_map(key) => {
            for (inner, value) in entries {
                find(inner, value, line, findings);
            }
        }
        Node::List(items) if is_map(key) => {
            for item in items.iter().filter(|item| !matches!(item, Node::Scalar(_))) {
                find(key, item, line, findings);
            }
        }
        _ => {}
    }
}

fn is_map(key: &str) -> bool {
    words::KEY_MAP.fits(&normalised(key))
}

/// Whether a key holds what nobody else may know.
pub(crate) fn is_secret(key: &str) -> bool {
    let name = normalised(key.rsplit('.').next().unwrap_or_default());
    rule(&name) == Some(Rule::Secret)
}

/// Whether a key says something of who may see a document.
pub(crate) fn is_known(key: &str) -> bool {
    rule(&normalised(key)).is_some()
}

/// Whether a value is a word that says yes or no, and nothing of prose.
pub(crate) fn is_plain(value: &str) -> bool {
    truth(&Node::plain(value)).is_some()
}

fn finding(key: &str, value: &Node, line: usize) -> Option<Finding> {
    let rule = rule(&normalised(key))?;
    let verdict = rule.verdict(value);
    let text = match rule {
        Rule::Secret => "",
        _ => value.text().unwrap_or_default(),
    };
    let text = hide_in_value(text).map_or_else(|| text.to_owned(), |hidden| hidden.body);
    (verdict != Verdict::Silent).then(|| Finding {
        verdict,
        key: key
            .trim()
            .trim_end_matches(':')
            .chars()
            .take(MAX_KEY_CHARS)
            .collect(),
        text,
        line,
        rule,
        in_text: false,
    })
}

#[cfg(test)]
mod tests;
