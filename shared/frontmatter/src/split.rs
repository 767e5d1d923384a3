//! A README taken apart (2.2, 2.3): the entries of its block, its body, and the mark of an earlier conversion.

use std::borrow::Cow;

use crate::entry::block::{self, without_blank_lines};
use crate::entry::keys::Keys;
use crate::entry::mark::Mark;
use crate::entry::source;
use crate::entry::visibility::Finding;
use crate::report::Warning;

/// A body, and what is said before it.
#[derive(Debug)]
pub(crate) struct Split<'t> {
    pub(crate) body: Body<'t>,
    pub(crate) said: Said,
}

/// A body, with the blank lines before it.
#[derive(Debug)]
pub(crate) struct Body<'t>(Cow<'t, str>);

/// What the block says, and what was noticed in reading it.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) keys: Keys,
    /// The mark of an earlier conversion of this very body (2.12).
    pub(crate) mark: Option<Mark>,
    /// Lines of the uploaded file before the first one of the body that isn't blank.
    pub(crate) lines_before_body: usize,
    pub(crate) warnings: Vec<Warning>,
    /// What is said about who may see the document, but in no key.
    pub(crate) findings: Vec<Finding>,
}

impl<'t> Split<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let source = source::read(text, block::find(text));
        let body = without_blank_lines(&source.body);
        let blank = source.body.len() - body.len();
        let blank = source.body.as_bytes().get(..blank).unwrap_or_default();
        let mut keys = Keys::new(source.entries);
        let mut mark = None;
        while let Some(entry) = keys.remove("derived") {
            let read = Mark::read(&entry.value);
            if read.is_none() && !entry.value.is_empty() {
                keys.extra.push((entry.key, entry.value));
            }
            mark = mark.or(read);
        }
        let mark = match mark {
            Some(mark) if !mark.is_of(body) => {
                keys.forget(&mark.outdated());
                None
            }
            mark => mark,
        };
        let said = Said {
            lines_before_body: source.lines_before_body + memchr::memchr_iter(b'\n', blank).count(),
            keys,
            mark,
            warnings: source.warnings,
            findings: source.findings,
        };
        Self {
            said,
            body: Body(source.body),
        }
    }
}

impl Body<'_> {
    /// From the first line that isn't blank.
    pub(crate) fn text(&self) -> &str {
        without_blank_lines(&self.0)
    }
}
