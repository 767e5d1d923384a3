//! Lazy lines, and blocks that begin where one could stand: right under the text or the HTML of a quote, list item or
//! footnote (2.9.12).
//!
//! A paragraph in a container goes on in lines without its markers. For CommonMark a lone tag never interrupts a
//! paragraph; micromark, and so remark and Sätteri, lets it do so on such a line, and others end the container there or
//! let HTML go on in one, too. What is HTML for the one is part of the paragraph for the other, and its end would close
//! an element of the page around.

use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event, Tag};
use crate::markdown::{lines, text};

/// Elements whose tags begin a block in the middle of a text, wherever they stand (CommonMark 0.31, 4.6).
const BLOCKS: &str = "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl \
    dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend \
    li link main menu menuitem nav noframes ol optgroup option p param pre script search section style summary \
    table tbody td textarea tfoot th thead title tr track ul";

/// Gives lazy lines of a text with tags the markers of its containers. A tag below the box of a task, and what stands between
/// a tag and an address or an escaped mark below it, go on the line above: alone on its line the tag would begin a block for
/// some, and in a block the address would be a tag.
pub(crate) fn mark(document: &Document<'_>, splice: &mut Splice) {
    if !document.has("<") {
        return;
    }
    let source = document.source;
    let text = |range: Range<usize>| source.get(range).unwrap_or_default();
    for block in document.lines().chunk_by(|_, next| !next.is_first) {
        let [first, others @ ..] = block else {
            continue;
        };
        let end = others.last().map_or(0, |last| last.text.end);
        if !text(first.text.start..end).contains('<') {
            continue;
        }
        if let Some(second) = others.first()
            && matches!(text(first.text.clone()).trim(), "[ ]" | "[x]" | "[X]")
            && text(second.text.clone()).starts_with('<')
        {
            splice.replace(first.text.end..second.text.start, " ");
            continue;
        }
        // In a block of HTML these would be a tag and a comment.
        let acts = |line: &lines::Line| {
            has_address(text(line.text.clone())) || text(line.text.clone()).contains("\\<")
        };
        let last = block.iter().rposition(acts).unwrap_or_default();
        for lines in block.get(..=last).unwrap_or_default().windows(2) {
            if let [tag, next] = lines
                && text(tag.text.clone()).trim_end().ends_with('>')
            {
                splice.replace(tag.text.end..next.text.start, " ");
            }
        }
        if !others.iter().any(|line| line.is_lazy) {
            continue;
        }
        let line = text(0..first.text.start).rsplit('\n').next();
        let marker = |c: char| if matches!(c, '>' | '\t') { c } else { ' ' };
        let markers: String = line.unwrap_or_default().chars().map(marker).collect();
        for line in others.iter().filter(|line| line.is_lazy) {
            let own = line.start..line.text.start;
            let indentation = text(own.clone()).rsplit('>').next().unwrap_or_default();
            // What begins a block only where it isn't indented stays text.
            let is_deep = indentation.contains('\t') || indentation.len() >= 4;
            let markers = format!("{markers}{}", if is_deep { "    " } else { "" });
            // A text below definitions may itself begin with a lazy line.
            if text(own.clone()) != markers {
                splice.replace(own, markers);
            }
        }
    }
}

