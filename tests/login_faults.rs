//! `login` when its store fails: never a 401, never a 200 that isn't earned, and soon.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use endpoint::Environment;
use members::Email;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::site::{PASSWORD, Site};

/// [`PASSWORD`] under parameters of former days: `m=4096,t=1,p=1`.
const WEAK_HASH: &str = "$argon2id$v=19$m=4096,t=1,p=1$UBYVOv3ySx0UsqL8ll3BgQ$d0icPiS8/8THgXGykozXuH4AyFRYIoMPhvHjLOXtI7A";

/// Signs in through a DynamoDB at `address`; status, headers and body.
async fn login(site: &Site, address: SocketAddr, password: &str) -> (i64, Value, Value) {
    let environment: Environment = site
        .stack
        .environment()
        .into_iter()
        .map(|(name, value)| match name.as_str() {
            "AWS_ENDPOINT_URL_DYNAMODB" => (name, format!("http://{address}")),
            _ => (name, value),
        })
        .collect();
    let state = login::State::from_env(&environment).unwrap();
    let body = json!({ "email": "jo@club.example", "password": password });
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/api/login", "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
            "http": {"method": "POST", "path": "/api/login", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
        "body": body.to_string(), "isBase64Encoded": false
    });
    let answer = endpoint::invoke(&state.origins, event, "r", |request| {
        login::handler(&state, request)
    })
    .await;
    let answer = serde_json::to_value(answer).unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (
        answer["statusCode"].as_i64().unwrap(),
        answer["headers"].clone(),
        body,
    )
}

/// A DynamoDB that answers every request with the same error.
async fn failing(status: &'static str, error: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut read = vec![0; 64 * 1024];
                while stream.read(&mut read).await.is_ok_and(|bytes| bytes > 0) {
                    let body = format!(
                        r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{error}","message":"table of eu-west-1"}}"#
                    );
                    let answer = format!(
                        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// The site's own DynamoDB, but for requests that hold `needle`: those lose their connection.
async fn losing(site: &Site, needle: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let store = site
        .stack
        .dynamodb_url()
        .trim_start_matches("http://")
        .to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let store = TcpStream::connect(&store).await.unwrap();
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_store, mut to_store) = store.into_split();
                let answers =
                    tokio::spawn(
                        async move { tokio::io::copy(&mut from_store, &mut to_client).await },
                    );
                let mut read = vec![0; 64 * 1024];
                while let Ok(bytes @ 1..) = from_client.read(&mut read).await {
                    let lost = read[..bytes]
                        .windows(needle.len())
                        .any(|part| part == needle.as_bytes());
                    if lost || to_store.write_all(&read[..bytes]).await.is_err() {
                        break;
                    }
                }
                answers.abort();
            });
        }
    });
    address
}

/// A store that throttles or fails is a 503 with `Retry-After`, whether or not the password is
/// right, and says nothing of itself.
#[tokio::test]
async fn a_store_that_throttles_or_fails_is_unavailable() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    for (status, error) in [
        ("400 Bad Request", "ProvisionedThroughputExceededException"),
        ("400 Bad Request", "ThrottlingException"),
        ("400 Bad Request", "RequestLimitExceeded"),
        ("400 Bad Request", "ResourceNotFoundException"),
        ("500 Internal Server Error", "InternalServerError"),
        ("503 Service Unavailable", "ServiceUnavailable"),
        ("200 OK", "<not what DynamoDB says"),
    ] {
        let address = failing(status, error).await;
        for password in [PASSWORD, "a wrong password"] {
            let started = Instant::now();
            let (status, headers, body) = login(&site, address, password).await;
            assert_eq!(
                (status, body["code"].as_str()),
                (503, Some("unavailable")),
                "{error}"
            );
            assert!(headers["retry-after"].is_string(), "{headers}");
            assert!(!body.to_string().contains("eu-west-1"), "{body}");
            assert!(started.elapsed() < Duration::from_secs(15));
        }
    }
}

/// A guess that can't be counted isn't verified.
#[tokio::test]
async fn no_guess_goes_uncounted() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    for needle in ["GUESSED#", "SOURCE#"] {
        let address = losing(&site, needle).await;
        for password in [PASSWORD, "a wrong password"] {
            let (status, _, body) = login(&site, address, password).await;
            assert_eq!(
                (status, body["code"].as_str()),
                (503, Some("unavailable")),
                "{needle}"
            );
        }
    }
}

/// What follows a right password may fail: the member is in, and what is stored stays as it is.
#[tokio::test]
async fn a_write_that_fails_after_the_right_password_shuts_nobody_out() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let email = Email::parse("jo@club.example").unwrap();
    let account = async || site.members.by_email(&email).await.unwrap().unwrap();
    assert!(
        site.members
            .set_password(&account().await, WEAK_HASH)
            .await
            .unwrap()
    );
    for needle in ["SET password_hash", "SET last_login_at", "DeleteItem"] {
        let address = losing(&site, needle).await;
        let (status, _, body) = login(&site, address, PASSWORD).await;
        assert_eq!(
            (status, body["status"].as_str()),
            (200, Some("success")),
            "{needle}"
        );
        if needle == "SET password_hash" {
            assert_eq!(account().await.password_hash.as_deref(), Some(WEAK_HASH));
        }
    }
    let hash = account().await.password_hash.unwrap();
    assert!(
        hash.contains("m=19456"),
        "the next login tried again: {hash}"
    );
}

/// What a client writes into the address stays one line of the log, and out of it: every test reads
/// along (`canary`).
#[tokio::test]
async fn an_address_can_t_forge_a_log_line() {
    let site = Site::start().await;
    for email in [
        "canary\r\n{\"level\":\"ERROR\"}@club.example",
        "canary\u{1b}[31mred@club.example",
        "canary\u{2028}line@club.example",
        "canary@club.example",
    ] {
        let status = site.login(email, "a canary of a password").await.status();
        assert_eq!(status, 401, "{email:?}");
    }
    let code = json!({ "code": "CANARY-canary", "password": "a canary of a password" });
    let answer = site
        .post("/api/set_password")
        .json(&code)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    let answer = site
        .get("/api/me")
        .bearer_auth("canary.canary.canary")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
}
