//! Letters that anybody may ask for: each reaches a mailbox that may be somebody else's.

use sha2::{Digest as _, Sha256};

use super::window::{Counted, Limit};
use crate::error::Result;
use crate::item::key;
use crate::{Email, Members, Source};

/// Letters with a code that one address gets in a window, and that one member asks for to other addresses.
pub const MOST_LETTERS: u64 = 3;
/// Letters that are asked for from one source in a window: a whole school may share it.
pub const MOST_LETTERS_ASKED: u64 = 30;
/// Length of a window in seconds. It begins with its first letter, and is as long as the code in a letter may be used: whoever
/// gets no further one has one that works.
pub const LETTERS_SECONDS: u64 = crate::RECOVERY_TTL_SECONDS;

impl Members {
    /// Counts a letter to an address, whether or not it is a member's. `false`: it got as many as it gets.
    /// `now` is in Unix milliseconds.
    pub async fn count_letter_to(&self, email: &Email, now: u64) -> Result<bool> {
        let counted = self.count_letter(("address", email.as_str()), MOST_LETTERS, now);
        Ok(matches!(counted.await?, Counted::Counted(_)))
    }

    /// Counts a letter that a member asks for to an address that isn't theirs yet; otherwise so many milliseconds to wait.
    pub async fn count_letter_of(&self, member_id: &str, now: u64) -> Result<Option<u64>> {
        let counted = self.count_letter(("member", member_id), MOST_LETTERS, now);
        Ok(wait(&counted.await?))
    }

    /// Counts a letter that is asked for from a source; otherwise so many milliseconds to wait.
    pub async fn count_letter_from(&self, source: &Source, now: u64) -> Result<Option<u64>> {
        let counted = self.count_letter(("source", source.as_str()), MOST_LETTERS_ASKED, now);
        Ok(wait(&counted.await?))
    }

    /// The item is known by a digest: the table keeps no address of somebody who is no member.
    async fn count_letter(&self, (kind, of): (&str, &str), most: u64, now: u64) -> Result<Counted> {
        let digest = base16ct::lower::encode_string(&Sha256::digest(format!("{kind} {of}")));
        let limit = Limit {
            key: key(format!("LETTERS#{digest}"), super::THROTTLE),
            counted: "letters",
            most,
            seconds: LETTERS_SECONDS,
        };
        self.count_in_window(&limit, now).await
    }
}

fn wait(counted: &Counted) -> Option<u64> {
    match counted {
        Counted::Counted(_) => None,
        Counted::Wait(wait) => Some(*wait),
    }
}
