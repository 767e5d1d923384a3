//! Listings, versions and buckets.

use super::{code, md5};
use crate::environment::{CONTENT_BUCKET, UPLOADS_BUCKET};
use crate::testing::{get, put, s3, stack};

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
