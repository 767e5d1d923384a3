//! `:rocket:` becomes 🚀.

use std::ops::Range;

use super::page::Page;
use crate::diagnostics::Warnings;
use crate::emoji;
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::{self, Step};
use crate::markdown::places::is_escaped;
use crate::markdown::{Document, Event, Tag};

/// How far back an address is looked for.
const MAX_ADDRESS: usize = 256;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    if !has_shortcode(source) {
        return;
    }
    let runs = page.document.runs().iter();
    let runs = runs.map(|run| run.range.clone());
    for range in runs.chain(html_texts(page.document)) {
        let text = source.get(range.clone()).unwrap_or_default();
        for (place, shown) in emoji::shortcodes(text) {
            let place = range.start + place.start..range.start + place.end;
            if page.prose.holds(&place)
                && !is_escaped(source, place.start)
                && !is_in_address(source, place.start)
            {
                splice.replace(place, shown);
            }
        }
    }
}

/// Most documents with a colon have none.
fn has_shortcode(source: &str) -> bool {
    emoji::shortcodes(source).next().is_some()
}

/// Whether the word before a place is the beginning of an address.
pub(super) fn is_in_address(source: &str, at: usize) -> bool {
    let before = source.as_bytes().get(at.saturating_sub(MAX_ADDRESS)..at);
    let before = before.unwrap_or_default();
    let word = before.rsplit(u8::is_ascii_whitespace).next();
    let word = word.unwrap_or_default();
    word.windows(3).any(|mark| mark == b"://") || word.starts_with(b"www.")
}

/// The text between the tags of blocks of HTML.
fn html_texts(document: &Document<'_>) -> Vec<Range<usize>> {
    let mut texts = Vec::new();
    let blocks = document.events.iter().filter_map(|(event, range)| {
        matches!(event, Event::Start(Tag::HtmlBlock)).then_some(range)
    });
    // Their tags are read only where one has such a name.
    let has_name = |block: &Range<usize>| {
        let html = document.source.get(block.clone());
        html.is_some_and(has_shortcode)
    };
    if !blocks.clone().any(has_name) {
        return texts;
    }
    let html = steps::blocks(document);
    let steps = steps::steps(document, &html);
    let mut tokens = steps.iter().filter_map(|step| match step {
        Step::Token(placed) if placed.in_block => Some(&placed.range),
        _ => None,
    });
    let mut next = tokens.next();
    for block in blocks {
        let mut start = block.start;
        while let Some(token) = next.filter(|token| token.start < block.end) {
            texts.push(start..token.start.max(start));
            start = token.end.max(start);
            next = tokens.next();
        }
        texts.push(start..block.end.max(start));
    }
    texts
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn shortcodes_are_emoji() {
        for (before, after) in [
            (
                "Fast. :rocket: And `:rocket:`\n\n## :zap: Numbers\n",
                "Fast. 🚀 And `:rocket:`\n\n## ⚡ Numbers\n",
            ),
            ("| a |\n|---|\n| :+1::tada: |\n", "| a |\n|---|\n| 👍🎉 |\n"),
            (
                "<h1 align=\"center\">:wave: Hi</h1>\n",
                "<h1 align=\"center\">👋 Hi</h1>\n",
            ),
            (
                "[:book: Guide](https://e.org/:book:)\n",
                "[📖 Guide](https://e.org/:book:)\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn colons_stay() {
        for body in [
            "At 12:30:45, std::rocket::x and a:rocket:b.\n",
            "\\:rocket: and :no_such_thing:\n",
            "https://e.org/:rocket:/a and <https://e.org/:rocket:>\n",
            "<pre>:rocket:</pre>\n\n<code>:rocket:</code>\n",
            "    :rocket:\n",
            "<img alt=\":rocket:\">\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
