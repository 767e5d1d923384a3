//! A member's picture: its renditions stored, the profile pointed at them, what was replaced swept
//! away.
//!
//! In that order, so that whatever cuts it short leaves the old picture or the new one, and a profile
//! never points at what isn't there. Renditions that no profile names by then are left for a later
//! sweep.

use blobs::{Blobs, Condition, Upload, layout};
use bytes::Bytes;
use futures::future::try_join_all;
use members::{Account, Members, Picture, Seen};
use picture::Rendition;

/// What is under a rendition's key never changes.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";
/// Renditions younger than this may be those of an upload that hasn't pointed the profile at them
/// yet, in seconds; no function runs as long.
const GRACE_SECONDS: u64 = 60 * 60;

/// A member's picture after a change of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What the profile points at now.
    pub picture: Picture,
    /// What it pointed at before; nothing will ever point at it again.
    pub replaced: Picture,
}

/// Where members' pictures are kept.
#[derive(Debug, Clone, Copy)]
pub struct Shelf<'a> {
    pub content: &'a Blobs,
    pub members: &'a Members,
}

impl Shelf<'_> {
    /// Stores renditions under keys that only this upload has, and points the profile at them.
    /// `None`: the profile was changed meanwhile, as [`Members::set_picture`] says, or is gone, and
    /// what was stored goes again.
    ///
    /// `file` is the name of the file that they were made of, empty where that isn't known. `upload` is random: nobody else, and no second try, ever uses these keys.
    pub async fn put(
        self,
        account: &Account,
        renditions: Vec<Rendition>,
        file: &str,
        upload: [u8; 16],
        seen: Seen,
    ) -> anyhow::Result<Option<Changed>> {
        let upload = base16ct::lower::encode_string(&upload);
        let stored = renditions.into_iter().map(async |rendition| {
            let Rendition { size, bytes } = rendition;
            let key = layout::picture_key(&account.handle, &upload, size, picture::EXTENSION);
            let file = Upload {
                bytes: Bytes::from(bytes),
                content_type: picture::CONTENT_TYPE,
                cache_control: Some(CACHE_CONTROL),
                ..Upload::default()
            };
            self.content.put(&key, file, Condition::Always).await?;
            blobs::Result::Ok((size.to_string(), key))
        });
        let picture = Picture(try_join_all(stored).await?.into_iter().collect());
        // Only now, with every rendition stored.
        match self.members.set_picture(account, &picture, file, seen).await? {
            Some(replaced) => Ok(Some(Changed { picture, replaced })),
            None => {
                for key in picture.0.values() {
                    self.content.delete(key).await?;
                }
                Ok(None)
            }
        }
    }

    /// Deletes the member's renditions that nothing points at: those of `replaced`, which the profile
    /// was pointed away from, and those that an upload left behind which was cut short. `now` in Unix
    /// seconds. Running it again, or twice at once, changes nothing more.
    pub async fn sweep(
        self,
        account: &Account,
        replaced: &Picture,
        now: u64,
    ) -> anyhow::Result<()> {
        let listed = self
            .content
            .list_all(&layout::pictures_prefix(&account.handle))
            .await?;
        // Read after the listing: what is listed, old and not named now never will be.
        let current = self.members.by_email(&account.email).await?;
        let live = current
            .and_then(|account| account.picture)
            .unwrap_or_default();
        let names = |picture: &Picture, key: &String| picture.0.values().any(|named| named == key);
        for entry in listed {
            let is_old = entry.last_modified.saturating_add(GRACE_SECONDS) < now;
            if !names(&live, &entry.key) && (is_old || names(replaced, &entry.key)) {
                self.content.delete(&entry.key).await?;
            }
        }
        Ok(())
    }

    /// As [`Shelf::sweep`], where the answer must not depend on it: a later sweep does what this one
    /// couldn't.
    pub async fn sweep_if_possible(self, account: &Account, replaced: &Picture, now: u64) {
        if let Err(error) = self.sweep(account, replaced, now).await {
            tracing::warn!(
                member = account.id,
                cause = format!("{error:#}"),
                "renditions that nothing points at are left for a later sweep"
            );
        }
    }
}
