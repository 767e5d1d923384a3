//! `/api/readmes` and `/api/readmes/{slug}`: the member's publish reports, withdrawal, and what can still come back.

mod deleted;
mod forever;
mod list;
mod refused;

use blobs::Blobs;
use blobs::layout::{SourceKey, SourceNote, content_key};
use endpoint::http::Method;
use endpoint::{
    Bearer, EditorNote, Environment, Error, Language, Origins, Request, aws, configuration,
    rfc3339, sentence,
};
use members::{Account, Built, Refused, State as Outcome, Summary};
use serde::Serialize;
use serde_json::Value;

/// What this function may touch: the members table, and sources in the uploads bucket.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    pub public_url: String,
    /// Whether the site's builds say what they read.
    pub builds_tell: bool,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            public_url: configuration::public_url(environment)?,
            builds_tell: configuration::build_key(environment)?.is_some(),
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

/// A source as it is now, joined with what was last reported of it.
#[derive(Serialize)]
struct Standing {
    slug: String,
    entry_id: String,
    state: &'static str,
    /// Whether a version is live: while `processing` or `rejected`, the last good one.
    live: bool,
    url: Option<String>,
    /// Where the live version is on its way into the site; `None` where there is none, or where
    /// builds don't say what they read.
    site: Option<InSite>,
    file_name: Option<String>,
    /// The folder that the file lies in; empty at the top.
    path: String,
    /// The slugs that the document had before, and that lead to it.
    former_slugs: Vec<String>,
    /// SHA-256 of the file; `None` where another program stored it.
    sha256: Option<String>,
    version: String,
    uploaded_at: String,
    reason: Option<String>,
    /// When a `scheduled` document comes out.
    until: Option<String>,
    /// What an editor told the author when deciding about the document.
    note: Option<EditorNote>,
}

impl Standing {
    /// Takes over what is kept beside the source.
    fn note(&mut self, note: Option<SourceNote>) {
        if let Some(note) = note {
            self.file_name = Some(note.file_name);
            self.path = note.path;
            self.sha256 = Some(note.sha256);
        }
    }
}

/// One document with the whole report on its present version.
#[derive(Serialize)]
struct Readme {
    #[serde(flatten)]
    standing: Standing,
    fields: Value,
    warnings: Value,
}

#[derive(Serialize)]
struct InSite {
    /// `queued` for the next build, `built`, or `refused` by the site's own schema.
    state: &'static str,
    /// When a build first read the live version, or could not take it.
    since: Option<String>,
}

#[derive(Serialize)]
struct One {
    readme: Readme,
}

#[derive(Serialize)]
struct Withdrawn {}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    let slug = match endpoint::path(&request).strip_prefix("/api/readmes") {
        Some("") => None,
        Some(rest) => Some(
            rest.strip_prefix('/')
                .filter(|slug| is_slug(slug))
                .ok_or(Error::NotFound)?
                .to_owned(),
        ),
        None => return Err(Error::NotFound),
    };
    let methods = if slug.is_some() { "GET, DELETE" } else { "GET" };
    if let Some(preflight) = endpoint::allow(&request, methods)? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;

    let Some(slug) = slug else {
        return if is_asked(&request, "deleted", &["", "yes"])? {
            deleted::list(state, &member, &request).await
        } else {
            list::list(state, &member, &request).await
        };
    };
    let source = SourceKey::new(&member.id, &slug);
    if request.method() == Method::DELETE && is_asked(&request, "forever", &["yes"])? {
        return if forever::erase(state, source).await? {
            endpoint::accepted(&Withdrawn {})
        } else {
            Err(Error::NotFound)
        };
    }
    let head = state
        .uploads
        .head(&source.key())
        .await
        .map_err(Error::unavailable)?
        .ok_or(Error::NotFound)?;
    if request.method() == Method::DELETE {
        // The removal's event takes the output and the report away, as it does for any other hand
        // that removes a source.
        state
            .uploads
            .delete(&source.key())
            .await
            .map_err(Error::unavailable)?;
        return endpoint::accepted(&Withdrawn {});
    }
    let report = state.bearer.members.report(&member.id, &slug).await?;
    let told = Told::of(state, &member).await?;
    let summary = report.as_ref().map(Summary::of);
    let version = (head.etag.as_str(), head.last_modified);
    let language = endpoint::language(request.headers());
    let mut standing = standing(
        state,
        &member,
        &source,
        version,
        summary.as_ref(),
        &told,
        language,
    );
    standing.note(SourceNote::from_metadata(&head.metadata));
    let address = state.bearer.members.address(&member.id, &slug).await?;
    standing.former_slugs = address.former;
    let decision = state.bearer.members.decision(&member.id, &slug).await?;
    standing.note = EditorNote::of(&state.bearer.members, decision.as_ref()).await?;
    let current = report.filter(|report| report.source_version == head.etag);
    let nothing = || Value::Array(Vec::new());
    let (fields, mut warnings) = current.map_or_else(
        || (nothing(), nothing()),
        |mut report| (report.fields.take(), report.warnings_in(language)),
    );
    if let Some(refused) = summary
        .as_ref()
        .and_then(|it| told.refused_of_current(it, &head.etag))
    {
        refused::warn(state, &source, refused, language, &mut warnings).await?;
    }
    let readme = Readme {
        standing,
        fields,
        warnings,
    };
    endpoint::ok_in(language, &One { readme })
}

