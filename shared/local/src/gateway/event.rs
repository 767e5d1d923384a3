//! An HTTP request as API Gateway's HTTP API hands it to a function: payload format 2.0.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64ct::{Base64, Encoding};
use hyper::header::{
    CONNECTION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use hyper::http::request::Parts;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Headers between two hops; they end at the gateway (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// A request, less its body.
pub(super) struct Head<'a> {
    pub(super) parts: &'a Parts,
    pub(super) peer: SocketAddr,
    /// Such as `ANY /api/login`, or `$default`.
    pub(super) route_key: &'a str,
    /// What stands for the route's braces.
    pub(super) path_parameters: BTreeMap<&'static str, String>,
    pub(super) request_id: &'a str,
    pub(super) now: Timestamp,
}

/// The event for a request, without its body.
pub(super) fn event(head: &Head<'_>) -> Value {
    let Head {
        parts,
        peer,
        route_key,
        path_parameters,
        request_id,
        now,
    } = head;
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let (headers, cookies) = headers(&parts.headers, peer);
    let host = headers.get(HOST.as_str()).cloned().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split('.').next().unwrap_or_default(),
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": peer.ip().to_canonical().to_string(),
                "userAgent": headers.get(USER_AGENT.as_str()).cloned().unwrap_or_default(),
            },
            "requestId": request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    event["headers"] = json!(headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query_parameters(query));
    }
    if !path_parameters.is_empty() {
        event["pathParameters"] = json!(path_parameters);
    }
    event
}

/// The event with the body of its request, where that has one.
pub(super) fn with_body(mut event: Value, headers: &HeaderMap, body: &[u8]) -> Value {
    if !body.is_empty() {
        let (body, base64) = encoded(headers, body);
        event["body"] = Value::String(body);
        event["isBase64Encoded"] = Value::Bool(base64);
    }
    event
}

/// Whether API Gateway passes a body of this type on as text; everything else becomes base64.
pub(super) fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    media_type.starts_with("text/")
        || matches!(
            media_type.as_str(),
            "application/json" | "application/javascript" | "application/xml"
        )
}

fn encoded(headers: &HeaderMap, body: &[u8]) -> (String, bool) {
    match str::from_utf8(body) {
        Ok(text) if is_text(headers) => (text.to_owned(), false),
        _ => (Base64::encode_string(body), true),
    }
}

/// Lower-case names; of several, the values joined by commas. Cookies have a field of their own.
fn headers(headers: &HeaderMap, peer: &SocketAddr) -> (BTreeMap<String, String>, Vec<String>) {
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut joined = BTreeMap::new();
    for name in headers
        .keys()
        .filter(|name| **name != COOKIE && !HOP_BY_HOP.contains(name))
    {
        let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
        joined.insert(name.as_str().to_owned(), values.join(","));
    }
    let source = peer.ip().to_canonical().to_string();
    joined
        .entry("x-forwarded-for".to_owned())
        .and_modify(|hops| *hops = format!("{hops}, {source}"))
        .or_insert(source);
    joined.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    let cookies = headers.get_all(COOKIE).iter().flat_map(|value| {
        text(value)
            .split(';')
            .map(|cookie| cookie.trim().to_owned())
            .filter(|cookie| !cookie.is_empty())
            .collect::<Vec<_>>()
    });
    (joined, cookies.collect())
}

/// Decoded; of several of one name, the values joined by commas.
pub(crate) fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::<String, String>::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(value);
        parameters
            .entry(decoded(name))
            .and_modify(|values| *values = format!("{values},{value}"))
            .or_insert(value);
    }
    parameters
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8_lossy()
        .into_owned()
}
