//! `$$` at the beginning of a line, which opens a block for readers with mathematics (2.9.12).
//!
//! For remark-math and Sätteri such a block goes on as fenced code does, to a line that is `$$` or
//! to the end, over blank lines and fences. Whatever it would swallow or set free must be text.

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::TagEnd;

use super::math;
use crate::markdown::edits::Splice;
use crate::markdown::lines::{self, Line};
use crate::markdown::places::begins_line;
use crate::markdown::{Document, Event, Tag};

/// Closing lines that are looked at for one opening line; a bound keeps looking linear.
const MAX_CLOSERS: usize = 64;

/// Adds the edits after which no such block holds half of anything.
pub(crate) fn settle(with_math: &Document<'_>, plain: &Document<'_>, splice: &mut Splice) {
    let source = plain.source;
    if !plain.has("$$") {
        return;
    }
    let lines = plain.lines();
    let spans = Spans::of(source, lines, plain);
    let closers = closers(source);
    let texts: Vec<usize> = plain
        .events
        .iter()
        .filter(|(event, _)| matches!(event, Event::Text(_)))
        .map(|(_, range)| range.start)
        .collect();
    let formulas = math::formulas(with_math);
    let mut position = 0;
    for line in lines {
        let Some(opener) = opener(source, line).filter(|_| line.text.start >= position) else {
            continue;
        };
        let closer = closers
            .iter()
            .skip(closers.partition_point(|closer| closer.line.start < line.text.end))
            .take(MAX_CLOSERS)
            .find(|closer| closer.closes(source, &opener));
        let end = closer.map_or(source.len(), |closer| closer.line.end);
        let leaves_container =
            || closer.is_none_or(|closer| spans.containers.overlap(line.text.start..closer.text));
        let is_disputed = line.is_lazy
            || spans.prose.overlap(line.text.start..end)
            || (!opener.prefix.is_empty() && leaves_container())
            || closer.is_some_and(|closer| closer.precedes_block(source));
        position = if is_disputed {
            let at = line.text.start;
            let formula = formulas.partition_point(|formula| formula.start < at);
            let formula = formulas.get(formula).filter(|formula| formula.start == at);
            let is_text = texts.binary_search(&at).is_ok();
            unmake(source, line, formula, is_text, splice)
        } else {
            end
        };
    }
}

struct Opener {
    /// What a line must begin with to stand in the same containers.
    prefix: String,
    /// The number of its `$`.
    length: usize,
}

fn opener(source: &str, line: &Line) -> Option<Opener> {
    let text = source.get(line.text.clone())?;
    let rest = text.trim_start_matches('$');
    let length = text.len() - rest.len();
    if length < 2 || rest.contains('$') || !begins_line(source, line.text.start) {
        return None;
    }
    let markers = source.get(..line.text.start)?.rsplit('\n').next()?;
    // Up to three spaces are no container.
    let prefix = match markers.trim_start_matches(' ') {
        "" if markers.len() <= 3 => String::new(),
        _ => markers
            .chars()
            .map(|c| if matches!(c, '>' | '\t') { c } else { ' ' })
            .collect(),
    };
    Some(Opener { prefix, length })
}

/// A line that is `$$` and nothing else.
struct Closer {
    line: Range<usize>,
    text: usize,
    length: usize,
}

fn closers(source: &str) -> Vec<Closer> {
    let mut closers = Vec::new();
    let mut passed = 0;
    for marks in memmem::find_iter(source.as_bytes(), "$$") {
        if marks < passed {
            continue;
        }
        let (before, after) = source.split_at_checked(marks).unwrap_or((source, ""));
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
        let end =
            memchr::memchr(b'\n', after.as_bytes()).map_or(source.len(), |end| marks + end + 1);
        passed = end;
        let line = source.get(start..end).unwrap_or_default();
        let text = line.trim_start_matches([' ', '\t', '>']);
        let marks = text.trim_end();
        if marks.bytes().all(|byte| byte == b'$') {
            closers.push(Closer {
                line: start..end,
                text: end - text.len(),
                length: marks.len(),
            });
        }
    }
    closers
}

impl Closer {
    fn closes(&self, source: &str, opener: &Opener) -> bool {
        let prefix = source.get(self.line.start..self.text).unwrap_or_default();
        self.length >= opener.length
            && prefix
                .strip_prefix(opener.prefix.as_str())
                .is_some_and(|rest| rest.len() <= 3 && rest.bytes().all(|byte| byte == b' '))
    }

    /// Whether the next line could begin a block of HTML or of indented code, as it can't in a paragraph.
    fn precedes_block(&self, source: &str) -> bool {
        let next = source.get(self.line.end..).unwrap_or_default();
        let text = next.trim_start_matches([' ', '\t', '>']);
        let column = lines::column(source, source.len() - text.len());
        let is_indented = column >= 4 && column > lines::column(source, self.text);
        text.starts_with('<') || is_indented && !text.starts_with(['\n', '\r'])
    }
}

