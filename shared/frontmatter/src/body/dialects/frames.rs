//! Frames, which no page shows, leave a link to what they frame.

use std::ops::Range;

use super::page::{Page, around, plain};
use super::videos;
use crate::body::rules::elements::alternative;
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::html::entities::references;
use crate::markdown::html::serialise::escape_attribute;
use crate::markdown::html::steps::{self, Placed, Step};
use crate::markdown::html::tokens::{Tag, TokenKind};
use crate::markdown::url;
use crate::markdown::{Event, Tag as Markdown};

/// Elements that show another document, with the attribute that names it.
const FRAMES: [(&str, &str); 4] = [
    ("embed", "src"),
    ("frame", "src"),
    ("iframe", "src"),
    ("object", "data"),
];

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let document = page.document;
    if !has_frame(page) {
        return;
    }
    let source = document.source;
    let blocks = steps::blocks(document);
    let steps = steps::steps(document, &blocks);
    let tokens: Vec<&Placed<'_>> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Token(placed) if !placed.in_picture => Some(placed),
            _ => None,
        })
        .collect();
    let mut frames = Vec::new();
    for (index, placed) in tokens.iter().enumerate() {
        let TokenKind::Open(tag) = &placed.kind else {
            continue;
        };
        if let Some((url, text)) = frame(tag) {
            let closer = tokens
                .get(index + 1)
                .filter(|next| matches!(&next.kind, TokenKind::Close(name) if *name == tag.name));
            let end = closer.map_or(placed.range.end, |closer| closer.range.end);
            frames.push((placed.range.start..end, placed.in_block, url, text));
        }
    }
    let alone = blocks_of_frames(page, &frames);
    for (range, in_block, url, text) in frames {
        let tag = source.get(range.clone()).unwrap_or_default();
        warnings.add(Code::HtmlRemoved, range.start, tag);
        let text = if text.is_empty() { &url } else { &text };
        let is_html = in_block && around(&alone, range.start).is_none();
        let link = if is_html {
            let href = escape_attribute(&url);
            format!("<a href=\"{href}\">{}</a>", alternative(text, true))
        } else {
            format!("[{}]({})", plain(text), url::write(&url))
        };
        splice.replace(range, link);
    }
}

fn has_frame(page: &Page<'_, '_>) -> bool {
    let source = page.document.source.as_bytes();
    page.angles.iter().any(|at| {
        let behind = source.get(at + 1..).unwrap_or_default();
        FRAMES.iter().any(|(name, _)| {
            let name = name.as_bytes();
            behind
                .get(..name.len())
                .is_some_and(|behind| behind.eq_ignore_ascii_case(name))
        })
    })
}

/// The address of what a frame shows, and how it is called; `None` where it shows nothing.
fn frame(tag: &Tag<'_>) -> Option<(String, String)> {
    let value = |name: &str| {
        let value = references(tag.value(name)?);
        Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (_, name) = FRAMES.iter().find(|(name, _)| *name == tag.name)?;
    let is_tiny =
        |name| value(name).is_some_and(|size| matches!(size.as_str(), "0" | "1" | "0px" | "1px"));
    if is_tiny("width") || is_tiny("height") {
        return None;
    }
    let url = videos::page(&value(name)?)?;
    let text = value("title").or_else(|| value("aria-label"));
    Some((url, text.unwrap_or_default()))
}

type Frame = (Range<usize>, bool, String, String);

/// The blocks of HTML in which nothing but frames stands.
fn blocks_of_frames(page: &Page<'_, '_>, frames: &[Frame]) -> Vec<Range<usize>> {
    let source = page.document.source;
    let blocks = page.document.events.iter().filter_map(|(event, range)| {
        matches!(event, Event::Start(Markdown::HtmlBlock)).then_some(range)
    });
    let is_blank = |range: Range<usize>| {
        let text = source.get(range).unwrap_or_default();
        text.bytes()
            .all(|byte| byte.is_ascii_whitespace() || byte == b'>')
    };
    let holds_frames_alone = |block: &&Range<usize>| {
        let mut start = block.start;
        let first = frames.partition_point(|(frame, ..)| frame.start < block.start);
        let inside = frames.get(first..).unwrap_or_default().iter();
        for (frame, ..) in inside.take_while(|(frame, ..)| frame.start < block.end) {
            if !is_blank(start..frame.start.max(start)) {
                return false;
            }
            start = frame.end.max(start);
        }
        start > block.start && is_blank(start..block.end.max(start))
    };
    blocks.filter(holds_frames_alone).cloned().collect()
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn frames_leave_links() {
        for (before, after) in [
            (
                "<iframe width=\"560\" src=\"https://www.youtube.com/embed/abc\" title=\"Our robot\"></iframe>\n",
                "[Our robot](https://www.youtube.com/watch?v=abc)\n",
            ),
            (
                "a <iframe src=\"//e.org/map?b=c\"></iframe> d\n",
                "a [https://e.org/map?b=c](https://e.org/map?b=c) d\n",
            ),
            (
                "<div>\n<iframe src=\"https://player.vimeo.com/video/1\" title=\"A <b>\"></iframe>\n</div>\n",
                "<div>\n<a href=\"https://vimeo.com/1\">A &#60;b&#62;</a>\n</div>\n",
            ),
            (
                "<embed src=\"https://e.org/a.pdf\">\n",
                "[https://e.org/a.pdf](https://e.org/a.pdf)\n",
            ),
            (
                "<object data=\"https://e.org/a\" title=\"B\">c</object>\n",
                "[B](https://e.org/a)\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn what_frames_nothing_is_no_link() {
        for body in [
            "<iframe src=\"javascript:alert(1)\"></iframe>\n",
            "<iframe src=\"https://e.org/count\" width=\"1\" height=\"1\"></iframe>\n",
            "`<iframe src=\"https://e.org\"></iframe>`\n",
            "<iframe srcdoc=\"<b>\"></iframe>\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
