//! A document as it was uploaded, or as it would be.

use blobs::Object;
use blobs::layout::{SourceKey, SourceNote};
use bytes::Bytes;
use frontmatter::slug;

/// The bytes of a document, and what is known of them.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    pub key: &'a SourceKey,
    /// What is kept beside it; `None` where another program stored it.
    pub note: Option<SourceNote>,
    /// Unix seconds of when it was stored.
    pub stored: u64,
    /// Unix seconds of when it is converted: what comes out by itself later is kept back.
    pub now: u64,
    pub bytes: Bytes,
}

impl<'a> Source<'a> {
    /// What is stored under `key`, converted at `now`, in Unix seconds.
    pub fn of(key: &'a SourceKey, object: &Object, now: u64) -> Self {
        Self {
            key,
            note: SourceNote::from_metadata(&object.head.metadata),
            stored: object.head.last_modified,
            now,
            bytes: object.bytes.clone(),
        }
    }

    /// What the document is called by its file, or by its folder where it is the folder's README.
    pub fn called(&self) -> String {
        self.note.as_ref().map_or_else(
            || self.key.slug.clone(),
            |note| slug::called(&note.path, &note.file_name),
        )
    }
}
