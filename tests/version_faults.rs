//! What comes back, and what is erased for good, when a function is cut short or another one is at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use blobs::layout::{SourceKey, SourceNote};
use blobs::{Condition, Upload, Version};
use endpoint::{Clock, Environment, Origins};
use members::{Account, Review, Usage};
use serde_json::{Value, json};

use crate::picture_faults::{Pause, Stores, at_every_call, stack};

pub(crate) const OLD: &str = "# Old\n\nLonger than what came after.\n";
pub(crate) const NEW: &str = "# New\n";

/// `versions`, `readmes` and `rename` for one member, before stores that may fail.
pub(crate) struct Functions<'a> {
    environment: &'a Environment,
    account: &'a Account,
    token: String,
    quota: Usage,
    clock: Clock,
    review: Review,
}

impl<'a> Functions<'a> {
    pub(crate) async fn of(environment: &'a Environment, account: &'a Account) -> Self {
        let state = readmes::State::from_env(environment).unwrap();
        let now = state.bearer.clock.unix_seconds();
        let token = state
            .bearer
            .tokens
            .issue(&account.id, 1, now, rand::random());
        Self {
            environment,
            account,
            token: token.await.unwrap(),
            quota: Usage {
                count: 1,
                bytes: u64::MAX / 2,
            },
            clock: Clock::system(),
            review: Review::Off,
        }
    }

    /// The same on a site where editors look first.
    pub(crate) fn under(self, review: Review) -> Self {
        Self { review, ..self }
    }

    fn event(&self, method: &str, path: &str, query: &Value, body: &str) -> Value {
        let pairs = query.as_object().unwrap().iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
            .collect();
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": pairs.join("&"),
            "queryStringParameters": query,
            "headers": {"content-type": "application/json", "authorization": format!("Bearer {}", self.token)},
            "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
            "body": body, "isBase64Encoded": false
        })
    }

    pub(crate) async fn restore(&self, stores: &Stores, slug: &str, version: &str) -> i64 {
        let mut state = versions::State::from_env(self.environment).unwrap();
        state.bearer.members = stores.members.clone();
        state.bearer.clock = self.clock.clone();
        state.uploads = stores.uploads.clone();
        state.quota = self.quota;
        let path = format!("/api/readmes/{slug}/restore");
        let body = json!({"version": version}).to_string();
        let event = self.event("POST", &path, &json!({}), &body);
        let origins = Origins::default();
        let answer = endpoint::invoke(&origins, event, "r", |request| {
            versions::handler(&state, request)
        });
        Box::pin(answer).await.status_code
    }

    pub(crate) async fn rename(&self, stores: &Stores, slug: &str, to: &str) -> i64 {
        let mut state = rename::State::from_env(self.environment).unwrap();
        state.bearer.members = stores.members.clone();
        state.uploads = stores.uploads.clone();
        state.review = self.review;
        let path = format!("/api/readmes/{slug}/rename");
        let body = json!({"slug": to}).to_string();
        let event = self.event("POST", &path, &json!({}), &body);
        let origins = Origins::default();
        let answer = endpoint::invoke(&origins, event, "r", |request| {
            rename::handler(&state, request)
        });
        Box::pin(answer).await.status_code
    }

    pub(crate) async fn erase(&self, stores: &Stores, slug: &str) -> i64 {
        let mut state = readmes::State::from_env(self.environment).unwrap();
        state.bearer.members = stores.members.clone();
        state.uploads = stores.uploads.clone();
        let path = format!("/api/readmes/{slug}");
        let event = self.event("DELETE", &path, &json!({"forever": "yes"}), "");
        let origins = Origins::default();
        let answer = endpoint::invoke(&origins, event, "r", |request| {
            readmes::handler(&state, request)
        });
        Box::pin(answer).await.status_code
    }

    /// The id of a document's oldest version.
    pub(crate) async fn oldest(&self, slug: &str) -> String {
        let healthy = Stores::healthy(self.environment);
        let key = SourceKey::new(&self.account.id, slug).key();
        let listed = listed(&healthy, &key).await;
        listed.last().unwrap().id.clone().unwrap()
    }

    /// Puts a document as `upload_readme` does, and returns its key.
    pub(crate) async fn put(&self, healthy: &Stores, slug: &str, texts: &[&str]) -> String {
        let key = SourceKey::new(&self.account.id, slug).key();
        for (at, text) in (1..).zip(texts) {
            let upload = Upload {
                bytes: (*text).to_owned().into(),
                content_type: "text/markdown",
                metadata: note(slug, at).to_metadata(),
                ..Upload::default()
            };
            healthy
                .uploads
                .put(&key, upload, Condition::Always)
                .await
                .unwrap();
        }
        key
    }
}

