//! The runs of lines at the top of a text that may be frontmatter to its author.

use std::ops::Range;

use super::veil::VEIL;
use crate::entry::block::{Language, beginning, looks_like_keys, object_end};
use crate::entry::fields;
use crate::entry::visibility::{self, is_entry};
use crate::prose::is_invisible;

/// Most runs of keys that are looked for.
const MAX_RUNS: usize = 32;

/// Most words of a line that is hardly prose.
const MAX_WORDS: usize = 4;
/// What a line of JSON may begin with.
const JSON_STARTS: [char; 8] = ['"', '\'', '{', '}', '[', ']', '/', ','];

pub(super) struct Head {
    /// The lines, without their fences.
    pub(super) range: Range<usize>,
    /// The first one, 1-based.
    pub(super) line: usize,
    pub(super) language: Language,
    kind: Kind,
    /// Whether every key counts, and not only what prose doesn't say.
    pub(super) is_strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fenced,
    /// JSON without fences.
    Object,
    /// Lines without fences.
    Entries,
}

impl Head {
    /// Whether the lines are frontmatter and no prose.
    pub(super) fn is_block(&self, lines: &str) -> bool {
        match self.kind {
            Kind::Object => true,
            Kind::Entries => visibility::are_entries(lines),
            Kind::Fenced => is_block(self.language, lines),
        }
    }

    /// Whether what follows the lines may belong to them: they are keys themselves, and introduce no example.
    fn leads_to(&self, next: &Self, lines: &str) -> bool {
        if self.kind != Kind::Entries {
            return self.is_block(lines);
        }
        let is_short = |line: &str| line.split_whitespace().count() <= MAX_WORDS;
        let is_key = |line: &str| !line.starts_with(char::is_uppercase) || is_known(line);
        let is_fenced = next.kind == Kind::Fenced && next.is_strict;
        !lines.trim_end().ends_with(':')
            && (lines.lines().filter(|line| is_entry(line)).any(is_key)
                || is_fenced && lines.lines().all(is_short))
    }
}

