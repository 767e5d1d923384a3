//! One API Gateway event in, one answer out: the conversions that Lambda applies, made safe.
//!
//! `lambda_http` panics on an event whose body isn't the base64 it claims to be, and on a host
//! header or a path that makes no URL; it also puts the stage into the path. What it would stumble
//! over is refused or taken out here, before it sees the event.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use base64ct::{Base64, Encoding};
use futures::FutureExt;
use lambda_http::http::header::{ACCEPT_LANGUAGE, HOST, HeaderName};
use lambda_http::http::uri::PathAndQuery;
use lambda_http::request::LambdaRequest;
use lambda_http::{Body, Request, Response};
use lambda_runtime::LambdaEvent;
use languages::{Language, sentence};
use serde_json::Value;

use crate::edge::Edge;
use crate::respond::{Asked, respond};
use crate::{Error, Origins, Result};

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Serves a handler in Lambda until the process ends.
pub async fn run<H, F>(origins: &Origins, handler: H) -> std::result::Result<(), lambda_http::Error>
where
    H: Fn(Request) -> F,
    F: Future<Output = Result> + Send,
{
    let handler = &handler;
    lambda_runtime::run(lambda_runtime::service_fn(
        move |event: LambdaEvent<Value>| async move {
            let answer = invoke(origins, event.payload, &event.context.request_id, handler).await;
            Ok::<_, lambda_http::Error>(answer)
        },
    ))
    .await
}

/// Answers one API Gateway HTTP API event (payload format 2.0).
///
/// Whatever the event is, there is an answer: an event of another kind is a 400, a handler that
/// panics a 500. `request_id` names the invocation in the log.
pub async fn invoke<H, F>(
    origins: &Origins,
    event: Value,
    request_id: &str,
    handler: H,
) -> ApiGatewayV2httpResponse
where
    H: FnOnce(Request) -> F,
    F: Future<Output = Result>,
{
    let language = language_of(&event);
    let (asked, result) = match request_from(origins.edge(), event) {
        Ok(request) => {
            let asked = Asked::of(&request, request_id, language);
            // Boxed: the futures of the SDK calls inside nest deeper than the compiler follows.
            let result = AssertUnwindSafe(Box::pin(handler(request)))
                .catch_unwind()
                .await;
            (
                asked,
                result.unwrap_or_else(|_| Err(anyhow::anyhow!("the handler panicked").into())),
            )
        }
        Err(error) => (Asked::unread(request_id, language), Err(error)),
    };
    answer_from(respond(origins, &asked, result))
}

/// The language that an event's request accepts, of one that makes no request, too: its refusal is read by somebody.
fn language_of(event: &Value) -> Language {
    let headers = event.get("headers").and_then(Value::as_object);
    let mut headers = headers.into_iter().flatten();
    let header = headers.find(|(name, _)| name.eq_ignore_ascii_case(ACCEPT_LANGUAGE.as_str()));
    header
        .and_then(|(_, value)| value.as_str())
        .map_or(Language::ENGLISH, Language::accepted)
}

/// The event as a request, or why it is none.
fn request_from(edge: &Edge, event: Value) -> Result<Request> {
    let mut event: ApiGatewayV2httpRequest = serde_json::from_value(event)
        .map_err(|_| Error::BadRequest(sentence!("api.not_an_api_event")))?;
    edge.apply(&mut event);
    let path = event.raw_path.take().unwrap_or_default();
    let path = without_stage(&path, event.request_context.stage.as_deref());
    let query = event.raw_query_string.as_deref().unwrap_or_default();
    if !path.starts_with('/') || PathAndQuery::try_from(path).is_err() {
        return Err(Error::NotFound);
    }
    if PathAndQuery::try_from(format!("/?{query}")).is_err() {
        return Err(Error::BadRequest(sentence!("api.query_unreadable")));
    }
    if event.is_base64_encoded
        && event
            .body
            .as_deref()
            .is_some_and(|body| Base64::decode_vec(body).is_err())
    {
        return Err(Error::BadRequest(sentence!("api.body_not_base64")));
    }
    event.raw_path = Some(path.to_owned());
    event.request_context.stage = None;
    event.request_context.domain_name = None;
    event.headers.remove(HOST);
    event.headers.remove(X_FORWARDED_PROTO);
    Ok(LambdaRequest::ApiGatewayV2(event).into())
}

