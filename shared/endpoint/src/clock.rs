//! The time, as a value that a test can set.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time. Handlers hold one, so that a test decides what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

/// The longest that Lambda lets a function run.
const LONGEST: Duration = Duration::from_mins(15);

/// How long until Lambda ends this invocation. A deadline that was over before it began is none: `cargo lambda watch`
/// names one of 1970.
pub fn time_left(context: &lambda_runtime::Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now());
    left.unwrap_or(LONGEST)
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self(Arc::new(SystemTime::now))
    }

    /// A clock that answers what `now` answers.
    pub fn from_fn(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub fn now(&self) -> SystemTime {
        (self.0)()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z; 0 for any time before that.
    pub fn unix_seconds(&self) -> u64 {
        self.since_1970().as_secs()
    }

    /// The same in milliseconds.
    pub fn unix_milliseconds(&self) -> u64 {
        u64::try_from(self.since_1970().as_millis()).unwrap_or(u64::MAX)
    }

    fn since_1970(&self) -> Duration {
        let since = self.now().duration_since(UNIX_EPOCH);
        since.unwrap_or(Duration::ZERO)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_of_long_ago_is_none() {
        let mut context = lambda_runtime::Context::default();
        context.deadline = 600_000;
        assert_eq!(time_left(&context), LONGEST);
    }
}
