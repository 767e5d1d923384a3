//! Where a key ring is kept: a secret of Secrets Manager, or a file of the local stack.

use std::path::PathBuf;

use anyhow::Context as _;
use auth::token::StoredKeys;
use aws_sdk_secretsmanager::Client;
use clap::Args;

use crate::aws::InAws;

#[derive(Debug, Args)]
pub(super) struct Place {
    /// Folder of the `masthead dev` whose keys these are.
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

pub(super) enum Store {
    /// Read by `masthead dev` when it starts.
    File(PathBuf),
    /// Read by running functions, every five minutes.
    Secret { client: Client, arn: String },
}

impl Place {
    pub(super) async fn open(&self) -> anyhow::Result<Store> {
        let Some(aws) = self.in_aws.connect().await? else {
            return Ok(Store::File(self.data.clone()));
        };
        Ok(Store::Secret {
            client: Client::new(aws.config()),
            arn: aws.output("SigningKeys")?.to_owned(),
        })
    }
}

impl Store {
    pub(super) async fn read(&self) -> anyhow::Result<StoredKeys> {
        match self {
            Self::File(folder) => {
                // Looking at keys makes none: in a wrong folder they would be of nobody.
                let text = local::kept_jwt_keys(folder)
                    .with_context(|| format!("the keys in {} can't be read", folder.display()))?
                    .with_context(|| {
                        format!(
                            "there are no keys in {}; `masthead dev` makes them when it first starts, and --data names its folder",
                            folder.display()
                        )
                    })?;
                let ring = StoredKeys::parse(&text);
                ring.with_context(|| format!("the keys in {} are damaged", folder.display()))
            }
            Self::Secret { client, arn } => {
                let sent = client.get_secret_value().secret_id(arn).send();
                let value = sent.await.context("the secret can't be read")?;
                let ring = StoredKeys::parse(value.secret_string().unwrap_or_default());
                ring.with_context(|| format!("the secret {arn} can't be used as signing keys"))
            }
        }
    }

    pub(super) async fn write(&self, ring: &StoredKeys) -> anyhow::Result<()> {
        match self {
            Self::File(folder) => local::replace_jwt_keys(folder, &ring.to_json())
                .with_context(|| format!("the keys in {} can't be replaced", folder.display())),
            Self::Secret { client, arn } => {
                let put = client.put_secret_value().secret_id(arn);
                let put = put.secret_string(ring.to_json().as_str());
                put.send().await.context("the secret can't be written")?;
                Ok(())
            }
        }
    }
}
