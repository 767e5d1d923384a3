//! Put, copy, get and head.

use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, GetObjectInput,
    GetObjectOutput, HeadObjectInput, HeadObjectOutput, Metadata, MetadataDirective,
    PutObjectInput, PutObjectOutput, Range, StreamingBlob, Timestamp,
};
use s3s::{S3Request, S3Result, s3_error};

use super::answers::{check_read, condition, number, strong, timestamp};
use crate::store::{
    self, Attributes, ByteRange, Cause, Condition, NewBody, Store, Version, change,
};

pub(super) async fn put_object(
    store: &Store,
    request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let input = &request.input;
    let (bucket, key) = (input.bucket.clone(), input.key.clone());
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let mut attributes = Attributes {
        content_type: input.content_type.clone(),
        content_encoding: input.content_encoding.clone(),
        content_disposition: input.content_disposition.clone(),
        content_language: input.content_language.clone(),
        cache_control: input.cache_control.clone(),
        metadata: input
            .metadata
            .clone()
            .unwrap_or_default()
            .into_iter()
            .collect(),
        ..Attributes::default()
    };
    foresee(store, &bucket, &key, &condition).await?;

    let (name, size, put) = store.bodies.put(request).await?;
    let etag = put
        .e_tag
        .as_ref()
        .map(|etag| etag.value().to_owned())
        .ok_or_else(|| s3_error!(InternalError))?;
    attributes.crc32.clone_from(&put.checksum_crc32);
    attributes.crc32c.clone_from(&put.checksum_crc32c);
    attributes.crc64nvme.clone_from(&put.checksum_crc64nvme);
    attributes.sha1.clone_from(&put.checksum_sha1);
    attributes.sha256.clone_from(&put.checksum_sha256);
    let new = NewBody {
        name,
        size,
        etag,
        attributes,
    };
    let made = commit(store, bucket, key, condition, Cause::Put, new).await?;
    Ok(PutObjectOutput {
        version_id: made.shown_id(),
        ..put
    })
}

/// Refuses a write that can't succeed before its body is read. What counts is the check at the end.
pub(super) async fn foresee(
    store: &Store,
    bucket: &str,
    key: &str,
    condition: &Condition,
) -> S3Result<()> {
    let (bucket, key, condition) = (bucket.to_owned(), key.to_owned(), condition.clone());
    let foreseen = store.read(move |index| {
        let current = store::find(index, &bucket, &key, None)?;
        change::check(current.as_ref(), &condition)
    });
    Ok(foreseen.await?)
}

/// Makes a body an object; a body that can't become one is removed.
pub(super) async fn commit(
    store: &Store,
    bucket: String,
    key: String,
    condition: Condition,
    cause: Cause,
    new: NewBody,
) -> S3Result<Version> {
    let name = new.name.clone();
    let made = store
        .write(move |change| change.put(&bucket, &key, &condition, cause, &new))
        .await;
    if made.is_err() {
        store.bodies.remove(&name);
    }
    Ok(made?)
}

pub(super) async fn copy_object(
    store: &Store,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let input = request.input;
    let CopySource::Bucket {
        bucket,
        key,
        version_id,
    } = &input.copy_source
    else {
        return Err(s3_error!(
            NotImplemented,
            "Only objects in buckets can be copied."
        ));
    };
    let source = current(store, bucket, key, version_id.as_deref()).await?;
    let source_version = source.shown_id();
    check_read(
        &source,
        input.copy_source_if_match.as_ref(),
        input.copy_source_if_none_match.as_ref(),
        input.copy_source_if_modified_since.as_ref(),
        input.copy_source_if_unmodified_since.as_ref(),
    )
    .map_err(|_| s3_error!(PreconditionFailed))?;
    let mut attributes = source.attributes;
    if input
        .metadata_directive
        .as_ref()
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE)
    {
        attributes = Attributes {
            content_type: input.content_type,
            content_encoding: input.content_encoding,
            content_disposition: input.content_disposition,
            content_language: input.content_language,
            cache_control: input.cache_control,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
            ..attributes
        };
    }
    let Some(name) = source.body else {
        return Err(s3_error!(NoSuchKey));
    };
    let new = NewBody {
        name: name.clone(),
        size: source.size,
        etag: source.etag,
        attributes,
    };
    let made = store
        .write(move |change| {
            // The copy shares the body, which must still be there.
            change.require_body(&name)?;
            change.put(
                &input.bucket,
                &input.key,
                &Condition::None,
                Cause::Copy,
                &new,
            )
        })
        .await?;
    let result = CopyObjectResult {
        e_tag: Some(strong(&made.etag)),
        last_modified: Some(timestamp(made.modified_ns)),
        ..CopyObjectResult::default()
    };
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: source_version,
        version_id: made.shown_id(),
        ..CopyObjectOutput::default()
    })
}

