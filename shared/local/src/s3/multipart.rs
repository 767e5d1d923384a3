//! Multipart uploads: `s3s-fs` keeps the parts, the index says whose they are.

use std::time::SystemTime;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyPartResult, CopySource, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListPartsInput, ListPartsOutput, MultipartUpload, Range, StreamingBlob, Timestamp,
    UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Error, S3Request, S3Result, s3_error};
use uuid::Uuid;

use super::answers::{check_read, condition, strong, timestamp};
use super::objects::{bytes, commit, current, foresee};
use crate::store::{self, Attributes, Cause, Condition, NewBody, Store, Upload, uploads};

pub(super) async fn create_multipart_upload(
    store: &Store,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<CreateMultipartUploadOutput> {
    let input = &request.input;
    let (bucket, key) = (input.bucket.clone(), input.key.clone());
    let attributes = Attributes {
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
    foresee(store, &bucket, &key, &Condition::None).await?;
    let body = Uuid::now_v7().simple().to_string();
    let id = store.bodies.begin(&body, request).await?;
    let upload = Upload {
        id: id.clone(),
        bucket: bucket.clone(),
        key: key.clone(),
        body,
        attributes,
        started_ns: 0,
    };
    store
        .write(move |change| change.begin_upload(&upload))
        .await?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(bucket),
        key: Some(key),
        upload_id: Some(id),
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn upload_part(
    store: &Store,
    request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let input = &request.input;
    find(store, &input.bucket, &input.key, &input.upload_id).await?;
    Ok(store.bodies.put_part(request).await?.output)
}

/// Makes a part of an object that is there already, or of a range of it.
pub(super) async fn upload_part_copy(
    store: &Store,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<UploadPartCopyOutput> {
    let input = &request.input;
    find(store, &input.bucket, &input.key, &input.upload_id).await?;
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
    check_read(
        &source,
        input.copy_source_if_match.as_ref(),
        input.copy_source_if_none_match.as_ref(),
        input.copy_source_if_modified_since.as_ref(),
        input.copy_source_if_unmodified_since.as_ref(),
    )
    .map_err(|_| s3_error!(PreconditionFailed))?;
    let range = input
        .copy_source_range
        .as_deref()
        .map(Range::parse)
        .transpose();
    let range = bytes(&source, range.map_err(|_| s3_error!(InvalidArgument))?)?;
    let Some(name) = &source.body else {
        return Err(s3_error!(NoSuchKey));
    };
    let body = store
        .bodies
        .read(name, range)
        .await
        .map_err(store::Error::from)?;
    let part = UploadPartInput::builder()
        .bucket(input.bucket.clone())
        .key(input.key.clone())
        .upload_id(input.upload_id.clone())
        .part_number(input.part_number)
        .body(Some(StreamingBlob::wrap(body)))
        .build()
        .map_err(S3Error::internal_error)?;
    let put = store
        .bodies
        .put_part(request.map_input(|_| part))
        .await?
        .output;
    let copied = CopyPartResult {
        e_tag: put.e_tag,
        last_modified: Some(Timestamp::from(SystemTime::now())),
        ..CopyPartResult::default()
    };
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(copied),
        copy_source_version_id: source.shown_id(),
        ..UploadPartCopyOutput::default()
    })
}

pub(super) async fn list_parts(
    store: &Store,
    request: S3Request<ListPartsInput>,
) -> S3Result<ListPartsOutput> {
    let input = &request.input;
    find(store, &input.bucket, &input.key, &input.upload_id).await?;
    Ok(store.bodies.list_parts(request).await?.output)
}

pub(super) async fn complete_multipart_upload(
    store: &Store,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<CompleteMultipartUploadOutput> {
    let input = &request.input;
    let (bucket, key) = (input.bucket.clone(), input.key.clone());
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let upload = find(store, &bucket, &key, &input.upload_id).await?;
    foresee(store, &bucket, &key, &condition).await?;

    let (size, etag) = store.bodies.complete(&upload.body, request).await?;
    let new = NewBody {
        name: upload.body,
        size,
        etag,
        attributes: upload.attributes,
    };
    let made = commit(
        store,
        bucket.clone(),
        key.clone(),
        condition,
        Cause::CompleteMultipartUpload,
        new,
    )
    .await;
    // The parts are gone either way.
    store
        .write(move |change| change.end_upload(&upload.id))
        .await?;
    let made = made?;
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{bucket}/{key}")),
        bucket: Some(bucket),
        key: Some(key),
        e_tag: Some(strong(&made.etag)),
        version_id: made.shown_id(),
        ..CompleteMultipartUploadOutput::default()
    })
}

pub(super) async fn abort_multipart_upload(
    store: &Store,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<AbortMultipartUploadOutput> {
    let input = &request.input;
    let upload = find(store, &input.bucket, &input.key, &input.upload_id).await?;
    store.bodies.abort(&upload.body, request).await?;
    store
        .write(move |change| change.end_upload(&upload.id))
        .await?;
    Ok(AbortMultipartUploadOutput::default())
}

pub(super) async fn list_multipart_uploads(
    store: &Store,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<ListMultipartUploadsOutput> {
    let ListMultipartUploadsInput { bucket, prefix, .. } = request.input;
    let (listed, within) = (bucket.clone(), prefix.clone().unwrap_or_default());
    let uploads = store
        .read(move |index| uploads::list(index, &listed, &within))
        .await?;
    let uploads = uploads.into_iter().map(|upload| MultipartUpload {
        key: Some(upload.key),
        upload_id: Some(upload.id),
        initiated: Some(timestamp(upload.started_ns)),
        ..MultipartUpload::default()
    });
    Ok(ListMultipartUploadsOutput {
        uploads: Some(uploads.collect()),
        bucket: Some(bucket),
        prefix,
        is_truncated: Some(false),
        ..ListMultipartUploadsOutput::default()
    })
}

async fn find(store: &Store, bucket: &str, key: &str, id: &str) -> S3Result<Upload> {
    let (bucket, key, id) = (bucket.to_owned(), key.to_owned(), id.to_owned());
    Ok(store
        .read(move |index| uploads::find(index, &bucket, &key, &id))
        .await?)
}
