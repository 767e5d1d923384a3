//! Tables as pandoc draws them, with rules of hyphens: set with bars, as GitHub has them.

mod cells;
mod grid;
mod ruled;

use std::ops::Range;

use super::callout::{is_blank_line, last_line};
use super::page::Page;
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    let lines: Vec<Range<usize>> = page.prose.lines().collect();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let text = source.get(line.clone()).unwrap_or_default();
        let mark = text.trim_start_matches([' ', '>']);
        let start = line.end - mark.len();
        let prefix = source.get(line.start..start).unwrap_or_default();
        index += 1;
        if !mark.starts_with(['+', '-']) || !page.prose.has(start) {
            continue;
        }
        let here = index - 1;
        let texts = |index: usize| source.get(lines.get(index)?.clone());
        let (first, table) = if mark.starts_with('+') {
            if !grid::is_rule(mark) {
                continue;
            }
            let below = (here..).map_while(texts);
            let below = below.map_while(|line| line.strip_prefix(prefix));
            (here, grid::read(below))
        } else {
            let Some((above, table)) = ruled::read(here, texts) else {
                continue;
            };
            (here - above, Some(table))
        };
        let Some(table) = table else {
            warnings.add(Code::ForeignSyntax, start, text);
            // Each rule of such a grid would have all of it below read once more.
            let rest = (index..).map_while(texts);
            let rest = rest.map_while(|line| line.strip_prefix(prefix));
            index += rest.take_while(|line| line.starts_with(['+', '|'])).count();
            continue;
        };
        index = first + table.lines;
        let Some(place) = lines.get(first).map(|first| first.start) else {
            continue;
        };
        let end = lines.get(index - 1).map_or(place, |last| last.end);
        let mut written = String::new();
        if !is_blank_line(last_line(source.get(..place))) {
            written.extend([prefix, "\n"]);
        }
        table.write(prefix, &mut written);
        let mut end = end;
        if let Some((used, caption)) = caption(index, texts) {
            index += used;
            end = lines.get(index - 1).map_or(end, |last| last.end);
            written.extend(["\n", prefix.trim_end(), "\n", prefix, caption]);
        }
        if lines
            .get(index)
            .is_some_and(|next| !is_blank_line(source.get(next.clone()).unwrap_or_default()))
        {
            written.push('\n');
        }
        splice.replace(place..end, written);
    }
}

/// `: What it shows` below a table, and how many lines that takes.
fn caption<'a>(index: usize, text: impl Fn(usize) -> Option<&'a str>) -> Option<(usize, &'a str)> {
    let blanks = usize::from(is_blank_line(text(index)?));
    let line = text(index + blanks)?.trim();
    let caption = line
        .strip_prefix("Table:")
        .or_else(|| line.strip_prefix(": "))?
        .trim();
    let caption = caption
        .rsplit_once(" {#")
        .map_or(caption, |(caption, _)| caption);
    let is_last = text(index + blanks + 1).is_none_or(is_blank_line);
    (is_last && !caption.is_empty()).then_some((blanks + 1, caption))
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn grids_have_bars() {
        for (before, after) in [
            (
                "a\n\n+-----+-----:+\n| A   | B    |\n| two |      |\n+=====+======+\n| 1   | - x  |\n|     |   y  |\n|     | - z  |\n+-----+------+\n| p   | c|d  |\n|     |      |\n| q   |      |\n+-----+------+\n\n: Times\n\nb\n",
                "a\n\n| A two | B |\n| --- | ---: |\n| 1 | <ul><li>x y</li><li>z</li></ul> |\n| p<br><br>q | c\\|d |\n\nTimes\n\nb\n",
            ),
            (
                "+---+---+\n| 1 | 2 |\n+---+---+\nb\n",
                "| | |\n| --- | --- |\n| 1 | 2 |\n\nb\n",
            ),
            (
                "- a\n\n  +---+---+\n  | 1 | 2 |\n  +===+===+\n  | 3 | 4 |\n  +---+---+\n",
                "- a\n\n  | 1 | 2 |\n  | --- | --- |\n  | 3 | 4 |\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn rules_part_columns() {
        for (before, after) in [
            (
                "  Thing     Number\n  ------- --------\n  Socks          3\n  Tent           1\n\n  : What to bring\n",
                "  | Thing | Number |\n  | :--- | ---: |\n  | Socks | 3 |\n  | Tent | 1 |\n\n  What to bring\n",
            ),
            (
                "a\n\n  ------ ---\n  Socks    3\n  Tent     1\n  ------ ---\n\nb\n",
                "a\n\n  | | |\n  | --- | --- |\n  | Socks | 3 |\n  | Tent | 1 |\n\nb\n",
            ),
            (
                "  ------------------\n  Thing to  Number\n  bring\n  --------- --------\n  Socks     3\n  of wool\n\n  Tent      1\n  ------------------\n\nb\n",
                "  | Thing to bring | Number |\n  | --- | --- |\n  | Socks of wool | 3 |\n  | Tent | 1 |\n\nb\n",
            ),
            (
                "  ---------- -----------\n  **Amt**    **Person**\n\n  Vorsitz    Anna\n  ---------- -----------\n",
                "  | | |\n  | --- | --- |\n  | **Amt** | **Person** |\n  | Vorsitz | Anna |\n",
            ),
            (
                "  名前     数\n  -------- ----\n  犬       3\n  ねこ     4\n",
                "  | 名前 | 数 |\n  | :--- | :--- |\n  | 犬 | 3 |\n  | ねこ | 4 |\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn rules_elsewhere_stay() {
        for body in [
            "a\n\n- - -\n\n--- ---\n\nb\n",
            "Title\n-----\n\na\n",
            "a b\n--- ---\nno column here\n",
            "```\n+---+---+\n| 1 | 2 |\n+---+---+\n```\n",
            "    A   B\n    --- ---\n    1   2\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "+1 and -1\n",
            "+---+---+\n| 1 | 2 |\n+---+---+\n| 3\n\nb\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
