//! What a block must not be to describe the document: an appeal, a note, a label, navigation (2.6).

use super::shown::without_navigation;
use super::{introduces, words};
use crate::blocks::{Block, Inline, link_share};

/// Fewest words; two characters of Chinese, Japanese or Korean count as one.
const MIN_WORDS: usize = 3;

/// Of a quote that is a tagline, in words.
const QUOTE_WORDS: std::ops::RangeInclusive<usize> = 3..=70;

/// Blocks of this length at most are looked at for appeals, in characters.
const APPEAL_CHARS: usize = 300;

/// Words of those who ask for something.
const APPEALS: [&str; 26] = [
    "thanks everyone",
    "thanks to everyone",
    "consider support",
    "sponsor",
    "donat",
    "support me",
    "support us",
    "support this",
    "special thanks",
    "merch",
    "t-shirt",
    "become a",
    "patreon",
    "buy me",
    "star this repo",
    "give it a star",
    "give a star",
    "give us a star",
    "please consider following",
    "ko-fi",
    "open collective",
    "liberapay",
    "hiring",
    "looking for maintainers",
    "looking for new maintainers",
    "follow me on",
];

/// Longest paragraph that only says where else to look, in words.
const SIGNPOST_WORDS: usize = 20;

/// How a sentence begins that leads elsewhere.
const DIRECTIONS: [&str; 13] = [
    "see ",
    "for more ",
    "for documentation",
    "for the ",
    "looking for ",
    "you might ",
    "you may also ",
    "read the ",
    "read more",
    "visit ",
    "go to ",
    "head over",
    "join ",
];

/// How a text begins that asks for something, or says what to do and not what the document is about.
const INSTRUCTIONS: [&str; 23] = [
    "to update",
    "this will install",
    "you can clone",
    "you can install",
    "you can download",
    "e.g",
    "please cite",
    "please export",
    "please note",
    "please make",
    "please ensure",
    "please install",
    "todo:",
    "tl;dr",
    "tl,dr",
    "tldr:",
    "to install",
    "to clone",
    "to run th",
    "to build th",
    "see file",
    "make sure ",
    "first, ",
];

/// How a text begins that says when, or by whom.
const BYLINES: [&str; 10] = [
    "作者",
    "by ",
    "written by",
    "created by",
    "made by",
    "developed by",
    "maintained by",
    "released on",
    "published on",
    "last updated",
];

/// Longest byline, in words.
const BYLINE_WORDS: usize = 12;

/// How a sentence begins that says what is in a repository, though most of it may be a link.
const CONTENTS: [&str; 6] = [
    "this repo ",
    "this repository ",
    "this is the ",
    "this is a ",
    "this is an ",
    "official ",
];

/// Fewest words beside the links of such a one.
const CONTENTS_WORDS: usize = 4;

/// What a text says of its subject that is kept up no more, and how it begins then.
const ENDINGS: [&str; 11] = [
    "longer be maintained",
    "is unmaintained",
    "effectively unmaintained",
    "is not maintained",
    "no longer maintained",
    "maintenance mode",
    "is deprecated",
    "been deprecated",
    "is archived",
    "been archived",
    "is obsolete",
];
const SUBJECTS: [&str; 15] = [
    "this image",
    "this docker",
    "this extension",
    "this app",
    "this role",
    "this action",
    "this project",
    "this repo",
    "this library",
    "this package",
    "this module",
    "this plugin",
    "this tool",
    "this is ",
    "it is ",
];

/// What is said in one, wherever it begins.
const REFERRALS: [&str; 6] = [
    "please check",
    "please see",
    "please refer",
    "please visit",
    "please read",
    INVITATION,
];

/// No description begins with this, link or not.
const INVITATION: &str = "check out";

/// In a line that leads to translations.
const LANGUAGES_ELSEWHERE: [&str; 4] = ["other languages", "read this in", "其他语言", "他の言語"];

/// Longest name in a row of languages or pages, in words.
const SWITCHER_WORDS: usize = 2;

/// Longest label of a line `Label: value`, in words.
const LABEL_WORDS: usize = 2;

/// Longest label of a line `时间：…`, in characters.
const CJK_LABEL_CHARS: usize = 4;

/// Longest label of a line `Label: https://…`, in words.
const ADDRESS_LABEL_WORDS: usize = 6;

/// How a quote begins that is a note, not a tagline.
const NOTES: [&str; 9] = [
    "note",
    "warning",
    "tip",
    "important",
    "caution",
    "说明",
    "注意",
    "cover image",
    "[!",
];

/// How other paragraphs begin that are one, before a colon or a date.
const ASIDES: [&str; 3] = ["disclaimer", "notice", "update"];

