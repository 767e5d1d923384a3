//! A body without what its author hides (2.9.3), before anything else looks at it: neither the page nor the report may know.

mod comments;
pub(crate) mod definitions;
pub(crate) mod hidden_html;
pub(crate) mod hidden_lists;

use std::borrow::Cow;

use crate::diagnostics::Warnings;
use crate::markdown::edits::{Shift, Splice, apply};
use crate::markdown::html::steps::whole_line;
use crate::markdown::lines::without_lone_returns;
use crate::markdown::{Bodies, Document, Edit};
use crate::marks::WORD_JOINER;
use crate::report::Warning;

pub(crate) use comments::{Comment, beginnings, is_myst, verbatim};

/// Bytes that are read for one body, as a multiple of its length and at least: each comment that takes a block's end
/// with it costs a reading.
const MAX_READINGS: usize = 6;
const READ_AT_LEAST: usize = 1024 * 1024;

/// A body without what was hidden in it.
#[derive(Debug)]
pub(crate) struct Hidden {
    pub(crate) body: String,
    pub(crate) warnings: Vec<Warning>,
    /// Whether a comment had lines of its own, as only Obsidian's have.
    pub(crate) is_obsidian: bool,
    shifts: Vec<Shift>,
    source: String,
}

/// Takes out what is hidden, and reads what is left; `None` where nothing is.
pub(crate) fn hide<'a>(
    document: &Document<'a>,
    bodies: &'a Bodies,
) -> Option<(Hidden, Document<'a>)> {
    if let Some(source) = without_lone_returns(document.source) {
        return hide_in(&Document::parse(bodies.keep(source)), bodies, found);
    }
    hide_in(document, bodies, found)
}

/// Takes the comments and the hidden elements out of a value of the frontmatter; `None` where it has none.
pub(crate) fn hide_in_value(value: &str) -> Option<Hidden> {
    let has_sign = value
        .bytes()
        .any(|byte| matches!(byte, b'%' | b'<' | b'{' | b']' | b':'));
    let may_have = || {
        ["%%", "<", "{", "]:", ":::"]
            .iter()
            .any(|mark| value.contains(mark))
    };
    if !has_sign || comments::is_format(value) || !may_have() {
        return None;
    }
    // Blanks before it would make code of it.
    hide_in_text(value.trim_start(), found_in_value)
}

/// Takes the comments out of a block that the page shows as code; `None` where it has none.
pub(crate) fn hide_in_block(block: &str) -> Option<Hidden> {
    hide_in_text(block, |document, _| {
        let html = || hidden_html::comments_in_text(document.source);
        let mut found = comments::find_anywhere(document);
        if found.is_empty() {
            found = html();
        }
        if found.is_empty() {
            found = comments::find_lines(document);
        }
        found
    })
}

