//! Writing: an object under a condition, and its removal.

use std::collections::HashMap;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use bytes::Bytes;

use crate::error::{Error, Result};
use crate::{Blobs, Head};

/// What must hold for a put to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'a> {
    /// Whatever is there is replaced.
    Always,
    /// Nothing is there.
    Absent,
    /// What is there still has this ETag.
    Unchanged(&'a str),
}

impl Condition<'_> {
    pub(crate) fn of(self, put: PutObjectFluentBuilder) -> PutObjectFluentBuilder {
        match self {
            Self::Always => put,
            Self::Absent => put.if_none_match("*"),
            Self::Unchanged(etag) => put.if_match(etag),
        }
    }
}

/// An object to store.
#[derive(Debug, Clone, Default)]
pub struct Upload<'a> {
    pub bytes: Bytes,
    pub content_type: &'a str,
    pub cache_control: Option<&'a str>,
    /// How a browser takes what it is given.
    pub content_disposition: Option<&'a str>,
    /// ASCII only.
    pub metadata: HashMap<String, String>,
}

/// What came of a put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Stored, with this ETag.
    Stored(String),
    /// The condition didn't hold, or another writer was at it: look again.
    Changed,
}

/// An object as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// As S3 writes it, quotes included.
    pub etag: String,
    /// Of a bucket that keeps versions: which one this is.
    pub version: Option<String>,
}

impl Blobs {
    pub async fn put(
        &self,
        key: &str,
        upload: Upload<'_>,
        condition: Condition<'_>,
    ) -> Result<Stored> {
        let written = self.write(key, upload, condition).await?;
        Ok(written.map_or(Stored::Changed, |written| Stored::Stored(written.etag)))
    }

    /// As [`Blobs::put`], with the version that was made; `None` where that is [`Stored::Changed`].
    pub async fn write(
        &self,
        key: &str,
        upload: Upload<'_>,
        condition: Condition<'_>,
    ) -> Result<Option<Written>> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(upload.content_type)
            .set_cache_control(upload.cache_control.map(str::to_owned))
            .set_content_disposition(upload.content_disposition.map(str::to_owned))
            .set_metadata((!upload.metadata.is_empty()).then_some(upload.metadata))
            .body(upload.bytes.into());
        match condition.of(put).send().await {
            Ok(stored) => Ok(Some(Written {
                etag: stored.e_tag().unwrap_or_default().to_owned(),
                version: stored.version_id().map(str::to_owned),
            })),
            Err(error) if condition != Condition::Always && lost_the_race(&error) => Ok(None),
            Err(error) => Err(Error::store("PutObject")(error)),
        }
    }

    /// Deletes an object; no object is no error.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let deleted = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteObject"))
    }

    /// Deletes the version that was `seen` of an object for good: no marker stays, and a newer version
    /// does. What is gone already is no error.
    pub async fn delete_seen(&self, key: &str, seen: &Head) -> Result<()> {
        self.delete_version(key, seen.version.clone()).await
    }

    /// Deletes one version of an object for good. What is gone already is no error.
    pub async fn delete_version(&self, key: &str, version: Option<String>) -> Result<()> {
        let deleted = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .set_version_id(version)
            .send()
            .await;
        deleted.map(|_| ()).map_err(Error::store("DeleteObject"))
    }

    /// Makes the bucket if there is none yet: for the local stack.
    pub async fn create_bucket(&self) -> Result<()> {
        match self
            .client
            .create_bucket()
            .bucket(&self.bucket)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(|error| {
                    error.is_bucket_already_owned_by_you() || error.is_bucket_already_exists()
                }) =>
            {
                Ok(())
            }
            Err(error) => Err(Error::store("CreateBucket")(error)),
        }
    }
}

/// 412: the condition failed. 409: two conditional writes met. 404 with `If-Match`: it is gone.
fn lost_the_race<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    match error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
    {
        Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey") => true,
        _ => status == Some(412),
    }
}
