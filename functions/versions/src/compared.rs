//! What changed from one version to another: both are read, compared as text, and told in runs.

use blobs::After;
use blobs::layout::SourceKey;
use changes::{MAX_BYTES, Side};
use endpoint::{Error, Request, Sentence, sentence};

use crate::{State, file, history, is_id};

/// What changed in a version since another one, which is the one before it unless the request names one.
pub(crate) async fn changes(
    state: &State,
    source: &SourceKey,
    id: String,
    request: &Request,
) -> endpoint::Result {
    let since = since(request)?;
    let after = side(state, source, id, Which::This).await?;
    let since = match since {
        Some(since) => Some(since),
        None => before(state, source, &after.id).await?,
    };
    let before = match since {
        Some(since) => Some(side(state, source, since, Which::Before).await?),
        None => None,
    };
    let changes = endpoint::blocking(move || changes::between(before.as_ref(), &after, MAX_BYTES));
    endpoint::ok(&changes.await?)
}

fn since(request: &Request) -> Result<Option<String>, Error> {
    let Some(id) = endpoint::query(request, "since") else {
        return Ok(None);
    };
    if is_id(&id) {
        return Ok(Some(id.into_owned()));
    }
    Err(Error::BadRequest(sentence!("api.since_no_version")))
}

/// Reads a version as text.
async fn side(state: &State, source: &SourceKey, id: String, which: Which) -> Result<Side, Error> {
    let bytes = file::of_history(state, source, &id).await?.1.bytes;
    let side = endpoint::blocking(move || Side::read(id, &bytes)).await?;
    side.map_err(|_| Error::InvalidFile(which.is_no_text()))
}

/// Which of two versions is compared.
#[derive(Clone, Copy)]
enum Which {
    This,
    Before,
}

impl Which {
    fn is_no_text(self) -> Sentence {
        match self {
            Self::This => sentence!("api.version_no_text"),
            Self::Before => sentence!("api.version_before_no_text"),
        }
    }
}

/// The version that was there before another one. `None`: that was the first.
async fn before(state: &State, source: &SourceKey, id: &str) -> Result<Option<String>, Error> {
    let mut is_behind = false;
    for section in history::sections(state, source).await? {
        if is_behind && section.newest.is_some() {
            return Ok(section.newest);
        }
        is_behind |= section.newest.as_deref() == Some(id);
        let mut after = section.newest.clone().map(|version| After {
            key: section.key.clone(),
            version: Some(version),
        });
        loop {
            let page = state
                .uploads
                .versions_page(&section.key, after.as_ref(), None)
                .await
                .map_err(Error::unavailable)?;
            for version in section.own(&page.versions) {
                if is_behind && !version.is_marker {
                    return Ok(version.id.clone());
                }
                is_behind |= version.id.as_deref() == Some(id);
            }
            let is_over = section.is_over(&page.versions);
            match page.next.filter(|next| next.key == section.key && !is_over) {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    Ok(None)
}
