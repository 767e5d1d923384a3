//! Marks of Astro and Vite that a body spells with references and escapes (2.1.2).

use std::ops::Range;

use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event};
use crate::marks::{MARKS, WORD_JOINER};

/// Breaks the marks that only the shown text has.
pub(crate) fn settle(document: &Document<'_>, splice: &mut Splice) {
    // What no reference and no escape is in was broken when the file was read.
    if !["&", "\\"].iter().any(|mark| document.has(mark)) {
        return;
    }
    let is_text = |event: &Event<'_>| matches!(event, Event::Text(_));
    let pieces = document
        .events
        .chunk_by(|(event, _), (next, _)| is_text(event) && is_text(next));
    // As a rule a text is one piece, and has no such mark.
    for pieces in pieces.filter(|pieces| pieces.len() > 1) {
        break_marks(document.source, pieces, splice);
    }
}

fn break_marks(source: &str, texts: &[(Event<'_>, Range<usize>)], splice: &mut Splice) {
    let mut shown = String::new();
    // Where each piece begins in what is shown and in the source.
    let mut pieces: Vec<(usize, usize)> = Vec::with_capacity(texts.len());
    for (event, range) in texts {
        if let Event::Text(text) = event {
            pieces.push((shown.len(), range.start));
            shown.push_str(text);
        }
    }
    for mark in MARKS {
        for (at, _) in shown.match_indices(mark) {
            // At least one piece begins inside the mark: it would have been broken as a whole.
            let last = pieces.partition_point(|(start, _)| *start < at + mark.len());
            let piece = last.checked_sub(1).and_then(|last| pieces.get(last));
            if let Some((_, place)) = piece.filter(|(start, _)| *start > at) {
                // Not between a backslash and what it escapes.
                let before = place.saturating_sub(1);
                let is_escaped = source.as_bytes().get(before) == Some(&b'\\');
                splice.insert(if is_escaped { before } else { *place }, WORD_JOINER);
            }
        }
    }
}
