//! The three ways to list a bucket.

use base64ct::{Base64UrlUnpadded, Encoding};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    CommonPrefix, DeleteMarkerEntry, EncodingType, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass, ObjectVersion, ObjectVersionStorageClass,
};
use s3s::{S3Request, S3Result, s3_error};

use super::answers::{number, strong, timestamp};
use crate::store::listing::{limit, list};
use crate::store::{ListRequest, Page, Store, Version};

/// What `encoding-type=url` leaves as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'*')
    .remove(b'_')
    .remove(b'/');

pub(super) async fn list_objects_v2(
    store: &Store,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<ListObjectsV2Output> {
    let input = request.input;
    let after = match &input.continuation_token {
        Some(token) => Some(from_token(token)?),
        None => input.start_after.clone(),
    };
    let asked = ListRequest {
        bucket: input.bucket.clone(),
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after,
        max_keys: input.max_keys,
        ..ListRequest::default()
    };
    let page = store.read(move |index| list(index, &asked)).await?;
    let spelling = Spelling::of(input.encoding_type.as_ref());
    Ok(ListObjectsV2Output {
        key_count: number(page.versions.len() + page.common_prefixes.len()),
        max_keys: number(limit(input.max_keys)),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page
            .next
            .as_ref()
            .map(|(key, _)| Base64UrlUnpadded::encode_string(key.as_bytes())),
        contents: Some(spelling.objects(&page)),
        common_prefixes: Some(spelling.common_prefixes(&page)),
        name: Some(input.bucket),
        prefix: Some(spelling.of_key(&input.prefix.unwrap_or_default())),
        delimiter: input.delimiter,
        encoding_type: input.encoding_type,
        continuation_token: input.continuation_token,
        start_after: input.start_after,
        ..ListObjectsV2Output::default()
    })
}

pub(super) async fn list_objects(
    store: &Store,
    request: S3Request<ListObjectsInput>,
) -> S3Result<ListObjectsOutput> {
    let input = request.input;
    let asked = ListRequest {
        bucket: input.bucket.clone(),
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: input.marker.clone(),
        max_keys: input.max_keys,
        ..ListRequest::default()
    };
    let page = store.read(move |index| list(index, &asked)).await?;
    let spelling = Spelling::of(input.encoding_type.as_ref());
    Ok(ListObjectsOutput {
        max_keys: number(limit(input.max_keys)),
        is_truncated: Some(page.next.is_some()),
        next_marker: page.next.as_ref().map(|(key, _)| spelling.of_key(key)),
        contents: Some(spelling.objects(&page)),
        common_prefixes: Some(spelling.common_prefixes(&page)),
        name: Some(input.bucket),
        prefix: Some(spelling.of_key(&input.prefix.unwrap_or_default())),
        marker: Some(input.marker.unwrap_or_default()),
        delimiter: input.delimiter,
        encoding_type: input.encoding_type,
        ..ListObjectsOutput::default()
    })
}

pub(super) async fn list_object_versions(
    store: &Store,
    request: S3Request<ListObjectVersionsInput>,
) -> S3Result<ListObjectVersionsOutput> {
    let input = request.input;
    let asked = ListRequest {
        bucket: input.bucket.clone(),
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: input.key_marker.clone(),
        after_version: input.version_id_marker.clone(),
        max_keys: input.max_keys,
        versions: true,
    };
    let page = store.read(move |index| list(index, &asked)).await?;
    let spelling = Spelling::of(input.encoding_type.as_ref());
    let (objects, markers): (Vec<&Version>, Vec<&Version>) = page
        .versions
        .iter()
        .partition(|version| version.body.is_some());
    let versions = objects.into_iter().map(|version| ObjectVersion {
        key: Some(spelling.of_key(&version.key)),
        version_id: Some(version.id.clone()),
        is_latest: Some(version.latest),
        e_tag: Some(strong(&version.etag)),
        size: number(version.size),
        last_modified: Some(timestamp(version.modified_ns)),
        storage_class: Some(ObjectVersionStorageClass::from_static(
            ObjectVersionStorageClass::STANDARD,
        )),
        ..ObjectVersion::default()
    });
    let markers = markers.into_iter().map(|version| DeleteMarkerEntry {
        key: Some(spelling.of_key(&version.key)),
        version_id: Some(version.id.clone()),
        is_latest: Some(version.latest),
        last_modified: Some(timestamp(version.modified_ns)),
        ..DeleteMarkerEntry::default()
    });
    let next = page.next.as_ref();
    Ok(ListObjectVersionsOutput {
        versions: Some(versions.collect()),
        delete_markers: Some(markers.collect()),
        common_prefixes: Some(spelling.common_prefixes(&page)),
        is_truncated: Some(next.is_some()),
        next_key_marker: next.map(|(key, _)| spelling.of_key(key)),
        next_version_id_marker: next.and_then(|(_, version)| version.clone()),
        max_keys: number(limit(input.max_keys)),
        name: Some(input.bucket),
        prefix: Some(spelling.of_key(&input.prefix.unwrap_or_default())),
        delimiter: input.delimiter,
        encoding_type: input.encoding_type,
        key_marker: input.key_marker,
        version_id_marker: input.version_id_marker,
        ..ListObjectVersionsOutput::default()
    })
}

/// How keys are spelt in an answer: as they are, or URL-encoded where the client asked for it.
#[derive(Clone, Copy)]
struct Spelling {
    encoded: bool,
}

impl Spelling {
    fn of(encoding: Option<&EncodingType>) -> Self {
        Self {
            encoded: encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL),
        }
    }

    fn of_key(self, key: &str) -> String {
        if self.encoded {
            utf8_percent_encode(key, KEPT).to_string()
        } else {
            key.to_owned()
        }
    }

    fn objects(self, page: &Page) -> Vec<Object> {
        let objects = page.versions.iter().map(|version| Object {
            key: Some(self.of_key(&version.key)),
            e_tag: Some(strong(&version.etag)),
            size: number(version.size),
            last_modified: Some(timestamp(version.modified_ns)),
            storage_class: Some(ObjectStorageClass::from_static(
                ObjectStorageClass::STANDARD,
            )),
            ..Object::default()
        });
        objects.collect()
    }

    fn common_prefixes(self, page: &Page) -> Vec<CommonPrefix> {
        let prefixes = page.common_prefixes.iter().map(|prefix| CommonPrefix {
            prefix: Some(self.of_key(prefix)),
        });
        prefixes.collect()
    }
}

fn from_token(token: &str) -> S3Result<String> {
    let key = Base64UrlUnpadded::decode_vec(token)
        .ok()
        .and_then(|key| String::from_utf8(key).ok());
    key.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The continuation token is not one of ours."
        )
    })
}
