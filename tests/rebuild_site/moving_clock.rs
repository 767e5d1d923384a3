//! Hours of changes in a moment: a clock that the test moves, a look each minute, and how long the
//! oldest change had to wait for a build.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use endpoint::{Clock, Environment};
use local::Options;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rebuild_site::{Outcome, Start, Watch, look};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// Some time in 2026, so that nothing starts at the clock's beginning.
const START: u64 = 1_780_000_000_000;

/// A site with a look each minute, and a host that may be down.
struct Simulation {
    watch: Watch,
    now: Arc<AtomicU64>,
    /// When the oldest change happened that no build has seen.
    oldest: Option<u64>,
    /// In milliseconds.
    longest_wait: u64,
    builds: u64,
    /// The host answers with 503 until this moment.
    down_until: u64,
    changes: u64,
}

impl Simulation {
    async fn new(stack: &local::Stack) -> Self {
        let environment: Environment = stack.environment().into_iter().collect();
        let now = Arc::new(AtomicU64::new(START));
        let shown = Arc::clone(&now);
        let clock = Clock::from_fn(move || {
            SystemTime::UNIX_EPOCH + Duration::from_millis(shown.load(Ordering::SeqCst))
        });
        let watch = Watch {
            clock,
            ..Watch::from_env(&environment).unwrap()
        };
        let mut simulation = Self {
            watch,
            now,
            oldest: None,
            longest_wait: 0,
            builds: 0,
            down_until: 0,
            changes: 0,
        };
        simulation.look().await;
        simulation
    }

    fn at(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }

    /// As `rewrite_readme` does once it has made one. What builds read is another thing with each change; one document stands for it.
    async fn change(&mut self, at: u64) {
        self.now.store(at, Ordering::SeqCst);
        self.changes += 1;
        let members = &self.watch.members;
        let document = manifest::document(&self.changes.to_string(), at / SECOND, None);
        let seen = members.seen_address("jo").await.unwrap();
        let kept = members.keep_address(&seen, Some(&document), at);
        assert!(kept.await.unwrap());
        self.oldest.get_or_insert(at);
    }

    async fn look(&mut self) {
        let (at, down) = (self.at(), self.at() < self.down_until);
        let start = async || {
            if down {
                Start::TryAgain {
                    reason: "down".to_owned(),
                    after: None,
                }
            } else {
                Start::Started
            }
        };
        if look(&self.watch, start).await.unwrap() == Outcome::Started {
            self.builds += 1;
            if let Some(oldest) = self.oldest.take() {
                let since = oldest.max(self.down_until);
                self.longest_wait = self.longest_wait.max(at.saturating_sub(since));
            }
        }
    }

    /// Lets `hours` pass with a change after each pause that `pause` gives, in milliseconds.
    async fn pass(&mut self, hours: u64, mut pause: impl FnMut() -> u64) {
        let (from, mut next_look) = (self.at(), self.at() + MINUTE);
        let mut next_change = from + pause();
        while next_look <= from + hours * HOUR {
            while next_change < next_look {
                self.change(next_change).await;
                next_change += pause();
            }
            self.now.store(next_look, Ordering::SeqCst);
            self.look().await;
            next_look += MINUTE;
        }
        // What is left over: nothing changes any more.
        for _ in 0..30 {
            self.now.store(next_look, Ordering::SeqCst);
            self.look().await;
            next_look += MINUTE;
        }
        assert_eq!(self.oldest, None, "a change that no build has seen");
    }
}

async fn stack() -> local::Stack {
    let options = Options {
        port: 0,
        backends_only: true,
        ..Options::default()
    };
    local::start(options).await.unwrap()
}

/// Pauses between what comes by itself, `rate` times a minute in the middle.
fn poisson(seed: u64, rate: f64) -> impl FnMut() -> u64 {
    let mut random = StdRng::seed_from_u64(seed);
    move || {
        let uniform: f64 = random.random_range(f64::EPSILON..1.0);
        let minutes = -uniform.ln() / rate;
        let pause = Duration::from_secs_f64(minutes * 60.0).as_millis();
        u64::try_from(pause).unwrap() + 1
    }
}

/// A document every 50 s is never a quiet minute.
#[tokio::test]
async fn a_site_that_is_never_quiet_is_built_within_ten_minutes() {
    let stack = stack().await;
    let mut simulation = Simulation::new(&stack).await;
    let hours = crate::sized(6, 7 * 24);
    simulation.pass(hours, || 50 * SECOND).await;
    let wait = simulation.longest_wait;
    assert!(wait <= 10 * MINUTE, "{} s", wait / SECOND);
    // And no more often than before.
    assert!(
        (hours * 6..=hours * 6 + 5 + hours).contains(&simulation.builds),
        "{}",
        simulation.builds
    );
}

#[tokio::test]
async fn however_often_something_changes_no_change_waits_eleven_minutes() {
    for (seed, (rate, hours)) in [(0.1, 8), (0.3, 4), (1.0, 2), (3.0, 2), (20.0, 1)]
        .into_iter()
        .enumerate()
    {
        let hours = crate::sized(hours, 24);
        let stack = stack().await;
        let mut simulation = Simulation::new(&stack).await;
        simulation.pass(hours, poisson(seed as u64, rate)).await;
        let wait = simulation.longest_wait;
        assert!(wait <= 10 * MINUTE, "{rate} a minute: {} s", wait / SECOND);
        assert!(
            simulation.builds >= 3 * hours,
            "{rate} a minute: {}",
            simulation.builds
        );
    }
}

/// Counted from when it is back.
#[tokio::test]
async fn a_host_that_was_down_for_hours_builds_within_eleven_minutes() {
    for (seed, minutes) in [3, 37, 150].into_iter().enumerate() {
        let stack = stack().await;
        let mut simulation = Simulation::new(&stack).await;
        simulation.down_until = START + minutes * MINUTE;
        simulation.pass(4, poisson(seed as u64, 1.0)).await;
        let wait = simulation.longest_wait;
        assert!(
            wait < 11 * MINUTE,
            "down for {minutes} min: {} s",
            wait / SECOND
        );
    }
}
