//! Pandoc's references: examples `(@here)` get their numbers, and sources `[@knuth84]`, which aren't here, are told.

use std::collections::HashMap;

use super::callout::piece;
use super::page::{Page, around};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::{Event, Tag};

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    examples(page, splice);
    let source = page.document.source;
    for at in page.prose.find("@") {
        let before = source.get(..at).unwrap_or_default().trim_end_matches('-');
        let Some(open) = before.strip_suffix('[').map(str::len) else {
            continue;
        };
        let (inside, behind) = piece(source, open + 1).split_once(']').unwrap_or_default();
        if around(&page.links, at).is_none()
            && !behind.starts_with(['(', '[', ':'])
            && inside.split(';').all(is_source)
        {
            warnings.add(Code::ForeignSyntax, open, &format!("[{inside}]"));
        }
    }
}

/// A key with a year or a number, which names of people have at their end at most, or one with the place behind it.
fn is_source(text: &str) -> bool {
    let Some(key) = text.trim().trim_start_matches('-').strip_prefix('@') else {
        return false;
    };
    let (key, place) = key.split_once(',').unwrap_or((key, ""));
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '-' | '/');
    let letters = key.chars().filter(|c| c.is_alphabetic()).count();
    let digits = key.chars().filter(char::is_ascii_digit).count();
    key.chars().all(is_key) && letters > 1 && (digits >= 2 || !place.is_empty())
}

/// `(@)` and `(@label)` at the beginning of paragraphs, which go on counting, and `(@label)` in the text.
fn examples(page: &Page<'_, '_>, splice: &mut Splice) {
    let source = page.document.source;
    let starts = page.document.events.iter().filter_map(|(event, range)| {
        matches!(event, Event::Start(Tag::Paragraph)).then_some(range.start)
    });
    let first: Vec<(usize, &str)> = starts
        .filter_map(|start| Some((start, label(source, start)?)))
        .collect();
    let named: Vec<(usize, &str)> = page
        .prose
        .find("(@")
        .filter_map(|at| Some((at, label(source, at)?)))
        .collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for (_, label) in &named {
        *uses.entry(label).or_default() += 1;
    }
    // A name that no other place refers to is somebody's.
    let is_used = |label: &str| label.is_empty() || uses.get(label).is_some_and(|count| *count > 1);
    if !first.iter().all(|(_, label)| is_used(label)) {
        return;
    }
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    for (number, (_, label)) in (1..).zip(&first) {
        numbers.entry(label).or_insert(number);
    }
    for (number, (start, label)) in (1..).zip(&first) {
        splice.replace(*start..start + label.len() + 3, format!("({number})"));
    }
    for (at, label) in named.iter().filter(|(_, label)| !label.is_empty()) {
        if let Some(number) = numbers.get(label) {
            splice.replace(*at..at + label.len() + 3, format!("({number})"));
        }
    }
}

fn label(source: &str, at: usize) -> Option<&str> {
    let (label, _) = piece(source, at).strip_prefix("(@")?.split_once(')')?;
    label
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        .then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::dialects::tests::translated;

    #[test]
    fn examples_are_numbered() {
        for (before, after) in [
            (
                "(@)  First.\n\n(@b) Second.\n\nAs (@b) says.\n",
                "(1)  First.\n\n(2) Second.\n\nAs (2) says.\n",
            ),
            ("(@ann) is a member.\n", "(@ann) is a member.\n"),
            ("Ask Ben (@ben).\n", "Ask Ben (@ben).\n"),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn keys_of_sources_are_told_from_names() {
        for source in ["@knuth84", "-@Ford2009", "@fig:a, p. 3", "@smith, ch. 2"] {
            assert!(is_source(source), "{source}");
        }
        for name in ["@ann", "@octo-cat", "see", "@a1", "@ann b"] {
            assert!(!is_source(name), "{name}");
        }
    }
}
