//! What the rules for a body are given besides it (2.9).

use crate::context::Context;
use crate::markdown::Edit;
use crate::repository::Repository;

/// What cleaning needs to know besides the body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CleanOptions<'a> {
    pub(crate) context: &'a Context,
    /// What the frontmatter's `repository` names.
    pub(crate) repository: Option<&'a Repository>,
    /// Whether the frontmatter has keys that only Obsidian writes (aliases, cssclasses, publish, permalink), or the
    /// body had a comment as only Obsidian has them.
    pub(crate) obsidian_keys: bool,
    /// Whether a note's line breaks are shown, as Obsidian does unless it is told otherwise.
    pub(crate) hard_breaks: bool,
    /// Whether this exact body was emitted by an earlier conversion (2.12): leading badge blocks
    /// stay then. Never switches off anything that protects.
    pub(crate) emitted_before: bool,
    /// Edits that take the title's heading out; empty when there is none to take out.
    pub(crate) title_removal: &'a [Edit],
    /// Ids that went with that heading: links to them lead to the top of the page.
    pub(crate) removed_ids: &'a [String],
}

impl CleanOptions<'_> {
    /// The options for what this conversion has written itself.
    pub(super) fn of_emitted(&self) -> Self {
        Self {
            emitted_before: true,
            title_removal: &[],
            ..*self
        }
    }
}
