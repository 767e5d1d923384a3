//! Edits of one body: sorted, made disjoint, applied once, and offsets carried across them.

use std::cmp::Reverse;
use std::ops::Range;

use super::places::{begins_line, is_marker};

/// A change to the source: the bytes of `range` become `replacement`.
///
/// The edits of one body never overlap; a deletion has an empty replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) replacement: String,
}

/// Edits as the rules find them, in any order.
#[derive(Debug, Default)]
pub(crate) struct Splice {
    edits: Vec<Edit>,
}

impl Splice {
    pub(crate) fn replace(&mut self, range: Range<usize>, replacement: impl Into<String>) {
        self.edits.push(Edit {
            range,
            replacement: replacement.into(),
        });
    }

    pub(crate) fn delete(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.replace(range, "");
        }
    }

    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    pub(crate) fn len(&self) -> usize {
        self.edits.len()
    }

    /// Sorted and disjoint. Of two edits that overlap, the one that starts first stands, and of
    /// those the longer; what the other wanted is found again when the result is read again.
    pub(crate) fn into_edits(mut self, source: &str) -> Vec<Edit> {
        self.edits.retain(|edit| {
            source
                .get(edit.range.clone())
                .is_some_and(|old| old != edit.replacement)
        });
        self.edits.sort_by_key(|edit| {
            (
                edit.range.start,
                !edit.range.is_empty(),
                Reverse(edit.range.end),
            )
        });
        let mut end = 0;
        self.edits.retain(|edit| {
            let stands = edit.range.start >= end;
            if stands {
                end = edit.range.end;
            }
            stands
        });
        keep_fences_shut(source, &mut self.edits);
        self.edits
    }
}

/// Where a deletion would bring a run of `~` or backticks to the beginning of its line, a backslash
/// goes in its place: text would become a fence, and all that follows code.
fn keep_fences_shut(source: &str, edits: &mut [Edit]) {
    // Up to here nothing but markers of containers is left of the line.
    let mut cleared: Option<usize> = None;
    for edit in edits {
        let between = cleared.and_then(|end| source.get(end..edit.range.start));
        let is_first = between.is_some_and(|between| begins_line(between, between.len()))
            || begins_line(source, edit.range.start);
        cleared = (is_first && edit.replacement.is_empty()).then_some(edit.range.end);
        let ends_line = edit.range.end == 0
            || source
                .get(..edit.range.end)
                .is_none_or(|before| before.ends_with(['\n', '\r']));
        // Where only indentation and markers went, a fence was one before.
        let old = source.get(edit.range.clone()).unwrap_or_default();
        if cleared.is_none()
            || ends_line
            || old.bytes().all(|byte| is_marker(byte) || byte == b'\n')
        {
            continue;
        }
        let rest = source.get(edit.range.end..).unwrap_or_default();
        let line = rest.trim_start_matches(' ');
        let indentation = rest.len() - line.len();
        if indentation < 4 && opens_fence(line) {
            edit.range.end += indentation;
            edit.replacement.push('\\');
        }
    }
}

/// Three `~`, or three backticks with no further one behind them in the line.
fn opens_fence(text: &str) -> bool {
    // The line is looked at only where it matters: it may be long, and begin with many deletions.
    text.starts_with("~~~")
        || (text.starts_with("```") && {
            let line = text.lines().next().unwrap_or_default();
            !line.trim_start_matches('`').contains('`')
        })
}

/// The source with sorted, disjoint edits applied.
pub(crate) fn apply(source: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(source.len());
    let mut position = 0;
    for edit in edits {
        debug_assert!(position <= edit.range.start, "edits overlap: {edit:?}");
        result.push_str(source.get(position..edit.range.start).unwrap_or_default());
        result.push_str(&edit.replacement);
        position = edit.range.end;
    }
    result.push_str(source.get(position..).unwrap_or_default());
    result
}

/// How offsets move when edits are applied.
#[derive(Debug, Default)]
pub(crate) struct Shift {
    /// Old and new range of each edit, in order.
    moved: Vec<(Range<usize>, Range<usize>)>,
}

impl Shift {
    pub(crate) fn of(edits: &[Edit]) -> Self {
        let (mut old_end, mut new_end) = (0, 0);
        let moved = edits
            .iter()
            .map(|edit| {
                let start = new_end + edit.range.start.saturating_sub(old_end);
                old_end = edit.range.end;
                new_end = start + edit.replacement.len();
                (edit.range.clone(), start..new_end)
            })
            .collect();
        Self { moved }
    }

    /// Where an offset of the source stands in the result; inside a changed range, at its start.
    pub(crate) fn forward(&self, offset: usize) -> usize {
        let after = self.moved.partition_point(|(old, _)| old.start <= offset);
        match after.checked_sub(1).and_then(|index| self.moved.get(index)) {
            None => offset,
            Some((old, new)) if offset < old.end => new.start,
            Some((old, new)) => new.end + (offset - old.end),
        }
    }

    /// Where an offset of the result stood in the source; inside a changed range, at its start.
    pub(crate) fn back(&self, offset: usize) -> usize {
        let after = self.moved.partition_point(|(_, new)| new.start <= offset);
        match after.checked_sub(1).and_then(|index| self.moved.get(index)) {
            None => offset,
            Some((old, new)) if offset < new.end => old.start,
            Some((old, new)) => old.end + (offset - new.end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(source: &str, list: &[(Range<usize>, &str)]) -> Vec<Edit> {
        let mut splice = Splice::default();
        for (range, replacement) in list {
            splice.replace(range.clone(), *replacement);
        }
        splice.into_edits(source)
    }

    #[test]
    fn the_first_and_longer_of_two_overlapping_edits_stands() {
        let source = "abcdef";
        let edits = edits(source, &[(1..3, "x"), (0..4, ""), (3..5, "y"), (5..5, "!")]);
        assert_eq!(apply(source, &edits), "e!f");
    }

    #[test]
    fn an_edit_that_changes_nothing_is_none() {
        assert!(edits("abc", &[(0..1, "a"), (3..3, "")]).is_empty());
    }

    #[test]
    fn offsets_move_with_the_text_and_back() {
        let shift = Shift::of(&edits("abcdef", &[(1..3, "XYZ"), (4..4, "__")]));
        assert_eq!([0, 1, 3, 4, 5].map(|at| shift.forward(at)), [0, 1, 4, 7, 8]);
        assert_eq!([0, 1, 4, 7, 8].map(|at| shift.back(at)), [0, 1, 3, 4, 5]);
    }
}
