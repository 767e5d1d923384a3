//! A profile's picture when a function is cut short: the old one or the new one, never a broken
//! link, and the next try sets it right (hardening cases D10 and D11).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use base64ct::{Base64, Encoding as _};
use blobs::layout::{
    LaterKey, NowKey, OWN_PAGE, OriginalKey, OriginalNote, PictureChangeKey, SourceKey,
    content_key, pictures_prefix,
};
use blobs::{Blobs, Condition, Upload};
use distribution::Distribution;
use endpoint::{Bearer, Clock, Environment, Origins, aws, configuration};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use hyper::body::Bytes;
use image::ImageFormat;
use local::{Options, Stack};
use members::{Created, Email, Members, NewMember, Picture, Review, Role, Seen, Usage};
use renditions::Shelf;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::photo::{plain, shade};

pub(crate) const OLD: u8 = 40;
const NEW: u8 = 200;
pub(crate) const PUBLIC_URL: &str = "https://club.example";

/// A client whose calls go through a function of a test's own.
struct Through<F> {
    inner: SharedHttpClient,
    call: Arc<F>,
}

struct Connector<F> {
    inner: SharedHttpConnector,
    call: Arc<F>,
}

impl<F> fmt::Debug for Through<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Through").finish_non_exhaustive()
    }
}

impl<F> fmt::Debug for Connector<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

/// What a test does with a call of a process to its stores.
pub(crate) trait Call:
    Fn(&SharedHttpConnector, HttpRequest) -> HttpConnectorFuture + Send + Sync + 'static
{
}

impl<F: Fn(&SharedHttpConnector, HttpRequest) -> HttpConnectorFuture + Send + Sync + 'static> Call
    for F
{
}

impl<F: Call> HttpClient for Through<F> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            inner: self.inner.http_connector(settings, components),
            call: Arc::clone(&self.call),
        })
    }
}

impl<F: Call> HttpConnector for Connector<F> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        (self.call)(&self.inner, request)
    }
}

/// What a process that was killed has of a call.
pub(crate) fn dead() -> ConnectorError {
    ConnectorError::io("the process was killed".into())
}

/// Where a process stands still, and goes on or dies.
#[derive(Clone, Copy)]
pub(crate) struct Pause {
    pub(crate) at: usize,
    /// Whether the call gets through before that, and its answer comes after it.
    pub(crate) commits: bool,
    pub(crate) dies: bool,
}

/// A process that stands still at one of its calls ([`Stores::paused`]).
#[derive(Clone)]
pub(crate) struct Paused {
    pause: Pause,
    calls: Arc<AtomicUsize>,
    /// Closed when it stands still, or is through without.
    reached: Arc<Semaphore>,
    goes_on: Arc<Semaphore>,
}

impl Paused {
    /// What the process does, and what happens while it stands still.
    pub(crate) fn beside<'a, A: 'a, B: 'a>(
        &'a self,
        process: impl Future<Output = A> + 'a,
        meanwhile: impl Future<Output = B> + 'a,
    ) -> LocalBoxFuture<'a, (A, B)> {
        let process = async {
            let done = process.await;
            self.reached.close();
            done
        };
        let meanwhile = async {
            assert!(self.reached.acquire().await.is_err(), "closed");
            let done = meanwhile.await;
            self.goes_on.close();
            done
        };
        futures::future::join(process, meanwhile).boxed_local()
    }

    /// How many calls the process made.
    pub(crate) fn made(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn call(&self, inner: &SharedHttpConnector, request: HttpRequest) -> HttpConnectorFuture {
        let Pause { at, commits, dies } = self.pause;
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        if call > at && dies {
            return HttpConnectorFuture::ready(Err(dead()));
        }
        if call != at {
            return inner.call(request);
        }
        let (paused, inner) = (self.clone(), inner.clone());
        HttpConnectorFuture::new(async move {
            let stands = async || {
                paused.reached.close();
                assert!(paused.goes_on.acquire().await.is_err(), "closed");
            };
            let answer = if commits {
                let answer = inner.call(request).await;
                stands().await;
                answer
            } else {
                stands().await;
                if dies {
                    return Err(dead());
                }
                inner.call(request).await
            };
            if dies { Err(dead()) } else { answer }
        })
    }
}

