//! A site whose functions are called by events, on a clock that the simulation moves, and whose requests are counted.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use base64ct::{Base64, Encoding as _};
use blobs::{Blobs, layout};
use distribution::Distribution;
use endpoint::{Clock, Environment, aws};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use local::{Calls, Counts, Options, Stack};
use rebuild_site::{Due, MOST_AT_ONCE, Outcome, Start, Watch};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::prices::EDGE_PATHS;

/// 4 in the morning of 2030-06-01, in Unix milliseconds: the night's comparison is over, and its next is most of a day away.
const START_MS: u64 = 1_906_516_800_000;
/// Every member's.
pub(crate) const PASSWORD: &str = "four words of nonsense";
/// What stands for CloudFront, which asks S3 for files itself.
pub(crate) const EDGE: &str = "cloudfront";

/// What CloudFront answers to who tells it to forget something.
const FORGETS: &str = "<Invalidation><Id>I1</Id><Status>InProgress</Status><CreateTime>2030-06-01T00:00:00Z</CreateTime>\
    <InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>r</CallerReference></InvalidationBatch></Invalidation>";

/// Longer than any file that is read here.
const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;
const BOUNDARY: &str = "masthead-scale";

/// What a function was used for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Used {
    pub(crate) runs: f64,
    /// Requests and units by operation.
    pub(crate) asked: BTreeMap<String, (f64, f64)>,
    /// In bytes, of HTTP's answers.
    pub(crate) answered: f64,
    /// On this machine.
    pub(crate) seconds: f64,
}

/// What each function was used for, by name.
pub(crate) type Usage = BTreeMap<&'static str, Used>;

/// Adds `times` the usage `more` to `sum`.
pub(crate) fn add(sum: &mut Usage, more: &Usage, times: f64) {
    for (function, more) in more {
        let used = sum.entry(function).or_default();
        used.runs += more.runs * times;
        used.answered += more.answered * times;
        used.seconds += more.seconds * times;
        for (operation, (requests, units)) in &more.asked {
            let asked = used.asked.entry(operation.clone()).or_default();
            asked.0 += requests * times;
            asked.1 += units * times;
        }
    }
}

/// `times` the usage `of`.
pub(crate) fn scaled(of: &Usage, times: f64) -> Usage {
    let mut scaled = Usage::new();
    add(&mut scaled, of, times);
    scaled
}

/// What a request carries.
pub(crate) enum Body<'a> {
    None,
    Json(Value),
    /// A form's field, and the file in it by name.
    File(&'a str, &'a str, &'a [u8]),
}

