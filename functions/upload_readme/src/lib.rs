//! `POST /api/upload_readme`: stores a README for publishing.

use blobs::layout::{MAX_README_BYTES, SourceKey, SourceNote};
use blobs::{Blobs, Condition, Stored, Upload};
use bytes::Bytes;
use endpoint::multipart::{self, Form};
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use serde::Serialize;
use sha2::{Digest, Sha256};

const FORM: Form<'static> = Form {
    file: "readme_file",
    max_file_bytes: MAX_README_BYTES,
    texts: &["slug"],
};
/// How often an upload is tried against other uploads of the same document.
const ROUNDS: usize = 5;

/// What this function may touch: the members table, and sources in the uploads bucket.
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
struct Accepted {
    readme: Readme,
}

#[derive(Serialize)]
struct Readme {
    slug: String,
    state: &'static str,
    /// Where the publish report will be.
    report: String,
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
    let slug = frontmatter::slug::for_upload(&form.file_name, given);

    let source = SourceKey::new(&member.id, &slug);
    let note = SourceNote {
        file_name: form.file_name.clone(),
        slug_given: given.is_some(),
        created: state.bearer.clock.unix_seconds(),
        updated: state.bearer.clock.unix_seconds(),
        sha256: base16ct::lower::encode_string(&Sha256::digest(&form.bytes)),
    };
    store(&state.uploads, &source, note, form.bytes).await?;

    let report = format!("/api/readmes/{slug}");
    endpoint::accepted(&Accepted {
        readme: Readme {
            slug,
            state: "processing",
            report,
        },
    })
}

/// Stores the source over what was seen there, so that of two uploads at once neither is answered
/// and then lost unseen.
async fn store(
    uploads: &Blobs,
    source: &SourceKey,
    mut note: SourceNote,
    bytes: Bytes,
) -> Result<(), Error> {
    let key = source.key();
    for _ in 0..ROUNDS {
        let seen = uploads.head(&key).await.map_err(Error::unavailable)?;
        let older = seen
            .as_ref()
            .and_then(|head| SourceNote::from_metadata(&head.metadata));
        if let Some(older) = older {
            if !same_document(&older, &note) {
                return Err(Error::Conflict(format!(
                    "“{}” would take the place of “{}”, which has the same address “{}”. Rename the file, or send another “slug”.",
                    shown(&note.file_name),
                    shown(&older.file_name),
                    source.slug
                )));
            }
            note.created = older.created;
            if older.sha256 == note.sha256 {
                // The same bytes again: the output stays what it was, to the last date.
                note.updated = older.updated;
            }
        }
        let condition = seen
            .as_ref()
            .map_or(Condition::Absent, |head| Condition::Unchanged(&head.etag));
        let upload = Upload {
            bytes: bytes.clone(),
            content_type: "text/markdown",
            metadata: note.to_metadata(),
            ..Upload::default()
        };
        if uploads
            .put(&key, upload, condition)
            .await
            .map_err(Error::unavailable)?
            != Stored::Changed
        {
            return Ok(());
        }
    }
    Err(Error::unavailable(anyhow::anyhow!(
        "{ROUNDS} other uploads of one document were faster"
    )))
}

/// A document is replaced by a file of the same name, or by one that names the same slug as it did.
fn same_document(older: &SourceNote, newer: &SourceNote) -> bool {
    older.file_name == newer.file_name || (older.slug_given && newer.slug_given)
}

/// A file name, fit to be shown in a sentence.
fn shown(file_name: &str) -> String {
    file_name
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect()
}
