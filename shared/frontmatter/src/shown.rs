//! What of a body may be shown (2.9.3): all but what its author hides, and but the comments and the secrets of what stands
//! behind that as frontmatter.

use std::borrow::Cow;

use crate::entry::block::without_blank_lines;
use crate::entry::head;
use crate::entry::visibility::Finding;
use crate::hidden::{self, Hidden};
use crate::markdown::Document;
use crate::split::Said;

/// A body without what is hidden in it.
#[derive(Debug)]
pub(crate) struct Shown {
    hidden: Option<Hidden>,
    /// Where the lines at its top lost something, too.
    text: Option<String>,
    /// What these lines say of who may see the document, where the block says nothing of it.
    pub(crate) findings: Vec<Finding>,
}

impl Shown {
    pub(crate) fn of(document: &Document<'_>, said: &Said) -> Self {
        let hidden = hidden::hide(document);
        let mut findings = Vec::new();
        let mut text = None;
        // What stands behind a comment stands at the top. An earlier conversion of this very body has read it.
        if let (Some(hidden), None) = (&hidden, &said.mark) {
            let rest = text_of(hidden);
            let head = head::take_out(rest);
            if !said.findings.iter().any(Finding::hides) {
                let place = hidden.places(rest);
                let line = |line| said.lines_before_body + place(line, 1).0;
                findings.extend(head.findings.into_iter().map(|found| found.moved(line)));
            }
            if let Cow::Owned(head) = head.text {
                text = Some(head);
            }
        }
        Self {
            hidden,
            text,
            findings,
        }
    }

    /// The document to go on with: `whole` where nothing is hidden.
    pub(crate) fn document<'d>(&'d self, whole: Document<'d>) -> Document<'d> {
        match (&self.text, &self.hidden) {
            (Some(text), _) => Document::parse(text),
            (None, Some(hidden)) => Document::parse(text_of(hidden)),
            (None, None) => whole,
        }
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

/// A body that was changed, from its first line that isn't blank.
pub(crate) fn text_of(changed: &Hidden) -> &str {
    without_blank_lines(&changed.body)
}
