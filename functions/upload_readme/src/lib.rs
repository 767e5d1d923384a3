//! `POST /api/upload_readme`: stores a README for publishing.

use blobs::Blobs;
use blobs::layout::{MAX_README_BYTES, SourceKey, parse_path};
use conversion::foreign;
use endpoint::multipart::{self, Form, Submission};
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration, sentence};
use members::Usage;
use sources::{Accepted, Named, Sent, Store, Terms};

const FORM: Form<'static> = Form {
    file: "readme_file",
    max_file_bytes: MAX_README_BYTES,
    texts: &["slug", "path", "replace", "if_version", "schedule"],
    foreign: foreign::advice,
};

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

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/upload_readme" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let form = multipart::read(&request, FORM).await?;
    frontmatter::check(&form.bytes).map_err(|reject| Error::InvalidFile(reject.sentence()))?;
    let given = form
        .text("slug")
        .map(str::trim)
        .filter(|slug| !slug.is_empty());
    let path = path(&form)?;
    let slug = frontmatter::slug::in_folder(&path, &form.file_name, given);

    let mut source = SourceKey::new(&member.id, &slug);
    if given.is_none()
        && let Some(moved) = sources::moved(
            &state.bearer.members,
            &state.uploads,
            &source,
            &path,
            &form.file_name,
        )
        .await?
    {
        source = moved;
    }
    let store = Store {
        bearer: &state.bearer,
        uploads: &state.uploads,
        quota: state.quota,
    };
    let sent = Sent {
        member: &member,
        source: &source,
        named: Some(Named {
            file_name: form.file_name.clone(),
            path,
            slug_given: given.is_some(),
            schedule: schedule(&form)?,
            created: None,
        }),
        terms: Terms {
            same_title: same_title(&form)?,
            version: if_version(&form)?,
            same_address: |of| {
                sentence!(
                    "api.same_address_rename",
                    name = of.name,
                    older = of.older,
                    slug = of.slug
                )
            },
        },
        bytes: form.bytes.clone(),
    };
    let stored = store.store_what_is_new(&sent).await?;
    endpoint::accepted(&Accepted::new(&source, stored))
}

/// The folder that the document lies in; empty at the top.
fn path(form: &Submission) -> Result<String, Error> {
    match form.text("path").unwrap_or_default() {
        "" => Ok(String::new()),
        path => parse_path(path).map_err(|reason| Error::BadRequest(reason.sentence())),
    }
}

/// Whether the form asks that a document of another title isn't replaced.
fn same_title(form: &Submission) -> Result<bool, Error> {
    match form.text("replace") {
        None | Some("any") => Ok(false),
        Some("same_title") => Ok(true),
        Some(_) => Err(Error::BadRequest(sentence!("api.replace_unknown"))),
    }
}

/// Whether the document comes out at its date, whatever it says itself.
fn schedule(form: &Submission) -> Result<bool, Error> {
    match form.text("schedule") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Error::BadRequest(sentence!("api.schedule_unknown"))),
    }
}

/// The version that the file may replace, and no other. An empty field is no “any”: a page that forgot to fill it in
/// would take the place of what nobody has read.
fn if_version(form: &Submission) -> Result<Option<&str>, Error> {
    match form.text("if_version").map(str::trim) {
        Some("") => Err(Error::BadRequest(sentence!("api.if_version_empty"))),
        version => Ok(version),
    }
}
