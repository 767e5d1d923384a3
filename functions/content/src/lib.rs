//! `GET /api/content?cursor=`: what is published and by whom, for the site's build, or one entry of it by `?id=`; and `POST`, by
//! which the build says what it read. `GET /api/members/public?cursor=`: the members whom everybody may see.

mod builds;
mod directory;
mod told;

use std::collections::BTreeMap;

use blobs::Blobs;
use endpoint::http::{HeaderValue, Method, StatusCode, header};
use endpoint::{
    Clock, Environment, Error, Origins, Request, aws, configuration, rfc3339, sentence,
};
use manifest::Fingerprint;
use members::Members;
use serde::Serialize;

use builds::Builds;
use told::Telling;

/// Entries of one answer.
const PAGE: u16 = 500;
/// Longest entry id, in bytes, as `docs/openapi.yaml` has it.
const MAX_ID_BYTES: usize = 200;
/// Longest cursor that is looked at, in bytes: longer than any key there is.
const MAX_CURSOR_BYTES: usize = 1024;
/// What is published may be kept by caches that many share, such as CloudFront, for 10 seconds, so that a flood of
/// requests lists the bucket once in that time; browsers and builds ask each time.
const CACHE_CONTROL: &str = "public, max-age=0, s-maxage=10";

/// What this function may touch: the content bucket's listing, of the members table what builds have read, who was told of
/// it and who is in the directory, and the outbox.
#[derive(Debug)]
pub struct State {
    pub content: Blobs,
    /// `None` where no build key is set up.
    pub builds: Option<Builds>,
    /// `None` where nobody may see who the members are.
    pub directory: Option<Members>,
    pub clock: Clock,
    pub public_url: String,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        let builds = configuration::build_key(environment)?.map(|key| {
            let members = configuration::members(environment)?;
            let telling = Telling::from_env(environment)?;
            Ok::<_, anyhow::Error>(Builds {
                key,
                members,
                telling,
            })
        });
        let members = configuration::members(environment)?;
        Ok(Self {
            builds: builds.transpose()?,
            directory: Some(members).filter(|members| members.directory().is_on()),
            clock: Clock::system(),
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            public_url: configuration::public_url(environment)?,
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such bucket.
    pub async fn ready(&self) -> anyhow::Result<()> {
        Ok(self.content.ready().await?)
    }
}

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
struct Listing {
    entries: Vec<Entry>,
    /// Addresses that documents had, among those of this page's entries, and where they are now.
    moved: Vec<Moved>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Moved {
    /// An entry id that is no entry's any more.
    from: String,
    /// The entry id of the document.
    to: String,
}

#[derive(Serialize)]
struct Noted {
    /// Entries that were not known to be in the site, or not in this version.
    new: usize,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    match endpoint::path(&request) {
        "/api/content" => content(state, request).await,
        "/api/members/public" => directory::answer(state, &request).await,
        _ => Err(Error::NotFound),
    }
}

async fn content(state: &State, request: Request) -> endpoint::Result {
    if let Some(preflight) = endpoint::allow(&request, "GET, POST")? {
        return Ok(preflight);
    }
    if request.method() == Method::POST {
        let builds = state
            .builds
            .as_ref()
            .ok_or(Error::InvalidCredentials(sentence!(
                "api.build_key_not_set_up"
            )))?;
        let new = builds::note(builds, &request, state.clock.unix_seconds()).await?;
        return endpoint::ok(&Noted { new });
    }
    list(state, &request).await
}

async fn list(state: &State, request: &Request) -> endpoint::Result {
    let cursor = endpoint::query(request, "cursor");
    let page = match endpoint::query(request, "id") {
        Some(_) if cursor.is_some() => {
            return Err(Error::BadRequest(sentence!("api.id_or_cursor")));
        }
        Some(id) if id.len() <= MAX_ID_BYTES && is_entry_id(&id) => {
            manifest::one(&state.content, &id).await
        }
        Some(_) => return Err(Error::BadRequest(sentence!("api.entry_id_unknown"))),
        None => {
            if cursor.as_deref().is_some_and(|cursor| !is_entry_id(cursor)) {
                return Err(Error::BadRequest(sentence!("api.cursor_unknown")));
            }
            manifest::page(&state.content, cursor.as_deref(), PAGE).await
        }
    };
    let page = page.map_err(Error::unavailable)?;
    let etag = etag(state, &page);
    kept_by_caches(request, &etag, || Listing {
        entries: page
            .entries
            .into_iter()
            .map(|entry| listed(state, entry))
            .collect(),
        moved: page
            .moved
            .into_iter()
            .map(|manifest::Moved { from, to }| Moved { from, to })
            .collect(),
        cursor: page.cursor,
    })
}

/// An answer that caches keep, with its tag; without its body for whoever has it.
fn kept_by_caches<T: Serialize>(
    request: &Request,
    etag: &str,
    answer: impl FnOnce() -> T,
) -> endpoint::Result {
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    // Compared weakly (RFC 9110 section 13.1.2): CloudFront puts `W/` before the tag of what it compresses.
    let is_known = |tag: &str| tag.trim().trim_start_matches("W/") == etag;
    let unchanged = known.is_some_and(|known| known.split(',').any(is_known));
    let mut response = if unchanged {
        endpoint::empty(StatusCode::NOT_MODIFIED)
    } else {
        endpoint::ok(&answer())?
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(etag)?);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(CACHE_CONTROL),
    );
    Ok(response)
}

fn listed(state: &State, entry: manifest::Entry) -> Entry {
    let url = |key: String| format!("{}/{key}", state.public_url);
    let picture = entry.picture.map(|sizes| {
        let urls = sizes.into_iter().map(|(size, key)| (size, url(key)));
        urls.collect()
    });
    Entry {
        id: entry.id,
        url: url(entry.key),
        digest: entry.digest,
        updated: rfc3339(entry.last_modified),
        picture,
    }
}

fn is_entry_id(cursor: &str) -> bool {
    (1..=MAX_CURSOR_BYTES).contains(&cursor.len())
        && cursor
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'/'))
}

/// A tag of the page's content (RFC 9110 section 8.8.3).
fn etag(state: &State, page: &manifest::Page) -> String {
    let mut fingerprint = Fingerprint::default();
    fingerprint.add(&page.entries);
    fingerprint.add_moved(&page.moved);
    let cursor = page.cursor.as_deref().unwrap_or_default();
    format!(
        "\"{}\"",
        fingerprint.finish(&format!("{} {cursor}", state.public_url))
    )
}
