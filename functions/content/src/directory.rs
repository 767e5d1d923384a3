//! The members whom everybody may see, where the site wants that: handle, name and picture, and nothing else of an account.

use std::collections::BTreeMap;

use endpoint::{Error, Request, sentence};
use manifest::Fingerprint;
use members::{Account, AccountsPage};
use serde::Serialize;

use crate::{SHARED, State, tagged};

/// Longest cursor that is looked at, in bytes: longer than any handle.
const MAX_CURSOR_BYTES: usize = 80;

#[derive(Serialize)]
struct Page {
    /// Whether the site has a directory at all.
    public: bool,
    members: Vec<Listed>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    handle: String,
    name: String,
    /// Edge length in pixels to URL.
    picture: Option<BTreeMap<String, String>>,
    /// Changes when, and only when, something of the above does.
    digest: String,
}

pub(crate) async fn answer(state: &State, request: &Request) -> endpoint::Result {
    if let Some(preflight) = endpoint::allow(request, "GET")? {
        return Ok(preflight);
    }
    let cursor = endpoint::query(request, "cursor");
    if cursor.as_deref().is_some_and(|cursor| !is_handle(cursor)) {
        return Err(Error::BadRequest(sentence!("api.cursor_unknown")));
    }
    let page = match &state.directory {
        Some(members) => members.directory_page(cursor.as_deref()).await?,
        None => AccountsPage::default(),
    };
    let page = Page {
        public: state.directory.is_some(),
        members: page.accounts.iter().map(|it| listed(state, it)).collect(),
        cursor: page.cursor,
    };
    tagged(request, &etag(&page), SHARED, || page)
}

fn listed(state: &State, account: &Account) -> Listed {
    let picture = account.picture.as_ref().map(|picture| {
        let urls = picture.urls(&state.public_url).into_iter();
        urls.map(|(size, url)| (size.to_owned(), url)).collect()
    });
    let mut fingerprint = Fingerprint::default();
    let keys = account.picture.as_ref().map(|picture| &picture.0);
    fingerprint.add_member(&account.handle, &account.name, keys);
    Listed {
        handle: account.handle.clone(),
        name: account.name.clone(),
        picture,
        digest: fingerprint.finish(&state.public_url),
    }
}

/// A tag of the page's content (RFC 9110 section 8.8.3).
fn etag(page: &Page) -> String {
    let digests = page.members.iter().map(|member| member.digest.as_str());
    let rest = [
        if page.public { "public" } else { "" },
        page.cursor.as_deref().unwrap_or_default(),
    ];
    let all: Vec<&str> = digests.chain(rest).collect();
    format!("\"{}\"", Fingerprint::default().finish(&all.join(" ")))
}

fn is_handle(text: &str) -> bool {
    (1..=MAX_CURSOR_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
