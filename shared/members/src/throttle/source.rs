//! The failures of one source within a quarter of an hour, whatever it guessed at.
//!
//! A right guess is taken back by a write, or, while few are counted, kept in memory: the next guess from there is counted by
//! it. So most logins cost no write for their source, and what is counted in the table is never less than what was guessed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;

use super::window::{Counted, Limit, Window};
use crate::error::{Error, Result};
use crate::item::{key, number};
use crate::{Members, Source};

/// Failures of one source that are allowed in a window.
const MOST_FAILURES: u64 = 100;
/// Length of a window in seconds. It begins with its first guess.
const WINDOW_SECONDS: u64 = 15 * 60;
/// Right guesses that all processes together may keep counted in one window. A process that ends takes what it keeps with it
/// until the window is over, so that what is left for failures is never less than [`MOST_FAILURES`] without these.
const MOST_KEPT: u64 = 20;
/// Sources of which one process keeps right guesses.
const MOST_SOURCES: usize = 1000;

/// Right guesses that are still counted in the table, by the source that they came from.
///
/// The count of a window is at least the number kept of it by all processes, and a guess is kept only where it was counted as
/// the twentieth or earlier: so never more than twenty are kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<HashMap<Source, Vec<Window>>>>);

impl Kept {
    /// One of the source's guesses whose window is still open; whoever has it has a guess that is counted, and nobody else has
    /// the same one.
    fn take(&self, source: &Source, now: u64) -> Option<Window> {
        let mut kept = self.lock();
        let limit = limit(source);
        kept.retain(|_, windows| {
            windows.retain(|window| limit.is_open(*window, now));
            !windows.is_empty()
        });
        kept.get_mut(source)?.pop()
    }

    /// Keeps a right guess. `false`: it must be taken back in the table.
    fn keep(&self, source: &Source, window: Window) -> bool {
        let mut kept = self.lock();
        let has_room = kept.len() < MOST_SOURCES || kept.contains_key(source);
        let keeps = window.count <= MOST_KEPT && has_room;
        if keeps {
            kept.entry(source.clone()).or_default().push(window);
        }
        keeps
    }

    /// A thread that panicked meanwhile has taken out or put in whole guesses.
    fn lock(&self) -> MutexGuard<'_, HashMap<Source, Vec<Window>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limit(source: &Source) -> Limit {
    Limit {
        key: key(format!("SOURCE#{}", source.as_str()), super::THROTTLE),
        counted: "failures",
        most: MOST_FAILURES,
        seconds: WINDOW_SECONDS,
    }
}

impl Members {
    pub(super) async fn count_source(&self, source: &Source, now: u64) -> Result<Counted> {
        if let Some(window) = self.kept.take(source, now) {
            return Ok(Counted::Counted(window));
        }
        self.count_in_window(&limit(source), now).await
    }

    /// Takes a guess back, if its window is still open, or keeps it for the next one.
    pub(super) async fn uncount_source(&self, source: &Source, window: Window) -> Result<()> {
        if self.kept.keep(source, window) {
            return Ok(());
        }
        let updated = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(limit(source).key))
            .update_expression("ADD failures :less")
            .condition_expression("expires_at = :end AND failures > :none")
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .expression_attribute_values(":end", number(window.end))
            .expression_attribute_values(":none", number(0))
            .send()
            .await;
        Error::unless_condition("UpdateItem", updated).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unix milliseconds.
    const NOON: u64 = 4_102_488_000_000;

    fn source(number: usize) -> Source {
        Source::parse(Some(&format!("198.51.{}.{}", number / 256, number % 256)))
    }

    fn window(count: u64) -> Window {
        Window {
            end: NOON / 1000 + WINDOW_SECONDS,
            count,
        }
    }

    #[test]
    fn a_kept_guess_counts_one_guess_from_its_source() {
        let kept = Kept::default();
        assert!(kept.keep(&source(1), window(1)));
        assert!(kept.keep(&source(1), window(2)));
        assert_eq!(kept.take(&source(2), NOON), None);
        let one_clone = kept.clone();
        assert!(one_clone.take(&source(1), NOON).is_some());
        assert!(kept.take(&source(1), NOON).is_some());
        assert_eq!(kept.take(&source(1), NOON), None);
    }

    #[test]
    fn a_guess_is_kept_as_long_as_its_window_is_counted_in() {
        for (later, is_there) in [
            (0, true),
            ((WINDOW_SECONDS - 1) * 1000, true),
            (WINDOW_SECONDS * 1000, false),
        ] {
            let kept = Kept::default();
            assert!(kept.keep(&source(1), window(1)));
            assert_eq!(kept.take(&source(1), NOON + later).is_some(), is_there);
        }
        // A clock that was a day ahead opened a window that isn't counted in any more.
        let kept = Kept::default();
        assert!(kept.keep(&source(1), window(1)));
        assert_eq!(kept.take(&source(1), NOON - 24 * 60 * 60 * 1000), None);
    }

    #[test]
    fn no_more_are_kept_than_leave_room_for_failures() {
        let kept = Kept::default();
        assert!(kept.keep(&source(1), window(MOST_KEPT)));
        assert!(!kept.keep(&source(1), window(MOST_KEPT + 1)));
    }

    #[test]
    fn what_is_kept_stays_small_and_goes_with_its_window() {
        let kept = Kept::default();
        for number in 0..MOST_SOURCES {
            assert!(kept.keep(&source(number), window(1)));
        }
        assert!(!kept.keep(&source(MOST_SOURCES), window(1)));
        assert!(kept.keep(&source(0), window(2)), "a source that is known");
        let later = NOON + WINDOW_SECONDS * 1000;
        assert_eq!(kept.take(&source(0), later), None);
        assert!(kept.keep(&source(MOST_SOURCES), window(1)));
    }
}
