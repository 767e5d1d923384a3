//! Multipart uploads.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::code;
use crate::environment::CONTENT_BUCKET;
use crate::testing::{get, s3, stack};

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
