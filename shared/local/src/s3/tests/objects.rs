//! Objects: what is put is what comes back.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, Delete, MetadataDirective, ObjectIdentifier};

use super::{code, md5};
use crate::environment::CONTENT_BUCKET;
use crate::testing::{get, put, s3, stack};

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
