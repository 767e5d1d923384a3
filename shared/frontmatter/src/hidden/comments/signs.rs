//! Two per cent signs that may be no mark of a comment: behind a number, between numbers, in a format.

use std::cell::OnceCell;

use std::ops::Range;

use memchr::memmem;

use super::foreign::Opener;
use crate::markdown::places::is_escaped;

pub(super) const MARK: &str = "%%";

/// Where a comment may begin.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) at: usize,
    pub(super) place: Place,
    /// Of another tool, where it isn't `%%`.
    pub(super) foreign: Option<Opener>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// A formula in a line of text.
    Math,
    /// The text of an HTML block.
    Html,
    /// A title, or a tag with its attributes: both marks stand there.
    Part(Range<usize>),
}

/// How far the quotes or brackets around a format are looked for, in bytes.
const MAX_QUOTED: usize = 120;

/// What a mark looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Mark,
    /// `100%%`: opens nothing, but may end something.
    BehindDigit,
    /// `3 %% 2`, `printf("%%d")`
    Sign,
}

/// What becomes of what looks like a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It doesn't look like one.
    No,
    /// Another mark stands on its line, so that it may be a comment.
    Doubtful,
    Yes,
}

/// The next `%%` that no backslash stands before.
pub(super) fn next_mark(source: &str, from: usize) -> Option<usize> {
    let mut position = from;
    loop {
        let rest = source.as_bytes().get(position..)?;
        let at = position + memmem::find(rest, MARK.as_bytes())?;
        if !is_escaped(source, at) {
            return Some(at);
        }
        position = at + 1;
    }
}

/// Which of the marks are signs: they look like such and have no partner in their line of text. A leaf is such a line, by
/// its number.
pub(super) fn of(source: &str, marks: &[Mark], leaf: impl Fn(usize) -> usize) -> Vec<Sign> {
    let shapes: Vec<(usize, Shape)> = marks
        .iter()
        .map(|mark| (leaf(mark.at), shape(source, mark)))
        .collect();
    let mut signs = Vec::with_capacity(marks.len());
    for group in shapes.chunk_by(|(one, _), (other, _)| one == other) {
        let has_mark = group.iter().any(|(_, shape)| *shape == Shape::Mark);
        let last_end = group
            .iter()
            .rposition(|(_, shape)| *shape == Shape::BehindDigit);
        signs.extend(group.iter().enumerate().map(|(index, (_, shape))| {
            if *shape != Shape::Sign {
                Sign::No
            } else if has_mark || last_end.is_some_and(|end| end > index) {
                Sign::Doubtful
            } else {
                Sign::Yes
            }
        }));
    }
    signs
}

fn shape(source: &str, mark: &Mark) -> Shape {
    let before = source.get(..mark.at).unwrap_or_default();
    let after = source.get(mark.at + MARK.len()..).unwrap_or_default();
    let is_text = mark.foreign.is_none() && matches!(mark.place, Place::Text | Place::Html);
    if is_text && (is_operator(before, after) || is_format(before, after)) {
        Shape::Sign
    } else if mark.foreign.is_none() && before.ends_with(char::is_numeric) {
        Shape::BehindDigit
    } else {
        Shape::Mark
    }
}

/// `3 %% 2`: the rest of a division.
fn is_operator(before: &str, after: &str) -> bool {
    let number = |text: Option<&str>, at_end: bool| {
        text.is_some_and(|text| {
            if at_end {
                text.ends_with(|c: char| c.is_ascii_digit())
            } else {
                text.starts_with(|c: char| c.is_ascii_digit())
            }
        })
    };
    number(before.strip_suffix(' '), true) && number(after.strip_prefix(' '), false)
}

/// `"%%d items"`, `printf("%%s")`: one letter, within quotes or brackets that end on the line.
fn is_format(before: &str, after: &str) -> bool {
    let mut letters = after.chars();
    let is_letter = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    if !is_letter || letters.next().is_some_and(char::is_alphanumeric) {
        return false;
    }
    let from = before.len().saturating_sub(MAX_QUOTED);
    let from = (from..before.len()).find(|at| before.is_char_boundary(*at));
    let before = from.and_then(|from| before.get(from..)).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default();
    let after: String = after
        .chars()
        .take(MAX_QUOTED)
        .take_while(|c| *c != '\n')
        .collect();
    ['"', '\'']
        .into_iter()
        .any(|quote| before.matches(quote).count() % 2 == 1 && after.contains(quote))
        || before.matches('(').count() > before.matches(')').count() && after.contains(')')
        || before.matches('“').count() > before.matches('”').count() && after.contains('”')
}

/// Whether a text is a format and nothing else, such as `%%Y-%%m`.
pub(super) fn is_all_format(text: &str) -> bool {
    text.split('%')
        .all(|part| part.chars().filter(|c| c.is_alphanumeric()).count() <= 1)
}