/// What is one only before a colon: these begin other words and sentences, too.
const LABELS: [&str; 14] = [
    "status",
    "new",
    "nota",
    "notiz",
    "hinweis",
    "achtung",
    "attention",
    "avertissement",
    "aviso",
    "atención",
    "atenção",
    "внимание",
    "примечание",
    "dikkat",
];

/// A short sentence of which a good part is a link.
pub(super) fn is_mostly_a_link(block: &Block<'_>, text: &str) -> bool {
    let (linked, all) = block.link_share();
    linked * 10 >= all * 2 && words(text) < SIGNPOST_WORDS
}

/// `Check out …`; with a link, `See the documentation`, `For the version in X, please check Y`.
fn is_direction(block: &Block<'_>, text: &str) -> bool {
    let lower = text.to_lowercase();
    let said = said(&lower);
    // `English: see README.md`
    let is_elsewhere = words(text) <= BYLINE_WORDS
        && (said.contains("readme.md") || link_texts(block).0.to_lowercase().contains("readme"));
    said.starts_with(INVITATION)
        || is_elsewhere
        || is_mostly_a_link(block, text)
            && (DIRECTIONS.iter().any(|words| said.starts_with(words))
                || REFERRALS.iter().any(|words| said.contains(words)))
}

/// What a text without ornaments before it says.
fn said(lower: &str) -> &str {
    lower.trim_start_matches(|c: char| !c.is_alphanumeric())
}

/// `To install …`, `Please cite …`, `By Jane Doe and others`, `This project is deprecated …`.
fn is_instruction(lower: &str, title: &str) -> bool {
    let said = said(lower);
    let behind_title = said
        .strip_prefix(title.to_lowercase().as_str())
        .unwrap_or(said)
        .trim_start();
    let begins_with = |words: &[&str]| words.iter().any(|words| said.starts_with(words));
    let is_byline =
        words(said) <= BYLINE_WORDS && BYLINES.iter().any(|by| behind_title.starts_with(by));
    let is_ended = begins_with(&SUBJECTS) && ENDINGS.iter().any(|ending| said.contains(ending));
    begins_with(&INSTRUCTIONS) || is_byline || is_ended
}

/// `This repository contains the code of [a paper with a long name]`.
fn says_what_is_here(block: &Block<'_>, lower: &str) -> bool {
    let (_, beside) = link_texts(block);
    CONTENTS.iter().any(|words| said(lower).starts_with(words)) && words(&beside) >= CONTENTS_WORDS
}

/// What stands in the block's links, and what beside them.
fn link_texts(block: &Block<'_>) -> (String, String) {
    let mut depth = 0_usize;
    let (mut linked, mut beside) = (String::new(), String::new());
    for inline in &block.inlines {
        match inline {
            Inline::LinkStart { .. } => depth += 1,
            Inline::LinkEnd => depth = depth.saturating_sub(1),
            Inline::Text(text) | Inline::Code(text) if depth > 0 => linked.push_str(text),
            Inline::Text(text) | Inline::Code(text) => beside.push_str(text),
            _ => beside.push(' '),
        }
    }
    (linked, beside)
}

