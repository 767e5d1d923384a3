//! What a block must not be to describe the document: an appeal, a note, a label, navigation (2.6).

use super::asides::{are_tags, is_detail, is_field};
use super::introductions::{introduces, is_mostly_a_link};
use super::visible::{BARS, is_switcher, without_navigation};
use crate::outline::{Block, Inline, link_share, link_texts};
use crate::prose::count_words;
use crate::words;

/// Fewest words; two characters of Chinese, Japanese or Korean count as one.
const MIN_WORDS: usize = 3;

/// Blocks of this length at most are looked at for appeals, in characters.
const APPEAL_CHARS: usize = 300;

/// Longest byline, in words.
const BYLINE_WORDS: usize = 12;

/// Fewest words beside the links of a sentence that says what is in a repository.
const CONTENTS_WORDS: usize = 4;

/// Most words of a sentence before those by which it says that its subject isn't finished.
const SUBJECT_WORDS: usize = 4;

/// Fewest [`BARS`] that make a row of anything.
const MIN_BARS: usize = 3;

/// Longest label of a line `Label: value`, in words.
const LABEL_WORDS: usize = 2;

/// Longest label of a line `时间：…`, in characters.
const CJK_LABEL_CHARS: usize = 4;

/// Longest label of a line `Label: https://…`, in words.
const ADDRESS_LABEL_WORDS: usize = 6;

/// Longest label of which nothing is said, in words.
const BARE_LABEL_WORDS: usize = 4;

/// A block that may describe the document.
pub(super) struct Candidate<'a, 'b> {
    block: &'a Block<'b>,
    /// As a page shows it.
    text: &'a str,
    lower: String,
    title: &'a str,
}

/// A name, what a block is that the rule refuses, and a paragraph below the title `Axe for Wood` that this rule alone
/// refuses.
type Refusal = (&'static str, fn(&Candidate<'_, '_>) -> bool, &'static str);

/// The blocks that don't describe the document. What costs least to tell comes first.
const REFUSALS: [Refusal; 30] = [
    ("few words", has_few_words, "Cuts wood."),
    (
        "signpost",
        is_signpost,
        "![icon](i.png) Talk to us in [our forum](x)",
    ),
    (
        "template",
        |it| words::TEMPLATE.fits(it.text),
        "{{ page.title }} is a tool",
    ),
    ("module", is_module, "import Axe from './axe'"),
    ("note", is_note, "⚠️ **Warning:** mind your fingers."),
    (
        "label of a note",
        is_labelled_note,
        "Status: it works for us.",
    ),
    ("parenthesis", is_parenthesis, "(said by a friend of ours)"),
    (
        "translations",
        leads_to_translations,
        "Read this in [French](x) as well, if you please, and tell us whether that page needs any work of ours.",
    ),
    (
        "invitation",
        |it| words::INVITATION.fits(it.said()),
        "Check out all of our axes.",
    ),
    (
        "other README",
        leads_to_readme,
        "Deutsch steht in README.de und README.md hier",
    ),
    (
        "direction",
        is_direction,
        "For more of it there is [the forum](x)",
    ),
    (
        "instruction",
        |it| words::INSTRUCTION.fits(it.said()),
        "To install, run this in a shell.",
    ),
    ("byline", is_byline, "Axe for wood by Jane and others"),
    ("end", is_ended, "This project is deprecated since May."),
    (
        "unfinished",
        is_unfinished,
        "🚧 These pages are under construction.",
    ),
    (
        "metadata",
        is_metadata,
        "Wood: that of oaks\nBlade: made of steel",
    ),
    ("field", |it| is_field(it.text), "mood:: calm as ever"),
    (
        "quotation",
        is_quotation,
        "“Who cuts wood gets warm twice.” — Henry Ford",
    ),
    (
        "detail",
        |it| is_detail(it.text) && !it.lower.starts_with(&it.title.to_lowercase()),
        "**Present:** Ann, Ben and Cem",
    ),
    ("keys", is_help_with_keys, "Press `q` to leave the forest."),
    (
        "switcher",
        |it| is_switcher(&it.block.inlines, it.text),
        "[English](x) | Simple French | Greek",
    ),
    ("links", is_of_links, "[A paper of many words](x) of ours"),
    ("row", is_row, "Cut | Saw | Chop | Split all the wood"),
    ("bare label", is_bare_label, "All it does:"),
    (
        "address",
        is_address,
        "Where you find it: https://axe.example",
    ),
    ("tags", is_of_tags, "#wood #axe #saw"),
    ("labelled tags", is_of_labelled_tags, "The tags: #wood #axe"),
    ("fact", is_fact, "类型：用于木工的工具"),
    (
        "title",
        |it| it.lower == it.title.to_lowercase(),
        "**Axe** for wood",
    ),
    (
        "appeal",
        is_appeal,
        "Money is short: become a friend of ours.",
    ),
];