/// The lines of a text's beginning, each with where it starts.
pub(super) struct Lines<'t> {
    text: &'t str,
    lines: Vec<(usize, &'t str)>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let lines = beginning(text).collect();
        Self { text, lines }
    }

    fn line(&self, index: usize) -> &'t str {
        self.lines.get(index).map_or("", |(_, line)| *line)
    }

    /// A line without what nobody sees.
    fn shown(&self, index: usize) -> Option<&'t str> {
        let (_, line) = self.lines.get(index)?;
        Some(line.trim_matches(|c: char| c.is_whitespace() || is_invisible(c)))
    }

    fn is_blank(&self, index: usize) -> bool {
        self.shown(index).is_none_or(str::is_empty)
    }

    fn is_veiled(&self, index: usize) -> bool {
        self.is_blank(index) && self.line(index).contains(VEIL)
    }

    fn start(&self, index: usize) -> usize {
        self.lines
            .get(index)
            .map_or(self.text.len().min(self.end()), |(start, _)| *start)
    }

    /// Where the last of the lines ends.
    fn end(&self) -> usize {
        let last = self
            .lines
            .last()
            .map_or(0, |(start, line)| start + line.len());
        let rest = self.text.get(last..).unwrap_or_default();
        last + rest.find('\n').map_or(rest.len(), |at| at + 1)
    }

    /// What stands at the top, up to the first line that is neither of a block nor passed.
    pub(super) fn heads(&self) -> Vec<Head> {
        let mut heads: Vec<Head> = Vec::new();
        let mut is_below_heading = false;
        let mut at = 0;
        while at < self.lines.len() && heads.len() < MAX_RUNS {
            if let Some(next) = self.passed(at) {
                at = next;
                continue;
            }
            if !is_below_heading && let Some(next) = self.heading(at) {
                is_below_heading = true;
                at = next;
                continue;
            }
            let is_first = heads.is_empty() && !is_below_heading;
            let Some((head, next)) = self.head(at, is_first) else {
                break;
            };
            let lines = |head: &Head| self.text.get(head.range.clone()).unwrap_or_default();
            let before = heads.last();
            if before.is_some_and(|before| !before.leads_to(&head, lines(before))) {
                break;
            }
            heads.push(head);
            at = next;
        }
        heads
    }

    /// The line behind one that may stand before a block and is none of its text: it is blank, a comment, a picture, or a few
    /// words in tags.
    fn passed(&self, at: usize) -> Option<usize> {
        let line = self.shown(at)?;
        let is_comment = ["//", "#!", "[//]:", "[comment]:"]
            .iter()
            .any(|open| line.starts_with(open));
        let is_picture =
            ["![", "[!["].iter().any(|open| line.starts_with(open)) && line.ends_with(')');
        let is_tagged = self.line(at).trim_start().starts_with(VEIL)
            && !is_entry(line)
            && !line.ends_with(':')
            && line.split_whitespace().count() <= MAX_WORDS;
        (line.is_empty() || is_comment || is_picture || is_tagged).then_some(at + 1)
    }

    /// The line behind a heading's text.
    fn heading(&self, at: usize) -> Option<usize> {
        let line = self.shown(at)?;
        let is_underlined = line.starts_with(char::is_alphanumeric)
            && !is_entry(line)
            && self.shown(at + 1).and_then(fence).is_some();
        (is_underlined || line.starts_with("# ")).then_some(at + 1)
    }

    /// The block or the entries that begin with a line, and the line behind them.
    fn head(&self, at: usize, is_first: bool) -> Option<(Head, usize)> {
        let line = self.shown(at)?;
        let line_start = self.line(at);
        let is_code = line_start.starts_with("    ") || line_start.starts_with('\t');
        if is_code && !is_first {
            return None;
        }
        let (lines, language, kind) = if let Some(language) = fence(line) {
            (self.fenced(at + 1, language)?, language, Kind::Fenced)
        } else if line.starts_with('{') {
            (self.object(at)?, Language::Json, Kind::Object)
        } else {
            (self.entries(at)?, Language::Yaml, Kind::Entries)
        };
        let is_closed = self.shown(lines.end).and_then(fence).is_some();
        // Below other things a line of hyphens may be a rule, or make a heading of the line before it.
        let is_strict = match kind {
            Kind::Fenced => is_first || is_closed && lines.start == at + 1,
            Kind::Object => true,
            Kind::Entries => false,
        };
        let next = lines.end + usize::from(is_closed && kind == Kind::Fenced);
        let head = Head {
            range: self.start(lines.start)..self.start(lines.end),
            line: lines.start + 1,
            language,
            kind,
            is_strict,
        };
        let is_block = || head.is_block(self.text.get(head.range.clone()).unwrap_or_default());
        (is_first || kind != Kind::Fenced || is_block()).then_some((head, next))
    }

    /// The lines behind a fence, up to another one. Up to the first blank line they may be anything, and behind it keys.
    fn fenced(&self, from: usize, language: Language) -> Option<Range<usize>> {
        let mut first = from;
        while self.is_blank(first) && first < self.lines.len()
            || self.shown(first).and_then(fence).is_some()
        {
            first += 1;
        }
        let is_key = |index: usize| {
            let line = self.line(index);
            is_entry(line) && !line.starts_with([' ', '\t'])
                || language == Language::Toml && line.starts_with('[')
        };
        let is_json = language == Language::Json;
        let mut after_blank = first > 0 && self.is_blank(first - 1);
        let mut end = first;
        while let Some(line) = self.shown(end) {
            if fence(line).is_some() {
                break;
            }
            let is_comment = line.starts_with('#') && is_key(end + 1);
            let goes_on = is_key(end) || is_comment || is_json && line.starts_with(JSON_STARTS);
            if after_blank && !line.is_empty() && !goes_on {
                break;
            }
            after_blank = line.is_empty() && (after_blank || !self.is_veiled(end));
            end += 1;
        }
        (first < end).then_some(first..end)
    }

    /// An object of JSON that ends with its line; or, where nothing closes it, up to a blank line.
    fn object(&self, at: usize) -> Option<Range<usize>> {
        let text = self.text.get(self.start(at)..self.end())?;
        let bare = Language::Json.bare(text);
        let inside = bare.trim_start().strip_prefix('{')?.trim_start();
        let (word, rest) = inside.split_at_checked(
            inside
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                .unwrap_or(inside.len()),
        )?;
        let begins = inside.starts_with(['"', '\''])
            || !word.is_empty() && rest.trim_start().starts_with(':');
        if !begins {
            return None;
        }
        let behind = object_end(&bare).and_then(|end| {
            let rest = bare.get(end..)?.lines().next().unwrap_or_default();
            Some((end, rest.trim()))
        });
        let end = match behind {
            Some((end, "")) => at + bare.get(..end)?.matches('\n').count() + 1,
            // Prose goes on otherwise; here a bracket closes another, and the object goes on.
            Some((_, rest)) if !rest.starts_with([',', ']', '}']) => return None,
            _ => (at..self.lines.len())
                .find(|index| self.is_blank(*index))
                .unwrap_or(self.lines.len()),
        };
        Some(at..end)
    }

    /// Lines that are entries, up to one that is none.
    fn entries(&self, from: usize) -> Option<Range<usize>> {
        let is_entry = |index: usize| is_entry(self.line(index));
        let goes_on = |index: usize| {
            let is_value = self.line(index).starts_with([' ', '\t', '-', ']', '}']);
            is_entry(index) || index > from && is_value && !self.is_blank(index)
        };
        let mut end = from;
        while self.shown(end).is_some_and(|line| fence(line).is_none()) {
            let mut next = end + 1;
            let is_part = if self.is_veiled(end) {
                while self.is_veiled(next) {
                    next += 1;
                }
                goes_on(next)
            } else if self.line(end).starts_with('#') {
                is_entry(next)
            } else {
                goes_on(end)
            };
            if !is_part {
                break;
            }
            end = next;
        }
        (from < end).then_some(from..end)
    }
}

