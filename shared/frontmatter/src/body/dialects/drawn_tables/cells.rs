//! What stands in a table, and how it is set with bars.

/// The cells of a table, and the lines that it takes.
pub(super) struct Table {
    /// `None`: the first row has no titles.
    pub(super) head: Option<Vec<String>>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) alignments: Vec<Alignment>,
    pub(super) lines: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    None,
    Left,
    Centre,
    Right,
}

impl Table {
    pub(super) fn write(&self, prefix: &str, written: &mut String) {
        let columns = self.alignments.len();
        let empty = Vec::new();
        row(
            written,
            prefix,
            self.head.as_ref().unwrap_or(&empty),
            columns,
        );
        written.extend([prefix, "|"]);
        for alignment in &self.alignments {
            written.push_str(match alignment {
                Alignment::None => " --- |",
                Alignment::Left => " :--- |",
                Alignment::Centre => " :---: |",
                Alignment::Right => " ---: |",
            });
        }
        written.push('\n');
        for cells in &self.rows {
            row(written, prefix, cells, columns);
        }
        written.truncate(written.trim_end_matches('\n').len());
    }
}

fn row(written: &mut String, prefix: &str, cells: &[String], columns: usize) {
    written.extend([prefix, "|"]);
    for column in 0..columns {
        let cell = cells.get(column).map(String::as_str).unwrap_or_default();
        written.push(' ');
        let mut before = None;
        for character in cell.chars() {
            if character == '|' && before != Some('\\') {
                written.push('\\');
            }
            written.push(character);
            before = Some(character);
        }
        written.push_str(if cell.is_empty() { "|" } else { " |" });
    }
    written.push('\n');
}

/// The lines of a cell as one: paragraphs apart, and items of a list as HTML has them.
pub(super) fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut cell = String::new();
    let mut in_list: Option<&str> = None;
    let mut ended = false;
    for line in lines {
        let line = line.trim();
        if line.is_empty() {
            ended = !cell.is_empty();
            continue;
        }
        if let Some((list, item)) = item(line) {
            match in_list {
                Some(open) if open == list => cell.push_str("</li><li>"),
                Some(open) => cell.extend(["</li></", open, "><", list, "><li>"]),
                None => cell.extend(["<", list, "><li>"]),
            }
            in_list = Some(list);
            cell.push_str(item);
        } else {
            let gap = match (ended, in_list) {
                (true, None) => "<br><br>",
                _ if cell.is_empty() || cell.ends_with("<li>") => "",
                _ => " ",
            };
            cell.extend([gap, line]);
        }
        ended = false;
    }
    if let Some(list) = in_list {
        cell.extend(["</li></", list, ">"]);
    }
    cell
}

/// The element and the text of an item of a list.
fn item(line: &str) -> Option<(&'static str, &str)> {
    if matches!(line, "-" | "*") {
        return Some(("ul", ""));
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (marker, text) = line.split_once(' ')?;
    let is_number =
        digits > 0 && digits < 4 && marker.len() == digits + 1 && marker.ends_with(['.', ')']);
    match marker {
        "-" | "*" => Some(("ul", text.trim_start())),
        _ if is_number => Some(("ol", text.trim_start())),
        _ => None,
    }
}
