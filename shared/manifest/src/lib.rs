//! What is published, as the content bucket's listing has it.
//!
//! `content` hands it out to builds, `rebuild_site` looks at whether it changed: one reading of the
//! listing for both, so that a build starts when, and only when, it would read something else.

mod moved;
mod pictures;

use blobs::{Blobs, Result, layout};
use sha2::{Digest as _, Sha256};

pub use moved::Moved;
pub use pictures::Picture;

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
    /// The member's profile picture, where there is a whole one.
    pub picture: Option<Picture>,
}

/// A part of what is published, ordered by id as S3 orders keys.
#[derive(Debug)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Former addresses from the first entry of the page to its last, and where their documents are.
    pub moved: Vec<Moved>,
    /// The entry id after which the next page starts; `None` on the last.
    pub cursor: Option<String>,
}

/// Up to `limit` entries after the entry id `after`; S3 gives at most 1000 keys at a time.
pub async fn page(content: &Blobs, after: Option<&str>, limit: u16) -> Result<Page> {
    let mut listed = content
        .list(
            layout::content_prefix(),
            after.map(layout::content_key).as_deref(),
            limit,
        )
        .await?;
    let moved = moved::page(content, after, limit).await?;
    // What both listings reach: neither may have more of it.
    let ends = [
        listed.cursor.as_deref().and_then(layout::entry_id),
        moved.cursor.as_deref(),
    ];
    let cursor = ends
        .into_iter()
        .flatten()
        .min_by_key(|end| layout::content_key(end))
        .map(str::to_owned);
    let last = cursor.as_deref().map(layout::content_key);
    let is_reached = |key: &str| last.as_deref().is_none_or(|last| key <= last);
    listed.entries.retain(|object| is_reached(&object.key));
    let handles = listed
        .entries
        .iter()
        .filter_map(|object| layout::entry_id(&object.key))
        .map(layout::handle)
        .collect();
    let pictures = pictures::of(content, &handles).await?;
    let entries = listed.entries.iter().filter_map(|object| {
        let id = layout::entry_id(&object.key)?;
        Some(Entry {
            id: id.to_owned(),
            key: object.key.clone(),
            digest: digest_of(&object.etag).to_owned(),
            last_modified: object.last_modified,
            picture: pictures.get(layout::handle(id)).cloned(),
        })
    });
    let entries: Vec<Entry> = entries.collect();
    // A document that has come to a former address counts before the word of where the other one is.
    let is_taken = |id: &str| {
        let key = layout::content_key(id);
        entries
            .binary_search_by(|entry| entry.key.cmp(&key))
            .is_ok()
    };
    let mut moved = moved.moved;
    moved.retain(|it| is_reached(&layout::content_key(&it.from)) && !is_taken(&it.from));
    Ok(Page {
        entries,
        moved,
        cursor,
    })
}

/// The entry with an id, with its former address where that is what `id` is, as [`page`] has both; neither where there is no such
/// entry. However much is published, few requests: nobody else's keys are listed.
pub async fn one(content: &Blobs, id: &str) -> Result<Page> {
    let mut moved = None;
    let mut found = match layout::parse_entry_id(id) {
        Some(_) => entry(content, id).await?,
        None => None,
    };
    if found.is_none()
        && let Some(from) = moved::from(content, id).await?
    {
        found = entry(content, &from.to).await?;
        moved = found.is_some().then_some(from);
    }
    Ok(Page {
        entries: found.into_iter().collect(),
        moved: moved.into_iter().collect(),
        cursor: None,
    })
}

async fn entry(content: &Blobs, id: &str) -> Result<Option<Entry>> {
    let key = layout::content_key(id);
    let Some(head) = content.head(&key).await? else {
        return Ok(None);
    };
    Ok(Some(Entry {
        id: id.to_owned(),
        key,
        digest: digest_of(&head.etag).to_owned(),
        last_modified: head.last_modified,
        picture: pictures::of_member(content, layout::handle(id)).await?,
    }))
}

/// The digest of an object with that ETag.
pub fn digest_of(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// Names everything that a build reads of `entries`, in hexadecimal.
#[derive(Debug, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    pub fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            let pictures = entry.picture.iter().flat_map(Picture::values);
            for part in [&entry.id, &entry.digest].into_iter().chain(pictures) {
                self.0.update(part.as_bytes());
                self.0.update([0]);
            }
            self.0.update([1]);
        }
    }

    pub fn add_moved(&mut self, moved: &[Moved]) {
        for Moved { from, to } in moved {
            for part in [from, to] {
                self.0.update(part.as_bytes());
                self.0.update([2]);
            }
        }
    }

    /// A member of the directory, who may have published nothing.
    pub fn add_member(&mut self, handle: &str, name: &str, picture: Option<&Picture>) {
        let pictures = picture.into_iter().flat_map(Picture::values);
        for part in [handle, name]
            .into_iter()
            .chain(pictures.map(String::as_str))
        {
            self.0.update(part.as_bytes());
            self.0.update([3]);
        }
        self.0.update([4]);
    }

    /// `rest` is whatever else belongs to it.
    pub fn finish(mut self, rest: &str) -> String {
        self.0.update(rest.as_bytes());
        base16ct::lower::encode_string(&self.0.finalize())
    }
}

/// The fingerprint of everything that is published.
pub async fn fingerprint(content: &Blobs) -> Result<String> {
    /// S3 gives no more at a time.
    const PAGE: u16 = 1000;
    let mut fingerprint = Fingerprint::default();
    let mut cursor = None;
    loop {
        let page = page(content, cursor.as_deref(), PAGE).await?;
        fingerprint.add(&page.entries);
        fingerprint.add_moved(&page.moved);
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(fingerprint.finish(""));
        }
    }
}
