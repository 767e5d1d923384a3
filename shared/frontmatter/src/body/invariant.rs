//! The invariant that code is data: every code block and code span is the same after the edits.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::markdown::{Document, Edit, Event, Tag};

/// The code of a document, in order: a digest of language, metadata and text, and its place. The line breaks that it ends with
/// don't count: a block that nothing closes has those before what follows, or not.
pub(crate) fn code(document: &Document<'_>) -> Vec<(u64, Range<usize>)> {
    // Backticks, tildes or an indentation: without any of them there is no code.
    if !["`", "~", "    ", "\t"]
        .iter()
        .any(|mark| document.has(mark))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut block: Option<(DefaultHasher, Range<usize>)> = None;
    let mut breaks = String::new();
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::CodeBlock(info)) => {
                let mut hasher = DefaultHasher::new();
                if let Some(info) = info {
                    hasher.write(info.as_bytes());
                }
                hasher.write_u8(0);
                block = Some((hasher, range.clone()));
                breaks.clear();
            }
            Event::Text(text) => {
                if let Some((hasher, _)) = &mut block {
                    let shown = text.trim_end_matches(['\r', '\n']);
                    if !shown.is_empty() {
                        hasher.write(breaks.as_bytes());
                        hasher.write(shown.as_bytes());
                        breaks.clear();
                    }
                    breaks.push_str(text.get(shown.len()..).unwrap_or_default());
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                found.extend(block.take().map(|(hasher, range)| (hasher.finish(), range)));
            }
            Event::Code(text) => {
                let mut hasher = DefaultHasher::new();
                hasher.write_u8(1);
                hasher.write(text.as_bytes());
                found.push((hasher.finish(), range.clone()));
            }
            _ => {}
        }
    }
    found
}

/// What must still be there after the edits: the code that none of them takes out whole.
pub(crate) fn expected(code: &[(u64, Range<usize>)], edits: &[Edit]) -> Vec<u64> {
    let is_taken = |range: &Range<usize>| {
        let next = edits.partition_point(|edit| edit.range.end < range.end);
        edits
            .get(next)
            .is_some_and(|edit| edit.range.start <= range.start && edit.range.end >= range.end)
    };
    code.iter()
        .filter(|(_, range)| !is_taken(range))
        .map(|(digest, _)| *digest)
        .collect()
}

/// Whether all of the expected code is there, in order. HTML that was taken out may have
/// uncovered more; that loses nothing.
pub(crate) fn holds(expected: &[u64], code: &[(u64, Range<usize>)]) -> bool {
    let mut found = code.iter();
    expected
        .iter()
        .all(|wanted| found.any(|(digest, _)| digest == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_at_the_end_don_t_count() {
        let digests = |source: &'static str| -> Vec<u64> {
            let code = code(&Document::parse(source));
            code.into_iter().map(|(digest, _)| digest).collect()
        };
        assert_eq!(digests("0. ```\n\n# a\n"), digests("0. ```\n\n"));
        assert_ne!(digests("```\na\n\nb\n```\n"), digests("```\na\nb\n```\n"));
        assert_ne!(digests("```\na\n```\n"), digests("```\n\na\n```\n"));
    }
}
