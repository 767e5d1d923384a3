//! The lines at the top of a text that are frontmatter to its author, although no block could be read: nothing closes it, it
//! has other fences or none, something stands before it. They are text of the page, without the comments and the secrets
//! in them, and what they say of who may see the page counts.

mod runs;
mod veil;

use std::borrow::Cow;

use super::visibility::{self, Finding};
use crate::markdown::lines::without_lone_returns;
use crate::report::Warning;
use crate::warnings::Code;
use runs::Lines;
use veil::{unveiled, veiled};

/// A text, and what stands at its top.
#[derive(Debug)]
pub(crate) struct Taken<'t> {
    pub(crate) text: Cow<'t, str>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) warnings: Vec<Warning>,
}

/// Takes the comments and the secrets out of the lines at the top.
pub(crate) fn take_out(text: &str) -> Taken<'_> {
    if let Some(feeds) = without_lone_returns(text) {
        let taken = take_out(&feeds);
        return Taken {
            text: Cow::Owned(taken.text.into_owned()),
            findings: taken.findings,
            warnings: taken.warnings,
        };
    }
    let veiled = veiled(text);
    let mut taken = Taken {
        text: Cow::Borrowed(text),
        findings: Vec::new(),
        warnings: Vec::new(),
    };
    // From the last one on, so that those before keep their place.
    for head in Lines::of(&veiled.text).heads().into_iter().rev() {
        let block = unveiled(veiled.text.get(head.range.clone()).unwrap_or_default());
        let is_block = head.is_block(&block);
        let bare = if is_block {
            head.language.bare(&block)
        } else {
            block.clone()
        };
        let findings = if head.is_strict {
            visibility::in_lines(&bare, head.line)
        } else {
            visibility::in_text(&bare, head.line)
        };
        if bare.len() < block.len() {
            let changed = block.lines().zip(bare.lines());
            let line = changed.take_while(|(one, other)| one == other).count();
            let warning = Code::CommentRemoved.at(head.line + line, 1, "");
            taken.warnings.insert(0, warning);
        }
        let shown = if findings.is_empty() && !is_block {
            bare
        } else {
            visibility::without_secrets(&bare)
        };
        if shown != block {
            let shown = veiled.with_tags(text, &head.range, &shown);
            taken.text.to_mut().replace_range(head.range, &shown);
        }
        taken.findings.splice(0..0, findings);
    }
    taken
}
