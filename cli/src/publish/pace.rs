//! When to look again at what the server is still at, and when to wait no longer.

use std::time::{Duration, Instant};

/// The shortest wait between two looks, and the longest.
const LOOKS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];
/// Looks are as rare as they can be without adding more than this part to what is waited for.
const PART: u32 = 8;

pub(super) struct Pace {
    patience: Duration,
    started: Instant,
    /// How many were left at the last look, and since when there are so few.
    left: Option<(usize, Instant)>,
}

impl Pace {
    /// Waits for `patience` after the last thing that came.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            patience,
            started: Instant::now(),
            left: None,
        }
    }

    /// Waits until it is time for the next look.
    pub(super) async fn wait(&self) {
        tokio::time::sleep(self.until_next(Instant::now())).await;
    }

    fn until_next(&self, now: Instant) -> Duration {
        let [shortest, longest] = LOOKS;
        let waited = now.saturating_duration_since(self.started);
        (waited / PART).clamp(shortest, longest)
    }

    /// Whether to look again, where a look found `left` of what is waited for.
    pub(super) fn goes_on(&mut self, left: usize) -> bool {
        self.goes_on_at(left, Instant::now())
    }

    fn goes_on_at(&mut self, left: usize, now: Instant) -> bool {
        let since = match self.left {
            Some((before, since)) if left >= before => since,
            _ => {
                self.left = Some((left, now));
                now
            }
        };
        left > 0 && now.saturating_duration_since(since) < self.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_begins_again_with_everything_that_comes() {
        let mut pace = Pace::new(Duration::from_mins(2));
        let at = |seconds| pace.started + Duration::from_secs(seconds);
        let times = [1, 100, 119, 230, 340, 341].map(at);
        assert!(pace.goes_on_at(10, times[0]));
        assert!(pace.goes_on_at(10, times[1]));
        assert!(pace.goes_on_at(9, times[2]));
        assert!(pace.goes_on_at(9, times[3]), "longer than patience in all");
        assert!(!pace.goes_on_at(9, times[4]));
        assert!(!pace.goes_on_at(0, times[5]));
    }

    #[test]
    fn looks_grow_rare() {
        let pace = Pace::new(Duration::from_mins(2));
        let mut now = pace.started;
        let mut looks = 0;
        while now < pace.started + Duration::from_mins(1) {
            now += pace.until_next(now);
            looks += 1;
        }
        assert!((10..=40).contains(&looks), "{looks} in a minute");
        let late = pace.started + Duration::from_hours(1);
        assert_eq!(pace.until_next(late), LOOKS[1]);
    }
}
