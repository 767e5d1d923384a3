//! The markup of a document in order: HTML tokens, and the blocks they stand in.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::tokens::{Token, TokenKind, tokens, whole_token};
use crate::markdown::{Document, Event, Tag};

/// One step through the document, as the sanitiser needs it.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// A quote, list item, table cell or footnote begins.
    EnterContainer,
    LeaveContainer,
    /// A paragraph, heading or table cell begins: a line of text.
    EnterInline,
    LeaveInline,
    /// Anything inline ended here.
    Inline(usize),
    /// Code: what it holds is data and must stay.
    Code(Range<usize>),
    Token(Placed<'a>),
}

/// An HTML token with its place in the source.
#[derive(Debug)]
pub(crate) struct Placed<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) range: Range<usize>,
    /// What goes when the token goes: its whole lines where it has them for itself.
    pub(crate) removal: Range<usize>,
    /// Whether it stands in an HTML block, not in a line of text.
    pub(crate) in_block: bool,
    /// Whether it stands in the text of a picture, of which no more than the letters is shown.
    pub(crate) in_picture: bool,
}

/// The steps through a document whose HTML blocks are `blocks`.
pub(crate) fn steps<'a>(document: &'a Document<'_>, blocks: &'a [Block<'_>]) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'a>> = Vec::with_capacity(document.events.len() / 2);
    let mut blocks = blocks.iter();
    let mut images = 0_usize;
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images = images.saturating_sub(1),
            _ => {}
        }
        match event {
            Event::End(TagEnd::HtmlBlock) => {
                if let Some(block) = blocks.next() {
                    block.tokens(document.source, &mut steps);
                }
            }
            Event::InlineHtml(html) => {
                let mut placed = inline(document.source, html, range);
                placed.in_picture = images > 0;
                steps.push(Step::Token(placed));
                steps.push(Step::Inline(range.end));
            }
            Event::Start(Tag::BlockQuote | Tag::Item | Tag::FootnoteDefinition) => {
                steps.push(Step::EnterContainer);
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition) => {
                leave(&mut steps, Step::LeaveContainer);
            }
            // The end of a heading ends whatever stands open in it, as that of a cell does.
            Event::Start(Tag::TableCell | Tag::Heading { .. }) => {
                steps.extend([Step::EnterContainer, Step::EnterInline]);
            }
            Event::End(TagEnd::TableCell | TagEnd::Heading(_)) => {
                leave(&mut steps, Step::LeaveInline);
                leave(&mut steps, Step::LeaveContainer);
            }
            Event::Start(Tag::Paragraph) => steps.push(Step::EnterInline),
            Event::End(TagEnd::Paragraph) => {
                leave(&mut steps, Step::LeaveInline);
            }
            Event::Start(Tag::CodeBlock(_)) => steps.push(Step::Code(range.clone())),
            Event::Code(_) => {
                steps.extend([Step::Code(range.clone()), Step::Inline(range.end)]);
            }
            Event::Text(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference
            | Event::TaskListMarker(_)
            | Event::End(
                TagEnd::Link
                | TagEnd::Image
                | TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough,
            ) => match steps.last_mut() {
                // Of several in a row, the last one says it all.
                Some(Step::Inline(end)) => *end = range.end,
                _ => steps.push(Step::Inline(range.end)),
            },
            _ => {}
        }
    }
    steps
}

/// Ends a container or line of text; one without any markup is none to speak of.
fn leave<'a>(steps: &mut Vec<Step<'a>>, end: Step<'a>) {
    let inside = usize::from(matches!(steps.last(), Some(Step::Inline(_))));
    let begin = steps.len().checked_sub(inside + 1);
    match begin.and_then(|at| Some((at, steps.get(at)?))) {
        Some((at, Step::EnterContainer | Step::EnterInline)) => steps.truncate(at),
        _ => steps.push(end),
    }
}

/// Inline HTML is one whole token by CommonMark's grammar; where browsers read it otherwise, it
/// counts as a declaration, which is taken out.
fn inline<'a>(source: &str, html: &'a str, range: &Range<usize>) -> Placed<'a> {
    let kind = whole_token(html).unwrap_or(TokenKind::Declaration);
    Placed {
        kind,
        range: range.clone(),
        removal: whole_line(source, range),
        in_block: false,
        in_picture: false,
    }
}

/// The HTML blocks of a document, in order.
pub(crate) fn blocks<'a>(document: &Document<'a>) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    let mut open: Option<Pieces> = None;
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::HtmlBlock) => open = Some(Pieces::default()),
            Event::Html(_) => {
                if let Some(pieces) = &mut open {
                    pieces.push(range);
                }
            }
            Event::End(TagEnd::HtmlBlock) => {
                blocks.extend(open.take().map(|pieces| Block {
                    text: pieces.text(document.source),
                    pieces,
                }));
            }
            _ => {}
        }
    }
    blocks
}

