//! Where a member's files are: both buckets, and the caches before one of them.

use blobs::Blobs;
use blobs::layout::{content_key, files_prefix, member_content_prefix, pictures_prefix};
use distribution::Distribution;
use endpoint::{Clock, Environment, aws};
use members::Account;

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
        let keys = handles.into_iter().flat_map(|handle| {
            [
                content_key(handle),
                format!("{}*", member_content_prefix(handle)),
                format!("{}*", pictures_prefix(handle)),
                format!("{}*", files_prefix(handle)),
            ]
        });
        let reference = format!("{}-{}", account.id, Clock::system().unix_milliseconds());
        let keys: Vec<String> = keys.collect();
        self.distribution.forget(&keys, &reference).await
    }
}
