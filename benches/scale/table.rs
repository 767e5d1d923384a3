//! The table of costs in `docs/deploy.md`, which is what this gives.

use crate::bill::{Month, rows};

const DOCUMENT: &str = include_str!("../../docs/deploy.md");
/// How the table's head begins.
const HEAD: &str = "| | idle |";
const TOGETHER: &str = "**together**";

/// A column's head.
pub(crate) fn head(members: f64) -> String {
    match members {
        0.0 => "idle".to_owned(),
        20.0 => "20 members".to_owned(),
        // The document says that these are estimates.
        1_000_000.0 => format!("{}*", grouped(members)),
        members => grouped(members),
    }
}

/// Rows of a table: how each begins, and its cells.
pub(crate) fn table(months: &[Month]) -> Vec<(&'static str, Vec<String>)> {
    let columns: Vec<_> = months.iter().map(rows).collect();
    let Some(first) = columns.first() else {
        return Vec::new();
    };
    let mut table: Vec<(&str, Vec<String>)> = first
        .iter()
        .enumerate()
        .map(|(at, (name, _))| {
            (
                *name,
                columns.iter().map(|rows| dollars(rows[at].1)).collect(),
            )
        })
        .collect();
    let sums = columns.iter().map(|rows| {
        let sum: f64 = rows.iter().map(|(_, dollars)| dollars).sum();
        format!("**{}**", dollars(sum))
    });
    table.push((TOGETHER, sums.collect()));
    table
}

/// Where the document says something else than these months: a row that it lacks, or a cell.
pub(crate) fn differences(months: &[Month]) -> Vec<String> {
    let mut lines = DOCUMENT.lines().skip_while(|line| !line.starts_with(HEAD));
    let heads = cells(lines.next().unwrap_or_default());
    let written: Vec<Vec<&str>> = lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect();
    let mut differences = Vec::new();
    for (name, counted) in table(months) {
        let Some(row) = written.iter().find(|row| row[0].starts_with(name)) else {
            differences.push(format!("docs/deploy.md has no row {name:?}"));
            continue;
        };
        for (month, counted) in months.iter().zip(counted) {
            let head = head(month.members);
            let at = heads.iter().position(|it| *it == head);
            let said = at.and_then(|at| row.get(at)).copied();
            if said != Some(counted.as_str()) {
                let said = said.unwrap_or("nothing");
                differences.push(format!(
                    "{name}, {head}: docs/deploy.md says {said}, and {counted} is counted"
                ));
            }
        }
    }
    differences
}

fn cells(line: &str) -> Vec<&str> {
    let line = line.trim().trim_start_matches('|').trim_end_matches('|');
    line.split('|').map(str::trim).collect()
}

/// Dollars and cents; of thousands no cents.
pub(crate) fn dollars(amount: f64) -> String {
    if amount == 0.0 {
        "0".to_owned()
    } else if amount < 1000.0 {
        format!("{amount:.2}")
    } else {
        grouped(amount)
    }
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn amounts_are_written_as_the_document_writes_them() {
    assert_eq!(
        [0.0, 0.001, 2.954, 999.5, 1234.5, 1_234_567.0].map(dollars),
        ["0", "0.00", "2.95", "999.50", "1,234", "1,234,567"]
    );
}
