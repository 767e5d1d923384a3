//! A profile's picture when a function is cut short: the old one or the new one, never a broken
//! link, and the next try sets it right (hardening cases D10 and D11).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use base64ct::{Base64, Encoding as _};
use blobs::layout::{OriginalKey, pictures_prefix};
use blobs::{Blobs, Condition, Upload};
use endpoint::{Bearer, Clock, Environment, Origins, aws, configuration};
use image::ImageFormat;
use local::{Options, Stack};
use members::{Created, Email, Members, NewMember, Picture, Seen};
use profile_picture::Shelf;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::photo::{plain, shade};

const OLD: u8 = 40;
const NEW: u8 = 200;

/// A process that is killed at its call `at`: neither that call nor a later one gets through, or
/// that one still does and only its answer is lost.
#[derive(Debug, Clone)]
struct Killed {
    inner: SharedHttpClient,
    calls: Arc<AtomicUsize>,
    at: usize,
    commits: bool,
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    killed: Killed,
}

impl HttpClient for Killed {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            inner: self.inner.http_connector(settings, components),
            killed: self.clone(),
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Killed {
            calls, at, commits, ..
        } = &self.killed;
        let call = calls.fetch_add(1, Ordering::SeqCst);
        let dead = || ConnectorError::io("the process was killed".into());
        if call < *at {
            self.inner.call(request)
        } else if call == *at && *commits {
            let answer = self.inner.call(request);
            HttpConnectorFuture::new(async move {
                answer.await?;
                Err(dead())
            })
        } else {
            HttpConnectorFuture::ready(Err(dead()))
        }
    }
}

/// The stores as one process reaches them.
struct Stores {
    uploads: Blobs,
    content: Blobs,
    members: Members,
    calls: Arc<AtomicUsize>,
}

impl Stores {
    fn killed_at(environment: &Environment, at: usize, commits: bool) -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let config = |endpoint| {
            let config = aws::config(environment, endpoint).unwrap();
            let killed = Killed {
                inner: config.http_client().unwrap(),
                calls: Arc::clone(&calls),
                at,
                commits,
            };
            config
                .to_builder()
                .http_client(killed)
                .retry_config(RetryConfig::disabled())
                .build()
        };
        let s3 = config(aws::ENDPOINT_S3);
        Self {
            uploads: Blobs::new(&s3, environment.required("UPLOADS_BUCKET").unwrap()),
            content: Blobs::new(&s3, environment.required("CONTENT_BUCKET").unwrap()),
            members: Members::new(
                &config(aws::ENDPOINT_DYNAMODB),
                environment.required("MEMBERS_TABLE").unwrap(),
            ),
            calls,
        }
    }

    fn healthy(environment: &Environment) -> Self {
        Self::killed_at(environment, usize::MAX, false)
    }

    fn shelf(&self) -> Shelf<'_> {
        Shelf {
            content: &self.content,
            members: &self.members,
        }
    }

    fn resize_picture(&self) -> resize_picture::State {
        resize_picture::State {
            uploads: self.uploads.clone(),
            content: self.content.clone(),
            members: self.members.clone(),
            clock: Clock::system(),
            decoding: Semaphore::new(1),
            random: rand::random,
        }
    }

    /// A member whose picture is [`OLD`].
    async fn member(&self, handle: &str) -> members::Account {
        let email = Email::parse(&format!("{handle}@club.example")).unwrap();
        let member = NewMember {
            id: Uuid::now_v7().to_string(),
            email: email.clone(),
            name: handle.to_owned(),
            handle: handle.to_owned(),
            password_hash: None,
            created_at: 0,
        };
        assert_eq!(self.members.create(member).await.unwrap(), Created::Created);
        let account = self.members.by_email(&email).await.unwrap().unwrap();
        let made = picture::renditions(&plain(OLD, 48, ImageFormat::Png)).unwrap();
        let put = self.shelf().put(&account, made, rand::random(), Seen::Any);
        assert!(put.await.unwrap().is_some());
        self.now(&account).await
    }

    async fn now(&self, account: &members::Account) -> members::Account {
        let found = self.members.by_email(&account.email).await;
        found.unwrap().unwrap()
    }

    /// The shade of the profile's picture: all three renditions are there, and are of one picture.
    async fn whole(&self, account: &members::Account) -> u8 {
        let Picture(keys) = self.now(account).await.picture.expect("a picture");
        assert_eq!(keys.len(), 3);
        let mut shades = Vec::new();
        for key in keys.values() {
            let file = self.content.get(key, 1 << 20).await.unwrap();
            shades.push(shade(&file.expect("no broken link").bytes));
        }
        assert!(
            shades.iter().all(|one| one.abs_diff(shades[0]) < 4),
            "{shades:?}"
        );
        shades[0]
    }

    async fn send(&self, account: &members::Account, bytes: Vec<u8>) -> Value {
        let key = OriginalKey::new(&account.id).key();
        let original = Upload {
            bytes: bytes.into(),
            content_type: "image/png",
            ..Upload::default()
        };
        let put = self.uploads.put(&key, original, Condition::Always);
        put.await.unwrap();
        json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": self.uploads.bucket()}, "object": {"key": key}}}]})
    }

    async fn waits(&self, account: &members::Account) -> bool {
        let key = OriginalKey::new(&account.id).key();
        self.uploads.head(&key).await.unwrap().is_some()
    }

    async fn stored(&self, account: &members::Account) -> usize {
        let listed = self
            .content
            .list_all(&pictures_prefix(&account.handle))
            .await;
        listed.unwrap().len()
    }
}

