//! Who may do what: signatures, presigned URLs, CORS.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;

use super::code;
use crate::environment::{CONTENT_BUCKET, UPLOADS_BUCKET};
use crate::testing::{s3, stack};

#[tokio::test]
async fn a_browser_puts_to_a_presigned_url() {
    let (stack, recorder) = stack().await;
    let presigned = s3(&stack)
        .put_object()
        .bucket(UPLOADS_BUCKET)
        .key("pictures/m")
        .content_type("image/png")
        .content_length(4)
        .presigned(PresigningConfig::expires_in(Duration::from_mins(5)).unwrap())
        .await
        .unwrap();
    let http = reqwest::Client::new();
    let preflight = http
        .request(reqwest::Method::OPTIONS, presigned.uri())
        .header("origin", "http://localhost:4321")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type")
        .send()
        .await
        .unwrap();
    assert_eq!(
        preflight.headers()["access-control-allow-headers"],
        "content-type"
    );
    let with = |content_type: &'static str, body: &'static str| {
        let mut put = http
            .put(presigned.uri())
            .header("origin", "http://localhost:4321")
            .body(body);
        for (name, value) in presigned
            .headers()
            .filter(|(name, _)| !["content-type", "content-length"].contains(name))
        {
            put = put.header(name, value);
        }
        put.header("content-type", content_type).send()
    };
    assert_eq!(
        with("image/gif", "abcd").await.unwrap().status(),
        403,
        "another type"
    );
    assert_eq!(
        with("image/png", "abcde").await.unwrap().status(),
        403,
        "another length"
    );
    let put = with("image/png", "abcd").await.unwrap();
    assert_eq!(put.status(), 200);
    assert_eq!(
        put.headers()["access-control-allow-origin"],
        "http://localhost:4321"
    );
    recorder.wait_for(1).await;
    assert_eq!(recorder.seen(), ["ObjectCreated:Put pictures/m"]);
}

/// As the bucket's CORS rule has it in AWS: a page of a foreign site learns nothing.
#[tokio::test]
async fn only_pages_of_the_allowed_origins_may_put() {
    let (stack, _) = stack().await;
    let url = format!("{}/{UPLOADS_BUCKET}/pictures/m", stack.s3_url());
    for origin in ["https://evil.example", "http://localhost:4322", "null"] {
        let http = reqwest::Client::new();
        let preflight = http
            .request(reqwest::Method::OPTIONS, &url)
            .header("origin", origin)
            .header("access-control-request-method", "PUT");
        let put = http.put(&url).header("origin", origin).body("x");
        for answer in [preflight.send().await.unwrap(), put.send().await.unwrap()] {
            assert_eq!(answer.status(), 403, "{origin}");
            assert!(
                !answer.headers().contains_key("access-control-allow-origin"),
                "{origin}"
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let (stack, _) = stack().await;
    let anonymous = reqwest::get(format!("{}/{CONTENT_BUCKET}/k", stack.s3_url()))
        .await
        .unwrap();
    assert_eq!(anonymous.status(), 403);
    let credentials =
        aws_credential_types::Credentials::new("masthead", "wrong", None, None, "test");
    let config = s3(&stack)
        .config()
        .to_builder()
        .credentials_provider(credentials)
        .build();
    let refused = Client::from_conf(config)
        .list_buckets()
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&refused), Some("SignatureDoesNotMatch"));
}
