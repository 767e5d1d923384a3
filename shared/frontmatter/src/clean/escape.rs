//! Escape mode: a body that is not read in full, with everything that could act turned into text.
//!
//! Used where reading would take more than linear time (2.1.3), or where the edits of one reading
//! go on calling for others. The result is a fixed point of every other rule.

use super::start::is_trimmed;

/// Rounds of taking out comments, which may come to stand together anew.
const MAX_ROUNDS: usize = 8;

/// The whole body escaped. Fenced code blocks that begin in the first column stay as they are:
/// they are code for every reader.
pub(super) fn escape(source: &str) -> String {
    let mut body = source.trim_start_matches(is_trimmed).to_owned();
    for _ in 0..MAX_ROUNDS {
        let next = without_comments(&body);
        let is_done = next == body;
        next.trim_start_matches(is_trimmed).clone_into(&mut body);
        if is_done {
            break;
        }
    }
    let mut escaped = String::with_capacity(body.len() + body.len() / 8);
    let mut follows_row = false;
    for (line, is_code) in lines(&body) {
        let text = line.trim_start_matches([' ', '\t', '>']);
        let is_disputed = !is_code && !follows_row && is_delimiter_row(text.trim_end());
        follows_row = text.starts_with('|') && !is_disputed;
        if is_code {
            escaped.push_str(line);
        } else if is_disputed {
            // Under another line readers differ on whether a table begins there.
            escaped.push_str(line.strip_suffix(text).unwrap_or_default());
            escaped.push('\\');
            escaped.push_str(text);
        } else {
            push_escaped(&mut escaped, line);
        }
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

/// Without `%%comments%%` and HTML comments, those in fenced code excepted.
fn without_comments(body: &str) -> String {
    let mut result = String::with_capacity(body.len());
    let mut in_block = None;
    let mut prose = String::new();
    for (line, is_code) in lines(body) {
        if is_code && in_block.is_none() {
            push_without_html_comments(&mut result, &prose);
            prose.clear();
            result.push_str(line);
            continue;
        }
        if line.trim() == "%%" {
            if let Some(start) = in_block.take() {
                prose.truncate(start);
            } else {
                in_block = Some(prose.len());
                prose.push_str(line);
            }
        } else if in_block.is_some() {
            prose.push_str(line);
        } else {
            push_without_inline_comments(&mut prose, line);
        }
    }
    push_without_html_comments(&mut result, &prose);
    result
}

fn push_without_inline_comments(result: &mut String, line: &str) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("%%") {
        let Some((_, after)) = after.split_once("%%") else {
            break;
        };
        result.push_str(before);
        rest = after;
    }
    result.push_str(rest);
}

fn push_without_html_comments(result: &mut String, text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        let Some((_, after)) = after.split_once("-->") else {
            break;
        };
        result.push_str(before);
        rest = after;
    }
    result.push_str(rest);
}

/// Escapes what begins markup, a link, a definition or any of Obsidian's constructs.
fn push_escaped(result: &mut String, line: &str) {
    let mut characters = line.char_indices().peekable();
    let is_rule = |text: &str| text.trim().bytes().all(|byte| byte == b'=');
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let rest = line.get(at + character.len_utf8()..).unwrap_or_default();
        match (character, next) {
            ('<', Some('/' | '!' | '?')) => result.push_str("&lt;"),
            ('<', Some(next)) if next.is_ascii_alphabetic() => result.push_str("&lt;"),
            (']', Some('(' | '[' | ':' | ']') | None) => result.push_str("&#93;"),
            ('[', Some('[' | '!')) => result.push_str("&#91;"),
            ('%', Some('%')) => result.push_str("&#37;"),
            ('=', Some('=')) if !is_rule(line) => result.push_str("&#61;"),
            ('^', Some(next)) if next.is_ascii_alphanumeric() || next == '-' => {
                result.push_str(if rest.trim_end().contains([' ', '\t']) {
                    "^"
                } else {
                    "&#94;"
                });
            }
            ('$', _) => result.push_str("&#36;"),
            ('\0', _) => result.push('\u{fffd}'),
            _ => result.push(character),
        }
    }
}
