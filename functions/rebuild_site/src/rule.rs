//! When it is time to look at what is published.

use std::ops::RangeInclusive;
use std::time::Duration;

use endpoint::{Environment, EnvironmentError};
use members::{Changes, Rebuild};

use crate::look::Outcome;

/// What `REBUILD_AT_MOST_MINUTES` may be: from the pause between two builds to a day.
const AT_MOST_MINUTES: RangeInclusive<u64> = 5..=1_440;

/// How long is waited for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervals {
    /// Nothing may have changed for so long: one build for a whole evening's uploads.
    pub quiet: Duration,
    /// From the first change that waits to the start of a build, at most, however busy the site. What
    /// comes later is the longer of this and `every`.
    pub at_most: Duration,
    /// From one look to the next.
    pub look: Duration,
    /// Between the start of one build and that of the next.
    pub every: Duration,
    /// A change is made within this after it was noted: the longest that a function may run that notes one, twice.
    pub settle: Duration,
    /// Without any note.
    pub anyway: Duration,
    /// Whoever looks has so long before another does it in their place.
    pub turn: Duration,
    /// After a failed start; it doubles with each.
    pub first_retry: Duration,
    /// A host that is back has so long to wait for its build.
    pub longest_retry: Duration,
    /// The longest pause that a host may ask for.
    pub longest_asked: Duration,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            quiet: Duration::from_mins(1),
            at_most: Duration::from_mins(10),
            look: Duration::from_mins(1),
            every: Duration::from_mins(5),
            settle: Duration::from_mins(2),
            anyway: Duration::from_hours(1),
            turn: Duration::from_mins(1),
            first_retry: Duration::from_mins(1),
            longest_retry: Duration::from_mins(10),
            longest_asked: Duration::from_hours(1),
        }
    }
}

impl Intervals {
    /// The usual ones, with `REBUILD_AT_MOST_MINUTES` where it is set.
    ///
    /// # Errors
    /// The variable's name and what is wrong with its value.
    pub fn from_env(environment: &Environment) -> Result<Self, EnvironmentError> {
        const NAME: &str = "REBUILD_AT_MOST_MINUTES";
        let default = Self::default();
        let minutes = environment.parsed(NAME, default.at_most.as_secs() / 60)?;
        if !AT_MOST_MINUTES.contains(&minutes) {
            let (shortest, longest) = (AT_MOST_MINUTES.start(), AT_MOST_MINUTES.end());
            let reason = format!("it must be from {shortest} to {longest}");
            return Err(Environment::unusable(NAME, reason));
        }
        Ok(Self {
            at_most: Duration::from_mins(minutes),
            ..default
        })
    }

    /// Why it is no time to look at `now`, in Unix milliseconds; `None` when it is.
    pub(crate) fn reason_to_wait(
        &self,
        changes: &Changes,
        rebuild: &Rebuild,
        now: u64,
    ) -> Option<Outcome> {
        let is_due = changes.count != rebuild.settled || rebuild.failures > 0;
        // Longer than anybody is told to wait: the clock was set back since.
        let holds = |until: u64, longest: Duration| now < until && until <= later(now, longest);
        let longest_pause = self.longest_asked.max(self.every);
        if !is_due && holds(later(rebuild.looked_at_ms, self.anyway), self.anyway) {
            Some(Outcome::Idle)
        } else if holds(later(changes.last_at_ms, self.quiet), self.quiet * 2)
            && !self.is_late(rebuild, now)
            && changes.at_once <= rebuild.at_once
        {
            Some(Outcome::NotQuiet)
        } else if holds(rebuild.not_before_ms, longest_pause) {
            Some(Outcome::TooSoon)
        } else {
            None
        }
    }

    /// Whether the next look would come too late for what has waited longest.
    fn is_late(&self, rebuild: &Rebuild, now: u64) -> bool {
        rebuild
            .waiting_since_ms
            .is_some_and(|since| later(now, self.look) > later(since, self.at_most))
    }

    /// A time before which none of the changes was noted that wait at `now`: what a look saw first
    /// wasn't there yet a look before.
    pub(crate) fn waiting_since(
        &self,
        changes: &Changes,
        rebuild: &Rebuild,
        now: u64,
    ) -> Option<u64> {
        let at_first_sight = || {
            if changes.count == rebuild.settled.saturating_add(1) {
                changes.last_at_ms
            } else {
                now.saturating_sub(milliseconds(self.look))
                    .min(changes.last_at_ms)
            }
        };
        (changes.count != rebuild.settled).then(|| {
            rebuild
                .waiting_since_ms
                .unwrap_or_else(at_first_sight)
                .min(now)
        })
    }

    /// Whether what was noted last has happened by `now`, or never will.
    pub(crate) fn is_settled(&self, changes: &Changes, now: u64) -> bool {
        now >= later(changes.noted_at_ms, self.settle)
    }

