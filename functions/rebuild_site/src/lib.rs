//! Every minute: has documents converted whose time to come out has come, and the site built anew once what is published changed, has been quiet for a
//! minute, and no build was started within five. Where it is never quiet, ten minutes after the first
//! change, and at once where a document came out at its time.
//!
//! Each change of what is published counts in the table ([`members::Members::changes`]), which is a reason
//! to look, and no more. What decides is the fingerprint of what is published against the one that
//! was there when a build was last started: so nothing is missed, and a change that was taken back
//! starts nothing. Before that it keeps the list of what is published whole ([`keep()`]).

mod due;
pub mod hook;
mod keep;
mod look;
mod rule;

use std::time::Duration;

use anyhow::Context as _;
use blobs::Blobs;
use endpoint::{Clock, Environment, aws, configuration};
use serde_json::{Value, json};

pub use due::{Due, MOST_AT_ONCE};
use hook::Hooks;
pub use keep::keep;
pub use look::{Outcome, Start, Watch, look};
pub use rule::Intervals;

/// How long before a build is started what it will read was looked at. CloudFront keeps what `GET /api/content` and the
/// files answered for 10 seconds: a host that builds at once must not read what was published before that look.
const BEHIND_THE_EDGE: Duration = Duration::from_secs(11);
/// How long a host has to answer, from the name's resolution to the answer's head.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long is waited for what comes out, and how long between two looks at it.
const COMING_OUT: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// So many failures in a row are an error of the function, which sets its alarm off.
const FAILURES_TO_TELL: u32 = 3;

/// What this function may touch: its own bookkeeping in the members table, what is published and what comes out when, and the accounts; the
/// word in the uploads bucket that a README is to be looked at, the content bucket's listing, and the address that starts a build.
#[derive(Debug)]
pub struct State {
    pub watch: Watch,
    pub uploads: Blobs,
    pub hooks: Hooks,
    /// Between the look at what is published and the start of a build.
    pub pause: Duration,
    /// After which a host that doesn't answer is given up.
    pub patience: Duration,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            watch: Watch::from_env(environment)?,
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            hooks: Hooks::from_env(environment)?,
            pause: BEHIND_THE_EDGE,
            patience: PATIENCE,
        })
    }

    /// Opens the connection while Lambda starts the function, with the whole processor.
    ///
    /// # Errors
    /// There is no such bucket.
    pub async fn ready(&self) -> anyhow::Result<()> {
        Ok(self.watch.content.ready().await?)
    }
}

impl Watch {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            members: configuration::members(environment)?,
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            clock: Clock::system(),
            intervals: Intervals::from_env(environment)?,
        })
    }
}

/// Looks once, and answers what came of it. The schedule's event says nothing that matters.
///
/// # Errors
/// A store failed, or the host refuses to start a build or has failed to three times: the next run
/// tries again, and the alarm goes off.
pub async fn handler(state: &State, _event: Value) -> anyhow::Result<Value> {
    let due = Due {
        members: &state.watch.members,
        uploads: &state.uploads,
        clock: &state.watch.clock,
        most: MOST_AT_ONCE,
    };
    let asked = due.ask().await;
    let kept = keep(&state.watch).await;
    let built = match &kept {
        Ok(false) => Ok(json!({ "outcome": "not_whole" })),
        _ => build(state, &due, matches!(asked, Ok(1..))).await,
    };
    // None holds another up, and all are told.
    kept.context(
        "what is published wasn't compared with what is kept of it; the next run tries again",
    )?;
    asked.context("documents whose time has come weren't asked for; the next run tries again")?;
    built
}

/// Looks at what is published; `awaits` that what is due comes out first.
async fn build(state: &State, due: &Due<'_>, awaits: bool) -> anyhow::Result<Value> {
    // Nothing has to be looked at. A secret is only asked once there is something to build.
    if state.hooks.is_none() {
        return Ok(json!({ "outcome": Outcome::NoHook.name() }));
    }
    if awaits {
        due.settle(COMING_OUT, LOOK_AGAIN).await?;
    }
    let outcome = look(&state.watch, || async {
        tokio::time::sleep(state.pause).await;
        state.hooks.start(state.patience).await
    })
    .await?;
    match &outcome {
        Outcome::Started => tracing::info!("started a build of the site"),
        Outcome::Failed {
            reason,
            refused,
            failures,
        } if *refused || *failures >= FAILURES_TO_TELL => {
            tracing::error!(reason, failures, "no build of the site could be started");
            anyhow::bail!("no build of the site could be started: {reason}");
        }
        Outcome::Failed {
            reason, failures, ..
        } => {
            tracing::warn!(
                reason,
                failures,
                "no build of the site was started; it is tried again"
            );
        }
        _ => {}
    }
    Ok(json!({ "outcome": outcome.name() }))
}
