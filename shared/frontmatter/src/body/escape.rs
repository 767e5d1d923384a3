//! Escape mode: a body that is not read in full, with everything that could act turned into text (2.9.13).
//!
//! Used where reading would take more than linear time (2.1.3), or where the edits of one reading
//! go on calling for others. The result is a fixed point of every other rule.

use super::rules::start::is_trimmed;
use crate::hidden::hide_in_block;
use crate::markdown::strains;
use crate::marks::WORD_JOINER;

/// The whole body escaped. Fenced code blocks that begin in the first column stay as they are:
/// they are code for every reader. `all` is asked for where reading takes too long or goes too deep: then quotes, lists and marks
/// around words and in lines are text, too, since each of them could be too much for a renderer.
pub(crate) fn escape(source: &str, all: bool) -> String {
    let body = without_comments(source);
    let parts = Parts {
        all,
        addresses: strains(&body),
    };
    let body = body.trim_start_matches(is_trimmed);
    let mut escaped = String::with_capacity(body.len() + body.len() / 8);
    let (mut follows_row, mut follows_text) = (false, false);
    for (line, is_code) in lines(body) {
        let text = line.trim_start_matches([' ', '\t', '>']);
        // Of a table a renderer writes every cell, also those that nobody wrote.
        let is_disputed = !is_code && (all || !follows_row) && is_delimiter_row(text.trim_end());
        // A table begins with a block: below text readers differ, too.
        follows_row = text.starts_with('|') && !is_disputed && (follows_row || !follows_text);
        follows_text = !text.trim_end().is_empty() && !is_code && !follows_row;
        if is_code {
            escaped.push_str(line);
        } else if is_disputed {
            // Under another line readers differ on whether a table begins there.
            let prefix = line.strip_suffix(text).unwrap_or_default();
            if all {
                push_escaped(&mut escaped, prefix, parts);
            } else {
                escaped.push_str(prefix);
            }
            escaped.push('\\');
            escaped.push_str(text);
        } else {
            push_escaped(&mut escaped, line, parts);
        }
    }
    if all {
        escaped = with_short_paragraphs(&escaped);
    }
    let first = escaped.lines().next().unwrap_or_default();
    if first.trim_end_matches([' ', '\t']) == "---" {
        escaped.replace_range(..3, "***");
    } else if first.starts_with("+++") {
        escaped.insert(0, '\\');
    }
    escaped
}

fn is_delimiter_row(text: &str) -> bool {
    text.contains('-')
        && text.contains(['|', ':'])
        && text
            .bytes()
            .all(|byte| matches!(byte, b'|' | b':' | b'-' | b' ' | b'\t'))
}

/// The lines of a body with their ends, and whether each belongs to a fenced code block that
/// begins in the first column.
fn lines(body: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut fence: Option<(u8, usize)> = None;
    body.split_inclusive(['\n', '\r']).map(move |line| {
        if let Some((mark, length)) = fence {
            let indentation = line.len() - line.trim_start_matches(' ').len();
            let text = line.trim();
            let closes =
                indentation <= 3 && text.len() >= length && text.bytes().all(|byte| byte == mark);
            if closes {
                fence = None;
            }
            (line, true)
        } else {
            fence = opening_fence(line);
            (line, fence.is_some())
        }
    })
}

fn opening_fence(line: &str) -> Option<(u8, usize)> {
    let mark = *line
        .as_bytes()
        .first()
        .filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = line.bytes().take_while(|byte| *byte == mark).count();
    let info = line.get(length..)?;
    (length >= 3 && !(mark == b'`' && info.contains('`'))).then_some((mark, length))
}

/// Without comments, those in fenced code excepted.
fn without_comments(body: &str) -> String {
    let mut result = String::with_capacity(body.len());
    let mut prose = String::new();
    for (line, is_code) in lines(body).chain(std::iter::once(("", true))) {
        if !is_code {
            prose.push_str(line);
            continue;
        }
        let hidden = hide_in_block(&prose);
        result.push_str(hidden.as_ref().map_or(&prose, |hidden| &hidden.body));
        prose.clear();
        result.push_str(line);
    }
    result
}

/// Most references, and lines, in a paragraph: Sätteri copies the text before each reference, remark looks back from each line.
const MAX_IN_PARAGRAPH: usize = 1000;
/// What parts two paragraphs. What is on the new line begins nothing.
const PART: [char; 3] = ['\n', '\n', WORD_JOINER];

/// With no paragraph that has more references or lines than a renderer should read in one.
fn with_short_paragraphs(text: &str) -> String {
    let mut parted = String::with_capacity(text.len() + text.len() / MAX_IN_PARAGRAPH);
    let (mut references, mut rows) = (0, 0);
    for (line, is_code) in lines(text) {
        if is_code || line.trim().is_empty() {
            (references, rows) = (0, 0);
            parted.push_str(line);
            continue;
        }
        if rows == MAX_IN_PARAGRAPH && !line.starts_with('|') {
            parted.extend(&PART[1..]);
            (references, rows) = (0, 0);
        }
        rows += 1;
        let mut pieces = line.split('&');
        parted.extend(pieces.next());
        for piece in pieces {
            if references == MAX_IN_PARAGRAPH {
                parted.extend(PART);
                (references, rows) = (0, 1);
            }
            references += 1;
            parted.push('&');
            parted.push_str(piece);
        }
    }
    parted
}

