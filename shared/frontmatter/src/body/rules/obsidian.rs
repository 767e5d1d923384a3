//! Obsidian's syntax in text: highlights, tags and block ids (2.9.4, 2.9.5, 2.9.6).

use std::collections::HashSet;
use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::markdown::Document;
use crate::markdown::edits::Splice;
use crate::markdown::pairs;
use crate::markdown::places::unescaped;
use crate::markdown::text::{Boundary, Run};

/// Longest block id that still makes an id of 64 characters with its prefix.
const MAX_BLOCK_ID_BYTES: usize = 58;

/// `==x==` becomes `<mark>x</mark>`; `certainly`, as where nothing else speaks of Obsidian, outside of words.
pub(crate) fn highlights(document: &Document<'_>, certainly: bool, splice: &mut Splice) {
    for (start, end) in pairs::find(document, '=', certainly) {
        splice.replace(start..start + 2, "<mark>");
        splice.replace(end..end + 2, "</mark>");
    }
}

/// Inline `#tags` in order, as written, without `#`, each spelling once.
pub(crate) fn tags(document: &Document<'_>, runs: &[Run]) -> Vec<String> {
    let source = document.source;
    let mut tags: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for run in runs.iter().filter(|run| !run.in_link) {
        let text = source.get(run.range.clone()).unwrap_or_default();
        for (at, character) in unescaped(text) {
            if character != '#' {
                continue;
            }
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let is_start = match before {
                Some(before) => before.is_whitespace(),
                None => run.starts_line || follows_space(source, run.range.start),
            };
            let name: String = text
                .get(at + 1..)
                .unwrap_or_default()
                .chars()
                .take_while(|c| is_tag_character(*c))
                .collect();
            let name = name.trim_end_matches('/');
            if is_start && is_tag(name) && known.insert(name.to_lowercase()) {
                tags.push(name.to_owned());
            }
        }
    }
    tags
}

fn follows_space(source: &str, at: usize) -> bool {
    source
        .get(..at)
        .and_then(|before| before.chars().next_back())
        .is_none_or(char::is_whitespace)
}

fn is_tag(name: &str) -> bool {
    let is_colour =
        matches!(name.len(), 3 | 6) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    !name.is_empty() && !is_colour && !name.chars().all(char::is_numeric)
}

fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric()
        || is_combining_mark(character)
        || is_emoji(character)
        || matches!(character, '_' | '/' | '-')
}

