//! Obsidian's comments, `%%…%%`: where they begin and end (2.9.3).
//!
//! Obsidian's own readings differ: the editor pairs the marks wherever they stand, the reading view within a paragraph
//! or from a line of its own. What one of them hides is hidden here. Only text opens a comment, and whatever stands
//! between its marks goes, code too.

use std::ops::Range;

use pulldown_cmark::{LinkType, Parser, TagEnd};

use crate::diagnostics::{Code, Warnings};
use crate::markdown::definition;
use crate::markdown::html::tokens::{TokenKind, tokens};
use crate::markdown::places::begins_line;
use crate::markdown::text::{self, code_element};
use crate::markdown::{Document, Event, Tag};

mod foreign;
mod signs;

use foreign::Foreign;
use signs::{MARK, Mark, Place, Sign, doubt, next_mark};

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

    pub(crate) fn warn(&self, warnings: &mut Warnings) {
        if let Some((code, sign)) = self.told {
            warnings.add(code, self.range.start, sign);
        }
    }
}

/// The comments of a document in order, up to the first behind which another reading is needed: it took the beginning
/// or the end of a block with it.
pub(crate) fn find(document: &Document<'_>) -> Vec<Comment> {
    let foreign = foreign::openers(document);
    if foreign.is_empty() && !document.has(MARK) {
        return Vec::new();
    }
    let source = document.source;
    let leaves = Leaves::of(document);
    let texts = Texts::of(document);
    let marks = texts.marks(source, foreign);
    let lines = signs::Lines::of(source);
    let signs = signs::of(source, &marks, |at| leaves.index(at));
    let mut comments: Vec<Comment> = Vec::new();
    let mut position = 0;
    for (index, (mark, sign)) in marks.iter().zip(signs).enumerate() {
        if mark.at < position || sign == Sign::Yes {
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
        let (end, told) = if let Some(foreign) = mark.foreign {
            let end = foreign.end(source, mark.at);
            let Some(end) = end.filter(|end| within(Some(end - 1))) else {
                continue;
            };
            (end, Some((Code::CommentRemoved, foreign.sign)))
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

/// The comments of a document of which nothing else is known: code may go with them.
pub(crate) fn find_anywhere(document: &Document<'_>) -> Vec<Comment> {
    let source = document.source;
    let lines = signs::Lines::of(source);
    let mut foreign = foreign::openers(document).into_iter().peekable();
    let mut comments = Vec::new();
    let mut position = 0;
    let mut mark = next_mark(source, 0);
    loop {
        while foreign.next_if(|(at, _)| *at < position).is_some() {}
        while let Some(at) = mark.filter(|at| *at < position) {
            mark = next_mark(source, at + MARK.len());
        }
        let is_foreign = foreign
            .peek()
            .is_some_and(|(at, _)| mark.is_none_or(|mark| *at < mark));
        if is_foreign {
            let Some((at, foreign)) = foreign.next() else {
                break;
            };
            if let Some(end) = foreign.end(source, at) {
                comments.push(Comment::new(
                    at..end,
                    Some((Code::CommentRemoved, foreign.sign)),
                ));
                position = end;
            }
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
    let lines = openers.filter(|(_, foreign)| foreign.is_line());
    lines
        .filter_map(|(at, foreign)| {
            let told = Some((Code::CommentRemoved, foreign.sign));
            Some(Comment::new(at..foreign.end(document.source, at)?, told))
        })
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

/// Where the text ends that follows a mark: the last line break stays.
fn end_of_text(source: &str, at: usize) -> usize {
    source
        .trim_end_matches(['\n', '\r'])
        .len()
        .max(at + MARK.len())
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

/// The lines of text of a document: what stands between two places where a block begins or ends.
struct Leaves {
    /// Where a block begins or ends, and the containers that are open from there on.
    bounds: Vec<(usize, usize)>,
}

impl Leaves {
    fn of(document: &Document<'_>) -> Self {
        let mut depth = 0_usize;
        let mut bounds = Vec::new();
        for (event, range) in &document.events {
            match event {
                Event::Start(tag) if !text::is_inline(tag) => {
                    depth += usize::from(is_container(tag));
                    bounds.push((range.start, depth));
                }
                Event::End(end) if !text::is_inline_end(*end) => {
                    depth = depth.saturating_sub(usize::from(ends_container(*end)));
                    bounds.push((range.end, depth));
                }
                _ => {}
            }
        }
        Self { bounds }
    }

    fn index(&self, at: usize) -> usize {
        self.bounds.partition_point(|(bound, _)| *bound <= at)
    }

    /// How many quotes, lists and tables a place stands in.
    fn depth(&self, at: usize) -> usize {
        let before = self.index(at).checked_sub(1);
        before
            .and_then(|index| self.bounds.get(index))
            .map_or(0, |(_, depth)| *depth)
    }
}

fn is_container(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::BlockQuote | Tag::List | Tag::FootnoteDefinition | Tag::Table
    )
}

fn ends_container(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::FootnoteDefinition | TagEnd::Table
    )
}

/// Everything but code, in order: where a comment may begin.
struct Texts(Vec<(Range<usize>, Place)>);

impl Texts {
    fn of(document: &Document<'_>) -> Self {
        let source = document.source;
        let runs = document.runs().iter();
        let mut texts: Vec<_> = runs.map(|run| (run.range.clone(), Place::Text)).collect();
        // The links that are open, each with the end of what it holds so far.
        let mut links: Vec<(bool, Option<usize>)> = Vec::new();
        let mut addresses: Vec<Range<usize>> = Vec::new();
        for (event, range) in &document.events {
            match event {
                Event::InlineMath(_) => texts.push((range.clone(), Place::Math)),
                Event::InlineHtml(html) if !html.starts_with("<!") => {
                    texts.push((range.clone(), Place::Part(range.clone())));
                }
                Event::Start(Tag::HtmlBlock) => html_texts(source, range, &mut texts),
                Event::Start(Tag::Link { link_type, .. } | Tag::Image { link_type, .. }) => {
                    if matches!(link_type, LinkType::Autolink | LinkType::Email) {
                        addresses.push(range.clone());
                    }
                    links.push((*link_type == LinkType::Inline, None));
                }
                Event::End(TagEnd::Link | TagEnd::Image) => {
                    if let Some((true, inside)) = links.pop() {
                        let from = inside.unwrap_or(range.start);
                        let title = title(source, from..range.end);
                        texts.extend(title.map(|title| (title.clone(), Place::Part(title))));
                    }
                }
                _ => {}
            }
            if let Some((_, inside)) = links.last_mut()
                && !matches!(event, Event::Start(Tag::Link { .. } | Tag::Image { .. }))
            {
                *inside = Some(range.end);
            }
        }
        texts.retain(|(text, _)| {
            let next = addresses.partition_point(|address| address.end <= text.start);
            addresses
                .get(next)
                .is_none_or(|address| text.start < address.start)
        });
        texts.extend(definition_titles(document).map(|title| (title.clone(), Place::Part(title))));
        texts.sort_by_key(|(text, _)| text.start);
        Self(texts)
    }

    fn place(&self, at: usize) -> Option<&Place> {
        let next = self.0.partition_point(|(text, _)| text.end <= at);
        let (text, place) = self.0.get(next)?;
        text.contains(&at).then_some(place)
    }

    /// The marks, those of other tools among them, in order.
    fn marks(&self, source: &str, foreign: Vec<(usize, &'static Foreign)>) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (text, place) in &self.0 {
            let pairs = pairs(source.get(text.clone()).unwrap_or_default());
            marks.extend(pairs.into_iter().map(|at| Mark {
                at: text.start + at,
                place: place.clone(),
                foreign: None,
            }));
        }
        for (at, foreign) in foreign {
            if let Some(place @ (Place::Text | Place::Html | Place::Part(_))) = self.place(at) {
                marks.push(Mark {
                    at,
                    place: place.clone(),
                    foreign: Some(foreign),
                });
            }
        }
        marks.sort_by_key(|mark| mark.at);
        marks
    }
}

/// The title at the end of a link: from the blank behind its address.
fn title(source: &str, tail: Range<usize>) -> Option<Range<usize>> {
    let text = source.get(tail.clone())?;
    let at = text.find(|c: char| c.is_ascii_whitespace())?;
    Some(tail.start + at..tail.end)
}

/// The titles of the definitions of links, with the blanks before them.
fn definition_titles(document: &Document<'_>) -> impl Iterator<Item = Range<usize>> {
    let source = document.source;
    let may_have = document.has("]:") && !document.too_complex;
    let spans: Vec<Range<usize>> = if may_have {
        let parser = Parser::new_ext(source, Document::without_math());
        let definitions = parser.reference_definitions().iter();
        definitions
            .map(|(_, definition)| definition.span.clone())
            .collect()
    } else {
        Vec::new()
    };
    spans.into_iter().filter_map(move |span| {
        let colon = span.start + source.get(span.clone())?.find("]:")?;
        let address = definition::destination(source, colon + 2)?;
        (address.end < span.end).then_some(address.end..span.end)
    })
}

/// Adds the text of an HTML block, but for the elements that hold code, and its tags.
fn html_texts(source: &str, block: &Range<usize>, texts: &mut Vec<(Range<usize>, Place)>) {
    let text = source.get(block.clone()).unwrap_or_default();
    if !text.contains(['%', '{']) {
        return;
    }
    let mut position = 0;
    let mut code = 0_usize;
    for token in tokens(text) {
        if code == 0 && position < token.range.start {
            let text = block.start + position..block.start + token.range.start;
            texts.push((text, Place::Html));
        }
        let place = block.start + token.range.start..block.start + token.range.end;
        position = token.range.end;
        match token.kind {
            TokenKind::Open(tag) => {
                code += usize::from(holds_code(&tag.name));
                texts.push((place.clone(), Place::Part(place)));
            }
            TokenKind::Close(name) if holds_code(&name) => code = code.saturating_sub(1),
            _ => {}
        }
    }
    if code == 0 && position < text.len() {
        texts.push((block.start + position..block.end, Place::Html));
    }
}

fn holds_code(name: &str) -> bool {
    code_element(name) || matches!(name, "script" | "style")
}

/// Offsets of `%%`, from the left, without overlap.
fn pairs(text: &str) -> Vec<usize> {
    let mut pairs = Vec::new();
    let mut position = 0;
    while let Some(at) = next_mark(text, position) {
        pairs.push(at);
        position = at + MARK.len();
    }
    pairs
}

#[cfg(test)]
mod tests;
