//! The previews of one member within a minute: each costs a conversion, and stores nothing that a quota would count.

use sha2::{Digest as _, Sha256};

use super::window::{Counted, Limit};
use crate::Members;
use crate::error::Result;
use crate::item::key;

/// Previews of one member that are made in a window.
pub const MOST_PREVIEWS: u64 = 60;
/// Length of a window in seconds. It begins with its first preview.
pub const PREVIEWS_SECONDS: u64 = 60;

impl Members {
    /// Counts a preview before it is made; otherwise so many milliseconds to wait. `now` is in Unix milliseconds.
    ///
    /// The item is known by a digest of the member's id, so that nothing of a member who goes is left in it.
    pub async fn count_preview(&self, member_id: &str, now: u64) -> Result<Option<u64>> {
        let digest = base16ct::lower::encode_string(&Sha256::digest(member_id));
        let limit = Limit {
            key: key(format!("PREVIEWS#{digest}"), super::THROTTLE),
            counted: "previews",
            most: MOST_PREVIEWS,
            seconds: PREVIEWS_SECONDS,
        };
        Ok(match self.count_in_window(&limit, now).await? {
            Counted::Counted(_) => None,
            Counted::Wait(wait) => Some(wait),
        })
    }
}
