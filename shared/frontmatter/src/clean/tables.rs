//! Tables that our parser reads otherwise than GFM does.

use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::escape;
use super::lines::{self, Line};
use super::splice::Splice;
use crate::document::{Document, Event};

/// Adds the edits after which every reader sees the same tables, and the same cells in them.
pub(super) fn settle(document: &Document<'_>, splice: &mut Splice) {
    part_from_paragraphs(document, splice);
    escape_excess(document, splice);
}

/// In GFM a table may begin in the middle of a paragraph, and ends what has begun there. Our
/// parser sees it there only if its first line begins with `|`; others get an empty line before.
/// One column without any `|` in its head is no table for our parser, and remains none.
fn part_from_paragraphs(document: &Document<'_>, splice: &mut Splice) {
    let source = document.source;
    // A line of delimiters has one of these.
    if !["|", ":-", "-:"].iter().any(|mark| document.has(mark)) {
        return;
    }
    let lines = lines::all(document);
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

/// Escapes what could act in the cells beyond a table's last column. GFM doesn't show them and our
/// parser doesn't read them, but they stay in the syntax trees whose images Astro collects.
fn escape_excess(document: &Document<'_>, splice: &mut Splice) {
    const ACTIVE: [&str; 3] = ["<", "[", "%%"];
    if !document.has("|") || !ACTIVE.iter().any(|mark| document.has(mark)) {
        return;
    }
    let mut cell_end = 0;
    for (event, range) in &document.events {
        match event {
            Event::End(TagEnd::TableCell) => cell_end = range.end,
            Event::End(TagEnd::TableRow) => {
                let rest = document.source.get(cell_end..range.end).unwrap_or_default();
                // As good as every row has nothing but a bar there.
                if rest != "|" && ACTIVE.iter().any(|mark| rest.contains(mark)) {
                    splice.replace(cell_end..range.end, escape::escape(rest));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::splice::apply;
    use super::*;

    #[test]
    fn a_table_in_a_paragraph_gets_its_empty_line() {
        for (before, after) in [
            ("a\nb|c\n-|-\nd\n", "a\n\nb|c\n-|-\nd\n"),
            ("> a\r\n> b|\r\n> |-|\r\n", "> a\r\n>\r\n> b|\r\n> |-|\r\n"),
            ("- a\n  b\\||c\n  :-|-:|\n", "- a\n\n  b\\||c\n  :-|-:|\n"),
            ("`a\nb` | <i>\n--|--\n", "`a\n\nb` | <i>\n--|--\n"),
            ("`<i>\n|-\n`\n", "`<i> |-\n`\n"),
            ("a\nb\n:-\n", "a\nb :-\n"),
            ("a\nb\nc|d\n-\n", "a\nb\nc|d\n-\n"),
            ("a\nb\n-|-\n", "a\nb\n-|-\n"),
            ("> a\nb|c\n-|-\n", "> a\nb|c\n-|-\n"),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                settle(&Document::parse(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }

    #[test]
    fn what_no_column_holds_can_not_act() {
        for (before, after) in [
            (
                "|a|\n|-|\n|b|<i>|![c](../d.png)\n|e|\n",
                "|a|\n|-|\n|b|&lt;i>|![c&#93;(../d.png)\n|e|\n",
            ),
            (
                "> |a|\n> |-|\n> |b|<!-- c -->[[d]]%%e%%|\n",
                "> |a|\n> |-|\n> |b|&#91;[d&#93;]|\n",
            ),
            ("|a|\n|-|\n|<i>b</i>|$c\n", "|a|\n|-|\n|<i>b</i>|$c\n"),
        ] {
            for (before, after) in [(before, after), (after, after)] {
                let mut splice = Splice::default();
                settle(&Document::parse(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }
}
