//! `$` pairs that only remark-math and Sätteri take for formulas (2.9.12).
//!
//! Our parser wants no space inside the marks of a formula, as GitHub does. Those pair every `$`
//! with the next run of as many, as backticks pair, and swallow what is between.

use std::collections::BTreeMap;
use std::ops::Range;

use super::math;
use crate::markdown::edits::Splice;
use crate::markdown::places::is_escaped;
use crate::markdown::{Document, Event, Tag};

/// Escapes the `$` that would open a formula with a tag in it, or with half of some code or link.
pub(crate) fn settle(with_math: &Document<'_>, plain: &Document<'_>, splice: &mut Splice) {
    let source = plain.source;
    if memchr::memchr_iter(b'$', source.as_bytes())
        .nth(1)
        .is_none()
    {
        return;
    }
    let formulas = math::formulas(with_math);
    let atoms = atoms(plain);
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for line in plain.lines() {
        match blocks.last_mut() {
            Some(block) if !line.is_first => block.end = line.text.end,
            last => {
                // A cell's line goes on in the next one.
                if let Some(block) = last {
                    block.end = block.end.min(line.text.start);
                }
                blocks.push(line.text.clone());
            }
        }
    }
    for block in blocks {
        settle_block(source, block, &formulas, &atoms, splice);
    }
}

/// What is one whole in a line of text, in order; and whether it is a tag.
fn atoms(plain: &Document<'_>) -> Vec<(Range<usize>, bool)> {
    let mut atoms: Vec<(Range<usize>, bool)> = Vec::new();
    for (event, range) in &plain.events {
        let is_tag = matches!(event, Event::InlineHtml(_));
        let is_atom = is_tag
            || matches!(
                event,
                Event::Code(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. })
            );
        if is_atom {
            atoms.push((range.clone(), is_tag));
        }
    }
    atoms
}

fn settle_block(
    source: &str,
    block: Range<usize>,
    formulas: &[Range<usize>],
    atoms: &[(Range<usize>, bool)],
    splice: &mut Splice,
) {
    let start = block.start;
    let runs = runs(source, block);
    if runs.len() < 2 {
        return;
    }
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for run in &runs {
        by_length.entry(run.len()).or_default().push(run.start);
    }
    let mut position = 0;
    let mut next_atom = atoms.partition_point(|(atom, _)| atom.start < start);
    for run in &runs {
        // Code and tags that begin first are read first.
        while let Some((atom, _)) = atoms
            .get(next_atom)
            .filter(|(atom, _)| atom.start < run.start)
        {
            let is_link = source
                .get(atom.clone())
                .is_some_and(|text| text.starts_with(['[', '!']));
            if !is_link && atom.start >= position {
                position = position.max(atom.end);
            }
            next_atom += 1;
        }
        if run.start < position || is_escaped(source, run.start) {
            continue;
        }
        let starts = by_length.get(&run.len()).map_or(&[][..], Vec::as_slice);
        let next = starts.partition_point(|start| *start <= run.start);
        let Some(closer) = starts.get(next) else {
            continue;
        };
        let formula = run.start..closer + run.len();
        if formulas
            .binary_search_by_key(&formula.start, |known| known.start)
            .is_ok()
            || !is_disputed(&formula, atoms)
        {
            position = formula.end;
        } else {
            splice.replace(run.clone(), "\\$".repeat(run.len()));
        }
    }
}

/// Whether a tag, or a part of anything else, stands in the formula.
fn is_disputed(formula: &Range<usize>, atoms: &[(Range<usize>, bool)]) -> bool {
    let first = atoms.partition_point(|(atom, _)| atom.start < formula.start);
    atoms
        .iter()
        .skip(first)
        .take_while(|(atom, _)| atom.start < formula.end)
        .any(|(atom, is_tag)| *is_tag || atom.end > formula.end)
}

/// The runs of `$` in a block; a `$` that a backslash escapes ends before the run that follows.
fn runs(source: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let text = source.get(block.clone()).unwrap_or_default();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr_iter(b'$', text.as_bytes()) {
        let at = block.start + at;
        match runs.last_mut() {
            Some(run) if run.end == at && !(run.len() == 1 && is_escaped(source, run.start)) => {
                run.end = at + 1;
            }
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    fn settled(source: &str) -> String {
        let mut splice = Splice::default();
        settle(
            &Document::parse(source),
            &Document::parse_without_math(source),
            &mut splice,
        );
        apply(source, &splice.into_edits(source))
    }

    #[test]
    fn a_pair_with_half_of_something_is_none() {
        for (before, after) in [
            ("$ `a $ <b>`\n", "\\$ `a $ <b>`\n"),
            ("a <b>$</b> $\n", "a <b>\\$</b> $\n"),
            ("$ [a](b \"$\") c\n", "\\$ [a](b \"$\") c\n"),
            ("\\$$ <b>\n$ c</b>\n", "\\$\\$ <b>\n$ c</b>\n"),
        ] {
            assert_eq!(settled(before), after, "from {before:?}");
            assert_eq!(settled(after), after);
        }
    }

    #[test]
    fn prices_and_whole_formulas_stay() {
        for source in [
            "$5, `a`, [b](c) and $6\n",
            "`$ a` <b>$</b>\n",
            "| $ | <b>$</b> |\n|-|-|\n",
            "$a <b> c$\n",
            "$ x $ and `y`\n\n$ <b>z</b>\n",
        ] {
            assert_eq!(settled(source), source);
        }
    }
}
