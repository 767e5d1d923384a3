//! Lines that stand apart: pandoc's `| ` before each, and items that are lettered, which Markdown would run together.

use std::ops::Range;

use super::page::Page;
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::{Event, Tag};

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    for (event, range) in &page.document.events {
        if !matches!(event, Event::Start(Tag::Paragraph)) {
            continue;
        }
        let text = source.get(range.clone()).unwrap_or_default();
        if !stands_apart(text) {
            continue;
        }
        let mut lines = Vec::new();
        let mut start = range.start;
        for line in text.split_inclusive('\n') {
            lines.push(start..start + line.trim_end_matches(['\n', '\r']).len());
            start += line.len();
        }
        let is_text = |line: &Range<usize>| page.prose.has(line.start);
        if lines.len() < 2 || !lines.iter().all(is_text) {
            continue;
        }
        if !barred(source, &lines, splice) {
            lettered(source, &lines, splice);
        }
    }
}

/// Whether a paragraph has several lines, the first with a bar before it or two that are items: most have neither.
fn stands_apart(text: &str) -> bool {
    memchr::memchr(b'\n', text.as_bytes()).is_some()
        && (text.starts_with('|') || {
            let mut items = text.split('\n').filter(|line| letter(line).is_some());
            items.next().is_some() && items.next().is_some()
        })
}

/// `| line one`, each on a line of its own, with the blanks that it begins with.
fn barred(source: &str, lines: &[Range<usize>], splice: &mut Splice) -> bool {
    let bars = lines.iter().filter_map(|line| {
        let text = source.get(line.clone())?;
        let rest = text
            .strip_prefix('|')
            .filter(|rest| rest.is_empty() || rest.starts_with(' '))?;
        (!rest.contains('|')).then_some((line, rest.get(1..).unwrap_or_default()))
    });
    let bars: Vec<_> = bars.collect();
    if bars.len() != lines.len() {
        return false;
    }
    for (index, (line, text)) in bars.iter().enumerate() {
        let words = text.trim_start_matches(' ');
        let blanks = "&nbsp;".repeat(if words.is_empty() {
            1
        } else {
            text.len() - words.len()
        });
        let is_last = index + 1 == bars.len();
        splice.replace(line.start..line.end - words.len(), blanks);
        if !is_last && !words.ends_with('\\') {
            splice.insert(line.end, "\\");
        }
    }
    true
}

/// `a) one` above `b) two`: the letters go on from line to line, and nothing else stands between.
fn lettered(source: &str, lines: &[Range<usize>], splice: &mut Splice) {
    let mut before: Option<(&Range<usize>, char, &str)> = None;
    for line in lines {
        let text = source.get(line.clone()).unwrap_or_default();
        let item = letter(text);
        if let (Some((above, ..)), None, true) = (&mut before, item, text.starts_with("  ")) {
            *above = line;
            continue;
        }
        if let (Some((above, last, signs)), Some((letter, same))) = (before, item)
            && same == signs
            && u32::from(letter) == u32::from(last) + 1
            && !source
                .get(above.clone())
                .is_some_and(|above| above.ends_with('\\') || above.ends_with("  "))
        {
            splice.insert(above.end, "\\");
        }
        before = item.map(|(letter, signs)| (line, letter, signs));
    }
}

/// The letter of an item, and the signs around it.
fn letter(line: &str) -> Option<(char, &'static str)> {
    let line = line.trim_start_matches(' ');
    let (signs, rest) = match line.strip_prefix('(') {
        Some(rest) => ("()", rest),
        None => (")", line),
    };
    let mut rest = rest.chars();
    let letter = rest.next().filter(char::is_ascii_alphanumeric)?;
    let (end, gap, text) = (rest.next()?, rest.next()?, rest.find(|c| *c != ' ')?);
    let signs = if end == '.' && signs == ")" {
        "."
    } else {
        signs
    };
    let is_number = letter.is_ascii_digit() && signs != "()";
    (matches!(end, ')' | '.') && gap == ' ' && !is_number && !text.is_whitespace())
        .then_some((letter, signs))
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn lines_stay_apart() {
        for (before, after) in [
            (
                "| roses are red\n|   violets are *blue*\n|\n| end\n\nb\n",
                "roses are red\\\n&nbsp;&nbsp;violets are *blue*\\\n&nbsp;\\\nend\n\nb\n",
            ),
            (
                "a)  eins\nb)  zwei\nc)  drei\n",
                "a)  eins\\\nb)  zwei\\\nc)  drei\n",
            ),
            (
                "a)  eins\n    und\nb)  zwei\n",
                "a)  eins\n    und\\\nb)  zwei\n",
            ),
            (
                "(1) Der Verein.\n(2) Er ist.\n",
                "(1) Der Verein.\\\n(2) Er ist.\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn other_lines_stay() {
        for body in [
            "| a\nb\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "| a || b\n| c\n",
            "a) eins\nund\nc) drei\n",
            "See a. In b.\nb. is\n",
            "A. Lee\nC. Ray\n",
            "    | a\n    | b\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
