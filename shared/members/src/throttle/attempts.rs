//! How often an account was guessed at, and how long the next guess must wait: plain arithmetic.

use std::collections::BTreeMap;

use crate::Source;

/// Failures of an account from one source before the next guess waits.
const FREE_FROM_ONE_SOURCE: u32 = 5;
/// Failures of an account from anywhere before the next guess waits.
const FREE_FROM_ANYWHERE: u32 = 20;
/// The first wait, in milliseconds; each further failure doubles it.
const FIRST_WAIT: u64 = 1000;
/// The longest wait, in milliseconds: 15 minutes. Nobody is locked out for longer by a stranger.
pub(super) const LONGEST_WAIT: u64 = 15 * 60 * 1000;
/// How far the clocks of two machines may lie apart, in milliseconds. A time that lies further ahead
/// was written before this machine's clock was put back, and says nothing about now.
pub(super) const CLOCK_SKEW: u64 = 10 * 1000;
/// Failures are forgotten when none has followed for so long, in milliseconds: a day.
pub(super) const FORGOTTEN_AFTER: u64 = 24 * 60 * 60 * 1000;

/// Failures in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counter {
    pub(super) failures: u32,
    /// Unix milliseconds of the last one.
    pub(super) last: u64,
}

impl Counter {
    /// Milliseconds from `now` until the next guess is taken; 0: at once.
    fn wait(self, free: u32, now: u64) -> u64 {
        if self.is_of_another_time(now) {
            // One guess, which is counted at the time as it is now: the wait after it is an honest one.
            return 0;
        }
        let Some(doublings) = self.failures.checked_sub(free) else {
            return 0;
        };
        let wait = 1_u64
            .checked_shl(doublings)
            .and_then(|factor| FIRST_WAIT.checked_mul(factor))
            .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT));
        let left = self.last.saturating_add(wait).saturating_sub(now);
        left.min(LONGEST_WAIT)
    }

    fn is_of_another_time(self, now: u64) -> bool {
        self.last > now.saturating_add(CLOCK_SKEW)
    }

    fn count(&mut self, now: u64) {
        self.failures = self.failures.saturating_add(1);
        self.last = if self.is_of_another_time(now) {
            now
        } else {
            self.last.max(now)
        };
    }

    fn is_forgotten(self, now: u64) -> bool {
        self.last.saturating_add(FORGOTTEN_AFTER) <= now
    }
}

/// The guesses at one account. A guess that is being verified counts as a failure until it turns
/// out right, so that guesses side by side can't share what is left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attempts {
    pub(super) anywhere: Counter,
    /// At most as many as there were guesses within a day, which the waits keep below 130.
    pub(super) sources: BTreeMap<String, Counter>,
}

impl Attempts {
    /// Milliseconds from `now` until a guess from `source` is taken; 0: at once.
    pub(super) fn wait(&self, source: &Source, now: u64) -> u64 {
        let from_source = self
            .sources
            .get(source.as_str())
            .copied()
            .unwrap_or_default();
        let waits = [
            (from_source, FREE_FROM_ONE_SOURCE),
            (self.anywhere, FREE_FROM_ANYWHERE),
        ];
        waits
            .into_iter()
            .filter(|(counter, _)| !counter.is_forgotten(now))
            .map(|(counter, free)| counter.wait(free, now))
            .max()
            .unwrap_or_default()
    }

    /// The attempts with one more from `source`.
    pub(super) fn with(&self, source: &Source, now: u64) -> Self {
        let mut next = self.clone();
        if next.anywhere.is_forgotten(now) {
            next.anywhere = Counter::default();
        }
        next.sources.retain(|_, counter| !counter.is_forgotten(now));
        next.anywhere.count(now);
        next.sources
            .entry(source.as_str().to_owned())
            .or_default()
            .count(now);
        next
    }