pub(crate) fn note(slug: &str, at: u64) -> SourceNote {
    SourceNote {
        file_name: format!("{slug}.md"),
        path: "notes".to_owned(),
        slug_given: false,
        schedule: false,
        created: 1,
        updated: at,
        sha256: format!("{at:064}"),
    }
}

/// Versions and markers under a key, newest first.
pub(crate) async fn listed(healthy: &Stores, key: &str) -> Vec<Version> {
    let page = healthy
        .uploads
        .versions_page(key, None, None)
        .await
        .unwrap();
    page.versions
}

/// The text under a key, and what is kept beside it.
pub(crate) async fn there(healthy: &Stores, key: &str) -> Option<(String, SourceNote)> {
    let object = healthy.uploads.get(key, 1 << 20).await.unwrap()?;
    let note = SourceNote::from_metadata(&object.head.metadata).expect("what is known of it");
    Some((String::from_utf8(object.bytes.to_vec()).unwrap(), note))
}

/// What is restored by a process that is cut short is there whole, with all that is known of it, or as it was before;
/// nothing that was there is lost, and the next try brings it back. It takes no room for good, and lets no one more in.
#[tokio::test]
async fn a_restore_that_is_cut_short_is_whole_or_not_there_and_loses_nothing() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for is_deleted in [false, true] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let account = healthy
                .member(&format!("jo-{at}-{commits}-{is_deleted}"))
                .await;
            let mut functions = Functions::of(&environment, &account).await;
            let key = functions.put(&healthy, "trip", &[OLD, NEW]).await;
            if is_deleted {
                healthy.uploads.delete(&key).await.unwrap();
            }
            let other = functions.put(&healthy, "other", &[NEW]).await;
            healthy.uploads.delete(&other).await.unwrap();
            let of_other = listed(&healthy, &other).await[1].id.clone().unwrap();
            let before = listed(&healthy, &key).await;
            let was = there(&healthy, &key).await;
            let old = before.last().unwrap().id.clone().unwrap();

            let status = functions.restore(&killed, "trip", &old).await;
            assert!([202, 503].contains(&status), "{status} at {at}");
            let is = there(&healthy, &key).await;
            let is_back = is.as_ref().is_some_and(|(text, _)| text == OLD);
            assert!(is_back || is == was, "{is:?} at {at}");
            assert!(is_back || status == 503, "at {at}");
            if let Some((_, note)) = is.filter(|_| is_back) {
                assert_eq!(
                    (note.file_name.as_str(), note.path.as_str(), note.created),
                    ("trip.md", "notes", 1)
                );
                assert!(note.updated > 2, "now");
            }
            let after = listed(&healthy, &key).await;
            assert_eq!(after.len(), before.len() + usize::from(is_back), "at {at}");
            for version in &before {
                assert!(
                    after.iter().any(|kept| kept.id == version.id),
                    "lost at {at}"
                );
            }

            // While it may be under way, no more is there than there is room for.
            let stored = async || {
                let prefix = SourceKey::prefix(&account.id);
                healthy.uploads.list_all(&prefix).await.unwrap().len()
            };
            let _ = functions.restore(&healthy, "other", &of_other).await;
            assert!(stored().await <= 1, "at {at}");
            // Once it can't be any more, what there is room for comes back.
            let late = Arc::new(AtomicU64::new(180));
            functions.clock = Clock::from_fn(move || {
                SystemTime::now() + Duration::from_secs(late.load(Ordering::SeqCst))
            });
            if there(&healthy, &other).await.is_some() {
                assert_eq!(
                    functions.restore(&healthy, "trip", &old).await,
                    409,
                    "at {at}"
                );
                healthy.uploads.delete(&other).await.unwrap();
            }
            assert_eq!(
                functions.restore(&healthy, "trip", &old).await,
                202,
                "at {at}"
            );
            assert_eq!(there(&healthy, &key).await.unwrap().0, OLD);
            assert_eq!(
                functions.restore(&healthy, "other", &of_other).await,
                409,
                "at {at}"
            );
            assert_eq!(stored().await, 1, "at {at}");
        })
        .await;
        assert!(calls > 6, "{calls} calls");
    }
}

