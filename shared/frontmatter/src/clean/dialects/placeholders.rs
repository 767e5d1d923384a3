//! `<id>` and `IRepository<T>`: what HTML has no element for, and nothing closes, is text.

use std::collections::HashSet;

use super::Page;
use crate::clean::html_policy::is_element;
use crate::clean::html_steps::{self, Step};
use crate::clean::splice::Splice;
use crate::clean::warnings::Warnings;
use crate::markdown::html_tokens::{Tag, TokenKind};

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    let blocks = html_steps::blocks(page.document);
    let steps = html_steps::steps(page.document, &blocks);
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
                    && (is_placeholder(tag) || follows_name && is_type_parameter(written))
            }
            TokenKind::Close(name) => !is_element(name) && !opened.contains(name.as_ref()),
            _ => false,
        };
        if is_text {
            splice.replace(placed.range.start..placed.range.start + 1, "&lt;");
        }
    }
}

/// Whether it is nothing but words, and the first is no element's name.
fn is_placeholder(tag: &Tag<'_>) -> bool {
    let has_value = tag
        .attributes
        .iter()
        .any(|attribute| attribute.value.is_some());
    !has_value && !tag.self_closing && !is_element(&tag.name)
}

/// `<T>`, as it stands behind the name of a type.
fn is_type_parameter(written: &str) -> bool {
    matches!(written.as_bytes(), [b'<', b'A'..=b'Z', b'>'])
}

#[cfg(test)]
mod tests {
    use super::super::tests::translated;

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
