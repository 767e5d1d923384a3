//! Code in which something would act, kept only where it is code for every reader (2.9.12).
//!
//! Readers differ at the edges of lists, tables, footnotes and lazy lines, so what is code for the one may be
//! HTML for the other. A second and much narrower reading confirms the code: a fence whose lines all begin as its
//! containers do, indented code that no container is near, a span in a line whose backticks pair by themselves.
//! Whatever it doesn't confirm is written as HTML in which every mark is a character reference: no reader finds
//! anything in it, whatever it takes the lines around for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{LinkType, TagEnd};

use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;
use crate::markdown::lines::{self, Line};
use crate::markdown::places::is_marker;
use crate::markdown::{Document, Event, Tag};

/// Adds the edits after which whatever could act in code is code for every reader.
pub(crate) fn settle(document: &Document<'_>, splice: &mut Splice, warnings: &mut Warnings) {
    let has_code = ["`", "~~~", "    ", "\t"]
        .iter()
        .any(|mark| document.has(mark));
    if !has_code || !["<", "](", "]:"].iter().any(|mark| document.has(mark)) {
        return;
    }
    let source = document.source;
    let (blocks, spans) = code(document);
    let is_acting = |range: &Range<usize>| acts(source.get(range.clone()).unwrap_or_default());
    if !blocks.iter().any(|block| is_acting(&block.range)) && !spans.iter().any(is_acting) {
        // Who takes a line of text for a fence would take the ends of elements behind it for code.
        if document.has("<") {
            escape_fences(document, &blocks, splice);
        }
        return;
    }
    for block in &blocks {
        if is_confirmed(source, block) {
            continue;
        }
        // A fence that others read as none, or close elsewhere, turns later code into text.
        if block.is_fenced || is_acting(&block.range) {
            let text = source.get(block.range.clone()).unwrap_or_default();
            warnings.add(Code::Disputed, block.range.start, text);
            splice.replace(block.range.clone(), as_block(source, block));
        }
    }
    let mut chunks = Chunks::new(source, &blocks);
    let mut joined = 0;
    let mut joined_in = None;
    for (number, span) in spans.iter().enumerate() {
        let text = source.get(span.clone()).unwrap_or_default();
        if !acts(text) {
            continue;
        }
        if text.contains('\n') {
            join(document, span, splice);
            continue;
        }
        if chunks.confirm(span) {
            continue;
        }
        // A span that goes over lines keeps the lines behind it from pairing.
        let before = splice.len();
        for other in spans.get(joined..number).unwrap_or_default() {
            let is_long = || {
                source
                    .get(other.clone())
                    .is_some_and(|text| text.contains('\n'))
            };
            if other.start >= chunks.start && is_long() {
                join(document, other, splice);
            }
        }
        joined = number;
        if splice.len() > before {
            joined_in = Some(chunks.start);
        }
        if joined_in == Some(chunks.start) {
            continue;
        }
        warnings.add(Code::Disputed, span.start, text);
        splice.replace(span.clone(), as_span(text));
    }
    escape_fences(document, &blocks, splice);
}

/// Whether something in it would act if it were no code: a tag, an address, a picture, a definition.
fn acts(code: &str) -> bool {
    let bytes = code.as_bytes();
    memchr::memchr2_iter(b'<', b']', bytes).any(|at| {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        if bytes.get(at) == Some(&b'<') {
            next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')
        } else {
            matches!(next, b'(' | b':')
        }
    })
}

/// A block of code.
struct Block {
    range: Range<usize>,
    is_fenced: bool,
    /// The pieces of its text.
    text: Vec<String>,
    /// Whether it stands in a quote, list item or footnote.
    is_contained: bool,
    /// Whether the block before it is a list, a footnote or a definition, which others may hold it in.
    follows_container: bool,
}

/// The blocks and the spans of code, in order.
fn code(document: &Document<'_>) -> (Vec<Block>, Vec<Range<usize>>) {
    let (mut blocks, mut spans) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    let mut follows_container = false;
    let mut open: Option<Block> = None;
    for (event, range) in &document.events {
        match event {
            Event::Code(_) => spans.push(range.clone()),
            Event::Start(Tag::CodeBlock(info)) => {
                open = Some(Block {
                    range: range.clone(),
                    is_fenced: info.is_some(),
                    text: Vec::new(),
                    is_contained: depth > 0,
                    follows_container,
                });
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.text.push(text.to_string());
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                blocks.extend(open.take());
                follows_container = depth > 0;
            }
            Event::Start(Tag::BlockQuote | Tag::Item | Tag::FootnoteDefinition) => depth += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition) => {
                depth = depth.saturating_sub(1);
                follows_container = true;
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::HtmlBlock)
            | Event::Rule
                if depth == 0 =>
            {
                follows_container = false;
            }
            _ => {}
        }
    }
    (blocks, spans)
}