/// An HTML block without the markers of the containers around it.
pub(crate) struct Block<'a> {
    /// That of the source, where no container's markers stand between its lines.
    pub(crate) text: Cow<'a, str>,
    pieces: Pieces,
}

/// What the text of a block is made of.
#[derive(Default)]
struct Pieces {
    length: usize,
    /// Where each piece begins in the block and in the source, and the last one's end there.
    starts: Vec<(usize, usize)>,
    end: usize,
}

impl Pieces {
    fn push(&mut self, line: &Range<usize>) {
        if self.starts.is_empty() || line.start != self.end {
            self.starts.push((self.length, line.start));
        }
        self.length += line.len();
        self.end = line.end;
    }

    fn text<'a>(&self, source: &'a str) -> Cow<'a, str> {
        if let [(_, start)] = *self.starts {
            return Cow::Borrowed(source.get(start..self.end).unwrap_or_default());
        }
        let ends = self.starts.iter().skip(1).map(|(offset, _)| *offset);
        let pieces = self.starts.iter().zip(ends.chain([self.length]));
        let pieces = pieces.map(|((offset, place), end)| {
            source
                .get(*place..place + (end - offset))
                .unwrap_or_default()
        });
        Cow::Owned(pieces.collect())
    }

    fn source_range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.source_offset(range.start);
        match range.end.checked_sub(1) {
            Some(last) if range.end > range.start => {
                // A range that ends with a line goes on to where the next line's text begins.
                let end = self.source_offset(last) + 1;
                let begins_piece = self
                    .starts
                    .binary_search_by_key(&range.end, |(offset, _)| *offset);
                match begins_piece.ok().and_then(|index| self.starts.get(index)) {
                    Some((_, next)) => start..*next,
                    None => start..end,
                }
            }
            _ => start..start,
        }
    }

    fn source_offset(&self, offset: usize) -> usize {
        let after = self.starts.partition_point(|(start, _)| *start <= offset);
        after
            .checked_sub(1)
            .and_then(|index| self.starts.get(index))
            .map_or(0, |(start, place)| place + (offset - start))
    }
}

impl Block<'_> {
    fn tokens<'a>(&'a self, source: &str, steps: &mut Vec<Step<'a>>) {
        for Token { range, kind } in tokens(&self.text) {
            let place = self.pieces.source_range(&range);
            let removal = match Self::own_lines(&self.text, &range) {
                Some(lines) => self.pieces.source_range(&lines),
                None => last_line(source, &place),
            };
            steps.push(Step::Token(Placed {
                kind,
                range: place,
                removal,
                in_block: true,
                in_picture: false,
            }));
        }
    }

    /// The range of whole lines that hold nothing but `range`, when other lines of the block
    /// follow. They go with their ends: a blank line would end the block, and what follows it
    /// might be taken for indented code.
    fn own_lines(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
        let line_start = blank_line_start(text.get(..range.start)?)?;
        let line_end = range.end + blank_line_end(text.get(range.end..)?)?;
        let following = text.get(line_end..).filter(|rest| !rest.is_empty())?;
        let indentation = if line_start == 0 {
            following.len() - following.trim_start_matches([' ', '\t']).len()
        } else {
            0
        };
        Some(line_start..line_end + indentation)
    }
}

/// Where the line begins that `before` ends in, if there is nothing but blanks in it.
fn blank_line_start(before: &str) -> Option<usize> {
    let text = before.trim_end_matches([' ', '\t']);
    (text.is_empty() || text.ends_with(['\n', '\r'])).then_some(text.len())
}

/// Where the line ends that `after` begins in, its break included, if there is nothing but blanks
/// in it.
fn blank_line_end(after: &str) -> Option<usize> {
    let text = after.trim_start_matches([' ', '\t']);
    let line_break = if text.starts_with("\r\n") {
        2
    } else {
        usize::from(text.starts_with(['\n', '\r']))
    };
    (line_break > 0).then_some(after.len() - text.len() + line_break)
}

/// A range with its line, when that ends an HTML block that stands in no container.
fn last_line(source: &str, range: &Range<usize>) -> Range<usize> {
    let starts_line = source
        .get(..range.start)
        .is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let after = source.get(range.end..).unwrap_or_default();
    match blank_line_end(after) {
        Some(line_end)
            if starts_line
                && after
                    .get(line_end..)
                    .is_none_or(|rest| rest.is_empty() || blank_line_end(rest).is_some()) =>
        {
            range.start..range.end + line_end
        }
        _ => whole_line(source, range),
    }
}

/// A range with the end of its line, when it has the line for itself and a blank line (or the
/// beginning) stands before it: what is left would be a second blank line.
pub(crate) fn whole_line(source: &str, range: &Range<usize>) -> Range<usize> {
    let before = source.get(..range.start).unwrap_or_default();
    let is_after_blank =
        before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    match source.get(range.end..).and_then(blank_line_end) {
        Some(line_end) if is_after_blank => range.start..range.end + line_end,
        _ => range.clone(),
    }
}
