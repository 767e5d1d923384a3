//! Pictures with a size (`![alt|300x200](x.png)`), and videos and PDFs that are written like pictures.

use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::callout::piece;
use super::page::{Page, plain};
use super::videos::is_video;
use crate::body::media::{picture, text_and_size};
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::places::begins_line;
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
    spaced(page, splice);
}

/// `![alt](x.png =300x200)`, as `HackMD` has it: a link to no other program.
fn spaced(page: &Page<'_, '_>, splice: &mut Splice) {
    let source = page.document.source;
    if !page.document.has(" =") {
        return;
    }
    for at in page.prose.find("![") {
        let parts = piece(source, at + 2)
            .split_once("](")
            .and_then(|(alt, rest)| {
                let (inside, _) = rest.split_once(')')?;
                let (url, size) = inside.rsplit_once(" =")?;
                let size = size.trim_end_matches('x');
                Some((alt, url.trim(), text_and_size(size).1?, inside.len()))
            });
        let Some((alt, url, size, length)) = parts else {
            continue;
        };
        if !alt.contains(['[', ']']) && !url.contains([' ', '"', '<']) && !url.is_empty() {
            let end = at + 2 + alt.len() + 2 + length + 1;
            splice.replace(at..end, picture(url, alt, size));
        }
    }
}

/// Whether an address is that of a PDF, as Logseq embeds it: no browser makes a picture of one.
fn is_document(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.to_ascii_lowercase().ends_with(".pdf")
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
        if is_video(self.url) || is_document(self.url) {
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
        let shown = plain(shown.trim());
        if self.in_link {
            return splice.replace(self.range.clone(), shown);
        }
        let url = crate::markdown::url::write(self.url);
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

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn sizes_and_videos_are_read() {
        for (before, after) in [
            (
                "![Map|300x200](https://e.org/m.png)\n",
                "<img src=\"https://e.org/m.png\" alt=\"Map\" width=\"300\" height=\"200\" loading=\"lazy\">\n",
            ),
            (
                "[![M|50](m.png)](https://e.org) ![](x.png =9x)\n",
                "[<img src=\"m.png\" alt=\"M\" width=\"50\" loading=\"lazy\">](https://e.org) <img src=\"x.png\" alt=\"\" width=\"9\" loading=\"lazy\">\n",
            ),
            (
                "![a|9](b.png)\nThe *map*.\n",
                "<img src=\"b.png\" alt=\"a\" width=\"9\" loading=\"lazy\"> The *map*.\n",
            ),
            (
                "![](https://youtu.be/abc) ![clip|100](c.mp4) ![a](https://x.com/b/status/1)\n",
                "[https://youtu.be/abc](https://youtu.be/abc) [clip](c.mp4) [a](https://x.com/b/status/1)\n",
            ),
            ("[![a](b.webm)](https://e.org)\n", "[a](https://e.org)\n"),
            (
                "![Plan](../docs/a%20b.PDF#page=2)\n",
                "[Plan](../docs/a%20b.PDF#page=2)\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn pictures_stay() {
        for body in [
            "![a|b](https://e.org/a.png) ![100](https://e.org/a.png)\n",
            "[![a](https://img.youtube.com/vi/b/0.jpg)](https://youtu.be/b)\n",
            "`![a|100](b.png)`\n",
            "![a](https://e.org/a.png \"t\")\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
