//! Operations on whole buckets.

use s3s::dto::{
    Bucket, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
    DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput,
    ListBucketsOutput, PutBucketVersioningInput, PutBucketVersioningOutput,
};
use s3s::{S3Request, S3Result};

use super::answers::timestamp;
use crate::store::{Store, index};

pub(super) async fn create_bucket(
    store: &Store,
    request: S3Request<CreateBucketInput>,
) -> S3Result<CreateBucketOutput> {
    let bucket = request.input.bucket;
    let location = Some(format!("/{bucket}"));
    store
        .write(move |change| change.create_bucket(&bucket))
        .await?;
    Ok(CreateBucketOutput { location })
}

pub(super) async fn delete_bucket(
    store: &Store,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<DeleteBucketOutput> {
    store
        .write(move |change| change.delete_bucket(&request.input.bucket))
        .await?;
    Ok(DeleteBucketOutput {})
}

pub(super) async fn head_bucket(
    store: &Store,
    request: S3Request<HeadBucketInput>,
) -> S3Result<HeadBucketOutput> {
    store
        .read(move |index| index::is_versioned(index, &request.input.bucket))
        .await?;
    Ok(HeadBucketOutput::default())
}

pub(super) async fn get_bucket_location(
    store: &Store,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<GetBucketLocationOutput> {
    store
        .read(move |index| index::is_versioned(index, &request.input.bucket))
        .await?;
    Ok(GetBucketLocationOutput::default())
}

pub(super) async fn list_buckets(
    store: &Store,
    _: S3Request<ListBucketsInput>,
) -> S3Result<ListBucketsOutput> {
    let buckets = store
        .read(index::buckets)
        .await?
        .into_iter()
        .map(|(name, created_ns)| Bucket {
            name: Some(name),
            creation_date: Some(timestamp(created_ns)),
            ..Bucket::default()
        });
    Ok(ListBucketsOutput {
        buckets: Some(buckets.collect()),
        ..ListBucketsOutput::default()
    })
}

pub(super) async fn get_bucket_versioning(
    store: &Store,
    request: S3Request<GetBucketVersioningInput>,
) -> S3Result<GetBucketVersioningOutput> {
    let versioned = store
        .read(move |index| index::is_versioned(index, &request.input.bucket))
        .await?;
    let status =
        versioned.then(|| BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED));
    Ok(GetBucketVersioningOutput {
        status,
        ..GetBucketVersioningOutput::default()
    })
}

pub(super) async fn put_bucket_versioning(
    store: &Store,
    request: S3Request<PutBucketVersioningInput>,
) -> S3Result<PutBucketVersioningOutput> {
    let input = request.input;
    let versioned = input
        .versioning_configuration
        .status
        .is_some_and(|status| status.as_str() == BucketVersioningStatus::ENABLED);
    store
        .write(move |change| change.set_versioned(&input.bucket, versioned))
        .await?;
    Ok(PutBucketVersioningOutput {})
}
