//! `GET /content/*`, `GET /pictures/*` and `GET /files/*`: what CloudFront serves in AWS, from the content bucket.

use endpoint::sentence;
use futures::TryStreamExt;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, LAST_MODIFIED,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Response, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::answer::{Answer, failed, full, refuse};
use crate::environment::CONTENT_BUCKET;
use crate::store::{ByteRange, Error, Store, Version, find};

/// What is read by anybody, and how long it may be kept where its writer didn't say.
const PREFIXES: [(&str, &str); 3] = [
    ("content/", "public, max-age=0, must-revalidate"),
    (
        "pictures/",
        "public, max-age=31536000, s-maxage=300, immutable",
    ),
    (
        "files/",
        "public, max-age=31536000, s-maxage=300, immutable",
    ),
];
/// By the end of the name: what a member uploaded never decides how a browser reads it.
const CONTENT_TYPES: [(&str, &str); 6] = [
    (".md", "text/markdown; charset=utf-8"),
    (".webp", "image/webp"),
    (".jpg", "image/jpeg"),
    (".png", "image/png"),
    (".pdf", "application/pdf"),
    (".svg", "image/svg+xml"),
];

/// The key that `path` names, where it is one that is served, and the default `Cache-Control`.
pub(super) fn key(path: &str) -> Option<(&str, &'static str)> {
    let key = path.strip_prefix('/')?;
    let (_, cache_control) = PREFIXES
        .iter()
        .find(|(prefix, _)| key.starts_with(prefix))?;
    // Keys are made of these alone, so nothing needs decoding and nothing can climb.
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment.bytes().all(
                |byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.'),
            )
    };
    key.split('/').all(is_plain).then_some((key, cache_control))
}

/// Answers a request for the object `key`.
pub(super) async fn answer(
    store: &Store,
    method: &Method,
    headers: &HeaderMap,
    key: &str,
    cache_control: &'static str,
) -> Answer {
    let language = endpoint::language(headers);
    let mut response = match *method {
        Method::GET | Method::HEAD => match read(store, headers, key, cache_control).await {
            Ok(Some(response)) => response,
            Ok(None) => refuse(
                language,
                StatusCode::NOT_FOUND,
                "not_found",
                &sentence!("api.not_found"),
            ),
            Err(error) => {
                tracing::error!(%error, key, "an object could not be read");
                failed(language)
            }
        },
        Method::OPTIONS => {
            let mut response = Response::new(full(""));
            *response.status_mut() = StatusCode::NO_CONTENT;
            response.headers_mut().insert(
                ACCESS_CONTROL_ALLOW_METHODS,
                HeaderValue::from_static("GET, HEAD"),
            );
            response
        }
        _ => {
            let mut response = refuse(
                language,
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                &sentence!("api.method_not_allowed", methods = "GET, HEAD"),
            );
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("ETag"),
    );
    response
}

async fn read(
    store: &Store,
    headers: &HeaderMap,
    key: &str,
    cache_control: &'static str,
) -> Result<Option<Answer>, Error> {
    let wanted = key.to_owned();
    let found = store
        .read(move |index| find(index, CONTENT_BUCKET, &wanted, None))
        .await?;
    let Some((version, name)) = found.and_then(|version| Some((version.clone(), version.body?)))
    else {
        return Ok(None);
    };
    let etag = format!("\"{}\"", version.etag);
    let mut response = if holds(headers, &etag) {
        let mut response = Response::new(full(""));
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let body = match store
            .bodies
            .read(
                &name,
                ByteRange {
                    start: 0,
                    length: version.size,
                },
            )
            .await
        {
            Ok(body) => StreamBody::new(body.map_ok(Frame::data)).boxed(),
            // Replaced or deleted just now; who asks again sees what is there.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(version.size));
        let content_type = CONTENT_TYPES.iter().find(|(end, _)| key.ends_with(end));
        let content_type =
            content_type.map_or("application/octet-stream", |(_, content_type)| content_type);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(disposition) = &version.attributes.content_disposition
            && let Ok(disposition) = HeaderValue::try_from(disposition)
        {
            headers.insert(CONTENT_DISPOSITION, disposition);
        }
        headers.insert(
            CONTENT_SECURITY_POLICY,
            // A drawing has a style sheet and pictures within itself.
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
            ),
        );
        response
    };
    let headers = response.headers_mut();
    let kept = version
        .attributes
        .cache_control
        .as_deref()
        .and_then(|value| value.parse().ok());
    headers.insert(
        CACHE_CONTROL,
        kept.unwrap_or(HeaderValue::from_static(cache_control)),
    );
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(ETAG, etag);
    }
    if let Some(modified) = last_modified(&version) {
        headers.insert(LAST_MODIFIED, modified);
    }
    Ok(Some(response))
}

/// Whether the client has what it asks for already (RFC 9110, section 13.1.2).
fn holds(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

fn last_modified(version: &Version) -> Option<HeaderValue> {
    let modified = Timestamp::try_from(version.modified()).ok()?;
    let printed = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&modified)
        .ok()?;
    HeaderValue::try_from(printed).ok()
}
