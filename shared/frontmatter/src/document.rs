//! A Markdown body with its syntax: pulldown-cmark's events, each with its byte range.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser};

/// A body, parsed once; every later step reads the same events.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(crate) source: &'a str,
    /// Events in document order with the bytes of `source` they stand for.
    pub(crate) events: Vec<(Event<'a>, Range<usize>)>,
}

impl<'a> Document<'a> {
    pub(crate) fn parse(source: &'a str) -> Self {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_MATH;
        Self {
            source,
            events: Parser::new_ext(source, options)
                .into_offset_iter()
                .collect(),
        }
    }
}

/// A change to the source: the bytes of `range` become `replacement`.
///
/// The edits of one body never overlap; a deletion has an empty replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) replacement: String,
}
