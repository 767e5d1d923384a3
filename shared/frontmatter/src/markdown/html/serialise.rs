//! Tags and the values of their attributes, written so that every reader reads them alike.

use super::tokens::{Attribute, Tag, is_void};

/// A tag with these attributes, written so that every reader cuts it in the same way, on one line.
pub(crate) fn write(tag: &Tag<'_>, attributes: &[Attribute<'_>]) -> String {
    let mut html = format!("<{}", tag.name);
    for attribute in attributes {
        html.push(' ');
        html.push_str(&attribute.name);
        if let Some(value) = &attribute.value {
            html.push_str("=\"");
            push_value(&mut html, value);
            html.push('"');
        }
    }
    html.push_str(if tag.self_closing && is_void(&tag.name) {
        " />"
    } else {
        ">"
    });
    html
}

/// The value as it may stand between double quotes, character references left as they are.
fn push_value(html: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '"' => html.push_str("&quot;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '`' => html.push_str("&#96;"),
            '|' => html.push_str("&#124;"),
            character if character.is_control() => html.push(' '),
            character => html.push(character),
        }
    }
}

/// Plain text as it may stand between the double quotes of an attribute.
pub(crate) fn escape_attribute(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    push_value(&mut html, &text.replace('&', "&amp;"));
    html
}

/// Plain text as the value of an attribute, not yet quoted.
pub(crate) fn escape_value(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::html::tokens::{TokenKind, tokens};

    #[test]
    fn a_tag_is_written_as_every_reader_cuts_it() {
        let source = "<IMG alt='a\"b<c' SRC=x|y hidden/>";
        let token = tokens(source).next().unwrap();
        let TokenKind::Open(tag) = token.kind else {
            panic!("{token:?}")
        };
        assert_eq!(
            write(&tag, &tag.attributes),
            "<img alt=\"a&quot;b&lt;c\" src=\"x&#124;y\" hidden />"
        );
    }
}
