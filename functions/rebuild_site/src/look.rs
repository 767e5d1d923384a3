//! One look at what is published, and a build where it changed.

use std::future::Future;
use std::time::Duration;

use blobs::Blobs;
use endpoint::Clock;
use members::{Members, Rebuild};

use crate::rule::{Intervals, later};

/// What is looked at, and when.
#[derive(Debug)]
pub struct Watch {
    pub members: Members,
    pub content: Blobs,
    pub clock: Clock,
    pub intervals: Intervals,
}

/// What came of starting a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    Started,
    /// Nothing is wrong that can't pass: not before `after`, where the host said so.
    TryAgain {
        reason: String,
        after: Option<Duration>,
    },
    /// Somebody has to change something; the sentence says what.
    Refused(String),
}

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was noted.
    Idle,
    /// The last change is too recent.
    NotQuiet,
    /// A build was started a moment ago, a start just failed, or somebody else looks.
    TooSoon,
    /// Somebody else got the turn.
    Busy,
    /// The first look of all: what is published is what a build has seen.
    Noted,
    /// A note, and nothing that a build would read has changed.
    Unchanged,
    Started,
    Failed {
        reason: String,
        /// Not by a fault that may pass.
        refused: bool,
        /// In a row, this one included.
        failures: u32,
    },
}

impl Outcome {
    /// As the function answers it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::NotQuiet => "not_quiet",
            Self::TooSoon => "too_soon",
            Self::Busy => "busy",
            Self::Noted => "noted",
            Self::Unchanged => "unchanged",
            Self::Started => "started",
            Self::Failed { .. } => "failed",
        }
    }
}

/// Looks, if it is time to, and calls `start` once where what is published has changed.
///
/// Of several that look at the same moment one gets the turn, by a conditional write. A kill between
/// the start of a build and the note of it starts another build later: one too many, never one too few.
///
/// # Errors
/// A store failed. The turn ends by itself, and the next look tries again.
pub async fn look<F>(watch: &Watch, start: impl FnOnce() -> F) -> anyhow::Result<Outcome>
where
    F: Future<Output = Start>,
{
    let Watch {
        members,
        clock,
        intervals,
        ..
    } = watch;
    let changes = members.changes().await?;
    let seen = members.rebuild().await?;
    let now = clock.unix_milliseconds();
    if let Some(waiting) = intervals.reason_to_wait(&changes, &seen, now) {
        return Ok(waiting);
    }
    let turn = Rebuild {
        not_before_ms: later(now, intervals.turn),
        ..seen.clone()
    };
    let Some(turn) = members.put_rebuild(seen.turn, turn).await? else {
        return Ok(Outcome::Busy);
    };

    let fingerprint = manifest::fingerprint(&watch.content).await?;
    let mut after = Rebuild {
        looked_at_ms: now,
        not_before_ms: seen.not_before_ms,
        ..seen
    };
    if intervals.is_settled(&changes, now) {
        after.settled = changes.count;
    }
    let outcome = if after.told.as_ref() == Some(&fingerprint) {
        after.failures = 0;
        Outcome::Unchanged
    } else if after.told.is_none() && changes.count == 0 {
        after.told = Some(fingerprint);
        Outcome::Noted
    } else {
        let started_at_ms = clock.unix_milliseconds();
        let started = start().await;
        let (reason, refused, asked) = match started {
            Start::Started => {
                let after = Rebuild {
                    told: Some(fingerprint),
                    started_at_ms: Some(started_at_ms),
                    not_before_ms: later(started_at_ms, intervals.every),
                    failures: 0,
                    ..after
                };
                members.put_rebuild(turn.turn, after).await?;
                return Ok(Outcome::Started);
            }
            Start::TryAgain { reason, after } => (reason, false, after),
            Start::Refused(reason) => (reason, true, None),
        };
        after.failures = after.failures.saturating_add(1);
        let now = clock.unix_milliseconds();
        after.not_before_ms = intervals.retry_at(now, after.failures, asked);
        Outcome::Failed {
            reason,
            refused,
            failures: after.failures,
        }
    };
    members.put_rebuild(turn.turn, after).await?;
    Ok(outcome)
}
