//! The gateway: what API Gateway and CloudFront are in AWS.
//!
//! A request to the API becomes the event that API Gateway makes of it, and the function's answer
//! becomes HTTP again, with the same limits on the way.

mod answer;
mod content;
mod event;
mod letters;
mod limits;
mod page;
mod routes;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use endpoint::{Error, Language, Origins, sentence};
use hyper::header::{ALLOW, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::environment::UPLOADS_BUCKET;
use crate::front::{Front, Port};
use crate::functions::{Functions, refusal};
use crate::mailbox::Mailbox;
use crate::received::{Received, Unread};
use crate::store::Store;
pub(crate) use answer::unreadable;
pub(crate) use event::query_parameters;
pub use letters::PATH as LETTERS_PATH;
pub(crate) use page::Sources;

use answer::{Answer, failed, from_function, refuse, refuse_in, text};
use event::{Head, event, with_body};
use limits::{FUNCTION_TIMEOUT, MAX_EVENT_BYTES, MAX_HEAD_BYTES, SMALL_BODY_BYTES};
use routes::Served;

/// Answers 200 once everything is up.
const HEALTH: &str = "/healthz";
/// `POST` queues every source again: `masthead rewrite --all`. It exists in the local stack only.
pub const REWRITE_PATH: &str = "/local/rewrite";
/// Must be on a `POST` to [`REWRITE_PATH`]: a page of another origin can't send it unasked.
pub const LOCAL_HEADER: &str = "x-masthead-local";

/// The gateway.
pub(crate) struct Gateway {
    store: Store,
    routes: Vec<Served>,
    origins: Origins,
    /// Where the page may load from beside its own origin.
    page: Sources,
    front: Front,
    mailbox: Mailbox,
    memory: Arc<Semaphore>,
    small_memory: Arc<Semaphore>,
    /// Large bodies are put into their events, and taken out of answers, one at a time: the processors are for everybody.
    large: Semaphore,
}

impl Gateway {
    pub(crate) fn new(
        store: Store,
        functions: Functions,
        origins: Origins,
        page: Sources,
        front: Front,
        mailbox: Mailbox,
    ) -> Self {
        Self {
            store,
            routes: functions.routes.into_iter().map(Served::new).collect(),
            origins,
            page,
            front,
            mailbox,
            memory: Arc::new(Semaphore::new(limits::MEMORY_KIB)),
            small_memory: Arc::new(Semaphore::new(limits::SMALL_MEMORY_KIB)),
            large: Semaphore::new(1),
        }
    }

    /// Answers one request and logs it.
    pub(crate) async fn answer(
        self: Arc<Self>,
        peer: SocketAddr,
        request: Request<Received>,
    ) -> Result<Answer, Infallible> {
        let (parts, body) = request.into_parts();
        let started = Instant::now();
        let answer = self.dispatch(&parts, body, peer).await;
        let (method, path, status) = (
            parts.method.as_str(),
            parts.uri.path(),
            answer.status().as_u16(),
        );
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(method, path, status, milliseconds, "answered");
        Ok(answer)
    }

    async fn dispatch(&self, parts: &Parts, body: Received, peer: SocketAddr) -> Answer {
        let path = parts.uri.path();
        let language = endpoint::language(&parts.headers);
        if let Some(refusal) = self.front.refusal(Port::Api, parts) {
            return refuse_in(language, refusal.status, "bad_request", &refusal.sentence);
        }
        if limits::head_bytes(parts) > MAX_HEAD_BYTES {
            return refuse(
                language,
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "bad_request",
                &sentence!("api.head_longer_than", bytes = MAX_HEAD_BYTES),
            );
        }
        if let Some((key, cache_control)) = content::key(path) {
            return content::answer(
                &self.store,
                &parts.method,
                &parts.headers,
                key,
                cache_control,
            )
            .await;
        }
        if let Some(answer) = page::answer(&parts.method, path, &self.page) {
            return answer;
        }
        if let Some(rest) = path.strip_prefix(LETTERS_PATH) {
            let wall = letters::may_read(peer, &parts.headers);
            if let Some(answer) = letters::answer(&self.mailbox, &parts.method, rest, language)
                .await
                .filter(|_| wall)
            {
                return answer;
            }
        }
        match path {
            HEALTH => only(language, &parts.method, &Method::GET).unwrap_or_else(|| {
                text(
                    StatusCode::OK,
                    "application/json",
                    r#"{"status":"success"}"#,
                )
            }),
            REWRITE_PATH => match only(language, &parts.method, &Method::POST) {
                Some(refused) => refused,
                None => self.rewrite(parts, peer).await,
            },
            _ => self.call(parts, body, peer).await,
        }
    }

    async fn rewrite(&self, parts: &Parts, peer: SocketAddr) -> Answer {
        let language = endpoint::language(&parts.headers);
        if !peer.ip().to_canonical().is_loopback() || !parts.headers.contains_key(LOCAL_HEADER) {
            return refuse(
                language,
                StatusCode::NOT_FOUND,
                "not_found",
                &sentence!("api.not_found"),
            );
        }
        match self
            .store
            .write(|change| change.replay(UPLOADS_BUCKET))
            .await
        {
            Ok(queued) => {
                let answer = json!({ "status": "success", "queued": queued });
                text(StatusCode::ACCEPTED, "application/json", answer.to_string())
            }
            Err(error) => {
                tracing::error!(%error, "the sources could not be queued again");
                failed(language)
            }
        }
    }

    /// Hands a request to its function.
    async fn call(&self, parts: &Parts, body: Received, peer: SocketAddr) -> Answer {
        let request_id = Uuid::now_v7().to_string();
        let language = endpoint::language(&parts.headers);
        let mut head = Head {
            parts,
            peer,
            route_key: "$default",
            path_parameters: BTreeMap::new(),
            request_id: &request_id,
            now: Timestamp::now(),
        };
        let Some((route, path_parameters)) = routes::find(&self.routes, parts.uri.path()) else {
            body.drain().await;
            return self.refuse(&head, Error::NotFound).await;
        };
        head.route_key = &route.key;
        head.path_parameters = path_parameters;

        let limit = limits::max_body_bytes(&parts.headers);
        let connection = body.connection();
        let (body, taken) = match body.read(limit).await {
            Ok((body, taken)) => (body, taken),
            Err(Unread::TooLarge) => return self.refuse(&head, too_large()).await,
            Err(Unread::Broken) => {
                return self
                    .refuse(&head, Error::BadRequest(sentence!("api.body_incomplete")))
                    .await;
            }
        };
        // All of it is here: from now on nobody waits for the client.
        let (length, kibibytes) = (body.len(), limits::memory_kib(body.len()));
        let memory = if length <= SMALL_BODY_BYTES {
            self.small_memory.acquire_many(kibibytes).await
        } else {
            self.memory.acquire_many(kibibytes).await
        };
        let (bare, headers) = (event(&head), parts.headers.clone());
        let whole = self.aside(length, move || {
            let event = with_body(bare, &headers, &body);
            drop(body);
            drop(taken);
            through_json(event)
        });
        let event = match whole.await {
            Some(Some(event)) => event,
            Some(None) => return self.refuse(&head, too_large()).await,
            None => return failed(language),
        };
        let started = Instant::now();
        let answered =
            tokio::time::timeout(FUNCTION_TIMEOUT, invoke(route, event, &request_id)).await;
        drop(memory);
        match answered {
            Ok(Some(answered)) => {
                let answered = self.explained(language, answered, started);
                let length = answered.body.as_ref().map_or(0, |body| body.len());
                let answer = self.aside(length, move || {
                    from_function(&answered, Some(&connection), language)
                });
                answer.await.unwrap_or_else(|| failed(language))
            }
            Ok(None) => failed(language),
            Err(_) => {
                self.refuse(
                    &head,
                    Error::unavailable(anyhow::anyhow!("{} took longer than 30 s", route.key)),
                )
                .await
            }
        }
    }

    /// The answer of a function that a store failed, with the reason where that is the disk: in AWS
    /// there is none.
    fn explained(
        &self,
        language: Language,
        mut answered: ApiGatewayV2httpResponse,
        started: Instant,
    ) -> ApiGatewayV2httpResponse {
        if answered.status_code >= 500
            && let Some(complaint) = self.store.disk().since(started)
        {
            let error = Error::unavailable(anyhow::anyhow!("{}", complaint.sentence()));
            answered.status_code = i64::from(error.status().as_u16());
            let message = complaint.sentence().in_language(language);
            let envelope = json!({ "status": "error", "code": error.code(), "message": message });
            answered.body = Some(endpoint::Body::Text(envelope.to_string()));
        }
        answered
    }

    /// Runs work that takes long for so many bytes beside the async threads, on which everybody else would
    /// wait for it. `None` where it panicked.
    async fn aside<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if bytes <= SMALL_BODY_BYTES {
            return Some(work());
        }
        let _turn = self.large.acquire().await;
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// An error in the API's words, with its headers.
    async fn refuse(&self, head: &Head<'_>, error: Error) -> Answer {
        let answered = refusal(&self.origins, event(head), head.request_id, error).await;
        from_function(&answered, None, endpoint::language(&head.parts.headers))
    }
}

/// Calls a function in its turn, in a task of its own that ends with this call. `None` where it
/// panicked.
async fn invoke(
    route: &Served,
    event: Value,
    request_id: &str,
) -> Option<ApiGatewayV2httpResponse> {
    let turn = Arc::clone(&route.turns).acquire_owned().await;
    let function = (route.function)(event, request_id.to_owned());
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        let answered = function.await;
        drop(turn);
        answered
    });
    tasks.join_next().await?.ok()
}

/// The event as the function reads it out of Lambda's JSON; `None` where that is longer than Lambda
/// takes.
fn through_json(event: Value) -> Option<Value> {
    let text = serde_json::to_vec(&event).ok()?;
    drop(event);
    (text.len() <= MAX_EVENT_BYTES).then(|| serde_json::from_slice(&text).ok())?
}

fn too_large() -> Error {
    Error::TooLarge(sentence!("api.request_too_large"))
}

/// An answer for every method but `method` (and `HEAD`, where that is `GET`).
fn only(language: Language, asked: &Method, method: &'static Method) -> Option<Answer> {
    if asked == method || (asked == Method::HEAD && method == Method::GET) {
        return None;
    }
    let mut response = refuse(
        language,
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        &sentence!("api.method_not_allowed", methods = method.as_str()),
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(method.as_str()));
    Some(response)
}

#[cfg(test)]
mod tests;
