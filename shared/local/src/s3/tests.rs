//! S3 over its socket, with AWS's own client.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective,
    ObjectIdentifier,
};
use std::time::Duration;

use crate::environment::{CONTENT_BUCKET, UPLOADS_BUCKET};
use crate::testing::{get, put, s3, stack};

fn md5(bytes: &[u8]) -> String {
    use s3s::crypto::{Checksum, Md5};
    format!(
        "\"{}\"",
        base16ct::lower::encode_string(&Md5::checksum(bytes))
    )
}

fn code<E: ProvideErrorMetadata, R>(error: &aws_sdk_s3::error::SdkError<E, R>) -> Option<&str> {
    error.code()
}

#[tokio::test]
async fn an_object_keeps_its_bytes_headers_and_metadata() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let body = "# Grüße\n".repeat(40_000);
    let put = client
        .put_object()
        .bucket(CONTENT_BUCKET)
        .key("content/grüße & co.md")
        .content_type("text/markdown; charset=utf-8")
        .cache_control("no-cache")
        .metadata("source", "abc")
        .body(ByteStream::from(body.clone().into_bytes()))
        .send()
        .await
        .unwrap();
    assert_eq!(put.e_tag.as_deref(), Some(md5(body.as_bytes()).as_str()));
    assert!(
        put.checksum_crc32.is_some(),
        "the SDK's checksum in the trailer is checked"
    );

    let got = client
        .get_object()
        .bucket(CONTENT_BUCKET)
        .key("content/grüße & co.md")
        .send()
        .await
        .unwrap();
    assert_eq!(
        got.content_type.as_deref(),
        Some("text/markdown; charset=utf-8")
    );
    assert_eq!(got.cache_control.as_deref(), Some("no-cache"));
    assert_eq!(got.metadata.unwrap()["source"], "abc");
    assert_eq!(got.e_tag, put.e_tag);
    assert_eq!(got.body.collect().await.unwrap().to_vec(), body.as_bytes());

    let head = client
        .head_object()
        .bucket(CONTENT_BUCKET)
        .key("content/grüße & co.md")
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length, i64::try_from(body.len()).ok());
    assert_eq!(head.e_tag, put.e_tag);
}

#[tokio::test]
async fn ranges_and_conditions_of_a_read() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let etag = put(&client, CONTENT_BUCKET, "k", b"0123456789").await;
    for (range, expected) in [
        ("bytes=2-4", "234"),
        ("bytes=7-", "789"),
        ("bytes=-2", "89"),
        ("bytes=8-99", "89"),
    ] {
        let got = client
            .get_object()
            .bucket(CONTENT_BUCKET)
            .key("k")
            .range(range)
            .send()
            .await
            .unwrap();
        assert_eq!(
            got.body.collect().await.unwrap().to_vec(),
            expected.as_bytes(),
            "{range}"
        );
    }
    let got = client
        .get_object()
        .bucket(CONTENT_BUCKET)
        .key("k")
        .range("bytes=2-4")
        .send()
        .await
        .unwrap();
    assert_eq!(got.content_range.as_deref(), Some("bytes 2-4/10"));
    let beyond = client
        .get_object()
        .bucket(CONTENT_BUCKET)
        .key("k")
        .range("bytes=10-")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&beyond), Some("InvalidRange"));

    let unchanged = client
        .get_object()
        .bucket(CONTENT_BUCKET)
        .key("k")
        .if_none_match(&etag)
        .send()
        .await
        .unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    let other = client
        .get_object()
        .bucket(CONTENT_BUCKET)
        .key("k")
        .if_match("\"other\"")
        .send()
        .await
        .unwrap_err();
    assert_eq!(other.raw_response().unwrap().status().as_u16(), 412);
}

#[tokio::test]
async fn keys_may_be_prefixes_of_each_other_and_look_like_anything() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let long = "k".repeat(1000);
    let keys = [
        "a",
        "a/b",
        "a/b/c",
        "A",
        "../../etc/passwd",
        "a//b",
        "a/../b",
        "a b",
        "a+b",
        "%2e%2e",
        "ü",
        "日本/語",
        &long,
        "x/",
    ];
    for key in keys {
        put(&client, CONTENT_BUCKET, key, key.as_bytes()).await;
    }
    for key in keys {
        assert_eq!(
            get(&client, CONTENT_BUCKET, key).await.as_deref(),
            Some(key.as_bytes()),
            "{key}"
        );
    }
    let listed = client
        .list_objects_v2()
        .bucket(CONTENT_BUCKET)
        .send()
        .await
        .unwrap();
    let mut sorted: Vec<&str> = keys.into();
    sorted.sort_unstable();
    let listed: Vec<&str> = listed
        .contents()
        .iter()
        .filter_map(|object| object.key())
        .collect();
    assert_eq!(listed, sorted);
}

