//! The site in AWS: found by the outputs of its CloudFormation stack.
//!
//! Functions read variables; people have profiles and single sign-on. So `aws-config` is here, and
//! what it finds is put into the variables that the functions' own code reads.

#[cfg(any(test, not(feature = "aws")))]
#[cfg_attr(
    feature = "aws",
    expect(dead_code, reason = "all but what a test tries")
)]
mod none;
#[cfg(feature = "aws")]
mod stack;

use clap::Args;

#[cfg(not(feature = "aws"))]
pub(crate) use none::Aws;
#[cfg(feature = "aws")]
pub(crate) use stack::{Aws, Resource};

/// The variable that names the distribution before the site.
pub(crate) const DISTRIBUTION: &str = "DISTRIBUTION_ID";

/// The site in AWS, as the command line names it.
#[derive(Debug, Args)]
pub(crate) struct InAws {
    /// Work on the site in AWS. Credentials and region are found where the AWS CLI finds them.
    #[arg(long, global = true)]
    pub(crate) aws: bool,
    /// The site's CloudFormation stack.
    #[arg(long, default_value = "masthead", global = true, requires = "aws")]
    stack: String,
}

impl InAws {
    /// The stack, if the command is about one.
    pub(crate) async fn connect(&self) -> anyhow::Result<Option<Aws>> {
        if self.aws {
            Ok(Some(Aws::connect(&self.stack).await?))
        } else {
            Ok(None)
        }
    }
}
