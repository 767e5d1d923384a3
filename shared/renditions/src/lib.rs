//! What the web sees of members' pictures and files: renditions stored, the profile or the file pointed at
//! them, what was replaced swept away, the READMEs that show it looked at again.
//!
//! A build reads of a member's picture what the manifest keeps of them: that the member is about to change is noted before the profile is
//! pointed anywhere else, and what it points at is kept before anything is swept.
//!
//! In that order, so that whatever cuts it short leaves the old picture or the new one, and neither a
//! profile nor a published document ever points at what isn't there. Renditions that nothing names by
//! then are left for a later sweep.

mod files;
mod original;
mod sweep;

use std::borrow::Cow;

use anyhow::Context as _;
use blobs::layout::{self, PictureChangeKey};
use blobs::{Blobs, Condition, Upload};
use bytes::Bytes;
use futures::future::try_join_all;
use members::{Account, Members, Picture, Seen};
use picture::Rendition;

pub use files::Made;
pub use original::{put_away, put_away_waiting};
pub use sweep::LetGo;

/// What is under a rendition's key never changes. CloudFront asks again after five minutes whether it is
/// still there, so that one that was replaced is gone soon without a word, which costs, and one that was taken
/// away even if nobody could tell it.
const CACHE_CONTROL: &str = "public, max-age=31536000, s-maxage=300, immutable";
/// How often a picture is put where it belongs against others who change the account meanwhile.
const ROUNDS: usize = 5;
/// Largest rendition that is moved, in bytes; 512 pixels take a tenth of that.
const MAX_RENDITION_BYTES: usize = 4 * 1024 * 1024;

/// A member's picture after a change of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What the profile points at now.
    pub picture: Picture,
    /// What it pointed at before; no profile will ever point at it again.
    pub replaced: Picture,
}

/// Where members' pictures are kept.
#[derive(Debug, Clone, Copy)]
pub struct Shelf<'a> {
    pub uploads: &'a Blobs,
    pub content: &'a Blobs,
    pub members: &'a Members,
    /// The time, in Unix milliseconds.
    pub now_ms: u64,
}

