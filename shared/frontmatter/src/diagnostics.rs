//! What the author is told about the body: a closed list of codes, each with its hint (4.2).

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

            fn hint(self) -> &'static str {
                match self {
                    $(Self::$code => $hint),*
                }
            }
        }
    };
}

codes! {
    MissingAsset: "missing-asset"
        "This picture or media file is not known here, so its description stands in its place: upload it, and it \
         is found by its path or its name; or use an absolute https address, or name your repository in the frontmatter \
         (`repository: owner/name`)."
    PathEscape: "path-escape"
        "This path climbs out of the document's folder with `..`; it was read from the top folder instead."
    RelativeLink: "relative-link"
        "This link leads to a file that is not published here, so only its text stays: upload the file, use an \
         absolute https address, or name your repository in the frontmatter."
    UnsafeUrl: "unsafe-url"
        "This address could run a program in the reader's browser or read a local file: use an address that \
         begins with https://."
    UnresolvedLink: "unresolved-link"
        "No document of that name is published yet, so only the link's text stays; it becomes a link once there \
         is one."
    HtmlRemoved: "html-removed"
        "This HTML is not allowed on the site and was taken out: use Markdown, or a simple element such as \
         <details>, <kbd> or <img>."
    HtmlAttributeRemoved: "html-attribute-removed"
        "This HTML element has an attribute that is not allowed on the site (a script, a style, a class); the \
         element stays without it."
    HtmlUnclosed: "html-unclosed"
        "This HTML element is not closed where it was opened, or closed without having been opened; it was \
         closed or taken out so that the page around stays whole."
    Disputed: "code-rewritten"
        "This code stands where some programs take it for something else, and what it shows could act there; it \
         was written as HTML: put it into a fence of its own, with empty lines around it and all of its lines \
         indented alike."
    TooComplex: "too-complex"
        "Something in this document is too much to be read: marks or quotes that stand too deep in each other, thousands \
         of lists or of marks in one paragraph, an address that never ends, or rules that never agree; what it marks is shown as text."
    CommentUnclosed: "comment-unclosed"
        "A comment begins here that nothing ends, so all that follows was left out, as Obsidian and browsers do: \
         end it with a second %% or -->, or write \\%% where you mean the signs."
    CommentDoubtful: "comment-doubtful"
        "Text between two %% is a comment and was left out; it may not have been meant as one here: write \\%% \
         where you mean the signs."
    CommentRemoved: "comment-removed"
        "This is a comment of another tool and was left out: put it in backticks where it is meant to be seen."
    FootnoteUnused: "footnote-unused"
        "Nothing refers to this footnote, or another one has its label, so no reader would see it; it was left \
         out."
    HiddenElement: "hidden-element"
        "This is marked as hidden (an HTML element, a container, a list of attributes), so it was left out with \
         all that stands in it; where nothing closes it, all that follows was."
    ForeignSyntax: "foreign-syntax"
        "This is a mark of another program (a shortcode, a container, a component) that means nothing here: what \
         it encloses stays as text; write it in Markdown."
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
const COMMENTS: [&str; 17] = [
    "%%", "!--", "<?", "<%", "/*", "{//", "{#", "{>>", "{{!", "{{ !", "{{--", "{% #", "{%#",
    "if false", "[//]:", "[]: #", "comment",
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
                    hint: found.code.hint().to_owned(),
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
