//! The languages that there are sentences in.

use std::fmt;
use std::str::FromStr;

use crate::accepted;
use crate::tables::{CODES, ENGLISH};

/// A language that `languages/` has a file of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(pub(crate) usize);

/// A code of no such language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLanguage;

impl Language {
    /// The language that every sentence is there in.
    pub const ENGLISH: Self = Self(ENGLISH);

    /// All of them, by their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CODES.len()).map(Self)
    }

    /// The language's code (BCP 47): what its file is called.
    pub fn code(self) -> &'static str {
        CODES.get(self.0).copied().unwrap_or("en")
    }

    /// The language that an `Accept-Language` header asks for (RFC 9110 section 12.5.4, RFC 4647 section 3.4): of those that
    /// there are sentences in the one it wants most; English where it wants none of them, whatever it is.
    pub fn accepted(header: &str) -> Self {
        accepted::ranges(header)
            .into_iter()
            .find_map(Self::of_range)
            .unwrap_or_default()
    }

    /// The language of what says that it is in `tag` (BCP 47), as documents do; English where there are no sentences in that.
    pub fn of(tag: &str) -> Self {
        Self::of_range(tag).unwrap_or_default()
    }

    /// The language of a range such as `de-AT`, which is shortened from its end until one fits.
    fn of_range(range: &str) -> Option<Self> {
        let mut range = Some(range);
        while let Some(wanted) = range {
            let found = CODES
                .iter()
                .position(|code| code.eq_ignore_ascii_case(wanted));
            if found.is_some() {
                return found.map(Self);
            }
            range = wanted.rsplit_once('-').map(|(shorter, _)| shorter);
        }
        None
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::ENGLISH
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Self, UnknownLanguage> {
        Self::all()
            .find(|language| language.code().eq_ignore_ascii_case(code))
            .ok_or(UnknownLanguage)
    }
}

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there are sentences in {} alone", CODES.join(", "))
    }
}

impl std::error::Error for UnknownLanguage {}
