//! Whose dialect a body is written in (2.9.1).

use pulldown_cmark::TagEnd;

use super::options::CleanOptions;
use super::rules::callouts::{self, Marker};
use super::rules::{obsidian, wikilinks};
use crate::context::Flavor;
use crate::markdown::{Document, Event, Tag};

/// What the Tasks plugin writes before a date.
const TASK_MARKS: [&str; 6] = ["✅", "📅", "⏳", "🛫", "➕", "❌"];

/// Whether the body is written in Obsidian's dialect, as far as one reading tells.
pub(crate) fn is_obsidian(document: &Document<'_>, options: &CleanOptions<'_>) -> bool {
    is_obsidian_with(document, &callouts::find(document), options)
}

/// Whether highlights, tags and block ids are syntax: the caller says so, or the body
/// has something that only Obsidian writes.
pub(super) fn is_obsidian_with(
    document: &Document<'_>,
    markers: &[Marker],
    options: &CleanOptions<'_>,
) -> bool {
    match options.context.flavor {
        Flavor::Obsidian => true,
        Flavor::GitHub => false,
        Flavor::Auto => {
            options.obsidian_keys
                || markers.iter().any(|marker| !marker.is_github())
                || obsidian::has_block_id(document)
                || document.has("[[")
                    && document
                        .runs()
                        .iter()
                        .any(|run| !wikilinks::find(document.source, run, true).is_empty())
                || has_task_date(document)
        }
    }
}

/// Whether a list item has a date as the Tasks plugin writes it: `📅 2025-09-01`.
fn has_task_date(document: &Document<'_>) -> bool {
    if !TASK_MARKS.iter().any(|mark| document.has(mark)) {
        return false;
    }
    let mut items = 0_usize;
    document.events.iter().any(|(event, _)| {
        match event {
            Event::Start(Tag::Item) => items += 1,
            Event::End(TagEnd::Item) => items = items.saturating_sub(1),
            Event::Text(text) if items > 0 => return is_task_date(text),
            _ => {}
        }
        false
    })
}

fn is_task_date(text: &str) -> bool {
    TASK_MARKS.iter().any(|mark| {
        text.split(mark)
            .skip(1)
            .any(|rest| is_date(rest.trim_start_matches(['\u{fe0f}', ' '])))
    })
}

fn is_date(text: &str) -> bool {
    let mut bytes = text.bytes();
    "dddd-dd-dd".bytes().all(|expected| match expected {
        b'd' => bytes.next().is_some_and(|byte| byte.is_ascii_digit()),
        dash => bytes.next() == Some(dash),
    })
}
