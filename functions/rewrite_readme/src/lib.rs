//! S3's events: brings each README's output and report in line with its source.
//!
//! An event only ever means "look at this key again". See [`reconcile`]. A member's picture that
//! changed is such a key, too: see [`pictures`]; so is the name of a file that did: see [`files`]; so is a
//! member's own name: see [`renamed`]. One message converts one document: what others have to
//! be converted because of it gets messages of its own, see [`ask_later`](uploads::ask_later).

mod files;
mod measured;
mod moved;
mod names;
mod pictures;
mod publication;
mod reconcile;
mod referrers;
mod renamed;
mod review;

use std::time::Duration;

use blobs::Blobs;
use conversion::Site;
use distribution::Distribution;
use endpoint::{Clock, Environment, aws, configuration};
use frontmatter::Themes;
use members::{Members, Review};
use serde_json::Value;
use tokio::sync::Semaphore;
use uploads::Pace;

/// How many keys of a batch are worked on at the same time: all of them.
const AT_ONCE: usize = 10;

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
    /// Which documents wait for an editor (`REVIEW`).
    pub review: Review,
    /// Where pictures are cached (`DISTRIBUTION_ID`); none where nothing is.
    pub distribution: Distribution,
    /// One document is converted at a time: the others of a batch wait for stores meanwhile.
    pub converting: Semaphore,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            members: configuration::members(environment)?,
            clock: Clock::system(),
            link_base: configuration::link_base(environment),
            themes: environment.parsed("THEMES", Themes::default())?,
            public_url: configuration::public_url(environment)?,
            review: configuration::review(environment)?,
            distribution: Distribution::new(
                &aws::config(environment, aws::ENDPOINT_CLOUDFRONT)?,
                environment.optional("DISTRIBUTION_ID"),
            ),
            converting: Semaphore::new(1),
        })
    }

    /// What documents are converted with.
    fn site(&self) -> Site<'_> {
        Site {
            content: &self.content,
            members: &self.members,
            link_base: &self.link_base,
            themes: &self.themes,
            public_url: &self.public_url,
        }
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

/// As [`within`], with a function's whole time.
pub async fn handler(state: &State, event: Value) -> anyhow::Result<Value> {
    within(state, event, uploads::TIMEOUT).await
}

/// Takes an SQS batch of S3 events, or one bare S3 event, and answers before `time_left` is over: see
/// [`uploads::deliver`].
pub async fn within(state: &State, event: Value, time_left: Duration) -> anyhow::Result<Value> {
    measured::queue_age(&event, state.clock.unix_milliseconds());
    let pace = Pace {
        at_once: AT_ONCE,
        time_left,
    };
    uploads::deliver(&state.uploads, &event, pace, |key| async move {
        // Boxed: a future this deep is more than the compiler lays out in one piece.
        Box::pin(reconcile::reconcile(state, &key)).await
    })
    .await
}
