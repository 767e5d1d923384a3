//! Grids: `+---+---+` between the rows, bars between the cells.

use super::cells::{Alignment, Table, joined};

/// Whether a line is a rule of a grid.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    line.len() > 4
        && line.starts_with('+')
        && line.ends_with('+')
        && line
            .bytes()
            .all(|byte| matches!(byte, b'+' | b'-' | b'=' | b':'))
        && line.contains("--")
}

/// The grid that the first of the lines opens; `None` where it can't be told what stands in a cell.
pub(super) fn read<'a>(mut lines: impl Iterator<Item = &'a str>) -> Option<Table> {
    let rule = lines.next()?.trim_end();
    let mut alignments: Vec<Alignment> = columns(rule).map(alignment).collect();
    let bars: Vec<usize> = rule
        .char_indices()
        .filter(|(_, c)| *c == '+')
        .map(|(at, _)| at)
        .collect();
    let mut table = Table {
        head: None,
        rows: Vec::new(),
        alignments: Vec::new(),
        lines: 1,
    };
    let mut cells: Vec<Vec<&str>> = Vec::new();
    let mut taken = 1;
    for line in lines {
        let line = line.trim_end();
        taken += 1;
        if line.starts_with('|') {
            cells.push(split(line, &bars)?);
            continue;
        }
        if !(line.starts_with('+') && (is_rule(line) || line.contains("=="))) {
            break;
        }
        if cells.is_empty() {
            return None;
        }
        let row = (0..alignments.len()).map(|column| {
            joined(
                cells
                    .iter()
                    .map(|line| line.get(column).copied().unwrap_or_default()),
            )
        });
        let row = row.collect();
        cells.clear();
        table.lines = taken;
        if line.contains('=') && table.head.is_none() && table.rows.is_empty() {
            table.head = Some(row);
            if line.contains(':') {
                alignments = columns(line).map(alignment).collect();
            }
        } else {
            table.rows.push(row);
        }
    }
    table.alignments = alignments;
    (cells.is_empty() && table.lines > 1).then_some(table)
}

fn columns(rule: &str) -> impl Iterator<Item = &str> {
    rule.trim_matches('+').split('+')
}

fn alignment(column: &str) -> Alignment {
    match (column.starts_with(':'), column.ends_with(':')) {
        (true, true) => Alignment::Centre,
        (true, false) => Alignment::Left,
        (false, true) => Alignment::Right,
        (false, false) => Alignment::None,
    }
}

/// The cells of a line: parted by its bars, where there are no more than the rule has corners, else where these stand.
fn split<'a>(line: &'a str, corners: &[usize]) -> Option<Vec<&'a str>> {
    let inside = line.strip_prefix('|')?;
    let inside = inside.strip_suffix('|').unwrap_or(inside);
    if inside.matches('|').count() + 2 <= corners.len() {
        return Some(inside.split('|').collect());
    }
    let places: Vec<usize> = line
        .char_indices()
        .map(|(at, _)| at)
        .chain([line.len()])
        .collect();
    let mut cells = Vec::new();
    for pair in corners.windows(2) {
        let [left, right] = pair else { continue };
        let (start, end) = (*places.get(*left)?, *places.get(*right)?);
        let cell = line.get(start..end)?.strip_prefix('|')?;
        line.get(end..)?.strip_prefix('|')?;
        cells.push(cell);
    }
    Some(cells)
}
