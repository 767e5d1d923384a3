//! Addresses that let somebody without credentials put one object.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use crate::error::{Error, Result};
use crate::{Blobs, Condition};

/// A request that anybody may send until it runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignedPut {
    pub url: String,
    /// Headers that must be sent as they are here, less `Host` and `Content-Length`, which every
    /// client sends by itself.
    pub headers: Vec<(String, String)>,
}

impl Blobs {
    /// Signs a put of exactly `size` bytes of the type `content_type` with `metadata`, which is ASCII,
    /// under `key`, good for `lifetime` and as long as `condition` holds: one that the put itself ends
    /// makes it good for one put. No request is made.
    pub async fn presigned_put(
        &self,
        key: &str,
        content_type: &str,
        size: u64,
        metadata: HashMap<String, String>,
        condition: Condition<'_>,
        lifetime: Duration,
    ) -> Result<PresignedPut> {
        let failed = |cause: String| Error::Store {
            operation: "PutObject",
            cause,
        };
        let lifetime =
            PresigningConfig::expires_in(lifetime).map_err(|error| failed(error.to_string()))?;
        let size = i64::try_from(size).map_err(|error| failed(error.to_string()))?;
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .content_length(size)
            .set_metadata(Some(metadata).filter(|metadata| !metadata.is_empty()));
        let signed = condition
            .of(put)
            .presigned(lifetime)
            .await
            .map_err(Error::store("PutObject"))?;
        let headers = signed.headers().filter(|(name, _)| {
            !["host", "content-length"]
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own))
        });
        Ok(PresignedPut {
            url: signed.uri().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }
}