/// One site.
pub(crate) struct Site {
    pub(crate) stack: Stack,
    pub(crate) watch: Watch,
    calls: Calls,
    /// Calls of CloudFront and paths that it was told to forget, since they were taken.
    forgotten: Arc<Mutex<(u32, u32)>>,
    now_ms: Arc<AtomicU64>,
    usage: Mutex<Usage>,
    tokens: Mutex<HashMap<String, String>>,
    content: content::State,
    login: login::State,
    me: me::State,
    readmes: readmes::State,
    upload_file: upload_file::State,
    upload_profile_pic: upload_profile_pic::State,
    upload_readme: upload_readme::State,
    resize_picture: resize_picture::State,
    rewrite_readme: rewrite_readme::State,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let calls = Calls::default();
        let options = Options {
            port: 0,
            backends_only: true,
            calls: Some(calls.clone()),
            ..Options::default()
        };
        let stack = local::start(options).await.unwrap();
        let own = stack.own_environment();
        let now_ms = Arc::new(AtomicU64::new(START_MS));
        let shown = Arc::clone(&now_ms);
        let clock = Clock::from_fn(move || {
            SystemTime::UNIX_EPOCH + Duration::from_millis(shown.load(Ordering::SeqCst))
        });
        let forgotten = Arc::default();
        let edge = edge(Arc::clone(&forgotten)).await;
        let edge = [(aws::ENDPOINT_CLOUDFRONT.to_owned(), edge)];
        let edge: Environment = stack.environment().into_iter().chain(edge).collect();
        let edge = aws::config(&edge, aws::ENDPOINT_CLOUDFRONT).unwrap();
        Self {
            watch: Watch {
                clock: clock.clone(),
                ..Watch::from_env(&own).unwrap()
            },
            content: content::State {
                clock: clock.clone(),
                ..content::State::from_env(&own).unwrap()
            },
            login: login::State::from_env(&own).unwrap(),
            me: me::State::from_env(&own).unwrap(),
            readmes: readmes::State::from_env(&own).unwrap(),
            upload_file: upload_file::State::from_env(&own).unwrap(),
            upload_profile_pic: upload_profile_pic::State::from_env(&own).unwrap(),
            upload_readme: upload_readme::State::from_env(&own).unwrap(),
            resize_picture: resize_picture::State {
                clock: clock.clone(),
                ..resize_picture::State::from_env(&own).unwrap()
            },
            rewrite_readme: rewrite_readme::State {
                clock,
                distribution: Distribution::new(&edge, Some("E1EXAMPLE")),
                ..rewrite_readme::State::from_env(&own).unwrap()
            },
            stack,
            calls,
            forgotten,
            now_ms,
            usage: Mutex::default(),
            tokens: Mutex::default(),
        }
    }

    pub(crate) fn uploads(&self) -> &Blobs {
        &self.rewrite_readme.uploads
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    pub(crate) fn set_clock(&self, now_ms: u64) {
        self.now_ms.store(now_ms, Ordering::SeqCst);
    }

    /// What functions were used for since this was last asked.
    pub(crate) fn take_usage(&self) -> Usage {
        std::mem::take(&mut *self.usage.lock().unwrap())
    }

    /// Goes on from what was taken.
    pub(crate) fn put_usage(&self, usage: Usage) {
        *self.usage.lock().unwrap() = usage;
    }

    /// Counts what `work` asks the stores for as done by `function`.
    pub(crate) async fn counted<T>(
        &self,
        function: &'static str,
        work: impl Future<Output = T>,
    ) -> T {
        self.calls.take();
        let started = Instant::now();
        let done = work.await;
        let counts = self.calls.take();
        let forgotten = std::mem::take(&mut *self.forgotten.lock().unwrap());
        self.note(function, &counts, forgotten, started.elapsed());
        done
    }

    fn note(
        &self,
        function: &'static str,
        counts: &Counts,
        (told, paths): (u32, u32),
        took: Duration,
    ) {
        let asked = counts.iter().map(|(operation, count)| {
            let requests = f64::from(u32::try_from(count.requests).unwrap());
            (operation.clone(), (requests, count.units))
        });
        let forgotten = (EDGE_PATHS.to_owned(), (f64::from(told), f64::from(paths)));
        let used = Used {
            runs: 1.0,
            asked: asked.chain((told > 0).then_some(forgotten)).collect(),
            answered: 0.0,
            seconds: took.as_secs_f64(),
        };
        add(
            &mut self.usage.lock().unwrap(),
            &Usage::from([(function, used)]),
            1.0,
        );
    }

    /// A request that API Gateway hands to `function`; the status and the body of the answer.
    pub(crate) async fn ask(
        &self,
        function: &'static str,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> (i64, Value) {
        let event = event(method, path, headers, body);
        macro_rules! call {
            ($($name:ident)+) => {
                match function {
                    $(stringify!($name) => {
                        let state = &self.$name;
                        let handler = |request| $name::handler(state, request);
                        let answer = endpoint::invoke(&state.origins, event, "simulated", handler);
                        self.counted(function, answer).await
                    })+
                    _ => panic!("no function {function} answers here"),
                }
            };
        }
        let answer = call!(content login me readmes upload_file upload_profile_pic upload_readme);
        let answer = serde_json::to_value(answer).unwrap();
        let text = answer["body"].as_str().unwrap_or_default();
        let bytes = f64::from(u32::try_from(text.len()).unwrap());
        if let Some(used) = self.usage.lock().unwrap().get_mut(function) {
            used.answered += bytes;
        }
        let body = serde_json::from_str(text).unwrap_or_default();
        (answer["statusCode"].as_i64().unwrap(), body)
    }

    /// The same for a member who is signed in, which must succeed.
    pub(crate) async fn ask_as(
        &self,
        handle: &str,
        function: &'static str,
        route: (&str, &str),
        body: Body<'_>,
    ) -> Value {
        let token = self.token(handle).await;
        let headers = [("authorization", format!("Bearer {token}"))];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let (status, body) = self.ask(function, route, &headers, body).await;
        assert!((200..300).contains(&status), "{route:?}: {status} {body}");
        body
    }

    /// Signs a member in, with the password.
    pub(crate) async fn sign_in(&self, handle: &str) -> String {
        let body = json!({ "email": format!("{handle}@club.example"), "password": PASSWORD });
        let (status, body) = self
            .ask("login", ("POST", "/api/login"), &[], Body::Json(body))
            .await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// A token of the member's, whose making isn't counted.
    async fn token(&self, handle: &str) -> String {
        if let Some(token) = self.tokens.lock().unwrap().get(handle) {
            return token.clone();
        }
        let before = self.take_usage();
        let token = self.sign_in(handle).await;
        self.put_usage(before);
        let mut tokens = self.tokens.lock().unwrap();
        tokens.insert(handle.to_owned(), token.clone());
        token
    }

    /// Hands the queue's messages to their functions, one after the other, until none is left.
    pub(crate) async fn drain(&self) {
        loop {
            let messages = self.stack.take_messages().await.unwrap();
            if messages.is_empty() {
                return;
            }
            for (key, event) in messages {
                let is_picture = key.starts_with("files/")
                    || key.starts_with(layout::all_pictures()) && key.ends_with("/original");
                let answer = if key.starts_with("mail/") {
                    continue;
                } else if is_picture {
                    let work = resize_picture::handler(&self.resize_picture, event);
                    self.counted("resize_picture", Box::pin(work)).await
                } else {
                    let work = rewrite_readme::handler(&self.rewrite_readme, event);
                    self.counted("rewrite_readme", Box::pin(work)).await
                };
                assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }), "{key}");
            }
        }
    }

    /// What `rebuild_site` does each minute.
    pub(crate) async fn look(&self) -> Outcome {
        let due = async {
            let due = Due {
                members: &self.watch.members,
                uploads: &self.rewrite_readme.uploads,
                clock: &self.watch.clock,
                most: MOST_AT_ONCE,
            };
            due.ask().await.unwrap();
            assert!(rebuild_site::keep(&self.watch).await.unwrap());
            let look = rebuild_site::look(&self.watch, || std::future::ready(Start::Started));
            look.await.unwrap()
        };
        self.counted("rebuild_site", Box::pin(due)).await
    }

    /// A file of the site, as CloudFront asks S3 for it.
    pub(crate) async fn file(&self, key: &str) {
        let found = self
            .counted(EDGE, self.rewrite_readme.content.get(key, MAX_FILE_BYTES))
            .await;
        assert!(found.unwrap().is_some(), "{key}");
    }
}

