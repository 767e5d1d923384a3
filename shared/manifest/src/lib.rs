//! What is published, as it is kept in the table.
//!
//! `content` hands it out to builds, `rebuild_site` looks at whether it changed: one fingerprint for both, so that a build starts
//! when, and only when, it would read something else. Nobody lists the bucket for either. Whoever changes what is
//! published [`settle`]s it then: reads what is kept, looks at the bucket or the account, and writes what it found over what was read.
//! [`compare`] holds all of it against the bucket, by and by.

mod bucket;
mod compare;
mod fingerprint;
mod handle;
mod page;
mod settle;
mod since;
mod token;

use std::collections::BTreeMap;

use blobs::layout;
use members::{Document, Shown};

pub use compare::{Compared, ask_to_compare, compare, is_due};
pub use fingerprint::Fingerprint;
pub use handle::settle_handle;
pub use page::{Page, is_cursor, one, page};
pub use settle::{document, settle, settle_account, settle_member, settle_noted, shown};
pub use since::{Since, since};
pub use token::Token;

/// Edge length in pixels to key in the content bucket.
pub type Picture = BTreeMap<String, String>;

/// One published document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `<handle>` for a member's own page, else `<handle>/<slug>`.
    pub id: String,
    /// In the content bucket.
    pub key: String,
    /// Changes when, and only when, the file's bytes change.
    pub digest: String,
    /// Unix seconds.
    pub last_modified: u64,
    /// The member's profile picture.
    pub picture: Option<Picture>,
}

impl Entry {
    fn new(id: String, document: Document, shown: Option<&Shown>) -> Self {
        let picture = shown.and_then(|shown| shown.picture.as_ref());
        Self {
            key: layout::content_key(&id),
            id,
            digest: document.digest,
            last_modified: document.updated,
            picture: picture.map(|picture| picture.0.clone()),
        }
    }
}

/// A former address, and where its document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// An entry id that is no entry's any more.
    pub from: String,
    /// The entry id of the document.
    pub to: String,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Bucket(#[from] blobs::Error),
    #[error(transparent)]
    Table(#[from] members::Error),
    /// Not everything that is published is kept yet: [`compare`] has to go through the bucket first.
    #[error("the list of what is published is being made")]
    NotWhole,
    /// Others wrote in between each time.
    #[error("what is published changed {rounds} times while {what} was looked at")]
    Busy { what: String, rounds: u32 },
}

pub type Result<T> = std::result::Result<T, Error>;

/// The digest of an object with that ETag.
pub fn digest_of(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// Whether it is an entry id that builds take, and that a cursor may hold.
fn is_entry_id(id: &str) -> bool {
    let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'/');
    layout::parse_entry_id(id).is_some() && id.bytes().all(is_plain)
}

/// The fingerprint of everything that a build would read: one request, however much that is.
pub async fn fingerprint(members: &members::Members) -> Result<String> {
    Ok(members.published_heads().await?.fingerprint())
}