/// The stores as one process reaches them.
pub(crate) struct Stores {
    pub(crate) uploads: Blobs,
    pub(crate) content: Blobs,
    pub(crate) members: Members,
    calls: Arc<AtomicUsize>,
    bytes: Arc<AtomicUsize>,
}

impl Stores {
    /// The stores of a process that is killed at its call `at`: neither that call nor a later one gets through,
    /// or that one still does and only its answer is lost.
    pub(crate) fn killed_at(environment: &Environment, at: usize, commits: bool) -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let bytes = Arc::new(AtomicUsize::new(0));
        let (counted, read) = (Arc::clone(&calls), Arc::clone(&bytes));
        let mut stores = Self::through(environment, &calls, move |inner, request| {
            let call = counted.fetch_add(1, Ordering::SeqCst);
            if call < at {
                let (answer, read) = (inner.call(request), Arc::clone(&read));
                HttpConnectorFuture::new(async move {
                    let answer = answer.await?;
                    let length = answer.headers().get("content-length");
                    let length = length.and_then(|length| length.parse().ok());
                    read.fetch_add(length.unwrap_or_default(), Ordering::SeqCst);
                    Ok(answer)
                })
            } else if call == at && commits {
                let answer = inner.call(request);
                HttpConnectorFuture::new(async move {
                    answer.await?;
                    Err(dead())
                })
            } else {
                HttpConnectorFuture::ready(Err(dead()))
            }
        });
        stores.bytes = bytes;
        stores
    }

    /// The stores of a process that stands still at one of its calls.
    pub(crate) fn paused(environment: &Environment, pause: Pause) -> (Self, Paused) {
        let paused = Paused {
            pause,
            calls: Arc::default(),
            reached: Arc::new(Semaphore::new(0)),
            goes_on: Arc::new(Semaphore::new(0)),
        };
        let of_calls = paused.clone();
        let stores = Self::through(environment, &paused.calls, move |inner, request| {
            of_calls.call(inner, request)
        });
        (stores, paused)
    }

    /// The stores by a client whose calls go through `call`, which counts `calls`.
    pub(crate) fn through(
        environment: &Environment,
        calls: &Arc<AtomicUsize>,
        call: impl Call,
    ) -> Self {
        let call = Arc::new(call);
        let config = |endpoint| {
            let config = aws::config(environment, endpoint).unwrap();
            let own = Through {
                inner: config.http_client().unwrap(),
                call: Arc::clone(&call),
            };
            config
                .to_builder()
                .http_client(own)
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
            calls: Arc::clone(calls),
            bytes: Arc::default(),
        }
    }

    /// How many calls were made so far, and how many bytes the answers had.
    pub(crate) fn traffic(&self) -> (usize, usize) {
        let read = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        (read(&self.calls), read(&self.bytes))
    }

    pub(crate) fn healthy(environment: &Environment) -> Self {
        Self::killed_at(environment, usize::MAX, false)
    }

    pub(crate) fn shelf(&self) -> Shelf<'_> {
        Shelf {
            uploads: &self.uploads,
            content: &self.content,
            members: &self.members,
            now_ms: Clock::system().unix_milliseconds(),
        }
    }

    pub(crate) fn resize_picture(&self) -> resize_picture::State {
        resize_picture::State {
            quota: Usage {
                count: 500,
                bytes: 200 * 1024 * 1024,
            },
            uploads: self.uploads.clone(),
            content: self.content.clone(),
            members: self.members.clone(),
            clock: Clock::system(),
            decoders: resize_picture::Decoders::default(),
            random: rand::random,
        }
    }

    pub(crate) fn rewrite_readme(&self) -> rewrite_readme::State {
        rewrite_readme::State {
            uploads: self.uploads.clone(),
            content: self.content.clone(),
            members: self.members.clone(),
            link_base: "/".to_owned(),
            themes: frontmatter::Themes::default(),
            public_url: PUBLIC_URL.to_owned(),
            review: Review::Off,
            converting: Semaphore::new(1),
            clock: Clock::system(),
            distribution: Distribution::default(),
        }
    }

    /// Puts a README that shows the picture, and converts it.
    async fn publish(&self, account: &members::Account) {
        let key = SourceKey::new(&account.id, OWN_PAGE).key();
        put(&self.uploads, &key, "# Jo\n\n![[me.png]]\n").await;
        let answer = rewrite_readme::handler(&self.rewrite_readme(), self.tells(&key)).await;
        assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}));
    }

    /// The shade of the picture that the published document shows, which is there; `None`: it shows
    /// none.
    pub(crate) async fn published(&self, account: &members::Account) -> Option<u8> {
        let key = content_key(&account.handle);
        let output = self.content.get(&key, 1 << 20).await.unwrap();
        let text = String::from_utf8(output.expect("an output").bytes.to_vec()).unwrap();
        let (_, rest) = text.split_once(&format!("]({PUBLIC_URL}/"))?;
        let (key, _) = rest.split_once(')').unwrap();
        let file = self.content.get(key, 1 << 20).await.unwrap();
        Some(shade(&file.expect("no broken picture").bytes))
    }

    /// The keys by which it is asked for that READMEs of the member are looked at again.
    pub(crate) async fn asked(&self, account: &members::Account) -> BTreeSet<String> {
        let mut asked = BTreeSet::new();
        for prefix in [NowKey::prefix(&account.id), LaterKey::prefix(&account.id)] {
            let listed = self.uploads.list_all(&prefix).await.unwrap();
            asked.extend(listed.into_iter().map(|entry| entry.key));
        }
        asked
    }

    /// What S3 says of a key.
    pub(crate) fn tells(&self, key: &str) -> Value {
        json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": self.uploads.bucket()}, "object": {"key": key}}}]})
    }

    /// A member whose picture is [`OLD`].
    pub(crate) async fn member(&self, handle: &str) -> members::Account {
        let email = Email::parse(&format!("{handle}@club.example")).unwrap();
        let member = NewMember {
            id: Uuid::now_v7().to_string(),
            email: email.clone(),
            name: handle.to_owned(),
            handle: handle.to_owned(),
            password_hash: None,
            role: Role::Member,
            created_at: 0,
        };
        assert_eq!(self.members.create(member).await.unwrap(), Created::Created);
        let account = self.members.by_email(&email).await.unwrap().unwrap();
        let made = picture::renditions(&plain(OLD, 48, ImageFormat::Png)).unwrap();
        let put = self
            .shelf()
            .put(&account, made, "me.png", rand::random(), Seen::Any);
        assert!(put.await.unwrap().is_some());
        self.now(&account).await
    }

    pub(crate) async fn now(&self, account: &members::Account) -> members::Account {
        let found = self.members.by_email(&account.email).await;
        found.unwrap().unwrap()
    }

    /// The shade of the profile's picture: all three renditions are there, and are of one picture.
    pub(crate) async fn whole(&self, account: &members::Account) -> u8 {
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

    pub(crate) async fn send(&self, account: &members::Account, bytes: Vec<u8>) -> Value {
        let key = OriginalKey::new(&account.id).key();
        put(&self.uploads, &key, bytes).await;
        self.tells(&key)
    }

    async fn waits(&self, account: &members::Account) -> bool {
        let key = OriginalKey::new(&account.id).key();
        let head = self.uploads.head(&key).await.unwrap();
        head.is_some_and(|head| !OriginalNote::is_dealt_with(&head.metadata))
    }

    async fn stored(&self, account: &members::Account) -> usize {
        let listed = self
            .content
            .list_all(&pictures_prefix(&account.handle))
            .await;
        listed.unwrap().len()
    }
}

