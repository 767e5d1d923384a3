//! S3's events: brings each README's output and report in line with its source.
//!
//! An event only ever means "look at this key again". See [`reconcile`]. A member's picture that
//! changed is such a key, too: see [`pictures`].

mod convert;
mod pictures;
mod reconcile;
mod referrers;

use blobs::Blobs;
use endpoint::{Clock, Environment, aws, configuration};
use frontmatter::Themes;
use members::Members;
use serde_json::Value;

/// What this function may touch: sources to read, outputs to write, renditions that
/// no document shows any more to delete, and the members table.
#[derive(Debug)]
pub struct State {
    pub uploads: Blobs,
    pub content: Blobs,
    pub members: Members,
    pub clock: Clock,
    /// Prefix of links to other entries (`LINK_BASE`).
    pub link_base: String,
    pub themes: Themes,
    /// Where pictures are public (`PUBLIC_URL`).
    pub public_url: String,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            members: configuration::members(environment)?,
            clock: Clock::system(),
            link_base: environment.optional("LINK_BASE").unwrap_or("/").to_owned(),
            themes: environment.parsed("THEMES", Themes::default())?,
            public_url: configuration::public_url(environment)?,
        })
    }

    /// Opens the connections while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such table or bucket.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let stores = tokio::join!(
            self.members.ready(),
            self.uploads.ready(),
            self.content.ready()
        );
        stores.0?;
        stores.1?;
        Ok(stores.2?)
    }
}

/// Takes an SQS batch of S3 events, or one bare S3 event: see [`uploads::deliver`].
pub async fn handler(state: &State, event: Value) -> anyhow::Result<Value> {
    uploads::deliver(&state.uploads, &event, |key| async move {
        // Boxed: a future this deep is more than the compiler lays out in one piece.
        Box::pin(reconcile::reconcile(state, &key)).await
    })
    .await
}