/// Whether it is doubtful that the mark opens a comment; `None` where it opens none.
///
/// Behind a digit it is how some write a per cent sign, unless what stands on the line up to the next mark hangs together
/// as a comment does: `Room 5%%the key is under the mat%%`.
pub(super) fn doubt(source: &str, at: usize, end: Option<usize>) -> Option<bool> {
    let before = source.get(..at).and_then(|text| text.chars().next_back());
    let inside = source.get(at + MARK.len()..end.unwrap_or(source.len()));
    let inside = inside.unwrap_or_default();
    if !before.is_some_and(char::is_numeric) {
        return Some(before.is_some_and(char::is_alphanumeric));
    }
    let is_tight = end.is_some()
        && inside.starts_with(char::is_alphanumeric)
        && !inside.ends_with(char::is_whitespace)
        && !inside.contains(['\n', '\r']);
    is_tight.then_some(true)
}

/// The marks that have a line for themselves, found when somebody asks.
#[derive(Debug)]
pub(super) struct Lines<'s> {
    source: &'s str,
    marks: OnceCell<Vec<usize>>,
}

impl<'s> Lines<'s> {
    pub(super) fn of(source: &'s str) -> Self {
        Self {
            source,
            marks: OnceCell::new(),
        }
    }

    /// Where the mark stands that ends the comment which begins at a place, and whether that is doubtful.
    ///
    /// Behind a digit it may be a per cent sign of the comment's own (`%%done 100%% of it%%`): then the comment goes on,
    /// unless what follows plainly is another one.
    pub(super) fn end(&self, at: usize, first: usize) -> (usize, bool) {
        let source = self.source;
        if !is_behind_digit(source, first) {
            return (first, false);
        }
        if has_line(source, at) {
            return self.block_end(first);
        }
        let mut end = first;
        while let Some(next) = next_mark(source, end + MARK.len()) {
            let between = source.get(end..next).unwrap_or_default();
            let goes_on = is_behind_digit(source, end) || is_loose(source, end);
            if !goes_on || has_blank_line(between) || is_opener(source, next) {
                break;
            }
            end = next;
        }
        (end, end != first)
    }

    /// The end of a comment whose mark has a line for itself: another such mark, and the last one where their number
    /// leaves open which belong together.
    fn block_end(&self, first: usize) -> (usize, bool) {
        let marks = self.marks.get_or_init(|| {
            let mut from = 0;
            let next = || {
                let at = next_mark(self.source, from)?;
                from = at + MARK.len();
                Some(at)
            };
            std::iter::from_fn(next)
                .filter(|at| has_line(self.source, *at))
                .collect()
        });
        let later = marks.partition_point(|at| *at <= first);
        let later = marks.get(later..).unwrap_or_default();
        let end = match later.len() % 2 {
            0 => later.last(),
            _ => later.first(),
        };
        end.map_or((first, false), |end| (*end, true))
    }
}

fn is_behind_digit(source: &str, at: usize) -> bool {
    source
        .get(..at)
        .is_some_and(|before| before.ends_with(char::is_numeric))
}

fn around(source: &str, at: usize) -> (Option<char>, Option<char>) {
    let before = source.get(..at).and_then(|text| text.chars().next_back());
    let after = source.get(at + MARK.len()..);
    (before, after.and_then(|text| text.chars().next()))
}

/// Whether blanks stand on both sides.
fn is_loose(source: &str, at: usize) -> bool {
    let (before, after) = around(source, at);
    before.is_none_or(char::is_whitespace) && after.is_none_or(char::is_whitespace)
}

/// Whether it begins something: text follows, and none stands before.
fn is_opener(source: &str, at: usize) -> bool {
    let (before, after) = around(source, at);
    before.is_none_or(|c| c.is_whitespace() || matches!(c, '%' | '(' | '[' | '{' | '"' | '\''))
        && after.is_some_and(|c| !c.is_whitespace())
}

fn has_blank_line(text: &str) -> bool {
    let lines = text.lines().collect::<Vec<_>>();
    let inner = lines.get(1..lines.len().saturating_sub(1));
    inner.is_some_and(|lines| lines.iter().any(|line| line.trim().is_empty()))
}

/// Whether the mark has its line for itself.
fn has_line(source: &str, at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default();
    let after = source.get(at + MARK.len()..).unwrap_or_default();
    let (before, after) = (
        before.trim_end_matches([' ', '\t']),
        after.trim_start_matches([' ', '\t']),
    );
    let begins = before.is_empty() || before.ends_with(['\n', '\r']);
    begins && !is_escaped(source, at) && (after.is_empty() || after.starts_with(['\n', '\r']))
}