/// Whether every reader takes the block for code, and for no more than it is.
fn is_confirmed(source: &str, block: &Block) -> bool {
    let range = &block.range;
    let line_start = source
        .get(..range.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1);
    let prefix = source.get(line_start..range.start).unwrap_or_default();
    let text = source.get(range.clone()).unwrap_or_default();
    if !block.is_fenced {
        let before = source.get(..line_start).unwrap_or_default();
        let is_apart = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
        return !block.is_contained
            && !block.follows_container
            && prefix.is_empty()
            && is_apart
            && text.lines().all(|line| {
                let code = line.trim_start_matches(' ');
                code.is_empty() || line.len() - code.len() >= 4 && !code.starts_with('\t')
            });
    }
    if !block.is_contained {
        return prefix.len() <= 3 && prefix.bytes().all(|byte| byte == b' ');
    }
    let Some(prefix) = continued(prefix) else {
        return false;
    };
    let blank = prefix.trim_end();
    let lines: Vec<&str> = text
        .split('\n')
        .skip(1)
        .map(|line| line.trim_end_matches('\r'))
        .collect();
    let begins_alike = lines.iter().all(|line| {
        line.starts_with(&prefix)
            || (line.trim_end() == blank)
            || (blank.is_empty() && line.trim().is_empty())
    });
    let mark = text.get(..3).unwrap_or_default();
    let is_closed = lines
        .last()
        .and_then(|line| line.strip_prefix(prefix.as_str()))
        .is_some_and(|line| line.trim_start_matches(' ').starts_with(mark));
    begins_alike && is_closed
}

/// What the lines after one in containers begin with, where that is plain: marks of quotes with a space behind,
/// and at most one list item, whose mark has become spaces.
fn continued(prefix: &str) -> Option<String> {
    let mut result = String::with_capacity(prefix.len());
    let mut markers = 0;
    let mut characters = prefix.chars().peekable();
    while let Some(character) = characters.next() {
        let before_space = characters.peek() == Some(&' ');
        match character {
            ' ' => result.push(' '),
            '>' if before_space => result.push('>'),
            '-' | '*' | '+' | '.' | ')' if before_space && markers == 0 => {
                markers += 1;
                result.push(' ');
            }
            '0'..='9' if markers == 0 => result.push(' '),
            _ => return None,
        }
    }
    Some(result)
}

/// A block of code as one line of HTML.
fn as_block(source: &str, block: &Block) -> String {
    let mut html = String::from("<pre><code>");
    for piece in &block.text {
        push_references(&mut html, piece);
    }
    html.push_str("</code></pre>");
    if source
        .get(block.range.clone())
        .is_some_and(|text| text.ends_with('\n'))
    {
        html.push('\n');
    }
    html
}

/// A span of code, with its backticks, as HTML.
fn as_span(written: &str) -> String {
    let ticks = written.len() - written.trim_start_matches('`').len();
    let text = written
        .get(ticks..written.len().saturating_sub(ticks))
        .unwrap_or_default();
    let is_padded = text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty();
    let text = if is_padded {
        text.get(1..text.len() - 1).unwrap_or_default()
    } else {
        text
    };
    let mut html = String::from("<code>");
    push_references(&mut html, text);
    html.push_str("</code>");
    html
}

/// Adds text with every mark as a reference, so that it means nothing to any reader.
fn push_references(html: &mut String, text: &str) {
    let mut begins_line = true;
    for character in text.chars() {
        let is_inert = character.is_alphanumeric() || (character == ' ' && !begins_line);
        if is_inert || (!character.is_ascii() && !character.is_whitespace()) {
            html.push(character);
        } else {
            // Writing to a string can't fail.
            let _ = write!(html, "&#{};", u32::from(character));
        }
        begins_line = character == '\n';
    }
}

/// Puts a span on one line. Every reader shows a line break in code as a space.
fn join(document: &Document<'_>, span: &Range<usize>, splice: &mut Splice) {
    let lines: &[Line] = document.lines();
    let first = lines.partition_point(|line| line.start <= span.start);
    for line in lines
        .iter()
        .skip(first)
        .take_while(|line| line.start < span.end)
    {
        let end = lines::end_before(document.source, line.start);
        splice.replace(end..line.text.start.min(span.end), " ");
    }
}

/// The lines between blank lines and blocks of code, read once from the beginning to the end.
struct Chunks<'a> {
    source: &'a str,
    blocks: &'a [Block],
    /// Where the chunk begins that is looked at.
    start: usize,
    line: Range<usize>,
    /// The spans of the line, by themselves.
    spans: Vec<Range<usize>>,
    /// Whether every line of the chunk before this one pairs its backticks, and begins no block of HTML.
    is_calm: bool,
    has_delimiters: bool,
    /// Brackets that stand open before the line.
    open: usize,
}