    /// The attempts without one that was counted and then not made.
    pub(super) fn without(&self, source: &Source) -> Self {
        let mut next = self.clone();
        next.anywhere.failures = next.anywhere.failures.saturating_sub(1);
        if let Some(counter) = next.sources.get_mut(source.as_str()) {
            counter.failures = counter.failures.saturating_sub(1);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: u64 = 1000;
    const NOON: u64 = 1_752_148_800_000;

    fn source(number: usize) -> Source {
        Source::parse(Some(&format!("192.0.2.{number}")))
    }

    /// Guesses as soon as it may, and returns the wait after each failure, in seconds.
    fn waits(guesses: usize, from: impl Fn(usize) -> Source) -> Vec<u64> {
        let (mut attempts, mut now) = (Attempts::default(), NOON);
        let mut waits = Vec::new();
        for number in 0..guesses {
            attempts = attempts.with(&from(number), now);
            let wait = attempts.wait(&from(number + 1), now);
            waits.push(wait / SECOND);
            now += wait;
        }
        waits
    }

    #[test]
    fn from_one_source_the_sixth_guess_waits_and_each_failure_doubles_it() {
        assert_eq!(
            waits(17, |_| source(1)),
            [
                0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900
            ]
        );
    }

    #[test]
    fn from_many_sources_the_twenty_first_waits() {
        let waits = waits(33, source);
        assert!(waits[..19].iter().all(|wait| *wait == 0), "{waits:?}");
        assert_eq!(
            waits[19..],
            [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]
        );
    }

    #[test]
    fn a_wait_is_over_to_the_millisecond() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            attempts = attempts.with(&source(1), NOON);
        }
        assert_eq!(attempts.wait(&source(1), NOON + 999), 1);
        assert_eq!(attempts.wait(&source(1), NOON + 1000), 0);
        assert_eq!(
            attempts.wait(&source(2), NOON),
            0,
            "others share a school, not a wait"
        );
    }

    #[test]
    fn a_day_without_a_failure_forgets_them() {
        let mut attempts = Attempts::default();
        for number in 0..40 {
            attempts = attempts.with(&source(number % 2), NOON);
        }
        let later = NOON + FORGOTTEN_AFTER;
        assert_eq!(attempts.wait(&source(1), later), 0);
        let next = attempts.with(&source(1), later);
        assert_eq!(next, Attempts::default().with(&source(1), later));
    }

    #[test]
    fn a_guess_that_was_not_made_is_taken_back() {
        let before = Attempts::default().with(&source(1), NOON);
        assert_eq!(before.with(&source(1), NOON).without(&source(1)), before);
        assert_eq!(Attempts::default().without(&source(1)), Attempts::default());
    }

    #[test]
    fn a_clock_that_goes_back_a_day_makes_nobody_wait_for_a_day() {
        let mut attempts = Attempts::default();
        for _ in 0..30 {
            attempts = attempts.with(&source(1), NOON + FORGOTTEN_AFTER);
        }
        // Yesterday: one guess is taken, and the next has to wait as before.
        assert_eq!(attempts.wait(&source(1), NOON), 0);
        attempts = attempts.with(&source(1), NOON);
        assert_eq!(attempts.wait(&source(1), NOON), LONGEST_WAIT);
        assert_eq!(attempts.wait(&source(1), NOON + LONGEST_WAIT), 0);
    }

    #[test]
    fn a_machine_whose_clock_is_a_little_slow_gives_no_guess_away() {
        let mut attempts = Attempts::default();
        for _ in 0..30 {
            attempts = attempts.with(&source(1), NOON);
        }
        let slow = NOON - CLOCK_SKEW;
        assert_eq!(attempts.wait(&source(1), slow), LONGEST_WAIT);
        assert_eq!(attempts.with(&source(1), slow).anywhere.last, NOON);
    }

    proptest! {
        /// Whatever came before, a wait is never longer than 15 minutes, and a clock that another
        /// machine has set back doesn't take it away.
        #[test]
        fn no_wait_is_longer_than_a_quarter_of_an_hour(
            guesses in prop::collection::vec((0_usize..4, 0_u64..100_000_000), 0..200),
            number in 0_usize..4,
            asked in 0_u64..200_000_000,
        ) {
            let (mut attempts, mut latest) = (Attempts::default(), NOON);
            for (number, later) in guesses {
                attempts = attempts.with(&source(number), NOON + later);
                latest = latest.max(NOON + later);
            }
            prop_assert!(attempts.wait(&source(number), latest) <= LONGEST_WAIT);
            // Also to somebody whose clock says anything else.
            prop_assert!(attempts.wait(&source(number), NOON + asked) <= LONGEST_WAIT);
        }
    }
}
