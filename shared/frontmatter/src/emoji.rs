//! `:shortcodes:` of emoji, which a page shows as the emoji and a title or a description must not show as words.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

/// The shortcodes of a text (those of GitHub), each with its emoji, in order.
pub(crate) fn shortcodes(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    let (mut position, mut last_end) = (0, usize::MAX);
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(position..)?;
            let start = position + memchr::memchr(b':', rest.as_bytes())?;
            position = start + 1;
            let before = text.get(..start).unwrap_or_default();
            let behind = text.get(start + 1..)?;
            // `std::b::c` has none.
            let stands_alone = || {
                !before.ends_with(|c: char| c == ':' || c.is_alphanumeric())
                    || before.len() == last_end
            };
            let length = behind
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(byte))
                .count();
            let after = behind.get(length..).unwrap_or_default().strip_prefix(':');
            let emoji = after
                .filter(|after| stands_alone() && !after.starts_with(char::is_alphanumeric))
                .and_then(|_| emojis::get_by_shortcode(behind.get(..length)?));
            if let Some(emoji) = emoji {
                position = start + length + 2;
                last_end = position;
                return Some((start..position, emoji.as_str()));
            }
        }
    })
}

/// Whether a character may be part of an emoji: of every emoji beyond ASCII one is, and no letter of most scripts.
fn may_be_emoji(c: char) -> bool {
    match c {
        '\u{a9}' | '\u{ae}' => true,
        '\0'..='\u{203b}' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣' => false,
        _ => true,
    }
}

/// The text with the first shortcode of each emoji in its place, without colons.
pub(crate) fn named(text: &str) -> Cow<'_, str> {
    if !text.chars().any(may_be_emoji) {
        return Cow::Borrowed(text);
    }
    let mut named = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        let may_be = cluster.chars().any(may_be_emoji);
        let emoji = may_be.then(|| emojis::get(cluster)).flatten();
        match emoji.and_then(|emoji| emoji.shortcode()) {
            Some(name) => named.push_str(name),
            None => named.push_str(cluster),
        }
    }
    Cow::Owned(named)
}

/// The text with the emoji that its shortcodes stand for; what is none stays.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let mut found = shortcodes(text).peekable();
    if found.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut position = 0;
    for (range, emoji) in found {
        shown.push_str(text.get(position..range.start).unwrap_or_default());
        shown.push_str(emoji);
        position = range.end;
    }
    shown.push_str(text.get(position..).unwrap_or_default());
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::{may_be_emoji, shown};

    #[test]
    fn every_emoji_is_told_by_a_character() {
        for emoji in emojis::iter().map(emojis::Emoji::as_str) {
            assert!(
                emoji.is_ascii() || emoji.chars().any(may_be_emoji),
                "{emoji}"
            );
        }
    }

    #[test]
    fn shortcodes_are_emoji_and_nothing_else_is() {
        for (text, expected) in [
            ("Know :thinking:", "Know 🤔"),
            (":+1::tada: a", "👍🎉 a"),
            ("12:30:45 std::b::c x:a:y ::", "12:30:45 std::b::c x:a:y ::"),
            (":no such thing: :x", ":no such thing: :x"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