fn is_near(one: u8, other: u8) -> bool {
    one.abs_diff(other) < 4
}

/// Only the stores: nobody else works on what a test puts there.
async fn stack() -> (Stack, Environment) {
    crate::canary::watch();
    let options = Options {
        port: 0,
        backends_only: true,
        ..Options::default()
    };
    let stack = local::start(options).await.unwrap();
    let environment = stack.environment().into_iter().collect();
    (stack, environment)
}

/// Runs `work` with a process that is killed at its first call, at its second, and so on, before and
/// after the call takes effect, until one gets through. `work` is given the number of the try.
async fn at_every_call(
    environment: &Environment,
    mut work: impl AsyncFnMut(usize, bool, Stores),
) -> usize {
    for at in 0..100 {
        for commits in [false, true] {
            let stores = Stores::killed_at(environment, at, commits);
            let calls = Arc::clone(&stores.calls);
            work(at, commits, stores).await;
            if calls.load(Ordering::SeqCst) <= at {
                return at;
            }
        }
    }
    panic!("no end of calls");
}

#[tokio::test]
async fn a_killed_resize_leaves_the_old_picture_or_the_new_one() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        let event = healthy
            .send(&account, plain(NEW, 64, ImageFormat::Png))
            .await;
        // What becomes of the first try is the second one's matter.
        let _ = resize_picture::handler(&killed.resize_picture(), event.clone()).await;
        let between = healthy.whole(&account).await;
        assert!(
            is_near(between, OLD) || is_near(between, NEW),
            "{between} at {at}"
        );

        for _ in 0..2 {
            let again = resize_picture::handler(&healthy.resize_picture(), event.clone()).await;
            assert_eq!(again.unwrap(), json!({"batchItemFailures": []}));
            assert!(is_near(healthy.whole(&account).await, NEW), "at {at}");
            assert!(!healthy.waits(&account).await, "the original is gone");
        }
        // Once nobody can be at work any more, the sweep takes what was left behind; twice is once.
        let later = SystemTime::now() + Duration::from_hours(2);
        let later = later
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        for _ in 0..2 {
            let replaced = Picture::default();
            let sweep = healthy.shelf().sweep(&account, &replaced, later);
            sweep.await.unwrap();
            assert_eq!(healthy.stored(&account).await, 3, "at {at}");
        }
        assert!(is_near(healthy.whole(&account).await, NEW), "at {at}");
    })
    .await;
    assert!(calls > 10, "{calls} calls");
}

#[tokio::test]
async fn a_killed_refusal_is_told_by_the_next_try() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        let event = healthy.send(&account, b"%PDF-1.7".to_vec()).await;
        let _ = resize_picture::handler(&killed.resize_picture(), event.clone()).await;
        resize_picture::handler(&healthy.resize_picture(), event)
            .await
            .unwrap();
        let reason = healthy
            .now(&account)
            .await
            .picture_rejected
            .unwrap_or_default();
        assert!(reason.contains("PDF"), "{reason} at {at}");
        assert!(is_near(healthy.whole(&account).await, OLD));
        assert!(!healthy.waits(&account).await);
    })
    .await;
}

