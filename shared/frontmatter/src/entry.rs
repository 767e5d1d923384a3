//! One key of the author's frontmatter.

pub(crate) mod block;
pub(crate) mod fields;
pub(crate) mod guards;
pub(crate) mod head;
pub(crate) mod keys;
pub(crate) mod mark;
pub mod schema;
pub(crate) mod source;
pub(crate) mod visibility;

use crate::entry::fields::is_same;
use crate::yaml::Node;

/// One key of the author's, with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Node,
    /// 1-based line in the uploaded file.
    pub(crate) line: usize,
    /// The entry's own source lines, where they may be copied as they stand.
    pub(crate) verbatim: Option<String>,
    /// The value as it was typed, where YAML would take its beginning for a tag.
    pub(crate) literal: Option<String>,
}

impl Entry {
    /// Whether this is the entry of a key, however it is spelled.
    pub(crate) fn is(&self, key: &str) -> bool {
        is_same(&self.key, key)
    }
}
