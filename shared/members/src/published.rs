//! What is published, kept as items: each address, each member as a build sees them, and of each shard what it comes to.
//!
//! | pk | sk | holds |
//! |---|---|---|
//! | `MANIFEST#07` | `#HEAD` | of that shard: `revision`, `changed_at`, `entries`, `moved` and `sum` |
//! | `MANIFEST#07` | `E#<entry id>.md` | a published document, or where the document is that had this address |
//! | `MANIFEST#07` | `M#<handle>` | the member as a build sees them, and how many documents they have published |
//! | `CHANGED#07` | revision, 20 digits | what that revision changed; expires |
//! | `MANIFEST#SITE` | `SITE` | since when the items are whole, and how far they were compared with the bucket |
//! | `UNSETTLED#SITE` | `<member id>` | that what a build sees of this member may be about to change |
//!
//! A member's handle says which shard everything of theirs is in, so that one transaction changes all that one change concerns: the
//! item, its member's, the head and the record of the change. All of these are conditional on what was read, and whoever writes
//! has read them *before* looking at the world that they tell of. `manifest` is who looks.
//!
//! Addresses are written as the outputs' keys are, so that both are in one order: a range of the one is a range of the other.

mod changed;
mod heads;
mod item;
mod list;
mod seen;
mod unsettled;
mod whole;

use std::fmt;

use sha2::{Digest as _, Sha256};

pub use changed::{Change, Changed};
pub use heads::{Heads, ShardHead};
pub use item::{Document, Place, Shown};
pub use seen::{SeenAddress, SeenMember};
pub use unsettled::Unsettled;
pub use whole::Whole;

/// How many shards there are. Another number is another list: it would have to be made anew.
pub const SHARDS: u8 = 16;

const MANIFEST: &str = "MANIFEST";

/// A part of what is published: everything of the members whose handles it has. A partition of the table takes a thousand
/// writes in a second, and each shard has one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// The shard of everything under a handle.
    pub fn of(handle: &str) -> Self {
        Self(Sha256::digest(handle)[0] % SHARDS)
    }

    /// The shard of an entry id.
    pub fn of_entry(id: &str) -> Self {
        Self::of(handle_of(id))
    }

    /// All shards in order.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..SHARDS).map(Self)
    }

    /// The shard that two digits name, as [`Display`](fmt::Display) writes them.
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|shard| shard.to_string() == text)
    }

    /// Its place among all of them.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// Whose entry it is.
fn handle_of(id: &str) -> &str {
    id.split_once('/').map_or(id, |(handle, _)| handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_a_member_is_in_one_shard() {
        for handle in ["jo", "jo-x", "7", "a-member-with-a-long-name"] {
            let shard = Shard::of(handle);
            for slug in ["trip", "a", "0-9"] {
                assert_eq!(Shard::of_entry(&format!("{handle}/{slug}")), shard);
            }
            assert_eq!(Shard::parse(&shard.to_string()), Some(shard));
        }
        for other in ["", "7", "16", "99", "007", "+7", "-1", "aa"] {
            assert_eq!(Shard::parse(other), None, "{other}");
        }
    }

    /// Another function would make another list of every site.
    #[test]
    fn shards_stay_what_they_are() {
        let shards = ["jo", "ann", "zoe", "kim-smith"].map(|handle| Shard::of(handle).to_string());
        assert_eq!(shards, ["02", "09", "13", "13"]);
    }

    #[test]
    fn members_are_spread_over_all_shards() {
        let mut counts = [0_u32; SHARDS as usize];
        for number in 0..16_000 {
            counts[Shard::of(&format!("member-{number}")).index()] += 1;
        }
        assert!(
            counts.iter().all(|count| (800..1_200).contains(count)),
            "{counts:?}"
        );
    }
}
