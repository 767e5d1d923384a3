//! A link or image of a document, and what stands in it and beside it.

use std::ops::Range;

use pulldown_cmark::{LinkType, TagEnd};

use crate::body::targets::Kind;
use crate::markdown::{Document, Event, Tag};

/// Whether emphasis that is written with `_` stands right before a link or image, and right behind it.
pub(super) struct Beside {
    pub(super) before: bool,
    pub(super) after: bool,
}

/// A link or image that is being read.
pub(super) struct Node<'a> {
    pub(super) link_type: LinkType,
    pub(super) url: &'a str,
    pub(super) range: &'a Range<usize>,
    pub(super) is_image: bool,
    pub(super) content_end: Option<usize>,
    pub(super) beside_emphasis: Beside,
    pub(super) is_in_link: bool,
    /// The events that follow the one that opened it.
    pub(super) events: &'a [(Event<'a>, Range<usize>)],
}

impl Node<'_> {
    /// Whether it is a link with nothing in it, as its picture leaves it that leads nowhere and has no
    /// description.
    pub(super) fn is_empty_link(&self) -> bool {
        !self.is_image && matches!(self.events.first(), Some((Event::End(TagEnd::Link), _)))
    }

    /// Its text and code, without those of links and images inside.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut depth = 0_usize;
        for (event, _) in self.events {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => depth += 1,
                Event::End(TagEnd::Link | TagEnd::Image) if depth == 0 => break,
                Event::End(TagEnd::Link | TagEnd::Image) => depth -= 1,
                Event::Text(part) | Event::Code(part) if depth == 0 => text.push_str(part),
                _ => {}
            }
        }
        text
    }

    pub(super) fn kind(&self) -> Kind {
        if self.is_image {
            Kind::Image
        } else {
            Kind::Link
        }
    }
}

/// Whether the event is emphasis that is written with `_` and begins or ends at a place.
pub(super) fn touches_emphasis(document: &Document<'_>, event: Option<usize>, at: usize) -> bool {
    let Some((event, range)) = event.and_then(|event| document.events.get(event)) else {
        return false;
    };
    let mark = match event {
        Event::Start(Tag::Emphasis | Tag::Strong) if range.start == at => Some(at),
        Event::End(TagEnd::Emphasis | TagEnd::Strong) if range.end == at => at.checked_sub(1),
        _ => None,
    };
    mark.is_some_and(|mark| document.source.as_bytes().get(mark) == Some(&b'_'))
}

pub(super) fn inside<'d, 'a>(
    document: &'d Document<'a>,
    start: usize,
) -> &'d [(Event<'a>, Range<usize>)] {
    document.events.get(start + 1..).unwrap_or_default()
}
