//! What is found of a member who is gone, by functions that were told of it late.

use blobs::layout::{
    FileChangeKey, FileKey, HandleChangeKey, MovedKey, NameChangeKey, OriginalKey,
    PictureChangeKey, SourceKey, content_key, files_prefix, owner, pictures_prefix,
};
use blobs::{Blobs, Versions};
use members::{Departed, Members};

/// What is left of a member.
#[derive(Debug, Clone, Copy)]
pub struct Leavings<'a> {
    pub uploads: &'a Blobs,
    pub content: &'a Blobs,
    pub members: &'a Members,
    pub departed: &'a Departed,
    /// The time, in Unix milliseconds.
    pub now_ms: u64,
}

impl Leavings<'_> {
    /// Erases a README and what was published of it, every version of both.
    pub async fn erase_readme(&self, source: &SourceKey) -> anyhow::Result<()> {
        let output = content_key(&source.entry_id(&self.departed.handle));
        let published = self.content.versions(&output).await?.of(&output);
        self.erase_published(published).await?;
        let moved = MovedKey::of_member(&self.departed.handle);
        let moved = self.content.versions(&moved).await?;
        self.erase_published(moved).await?;
        self.settle().await?;
        // Last: as long as it is there, somebody is told of it again.
        self.uploads.erase_object(&source.key()).await?;
        self.tell("a README");
        Ok(())
    }

    /// Erases an original and what was made of it, every version of all, and the word that the handle changed.
    pub async fn erase_picture(&self) -> anyhow::Result<()> {
        let prefix = pictures_prefix(&self.departed.handle);
        let renditions = self.content.versions(&prefix).await?;
        self.erase_published(renditions).await?;
        manifest::settle_member(self.members, &self.departed.handle, self.now_ms).await?;
        for key in [
            HandleChangeKey::new(&self.departed.id).key(),
            OriginalKey::new(&self.departed.id).key(),
        ] {
            self.uploads.erase_object(&key).await?;
        }
        self.tell("a picture");
        Ok(())
    }

    /// Erases the word that a picture changed.
    pub async fn erase_picture_change(&self, change: &PictureChangeKey) -> anyhow::Result<()> {
        self.uploads.erase_object(&change.key()).await?;
        Ok(())
    }

    /// Erases the word that the name changed.
    pub async fn erase_name_change(&self) -> anyhow::Result<()> {
        let key = NameChangeKey::new(&self.departed.id).key();
        self.uploads.erase_object(&key).await?;
        Ok(())
    }

    /// Erases a file and what was made of all of them, every version.
    pub async fn erase_file(&self, file: &FileKey) -> anyhow::Result<()> {
        let prefix = files_prefix(&self.departed.handle);
        let renditions = self.content.versions(&prefix).await?;
        self.erase_published(renditions).await?;
        self.uploads.erase_object(&file.key()).await?;
        self.tell("a file");
        Ok(())
    }

    /// Erases the word that files of a name changed.
    pub async fn erase_file_change(&self, change: &FileChangeKey) -> anyhow::Result<()> {
        self.uploads.erase_object(&change.key()).await?;
        Ok(())
    }

    /// Erases what was listed under the member's handle. If somebody else has the handle by now, then
    /// only what was written for the member who is gone: the handle is looked at after the listing, so
    /// that nothing of its next owner can be in a listing that is erased whole.
    async fn erase_published(&self, listed: Versions) -> anyhow::Result<()> {
        if listed.is_empty() {
            return Ok(());
        }
        let doomed = if self.members.is_left_by(self.departed).await? {
            listed
        } else {
            let owner = owner(&self.departed.id);
            self.content.owned(listed, &owner).await?
        };
        if !doomed.is_empty() {
            self.content.erase(doomed).await?;
        }
        Ok(())
    }

    /// Keeps nothing of what isn't there any more under the member's handle.
    async fn settle(&self) -> anyhow::Result<()> {
        let handle = &self.departed.handle;
        manifest::settle_handle(self.content, self.members, handle, self.now_ms).await?;
        Ok(())
    }

    fn tell(&self, what: &str) {
        tracing::info!(
            member = self.departed.id,
            "erased {what} of a member who is gone"
        );
    }
}