/// API Gateway puts a named stage before the path; routes are written without it.
fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    stage
        .filter(|stage| *stage != "$default" && !stage.is_empty())
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path)
}

fn answer_from(response: Response<Body>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(parts.status.as_u16());
    answer.headers = parts.headers;
    answer.is_base64_encoded = matches!(body, Body::Binary(_));
    answer.body = (!matches!(body, Body::Empty)).then_some(body);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(path: &str) -> Value {
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
            "headers": {"host": "api.example", "x-forwarded-proto": "https"},
            "requestContext": {
                "stage": "$default", "requestId": "r", "domainName": "api.example", "timeEpoch": 0,
                "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}
            },
            "isBase64Encoded": false
        })
    }

    async fn echo_path(event: Value) -> (i64, String) {
        let answer = invoke(&Origins::default(), event, "r", |request| async move {
            crate::ok(&json!({"path": crate::path(&request)}))
        })
        .await;
        let Some(Body::Text(body)) = answer.body else {
            panic!("a text body")
        };
        (answer.status_code, body)
    }

    #[tokio::test]
    async fn the_stage_is_not_part_of_the_path() {
        for (stage, path) in [
            ("prod", "/prod/api/login"),
            ("prod", "/api/login"),
            ("$default", "/api/login"),
        ] {
            let mut event = event(path);
            event["requestContext"]["stage"] = json!(stage);
            let (status, body) = echo_path(event).await;
            assert_eq!(
                (status, body.as_str()),
                (200, r#"{"status":"success","path":"/api/login"}"#)
            );
        }
    }

    #[tokio::test]
    async fn the_path_is_not_normalised() {
        for path in [
            "/api/x/../login",
            "/api/%6cogin",
            "/api/login/",
            "//api/login",
        ] {
            let (status, body) = echo_path(event(path)).await;
            assert_eq!(status, 200);
            assert!(body.contains(path), "{body}");
        }
    }

    #[tokio::test]
    async fn events_that_would_panic_in_the_conversion_are_refused() {
        for (change, value, status) in [
            ("/body", json!("%%% not base64"), 400),
            ("/rawPath", json!("no slash"), 404),
            ("/rawPath", json!("/a b\u{0}"), 404),
            ("/rawQueryString", json!("a=\u{0} b"), 400),
            ("/headers/host", json!("not a host/\\ ^"), 200),
            ("/headers/x-forwarded-proto", json!("::::"), 200),
            ("/requestContext/domainName", json!("not a host"), 200),
            ("/requestContext/http/method", json!("?!"), 400),
        ] {
            let mut event = event("/api/login");
            event["body"] = json!("");
            event["isBase64Encoded"] = json!(true);
            *event.pointer_mut(change).unwrap() = value;
            assert_eq!(echo_path(event).await.0, status, "{change}");
        }
    }

    #[tokio::test]
    async fn events_of_other_kinds_are_answered() {
        for event in [
            json!({}),
            json!(null),
            json!({"source": "aws.events"}),
            json!([1]),
            json!({"httpMethod": "POST", "path": "/"}),
        ] {
            let (status, body) = echo_path(event).await;
            assert_eq!(status, 400, "{body}");
        }
    }

    #[tokio::test]
    async fn a_panicking_handler_is_a_500_and_the_process_lives_on() {
        let answer = invoke(&Origins::default(), event("/"), "r", |_| async {
            panic!("boom")
        })
        .await;
        assert_eq!(answer.status_code, 500);
    }
}
