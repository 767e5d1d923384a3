//! A distribution of CloudFront, and its client.

use anyhow::Context as _;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::error::DisplayErrorContext;
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use aws_types::SdkConfig;

#[derive(Debug, Clone)]
pub(crate) struct Known {
    client: Client,
    id: String,
}

impl Known {
    pub(crate) fn new(config: &SdkConfig, id: &str) -> Self {
        Self {
            client: Client::new(config),
            id: id.to_owned(),
        }
    }

    pub(crate) async fn forget(&self, keys: &[String], reference: &str) -> anyhow::Result<()> {
        let paths = keys.iter().map(|key| format!("/{key}"));
        let paths = Paths::builder()
            .quantity(i32::try_from(keys.len()).context("too many paths")?)
            .set_items(Some(paths.collect()))
            .build()?;
        let batch = InvalidationBatch::builder()
            .paths(paths)
            .caller_reference(reference)
            .build()?;
        let told = self
            .client
            .create_invalidation()
            .distribution_id(&self.id)
            .invalidation_batch(batch)
            .send()
            .await;
        match told {
            Ok(_) => Ok(()),
            Err(error) => {
                anyhow::bail!("CreateInvalidation: {}", DisplayErrorContext(&error))
            }
        }
    }
}
