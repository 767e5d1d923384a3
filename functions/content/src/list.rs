//! `GET /api/content`: what is published, in pages; what changed since; or one entry.

use std::collections::BTreeMap;

use endpoint::{Error, Request, rfc3339, sentence};
use manifest::{Fingerprint, Page, Since, Token};
use serde::Serialize;

use crate::{MAX_CURSOR_BYTES, MAX_ID_BYTES, State, is_entry_id, kept_by_caches};

/// Addresses of one answer.
const PAGE: usize = 500;
/// The list of a site is made within some runs of `rebuild_site`, which are a minute apart.
const RETRY_AFTER_NOT_WHOLE_SECONDS: u64 = 60;

#[derive(Serialize)]
struct Entry {
    id: String,
    url: String,
    /// Changes when, and only when, the file's bytes change.
    digest: String,
    updated: String,
    /// The member's profile picture: edge length in pixels to URL.
    picture: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct Moved {
    /// An entry id that is no entry's any more.
    from: String,
    /// The entry id of the document.
    to: String,
}

#[derive(Serialize)]
struct Listing {
    entries: Vec<Entry>,
    /// Addresses that documents had, among those of this page's entries, and where they are now.
    moved: Vec<Moved>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
    /// To be sent back as `?since=` for what changes from now on; the first page's counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

#[derive(Serialize)]
struct Changed {
    entries: Vec<Entry>,
    /// Entry ids that are none any more.
    gone: Vec<String>,
    moved: Vec<Moved>,
    /// To be sent back as `?since=`; `null`: the list has to be read anew.
    since: Option<String>,
    /// Whether there is more, to be asked for at once.
    more: bool,
    /// Always `null`: what follows is asked for by `since`.
    cursor: Option<String>,
}

pub(crate) async fn answer(state: &State, request: &Request) -> endpoint::Result {
    let of = |name| endpoint::query(request, name);
    let (id, cursor, since) = (of("id"), of("cursor"), of("since"));
    if since.is_some() && (id.is_some() || cursor.is_some()) {
        return Err(Error::BadRequest(sentence!("api.since_alone")));
    }
    if id.is_some() && cursor.is_some() {
        return Err(Error::BadRequest(sentence!("api.id_or_cursor")));
    }
    if let Some(since) = since {
        let token = Token::parse(&since);
        let token = token.ok_or(Error::BadRequest(sentence!("api.since_unknown")))?;
        let since = manifest::since(&state.members, &token, PAGE).await;
        return changed(state, request, since.map_err(error)?);
    }
    let page = match id {
        Some(id) if id.len() <= MAX_ID_BYTES && is_entry_id(&id) => {
            manifest::one(&state.members, &id).await
        }
        Some(_) => return Err(Error::BadRequest(sentence!("api.entry_id_unknown"))),
        None => {
            let is_cursor =
                |cursor: &str| cursor.len() <= MAX_CURSOR_BYTES && manifest::is_cursor(cursor);
            if cursor.as_deref().is_some_and(|cursor| !is_cursor(cursor)) {
                return Err(Error::BadRequest(sentence!("api.cursor_unknown")));
            }
            manifest::page(&state.members, cursor.as_deref(), PAGE).await
        }
    };
    listing(state, request, page.map_err(error)?)
}

/// A list that isn't whole is not answered in part: a build would take what is missing for deleted.
fn error(error: manifest::Error) -> Error {
    match error {
        manifest::Error::NotWhole => Error::NotReady {
            sentence: sentence!("api.content_not_whole"),
            retry_after_seconds: RETRY_AFTER_NOT_WHOLE_SECONDS,
        },
        error => Error::unavailable(error),
    }
}

fn listing(state: &State, request: &Request, page: Page) -> endpoint::Result {
    let cursor = page.cursor.clone().unwrap_or_default();
    let etag = etag(state, &page.entries, &page.moved, &[&cursor]);
    kept_by_caches(request, &etag, || Listing {
        entries: entries(state, page.entries),
        moved: moved(page.moved),
        cursor: page.cursor,
        since: page.since.map(|since| since.to_string()),
    })
}

fn changed(state: &State, request: &Request, since: Since) -> endpoint::Result {
    let token = since.since.map(|token| token.to_string());
    let mut rest: Vec<&str> = since.gone.iter().map(String::as_str).collect();
    rest.push(token.as_deref().unwrap_or("anew"));
    let etag = etag(state, &since.entries, &since.moved, &rest);
    kept_by_caches(request, &etag, || Changed {
        entries: entries(state, since.entries),
        gone: since.gone,
        moved: moved(since.moved),
        since: token,
        more: since.more,
        cursor: None,
    })
}

fn entries(state: &State, entries: Vec<manifest::Entry>) -> Vec<Entry> {
    let url = |key: String| format!("{}/{key}", state.public_url);
    let listed = |entry: manifest::Entry| Entry {
        id: entry.id,
        url: url(entry.key),
        digest: entry.digest,
        updated: rfc3339(entry.last_modified),
        picture: entry.picture.map(|sizes| {
            let urls = sizes.into_iter().map(|(size, key)| (size, url(key)));
            urls.collect()
        }),
    };
    entries.into_iter().map(listed).collect()
}

fn moved(moved: Vec<manifest::Moved>) -> Vec<Moved> {
    let told = |manifest::Moved { from, to }| Moved { from, to };
    moved.into_iter().map(told).collect()
}

/// A tag of what an answer says (RFC 9110 section 8.8.3).
fn etag(
    state: &State,
    entries: &[manifest::Entry],
    moved: &[manifest::Moved],
    rest: &[&str],
) -> String {
    let mut fingerprint = Fingerprint::default();
    fingerprint.add(entries);
    fingerprint.add_moved(moved);
    let rest = format!("{} {}", state.public_url, rest.join(" "));
    format!("\"{}\"", fingerprint.finish(&rest))
}
