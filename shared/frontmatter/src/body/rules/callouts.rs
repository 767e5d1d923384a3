//! Callouts: the marker in one spelling, and a record of each (2.9.7).

use std::ops::Range;

use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event, Tag};
use crate::record::Callout;

/// GitHub's alerts, which are callouts in every flavour.
const GITHUB_TYPES: [&str; 5] = ["note", "tip", "important", "warning", "caution"];

/// A callout's marker line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    /// From `[` to the fold mark.
    pub(crate) range: Range<usize>,
    /// Where the line ends, its line break not counted.
    line_end: usize,
    kind: String,
    metadata: Option<String>,
    fold: Option<char>,
    title: Option<String>,
}

impl Marker {
    /// Whether GitHub would show this as an alert, so that it says nothing about the flavour.
    pub(crate) fn is_github(&self) -> bool {
        GITHUB_TYPES.contains(&self.kind.as_str()) && self.metadata.is_none() && self.fold.is_none()
    }

    /// Whether the marker's line ends with these blanks.
    pub(crate) fn ends_at(&self, blanks: &Range<usize>) -> bool {
        (blanks.start..=blanks.end).contains(&self.line_end)
    }

    /// Whether the marker's line ends before a place; those of one document end in their order.
    pub(super) fn ends_before(&self, at: usize) -> bool {
        self.line_end < at
    }

    /// The record, with its line to be filled in.
    pub(crate) fn callout(&self) -> Callout {
        Callout {
            kind: self.kind.clone(),
            metadata: self.metadata.clone(),
            fold: self.fold.map(String::from),
            title: self.title.clone(),
            line: 0,
        }
    }
}

/// The markers of a document, in order.
pub(crate) fn find(document: &Document<'_>) -> Vec<Marker> {
    let mut markers = Vec::new();
    if !document.has("[!") {
        return markers;
    }
    for pair in document.events.windows(2) {
        if let [
            (Event::Start(Tag::BlockQuote), _),
            (Event::Start(Tag::Paragraph), paragraph),
        ] = pair
        {
            markers.extend(parse(document.source, paragraph));
        }
    }
    markers
}

fn parse(source: &str, paragraph: &Range<usize>) -> Option<Marker> {
    let text = source.get(paragraph.clone())?;
    let line = text.get(..text.find(['\n', '\r']).unwrap_or(text.len()))?;
    let inside = line.strip_prefix("[!")?;
    let length = inside.find(']')?;
    let after = inside.get(length + 1..)?;
    // A link or a definition is no marker.
    if after.starts_with(['(', '[', ':']) {
        return None;
    }
    let inside = inside.get(..length)?;
    let (kind, metadata) = match inside.split_once('|') {
        Some((kind, metadata)) => (kind, Some(metadata.trim().to_owned())),
        None => (inside, None),
    };
    let kind = kind.trim();
    let is_kind = !kind.is_empty()
        && kind
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    if !is_kind {
        return None;
    }
    let fold = after.chars().next().filter(|c| matches!(c, '+' | '-'));
    let title = after.get(fold.map_or(0, char::len_utf8)..)?.trim();
    let end = paragraph.start + 2 + length + 1 + usize::from(fold.is_some());
    Some(Marker {
        range: paragraph.start..end,
        line_end: paragraph.start + line.len(),
        kind: kind.to_lowercase(),
        metadata: metadata.filter(|metadata| !metadata.is_empty()),
        fold,
        title: (!title.is_empty()).then(|| title.to_owned()),
    })
}

/// Writes every marker as `> [!type]± title`; a `blank` one without a title goes with its line,
/// which renderers would print.
pub(crate) fn rewrite(document: &Document<'_>, markers: &[Marker], splice: &mut Splice) {
    let source = document.source;
    for marker in markers {
        if marker.kind == "blank" && marker.title.is_none() {
            splice.delete(marker_line(source, marker));
            continue;
        }
        let fold = marker.fold.map(String::from).unwrap_or_default();
        let space = source
            .get(..marker.range.start)
            .is_some_and(|before| before.ends_with('>'));
        let space = if space { " " } else { "" };
        splice.replace(
            marker.range.clone(),
            format!("{space}[!{}]{fold}", marker.kind),
        );
    }
}

/// The marker's whole line, where nothing but quote marks stands before it; else its text.
fn marker_line(source: &str, marker: &Marker) -> Range<usize> {
    let before = source.get(..marker.range.start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let is_quote = before
        .get(line_start..)
        .is_some_and(|prefix| prefix.chars().all(|c| matches!(c, '>' | ' ' | '\t')));
    if !is_quote {
        return marker.range.start..marker.line_end;
    }
    let after = source.get(marker.line_end..).unwrap_or_default();
    let eol = if after.starts_with("\r\n") {
        2
    } else {
        usize::from(!after.is_empty())
    };
    line_start..marker.line_end + eol
}
