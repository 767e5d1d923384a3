//! Values of the frontmatter without what Astro, Vite or the next conversion would take for more than text (2.1.2).

use std::borrow::Cow;

use crate::hidden::without_signs;
use crate::marks::{MARKS, broken};
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

/// A value of the frontmatter without marks, in keys as well, and without what the next conversion would take for a comment.
pub(super) fn harmless(node: Node) -> Node {
    match node {
        Node::Scalar(scalar) => Node::Scalar(Scalar {
            text: without_signs(broken(Cow::Owned(scalar.text))).into_owned(),
            ..scalar
        }),
        Node::List(items) => Node::List(items.into_iter().map(harmless).collect()),
        Node::Map(entries) => Node::Map(
            entries
                .into_iter()
                .map(|(key, value)| (broken(Cow::Owned(key)).into_owned(), harmless(value)))
                .collect(),
        ),
    }
}
