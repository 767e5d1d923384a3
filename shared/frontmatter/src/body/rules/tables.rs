//! Tables that our parser reads otherwise than GFM does (2.9.12).

use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::markdown::edits::Splice;
use crate::markdown::lines::Line;
use crate::markdown::places::is_delimiters;
use crate::markdown::{Document, Event, Tag};

/// Adds the edits after which every reader sees the same tables, and the same cells in them.
pub(crate) fn settle(document: &Document<'_>, splice: &mut Splice) {
    part_from_paragraphs(document, splice);
    hide_bars(document, splice);
    hide_backticks(document, splice);
}

/// Writes backticks without a partner in their cell as references: to who knows no tables, they would pair over cells.
fn hide_backticks(document: &Document<'_>, splice: &mut Splice) {
    if !document.has("|") && !document.has(":-") && !document.has("-:")
        || !document.has("`")
        || !document.has("<")
    {
        return;
    }
    let mut in_table = false;
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::Table) => in_table = true,
            Event::End(TagEnd::Table) => in_table = false,
            Event::Text(_) if in_table => {
                let text = document.source.get(range.clone()).unwrap_or_default();
                for at in memchr::memchr_iter(b'`', text.as_bytes()) {
                    let at = range.start + at;
                    splice.replace(at..at + 1, "&#96;");
                }
            }
            _ => {}
        }
    }
}

/// Writes the bars in the first line of HTML or of a fence as references where a row of delimiters follows: for
/// markdown-it a table begins there before anything else does.
fn hide_bars(document: &Document<'_>, splice: &mut Splice) {
    if !document.has("|") || !document.has("-") {
        return;
    }
    for (event, range) in &document.events {
        if matches!(event, Event::Start(Tag::Heading { .. })) {
            hide_outer_bars(document.source, range, splice);
            continue;
        }
        if !matches!(
            event,
            Event::Start(Tag::HtmlBlock | Tag::CodeBlock(Some(_)))
        ) {
            continue;
        }
        let text = document.source.get(range.clone()).unwrap_or_default();
        let Some((first, rest)) = text.split_once('\n') else {
            continue;
        };
        if is_delimiters(rest.lines().next().unwrap_or_default()) {
            for bar in memchr::memchr_iter(b'|', first.as_bytes()) {
                let is_escaped = first
                    .get(..bar)
                    .is_some_and(|before| before.ends_with('\\'));
                let start = range.start + bar - usize::from(is_escaped);
                splice.replace(start..range.start + bar + 1, "&#124;");
            }
        }
    }
}

/// Puts on one line, or parts from the paragraph, what our parser reads as text and others as the beginning of a table.
fn part_from_paragraphs(document: &Document<'_>, splice: &mut Splice) {
    let source = document.source;
    // A line of delimiters has one of these.
    if !["|", ":-", "-:"].iter().any(|mark| document.has(mark)) {
        return;
    }
    let lines = document.lines();
    for (header, delimiters) in lines.iter().zip(lines.iter().skip(1)) {
        if !begins_table(source, header, delimiters) {
            continue;
        }
        let head = source.get(header.text.clone()).unwrap_or_default();
        if header.is_first || !head.contains('|') {
            splice.replace(header.text.end..delimiters.text.start, " ");
        } else {
            let prefix = source
                .get(header.start..header.text.start)
                .unwrap_or_default();
            let before = source.get(..header.start).unwrap_or_default();
            let eol = if before.ends_with("\r\n") {
                "\r\n"
            } else {
                "\n"
            };
            splice.insert(header.start, format!("{}{eol}", prefix.trim_end()));
        }
    }
}

/// The same for the bars around the last line of an underlined heading, whose line may be a row of delimiters.
fn hide_outer_bars(source: &str, heading: &Range<usize>, splice: &mut Splice) {
    let text = source.get(heading.clone()).unwrap_or_default().trim_end();
    let Some((above, underline)) = text.rsplit_once('\n') else {
        return;
    };
    let last = above.rsplit('\n').next().unwrap_or_default();
    if !last.contains('|') || !is_delimiters(underline) {
        return;
    }
    let cells = last.trim_end();
    let end = heading.start + above.len() - (last.len() - cells.len());
    let cells = cells.trim_start_matches([' ', '\t', '>']);
    for (is_bar, at) in [
        (cells.starts_with('|'), end - cells.len()),
        (
            cells.ends_with('|') && cells.len() > 1,
            end.saturating_sub(1),
        ),
    ] {
        if is_bar {
            splice.replace(at..at + 1, "&#124;");
        }
    }
}

/// What a row of delimiters is made of.
const DELIMITERS: [u8; 5] = [b'|', b':', b'-', b' ', b'\t'];

fn begins_table(source: &str, header: &Line, delimiters: &Line) -> bool {
    let text = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default().trim();
    // Most lines are told by their first character.
    let first = source.as_bytes().get(delimiters.text.start);
    if delimiters.is_first || !first.is_some_and(|byte| DELIMITERS.contains(byte)) {
        return false;
    }
    let is_next = source
        .get(header.text.end..delimiters.start)
        .is_some_and(|between| between.trim().is_empty());
    let row = text(&delimiters.text);
    is_next
        && !header.is_lazy
        && !delimiters.is_lazy
        && row.contains(['|', ':'])
        && row.contains('-')
        && row.bytes().all(|byte| DELIMITERS.contains(&byte))
        && columns(row) == columns(text(&header.text))
}

/// The number of cells in a row.
fn columns(row: &str) -> usize {
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut columns = 1;
    let mut is_escaped = false;
    let mut ends_cell = false;
    for byte in row.bytes() {
        ends_cell = byte == b'|' && !is_escaped;
        columns += usize::from(ends_cell);
        is_escaped = byte == b'\\' && !is_escaped;
    }
    columns - usize::from(ends_cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    #[test]
    fn a_table_in_a_paragraph_gets_its_empty_line() {
        for (before, after) in [
            ("a\nb\nc|d\n-\n", "a\nb\nc|d\n-\n"),
            ("a\nb\n-|-\n", "a\nb\n-|-\n"),
            ("> a\nb|c\n-|-\n", "> a\nb|c\n-|-\n"),
            ("<div>|\n-|-\n", "<div>&#124;\n-|-\n"),
            ("<b>`|\n-|\n`\n", "<b>&#96;|\n-|\n&#96;\n"),
            ("a\n|b\n--\n", "a\n&#124;b\n--\n"),
            ("> a|\n> -\n", "> a&#124;\n> -\n"),
            ("~~~\\|a\n--\n~~~\n", "~~~&#124;a\n--\n~~~\n"),
            ("~~~|a\n-|-\n~~~\n", "~~~&#124;a\n-|-\n~~~\n"),
            ("```\na|b\n-|-\n```\n", "```\na|b\n-|-\n```\n"),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                settle(&Document::parse(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }
}
