//! Where a comment may begin: everywhere but in code (2.9.3).

use std::ops::Range;

use pulldown_cmark::{LinkType, Parser, TagEnd};

use super::foreign::Opener;
use super::signs::{MARK, Mark, Place, next_mark};
use crate::markdown::definition;
use crate::markdown::html::tokens::{TokenKind, tokens};
use crate::markdown::text::code_element;
use crate::markdown::{Document, Event, Tag};

/// Everything but code, in order: where a comment may begin.
pub(super) struct Texts(Vec<(Range<usize>, Place)>);

impl Texts {
    pub(super) fn of(document: &Document<'_>) -> Self {
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

    pub(super) fn place(&self, at: usize) -> Option<&Place> {
        let next = self.0.partition_point(|(text, _)| text.end <= at);
        let (text, place) = self.0.get(next)?;
        text.contains(&at).then_some(place)
    }

    /// Whether a place is text, in Markdown or in HTML.
    pub(super) fn is_prose(&self, at: usize) -> bool {
        matches!(self.place(at), Some(Place::Text | Place::Html))
    }

    /// The marks, those of other tools among them, in order.
    pub(super) fn marks(&self, source: &str, foreign: Vec<Opener>) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (text, place) in &self.0 {
            let pairs = pairs(source.get(text.clone()).unwrap_or_default());
            marks.extend(pairs.into_iter().map(|at| Mark {
                at: text.start + at,
                place: place.clone(),
                foreign: None,
            }));
        }
        for opener in foreign {
            let place = self.place(opener.at);
            if let Some(place @ (Place::Text | Place::Html | Place::Part(_))) = place {
                marks.push(Mark {
                    at: opener.at,
                    place: place.clone(),
                    foreign: Some(opener),
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

pub(super) fn holds_code(name: &str) -> bool {
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
