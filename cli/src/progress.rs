//! How far a long task has come: one line that is written over, on a terminal only.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How many characters the bar has.
const WIDTH: usize = 24;
/// How often the line is written again.
const EVERY: Duration = Duration::from_millis(100);

pub(crate) struct Progress {
    what: &'static str,
    total: usize,
    done: usize,
    more: String,
    shown: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    pub(crate) fn new(what: &'static str, total: usize) -> Self {
        Self {
            what,
            total,
            done: 0,
            more: String::new(),
            shown: None,
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    pub(crate) fn step(&mut self) {
        self.reach(self.done + 1);
    }

    /// Says what else there is to say of it, from now on.
    pub(crate) fn add(&mut self, more: String) {
        self.more = more;
    }

    /// Says how many are done.
    pub(crate) fn reach(&mut self, done: usize) {
        self.done = done;
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= EVERY);
        if self.is_terminal && due {
            self.shown = Some(Instant::now());
            let full = (WIDTH * self.done)
                .checked_div(self.total)
                .unwrap_or(WIDTH)
                .min(WIDTH);
            // A line that can't be shown is no reason to stop.
            let _ = write!(
                std::io::stderr(),
                "\r{} [{}{}] {} of {}{}\x1b[K",
                self.what,
                "#".repeat(full),
                "-".repeat(WIDTH - full),
                self.done,
                self.total,
                self.more
            );
        }
    }
}

impl Drop for Progress {
    /// Clears the line: whatever comes next begins at its start.
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
