//! A function's answer as HTTP, and the answers that the gateway gives by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use base64ct::{Base64, Encoding};
use bytes::Bytes;
use endpoint::{Language, Sentence, sentence};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, HeaderName,
    HeaderValue, SET_COOKIE, TRANSFER_ENCODING, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::connections::Connection;

/// A response of the gateway.
pub(super) type Answer = Response<BoxBody<Bytes, std::io::Error>>;

/// What Lambda returns at most from one invocation, in bytes.
const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024;

/// The JSON that API Gateway reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// Turns what a function answered into HTTP, by way of the same JSON as in AWS.
///
/// The answer counts as memory of `connection` until the client has read it.
pub(super) fn from_function(
    answered: &ApiGatewayV2httpResponse,
    connection: Option<&Arc<Connection>>,
    language: Language,
) -> Answer {
    match read(answered, connection) {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "a function's answer can't be passed on"
            );
            failed(language)
        }
    }
}

fn read(
    answered: &ApiGatewayV2httpResponse,
    connection: Option<&Arc<Connection>>,
) -> anyhow::Result<Answer> {
    let text = serde_json::to_vec(answered)?;
    anyhow::ensure!(
        text.len() <= MAX_ANSWER_BYTES,
        "it has {} bytes, Lambda takes {MAX_ANSWER_BYTES}",
        text.len()
    );
    let answered: Answered = serde_json::from_slice(&text)?;
    let body = match answered.body {
        Some(body) if answered.is_base64_encoded => Base64::decode_vec(&body)
            .map_err(|error| anyhow::anyhow!("its body is not base64: {error}"))?,
        body => body.unwrap_or_default().into_bytes(),
    };
    let body = match connection {
        Some(connection) => connection.leaving(body),
        None => body.into(),
    };
    let mut response = Response::new(full(body));
    *response.status_mut() = StatusCode::from_u16(answered.status_code)?;
    for (name, value) in &answered.headers {
        let name: HeaderName = name.parse()?;
        // The length and the framing are the gateway's own.
        if ![CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&name) {
            response.headers_mut().insert(name, value.parse()?);
        }
    }
    for cookie in &answered.cookies {
        response.headers_mut().append(SET_COOKIE, cookie.parse()?);
    }
    Ok(response)
}

/// What a client is told of a defect of ours.
pub(super) fn failed(language: Language) -> Answer {
    refuse(
        language,
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        &sentence!("api.internal"),
    )
}

/// What is said of a request that the HTTP parser can't read: in English, since nobody knows what it accepts.
pub(crate) fn unreadable(status: StatusCode) -> String {
    let message = match status {
        StatusCode::URI_TOO_LONG => sentence!("api.address_too_long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => sentence!("api.head_too_long"),
        _ => sentence!("api.not_http"),
    };
    envelope("bad_request", &message.to_string())
}

fn envelope(code: &str, message: &str) -> String {
    json!({ "status": "error", "code": code, "message": message }).to_string()
}

/// An error in the API's envelope, for what no function sees.
pub(super) fn refuse(
    language: Language,
    status: StatusCode,
    code: &str,
    sentence: &Sentence,
) -> Answer {
    let message = sentence.in_language(language);
    refuse_in(language, status, code, &message)
}

/// The same in words that are in `language` already.
pub(super) fn refuse_in(
    language: Language,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Answer {
    let mut response = text(status, "application/json", envelope(code, message));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    headers.append(VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// A whole text.
pub(super) fn text(
    status: StatusCode,
    content_type: &'static str,
    text: impl Into<Bytes>,
) -> Answer {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(super) fn full(body: impl Into<Bytes>) -> BoxBody<Bytes, std::io::Error> {
    Full::new(body.into())
        .map_err(|never| match never {})
        .boxed()
}