/// Puts an empty line before HTML, tables and footnotes that follow text without one, and before text that follows a
/// container without one: there every reader begins a block.
pub(crate) fn part(document: &Document<'_>, splice: &mut Splice) {
    let has_code = || document.has("<") || document.has("`");
    if !document.has("|") && !has_code() {
        return;
    }
    let source = document.source;
    let acts = |range: Range<usize>| {
        let text = source.get(range).unwrap_or_default();
        text.contains(['<', '`'])
    };
    let mut quotes = 0_usize;
    // Whether the event before belongs to the text of a block, and where that begins.
    let mut text: Option<usize> = None;
    let mut follows_text = false;
    let (mut text_start, mut follows_container, mut follows_note) = (0, false, false);
    let (mut was_parted, mut follows_code, mut follows_table) = (false, false, false);
    for (event, range) in &document.events {
        let is_parted = match event {
            Event::Start(Tag::Table) => follows_text,
            // Behind an empty line the HTML before goes on, and in a fence that nothing closes it would be code.
            Event::Start(Tag::Paragraph) => {
                follows_container && !was_parted && !follows_code && has_code()
            }
            // Some read on in the text before it, and then in what follows.
            Event::Start(Tag::CodeBlock(None)) => follows_container && has_code(),
            Event::Start(Tag::CodeBlock(Some(_))) => follows_table && has_code(),
            Event::Start(Tag::FootnoteDefinition) => follows_text && acts(text_start..range.start),
            Event::Start(Tag::HtmlBlock) => {
                let prefix = source.get(..range.start).unwrap_or_default();
                let prefix = prefix.rsplit('\n').next().unwrap_or_default();
                let marks = prefix.bytes().filter(|byte| *byte == b'>').count();
                let is_lazy = marks < quotes
                    || lines::column(source, range.start) < lines::column(source, text_start);
                let is_lone = || begins_with_lone_tag(source, range.start);
                follows_text && (is_lazy || is_lone())
                    || follows_note
                    || is_lone() && follows_definition(source, range.start)
            }
            _ => false,
        };
        if is_parted {
            insert_blank_line(document, range.start, splice);
        }
        if let Event::Start(tag) = event
            && !text::is_inline(tag)
        {
            was_parted = is_parted;
            follows_code = matches!(tag, Tag::CodeBlock(Some(_)));
        }
        match event {
            Event::Start(Tag::BlockQuote) => quotes += 1,
            Event::End(TagEnd::BlockQuote(_)) => quotes = quotes.saturating_sub(1),
            _ => {}
        }
        let is_text = match event {
            Event::Start(tag) => matches!(tag, Tag::Paragraph) || text::is_inline(tag),
            Event::End(end) => matches!(end, TagEnd::Paragraph) || text::is_inline_end(*end),
            Event::Html(_) | Event::Rule => false,
            _ => true,
        };
        // The end of a list or quote is behind the text that it ends with.
        let ends_container = matches!(
            event,
            Event::End(
                TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition | TagEnd::List(_)
            )
        );
        follows_text = is_text || (follows_text && ends_container);
        follows_container = ends_container;
        follows_note = matches!(event, Event::End(TagEnd::FootnoteDefinition));
        follows_table = matches!(event, Event::End(TagEnd::Table));
        let start = *text.get_or_insert(range.start);
        if is_text {
            text_start = start;
        } else {
            text = None;
        }
    }
}

/// Whether an address in angle brackets stands in a line.
fn has_address(line: &str) -> bool {
    line.split('<').skip(1).any(|scheme| {
        let end =
            scheme.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-')));
        end.is_some_and(|end| end > 0 && scheme.as_bytes().get(end) == Some(&b':'))
    })
}

/// Whether the HTML at `at` begins with a tag that begins no block below a text, but that some readers take for one where a
/// row of delimiters follows.
fn begins_with_lone_tag(source: &str, at: usize) -> bool {
    let tag = source.get(at..).unwrap_or_default().trim_start();
    let name = tag.strip_prefix("</").or_else(|| tag.strip_prefix('<'));
    let name = name.unwrap_or_default();
    let end = name.find(|c: char| !c.is_ascii_alphanumeric());
    let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
    !name.is_empty()
        && !BLOCKS
            .split(' ')
            .any(|block| block.eq_ignore_ascii_case(name))
}

/// Whether the line above that in which `at` stands may define something: for some a text begins there.
fn follows_definition(source: &str, at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default();
    let above = before.rsplit('\n').nth(1);
    above.is_some_and(|above| above.contains("]:"))
}

