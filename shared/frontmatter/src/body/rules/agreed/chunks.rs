//! Spans of code that are such in a line whose backticks pair by themselves, however the lines around it are taken together
//! (2.9.12).

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use super::confirmed::Block;
use crate::markdown::places::{is_delimiters, is_marker};

/// The lines between blank lines and blocks of code, read once from the beginning to the end.
pub(super) struct Chunks<'a> {
    source: &'a str,
    blocks: &'a [Block<'a>],
    /// Where the chunk begins that is looked at.
    pub(super) start: usize,
    line: Range<usize>,
    /// The spans of the line, by themselves.
    spans: Vec<Range<usize>>,
    /// Whether every line of the chunk before this one pairs its backticks, and begins no block of HTML.
    is_calm: bool,
    has_delimiters: bool,
    /// Brackets outside of code that stand open before `counted`.
    open: usize,
    /// How far the brackets of the line are counted.
    counted: usize,
    /// How many of the line's spans begin before that.
    passed: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(source: &'a str, blocks: &'a [Block<'a>]) -> Self {
        let mut chunks = Self {
            source,
            blocks,
            start: 0,
            line: 0..0,
            spans: Vec::new(),
            is_calm: true,
            has_delimiters: false,
            open: 0,
            counted: 0,
            passed: 0,
        };
        chunks.read(0);
        chunks
    }

    /// Reads the line that begins at `start`.
    fn read(&mut self, start: usize) {
        self.open_at(self.line.end);
        (self.counted, self.passed) = (start, 0);
        let rest = self.source.get(start..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
        self.line = start..start + length;
        let line = rest.get(..length).unwrap_or_default();
        let text = line.trim_start_matches(begins_container);
        let code_end = self
            .blocks
            .get(
                self.blocks
                    .partition_point(|block| block.range.end <= start),
            )
            .map_or(usize::MAX, |block| block.range.start);
        if line.trim_matches([' ', '\t', '>', '\r', '\n']).is_empty()
            || code_end <= start + line.len()
        {
            self.start = self.line.end;
            self.is_calm = true;
            self.has_delimiters = false;
            self.open = 0;
            self.spans.clear();
            return;
        }
        self.has_delimiters |= is_delimiters(line);
        self.spans.clear();
        if let Some(spans) = spans_of(line) {
            let places = spans.into_iter();
            self.spans
                .extend(places.map(|span| start + span.start..start + span.end));
        } else {
            self.is_calm = false;
        }
        self.is_calm &= !begins_html(text);
    }

    /// Whether the span, which is on one line, is code however the lines around it are taken together.
    /// Each call must ask further on than the one before.
    pub(super) fn confirm(&mut self, span: &Range<usize>) -> bool {
        // Behind an empty line a chunk begins, whatever stands before.
        let between = self.source.as_bytes().get(self.line.end..span.start);
        if let Some(at) = between.and_then(|between| memmem::rfind(between, b"\n\n")) {
            self.read(self.line.end + at + 1);
        }
        while self.line.end <= span.start && self.line.end < self.source.len() {
            self.read(self.line.end);
        }
        let found = self
            .spans
            .binary_search_by_key(&span.start, |known| known.start);
        let is_known = found.is_ok_and(|at| self.spans.get(at) == Some(span));
        let text = self.source.get(span.clone()).unwrap_or_default();
        let is_cut = || {
            let next = self.source.get(self.line.end..).unwrap_or_default();
            text.contains('|')
                && (self.has_delimiters || is_delimiters(next.lines().next().unwrap_or_default()))
        };
        // Of a bracket in code and one before it some readers make a link.
        self.is_calm
            && is_known
            && !is_cut()
            && !(text.contains(']') && self.open_at(span.start) > 0)
    }

    /// Brackets outside of code that stand open at a place in the line. Each call must ask further on than the one before:
    /// they are counted once.
    fn open_at(&mut self, at: usize) -> usize {
        while let Some(span) = self.spans.get(self.passed).filter(|span| span.start < at) {
            let (start, end) = (span.start, span.end);
            self.count_to(start);
            self.counted = end;
            self.passed += 1;
        }
        self.count_to(at);
        self.open
    }

    fn count_to(&mut self, end: usize) {
        let text = self.source.get(self.counted..end).unwrap_or_default();
        for byte in text.bytes() {
            match byte {
                b'[' => self.open += 1,
                b']' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        self.counted = self.counted.max(end);
    }
}

/// Whether it is a blank or part of the marker of a container.
pub(super) fn begins_container(character: char) -> bool {
    u8::try_from(character).is_ok_and(is_marker)
}

/// Whether a line of text could begin a block of HTML for somebody.
fn begins_html(text: &str) -> bool {
    const INLINE: [&str; 16] = [
        "a", "b", "br", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "s", "strong",
        "sub", "sup", "var",
    ];
    let Some(rest) = text.strip_prefix('<') else {
        return false;
    };
    let name = rest.strip_prefix('/').unwrap_or(rest);
    let name = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_inline = INLINE
        .iter()
        .any(|inline| inline.eq_ignore_ascii_case(name));
    !is_inline || text.trim_end().ends_with('>')
}

/// The spans of code in a line whose backticks pair by themselves; `None` where some don't.
fn spans_of(line: &str) -> Option<Vec<Range<usize>>> {
    let bytes = line.as_bytes();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr_iter(b'`', bytes) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, run) in runs.iter().enumerate() {
        by_length.entry(run.len()).or_default().push(number);
    }
    let mut spans = Vec::new();
    let mut number = 0;
    while let Some(run) = runs.get(number) {
        let is_escaped = run.start > 0 && bytes.get(run.start - 1) == Some(&b'\\');
        let alike = by_length.get(&run.len()).map_or(&[][..], Vec::as_slice);
        let closer = *alike.get(alike.partition_point(|other| *other <= number))?;
        if is_escaped {
            return None;
        }
        spans.push(run.start..runs.get(closer)?.end);
        number = closer + 1;
    }
    Some(spans)
}
