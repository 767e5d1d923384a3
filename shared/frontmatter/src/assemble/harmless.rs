//! Values of the frontmatter without what Astro, Vite or the next conversion would take for more than text (2.1.2).

use std::borrow::Cow;

use crate::hidden::without_signs;
use crate::marks::{MARKS, broken};
use crate::prose::is_hidden_in_fields;
use crate::yaml::{Node, Scalar};

/// Whether a value of the frontmatter has marks, which its author may have spelled with escapes.
pub(super) fn has_marks(node: &Node) -> bool {
    let has = |text: &str| MARKS.iter().any(|mark| text.contains(mark));
    match node {
        Node::Scalar(scalar) => has(&scalar.text),
        Node::List(items) => items.iter().any(has_marks),
        Node::Map(entries) => entries
            .iter()
            .any(|(key, value)| has(key) || has_marks(value)),
    }
}

/// A value of the frontmatter without marks and without what nobody sees, in keys as well, and without what the next conversion would
/// take for a comment. What nobody sees goes first: it may stand within a mark.
pub(super) fn harmless(node: Node) -> Node {
    let seen = |text: String| broken(Cow::Owned(text.replace(is_hidden_in_fields, "")));
    match node {
        Node::Scalar(scalar) => Node::Scalar(Scalar {
            text: without_signs(seen(scalar.text)).into_owned(),
            ..scalar
        }),
        Node::List(items) => Node::List(items.into_iter().map(harmless).collect()),
        Node::Map(entries) => Node::Map(
            entries
                .into_iter()
                .map(|(key, value)| (seen(key).into_owned(), harmless(value)))
                .collect(),
        ),
    }
}
