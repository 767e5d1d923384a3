//! Where sentences end, and a description is cut (2.6).

use crate::prose::cut_at_word;
use crate::words;

/// Longest description that is derived, in characters.
pub(super) const MAX_CHARS: usize = 160;

/// A sentence that ends before this many characters is no place to cut.
const MIN_CUT: usize = 60;

/// Drops a last sentence that only leads to a list, where another stands before it.
pub(super) fn without_lead_in(text: &str) -> String {
    if !is_lead_in(text) {
        return text.to_owned();
    }
    sentence_ends(text)
        .into_iter()
        .rfind(|end| *end < text.len())
        .and_then(|end| text.get(..end))
        .unwrap_or(text)
        .trim_end()
        .to_owned()
}

/// Whether a text ends with a colon that ends no shortcode: a list or an example follows.
pub(super) fn is_lead_in(text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    text.ends_with([':', '：']) && !(last.len() > 1 && last.starts_with(':'))
}

/// A text that leads to a list, without its colon.
pub(super) fn without_colon(text: &str) -> String {
    match text.strip_suffix([':', '：']).filter(|_| is_lead_in(text)) {
        Some(before) => format!("{}…", before.trim_end_matches([':', '：', ' '])),
        None => text.to_owned(),
    }
}

/// Byte offsets behind the ends of sentences: none in parentheses, and none behind an abbreviation (`e.g. so`).
pub(super) fn sentence_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let mut next = text.get(end..).unwrap_or_default().chars();
        let (next, after) = (next.next(), next.next());
        depth = match c {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        let ends_sentence = match c {
            '。' | '！' | '？' => true,
            '.' if after.is_some_and(char::is_lowercase) => {
                next == Some(' ') && !is_abbreviation(text.get(..at).unwrap_or_default())
            }
            '.' | '!' | '?' | '…' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends_sentence && depth == 0 {
            ends.push(end);
        }
    }
    ends
}

/// Whether a text ends with a word that is written with a full stop, which isn't there yet.
fn is_abbreviation(text: &str) -> bool {
    let word = text.rsplit([' ', '(', '\u{a0}']).next().unwrap_or_default();
    words::ABBREVIATION.fits(&word.to_ascii_lowercase())
}

/// At most 160 characters: up to the last sentence that ends late enough, or to a word and "…".
pub(super) fn cut(text: &str) -> String {
    let length = |text: &str| text.chars().count();
    if length(text) <= MAX_CHARS {
        return text.to_owned();
    }
    // Counting what goes further would take as long for each sentence as the text is.
    let fitting = text
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(text.len(), |(at, _)| at);
    let sentence = sentence_ends(text)
        .into_iter()
        .filter(|end| *end <= fitting)
        .filter_map(|end| text.get(..end))
        .rfind(|text| (MIN_CUT..=MAX_CHARS).contains(&length(text)));
    if let Some(sentence) = sentence {
        return sentence.to_owned();
    }
    cut_at_word(text, MAX_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_outside_parentheses_and_behind_words() {
        for (text, ends) in [
            ("A. B! C", vec!["A.", "A. B!"]),
            (
                "Cut (sawn, cf. Saw) wood. So",
                vec!["Cut (sawn, cf. Saw) wood."],
            ),
            ("Axes, e.g. of iron. So", vec!["Axes, e.g. of iron."]),
            ("木。切", vec!["木。"]),
        ] {
            let found: Vec<&str> = sentence_ends(text)
                .into_iter()
                .map(|end| &text[..end])
                .collect();
            assert_eq!(found, ends);
        }
    }
}
