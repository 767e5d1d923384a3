//! Documents in pages: what waits and what is withdrawn by lists of their own, the others member by member.

use std::collections::BTreeMap;

use blobs::layout::SourceKey;
use endpoint::{Error, Request, sentence};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use members::{Account, Referrer};
use serde::Serialize;

use crate::State;
use crate::documents::{Document, document};

/// Most documents that a page is made of.
const PAGE: u16 = 50;
/// Most members whose documents are looked through for a page, which may be short or empty then.
const MEMBERS: u16 = 100;
/// How many members' documents are listed side by side.
const LISTED_AT_ONCE: usize = 16;
/// How many documents are asked for side by side.
const AT_ONCE: usize = 8;
/// The longest cursor, in bytes: a time, an id and a slug.
const MAX_CURSOR_BYTES: usize = 200;
/// Words of states, as a request asks for them.
const STATES: [&str; 7] = [
    "waiting",
    "withdrawn",
    "published",
    "scheduled",
    "draft",
    "rejected",
    "processing",
];

#[derive(Serialize)]
struct Page {
    documents: Vec<Document>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

pub(crate) async fn list(state: &State, request: &Request) -> endpoint::Result {
    let wanted = wanted(request)?;
    let cursor = cursor(request)?;
    let after = cursor.as_deref();
    let members = &state.bearer.members;
    let page = match wanted {
        Some("waiting") => {
            let (waiting, cursor) = members.waiting(after, PAGE.into()).await?;
            let waiting = waiting.into_iter().map(|it| it.document).collect();
            Page {
                documents: of_referrers(state, waiting).await?,
                cursor,
            }
        }
        Some("withdrawn") => {
            let (withdrawn, cursor) = members.withdrawn(after, PAGE.into()).await?;
            Page {
                documents: of_referrers(state, withdrawn).await?,
                cursor,
            }
        }
        other => by_members(state, after, other).await?,
    };
    let language = endpoint::language(request.headers());
    endpoint::ok_in(language, &page)
}

fn wanted(request: &Request) -> Result<Option<&'static str>, Error> {
    let Some(asked) = endpoint::query(request, "state") else {
        return Ok(None);
    };
    let known = STATES.into_iter().find(|state| *state == asked);
    let unknown = || {
        Error::BadRequest(sentence!(
            "api.review_state_unknown",
            states = STATES.join(", ")
        ))
    };
    known.map(Some).ok_or_else(unknown)
}

fn cursor(request: &Request) -> Result<Option<String>, Error> {
    let Some(cursor) = endpoint::query(request, "cursor") else {
        return Ok(None);
    };
    let is_of_ours = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'#' | b'/');
    let is_one = (1..=MAX_CURSOR_BYTES).contains(&cursor.len()) && cursor.bytes().all(is_of_ours);
    if is_one {
        return Ok(Some(cursor.into_owned()));
    }
    Err(Error::BadRequest(sentence!("api.cursor_unknown")))
}

/// Documents that are named by their members' ids. Those that are gone are left out.
async fn of_referrers(state: &State, named: Vec<Referrer>) -> Result<Vec<Document>, Error> {
    let mut authors: BTreeMap<String, Account> = BTreeMap::new();
    for Referrer { member_id, .. } in &named {
        if !authors.contains_key(member_id)
            && let Some(author) = state.bearer.members.by_id(member_id).await?
            && !author.is_going()
        {
            authors.insert(member_id.clone(), author);
        }
    }
    let named = named.iter().filter_map(|it| {
        let author = authors.get(&it.member_id)?;
        Some((author, SourceKey::new(&it.member_id, &it.slug)))
    });
    all(state, named.collect()).await
}

async fn all(state: &State, sources: Vec<(&Account, SourceKey)>) -> Result<Vec<Document>, Error> {
    let asked = sources
        .into_iter()
        .map(|(author, source)| async move { Box::pin(document(state, author, &source)).await });
    let asked: Vec<_> = asked.collect();
    let found: Vec<Option<Document>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// Documents in the order of their members' handles, and of each by their slugs. The cursor is `<handle>/<slug>` of the last that
/// was looked at.
async fn by_members(
    state: &State,
    after: Option<&str>,
    wanted: Option<&str>,
) -> Result<Page, Error> {
    let members = &state.bearer.members;
    let (handle, slug) = after
        .map(|after| after.split_once('/').unwrap_or((after, "")))
        .unzip();
    let mut authors: Vec<(Account, Option<&str>)> = Vec::new();
    // The member in whose documents the page before ended.
    if let (Some(handle), Some(slug)) = (handle, slug.filter(|slug| !slug.is_empty())) {
        let author = members.by_handle(handle).await?;
        authors.extend(author.map(|author| (author, Some(slug))));
    }
    let page = members.accounts_after(handle, MEMBERS).await?;
    authors.extend(page.accounts.into_iter().map(|author| (author, None)));
    authors.retain(|(author, _)| !author.is_going());
    let mut stopped_at = page.cursor;
    // Collected: a stream over a closure isn't general enough to be sent between threads.
    let asked: Vec<_> = authors
        .iter()
        .map(|(author, after)| sources(state, author, *after))
        .collect();
    let listed: Vec<Listed> = stream::iter(asked)
        .buffered(LISTED_AT_ONCE)
        .try_collect()
        .await?;
    let mut sources: Vec<(&Account, SourceKey)> = Vec::new();
    for ((author, _), listed) in authors.iter().zip(listed) {
        let room = usize::from(PAGE).saturating_sub(sources.len());
        if room == 0 {
            stopped_at = sources.last().map(|(author, _)| author.handle.clone());
            break;
        }
        let last = match listed.sources.get(room.saturating_sub(1)) {
            Some(last) if listed.sources.len() > room => Some(last.slug.clone()),
            _ => listed.goes_on_behind,
        };
        let found = listed.sources.into_iter().take(room);
        sources.extend(found.map(|source| (author, source)));
        if let Some(last) = last {
            stopped_at = Some(format!("{}/{last}", author.handle));
            break;
        }
    }
    let mut documents = all(state, sources).await?;
    documents.retain(|document| wanted.is_none_or(|wanted| document.state == wanted));
    Ok(Page {
        documents,
        cursor: stopped_at,
    })
}

/// The sources of one member.
struct Listed {
    sources: Vec<SourceKey>,
    /// The slug behind which there are more.
    goes_on_behind: Option<String>,
}

/// A member's sources behind that of a slug, as many as a page takes.
async fn sources(state: &State, author: &Account, after: Option<&str>) -> Result<Listed, Error> {
    let after = after.map(|slug| SourceKey::new(&author.id, slug).key());
    let prefix = SourceKey::prefix(&author.id);
    let listed = state.uploads.list(&prefix, after.as_deref(), PAGE).await;
    let listed = listed.map_err(Error::unavailable)?;
    let found = listed.entries.iter();
    let found = found.filter_map(|entry| SourceKey::parse(&entry.key));
    Ok(Listed {
        sources: found.filter(SourceKey::is_canonical).collect(),
        goes_on_behind: listed
            .cursor
            .as_deref()
            .and_then(SourceKey::parse)
            .map(|last| last.slug),
    })
}
