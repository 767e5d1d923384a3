//! What is known of how a body is to be read, from the frontmatter and from what was hidden in it.

use crate::body::CleanOptions;
use crate::context::Context;
use crate::repository::Repository;
use crate::shown::Shown;
use crate::split::Said;

/// Keys that only Obsidian's notes have.
const OF_OBSIDIAN: [&str; 6] = [
    "aliases",
    "alias",
    "cssclasses",
    "cssclass",
    "publish",
    "permalink",
];

/// A body's dialect, and where its relative addresses lead.
#[derive(Debug)]
pub(crate) struct Dialect {
    repository: Option<Repository>,
    obsidian_keys: bool,
    hard_breaks: bool,
    emitted_before: bool,
}

impl Dialect {
    pub(crate) fn of(said: &Said, shown: &Shown) -> Self {
        let Said { keys, mark, .. } = said;
        Self {
            repository: keys.repository(),
            obsidian_keys: shown.is_obsidian() || keys.has_any(&OF_OBSIDIAN),
            hard_breaks: !keys.is_false("breaks") && !keys.has_any(&["layout"]),
            emitted_before: mark.is_some(),
        }
    }

    /// The options of cleaning, before a title is known.
    pub(crate) fn options<'a>(&'a self, context: &'a Context) -> CleanOptions<'a> {
        CleanOptions {
            context,
            repository: self.repository.as_ref(),
            obsidian_keys: self.obsidian_keys,
            hard_breaks: self.hard_breaks,
            emitted_before: self.emitted_before,
            title_removal: &[],
            removed_ids: &[],
        }
    }
}