    /// When a start that failed for the `failures`th time is tried again.
    pub(crate) fn retry_at(&self, now: u64, failures: u32, asked: Option<Duration>) -> u64 {
        let doubled = self
            .first_retry
            .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        let pause = doubled.min(self.longest_retry);
        let asked = asked.unwrap_or_default().min(self.longest_asked);
        later(now, pause.max(asked))
    }
}

/// `after` later than `at`, in Unix milliseconds.
pub(crate) fn later(at: u64, after: Duration) -> u64 {
    at.saturating_add(milliseconds(after))
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    #[test]
    fn retries_double_up_to_ten_minutes_and_hosts_may_ask_for_an_hour() {
        let rule = Intervals::default();
        let minutes = |failures| rule.retry_at(0, failures, None) / MINUTE;
        let all: Vec<u64> = [1, 2, 3, 4, 7, 40, u32::MAX].map(minutes).into();
        assert_eq!(all, [1, 2, 4, 8, 10, 10, 10]);
        let asked = |seconds| rule.retry_at(0, 1, Some(Duration::from_secs(seconds))) / MINUTE;
        assert_eq!([asked(5), asked(600), asked(86_400)], [1, 10, 60]);
    }

    #[test]
    fn a_change_is_looked_at_once_it_is_quiet() {
        let rule = Intervals::default();
        let changes = Changes {
            count: 3,
            last_at_ms: 10 * MINUTE,
            ..Changes::default()
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

    #[test]
    fn a_change_that_has_waited_long_is_not_held_up_by_new_ones() {
        let rule = Intervals::default();
        let changes = Changes {
            count: 40,
            last_at_ms: 18 * MINUTE,
            ..Changes::default()
        };
        let rebuild = Rebuild {
            settled: 2,
            waiting_since_ms: Some(9 * MINUTE),
            ..Rebuild::default()
        };
        let wait = |now| rule.reason_to_wait(&changes, &rebuild, now);
        assert_eq!(wait(18 * MINUTE), Some(Outcome::NotQuiet));
        assert_eq!(wait(18 * MINUTE + 1), None, "the next look would be late");
    }

    #[test]
    fn the_first_change_that_waits_is_never_taken_for_a_later_one() {
        let rule = Intervals::default();
        let changes = |count| Changes {
            count,
            last_at_ms: 10 * MINUTE,
            ..Changes::default()
        };
        let rebuild = Rebuild {
            settled: 2,
            ..Rebuild::default()
        };
        let now = 10 * MINUTE + 1_000;
        let since = |count| rule.waiting_since(&changes(count), &rebuild, now);
        assert_eq!(since(2), None);
        assert_eq!(since(3), Some(10 * MINUTE), "it is the only one");
        assert_eq!(since(9), Some(now - MINUTE));
        let known = Rebuild {
            waiting_since_ms: Some(4 * MINUTE),
            ..rebuild
        };
        let since = rule.waiting_since(&changes(9), &known, now);
        assert_eq!(since, Some(4 * MINUTE));
    }

    #[test]
    fn what_came_out_at_its_time_waits_for_nothing_more() {
        let rule = Intervals::default();
        let now = 60 * MINUTE;
        let rebuild = Rebuild {
            settled: 8,
            at_once: 2,
            looked_at_ms: now - MINUTE,
            ..Rebuild::default()
        };
        let changes = |at_once| Changes {
            count: 9,
            last_at_ms: now - 1000,
            at_once,
            ..Changes::default()
        };
        let wait = |at_once, rebuild| rule.reason_to_wait(&changes(at_once), rebuild, now);
        assert_eq!(wait(0, &rebuild), Some(Outcome::NotQuiet));
        assert_eq!(wait(2, &rebuild), Some(Outcome::NotQuiet), "dealt with");
        assert_eq!(wait(3, &rebuild), None);
        // A host's pause between two builds holds all the same.
        let paused = Rebuild {
            not_before_ms: now + MINUTE,
            ..rebuild.clone()
        };
        assert_eq!(wait(3, &paused), Some(Outcome::TooSoon));
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nothing_up() {
        let rule = Intervals::default();
        let day = 24 * 60 * MINUTE;
        let changes = Changes {
            count: 3,
            last_at_ms: 2 * day,
            ..Changes::default()
        };
        let rebuild = Rebuild {
            settled: 2,
            looked_at_ms: 2 * day,
            not_before_ms: 2 * day + 5 * MINUTE,
            waiting_since_ms: Some(2 * day),
            ..Rebuild::default()
        };
        assert_eq!(rule.reason_to_wait(&changes, &rebuild, day), None);
        assert_eq!(rule.waiting_since(&changes, &rebuild, day), Some(day));
    }
}
