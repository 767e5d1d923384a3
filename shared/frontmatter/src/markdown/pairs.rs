//! Signs that stand twice around words, `==x==`: which opens, and which closes what.

use std::collections::HashMap;
use std::ops::Range;

use super::Document;
use super::places::unescaped;

/// Offsets of a sign that stands twice; of longer runs of it, none.
fn doubled(source: &str, range: &Range<usize>, sign: char) -> Vec<usize> {
    let text = source.get(range.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let mut start = 0;
    let mut length = 0;
    let offsets = unescaped(text).filter(|(_, character)| *character == sign);
    for at in offsets.map(|(at, _)| at).chain([usize::MAX]) {
        if length > 0 && at == start + length {
            length += 1;
            continue;
        }
        if length == 2 {
            found.push(range.start + start);
        }
        (start, length) = (at, 1);
    }
    found
}

/// Where signs that stand twice open and close: in text of one parent, on one line; `certainly`, with no letter or digit
/// outside.
pub(crate) fn find(document: &Document<'_>, sign: char, certainly: bool) -> Vec<(usize, usize)> {
    let source = document.source;
    let mut pairs = Vec::new();
    if !document.has(&format!("{sign}{sign}")) {
        return pairs;
    }
    // Most runs have no such sign.
    let byte = u8::try_from(sign).unwrap_or_default();
    let mut signs = memchr::memchr_iter(byte, source.as_bytes()).peekable();
    let mut has_sign = |range: &Range<usize>| {
        while signs.next_if(|at| *at < range.start).is_some() {}
        signs.peek().is_some_and(|at| *at < range.end)
    };
    // The opening marks of the line, by parent.
    let mut marks: HashMap<usize, usize> = HashMap::new();
    let mut line = 0;
    for run in document.runs().iter().filter(|run| !run.in_link) {
        if run.line != line {
            marks.clear();
            line = run.line;
        }
        if !has_sign(&run.range) {
            continue;
        }
        for at in doubled(source, &run.range, sign) {
            let open = marks.get(&run.parent).copied();
            match paired(source, at, sign, certainly, open) {
                Mark::Closes(start) => {
                    marks.remove(&run.parent);
                    pairs.push((start, at));
                }
                Mark::Opens => {
                    marks.insert(run.parent, at);
                }
                Mark::Stays => {}
            }
        }
    }
    pairs
}

/// What a sign that stands twice does.
enum Mark {
    /// It closes what this one opens.
    Closes(usize),
    Opens,
    Stays,
}

fn paired(source: &str, at: usize, sign: char, certainly: bool, open: Option<usize>) -> Mark {
    let before = source.get(..at).and_then(|text| text.chars().next_back());
    let after = source.get(at + 2..).and_then(|text| text.chars().next());
    let is_text = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != sign);
    let is_apart = |c: Option<char>| !certainly || !c.is_some_and(char::is_alphanumeric);
    let closes = is_text(before) && after != Some(sign) && is_apart(after);
    let opens = is_text(after) && before != Some(sign) && is_apart(before);
    match open {
        Some(start) if closes => Mark::Closes(start),
        // The nearest opens, unless it may close as well: `a==b` is a comparison as a rule.
        open if opens && (open.is_none() || !closes) => Mark::Opens,
        _ => Mark::Stays,
    }
}

/// A text on one line without the marks of its highlights.
pub(crate) fn without_highlights(text: &str) -> String {
    const SIGN: char = '=';
    let mut gone = Vec::new();
    let mut open = None;
    for at in doubled(text, &(0..text.len()), SIGN) {
        match paired(text, at, SIGN, false, open) {
            Mark::Closes(start) => {
                gone.extend([start, at]);
                open = None;
            }
            Mark::Opens => open = Some(at),
            Mark::Stays => {}
        }
    }
    gone.sort_unstable();
    let mut shown = String::with_capacity(text.len());
    let mut next = 0;
    for at in gone {
        shown.push_str(text.get(next..at).unwrap_or_default());
        next = at + 2;
    }
    shown + text.get(next..).unwrap_or_default()
}
