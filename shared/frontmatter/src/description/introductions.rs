//! Blocks that are about the document, however they are marked (2.6).

use crate::outline::Block;
use crate::prose::count_words;
use crate::words;

/// Of a quote that is a tagline, in words.
const QUOTE_WORDS: std::ops::RangeInclusive<usize> = 3..=70;

/// Longest paragraph that only says where else to look, in words.
const SIGNPOST_WORDS: usize = 20;

/// Whether a text says what the title, or its first words, is: `Title is a …`.
pub(super) fn introduces(text: &str, title: &str) -> bool {
    let (text, title) = (text.to_lowercase(), title.to_lowercase());
    let said = text.strip_prefix("the ").unwrap_or(&text);
    let ends = title.match_indices(' ').map(|(at, _)| at);
    ends.chain([title.len()])
        .filter_map(|end| said.strip_prefix(title.get(..end)?))
        .any(|rest| words::COPULA.fits(rest.trim_start()))
}

/// Whether the subject of a text is the document: its title, `this library`.
pub(super) fn is_about(text: &str, title: &str) -> bool {
    let (text, title) = (text.to_lowercase(), title.to_lowercase());
    let mut words = title.split(|c: char| !c.is_alphanumeric());
    let first = words.find(|word| !word.is_empty()).unwrap_or_default();
    let is_title = !first.is_empty()
        && text
            .strip_prefix("the ")
            .unwrap_or(&text)
            .starts_with(first);
    is_title || words::ENDED_SUBJECT.fits(&text) || words::CONTENTS.fits(&text)
}

pub(super) fn is_tagline_quote(text: &str) -> bool {
    let lower = text.to_lowercase();
    let said = lower.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[');
    QUOTE_WORDS.contains(&count_words(text)) && !words::NOTE.fits(said)
}

/// Where a container of `VuePress` or Docusaurus leaves us, `::: tip` to `:::`: inside one or not.
/// `None`: this block is no part of one.
pub(super) fn container(text: &str, is_inside: bool) -> Option<bool> {
    let begins = text.starts_with(":::");
    let ends = text.ends_with(":::");
    (begins || is_inside).then_some(!ends)
}

/// A short sentence of which a good part is a link.
pub(super) fn is_mostly_a_link(block: &Block<'_>, text: &str) -> bool {
    let (linked, all) = block.link_share();
    linked * 10 >= all * 2 && count_words(text) < SIGNPOST_WORDS
}
