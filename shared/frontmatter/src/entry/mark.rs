//! The mark of an earlier conversion (2.12): which values it filled in, and what it saw.
//!
//! The author can forge it, so nothing that protects depends on it.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Entry;
use crate::record::{Badge, Callout, MAX_BADGES, MAX_WIKI_LINKS, WikiLink};
use crate::yaml::Node;

/// Name and version of this converter, as outputs carry it.
pub const CONVERTER: &str = concat!("masthead/", env!("CARGO_PKG_VERSION"));

/// Of the form of `derived` that is written.
pub(crate) const SCHEMA: u64 = 1;

/// Keys that stay what an earlier conversion made them, although the body has changed since.
const KEPT: [&str; 4] = ["title", "date", "image", "imageAlt"];

/// What can't be seen again in a body that was cleaned before.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mark {
    schema: u64,
    body_sha256: String,
    #[serde(default)]
    pub(crate) filled: Vec<String>,
    #[serde(default)]
    pub(crate) warnings: Vec<String>,
    #[serde(default)]
    pub(crate) badges: Vec<Badge>,
    #[serde(default)]
    pub(crate) callouts: Vec<Callout>,
    #[serde(default)]
    links: Links,
}

#[derive(Debug, Default, Deserialize)]
struct Links {
    #[serde(default)]
    wiki: Vec<WikiLink>,
}

impl Mark {
    /// `None` where `derived` is not of our form.
    pub(crate) fn read(derived: &Node) -> Option<Self> {
        let mark: Self = serde_json::from_value(derived.to_json()).ok()?;
        mark.is_ours().then_some(mark)
    }

    /// Whether this could have been written by us; what could not is the author's own.
    fn is_ours(&self) -> bool {
        self.schema == SCHEMA
            && self.body_sha256.len() == 64
            && self.badges.len() <= MAX_BADGES
            && self.badges.iter().all(Badge::is_on_the_web)
            && self.links.wiki.len() <= MAX_WIKI_LINKS
            && self.callouts.iter().all(|callout| {
                callout.line > 0 && matches!(callout.fold.as_deref(), None | Some("+" | "-"))
            })
    }

    /// Whether `body` is the very one that was emitted with this mark.
    pub(crate) fn is_of(&self, body: &str) -> bool {
        self.body_sha256 == digest(body)
    }

    /// Whether one of the entries is the mark of this very body.
    pub(crate) fn is_among(entries: &[Entry], body: &str) -> bool {
        let mut marks = entries.iter().filter(|entry| entry.is("derived"));
        marks.any(|entry| Self::read(&entry.value).is_some_and(|mark| mark.is_of(body)))
    }

    /// The keys whose values are to be found anew, since the body is another.
    pub(crate) fn outdated(&self) -> Vec<String> {
        self.filled
            .iter()
            .filter(|key| !KEPT.contains(&key.as_str()))
            .cloned()
            .collect()
    }

    pub(crate) fn wiki(&self) -> &[WikiLink] {
        &self.links.wiki
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(body: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(body.as_bytes()))
}
