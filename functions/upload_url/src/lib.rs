//! `POST /api/upload_url`: an address to put a picture to that is too large for a form.

use std::collections::BTreeMap;
use std::time::Duration;

use blobs::layout::{MAX_ORIGINAL_BYTES, OriginalKey, OriginalNote};
use blobs::{Blobs, Condition};
use endpoint::{Bearer, Environment, Error, JsonObject, Origins, Request, aws, configuration};
use serde::Serialize;

/// What a picture may be announced as. What it is, is decided by its content.
const CONTENT_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];
/// How long the address can be used.
const LIFETIME: Duration = Duration::from_mins(10);

/// What this function may touch: the members table, and originals in the uploads bucket. Its own right
/// to write them is what it hands out.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            origins: Origins::from_env(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (bearer, uploads) = tokio::join!(self.bearer.ready(), self.uploads.ready());
        bearer?;
        Ok(uploads?)
    }
}

#[derive(Serialize)]
struct Answer {
    upload: Upload,
}

/// The request that puts the file.
#[derive(Serialize)]
struct Upload {
    method: &'static str,
    url: String,
    headers: BTreeMap<String, String>,
    /// Seconds.
    expires_in: u64,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/upload_url" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let body = JsonObject::read(&request)?;
    if body.string("kind")? != "profile_pic" {
        return Err(Error::BadRequest(
            "The only “kind” there is an address for is “profile_pic”.".to_owned(),
        ));
    }
    let content_type = body.string("content_type")?;
    if !CONTENT_TYPES.contains(&content_type) {
        return Err(Error::UnsupportedMediaType(format!(
            "A picture is sent as one of {}.",
            CONTENT_TYPES.join(", ")
        )));
    }
    let size = body.whole_number("size")?;
    if size == 0 {
        return Err(Error::BadRequest("The file is empty.".to_owned()));
    }
    if size > MAX_ORIGINAL_BYTES as u64 {
        return Err(Error::TooLarge(
            "The picture is larger than 25 MiB. Please send a smaller one.".to_owned(),
        ));
    }
    // A README shows the picture by it.
    let file_name = if body.has("file_name") {
        body.string("file_name")?
    } else {
        ""
    };
    let key = OriginalKey::new(&member.id).key();
    let metadata = OriginalNote::new(file_name, Some(member.version)).to_metadata();
    // Whatever is put ends the condition, so that the address works once.
    let there = state.uploads.head(&key).await.map_err(Error::unavailable)?;
    let condition = match &there {
        Some(head) => Condition::Unchanged(&head.etag),
        None => Condition::Absent,
    };
    let signed = state
        .uploads
        .presigned_put(&key, content_type, size, metadata, condition, LIFETIME)
        .await
        .map_err(Error::unavailable)?;
    endpoint::ok(&Answer {
        upload: Upload {
            method: "PUT",
            url: signed.url,
            headers: signed.headers.into_iter().collect(),
            expires_in: LIFETIME.as_secs(),
        },
    })
}
