//! Which addresses documents had, from the content bucket's listing alone.

use blobs::layout::MovedKey;
use blobs::{Blobs, Entry, Result};

/// A former address, and where its document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// An entry id that is no entry's any more.
    pub from: String,
    /// The entry id of the document.
    pub to: String,
}

/// A part of what moved, in the order of the outputs.
pub(crate) struct MovedPage {
    pub(crate) moved: Vec<Moved>,
    /// The former address that the page ends with; `None` on the last.
    pub(crate) cursor: Option<String>,
}

/// Up to `limit` former addresses after the entry id `after`.
pub(crate) async fn page(content: &Blobs, after: Option<&str>, limit: u16) -> Result<MovedPage> {
    let after = after.map(MovedKey::after);
    let listed = content
        .list(MovedKey::all(), after.as_deref(), limit)
        .await?;
    let cursor = listed.cursor.as_deref().and_then(MovedKey::parse);
    Ok(MovedPage {
        moved: newest(listed.entries),
        cursor: cursor.map(|key| key.from),
    })
}

/// Where the document is that had the address `id`. A document has few addresses at once, and one of them most of the time.
pub(crate) async fn from(content: &Blobs, id: &str) -> Result<Option<Moved>> {
    const MOST: u16 = 10;
    if !id.contains('/') {
        // A member's own page keeps its address.
        return Ok(None);
    }
    let listed = content.list(&MovedKey::prefix(id), None, MOST).await?;
    Ok(newest(listed.entries).pop())
}

/// Of each former address the newest word: while a document goes on from its second address both may be named.
fn newest(objects: Vec<Entry>) -> Vec<Moved> {
    let mut newest: Vec<(u64, Moved)> = Vec::new();
    for object in objects {
        let Some(key) = MovedKey::parse(&object.key) else {
            continue;
        };
        let moved = Moved {
            to: key.to(),
            from: key.from,
        };
        match newest
            .last_mut()
            .filter(|(_, last)| last.from == moved.from)
        {
            Some(last) if object.last_modified >= last.0 => *last = (object.last_modified, moved),
            Some(_) => {}
            None => newest.push((object.last_modified, moved)),
        }
    }
    newest.into_iter().map(|(_, moved)| moved).collect()
}
