//! The codes of warnings outside the body, each with what a beginner is told (4.2).

use std::collections::{HashMap, HashSet};

use languages::{Sentence, sentence};

use crate::report::{Warning, quotation};

/// Most warnings of one code that are told one by one.
const MAX_OF_A_KIND: usize = 5;
/// Most lines that are named where they are told at once.
const MAX_NAMED_LINES: usize = 8;
/// Most other texts that are quoted there.
const MAX_ALSO: usize = 50;

/// What mends all places of a code at once, where that is something else than mending each.
const REMEDIES: [(&str, Sentence); 3] = [
    ("missing-asset", sentence!("warning.remedy_upload_files")),
    ("relative-link", sentence!("warning.remedy_upload_files")),
    (
        "unresolved-link",
        sentence!("warning.remedy_upload_documents"),
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
    /// A document whose date is to come, and that is published now, since what says whether it waits is neither yes nor no.
    ScheduleUnclear,
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
            Self::ScheduleUnclear => "schedule-unclear".to_owned(),
        }
    }

    fn hint(self) -> Sentence {
        match self {
            Self::TranscodedUtf16 => sentence!("warning.transcoded_utf16"),
            Self::NulReplaced => sentence!("warning.nul_replaced"),
            Self::FrontmatterUnterminated => sentence!("warning.frontmatter_unterminated"),
            Self::FrontmatterUnparsable => sentence!("warning.frontmatter_unparsable"),
            Self::FrontmatterRepaired => sentence!("warning.frontmatter_repaired"),
            Self::FenceRepaired => sentence!("warning.fence_repaired"),
            Self::DuplicateKey => sentence!("warning.frontmatter_duplicate_key"),
            Self::KeyDropped => sentence!("warning.frontmatter_key_dropped"),
            Self::CommentRemoved => sentence!("warning.comment_removed"),
            Self::NoDate(_) => sentence!("warning.frontmatter_no_date"),
            Self::Type(key) => sentence!("warning.frontmatter_type", key = key),
            Self::ThemeType(key) => sentence!("warning.theme_type", key = key),
            Self::BadDate(_) => sentence!("warning.bad_date"),
            Self::TitleLong => sentence!("warning.title_long"),
            Self::SlugIgnored(_) => sentence!("warning.address_ignored"),
            Self::OtherAuthor => sentence!("warning.author_other_member"),
            Self::Hidden(key) => sentence!("warning.draft_because", key = key),
            Self::Undated => sentence!("warning.draft_undated"),
            Self::ScheduleUnclear => sentence!("warning.schedule_unclear"),
            Self::HiddenUnclear(key, write) => {
                sentence!("warning.draft_unclear", key = key, write = write)
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
fn together(first: &Warning, mut lines: Vec<usize>) -> Sentence {
    let count = lines.len();
    lines.dedup();
    let are_all = lines.len() <= MAX_NAMED_LINES;
    lines.truncate(MAX_NAMED_LINES);
    let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
    let lines = lines.join(", ");
    let remedy = REMEDIES.into_iter().find(|(code, _)| *code == first.code);
    let hint = remedy.map_or_else(|| first.hint.clone(), |(_, remedy)| remedy);
    if are_all {
        sentence!(
            "warning.together",
            count = count,
            lines = lines,
            hint = hint
        )
    } else {
        sentence!(
            "warning.together_and_more",
            count = count,
            lines = lines,
            hint = hint
        )
    }
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
            hint.to_string(),
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
            warnings[0].hint.to_string(),
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
        assert!(warning.hint.to_string().starts_with("This is no date;"));
    }
}
