//! What changed from one version to another: both are read, compared as text, and told in runs.

mod answer;
mod compare;
mod sides;
mod words;

use std::time::{Duration, Instant};

use blobs::After;
use blobs::layout::{MAX_README_BYTES, SourceKey};
use endpoint::{Error, Request};

use self::answer::Changes;
use self::sides::Side;
use crate::{State, file, is_id};

/// How long lines may be compared, and words as well: what isn't done by then is told more coarsely. Splitting and
/// writing take as long again in the worst texts.
const LINES_WITHIN: Duration = Duration::from_millis(300);
const WORDS_WITHIN: Duration = Duration::from_millis(600);

/// What changed in a version since another one, which is the one before it unless the request names one.
pub(crate) async fn changes(
    state: &State,
    source: &SourceKey,
    id: String,
    request: &Request,
) -> endpoint::Result {
    let since = since(request)?;
    let after = side(state, source, id, "this version").await?;
    let since = match since {
        Some(since) => Some(since),
        None => before(state, source, &after.id).await?,
    };
    let before = match since {
        Some(since) => Some(side(state, source, since, "the version before it").await?),
        None => None,
    };
    let changes = endpoint::blocking(move || {
        let now = Instant::now();
        let text = before.as_ref().map_or("", |side| &side.text);
        let compared = compare::compare(text, &after.text, now + LINES_WITHIN, now + WORDS_WITHIN);
        Changes::of(before.as_ref(), &after, &compared)
    });
    endpoint::ok(&changes.await?)
}

fn since(request: &Request) -> Result<Option<String>, Error> {
    let Some(id) = endpoint::query(request, "since") else {
        return Ok(None);
    };
    if is_id(&id) {
        return Ok(Some(id.into_owned()));
    }
    Err(Error::BadRequest("“since” is no version’s id.".to_owned()))
}

/// Reads a version as text; `which` one it is stands in the sentence where it can't be.
async fn side(state: &State, source: &SourceKey, id: String, which: &str) -> Result<Side, Error> {
    let key = source.key();
    let found = state.uploads.get_version(&key, &id, MAX_README_BYTES).await;
    let bytes = file::read(found)?.bytes;
    let side = endpoint::blocking(move || Side::read(id, &bytes)).await?;
    side.map_err(|_| {
        Error::InvalidFile(format!(
            "Nothing can be compared: {which} is no text, neither UTF-8 nor UTF-16. Download it to see what it is."
        ))
    })
}

/// The version that was there before another one. `None`: that was the first.
async fn before(state: &State, source: &SourceKey, id: &str) -> Result<Option<String>, Error> {
    let key = source.key();
    let mut after = After {
        key: key.clone(),
        version: Some(id.to_owned()),
    };
    loop {
        let page = state.uploads.versions_page(&key, Some(&after), None).await;
        let page = page.map_err(Error::unavailable)?;
        // Another program's key may begin with this one.
        let mut own = page.versions.into_iter().filter(|one| one.key == key);
        if let Some(version) = own.find(|version| !version.is_marker) {
            return Ok(version.id);
        }
        match page.next {
            Some(next) if next.key == key => after = next,
            _ => return Ok(None),
        }
    }
}
