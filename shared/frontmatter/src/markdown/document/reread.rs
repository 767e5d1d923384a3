//! A document read again after some edits: only the sections that they touch are parsed.
//!
//! A heading that begins its line with `#` ends every block before it but code and HTML that nothing
//! has closed, and what stands in one block says nothing about any other but by definitions. So
//! the text between two such headings reads by itself as it reads in the document, wherever the parser
//! sees the second heading, is told what the document defines, and finds defined in the text what was defined there before.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use crate::markdown::{Event, Tag};
use memchr::memmem;
use pulldown_cmark::LinkType;

use super::event::{self, Definitions};
use super::limits::is_too_complex;
use super::{Document, Grammar};
use crate::markdown::edits::Edit;

/// Most bytes of addresses and titles that references bring into a document. The parser allows twice as many.
const MAX_REFERENCES_BYTES: usize = 50_000;

type Events<'a> = Vec<(Event<'a>, Range<usize>)>;

/// Where a section begins, or the document ends: in its events and in its source.
#[derive(Debug, Clone, Copy)]
struct Cut {
    event: usize,
    at: usize,
}

/// Sections that are parsed anew, and how many bytes longer the document is behind their edits.
struct Window {
    from: Cut,
    to: Cut,
    edits: Range<usize>,
}

impl<'a> Document<'a> {
    /// The document after edits, `source` being what they make of it.
    pub(crate) fn edited<'b>(&self, source: &'b str, edits: &[Edit]) -> Document<'b>
    where
        'a: 'b,
    {
        // An edit may bring the first formula into a document.
        self.plain()
            .edited_without_math(source, edits)
            .with_any_math()
    }

    /// As [`Self::edited`], read as [`Self::parse_without_math`] does; the document must be, too.
    pub(crate) fn edited_without_math<'b>(&self, source: &'b str, edits: &[Edit]) -> Document<'b>
    where
        'a: 'b,
    {
        // What an edit has taken away is seen no more: what a rule does must not depend on how a document was read.
        let bytes = self.bytes.clone().edited(self.source, edits);
        let pairs = self
            .pairs
            .get()
            .map(|pairs| pairs.clone().edited(source, edits));
        let too_complex = is_too_complex(source);
        let is_settled = self.grammar == Grammar::Satteri;
        let events = is_settled.then(|| events(self, source, edits)).flatten();
        let document = match events {
            Some(events) => Document {
                definitions: self.definitions.clone(),
                ..Document::new(source, events, bytes, too_complex, self.grammar)
            },
            None => Document::read(source, bytes, too_complex),
        };
        let document = Document {
            pairs: pairs.map_or_else(OnceCell::new, OnceCell::from),
            ..document
        };
        document.unless_too_much()
    }
}

/// The events of `source`, which is what `edits` make of the document; `None` where it must be
/// parsed as a whole, or nearly so.
fn events<'b>(before: &Document<'b>, source: &'b str, edits: &[Edit]) -> Option<Events<'b>> {
    let has = |mark: &[u8]| memmem::find(source.as_bytes(), mark).is_some();
    let defines = before.has("]:") || has(b"]:");
    // The definition of a footnote acts on all of the document.
    let has_footnotes = || before.has("[^") || has(b"[^");
    let are_apart = || are_apart(before.source) && are_apart(source);
    if before.too_complex || defines && (has_footnotes() || !are_apart()) {
        return None;
    }
    let windows = windows(before, edits)?;
    let mut events = Vec::with_capacity(before.events.len());
    let mut copied = 0;
    // How far behind the windows so far a place stands from where it stood: grown by, shrunk by.
    let (mut grown, mut shrunk) = (0, 0);
    for window in windows {
        copy(
            before,
            copied..window.from.event,
            grown,
            shrunk,
            &mut events,
        )?;
        let start = (window.from.at + grown).checked_sub(shrunk)?;
        for edit in edits.get(window.edits)? {
            grown += edit.replacement.len();
            shrunk += edit.range.len();
        }
        let end = (window.to.at + grown).checked_sub(shrunk)?;
        let own = parse(source, start..end, &before.definitions, &mut events)?;
        // What a section defines acts on all others.
        let old = before.source.get(window.from.at..window.to.at)?;
        if own != Definitions::of_text(old) || !before.definitions.have(&own) {
            return None;
        }
        copied = window.to.event;
    }
    copy(
        before,
        copied..before.events.len(),
        grown,
        shrunk,
        &mut events,
    )?;
    let is_reference = |(event, _): &&(Event<'_>, _)| {
        matches!(
            event,
            Event::Start(
                Tag::Link { link_type, .. } | Tag::Image { link_type, .. }
            ) if matches!(link_type, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut)
        )
    };
    // Where references come to more, the parser takes the last ones for text.
    let longest = before.definitions.longest;
    let are_few = longest == 0
        || events.iter().filter(is_reference).count() * longest <= MAX_REFERENCES_BYTES;
    are_few.then_some(events)
}