/// An empty line with the markers of the containers before the line in which `at` stands, unless there is one.
fn insert_blank_line(document: &Document<'_>, at: usize, splice: &mut Splice) {
    let before = document.source.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let (above, prefix) = before.split_at_checked(start).unwrap_or(("", before));
    let Some(line) = above.strip_suffix('\n') else {
        return;
    };
    let last = line.rsplit('\n').next().unwrap_or_default();
    let is_blank = last.trim_matches([' ', '\t', '>', '\r']).is_empty();
    let is_plain = prefix
        .bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'>'));
    if is_blank || !is_plain {
        return;
    }
    let eol = if line.ends_with('\r') { "\r\n" } else { "\n" };
    splice.insert(start, format!("{}{eol}", prefix.trim_end()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    fn parted(source: &str) -> String {
        let mut splice = Splice::default();
        part(&Document::parse(source), &mut splice);
        apply(source, &splice.into_edits(source))
    }

    #[test]
    fn a_block_that_could_be_a_lazy_line_gets_an_empty_line() {
        for (before, after) in [
            ("> a\n<b>\nc</b>\n", "> a\n\n<b>\nc</b>\n"),
            ("> a\r\n  </b>  \r\nc\r\n", "> a\r\n\r\n  </b>  \r\nc\r\n"),
            ("> `a\n<b>\nc`\n", "> `a\n\n<b>\nc`\n"),
            ("- a\n<b>\n", "- a\n\n<b>\n"),
            ("> - a\n> <div>\n", "> - a\n>\n> <div>\n"),
            ("> a\n<div>\n", "> a\n\n<div>\n"),
            ("a\nb|c\n-|-\nd\n", "a\n\nb|c\n-|-\nd\n"),
            ("a\n<b>\n-|\n", "a\n\n<b>\n-|\n"),
            ("[^1]:\n<div>\n", "[^1]:\n\n<div>\n"),
            ("* <br>\n<c:d>\n", "* <br>\n\n<c:d>\n"),
            ("> # `a`\nb\n", "> # `a`\n\nb\n"),
            ("- - \ta\n<i>b</i>\n", "- - \ta\n\n<i>b</i>\n"),
            (">2)\n    }\n<i>b</i>\n", ">2)\n\n    }\n<i>b</i>\n"),
            ("* [a]:#\n<i>\nb</i>\n", "* [a]:#\n\n<i>\nb</i>\n"),
            ("-|-\n-|-\n<br>\n~~~<i>\n", "-|-\n-|-\n<br>\n\n~~~<i>\n"),
            ("`a\n[^1]: b`\n", "`a\n\n[^1]: b`\n"),
            ("- a\n  b|c\n  -|-\n", "- a\n\n  b|c\n  -|-\n"),
        ] {
            assert_eq!(parted(before), after, "from {before:?}");
            assert_eq!(parted(after), after);
        }
    }

    #[test]
    fn lazy_lines_get_the_markers_of_their_containers() {
        for (before, after) in [
            ("> <b>a\nc</b>\n", "> <b>a\n> c</b>\n"),
            ("> - `<a\n> b`\nc\n", "> - `<a\n>   b`\n>   c\n"),
            ("> `a`\nb\n", "> `a`\nb\n"),
            (">>-<b>\n\t- *\n", ">>-<b>\n>>    - *\n"),
            ("- [x]\n<a>\n", "- [x] <a>\n"),
            ("* |\n  <b>\n  <c:d></b>\n", "* |\n  <b> <c:d></b>\n"),
            ("> a\nb\n", "> a\nb\n"),
            ("<b>a\nc</b>\n", "<b>a\nc</b>\n"),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                mark(&Document::parse(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }

    #[test]
    fn other_blocks_stay() {
        for source in [
            "> a\n> <b>\n",
            "- a\n\n<div>\n",
            "a\n<div>\n",
            "# a\n| b |\n|---|\n",
            "> ```\n> <b>\n> ```\n\n<b>\n",
            "- ```\na\n",
            "- | b |\n  |---|\n",
        ] {
            assert_eq!(parted(source), source);
        }
    }
}
