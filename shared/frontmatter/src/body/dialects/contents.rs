//! Marks in whose place other programs put a table of contents or a new page: `[TOC]`, `* TOC` above `{:toc}`, `\newpage`; and
//! what Excalidraw writes at the top for those who see the text of a drawing.

use std::ops::Range;

use memchr::memmem;

use super::callout::is_blank_line;
use super::page::{Page, around};
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::whole_line;

/// The marks in lower case, each alone on its line.
const MARKS: [&str; 14] = [
    "[toc]",
    "[[toc]]",
    "[[_toc_]]",
    "@[toc]",
    "${toc}",
    "{:toc}",
    "{{toc}}",
    "{{< toc >}}",
    "{% toc %}",
    "{{ toc }}",
    "\\newpage",
    "\\pagebreak",
    "\\clearpage",
    "\\cleardoublepage",
];
/// What one of all of these has.
pub(super) const WORDS: [&str; 7] = [
    "toc",
    "TOC",
    "Toc",
    "\\newpage",
    "\\pagebreak",
    "\\clear",
    "EXCALIDRAW",
];
/// How the line of Excalidraw begins, and what it says.
const OF_DRAWINGS: (&str, &str) = ("==⚠", "EXCALIDRAW VIEW");
/// What Kramdown reads below an item that it replaces.
const BELOW_ITEM: &str = "{:toc";

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    let may_be_mark = |line: Range<usize>| {
        let mark = source.get(line).unwrap_or_default().trim();
        // Most lines begin with a letter.
        mark.starts_with(['[', '{', '@', '$', '\\', '='])
            && (mark.starts_with(BELOW_ITEM) || is_mark(mark) || is_of_drawings(mark))
    };
    // Most documents have the words in their sentences alone.
    let has_mark =
        |word: &&str| page.document.has(word) && lines_with(source, word).any(may_be_mark);
    if !WORDS.iter().any(has_mark) {
        return;
    }
    let lines: Vec<Range<usize>> = page.prose.lines().collect();
    let text = |index: usize| {
        let line = lines.get(index).cloned().unwrap_or_default();
        source.get(line).unwrap_or_default()
    };
    for (index, line) in lines.iter().enumerate() {
        let mark = text(index).trim();
        if !may_be_mark(line.clone()) {
            continue;
        }
        let start = line.start + text(index).len() - text(index).trim_start().len();
        if !page.prose.has(start) {
            continue;
        }
        if is_of_drawings(mark) {
            splice.delete(whole_line(source, &(start..line.end)));
            continue;
        }
        let before = index.checked_sub(1).map(text).unwrap_or_default();
        if mark.starts_with(BELOW_ITEM) && mark.ends_with('}') && is_item(before) {
            let item = lines.get(index - 1).map_or(line.start, |item| item.start);
            splice.delete(whole_line(source, &(item..line.end)));
        } else if is_mark(mark)
            && is_blank_line(before)
            && is_blank_line(text(index + 1))
            && !is_link(page, start)
        {
            splice.delete(whole_line(source, &(start..line.end)));
        }
    }
}

/// The lines that have a word.
fn lines_with(source: &str, word: &str) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    memmem::find_iter(source.as_bytes(), word).filter_map(move |at| {
        let before = source.get(end..at)?;
        let start = before
            .rfind('\n')
            .map_or(end, |line_break| end + line_break + 1);
        let rest = source.get(at..)?;
        end = at + rest.find('\n').unwrap_or(rest.len());
        Some(start..end)
    })
}

fn is_mark(text: &str) -> bool {
    MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(text))
}

fn is_of_drawings(line: &str) -> bool {
    let (start, says) = OF_DRAWINGS;
    line.starts_with(start) && line.contains(says)
}

/// Whether a line is an item of words alone: Kramdown would replace code as well, but code is never taken away.
fn is_item(line: &str) -> bool {
    let words = line.strip_prefix(['*', '-', '+']).or_else(|| {
        line.trim_start_matches(|c: char| c.is_ascii_digit())
            .strip_prefix('.')
    });
    words.is_some_and(|words| words.starts_with([' ', '\t']) && !words.contains('`'))
}

/// Whether a definition makes a link of the mark.
fn is_link(page: &Page<'_, '_>, at: usize) -> bool {
    around(&page.links, at).is_some() || around(&page.links, at + 1).is_some()
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn marks_of_contents_go() {
        for (before, after) in [
            ("a\n\n[TOC]\n\nb\n", "a\n\n\nb\n"),
            ("[[_TOC_]]\n", ""),
            ("a\n\n\\newpage\n\nb\n", "a\n\n\nb\n"),
            ("a\n\n* TOC\n{:toc}\n\nb\n", "a\n\n\nb\n"),
            ("1. Contents\n{:toc .large}\n\nb\n", "\nb\n"),
            ("*TOC*\n{:toc}\n", "*TOC*\n"),
            ("--`v`* TOC\n{:toc}\n", "--`v`* TOC\n"),
            ("- `v`\n{:toc}\n", "- `v`\n"),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn words_of_contents_stay() {
        for body in [
            "a [TOC] b\n",
            "`[TOC]`\n",
            "```\n\n[TOC]\n\n```\n",
            "[toc]\n\n[toc]: https://e.org/toc\n",
            "* TOC\n* b\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
