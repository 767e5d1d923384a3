//! Pictures with a size (`![alt|300x200](x.png)`), and videos that are written like pictures.

use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::Page;
use super::videos::is_video;
use crate::clean::splice::Splice;
use crate::clean::warnings::Warnings;
use crate::clean::wikilinks::{picture, text_and_size};
use crate::markdown::text::{begins_line, escape};
use crate::markdown::{Event, Tag};

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let events = &page.document.events;
    let mut links = 0_usize;
    for (index, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Link { .. }) => links += 1,
            Event::End(TagEnd::Link) => links = links.saturating_sub(1),
            Event::Start(Tag::Image { dest_url, .. }) => {
                let inside = events.get(index + 1..).unwrap_or_default();
                let found = Picture {
                    source: page.document.source,
                    range,
                    url: dest_url,
                    inside,
                    in_link: links > 0,
                    begins_block: begins_block(events.get(..index).unwrap_or_default()),
                };
                found.rewrite(page.is_obsidian, splice);
            }
            _ => {}
        }
    }
}

type Events<'d, 'a> = &'d [(Event<'a>, Range<usize>)];

fn begins_block(before: Events<'_, '_>) -> bool {
    let before = before.last().map(|(event, _)| event);
    matches!(
        before,
        None | Some(Event::Start(Tag::Paragraph | Tag::Item) | Event::TaskListMarker(_))
    )
}

struct Picture<'d, 'a> {
    source: &'d str,
    range: &'d Range<usize>,
    url: &'d str,
    /// The events behind the one that begins it.
    inside: Events<'d, 'a>,
    in_link: bool,
    begins_block: bool,
}

impl Picture<'_, '_> {
    fn rewrite(&self, is_obsidian: bool, splice: &mut Splice) {
        let alt = self.alt();
        let (text, size) = text_and_size(&alt);
        let has_size = size.is_some() && (is_obsidian || alt.contains('|'));
        if is_video(self.url) {
            return self.link(if has_size { text } else { &alt }, splice);
        }
        if let Some(size) = size.filter(|_| has_size) {
            let html = picture(self.url, text, size);
            let end = self.line_end();
            let space = if end > self.range.end { " " } else { "" };
            splice.replace(self.range.start..end, html + space);
        }
    }

    fn alt(&self) -> String {
        let mut alt = String::new();
        let mut depth = 0_usize;
        for (event, _) in self.inside {
            match event {
                Event::Start(Tag::Image { .. }) => depth += 1,
                Event::End(TagEnd::Image) if depth == 0 => break,
                Event::End(TagEnd::Image) => depth -= 1,
                Event::Text(text) | Event::Code(text) => alt.push_str(text),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                _ => {}
            }
        }
        alt
    }

    /// A link with the text, or with the address.
    fn link(&self, text: &str, splice: &mut Splice) {
        let shown = if text.trim().is_empty() {
            self.url
        } else {
            text
        };
        let shown = escape(shown.trim(), true);
        if self.in_link {
            return splice.replace(self.range.clone(), shown);
        }
        let url = crate::clean::destinations::write(self.url);
        splice.replace(self.range.clone(), format!("[{shown}]({url})"));
    }

    /// Where the text goes on behind a picture that has its block's first line for itself: a tag alone on a line would
    /// make HTML of all that follows.
    fn line_end(&self) -> usize {
        if !self.begins_block || !begins_line(self.source, self.range.start) {
            return self.range.end;
        }
        let mut behind = self
            .inside
            .iter()
            .skip_while(|(event, range)| {
                !matches!(event, Event::End(TagEnd::Image)) || range.end < self.range.end
            })
            .skip(1);
        match (behind.next(), behind.next()) {
            (Some((Event::SoftBreak | Event::HardBreak, _)), Some((_, next))) => {
                next.start.max(self.range.end)
            }
            _ => self.range.end,
        }
    }
}
