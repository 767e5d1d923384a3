//! The bar of a wikilink in a table, which ends a cell for Markdown: `[[Home|h]]` becomes `[[Home\|h]]`.

use super::page::Page;
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::{Event, Tag};

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    for (event, range) in &page.document.events {
        if !matches!(event, Event::Start(Tag::Table)) {
            continue;
        }
        let table = source.get(range.clone()).unwrap_or_default();
        for (at, _) in table.match_indices("[[") {
            let start = range.start + at;
            let inside = table.get(at + 2..).unwrap_or_default();
            let end = inside.find(['[', ']', '\n', '`']).unwrap_or(inside.len());
            let ends = inside.get(end..).is_some_and(|rest| rest.starts_with("]]"));
            let name = inside.get(..end).unwrap_or_default();
            let Some((target, alias)) = name.split_once('|').filter(|_| ends) else {
                continue;
            };
            let is_text = |text: &str| !text.trim().is_empty() && !text.contains('|');
            if is_text(target) && is_text(alias) && !target.ends_with('\\') && page.prose.has(start)
            {
                splice.insert(start + 2 + target.len(), "\\");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn a_bar_of_a_link_ends_no_cell() {
        for (before, after) in [
            ("| E | [[Home|h]] |\n", "| E | [[Home\\|h]] |\n"),
            ("| [[a|b]] [[c|d]] | e |\n", "| [[a\\|b]] [[c\\|d]] | e |\n"),
            ("| ![[a.png|100]] | b |\n", "| ![[a.png\\|100]] | b |\n"),
        ] {
            let table = |row: &str| format!("| A | B |\n|---|---|\n{row}");
            assert_eq!(translated(&table(before)), table(after));
            assert_eq!(translated(&table(after)), table(after));
        }
    }

    #[test]
    fn other_bars_stay() {
        for source in [
            "| A | B |\n|---|---|\n| [[a | b]c |\n",
            "| A | B |\n|---|---|\n| [[a]] | [[b]] |\n",
            "[[a|b]]\n",
        ] {
            assert_eq!(translated(source), source);
        }
    }
}
