//! What editors have to see before it is public.
//!
//! A version is public if it was approved, or was live already; both are told from what was converted alone. While a
//! version waits, what was approved before stays, and is converted again where what it links to or shows changes.

use blobs::layout::{MAX_README_BYTES, SourceKey};
use conversion::Source;
use members::{Edition, Report, Ruling};

use crate::State;

/// What is to be public of a document whose newest version isn't.
#[derive(Debug)]
pub(crate) enum Instead {
    /// An older version.
    Older(Box<Older>),
    /// What is there.
    AsItIs,
    Nothing,
}

/// An older version that may be public, with its bytes.
#[derive(Debug)]
pub(crate) struct Older {
    pub(crate) edition: Edition,
    pub(crate) object: blobs::Object,
}

/// What is to be public in the place of a version that may not be. `is_broken`: that version is rejected, and the last good one
/// stays as it is where nobody has to approve the next.
pub(crate) async fn instead(
    state: &State,
    source: &SourceKey,
    ruling: &Ruling,
    before: Option<&Report>,
    is_broken: bool,
) -> anyhow::Result<Instead> {
    if ruling.is_withdrawn() {
        return Ok(Instead::Nothing);
    }
    let live = before.filter(|before| before.live);
    // What was approved since the last look comes before what is live.
    let approved = ruling.approved().filter(|_| ruling.is_new_to(before));
    if let Some(approved) = approved
        && let Some(found) = bytes(state, source, approved).await?
    {
        return Ok(found);
    }
    if is_broken && !ruling.waits {
        return Ok(Instead::AsItIs);
    }
    let edition = live.and_then(|before| before.edition.as_ref());
    let found = match edition {
        Some(edition) => bytes(state, source, edition).await?,
        None => None,
    };
    Ok(found.unwrap_or(if live.is_some() {
        Instead::AsItIs
    } else {
        Instead::Nothing
    }))
}

/// The bytes of an older version. `None`: the bucket has none any more. [`Instead::Nothing`] where it is another document's, which
/// was deleted before the one came that is there.
async fn bytes(
    state: &State,
    source: &SourceKey,
    edition: &Edition,
) -> anyhow::Result<Option<Instead>> {
    let Some(id) = &edition.object else {
        return Ok(None);
    };
    let key = source.key();
    let found = state
        .uploads
        .get_version(&key, id, MAX_README_BYTES)
        .await?;
    let Some(object) = found else { return Ok(None) };
    let is_here = is_of_this_document(state, &key, id).await?;
    Ok(Some(if is_here {
        let edition = edition.clone();
        Instead::Older(Box::new(Older { edition, object }))
    } else {
        Instead::Nothing
    }))
}

/// Whether no deletion stands between the newest version under a key and the version `id`.
async fn is_of_this_document(state: &State, key: &str, id: &str) -> anyhow::Result<bool> {
    let mut after = None;
    loop {
        let page = state
            .uploads
            .versions_page(key, after.as_ref(), None)
            .await?;
        for version in page.versions.iter().filter(|it| it.key == key) {
            if version.is_marker {
                return Ok(false);
            }
            if version.id.as_deref() == Some(id) {
                return Ok(true);
            }
        }
        match page.next.filter(|next| next.key == key) {
            Some(next) => after = Some(next),
            None => return Ok(false),
        }
    }
}

/// The document as of the time at which it comes out.
pub(crate) fn when_out<'a>(document: &Source<'a>, until: u64) -> Source<'a> {
    Source {
        now: document.now.max(until),
        ..document.clone()
    }
}
