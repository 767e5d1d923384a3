//! The gateway over its socket: events and limits.

mod own;
mod slow;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Stack;
use crate::environment::CONTENT_BUCKET;
use crate::testing::{put, s3, stack};

async fn event(request: reqwest::RequestBuilder) -> Value {
    request.send().await.unwrap().json().await.unwrap()
}

/// The envelope of a refused request.
async fn refused(request: reqwest::RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], "error");
    assert!(body["message"].as_str().unwrap().ends_with('.'));
    (status, body["code"].as_str().unwrap().to_owned())
}

/// Sends `request` as it is and returns all that comes back.
async fn raw(stack: &Stack, request: &str) -> String {
    let mut stream = TcpStream::connect(stack.api_url().trim_start_matches("http://"))
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_request_becomes_api_gateways_event() {
    let (stack, _) = stack().await;
    let answer = raw(
        &stack,
        "POST /api/events/a%2Bb?x=1&x=2&y=%C3%BC+z HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: test\r\n\
         Content-Type: application/json\r\nX-Twice: 1\r\nx-twice: 2\r\nCookie: a=1; b=2\r\n\
         X-Forwarded-For: 203.0.113.9\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    )
    .await;
    let mut event: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let context = &mut event["requestContext"];
    assert!(context["timeEpoch"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(
        context["time"].as_str().unwrap().len(),
        "12/Mar/2020:19:03:58 +0000".len()
    );
    assert_eq!(context["requestId"].as_str().unwrap().len(), 36);
    for (field, shown) in [
        ("timeEpoch", "[timeEpoch]"),
        ("time", "[time]"),
        ("requestId", "[requestId]"),
    ] {
        context[field] = json!(shown);
    }
    event.sort_all_objects();
    insta::assert_snapshot!(serde_json::to_string_pretty(&event).unwrap(), @r#"
    {
      "body": "{}",
      "cookies": [
        "a=1",
        "b=2"
      ],
      "headers": {
        "content-length": "2",
        "content-type": "application/json",
        "host": "127.0.0.1",
        "user-agent": "test",
        "x-forwarded-for": "203.0.113.9, 127.0.0.1",
        "x-forwarded-proto": "http",
        "x-twice": "1,2"
      },
      "isBase64Encoded": false,
      "pathParameters": {
        "name": "a+b"
      },
      "queryStringParameters": {
        "x": "1,2",
        "y": "ü z"
      },
      "rawPath": "/api/events/a%2Bb",
      "rawQueryString": "x=1&x=2&y=%C3%BC+z",
      "requestContext": {
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": "127.0.0.1",
        "domainPrefix": "127",
        "http": {
          "method": "POST",
          "path": "/api/events/a%2Bb",
          "protocol": "HTTP/1.1",
          "sourceIp": "127.0.0.1",
          "userAgent": "test"
        },
        "requestId": "[requestId]",
        "routeKey": "ANY /api/events/{name}",
        "stage": "$default",
        "time": "[time]",
        "timeEpoch": "[timeEpoch]"
      },
      "routeKey": "ANY /api/events/{name}",
      "version": "2.0"
    }
    "#);
}

#[tokio::test]
async fn a_body_is_text_or_base64_by_its_type() {
    let (stack, _) = stack().await;
    let url = format!("{}/api/event", stack.api_url());
    let cases: [(&str, &[u8], Value, bool); 7] = [
        ("application/json", b"{}", json!("{}"), false),
        ("Application/JSON;charset=UTF-8", b"{}", json!("{}"), false),
        ("text/plain", "ü".as_bytes(), json!("ü"), false),
        ("text/plain", b"\xff", json!("/w=="), true),
        (
            "multipart/form-data; boundary=b",
            b"--b--",
            json!("LS1iLS0="),
            true,
        ),
        ("application/octet-stream", b"\x00", json!("AA=="), true),
        ("", b"{}", json!("e30="), true),
    ];
    for (content_type, body, expected, base64) in cases {
        let request = Client::new()
            .post(&url)
            .body(body.to_vec())
            .header("content-type", content_type);
        let event = event(request).await;
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&expected, &json!(base64)),
            "{content_type}"
        );
    }
    let without = event(Client::new().get(&url)).await;
    assert_eq!(
        (without.get("body"), &without["isBase64Encoded"]),
        (None, &json!(false))
    );
}

#[tokio::test]
async fn an_answer_keeps_its_cookies_and_its_bytes() {
    let (stack, _) = stack().await;
    let response = reqwest::get(format!("{}/api/event", stack.api_url()))
        .await
        .unwrap();
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2"]);

    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let echoed = Client::new()
        .post(format!("{}/api/echo", stack.api_url()))
        .body(bytes.clone());
    assert_eq!(echoed.send().await.unwrap().bytes().await.unwrap(), bytes);

    let head = Client::new()
        .head(format!("{}/api/event", stack.api_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), 200);
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_body_that_lambda_would_not_take_is_413() {
    const MIB: usize = 1024 * 1024;
    let (stack, _) = stack().await;
    let url = format!("{}/api/echo", stack.api_url());
    let post = |content_type: &str, bytes: usize| {
        Client::new()
            .post(&url)
            .header("content-type", content_type)
            .body(vec![b'a'; bytes])
    };
    for (content_type, fits, not) in [
        ("text/plain", 6 * MIB - 2048, 6 * MIB),
        ("image/png", 6 * MIB / 4 * 3 - 2048, 6 * MIB / 4 * 3),
    ] {
        // The function's own answer is base64 and has the same limit.
        let status = post(content_type, fits).send().await.unwrap().status();
        assert!(
            status == 200 || content_type == "text/plain",
            "{content_type} {status}"
        );
        for bytes in [not, 20 * MIB] {
            assert_eq!(
                refused(post(content_type, bytes)).await,
                (413, "too_large".to_owned()),
                "{content_type}"
            );
        }
    }
    let nowhere = Client::new().post(format!("{url}/nowhere"));
    let nowhere = refused(nowhere.body(vec![0; 20 * MIB])).await;
    assert_eq!(nowhere.0, 404, "the answer is read, not a broken pipe");
    let chunks = futures::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>(vec![0_u8; MIB])));
    let chunked = Client::new()
        .post(&url)
        .body(reqwest::Body::wrap_stream(chunks));
    assert_eq!(refused(chunked).await.0, 413);
}

/// What the HTTP parser refuses, before and after a request that it can read.
#[tokio::test]
async fn what_is_no_request_is_refused_in_the_api_s_envelope() {
    let (stack, _) = stack().await;
    let host = "Host: localhost\r\n";
    let headers = "x: 1\r\n".repeat(600);
    let long = "x".repeat(65_534);
    for (request, status) in [
        ("GARBAGE\r\n\r\n".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\n{host}bad header\r\n\r\n"), 400),
        (format!("GET / HTTP/3.7\r\n{host}\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host}{headers}\r\n"), 431),
        (format!("GET / HTTP/1.1\r\n{host}x: {long}\r\n\r\n"), 431),
    ] {
        let read = format!("GET /healthz HTTP/1.1\r\n{host}\r\n");
        for before in ["", &read, &format!("{read}{read}")] {
            let answer = raw(&stack, &format!("{before}{request}")).await;
            let (_, refusal) = answer.rsplit_once("HTTP/1.1 ").unwrap();
            let (head, body) = refusal.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&status.to_string()), "{answer}");
            for header in [
                "content-type: application/json",
                "cache-control: no-store",
                "x-content-type-options: nosniff",
                &format!("content-length: {}", body.len()),
            ] {
                assert!(head.contains(header), "{header}: {head}");
            }
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(
                (&body["status"], &body["code"]),
                (&json!("error"), &json!("bad_request"))
            );
            assert!(body["message"].as_str().unwrap().ends_with('.'));
            let healthy = answer.matches("HTTP/1.1 200").count();
            assert_eq!(healthy, before.matches("/healthz").count(), "{answer}");
        }
    }
}

/// A document may say what the parser says.
#[tokio::test]
async fn an_answer_of_our_own_is_never_taken_for_a_refusal() {
    let (stack, _) = stack().await;
    let text = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".repeat(4000);
    let echo = Client::new().post(format!("{}/api/echo", stack.api_url()));
    let answer = echo.body(text.clone()).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), text);
    put(&s3(&stack), CONTENT_BUCKET, "content/a.md", text.as_bytes()).await;
    let url = format!("{}/content/a.md", stack.api_url());
    assert_eq!(reqwest::get(url).await.unwrap().text().await.unwrap(), text);
}

