//! Lists and maps in brackets over several lines, or that their author forgot to close (2.3).

use super::Known;

/// Every top-level value with the brackets that it lacks at the end of its last line, and what stands in brackets over several
/// lines indented. A title may begin with a bracket.
pub(super) fn closed(block: &str, known: Known) -> String {
    let mut closed = String::with_capacity(block.len());
    let mut open = String::new();
    for line in block.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if let Some((key, _)) = key_of(content) {
            close(&mut closed, &open);
            open.clear();
            if (known.is_text)(key) {
                closed.push_str(line);
                continue;
            }
            let value = content.get(key.len() + 1..).unwrap_or_default();
            if value.trim_start().starts_with(['[', '{']) {
                count(value, &mut open);
            }
        } else if !open.is_empty() {
            // Strict readers want what stands in brackets, and their end, further to the right than the key.
            if !content.is_empty() && !content.starts_with(' ') {
                closed.push(' ');
            }
            count(content, &mut open);
        }
        closed.push_str(line);
    }
    close(&mut closed, &open);
    closed
}

/// Adds the ends of the brackets that a line opens to those that are open, and takes those out that it closes.
fn count(line: &str, open: &mut String) {
    let mut quote: Option<char> = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) => quote = quote.filter(|_| c != open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => open.push(']'),
            (None, '{') => open.push('}'),
            (None, ']' | '}') if open.ends_with(c) => {
                open.pop();
            }
            (None, _) => {}
        }
    }
    if quote.is_some() {
        // What stands in quotes can't be told.
        open.clear();
    }
}

/// Ends the last line that isn't blank with the brackets that are open.
fn close(text: &mut String, open: &str) {
    let end = text.trim_end().len();
    let ends = open.chars().rev().collect::<String>();
    text.insert_str(end, &ends);
}

/// The key of a top-level `key: value` line, and where its value begins.
pub(super) fn key_of(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let mut chars = key.chars();
    let first_ok = chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let rest_ok = chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | '-'));
    let ended = value.is_empty() || value.starts_with(char::is_whitespace);
    (first_ok && rest_ok && ended).then_some((key, value))
}
