//! Cells of a CSV file that a spreadsheet shows as they are, whatever a member is called.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Before a formula it makes text of it, as spreadsheets write it themselves.
const TEXT: char = '\'';

/// A value as it is written: what would be a formula begins with `'`.
pub fn written(value: &str) -> String {
    if is_formula(value) {
        format!("{TEXT}{value}")
    } else {
        value.to_owned()
    }
}

/// The value that [`written`] wrote.
pub fn read(cell: &str) -> &str {
    cell.strip_prefix(TEXT)
        .filter(|value| is_formula(value))
        .unwrap_or(cell)
}

/// Whether it is a formula, or one that was written already: so that reading takes back one `'` and
/// no more.
fn is_formula(value: &str) -> bool {
    value.trim_start_matches(TEXT).starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_each_is_read_as_it_was() {
        for (value, cell) in [
            ("Jo Doe", "Jo Doe"),
            ("=HYPERLINK(\"https://x\")", "'=HYPERLINK(\"https://x\")"),
            ("+1", "'+1"),
            ("-jo@club.example", "'-jo@club.example"),
            ("@jo", "'@jo"),
            ("\tx", "'\tx"),
            ("'=x", "''=x"),
            ("'Jo", "'Jo"),
            ("", ""),
        ] {
            assert_eq!(written(value), cell);
            assert_eq!(read(cell), value);
        }
    }
}