pub(super) async fn get_object(
    store: &Store,
    request: S3Request<GetObjectInput>,
) -> S3Result<GetObjectOutput> {
    /// A body that is replaced between finding and opening it is looked up once more.
    const LOOKS: usize = 5;
    let input = request.input;
    for _ in 0..LOOKS {
        let version = current(
            store,
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
        )
        .await?;
        check_read(
            &version,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
            input.if_modified_since.as_ref(),
            input.if_unmodified_since.as_ref(),
        )?;
        let range = bytes(&version, input.range)?;
        let Some(name) = &version.body else {
            return Err(s3_error!(NoSuchKey));
        };
        match store.bodies.read(name, range).await {
            Ok(body) => {
                let whole = range.length == version.size;
                let content_range = (!whole || input.range.is_some()).then(|| {
                    let last = range.start + range.length.saturating_sub(1);
                    format!("bytes {}-{last}/{}", range.start, version.size)
                });
                let Attributes {
                    crc32,
                    crc32c,
                    crc64nvme,
                    sha1,
                    sha256,
                    ..
                } = if whole {
                    version.attributes.clone()
                } else {
                    Attributes::default()
                };
                return Ok(GetObjectOutput {
                    accept_ranges: Some("bytes".to_owned()),
                    body: Some(StreamingBlob::wrap(body)),
                    content_length: number(range.length),
                    content_range: content_range.filter(|_| input.range.is_some()),
                    e_tag: Some(strong(&version.etag)),
                    last_modified: Some(Timestamp::from(version.modified())),
                    version_id: version.shown_id(),
                    metadata: metadata(&version),
                    content_type: input
                        .response_content_type
                        .or(version.attributes.content_type),
                    content_encoding: version.attributes.content_encoding,
                    content_disposition: input
                        .response_content_disposition
                        .or(version.attributes.content_disposition),
                    content_language: version.attributes.content_language,
                    cache_control: version.attributes.cache_control,
                    checksum_crc32: crc32,
                    checksum_crc32c: crc32c,
                    checksum_crc64nvme: crc64nvme,
                    checksum_sha1: sha1,
                    checksum_sha256: sha256,
                    ..GetObjectOutput::default()
                });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(store::Error::File(error).into()),
        }
    }
    Err(s3_error!(
        SlowDown,
        "The object is being written too fast to be read."
    ))
}

pub(super) async fn head_object(
    store: &Store,
    request: S3Request<HeadObjectInput>,
) -> S3Result<HeadObjectOutput> {
    let input = request.input;
    let version = current(
        store,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
    )
    .await?;
    check_read(
        &version,
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
        input.if_modified_since.as_ref(),
        input.if_unmodified_since.as_ref(),
    )?;
    Ok(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: number(version.size),
        e_tag: Some(strong(&version.etag)),
        last_modified: Some(Timestamp::from(version.modified())),
        version_id: version.shown_id(),
        metadata: metadata(&version),
        content_type: version.attributes.content_type,
        content_encoding: version.attributes.content_encoding,
        content_disposition: version.attributes.content_disposition,
        content_language: version.attributes.content_language,
        cache_control: version.attributes.cache_control,
        checksum_crc32: version.attributes.crc32,
        checksum_crc32c: version.attributes.crc32c,
        checksum_crc64nvme: version.attributes.crc64nvme,
        checksum_sha1: version.attributes.sha1,
        checksum_sha256: version.attributes.sha256,
        ..HeadObjectOutput::default()
    })
}

/// The object or version a read is for; an error where it is gone.
pub(super) async fn current(
    store: &Store,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> S3Result<Version> {
    let (bucket, key, asked) = (
        bucket.to_owned(),
        key.to_owned(),
        version.map(str::to_owned),
    );
    let found = store
        .read(move |index| store::find(index, &bucket, &key, asked.as_deref()))
        .await?;
    match found {
        Some(found) if found.body.is_some() => Ok(found),
        Some(_) if version.is_some() => Err(s3_error!(
            MethodNotAllowed,
            "This version is a delete marker."
        )),
        None if version.is_some() => Err(store::Error::NoSuchVersion.into()),
        _ => Err(store::Error::NoSuchKey.into()),
    }
}

pub(super) fn bytes(version: &Version, range: Option<Range>) -> S3Result<ByteRange> {
    let Some(range) = range else {
        return Ok(ByteRange {
            start: 0,
            length: version.size,
        });
    };
    let range = range
        .check(version.size)
        .map_err(|_| s3_error!(InvalidRange))?;
    Ok(ByteRange {
        start: range.start,
        length: range.end - range.start,
    })
}

fn metadata(version: &Version) -> Option<Metadata> {
    let metadata = &version.attributes.metadata;
    (!metadata.is_empty()).then(|| metadata.clone().into_iter().collect())
}
