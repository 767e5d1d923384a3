//! The title in the text of a picture (2.5).

use super::said::{clean_alt, is_generic_alt, is_prose, letters};
use crate::badge::is_badge;
use crate::outline::Block;
use crate::prose::is_placeholder;

/// A picture's text is a title only among the first so many blocks.
const ALT_BLOCKS: usize = 8;

/// Longest alt text that is a title without a name to compare it with, in characters.
const MAX_ALT_CHARS: usize = 40;

/// Shortest alt text that says anything by being part of a longer name, in bytes.
const MIN_ALT_BYTES: usize = 3;

/// Endings of the files of pictures.
const PICTURES: [&str; 6] = ["gif", "jpeg", "jpg", "png", "svg", "webp"];

/// Words that a picture's text may have beyond those of the name that it is compared with.
const MORE_WORDS: usize = 2;

/// A picture's text, beside the name of the file.
struct Alt<'a> {
    text: &'a str,
    name: &'a str,
    /// Of both, letters and digits alone.
    letters: String,
    name_letters: &'a str,
}

/// A name, what the rule takes for a title, and a text that this rule alone takes for one, with the name of the file.
type Rule = (
    &'static str,
    fn(&Alt<'_>) -> bool,
    (Option<&'static str>, &'static str),
);

const RULES: [Rule; 4] = [
    (
        "begins with the name",
        begins_with_name,
        (Some("axe"), "Axe for all who cut wood"),
    ),
    (
        "part of the name",
        is_part_of_name,
        (Some("iron-axe"), "Axe"),
    ),
    (
        "words of the name",
        |alt| has_words_of(alt.text, alt.name),
        (Some("wood-axe"), "Axe for Wood"),
    ),
    ("short", is_short, (None, "Axe of iron")),
];

/// The text of the first picture that is no badge.
pub(super) fn picture_title(
    blocks: &[Block<'_>],
    name_hint: Option<&str>,
) -> Option<(String, usize)> {
    let name = name_hint.unwrap_or_default();
    let name_letters = letters(name);
    for block in blocks.iter().take(ALT_BLOCKS) {
        let mut texts = block
            .images()
            .filter(|(_, url)| !is_badge(url))
            .map(|(alt, _)| clean_alt(alt));
        if let Some(text) = texts.find(|text| is_title(text, name, &name_letters)) {
            // What the document is about may stand below the picture, in the same block.
            let end = if is_prose(block) {
                block.range.start
            } else {
                block.range.end
            };
            return Some((text, end));
        }
    }
    None
}

fn is_title(text: &str, name: &str, name_letters: &str) -> bool {
    let alt = Alt {
        text,
        name,
        letters: letters(text),
        name_letters,
    };
    let says_something = !alt.letters.is_empty()
        && !is_placeholder(text)
        && !is_generic_alt(text)
        && !is_file_name(text);
    says_something && RULES.iter().any(|(_, fits, _)| fits(&alt))
}

/// What programs write in the place of a text: `SourceGenerators.png`.
fn is_file_name(text: &str) -> bool {
    let (name, ending) = text.rsplit_once('.').unwrap_or_default();
    !name.is_empty()
        && PICTURES
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
}

fn begins_with_name(alt: &Alt<'_>) -> bool {
    !alt.name_letters.is_empty() && alt.letters.starts_with(alt.name_letters)
}

fn is_part_of_name(alt: &Alt<'_>) -> bool {
    alt.name_letters.contains(&alt.letters) && alt.letters.len() >= MIN_ALT_BYTES
}

/// Where there is no name to compare with.
fn is_short(alt: &Alt<'_>) -> bool {
    alt.name_letters.is_empty() && alt.text.chars().count() <= MAX_ALT_CHARS
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_no_title() {
        assert!(!is_title("Axe.PNG", "axe", "axe"));
        assert!(is_title("Axe", "axe", "axe"));
        assert!(!is_file_name("Astro.build"));
    }

    #[test]
    fn each_rule_alone_takes_its_example() {
        for (rule, _, (name, text)) in RULES {
            let name = name.unwrap_or_default();
            let alt = Alt {
                text,
                name,
                letters: letters(text),
                name_letters: &letters(name),
            };
            let fitting = RULES.iter().filter(|(_, fits, _)| fits(&alt));
            let rules: Vec<&str> = fitting.map(|(rule, ..)| *rule).collect();
            assert_eq!(rules, [rule], "{text}");
        }
    }
}
