//! A member's picture: its renditions stored, the profile pointed at them, the READMEs that show it
//! looked at again, what was replaced swept away.
//!
//! In that order, so that whatever cuts it short leaves the old picture or the new one, and neither a
//! profile nor a published document ever points at what isn't there. Renditions that nothing names by
//! then are left for a later sweep.

use blobs::layout::{self, PictureChangeKey};
use blobs::{Blobs, Condition, Upload};
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
    /// Stores renditions under keys that only this upload has, and points the profile at them.
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
        self.members.note_change(self.now_ms).await?;
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
        let file = layout::kept_file_name(file);
        let set = self.members.set_picture(account, &picture, file, seen);
        if let Some(replaced) = set.await? {
            self.tell_readmes(account).await?;
            return Ok(Some(Changed { picture, replaced }));
        }
        for key in picture.0.values() {
            self.content.delete(key).await?;
        }
        Ok(None)
    }

    /// Takes the picture off the profile. Returns what it pointed at; `None`: the account is gone or
    /// disabled. Doing it again changes nothing.
    pub async fn remove(self, account: &Account) -> anyhow::Result<Option<Picture>> {
        let replaced = self.members.remove_picture(account).await?;
        if replaced.is_some() {
            self.tell_readmes(account).await?;
        }
        Ok(replaced)
    }

    /// Has `rewrite_readme` look at the member's READMEs that show a picture. It comes after the
    /// change of the profile, so that it finds the change; cut short before it, they show the picture
    /// that they showed, which [`Shelf::sweep`] spares.
    async fn tell_readmes(self, account: &Account) -> blobs::Result<()> {
        let nothing = Upload {
            content_type: "application/octet-stream",
            ..Upload::default()
        };
        let key = PictureChangeKey::new(&account.id).key();
        self.uploads.put(&key, nothing, Condition::Always).await?;
        Ok(())
    }

    /// Deletes the member's renditions that nothing points at: those of `replaced`, which the profile
    /// was pointed away from, and those that an upload left behind which was cut short. What a report
    /// names stays, until its README is converted again. Running it again, or twice at once, changes
    /// nothing more.
    pub async fn sweep(self, account: &Account, replaced: &Picture) -> anyhow::Result<()> {
        let replaced: Vec<String> = replaced.0.values().cloned().collect();
        self.let_go(account, None, &replaced).await
    }

    /// As [`Shelf::sweep`], for `keys` that READMEs let go of: the report of `slug` may still name
    /// them, since a report that forgot them first would forget them for good if the sweep were cut
    /// short.
    pub async fn let_go(
        self,
        account: &Account,
        slug: Option<&str>,
        keys: &[String],
    ) -> anyhow::Result<()> {
        let listed = self
            .content
            .list_all(&layout::pictures_prefix(&account.handle))
            .await?;
        // Read after the listing: what is listed, old and not named now never will be. And the
        // reports after the account: whoever names a picture in one looks at the account then.
        let current = self.members.by_email(&account.email).await?;
        let live = current
            .and_then(|account| account.picture)
            .unwrap_or_default();
        let reports = self.members.reports(&account.id).await?;
        let is_shown = |key: &String| {
            reports.iter().any(|report| {
                let lets_go = slug == Some(report.slug.as_str()) && keys.contains(key);
                report.pictures.contains(key) && !lets_go
            })
        };
        let unused = listed
            .into_iter()
            .map(|entry| (entry.last_modified, entry.key));
        let unused = unused.filter(|(last_modified, key)| {
            let is_old = last_modified.saturating_add(GRACE_SECONDS) < self.now_ms / 1000;
            let is_named = live.0.values().any(|named| named == key) || is_shown(key);
            !is_named && (is_old || keys.contains(key))
        });
        let unused: Vec<String> = unused.map(|(_, key)| key).collect();
        if !unused.is_empty() {
            self.members.note_change(self.now_ms).await?;
        }
        for key in unused {
            self.content.delete(&key).await?;
        }
        Ok(())
    }

    /// As [`Shelf::sweep`], where the answer must not depend on it: a later sweep does what this one
    /// couldn't.
    pub async fn sweep_if_possible(self, account: &Account, replaced: &Picture) {
        if let Err(error) = self.sweep(account, replaced).await {
            tracing::warn!(
                member = account.id,
                cause = format!("{error:#}"),
                "renditions that nothing points at are left for a later sweep"
            );
        }
    }
}
