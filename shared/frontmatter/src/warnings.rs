//! The codes of warnings outside the body, each with what a beginner is told (4.2).

use std::collections::{HashMap, HashSet};

use crate::report::{Warning, quotation};

/// Most warnings of one code that are told one by one.
const MAX_OF_A_KIND: usize = 5;
/// Most lines that are named where they are told at once.
const MAX_NAMED_LINES: usize = 8;
/// Most other texts that are quoted there.
const MAX_ALSO: usize = 50;

/// What mends all places of a code at once, where that is something else than mending each.
const REMEDIES: [(&str, &str); 3] = [
    (
        "missing-asset",
        "Upload the files: each is found by its path or its name. If they are in a repository, one line in the frontmatter mends them all: `repository: owner/name`.",
    ),
    (
        "relative-link",
        "Upload the files: each is found by its path or its name. If they are in a repository, one line in the frontmatter mends them all: `repository: owner/name`.",
    ),
    (
        "unresolved-link",
        "Upload the documents that these links name: then all of them become links by themselves.",
    ),
];

/// Whether a code says that nothing is found under a name: what mends it is to bring that.
pub(crate) fn is_of_a_look_up(code: &str) -> bool {
    REMEDIES.iter().any(|(of, _)| *of == code)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code<'a> {
    TranscodedUtf16,
    NulReplaced,
    FrontmatterUnterminated,
    FrontmatterUnparsable,
    FrontmatterRepaired,
    /// A fence of the dashes that a phone makes of hyphens.
    FenceRepaired,
    DuplicateKey,
    KeyDropped,
    /// A comment in lines that are frontmatter to their author, but no block.
    CommentRemoved,
    /// A value that can't be used for this key.
    Type(&'a str),
    /// The same for a key that wants a date.
    NoDate(&'a str),
    /// A value that a theme would stumble over.
    ThemeType(&'a str),
    BadDate(&'a str),
    TitleLong,
    SlugIgnored(&'a str),
    OtherAuthor,
    /// A key that keeps the page off the site.
    Hidden(&'a str),
    /// A key of that kind whose value nobody knows, and the value that publishes the page.
    HiddenUnclear(&'a str, &'a str),
    /// A document that comes out at its date, and has none.
    Undated,
}

impl Code<'_> {
    pub(crate) fn at(self, line: usize, column: usize, text: &str) -> Warning {
        Warning {
            code: self.code(),
            line,
            column,
            text: quotation(text),
            hint: self.hint(),
            also: Vec::new(),
        }
    }

    fn code(self) -> String {
        match self {
            Self::TranscodedUtf16 => "transcoded-utf16".to_owned(),
            Self::NulReplaced => "nul-replaced".to_owned(),
            Self::FrontmatterUnterminated => "frontmatter-unterminated".to_owned(),
            Self::FrontmatterUnparsable => "frontmatter-unparsable".to_owned(),
            Self::FrontmatterRepaired | Self::FenceRepaired => "frontmatter-repaired".to_owned(),
            Self::DuplicateKey => "frontmatter-duplicate-key".to_owned(),
            Self::KeyDropped => "frontmatter-key-dropped".to_owned(),
            Self::CommentRemoved => "comment-removed".to_owned(),
            Self::Type(key) | Self::NoDate(key) => format!("frontmatter-type:{key}"),
            Self::ThemeType(key) => format!("theme-type:{key}"),
            Self::BadDate(key) => format!("bad-date:{key}"),
            Self::TitleLong => "title-long".to_owned(),
            Self::SlugIgnored(key) => format!("address-ignored:{key}"),
            Self::OtherAuthor => "author-other-member".to_owned(),
            Self::Hidden(key) => format!("draft-because:{key}"),
            Self::HiddenUnclear(key, _) => format!("draft-unclear:{key}"),
            Self::Undated => "schedule-undated".to_owned(),
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
                "This line is not quite valid YAML; put such a value in \"quotes\" to be sure of it.".to_owned()
            }
            Self::FenceRepaired => {
                "The block at the top was read, although a line around it is made of dashes, as some keyboards do: write three hyphens (---) instead.".to_owned()
            }
            Self::DuplicateKey => "This key stands there twice; the first one counts.".to_owned(),
            Self::KeyDropped => "A key of this name or kind can't be used and was left out.".to_owned(),
            Self::CommentRemoved => {
                "What stands behind a # (or between /* and */) in lines that look like a block's is a comment and was left out.".to_owned()
            }
            Self::NoDate(_) => {
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
            Self::OtherAuthor => {
                "That is another member's name, and members sign for themselves; it was kept under “extra”, and the page names you.".to_owned()
            }
            Self::Hidden(key) => {
                format!("“{key}” says that the page isn't for everybody, so it is kept off the site; take this out to publish it.")
            }
            Self::Undated => {
                "The page is to come out at its date and has none, so it is kept off the site: write “date: 2025-07-31 18:00 +02:00” in the block at the top.".to_owned()
            }
            Self::HiddenUnclear(key, write) => {
                format!("It can't be told whether “{key}” lets everybody see the page, so it is kept off the site: write “{key}: {write}” to publish it, or “draft: true” to keep it back.")
            }
        }
    }
}

/// The warnings in their order; of a code that is told more often than that, one with the number, the lines and the other texts.
pub(crate) fn grouped(warnings: Vec<Warning>) -> Vec<Warning> {
    let mut of_codes: HashMap<String, Vec<(usize, String)>> = HashMap::new();
    for Warning {
        code, line, text, ..
    } in &warnings
    {
        let of_code = of_codes.entry(code.clone()).or_default();
        of_code.push((*line, text.clone()));
    }
    let told = warnings.into_iter().filter_map(|warning| {
        let count = of_codes.get(&warning.code)?.len();
        if count <= MAX_OF_A_KIND {
            return Some(warning);
        }
        // Taken at the first of them, and missed at the others.
        let (lines, texts) = of_codes.remove(&warning.code)?.into_iter().unzip();
        let hint = together(&warning, lines);
        let also = others(&warning.text, texts);
        Some(Warning {
            hint,
            also,
            ..warning
        })
    });
    told.collect()
}

/// The texts that aren't `first`, each once.
fn others(first: &str, texts: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::from([first.to_owned()]);
    let mut others = texts;
    others.retain(|text| seen.insert(text.clone()));
    others.truncate(MAX_ALSO);
    others
}

/// What is told of a code with many lines.
fn together(first: &Warning, mut lines: Vec<usize>) -> String {
    let count = lines.len();
    lines.dedup();
    let others = if lines.len() > MAX_NAMED_LINES {
        " and others"
    } else {
        ""
    };
    lines.truncate(MAX_NAMED_LINES);
    let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
    let remedy = REMEDIES.iter().find(|(code, _)| *code == first.code);
    let mended = remedy.map_or(first.hint.as_str(), |(_, remedy)| remedy);
    format!(
        "{count} places, on lines {}{others}. {mended}",
        lines.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::{Code, grouped};
    use crate::report::Warning;

    fn told(text: &str) -> Vec<Warning> {
        let context = crate::Context::default();
        crate::convert(text.as_bytes(), &context).unwrap().warnings
    }

    #[test]
    fn many_warnings_of_a_kind_are_one() {
        let pictures = "![A map](m.png)\n\n".repeat(7);
        let warnings = told(&format!("{pictures}[[a]] and [[b]] <blink>x</blink>\n"));
        let codes: Vec<_> = warnings.iter().map(|told| told.code.as_str()).collect();
        assert_eq!(
            codes
                .iter()
                .filter(|code| **code == "missing-asset")
                .count(),
            1
        );
        assert_eq!(
            codes
                .iter()
                .filter(|code| **code == "unresolved-link")
                .count(),
            2
        );
        let Warning {
            line,
            column,
            text,
            hint,
            also,
            ..
        } = &warnings[0];
        assert_eq!((*line, *column, text.as_str()), (1, 1, "m.png"));
        assert!(also.is_empty(), "{also:?}");
        assert_eq!(
            hint,
            "7 places, on lines 1, 3, 5, 7, 9, 11, 13. Upload the files: each is found by its path or its name. If they are in a repository, one line in the frontmatter mends them all: `repository: owner/name`."
        );
    }

    /// Each file that is missing can be asked for, however many there are.
    #[test]
    fn what_is_told_at_once_names_the_others() {
        let pictures: Vec<String> = (0..60).map(|at| format!("![]({at}.png)\n\n")).collect();
        let warnings = told(&format!("{}![](1.png)\n", pictures.concat()));
        assert_eq!(warnings.len(), 1);
        let Warning { text, also, .. } = &warnings[0];
        assert_eq!(text, "0.png");
        let expected: Vec<String> = (1..=50).map(|at| format!("{at}.png")).collect();
        assert_eq!(*also, expected);
    }

    /// What a draft leads to isn't looked up, and so isn't missing.
    #[test]
    fn a_draft_misses_nothing() {
        let text = "![](a.png) [b](c.pdf) [[d]]\n";
        assert_eq!(told(text).len(), 3);
        let codes: Vec<_> = told(&format!("---\ndraft: true\n---\n{text}"))
            .into_iter()
            .map(|told| told.code)
            .collect();
        assert!(codes.is_empty(), "{codes:?}");
    }

    #[test]
    fn a_few_warnings_stay_as_they_are() {
        let pictures = "![A map](m.png)\n\n".repeat(5);
        assert_eq!(told(&pictures).len(), 5);
        let many = vec![Code::DuplicateKey.at(2, 1, "a"); 20];
        let warnings = grouped(many);
        assert_eq!(warnings.len(), 1);
        assert_eq!(
            warnings[0].hint,
            "20 places, on lines 2. This key stands there twice; the first one counts."
        );
    }

    #[test]
    fn every_code_is_documented() {
        let document = include_str!("../../../docs/conversion.md");
        for code in [
            Code::TranscodedUtf16,
            Code::NulReplaced,
            Code::FrontmatterUnterminated,
            Code::FrontmatterUnparsable,
            Code::FrontmatterRepaired,
            Code::FenceRepaired,
            Code::DuplicateKey,
            Code::KeyDropped,
            Code::CommentRemoved,
            Code::Type("…"),
            Code::NoDate("…"),
            Code::ThemeType("…"),
            Code::BadDate("…"),
            Code::TitleLong,
            Code::SlugIgnored("…"),
            Code::OtherAuthor,
            Code::Hidden("…"),
            Code::HiddenUnclear("…", "true"),
        ] {
            assert!(
                document.contains(&format!("| `{}` |", code.code())),
                "{code:?}"
            );
        }
    }

    #[test]
    fn codes_are_words_and_hints_sentences() {
        let warning = Code::NoDate("date").at(1, 1, "soon");
        assert_eq!(warning.code, "frontmatter-type:date");
        assert!(warning.hint.starts_with("This is no date;"));
    }
}
