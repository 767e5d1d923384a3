//! What is not parsed, or not published as it was read, since some parser would take more than linear time for it.

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::TagEnd;

use super::event::{Definitions, Event, Tag};
use super::strain::strains;
use crate::markdown::text;

/// Deepest nesting of quotes and lists that is parsed. The parser's time is the product of the
/// depth and the number of lines, so this is what keeps a megabyte under a second.
const MAX_CONTAINERS_ON_A_LINE: usize = 200;

/// Most marks of footnotes in a document that is parsed: the parser's time is the square of their number, a fiftieth of
/// a second for so many.
const MAX_FOOTNOTES: usize = 10_000;
/// Most blocks and marks in each other: remark calls itself for each, and at some thousands there is no site any more.
const MAX_DEPTH: usize = 256;
/// Most quotes and lists in a document: remark takes the square of their number, five seconds for so many.
const MAX_QUOTES_AND_LISTS: usize = 5_000;
/// Most cells that rows of tables lack: renderers write each of them, so that 40 kB of lone words below 400 columns are 80 MB of HTML.
const MAX_MISSING_CELLS: usize = 50_000;
/// Most bytes that references bring of what they refer to: remark writes an address once for each, and of 50 kB that 50,000 refer to
/// no machine has the memory.
const MAX_REFERRED_BYTES: usize = 4 * 1024 * 1024;
/// Longest label of a reference, in characters (CommonMark 0.31, 4.7).
const MAX_LABEL: usize = 999;
/// A shorter text is never too much by itself, in bytes.
const SHORT_TEXT: usize = 4096;
/// Most looks in all texts that are longer: each of their marks and lines may be looked for from each other one. Sätteri takes a second for
/// so many, remark five.
const MAX_LOOKS: usize = 4_000_000_000;

/// A shorter line can't open that many: a tab counts for two, every other byte for one at most.
const SHORT_LINE: usize = MAX_CONTAINERS_ON_A_LINE / 2;

/// Whether parsing a source would take more than linear time.
pub(super) fn is_too_complex(source: &str) -> bool {
    nests_too_deeply(source) || has_too_many_footnotes(source) || strains(source)
}

fn has_too_many_footnotes(source: &str) -> bool {
    // Most documents have no such letter at all.
    memchr::memchr(b'^', source.as_bytes()).is_some()
        && memmem::find_iter(source.as_bytes(), "[^")
            .nth(MAX_FOOTNOTES)
            .is_some()
}

/// Whether some line opens more containers than are parsed.
fn nests_too_deeply(source: &str) -> bool {
    let bytes = source.as_bytes();
    let mut start = 0;
    while let Some(window) = bytes.get(start..=start + SHORT_LINE) {
        let other = window.iter().rposition(|byte| !is_marker(*byte));
        if let Some(other) = other {
            // No such line begins before it: most of the source is never looked at.
            start += other + 1;
            continue;
        }
        let rest = bytes.get(start..).unwrap_or_default();
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let begins_line = matches!(before, None | Some(b'\n' | b'\r'));
        if begins_line && containers(rest) > MAX_CONTAINERS_ON_A_LINE {
            return true;
        }
        let run = rest.iter().position(|byte| !is_marker(*byte));
        start += run.unwrap_or(rest.len());
    }
    false
}

/// Whether the byte may stand before the text of a line that stands in containers.
fn is_marker(byte: u8) -> bool {
    matches!(
        byte,
        b'>' | b':' | b'-' | b'+' | b'*' | b'.' | b')' | b' ' | b'\t' | b'0'
            ..=b'9' | b'[' | b']' | b'^'
    )
}

/// At least as many containers as the line can stand in that `text` begins with: every quote, list and
/// footnote marker before its first other character, and a list for every two columns of indentation.
fn containers(text: &[u8]) -> usize {
    let (mut markers, mut indentation) = (0_usize, 0_usize);
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let before_space = matches!(bytes.peek(), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
        match byte {
            b'>' | b':' => markers += 1,
            b'-' | b'+' | b'*' | b'.' | b')' if before_space => markers += 1,
            b' ' => indentation += 1,
            b'\t' => indentation += 4,
            b'0'..=b'9' | b'[' | b']' | b'^' => {}
            _ => break,
        }
    }
    if markers > 0 {
        markers + indentation / 2
    } else {
        0
    }
}

