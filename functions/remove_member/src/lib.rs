//! Every minute: erases what is left of members who left by themselves or were removed by an administrator, and takes back
//! members of imports that were killed.
//!
//! Level-triggered: who left is noted beside the tombstone, in one transaction, and noted until account and handle
//! go. So whatever a run leaves undone, the next one does, as often as it takes; `masthead users remove`
//! may do it as well.

mod conclusion;

use std::time::Duration;

use blobs::Blobs;
use distribution::Distribution;
use endpoint::{Clock, Environment, aws, configuration};
use futures::StreamExt as _;
use members::{Account, Members};
use membership::take_back_abandoned;
use removal::{REQUEST_SECONDS, Removal, forget_copies};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use uploads::ask_later;

pub use conclusion::referrers;

/// How many members are removed at the same time: each removal reads the whole table.
const AT_ONCE: usize = 4;
/// How long a run may take, as the template says it.
pub const TIMEOUT: Duration = Duration::from_mins(2);
/// What an answer needs to get out before the function is ended.
const ANSWERING: Duration = Duration::from_secs(3);

/// What this function may touch: both buckets and the members table, of which it erases what is a
/// member's, and what CloudFront keeps.
#[derive(Debug)]
pub struct State {
    pub uploads: Blobs,
    pub content: Blobs,
    pub members: Members,
    pub clock: Clock,
    pub distribution: Distribution,
    /// How long a request may still be at work that came before the tombstone. Account and handle stay for so long.
    pub request_time: Duration,
}

impl State {
    pub fn from_env(environment: &Environment) -> anyhow::Result<Self> {
        let config = aws::config(environment, aws::ENDPOINT_S3)?;
        Ok(Self {
            uploads: Blobs::new(&config, environment.required("UPLOADS_BUCKET")?),
            content: Blobs::new(&config, environment.required("CONTENT_BUCKET")?),
            members: configuration::members(environment)?,
            clock: Clock::system(),
            distribution: Distribution::new(
                &aws::config(environment, aws::ENDPOINT_CLOUDFRONT)?,
                environment.optional("DISTRIBUTION_ID"),
            ),
            request_time: Duration::from_secs(REQUEST_SECONDS),
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

/// What came of a look at one member who left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Removed,
    /// A request that came before the tombstone may still be at work.
    Waits,
}

/// As [`within`], with a function's whole time. The schedule's event says nothing that matters.
pub async fn handler(state: &State, _event: Value) -> anyhow::Result<Value> {
    within(state, TIMEOUT).await
}

/// Goes on with the removal of each member who left, before `time_left` is over, and answers how many are removed and how many wait.
///
/// # Errors
/// A removal failed or wasn't done in time, which hinders no other: the next run tries again, and the alarm goes off.
pub async fn within(state: &State, time_left: Duration) -> anyhow::Result<Value> {
    let deadline = Instant::now() + time_left.saturating_sub(ANSWERING);
    let now_ms = state.clock.unix_milliseconds();
    let taken_back = timeout_at(deadline, take_back_abandoned(&state.members, now_ms)).await;
    let taken_back = taken_back.map_err(|_| anyhow::anyhow!("the function's time was up"))??;
    if taken_back > 0 {
        tracing::warn!(
            members = taken_back,
            "an import that was cut short is taken back"
        );
    }
    let departures = state.members.departures().await?;
    let removals = departures.iter().map(|account| async move {
        let removed = timeout_at(deadline, Box::pin(remove(state, account))).await;
        let removed =
            removed.unwrap_or_else(|_| Err(anyhow::anyhow!("the function's time was up")));
        (account, removed)
    });
    // Collected: a stream over a closure isn't general enough to be sent between threads.
    let removals: Vec<_> = removals.collect();
    let mut removals = futures::stream::iter(removals).buffer_unordered(AT_ONCE);
    let (mut removed, mut waiting, mut failed) = (0, 0, 0);
    while let Some((account, outcome)) = removals.next().await {
        match outcome {
            Ok(Outcome::Removed) => removed += 1,
            Ok(Outcome::Waits) => waiting += 1,
            Err(error) => {
                failed += 1;
                tracing::error!(
                    member = account.id,
                    cause = format!("{error:#}"),
                    "a member who left isn't erased yet; it is tried again"
                );
            }
        }
    }
    anyhow::ensure!(
        failed == 0,
        "{failed} members who left aren't erased yet; the next run goes on"
    );
    Ok(json!({ "removed": removed, "waiting": waiting }))
}

/// Erases what is there of a member who left; account and handle go once nothing can come any more.
async fn remove(state: &State, account: &Account) -> anyhow::Result<Outcome> {
    match erase(state, account).await {
        // The administrator, or a run that took long, may have been faster.
        Err(_) if is_gone(state, account).await? => Ok(Outcome::Removed),
        other => other,
    }
}

async fn erase(state: &State, account: &Account) -> anyhow::Result<Outcome> {
    let removal = Removal {
        uploads: &state.uploads,
        content: &state.content,
        members: &state.members,
        account,
    };
    let began = state.clock.unix_seconds();
    removal.erase(state.clock.unix_milliseconds()).await?;
    let left = account.going_since.unwrap_or(began);
    // What is looked at is as old as the beginning of the look.
    if began < left.saturating_add(state.request_time.as_secs()) {
        return Ok(Outcome::Waits);
    }
    let now_ms = state.clock.unix_milliseconds();
    forget_copies(&state.distribution, account, account.handles(), now_ms).await?;
    let referrers = referrers(&state.members, account).await?;
    ask_later(&state.uploads, referrers).await?;
    removal.finish(now_ms).await?;
    tracing::info!(member = account.id, "a member who left is erased");
    Ok(Outcome::Removed)
}

/// Whether the account is gone by now.
async fn is_gone(state: &State, account: &Account) -> anyhow::Result<bool> {
    let now = state.members.by_email(&account.email).await?;
    Ok(now.is_none_or(|now| now.id != account.id))
}
