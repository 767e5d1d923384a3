//! Where a reader with mathematics and one without disagree about a `$` (2.9.12).
//!
//! Which of them renders the body isn't known here, so both must see the same code, links and
//! HTML. Where they don't, a backslash before the `$` settles it: `\$` shows as `$` for both.

use std::ops::Range;

use pulldown_cmark::LinkType;

use crate::markdown::edits::Splice;
use crate::markdown::money::is_money;
use crate::markdown::{Document, Event, Tag};

/// Adds the edits after which both readings agree: at the formulas in dispute, or `thoroughly`, at
/// every `$` of the text.
pub(crate) fn settle(
    with_math: &Document<'_>,
    without_math: &Document<'_>,
    thoroughly: bool,
    splice: &mut Splice,
) {
    let formulas = formulas(with_math);
    if formulas.is_empty() {
        return;
    }
    let before = splice.len();
    let mut is_unsettled = false;
    // One may reach over several links.
    let mut unmade = None;
    let literal: Vec<&Range<usize>> = without_math
        .events
        .iter()
        .filter(|(event, _)| matches!(event, Event::Code(_) | Event::InlineHtml(_)))
        .map(|(_, range)| range)
        .collect();
    for (event, range) in &without_math.events {
        let is_concerned = matches!(
            event,
            Event::Code(_)
                | Event::InlineHtml(_)
                | Event::Start(Tag::Link { .. } | Tag::Image { .. })
        );
        if !is_concerned {
            continue;
        }
        let first = formulas.partition_point(|formula| formula.end <= range.start);
        let overlapping = formulas
            .iter()
            .skip(first)
            .take_while(|formula| formula.start < range.end);
        for formula in overlapping {
            let is_around = formula.start <= range.start && range.end <= formula.end;
            if range.start <= formula.start && formula.end <= range.end {
                // A formula in a link's text.
            } else if is_around && !is_money(with_math.source, formula) {
                split(without_math.source, event, range, splice);
            } else if !is_around && thoroughly && unmake_all(without_math, splice) {
                return;
            } else if is_inside(&literal, formula.start) {
                // A backslash there would stay. An earlier formula has taken the code's beginning; when that is none any
                // more, nor is this.
                is_unsettled = true;
            } else if unmade != Some(formula.start) {
                unmade = Some(formula.start);
                unmake(with_math.source, formula, splice);
            }
        }
    }
    if is_unsettled && splice.len() == before {
        unmake_all(without_math, splice);
    }
}

/// Whether a place is inside one of the ranges, which are in order.
fn is_inside(ranges: &[&Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.start < at)
}

/// The formulas of a document, in order.
pub(crate) fn formulas(document: &Document<'_>) -> Vec<Range<usize>> {
    if !document.has("$") {
        return Vec::new();
    }
    document
        .events
        .iter()
        .filter(|(event, _)| matches!(event, Event::InlineMath(_) | Event::DisplayMath(_)))
        .map(|(_, range)| range.clone())
        .collect()
}

/// A space inside the formula, which TeX doesn't see, and after which nothing is a tag or link.
fn split(source: &str, event: &Event<'_>, range: &Range<usize>, splice: &mut Splice) {
    match event {
        Event::InlineHtml(_)
        | Event::Start(Tag::Link {
            link_type: LinkType::Autolink | LinkType::Email,
            ..
        }) => {
            splice.insert(range.start + 1, " ");
        }
        Event::Start(
            Tag::Link {
                link_type: LinkType::Inline,
                ..
            }
            | Tag::Image {
                link_type: LinkType::Inline,
                ..
            },
        ) => {
            let text = source.get(range.clone()).unwrap_or_default();
            for (at, _) in text.match_indices("](") {
                splice.insert(range.start + at + 1, " ");
            }
        }
        _ => {}
    }
}

fn unmake(source: &str, formula: &Range<usize>, splice: &mut Splice) {
    let text = source.get(formula.clone()).unwrap_or_default();
    for (at, _) in text
        .char_indices()
        .take_while(|(_, character)| *character == '$')
    {
        splice.insert(formula.start + at, "\\");
    }
}

/// Whether there was any `$` left in the text. None in HTML's `<pre>` and `<code>` is looked for.
fn unmake_all(without_math: &Document<'_>, splice: &mut Splice) -> bool {
    let before = splice.len();
    for run in without_math.runs() {
        let text = without_math
            .source
            .get(run.range.clone())
            .unwrap_or_default();
        for (at, _) in
            crate::markdown::places::unescaped(text).filter(|(_, character)| *character == '$')
        {
            splice.insert(run.range.start + at, "\\");
        }
    }
    splice.len() > before
}
