//! What of a body may be shown (2.9.3): all but what its author hides, and but the comments and the secrets of what stands
//! behind that as frontmatter.

use std::borrow::Cow;

use crate::entry::block::without_blank_lines;
use crate::entry::head;
use crate::entry::visibility::Finding;
use crate::hidden::{self, Hidden};
use crate::markdown::{Bodies, Document, Edit};
use crate::split::Said;

/// A body without what is hidden in it.
#[derive(Debug)]
pub(crate) struct Shown {
    hidden: Option<Hidden>,
    /// What these lines say of who may see the document, where the block says nothing of it.
    pub(crate) findings: Vec<Finding>,
}

impl Shown {
    /// With the document to go on with: `whole` where nothing is hidden.
    pub(crate) fn of<'a>(
        whole: Document<'a>,
        said: &Said,
        bodies: &'a Bodies,
    ) -> (Self, Document<'a>) {
        let mut shown = Self {
            hidden: None,
            findings: Vec::new(),
        };
        let Some((hidden, left)) = hidden::hide(&whole, bodies) else {
            return (shown, whole);
        };
        let mut document = trimmed(left);
        // What stands behind a comment stands at the top. An earlier conversion of this very body has read it.
        if said.mark.is_none() {
            let rest = text_of(&hidden);
            let head = head::take_out(rest);
            if !said.findings.iter().any(Finding::hides) {
                let place = hidden.places(rest);
                let line = |line| said.lines_before_body + place(line, 1).0;
                shown
                    .findings
                    .extend(head.findings.into_iter().map(|found| found.moved(line)));
            }
            if let Cow::Owned(head) = head.text {
                document = Document::parse(bodies.keep(head));
            }
        }
        shown.hidden = Some(hidden);
        (shown, document)
    }

    /// Whether a comment had lines of its own, as only Obsidian's have.
    pub(crate) fn is_obsidian(&self) -> bool {
        self.hidden
            .as_ref()
            .is_some_and(|hidden| hidden.is_obsidian)
    }

    /// What is hidden; `None` where nothing is.
    pub(crate) fn hidden(&self) -> Option<&Hidden> {
        self.hidden.as_ref()
    }
}

/// The document from its first line that isn't blank.
pub(crate) fn trimmed(document: Document<'_>) -> Document<'_> {
    let text = without_blank_lines(document.source);
    let before = document.source.len() - text.len();
    if before == 0 {
        return document;
    }
    let edit = Edit {
        range: 0..before,
        replacement: String::new(),
    };
    document.edited(text, &[edit])
}

/// A body that was changed, from its first line that isn't blank.
pub(crate) fn text_of(changed: &Hidden) -> &str {
    without_blank_lines(&changed.body)
}
