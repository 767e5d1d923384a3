//! The address that starts a build: a deploy hook of Netlify, Vercel or Cloudflare Pages, or GitHub's
//! `repository_dispatch`.
//!
//! Whoever knows it can start builds. It stands in no log and no `Debug`; a log names the host alone.

mod answer;
mod source;
mod stored;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::json;

use crate::Start;
pub use source::Hooks;
pub use stored::StoredHook;

/// What GitHub's workflow is asked for by, unless `DEPLOY_HOOK_EVENT` says otherwise.
pub const DEFAULT_EVENT: &str = "masthead";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// GitHub asks each caller for one.
const AGENT: &str = concat!("masthead/", env!("CARGO_PKG_VERSION"));
/// Of GitHub's REST API.
const GITHUB_VERSION: &str = "2022-11-28";

/// One address, with what it takes to be let in.
pub struct Hook {
    url: Uri,
    /// As the header has it.
    authorization: Option<HeaderValue>,
    body: Option<Bytes>,
}

impl Hook {
    /// A hook at `url`. A `token` goes along as `Authorization: Bearer`; GitHub needs one.
    ///
    /// # Errors
    /// A sentence that says what is wrong, and quotes neither.
    pub fn new(url: &str, token: Option<&str>, event: Option<&str>) -> Result<Self, String> {
        let url: Uri = url
            .trim()
            .parse()
            .map_err(|_| "it is no URL; copy it from where your site is built".to_owned())?;
        let host = url.host().unwrap_or_default();
        let is_local = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
        match url.scheme_str() {
            Some("https") => {}
            Some("http") if is_local => {}
            _ => return Err("it must start with https://".to_owned()),
        }
        if url
            .authority()
            .is_some_and(|name| name.as_str().contains('@'))
        {
            return Err("it must hold no name and password before the host".to_owned());
        }
        let authorization = token.map(|token| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
                .map_err(|_| "its token holds characters that no token has".to_owned())?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        });
        let authorization = authorization.transpose()?;
        // GitHub's own, and that of an enterprise's server.
        let is_github = host == "api.github.com" || url.path().ends_with("/dispatches");
        if is_github && authorization.is_none() {
            return Err("GitHub needs a token that may write the repository's contents".to_owned());
        }
        let event = event.unwrap_or(DEFAULT_EVENT);
        let body = is_github.then(|| Bytes::from(json!({ "event_type": event }).to_string()));
        Ok(Self {
            url,
            authorization,
            body,
        })
    }

    /// The host that is called: all of the address that may be shown.
    pub fn host(&self) -> &str {
        self.url.host().unwrap_or_default()
    }

    /// Calls it once, and gives it up if the answer's head isn't there within `patience`.
    pub async fn start(&self, patience: Duration) -> Start {
        let host = self.host();
        let try_again = |reason: String| Start::TryAgain {
            reason,
            after: None,
        };
        match tokio::time::timeout(patience, self.call()).await {
            Ok(Ok(response)) => answer::read(host, response.status(), response.headers()),
            Ok(Err(cause)) => try_again(format!("{host} can't be reached: {cause}")),
            Err(_) => try_again(format!(
                "{host} did not answer within {} s",
                patience.as_secs()
            )),
        }
    }

    async fn call(&self) -> Result<hyper::Response<hyper::body::Incoming>, String> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        // Made for each call: there are few, and most runs of the function need no certificates.
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|cause| cause.to_string())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
        let body = self.body.clone().unwrap_or_default();
        // Hyper leaves an empty body's length out, which some servers answer with 411.
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.url.clone())
            .header(CONTENT_LENGTH, body.len())
            .header(USER_AGENT, AGENT);
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value.clone());
        }
        if self.body.is_some() {
            request = request
                .header(ACCEPT, "application/vnd.github+json")
                .header("x-github-api-version", GITHUB_VERSION)
                .header(CONTENT_TYPE, "application/json");
        }
        let request = request
            .body(Full::new(body))
            .map_err(|cause| cause.to_string())?;
        // Redirects aren't followed: what is behind one isn't what was configured.
        client.request(request).await.map_err(|error| chain(&error))
    }
}

/// An error with its causes, none of which names more than the host.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("host", &self.url.host())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
