//! Terms with what they mean below, behind a colon: a list of definitions, as HTML has them.

use std::ops::Range;

use super::callout::is_blank_line;
use super::page::Page;
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::{Event, Tag};

/// Longest term, in characters.
const MAX_TERM: usize = 120;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    let lines: Vec<Range<usize>> = page.prose.lines().collect();
    let text = |index: usize| source.get(lines.get(index)?.clone());
    // Where a paragraph of the page itself begins.
    let mut depth = 0_usize;
    let mut paragraphs = Vec::new();
    for (event, range) in &page.document.events {
        match event {
            Event::Start(Tag::Paragraph) if depth == 0 => paragraphs.push(range.start),
            Event::Start(Tag::Item | Tag::BlockQuote | Tag::FootnoteDefinition) => depth += 1,
            Event::End(end) if is_container(*end) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let begins = |index: usize| {
        lines
            .get(index)
            .is_some_and(|line| paragraphs.binary_search(&line.start).is_ok())
    };
    let mut index = 0;
    while index < lines.len() {
        let first = index;
        let mut written = String::new();
        while begins(index)
            && let Some((term, meanings, next)) = entry(index, text)
        {
            if written.is_empty() {
                written.push_str("<dl>\n");
            }
            written.extend(["<dt>\n\n", term, "\n\n</dt>\n"]);
            for meaning in meanings {
                written.extend(["<dd>\n\n", meaning.trim_matches('\n'), "\n\n</dd>\n"]);
            }
            index = next;
            while text(index).is_some_and(is_blank_line) && index + 1 < lines.len() {
                index += 1;
            }
        }
        let (Some(place), false) = (lines.get(first), written.is_empty()) else {
            index += 1;
            continue;
        };
        let end = lines.get(index).map_or(source.len(), |next| next.start);
        written.push_str(if end < source.len() {
            "</dl>\n\n"
        } else {
            "</dl>\n"
        });
        splice.replace(place.start..end, written);
    }
}

fn is_container(end: pulldown_cmark::TagEnd) -> bool {
    use pulldown_cmark::TagEnd;
    matches!(
        end,
        TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition
    )
}

/// A term of one line, what it means, and the line behind.
fn entry<'a>(
    index: usize,
    text: impl Fn(usize) -> Option<&'a str>,
) -> Option<(&'a str, Vec<String>, usize)> {
    let term = text(index)?.trim();
    let gap = usize::from(is_blank_line(text(index + 1)?));
    let first = text(index + 1 + gap)?;
    let (width, _) = mark(first)?;
    // Behind an empty line a colon and one space may be a caption.
    if term.starts_with([':', '|']) || term.chars().count() > MAX_TERM || gap > 0 && width < 3 {
        return None;
    }
    let mut meanings: Vec<String> = Vec::new();
    let mut next = index + 1 + gap;
    let mut end = next;
    while let Some(line) = text(next) {
        if let Some((_, meaning)) = mark(line) {
            meanings.push(meaning.to_owned());
        } else if is_blank_line(line) {
            meanings.last_mut()?.push('\n');
            next += 1;
            continue;
        } else {
            let text = line
                .strip_prefix("    ")
                .or_else(|| line.strip_prefix('\t'));
            let is_below_gap = end < next;
            let Some(text) = text.or(Some(line.trim_start()).filter(|_| !is_below_gap)) else {
                break;
            };
            meanings.last_mut()?.extend(["\n", text]);
        }
        next += 1;
        end = next;
    }
    Some((term, meanings, end))
}

/// What stands behind the mark of a meaning, and how wide that is.
fn mark(line: &str) -> Option<(usize, &str)> {
    let indentation = line.len() - line.trim_start_matches(' ').len();
    let rest = line.trim_start_matches(' ').strip_prefix(':')?;
    let meaning = rest.trim_start_matches([' ', '\t']);
    let width = rest.len() - meaning.len() + 2 * usize::from(rest.starts_with('\t'));
    let is_text = meaning.starts_with(|c: char| !matches!(c, ':' | ')' | '(' | '|' | '-'));
    (indentation < 4 && width > 0 && is_text).then_some((width, meaning))
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn terms_are_a_list() {
        for (before, after) in [
            (
                "a\n\nTent\n:   A house\n    of *cloth*.\n:   Second.\n\nFire\n\n:   Warm.\n\n    - b\n\nc\n",
                "a\n\n<dl>\n<dt>\n\nTent\n\n</dt>\n<dd>\n\nA house\nof *cloth*.\n\n</dd>\n<dd>\n\nSecond.\n\n</dd>\n<dt>\n\nFire\n\n</dt>\n<dd>\n\nWarm.\n\n- b\n\n</dd>\n</dl>\n\nc\n",
            ),
            (
                "term\n: one\n",
                "<dl>\n<dt>\n\nterm\n\n</dt>\n<dd>\n\none\n\n</dd>\n</dl>\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn colons_at_lines_stay() {
        for body in [
            "| a |\n|---|\n| b |\n\n: Caption\n",
            "We have two lines here\nthat go on\n: and on\n",
            "A smile\n: )\n",
            "a\n\n: b\n",
            ":tip: a\n\n::: b\n",
            "> a\n: b\n",
            "```\na\n: b\n```\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