pub(crate) fn is_near(one: u8, other: u8) -> bool {
    one.abs_diff(other) < 4
}

pub(crate) async fn put(blobs: &Blobs, key: &str, bytes: impl Into<Bytes>) {
    let upload = Upload {
        bytes: bytes.into(),
        content_type: "application/octet-stream",
        ..Upload::default()
    };
    blobs.put(key, upload, Condition::Always).await.unwrap();
}

/// Only the stores: nobody else works on what a test puts there.
pub(crate) async fn stack() -> (Stack, Environment) {
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

/// Runs `work` with a process that is killed at its first call, at its second, and so on, before or
/// after the call takes effect, until one gets through. `work` is given the number of the try.
pub(crate) async fn at_every_call(
    environment: &Environment,
    mut work: impl AsyncFnMut(usize, bool, Stores),
) -> usize {
    for at in 0..200 {
        for &commits in crate::before_and_after(at) {
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
        let mut shelf = healthy.shelf();
        shelf.now_ms += 2 * 60 * 60 * 1000;
        for _ in 0..2 {
            let replaced = Picture::default();
            shelf.sweep(&account, &replaced).await.unwrap();
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
/// picture stays until the new one stands. A 503 may come of READMEs that couldn't be told of a
/// picture that stands: sent again, they are told.
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
                .issue(
                    &account.id,
                    1,
                    Clock::system().unix_seconds(),
                    rand::random(),
                )
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
                assert!(
                    is_near(seen, NEW) || (status == 503 && is_near(seen, OLD)),
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

pub(crate) fn event(method: &str, token: &str, file: &[u8]) -> Value {
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
    stores.shelf().sweep(&account, &replaced).await.unwrap();
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

/// A write whose answer is lost is tried again, and refused since the first try changed what it asks for.
#[tokio::test]
async fn a_write_that_is_tried_again_takes_no_picture_away() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let account = healthy.member("jo").await;
    let twice = Stores::through(&environment, &Arc::default(), |inner, request| {
        let target = request.headers().get("x-amz-target");
        if !target.is_some_and(|target| target.ends_with(".UpdateItem")) {
            return inner.call(request);
        }
        let (inner, first) = (inner.clone(), request.try_clone().unwrap());
        HttpConnectorFuture::new(async move {
            inner.call(first).await?;
            inner.call(request).await
        })
    });
    let made = picture::renditions(&plain(NEW, 64, ImageFormat::Png)).unwrap();
    let put = twice.shelf();
    let put = put.put(&account, made, "me.png", rand::random(), Seen::Unchanged);
    assert_eq!(put.await.unwrap(), None);
    assert!(is_near(healthy.whole(&account).await, NEW));
}

/// Whoever read the account before it got another address finds it all the same.
#[tokio::test]
async fn a_sweep_spares_the_picture_of_a_member_with_another_address() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    let email = Email::parse("jo@new.example").unwrap();
    let changed = stores.members.change_email(&account, &email).await;
    assert_eq!(changed.unwrap(), members::Renamed::Renamed);
    let mut shelf = stores.shelf();
    shelf.now_ms += 2 * 60 * 60 * 1000;
    shelf.sweep(&account, &Picture::default()).await.unwrap();
    assert_eq!(stores.stored(&account).await, 3);
}

/// S3 lists a thousand versions at a time. Of an address that was used more often, nothing stays
/// either, nor becomes the original again.
#[tokio::test]
async fn however_often_an_original_was_put_no_version_stays() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let state = stores.resize_picture();
    let account = stores.member("jo").await;
    let mut event = stores.send(&account, b"no picture".to_vec()).await;
    for _ in 0..1000 {
        event = stores.send(&account, b"no picture".to_vec()).await;
    }
    resize_picture::handler(&state, event).await.unwrap();
    assert!(!stores.waits(&account).await);
}

/// A document whose conversion is cut short shows the old picture or the new one, and that is there;
/// once the message has come again it shows the new one, or none, and nothing keeps the old one.
#[tokio::test]
async fn a_killed_conversion_shows_a_picture_that_is_there() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    for taken_away in [false, true] {
        let calls = at_every_call(&environment, async |at, commits, killed| {
            let handle = format!("jo-{at}-{commits}-{taken_away}");
            let account = healthy.member(&handle).await;
            healthy.publish(&account).await;
            let shelf = healthy.shelf();
            let replaced = if taken_away {
                shelf.remove(&account).await.unwrap().unwrap()
            } else {
                let made = picture::renditions(&plain(NEW, 48, ImageFormat::Png)).unwrap();
                let put = shelf.put(&account, made, "me.png", rand::random(), Seen::Any);
                put.await.unwrap().unwrap().replaced
            };
            shelf.sweep(&account, &replaced).await.unwrap();
            let is =
                |shade: Option<u8>, expected: u8| shade.is_some_and(|it| is_near(it, expected));
            assert!(is(healthy.published(&account).await, OLD));

            let change = if taken_away {
                PictureChangeKey::removal(&account.id)
            } else {
                PictureChangeKey::new(&account.id)
            };
            let event = healthy.tells(&change.key());
            let _ = rewrite_readme::handler(&killed.rewrite_readme(), event.clone()).await;
            // A message that fails comes again, whether or not what asked for it is still there.
            let mut told = healthy.asked(&account).await;
            for key in &told {
                let _ = rewrite_readme::handler(&killed.rewrite_readme(), healthy.tells(key)).await;
            }
            let between = healthy.published(&account).await;
            let changed = |shade: Option<u8>| {
                if taken_away {
                    shade.is_none()
                } else {
                    is(shade, NEW)
                }
            };
            assert!(is(between, OLD) || changed(between), "{between:?} at {at}");

            for _ in 0..2 {
                rewrite_readme::handler(&healthy.rewrite_readme(), event.clone())
                    .await
                    .unwrap();
                told.append(&mut healthy.asked(&account).await);
                for key in &told {
                    rewrite_readme::handler(&healthy.rewrite_readme(), healthy.tells(key))
                        .await
                        .unwrap();
                }
                assert!(healthy.asked(&account).await.is_empty(), "at {at}");
                let after = healthy.published(&account).await;
                assert!(changed(after), "{after:?} at {at}");
                let expected = if taken_away { 0 } else { 3 };
                assert_eq!(healthy.stored(&account).await, expected, "at {at}");
            }
        })
        .await;
        assert!(calls > 10, "{calls} calls");
    }
}

/// A conversion that read the account before the picture was replaced doesn't publish what is swept
/// away meanwhile: either the sweep sees that the report names it, or the conversion that it changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_published_while_the_picture_changes_shows_one_that_is_there() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    for round in 0..8_u8 {
        let account = stores.member(&format!("jo-{round}")).await;
        let made = picture::renditions(&plain(NEW, 48, ImageFormat::Png)).unwrap();
        let change = async {
            tokio::time::sleep(Duration::from_millis(u64::from(round) * 3)).await;
            let put = stores
                .shelf()
                .put(&account, made, "me.png", rand::random(), Seen::Any);
            let changed = put.await.unwrap().unwrap();
            let swept = stores.shelf().sweep(&account, &changed.replaced);
            swept.await.unwrap();
        };
        tokio::join!(stores.publish(&account), change);
        stores.published(&account).await.expect("a picture");
        let event = stores.tells(&PictureChangeKey::new(&account.id).key());
        rewrite_readme::handler(&stores.rewrite_readme(), event)
            .await
            .unwrap();
        for key in stores.asked(&account).await {
            rewrite_readme::handler(&stores.rewrite_readme(), stores.tells(&key))
                .await
                .unwrap();
        }
        let shown = stores.published(&account).await.expect("a picture");
        assert!(is_near(shown, NEW), "{shown} in round {round}");
        assert_eq!(stores.stored(&account).await, 3, "in round {round}");
    }
}
