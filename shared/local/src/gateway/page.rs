//! The page at `/`: sign in, upload, watch the report.

use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY};
use hyper::{Method, StatusCode};

use super::answer::{Answer, text};

struct File {
    path: &'static str,
    content_type: &'static str,
    content: &'static str,
}

const FILES: &[File] = &[
    File {
        path: "/",
        content_type: "text/html; charset=utf-8",
        content: include_str!("../../page/index.html"),
    },
    File {
        path: "/app.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../../page/app.js"),
    },
    File {
        path: "/style.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../page/style.css"),
    },
];

/// The page's file at `path`. `s3` is where the page may put files to, beside its own origin.
pub(super) fn answer(method: &Method, path: &str, s3: &str) -> Option<Answer> {
    let file = FILES.iter().find(|file| file.path == path)?;
    if ![Method::GET, Method::HEAD].contains(method) {
        return None;
    }
    let mut response = text(StatusCode::OK, file.content_type, file.content);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: https:; \
         connect-src 'self' {s3}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Another version of the program may serve the next visit.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response)
}
