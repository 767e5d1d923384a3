//! A proxy before DynamoDB and S3 that notes what is asked of them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// One call of a store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    /// As IAM names it, such as `dynamodb:GetItem`.
    pub(super) action: String,
    /// The table's partition (`*` for all of it), the object's `bucket/key`, or the `bucket/prefix` of a listing.
    pub(super) on: String,
}

pub(super) type Calls = Arc<Mutex<Vec<Call>>>;

/// Starts a proxy before `target`, and returns its address.
pub(super) async fn start(target: &str, calls: &Calls) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (target, calls) = (target.to_owned(), Arc::clone(calls));
    let client = reqwest::Client::new();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (target, calls, client) = (target.clone(), Arc::clone(&calls), client.clone());
            let answer = service_fn(move |request| {
                let (target, calls, client) = (target.clone(), Arc::clone(&calls), client.clone());
                async move { Ok::<_, Infallible>(forward(&client, &target, &calls, request).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    address
}

async fn forward(
    client: &reqwest::Client,
    target: &str,
    calls: &Calls,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let operation = parts
        .headers
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok());
    let made = match operation {
        Some(operation) => of_dynamodb(operation, &body),
        None => vec![of_s3(
            parts.method.as_str(),
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
        )],
    };
    calls.lock().unwrap().extend(made);
    let url = format!("{target}{}", parts.uri);
    // The host is part of what is signed, so it goes on as it came.
    let sent = client
        .request(parts.method, url)
        .headers(parts.headers)
        .body(body)
        .send();
    let answer = sent.await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if name != "transfer-encoding" {
            response = response.header(name, value);
        }
    }
    response
        .body(Full::new(answer.bytes().await.unwrap()))
        .unwrap()
}

fn of_dynamodb(operation: &str, body: &[u8]) -> Vec<Call> {
    let body: Value = serde_json::from_slice(body).unwrap();
    // A transaction needs the right to each of its parts.
    if let Some(parts) = body["TransactItems"].as_array() {
        let parts = parts.iter().flat_map(|part| part.as_object().unwrap());
        let calls = parts.map(|(kind, part)| match kind.as_str() {
            "ConditionCheck" | "Put" | "Delete" | "Update" => {
                of_item(&format!("DynamoDB_20120810.{kind}Item"), part)
            }
            other => panic!("{other}: {part}"),
        });
        return calls.collect();
    }
    if let Some(tables) = body["RequestItems"].as_object() {
        let asked = tables.values().filter_map(|asked| asked["Keys"].as_array());
        let calls = asked
            .flatten()
            .map(|key| of_item(operation, &json!({ "Key": key })));
        return calls.collect();
    }
    vec![of_item(operation, &body)]
}

fn of_item(operation: &str, body: &Value) -> Call {
    let places = [
        "/Key/pk/S",
        "/Item/pk/S",
        "/ExpressionAttributeValues/:pk/S",
        // Of the index of accounts.
        "/ExpressionAttributeValues/:account/S",
    ];
    let partition = places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str());
    // A scan has no partition.
    let partition = partition.or_else(|| operation.ends_with(".Scan").then_some("*"));
    Call {
        action: operation.replace("DynamoDB_20120810.", "dynamodb:"),
        on: partition
            .unwrap_or_else(|| panic!("{operation}: {body}"))
            .to_owned(),
    }
}

fn of_s3(method: &str, path: &str, query: &str) -> Call {
    let listed = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("prefix="));
    let path = path.trim_start_matches('/');
    let has = |name: &str| {
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        names.into_iter().any(|found| found == name)
    };
    let action = match (method, listed) {
        ("GET", Some(_)) if has("versions") => "s3:ListBucketVersions",
        ("GET", Some(_)) => "s3:ListBucket",
        ("GET" | "HEAD", None) if has("versionId") => "s3:GetObjectVersion",
        // A head needs the right to read.
        ("GET" | "HEAD", None) => "s3:GetObject",
        ("PUT", None) => "s3:PutObject",
        ("DELETE", None) if has("versionId") => "s3:DeleteObjectVersion",
        ("DELETE", None) => "s3:DeleteObject",
        other => panic!("{other:?} {path}?{query}"),
    };
    let on = match listed {
        Some(prefix) => format!(
            "{}/{}",
            path.trim_end_matches('/'),
            prefix.replace("%2F", "/")
        ),
        None => path.to_owned(),
    };
    Call {
        action: action.to_owned(),
        on,
    }
}
