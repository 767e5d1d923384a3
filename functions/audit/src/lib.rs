//! `GET /api/audit`: what administrators and editors did, and whoever has the command line; newest first.
//!
//! An entry holds ids and handles. Names are those of now, so that of whoever is gone the handle alone is told.

use std::collections::{BTreeMap, BTreeSet};

use endpoint::{Bearer, Environment, Error, Origins, Request, configuration, rfc3339, sentence};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use members::{Act, Deed, Members, Role, Who};
use serde::Serialize;

/// Entries of a page.
const PAGE: u16 = 50;
/// How many members are asked for their names side by side.
const ASKED_AT_ONCE: usize = 8;
/// What a cursor is made of: 13 digits, a hyphen and 16 digits.
const CURSOR_BYTES: usize = 30;

/// What this function may touch: entries to read, and the accounts of those whom they name.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        self.bearer.ready().await
    }
}

#[derive(Serialize)]
struct Page {
    acts: Vec<Entry>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Entry {
    at: String,
    /// `None`: whoever has the command line.
    by: Option<Somebody>,
    act: Deed,
    on: Somebody,
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    became: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Serialize)]
struct Somebody {
    handle: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/audit" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "GET")? {
        return Ok(preflight);
    }
    state.bearer.member_as(&request, Role::Admin).await?;
    let cursor = cursor(&request)?;
    let members = &state.bearer.members;
    let found = members.acts(cursor.as_deref(), PAGE).await?;
    let ids = found.acts.iter().flat_map(|act| {
        let by = act.by.iter().map(|who| who.id.clone());
        by.chain([act.on.id.clone()])
    });
    let names = names(members, ids.collect()).await?;
    endpoint::ok(&Page {
        acts: found
            .acts
            .into_iter()
            .map(|act| entry(act, &names))
            .collect(),
        cursor: found.cursor,
    })
}

/// The names of those who are members.
async fn names(
    members: &Members,
    ids: BTreeSet<String>,
) -> endpoint::Result<BTreeMap<String, String>> {
    let asked = ids.into_iter().map(|id| async move {
        let account = members.by_id(&id).await?;
        members::Result::Ok(account.map(|account| (id, account.name)))
    });
    // Collected: a stream over a closure isn't general enough to be sent between threads.
    let asked: Vec<_> = asked.collect();
    let names: Vec<_> = stream::iter(asked)
        .buffered(ASKED_AT_ONCE)
        .try_collect()
        .await?;
    Ok(names.into_iter().flatten().collect())
}

fn entry(act: Act, names: &BTreeMap<String, String>) -> Entry {
    let somebody = |who: Who| Somebody {
        name: names.get(&who.id).cloned(),
        handle: who.handle,
    };
    Entry {
        at: rfc3339(act.at_ms / 1000),
        by: act.by.map(somebody),
        act: act.deed,
        on: somebody(act.on),
        slug: act.slug,
        became: act.became,
        note: act.note,
    }
}

/// The place at which the page before ended.
fn cursor(request: &Request) -> endpoint::Result<Option<String>> {
    let Some(cursor) = endpoint::query(request, "cursor") else {
        return Ok(None);
    };
    let is_one = cursor.len() == CURSOR_BYTES
        && cursor
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_one {
        Ok(Some(cursor.into_owned()))
    } else {
        Err(Error::BadRequest(sentence!("api.cursor_unknown")))
    }
}
