//! `POST /api/upload_url`: an address to put a picture or a file to that is too large for a form.

mod file;

use std::collections::BTreeMap;
use std::time::Duration;

use blobs::layout::{MAX_ORIGINAL_BYTES, OriginalKey, OriginalNote};
use blobs::{Blobs, Condition, PresignedPut};
use endpoint::{
    Bearer, Environment, Error, JsonObject, Origins, Request, Sentence, aws, configuration,
    sentence,
};
use members::{Member, Usage};
use serde::Serialize;

/// What a picture may be announced as. What it is, is decided by its content.
const PICTURES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif"];
const REFUSALS: Refusals = Refusals {
    another_type: |types| sentence!("api.picture_type", types = types),
    too_large: sentence!("reason.picture_bytes"),
};
/// How long the address can be used.
const LIFETIME: Duration = Duration::from_mins(10);

/// What this function may touch: the members table, and originals and files in the uploads bucket. Its own
/// right to write them is what it hands out.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    /// What a member's files may take.
    pub quota: Usage,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            quota: configuration::file_quota(environment)?,
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
    match body.string("kind")? {
        "profile_pic" => profile_pic(state, &member, &body).await,
        "file" => file::address(state, &member, &body).await,
        _ => Err(Error::BadRequest(sentence!("api.upload_kind"))),
    }
}

/// What people are told of an upload that isn't taken.
struct Refusals {
    /// The file is of none of these types.
    another_type: fn(types: String) -> Sentence,
    too_large: Sentence,
}

/// What is announced of an upload: its type, one of `types`, and its size in bytes.
fn announced<'a>(
    body: &'a JsonObject,
    types: &[&str],
    refusals: &Refusals,
) -> Result<(&'a str, u64), Error> {
    let content_type = body.string("content_type")?;
    if !types.contains(&content_type) {
        return Err(Error::UnsupportedMediaType((refusals.another_type)(
            types.join(", "),
        )));
    }
    let size = body.whole_number("size")?;
    if size == 0 {
        return Err(Error::empty_file());
    }
    if size > MAX_ORIGINAL_BYTES as u64 {
        return Err(Error::TooLarge(refusals.too_large.clone()));
    }
    Ok((content_type, size))
}

async fn profile_pic(state: &State, member: &Member, body: &JsonObject) -> endpoint::Result {
    let (content_type, size) = announced(body, PICTURES, &REFUSALS)?;
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
        upload: Upload::of(signed),
    })
}

impl Upload {
    fn of(signed: PresignedPut) -> Self {
        Self {
            method: "PUT",
            url: signed.url,
            headers: signed.headers.into_iter().collect(),
            expires_in: LIFETIME.as_secs(),
        }
    }
}
