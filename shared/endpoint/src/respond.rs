//! Answers: the JSON envelope, the headers that every answer carries, and CORS.

use std::net::IpAddr;

use lambda_http::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use lambda_http::{Body, Request, Response};
use languages::Language;
use serde::Serialize;

use crate::edge::Edge;
use crate::error::Replacement;
use crate::{Environment, EnvironmentError, Error, Result};

/// How long a client should wait after a 503, in seconds.
const RETRY_AFTER_UNAVAILABLE_SECONDS: u64 = 2;

/// After a host: whatever its port.
const ANY_PORT: &str = ":*";

/// Where requests may come from: the sites whose pages may call the API (`ALLOWED_ORIGINS`,
/// separated by commas), and the network that may speak for a requester.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    sites: Vec<String>,
    edge: Edge,
}

impl Origins {
    /// Reads `ALLOWED_ORIGINS`, and with it `EDGE_ID`. `*` stands for any port of a machine that is
    /// named by its address or as `localhost`; it is refused elsewhere, since the API carries members'
    /// sessions.
    pub fn from_env(environment: &Environment) -> std::result::Result<Self, EnvironmentError> {
        const NAME: &str = "ALLOWED_ORIGINS";
        let listed = environment.optional(NAME).unwrap_or_default();
        let origins = listed
            .split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty());
        let origins = origins.map(|origin| {
            let host = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"))
                .map(|host| host.strip_suffix(ANY_PORT).filter(|host| is_machine(host)).unwrap_or(host));
            match host {
                Some(host) if !host.is_empty() && !host.contains(['/', '*', '@', ' ']) => {
                    Ok(origin.to_owned())
                }
                _ => Err(Environment::unusable(
                    NAME,
                    "each origin is a scheme and a host, such as https://club.example, and * is allowed only \
                     as the port of localhost or of an address",
                )),
            }
        });
        Ok(Self {
            sites: origins.collect::<std::result::Result<_, _>>()?,
            edge: Edge::from_env(environment),
        })
    }

    pub(crate) fn edge(&self) -> &Edge {
        &self.edge
    }

    /// The request's origin, where it is one of these.
    pub fn allowed<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let text = origin.to_str().ok()?;
        let is_allowed = |allowed: &String| match allowed.strip_suffix(ANY_PORT) {
            None => allowed == text,
            Some(machine) => text.strip_prefix(machine).is_some_and(is_port),
        };
        self.sites.iter().any(is_allowed).then_some(origin)
    }
}

/// Whether a host is a machine whose ports are all somebody's own.
fn is_machine(host: &str) -> bool {
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    host == "localhost" || address.parse::<IpAddr>().is_ok()
}

/// Whether this is what may follow a host in an origin: nothing, or a port.
fn is_port(text: &str) -> bool {
    let port = text.strip_prefix(':');
    text.is_empty()
        || port.is_some_and(|port| port.parse::<u16>().is_ok() && !port.starts_with('+'))
}

#[derive(Serialize)]
struct Success<'a, T> {
    status: &'static str,
    #[serde(flatten)]
    fields: &'a T,
}

#[derive(Serialize)]
struct Failure<'a> {
    status: &'static str,
    code: &'a str,
    message: &'a str,
    #[serde(flatten)]
    replacement: Option<&'a Replacement>,
}

/// 200 with `{"status":"success", ...fields}`.
pub fn ok(fields: &impl Serialize) -> Result {
    json(
        StatusCode::OK,
        &Success {
            status: "success",
            fields,
        },
    )
}

/// 200 with `{"status":"success", ...fields}`, in which sentences are said in `language`.
pub fn ok_in(language: Language, fields: &impl Serialize) -> Result {
    let mut response = ok(fields)?;
    say_language(response.headers_mut(), language);
    Ok(response)
}

/// Says that an answer is in `language`, since the request accepts that.
fn say_language(headers: &mut HeaderMap, language: Language) {
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(language.code()),
    );
}

/// 201 with `{"status":"success", ...fields}` and sentences in `language`: something new is there.
pub fn created_in(language: Language, fields: &impl Serialize) -> Result {
    let mut response = json(
        StatusCode::CREATED,
        &Success {
            status: "success",
            fields,
        },
    )?;
    say_language(response.headers_mut(), language);
    Ok(response)
}

/// 202 with `{"status":"success", ...fields}`: the work is queued.
pub fn accepted(fields: &impl Serialize) -> Result {
    json(
        StatusCode::ACCEPTED,
        &Success {
            status: "success",
            fields,
        },
    )
}

/// A status without a body, such as 304.
pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> Result {
    let mut response = Response::new(Body::Text(serde_json::to_string(body)?));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

/// What a request needs kept of it until its answer is made.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    request_id: String,
    language: Language,
    headers: HeaderMap,
    preflight: bool,
}

impl Asked {
    pub(crate) fn unread(request_id: &str, language: Language) -> Self {
        Self {
            request_id: request_id.to_owned(),
            language,
            ..Self::default()
        }
    }

