//! What the author is told about the body: a closed list of codes, each with the key of its hint (4.2).

use languages::{Sentence, sentence};
use std::collections::HashMap;

use crate::report::{Warning, quotation};

/// Most warnings of one code for a body; a file with more faults of a kind is told enough, and of its other faults all the same.
const MAX_WARNINGS: usize = 200;

macro_rules! codes {
    ($($code:ident: $name:literal $hint:literal)*) => {
        /// Why a part of the body was changed or could not be used.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Code {
            $($code),*
        }

        impl Code {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$code),*];

            pub(crate) fn code(self) -> &'static str {
                match self {
                    $(Self::$code => $name),*
                }
            }

            fn hint(self) -> Sentence {
                match self {
                    $(Self::$code => sentence!($hint)),*
                }
            }
        }
    };
}

codes! {
    MissingAsset: "missing-asset" "warning.missing_asset"
    PathEscape: "path-escape" "warning.path_escape"
    RelativeLink: "relative-link" "warning.relative_link"
    UnsafeUrl: "unsafe-url" "warning.unsafe_url"
    UnresolvedLink: "unresolved-link" "warning.unresolved_link"
    HtmlRemoved: "html-removed" "warning.html_removed"
    HtmlAttributeRemoved: "html-attribute-removed" "warning.html_attribute_removed"
    HtmlUnclosed: "html-unclosed" "warning.html_unclosed"
    Disputed: "code-rewritten" "warning.code_rewritten"
    TooComplex: "too-complex" "warning.too_complex"
    CommentUnclosed: "comment-unclosed" "warning.comment_unclosed"
    CommentDoubtful: "comment-doubtful" "warning.comment_doubtful"
    CommentRemoved: "comment-removed" "warning.comment_removed_from_text"
    FootnoteUnused: "footnote-unused" "warning.footnote_unused"
    HiddenElement: "hidden-element" "warning.hidden_element"
    ForeignSyntax: "foreign-syntax" "warning.foreign_syntax"
}

/// A warning with its offset in the text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) code: Code,
    pub(crate) at: usize,
    text: String,
}

/// Warnings as they are found; one per place and code, and not without end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Warnings {
    pub(crate) found: Vec<Found>,
    /// How many of each code there are.
    counts: HashMap<Code, usize>,
}

/// How comments begin, in lower case, and the word that stands at the beginning of others: what follows is quoted nowhere.
const COMMENTS: [&str; 19] = [
    "{%doc", "{% doc", "%%", "!--", "<?", "<%", "/*", "{//", "{#", "{>>", "{{!", "{{ !", "{{--",
    "{% #", "{%#", "if false", "[//]:", "[]: #", "comment",
];

/// A line up to the sign that begins a comment in it.
fn up_to_comment(line: &str) -> &str {
    let lower = line.to_ascii_lowercase();
    let signs = COMMENTS.iter();
    let ends = signs.filter_map(|sign| Some(lower.find(sign)? + sign.len()));
    let Some(behind) = ends.min().and_then(|end| line.get(end..)) else {
        return line;
    };
    let rest = behind.trim_start_matches([' ', '-', '%', '}', '>', ']', ':']);
    line.get(..line.len() - rest.len()).unwrap_or_default()
}

impl Warnings {
    pub(crate) fn add(&mut self, code: Code, at: usize, text: &str) {
        let is_new = self
            .found
            .last()
            .is_none_or(|last| last.code != code || last.at != at);
        if is_new && self.has_room(code) {
            let line = up_to_comment(text.lines().next().unwrap_or_default());
            self.found.push(Found {
                code,
                at,
                text: quotation(line),
            });
        }
    }

    /// Whether there are fewer of a code than are kept; one more is counted then.
    fn has_room(&mut self, code: Code) -> bool {
        let count = self.counts.entry(code).or_default();
        let has_room = *count < MAX_WARNINGS;
        *count += usize::from(has_room);
        has_room
    }

    /// Adds what a later reading found, with its offsets brought back to the source's.
    pub(crate) fn extend(&mut self, later: Self, back: impl Fn(usize) -> usize) {
        for found in later.found {
            let at = back(found.at);
            let is_new = !self
                .found
                .iter()
                .any(|known| known.code == found.code && known.at == at);
            if is_new && self.has_room(found.code) {
                self.found.push(Found { at, ..found });
            }
        }
    }

    /// The warnings in the order of the source, with lines and columns.
    pub(crate) fn report(mut self, source: &str) -> Vec<Warning> {
        self.found.sort_by_key(|found| found.at);
        let mut line = 1;
        let mut line_start = 0;
        let mut position = 0;
        self.found
            .into_iter()
            .map(|found| {
                let passed = source
                    .as_bytes()
                    .get(position..found.at)
                    .unwrap_or_default();
                for newline in memchr::memchr_iter(b'\n', passed) {
                    line += 1;
                    line_start = position + newline + 1;
                }
                position = position.max(found.at);
                let before = source.get(line_start..found.at).unwrap_or_default();
                Warning {
                    code: found.code.code().to_owned(),
                    line,
                    column: before.chars().count() + 1,
                    text: found.text,
                    hint: found.code.hint(),
                    also: Vec::new(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_documented() {
        let document = include_str!("../../../docs/conversion.md");
        for code in Code::ALL {
            assert!(
                document.contains(&format!("| `{}` |", code.code())),
                "{code:?}"
            );
        }
    }

    #[test]
    fn many_faults_of_a_kind_leave_room_for_others() {
        let mut warnings = Warnings::default();
        for at in 0..2 * MAX_WARNINGS {
            warnings.add(Code::HtmlUnclosed, at, "");
        }
        warnings.add(Code::RelativeLink, 0, "");
        let codes: Vec<_> = warnings.found.iter().map(|found| found.code).collect();
        assert_eq!(codes.len(), MAX_WARNINGS + 1);
        assert!(codes.contains(&Code::RelativeLink));
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let source = "äb\nöü [x](y)\n";
        let mut warnings = Warnings::default();
        warnings.add(Code::RelativeLink, source.find('[').unwrap(), "y\nz");
        warnings.add(Code::UnsafeUrl, 0, "");
        let report = warnings.report(source);
        let places: Vec<_> = report
            .iter()
            .map(|w| (w.line, w.column, w.text.as_str()))
            .collect();
        assert_eq!(places, [(1, 1, ""), (2, 4, "y")]);
    }
}