/// What builds said of a member's entries.
struct Told {
    built: Vec<Built>,
    refused: Vec<Refused>,
}

impl Told {
    async fn of(state: &State, member: &Account) -> Result<Self, Error> {
        if !state.builds_tell {
            return Ok(Self {
                built: Vec::new(),
                refused: Vec::new(),
            });
        }
        let members = &state.bearer.members;
        Ok(Self {
            built: members.built_of(&member.handle).await?,
            refused: members.refused_of(&member.handle).await?,
        })
    }

    /// Why the site refused the version that is live; `None` where it didn't.
    fn refused(&self, report: &Summary) -> Option<&Refused> {
        let digest = report.digest.as_ref().filter(|_| report.live)?;
        self.refused
            .iter()
            .find(|it| it.slug == report.slug && it.digest == *digest)
    }

    /// The same where what is live was made of the source of that version, which its author can mend.
    fn refused_of_current(&self, report: &Summary, version: &str) -> Option<&Refused> {
        let is_live = report.state == Outcome::Published && report.source_version == version;
        self.refused(report).filter(|_| is_live)
    }

    /// Where the version that is live is on its way into the site.
    fn in_site(&self, report: &Summary) -> Option<InSite> {
        // A report of before builds told says no digest.
        let digest = report.digest.as_ref().filter(|_| report.live)?;
        if let Some(refused) = self.refused(report) {
            return Some(InSite {
                state: "refused",
                since: Some(rfc3339(refused.since)),
            });
        }
        let mut built = self.built.iter();
        let built = built.find(|built| built.slug == report.slug && built.digest == *digest);
        Some(InSite {
            state: if built.is_some() { "built" } else { "queued" },
            since: built.map(|built| rfc3339(built.since)),
        })
    }
}

fn standing(
    state: &State,
    member: &Account,
    source: &SourceKey,
    (version, last_modified): (&str, u64),
    report: Option<&Summary>,
    told: &Told,
    language: Language,
) -> Standing {
    let entry_id = source.entry_id(&member.handle);
    let live = report.is_some_and(|report| report.live);
    let url = live.then(|| format!("{}/{}", state.public_url, content_key(&entry_id)));
    let site = report
        .filter(|_| state.builds_tell)
        .and_then(|report| told.in_site(report));
    let file_name = report.and_then(|report| report.file_name.clone());
    let current = report.filter(|report| report.source_version == version);
    Standing {
        slug: source.slug.clone(),
        entry_id,
        state: match current.map(|report| report.state) {
            None => "processing",
            Some(Outcome::Published) => "published",
            Some(Outcome::Draft) => "draft",
            Some(Outcome::Scheduled) => "scheduled",
            Some(Outcome::Rejected) => "rejected",
            Some(Outcome::Waiting) => "waiting",
            Some(Outcome::Withdrawn) => "withdrawn",
        },
        live,
        url,
        site,
        file_name,
        path: current
            .and_then(|report| report.path.clone())
            .unwrap_or_default(),
        former_slugs: Vec::new(),
        sha256: current.and_then(|report| report.sha256.clone()),
        version: version.trim_matches('"').to_owned(),
        uploaded_at: rfc3339(last_modified),
        reason: current.and_then(|report| report.reason_in(language)),
        until: current
            .filter(|report| report.state == Outcome::Scheduled)
            .and_then(|report| report.until)
            .map(rfc3339),
        note: None,
    }
}

/// Whether a parameter is there, which has no other values than these.
fn is_asked(request: &Request, name: &str, values: &[&str]) -> Result<bool, Error> {
    match endpoint::query(request, name) {
        None => Ok(false),
        Some(value) if values.contains(&value.as_ref()) => Ok(true),
        Some(_) => Err(Error::BadRequest(sentence!(
            "api.must_be_yes",
            field = name
        ))),
    }
}

fn is_slug(slug: &str) -> bool {
    SourceKey::new("", slug).is_canonical() && !slug.is_empty()
}
