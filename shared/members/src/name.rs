//! Members' names in the one form in which they are stored: what everybody sees of them is all they hold.

use languages::{Sentence, sentence};
use unicode_normalization::UnicodeNormalization as _;

/// Longest name, in code points.
pub const MAX_NAME: usize = 100;

/// Characters that nobody sees, or that turn the text around them about, in order: what a name could
/// hide behind, or look like another's with. Variation selectors aren't among them: emoji are written
/// with those.
const HIDDEN: [(char, char); 18] = [
    ('\u{0}', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),       // soft hyphen
    ('\u{34f}', '\u{34f}'),     // combining grapheme joiner
    ('\u{61c}', '\u{61c}'),     // Arabic letter mark
    ('\u{115f}', '\u{1160}'),   // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),   // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'),   // Mongolian selectors and vowel separator
    ('\u{200b}', '\u{200f}'),   // zero widths, joiners, marks of direction
    ('\u{2028}', '\u{202e}'),   // line and paragraph separators, embeddings, overrides
    ('\u{2060}', '\u{206f}'),   // word joiner, invisible operators, isolates, deprecated controls
    ('\u{2800}', '\u{2800}'),   // Braille pattern blank
    ('\u{3164}', '\u{3164}'),   // Hangul filler
    ('\u{feff}', '\u{feff}'),   // byte order mark
    ('\u{ffa0}', '\u{ffa0}'),   // halfwidth Hangul filler
    ('\u{fff9}', '\u{fffc}'),   // interlinear annotation, object replacement
    ('\u{1d173}', '\u{1d17a}'), // musical controls
    ('\u{e0000}', '\u{e0fff}'), // tags, supplementary variation selectors
];

/// Why a name isn't one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    #[error("a name has 1 to {MAX_NAME} characters on one line")]
    Length,
    #[error(
        "the name holds U+{:04X}, which nobody sees or which turns its text about; type the name anew",
        u32::from(*.0)
    )]
    Hidden(char),
}

impl InvalidName {
    /// The same as whoever typed the name is told it.
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::Length => sentence!("api.name_length", most = MAX_NAME),
            Self::Hidden(character) => sentence!(
                "api.name_hidden",
                character = format!("U+{:04X}", u32::from(*character))
            ),
        }
    }
}

/// Whether a character is none that can be seen, or one that turns text about.
pub fn is_hidden(character: char) -> bool {
    let after = HIDDEN.partition_point(|(first, _)| *first <= character);
    let range = after.checked_sub(1).and_then(|index| HIDDEN.get(index));
    range.is_some_and(|(_, last)| character <= *last)
}

/// A name as it is stored: NFC, with single spaces and none at its ends.
///
/// # Errors
/// Nothing, more than a hundred characters, or one that is hidden. Persian and the scripts of India
/// need the joiners, and may have them between two of their own letters.
pub fn parse_name(typed: &str) -> Result<String, InvalidName> {
    let typed: Vec<char> = typed.trim().nfc().collect();
    let at = |index: Option<usize>| index.and_then(|index| typed.get(index)).copied();
    let hidden = typed.iter().enumerate().find(|(index, character)| {
        let joins = matches!(character, '\u{200c}' | '\u{200d}')
            && at(index.checked_sub(1)).is_some_and(takes_joiners)
            && at(index.checked_add(1)).is_some_and(takes_joiners);
        is_hidden(**character) && !joins
    });
    match hidden {
        Some((_, '\t' | '\n' | '\r')) => return Err(InvalidName::Length),
        Some((_, character)) => return Err(InvalidName::Hidden(*character)),
        None => {}
    }
    let text: String = typed.into_iter().collect();
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if (1..=MAX_NAME).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err(InvalidName::Length)
    }
}

/// A name as it is shown that was stored: without what is hidden, where it was stored before that was
/// refused.
pub(crate) fn seen(stored: &str) -> String {
    match parse_name(stored) {
        Err(InvalidName::Hidden(_)) => stored.chars().filter(|c| !is_hidden(*c)).collect(),
        Ok(_) | Err(InvalidName::Length) => stored.to_owned(),
    }
}

/// A letter of Arabic's kin or of India's scripts, vowel signs included.
fn takes_joiners(character: char) -> bool {
    matches!(character, '\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}') && !is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_a_sorted_table() {
        assert!(HIDDEN.iter().all(|(first, last)| first <= last));
        assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
        for hidden in "\u{0}\u{1b}\u{9b}\u{200b}\u{202e}\u{2066}\u{feff}\u{e0041}".chars() {
            assert!(is_hidden(hidden), "{hidden:?}");
        }
        for seen in "a é我ü🏳\u{fe0f}\u{301}\u{3000}ー".chars() {
            assert!(!is_hidden(seen), "{seen:?}");
        }
    }

    #[test]
    fn names_of_the_world_are_kept() {
        for (typed, kept) in [
            ("  Jo   Doe ", "Jo Doe"),
            ("Zoe\u{308}", "Zoë"),
            ("Jo\u{a0}Doe\u{3000}X", "Jo Doe X"),
            ("علی\u{200c}رضا", "علی\u{200c}رضا"),
            ("క్\u{200d}ష", "క్\u{200d}ష"),
            ("山田太郎", "山田太郎"),
            ("=HYPERLINK(\"x\")", "=HYPERLINK(\"x\")"),
        ] {
            assert_eq!(parse_name(typed).as_deref(), Ok(kept), "{typed:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_refused_and_named() {
        for typed in [
            "Jo\u{202e}eoD",
            "Jo\u{200b}Doe",
            "Jo\u{200d}Doe",
            "\u{feff}Jo",
            "Jo\u{2066}x",
            "Jo\u{1b}[31m",
            "Jo\u{e0041}",
            "\u{3164}",
        ] {
            let refused = parse_name(typed).unwrap_err();
            assert!(
                matches!(refused, InvalidName::Hidden(character) if typed.contains(character)),
                "{typed:?}"
            );
        }
        assert_eq!(
            InvalidName::Hidden('\u{202e}').to_string(),
            "the name holds U+202E, which nobody sees or which turns its text about; type the name anew"
        );
        assert_eq!(seen("Jo\u{202e}eoD\u{1b}"), "JoeoD");
        for typed in ["", "  ", "two\nlines", &"n".repeat(101)] {
            assert_eq!(parse_name(typed), Err(InvalidName::Length), "{typed:?}");
        }
    }
}
