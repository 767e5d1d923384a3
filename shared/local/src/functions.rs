//! The functions, linked into this process: each is handed the events that Lambda would hand it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use blobs::Blobs;
use endpoint::{Environment, Error, Origins, Request, aws};
use futures::future::BoxFuture;
use serde_json::Value;

/// A function behind the gateway: event and request id in, answer out.
pub(crate) type HttpFunction =
    Arc<dyn Fn(Value, String) -> BoxFuture<'static, ApiGatewayV2httpResponse> + Send + Sync>;

/// A function behind the queue: event in, answer out.
pub(crate) type QueueFunction =
    Arc<dyn Fn(Value) -> BoxFuture<'static, anyhow::Result<Value>> + Send + Sync>;

/// A function that a schedule wakes: it looks once.
pub(crate) type ScheduledFunction =
    Arc<dyn Fn() -> BoxFuture<'static, anyhow::Result<Value>> + Send + Sync>;

/// A route of the API and the function that answers it, whatever the method.
#[derive(Clone)]
pub(crate) struct Route {
    /// Such as `/api/readmes/{slug}`; the braces stand for one segment.
    pub(crate) path: &'static str,
    pub(crate) function: HttpFunction,
    /// How many requests it may work on at the same time; the others wait. It bounds the memory
    /// that hashing and decoding take.
    pub(crate) concurrency: usize,
}

/// Everything that is linked.
#[derive(Clone)]
pub(crate) struct Functions {
    pub(crate) routes: Vec<Route>,
    pub(crate) rewrite_readme: QueueFunction,
    /// The same for what can wait, in a process of its own.
    pub(crate) rewrite_later: QueueFunction,
    /// For keys under `pictures/` and `files/`; what is no letter either is for `rewrite_readme`.
    pub(crate) resize_picture: QueueFunction,
    /// For keys under `mail/`.
    pub(crate) send_mail: QueueFunction,
    pub(crate) remove_member: ScheduledFunction,
    /// What `rebuild_site` does for documents that come out by themselves.
    pub(crate) come_out: ScheduledFunction,
}

/// For functions that only read and write small items.
const LIGHT: usize = 32;
/// For functions that hash passwords: 19 MiB each.
const HASHING: usize = 4;
/// For the function that converts documents while a member waits: one at a time has the processor, and each takes memory.
const CONVERTING: usize = 4;
/// For the route that makes members of a roster: each takes a roster and its slips, some MB.
const IMPORTING: usize = 2;
/// For the function that decodes pictures: the renditions of one take up to 200 MB.
const DECODING: usize = 1;

