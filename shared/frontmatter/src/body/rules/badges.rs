//! Badges before the first prose: taken out of the body and recorded (2.9.8).

mod held;

use std::ops::Range;

use crate::badge::is_badge;
use crate::body::options::CleanOptions;
use crate::markdown::edits::Splice;
use crate::markdown::{Document, Edit, Event, Tag};
use crate::record::{Badge, MAX_BADGES};

use held::{Block, Events};

/// Deletes the leading badge blocks; returns their badges and those of the title's heading.
pub(crate) fn take(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    splice: &mut Splice,
) -> Vec<Badge> {
    let mut badges = Vec::new();
    let mut wrappers: Vec<Wrapper> = Vec::new();
    for (block, range) in blocks(document) {
        let is_title = options
            .title_removal
            .iter()
            .any(|edit| edit.range.start < range.end && range.start < edit.range.end);
        if is_title {
            let is_taken = |at: &usize| {
                let mut edits = options.title_removal.iter();
                edits.any(|edit| edit.range.contains(at))
            };
            let pictures = Block::read(block).pictures;
            if let Some(wrapper) = wrappers.last_mut() {
                wrapper.is_emptied = true;
                wrapper.holds_more |= is_left(document.source, range, options.title_removal);
            }
            badges.extend(
                pictures
                    .into_iter()
                    .filter(|(at, badge)| is_badge(&badge.image) && is_taken(at)),
            );
            continue;
        }
        let mut holds_more = true;
        match block.first() {
            Some((Event::Start(Tag::Paragraph | Tag::HtmlBlock), _)) => {
                let read = Block::read(block);
                let mut pictures = read.pictures.iter();
                let all_badges = pictures.all(|(_, badge)| is_badge(&badge.image));
                if read.has_heading_only {
                    wrappers.clear();
                    continue;
                }
                if read.has_text {
                    break;
                }
                match (read.pictures.is_empty(), read.open) {
                    (false, 0) if all_badges && !options.emitted_before && read.has_contact() => {
                        // Who is reached by a badge stays, and the others go from beside it.
                        for node in read.nodes.iter().filter(|node| !node.is_contact) {
                            splice.delete(with_break(document.source, &node.range));
                        }
                        let others = read.pictures.iter().filter(|(at, _)| !read.is_contact(*at));
                        badges.extend(others.cloned());
                    }
                    (false, 0) if all_badges && !options.emitted_before => {
                        splice.delete(range.start..blank_end(document.source, range.end));
                        badges.extend(read.pictures);
                        if let Some(wrapper) = wrappers.last_mut() {
                            wrapper.is_emptied = true;
                        }
                        continue;
                    }
                    (true, 0) => holds_more = false,
                    (true, 1) => {
                        wrappers.push(Wrapper {
                            opener: range,
                            is_emptied: false,
                            holds_more: false,
                        });
                        continue;
                    }
                    (true, -1) => {
                        if let Some(wrapper) = wrappers.pop().filter(Wrapper::is_empty) {
                            for tag in [wrapper.opener, range] {
                                splice.delete(tag.start..blank_end(document.source, tag.end));
                            }
                            if let Some(around) = wrappers.last_mut() {
                                around.is_emptied = true;
                            }
                            holds_more = false;
                        }
                    }
                    _ => {}
                }
            }
            Some((Event::Start(Tag::Heading { level: 1, .. }) | Event::Rule, _)) => {}
            _ => break,
        }
        // Those around it learn of it when this one ends.
        if holds_more && let Some(wrapper) = wrappers.last_mut() {
            wrapper.holds_more = true;
        }
    }
    let mut badges: Vec<Badge> = badges.into_iter().map(|(_, badge)| badge).collect();
    badges.retain(Badge::is_on_the_web);
    badges.truncate(MAX_BADGES);
    badges
}

/// Whether the edits, which are in order, leave anything of a range but blanks.
fn is_left(source: &str, range: Range<usize>, edits: &[Edit]) -> bool {
    let mut at = range.start;
    let mut left = |end: usize, next: usize| {
        let gap = source.get(at..end.min(range.end)).unwrap_or_default();
        at = at.max(next);
        !gap.trim().is_empty()
    };
    edits
        .iter()
        .any(|edit| left(edit.range.start, edit.range.end))
        || left(range.end, range.end)
}

/// The top-level blocks of a document, each with its events.
fn blocks<'d, 'a>(
    document: &'d Document<'a>,
) -> impl Iterator<Item = (Events<'d, 'a>, Range<usize>)> {
    let mut rest = document.events.as_slice();
    std::iter::from_fn(move || {
        let range = rest.first()?.1.clone();
        let mut depth = 0_usize;
        let length = rest.iter().position(|(event, _)| {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let (block, after) = rest.split_at_checked(length.map_or(rest.len(), |at| at + 1))?;
        rest = after;
        Some((block, range))
    })
}

/// A node with the blanks behind it, and the line break where it has its line for itself.
fn with_break(source: &str, node: &Range<usize>) -> Range<usize> {
    let rest = source.get(node.end..).unwrap_or_default();
    let text = rest.trim_start_matches([' ', '\t']);
    let begins_line = source
        .get(..node.start)
        .is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let line_break = match text
        .strip_prefix("\r\n")
        .or_else(|| text.strip_prefix('\n'))
    {
        Some(after) if begins_line => text.len() - after.len(),
        _ => 0,
    };
    node.start..node.end + rest.len() - text.len() + line_break
}

/// Where the blank lines after `from` end.
fn blank_end(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    match rest.get(..blank).and_then(|blank| blank.rfind('\n')) {
        Some(line_end) => from + line_end + 1,
        None => from,
    }
}

/// An HTML element whose tags stand in blocks of their own, as `<div align="center">` does around badges.
struct Wrapper {
    opener: Range<usize>,
    /// Whether something went that stood in it.
    is_emptied: bool,
    /// Whether something else stands in it.
    holds_more: bool,
}

impl Wrapper {
    fn is_empty(&self) -> bool {
        self.is_emptied && !self.holds_more
    }
}
