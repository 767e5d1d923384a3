//! White space that only some readers take for nothing: to JavaScript's expressions a no-break space is one like any other,
//! and a tab behind a fence keeps it from closing for marked. A tag alone on its line begins a block of HTML, and a blank
//! line parts blocks (2.9.12).

use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event, Tag};

/// Takes it out where it ends a line behind a tag or a fence, or makes one.
pub(crate) fn settle(document: &Document<'_>, splice: &mut Splice) {
    if document.has("\t") && (document.has("```") || document.has("~~~")) {
        settle_fences(document, splice);
    }
    if document.source.is_ascii() || !document.has("<") && !document.has("]") {
        return;
    }
    for line in document.lines() {
        let text = document.source.get(line.text.clone()).unwrap_or_default();
        let shown = text.trim_end();
        let is_plain = text.get(shown.len()..).is_none_or(str::is_ascii);
        if !is_plain && (shown.is_empty() || shown.ends_with('>')) {
            splice.delete(line.text.start + shown.len()..line.text.end);
        }
    }
}

/// Takes the tabs out behind fences that close code.
fn settle_fences(document: &Document<'_>, splice: &mut Splice) {
    for (event, range) in &document.events {
        if !matches!(event, Event::Start(Tag::CodeBlock(Some(_)))) {
            continue;
        }
        let code = document.source.get(range.clone()).unwrap_or_default();
        let end = code.trim_end_matches(['\n', '\r']).len();
        let rest = document.source.get(range.start + end..).unwrap_or_default();
        let line_end = end + rest.find(['\n', '\r']).unwrap_or(rest.len());
        let code = document.source.get(range.start..range.start + line_end);
        let Some((_, last)) = code.and_then(|code| code.rsplit_once('\n')) else {
            continue;
        };
        let fence = last.trim_end();
        let blanks = last.get(fence.len()..).unwrap_or_default();
        if blanks.contains('\t') && fence.ends_with(['`', '~']) {
            let end = range.start + line_end;
            splice.delete(end - blanks.len()..end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::edits::apply;

    #[test]
    fn a_tag_ends_its_line_for_every_reader() {
        for (before, after) in [
            ("<b>\u{a0}\n<c:d>\n", "<b>\n<c:d>\n"),
            ("- <b> \u{2003} \r\n  c\n", "- <b>\r\n  c\n"),
            ("<b>  \nc\u{a0}\n", "<b>  \nc\u{a0}\n"),
            ("```\na\n``` \t\nb\n", "```\na\n```\nb\n"),
            ("- ~~~\n  ~~~\t", "- ~~~\n  ~~~"),
            ("```\na\t\n", "```\na\t\n"),
            ("- <b>\n\n\u{3000}\n\n    c\n", "- <b>\n\n\n\n    c\n"),
        ] {
            for before in [before, after] {
                let mut splice = Splice::default();
                settle(&Document::parse(before), &mut splice);
                assert_eq!(apply(before, &splice.into_edits(before)), after);
            }
        }
    }
}
