//! Files of members when a function is cut short: a document shows the old picture or the new one, never a
//! broken one, and the next try sets it right.

use std::collections::BTreeSet;

use blobs::layout::{FileChangeKey, FileKey, FileNote, SourceKey, files_prefix};
use blobs::{Condition, Upload};
use image::ImageFormat;
use members::{Account, FileState};
use serde_json::{Value, json};

use crate::photo::plain;
use crate::picture_faults::{Stores, at_every_call, is_near, put, stack};

const OLD: u8 = 60;
const NEW: u8 = 180;
pub(crate) const PATH: &str = "img/arm.png";

impl Stores {
    /// Puts a file as `upload_file` does, and returns what S3 says of it.
    pub(crate) async fn send_file(&self, account: &Account, bytes: Vec<u8>) -> Value {
        let key = FileKey::of(&account.id, PATH).key();
        let note = FileNote {
            path: PATH.to_owned(),
            account_version: account.version,
            reservation: None,
        };
        let upload = Upload {
            bytes: bytes.into(),
            content_type: "application/octet-stream",
            metadata: note.to_metadata(),
            ..Upload::default()
        };
        let put = self.uploads.put(&key, upload, Condition::Always);
        put.await.unwrap();
        self.tells(&key)
    }

    /// A member whose page shows a file of the shade [`OLD`].
    async fn with_file(&self, handle: &str) -> Account {
        let account = self.member(handle).await;
        let event = self
            .send_file(&account, plain(OLD, 48, ImageFormat::Png))
            .await;
        resized(self, &event).await;
        let key = SourceKey::new(&account.id, "readme").key();
        put(&self.uploads, &key, "# Jo\n\n![The arm](./img/arm.png)\n").await;
        rewritten(self, &self.tells(&key)).await;
        assert!(self.shows(&account, OLD).await);
        account
    }

    /// Whether the page shows a picture of that shade, which is there.
    async fn shows(&self, account: &Account, shade: u8) -> bool {
        self.published(account)
            .await
            .is_some_and(|is| is_near(is, shade))
    }

    /// How many versions there are of what the web sees of the member's files.
    pub(crate) async fn file_versions(&self, handle: &str) -> usize {
        let prefix = files_prefix(handle);
        self.content.versions(&prefix).await.unwrap().len()
    }
}

pub(crate) async fn resized(stores: &Stores, event: &Value) {
    let answer = resize_picture::handler(&stores.resize_picture(), event.clone()).await;
    assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}));
}

async fn rewritten(stores: &Stores, event: &Value) {
    let answer = rewrite_readme::handler(&stores.rewrite_readme(), event.clone()).await;
    assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}));
}

/// What S3 says of what was written to ask for documents to be looked at: of the change, and then of them.
async fn asked(stores: &Stores, account: &Account) -> Vec<Value> {
    let change = FileChangeKey::new(&account.id, "arm.png").key();
    let mut keys: BTreeSet<String> = stores.later(account).await;
    if stores.uploads.head(&change).await.unwrap().is_some() {
        keys.insert(change);
    }
    keys.iter().map(|key| stores.tells(key)).collect()
}

/// Delivers what S3 says until nothing is asked for any more.
async fn deliver_all(stores: &Stores, account: &Account) {
    for _ in 0..2 {
        for event in asked(stores, account).await {
            rewritten(stores, &event).await;
            // Never a broken picture: `published` looks.
            stores.published(account).await;
        }
    }
}

#[tokio::test]
async fn a_killed_resize_of_a_file_leaves_the_old_picture_or_the_new_one() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for taken_away in [false, true] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let handle = format!("jo-{at}-{commits}-{taken_away}");
            let account = healthy.with_file(&handle).await;
            let event = if taken_away {
                let key = FileKey::of(&account.id, PATH).key();
                healthy.uploads.delete(&key).await.unwrap();
                healthy.tells(&key)
            } else {
                healthy
                    .send_file(&account, plain(NEW, 64, ImageFormat::Png))
                    .await
            };
            // What becomes of the first try is the second one's matter.
            let _ = resize_picture::handler(&killed.resize_picture(), event.clone()).await;
            assert!(healthy.shows(&account, OLD).await, "at {at}");
            deliver_all(&healthy, &account).await;
            let between = healthy.published(&account).await;
            let is = |expected| between.is_some_and(|is| is_near(is, expected));
            assert!(
                is(OLD) || (taken_away && between.is_none()) || (!taken_away && is(NEW)),
                "{between:?} at {at}"
            );

            for _ in 0..2 {
                resized(&healthy, &event).await;
                deliver_all(&healthy, &account).await;
            }
            let now = healthy.published(&account).await;
            let file = FileKey::of(&account.id, PATH).file_id;
            let file = healthy.members.file(&account.id, &file).await.unwrap();
            if taken_away {
                assert_eq!((now, file), (None, None), "at {at}");
            } else {
                assert!(healthy.shows(&account, NEW).await, "{now:?} at {at}");
                let file = file.unwrap();
                assert_eq!(file.state, FileState::Ready);
                assert!(!file.telling && file.replaced.is_empty(), "at {at}");
            }
            // Once nobody can be at work any more, the sweep takes what was left behind; twice is once.
            let mut shelf = healthy.shelf();
            shelf.now_ms += 2 * 60 * 60 * 1000;
            for _ in 0..2 {
                shelf.sweep_files(&account, &[]).await.unwrap();
                let left = healthy.file_versions(&account.handle).await;
                assert_eq!(left, usize::from(!taken_away), "at {at}");
            }
        })
        .await;
        assert!(calls > 8, "{calls} calls");
    }
}

#[tokio::test]
async fn a_killed_conversion_shows_a_file_that_is_there() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for taken_away in [false, true] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let handle = format!("jo-{at}-{commits}-{taken_away}");
            let account = healthy.with_file(&handle).await;
            if taken_away {
                let key = FileKey::of(&account.id, PATH).key();
                healthy.uploads.delete(&key).await.unwrap();
                resized(&healthy, &healthy.tells(&key)).await;
            } else {
                let event = healthy
                    .send_file(&account, plain(NEW, 64, ImageFormat::Png))
                    .await;
                resized(&healthy, &event).await;
            }
            assert!(
                healthy.shows(&account, OLD).await,
                "spared until it is converted"
            );

            let mut told = asked(&healthy, &account).await;
            for event in &told {
                let _ = rewrite_readme::handler(&killed.rewrite_readme(), event.clone()).await;
                healthy.published(&account).await;
            }
            let more = asked(&healthy, &account).await;
            for event in &more {
                let _ = rewrite_readme::handler(&killed.rewrite_readme(), event.clone()).await;
                healthy.published(&account).await;
            }
            // A message that fails comes again, whether or not what asked for it is still there.
            told.extend(more);
            for event in &told {
                rewritten(&healthy, event).await;
            }
            deliver_all(&healthy, &account).await;
            let now = healthy.published(&account).await;
            if taken_away {
                assert_eq!(now, None, "at {at}");
            } else {
                assert!(healthy.shows(&account, NEW).await, "{now:?} at {at}");
            }
            let left = healthy.file_versions(&account.handle).await;
            assert_eq!(
                left,
                usize::from(!taken_away),
                "nothing keeps the old one at {at}"
            );
        })
        .await;
        assert!(calls > 8, "{calls} calls");
    }
}