/// A text of ours that a reader takes for the author's in the next conversion: what looks like a comment in it is none, and
/// gets an invisible character that breaks it.
pub(crate) fn without_signs(text: Cow<'_, str>) -> Cow<'_, str> {
    if hide_in_value(&text).is_none() {
        return text;
    }
    let mut broken = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for c in text.chars() {
        let is_sign = matches!(before, '%' | '<' | '{' | '[') && c != ' ' && c != WORD_JOINER;
        if is_sign && (c.is_ascii_punctuation() || matches!(before, '[' | '<')) {
            broken.push(WORD_JOINER);
        }
        broken.push(c);
        before = c;
    }
    broken.into()
}

/// What one reading finds; `true`: readings have cost too much so far.
type Find = fn(&Document<'_>, bool) -> Vec<Comment>;

fn hide_in_text(text: &str, find: Find) -> Option<Hidden> {
    let bodies = Bodies::default();
    hide_in(&Document::parse(text), &bodies, find).map(|(hidden, _)| hidden)
}

fn hide_in<'a>(
    document: &Document<'a>,
    bodies: &'a Bodies,
    find: Find,
) -> Option<(Hidden, Document<'a>)> {
    let mut found = find(document, false);
    if found.is_empty() {
        return None;
    }
    let mut hidden = Hidden::of(document.source);
    let mut warnings = Warnings::default();
    let budget = (document.source.len() * MAX_READINGS).max(READ_AT_LEAST);
    let mut read = 0;
    let mut left: Option<Document<'a>> = None;
    while let Some(edits) = hidden.take_out(&found, &mut warnings) {
        let is_last = read > budget * 2;
        read += hidden.body.len();
        let body = bodies.keep(hidden.body.clone());
        let document = left.as_ref().unwrap_or(document).edited(body, &edits);
        found = if is_last {
            Vec::new()
        } else {
            find(&document, read > budget)
        };
        left = Some(document);
    }
    hidden.report(warnings).zip(left)
}

fn found(document: &Document<'_>, is_over_budget: bool) -> Vec<Comment> {
    let mut found = Vec::new();
    if document.too_complex || is_over_budget {
        found = comments::find_anywhere(document);
    }
    if found.is_empty() {
        found = find(document);
    }
    if found.is_empty() {
        found = definitions::unused(document);
    }
    found
}

fn found_in_value(document: &Document<'_>, is_over_budget: bool) -> Vec<Comment> {
    let mut found = Vec::new();
    if document.too_complex || is_over_budget {
        found = comments::find_anywhere(document);
    }
    for find in [
        comments::find_in_value,
        hidden_html::closed,
        hidden_lists::in_value,
        hidden_html::comments,
        comments::find_lines,
    ] {
        if found.is_empty() {
            found = find(document);
        }
    }
    found
}

/// The comments and hidden elements of a document, as far as one reading tells: nothing, where there are none.
pub(crate) fn find(document: &Document<'_>) -> Vec<Comment> {
    if document.hides_nothing.get() {
        return Vec::new();
    }
    let mut found = comments::find(document);
    if found.is_empty() {
        found = hidden_html::find(document);
    }
    document.hides_nothing.set(found.is_empty());
    found
}

/// Takes out of a document what `found` holds.
pub(crate) fn splice(source: &str, found: &[Comment], warnings: &mut Warnings) -> Vec<Edit> {
    let mut splice = Splice::default();
    for comment in found {
        comment.warn(warnings);
        splice.delete(whole_line(source, &comment.range));
    }
    splice.into_edits(source)
}

impl Hidden {
    /// A body of which nothing is taken out yet.
    pub(crate) fn of(source: &str) -> Self {
        Self {
            body: source.to_owned(),
            warnings: Vec::new(),
            is_obsidian: false,
            shifts: Vec::new(),
            source: source.to_owned(),
        }
    }

    /// Changes the body, and remembers where everything stood.
    pub(crate) fn apply(&mut self, edits: &[Edit]) {
        self.body = apply(&self.body, edits);
        self.shifts.push(Shift::of(edits));
    }

    /// The body with what its author is told; `None` where nothing changed.
    pub(crate) fn report(mut self, warnings: Warnings) -> Option<Self> {
        self.warnings = warnings.report(&self.source);
        (!self.shifts.is_empty()).then_some(self)
    }

    /// The edits that take out what was found, where there was anything.
    fn take_out(&mut self, found: &[Comment], warnings: &mut Warnings) -> Option<Vec<Edit>> {
        self.is_obsidian |= found
            .iter()
            .any(|comment| comments::is_block(&self.body, comment));
        let mut told = Warnings::default();
        let edits = splice(&self.body, found, &mut told);
        if edits.is_empty() {
            return None;
        }
        warnings.extend(told, |at| self.back(at));
        self.apply(&edits);
        Some(edits)
    }

    /// Where an offset of the body stood in the author's.
    pub(crate) fn back(&self, at: usize) -> usize {
        self.shifts
            .iter()
            .rev()
            .fold(at, |at, shift| shift.back(at))
    }

    /// Brings warnings about the body, or what it ends with, to where that stood, and adds what was told of the changes.
    pub(crate) fn bring_back(&self, end: &str, warnings: &mut Vec<Warning>) {
        let places = self.places(end);
        for warning in &mut *warnings {
            (warning.line, warning.column) = places(warning.line, warning.column);
        }
        let told = self.warnings.iter();
        let new = told.filter(|told| !warnings.contains(told)).cloned();
        let new: Vec<Warning> = new.collect();
        warnings.extend(new);
    }

    /// Where a line and a column of the body, or of what it ends with, stood in the author's.
    pub(crate) fn places(&self, end: &str) -> impl Fn(usize, usize) -> (usize, usize) {
        let before = self.body.len() - end.len();
        let (body, source) = (line_starts(end), line_starts(&self.source));
        let last = self.source.trim_end_matches(['\n', '\r']).len();
        move |line, column| {
            let start = body
                .get(line.saturating_sub(1))
                .copied()
                .unwrap_or(end.len());
            let line = end.get(start..).unwrap_or_default();
            let column = line
                .char_indices()
                .nth(column.saturating_sub(1))
                .map_or(line.len(), |(at, _)| at);
            // What was put at the end of the text stands in no line behind its last.
            let at = self.back(before + start + column).min(last);
            let line = source.partition_point(|start| *start <= at);
            let start = line
                .checked_sub(1)
                .and_then(|index| source.get(index))
                .copied()
                .unwrap_or_default();
            let before = self.source.get(start..at).unwrap_or_default();
            (line, before.chars().count() + 1)
        }
    }
}

/// Where each line begins.
fn line_starts(text: &str) -> Vec<usize> {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    std::iter::once(0).chain(breaks).collect()
}