/// A server in the place of CloudFront, which counts calls and paths; returns its address.
async fn edge(forgotten: Arc<Mutex<(u32, u32)>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = move |request: Request<Incoming>| {
        let forgotten = Arc::clone(&forgotten);
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let body = String::from_utf8(body.to_vec()).unwrap();
            let paths = u32::try_from(body.matches("<Path>").count()).unwrap();
            let mut forgotten = forgotten.lock().unwrap();
            *forgotten = (forgotten.0 + 1, forgotten.1 + paths);
            let answer = Full::new(Bytes::from_static(FORGETS.as_bytes()));
            Ok::<_, Infallible>(Response::builder().status(201).body(answer).unwrap())
        }
    };
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = service_fn(answer.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    format!("http://{address}")
}

fn event(method: &str, path: &str, headers: &[(&str, &str)], body: Body<'_>) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut all = json!({ "host": "api.example", "x-forwarded-for": "192.0.2.44" });
    for (name, value) in headers {
        all[*name] = json!(value);
    }
    let body = match body {
        Body::None => Vec::new(),
        Body::Json(json) => {
            all["content-type"] = json!("application/json");
            json.to_string().into_bytes()
        }
        Body::File(field, name, bytes) => {
            all["content-type"] = json!(format!("multipart/form-data; boundary={BOUNDARY}"));
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            let tail = format!("\r\n--{BOUNDARY}--\r\n");
            [head.as_bytes(), bytes, tail.as_bytes()].concat()
        }
    };
    all["content-length"] = json!(body.len().to_string());
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": all,
        "requestContext": {"stage": "$default", "requestId": "simulated", "timeEpoch": 0,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.44", "userAgent": "simulation"}},
        "body": Base64::encode_string(&body), "isBase64Encoded": true
    })
}