/// An erasure for good that is cut short brings no older version to light, and the next try leaves nothing.
#[tokio::test]
async fn an_erasure_for_good_that_is_cut_short_shows_nothing_old_and_is_finished_by_the_next() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for is_deleted in [false, true] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let account = healthy
                .member(&format!("jo-{at}-{commits}-{is_deleted}"))
                .await;
            let functions = Functions::of(&environment, &account).await;
            let key = functions
                .put(&healthy, "trip", &[OLD, "# Between\n", NEW])
                .await;
            let beside = functions.put(&healthy, "trip-2", &[NEW]).await;
            if is_deleted {
                healthy.uploads.delete(&key).await.unwrap();
            }
            let status = functions.erase(&killed, "trip").await;
            assert!([202, 503].contains(&status), "{status} at {at}");
            let is = there(&healthy, &key).await.map(|(text, _)| text);
            assert!(
                is.is_none() || (is.as_deref() == Some(NEW) && !is_deleted),
                "{is:?} at {at}"
            );
            if status == 202 {
                assert_eq!(listed(&healthy, &key).await, [], "at {at}");
            }
            let status = functions.erase(&healthy, "trip").await;
            assert!([202, 404].contains(&status), "{status} at {at}");
            assert_eq!(listed(&healthy, &key).await, [], "at {at}");
            assert!(there(&healthy, &beside).await.is_some());
        })
        .await;
        assert!(calls > 6, "{calls} calls");
    }
}

/// Whatever is restored in the middle of an erasure for good, and whatever is erased in the middle of a restore: nothing
/// comes back of it.
#[tokio::test]
async fn what_is_erased_for_good_while_it_is_restored_does_not_come_back() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for (is_restore, is_deleted) in [(true, false), (true, true), (false, false), (false, true)] {
        let mut at = 0;
        let calls = loop {
            let mut made = 0;
            for commits in [false, true] {
                let handle = format!("jo-{at}-{commits}-{is_restore}-{is_deleted}");
                let account = healthy.member(&handle).await;
                let functions = Functions::of(&environment, &account).await;
                let key = functions.put(&healthy, "trip", &[OLD, NEW]).await;
                if is_deleted {
                    healthy.uploads.delete(&key).await.unwrap();
                }
                let old = listed(&healthy, &key).await.last().unwrap().id.clone();
                let old = old.unwrap();
                let pause = Pause {
                    at,
                    commits,
                    dies: false,
                };
                let (stores, paused) = Stores::paused(&environment, pause);
                let run = async |stores: &Stores, is_restore: bool| {
                    if is_restore {
                        functions.restore(stores, "trip", &old).await
                    } else {
                        functions.erase(stores, "trip").await
                    }
                };
                let pausing = run(&stores, is_restore);
                let (one, other) = paused.beside(pausing, run(&healthy, !is_restore)).await;
                for status in [one, other] {
                    assert!([202, 404].contains(&status), "{status} at {at}");
                }
                let left = listed(&healthy, &key).await;
                assert_eq!(left, [], "{handle}: {one} and {other}");
                made = paused.made();
            }
            if made <= at {
                break at;
            }
            at += 1;
        };
        assert!(calls > 6, "{calls} calls");
    }
}
