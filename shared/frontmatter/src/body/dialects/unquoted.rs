//! `<img src=img/a.png>`: a value without quotes that holds a slash is quoted. CommonMark and browsers take such a tag, remark and
//! Sätteri take it for text.

use super::callout::piece;
use super::page::Page;
use crate::body::policy::is_element;
use crate::diagnostics::Warnings;
use crate::markdown::edits::Splice;
use crate::markdown::html::serialise;
use crate::markdown::html::tokens::{Tag, TokenKind, is_void, tokens};
use crate::markdown::places::is_escaped;

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, _: &mut Warnings) {
    let source = page.document.source;
    for at in page.angles.iter().copied() {
        let next = source.as_bytes().get(at + 1);
        let may_be_tag = next.is_some_and(u8::is_ascii_alphabetic) && page.prose.has(at);
        if !may_be_tag || is_escaped(source, at) {
            continue;
        }
        if let Some((length, tag)) = quoted(piece(source, at)) {
            splice.replace(at..at + length, tag);
        }
    }
}

/// The tag that a text begins with, with all its values in quotes, and its length as it is written; `None` where there is none, or
/// none that needs it.
fn quoted(text: &str) -> Option<(usize, String)> {
    let token = tokens(text).next().filter(|token| token.range.start == 0)?;
    let TokenKind::Open(mut tag) = token.kind else {
        return None;
    };
    let written = text.get(token.range.clone())?;
    if !is_element(&tag.name) || !has_bare_slash(&tag, written) {
        return None;
    }
    if is_void(&tag.name)
        && let Some(last) = tag.attributes.last_mut()
        && let Some(value) = &mut last.value
        && written.ends_with("/>")
        && let Some(whole) = value.strip_suffix('/')
    {
        // `<img src=a/b.png/>`: no picture's address ends with a slash.
        *value = whole.to_owned().into();
    }
    let attributes = std::mem::take(&mut tag.attributes);
    Some((token.range.len(), serialise::write(&tag, &attributes)))
}

/// Whether a slash stands in a value that has no quotes.
fn has_bare_slash(tag: &Tag<'_>, written: &str) -> bool {
    let mut values = tag.attributes.iter().filter_map(|attribute| {
        attribute
            .value
            .as_deref()
            .filter(|value| value.contains('/'))
    });
    values.any(|value| written.contains(&format!("={value}")))
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn values_with_a_slash_are_quoted() {
        for (before, after) in [
            ("<img src=img/a.png>\n", "<img src=\"img/a.png\">\n"),
            (
                "a <IMG width=10 src=img/a.png/> b\n",
                "a <img width=\"10\" src=\"img/a.png\"> b\n",
            ),
            (
                "a <a href=https://e.example/x/>x</a> b\n",
                "a <a href=\"https://e.example/x/\">x</a> b\n",
            ),
            (
                "<a href=https://e.example>x</a>\n",
                "<a href=\"https://e.example\">x</a>\n",
            ),
            (
                "<p align=center><img src=docs/logo.svg></p>\n",
                "<p align=center><img src=\"docs/logo.svg\"></p>\n",
            ),
        ] {
            assert_eq!(translated(before), after);
        }
    }

    #[test]
    fn what_is_no_such_tag_stays() {
        for text in [
            "<img src=a.png> <img src=\"img/a.png\">\n",
            "`<img src=img/a.png>` and \\<img src=img/a.png>\n",
            "    <img src=img/a.png>\n",
            "a < b and c=d/e > f\n",
            "<img src=img/a.png\n",
        ] {
            assert_eq!(translated(text), text);
        }
    }
}
