//! `GET /api/content?cursor=`: what is published and by whom, for the site's build.

mod pictures;

use blobs::{Blobs, layout};
use endpoint::http::{HeaderValue, StatusCode, header};
use endpoint::{Environment, Error, Origins, Request, aws, configuration, rfc3339};
use pictures::Picture;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Entries of one answer.
const PAGE: u16 = 500;
/// Longest cursor that is looked at, in bytes: longer than any key there is.
const MAX_CURSOR_BYTES: usize = 1024;

/// What this function may touch: the content bucket's listing.
#[derive(Debug)]
pub struct State {
    pub content: Blobs,
    pub public_url: String,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
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
    picture: Option<Picture>,
}

#[derive(Serialize)]
struct Listing {
    entries: Vec<Entry>,
    /// To be sent back as `?cursor=` for the rest; `null` on the last page.
    cursor: Option<String>,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/content" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "GET")? {
        return Ok(preflight);
    }
    let after = match endpoint::query(&request, "cursor") {
        None => None,
        Some(cursor) if is_entry_id(&cursor) => Some(layout::content_key(&cursor)),
        Some(_) => {
            return Err(Error::BadRequest(
                "“cursor” is none that this address gave out.".to_owned(),
            ));
        }
    };

    let page = state
        .content
        .list(layout::content_prefix(), after.as_deref(), PAGE)
        .await
        .map_err(Error::unavailable)?;
    let handles = page
        .entries
        .iter()
        .filter_map(|object| layout::entry_id(&object.key))
        .map(layout::handle)
        .collect();
    let pictures = pictures::of(state, &handles).await?;
    let entries: Vec<Entry> = page
        .entries
        .iter()
        .filter_map(|object| {
            let id = layout::entry_id(&object.key)?;
            Some(Entry {
                id: id.to_owned(),
                url: format!("{}/{}", state.public_url, object.key),
                digest: object.etag.trim_matches('"').to_owned(),
                updated: rfc3339(object.last_modified),
                picture: pictures.get(layout::handle(id)).cloned(),
            })
        })
        .collect();
    let cursor = page
        .cursor
        .as_deref()
        .and_then(layout::entry_id)
        .map(str::to_owned);

    let etag = etag(&entries, cursor.as_deref());
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag));
    let mut response = if unchanged {
        endpoint::empty(StatusCode::NOT_MODIFIED)
    } else {
        endpoint::ok(&Listing { entries, cursor })?
    };
    response
        .headers_mut()
        .insert(header::ETAG, HeaderValue::from_str(&etag)?);
    Ok(response)
}

fn is_entry_id(cursor: &str) -> bool {
    (1..=MAX_CURSOR_BYTES).contains(&cursor.len())
        && cursor
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'/'))
}

/// A tag of the page's content (RFC 9110 section 8.8.3).
fn etag(entries: &[Entry], cursor: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for entry in entries {
        let pictures = entry.picture.iter().flat_map(Picture::values);
        for part in [&entry.id, &entry.digest].into_iter().chain(pictures) {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update([1]);
    }
    hash.update(cursor.unwrap_or_default().as_bytes());
    format!("\"{}\"", base16ct::lower::encode_string(&hash.finalize()))
}