/// Places that a block of mathematics may not reach over.
struct Spans {
    /// Code, HTML, tables, and links over several lines.
    prose: Covered,
    /// The ends of containers, and lazy lines.
    containers: Covered,
}

impl Spans {
    fn of(source: &str, lines: &[Line], plain: &Document<'_>) -> Self {
        let mut prose = Covered::default();
        let mut containers: Vec<Range<usize>> = lines
            .iter()
            .filter(|line| line.is_lazy)
            .map(|line| line.text.clone())
            .collect();
        for (event, range) in &plain.events {
            let is_covered = match event {
                Event::Code(_)
                | Event::InlineHtml(_)
                | Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Table) => true,
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => source
                    .get(range.clone())
                    .is_some_and(|text| text.contains('\n')),
                Event::End(TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition) => {
                    containers.push(range.end.saturating_sub(1)..range.end);
                    false
                }
                _ => false,
            };
            if is_covered {
                prose.push(range);
            }
        }
        containers.sort_by_key(|range| range.start);
        let mut covered = Covered::default();
        for range in &containers {
            covered.push(range);
        }
        Self {
            prose,
            containers: covered,
        }
    }
}

/// Ranges by their starts, each with the furthest end so far.
#[derive(Default)]
struct Covered(Vec<(usize, usize)>);

impl Covered {
    fn push(&mut self, range: &Range<usize>) {
        let end = self.0.last().map_or(0, |(_, end)| *end).max(range.end);
        self.0.push((range.start, end));
    }

    fn overlap(&self, range: Range<usize>) -> bool {
        let before = self.0.partition_point(|(start, _)| *start < range.end);
        before
            .checked_sub(1)
            .and_then(|last| self.0.get(last))
            .is_some_and(|(_, end)| *end > range.start)
    }
}

/// Takes from a line what makes it open a block: a formula goes on one line, where both kinds of
/// readers know it; text is escaped; a line inside other syntax joins the line before it. Returns
/// where what was changed ends.
fn unmake(
    source: &str,
    line: &Line,
    formula: Option<&Range<usize>>,
    is_text: bool,
    splice: &mut Splice,
) -> usize {
    let at = line.text.start;
    if let Some(formula) = formula {
        let written = source.get(formula.clone()).unwrap_or_default();
        if written.contains('\n') && !written.contains('%') {
            let mut position = formula.start;
            for part in written.split_inclusive('\n') {
                let content = part.trim_start_matches([' ', '\t', '>']);
                if position > formula.start {
                    let text = position + part.len() - content.len();
                    splice.replace(lines::end_before(source, position)..text, " ");
                }
                position += part.len();
            }
            return formula.end;
        }
    }
    if is_text {
        let text = source.get(line.text.clone()).unwrap_or_default();
        let marks = text.len() - text.trim_start_matches('$').len();
        splice.replace(at..at + marks, "\\$".repeat(marks));
    } else if !line.is_first {
        splice.replace(lines::end_before(source, line.start)..at, " ");
    }
    line.text.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    #[test]
    fn no_block_of_mathematics_holds_half_of_anything() {
        for (before, after) in [
            ("$$\n```\n$$\n<b>\n```\n", "\\$\\$\n```\n$$\n<b>\n```\n"),
            ("<table>\n\n$$\n", "<table>\n\n$$\n"),
            ("$$\n\n<div>\n", "\\$\\$\n\n<div>\n"),
            ("`a\n$$\nb`\n", "`a $$\nb`\n"),
            ("[a](b \"\n$$\n$$\n<i>\n\")\n", "[a](b \" $$ $$\n<i>\n\")\n"),
            ("$$a\n+ b$$\n\n`c`\n", "\\$\\$a\n+ b$$\n\n`c`\n"),
            ("$$a\n= b$$\n\n`c`\n", "$$a = b$$\n\n`c`\n"),
            ("$$\n$$\n<b>\n`<i>`\n", "$$ $$\n<b>\n`<i>`\n"),
            ("> a\n$$\nb\n", "> a\n\\$\\$\nb\n"),
            ("> $$\na\n> $$\n", "> $$ a $$\n"),
            ("- $$\n\nb\n", "- \\$\\$\n\nb\n"),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                settle(
                    &Document::parse(before),
                    &Document::parse_without_math(before),
                    &mut splice,
                );
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }

    #[test]
    fn whole_formulas_stay() {
        for source in [
            "a\n\n$$\nb\n+ c\n$$\n\n`d`\n",
            "$$\na\n\nb\n$$\nwhere `c` is\n",
            "> $$\n> a\n> $$\n\n<b>c</b>\n",
            "- a\n\n  $$\n  b\n  $$\n- c `d`\n",
            "1. $$\n   a\n   $$\n   `b`\n",
            "$$a$$ and `b`, $$ c\n",
            "$$\na\n=\nb\n$$\n\n```\nc\n```\n",
        ] {
            let mut splice = Splice::default();
            settle(
                &Document::parse(source),
                &Document::parse_without_math(source),
                &mut splice,
            );
            assert_eq!(apply(source, &splice.into_edits(source)), source);
        }
    }
}
