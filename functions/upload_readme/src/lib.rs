//! `POST /api/upload_readme`: stores a README for publishing.

mod foreign;
mod replaced;
mod title;

use std::time::Duration;

use blobs::layout::{MAX_README_BYTES, SourceKey, SourceNote, parse_path};
use blobs::{Blobs, Condition, Head, Stored, Upload};
use bytes::Bytes;
use endpoint::multipart::{self, Form, Submission};
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use members::{Counted, Member, Usage};
use quota::{Held, Quota};
use serde::Serialize;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use replaced::Replaced;

const FORM: Form<'static> = Form {
    file: "readme_file",
    max_file_bytes: MAX_README_BYTES,
    texts: &["slug", "path", "replace"],
    foreign: foreign::advice,
};
/// How often an upload is tried against other uploads of the same document.
const ROUNDS: usize = 5;

/// What this function may touch: the members table, and sources in the uploads bucket.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    /// What a member's READMEs may take.
    pub quota: Usage,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            quota: configuration::quota(environment)?,
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
struct Accepted {
    readme: Readme,
}

#[derive(Serialize)]
struct Readme {
    slug: String,
    state: &'static str,
    /// Where the publish report will be.
    report: String,
    /// What had the same address before.
    replaced: Option<Replaced>,
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/upload_readme" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let form = multipart::read(&request, FORM).await?;
    frontmatter::check(&form.bytes).map_err(|reject| Error::InvalidFile(reject.to_string()))?;
    let given = form
        .text("slug")
        .map(str::trim)
        .filter(|slug| !slug.is_empty());
    let path = path(&form)?;
    let slug = frontmatter::slug::in_folder(&path, &form.file_name, given);
    let same_title = same_title(&form)?;

    let source = SourceKey::new(&member.id, &slug);
    let note = SourceNote {
        file_name: form.file_name.clone(),
        path,
        slug_given: given.is_some(),
        created: state.bearer.clock.unix_seconds(),
        updated: state.bearer.clock.unix_seconds(),
        sha256: base16ct::lower::encode_string(&Sha256::digest(&form.bytes)),
    };
    let quota = Quota {
        members: &state.bearer.members,
        uploads: &state.uploads,
        clock: &state.bearer.clock,
        member_id: &member.id,
        of: Counted::Readmes,
        most: state.quota,
    };
    let mut held = Held::nothing(quota, Duration::ZERO);
    let sent = Sent {
        member: &member,
        source: &source,
        bytes: form.bytes,
        same_title,
    };
    let stored = store(state, &mut held, &sent, note).await;
    held.settle(&stored).await;
    let replaced = stored?;

    let report = format!("/api/readmes/{slug}");
    endpoint::accepted(&Accepted {
        readme: Readme {
            slug,
            state: "processing",
            report,
            replaced,
        },
    })
}

/// What was sent.
struct Sent<'a> {
    member: &'a Member,
    source: &'a SourceKey,
    bytes: Bytes,
    /// Whether it may replace nothing but a document of the same title.
    same_title: bool,
}

/// The folder that the document lies in; empty at the top.
fn path(form: &Submission) -> Result<String, Error> {
    match form.text("path").unwrap_or_default() {
        "" => Ok(String::new()),
        path => parse_path(path).map_err(|reason| Error::BadRequest(reason.to_string())),
    }
}

/// Whether the form asks that a document of another title isn't replaced.
fn same_title(form: &Submission) -> Result<bool, Error> {
    match form.text("replace") {
        None | Some("any") => Ok(false),
        Some("same_title") => Ok(true),
        Some(_) => Err(Error::BadRequest(
            "“replace” must be “any” or “same_title”.".to_owned(),
        )),
    }
}

/// What is stored under a key, with its bytes unless another program put there more than a README has.
async fn seen(state: &State, key: &str) -> Result<Option<(Head, Option<Bytes>)>, Error> {
    match state.uploads.get(key, MAX_README_BYTES).await {
        Ok(found) => Ok(found.map(|object| (object.head, Some(object.bytes)))),
        Err(blobs::Error::TooLarge { .. }) => {
            let head = state.uploads.head(key).await.map_err(Error::unavailable)?;
            Ok(head.map(|head| (head, None)))
        }
        Err(error) => Err(Error::unavailable(error)),
    }
}

/// Stores the source over what was seen there, so that of two uploads at once neither is answered
/// and then lost unseen. What it takes is counted before. Answers what it replaced.
async fn store(
    state: &State,
    held: &mut Held<'_>,
    sent: &Sent<'_>,
    mut note: SourceNote,
) -> Result<Option<Replaced>, Error> {
    let Sent { source, bytes, .. } = sent;
    let key = source.key();
    for _ in 0..ROUNDS {
        let (seen, older_bytes) = seen(state, &key).await?.unzip();
        let older = seen
            .as_ref()
            .and_then(|head| SourceNote::from_metadata(&head.metadata));
        if let Some(older) = &older {
            if !same_document(older, &note) {
                return Err(Error::Conflict(format!(
                    "“{}” would take the place of “{}”, which has the same address “{}”. Rename the file, or send another “slug”.",
                    shown(&note),
                    shown(older),
                    source.slug
                )));
            }
            note.created = older.created;
            if older.sha256 == note.sha256 {
                // The same bytes again: the output stays what it was, to the last date.
                note.updated = older.updated;
            }
        }
        let older_bytes = older_bytes.flatten();
        if let Some(older_bytes) = older_bytes.as_ref().filter(|_| sent.same_title) {
            replaced::check(state, sent, &note, older_bytes).await?;
        }
        let before = seen.as_ref().map(|head| head.size);
        held.ensure(before, bytes.len() as u64).await?;
        let condition = seen
            .as_ref()
            .map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
        let upload = Upload {
            bytes: bytes.clone(),
            content_type: "text/markdown",
            metadata: note.to_metadata(),
            ..Upload::default()
        };
        if state
            .uploads
            .put(&key, upload, condition)
            .await
            .map_err(Error::unavailable)?
            != Stored::Changed
        {
            if seen.is_none() {
                return Ok(None);
            }
            let replaced = Replaced::of(sent, older, older_bytes);
            return Ok(Some(replaced.await));
        }
    }
    held.forgo();
    Err(Error::unavailable(anyhow::anyhow!(
        "{ROUNDS} other uploads of one document were faster"
    )))
}

/// A document is replaced by a file of the same name in the same folder, however the name is composed, or by one that names
/// the slug: of the same name, from wherever it was moved, or of any where the slug was named before, too.
fn same_document(older: &SourceNote, newer: &SourceNote) -> bool {
    let is_same_name = older.file_name.nfc().eq(newer.file_name.nfc());
    let is_same_folder = older.path == newer.path;
    (is_same_name && (is_same_folder || newer.slug_given)) || (older.slug_given && newer.slug_given)
}

/// A file's name, with the folder that it lies in, fit to be shown in a sentence.
fn shown(note: &SourceNote) -> String {
    let harmless = |text: &str| -> String {
        let shown = text.chars().filter(|c| !c.is_control());
        shown.take(60).collect()
    };
    let name = harmless(&note.file_name);
    match note.path.as_str() {
        "" => name,
        path => format!("{}/{name}", harmless(path)),
    }
}
