//! Definitions of links: where they may stand, and where they lead.

use std::ops::Range;

use super::url;
use super::{Document, Event, Tag};

/// The destination after a definition's `]:`, which may stand on the next line, in a quote too.
pub(crate) fn destination(source: &str, from: usize) -> Option<Range<usize>> {
    let rest = source.get(from..)?;
    let mut start = from + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
    let rest = source.get(start..)?;
    if rest.starts_with(['\n', '\r']) {
        start += rest.len() - rest.trim_start_matches(['\n', '\r', ' ', '\t', '>']).len();
    }
    let rest = source.get(start..)?;
    if rest.starts_with('<') {
        return url::destination(source, start);
    }
    let length = rest
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(rest.len());
    Some(start..start + length)
}

/// The parts of the source that can hold no definition, in order.
pub(crate) fn covered(document: &Document<'_>) -> Vec<Range<usize>> {
    let mut covered: Vec<Range<usize>> = Vec::new();
    for (event, range) in &document.events {
        let range = match event {
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::CodeBlock(_)
                | Tag::HtmlBlock
                | Tag::Table
                | Tag::Link { .. }
                | Tag::Image { .. },
            )
            | Event::Text(_)
            | Event::Code(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference
            | Event::TaskListMarker(_) => range.clone(),
            Event::Start(Tag::FootnoteDefinition) => {
                let label = document
                    .source
                    .get(range.clone())
                    .and_then(|text| text.find("]:"));
                range.start..range.start + label.map_or(0, |at| at + 2)
            }
            _ => continue,
        };
        match covered.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => covered.push(range),
        }
    }
    covered
}
