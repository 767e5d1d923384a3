//! Obsidian's comments, blotted out of what the title and the description are looked for in (2.5, 2.6).

use super::{CleanOptions, callouts, flavour, obsidian};
use crate::document::Document;

/// A comment may stand inside another's remains; more readings than this find no further one.
const MAX_READINGS: usize = 4;
/// What stands in place of a comment's characters: no text shows it, and no syntax knows it.
const BLOT: char = '\u{1}';

/// Whether the body is written in Obsidian's dialect, as far as one reading tells.
pub(crate) fn is_obsidian(document: &Document<'_>, options: &CleanOptions<'_>) -> bool {
    flavour::is_obsidian(document, &callouts::find(document), options)
}

/// The body with every comment blotted out and all offsets as they were; `None` where there is no
/// comment. What an author hides must not come back as a description.
pub(crate) fn blotted(document: &Document<'_>, options: &CleanOptions<'_>) -> Option<String> {
    if !document.has("%%") || !is_obsidian(document, options) {
        return None;
    }
    let mut blotted = without_comments(document)?;
    for _ in 1..MAX_READINGS {
        match without_comments(&Document::parse(&blotted)) {
            Some(further) => blotted = further,
            None => break,
        }
    }
    Some(blotted)
}

fn without_comments(document: &Document<'_>) -> Option<String> {
    let comments = obsidian::comments(document);
    if comments.is_empty() {
        return None;
    }
    let mut blotted = String::with_capacity(document.source.len());
    let mut at = 0;
    for comment in comments {
        blotted.push_str(document.source.get(at..comment.start).unwrap_or_default());
        let hidden = document.source.get(comment.clone()).unwrap_or_default();
        for character in hidden.chars() {
            match character {
                '\n' | '\r' => blotted.push(character),
                _ => blotted.extend(std::iter::repeat_n(BLOT, character.len_utf8())),
            }
        }
        at = comment.end;
    }
    blotted.push_str(document.source.get(at..).unwrap_or_default());
    Some(blotted)
}