pub(super) fn passes(block: &Block<'_>, text: &str, title: &str) -> bool {
    let candidate = Candidate::new(block, text, title);
    !REFUSALS.iter().any(|(_, refuses, _)| refuses(&candidate))
}

impl<'a, 'b> Candidate<'a, 'b> {
    fn new(block: &'a Block<'b>, text: &'a str, title: &'a str) -> Self {
        Self {
            block,
            text,
            lower: text.to_lowercase(),
            title,
        }
    }

    /// The text in lower case without ornaments before it.
    fn said(&self) -> &str {
        self.lower
            .trim_start_matches(|c: char| !c.is_alphanumeric())
    }

    fn words(&self) -> usize {
        count_words(self.text)
    }

    fn has_links(&self) -> bool {
        self.block.link_share().0 > 0
    }
}

fn has_few_words(it: &Candidate<'_, '_>) -> bool {
    it.words() < MIN_WORDS
}

/// An icon and a link or two: where else to find its authors.
fn is_signpost(it: &Candidate<'_, '_>) -> bool {
    let is_break = |inline: &&Inline<'_>| matches!(inline, Inline::Break);
    let mut inlines = it.block.inlines.iter().filter(|inline| !is_break(inline));
    let icon = matches!(
        (inlines.next(), inlines.next()),
        (Some(Inline::Image(_)), _) | (Some(Inline::LinkStart { .. }), Some(Inline::Image(_)))
    );
    icon && is_mostly_a_link(it.block, it.text)
}

/// What MDX reads as code.
fn is_module(it: &Candidate<'_, '_>) -> bool {
    let has = |begin: &str, marks: &[char]| it.text.starts_with(begin) && it.text.contains(marks);
    has("import ", &['\'', '"']) || has("export ", &['=', '{', '*'])
}

/// `Note: …`, `⚠️ Warning! …`, `Update Nov 2025 …`.
fn is_note(it: &Candidate<'_, '_>) -> bool {
    let mut notes = [words::NOTE, words::ASIDE]
        .into_iter()
        .flat_map(|topic| topic.behind(it.said()));
    it.text.starts_with('※')
        || notes
            .any(|rest| ends_label(rest) || rest.strip_prefix(' ').is_some_and(begins_with_date))
}

/// What somebody said, with their name behind it.
fn is_quotation(it: &Candidate<'_, '_>) -> bool {
    let (said, name) = ["” ", "\" ", "» ", "“ "]
        .iter()
        .find_map(|end| it.text.rsplit_once(end))
        .unwrap_or_default();
    let name = name.strip_prefix(['—', '–', '―', '-']).map(str::trim_start);
    said.starts_with(['“', '"', '«', '„'])
        && name.is_some_and(|name| {
            name.starts_with(char::is_uppercase) && count_words(name) <= BYLINE_WORDS
        })
}

fn is_labelled_note(it: &Candidate<'_, '_>) -> bool {
    words::LABEL.behind(it.said()).any(ends_label)
}

/// Whether a label ends before this.
fn ends_label(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\u{a0}']);
    rest.starts_with([':', '：', '!', '！'])
}

/// `2025-11-01 …`, `(30 May 2022) …`, `nov 2025 …`.
fn begins_with_date(text: &str) -> bool {
    let mut words = text.trim_start_matches(['(', '[']).split(' ');
    let mut next = || words.next().unwrap_or_default();
    let (first, second) = (next(), next());
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    is_number(first) || (words::MONTH.fits(first) && is_number(second))
}

fn is_parenthesis(it: &Candidate<'_, '_>) -> bool {
    it.text.starts_with('(') && it.text.ends_with(')')
}

fn leads_to_translations(it: &Candidate<'_, '_>) -> bool {
    it.has_links() && words::TRANSLATED.fits(&it.lower)
}

/// `English: see README.md`
fn leads_to_readme(it: &Candidate<'_, '_>) -> bool {
    let is_linked = || {
        link_texts(&it.block.inlines)
            .0
            .to_lowercase()
            .contains("readme")
    };
    it.words() <= BYLINE_WORDS && (it.said().contains("readme.md") || is_linked())
}

/// With a link: `See the documentation`, `For the version in X, please check Y`.
fn is_direction(it: &Candidate<'_, '_>) -> bool {
    (words::DIRECTION.fits(it.said()) || words::REFERRAL.fits(it.said()))
        && is_mostly_a_link(it.block, it.text)
}

/// `By Jane Doe and others`, perhaps behind the title.
fn is_byline(it: &Candidate<'_, '_>) -> bool {
    let said = it.said();
    let behind_title = said.strip_prefix(it.title.to_lowercase().as_str());
    count_words(said) <= BYLINE_WORDS
        && words::BYLINE.fits(behind_title.unwrap_or(said).trim_start())
}

