//! `/api/files` and `/api/files/{id}`: the files of a member, where each is shown, and their removal.

use std::collections::BTreeMap;

use blobs::layout::{FileKey, FileNote, is_file_id, upload_of};
use blobs::{Blobs, Entry};
use endpoint::{
    Bearer, Environment, Error, Language, Origins, Request, aws, configuration, rfc3339,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use members::{Account, Counted, File, FileState, Summary, Usage};
use serde::Serialize;

/// How many sources are asked side by side for what is kept beside them, which S3's listing leaves out.
const ASKED_AT_ONCE: usize = 16;
/// Most documents that are named of those that show one file: with every text at its longest, 500 files and
/// these take half of what an answer may have.
const MAX_SHOWN_BY: usize = 20;

/// What this function may touch: the members table, and files in the uploads bucket.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    pub public_url: String,
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
            public_url: configuration::public_url(environment)?,
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

/// A file as it was sent, joined with what is known of it.
#[derive(Serialize)]
struct Listed {
    id: String,
    path: String,
    /// The kind of what the web sees of it; `null` before anything is.
    #[serde(rename = "type")]
    content_type: Option<String>,
    /// Bytes of the file as it was sent.
    size: u64,
    /// SHA-256 of the file as it was sent; `None` while it is processed.
    sha256: Option<String>,
    state: &'static str,
    reason: Option<String>,
    /// Of the picture that documents show, in pixels.
    width: Option<u32>,
    height: Option<u32>,
    /// What documents show or lead to; while `processing` or `rejected`, of the last good version.
    url: Option<String>,
    /// Slugs of the documents that show it, the first of them.
    shown_by: Vec<String>,
    updated: String,
}

#[derive(Serialize)]
struct Taken {
    files: u64,
    bytes: u64,
    max_files: u64,
    max_bytes: u64,
}

#[derive(Serialize)]
struct All {
    files: Vec<Listed>,
    usage: Taken,
}

#[derive(Serialize)]
struct Removed {}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    let id = match endpoint::path(&request).strip_prefix("/api/files") {
        Some("") => None,
        Some(rest) => Some(
            rest.strip_prefix('/')
                .filter(|id| is_file_id(id))
                .ok_or(Error::NotFound)?
                .to_owned(),
        ),
        None => return Err(Error::NotFound),
    };
    let methods = if id.is_some() { "DELETE" } else { "GET" };
    if let Some(preflight) = endpoint::allow(&request, methods)? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    match id {
        Some(id) => remove(state, &member, &FileKey::new(&member.id, &id)).await,
        None => list(state, &member, endpoint::language(request.headers())).await,
    }
}

/// Takes a file away, and what is counted for one that was announced. The removal's event takes it from
/// documents, as it does for any other hand.
async fn remove(state: &State, member: &Account, file: &FileKey) -> endpoint::Result {
    let members = &state.bearer.members;
    let counted = (member.id.as_str(), Counted::Files);
    let count = members.count(counted).await?;
    let announced = count.map_or_else(Vec::new, |count| count.held_for(&file.file_id));
    for (reservation, takes) in &announced {
        let given_back = members.settle_reservation(counted, reservation, Some(*takes));
        given_back.await?;
    }
    let key = file.key();
    let head = state.uploads.head(&key).await.map_err(Error::unavailable)?;
    if head.is_none() && announced.is_empty() {
        return Err(Error::NotFound);
    }
    let removed = state.uploads.delete(&key).await;
    removed.map_err(Error::unavailable)?;
    endpoint::accepted(&Removed {})
}

/// All files, ordered by their paths: the quota bounds how many they are.
async fn list(state: &State, member: &Account, language: Language) -> endpoint::Result {
    let members = &state.bearer.members;
    let sources = state.uploads.list_all(&FileKey::prefix(&member.id)).await;
    let sources = sources.map_err(Error::unavailable)?;
    let known = members.files(&member.id, "").await?;
    let known: BTreeMap<&str, &File> = known.iter().map(|file| (file.id.as_str(), file)).collect();
    let reports = members.summaries(&member.id, None).await?;
    let shown_by = shown_by(&reports);
    let looked_up = sources.iter().filter_map(|entry| {
        let key = FileKey::parse(&entry.key)?;
        let known = known.get(key.file_id.as_str()).copied();
        Some(listed(state, key, entry, known, &shown_by, language))
    });
    let looked_up: Vec<_> = looked_up.collect();
    let files: Vec<Option<Listed>> = stream::iter(looked_up)
        .buffered(ASKED_AT_ONCE)
        .try_collect()
        .await?;
    let mut files: Vec<Listed> = files.into_iter().flatten().collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let usage = Taken {
        files: files.len() as u64,
        bytes: files.iter().map(|file| file.size).sum(),
        max_files: state.quota.count,
        max_bytes: state.quota.bytes,
    };
    endpoint::ok_in(language, &All { files, usage })
}

/// The slugs of documents by the uploads that their published versions show.
fn shown_by(reports: &[Summary]) -> BTreeMap<&str, Vec<&str>> {
    let mut shown_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for report in reports.iter().filter(|report| report.live) {
        for key in &report.pictures {
            let slugs = shown_by.entry(upload_of(key)).or_default();
            if slugs.len() < MAX_SHOWN_BY && slugs.last() != Some(&report.slug.as_str()) {
                slugs.push(&report.slug);
            }
        }
    }
    shown_by
}

/// `None`: it has just gone, or another program put it there.
async fn listed(
    state: &State,
    key: FileKey,
    entry: &Entry,
    known: Option<&File>,
    shown_by: &BTreeMap<&str, Vec<&str>>,
    language: Language,
) -> Result<Option<Listed>, Error> {
    let path = if let Some(known) = known {
        known.path.clone()
    } else {
        let head = state.uploads.head(&entry.key).await;
        let head = head.map_err(Error::unavailable)?;
        let note = head.and_then(|head| FileNote::from_metadata(&head.metadata));
        let Some(note) = note else { return Ok(None) };
        note.path
    };
    let current =
        known.filter(|known| known.source_version == entry.etag && known.state != FileState::Gone);
    let shown = known.and_then(File::shown);
    let slugs = shown.and_then(|key| shown_by.get(upload_of(key)));
    Ok(Some(Listed {
        id: key.file_id,
        path,
        content_type: known.and_then(|known| known.content_type.clone()),
        size: entry.size,
        sha256: current.and_then(|known| known.sha256.clone()),
        state: match current.map(|known| known.state) {
            None | Some(FileState::Gone) => "processing",
            Some(FileState::Ready) => "ready",
            Some(FileState::Rejected) => "rejected",
        },
        reason: current.and_then(|known| known.reason_in(language)),
        width: known.and_then(|known| known.width),
        height: known.and_then(|known| known.height),
        url: shown.map(|key| format!("{}/{key}", state.public_url)),
        shown_by: slugs.map_or_else(Vec::new, |slugs| {
            slugs.iter().map(|slug| (*slug).to_owned()).collect()
        }),
        updated: rfc3339(entry.last_modified),
    }))
}
