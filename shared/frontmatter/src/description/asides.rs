//! Lines that say nothing of a document but its tags, fields and labels (2.6).

use crate::markdown::wikilink;
use crate::outline::{Inline, link_texts, raw_text};
use crate::prose::count_words;
use crate::words;

/// Longest name of a field, in words.
const FIELD_WORDS: usize = 3;

/// Whether a line is tags, a field of Logseq's or Dataview's, or a label with its value.
pub(super) fn is_aside(line: &[Inline<'_>]) -> bool {
    let text = raw_text(line);
    are_tags(line) || is_field(&text) || is_detail(&text)
}

/// Tags, and notes or links beside them; notes alone as well: `#robot [Video](x)`, `[[Robots]] [[Club]]`.
pub(super) fn are_tags(inlines: &[Inline<'_>]) -> bool {
    let (_, beside) = link_texts(inlines);
    let (beside, notes) = beside_notes(&beside);
    let mut words = beside
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric));
    let mut has_any = notes > 0;
    words.all(|word| {
        has_any |= is_tag(word);
        is_tag(word)
    }) && has_any
}

/// The text outside of wikilinks, and how many there are.
fn beside_notes(text: &str) -> (String, usize) {
    let (mut beside, mut notes, mut rest) = (String::new(), 0, text);
    while let Some((before, link, behind)) = wikilink::first(rest) {
        beside.extend([before, " "]);
        notes += usize::from(link.is_some());
        rest = behind;
    }
    (beside + rest, notes)
}

/// `#robot`, and not the number of an issue.
fn is_tag(word: &str) -> bool {
    let tag = word.trim_end_matches([',', ';']).strip_prefix('#');
    tag.is_some_and(|tag| tag.contains(char::is_alphabetic) && !tag.contains('#'))
}

/// `mood:: calm`, `[due:: Friday]`.
pub(super) fn is_field(text: &str) -> bool {
    let said = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    said.split_once("::").is_some_and(|(name, value)| {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
        name.chars().all(is_name)
            && !name.ends_with(' ')
            && (1..=FIELD_WORDS).contains(&count_words(name))
            && (value.is_empty() || value.starts_with([' ', '\t']))
    })
}

/// `Date: 2025-07-10`, `Present: Ann and Ben`.
pub(super) fn is_detail(text: &str) -> bool {
    text.split_once([':', '：']).is_some_and(|(label, _)| {
        let label = label.trim_matches(|c: char| !c.is_alphanumeric());
        words::DETAIL.fits(&label.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inlines(text: &str) -> Vec<Inline<'_>> {
        vec![Inline::Text(text.into())]
    }

    #[test]
    fn tags_fields_and_labels_are_asides() {
        for line in [
            "#robot #club",
            "#robot, #club/arm",
            "[[Robots]] · [[The club]]",
            "#robot [[Robots]]",
            "mood:: calm",
            "[due:: next Friday]",
            "Date: 2025-07-10",
            "**Present:** Ann and Ben",
            "Autor: Jana",
        ] {
            assert!(is_aside(&inlines(line)), "{line}");
        }
    }

    #[test]
    fn sentences_are_no_asides() {
        for line in [
            "#robot is our channel",
            "#1 in wood",
            "[[Axe]] cuts wood",
            "std::vector grows",
            "Haskell :: a language",
            "Robots: machines that draw",
            "It draws",
            "",
        ] {
            assert!(!is_aside(&inlines(line)), "{line}");
        }
    }
}
