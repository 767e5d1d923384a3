//! Throttling: how a guess at a password or a code is counted before it is verified, and a member's previews before
//! they are made.
//!
//! | pk | sk | holds |
//! |---|---|---|
//! | `GUESSED#<digest of what was guessed at>` | `THROTTLE` | failures of one account: from each source, and from anywhere |
//! | `SOURCE#<address>` | `THROTTLE` | failures of one source, whatever it guessed at, within 15 minutes |
//! | `PREVIEWS#<digest of a member's id>` | `THROTTLE` | previews of one member within a minute |
//! | `LETTERS#<digest>` | `THROTTLE` | letters that were asked for to one address, from one source or by one member |
//!
//! All expire, and one that has expired counts as gone: DynamoDB may take days to delete it.
//!
//! A guess costs two writes one after the other before its hash, and one after a right one. The first
//! succeeds at once where nobody failed before, since it only asks that there is no item; if there is
//! one the refusal brings it along, so nothing is read beforehand. A guess inside its wait costs that
//! one refused write. A guess from a source whose last one was right, at the same process, costs one
//! write before its hash; where many of a source are counted already, a right one costs two after it.

mod account;
mod attempts;
mod letters;
mod previews;
mod source;
mod window;

use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::item::{Item, key};
use crate::{Members, Source};

pub(crate) use source::Kept;

pub use letters::{LETTERS_SECONDS, MOST_LETTERS, MOST_LETTERS_ASKED};
pub use previews::{MOST_PREVIEWS, PREVIEWS_SECONDS};

const THROTTLE: &str = "THROTTLE";

/// What is guessed at: the account under what somebody typed, whether or not there is one.
///
/// Only a digest is stored: people type their passwords into the wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// `typed` is the address in its one form ([`crate::Email`]), or text that is no address.
    pub fn new(typed: &str) -> Self {
        let digest = Sha256::digest(typed.trim().to_lowercase());
        Self(base16ct::lower::encode_string(&digest))
    }

    fn key(&self) -> Item {
        key(format!("GUESSED#{}", self.0), THROTTLE)
    }
}

/// A guess that has been counted. It stays a failure unless [`Members::guessed_right`] is told
/// otherwise, so a process that dies over its hash gives nothing away.
#[derive(Debug)]
#[must_use = "a guess that turns out right must be taken back"]
pub struct Guess {
    target: Option<Target>,
    source: Source,
    window: window::Window,
}

/// Whether a guess may be verified.
#[derive(Debug)]
pub enum Admission {
    Admitted(Guess),
    /// Not before so many milliseconds.
    Wait(u64),
}

impl Members {
    /// Counts a guess before it is verified. `now` is in Unix milliseconds.
    ///
    /// Without a `target` (a code stands for no account until it is found) only the source is
    /// counted.
    pub async fn guess(
        &self,
        target: Option<&Target>,
        source: &Source,
        now: u64,
    ) -> Result<Admission> {
        // One after the other: a source that must wait at this account isn't counted as a source,
        // or one guesser would use up what a whole school has.
        let counted = match target {
            Some(target) => match self.count_target(target, source, now).await? {
                account::Counted::Counted(counted) => Some(counted),
                account::Counted::Wait(wait) => return Ok(Admission::Wait(wait)),
            },
            None => None,
        };
        match self.count_source(source, now).await? {
            window::Counted::Counted(window) => Ok(Admission::Admitted(Guess {
                target: target.cloned(),
                source: source.clone(),
                window,
            })),
            window::Counted::Wait(wait) => {
                if let (Some(target), Some(counted)) = (target, counted) {
                    self.uncount_target(target, source, counted).await?;
                }
                Ok(Admission::Wait(wait))
            }
        }
    }

    /// Takes a right guess back: the account has no failures any more, its source one less.
    ///
    /// The source isn't reset, or whoever has an account could guess at others without end by
    /// signing in to their own now and then.
    pub async fn guessed_right(&self, guess: Guess) -> Result<()> {
        let forget = async {
            match &guess.target {
                Some(target) => self.forget_guesses(target).await,
                None => Ok(()),
            }
        };
        // The work of both futures is one request each; side by side they take one round trip.
        let (forgotten, uncounted) =
            futures::join!(forget, self.uncount_source(&guess.source, guess.window));
        forgotten.and(uncounted)
    }
}
