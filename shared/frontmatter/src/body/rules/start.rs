//! The start of the body, which Astro trims and searches for frontmatter, and its end, which it trims, too (2.9.11).

use crate::entry::block;
use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event, Tag};

/// Columns between tab stops (CommonMark 0.31, 2.2).
const TAB_STOP: usize = 4;

/// Adds the edits that keep the first line and the last what they are when the text around them is trimmed.
pub(crate) fn guard(document: &Document<'_>, splice: &mut Splice) {
    let source = document.source;
    let end = source.trim_end_matches(is_trimmed).len();
    let is_code = || {
        let blocks = document.events.iter().rev();
        let mut blocks =
            blocks.filter(|(event, _)| matches!(event, Event::Start(Tag::CodeBlock(_))));
        blocks.next().is_some_and(|(_, code)| code.end > end)
    };
    // Behind a no-break space an address is none of a definition.
    if source.get(end..).is_some_and(|rest| !rest.is_ascii()) && !is_code() {
        splice.delete(end..source.len());
    }
    let start = source.len() - source.trim_start_matches(is_trimmed).len();
    if let Some((Event::Start(Tag::CodeBlock(None)), range)) = document.events.first()
        && range.start <= start
    {
        let end = range.end;
        return splice.replace(0..end, fenced(document, end));
    }
    let Some(body) = source.get(start..) else {
        return;
    };
    let line = body
        .get(..body.find(['\n', '\r']).unwrap_or(body.len()))
        .unwrap_or_default();
    if line.trim_end_matches([' ', '\t']) == "---" {
        if opens_block(body) {
            splice.replace(0..start, "\\");
        } else {
            splice.replace(0..start + line.len(), "***");
        }
    } else if line.starts_with("+++") {
        splice.replace(0..start, "\\");
    } else {
        splice.delete(0..start);
        dedent(document, start, splice);
    }
}

/// The first line loses its indentation; the other lines of its block lose as much, so that they
/// stand to it as they did. In a fenced block that may be a part of a tab, whose rest is code.
fn dedent(document: &Document<'_>, start: usize, splice: &mut Splice) {
    let source = document.source;
    let before = source.get(..start).unwrap_or_default();
    let indentation = before.len() - before.trim_end_matches(' ').len();
    let Some((opening, block)) = document.events.first() else {
        return;
    };
    let is_fenced = matches!(opening, Event::Start(Tag::CodeBlock(Some(_))));
    // In a paragraph indentation says nothing, and with less of it a line could begin a block.
    let is_text = matches!(opening, Event::Start(Tag::Paragraph));
    if indentation == 0 || block.start > start || is_text {
        return;
    }
    let mut at = start;
    while let Some(end) = source.get(at..block.end).and_then(|rest| rest.find('\n')) {
        at += end + 1;
        let line = source.get(at..block.end).unwrap_or_default();
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let after = line.get(spaces..).unwrap_or_default();
        if is_fenced && spaces < indentation && after.starts_with('\t') && !closes(after) {
            let rest = " ".repeat(TAB_STOP.saturating_sub(indentation));
            splice.replace(at..at + spaces + 1, rest);
        } else {
            splice.delete(at..at + spaces.min(indentation));
        }
    }
}

/// Whether a line of code would close its block if it stood further to the left.
fn closes(line: &str) -> bool {
    line.trim_start_matches([' ', '\t']).starts_with(['`', '~'])
}

/// Whether the body begins with a further block of frontmatter rather than a thematic break: it
/// belongs to the text (2.2), and is shown as it stands.
fn opens_block(body: &str) -> bool {
    block::find(body)
        .block
        .is_some_and(|(_, lines)| block::looks_like_keys(lines))
}

/// What JavaScript's `trim` takes away.
pub(crate) fn is_trimmed(character: char) -> bool {
    character.is_whitespace() && character != '\u{85}' || character == '\u{feff}'
}

/// The indented code block that the document begins with, as a fenced one of the same content.
fn fenced(document: &Document<'_>, end: usize) -> String {
    let eol = if document.source.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let code: String = document
        .events
        .iter()
        .skip(1)
        .take_while(|(_, range)| range.start < end)
        .filter_map(|(event, _)| match event {
            Event::Text(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    let longest = code
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let mut text = format!("{fence}{eol}");
    for line in code.lines() {
        text.push_str(line);
        text.push_str(eol);
    }
    text.push_str(&fence);
    let ends_line = document
        .source
        .get(..end)
        .is_some_and(|block| block.ends_with('\n'));
    if ends_line {
        text.push_str(eol);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    #[test]
    fn nothing_is_trimmed_that_keeps_a_definition_from_being_one() {
        for (before, after) in [
            ("[a]\n\n[a]:b:c \u{a0} \n", "[a]\n\n[a]:b:c"),
            ("- [a]:b:c\u{3000}\u{2028}", "- [a]:b:c"),
            ("a \n", "a \n"),
            ("```\na \u{a0}\n", "```\na \u{a0}\n"),
            ("```\na\n```\nb\u{feff}", "```\na\n```\nb"),
        ] {
            let mut splice = Splice::default();
            guard(&Document::parse(before), &mut splice);
            assert_eq!(apply(before, &splice.into_edits(before)), after);
        }
    }
}
