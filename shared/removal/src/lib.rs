//! A member who goes: everything of theirs erased, until a look finds nothing.
//!
//! [`Removal`] is what an administrator asks for, or the member: a tombstone first, then files and items, and the
//! account last, so that whatever cuts it short is made good by asking again. Functions that were at
//! work for the member meanwhile find the tombstone in the end, and call [`Leavings`]: what they wrote,
//! or what reached S3 late, is erased by the message that speaks of it.

mod caches;
mod leavings;
mod leftovers;

use blobs::Blobs;
use blobs::layout::{
    FileChangeKey, FileKey, LaterKey, MovedKey, NameChangeKey, NowKey, OriginalKey,
    PictureChangeKey, SourceKey, content_key, files_prefix, member_content_prefix, pictures_prefix,
};
use members::{Account, Departed, Members};

pub use caches::forget_copies;
pub use leavings::Leavings;
pub use leftovers::Leftovers;

/// How often a removal looks for what came while it erased.
const ROUNDS: usize = 10;

/// How long a request may still be at work that came before the tombstone, in seconds: the time-out of
/// the functions behind the API. Those behind queues are told again.
pub const REQUEST_SECONDS: u64 = 15;

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Versions and delete markers in the uploads bucket.
    pub uploads: usize,
    /// Versions and delete markers in the content bucket.
    pub published: usize,
    /// Items of the table, but for the account, its claims and the tombstone.
    pub items: usize,
}

impl Erased {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// This, and what was erased after it.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            uploads: self.uploads + more.uploads,
            published: self.published + more.published,
            items: self.items + more.items,
        }
    }
}

/// The removal of one member.
#[derive(Debug, Clone, Copy)]
pub struct Removal<'a> {
    pub uploads: &'a Blobs,
    pub content: &'a Blobs,
    pub members: &'a Members,
    pub account: &'a Account,
}

impl Removal<'_> {
    /// Puts the tombstone up at `now_ms`, in Unix milliseconds, which ends every session, and erases until a
    /// look finds nothing. Account and handle stay: see [`Removal::finish`].
    ///
    /// # Errors
    /// A store that failed, an account that is gone, or files that kept coming.
    pub async fn erase(&self, now_ms: u64) -> anyhow::Result<Erased> {
        let handles = self.account.handles().map(String::as_str);
        let noted = self
            .members
            .note_unsettled(&self.account.id, handles, now_ms);
        noted.await?;
        let departs = self.members.depart(self.account, now_ms / 1000).await?;
        anyhow::ensure!(departs, "the member was removed meanwhile");
        let mut erased = Erased::default();
        for _ in 0..ROUNDS {
            let found = self.look(now_ms).await?;
            if found.is_nothing() {
                return Ok(erased);
            }
            erased = erased.and(found);
        }
        anyhow::bail!("files kept coming for {ROUNDS} rounds; say it again in a minute")
    }

    /// Takes the account away and lets the handle go. To be called when nothing is left.
    pub async fn finish(&self, now_ms: u64) -> anyhow::Result<()> {
        let gone = self.members.forget(self.account, now_ms / 1000).await?;
        anyhow::ensure!(gone, "the member was removed meanwhile");
        Ok(())
    }

    /// Erases what is there now: sources before what is made of them.
    async fn look(&self, now_ms: u64) -> anyhow::Result<Erased> {
        let id = &self.account.id;
        let mut erased = Erased::default();
        for prefix in [
            SourceKey::prefix(id),
            OriginalKey::prefix(id),
            FileKey::prefix(id),
            LaterKey::prefix(id),
            NowKey::prefix(id),
            FileChangeKey::prefix(id),
        ] {
            erased.uploads += self.uploads.delete_every_version(&prefix).await?;
        }
        for change in [
            PictureChangeKey::new(id).key(),
            PictureChangeKey::removal(id).key(),
            NameChangeKey::new(id).key(),
        ] {
            erased.uploads += self.uploads.erase_object(&change).await?;
        }

        let mut published = Vec::new();
        for handle in self.account.handles() {
            let own_page = content_key(handle);
            published.push(self.content.versions(&own_page).await?.of(&own_page));
            for prefix in [
                member_content_prefix(handle),
                MovedKey::of_member(handle),
                pictures_prefix(handle),
                files_prefix(handle),
            ] {
                published.push(self.content.versions(&prefix).await?);
            }
            // Asked after the listing: another hand may have finished, and the handle be somebody else's.
            let departed = Departed {
                id: id.clone(),
                handle: handle.clone(),
            };
            let is_ours = self.members.is_left_by(&departed).await?;
            anyhow::ensure!(is_ours, "the member was removed meanwhile");
        }
        for versions in published {
            erased.published += self.content.erase(versions).await?;
        }
        // Also where nothing was left to erase: the run before may have been cut short.
        for handle in self.account.handles() {
            manifest::settle_handle(self.content, self.members, handle, now_ms).await?;
        }
        erased.items = self.members.erase_items(self.account).await?;
        Ok(erased)
    }
}
