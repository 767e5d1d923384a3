//! What the content bucket says is published: the truth that is kept in the table.

use std::collections::BTreeMap;

use blobs::layout::{self, MovedKey, OWNER};
use blobs::{Blobs, Entry};
use members::{Document, Place};

use crate::{Result, digest_of, is_entry_id};

/// Keys of one listing; S3 gives no more.
const KEYS: u16 = 1000;
/// A document has few addresses at once, and one of them most of the time.
const MOST_TARGETS: u16 = 10;

/// What is at the address `id`: a document's output, or where the document is that had it. A document that has come to a former
/// address counts before the word of where the other one is.
pub(crate) async fn place(content: &Blobs, id: &str) -> Result<Option<Place>> {
    if !is_entry_id(id) {
        return Ok(None);
    }
    if let Some(head) = content.head(&layout::content_key(id)).await? {
        return Ok(Some(Place::Document(Document {
            digest: digest_of(&head.etag).to_owned(),
            updated: head.last_modified,
            owner: head.metadata.get(OWNER).cloned(),
        })));
    }
    if !id.contains('/') {
        // A member's own page keeps its address.
        return Ok(None);
    }
    let prefix = MovedKey::prefix(id);
    let listed = content.list(&prefix, None, MOST_TARGETS).await?;
    Ok(newest(listed.entries)
        .remove(id)
        .map(|to| Place::Moved { to }))
}

/// What is at some addresses that follow each other.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Entry id to the digest of the document there, or to where it went.
    pub(crate) places: BTreeMap<String, Told>,
    /// The address up to which that is all; `None`: to the end.
    pub(crate) last: Option<String>,
}

/// What a listing tells of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    Document { digest: String },
    Moved { to: String },
}

impl Told {
    /// What the listing would tell of what is kept.
    pub(crate) fn of(place: &Place) -> Self {
        match place {
            Place::Document(document) => Self::Document {
                digest: document.digest.clone(),
            },
            Place::Moved { to } => Self::Moved { to: to.clone() },
        }
    }
}

/// What is at the addresses behind `after`, in the order of the outputs' keys: as many as two listings tell of.
pub(crate) async fn listed(content: &Blobs, after: Option<&str>) -> Result<Listed> {
    let (key, moved_key) = (after.map(layout::content_key), after.map(MovedKey::after));
    let outputs = content.list(layout::content_prefix(), key.as_deref(), KEYS);
    let moved = content.list(MovedKey::all(), moved_key.as_deref(), KEYS);
    let (outputs, moved) = futures::try_join!(outputs, moved)?;
    // What both listings reach: neither may have more of it.
    let moved_end = moved.cursor.as_deref().and_then(MovedKey::parse);
    let ends = [
        outputs.cursor.as_deref().and_then(layout::entry_id),
        moved_end.as_ref().map(|key| key.from.as_str()),
    ];
    let last = ends.into_iter().flatten();
    let last = last.min_by_key(|id| layout::content_key(id));
    let last_key = last.map(layout::content_key);
    let is_reached = |id: &str| {
        let key = layout::content_key(id);
        last_key.as_ref().is_none_or(|last| key <= *last)
    };
    let last = last.map(str::to_owned);
    let moved = newest(moved.entries).into_iter();
    let moved = moved.map(|(from, to)| (from, Told::Moved { to }));
    let documents = outputs.entries.into_iter().filter_map(|object| {
        let id = layout::entry_id(&object.key)?.to_owned();
        let digest = digest_of(&object.etag).to_owned();
        Some((id, Told::Document { digest }))
    });
    // A document takes the place of the word of where another one is.
    let places = moved.chain(documents);
    Ok(Listed {
        places: places
            .filter(|(id, _)| is_entry_id(id) && is_reached(id))
            .collect(),
        last,
    })
}

/// Former address to where its document is. Of each the newest word: while a document goes on from its second address both may be named.
fn newest(objects: Vec<Entry>) -> BTreeMap<String, String> {
    let mut newest: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for object in objects {
        let Some(key) = MovedKey::parse(&object.key) else {
            continue;
        };
        let to = key.to();
        let known = newest.get(&key.from);
        if known.is_none_or(|(at, _)| object.last_modified >= *at) {
            newest.insert(key.from, (object.last_modified, to));
        }
    }
    let to = |(from, (_, to))| (from, to);
    newest.into_iter().map(to).collect()
}
