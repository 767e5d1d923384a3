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
    /// There is nothing to call.
    NoHook,
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
    /// There is nothing to call. What changed is forgotten as a reason to look; the first look an hour
    /// after there is a hook, or after the next change, starts a build.
    NoHook,
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
            Self::NoHook => "no_hook",
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
    let kept = members.rebuild().await?;
    let now = clock.unix_milliseconds();
    let seen = Rebuild {
        waiting_since_ms: intervals.waiting_since(&changes, &kept, now),
        ..kept.clone()
    };
    if let Some(waiting) = intervals.reason_to_wait(&changes, &seen, now) {
        if seen != kept {
            // Of two that look at the same moment either may note it.
            members.put_rebuild(kept.turn, seen).await?;
        }
        return Ok(waiting);
    }
    let turn = Rebuild {
        not_before_ms: later(now, intervals.turn),
        ..seen.clone()
    };
    let Some(turn) = members.put_rebuild(seen.turn, turn).await? else {
        return Ok(Outcome::Busy);
    };

    let fingerprint = manifest::fingerprint(members).await?;
    let after = Rebuild {
        looked_at_ms: now,
        not_before_ms: seen.not_before_ms,
        ..seen
    };
    // What was noted and may not have happened yet waits from now on.
    let is_settled = intervals.is_settled(&changes, now);
    let dealt_with = |told: String| Rebuild {
        told: Some(told),
        settled: if is_settled {
            changes.count
        } else {
            after.settled
        },
        at_once: if is_settled {
            changes.at_once
        } else {
            after.at_once
        },
        waiting_since_ms: (!is_settled).then_some(now),
        failures: 0,
        ..after.clone()
    };
    let (after, outcome) = if after.told.as_ref() == Some(&fingerprint) {
        (dealt_with(fingerprint), Outcome::Unchanged)
    } else if after.told.is_none() && changes.count == 0 {
        (dealt_with(fingerprint), Outcome::Noted)
    } else {
        let started_at_ms = clock.unix_milliseconds();
        let failed = |reason, refused, asked| {
            let failures = after.failures.saturating_add(1);
            let after = Rebuild {
                failures,
                not_before_ms: intervals.retry_at(clock.unix_milliseconds(), failures, asked),
                ..after.clone()
            };
            let outcome = Outcome::Failed {
                reason,
                refused,
                failures,
            };
            (after, outcome)
        };
        match start().await {
            Start::Started => {
                let after = Rebuild {
                    started_at_ms: Some(started_at_ms),
                    not_before_ms: later(started_at_ms, intervals.every),
                    ..dealt_with(fingerprint)
                };
                (after, Outcome::Started)
            }
            Start::NoHook => {
                let told = after.told.clone();
                let after = Rebuild {
                    told,
                    ..dealt_with(fingerprint)
                };
                (after, Outcome::NoHook)
            }
            Start::TryAgain { reason, after } => failed(reason, false, after),
            Start::Refused(reason) => failed(reason, true, None),
        }
    };
    members.put_rebuild(turn.turn, after).await?;
    Ok(outcome)
}
