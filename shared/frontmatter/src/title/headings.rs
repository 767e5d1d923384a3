//! Which heading names a document (2.5).

use super::said::{PROSE_WORDS, heading_text, is_generic, is_prose, letters, says_something};
use crate::outline::{Block, Kind};
use crate::prose::{count_words, is_placeholder, without_ornaments};
use crate::words;

/// Paragraphs after which one `h1` of several begins a section.
const LONG_PREFACE: usize = 2;
/// Further `h1` that make the first one the heading of a section, if a preface stands before it.
const MANY_HEADINGS: usize = 2;
/// A longer heading is a sentence, where a picture has a name, in words.
const MAX_NAME_WORDS: usize = 12;

/// The first `h1` that says something, unless the document had long begun.
pub(super) fn title_heading<'a, 'b>(blocks: &'a [Block<'b>]) -> Option<&'a Block<'b>> {
    let (mut prose, mut structure) = (0_usize, false);
    for (at, block) in blocks.iter().enumerate() {
        match block.kind {
            Kind::Heading(1) => {
                let text = heading_text(block);
                if says_something(&text) && !is_generic(&text) && !is_placeholder(&text) {
                    let further = blocks.iter().skip(at + 1);
                    let begins_section = prose >= LONG_PREFACE
                        && further
                            .filter(|block| block.kind == Kind::Heading(1))
                            .count()
                            >= MANY_HEADINGS;
                    return (!(prose > 0 && structure || begins_section)).then_some(block);
                }
                structure |= !text.is_empty() && !block.centred;
            }
            Kind::Heading(_) => structure |= !block.centred,
            Kind::Code => structure = true,
            Kind::Paragraph | Kind::List if prose < LONG_PREFACE => {
                prose += usize::from(is_prose(block));
            }
            Kind::Paragraph
            | Kind::List
            | Kind::Quote { .. }
            | Kind::Table
            | Kind::Rule
            | Kind::Other => {}
        }
    }
    None
}

/// The first heading of any level at the top of a document.
pub(super) struct First<'a, 'b> {
    pub(super) block: &'a Block<'b>,
    /// Whether a sentence in the middle of the page stands before it. That says what the document is
    /// about, so its name must have come already, and what follows is a section, unless it says the name.
    pub(super) is_after_tagline: bool,
}

pub(super) fn first_heading<'a, 'b>(
    blocks: &'a [Block<'b>],
    name_hint: Option<&str>,
) -> Option<First<'a, 'b>> {
    let mut is_after_tagline = false;
    let is_without_h1 = blocks.iter().all(|block| block.kind != Kind::Heading(1));
    for block in blocks {
        match block.kind {
            Kind::Heading(_) => {
                let text = heading_text(block);
                let tagline = block.html
                    && (block.aligned || block.centred)
                    && block.images().next().is_none()
                    && name_hint.is_none_or(|hint| letters(hint) != letters(&text))
                    && !(is_without_h1 && is_headline(block, &text));
                let is_mute = !says_something(&text) && (block.html || !text.is_empty());
                if tagline || is_mute {
                    continue;
                }
                let names = !text.is_empty()
                    && !is_generic(&text)
                    && !is_placeholder(&text)
                    && !is_question(&text)
                    // What other programs would take for a second frontmatter.
                    && !text.starts_with("---")
                    && !text.starts_with("+++");
                return names.then_some(First {
                    block,
                    is_after_tagline,
                });
            }
            Kind::Paragraph if block.centred || block.is_pictures() || is_switcher(block) => {
                is_after_tagline |= block.centred && is_prose(block);
            }
            _ => return None,
        }
    }
    None
}

/// `[EN](README.md) | FR`
fn is_switcher(block: &Block<'_>) -> bool {
    block.link_share().0 > 0 && count_words(&block.text()) < PROSE_WORDS
}

/// An `<h2>` in the middle of the page that is the name of a paper: a link, or a name with what stands behind its colon.
fn is_headline(block: &Block<'_>, text: &str) -> bool {
    let (linked, all) = block.link_share();
    block.kind == Kind::Heading(2) && (linked == all || text.contains(": "))
}

/// `What is it?`, `About it`.
pub(super) fn is_question(heading: &str) -> bool {
    let said = without_ornaments(heading).to_lowercase();
    words::QUESTION.fits(&said)
}

/// Whether a heading of a low level says nothing of the name that is hinted at: the line below a logo.
pub(super) fn is_beside_the_name(block: &Block<'_>, name_hint: Option<&str>) -> bool {
    matches!(block.kind, Kind::Heading(3..=6))
        && name_hint.is_some_and(|name| !says_name(block, name))
}

pub(super) fn says_name(heading: &Block<'_>, name: &str) -> bool {
    letters(&heading_text(heading)).contains(&letters(name))
}

/// Whether a heading is too long for a name.
pub(super) fn is_sentence(heading: &str) -> bool {
    count_words(heading) > MAX_NAME_WORDS
}