/// `This project is deprecated …`
fn is_ended(it: &Candidate<'_, '_>) -> bool {
    words::ENDED_SUBJECT.fits(it.said()) && words::ENDED.fits(it.said())
}

/// Several lines, each a label with its value: `Author: Jane` over `Date: 2025-07-10`.
fn is_metadata(it: &Candidate<'_, '_>) -> bool {
    let mut lines = vec![String::new()];
    for inline in &it.block.inlines {
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

/// More links than text, unless it says what they lead to: `This repository contains the code of [a paper]`.
fn is_of_links(it: &Candidate<'_, '_>) -> bool {
    let (linked, all) = link_share(without_navigation(&it.block.inlines));
    let says_what_is_here = || {
        let (_, beside) = link_texts(&it.block.inlines);
        words::CONTENTS.fits(it.said()) && count_words(&beside) >= CONTENTS_WORDS
    };
    linked * 10 >= all * 6 && !says_what_is_here()
}

fn is_row(it: &Candidate<'_, '_>) -> bool {
    it.text.chars().filter(|c| BARS.contains(c)).count() >= MIN_BARS
}

/// `Install:`
fn is_bare_label(it: &Candidate<'_, '_>) -> bool {
    it.text.ends_with([':', '：']) && it.words() <= BARE_LABEL_WORDS
}

/// `Website: https://…`
fn is_address(it: &Candidate<'_, '_>) -> bool {
    it.text.split_once(": ").is_some_and(|(label, rest)| {
        label.split_whitespace().count() <= ADDRESS_LABEL_WORDS
            && (rest.starts_with("http") || rest.starts_with('@'))
            && rest.split_whitespace().count() == 1
    })
}

fn is_of_tags(it: &Candidate<'_, '_>) -> bool {
    are_tags(&it.block.inlines)
}

/// `Tags: #wood #axe`
fn is_of_labelled_tags(it: &Candidate<'_, '_>) -> bool {
    let (_, beside) = link_texts(&it.block.inlines);
    let behind_label = beside.split_once([':', '：']);
    behind_label.is_some_and(|(_, rest)| are_tags(&[Inline::Text(rest.into())]))
}

/// `Press Ctrl+S to save`, `Use the arrow keys`, and what begins with a key in `<kbd>`
fn is_help_with_keys(it: &Candidate<'_, '_>) -> bool {
    // A key in `<kbd>` is read as a link without a place.
    let is_key = |inline: &Inline<'_>| matches!(inline, Inline::LinkStart { range: None, .. });
    let mut inlines = it.block.inlines.iter();
    let (first, second) = (inlines.next(), inlines.next());
    let begins_with_key = first.is_some_and(is_key);
    let is_press = words::KEY_PRESS.fits(it.said());
    let is_verb = matches!(first, Some(Inline::Text(text)) if count_words(text) == 1);
    let is_code = |inline: &Inline<'_>| matches!(inline, Inline::Code(_));
    let names_key = words::KEY.fits(&it.lower)
        || (is_verb && second.is_some_and(|inline| is_key(inline) || is_code(inline)));
    (words::KEY_HELP.fits(it.said()) || begins_with_key || (is_press && names_key))
        && !introduces(it.text, it.title)
}

/// `This page is under construction.`
fn is_unfinished(it: &Candidate<'_, '_>) -> bool {
    let said = it.said();
    let first = said.split(' ').next().unwrap_or_default();
    let mut words = words::UNFINISHED.words();
    it.words() <= BYLINE_WORDS
        && words.any(|word| {
            said.split_once(word).is_some_and(|(before, _)| {
                let is_subject = words::POINTER.fits(first) && count_words(before) <= SUBJECT_WORDS;
                before.is_empty() || is_subject
            })
        })
}

/// `时间：…`
fn is_fact(it: &Candidate<'_, '_>) -> bool {
    it.text.split_once('：').is_some_and(|(label, value)| {
        label.chars().count() <= CJK_LABEL_CHARS && !value.contains('。')
    })
}

/// A short text that asks for something, and doesn't say what the title is.
fn is_appeal(it: &Candidate<'_, '_>) -> bool {
    it.text.chars().count() <= APPEAL_CHARS
        && words::APPEAL.fits(&it.lower)
        && !introduces(it.text, it.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::visible::shown;
    use crate::markdown::Document;
    use crate::outline::blocks;

    #[test]
    fn each_refusal_is_of_one_rule() {
        for (name, _, example) in REFUSALS {
            let document = Document::parse(example);
            let blocks = blocks(&document);
            let text = shown(&blocks[0], &|| false);
            let candidate = Candidate::new(&blocks[0], &text, "Axe for Wood");
            let refusing = REFUSALS
                .iter()
                .filter(|(_, refuses, _)| refuses(&candidate));
            let names: Vec<&str> = refusing.map(|(name, ..)| *name).collect();
            assert_eq!(names, [name], "{example}");
        }
    }
}
