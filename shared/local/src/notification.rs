//! S3 event notifications, in the shape of AWS's (`eventVersion` 2.1).

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use crate::REGION;

/// What S3 leaves as it is in the key of an event; a space becomes a plus.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'*')
    .remove(b'_')
    .remove(b'/')
    .remove(b' ');

/// One change of one object.
pub(crate) struct Notification<'a> {
    /// Such as `ObjectCreated:Put`.
    pub(crate) name: &'a str,
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    /// Size in bytes and `ETag` of an object that was made.
    pub(crate) created: Option<(u64, &'a str)>,
    pub(crate) version: Option<&'a str>,
    /// In nanoseconds since 1970; also the sequencer.
    pub(crate) now_ns: u64,
}

/// The event that S3 sends about it.
pub(crate) fn event(notification: &Notification<'_>) -> Value {
    let Notification {
        name,
        bucket,
        key,
        created,
        version,
        now_ns,
    } = notification;
    let time = Timestamp::from_nanosecond(i128::from(*now_ns)).unwrap_or_default();
    let sequencer = format!("{now_ns:018X}");
    let mut object = json!({ "key": encoded(key), "sequencer": sequencer });
    if let Some((size, etag)) = created {
        object["size"] = json!(size);
        object["eTag"] = json!(etag);
    }
    if let Some(version) = version {
        object["versionId"] = json!(version);
    }
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": format!("{time:.3}"),
        "eventName": name,
        "userIdentity": { "principalId": "LOCAL" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": sequencer, "x-amz-id-2": "local" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "masthead",
            "bucket": {
                "name": bucket,
                "ownerIdentity": { "principalId": "LOCAL" },
                "arn": format!("arn:aws:s3:::{bucket}"),
            },
            "object": object,
        },
    }]})
}

/// The event that S3 sends when an object is made: what makes `rewrite_readme` look at it.
pub fn s3_event(bucket: &str, key: &str) -> Value {
    event(&Notification {
        name: "ObjectCreated:Put",
        bucket,
        key,
        created: None,
        version: None,
        now_ns: u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default(),
    })
}

/// A key as S3's events spell it: form-URL-encoded, but for the slashes.
fn encoded(key: &str) -> String {
    percent_encode(key.as_bytes(), KEPT)
        .to_string()
        .replace(' ', "+")
}
