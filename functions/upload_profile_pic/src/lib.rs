//! `POST /api/upload_profile_pic`: a picture in, the profile's square renditions out.

use std::collections::BTreeMap;

use blobs::{Blobs, Condition, Upload, layout};
use bytes::Bytes;
use endpoint::multipart::{self, Form};
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use members::Picture;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// Largest picture through multipart, in bytes: Lambda takes 6 MB, base64 included.
const MAX_PICTURE_BYTES: usize = 4 * 1024 * 1024;
/// Longest file name that is kept, in bytes; no file system has longer ones.
const MAX_NAME_BYTES: usize = 255;
const FORM: Form<'static> = Form {
    file: "profile_pic",
    max_file_bytes: MAX_PICTURE_BYTES,
    texts: &[],
};
/// What is under a picture's key never changes.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// What this function may touch: the members table, and pictures in the content bucket.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub content: Blobs,
    pub public_url: String,
    pub origins: Origins,
    /// One picture is decoded at a time, as in Lambda: a large one takes 200 MB of memory.
    pub decoding: Semaphore,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            public_url: configuration::public_url(environment)?,
            origins: Origins::from_env(environment)?,
            decoding: Semaphore::new(1),
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (bearer, content) = tokio::join!(self.bearer.ready(), self.content.ready());
        bearer?;
        Ok(content?)
    }
}

#[derive(Serialize)]
struct Uploaded<'a> {
    /// Edge length in pixels to URL.
    picture: BTreeMap<&'a str, String>,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/upload_profile_pic" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let submission = multipart::read(&request, FORM).await?;
    drop(request);
    let (file, file_name) = (submission.bytes, submission.file_name);

    let made = {
        let _turn = state.decoding.acquire().await?;
        endpoint::blocking(move || picture::renditions(&file))
            .await?
            .map_err(|refused| Error::InvalidFile(refused.to_string()))?
    };
    let now = state.bearer.clock.unix_milliseconds();
    state.bearer.members.note_change(now).await?;
    let mut stored = Picture::default();
    for rendition in made.renditions {
        let key = layout::picture_key(
            &member.handle,
            &digest(&rendition.bytes),
            rendition.size,
            made.extension,
        );
        let upload = Upload {
            bytes: Bytes::from(rendition.bytes),
            content_type: made.content_type,
            cache_control: Some(CACHE_CONTROL),
            ..Upload::default()
        };
        state
            .content
            .put(&key, upload, Condition::Always)
            .await
            .map_err(Error::unavailable)?;
        stored.0.insert(rendition.size.to_string(), key);
    }
    // Only now, with every rendition stored, is the profile pointed at them.
    let file_name = if file_name.len() <= MAX_NAME_BYTES {
        file_name.as_str()
    } else {
        ""
    };
    if !state
        .bearer
        .members
        .set_picture(&member, &stored, file_name)
        .await?
    {
        return Err(Error::InvalidToken);
    }
    endpoint::ok(&Uploaded {
        picture: stored.urls(&state.public_url),
    })
}

/// The first 128 bits of the content's SHA-256.
fn digest(bytes: &[u8]) -> String {
    let mut digest = base16ct::lower::encode_string(&Sha256::digest(bytes));
    digest.truncate(32);
    digest
}