impl Shelf<'_> {
    /// Stores renditions under keys that only this upload has, points the profile at them, and sweeps away
    /// what it pointed at before. A member who was renamed meanwhile has them under the new handle.
    /// `None`: the profile was changed meanwhile, as [`Members::set_picture`] says, or is gone, and
    /// what was stored goes again.
    ///
    /// `file` is the name of the file that they were made of, empty where that isn't known. `upload` is
    /// random: nobody else, and no second try, ever uses these keys.
    pub async fn put(
        self,
        account: &Account,
        renditions: Vec<Rendition>,
        file: &str,
        upload: [u8; 16],
        seen: Seen,
    ) -> anyhow::Result<Option<Changed>> {
        let upload = base16ct::lower::encode_string(&upload);
        let files = renditions.into_iter();
        let files: Vec<_> = files
            .map(|Rendition { size, bytes }| (size.to_string(), Bytes::from(bytes)))
            .collect();
        let file = layout::kept_file_name(file);
        let mut account = Cow::Borrowed(account);
        for _ in 0..ROUNDS {
            let picture = self.store(&account, &files, &upload).await?;
            // Only now, with every rendition stored.
            self.note(&account).await?;
            let set = self.members.set_picture(&account, &picture, file, seen);
            let changed = self.tidy(&account, &picture, set.await?).await?;
            if changed.is_some() || seen == Seen::Unchanged {
                return Ok(changed);
            }
            match self.members.by_id(&account.id).await? {
                Some(now) if now.handle != account.handle => account = Cow::Owned(now),
                _ => return Ok(None),
            }
        }
        anyhow::bail!("the member was renamed {ROUNDS} times meanwhile")
    }

    /// Brings the renditions of a member who was renamed under their handle. What READMEs show of those under
    /// former handles stays until they are converted again. Doing it again does what is left. `random` makes
    /// names as [`Shelf::put`] takes one.
    pub async fn follow_handle(
        self,
        account: &Account,
        random: fn() -> [u8; 16],
    ) -> anyhow::Result<()> {
        for _ in 0..ROUNDS {
            let now = self.members.by_id(&account.id).await?;
            let now = now.context("the member was removed meanwhile")?;
            let picture = now.picture.clone().unwrap_or_default();
            let here = layout::pictures_prefix(&now.handle);
            if picture.0.values().all(|key| key.starts_with(&here)) {
                manifest::settle_account(self.members, &now, self.now_ms).await?;
                self.sweep(&now, &Picture::default()).await?;
                return self.files_follow_handle(&account.id, random).await;
            }
            let Some(files) = self.files(&picture).await? else {
                continue;
            };
            let upload = base16ct::lower::encode_string(&random());
            let moved = self.store(&now, &files, &upload).await?;
            self.note(&now).await?;
            let set = self.members.move_picture(&now, &moved);
            self.tidy(&now, &moved, set.await?).await?;
        }
        anyhow::bail!("the member kept changing the picture; say it again")
    }

    /// The renditions of a picture by their sizes; `None`: it was replaced meanwhile.
    async fn files(self, picture: &Picture) -> blobs::Result<Option<Vec<(String, Bytes)>>> {
        let files = picture.0.iter().map(async |(size, key)| {
            let found = self.content.get(key, MAX_RENDITION_BYTES).await?;
            blobs::Result::Ok(found.map(|object| (size.clone(), object.bytes)))
        });
        Ok(try_join_all(files).await?.into_iter().collect())
    }

    /// Stores renditions, by their sizes, under keys that only `upload` has.
    async fn store(
        self,
        account: &Account,
        files: &[(String, Bytes)],
        upload: &str,
    ) -> anyhow::Result<Picture> {
        let stored = files.iter().map(async |(size, bytes)| {
            let key = layout::picture_key(&account.handle, upload, size, picture::EXTENSION);
            let put = self.put_rendition(account, None, &key, bytes.clone(), picture::CONTENT_TYPE);
            put.await?;
            blobs::Result::Ok((size.clone(), key))
        });
        Ok(Picture(try_join_all(stored).await?.into_iter().collect()))
    }

    /// Sweeps away what the profile pointed at before `picture`, and has READMEs follow; or `picture` itself, if
    /// nothing was `replaced`, since the profile isn't pointed at it.
    async fn tidy(
        self,
        account: &Account,
        picture: &Picture,
        replaced: Option<Picture>,
    ) -> anyhow::Result<Option<Changed>> {
        if let Some(replaced) = replaced {
            self.sweep_if_possible(account, &replaced).await;
            self.tell_readmes(&PictureChangeKey::new(&account.id))
                .await?;
            return Ok(Some(Changed {
                picture: picture.clone(),
                replaced,
            }));
        }
        // Looked at once more: of a call that was tried again the first try may have pointed at it.
        self.sweep(account, picture).await?;
        Ok(None)
    }

    /// Takes the picture off the profile, and sweeps it away. Returns what it pointed at; `None`: the account is gone or
    /// disabled. Doing it again changes nothing.
    pub async fn remove(self, account: &Account) -> anyhow::Result<Option<Picture>> {
        self.note(account).await?;
        let replaced = self.members.remove_picture(account).await?;
        if let Some(replaced) = &replaced {
            let swept = self.settle_and_sweep(account, replaced).await;
            // A removal where no picture is takes nothing away, and telling CloudFront of it costs.
            let change = if replaced.0.is_empty() {
                PictureChangeKey::new(&account.id)
            } else {
                PictureChangeKey::removal(&account.id)
            };
            self.tell_readmes(&change).await?;
            swept?;
        }
        Ok(replaced)
    }

    /// Notes that a build may be about to see another picture of the member.
    async fn note(self, account: &Account) -> members::Result<()> {
        let handles = [account.handle.as_str()];
        self.members
            .note_unsettled(&account.id, handles, self.now_ms)
            .await
    }

    /// Keeps what a build sees of the member, and sweeps away what that was before.
    async fn settle_and_sweep(self, account: &Account, replaced: &Picture) -> anyhow::Result<()> {
        manifest::settle_account(self.members, account, self.now_ms).await?;
        self.sweep(account, replaced).await
    }

    /// Has `rewrite_readme` look at the member's READMEs that show a picture, and tell CloudFront of a removal. It comes
    /// after the change of the profile, so that it finds the change, and after the sweep, so that CloudFront
    /// fetches nothing that is about to go; cut short before it, READMEs show the picture that they showed,
    /// which [`Shelf::sweep`] spares.
    async fn tell_readmes(self, change: &PictureChangeKey) -> blobs::Result<()> {
        let nothing = Upload {
            content_type: "application/octet-stream",
            ..Upload::default()
        };
        let key = change.key();
        self.uploads.put(&key, nothing, Condition::Always).await?;
        Ok(())
    }

    /// As [`Shelf::settle_and_sweep`], where the answer must not depend on it: the next minute's look and a later sweep do
    /// what this one couldn't.
    async fn sweep_if_possible(self, account: &Account, replaced: &Picture) {
        if let Err(error) = self.settle_and_sweep(account, replaced).await {
            tracing::warn!(
                member = account.id,
                cause = format!("{error:#}"),
                "renditions that nothing points at are left for a later sweep, and what builds see for the next minute's look"
            );
        }
    }
}
