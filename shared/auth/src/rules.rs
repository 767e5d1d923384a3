//! Which passwords are accepted (NIST SP 800-63B-4 section 3.1.1.2).

use std::fmt;

use languages::{Sentence, sentence};
use unicode_normalization::UnicodeNormalization as _;

use crate::password::Password;

/// Shortest password unless an administrator lowers it, in code points.
pub const DEFAULT_MIN_LENGTH: usize = 15;
/// As low as an administrator may go, in code points.
const LOWEST_MIN_LENGTH: usize = 8;
/// Longest new password, in code points.
pub const MAX_LENGTH: usize = 128;
/// Shortest word of the member's own that a password must not consist of, in code points.
const SHORTEST_PERSONAL: usize = 4;

/// The common passwords of at least eight characters among the 30,000 most frequent of the list
/// that zxcvbn 4.5 carries (Daniel Lowe Wheeler, MIT licence), lower-cased and sorted.
const COMMON: &str = include_str!("common_passwords.txt");

/// The rules that a new password must meet. There are none of composition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    min_length: usize,
}

/// A minimum length that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the shortest password must be {LOWEST_MIN_LENGTH} to {DEFAULT_MIN_LENGTH} characters")]
pub struct UnusableRules;

/// Why a password is refused, with what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassword {
    /// Than so many code points.
    TooShort(usize),
    TooLong,
    Common,
    Personal,
}

impl WeakPassword {
    /// What the member is told.
    pub fn sentence(self) -> Sentence {
        match self {
            Self::TooShort(least) => sentence!("api.password_too_short", count = least),
            Self::TooLong => sentence!("api.password_too_long", characters = MAX_LENGTH),
            Self::Common => sentence!("api.password_common"),
            Self::Personal => sentence!("api.password_personal"),
        }
    }
}

impl fmt::Display for WeakPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for WeakPassword {}

impl Rules {
    /// `min_length` in code points: 8 to 15.
    pub fn new(min_length: usize) -> Result<Self, UnusableRules> {
        if (LOWEST_MIN_LENGTH..=DEFAULT_MIN_LENGTH).contains(&min_length) {
            Ok(Self { min_length })
        } else {
            Err(UnusableRules)
        }
    }

    /// Of the shortest password, in code points.
    pub fn min_length(&self) -> usize {
        self.min_length
    }

    /// Checks a new password; `personal` are words that are no secret, such as the member's address.
    pub fn check(&self, password: &Password, personal: &[&str]) -> Result<(), WeakPassword> {
        let length = password.code_points();
        if length < self.min_length {
            return Err(WeakPassword::TooShort(self.min_length));
        }
        if length > MAX_LENGTH {
            return Err(WeakPassword::TooLong);
        }
        let folded = zeroize::Zeroizing::new(password.text().to_lowercase());
        // Once is on the list; twice is the first thing that a guesser makes of it.
        if COMMON.lines().any(|common| repeats(&folded, common)) {
            return Err(WeakPassword::Common);
        }
        let own = |word: &&str| {
            word.chars().count() >= SHORTEST_PERSONAL
                && is_made_of(&folded, &word.nfc().collect::<String>().to_lowercase())
        };
        if personal.iter().any(own) {
            Err(WeakPassword::Personal)
        } else {
            Ok(())
        }
    }
}

/// Whether a password is exactly a word, once or several times in a row.
fn repeats(password: &str, word: &str) -> bool {
    let (password, word) = (password.as_bytes(), word.as_bytes());
    !word.is_empty() && password.chunks(word.len()).all(|chunk| chunk == word)
}

/// Whether a password is nothing but a word, once or several times, and white space.
fn is_made_of(password: &str, word: &str) -> bool {
    password.replace(word, "").trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(min_length: usize, password: &str) -> Result<(), WeakPassword> {
        Rules::new(min_length).unwrap().check(
            &Password::new(password),
            &["jo@club.example", "Jo Doe the Third", "jo"],
        )
    }

    #[test]
    fn lengths_are_counted_in_code_points() {
        assert_eq!(check(15, &"é".repeat(14)), Err(WeakPassword::TooShort(15)));
        assert_eq!(check(15, &"é".repeat(15)), Ok(()));
        assert_eq!(
            check(15, &"e\u{301}".repeat(14)),
            Err(WeakPassword::TooShort(15)),
            "after normalisation"
        );
        assert_eq!(check(15, &"👩".repeat(128)), Ok(()));
        assert_eq!(check(15, &"👩".repeat(129)), Err(WeakPassword::TooLong));
        assert_eq!(check(8, "xq7 plov"), Ok(()));
    }

    #[test]
    fn common_and_personal_ones_are_refused() {
        assert_eq!(check(8, "Password1"), Err(WeakPassword::Common));
        assert_eq!(check(15, "123456789987654321"), Err(WeakPassword::Common));
        assert_eq!(check(15, "passwordPassword"), Err(WeakPassword::Common));
        assert_eq!(check(15, "passwordpassworx"), Ok(()));
        assert_eq!(check(15, "JO@club.example"), Err(WeakPassword::Personal));
        assert_eq!(
            check(15, "Jo Doe the Third Jo Doe the Third"),
            Err(WeakPassword::Personal)
        );
        assert_eq!(check(15, "jo@club.example is me"), Ok(()));
    }

    #[test]
    fn only_sensible_minimums() {
        assert_eq!(
            (Rules::new(7), Rules::new(16)),
            (Err(UnusableRules), Err(UnusableRules))
        );
    }

    #[test]
    fn the_list_is_lower_case_and_sorted() {
        assert!(COMMON.lines().count() > 10_000);
        assert!(COMMON.lines().is_sorted());
        assert!(
            COMMON.lines().all(|common| common == common.to_lowercase()
                && common.chars().count() >= LOWEST_MIN_LENGTH)
        );
    }
}
