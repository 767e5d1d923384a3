//! Everything that is left of a member, in both buckets and in the table.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::config::Builder;
use endpoint::{Environment, aws};
use members::Account;

/// A line for each version, delete marker and item that names the member's id, handle or address, in
/// order, but for the tombstone.
pub(crate) async fn left_of(environment: &Environment, account: &Account) -> Vec<String> {
    let mut left = of_buckets(environment, account).await;
    left.extend(of_table(environment, account).await);
    left.sort();
    left
}

async fn of_buckets(environment: &Environment, account: &Account) -> Vec<String> {
    let config = aws::config(environment, aws::ENDPOINT_S3).unwrap();
    let config = Builder::from(&config).force_path_style(true).build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let mut left = Vec::new();
    for bucket in ["UPLOADS_BUCKET", "CONTENT_BUCKET"] {
        let (mut key, mut version) = (None, None);
        loop {
            let page = client
                .list_object_versions()
                .bucket(environment.required(bucket).unwrap())
                .set_key_marker(key)
                .set_version_id_marker(version)
                .send()
                .await
                .unwrap();
            let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
            let markers = page.delete_markers().iter();
            for (key, version) in versions.chain(markers.map(|it| (it.key(), it.version_id()))) {
                let key = key.unwrap();
                if is_of(account, key) {
                    left.push(format!("{bucket} {key} {}", version.unwrap_or_default()));
                }
            }
            if page.next_key_marker.is_none() {
                break;
            }
            (key, version) = (page.next_key_marker, page.next_version_id_marker);
        }
    }
    left
}

/// Whether a part of a key is the member's id or handle.
fn is_of(account: &Account, key: &str) -> bool {
    let mut parts = key.split(['/', '#']);
    parts.any(|part| {
        part == account.id || part.strip_suffix(".md").unwrap_or(part) == account.handle
    })
}

async fn of_table(environment: &Environment, account: &Account) -> Vec<String> {
    let config = aws::config(environment, aws::ENDPOINT_DYNAMODB).unwrap();
    let client = aws_sdk_dynamodb::Client::new(&config);
    let mut left = Vec::new();
    let mut items = client
        .scan()
        .table_name(environment.required("MEMBERS_TABLE").unwrap())
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    while let Some(item) = items.next().await {
        let item = item.unwrap();
        let text = |name: &str| {
            item.get(name)
                .and_then(|it| it.as_s().ok())
                .map_or("", String::as_str)
        };
        let (pk, sk) = (text("pk"), text("sk"));
        if sk == "MEMBER" && item.contains_key("expires_at") {
            let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(
                names,
                ["expires_at", "gone_since", "handle", "pk", "sk"],
                "a tombstone"
            );
            continue;
        }
        let digest = members::Target::new(account.email.as_str());
        let named = item.values().any(|value| names(account, value))
            || is_of(account, pk)
            || is_of(account, sk)
            || format!("{digest:?}").contains(pk.strip_prefix("GUESSED#").unwrap_or("-"));
        if named {
            left.push(format!("{pk} {sk}"));
        }
    }
    left
}

/// Whether a value holds the member's id or address, or is the handle.
fn names(account: &Account, value: &AttributeValue) -> bool {
    match value {
        AttributeValue::S(text) => {
            text.contains(&account.id)
                || text.contains(account.email.as_str())
                || *text == account.handle
                || text.contains(&format!("/{}/", account.handle))
        }
        AttributeValue::M(map) => map.values().any(|value| names(account, value)),
        AttributeValue::L(list) => list.iter().any(|value| names(account, value)),
        _ => false,
    }
}