/// Whether behind each definition stands an empty line or another one: behind others the parser takes the beginning of a list
/// for text, in whatever section that is.
fn are_apart(source: &str) -> bool {
    let mut rest = source;
    while let Some(at) = memmem::find(rest.as_bytes(), b"]:") {
        let behind = rest.get(at..).unwrap_or_default();
        rest = behind.get(first_line(behind)..).unwrap_or_default();
        let next = rest.get(..first_line(rest)).unwrap_or_default();
        let next = next.trim_matches([' ', '\t', '\r', '\n']);
        if !(next.is_empty() || next.starts_with('[') && next.contains("]:")) {
            return false;
        }
    }
    true
}

fn copy<'b>(
    before: &Document<'b>,
    range: Range<usize>,
    grown: usize,
    shrunk: usize,
    events: &mut Events<'b>,
) -> Option<()> {
    let place = |at: usize| (at + grown).checked_sub(shrunk);
    for (event, range) in before.events.get(range)? {
        events.push((event.clone(), place(range.start)?..place(range.end)?));
    }
    Some(())
}

/// Parses what stands before the heading at the range's end, or the end of the source, and tells what it defines. `None`
/// where the parser sees no heading there.
fn parse<'b>(
    source: &'b str,
    range: Range<usize>,
    definitions: &Definitions,
    events: &mut Events<'b>,
) -> Option<Definitions> {
    let rest = source.get(range.end..)?;
    let text = source.get(range.start..range.end + first_line(rest))?;
    let mut depth = 0_usize;
    let is_unknown = Cell::new(false);
    let find = |label: &str| {
        let found = definitions.find(label);
        is_unknown.set(is_unknown.get() || found.is_err());
        found.ok().flatten()
    };
    let (parsed, own) = event::of_satteri(text, find);
    for (event, place) in parsed {
        let place = range.start + place.start..range.start + place.end;
        match &event {
            Event::Start(Tag::Heading { .. }) if depth == 0 && place.start == range.end => {
                return (!is_unknown.get()).then_some(own);
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        event::push(events, source, event, place);
    }
    (rest.is_empty() && !is_unknown.get()).then_some(own)
}

/// The sections that the edits touch, with the edits in each; `None` where they are the greater part.
fn windows(before: &Document<'_>, edits: &[Edit]) -> Option<Vec<Window>> {
    let source = before.source;
    let cuts = cuts(before, edits);
    let end = Cut {
        event: before.events.len(),
        at: source.len(),
    };
    let mut windows: Vec<Window> = Vec::new();
    let mut parsed = 0;
    for (number, edit) in edits.iter().enumerate() {
        if let Some(window) = windows.last_mut()
            && edit.range.start < window.to.at
        {
            window.edits.end = number + 1;
            continue;
        }
        let next = cuts.partition_point(|cut| cut.at <= edit.range.start);
        let from = next
            .checked_sub(1)
            .and_then(|last| cuts.get(last))
            .copied()
            .unwrap_or(Cut { event: 0, at: 0 });
        let behind = cuts.partition_point(|cut| cut.at <= edit.range.end);
        let to = cuts.get(behind).copied().unwrap_or(end);
        parsed += to.at - from.at;
        windows.push(Window {
            from,
            to,
            edits: number..number + 1,
        });
    }
    (parsed * 2 <= source.len()).then_some(windows)
}

/// The headings that begin their line with `#`, outside of any container, with an empty line below, and whose line, the break
/// before it and the line below no edit touches.
fn cuts(before: &Document<'_>, edits: &[Edit]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut depth = 0_usize;
    for (event, (kind, range)) in before.events.iter().enumerate() {
        match kind {
            Event::Start(tag) => {
                if depth == 0
                    && matches!(tag, Tag::Heading { .. })
                    && begins_section(before.source, range.start)
                    && !is_touched(before.source, range.start, edits)
                {
                    cuts.push(Cut {
                        event,
                        at: range.start,
                    });
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    cuts
}

/// Whether a heading parts what is above it from what is below: Sätteri ends code right below one at its first empty line, where
/// the heading ended a list or a quote.
fn begins_section(source: &str, at: usize) -> bool {
    let (before, heading) = source.split_at_checked(at).unwrap_or((source, ""));
    let below = heading.get(first_line(heading)..).unwrap_or_default();
    let below = below.get(..first_line(below)).unwrap_or_default();
    heading.starts_with('#')
        && before.ends_with('\n')
        && below.trim_matches([' ', '\t', '\r', '\n']).is_empty()
}

fn is_touched(source: &str, heading: usize, edits: &[Edit]) -> bool {
    let text = source.get(heading..).unwrap_or_default();
    let line = first_line(text);
    let below = line + text.get(line..).map_or(0, first_line);
    // Up to the edits that end before the break.
    let next = edits.partition_point(|edit| edit.range.end < heading);
    edits
        .get(next)
        .is_some_and(|edit| edit.range.start <= heading + below)
}

/// The length of the line that a text begins with, and of its break.
fn first_line(text: &str) -> usize {
    memchr::memchr(b'\n', text.as_bytes()).map_or(text.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apply(source: &str, edits: &[Edit]) -> String {
        let mut result = source.to_owned();
        for edit in edits.iter().rev() {
            result.replace_range(edit.range.clone(), &edit.replacement);
        }
        result
    }

    /// Whether the document was read by its sections; what is read must be what a parser reads.
    fn reread(source: &str, edits: &[Edit]) -> bool {
        let edited = apply(source, edits);
        let before = Document::parse(source);
        let events = events(&before, &edited, edits);
        if let Some(events) = &events {
            assert_eq!(
                *events,
                Document::parse(&edited).events,
                "{source:?} {edits:?}"
            );
        }
        events.is_some()
    }

    fn edit(range: Range<usize>, replacement: &str) -> Edit {
        Edit {
            range,
            replacement: replacement.to_owned(),
        }
    }

    #[test]
    fn sections_that_are_touched_are_read_anew() {
        let source = "# A\n\n- b\n\n## C\n\nd\n\n### E\n\nf *g* and so on, a longer text\n\n# H\nend of it\n";
        let at = source.find("d\n").unwrap();
        assert!(reread(source, &[edit(at..at + 1, "*x* `y`")]));
        assert!(reread(
            source,
            &[edit(at..at, "x"), edit(at + 1..at + 1, "<b>")]
        ));
        // A fence that is opened takes the headings with it.
        assert!(!reread(source, &[edit(at..at + 1, "```")]));
        assert!(!reread(source, &[edit(at..at + 1, "<!--")]));
        // Definitions act everywhere.
        assert!(!reread(source, &[edit(at..at + 1, "[b]: c")]));
        let source = format!("{source}\n## I\n\n[b]: c\n[ß]: e\n");
        assert!(!reread(&source, &[edit(at..at + 1, "[b]")]));
        let source = source.replace("[ß]: e\n", "");
        assert!(reread(
            &source,
            &[edit(at..at + 1, "[b], ![B][] [d][b] [e]")]
        ));
        assert!(!reread(&source, &[edit(at..at + 1, "[ſ]")]));
        let last = source.find("]:").unwrap();
        assert!(!reread(&source, &[edit(last..last, "f")]));
        assert!(!reread(&format!("{source}# J\n"), &[edit(at..at + 1, "x")]));
    }

    #[test]
    fn what_a_heading_ends_acts_on_code_right_below_it() {
        let rest = "A longer text\n\n".repeat(20);
        for (above, below) in [
            ("- b\n", "    c\n\n    d\n"),
            ("> b\n", "## E\n    c\n\n    d\n"),
        ] {
            let source = format!("# A\n\n{above}# B\n{below}\n# F\n\n{rest}");
            let at = source.find('c').unwrap();
            assert!(reread(&source, &[edit(at..at + 1, "x")]));
            // An edit must not take the empty line away that parts them.
            let source = source.replace("# B\n", "# B\n\n");
            let at = source.find("# B").unwrap() + "# B\n".len();
            assert!(reread(&source, &[edit(at..at + 1, "")]));
        }
    }

    #[test]
    fn what_an_edit_takes_away_is_seen_no_more() {
        let source = "# A\n\na < b\n\n# C\n\nd, which is the greater part of it\n";
        let document = Document::parse(source);
        let at = source.find('<').unwrap();
        let edits = [edit(at..at + 1, "&lt;")];
        assert!(reread(source, &edits));
        let edited = apply(source, &edits);
        assert!(document.has("<") && !document.edited(&edited, &edits).has("<"));
    }

    proptest! {
        #[test]
        fn what_is_read_anew_is_what_a_parser_reads(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("# a\n"), Just("\n"), Just("\n\n"), Just("## b\r\n"), Just("- c\n"), Just("> d\n"),
                    Just("    e\n"), Just("```\n"), Just("~~~\n"), Just("<div>\n"), Just("</div>\n"), Just("<!-- "),
                    Just("-->"), Just("<pre>"), Just("*f* "), Just("`"), Just("|g|h|\n|-|-|\n"),
                    Just("|i|\n"), Just("text "), Just("\t"), Just("1. j\n"), Just("#"), Just(" # k\n"), Just("===\n"),
                    Just("<?"), Just("\\"), Just("[l](m) "), Just("[^n]"), Just("- [ ] "), Just("\u{feff}"),
                    Just("[o]: p\n\n"), Just("[é]:\nq"), Just("[o]"), Just("[o]: r 's'\n"), Just("![O][]"),
                    Just("[t][é]"), Just("[^u]: v\n"), Just("2. w\n"), Just("\n[o]: x\n\n"), Just("[y][o"), Just("]"),
                ],
                0..40,
            ),
            changes in proptest::collection::vec(
                (any::<proptest::sample::Index>(), 0..4_usize, prop_oneof![
                    Just(""), Just("x"), Just("\n"), Just("```"), Just("# y\n"), Just("<!--"), Just("- "), Just("\\"),
                    Just("[o]"), Just("2. "), Just("[z][O]"), Just("]"), Just("["), Just(":"), Just("\n[^n]: a\n\n"), Just("\n\n[o]: b\n\n"),
                ]),
                0..4,
            ),
        ) {
            let filler = "# Filler\n\nThat is long enough to be the greater part of all of this.\n\n".repeat(12);
            let source = format!("{}\n{filler}{}", parts.concat(), parts.concat());
            let mut edits: Vec<Edit> = changes
                .into_iter()
                .map(|(at, length, replacement)| {
                    let start = at.index(source.len() + 1);
                    edit(start..source.len().min(start + length), replacement)
                })
                .filter(|edit| source.get(edit.range.clone()).is_some())
                .collect();
            edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
            let mut end = 0;
            edits.retain(|edit| {
                let stands = edit.range.start >= end;
                end = if stands { edit.range.end } else { end };
                stands
            });
            reread(&source, &edits);
        }
    }
}