#[tokio::test]
async fn a_write_may_demand_what_it_replaces() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let write = |key: &'static str| {
        client
            .put_object()
            .bucket(CONTENT_BUCKET)
            .key(key)
            .body(ByteStream::from_static(b"x"))
    };

    let missing = write("k").if_match("\"0\"").send().await.unwrap_err();
    assert_eq!(missing.raw_response().unwrap().status().as_u16(), 404);
    let made = write("k").if_none_match("*").send().await.unwrap();
    let again = write("k").if_none_match("*").send().await.unwrap_err();
    assert_eq!(code(&again), Some("PreconditionFailed"));
    assert_eq!(again.raw_response().unwrap().status().as_u16(), 412);
    let other = write("k").if_match("\"0\"").send().await.unwrap_err();
    assert_eq!(other.raw_response().unwrap().status().as_u16(), 412);
    write("k")
        .if_match(made.e_tag.unwrap())
        .send()
        .await
        .unwrap();

    let kept = client
        .delete_object()
        .bucket(CONTENT_BUCKET)
        .key("k")
        .if_match("\"0\"")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&kept), Some("PreconditionFailed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_conditional_writers_one_wins() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let first = race(&client, None).await;
    let second = race(&client, Some(first.0.clone())).await;
    for (etag, body) in [&first, &second] {
        assert_eq!(*etag, md5(body));
    }
    assert_eq!(get(&client, CONTENT_BUCKET, "raced").await, Some(second.1));
}

/// Lets 32 writers make or replace one object; returns the winner's `ETag` and body.
async fn race(client: &Client, replaced: Option<String>) -> (String, Vec<u8>) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..32 {
        let (client, replaced) = (client.clone(), replaced.clone());
        writers.spawn(async move {
            let body = format!("{writer} {replaced:?}").into_bytes();
            let put = client
                .put_object()
                .bucket(CONTENT_BUCKET)
                .key("raced")
                .body(ByteStream::from(body.clone()));
            let put = match replaced {
                Some(etag) => put.if_match(etag),
                None => put.if_none_match("*"),
            };
            match put.send().await {
                Ok(put) => Some((put.e_tag.unwrap(), body)),
                Err(error) => {
                    assert_eq!(
                        error.raw_response().unwrap().status().as_u16(),
                        412,
                        "{error:?}"
                    );
                    None
                }
            }
        });
    }
    let won: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "{won:?}");
    won.into_iter().next().unwrap()
}

#[tokio::test]
async fn the_uploads_bucket_keeps_versions() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    put(&client, UPLOADS_BUCKET, "k", b"one").await;
    put(&client, UPLOADS_BUCKET, "k", b"two").await;
    let deleted = client
        .delete_object()
        .bucket(UPLOADS_BUCKET)
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.delete_marker, Some(true));
    assert_eq!(get(&client, UPLOADS_BUCKET, "k").await, None);

    let listed = client
        .list_object_versions()
        .bucket(UPLOADS_BUCKET)
        .send()
        .await
        .unwrap();
    let versions: Vec<_> = listed
        .versions()
        .iter()
        .map(|version| version.version_id().unwrap())
        .collect();
    let [newest, oldest] = versions.as_slice() else {
        panic!("two versions: {listed:?}")
    };
    assert_eq!(listed.delete_markers().len(), 1);
    assert!(listed.delete_markers()[0].is_latest().unwrap());
    for (version, body) in [(newest, "two"), (oldest, "one")] {
        let got = client
            .get_object()
            .bucket(UPLOADS_BUCKET)
            .key("k")
            .version_id(*version)
            .send()
            .await
            .unwrap();
        assert_eq!(got.version_id.as_deref(), Some(*version));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), body.as_bytes());
    }

    // Without the marker the newest version is the object again.
    let marker = listed.delete_markers()[0].version_id().unwrap();
    client
        .delete_object()
        .bucket(UPLOADS_BUCKET)
        .key("k")
        .version_id(marker)
        .send()
        .await
        .unwrap();
    assert_eq!(
        get(&client, UPLOADS_BUCKET, "k").await.as_deref(),
        Some(b"two".as_slice())
    );
    client
        .delete_object()
        .bucket(UPLOADS_BUCKET)
        .key("k")
        .version_id(*newest)
        .send()
        .await
        .unwrap();
    assert_eq!(
        get(&client, UPLOADS_BUCKET, "k").await.as_deref(),
        Some(b"one".as_slice())
    );
}

