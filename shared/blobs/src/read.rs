//! Reading: one object with a cap on its size, its head, and a bucket's listing.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::primitives::DateTime;
use bytes::BytesMut;

use crate::error::{Error, Result};
use crate::{Blobs, Head, Object};

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// Unix seconds.
    pub last_modified: u64,
}

/// A part of a listing, ordered by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Where the next page starts; `None` on the last.
    pub cursor: Option<String>,
}

pub(crate) fn unix_seconds(time: Option<&DateTime>) -> u64 {
    time.and_then(|time| u64::try_from(time.secs()).ok())
        .unwrap_or_default()
}

pub(crate) fn bytes_of(length: Option<i64>) -> u64 {
    length
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or_default()
}

/// What S3 says of a version that isn't there: by its id, of a delete marker, and of an id that can't be one.
const NO_SUCH_VERSION: [&str; 3] = ["NoSuchVersion", "MethodNotAllowed", "InvalidArgument"];

/// Whether a head was refused since the version is a delete marker: such an answer has no body, and so no code.
fn is_marker(answer: Option<&HttpResponse>) -> bool {
    answer.is_some_and(|answer| answer.status().as_u16() == 405)
}

impl Blobs {
    /// Reads an object; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above `max_bytes`, found before more than that is read.
    pub async fn get(&self, key: &str, max_bytes: usize) -> Result<Option<Object>> {
        self.get_of(key, None, max_bytes).await
    }

    /// Reads one version of an object; `None` where there is none of that id, or where it is a delete marker.
    ///
    /// # Errors
    /// [`Error::TooLarge`], as [`Blobs::get`].
    pub async fn get_version(
        &self,
        key: &str,
        version: &str,
        max_bytes: usize,
    ) -> Result<Option<Object>> {
        self.get_of(key, Some(version), max_bytes).await
    }

    async fn get_of(
        &self,
        key: &str,
        version: Option<&str>,
        max_bytes: usize,
    ) -> Result<Option<Object>> {
        let got = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .send()
            .await;
        let mut got = match got {
            Ok(got) => got,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key)
                    || (version.is_some()
                        && error
                            .code()
                            .is_some_and(|code| NO_SUCH_VERSION.contains(&code))) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(Error::store("GetObject")(error)),
        };
        let announced = bytes_of(got.content_length());
        if announced > max_bytes as u64 {
            return Err(Error::TooLarge { limit: max_bytes });
        }
        let mut bytes = BytesMut::new();
        while let Some(chunk) = got.body.next().await {
            let chunk = chunk.map_err(|cause| Error::Store {
                operation: "GetObject",
                cause: cause.to_string(),
            })?;
            if bytes.len() + chunk.len() > max_bytes {
                return Err(Error::TooLarge { limit: max_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        if (bytes.len() as u64) < announced {
            return Err(Error::Store {
                operation: "GetObject",
                cause: "the body ended early".to_owned(),
            });
        }
        let head = Head {
            etag: got.e_tag().unwrap_or_default().to_owned(),
            version: got.version_id().map(str::to_owned),
            size: bytes.len() as u64,
            last_modified: unix_seconds(got.last_modified()),
            metadata: got.metadata().cloned().unwrap_or_default(),
        };
        Ok(Some(Object {
            head,
            bytes: bytes.freeze(),
        }))
    }

    /// An object's head; `None` where there is none.
    pub async fn head(&self, key: &str) -> Result<Option<Head>> {
        self.head_of(key, None).await
    }

    /// The head of one version of an object; `None` where there is none of that id, or where it is a delete marker.
    pub async fn head_version(&self, key: &str, version: &str) -> Result<Option<Head>> {
        self.head_of(key, Some(version)).await
    }

    /// The head of one version of an object, or of the object; `None` where there is none.
    pub(crate) async fn head_of(&self, key: &str, version: Option<&str>) -> Result<Option<Head>> {
        match self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .send()
            .await
        {
            Ok(head) => Ok(Some(Head {
                etag: head.e_tag().unwrap_or_default().to_owned(),
                version: head.version_id().map(str::to_owned),
                size: bytes_of(head.content_length()),
                last_modified: unix_seconds(head.last_modified()),
                metadata: head.metadata().cloned().unwrap_or_default(),
            })),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(HeadObjectError::is_not_found)
                    || (version.is_some() && is_marker(error.raw_response())) =>
            {
                Ok(None)
            }
            Err(error) => Err(Error::store("HeadObject")(error)),
        }
    }

    /// Up to `limit` objects under `prefix`, after the key `cursor`.
    pub async fn list(&self, prefix: &str, cursor: Option<&str>, limit: u16) -> Result<Page> {
        let listed = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_start_after(cursor.map(str::to_owned))
            .max_keys(i32::from(limit))
            .send()
            .await
            .map_err(Error::store("ListObjectsV2"))?;
        let more = listed.is_truncated().unwrap_or_default();
        let entries: Vec<Entry> = listed
            .contents
            .unwrap_or_default()
            .into_iter()
            .filter_map(|object| {
                Some(Entry {
                    size: bytes_of(object.size()),
                    last_modified: unix_seconds(object.last_modified()),
                    key: object.key?,
                    etag: object.e_tag?,
                })
            })
            .collect();
        let cursor = entries.last().filter(|_| more).map(|last| last.key.clone());
        Ok(Page { entries, cursor })
    }

    /// Everything under `prefix`, for prefixes that hold one member's files.
    pub async fn list_all(&self, prefix: &str) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = self.list(prefix, cursor.as_deref(), 1000).await?;
            entries.extend(page.entries);
            match page.cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(entries),
            }
        }
    }
}
