//! The codes of warnings outside the body, each with what a beginner is told.

use crate::keys;
use crate::report::Warning;

/// Longest quotation in a warning, in characters.
const MAX_QUOTED: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code<'a> {
    TranscodedUtf16,
    NulReplaced,
    FrontmatterUnterminated,
    FrontmatterUnparsable,
    FrontmatterRepaired,
    DuplicateKey,
    KeyDropped,
    /// A value that can't be used for this key.
    Type(&'a str),
    /// A value that a theme would stumble over.
    ThemeType(&'a str),
    BadDate(&'a str),
    TitleLong,
    SlugIgnored(&'a str),
}

impl Code<'_> {
    pub(crate) fn at(self, line: usize, column: usize, text: &str) -> Warning {
        Warning {
            code: self.code(),
            line,
            column,
            text: text.chars().take(MAX_QUOTED).collect(),
            hint: self.hint(),
        }
    }

    fn code(self) -> String {
        match self {
            Self::TranscodedUtf16 => "transcoded-utf16".to_owned(),
            Self::NulReplaced => "nul-replaced".to_owned(),
            Self::FrontmatterUnterminated => "frontmatter-unterminated".to_owned(),
            Self::FrontmatterUnparsable => "frontmatter-unparsable".to_owned(),
            Self::FrontmatterRepaired => "frontmatter-repaired".to_owned(),
            Self::DuplicateKey => "frontmatter-duplicate-key".to_owned(),
            Self::KeyDropped => "frontmatter-key-dropped".to_owned(),
            Self::Type(key) => format!("frontmatter-type:{key}"),
            Self::ThemeType(key) => format!("theme-type:{key}"),
            Self::BadDate(key) => format!("bad-date:{key}"),
            Self::TitleLong => "title-long".to_owned(),
            Self::SlugIgnored(key) => format!("address-ignored:{key}"),
        }
    }

    fn hint(self) -> String {
        match self {
            Self::TranscodedUtf16 => "The file was saved as UTF-16; it was read all the same, but UTF-8 is safer.".to_owned(),
            Self::NulReplaced => "The file has a character that no text should have; it is shown as �.".to_owned(),
            Self::FrontmatterUnterminated => {
                "The file begins with --- but no second --- ends the block, so all of it was taken as text.".to_owned()
            }
            Self::FrontmatterUnparsable => {
                "The block at the top can't be read; it stands in the page as code until you mend it.".to_owned()
            }
            Self::FrontmatterRepaired => {
                "The block at the top is not quite valid YAML; put such values in \"quotes\" to be sure of them.".to_owned()
            }
            Self::DuplicateKey => "This key stands there twice; the first one counts.".to_owned(),
            Self::KeyDropped => "A key of this name or kind can't be used and was left out.".to_owned(),
            Self::Type(key) if keys::DATE.contains(&key) || keys::UPDATED.contains(&key) => {
                "This is no date; write it as 2025-07-31. It was kept under “extra”.".to_owned()
            }
            Self::Type(key) => format!("This value can't be used as {key}; it was kept under “extra”."),
            Self::ThemeType(key) => {
                format!("Astro themes expect another kind of value for {key}; yours was kept under “extra”.")
            }
            Self::BadDate(_) => "This is no date that exists; write it as 2025-07-31.".to_owned(),
            Self::TitleLong => "The title is longer than 60 characters; some themes cut or refuse it.".to_owned(),
            Self::SlugIgnored(_) => {
                "A page's address comes from its upload, never from the file; the value was kept under “extra”.".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn every_code_is_documented() {
        let document = include_str!("../../../docs/openapi.yaml");
        for code in [
            Code::TranscodedUtf16,
            Code::NulReplaced,
            Code::FrontmatterUnterminated,
            Code::FrontmatterUnparsable,
            Code::FrontmatterRepaired,
            Code::DuplicateKey,
            Code::KeyDropped,
            Code::Type("…"),
            Code::ThemeType("…"),
            Code::BadDate("…"),
            Code::TitleLong,
            Code::SlugIgnored("…"),
        ] {
            assert!(
                document.contains(&format!("| `{}` |", code.code())),
                "{code:?}"
            );
        }
    }

    #[test]
    fn codes_are_words_and_hints_sentences() {
        let warning = Code::Type("date").at(1, 1, "soon");
        assert_eq!(warning.code, "frontmatter-type:date");
        assert!(warning.hint.starts_with("This is no date;"));
    }
}
