//! A host that builds sites: it counts the calls of its hook, and answers as it is told.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Stands in every address and token here: the whole test run ends at a log line with that word.
pub(super) const SECRET: &str = "canary-of-the-hook";

/// What a call looked like.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// How calls are answered from now on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Status(u16),
    /// 503 with `Retry-After`, in seconds.
    Later(u64),
    Never,
}

#[derive(Clone)]
pub(super) struct Host {
    pub(super) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    answer: Arc<Mutex<Answer>>,
}

impl Host {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            calls: Arc::default(),
            answer: Arc::new(Mutex::new(Answer::Status(201))),
        };
        let serving = host.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let host = serving.clone();
                let answer = service_fn(move |request| {
                    let host = host.clone();
                    async move { Ok::<_, Infallible>(host.answer(request).await) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        host
    }

    /// The address of its deploy hook.
    pub(super) fn hook(&self) -> String {
        format!("{}/build_hooks/{SECRET}", self.url)
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn count(&self) -> usize {
        self.calls().len()
    }

    pub(super) fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        self.calls.lock().unwrap().push(Call {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        let answer = *self.answer.lock().unwrap();
        let response = match answer {
            Answer::Status(status) => Response::builder().status(status),
            Answer::Later(seconds) => Response::builder()
                .status(503)
                .header("retry-after", seconds),
            Answer::Never => {
                tokio::time::sleep(Duration::from_mins(10)).await;
                Response::builder()
            }
        };
        // A host's answer may name the hook.
        response.body(Full::from(SECRET)).unwrap()
    }
}

/// A Secrets Manager that has one secret; returns its address.
pub(super) async fn secrets(text: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = serde_json::json!({ "Name": "hook", "SecretString": text }).to_string();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            let serve = service_fn(move |_: Request<Incoming>| {
                let response = Response::builder()
                    .header("content-type", "application/x-amz-json-1.1")
                    .body(Full::<Bytes>::from(answer.clone()));
                async move { response }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), serve));
        }
    });
    address
}
