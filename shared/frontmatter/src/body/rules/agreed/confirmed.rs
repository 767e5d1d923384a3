//! Blocks of code, and which of them every reader takes for code: a fence whose lines all begin as its containers do, and
//! indented code that no container is near (2.9.12).

use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::markdown::{Document, Event, Tag};

/// A block of code.
pub(super) struct Block<'a> {
    pub(super) range: Range<usize>,
    pub(super) is_fenced: bool,
    /// The events in it, which are its text.
    pub(super) events: &'a [(Event<'a>, Range<usize>)],
    /// Whether it stands in a quote, list item or footnote.
    pub(super) is_contained: bool,
    /// Whether the block before it is a list, a footnote or a definition, which others may hold it in.
    pub(super) follows_container: bool,
}

/// The blocks and the spans of code, in order.
pub(super) fn code<'a>(document: &'a Document<'_>) -> (Vec<Block<'a>>, Vec<Range<usize>>) {
    let (mut blocks, mut spans) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    let mut follows_container = false;
    let mut open: Option<(usize, Block<'a>)> = None;
    for (index, (event, range)) in document.events.iter().enumerate() {
        match event {
            Event::Code(_) => spans.push(range.clone()),
            Event::Start(Tag::CodeBlock(info)) => {
                let block = Block {
                    range: range.clone(),
                    is_fenced: info.is_some(),
                    events: &[],
                    is_contained: depth > 0,
                    follows_container,
                };
                open = Some((index + 1, block));
            }
            Event::End(TagEnd::CodeBlock) => {
                blocks.extend(open.take().map(|(first, block)| Block {
                    events: document.events.get(first..index).unwrap_or_default(),
                    ..block
                }));
                follows_container = depth > 0;
            }
            Event::Start(Tag::BlockQuote | Tag::Item | Tag::FootnoteDefinition) => depth += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition) => {
                depth = depth.saturating_sub(1);
                follows_container = true;
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::HtmlBlock)
            | Event::Rule
                if depth == 0 =>
            {
                follows_container = false;
            }
            _ => {}
        }
    }
    (blocks, spans)
}

/// Whether every reader takes the block for code, and for no more than it is.
pub(super) fn is_confirmed(source: &str, block: &Block<'_>) -> bool {
    let range = &block.range;
    let line_start = source
        .get(..range.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1);
    let prefix = source.get(line_start..range.start).unwrap_or_default();
    let text = source.get(range.clone()).unwrap_or_default();
    if !block.is_fenced {
        let before = source.get(..line_start).unwrap_or_default();
        let is_apart = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
        return !block.is_contained
            && !block.follows_container
            && prefix.is_empty()
            && is_apart
            && text.lines().all(|line| {
                let code = line.trim_start_matches(' ');
                code.is_empty() || line.len() - code.len() >= 4 && !code.starts_with('\t')
            });
    }
    if !block.is_contained {
        return prefix.len() <= 3 && prefix.bytes().all(|byte| byte == b' ');
    }
    let Some(prefix) = continued(prefix) else {
        return false;
    };
    let blank = prefix.trim_end();
    let lines: Vec<&str> = text
        .split('\n')
        .skip(1)
        .map(|line| line.trim_end_matches('\r'))
        .collect();
    let begins_alike = lines.iter().all(|line| {
        line.starts_with(&prefix)
            || (line.trim_end() == blank)
            || (blank.is_empty() && line.trim().is_empty())
    });
    let mark = text.get(..3).unwrap_or_default();
    let is_closed = lines
        .last()
        .and_then(|line| line.strip_prefix(prefix.as_str()))
        .is_some_and(|line| line.trim_start_matches(' ').starts_with(mark));
    begins_alike && is_closed
}

/// What the lines after one in containers begin with, where that is plain: marks of quotes with a space behind,
/// and at most one list item, whose mark has become spaces.
fn continued(prefix: &str) -> Option<String> {
    let mut result = String::with_capacity(prefix.len());
    let mut markers = 0;
    let mut characters = prefix.chars().peekable();
    while let Some(character) = characters.next() {
        let before_space = characters.peek() == Some(&' ');
        match character {
            ' ' => result.push(' '),
            '>' if before_space => result.push('>'),
            '-' | '*' | '+' | '.' | ')' if before_space && markers == 0 => {
                markers += 1;
                result.push(' ');
            }
            '0'..='9' if markers == 0 => result.push(' '),
            _ => return None,
        }
    }
    Some(result)
}
