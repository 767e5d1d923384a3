//! A stack in AWS, found by the outputs of CloudFormation.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use endpoint::Environment;
use endpoint::aws::{CA_BUNDLE, ENDPOINT_CLOUDFRONT, ENDPOINT_DYNAMODB, ENDPOINT_S3};

use super::DISTRIBUTION;

/// A stack, with what the command line needs of it.
pub(crate) struct Aws {
    config: SdkConfig,
    stack: String,
    status: String,
    parameters: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
}

/// A resource of a stack.
pub(crate) struct Resource {
    /// As the template calls it.
    pub(crate) id: String,
    /// Such as `AWS::Lambda::Function`.
    pub(crate) kind: String,
    /// As its service calls it.
    pub(crate) name: String,
}

impl Aws {
    /// Looks the stack up.
    ///
    /// # Errors
    /// There are no credentials, no region or no such stack: one sentence that says what to do.
    pub(super) async fn connect(stack: &str) -> anyhow::Result<Self> {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(endpoint::aws::http_client(&Environment::process())?)
            .load()
            .await;
        let region = config
            .region()
            .context("no region is set: set AWS_REGION, or AWS_PROFILE to a profile that has one")?
            .to_string();
        credentials(&config).await?;
        let described = aws_sdk_cloudformation::Client::new(&config)
            .describe_stacks()
            .stack_name(stack)
            .send()
            .await;
        let described = described.map_err(|error| match error.code() {
            Some("ValidationError") => {
                anyhow!("there is no stack {stack} in {region}; name it with --stack, and its region in AWS_REGION")
            }
            _ => anyhow::Error::new(error).context(format!("the stack {stack} can't be looked up")),
        })?;
        let described = described.stacks().first().with_context(|| {
            format!("there is no stack {stack} in {region}; name it with --stack, and its region in AWS_REGION")
        })?;
        let outputs = described.outputs().iter().filter_map(|output| {
            let (key, value) = (output.output_key()?, output.output_value()?);
            Some((key.to_owned(), value.to_owned()))
        });
        let parameters = described.parameters().iter().filter_map(|parameter| {
            let (key, value) = (parameter.parameter_key()?, parameter.parameter_value()?);
            Some((key.to_owned(), value.to_owned()))
        });
        let status = described.stack_status();
        Ok(Self {
            status: status.map_or_else(String::new, |status| status.as_str().to_owned()),
            parameters: parameters.collect(),
            outputs: outputs.collect(),
            stack: stack.to_owned(),
            config,
        })
    }

    /// The stack's name.
    pub(crate) fn name(&self) -> &str {
        &self.stack
    }

    /// What CloudFormation says of the last deployment, such as `UPDATE_COMPLETE`.
    pub(crate) fn status(&self) -> &str {
        &self.status
    }

    /// A parameter that was answered; an empty answer is none.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let value = self.parameters.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// The resources of the stack.
    pub(crate) async fn resources(&self) -> anyhow::Result<Vec<Resource>> {
        let client = aws_sdk_cloudformation::Client::new(&self.config);
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page = client.list_stack_resources().stack_name(&self.stack);
            let page = page.set_next_token(next).send().await?;
            let resources = page.stack_resource_summaries().iter();
            all.extend(resources.filter_map(|resource| {
                Some(Resource {
                    id: resource.logical_resource_id()?.to_owned(),
                    kind: resource.resource_type()?.to_owned(),
                    name: resource.physical_resource_id()?.to_owned(),
                })
            }));
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    /// Credentials of the caller, as calls are signed with them.
    pub(crate) async fn credentials(&self) -> anyhow::Result<aws_credential_types::Credentials> {
        credentials(&self.config).await
    }

    /// What clients of AWS are made with.
    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// An output of the stack, such as `MembersTable`.
    pub(crate) fn output(&self, name: &str) -> anyhow::Result<&str> {
        let value = self.outputs.get(name).map(String::as_str);
        value.with_context(|| {
            format!("the stack {} has no output {name}: it is no Masthead, or its last deployment failed", self.stack)
        })
    }

    /// What the functions of this stack are configured with, as far as a command needs it, with the
    /// credentials of the caller.
    pub(crate) async fn environment(&self) -> anyhow::Result<Environment> {
        let credentials = credentials(&self.config).await?;
        let region = self.config.region().map(ToString::to_string);
        let process = Environment::process();
        let set = [
            ("AWS_REGION", region.as_deref()),
            ("AWS_ACCESS_KEY_ID", Some(credentials.access_key_id())),
            (
                "AWS_SECRET_ACCESS_KEY",
                Some(credentials.secret_access_key()),
            ),
            ("AWS_SESSION_TOKEN", credentials.session_token()),
            ("MEMBERS_TABLE", Some(self.output("MembersTable")?)),
            ("UPLOADS_BUCKET", Some(self.output("UploadsBucket")?)),
            ("CONTENT_BUCKET", Some(self.output("ContentBucket")?)),
            ("PUBLIC_URL", Some(self.output("PublicUrl")?)),
            ("SITE_NAME", Some(self.output("SiteName")?)),
            // A stack of before it was an output has it after the next deployment.
            (
                DISTRIBUTION,
                self.outputs.get("DistributionId").map(String::as_str),
            ),
            (ENDPOINT_CLOUDFRONT, process.optional(ENDPOINT_CLOUDFRONT)),
            (ENDPOINT_DYNAMODB, process.optional(ENDPOINT_DYNAMODB)),
            (ENDPOINT_S3, process.optional(ENDPOINT_S3)),
            (CA_BUNDLE, process.optional(CA_BUNDLE)),
        ];
        Ok(set
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect())
    }

    /// Sends messages, ten at most, to the queue of what can wait.
    pub(crate) async fn queue_later(&self, messages: &[String]) -> anyhow::Result<()> {
        let entries = messages.iter().enumerate().map(|(number, message)| {
            SendMessageBatchRequestEntry::builder()
                .id(number.to_string())
                .message_body(message)
                .build()
        });
        let sent = aws_sdk_sqs::Client::new(&self.config)
            .send_message_batch()
            .queue_url(self.output("LaterQueue")?)
            .set_entries(Some(entries.collect::<Result<_, _>>()?))
            .send()
            .await?;
        let failed = sent.failed().len();
        anyhow::ensure!(
            failed == 0,
            "of the next {} {failed} are not queued",
            messages.len()
        );
        Ok(())
    }
}

async fn credentials(config: &SdkConfig) -> anyhow::Result<aws_credential_types::Credentials> {
    const NONE: &str =
        "no AWS credentials are found: sign in with `aws sso login`, or set AWS_PROFILE";
    let provider = config.credentials_provider().context(NONE)?;
    provider.provide_credentials().await.context(NONE)
}