pub(super) fn is_tagline_quote(text: &str) -> bool {
    let lower = text.to_lowercase();
    QUOTE_WORDS.contains(&words(text))
        && !NOTES.iter().any(|note| {
            lower
                .trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[')
                .starts_with(note)
        })
}

/// An icon and a link or two: where else to find its authors.
fn is_signpost(block: &Block<'_>, text: &str) -> bool {
    let mut inlines = block
        .inlines
        .iter()
        .filter(|inline| !matches!(inline, Inline::Break));
    let icon = matches!(
        (inlines.next(), inlines.next()),
        (Some(Inline::Image(_)), _) | (Some(Inline::LinkStart { .. }), Some(Inline::Image(_)))
    );
    icon && is_mostly_a_link(block, text)
}

pub(super) fn passes(block: &Block<'_>, text: &str, title: &str) -> bool {
    if is_signpost(block, text) {
        return false;
    }
    let (linked, all) = link_share(without_navigation(&block.inlines));
    let lower = text.to_lowercase();
    let bars = text
        .chars()
        .filter(|c| matches!(c, '|' | '·' | '•' | '∙'))
        .count();
    let only_tags = text.split_whitespace().all(|word| word.starts_with('#'));
    let appeal =
        text.chars().count() <= APPEAL_CHARS && APPEALS.iter().any(|appeal| lower.contains(appeal));
    words(text) >= MIN_WORDS
        && !is_template(text)
        && !is_aside(block, text)
        && !is_direction(block, text)
        && !is_instruction(&lower, title)
        && !is_metadata(block)
        && !is_switcher(&block.inlines, text)
        && (linked * 10 < all * 6 || says_what_is_here(block, &lower))
        && bars < 3
        && !is_label(text)
        && !only_tags
        && lower != title.to_lowercase()
        && (!appeal || introduces(text, title))
}

/// What only one site generator understands: a shortcode or a tag of its templates, an admonition of
/// Python-Markdown's, an attribute list of kramdown's, a module that MDX imports.
fn is_template(text: &str) -> bool {
    const BEGINNINGS: [&str; 5] = ["{{", "{%", "{:", "!!! ", "??? "];
    let is_module = (text.starts_with("import ") && text.contains(['\'', '"']))
        || text.starts_with("export ") && text.contains(['=', '{', '*']);
    is_module || BEGINNINGS.iter().any(|mark| text.starts_with(mark))
}

/// Where a container of `VuePress` or Docusaurus leaves us, `::: tip` to `:::`: inside one or not.
/// `None`: this block is no part of one.
pub(super) fn container(text: &str, is_inside: bool) -> Option<bool> {
    let begins = text.starts_with(":::");
    let ends = text.ends_with(":::");
    (begins || is_inside).then_some(!ends)
}

/// `Note: …`, `⚠️ Warning! …`, `Update Nov 2025 …`, all of it in parentheses, where to read this in another language.
fn is_aside(block: &Block<'_>, text: &str) -> bool {
    let lower = text.to_lowercase();
    let said = said(&lower);
    let ends_label = |rest: &str| {
        let rest = rest.trim_start_matches([' ', '\u{a0}']);
        rest.starts_with([':', '：', '!', '！'])
    };
    let is_label = LABELS
        .iter()
        .any(|label| said.strip_prefix(label).is_some_and(ends_label));
    let is_note = NOTES.iter().chain(&ASIDES).any(|note| {
        said.strip_prefix(note).is_some_and(|rest| {
            ends_label(rest) || rest.strip_prefix(' ').is_some_and(begins_with_date)
        })
    });
    let is_parenthesis = text.starts_with('(') && text.ends_with(')');
    let is_elsewhere = block.link_share().0 > 0
        && LANGUAGES_ELSEWHERE
            .iter()
            .any(|words| lower.contains(words));
    is_note || is_label || is_parenthesis || is_elsewhere
}

/// `2025-11-01 …`, `(30 May 2022) …`, `nov 2025 …`.
fn begins_with_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let mut words = text.trim_start_matches(['(', '[']).split(' ');
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    is_number(first) || (MONTHS.iter().any(|month| first.starts_with(month)) && is_number(second))
}

/// Names of languages or pages side by side, of which one or more lead there:
/// `English | 简体中文`.
pub(super) fn is_switcher(inlines: &[Inline<'_>], text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(['|', '·', '•', '∙'])
        .flat_map(|part| part.split(" / "))
        .collect();
    parts.len() > 1
        && parts.iter().all(|part| words(part) <= SWITCHER_WORDS)
        && link_share(inlines).0 > 0
}

/// Several lines, each a label with its value: `Author: Jane` over `Date: 2025-07-10`.
fn is_metadata(block: &Block<'_>) -> bool {
    let mut lines = vec![String::new()];
    for inline in &block.inlines {
        match (inline, lines.last_mut()) {
            (Inline::Text(text) | Inline::Code(text), Some(line)) => line.push_str(text),
            (Inline::Break, _) => lines.push(String::new()),
            _ => {}
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    let is_labelled = |line: &String| {
        let colon = line.find([':', '：']);
        let parts = colon.and_then(|at| line.split_at_checked(at));
        parts.is_some_and(|(label, value)| {
            let value = value.trim_start_matches([':', '：']);
            (1..=LABEL_WORDS).contains(&label.split_whitespace().count())
                && (value.starts_with(' ') || line.contains('：'))
                && !value.trim().is_empty()
        })
    };
    lines.len() > 1 && lines.iter().all(is_labelled)
}

/// `Install:` or `Website: https://…`.
fn is_label(text: &str) -> bool {
    let bare = text.ends_with([':', '：']) && words(text) <= 4;
    let address = text.split_once(": ").is_some_and(|(label, rest)| {
        label.split_whitespace().count() <= ADDRESS_LABEL_WORDS
            && (rest.starts_with("http") || rest.starts_with('@'))
            && rest.split_whitespace().count() == 1
    });
    let is_tag = |word: &str| word.starts_with('#');
    let tags = text
        .split_once([':', '：'])
        .is_some_and(|(_, rest)| !rest.trim().is_empty() && rest.split_whitespace().all(is_tag));
    let fact = text.split_once('：').is_some_and(|(label, value)| {
        label.chars().count() <= CJK_LABEL_CHARS && !value.contains('。')
    });
    bare || address || tags || fact
}
