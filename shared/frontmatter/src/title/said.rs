//! What headings, pictures and paragraphs say that may name a document (2.5).

use unicode_normalization::UnicodeNormalization as _;

use crate::badge::is_badge;
use crate::markdown::wikilink;
use crate::names::without_export_id;
use crate::outline::{Block, Inline};
use crate::prose::{clean_text, count_words, without_ornaments, without_templates};
use crate::words;

/// Prose that a heading may not follow unless it is the first one, in words.
pub(super) const PROSE_WORDS: usize = 4;

/// What a heading says; where it says nothing, the text of its first picture.
pub(super) fn heading_text(block: &Block<'_>) -> String {
    let text = block.text();
    if !text.is_empty() {
        let filled = without_templates(&text);
        // What is all template is told by its signs.
        let text = if filled.is_empty() { &text } else { &*filled };
        let has_code = block
            .inlines
            .iter()
            .any(|inline| matches!(inline, Inline::Code(_)));
        let shown = if has_code || !text.contains("[[") {
            text.to_owned()
        } else {
            wikilink::shown(text)
        };
        return without_remains(without_export_id(&shown)).to_owned();
    }
    block
        .images()
        .find(|(_, url)| !is_badge(url))
        .map(|(alt, _)| clean_alt(alt))
        .filter(|alt| !is_generic_alt(alt))
        .unwrap_or_default()
}

/// A heading without what is left behind it of a badge, a note or a list: `Axe ·`, `Axe[1]`, `Axe:`.
pub(super) fn without_remains(heading: &str) -> &str {
    let without_number = heading
        .strip_suffix(']')
        .map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()))
        .and_then(|rest| rest.strip_suffix('['))
        .filter(|_| !heading.ends_with("[]"));
    let mut text = without_number.unwrap_or(heading).trim_end();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if last.starts_with(':') {
        // The colon ends a shortcode.
        return text;
    }
    loop {
        let rest = text.trim_end_matches(['·', '|', '•', '–', '—', '-']);
        let rest = if rest.ends_with(' ') {
            rest.trim_end()
        } else {
            text
        };
        let rest = match rest.strip_suffix([':', '：']) {
            Some(before) if !before.ends_with(':') => before.trim_end(),
            _ => rest,
        };
        if rest == text || rest.is_empty() {
            return text;
        }
        text = rest;
    }
}

/// Whether there is a letter or a digit in a heading, and not emoji alone.
pub(super) fn says_something(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// Whether a heading names a part of any document.
pub(super) fn is_generic(text: &str) -> bool {
    let text = without_ornaments(text);
    let text = text
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    words::GENERIC_HEADING.fits(&text)
}

/// A picture's alt text without the words that say that it is a picture.
pub(super) fn clean_alt(alt: &str) -> String {
    let mut text = clean_text(alt);
    for separator in [" - ", " – ", " — ", " | ", "｜", ": "] {
        if let Some((before, _)) = text.split_once(separator) {
            text = before.to_owned();
        }
    }
    while let Some((before, last)) = text.rsplit_once([' ', '_', '-']) {
        let last = last.trim_matches(|c: char| !c.is_alphanumeric());
        if !words::PICTURE_WORD.fits(&last.to_lowercase()) {
            break;
        }
        text = before.trim_end().to_owned();
    }
    text
}

pub(super) fn is_generic_alt(text: &str) -> bool {
    words::GENERIC_ALT.fits(&text.to_lowercase())
}

/// Four words that aren't mostly links.
pub(super) fn is_prose(block: &Block<'_>) -> bool {
    let (linked, all) = block.link_share();
    count_words(&block.text()) >= PROSE_WORDS && linked * 10 < all * 6
}

/// Letters and digits alone, in one case.
pub(super) fn letters(text: &str) -> String {
    text.nfkc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
