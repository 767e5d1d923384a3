//! `GET /api/members`: pages of members in the order of their handles, and those of them that a search finds.

use endpoint::{Error, Request, sentence};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use members::MOST_OF_A_PAGE;
use membership::handle;
use membership::search::{folded, is_found};
use serde::Serialize;

use crate::State;
use crate::shown::Shown;

/// Most members of a page.
const PAGE: usize = 50;
/// Most accounts that are looked at for a page: a search may find few.
const LOOKED_AT: usize = 500;
/// Longest search, in code points: no name, handle or address has more.
const MAX_QUERY: usize = 254;
/// How many members are asked side by side for what is counted of their documents.
const ASKED_AT_ONCE: usize = 8;

#[derive(Serialize)]
struct Page {
    members: Vec<Shown>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page. A page may be short, or empty, and have one.
    cursor: Option<String>,
}

pub(crate) async fn list(state: &State, request: &Request) -> endpoint::Result {
    let query = query(request)?;
    let mut after = cursor(request)?;
    let members = &state.bearer.members;
    let (mut found, mut looked_at) = (Vec::new(), 0);
    let cursor = 'page: loop {
        let page = members
            .accounts_after(after.as_deref(), MOST_OF_A_PAGE)
            .await?;
        for account in page.accounts {
            if found.len() == PAGE || looked_at == LOOKED_AT {
                break 'page after;
            }
            after = Some(account.handle.clone());
            looked_at += 1;
            if !account.is_going()
                && query
                    .as_deref()
                    .is_none_or(|query| is_found(&account, query))
            {
                found.push(account);
            }
        }
        after = page.cursor;
        if after.is_none() {
            break None;
        }
        if found.len() == PAGE || looked_at >= LOOKED_AT {
            break after;
        }
    };
    let shown = found
        .iter()
        .map(|account| Shown::read(members, account, &state.site.public_url));
    // Collected: a stream over a closure isn't general enough to be sent between threads.
    let shown: Vec<_> = shown.collect();
    let members = stream::iter(shown)
        .buffered(ASKED_AT_ONCE)
        .try_collect()
        .await?;
    endpoint::ok(&Page { members, cursor })
}

/// The search, folded; `None` without one.
fn query(request: &Request) -> endpoint::Result<Option<String>> {
    let Some(query) = endpoint::query(request, "q") else {
        return Ok(None);
    };
    if query.chars().count() > MAX_QUERY {
        return Err(Error::BadRequest(sentence!(
            "api.roster_query_too_long",
            characters = MAX_QUERY
        )));
    }
    Ok(Some(folded(query.trim())).filter(|query| !query.is_empty()))
}

/// The handle of the last account that was looked at.
fn cursor(request: &Request) -> endpoint::Result<Option<String>> {
    let cursor = endpoint::query(request, "cursor");
    cursor
        .map(|cursor| {
            handle::parse(&cursor).map_err(|_| Error::BadRequest(sentence!("api.cursor_unknown")))
        })
        .transpose()
}
