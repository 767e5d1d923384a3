//! Obsidian's comments, `%%…%%`: where they begin and end (2.9.3).
//!
//! Obsidian's own readings differ: the editor pairs the marks wherever they stand, the reading view within a paragraph
//! or from a line of its own. What one of them hides is hidden here. Only text opens a comment, and whatever stands
//! between its marks goes, code too.

use std::cell::OnceCell;
use std::ops::Range;

use crate::diagnostics::{Code, Warnings};
use crate::markdown::Document;
use crate::markdown::places::begins_line;

mod foreign;
mod leaves;
mod signs;
mod texts;
pub(crate) mod verbatim;

use foreign::{Opener, end_of_text};
pub(crate) use foreign::{is_definition, is_myst};
use leaves::Leaves;
use signs::{MARK, Place, Sign, doubt, next_mark};
use texts::Texts;

/// A part of the source that its author hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) range: Range<usize>,
    told: Option<(Code, &'static str)>,
}

impl Comment {
    /// A part that is hidden; what the author is told of it, with the sign that is quoted: never what it hides.
    pub(crate) fn new(range: Range<usize>, told: Option<(Code, &'static str)>) -> Self {
        Self { range, told }
    }

    fn of_another_tool(opener: &Opener) -> Self {
        Self::new(opener.at..opener.end, Some(opener.told()))
    }

    pub(crate) fn warn(&self, warnings: &mut Warnings) {
        if let Some((code, sign)) = self.told {
            warnings.add(code, self.range.start, sign);
        }
    }
}

/// The comments of a document in order, up to the first behind which another reading is needed: it took the beginning
/// or the end of a block with it.
pub(crate) fn find(document: &Document<'_>) -> Vec<Comment> {
    find_among(document, foreign::openers(document))
}

/// The same of a value of the frontmatter, which may speak of other tools: theirs that nothing ends are text in it.
pub(crate) fn find_in_value(document: &Document<'_>) -> Vec<Comment> {
    let mut foreign = foreign::openers(document);
    foreign.retain(|opener| !opener.is_unclosed);
    find_among(document, foreign)
}

fn find_among(document: &Document<'_>, foreign: Vec<Opener>) -> Vec<Comment> {
    if foreign.is_empty() && !document.has(MARK) {
        return Vec::new();
    }
    let source = document.source;
    let leaves = Leaves::of(document);
    let texts = Texts::of(document);
    let marks = texts.marks(source, foreign);
    let verbatim = verbatim::all(document, |at| texts.is_prose(at));
    let verbatim: Vec<Range<usize>> = verbatim.into_iter().map(|part| part.range).collect();
    let lines = signs::Lines::of(source);
    let signs = signs::of(source, &marks, |at| leaves.index(at));
    let mut comments: Vec<Comment> = Vec::new();
    let mut position = 0;
    for (index, (mark, sign)) in marks.iter().zip(signs).enumerate() {
        if mark.at < position || sign == Sign::Yes {
            continue;
        }
        // Where its tag stands in a comment it is none, as far as this reading tells.
        if around(&verbatim, mark.at).is_some_and(|part| part.start >= position) {
            continue;
        }
        let shares_leaf = |at: usize| leaves.index(at) == leaves.index(mark.at);
        let within = |end: Option<usize>| match &mark.place {
            Place::Text | Place::Html => true,
            Place::Part(part) => end.is_some_and(|end| part.contains(&end)),
            Place::Math => marks
                .get(index + 1)
                .is_some_and(|next| shares_leaf(next.at)),
        };
        let (end, told) = if let Some(opener) = &mark.foreign {
            if !within(Some(opener.end - 1)) {
                continue;
            }
            (opener.end, Some(opener.told()))
        } else {
            let first = next_mark(source, mark.at + MARK.len());
            let Some(doubt) = doubt(source, mark.at, first) else {
                continue;
            };
            if !within(first) {
                continue;
            }
            let Some(first) = first else {
                comments.push(Comment::new(
                    mark.at..end_of_text(source, mark.at),
                    Some((Code::CommentUnclosed, MARK)),
                ));
                break;
            };
            let (end, is_late) = lines.end(mark.at, first);
            let (end, is_late) = if within(Some(end)) {
                (end, is_late)
            } else {
                (first, false)
            };
            let spreads = !shares_leaf(end) && !begins_line(source, mark.at);
            let doubt = doubt || sign == Sign::Doubtful;
            let told = (doubt || is_late || spreads).then_some((Code::CommentDoubtful, MARK));
            (end + MARK.len(), told)
        };
        position = end;
        comments.push(Comment::new(
            mark.at..with_blanks(source, mark.at, end),
            told,
        ));
        let last = end.saturating_sub(1);
        let inside = source.get(mark.at..end).unwrap_or_default();
        let is_settled = match mark.place {
            Place::Text => shares_leaf(last) || leaves.depth(mark.at) + leaves.depth(last) == 0,
            Place::Html => shares_leaf(last) && !inside.contains(['<', '>', '\n']),
            Place::Part(_) => true,
            Place::Math => false,
        };
        if !(is_settled && texts.place(last) == Some(&mark.place)) {
            break;
        }
    }
    comments
}

/// What tags of templates enclose that is code, in order.
pub(crate) fn code_in_tags(document: &Document<'_>) -> Vec<Range<usize>> {
    let texts = OnceCell::new();
    let is_prose = |at| texts.get_or_init(|| Texts::of(document)).is_prose(at);
    let parts = verbatim::all(document, is_prose).into_iter();
    let code = parts.filter(|part| part.is_code);
    code.map(|part| part.range).collect()
}

/// Whether a place stands in one of several ranges.
pub(crate) fn stands_in(ranges: &[Range<usize>], at: usize) -> bool {
    around(ranges, at).is_some()
}

fn around(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let next = ranges.get(ranges.partition_point(|range| range.end <= at))?;
    next.contains(&at).then_some(next)
}

/// Where a comment would begin in the text if nothing enclosed it, and whether that is HTML, which knows no backslash.
pub(crate) fn beginnings(document: &Document<'_>) -> Vec<(usize, bool)> {
    let foreign = foreign::openers(document);
    if foreign.is_empty() && !document.has(MARK) {
        return Vec::new();
    }
    let marks = Texts::of(document).marks(document.source, foreign);
    let in_text = marks.into_iter().filter_map(|mark| match mark.place {
        Place::Text => Some((mark.at, false)),
        Place::Html => Some((mark.at, true)),
        _ => None,
    });
    in_text.collect()
}

/// The comments of a document of which nothing else is known: code may go with them.
pub(crate) fn find_anywhere(document: &Document<'_>) -> Vec<Comment> {
    let source = document.source;
    let lines = signs::Lines::of(source);
    let mut foreign = foreign::openers(document).into_iter().peekable();
    let mut comments = Vec::new();
    let mut position = 0;
    let mut mark = next_mark(source, 0);
    loop {
        while foreign.next_if(|opener| opener.at < position).is_some() {}
        while let Some(at) = mark.filter(|at| *at < position) {
            mark = next_mark(source, at + MARK.len());
        }
        let is_foreign = foreign
            .peek()
            .is_some_and(|opener| mark.is_none_or(|mark| opener.at < mark));
        if is_foreign {
            let Some(opener) = foreign.next() else {
                break;
            };
            position = opener.end;
            comments.push(Comment::of_another_tool(&opener));
            continue;
        }
        let Some(at) = mark else {
            break;
        };
        let next = next_mark(source, at + MARK.len());
        mark = next;
        if doubt(source, at, next).is_none() {
            continue;
        }
        let (end, code) = match next {
            Some(end) => (lines.end(at, end).0 + MARK.len(), Code::CommentDoubtful),
            None => (end_of_text(source, at), Code::CommentUnclosed),
        };
        position = end;
        comments.push(Comment::new(at..end, Some((code, MARK))));
    }
    comments
}

/// The comments that only stand as such in a value, which has no definitions: lines of `[//]: # (…)`.
pub(crate) fn find_lines(document: &Document<'_>) -> Vec<Comment> {
    let openers = foreign::openers(document).into_iter();
    let lines = openers.filter(|opener| opener.foreign.is_line());
    lines
        .map(|opener| Comment::of_another_tool(&opener))
        .collect()
}

/// Whether a value is a format of dates or the like, whose signs are no marks.
pub(crate) fn is_format(value: &str) -> bool {
    value.contains(MARK) && signs::is_all_format(value)
}

/// Whether a `%%` that has its line for itself opens a comment, which nobody but Obsidian writes.
pub(crate) fn is_block(source: &str, comment: &Comment) -> bool {
    let text = source.get(comment.range.clone()).unwrap_or_default();
    text.starts_with("%%\n") || text.starts_with("%%\r\n")
}

/// The end with the blanks behind it, where the comment begins its line: they would be indentation.
fn with_blanks(source: &str, start: usize, end: usize) -> usize {
    let rest = source.get(end..).unwrap_or_default();
    let text = rest.trim_start_matches([' ', '\t']);
    if text.is_empty() || text.starts_with(['\n', '\r']) || !begins_line(source, start) {
        return end;
    }
    end + rest.len() - text.len()
}

#[cfg(test)]
mod tests;