fn ends_with_www(text: &str) -> bool {
    let start = text.len().checked_sub("www".len());
    let last = start.and_then(|start| text.as_bytes().get(start..));
    last.is_some_and(|last| last.eq_ignore_ascii_case(b"www"))
}

/// What is text besides.
#[derive(Clone, Copy)]
struct Parts {
    /// Quotes, lists, code and marks around words.
    all: bool,
    /// Addresses, of which those of people have `_` in them: they are parted.
    addresses: bool,
}

/// Escapes what begins markup, a link, a definition or any of Obsidian's constructs.
fn push_escaped(result: &mut String, line: &str, parts: Parts) {
    let marker = line.trim_start_matches([' ', '\t']);
    let digits = marker.trim_start_matches(|c: char| c.is_ascii_digit());
    let marker = line.len()
        - if digits.starts_with(['.', ')']) {
            digits
        } else {
            marker
        }
        .len();
    let mut characters = line.char_indices().peekable();
    let is_rule = line.trim().bytes().all(|byte| byte == b'=');
    let last_blank = line.trim_end().rfind([' ', '\t']);
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match (character, next) {
            ('<', Some('/' | '!' | '?')) => result.push_str("&lt;"),
            ('<', Some(next)) if next.is_ascii_alphabetic() => result.push_str("&lt;"),
            (']', Some('(' | '[' | ':' | ']') | None) => result.push_str("&#93;"),
            ('[', Some('[' | '!')) => result.push_str("&#91;"),
            ('%', Some('%')) => result.push_str("&#37;"),
            ('=', Some('=')) if !is_rule => result.push_str("&#61;"),
            ('^', Some(next)) if next.is_ascii_alphanumeric() || next == '-' => {
                result.push_str(if last_blank.is_some_and(|blank| blank > at) {
                    "^"
                } else {
                    "&#94;"
                });
            }
            ('*' | '_' | '~' | '[' | ']' | '`' | '<' | '>', _) if parts.all => {
                result.extend(["&#", &u32::from(character).to_string(), ";"]);
                if character == '_' && parts.addresses {
                    result.push(WORD_JOINER);
                }
            }
            ('-' | '+' | '.' | ')', _) if parts.all && at == marker => {
                result.extend(['\\', character]);
            }
            (':', Some('/')) if parts.addresses => result.extend([character, WORD_JOINER]),
            ('.', _) if parts.addresses && ends_with_www(result) => {
                result.extend([WORD_JOINER, character]);
            }
            ('$', _) => result.push_str("&#36;"),
            ('\0', _) => result.push('\u{fffd}'),
            _ => result.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{Document, Event, Tag};

    #[test]
    fn an_escaped_body_has_no_text_that_a_renderer_copies_again_and_again() {
        for unit in [">", "&gt;\\a", "`](", "&gt;\n", "1_", "| [a] ", "    a\n"] {
            let escaped = escape(&unit.repeat(30_000), true);
            assert_eq!(escape(&escaped, true), escaped, "{unit:?}");
            let paragraphs = escaped.split("\n\n");
            let most = paragraphs
                .map(|text| text.matches(['&', '\n']).count())
                .max();
            assert!(most <= Some(2 * MAX_IN_PARAGRAPH), "{unit:?} {most:?}");
        }
    }

    /// Each row of a table is filled up to its columns by whoever renders it.
    #[test]
    fn an_escaped_body_has_no_table_with_more_cells_than_somebody_wrote() {
        let (head, delimiters) = ("|a".repeat(600), "|-".repeat(600));
        for source in [
            format!("{head}|\n{delimiters}|\n{}", "x\n".repeat(2000)),
            format!("> {head}|\n> {delimiters}|\n{}", "> |x|\n".repeat(2000)),
            format!(
                "{}\n{}\n{}",
                &head[1..],
                &delimiters[1..],
                "x\n".repeat(2000)
            ),
            format!("- {head}|\n  {delimiters}|\n{}", "  |x|\n".repeat(2000)),
            format!("{head}|\r{delimiters}|\r{}", "x\r".repeat(2000)),
        ] {
            assert!(Document::parse(&source).too_complex);
            let escaped = escape(&source, true);
            let document = Document::parse(&escaped);
            let is_table = |(event, _): &(Event<'_>, _)| *event == Event::Start(Tag::Table);
            assert!(!document.too_complex && !document.events.iter().any(is_table));
            assert_eq!(
                escape(&escaped, true),
                escaped,
                "{}",
                source.get(..9).unwrap()
            );
        }
    }
}