#[tokio::test]
async fn listings_are_paged_in_order_and_grouped() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let keys: Vec<String> = (0..25)
        .map(|number| format!("p/{:02}/{number:02}", number / 10))
        .collect();
    for key in keys.iter().rev() {
        put(&client, CONTENT_BUCKET, key, b"").await;
    }
    put(&client, CONTENT_BUCKET, "q", b"").await;

    let mut pages = client
        .list_objects_v2()
        .bucket(CONTENT_BUCKET)
        .prefix("p/")
        .max_keys(10)
        .into_paginator()
        .send();
    let mut listed = Vec::new();
    let mut lengths = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        lengths.push(page.contents().len());
        assert!(
            page.contents()
                .iter()
                .all(|object| object.e_tag() == Some(md5(b"").as_str()))
        );
        listed.extend(
            page.contents()
                .iter()
                .map(|object| object.key().unwrap().to_owned()),
        );
    }
    assert_eq!(listed, keys);
    assert_eq!(lengths, [10, 10, 5]);

    let mut pages = client
        .list_objects_v2()
        .bucket(CONTENT_BUCKET)
        .prefix("p/")
        .delimiter("/")
        .max_keys(2)
        .into_paginator()
        .send();
    let mut prefixes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        prefixes.extend(
            page.common_prefixes()
                .iter()
                .map(|prefix| prefix.prefix().unwrap().to_owned()),
        );
    }
    assert_eq!(prefixes, ["p/00/", "p/01/", "p/02/"]);

    let after = client
        .list_objects_v2()
        .bucket(CONTENT_BUCKET)
        .start_after("p/02/23")
        .send()
        .await
        .unwrap();
    let after: Vec<_> = after
        .contents()
        .iter()
        .filter_map(|object| object.key())
        .collect();
    assert_eq!(after, ["p/02/24", "q"]);
}

#[tokio::test]
async fn a_copy_takes_over_or_replaces_the_headers() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    client
        .put_object()
        .bucket(CONTENT_BUCKET)
        .key("from")
        .content_type("text/markdown")
        .body(ByteStream::from_static(b"body"))
        .send()
        .await
        .unwrap();
    let source = format!("{CONTENT_BUCKET}/from");
    let copy = || {
        client
            .copy_object()
            .bucket(CONTENT_BUCKET)
            .copy_source(&source)
    };
    copy().key("kept").send().await.unwrap();
    copy()
        .key("from")
        .metadata_directive(MetadataDirective::Replace)
        .content_type("text/plain")
        .send()
        .await
        .unwrap();
    client
        .delete_object()
        .bucket(CONTENT_BUCKET)
        .key("from")
        .send()
        .await
        .unwrap();
    let kept = client
        .get_object()
        .bucket(CONTENT_BUCKET)
        .key("kept")
        .send()
        .await
        .unwrap();
    assert_eq!(kept.content_type.as_deref(), Some("text/markdown"));
    assert_eq!(
        kept.body.collect().await.unwrap().to_vec(),
        b"body",
        "the shared body outlives its source"
    );
}

#[tokio::test]
async fn many_objects_are_deleted_at_once() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    for key in ["a", "b", "c"] {
        put(&client, CONTENT_BUCKET, key, b"x").await;
    }
    let objects =
        ["a", "b", "missing"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let deleted = client
        .delete_objects()
        .bucket(CONTENT_BUCKET)
        .delete(
            Delete::builder()
                .set_objects(Some(objects.into()))
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (3, 0));
    assert_eq!(get(&client, CONTENT_BUCKET, "a").await, None);
    assert!(get(&client, CONTENT_BUCKET, "c").await.is_some());
}

/// The least that a part other than the last may have, in bytes.
const PART: usize = 5 * 1024 * 1024;

/// Begins a multipart upload of a PNG.
async fn begin(client: &Client, key: &str) -> String {
    let begun = client
        .create_multipart_upload()
        .bucket(CONTENT_BUCKET)
        .key(key)
        .content_type("image/png");
    begun.send().await.unwrap().upload_id.unwrap()
}

async fn part(client: &Client, key: &str, id: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let part = client
        .upload_part()
        .bucket(CONTENT_BUCKET)
        .key(key)
        .upload_id(id)
        .part_number(number)
        .body(ByteStream::from(body));
    let etag = part.send().await.unwrap().e_tag;
    CompletedPart::builder()
        .part_number(number)
        .set_e_tag(etag)
        .build()
}

