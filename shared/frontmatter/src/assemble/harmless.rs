//! Values of the frontmatter without what Astro, Vite or the next conversion would take for more than text (2.1.2).

use crate::hidden::without_signs;
use crate::marks::{MARKS, broken};
use crate::prose::seen;
use crate::yaml::Node;

/// Whether a value of the frontmatter has marks, which its author may have spelled with escapes.
pub(super) fn has_marks(node: &Node) -> bool {
    node.any_text(&|text| MARKS.iter().any(|mark| text.contains(mark)))
}

/// A value of the frontmatter without marks and without what nobody sees, in keys as well, and without what the next conversion would
/// take for a comment. What nobody sees goes first: it may stand within a mark.
pub(super) fn harmless(node: Node) -> Node {
    let unmarked = |text: String| broken(seen(text).into());
    node.with_texts(&|text| without_signs(unmarked(text)).into_owned(), &|key| {
        unmarked(key).into_owned()
    })
}