    pub(crate) fn of(request: &Request, request_id: &str, language: Language) -> Self {
        let mut headers = HeaderMap::new();
        if let Some(origin) = request.headers().get(header::ORIGIN) {
            headers.insert(header::ORIGIN, origin.clone());
        }
        Self {
            request_id: request_id.to_owned(),
            language,
            headers,
            preflight: request.method() == Method::OPTIONS,
        }
    }
}

/// Turns a handler's result into the answer; the only place that builds and logs an error answer.
pub(crate) fn respond(origins: &Origins, asked: &Asked, result: Result) -> Response<Body> {
    let mut response = match result {
        Ok(response) => response,
        Err(error) => failure(asked, &error),
    };
    let origin = origins.allowed(&asked.headers);
    let headers = response.headers_mut();
    // A handler that says nothing of caches has answered something of a member's own.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // What is said in no language, such as what caches keep, is the same whatever a client accepts.
    let varies = if headers.contains_key(header::CONTENT_LANGUAGE) {
        "Origin, Accept-Language"
    } else {
        "Origin"
    };
    headers.insert(header::VARY, HeaderValue::from_static(varies));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Content-Disposition, ETag, Retry-After, WWW-Authenticate"),
        );
        if asked.preflight {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_METHODS,
                HeaderValue::from_static("GET, POST, PATCH, DELETE"),
            );
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                HeaderValue::from_static("Authorization, Content-Type, If-None-Match"),
            );
            headers.insert(
                header::ACCESS_CONTROL_MAX_AGE,
                HeaderValue::from_static("7200"),
            );
        }
    }
    response
}

fn failure(asked: &Asked, error: &Error) -> Response<Body> {
    let (status, code, request_id) = (error.status(), error.code(), &asked.request_id);
    match error {
        Error::Internal(cause) => {
            tracing::error!(
                request_id,
                code,
                cause = format!("{cause:#}"),
                "answered an error"
            );
        }
        Error::Unavailable(cause) => {
            tracing::warn!(
                request_id,
                code,
                cause = format!("{cause:#}"),
                "answered an error"
            );
        }
        _ => tracing::info!(
            request_id,
            code,
            status = status.as_u16(),
            "answered an error"
        ),
    }
    let body = Failure {
        status: "error",
        code,
        message: &error.sentence().in_language(asked.language),
        replacement: match error {
            Error::OtherTitle(replacement) => Some(replacement),
            _ => None,
        },
    };
    let mut response =
        json(status, &body).unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR));
    let headers = response.headers_mut();
    say_language(headers, asked.language);
    match error {
        Error::InvalidToken => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Error::MethodNotAllowed { allow } => {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        Error::TooManyAttempts {
            retry_after_seconds,
        }
        | Error::Busy {
            retry_after_seconds,
            ..
        }
        | Error::NotReady {
            retry_after_seconds,
            ..
        } => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
        }
        Error::Unavailable(_) => {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(RETRY_AFTER_UNAVAILABLE_SECONDS),
            );
        }
        _ => {}
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact_and_a_star_is_a_port_of_a_machine() {
        let read =
            |value: &str| Origins::from_env(&Environment::from_iter([("ALLOWED_ORIGINS", value)]));
        for wrong in [
            "*",
            "https://*",
            "site.example",
            "https://site.example/",
            "https://a b",
            "null",
            "https://",
            "https://site.example:*",
            "http://localhost:*/",
            "http://localhost:4*",
            "http://*:4321",
            "http://evil@localhost:*",
            "http://localhost.:*",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let ports =
            "http://localhost:*, https://127.0.0.1:*, http://[::1]:*, http://192.168.1.20:*";
        let ports = read(ports).unwrap();
        for (origin, allowed) in [
            ("http://localhost", true),
            ("http://localhost:1", true),
            ("http://localhost:65535", true),
            ("http://localhost:65536", false),
            ("http://localhost:+80", false),
            ("http://localhost:", false),
            ("http://localhost:80.evil.example", false),
            ("http://localhost.evil.example:80", false),
            ("https://localhost:80", false),
            ("https://127.0.0.1:8443", true),
            ("http://[::1]:5173", true),
            ("http://192.168.1.20:4321", true),
            ("http://192.168.1.200:4321", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(ports.allowed(&headers).is_some(), allowed, "{origin}");
        }
        let origins = read("https://site.example, http://localhost:4321").unwrap();
        for (origin, allowed) in [
            ("https://site.example", true),
            ("http://localhost:4321", true),
            ("https://site.example.evil", false),
            ("http://site.example", false),
            ("null", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(origins.allowed(&headers).is_some(), allowed, "{origin}");
        }
    }

    #[test]
    fn an_internal_error_tells_the_client_nothing() {
        let error = Error::from(std::io::Error::other("table masthead-members in eu-west-1"));
        let response = respond(&Origins::default(), &Asked::default(), Err(error));
        assert_eq!(response.status(), 500);
        let Body::Text(body) = response.body() else {
            panic!("a text body")
        };
        assert_eq!(
            body,
            r#"{"status":"error","code":"internal","message":"Something went wrong on our side. Please try again later."}"#
        );
    }
}
