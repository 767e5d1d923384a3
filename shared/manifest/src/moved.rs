//! Which addresses documents had, from the content bucket's listing alone.

use blobs::layout::MovedKey;
use blobs::{Blobs, Result};

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
    // While a document goes on from its second address both may be named: the newest word counts.
    let mut newest: Vec<(u64, Moved)> = Vec::new();
    for object in listed.entries {
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
    Ok(MovedPage {
        moved: newest.into_iter().map(|(_, moved)| moved).collect(),
        cursor: cursor.map(|key| key.from),
    })
}