/// Unicode's `Emoji_Presentation`, by blocks.
fn is_emoji(character: char) -> bool {
    matches!(
        character,
        '\u{231a}'..='\u{231b}' | '\u{23e9}'..='\u{23ec}' | '\u{23f0}' | '\u{23f3}'
            | '\u{25fd}'..='\u{25fe}' | '\u{2614}'..='\u{2615}' | '\u{2648}'..='\u{2653}'
            | '\u{267f}' | '\u{2693}' | '\u{26a1}' | '\u{26aa}'..='\u{26ab}'
            | '\u{26bd}'..='\u{26be}' | '\u{26c4}'..='\u{26c5}' | '\u{26ce}' | '\u{26d4}'
            | '\u{26ea}' | '\u{26f2}'..='\u{26f3}' | '\u{26f5}' | '\u{26fa}' | '\u{26fd}'
            | '\u{2705}' | '\u{270a}'..='\u{270b}' | '\u{2728}' | '\u{274c}' | '\u{274e}'
            | '\u{2753}'..='\u{2755}' | '\u{2757}' | '\u{2795}'..='\u{2797}' | '\u{27b0}'
            | '\u{27bf}' | '\u{2b1b}'..='\u{2b1c}' | '\u{2b50}' | '\u{2b55}' | '\u{1f004}'
            | '\u{1f0cf}' | '\u{1f18e}' | '\u{1f191}'..='\u{1f19a}' | '\u{1f1e6}'..='\u{1f1ff}'
            | '\u{1f201}' | '\u{1f21a}' | '\u{1f22f}' | '\u{1f232}'..='\u{1f236}'
            | '\u{1f238}'..='\u{1f23a}' | '\u{1f250}'..='\u{1f251}' | '\u{1f300}'..='\u{1f320}'
            | '\u{1f32d}'..='\u{1f335}' | '\u{1f337}'..='\u{1f37c}' | '\u{1f37e}'..='\u{1f393}'
            | '\u{1f3a0}'..='\u{1f3ca}' | '\u{1f3cf}'..='\u{1f3d3}' | '\u{1f3e0}'..='\u{1f3f0}'
            | '\u{1f3f4}' | '\u{1f3f8}'..='\u{1f43e}' | '\u{1f440}' | '\u{1f442}'..='\u{1f4fc}'
            | '\u{1f4ff}'..='\u{1f53d}' | '\u{1f54b}'..='\u{1f54e}' | '\u{1f550}'..='\u{1f567}'
            | '\u{1f57a}' | '\u{1f595}'..='\u{1f596}' | '\u{1f5a4}' | '\u{1f5fb}'..='\u{1f64f}'
            | '\u{1f680}'..='\u{1f6c5}' | '\u{1f6cc}' | '\u{1f6d0}'..='\u{1f6d2}'
            | '\u{1f6d5}'..='\u{1f6d7}' | '\u{1f6dc}'..='\u{1f6df}' | '\u{1f6eb}'..='\u{1f6ec}'
            | '\u{1f6f4}'..='\u{1f6fc}' | '\u{1f7e0}'..='\u{1f7eb}' | '\u{1f7f0}'
            | '\u{1f90c}'..='\u{1f93a}' | '\u{1f93c}'..='\u{1f945}' | '\u{1f947}'..='\u{1f9ff}'
            | '\u{1fa70}'..='\u{1faff}'
    )
}

/// The block id at the end of a run: its bytes, `^` included.
fn block_id(source: &str, run: &Run) -> Option<Range<usize>> {
    if run.in_link || run.ends < Boundary::Line {
        return None;
    }
    let text = source.get(run.range.clone())?;
    let at = memchr::memrchr(b'^', text.as_bytes())?;
    let trimmed = text.trim_end();
    let id = trimmed.get(at + 1..)?;
    let before = trimmed.get(..at)?;
    let is_alone = run.starts_line && before.trim().is_empty();
    let ends_block = run.ends == Boundary::Block
        && (before.ends_with([' ', '\t'])
            || (before.is_empty() && !run.starts_line && follows_space(source, run.range.start)));
    let is_id = !id.is_empty()
        && id.len() <= MAX_BLOCK_ID_BYTES
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_id && (is_alone || ends_block))
        .then(|| run.range.start + at..run.range.start + trimmed.len())
}

/// Whether a line, cell or heading ends with a block id, which only Obsidian writes.
pub(crate) fn has_block_id(document: &Document<'_>) -> bool {
    // Most of what has a `^` has it elsewhere.
    let ends_with_id = |at: usize| {
        let rest = document.source.get(at + 1..).unwrap_or_default();
        let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let after = after.trim_start_matches([' ', '\t']);
        after.is_empty() || after.starts_with(['\n', '\r', '\\', '|', '#'])
    };
    memchr::memchr_iter(b'^', document.source.as_bytes()).any(ends_with_id)
        && document
            .runs()
            .iter()
            .any(|run| block_id(document.source, run).is_some())
}

/// ` ^id` becomes an anchor that `#block-id` leads to.
pub(crate) fn block_ids(document: &Document<'_>, runs: &[Run], splice: &mut Splice) {
    for run in runs {
        if let Some(range) = block_id(document.source, run) {
            let id = document
                .source
                .get(range.start + 1..range.end)
                .unwrap_or_default();
            splice.replace(range, format!("<a id=\"block-{id}\"></a>"));
        }
    }
}