/// Whether what was read would take a renderer too long: too much in each other, too many quotes and lists, too many cells that nobody
/// wrote, or too many marks in one text.
pub(super) fn is_too_much(source: &str, events: &[(Event<'_>, Range<usize>)]) -> bool {
    let (mut depth, mut containers, mut looks) = (0_usize, 0_usize, 0_usize);
    let mut run: Option<Range<usize>> = None;
    let (mut columns, mut cells, mut missing) = (0_usize, 0_usize, 0_usize);
    let mut is_code = false;
    for (event, range) in events {
        match event {
            Event::Start(tag) => {
                depth += 1;
                containers += usize::from(matches!(tag, Tag::BlockQuote | Tag::List));
                is_code = matches!(tag, Tag::CodeBlock(_));
                match tag {
                    Tag::TableHead | Tag::TableRow => cells = 0,
                    Tag::TableCell => cells += 1,
                    _ => {}
                }
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                match end {
                    TagEnd::TableHead => columns = cells,
                    TagEnd::TableRow => missing += columns.saturating_sub(cells),
                    _ => {}
                }
            }
            _ => {}
        }
        if !is_code && is_in_text(event) {
            let start = run.as_ref().map_or(range.start, |run| run.start);
            let end = run.map_or(0, |run| run.end).max(range.end);
            run = Some(start..end);
        } else if let Some(run) = run.take() {
            looks = looks.saturating_add(looks_in(source, run));
        }
        if depth > MAX_DEPTH
            || containers > MAX_QUOTES_AND_LISTS
            || missing > MAX_MISSING_CELLS
            || looks > MAX_LOOKS
        {
            return true;
        }
    }
    let last = run.map_or(0, |run| looks_in(source, run));
    looks.saturating_add(last) > MAX_LOOKS
}

/// Whether references bring more than a renderer has memory for. The parser takes what comes to more than the document for text, others
/// don't, so it is looked for in the source.
pub(super) fn refers_to_too_much(source: &str, definitions: &Definitions) -> bool {
    let bytes = source.as_bytes();
    let most = memchr::memchr_iter(b']', bytes).count();
    if most.saturating_mul(definitions.longest) <= MAX_REFERRED_BYTES {
        return false;
    }
    let (mut referred, mut label, mut escaped) = (0_usize, None, None);
    for at in memchr::memchr3_iter(b'[', b']', b'\\', bytes) {
        if escaped == Some(at) {
            continue;
        }
        match bytes.get(at) {
            Some(b'\\') => escaped = Some(at + 1),
            Some(b'[') => label = Some(at + 1),
            _ => {
                let label = label.take().and_then(|start| source.get(start..at));
                let label =
                    label.filter(|label| label.chars().take(MAX_LABEL + 1).count() <= MAX_LABEL);
                referred += label.map_or(0, |label| definitions.size(label));
            }
        }
        if referred > MAX_REFERRED_BYTES {
            return true;
        }
    }
    false
}

/// Whether the event is part of a text, and no block.
fn is_in_text(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => text::is_inline(tag),
        Event::End(tag) => text::is_inline_end(*tag),
        Event::Rule | Event::Html(_) => false,
        _ => true,
    }
}

/// How often a parser may look at the bytes of a text for what a mark in it goes with.
fn looks_in(source: &str, text: Range<usize>) -> usize {
    if text.len() <= SHORT_TEXT {
        return 0;
    }
    let bytes = source.get(text).unwrap_or_default().as_bytes();
    let is_mark = |byte: &&u8| {
        matches!(
            byte,
            b'[' | b']' | b'<' | b'*' | b'_' | b'~' | b'`' | b'&' | b'!' | b'\n'
        )
    };
    bytes
        .iter()
        .filter(is_mark)
        .count()
        .saturating_mul(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Document;
    use proptest::prelude::*;

    #[test]
    fn a_line_in_too_many_containers_is_found_wherever_it_stands() {
        let deep = ">".repeat(MAX_CONTAINERS_ON_A_LINE + 1);
        let just = ">".repeat(MAX_CONTAINERS_ON_A_LINE);
        for before in ["", "a\n", "a\r\n\n", "\t\n"] {
            assert!(nests_too_deeply(&format!("{before}{deep}")));
            assert!(nests_too_deeply(&format!("{before}{deep}\nb")));
            assert!(!nests_too_deeply(&format!("{before}{just}")));
            assert!(!nests_too_deeply(&format!("{before}a{deep}")));
        }
        assert!(nests_too_deeply(&format!(
            "-{}",
            "\t".repeat(SHORT_LINE + 1)
        )));
    }

    #[test]
    fn more_footnotes_than_are_parsed_are_too_complex() {
        assert!(!Document::parse(&"[^a]: b\n".repeat(MAX_FOOTNOTES)).too_complex);
        assert!(Document::parse(&"[^a]: b\n".repeat(MAX_FOOTNOTES + 1)).too_complex);
    }

    #[test]
    fn what_renderers_take_too_long_for_is_too_complex() {
        for (unit, most) in [
            ("> a\n\n", MAX_QUOTES_AND_LISTS),
            ("- a\n  - b\n", MAX_QUOTES_AND_LISTS - 1),
            ("&gt;\\a", 20_000),
            ("`](", 20_000),
            ("a* ", 20_000),
            ("<a ", 20_000),
        ] {
            assert!(!Document::parse(&unit.repeat(most)).too_complex, "{unit:?}");
            assert!(
                Document::parse(&unit.repeat(3 * most)).too_complex,
                "{unit:?}"
            );
        }
    }

    /// Every renderer fills the rows of a table up to its columns.
    #[test]
    fn cells_that_nobody_wrote_are_limited() {
        let columns = 501;
        let table = |rows: usize, row: &str| {
            let (head, delimiters) = ("|a".repeat(columns), "|-".repeat(columns));
            Document::parse(&format!("{head}|\n{delimiters}|\n{}", row.repeat(rows))).too_complex
        };
        for row in ["x\n", "|x|\n", "|x\n"] {
            assert!(!table(MAX_MISSING_CELLS / 500, row), "{row:?}");
            assert!(table(MAX_MISSING_CELLS / 500 + 1, row), "{row:?}");
        }
        let whole = format!("{}|\n", "|x".repeat(columns));
        assert!(!table(1000, &whole));
    }

    /// A renderer writes the address for each reference.
    #[test]
    fn what_references_bring_is_limited() {
        let long = "x".repeat(50_000);
        let most = MAX_REFERRED_BYTES / long.len();
        for (label, reference) in [
            ("a", "[a] "),
            ("a", "[b][A] "),
            ("a", "![b][a]"),
            ("a", "[![a]][b]\n\n"),
            ("a  b", "[ A\tb ] "),
            ("ẞ", "[ss] "),
            ("a\\]", "\\\\[a\\]] "),
        ] {
            for definition in [
                format!("[{label}]: /{long}"),
                format!("[{label}]: / \"{long}\""),
            ] {
                let document =
                    |times: usize| format!("{definition}\n\n{}", reference.repeat(times));
                assert!(
                    !Document::parse(&document(most / 3)).too_complex,
                    "{reference:?}"
                );
                assert!(
                    Document::parse(&document(most + 1)).too_complex,
                    "{reference:?}"
                );
            }
        }
        // As word processors write pictures.
        let pictures = (0..10).map(|number| {
            format!("![][image{number}]\n\n[image{number}]: <data:image/png;base64,{long}>\n\n")
        });
        let pictures = pictures.collect::<Vec<_>>().concat();
        let document = format!(
            "{pictures}{}",
            "[a link](https://e.example/)\n".repeat(1000)
        );
        assert!(!Document::parse(&document).too_complex);
    }

    #[test]
    fn long_documents_of_people_are_read() {
        for source in [
            "- [A list](https://e.example/a_b) of *links*, `code` & more\n".repeat(15_000),
            "A paragraph of [a link](https://e.example/a_b), *marks* and `code`.\n\n"
                .repeat(10_000),
            "Lines that nobody parted, with [a link](/a).\n".repeat(2_000),
            format!("![a](data:image/png;base64,{})", "a/b+".repeat(100_000)),
            format!(
                "```json\n{}\n```\n",
                "{\"a\": [\"*\", \"_\"]},\n".repeat(30_000)
            ),
            format!(
                "| a | b |\n|---|---|\n{}",
                "| [a](/b) | `c` |\n".repeat(30_000)
            ),
        ] {
            let start = source.get(..20);
            assert!(!Document::parse(&source).too_complex, "{start:?}");
        }
    }

    proptest! {
        /// Most of the source is passed over; every line must be judged as if it were looked at.
        #[test]
        fn no_line_is_passed_over(
            parts in proptest::collection::vec(
                (prop_oneof![
                    Just(">"), Just("> "), Just("-\t"), Just("  "), Just("1. "), Just("\t"), Just("a"), Just("\n"),
                    Just("\r\n"), Just("\n> a\n"), Just("[^1]: "),
                ], 1..120_usize),
                0..12,
            ),
        ) {
            let source: String = parts.iter().map(|(part, times)| part.repeat(*times)).collect();
            let is_deep = source
                .split(['\n', '\r'])
                .any(|line| containers(line.as_bytes()) > MAX_CONTAINERS_ON_A_LINE);
            prop_assert_eq!(nests_too_deeply(&source), is_deep);
        }
    }
}
