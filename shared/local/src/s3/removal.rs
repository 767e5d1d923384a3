//! Delete, one object or many.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, ObjectIdentifier,
};
use s3s::{S3Request, S3Result, s3_error};

use super::answers::condition;
use crate::store::{Condition, Store, Version, index};

/// S3 takes no more at once.
const MAX_OBJECTS: usize = 1000;

pub(super) async fn delete_object(
    store: &Store,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<DeleteObjectOutput> {
    let input = request.input;
    let condition = condition(input.if_match.as_ref(), None)?;
    let deleted = delete(store, input.bucket, input.key, input.version_id, condition).await?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted
            .as_ref()
            .filter(|version| version.body.is_none())
            .map(|_| true),
        version_id: deleted.and_then(|version| version.shown_id()),
        ..DeleteObjectOutput::default()
    })
}

pub(super) async fn delete_objects(
    store: &Store,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<DeleteObjectsOutput> {
    let DeleteObjectsInput {
        bucket,
        delete: asked,
        ..
    } = request.input;
    if asked.objects.len() > MAX_OBJECTS {
        return Err(s3_error!(
            MalformedXML,
            "No more than 1000 objects can be deleted at once."
        ));
    }
    let looked_up = bucket.clone();
    store
        .read(move |index| index::is_versioned(index, &looked_up))
        .await?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for ObjectIdentifier {
        key,
        version_id,
        e_tag,
        ..
    } in asked.objects
    {
        let condition = condition(e_tag.map(ETagCondition::ETag).as_ref(), None)?;
        match delete(
            store,
            bucket.clone(),
            key.clone(),
            version_id.clone(),
            condition,
        )
        .await
        {
            Ok(gone) => {
                let marker = gone.filter(|version| version.body.is_none());
                deleted.push(DeletedObject {
                    key: Some(key),
                    version_id,
                    delete_marker: marker.as_ref().map(|_| true),
                    delete_marker_version_id: marker.and_then(|marker| marker.shown_id()),
                });
            }
            Err(error) => errors.push(s3s::dto::Error {
                code: Some(error.code().as_str().to_owned()),
                message: error.message().map(str::to_owned),
                key: Some(key),
                version_id,
            }),
        }
    }
    let deleted = (!asked.quiet.unwrap_or_default()).then_some(deleted);
    let errors = (!errors.is_empty()).then_some(errors);
    Ok(DeleteObjectsOutput {
        deleted,
        errors,
        ..DeleteObjectsOutput::default()
    })
}

/// The delete marker that was made or the version that is gone. Deleting what isn't there succeeds.
async fn delete(
    store: &Store,
    bucket: String,
    key: String,
    version: Option<String>,
    condition: Condition,
) -> S3Result<Option<Version>> {
    let deleted = store.write(move |change| match version {
        Some(version) => change.delete_version(&bucket, &key, &version),
        None => change.delete(&bucket, &key, &condition),
    });
    Ok(deleted.await?)
}
