//! `<` where our parser sees neither text nor code nor a tag: in labels, titles and definitions (2.9.12).

use std::ops::Range;

use pulldown_cmark::LinkType;

use crate::markdown::edits::Splice;
use crate::markdown::{Document, Event, Tag};

/// Escapes `<` where our parser sees neither text nor code nor a tag: in labels, titles and definitions.
pub(crate) fn escape(document: &Document<'_>, splice: &mut Splice) {
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
            let mut splice = Splice::default();
            escape(&Document::parse_without_math(before), &mut splice);
            let edits = splice.into_edits(before);
            assert_eq!(apply(before, &edits), after, "from {before:?}");
        }
    }
}
