//! `POST /api/upload_profile_pic`: a picture in, the profile's square renditions out; `DELETE` takes
//! the picture off the profile.

use std::collections::BTreeMap;

use blobs::Blobs;
use blobs::layout::{MAX_FORM_PICTURE_BYTES, OriginalKey};
use endpoint::http::Method;
use endpoint::multipart::{self, Form};
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use members::{Member, Seen};
use renditions::Shelf;
use serde::Serialize;
use tokio::sync::Semaphore;

const FORM: Form<'static> = Form {
    file: "profile_pic",
    max_file_bytes: MAX_FORM_PICTURE_BYTES,
    texts: &[],
    // What is no picture is told by the decoder, which knows more kinds.
    foreign: |_| None,
};
/// What this function may touch: the members table, pictures in the content bucket, and originals
/// that wait in the uploads bucket.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub content: Blobs,
    pub uploads: Blobs,
    pub public_url: String,
    pub origins: Origins,
    /// One picture is decoded at a time, as in Lambda: a large one takes 200 MB of memory.
    pub decoding: Semaphore,
    /// 128 random bits: the name of an upload.
    pub random: fn() -> [u8; 16],
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            public_url: configuration::public_url(environment)?,
            origins: Origins::from_env(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            decoding: Semaphore::new(1),
            random: rand::random,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (bearer, content, uploads) = tokio::join!(
            self.bearer.ready(),
            self.content.ready(),
            self.uploads.ready()
        );
        bearer?;
        content?;
        Ok(uploads?)
    }
}

#[derive(Serialize)]
struct Uploaded<'a> {
    /// Edge length in pixels to URL.
    picture: BTreeMap<&'a str, String>,
}

#[derive(Serialize)]
struct Removed {}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/upload_profile_pic" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST, DELETE")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    if request.method() == Method::DELETE {
        remove(state, &member).await
    } else {
        upload(state, &member, request).await
    }
}

async fn upload(state: &State, member: &Member, request: Request) -> endpoint::Result {
    let submission = multipart::read(&request, FORM).await?;
    drop(request);
    let (file, file_name) = (submission.bytes, submission.file_name);
    let made = {
        let _turn = state.decoding.acquire().await?;
        endpoint::blocking(move || picture::renditions(&file))
            .await?
            .map_err(|refused| Error::InvalidFile(refused.sentence()))?
    };
    forget_waiting(state, member).await?;
    let (shelf, upload) = (state.shelf(), (state.random)());
    // Of two uploads at once the later one wins, whole.
    let changed = shelf
        .put(member, made, &file_name, upload, Seen::Any)
        .await
        .map_err(Error::unavailable)?;
    let Some(changed) = changed else {
        return Err(Error::InvalidToken);
    };
    endpoint::ok(&Uploaded {
        picture: changed.picture.urls(&state.public_url),
    })
}

/// Takes the picture away, and one that is still waiting with it. Doing it again changes nothing.
async fn remove(state: &State, member: &Member) -> endpoint::Result {
    forget_waiting(state, member).await?;
    let removed = state.shelf().remove(member).await;
    if removed.map_err(Error::unavailable)?.is_none() {
        return Err(Error::InvalidToken);
    }
    endpoint::ok(&Removed {})
}

/// Erases a picture that was sent before and waits: what the member decides now is newer. It comes
/// before the change of the account, and `resize_picture` looks at both the other way round.
async fn forget_waiting(state: &State, member: &Member) -> Result<(), Error> {
    let key = OriginalKey::new(&member.id).key();
    let put_away = renditions::put_away_waiting(&state.uploads, &key, state.random);
    put_away.await.map_err(Error::unavailable)
}

impl State {
    fn shelf(&self) -> Shelf<'_> {
        Shelf {
            uploads: &self.uploads,
            content: &self.content,
            members: &self.bearer.members,
            now_ms: self.bearer.clock.unix_milliseconds(),
        }
    }
}
