//! When it is time to look at what is published.

use std::time::Duration;

use members::{Changes, Rebuild};

use crate::look::Outcome;

/// How long is waited for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervals {
    /// Nothing may have changed for so long: one build for a whole evening's uploads.
    pub quiet: Duration,
    /// Between the start of one build and that of the next.
    pub every: Duration,
    /// A change is made within this after it was noted: the longest that `rewrite_readme` may run,
    /// twice.
    pub settle: Duration,
    /// Without any note.
    pub anyway: Duration,
    /// Whoever looks has so long before another does it in their place.
    pub turn: Duration,
    /// After a failed start; it doubles with each.
    pub first_retry: Duration,
    pub longest_retry: Duration,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            quiet: Duration::from_mins(1),
            every: Duration::from_mins(5),
            settle: Duration::from_mins(2),
            anyway: Duration::from_hours(1),
            turn: Duration::from_mins(1),
            first_retry: Duration::from_mins(1),
            longest_retry: Duration::from_hours(1),
        }
    }
}

impl Intervals {
    /// Why it is no time to look at `now`, in Unix milliseconds; `None` when it is.
    pub(crate) fn reason_to_wait(
        &self,
        changes: &Changes,
        rebuild: &Rebuild,
        now: u64,
    ) -> Option<Outcome> {
        let is_due = changes.count != rebuild.settled || rebuild.failures > 0;
        if !is_due && now < later(rebuild.looked_at_ms, self.anyway) {
            Some(Outcome::Idle)
        } else if now < later(changes.last_at_ms, self.quiet) {
            Some(Outcome::NotQuiet)
        } else if now < rebuild.not_before_ms {
            Some(Outcome::TooSoon)
        } else {
            None
        }
    }

    /// Whether what was noted last has happened by `now`, or never will.
    pub(crate) fn is_settled(&self, changes: &Changes, now: u64) -> bool {
        now >= later(changes.last_at_ms, self.settle)
    }

    /// When a start that failed for the `failures`th time is tried again.
    pub(crate) fn retry_at(&self, now: u64, failures: u32, asked: Option<Duration>) -> u64 {
        let doubled = self
            .first_retry
            .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        let pause = doubled.max(asked.unwrap_or_default());
        later(now, pause.min(self.longest_retry))
    }
}

/// `after` later than `at`, in Unix milliseconds.
pub(crate) fn later(at: u64, after: Duration) -> u64 {
    at.saturating_add(u64::try_from(after.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    #[test]
    fn retries_double_up_to_an_hour() {
        let rule = Intervals::default();
        let minutes = |failures| rule.retry_at(0, failures, None) / MINUTE;
        let all: Vec<u64> = [1, 2, 3, 4, 7, 40, u32::MAX].map(minutes).into();
        assert_eq!(all, [1, 2, 4, 8, 60, 60, 60]);
        let asked = |seconds| rule.retry_at(0, 1, Some(Duration::from_secs(seconds))) / MINUTE;
        assert_eq!([asked(5), asked(600), asked(86_400)], [1, 10, 60]);
    }

    #[test]
    fn a_change_is_looked_at_once_it_is_quiet() {
        let rule = Intervals::default();
        let changes = Changes {
            count: 3,
            last_at_ms: 10 * MINUTE,
        };
        let rebuild = Rebuild {
            settled: 2,
            looked_at_ms: 9 * MINUTE,
            ..Rebuild::default()
        };
        let wait = |rebuild: &Rebuild, now| rule.reason_to_wait(&changes, rebuild, now);
        assert_eq!(wait(&rebuild, 11 * MINUTE - 1), Some(Outcome::NotQuiet));
        assert_eq!(wait(&rebuild, 11 * MINUTE), None);
        let recent = Rebuild {
            not_before_ms: 12 * MINUTE,
            ..rebuild.clone()
        };
        assert_eq!(wait(&recent, 11 * MINUTE), Some(Outcome::TooSoon));
        let settled = Rebuild {
            settled: 3,
            ..rebuild
        };
        assert_eq!(wait(&settled, 11 * MINUTE), Some(Outcome::Idle));
        assert_eq!(wait(&settled, 69 * MINUTE), None, "an hour later, anyway");
        let failed = Rebuild {
            failures: 1,
            ..settled
        };
        assert_eq!(wait(&failed, 11 * MINUTE), None);
    }
}
