//! `POST /api/preview`: what publishing would make of a document; nothing is stored.

mod wanted;

use blobs::Blobs;
use blobs::layout::{SourceKey, SourceNote};
use conversion::{Site, Source};
use endpoint::{Bearer, Environment, Error, Origins, Request, aws, configuration};
use frontmatter::Themes;
use tokio::sync::Semaphore;

use wanted::Wanted;

/// What this function may touch: everything that a conversion reads, and of the members table the count of previews.
#[derive(Debug)]
pub struct State {
    pub bearer: Bearer,
    pub uploads: Blobs,
    pub content: Blobs,
    /// Prefix of links to other entries (`LINK_BASE`).
    pub link_base: String,
    pub themes: Themes,
    /// Where pictures are public (`PUBLIC_URL`).
    pub public_url: String,
    /// One document is converted at a time: the others wait for stores meanwhile.
    pub converting: Semaphore,
    pub origins: Origins,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            bearer: configuration::bearer(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            link_base: configuration::link_base(environment),
            themes: environment.parsed("THEMES", Themes::default())?,
            public_url: configuration::public_url(environment)?,
            converting: Semaphore::new(1),
            origins: Origins::from_env(environment)?,
        })
    }

    /// What documents are converted with.
    fn site(&self) -> Site<'_> {
        Site {
            content: &self.content,
            members: &self.bearer.members,
            link_base: &self.link_base,
            themes: &self.themes,
            public_url: &self.public_url,
        }
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let stores = tokio::join!(
            self.bearer.ready(),
            self.uploads.ready(),
            self.content.ready()
        );
        stores.0?;
        stores.1?;
        Ok(stores.2?)
    }
}

pub async fn handler(state: &State, request: Request) -> endpoint::Result {
    if endpoint::path(&request) != "/api/preview" {
        return Err(Error::NotFound);
    }
    if let Some(preflight) = endpoint::allow(&request, "POST")? {
        return Ok(preflight);
    }
    let member = state.bearer.member(&request).await?;
    let wanted = Wanted::read(&request)?;
    let language = endpoint::language(request.headers());
    drop(request);
    let Bearer { members, clock, .. } = &state.bearer;
    endpoint::count_preview(members, clock, &member.id).await?;
    let key = wanted.key(state, &member).await?;
    let source = source(state, &key, wanted).await?;
    let site = state.site();
    let preview = proof::preview(&site, &state.converting, &member, &source, language);
    preview.await?.answer(language)
}

/// The document as `upload_readme` would store it.
async fn source<'k>(
    state: &State,
    key: &'k SourceKey,
    wanted: Wanted,
) -> Result<Source<'k>, Error> {
    let older = state.uploads.head(&key.key()).await;
    let older = older.map_err(Error::unavailable)?;
    let older = older.and_then(|head| SourceNote::from_metadata(&head.metadata));
    let now = state.bearer.clock.unix_seconds();
    let note = wanted.note(now);
    let note = match &older {
        Some(older) => note.in_place_of(older),
        None => note,
    };
    Ok(Source {
        key,
        note: Some(note),
        stored: now,
        now,
        bytes: wanted.text.into(),
    })
}
