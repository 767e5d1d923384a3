//! CloudFront, told to forget what was taken away.
//!
//! Pictures stay in its caches for five minutes at most, as the template and their objects say; in browsers that have
//! them they stay. This ends it at once. Each path costs, so that nobody says it of what another took the place of.

#[cfg(feature = "cloudfront")]
mod known;

use aws_types::SdkConfig;

#[cfg(feature = "cloudfront")]
use known::Known;

/// The distribution before the site, or none: on one machine nothing is cached.
#[derive(Debug, Clone, Default)]
pub struct Distribution(Option<Known>);

/// A distribution that this program, built without CloudFront's client, can't tell anything.
#[cfg(not(feature = "cloudfront"))]
#[derive(Debug, Clone)]
struct Known;

#[cfg(not(feature = "cloudfront"))]
impl Known {
    fn new(_: &SdkConfig, _: &str) -> Self {
        Self
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    async fn forget(&self, _: &[String], _: &str) -> anyhow::Result<()> {
        anyhow::bail!("this program was built without the feature cloudfront")
    }
}

impl Distribution {
    /// The distribution of the id `id`, where there is one (`DISTRIBUTION_ID`).
    pub fn new(config: &SdkConfig, id: Option<&str>) -> Self {
        Self(id.map(|id| Known::new(config, id)))
    }

    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Has every copy of `keys` forgotten: keys of the content bucket, of which one that ends in `*` stands
    /// for all that begin with the rest, and costs as one. `reference` is one that was never used: the same
    /// call with the same reference is done once.
    ///
    /// # Errors
    /// CloudFront refused, or didn't answer. Of paths with a `*` fifteen may be under way, of others three thousand.
    pub async fn forget(&self, keys: &[String], reference: &str) -> anyhow::Result<()> {
        match &self.0 {
            Some(known) if !keys.is_empty() => known.forget(keys, reference).await,
            _ => Ok(()),
        }
    }
}
