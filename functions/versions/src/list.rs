//! The versions of a document, newest first, in pages: nobody bounds how often a document is sent within the time that
//! the bucket keeps what was replaced.

use blobs::layout::SourceKey;
use blobs::{After, Version};
use endpoint::{Error, Request, rfc3339, sentence};
use serde::Serialize;

use crate::{State, is_id};

/// The most versions and deletions that a page is made of.
const PAGE: u16 = 100;

#[derive(Serialize)]
struct Listed {
    id: String,
    uploaded: String,
    /// Bytes.
    size: u64,
    state: &'static str,
}

#[derive(Serialize)]
struct Page {
    versions: Vec<Listed>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

/// What a page ended with. Whether a version was deleted or replaced is told by what stands before it.
struct Cursor {
    is_marker: bool,
    id: String,
}

impl Cursor {
    fn of(version: &Version) -> Option<Self> {
        Some(Self {
            is_marker: version.is_marker,
            id: version.id.clone()?,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once('-')?;
        let is_marker = match kind {
            "d" => true,
            "v" => false,
            _ => return None,
        };
        is_id(id).then(|| Self {
            is_marker,
            id: id.to_owned(),
        })
    }

    fn text(&self) -> String {
        format!("{}-{}", if self.is_marker { 'd' } else { 'v' }, self.id)
    }
}

pub(crate) async fn list(state: &State, source: &SourceKey, request: &Request) -> endpoint::Result {
    let cursor = cursor(request)?;
    let key = source.key();
    let after = cursor.as_ref().map(|cursor| After {
        key: key.clone(),
        version: Some(cursor.id.clone()),
    });
    let listed = state
        .uploads
        .versions_page(&key, after.as_ref(), Some(PAGE))
        .await
        .map_err(Error::unavailable)?;
    let has_more = listed.next.is_some_and(|next| next.key == key);
    // Another program's key may begin with this one.
    let own = listed.versions.iter().filter(|version| version.key == key);
    let mut after_marker = cursor.as_ref().map(|cursor| cursor.is_marker);
    let mut versions = Vec::new();
    let mut last = None;
    for version in own {
        if !version.is_marker {
            versions.push(listed_as(version, after_marker.unwrap_or_default()));
        }
        after_marker = Some(version.is_marker);
        last = Some(version);
    }
    if last.is_none() && cursor.is_none() {
        return Err(Error::NotFound);
    }
    let cursor = last.filter(|_| has_more).and_then(Cursor::of);
    endpoint::ok(&Page {
        versions,
        cursor: cursor.map(|cursor| cursor.text()),
    })
}

/// A version, of which the next newer thing is a deletion or another version.
fn listed_as(version: &Version, is_deleted: bool) -> Listed {
    Listed {
        id: version.id.clone().unwrap_or_default(),
        uploaded: rfc3339(version.last_modified),
        size: version.size,
        state: match (version.is_latest, is_deleted) {
            (true, _) => "current",
            (false, true) => "deleted",
            (false, false) => "replaced",
        },
    }
}

fn cursor(request: &Request) -> Result<Option<Cursor>, Error> {
    let Some(text) = endpoint::query(request, "cursor") else {
        return Ok(None);
    };
    let cursor = Cursor::parse(&text);
    cursor
        .map(Some)
        .ok_or_else(|| Error::BadRequest(sentence!("api.cursor_unknown")))
}
