//! Who may use the ports: names of other hosts, foreign pages, other keys.

use reqwest::{Client, Method};

use crate::Stack;
use crate::environment::{CONTENT_BUCKET, UPLOADS_BUCKET};
use crate::testing::{get, put, s3, stack};

fn ports(stack: &Stack) -> [String; 3] {
    [stack.api_url(), stack.s3_url(), stack.dynamodb_url()]
}

/// DNS rebinding: a page of `evil.example` has its own name point at 127.0.0.1.
#[tokio::test]
async fn a_forged_host_is_refused_on_every_port() {
    let (stack, _) = stack().await;
    for url in ports(&stack) {
        for method in [Method::GET, Method::POST, Method::PUT, Method::OPTIONS] {
            for host in [
                "evil.example",
                "evil.example:3000",
                "127.0.0.1.evil.example",
            ] {
                let request = Client::new()
                    .request(method.clone(), &url)
                    .header("host", host);
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status(), 421, "{method} {url} as {host}");
                let headers = answer.headers();
                assert!(!headers.contains_key("access-control-allow-origin"));
                let text = answer.text().await.unwrap();
                assert!(text.contains("answers to localhost"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn a_foreign_page_is_told_nothing_and_changes_nothing() {
    let (stack, _) = stack().await;
    put(&s3(&stack), CONTENT_BUCKET, "content/a.md", b"x").await;
    let [api, s3_url, dynamodb] = ports(&stack);
    let asked = [
        (Method::POST, dynamodb.clone()),
        (Method::OPTIONS, dynamodb),
        (
            Method::DELETE,
            format!("{s3_url}/{CONTENT_BUCKET}/content/a.md"),
        ),
        (
            Method::OPTIONS,
            format!("{s3_url}/{CONTENT_BUCKET}/content/a.md"),
        ),
        (
            Method::GET,
            format!("{s3_url}/{UPLOADS_BUCKET}?list-type=2"),
        ),
        (Method::POST, format!("{api}/api/login")),
        (Method::POST, format!("{api}/local/rewrite")),
    ];
    for (method, url) in asked {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
        ] {
            if method == Method::OPTIONS && name != "origin" {
                continue;
            }
            let request = Client::new()
                .request(method.clone(), &url)
                .header(name, value)
                .header("content-type", "text/plain")
                .header("x-amz-target", "DynamoDB_20120810.Scan")
                .header("x-masthead-local", "1")
                .body(r#"{"TableName":"masthead-members"}"#);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 403, "{method} {url}, {name}: {value}");
            let headers = answer.headers();
            assert!(!headers.contains_key("access-control-allow-origin"));
        }
    }
    let kept = get(&s3(&stack), CONTENT_BUCKET, "content/a.md").await;
    assert_eq!(kept.as_deref(), Some(b"x".as_slice()));
}

/// A site on this machine may be on any port; the stores' ports are nobody's page's.
#[tokio::test]
async fn a_page_of_any_local_port_calls_the_api_and_no_store() {
    let (stack, _) = stack().await;
    let [api, s3_url, dynamodb] = ports(&stack);
    for origin in [
        "http://localhost:5173",
        "http://127.0.0.1:8080",
        "http://[::1]:4322",
        "https://localhost:4321",
    ] {
        let ask = async |method: Method, url: &str| {
            let request = Client::new().request(method, url).header("origin", origin);
            let answer = request.body("{}").send().await.unwrap();
            let shown = answer.headers().get("access-control-allow-origin");
            let shown = shown.is_some_and(|shown| shown == origin);
            (answer.status().as_u16(), shown)
        };
        let echo = format!("{api}/api/echo");
        assert_eq!(ask(Method::POST, &echo).await, (200, true), "{origin}");
        assert_eq!(ask(Method::OPTIONS, &echo).await, (200, true), "{origin}");
        for (method, url) in [
            (Method::POST, dynamodb.clone()),
            (Method::OPTIONS, dynamodb.clone()),
            (
                Method::GET,
                format!("{s3_url}/{UPLOADS_BUCKET}?list-type=2"),
            ),
            (Method::PUT, format!("{s3_url}/{UPLOADS_BUCKET}/k")),
            (Method::OPTIONS, format!("{s3_url}/{UPLOADS_BUCKET}/k")),
        ] {
            assert_eq!(ask(method, &url).await, (403, false), "{origin}, {url}");
        }
    }
}

/// What the embedded stores say of themselves to no page in particular.
#[tokio::test]
async fn the_stores_send_no_cors_headers_of_their_own() {
    let (stack, _) = stack().await;
    let [_, s3_url, dynamodb] = ports(&stack);
    for url in [s3_url, dynamodb] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let answer = Client::new().request(method, &url).send().await.unwrap();
            let headers = answer.headers().keys();
            let cors: Vec<_> = headers
                .filter(|name| name.as_str().starts_with("access-control"))
                .collect();
            assert!(cors.is_empty(), "{url}: {cors:?}");
        }
    }
}
