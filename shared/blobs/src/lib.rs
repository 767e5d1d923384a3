//! S3: get, put if unchanged, delete, list.

mod error;
pub mod layout;
mod presign;
mod read;
mod versions;
mod write;

use std::collections::HashMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_types::SdkConfig;
use bytes::Bytes;

pub use error::{Error, Result};
pub use presign::PresignedPut;
pub use read::{Entry, Page};
pub use write::{Condition, Stored, Upload};

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

    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
