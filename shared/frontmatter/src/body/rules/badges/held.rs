//! What one block holds, as far as badges go (2.9.8).

use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::badge::is_contact;
use crate::markdown::html::entities::references;
use crate::markdown::html::tokens::{TokenKind, is_void, tokens};
use crate::markdown::{Event, Tag};
use crate::record::Badge;

pub(super) type Events<'d, 'a> = &'d [(Event<'a>, Range<usize>)];

/// What one block holds, as far as badges go.
#[derive(Default)]
pub(super) struct Block {
    /// Pictures with their offsets.
    pub(super) pictures: Vec<(usize, Badge)>,
    pub(super) has_text: bool,
    pub(super) nodes: Vec<Node>,
    /// Whether all text stands in HTML headings.
    pub(super) has_heading_only: bool,
    /// HTML elements that open here and don't close here; below zero, those that only close here.
    pub(super) open: i64,
}

/// A picture, with the link around it.
pub(super) struct Node {
    pub(super) range: Range<usize>,
    /// Whether it leads to where somebody is reached.
    pub(super) is_contact: bool,
}

impl Block {
    /// Whether somebody is reached by the picture at a place.
    pub(super) fn is_contact(&self, at: usize) -> bool {
        let node = self.nodes.partition_point(|node| node.range.end <= at);
        self.nodes
            .get(node)
            .is_some_and(|node| node.is_contact && node.range.contains(&at))
    }

    pub(super) fn has_contact(&self) -> bool {
        self.nodes.iter().any(|node| node.is_contact)
    }

    pub(super) fn read(events: Events<'_, '_>) -> Self {
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
                    let value = |name: &str| {
                        let value = references(tag.value(name)?);
                        Some(value.trim().to_owned())
                    };
                    self.count(&tag.name, 1);
                    if is_void(&tag.name) || tag.self_closing {
                        self.count(&tag.name, -1);
                    }
                    match tag.name.as_ref() {
                        "a" => {
                            self.href = value("href");
                            self.link = Some((at + token.range.start, None));
                        }
                        "img" => {
                            if let Some(source) = value("src") {
                                let alt = value("alt").unwrap_or_default();
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
