//! The description: the first block that says what the document is about (2.6).

use crate::document::Document;
use crate::title::Title;

/// Finds the description in the author's body (before cleaning); `None` when nothing passes.
pub(crate) fn find(document: &Document<'_>, title: &Title) -> Option<String> {
    let _ = (document, title);
    None
}
