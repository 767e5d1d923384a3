//! What names a document other than its headings do (2.5): a manual page, its only `h1`, a heading as it was written once,
//! the first sentence.

use super::headings::{is_question, is_sentence};
use super::said::{heading_text, is_generic, says_something, without_remains};
use crate::outline::{Block, Inline, Kind};
use crate::prose::{count_words, is_placeholder};
use crate::words;

/// Paragraphs that are looked at for what one says that something is.
const MAX_INTRODUCTIONS: usize = 4;

/// Longest name that a sentence begins with, in words.
const MAX_SUBJECT_WORDS: usize = 4;

/// What a manual page is of: `# NAME`, and below it `axe - cuts wood`.
pub(super) fn manual_title(blocks: &[Block<'_>]) -> Option<(String, usize)> {
    let mut blocks = blocks.iter().skip_while(|block| block.is_pictures());
    let (name, line) = (blocks.next()?, blocks.next()?);
    let is_manual = matches!(name.kind, Kind::Heading(_))
        && name.text() == "NAME"
        && line.kind == Kind::Paragraph;
    let text = is_manual.then(|| line.text())?;
    let (title, _) = text.split_once(" - ")?;
    (count_words(title) <= MAX_SUBJECT_WORDS).then(|| (title.trim().to_owned(), name.range.end))
}

/// What the only `h1` says, wherever it stands. As it begins a part of the document, it stays.
pub(super) fn only_h1(blocks: &[Block<'_>]) -> Option<String> {
    let mut headings = blocks.iter().filter(|block| block.kind == Kind::Heading(1));
    let text = heading_text(headings.next()?);
    let is_name = headings.next().is_none()
        && says_something(&text)
        && !is_generic(&text)
        && !is_placeholder(&text)
        && !is_question(&text)
        && !is_sentence(&text);
    is_name.then_some(text)
}

/// A first line `#Axe`, which was a heading once.
pub(super) fn old_heading(blocks: &[Block<'_>]) -> Option<String> {
    let first = blocks.iter().find(|block| !block.is_pictures())?;
    let line = match first.inlines.first()? {
        Inline::Text(text) if first.kind == Kind::Paragraph => {
            text.trim().lines().next()?.trim_end()
        }
        _ => return None,
    };
    let text = line.trim_start_matches('#');
    let is_heading = text.len() < line.len()
        && text.starts_with(char::is_alphanumeric)
        && !text.contains('#')
        && !is_generic(text)
        && !is_sentence(text);
    is_heading.then(|| without_remains(text).to_owned())
}

/// What the first paragraph says that something is: `Axe is a tool`.
pub(super) fn subject(blocks: &[Block<'_>]) -> Option<String> {
    let paragraphs = blocks
        .iter()
        .filter(|block| block.kind == Kind::Paragraph && !block.is_pictures());
    paragraphs
        .take(MAX_INTRODUCTIONS)
        .find_map(|block| subject_of(&block.text()))
}

fn subject_of(text: &str) -> Option<String> {
    [" is a ", " is an ", " is the ", " — ", " – "]
        .into_iter()
        .filter_map(|between| text.split_once(between))
        .find_map(|(subject, _)| name_in(subject))
}

/// What a sentence begins with, where that is a name.
fn name_in(subject: &str) -> Option<String> {
    let name = subject.strip_prefix("The ").unwrap_or(subject).trim();
    let is_name = name.starts_with(char::is_uppercase)
        && count_words(name) <= MAX_SUBJECT_WORDS
        && !name
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .is_some_and(|first| words::POINTER.fits(&first.to_ascii_lowercase()));
    is_name.then(|| name.to_owned())
}
