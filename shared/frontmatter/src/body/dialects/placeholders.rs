//! `<id>` and `IRepository<T>`: what HTML has no element for, and nothing closes, is text.

use std::collections::HashSet;
use std::ops::Range;

use super::callout::piece;
use super::page::{Page, around};
use crate::body::policy::is_element;
use crate::diagnostics::Warnings;
use crate::markdown::Event;
use crate::markdown::edits::Splice;
use crate::markdown::html::steps::{self, Step};
use crate::markdown::html::tokens::{Tag, TokenKind, tag_name};

/// What the names of Word's tags begin with.
const WORD_PREFIXES: [&str; 6] = ["m:", "o:", "st1:", "u1:", "v:", "w:"];
/// The longest of these, in bytes.
const MAX_PREFIX: usize = 4;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    for at in page.angles.iter().copied() {
        let length = of_word(source, at);
        if length > 0 && (page.prose.has(at) || around(&page.links, at).is_some()) {
            splice.delete(at..at + length);
        }
    }
    if !has_other_names(page) {
        return;
    }
    let blocks = steps::blocks(page.document);
    let steps = steps::steps(page.document, &blocks);
    let tokens = || {
        steps.iter().filter_map(|step| match step {
            Step::Token(placed) if !placed.in_picture => Some(placed),
            _ => None,
        })
    };
    let (mut opened, mut closed) = (HashSet::new(), HashSet::new());
    for placed in tokens() {
        match &placed.kind {
            TokenKind::Open(tag) => opened.insert(tag.name.as_ref()),
            TokenKind::Close(name) => closed.insert(name.as_ref()),
            _ => false,
        };
    }
    for placed in tokens() {
        let is_text = match &placed.kind {
            TokenKind::Open(tag) => {
                let written = source.get(placed.range.clone()).unwrap_or_default();
                let follows_name = source
                    .get(..placed.range.start)
                    .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
                !closed.contains(tag.name.as_ref())
                    && (is_placeholder(tag)
                        || follows_name
                            && written
                                .strip_prefix('<')
                                .is_some_and(|tag| is_type_parameter(tag.as_bytes())))
            }
            TokenKind::Close(name) => !is_element(name) && !opened.contains(name.as_ref()),
            _ => false,
        };
        if is_text {
            splice.replace(placed.range.start..placed.range.start + 1, "&lt;");
        }
    }
}

/// Whether any tag has another name than an element, or that of a type's parameter: in most documents none has.
fn has_other_names(page: &Page<'_, '_>) -> bool {
    let document = page.document;
    let is_other = |range: &Range<usize>, at: usize| {
        let tag = document.source.get(at + 1..range.end).unwrap_or_default();
        if !tag.starts_with(|first: char| first == '/' || first.is_ascii_alphabetic()) {
            return false;
        }
        let name = tag_name(tag.strip_prefix('/').unwrap_or(tag));
        !is_element(&name)
            || tag
                .get(..2)
                .is_some_and(|tag| is_type_parameter(tag.as_bytes()))
    };
    let mut angles = page.angles.iter().copied().peekable();
    document.events.iter().any(|(event, range)| {
        if !matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
            return false;
        }
        while angles.next_if(|at| *at < range.start).is_some() {}
        let mut own = std::iter::from_fn(|| angles.next_if(|at| *at < range.end));
        own.any(|at| is_other(range, at))
    })
}

/// The length of a tag of Word's that a text begins with, such as `<o:p>`, which no parser takes for a tag.
fn of_word(source: &str, at: usize) -> usize {
    let rest = source.get(at + 1..).unwrap_or_default();
    let name = rest.strip_prefix('/').unwrap_or(rest);
    let has_colon = name.bytes().take(MAX_PREFIX).any(|byte| byte == b':');
    if !has_colon || !WORD_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return 0;
    }
    let tag = piece(source, at).split_once('>').map(|(tag, _)| tag);
    tag.filter(|tag| !tag.contains("//"))
        .map_or(0, |tag| tag.len() + 1)
}

/// Whether it is nothing but words, and the first is no element's name.
fn is_placeholder(tag: &Tag<'_>) -> bool {
    let has_value = tag
        .attributes
        .iter()
        .any(|attribute| attribute.value.is_some());
    !has_value && !tag.self_closing && !is_element(&tag.name)
}

/// `<T>` without its first character, as it stands behind the name of a type.
fn is_type_parameter(tag: &[u8]) -> bool {
    matches!(tag, [b'A'..=b'Z', b'>'])
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn names_that_are_no_elements_are_text() {
        for (before, after) in [
            (
                "GET /events/<id>/seats?limit=<n>\n",
                "GET /events/&lt;id>/seats?limit=&lt;n>\n",
            ),
            (
                "Bearer <token> of <your name here>\n",
                "Bearer &lt;token> of &lt;your name here>\n",
            ),
            (
                "IRepository<T>, List<S> and Map<K, Vec<u8>>\n",
                "IRepository&lt;T>, List&lt;S> and Map<K, Vec&lt;u8>>\n",
            ),
            (
                "<your-name>\nhas *a* line\n",
                "&lt;your-name>\nhas *a* line\n",
            ),
            (
                "Hello<o:p></o:p> in <st1:place w:st=\"on\">Paris</st1:place> and <w:x>\n",
                "Hello in Paris and \n",
            ),
            (
                "<div>\nUse <name>\n</div>\n",
                "<div>\nUse &lt;name>\n</div>\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn elements_and_components_stay_tags() {
        for body in [
            "<b>a</b> <u>b</u> <font>c</font> <kbd>d</kbd>\n",
            "<my-part>a</my-part> <x-y a=\"b\"> <Chart />\n",
            "`<id>` and <https://e.org> and <a@e.org>\n",
            "```\n<id>\n```\n",
            "a < b > c\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