#[tokio::test]
async fn headers_above_the_limit_are_431() {
    let (stack, _) = stack().await;
    let url = format!("{}/api/event", stack.api_url());
    let with = |bytes: usize| Client::new().get(&url).header("x-long", "a".repeat(bytes));
    assert_eq!(with(9_900).send().await.unwrap().status(), 200);
    assert_eq!(refused(with(10_240)).await.0, 431);
    assert_eq!(refused(with(40_000)).await.0, 431);
    let many = (0..300).fold(Client::new().get(&url), |request, number| {
        request.header(format!("x-{number}"), "1")
    });
    assert_eq!(many.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn only_the_documented_spelling_of_a_path_is_a_route() {
    let (stack, _) = stack().await;
    for path in [
        "/api",
        "/api/",
        "/api/event/",
        "/api//event",
        "//api/event",
        "/api/%65vent",
        "/prod/api/event",
        "/api/events",
        "/api/events/",
        "/api/events/a/b",
        "/API/event",
        "/api/x/../event",
        "/content/../api/event",
        "/local/rewrite/x",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = raw(&stack, &request).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(answer.contains(r#""code":"not_found""#), "{path}: {answer}");
    }
    for method in [
        Method::GET,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ] {
        let event = event(
            Client::new().request(method.clone(), format!("{}/api/event?q", stack.api_url())),
        )
        .await;
        assert_eq!(event["requestContext"]["http"]["method"], method.as_str());
    }
}

#[tokio::test]
async fn a_function_that_panics_costs_one_request() {
    let (stack, _) = stack().await;
    let (status, code) = refused(Client::new().get(format!("{}/api/panic", stack.api_url()))).await;
    assert_eq!((status, code.as_str()), (500, "internal"));
    assert_eq!(
        reqwest::get(format!("{}/healthz", stack.api_url()))
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn requests_wait_for_their_functions_turn() {
    let (stack, _) = stack().await;
    let url = format!("{}/api/slow", stack.api_url());
    let started = std::time::Instant::now();
    let both = futures::future::join(reqwest::get(&url), reqwest::get(&url)).await;
    assert_eq!(
        (both.0.unwrap().status(), both.1.unwrap().status()),
        (StatusCode::OK, StatusCode::OK)
    );
    assert!(started.elapsed().as_millis() >= 600, "one at a time");
}
