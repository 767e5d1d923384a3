//! The title in the text of a picture (2.5, step 4).

use super::{is_prose, letters};
use crate::badge::is_badge;
use crate::blocks::Block;
use crate::keys::is_placeholder;

/// A picture's text is a title only among the first so many blocks.
const ALT_BLOCKS: usize = 8;

/// Longest alt text that is a title without a name to compare it with, in characters.
const MAX_ALT_CHARS: usize = 40;

/// Shortest alt text that says anything by being part of a longer name, in bytes.
const MIN_ALT_BYTES: usize = 3;

/// Words that a picture's text may have beyond those of the name that it is compared with.
const MORE_WORDS: usize = 2;

/// Words that say what a picture is, not what it is of.
const PICTURE_WORDS: [&str; 16] = [
    "logo",
    "banner",
    "icon",
    "header",
    "preview",
    "screenshot",
    "demo",
    "image",
    "picture",
    "cover",
    "logotype",
    "wordmark",
    "mascot",
    "website",
    "svg",
    "typing",
];

/// Alt texts that name nothing.
const GENERIC_ALTS: [&str; 13] = [
    "master",
    "status",
    "license",
    "image",
    "screenshot",
    "logo",
    "banner",
    "demo",
    "preview",
    "build",
    "npm",
    "version",
    "img",
];

/// The text of the first picture that is no badge.
pub(super) fn picture_title(
    blocks: &[Block<'_>],
    name_hint: Option<&str>,
) -> Option<(String, usize)> {
    for block in blocks.iter().take(ALT_BLOCKS) {
        for (alt, url) in block.images() {
            if is_badge(url) {
                continue;
            }
            let text = clean_alt(alt);
            if is_placeholder(&text) {
                continue;
            }
            let (own, hint) = (letters(&text), name_hint.map(letters));
            let fits = match hint {
                Some(hint) if !hint.is_empty() => {
                    !own.is_empty()
                        && (own.starts_with(&hint)
                            || (hint.contains(&own) && own.len() >= MIN_ALT_BYTES)
                            || has_words_of(&text, name_hint.unwrap_or_default()))
                        && !is_generic_alt(&text)
                }
                _ => {
                    !own.is_empty()
                        && text.chars().count() <= MAX_ALT_CHARS
                        && !is_generic_alt(&text)
                }
            };
            if fits {
                // What the document is about may stand below the picture, in the same block.
                let end = if is_prose(block) {
                    block.range.start
                } else {
                    block.range.end
                };
                return Some((text, end));
            }
        }
    }
    None
}

/// Whether all words of a name are among those of a text that begins with one of them and is hardly longer.
fn has_words_of(text: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (text, name) = (words(text), words(name));
    text.first().is_some_and(|first| name.contains(first))
        && text.len() <= name.len() + MORE_WORDS
        && name.iter().all(|word| text.contains(word))
}

pub(super) fn is_generic_alt(text: &str) -> bool {
    GENERIC_ALTS.contains(&text.to_lowercase().as_str())
}

/// A picture's alt text without the words that say that it is a picture.
pub(super) fn clean_alt(alt: &str) -> String {
    let mut text = crate::blocks::clean_text(alt);
    for separator in [" - ", " – ", " — ", " | ", "｜", ": "] {
        if let Some((before, _)) = text.split_once(separator) {
            text = before.to_owned();
        }
    }
    while let Some((before, last)) = text.rsplit_once([' ', '_', '-']) {
        if !PICTURE_WORDS.contains(
            &last
                .trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
                .as_str(),
        ) {
            break;
        }
        text = before.trim_end().to_owned();
    }
    text
}
