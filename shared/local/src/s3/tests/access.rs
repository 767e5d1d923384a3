//! Who may do what: signatures, presigned URLs, CORS.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use reqwest::Method;

use super::code;
use crate::Stack;
use crate::environment::{CONTENT_BUCKET, UPLOADS_BUCKET};
use crate::testing::{environment, get, put, s3, stack};

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
    for origin in [
        "https://evil.example",
        "http://localhost.evil.example",
        "null",
    ] {
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
    let environment = environment(&stack);
    let key = environment.required("AWS_ACCESS_KEY_ID").unwrap();
    for (key, secret, expected) in [
        (key, "wrong", "SignatureDoesNotMatch"),
        ("masthead", "masthead-local", "NotSignedUp"),
    ] {
        let credentials = aws_credential_types::Credentials::new(key, secret, None, None, "test");
        let config = s3(&stack)
            .config()
            .to_builder()
            .credentials_provider(credentials)
            .build();
        let refused = Client::from_conf(config).list_buckets().send().await;
        assert_eq!(code(&refused.unwrap_err()), Some(expected));
    }
}

/// A site on any port of this machine sends large pictures as the one on Astro's does; S3 is closed to it otherwise.
#[tokio::test]
async fn a_page_of_another_local_port_puts_to_what_was_signed_and_does_nothing_else() {
    let (stack, _) = stack().await;
    let presigned = |key: &'static str| {
        let (client, minutes) = (s3(&stack), Duration::from_mins(5));
        let config = PresigningConfig::expires_in(minutes).unwrap();
        async move {
            let put = client.put_object().bucket(UPLOADS_BUCKET).key(key);
            put.presigned(config).await.unwrap().uri().to_owned()
        }
    };
    let plain = format!("{}/{UPLOADS_BUCKET}/k", stack.s3_url());
    for origin in [
        "http://localhost:5173",
        "http://127.0.0.1:5173",
        "https://localhost",
    ] {
        let send = async |method: Method, url: &str| {
            let request = reqwest::Client::new()
                .request(method, url)
                .header("origin", origin);
            let request = request
                .header("access-control-request-method", "PUT")
                .body("x");
            let answer = request.send().await.unwrap();
            let shown = answer.headers().contains_key("access-control-allow-origin");
            (answer.status().as_u16(), shown)
        };
        let signed = presigned("k").await;
        assert_eq!(
            send(Method::OPTIONS, &signed).await,
            (200, true),
            "{origin}"
        );
        assert_eq!(send(Method::PUT, &signed).await, (200, true), "{origin}");
        for (method, url) in [
            (Method::OPTIONS, &plain),
            (Method::PUT, &plain),
            (Method::GET, &plain),
            (Method::GET, &signed),
            (Method::DELETE, &signed),
            (Method::POST, &signed),
        ] {
            assert_eq!(send(method, url).await, (403, false), "{origin}, {url}");
        }
    }
}

/// An address that is signed for one upload does nothing else, whatever is said beside it.
#[tokio::test]
async fn what_was_not_signed_is_not_heard() {
    let (stack, _) = stack().await;
    put(&s3(&stack), CONTENT_BUCKET, "secret", b"of somebody else").await;
    let presigned = s3(&stack)
        .put_object()
        .bucket(UPLOADS_BUCKET)
        .key("pictures/m")
        .presigned(PresigningConfig::expires_in(Duration::from_mins(5)).unwrap())
        .await
        .unwrap();
    let source = format!("{CONTENT_BUCKET}/secret");
    let http = reqwest::Client::new();
    // Another spelling of the parameter's name is the same one, for the signature as well.
    let spelt = presigned
        .uri()
        .replace("X-Amz-SignedHeaders", "X%2DAmz%2DSignedHeaders");
    for uri in [presigned.uri(), &spelt] {
        for (name, value) in [
            ("x-amz-copy-source", source.as_str()),
            ("X-Amz-Copy-Source", &source),
            ("x-amz-meta-file-name", "another"),
            ("x-amz-acl", "public-read"),
        ] {
            let answer = http.put(uri).header(name, value).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{name}");
            let text = answer.text().await.unwrap();
            assert!(
                text.contains("<Code>AccessDenied</Code>") && text.contains("were not signed"),
                "{text}"
            );
        }
    }
    assert_eq!(get(&s3(&stack), UPLOADS_BUCKET, "pictures/m").await, None);
    assert_eq!(
        http.put(presigned.uri())
            .body("x")
            .send()
            .await
            .unwrap()
            .status(),
        200
    );

    // The same of a signature in the header.
    let copied = signed(&stack, "pictures/n", EMPTY).header("x-amz-copy-source", source);
    let answer = copied.send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("were not signed"));
    assert_eq!(get(&s3(&stack), UPLOADS_BUCKET, "pictures/n").await, None);
}

#[tokio::test]
async fn a_body_that_is_not_the_one_that_was_signed_is_named() {
    let (stack, _) = stack().await;
    let answer = signed(&stack, "a", EMPTY).body("# A").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("<Code>XAmzContentSHA256Mismatch</Code>"),
        "{text}"
    );
    assert_eq!(get(&s3(&stack), UPLOADS_BUCKET, "a").await, None);
    let empty = signed(&stack, "a", EMPTY).body("").send().await.unwrap();
    assert_eq!(empty.status(), 200);
}

/// Of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A `PUT` that is signed in its header, for a body of this SHA-256.
fn signed(stack: &Stack, key: &str, digest: &str) -> reqwest::RequestBuilder {
    let environment = environment(stack);
    let of = |name| environment.required(name).unwrap().to_owned();
    let (id, secret) = (of("AWS_ACCESS_KEY_ID"), of("AWS_SECRET_ACCESS_KEY"));
    let identity = aws_credential_types::Credentials::new(id, secret, None, None, "test").into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let url = format!("{}/{UPLOADS_BUCKET}/{key}", stack.s3_url());
    let body = SignableBody::Precomputed(digest.to_owned());
    let request = SignableRequest::new("PUT", &url, std::iter::empty(), body).unwrap();
    let (instructions, _) = sign(request, &parameters).unwrap().into_parts();
    let put = reqwest::Client::new().put(&url);
    let headers = instructions.headers();
    headers.fold(put, |put, (name, value)| put.header(name, value))
}

/// The signature of a form is one of its fields.
#[tokio::test]
async fn a_form_is_refused_before_it_is_read() {
    let (stack, _) = stack().await;
    let answer = reqwest::Client::new()
        .post(format!("{}/{CONTENT_BUCKET}", stack.s3_url()))
        .header("content-type", "Multipart/form-data; boundary=b")
        .body("--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b--\r\n");
    assert_eq!(answer.send().await.unwrap().status(), 501);
}
