//! What the web sees of a member's file: stored under keys that only this upload has, and taken along when
//! the member is renamed.

use anyhow::Context as _;
use blobs::layout::{
    FileChangeKey, OF_FILE, OWNER, base_name, file_download_key, file_picture_key, of_file, owner,
    upload_of,
};
use blobs::{Condition, Upload};
use bytes::Bytes;
use members::{Account, File, FileState};

use crate::{CACHE_CONTROL, ROUNDS, Shelf};

/// Largest object that is moved, in bytes: a file that is downloaded as it was sent.
const MAX_MOVED_BYTES: usize = blobs::layout::MAX_ORIGINAL_BYTES;

/// What was made of a file.
#[derive(Debug, Clone)]
pub struct Made {
    pub bytes: Bytes,
    /// Width and height in pixels; `None` of what is downloaded.
    pub size: Option<(u32, u32)>,
    pub content_type: &'static str,
    /// The ending of its key.
    pub extension: &'static str,
}

impl Made {
    fn key(&self, handle: &str, upload: &str) -> String {
        match self.size {
            Some(size) => file_picture_key(handle, upload, size, self.extension),
            None => file_download_key(handle, upload, self.extension),
        }
    }
}

impl Shelf<'_> {
    /// Stores what was made of a file, and returns the keys in the same order. Nothing points at them yet.
    /// `upload` is random: nobody else, and no second try, ever uses these keys.
    ///
    /// # Errors
    /// A store that failed.
    pub async fn store_file(
        self,
        account: &Account,
        file_id: &str,
        made: &[Made],
        upload: [u8; 16],
    ) -> anyhow::Result<Vec<String>> {
        let upload = base16ct::lower::encode_string(&upload);
        let mut keys = Vec::new();
        for made in made {
            let key = made.key(&account.handle, &upload);
            let bytes = made.bytes.clone();
            self.put_rendition(account, Some(file_id), &key, bytes, made.content_type)
                .await?;
            keys.push(key);
        }
        Ok(keys)
    }

    /// Stores what the web may see of a file, or of the profile's picture, under a key that was never used before.
    pub(crate) async fn put_rendition(
        self,
        account: &Account,
        file_id: Option<&str>,
        key: &str,
        bytes: Bytes,
        content_type: &str,
    ) -> blobs::Result<()> {
        let is_picture = content_type.starts_with("image/");
        let file = Upload {
            bytes,
            content_type,
            cache_control: Some(CACHE_CONTROL),
            // What isn't drawn anew by us is opened by no page of the site's.
            content_disposition: (!is_picture).then_some("attachment"),
            metadata: [(OWNER.to_owned(), owner(&account.id))]
                .into_iter()
                .chain(file_id.map(|id| (OF_FILE.to_owned(), of_file(&account.id, id))))
                .collect(),
        };
        self.content.put(key, file, Condition::Always).await?;
        Ok(())
    }

    /// Has `rewrite_readme` look at the member's READMEs that ask for a file by the name of `path`. It comes
    /// after the change of the file, so that it finds the change.
    ///
    /// # Errors
    /// A store that failed.
    pub async fn tell_of_file(self, member_id: &str, path: &str) -> anyhow::Result<()> {
        let name = base_name(path);
        let upload = Upload {
            bytes: Bytes::copy_from_slice(name.as_bytes()),
            content_type: "text/plain; charset=utf-8",
            ..Upload::default()
        };
        let key = FileChangeKey::new(member_id, name).key();
        self.uploads.put(&key, upload, Condition::Always).await?;
        Ok(())
    }

    /// Brings what the web sees of the files of a member who was renamed under their handle. What READMEs show
    /// under former ones stays until they are converted again. Doing it again does what is left.
    pub(crate) async fn files_follow_handle(
        self,
        member_id: &str,
        random: fn() -> [u8; 16],
    ) -> anyhow::Result<()> {
        for _ in 0..ROUNDS {
            let now = self.members.by_id(member_id).await?;
            let now = now.context("the member was removed meanwhile")?;
            let here = blobs::layout::files_prefix(&now.handle);
            let mut is_done = true;
            for file in self.members.files(member_id, "").await? {
                let is_here = file.renditions.iter().all(|key| key.starts_with(&here));
                if !is_here && file.state != FileState::Gone {
                    is_done &= self.move_file(&now, &file, random()).await?;
                }
            }
            if is_done {
                return self.sweep_files(&now, &[]).await;
            }
        }
        anyhow::bail!("the member's files kept changing; say it again")
    }

    /// Copies the renditions of one file under the member's handle, and points the file at them. `false`: it
    /// changed meanwhile.
    async fn move_file(
        self,
        account: &Account,
        file: &File,
        upload: [u8; 16],
    ) -> anyhow::Result<bool> {
        let upload = base16ct::lower::encode_string(&upload);
        let mut moved = Vec::new();
        for key in &file.renditions {
            let Some(to) = self.copy(account, &file.id, key, &upload).await? else {
                // It was replaced meanwhile, by one that is under the handle of now.
                return Ok(true);
            };
            moved.push(to);
        }
        let after = File {
            renditions: moved,
            ..file.clone()
        };
        Ok(self.members.put_file(account, Some(file), &after).await?)
    }
    /// Copies all renditions of a former upload of a file under the member's handle, where nothing but a report names them,
    /// and returns where that of `key` is now. `None`: it is gone.
    ///
    /// # Errors
    /// A store that failed.
    pub async fn bring_file(
        self,
        account: &Account,
        file_id: &str,
        key: &str,
    ) -> anyhow::Result<Option<String>> {
        let upload = base_name(upload_of(key));
        let mut here = None;
        for entry in self.content.list_all(upload_of(key)).await? {
            let to = self.copy(account, file_id, &entry.key, upload).await?;
            if entry.key == key {
                here = to;
            }
        }
        Ok(here)
    }

    /// Copies one rendition under the member's handle, as one of `upload`. `None`: it is gone.
    async fn copy(
        self,
        account: &Account,
        file_id: &str,
        key: &str,
        upload: &str,
    ) -> anyhow::Result<Option<String>> {
        let Some(found) = self.content.get(key, MAX_MOVED_BYTES).await? else {
            return Ok(None);
        };
        let sized = key.strip_prefix(upload_of(key)).unwrap_or_default();
        let content_type = match sized.rsplit_once('.') {
            Some((_, "pdf")) => "application/pdf",
            Some((_, picture::SVG_EXTENSION)) => picture::SVG_CONTENT_TYPE,
            _ => picture::CONTENT_TYPE,
        };
        let prefix = blobs::layout::files_prefix(&account.handle);
        let to = format!("{prefix}{upload}{sized}");
        self.put_rendition(account, Some(file_id), &to, found.bytes, content_type)
            .await?;
        Ok(Some(to))
    }
}
