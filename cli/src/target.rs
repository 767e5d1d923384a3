//! Which site a command works on: the local stack, or one in AWS.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use endpoint::Environment;

use crate::aws::{Aws, InAws};

#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Port of the running `masthead dev` to work on.
    #[arg(long, default_value_t = local::DEFAULT_PORT, global = true, conflicts_with = "aws")]
    pub(crate) port: u16,
    /// Its data folder, which holds the keys of its stores.
    #[arg(
        long,
        default_value = ".masthead",
        global = true,
        conflicts_with = "aws"
    )]
    data: PathBuf,
    #[command(flatten)]
    in_aws: InAws,
}

impl Target {
    /// The stack in AWS, if that is what the command works on.
    pub(crate) async fn aws(&self) -> anyhow::Result<Option<Aws>> {
        self.in_aws.connect().await
    }

    /// The environment in which the stores of the site are reached.
    pub(crate) async fn environment(&self) -> anyhow::Result<Environment> {
        if let Some(aws) = self.aws().await? {
            aws.environment().await
        } else {
            let options = local::Options {
                port: self.port,
                data: Some(self.data.clone()),
                ..local::Options::default()
            };
            Ok(local::environment_of_folder(&options)?
                .into_iter()
                .collect())
        }
    }

    /// Whether it is the site in AWS.
    pub(crate) fn is_in_aws(&self) -> bool {
        self.in_aws.aws
    }

    /// What to say where the site's stores don't answer.
    pub(crate) fn unreachable(&self, cause: impl std::error::Error) -> anyhow::Error {
        if self.in_aws.aws {
            return anyhow!("the members table can't be read: {cause}");
        }
        // DynamoDB's word for keys of somebody else.
        if cause.to_string().contains("UnrecognizedClientException") {
            return anyhow!(
                "the local stack on port {} has other keys than those in {}: name the data folder that it was started with by --data",
                self.port,
                self.data.display()
            );
        }
        anyhow!(
            "no local stack answers on port {}; start it with `masthead dev`",
            self.port
        )
    }
}
