//! Files of members when a function is cut short: a document shows the old picture or the new one, never a
//! broken one, and the next try sets it right.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use base64ct::{Base64, Encoding as _};
use blobs::layout::{FileChangeKey, FileKey, FileNote, SourceKey, files_prefix};
use blobs::{Condition, Upload};
use endpoint::{Bearer, Clock, Origins, configuration};
use image::ImageFormat;
use members::{Account, FileState, Usage};
use serde_json::{Value, json};

use crate::photo::plain;
use crate::picture_faults::{Pause, Stores, at_every_call, is_near, put, stack};

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
    pub(crate) async fn with_file(&self, handle: &str) -> Account {
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

pub(crate) async fn rewritten(stores: &Stores, event: &Value) {
    let answer = rewrite_readme::handler(&stores.rewrite_readme(), event.clone()).await;
    assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}));
}

/// What S3 says of what was written to ask for documents to be looked at: of the change, and then of them.
async fn asked(stores: &Stores, account: &Account) -> Vec<Value> {
    let change = FileChangeKey::new(&account.id, "arm.png").key();
    let mut keys: BTreeSet<String> = stores.asked(account).await;
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

/// An event of API Gateway's with a member's token.
fn event(path: &str, token: &str, content_type: &str, body: &[u8]) -> Value {
    json!({
        "version": "2.0", "routeKey": format!("ANY {path}"), "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": content_type, "authorization": format!("Bearer {token}")},
        "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
        "body": Base64::encode_string(body), "isBase64Encoded": true
    })
}

/// A form with one file, and its path.
fn form(token: &str, path: &str, bytes: &[u8]) -> Value {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\n{path}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
    event(
        "/api/upload_file",
        token,
        "multipart/form-data; boundary=b",
        &body,
    )
}

/// An upload that is cut short leaves the old file or the new one, whole; it takes no room for good, and lets no
/// one more in.
#[tokio::test]
async fn an_upload_of_a_file_that_is_cut_short_is_whole_or_not_there() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let quota = Usage {
        count: 1,
        bytes: u64::MAX / 2,
    };
    let new = plain(NEW, 64, ImageFormat::Png);
    for (by_address, replaces) in [(false, false), (false, true), (true, false), (true, true)] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let handle = format!("jo-{at}-{commits}-{by_address}-{replaces}");
            let account = healthy.member(&handle).await;
            let old = plain(OLD, 48, ImageFormat::Png);
            if replaces {
                healthy.send_file(&account, old.clone()).await;
            }
            let late = Arc::new(AtomicU64::new(0));
            let seconds = Arc::clone(&late);
            let clock = Clock::from_fn(move || {
                SystemTime::now() + Duration::from_secs(seconds.load(Ordering::SeqCst))
            });
            let bearer = |stores: &Stores| Bearer {
                members: stores.members.clone(),
                tokens: configuration::tokens(&environment).unwrap(),
                clock: clock.clone(),
            };
            let token = bearer(&healthy).tokens;
            let now = clock.unix_seconds();
            let token = token.issue(&account.id, 1, now, rand::random()).await;
            let token = token.unwrap();
            let origins = Origins::default();
            let forms = |stores: &Stores| upload_file::State {
                bearer: bearer(stores),
                uploads: stores.uploads.clone(),
                quota,
                origins: Origins::default(),
            };
            let send = async |stores: &Stores, path: &str, bytes: &[u8]| {
                let state = forms(stores);
                let answer = endpoint::invoke(&origins, form(&token, path, bytes), "r", |request| {
                    upload_file::handler(&state, request)
                });
                Box::pin(answer).await.status_code
            };
            let status = if by_address {
                let state = upload_url::State {
                    bearer: bearer(&killed),
                    uploads: killed.uploads.clone(),
                    quota,
                    origins: Origins::default(),
                };
                let body = json!({"kind": "file", "path": PATH, "content_type": "image/png", "size": new.len()});
                let body = event("/api/upload_url", &token, "application/json", body.to_string().as_bytes());
                let answer = endpoint::invoke(&origins, body, "r", |request| {
                    upload_url::handler(&state, request)
                });
                Box::pin(answer).await.status_code
            } else {
                send(&killed, PATH, &new).await
            };
            let accepted = if by_address { 200 } else { 202 };
            assert!([accepted, 503].contains(&status), "{status} at {at}");
            let prefix = FileKey::prefix(&account.id);
            let stored = async || healthy.uploads.list_all(&prefix).await.unwrap();
            let key = FileKey::of(&account.id, PATH).key();
            let is = healthy.uploads.get(&key, 1 << 20).await.unwrap();
            let is = is.map(|object| object.bytes.to_vec());
            let was = replaces.then_some(old);
            assert!(is == was || (!by_address && is.as_ref() == Some(&new)), "at {at}");
            if status == 202 {
                assert_eq!(is.as_ref(), Some(&new), "at {at}");
            }

            // While the first may be under way, no more get in than there is room for.
            let _ = send(&healthy, "second.png", &new).await;
            assert!(stored().await.len() <= 1, "at {at}");
            late.store(60 * 60, Ordering::SeqCst);
            let wanted = if stored().await.is_empty() { 202 } else { 409 };
            assert_eq!(send(&healthy, "third.png", &new).await, wanted, "at {at}");
            assert_eq!(stored().await.len(), 1, "at {at}");
        })
        .await;
        assert!(calls > 3, "{calls} calls");
    }
}

