//! Whose dialect a body is written in (2.9.1).

use pulldown_cmark::{Event, Tag, TagEnd};

use super::callouts::Marker;
use super::text::Run;
use super::{CleanOptions, obsidian, wikilinks};
use crate::context::Flavor;
use crate::document::Document;

/// Whether comments, highlights, tags and block ids are syntax: the caller says so, or the body
/// has something that only Obsidian writes.
pub(super) fn is_obsidian(
    document: &Document<'_>,
    runs: &[Run],
    markers: &[Marker],
    options: &CleanOptions<'_>,
) -> bool {
    match options.context.flavor {
        Flavor::Obsidian => true,
        Flavor::GitHub => false,
        Flavor::Auto => {
            options.obsidian_keys
                || markers.iter().any(|marker| !marker.is_github())
                || document.source.contains('^')
                    && runs
                        .iter()
                        .any(|run| obsidian::has_block_id(document.source, run))
                || document.source.contains("[[")
                    && runs
                        .iter()
                        .any(|run| !wikilinks::find(document.source, run).is_empty())
                || has_task_date(document)
                || obsidian::has_block_comment(document, runs)
        }
    }
}

/// Whether a list item has a date as the Tasks plugin writes it: `📅 2025-09-01`.
fn has_task_date(document: &Document<'_>) -> bool {
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
    text.char_indices().any(|(at, mark)| {
        let is_mark = matches!(mark, '✅' | '📅' | '⏳' | '🛫' | '➕' | '❌');
        let rest = || text.get(at + mark.len_utf8()..).unwrap_or_default();
        is_mark && is_date(rest().trim_start_matches(['\u{fe0f}', ' ']))
    })
}

fn is_date(text: &str) -> bool {
    let mut bytes = text.bytes();
    "dddd-dd-dd".bytes().all(|expected| match expected {
        b'd' => bytes.next().is_some_and(|byte| byte.is_ascii_digit()),
        dash => bytes.next() == Some(dash),
    })
}
