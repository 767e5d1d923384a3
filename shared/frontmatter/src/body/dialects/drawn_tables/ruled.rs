//! Tables whose columns lie below groups of hyphens: `------- --------`.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::cells::{Alignment, Table, joined};

/// Most lines of the titles of columns.
const MAX_TITLES: usize = 8;

/// The table whose columns the line at an index sets, and how many lines of it stand above.
pub(super) fn read<'a>(
    index: usize,
    text: impl Fn(usize) -> Option<&'a str>,
) -> Option<(usize, Table)> {
    let columns = columns(text(index)?)?;
    let is_blank = |index: usize| text(index).is_none_or(|line| line.trim().is_empty());
    let mut above = 0;
    while above < MAX_TITLES
        && index > above
        && !is_blank(index - above - 1)
        && !is_rule(text(index - above - 1)?)
    {
        above += 1;
    }
    let has_top = above > 0 && index > above && is_rule(text(index - above - 1)?);
    // Titles of several lines need a rule above them.
    if above > 1 && !has_top {
        return None;
    }
    let titles = (index - above..index).map(|at| cells(text(at)?, &columns));
    let titles: Vec<Vec<&str>> = titles.collect::<Option<_>>()?;
    let mut rows: Vec<Vec<Vec<&str>>> = vec![Vec::new()];
    let mut next = index + 1;
    let mut has_gaps = false;
    let closed = loop {
        let Some(line) = text(next) else { break false };
        next += 1;
        if line.trim().is_empty() {
            if above > 0 && !has_top {
                next -= 1;
                break false;
            }
            has_gaps = true;
            rows.push(Vec::new());
        } else if is_rule(line) || self::columns(line).is_some() {
            break true;
        } else {
            rows.last_mut()?.push(cells(line, &columns)?);
        }
    };
    rows.retain(|row| !row.is_empty());
    if rows.is_empty() || !closed && (above == 0 || has_top) {
        return None;
    }
    if !has_gaps {
        rows = rows.into_iter().flatten().map(|line| vec![line]).collect();
    }
    let join = |lines: &Vec<Vec<&str>>| -> Vec<String> {
        let cell = |column: usize| {
            joined(
                lines
                    .iter()
                    .map(|line| line.get(column).copied().unwrap_or_default()),
            )
        };
        (0..columns.len()).map(cell).collect()
    };
    let lines = next - (index - above) + usize::from(has_top);
    let title = (above == 1).then(|| text(index - 1)).flatten();
    let alignments = match title {
        Some(title) => columns
            .iter()
            .map(|column| alignment(title, column))
            .collect(),
        None => vec![Alignment::None; columns.len()],
    };
    let head = (above > 0).then(|| join(&titles));
    let rows = rows.iter().map(join).collect();
    Some((
        above + usize::from(has_top),
        Table {
            head,
            rows,
            alignments,
            lines,
        },
    ))
}

/// Whether a line is nothing but hyphens.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() > 3 && line.bytes().all(|byte| byte == b'-')
}

/// The places of several groups of hyphens, counted as they are seen.
fn columns(line: &str) -> Option<Vec<Range<usize>>> {
    let text = line.trim_end();
    if !text.bytes().all(|byte| matches!(byte, b'-' | b' ')) {
        return None;
    }
    let mut columns = Vec::new();
    let mut at = 0;
    for group in text.split(' ') {
        if !group.is_empty() {
            columns.push(at..at + group.len());
        }
        at += group.len() + 1;
    }
    let is_wide = columns.iter().all(|column: &Range<usize>| column.len() > 1);
    (columns.len() > 1 && is_wide).then_some(columns)
}

/// What a line has in each column; `None` where text stands between two of them.
fn cells<'a>(line: &'a str, columns: &[Range<usize>]) -> Option<Vec<&'a str>> {
    let mut cells = Vec::new();
    let mut rest = line.trim_end().char_indices().peekable();
    let mut seen = 0;
    for (index, column) in columns.iter().enumerate() {
        let end = columns.get(index + 1).map_or(usize::MAX, |_| column.end);
        while let Some((_, c)) = rest.next_if(|_| seen < column.start) {
            if c != ' ' {
                return None;
            }
            seen += 1;
        }
        let start = rest.peek().map_or(line.len(), |(at, _)| *at);
        while let Some((_, c)) = rest.next_if(|_| seen < end) {
            seen += width(c);
        }
        let stop = rest.peek().map_or(line.len(), |(at, _)| *at);
        cells.push(line.get(start..stop)?.trim());
    }
    Some(cells)
}

/// A title that begins and ends with its hyphens is in no line with them.
fn alignment(title: &str, column: &Range<usize>) -> Alignment {
    let mut at = 0;
    let mut seen: Option<Range<usize>> = None;
    for c in title.chars() {
        let next = at + width(c);
        if c != ' ' && at < column.end && next > column.start {
            seen = Some(seen.map_or(at, |seen| seen.start)..next);
        }
        at = next;
    }
    let Some(seen) = seen else {
        return Alignment::None;
    };
    match (seen.start == column.start, seen.end == column.end) {
        (true, true) => Alignment::None,
        (true, false) => Alignment::Left,
        (false, true) => Alignment::Right,
        (false, false) => Alignment::Centre,
    }
}

/// How many places a character takes where each has the same width.
fn width(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ if is_combining_mark(c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}') => 0,
        _ => 1,
    }
}
