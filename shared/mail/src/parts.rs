//! The parts of a letter, as plain text and as HTML.

use std::fmt::Write as _;

use languages::{Language, Sentence};
use members::is_hidden;

/// Longest line of somebody's words, in characters: a subject is read at a glance.
const MAX_LINE: usize = 100;

/// A paragraph of a letter.
pub(crate) enum Part {
    Said(Sentence),
    /// What comes last and is seldom of use.
    Small(Sentence),
    /// A link by itself.
    Link(String),
    Code(String),
    /// Somebody's words, line by line.
    Quoted(String),
}

/// Somebody's words on one line: nothing that is hidden or turns text about, no line break, and nothing that a mail program
/// takes for an encoded word (RFC 2047).
pub(crate) fn line(words: &str) -> String {
    let shown: String = words
        .chars()
        .map(|character| {
            let is_seen = !is_hidden(character) && !character.is_control();
            if is_seen { character } else { ' ' }
        })
        .collect();
    let mut line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    line = line.replace("=?", "= ?");
    match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}

/// Somebody's words as the lines that they are.
fn lines(words: &str) -> impl Iterator<Item = String> {
    words.lines().map(|line| {
        let shown = line
            .chars()
            .filter(|character| *character == '\t' || !is_hidden(*character));
        shown.collect::<String>().trim_end().to_owned()
    })
}

pub(crate) fn text(parts: &[Part], club: &str, language: Language) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Said(sentence) | Part::Small(sentence) => {
                text += &sentence.in_language(language);
            }
            Part::Link(link) => text += link,
            Part::Code(code) => {
                text += "    ";
                text += code;
            }
            Part::Quoted(words) => {
                let quoted = lines(words).map(|line| format!("> {line}").trim_end().to_owned());
                text += &quoted.collect::<Vec<_>>().join("\n");
            }
        }
        text += "\n\n";
    }
    text += club;
    text.push('\n');
    text
}

/// Nothing in it is loaded from anywhere.
pub(crate) fn html(parts: &[Part], title: &str, club: &str, language: Language) -> String {
    let title = escaped(title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n</head>\n\
         <body style=\"font: 1em/1.5 sans-serif; max-width: 36em\">\n"
    );
    for part in parts {
        let paragraph = match part {
            Part::Said(sentence) => format!("<p>{}</p>", escaped(&sentence.in_language(language))),
            Part::Small(sentence) => format!(
                "<p style=\"font-size: 0.85em\">{}</p>",
                escaped(&sentence.in_language(language))
            ),
            Part::Link(link) => {
                let link = escaped(link);
                format!("<p><a href=\"{link}\">{link}</a></p>")
            }
            Part::Code(code) => format!(
                "<p><code style=\"font-size: 1.3em\">{}</code></p>",
                escaped(code)
            ),
            Part::Quoted(words) => {
                let lines: Vec<String> = lines(words).map(|line| escaped(&line)).collect();
                format!("<blockquote>{}</blockquote>", lines.join("<br>\n"))
            }
        };
        html += &paragraph;
        html.push('\n');
    }
    // Writing into a `String` can't fail.
    let _ = write!(html, "<p>{}</p>\n</body>\n</html>\n", escaped(club));
    html
}

pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