/// The language behind a line of hyphens, dashes or the like, with nothing else but perhaps the name of a language.
fn fence(line: &str) -> Option<Language> {
    let marks = line.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let name = line.get(marks.len()..).unwrap_or_default();
    let marks = marks.trim();
    let is_mark = |c: char| {
        matches!(c, '-' | '+' | ';' | '—' | '–' | '―' | '=' | '_' | '*' | '−') || is_invisible(c)
    };
    if marks.is_empty() || !marks.chars().all(is_mark) {
        return None;
    }
    match name.to_ascii_lowercase().as_str() {
        "json" | "jsonc" | "json5" | "js" => Some(Language::Json),
        "toml" => Some(Language::Toml),
        "" if marks.starts_with('+') => Some(Language::Toml),
        "" if marks.starts_with(';') => Some(Language::Json),
        "" | "yaml" | "yml" | "md" | "markdown" | "matter" | "frontmatter" => Some(Language::Yaml),
        _ => None,
    }
}

/// Whether lines between fences are a block and no prose between rules.
fn is_block(language: Language, block: &str) -> bool {
    language != Language::Yaml
        || block.trim_start().starts_with('{')
        || block.lines().any(|line| is_key(line) || is_known(line))
}

/// Whether a line is `key: value`, the key one word, as prose hardly has it.
fn is_key(line: &str) -> bool {
    let key = line.split([':', '=']).next().unwrap_or_default();
    let is_entry = looks_like_keys(line) || line.contains('=') && is_entry(line);
    is_entry && !key.trim().contains(char::is_whitespace) && !line.starts_with('#')
}

fn is_known(line: &str) -> bool {
    let key = line.split([':', '：', '=']).next().unwrap_or_default();
    let key = key.trim_matches(|c: char| !c.is_alphanumeric());
    is_entry(line) && (visibility::is_known(key) || fields::is_known(key))
}