/// What was deleted can be put once more to an address that is still good: it doesn't stay where the quota has no
/// room for it.
#[tokio::test]
async fn an_address_that_is_used_again_after_a_deletion_exceeds_no_quota() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    let mut resize = stores.resize_picture();
    resize.quota.count = 1;
    let key = FileKey::of(&account.id, PATH).key();
    for (other, is_kept) in [(false, true), (true, false)] {
        if other {
            let other = FileKey::of(&account.id, "other.png").key();
            let note = FileNote {
                path: "other.png".to_owned(),
                account_version: account.version,
                reservation: None,
            };
            let upload = Upload {
                bytes: plain(OLD, 48, ImageFormat::Png).into(),
                metadata: note.to_metadata(),
                ..Upload::default()
            };
            let put = stores.uploads.put(&other, upload, Condition::Always);
            put.await.unwrap();
        }
        let note = FileNote {
            path: PATH.to_owned(),
            account_version: account.version,
            reservation: Some("settled-long-ago".to_owned()),
        };
        let upload = Upload {
            bytes: plain(NEW, 64, ImageFormat::Png).into(),
            metadata: note.to_metadata(),
            ..Upload::default()
        };
        let put = stores.uploads.put(&key, upload, Condition::Always);
        put.await.unwrap();
        let event = stores.tells(&key);
        let answer = resize_picture::handler(&resize, event.clone()).await;
        assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}));
        let head = stores.uploads.head(&key).await.unwrap();
        assert_eq!(head.is_some(), is_kept, "{other}");
        stores.uploads.delete(&key).await.unwrap();
        let answer = resize_picture::handler(&resize, event).await;
        assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}));
    }
}

/// A file that is replaced or deleted between any two calls of the conversion of a document that shows it.
#[tokio::test]
async fn a_file_that_changes_while_its_document_is_converted_is_shown_as_it_is_now() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for taken_away in [false, true] {
        let mut at = 0;
        loop {
            let mut calls_in_all = 0;
            for &commits in crate::before_and_after(at) {
                let handle = format!("jo-{at}-{commits}-{taken_away}");
                let account = healthy.with_file(&handle).await;
                let pause = Pause {
                    at,
                    commits,
                    dies: false,
                };
                let (stores, paused) = Stores::paused(&environment, pause);
                let note = healthy.tells(&SourceKey::new(&account.id, "readme").key());
                let converting = async {
                    let state = stores.rewrite_readme();
                    let answer = rewrite_readme::handler(&state, note.clone()).await;
                    answer.unwrap()
                };
                let changing = async {
                    let event = if taken_away {
                        let key = FileKey::of(&account.id, PATH).key();
                        healthy.uploads.delete(&key).await.unwrap();
                        healthy.tells(&key)
                    } else {
                        let new = plain(NEW, 64, ImageFormat::Png);
                        healthy.send_file(&account, new).await
                    };
                    resized(&healthy, &event).await;
                };
                let (answer, ()) = paused.beside(converting, changing).await;
                healthy.published(&account).await;
                if answer != json!({"batchItemFailures": []}) {
                    rewritten(&healthy, &note).await;
                }
                deliver_all(&healthy, &account).await;
                let now = healthy.published(&account).await;
                if taken_away {
                    assert_eq!(now, None, "at {at}, {commits}");
                } else {
                    assert!(
                        healthy.shows(&account, NEW).await,
                        "{now:?} at {at}, {commits}"
                    );
                }
                let left = healthy.file_versions(&account.handle).await;
                assert_eq!(left, usize::from(!taken_away), "at {at}, {commits}");
                calls_in_all = paused.made();
            }
            if calls_in_all <= at {
                break;
            }
            at += 1;
        }
        assert!(at > 8, "{at} calls");
    }
}