impl<'a> Chunks<'a> {
    fn new(source: &'a str, blocks: &'a [Block]) -> Self {
        let mut chunks = Self {
            source,
            blocks,
            start: 0,
            line: 0..0,
            spans: Vec::new(),
            is_calm: true,
            has_delimiters: false,
            open: 0,
        };
        chunks.read(0);
        chunks
    }

    /// Reads the line that begins at `start`.
    fn read(&mut self, start: usize) {
        self.open = self.open_at(self.line.end);
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
    fn confirm(&mut self, span: &Range<usize>) -> bool {
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
        let is_linked = || text.contains(']') && self.open_at(span.start) > 0;
        self.is_calm && is_known && !is_cut() && !is_linked()
    }

    /// Brackets outside of code that stand open at a place in the line.
    fn open_at(&self, at: usize) -> usize {
        let mut open = self.open;
        let mut position = self.line.start;
        let spans = self.spans.iter().filter(|span| span.start < at);
        for span in spans.cloned().chain(std::iter::once(at..at)) {
            let text = self.source.get(position..span.start).unwrap_or_default();
            for byte in text.bytes() {
                match byte {
                    b'[' => open += 1,
                    b']' => open = open.saturating_sub(1),
                    _ => {}
                }
            }
            position = span.end;
        }
        open
    }
}

/// Whether it is a blank or part of the marker of a container.
fn begins_container(character: char) -> bool {
    u8::try_from(character).is_ok_and(is_marker)
}

/// Whether a line could be the delimiters of a table.
pub(crate) fn is_delimiters(line: &str) -> bool {
    let line = line.trim_matches([' ', '\t', '>', '\r', '\n']);
    line.contains('-')
        && line
            .bytes()
            .all(|byte| matches!(byte, b'|' | b':' | b'-' | b' ' | b'\t'))
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

/// Makes text of what begins a line as a fence does and is none for us: who takes it for one would take what
/// stands in the next fence for text.
fn escape_fences(document: &Document<'_>, blocks: &[Block], splice: &mut Splice) {
    let source = document.source;
    let texts = document.texts();
    for line in document.lines() {
        let text = source.get(line.text.clone()).unwrap_or_default();
        let text = text.trim_start_matches(begins_container);
        let start = line.text.end - text.len();
        let mark = match text.get(..3) {
            Some("```") => '`',
            Some("~~~") => '~',
            _ => continue,
        };
        let rest = text.trim_start_matches(mark);
        if mark == '`' && rest.contains('`') {
            continue;
        }
        let block = blocks.partition_point(|block| block.range.end <= start);
        if blocks
            .get(block)
            .is_some_and(|block| block.range.start <= start)
        {
            continue;
        }
        let is_text = texts.contain(start);
        let marks = start..line.text.end - rest.len();
        if is_text {
            splice.replace(
                marks.clone(),
                format!("&#{};", u32::from(mark)).repeat(marks.len()),
            );
        } else if !line.is_first {
            splice.replace(lines::end_before(source, line.start)..start, " ");
        }
    }
}

/// Escapes `<` where our parser sees neither text nor code nor a tag: in labels, titles and definitions.
pub(crate) fn escape_labels(document: &Document<'_>, splice: &mut Splice) {
    if !document.has("<") || !document.has("]") {
        return;
    }
    let source = document.source;
    let mut marks = memchr::memchr_iter(b'<', source.as_bytes()).peekable();
    let mut covered = 0;
    let mut seen = |range: &Range<usize>| {
        while let Some(at) = marks.next_if(|at| *at < range.start) {
            if at >= covered && begins_tag(source, at) {
                splice.replace(at..at + 1, "&lt;");
            }
        }
        covered = covered.max(range.end);
    };
    for (event, range) in &document.events {
        match event {
            Event::Text(_)
            | Event::Code(_)
            | Event::InlineHtml(_)
            | Event::Start(
                Tag::CodeBlock(_)
                | Tag::HtmlBlock
                | Tag::Link {
                    link_type: LinkType::Autolink | LinkType::Email,
                    ..
                },
            ) => seen(range),
            _ => {}
        }
    }
    seen(&(source.len()..source.len()));
}

/// Escapes a parenthesis behind a bracket that begins no address for our parser: in a footnote's mark and in a bare address,
/// which others read as the text of a link, and behind a link that names its definition.
pub(crate) fn part_brackets(document: &Document<'_>, splice: &mut Splice) {
    if !document.has("](") {
        return;
    }
    let source = document.source;
    let mut marks = memmem::find_iter(source.as_bytes(), "](").peekable();
    let mut in_code = 0_usize;
    for (event, range) in &document.events {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => in_code += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => {
                in_code = in_code.saturating_sub(1);
            }
            Event::Text(_) | Event::FootnoteReference if in_code == 0 => {
                while marks.next_if(|at| *at < range.start).is_some() {}
                while let Some(at) = marks.next_if(|at| *at < range.end) {
                    splice.insert(at + 1, "\\");
                }
            }
            // Whose definition not everybody sees.
            Event::End(TagEnd::Link | TagEnd::Image)
                if source
                    .get(..range.end + 1)
                    .is_some_and(|text| text.ends_with("](")) =>
            {
                splice.insert(range.end, "\\");
            }
            _ => {}
        }
    }
}

/// Whether a tag, a comment or a declaration could begin at a `<`, and no more than an address in angle brackets.
fn begins_tag(source: &str, at: usize) -> bool {
    let rest = source.get(at + 1..).unwrap_or_default();
    let name = rest.strip_prefix('/').unwrap_or(rest);
    let behind = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
    rest.starts_with(['!', '?'])
        || name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !behind.starts_with([':', '.', '+', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    fn settled(source: &str) -> (String, usize) {
        let document = Document::parse_without_math(source);
        let (mut splice, mut warnings) = (Splice::default(), Warnings::default());
        settle(&document, &mut splice, &mut warnings);
        escape_labels(&document, &mut splice);
        let edits = splice.into_edits(source);
        (apply(source, &edits), warnings.report(source).len())
    }

    #[test]
    fn what_only_some_take_for_code_has_no_mark_left() {
        for (before, after) in [
            // Indented code in a list, which others may take for a paragraph.
            (
                "- - \t<!--\n",
                "- - <pre><code>&#60;&#33;&#45;&#45;&#10;</code></pre>\n",
            ),
            (
                "[^a]: ```\n    <i>\n    ```\n",
                "[^a]: <pre><code>&#60;i&#62;&#10;</code></pre>\n",
            ),
            // A backtick that pairs otherwise where the lines are others.
            ("a ``\n`<i>`\n", "a ``\n<code>&#60;i&#62;</code>\n"),
        ] {
            let (text, told) = settled(before);
            assert_eq!(text, after, "from {before:?}");
            assert_eq!(told, 1);
            assert_eq!(settled(after).0, after);
        }
    }

    #[test]
    fn a_span_over_lines_goes_on_one() {
        for (before, after) in [
            ("- `<i>\n  a\\`\n", "- `<i> a\\`\n"),
            ("a `b\nc` and `<i>`\n", "a `b c` and `<i>`\n"),
        ] {
            assert_eq!(settled(before), (after.to_owned(), 0), "from {before:?}");
        }
    }

    #[test]
    fn labels_and_titles_have_no_tags() {
        for (before, after) in [
            ("a[^<b>]\n\n[^<b>]: c\n", "a[^&lt;b>]\n\n[^&lt;b>]: c\n"),
            (
                "[a](https://e.com \"<b>\")\n",
                "[a](https://e.com \"&lt;b>\")\n",
            ),
            (
                "[a]\n\n[a]: <https://e.com> '<i>'\n",
                "[a]\n\n[a]: <https://e.com> '&lt;i>'\n",
            ),
        ] {
            assert_eq!(settled(before).0, after, "from {before:?}");
        }
    }

    #[test]
    fn a_bracket_that_ends_no_link_ends_none_for_anybody() {
        for (before, after) in [
            (
                "[^1](javascript:x)\n\n[^1]: a\n",
                "[^1]\\(javascript:x)\n\n[^1]: a\n",
            ),
            ("http://e[](javascript:x)\n", "http://e[]\\(javascript:x)\n"),
            ("[a](b) `[c](`\n", "[a](b) `[c](`\n"),
            ("[b][a](c)\n\n[a]: d\n", "[b][a]\\(c)\n\n[a]: d\n"),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                part_brackets(&Document::parse_without_math(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }

    #[test]
    fn what_all_take_for_code_stays() {
        for source in [
            "Run `<b>`, or ``a ` <i>``.\n\n```html\n<script>\n```\n",
            "a\n```\n<b>\n```\n- c\n\n  ```js\n  <i>\n\n  ```\n- `<b>`\n",
            "1. a\n\n   ~~~\n   [b](c)\n   ~~~\n2. > ```\n   > <b>\n   > ```\n",
            "a\n\n    <b>\n\n    c\n\nd\n",
            "| a | b |\n|---|---|\n| `<b>` | `c` |\n",
            "> ```\n> <b>\n>\n> c\n> ```\n",
        ] {
            assert_eq!(settled(source), (source.to_owned(), 0));
        }
    }
}
