//! Paths: how a member's files and the folders of their documents are called.
//!
//! A path never is a part of a key: keys are made of ids and digests. So a rule here keeps a name from
//! misleading people and from climbing out of the folder that somebody unpacks it into, and no more.

use std::fmt;

use languages::{Sentence, sentence};
use unicode_normalization::UnicodeNormalization as _;

/// Longest path, in bytes of UTF-8 in NFC; no file system has longer names.
pub const MAX_PATH_BYTES: usize = 255;

/// Why a path isn't one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidPath {
    Empty,
    TooLong,
    Unseen,
    Backslash,
    EmptyName,
    Climbs,
    Hidden,
    OuterSpace,
}

impl InvalidPath {
    /// What the member is told.
    pub fn sentence(self) -> Sentence {
        match self {
            Self::Empty => sentence!("reason.path_empty"),
            Self::TooLong => sentence!("reason.path_too_long", bytes = MAX_PATH_BYTES),
            Self::Unseen => sentence!("reason.path_unseen"),
            Self::Backslash => sentence!("reason.path_backslash"),
            Self::EmptyName => sentence!("reason.path_empty_name"),
            Self::Climbs => sentence!("reason.path_climbs"),
            Self::Hidden => sentence!("reason.path_hidden"),
            Self::OuterSpace => sentence!("reason.path_outer_space"),
        }
    }
}

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for InvalidPath {}

/// What a name must not be, and the reason.
type Rule = (fn(&str) -> bool, InvalidPath);

/// What each name of a path must not be; the first reason that fits counts.
const OF_NAMES: [Rule; 4] = [
    (str::is_empty, InvalidPath::EmptyName),
    (|name| matches!(name, "." | ".."), InvalidPath::Climbs),
    (|name| name.starts_with('.'), InvalidPath::Hidden),
    (|name| name.trim() != name, InvalidPath::OuterSpace),
];

/// A path as it is kept: NFC, names with `/` between them, from the top of the member's space. Of a file
/// the last name is its own; the same rule holds for the path of a folder.
///
/// # Errors
/// Why it isn't one.
pub fn parse_path(typed: &str) -> Result<String, InvalidPath> {
    let path: String = typed.nfc().collect();
    if path.is_empty() {
        return Err(InvalidPath::Empty);
    }
    if path.len() > MAX_PATH_BYTES {
        return Err(InvalidPath::TooLong);
    }
    if path.chars().any(is_unseen) {
        return Err(InvalidPath::Unseen);
    }
    if path.contains('\\') {
        return Err(InvalidPath::Backslash);
    }
    for name in path.split('/') {
        let reason = OF_NAMES.iter().find(|(is_bad, _)| is_bad(name));
        if let Some((_, reason)) = reason {
            return Err(*reason);
        }
    }
    Ok(path)
}

/// The last name of a path.
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Control characters, separators of lines, marks of direction, and blanks that nobody sees. Joiners aren't among
/// them: emoji in names are written with those.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_kept_in_one_spelling() {
        for (typed, kept) in [
            ("arm.png", "arm.png"),
            ("notes/img/arm.png", "notes/img/arm.png"),
            ("Ko\u{308}ln/a b (1).JPG", "K\u{f6}ln/a b (1).JPG"),
            ("山/川.png", "山/川.png"),
            (
                "family 👨\u{200d}👩\u{200d}👧.png",
                "family 👨\u{200d}👩\u{200d}👧.png",
            ),
            ("what?: 100%.png", "what?: 100%.png"),
            ("a..b/c", "a..b/c"),
        ] {
            assert_eq!(parse_path(typed).as_deref(), Ok(kept), "{typed:?}");
            assert_eq!(parse_path(kept).as_deref(), Ok(kept));
        }
        assert_eq!(base_name("notes/img/arm.png"), "arm.png");
        assert_eq!(base_name("arm.png"), "arm.png");
    }

    #[test]
    fn hostile_paths_are_refused_with_the_reason() {
        let long = "n".repeat(MAX_PATH_BYTES + 1);
        let composed = format!("{}\u{308}", "o".repeat(MAX_PATH_BYTES - 1));
        for (typed, reason) in [
            ("", InvalidPath::Empty),
            (long.as_str(), InvalidPath::TooLong),
            ("a\0b", InvalidPath::Unseen),
            ("a\r\nx: y", InvalidPath::Unseen),
            ("gnp.\u{202e}exe", InvalidPath::Unseen),
            ("a\\b.png", InvalidPath::Backslash),
            ("..\\..\\b.png", InvalidPath::Backslash),
            ("/etc/passwd", InvalidPath::EmptyName),
            ("img/", InvalidPath::EmptyName),
            ("img//a.png", InvalidPath::EmptyName),
            ("../a.png", InvalidPath::Climbs),
            ("img/../../a.png", InvalidPath::Climbs),
            ("./a.png", InvalidPath::Climbs),
            (".env", InvalidPath::Hidden),
            (".git/config", InvalidPath::Hidden),
            ("img/...", InvalidPath::Hidden),
            (" a.png", InvalidPath::OuterSpace),
            ("img /a.png", InvalidPath::OuterSpace),
            ("a\u{200b}b.png", InvalidPath::Unseen),
        ] {
            assert_eq!(parse_path(typed), Err(reason), "{typed:?}");
        }
        assert_eq!(composed.len(), MAX_PATH_BYTES + 1);
        assert!(parse_path(&composed).is_ok(), "it is shorter once composed");
    }
}
