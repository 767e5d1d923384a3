//! Where a member's files are: both buckets, and the caches before one of them.

use blobs::Blobs;
use distribution::Distribution;
use endpoint::{Clock, Environment, aws};
use members::Account;
use removal::forget_copies;

use crate::aws::DISTRIBUTION;

pub(super) struct Stores {
    pub(super) uploads: Blobs,
    pub(super) content: Blobs,
    distribution: Distribution,
}

impl Stores {
    pub(super) fn of(environment: &Environment) -> anyhow::Result<Self> {
        let s3 = aws::config(environment, aws::ENDPOINT_S3)?;
        let cloudfront = aws::config(environment, aws::ENDPOINT_CLOUDFRONT)?;
        Ok(Self {
            uploads: Blobs::new(&s3, environment.required("UPLOADS_BUCKET")?),
            content: Blobs::new(&s3, environment.required("CONTENT_BUCKET")?),
            distribution: Distribution::new(&cloudfront, environment.optional(DISTRIBUTION)),
        })
    }

    /// Has CloudFront, where there is one, forget what was published under some of a member's handles.
    pub(super) async fn forget(
        &self,
        account: &Account,
        handles: impl IntoIterator<Item = &String>,
    ) -> anyhow::Result<()> {
        let now_ms = Clock::system().unix_milliseconds();
        forget_copies(&self.distribution, account, handles, now_ms).await
    }
}
