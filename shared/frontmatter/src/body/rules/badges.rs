//! Badges before the first prose: taken out of the body and recorded (2.9.8).

use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::badge::{is_badge, is_contact};
use crate::body::options::CleanOptions;
use crate::markdown::edits::Splice;
use crate::markdown::html::entities::references;
use crate::markdown::html::tokens::{self, TokenKind, is_void, tokens};
use crate::markdown::{Document, Edit, Event, Tag};
use crate::record::{Badge, MAX_BADGES};

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

type Events<'d, 'a> = &'d [(Event<'a>, Range<usize>)];

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

/// What one block holds, as far as badges go.
#[derive(Default)]
struct Block {
    /// Pictures with their offsets.
    pictures: Vec<(usize, Badge)>,
    has_text: bool,
    nodes: Vec<Node>,
    /// Whether all text stands in HTML headings.
    has_heading_only: bool,
    /// HTML elements that open here and don't close here; below zero, those that only close here.
    open: i64,
}

/// A picture, with the link around it.
struct Node {
    range: Range<usize>,
    /// Whether it leads to where somebody is reached.
    is_contact: bool,
}

impl Block {
    /// Whether somebody is reached by the picture at a place.
    fn is_contact(&self, at: usize) -> bool {
        let node = self.nodes.partition_point(|node| node.range.end <= at);
        self.nodes
            .get(node)
            .is_some_and(|node| node.is_contact && node.range.contains(&at))
    }

    fn has_contact(&self) -> bool {
        self.nodes.iter().any(|node| node.is_contact)
    }

    fn read(events: Events<'_, '_>) -> Self {
        let mut reader = Reader::default();
        let mut html = String::new();
        for (event, range) in events {
            match event {
                Event::Html(line) => html.push_str(line),
                Event::InlineHtml(tag) => reader.html(tag, range.start),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    reader.href = Some(dest_url.to_string());
                    reader.link = Some((range.start, None));
                }
                Event::End(TagEnd::Link) => reader.end_link(range.end),
                Event::Start(Tag::Image { dest_url, .. }) => {
                    reader.image = Some((range.start, dest_url.to_string(), String::new()));
                }
                Event::End(TagEnd::Image) => reader.end_image(range.end),
                Event::Text(text) | Event::Code(text) => reader.text(text),
                Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference => {
                    reader.text("math");
                }
                _ => {}
            }
        }
        if let Some((_, range)) = events.first() {
            reader.html(&html, range.start);
        }
        Self {
            has_heading_only: reader.heading_text && !reader.prose,
            has_text: reader.prose,
            nodes: reader.nodes,
            pictures: reader.pictures,
            open: reader.open,
        }
    }
}

#[derive(Default)]
struct Reader {
    pictures: Vec<(usize, Badge)>,
    href: Option<String>,
    image: Option<(usize, String, String)>,
    prose: bool,
    nodes: Vec<Node>,
    /// Where a link begins, and whether it holds a picture by which somebody is reached; `None`, while it holds none.
    link: Option<(usize, Option<bool>)>,
    heading_text: bool,
    headings: i64,
    open: i64,
}

impl Reader {
    fn text(&mut self, text: &str) {
        if let Some((_, _, alt)) = &mut self.image {
            alt.push_str(text);
        } else if text
            .trim()
            .trim_matches(['|', '·', '•', '-', '\u{a0}'])
            .trim()
            .is_empty()
        {
            // Separators between badges are no prose.
        } else if self.headings > 0 {
            self.heading_text = true;
        } else {
            self.prose = true;
        }
    }

    fn end_image(&mut self, end: usize) {
        if let Some((at, image, alt)) = self.image.take() {
            self.picture(at..end, image, &alt);
        }
    }

    fn end_link(&mut self, end: usize) {
        self.href = None;
        if let Some((start, Some(is_contact))) = self.link.take() {
            let range = start..end;
            self.nodes.push(Node { range, is_contact });
        }
    }

    fn picture(&mut self, range: Range<usize>, image: String, alt: &str) {
        let at = range.start;
        let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
        let href = self.href.clone();
        let contact = href.as_deref().is_some_and(|href| is_contact(&image, href));
        match &mut self.link {
            Some((_, holds)) => *holds = Some(contact || *holds == Some(true)),
            None => self.nodes.push(Node {
                range,
                is_contact: false,
            }),
        }
        let href = href.filter(|href| href.starts_with("https://") || href.starts_with("http://"));
        self.pictures.push((
            at,
            Badge {
                alt: (!alt.is_empty()).then_some(alt),
                image,
                href,
            },
        ));
    }

    fn html(&mut self, html: &str, at: usize) {
        let mut position = 0;
        for token in tokens(html) {
            let between = html.get(position..token.range.start).unwrap_or_default();
            let between = references(between);
            self.text(&between);
            position = token.range.end;
            match token.kind {
                TokenKind::Open(tag) => {
                    self.count(&tag.name, 1);
                    if is_void(&tag.name) || tag.self_closing {
                        self.count(&tag.name, -1);
                    }
                    match tag.name.as_ref() {
                        "a" => {
                            self.href = value(&tag, "href");
                            self.link = Some((at + token.range.start, None));
                        }
                        "img" => {
                            if let Some(source) = value(&tag, "src") {
                                let alt = value(&tag, "alt").unwrap_or_default();
                                let range = at + token.range.start..at + token.range.end;
                                self.picture(range, source, &alt);
                            }
                        }
                        _ => {}
                    }
                }
                TokenKind::Close(name) => {
                    self.count(&name, -1);
                    if name == "a" {
                        self.end_link(at + token.range.end);
                    }
                }
                TokenKind::Comment(_) => {}
                TokenKind::Declaration | TokenKind::UnclosedComment | TokenKind::Stray => {
                    self.prose = true;
                }
            }
        }
        let rest = references(html.get(position..).unwrap_or_default());
        self.text(&rest);
    }

    fn count(&mut self, name: &str, change: i64) {
        self.open += change;
        if matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
            self.headings += change;
        }
    }
}

fn value(tag: &tokens::Tag<'_>, name: &str) -> Option<String> {
    let attribute = tag
        .attributes
        .iter()
        .find(|attribute| attribute.name == name)?;
    attribute
        .value
        .as_deref()
        .map(|value| references(value).trim().to_owned())
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