/// An upload or a removal whose store fails is a 503, or a 200 if only the sweep failed; the old
/// picture stays until the new one stands.
#[tokio::test]
async fn a_failing_store_is_a_503_and_no_broken_link() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let tokens = || configuration::tokens(&environment).unwrap();
    for method in ["POST", "DELETE"] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let handle = format!("{}-{at}-{commits}", method.to_lowercase());
            let account = healthy.member(&handle).await;
            let token = tokens()
                .issue(&account.id, 1, Clock::system().unix_seconds(), rand::random())
                .await
                .unwrap();
            let state = upload_profile_pic::State {
                bearer: Bearer {
                    members: killed.members.clone(),
                    tokens: tokens(),
                    clock: Clock::system(),
                },
                content: killed.content.clone(),
                uploads: killed.uploads.clone(),
                public_url: "http://localhost".to_owned(),
                origins: Origins::default(),
                decoding: Semaphore::new(1),
                random: rand::random,
            };
            let event = event(method, &token, &plain(NEW, 64, ImageFormat::Png));
            let answer = endpoint::invoke(&state.origins, event, "r", |request| {
                upload_profile_pic::handler(&state, request)
            })
            .await;
            let status = answer.status_code;
            assert!([200, 503].contains(&status), "{method} {status} at {at}");
            if healthy.now(&account).await.picture.is_some() {
                let seen = healthy.whole(&account).await;
                let expected = if status == 200 { NEW } else { OLD };
                // Where only the answer was lost, the change may be done.
                assert!(
                    is_near(seen, expected) || (commits && is_near(seen, NEW)),
                    "{method} {status} {seen} at {at}"
                );
            } else {
                assert_eq!(method, "DELETE");
            }
        })
        .await;
        assert!(calls > 5, "{method}: {calls} calls");
    }
}

fn event(method: &str, token: &str, file: &[u8]) -> Value {
    let head =
        b"--b\r\nContent-Disposition: form-data; name=\"profile_pic\"; filename=\"a\"\r\n\r\n";
    let body = [head.as_slice(), file, b"\r\n--b--\r\n"].concat();
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/api/upload_profile_pic", "rawQueryString": "",
        "headers": {"content-type": "multipart/form-data; boundary=b", "authorization": format!("Bearer {token}")},
        "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
            "http": {"method": method, "path": "/api/upload_profile_pic", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
        "body": Base64::encode_string(&body), "isBase64Encoded": true
    })
}

/// A picture that is taken away while it is worked on doesn't come back.
#[tokio::test]
async fn a_removal_wins_over_a_resize_under_way() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    let event = stores
        .send(&account, plain(NEW, 64, ImageFormat::Png))
        .await;
    // The account as a resize read it, then the removal, then what the resize does with it.
    let key = OriginalKey::new(&account.id).key();
    stores.uploads.delete_every_version(&key).await.unwrap();
    stores.members.remove_picture(&account).await.unwrap();
    let made = picture::renditions(&plain(NEW, 48, ImageFormat::Png)).unwrap();
    let put = stores
        .shelf()
        .put(&account, made, "", rand::random(), Seen::Unchanged);
    assert_eq!(put.await.unwrap(), None);
    resize_picture::handler(&stores.resize_picture(), event)
        .await
        .unwrap();
    assert_eq!(stores.now(&account).await.picture, None);
    let replaced = account.picture.clone().unwrap();
    let sweep = stores.shelf().sweep(&account, &replaced, 0);
    sweep.await.unwrap();
    assert_eq!(stores.stored(&account).await, 0);
}

/// Of two originals the last one put is the picture, and the older version is erased with it.
#[tokio::test]
async fn the_last_original_wins_and_no_version_stays() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    stores
        .send(&account, plain(120, 64, ImageFormat::Png))
        .await;
    let event = stores
        .send(&account, plain(NEW, 64, ImageFormat::Png))
        .await;
    let state = stores.resize_picture();
    let both = tokio::join!(
        resize_picture::handler(&state, event.clone()),
        resize_picture::handler(&state, event.clone()),
    );
    both.0.unwrap();
    both.1.unwrap();
    assert!(is_near(stores.whole(&account).await, NEW));
    assert!(!stores.waits(&account).await);
    resize_picture::handler(&state, event).await.unwrap();
    assert!(is_near(stores.whole(&account).await, NEW));
}