impl Functions {
    /// Links every function, configured by `environment`; `pages` is the same for the function that signs
    /// addresses for pages, which may know this machine by another name than it does itself.
    pub(crate) fn linked(environment: &Environment, pages: &Environment) -> anyhow::Result<Self> {
        /// A route's function, its state built once.
        macro_rules! route {
            ($path:literal, $function:ident, $concurrency:expr) => {
                route!($path, $function, $concurrency, environment)
            };
            ($path:literal, $function:ident, $concurrency:expr, $environment:ident) => {{
                let state = Arc::new($function::State::from_env($environment)?);
                let origins = state.origins.clone();
                let call = move |request| {
                    let state = Arc::clone(&state);
                    async move { $function::handler(&state, request).await }
                };
                Route {
                    path: $path,
                    function: http(origins, call),
                    concurrency: $concurrency,
                }
            }};
        }
        /// A queue's function, its state built once.
        macro_rules! queue {
            ($function:ident) => {{
                let state = Arc::new($function::State::from_env(environment)?);
                Arc::new(move |event| -> BoxFuture<'static, anyhow::Result<Value>> {
                    let state = Arc::clone(&state);
                    Box::pin(async move { $function::handler(&state, event).await })
                })
            }};
        }
        Ok(Self {
            routes: vec![
                route!("/api/audit", audit, LIGHT),
                route!("/api/content", content, LIGHT),
                route!("/api/files", files, LIGHT),
                route!("/api/files/{id}", files, LIGHT),
                route!("/api/forgot_password", forgot_password, LIGHT),
                route!("/api/login", login, HASHING),
                route!("/api/me", me, LIGHT),
                route!("/api/me/delete", leave, HASHING),
                route!("/api/members", roster, LIGHT),
                route!("/api/members/import", roster, IMPORTING),
                route!("/api/members/public", content, LIGHT),
                route!("/api/members/{id}", roster, LIGHT),
                route!("/api/members/{id}/reset", roster, LIGHT),
                route!("/api/members/{id}/sign_out", roster, LIGHT),
                route!("/api/preview", preview, CONVERTING),
                route!("/api/readmes", readmes, LIGHT),
                route!("/api/readmes/{slug}", readmes, LIGHT),
                route!("/api/readmes/{slug}/rename", rename, LIGHT),
                route!("/api/readmes/{slug}/restore", versions, LIGHT),
                route!("/api/readmes/{slug}/source", versions, LIGHT),
                route!("/api/readmes/{slug}/versions", versions, LIGHT),
                route!("/api/readmes/{slug}/versions/{id}", versions, LIGHT),
                route!(
                    "/api/readmes/{slug}/versions/{id}/changes",
                    versions,
                    CONVERTING
                ),
                route!("/api/review", review, LIGHT),
                route!("/api/review/{handle}/{slug}", review, CONVERTING),
                route!("/api/set_password", set_password, HASHING),
                route!("/api/site", site, LIGHT),
                route!("/api/upload_file", upload_file, LIGHT),
                route!("/api/upload_profile_pic", upload_profile_pic, DECODING),
                route!("/api/upload_readme", upload_readme, LIGHT),
                route!("/api/upload_url", upload_url, LIGHT, pages),
            ],
            rewrite_readme: queue!(rewrite_readme),
            rewrite_later: queue!(rewrite_readme),
            resize_picture: queue!(resize_picture),
            send_mail: queue!(send_mail),
            remove_member: remove_member(environment)?,
            come_out: come_out(environment)?,
        })
    }
}

/// The function that erases who left. On one machine no request is at work for long after the tombstone, as `users remove`
/// takes it, too.
fn remove_member(environment: &Environment) -> anyhow::Result<ScheduledFunction> {
    let state = Arc::new(remove_member::State {
        request_time: Duration::ZERO,
        ..remove_member::State::from_env(environment)?
    });
    Ok(Arc::new(move || {
        let state = Arc::clone(&state);
        Box::pin(async move { remove_member::handler(&state, Value::Null).await })
    }))
}

/// What `rebuild_site` does whether or not there is a site to be built: documents whose time has come are asked for, and what is published is
/// kept.
fn come_out(environment: &Environment) -> anyhow::Result<ScheduledFunction> {
    let config = aws::config(environment, aws::ENDPOINT_S3)?;
    let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET")?);
    let state = Arc::new((rebuild_site::Watch::from_env(environment)?, uploads));
    Ok(Arc::new(move || {
        let state = Arc::clone(&state);
        Box::pin(async move {
            let (watch, uploads) = &*state;
            let due = rebuild_site::Due {
                members: &watch.members,
                uploads,
                clock: &watch.clock,
                most: rebuild_site::MOST_AT_ONCE,
            };
            let asked = due.ask().await;
            rebuild_site::keep(watch).await?;
            asked.map(Value::from)
        })
    }))
}

/// A handler as Lambda's runtime calls it.
pub(crate) fn http<H, F>(origins: Origins, handler: H) -> HttpFunction
where
    H: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = endpoint::Result> + Send,
{
    Arc::new(move |event, request_id| {
        let (origins, handler) = (origins.clone(), handler.clone());
        Box::pin(async move { endpoint::invoke(&origins, event, &request_id, handler).await })
    })
}

/// A function that answers every event with an error: how the gateway refuses in the API's words.
pub(crate) async fn refusal(
    origins: &Origins,
    event: Value,
    request_id: &str,
    error: Error,
) -> ApiGatewayV2httpResponse {
    endpoint::invoke(origins, event, request_id, |_| async { Err(error) }).await
}
