//! `:shortcodes:` of emoji, which a page shows as the emoji and a title or a description must not show as words.

use std::borrow::Cow;

/// The text with the emoji that its shortcodes stand for (those of GitHub); what is none stays.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(':') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(':') {
        shown.push_str(before);
        // `std::b::c` has none.
        let stands_alone = !shown.ends_with(|c: char| c == ':' || c.is_alphanumeric());
        let emoji = behind
            .split_once(':')
            .filter(|(_, after)| stands_alone && !after.starts_with(char::is_alphanumeric))
            .and_then(|(name, after)| Some((emojis::get_by_shortcode(name)?, after)));
        if let Some((emoji, after)) = emoji {
            shown.push_str(emoji.as_str());
            rest = after;
        } else {
            shown.push(':');
            rest = behind;
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::shown;

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