async fn complete(client: &Client, key: &str, id: &str, parts: Vec<CompletedPart>) -> String {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
    let completed = client
        .complete_multipart_upload()
        .bucket(CONTENT_BUCKET)
        .key(key)
        .upload_id(id)
        .multipart_upload(parts.build());
    completed.send().await.unwrap().e_tag.unwrap()
}

#[tokio::test]
async fn a_multipart_upload_becomes_one_object() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let id = begin(&client, "large").await;
    let parts = vec![
        part(&client, "large", &id, 1, vec![1; PART]).await,
        part(&client, "large", &id, 2, vec![2; 10]).await,
    ];
    assert_eq!(get(&client, CONTENT_BUCKET, "large").await, None);
    let etag = complete(&client, "large", &id, parts).await;
    assert!(etag.ends_with("-2\""), "{etag}");
    let got = client.get_object().bucket(CONTENT_BUCKET).key("large");
    let got = got.send().await.unwrap();
    assert_eq!(got.content_type.as_deref(), Some("image/png"));
    let body = got.body.collect().await.unwrap().to_vec();
    assert_eq!((body.len(), body[0], body[PART]), (PART + 10, 1, 2));

    let id = begin(&client, "copied").await;
    let copied = client
        .upload_part_copy()
        .bucket(CONTENT_BUCKET)
        .key("copied")
        .upload_id(&id)
        .part_number(1)
        .copy_source(format!("{CONTENT_BUCKET}/large"))
        .copy_source_range(format!("bytes={}-{}", PART - 1, PART + 1));
    let etag = copied.send().await.unwrap().copy_part_result.unwrap().e_tag;
    let copied = CompletedPart::builder().part_number(1).set_e_tag(etag);
    complete(&client, "copied", &id, vec![copied.build()]).await;
    assert_eq!(
        get(&client, CONTENT_BUCKET, "copied").await,
        Some(vec![1, 2, 2])
    );
}

#[tokio::test]
async fn a_multipart_upload_that_is_aborted_leaves_nothing() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    let id = begin(&client, "x").await;
    part(&client, "x", &id, 1, vec![1; 10]).await;
    let uploads = async || {
        let listed = client.list_multipart_uploads().bucket(CONTENT_BUCKET);
        listed.send().await.unwrap().uploads().len()
    };
    assert_eq!(uploads().await, 1);
    let abort = client
        .abort_multipart_upload()
        .bucket(CONTENT_BUCKET)
        .key("x")
        .upload_id(&id);
    abort.clone().send().await.unwrap();
    assert_eq!(uploads().await, 0);
    assert_eq!(code(&abort.send().await.unwrap_err()), Some("NoSuchUpload"));
    assert_eq!(get(&client, CONTENT_BUCKET, "x").await, None);
}

#[tokio::test]
async fn a_body_that_is_not_what_it_claims_leaves_the_object_as_it_was() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    put(&client, CONTENT_BUCKET, "k", b"before").await;
    let wrong = client
        .put_object()
        .bucket(CONTENT_BUCKET)
        .key("k")
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_sha256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .body(ByteStream::from_static(b"after"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&wrong), Some("BadDigest"));
    assert_eq!(
        get(&client, CONTENT_BUCKET, "k").await.as_deref(),
        Some(b"before".as_slice())
    );
}

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
        .header("origin", "http://localhost:3000")
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
            .header("origin", "http://localhost:3000")
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
        "http://localhost:3000"
    );
    recorder.wait_for(1).await;
    assert_eq!(recorder.seen(), ["ObjectCreated:Put pictures/m"]);
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

#[tokio::test]
async fn buckets_are_made_and_only_empty_ones_removed() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    client
        .create_bucket()
        .bucket("another")
        .send()
        .await
        .unwrap();
    put(&client, "another", "k", b"x").await;
    let full = client
        .delete_bucket()
        .bucket("another")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&full), Some("BucketNotEmpty"));
    client
        .delete_object()
        .bucket("another")
        .key("k")
        .send()
        .await
        .unwrap();
    client
        .delete_bucket()
        .bucket("another")
        .send()
        .await
        .unwrap();
    let gone = client
        .list_objects_v2()
        .bucket("another")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&gone), Some("NoSuchBucket"));
    let buckets = client.list_buckets().send().await.unwrap();
    let names: Vec<_> = buckets
        .buckets()
        .iter()
        .filter_map(|bucket| bucket.name())
        .collect();
    assert_eq!(names, [CONTENT_BUCKET, UPLOADS_BUCKET]);
}
