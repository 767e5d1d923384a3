//! Everything that a site keeps, byte for byte, so that two looks can be compared.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::config::Builder;
use endpoint::{Environment, aws};
use sha2::{Digest as _, Sha256};

/// What stands in both buckets, in every version, and in the table, but for the counts of previews.
pub(super) async fn kept(environment: &Environment) -> BTreeMap<String, String> {
    let mut kept = of_buckets(environment).await;
    kept.extend(of_table(environment).await);
    kept
}

/// The same, once nothing of it changes any more: what was published a moment ago is still being told.
pub(super) async fn settled(environment: &Environment) -> BTreeMap<String, String> {
    let mut before = kept(environment).await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = kept(environment).await;
        if now == before {
            return now;
        }
        before = now;
    }
    panic!("the stores kept changing");
}

async fn of_buckets(environment: &Environment) -> BTreeMap<String, String> {
    let config = aws::config(environment, aws::ENDPOINT_S3).unwrap();
    let config = Builder::from(&config).force_path_style(true).build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let mut kept = BTreeMap::new();
    for bucket in ["UPLOADS_BUCKET", "CONTENT_BUCKET"] {
        let name = environment.required(bucket).unwrap();
        let page = client.list_object_versions().bucket(name).send();
        let page = page.await.unwrap();
        assert!(page.next_key_marker.is_none(), "more than a page");
        for marker in page.delete_markers() {
            let (key, version) = (marker.key().unwrap(), marker.version_id());
            kept.insert(format!("{bucket} {key} {version:?}"), "deleted".to_owned());
        }
        for object in page.versions() {
            let (key, version) = (object.key().unwrap(), object.version_id());
            let get = client.get_object().bucket(name).key(key);
            let got = get.set_version_id(version.map(str::to_owned)).send();
            let got = got.await.unwrap();
            let (at, metadata) = (got.last_modified, got.metadata.clone());
            let metadata: BTreeMap<_, _> = metadata.unwrap_or_default().into_iter().collect();
            let bytes = got.body.collect().await.unwrap().into_bytes();
            let digest = base16ct::lower::encode_string(&Sha256::digest(&bytes));
            kept.insert(
                format!("{bucket} {key} {version:?}"),
                format!("{digest} {at:?} {metadata:?}"),
            );
        }
    }
    kept
}

async fn of_table(environment: &Environment) -> BTreeMap<String, String> {
    let config = aws::config(environment, aws::ENDPOINT_DYNAMODB).unwrap();
    let mut items = aws_sdk_dynamodb::Client::new(&config)
        .scan()
        .table_name(environment.required("MEMBERS_TABLE").unwrap())
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    let mut kept = BTreeMap::new();
    while let Some(item) = items.next().await {
        let item = item.unwrap();
        let text = |name: &str| item[name].as_s().unwrap().clone();
        let (pk, sk) = (text("pk"), text("sk"));
        if pk.starts_with("PREVIEWS#") {
            continue;
        }
        let mut attributes: Vec<String> = item
            .iter()
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        attributes.sort();
        kept.insert(format!("{pk} {sk}"), attributes.join("\n"));
    }
    kept
}
