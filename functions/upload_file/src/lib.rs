//! `POST /api/upload_file`: stores a picture or another file for documents to show.

use std::time::Duration;

use blobs::layout::{FileKey, FileNote, MAX_FORM_PICTURE_BYTES, parse_path};
use blobs::{Blobs, Condition, Stored, Upload};
use bytes::Bytes;
use endpoint::multipart::{self, Form};
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use members::{Counted, Usage};
use quota::{Held, Quota};
use serde::Serialize;

const FORM: Form<'static> = Form {
    file: "file",
    max_file_bytes: MAX_FORM_PICTURE_BYTES,
    texts: &["path"],
    // What is no picture is told by the decoder, which knows more kinds.
    foreign: |_| None,
};
/// How often an upload is tried against other uploads of the same path.
const ROUNDS: usize = 16;

/// What this function may touch: the members table, and files in the uploads bucket.
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
struct Accepted<'a> {
    file: File<'a>,
}

#[derive(Serialize)]
struct File<'a> {
    id: &'a str,
    path: &'a str,
    state: &'static str,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/upload_file" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let form = multipart::read(&request, FORM).await?;
    drop(request);
    let path = form.text("path").unwrap_or(&form.file_name);
    let path = parse_path(path).map_err(|reason| Error::BadRequest(reason.sentence()))?;
    if !picture::is_pdf(&form.bytes) {
        picture::check_for_documents(&form.bytes)
            .map_err(|refused| Error::UnsupportedMediaType(refused.sentence()))?;
    }
    let key = FileKey::of(&member.id, &path);
    let note = FileNote {
        path,
        account_version: member.version,
        reservation: None,
    };
    let quota = Quota {
        members: &state.bearer.members,
        uploads: &state.uploads,
        clock: &state.bearer.clock,
        member_id: &member.id,
        of: Counted::Files,
        most: state.quota,
    };
    let mut held = Held::nothing(quota, Duration::ZERO);
    let stored = store(state, &mut held, &key, form.bytes, &note).await;
    held.settle(&stored).await;
    stored?;
    endpoint::accepted(&Accepted {
        file: File {
            id: &key.file_id,
            path: &note.path,
            state: "processing",
        },
    })
}

/// Stores the file over what was seen there, so that what it takes is counted before; of two uploads of one
/// path at once the later one stays, whole.
async fn store(
    state: &State,
    held: &mut Held<'_>,
    file: &FileKey,
    bytes: Bytes,
    note: &FileNote,
) -> Result<(), Error> {
    let key = file.key();
    for _ in 0..ROUNDS {
        let seen = state.uploads.head(&key).await.map_err(Error::unavailable)?;
        let before = seen.as_ref().map(|head| head.size);
        held.ensure(before, bytes.len() as u64).await?;
        let condition = seen
            .as_ref()
            .map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
        let upload = Upload {
            bytes: bytes.clone(),
            // Nobody is served it, and what it is, is decided by its content.
            content_type: "application/octet-stream",
            metadata: note.to_metadata(),
            ..Upload::default()
        };
        let put = state.uploads.put(&key, upload, condition).await;
        if put.map_err(Error::unavailable)? != Stored::Changed {
            return Ok(());
        }
    }
    held.forgo();
    Err(Error::unavailable(anyhow::anyhow!(
        "{ROUNDS} other uploads of one path were faster"
    )))
}
