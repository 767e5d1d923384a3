//! Text as a reader takes it, whoever asks: its words, its length, and what of it says nothing.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::words;

/// White space of every kind collapsed, the ends trimmed.
pub(crate) fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    let words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '\u{85}' | '\u{200b}' | '\u{feff}'));
    for word in words.filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// A text on one line, without control characters and overrides of direction.
pub(crate) fn clean_text(text: &str) -> String {
    let kept = |c: &char| !is_hidden_in_fields(*c) && !matches!(c, '\u{200e}' | '\u{200f}');
    if text.chars().all(|c| kept(&c)) {
        return collapse(text);
    }
    collapse(&text.chars().filter(kept).collect::<String>())
}

/// `{{ title }}` or `<% tp.file.title %>` of a template that nobody filled in.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    [("{{", "}}"), ("<%", "%>")]
        .iter()
        .any(|(open, close)| text.starts_with(open) && text.ends_with(close))
}

/// A text without the dates, times and titles that a template of Obsidian's would have filled in: `<% tp.date.now() %>`,
/// `{{date:YYYY}}`.
pub(crate) fn without_templates(text: &str) -> Cow<'_, str> {
    let is_of_plugin = |inside: &str| {
        inside
            .trim_start_matches(['-', '_', '*', '+', ' '])
            .starts_with("tp.")
    };
    let is_core = |inside: &str| {
        let word = inside.split(':').next().unwrap_or_default().trim();
        ["date", "time", "title"].contains(&word.to_ascii_lowercase().as_str())
    };
    let without = |text: &str, open: &str, close: &str, is: &dyn Fn(&str) -> bool| {
        let mut kept = String::new();
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once(open) {
            let Some((inside, behind)) = inside.split_once(close) else {
                break;
            };
            kept.push_str(before);
            if !is(inside) {
                kept.extend([open, inside, close]);
            }
            rest = behind;
        }
        kept + rest
    };
    if !text.contains("<%") && !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let text = without(text, "<%", "%>", &is_of_plugin);
    Cow::Owned(collapse(&without(&text, "{{", "}}", &is_core)))
}

/// How many words there are; two characters of a script without spaces count as one.
pub(crate) fn count_words(text: &str) -> usize {
    let ideographs = text.chars().filter(|c| is_ideograph(*c)).count();
    let others = text
        .split(|c: char| c.is_whitespace() || is_ideograph(c))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    others + ideographs / 2
}

/// A character of a script without spaces.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// Whether nobody sees a character and it parts nothing.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}' | '\u{fe0e}' | '\u{fe0f}' | '\u{180e}'
    ) || (c.is_control() && !c.is_whitespace())
}

/// Whether a character of a field would turn the rest of a page's line about, or is a control or a blank that nobody sees. Joiners,
/// marks of direction and selectors aren't among them: scripts and emoji are written with those, and they reach no further.
pub(crate) fn is_hidden_in_fields(c: char) -> bool {
    matches!(
        c,
        '\u{202a}'..='\u{202e}' | '\u{2061}'..='\u{206f}' | '\u{feff}' | '\u{180e}' | '\u{fff9}'..='\u{fffb}' | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
    ) || (c.is_control() && !c.is_whitespace())
}

/// A field's text without such characters.
pub(crate) fn seen(mut text: String) -> String {
    text.retain(|c| !is_hidden_in_fields(c));
    text
}

/// A heading without the emoji, numbers and `:shortcodes:` before it.
pub(crate) fn without_ornaments(text: &str) -> &str {
    let mut text = text;
    loop {
        // An information mark is a letter for Unicode.
        text = text.trim_start_matches(|c: char| (!c.is_alphabetic() && c != ':') || c == 'ℹ');
        let shortcode = text.strip_prefix(':').and_then(|rest| rest.split_once(':'));
        match shortcode {
            Some((name, rest)) if !name.is_empty() && !name.contains(char::is_whitespace) => {
                text = rest;
            }
            _ => break,
        }
    }
    let text = text.trim_start_matches(':').trim_start();
    // `一、前言`
    text.trim_start_matches(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'])
        .strip_prefix(['、', '.', '．'])
        .unwrap_or(text)
}

/// A longer text up to a word and "…", together at most `max` characters; where it has no spaces, up to a grapheme.
pub(crate) fn cut_at_word(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut count = 0;
    for grapheme in text.graphemes(true) {
        count += grapheme.chars().count();
        if count >= max {
            // A space right behind what fits is a place to cut, too.
            if grapheme.chars().all(char::is_whitespace) {
                return format!("{}…", kept.trim_end());
            }
            break;
        }
        kept.push_str(grapheme);
    }
    let at_word = kept
        .rfind(char::is_whitespace)
        .and_then(|at| kept.get(..at))
        .filter(|text| !text.trim().is_empty());
    format!("{}…", at_word.unwrap_or(&kept).trim_end())
}

/// Whether the description of a picture that is lost says nothing without it: the name of a file, or what kind of thing it was.
pub(crate) fn is_lost_with_its_picture(alt: &str) -> bool {
    let alt = collapse(alt).to_lowercase();
    let is_name = |rest: &str| {
        let words = rest.split(|c: char| !c.is_alphanumeric());
        words.into_iter().all(|word| {
            matches!(word, "at" | "am" | "pm") || word.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    alt.is_empty()
        || words::LOST_ALT.fits(&alt)
        || words::LOST_FILE.fits(&alt)
        || words::LOST_NAME.behind(&alt).any(is_name)
}

#[cfg(test)]
mod tests {
    use super::is_lost_with_its_picture;

    #[test]
    fn what_only_names_a_picture_goes_with_it() {
        for alt in [
            "",
            "logo",
            "PNG",
            "Pasted image 20240312182237",
            "output_2_0.png",
            "IMG_1234",
            "Screenshot 2024-03-12 at 18.22",
            "Untitled 3",
        ] {
            assert!(is_lost_with_its_picture(alt), "{alt}");
        }
        for alt in [
            "The arm",
            "logo of the club",
            "Screenshot of the page",
            "Untitled work",
        ] {
            assert!(!is_lost_with_its_picture(alt), "{alt}");
        }
    }
}
