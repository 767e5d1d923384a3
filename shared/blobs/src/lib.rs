//! S3: get, put if unchanged, delete, list.

mod error;
mod history;
pub mod layout;
mod presign;
mod read;
mod versions;
mod write;

use std::collections::HashMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_types::SdkConfig;
use bytes::Bytes;

pub use error::{Error, Result};
pub use history::{After, Version, VersionsPage};
pub use presign::PresignedPut;
pub use read::{Entry, Page};
pub use versions::Versions;
pub use write::{Condition, Stored, Upload, Written};

/// One bucket.
#[derive(Debug, Clone)]
pub struct Blobs {
    client: Client,
    bucket: String,
}

/// An object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// As S3 writes it, quotes included. Names the object's content, so it serves as its version.
    pub etag: String,
    /// Of a bucket that keeps versions: which one this is.
    pub version: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Unix seconds.
    pub last_modified: u64,
    /// User metadata: lower-case names, ASCII values.
    pub metadata: HashMap<String, String>,
}

/// An object with its bytes.
#[derive(Debug, Clone)]
pub struct Object {
    pub head: Head,
    pub bytes: Bytes,
}

impl Blobs {
    pub fn new(config: &SdkConfig, bucket: &str) -> Self {
        // An embedded server answers under one host name, so its buckets are in the path.
        let path_style = config.endpoint_url().is_some();
        let config = Builder::from(config).force_path_style(path_style).build();
        Self {
            client: Client::from_conf(config),
            bucket: bucket.to_owned(),
        }
    }

    /// Opens the connection, and finds out whether there is such a bucket. A store that is down, or
    /// that lets nothing be read, is no error: it may be back before the first request.
    ///
    /// # Errors
    /// [`Error::NoBucket`].
    pub async fn ready(&self) -> Result<()> {
        // Of all requests this one tells a missing bucket from a missing object, without a right
        // to either.
        let asked = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key("ready")
            .send();
        // A request in the making takes kilobytes, and start-up waits for several at once.
        match Box::pin(asked).await {
            Err(error) if error.code() == Some("NoSuchBucket") => Err(Error::NoBucket {
                bucket: self.bucket.clone(),
            }),
            Err(error) if error.as_service_error().is_none() => {
                let error = Error::store("GetObject")(error);
                tracing::warn!(%error, bucket = self.bucket, "started without a bucket");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
