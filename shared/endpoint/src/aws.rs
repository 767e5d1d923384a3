//! The SDK configuration that the stores' clients are built from.
//!
//! `aws-config` is left out on purpose: in Lambda the region and the credentials are environment
//! variables, and looking for profiles and metadata services would only cost start-up time.

mod http;
mod roots;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::{Environment, EnvironmentError};
use http::{Connections, Http};
pub use roots::CA_BUNDLE;

/// One attempt of a call may take this long.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// A call with all its attempts may take this long; well inside a function's own timeout, so that
/// a store that hangs is answered with a 503 and not by the gateway.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 3;

/// A store's own variable for its address, such as `AWS_ENDPOINT_URL_S3`.
pub const ENDPOINT_S3: &str = "AWS_ENDPOINT_URL_S3";
/// The same for DynamoDB.
pub const ENDPOINT_DYNAMODB: &str = "AWS_ENDPOINT_URL_DYNAMODB";

/// The same for SES.
pub const ENDPOINT_SES: &str = "AWS_ENDPOINT_URL_SESV2";
/// The same for CloudFront.
pub const ENDPOINT_CLOUDFRONT: &str = "AWS_ENDPOINT_URL_CLOUDFRONT";
/// The same for Secrets Manager.
pub const ENDPOINT_SECRETS_MANAGER: &str = "AWS_ENDPOINT_URL_SECRETS_MANAGER";

/// The configuration for one store's client; `endpoint` names the variable with its address, which
/// is set for the local stack only.
pub fn config(environment: &Environment, endpoint: &str) -> Result<SdkConfig, EnvironmentError> {
    config_with(http_client(environment)?, environment, endpoint)
}

/// The same for a store of which two things are asked at once: the first request opens both connections.
///
/// # Errors
/// See [`config`].
pub fn config_of_two_connections(
    environment: &Environment,
    endpoint: &str,
) -> Result<SdkConfig, EnvironmentError> {
    let http = Http::new(roots::tls(environment)?, Connections::Two);
    config_with(SharedHttpClient::new(http), environment, endpoint)
}

fn config_with(
    http_client: SharedHttpClient,
    environment: &Environment,
    endpoint: &str,
) -> Result<SdkConfig, EnvironmentError> {
    let region = environment.required("AWS_REGION")?.to_owned();
    let credentials = Credentials::new(
        environment.required("AWS_ACCESS_KEY_ID")?,
        environment.required("AWS_SECRET_ACCESS_KEY")?,
        environment.optional("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "environment",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(
            aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest(),
        )
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client)
        .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
            TokioSleep::new(),
        ))
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(ATTEMPTS)
                .with_initial_backoff(Duration::from_millis(50)),
        )
        .timeout_config(timeouts);
    config.set_endpoint_url(environment.optional(endpoint).map(str::to_owned));
    Ok(config.build())
}

/// What calls the stores, the same for each: it trusts Amazon's own roots, or those that `AWS_CA_BUNDLE` names.
///
/// # Errors
/// `AWS_CA_BUNDLE` names no file of certificates.
pub fn http_client(environment: &Environment) -> Result<SharedHttpClient, EnvironmentError> {
    if let Some(client) = environment.http_client.get() {
        return Ok(client.clone());
    }
    let client = SharedHttpClient::new(Http::new(roots::tls(environment)?, Connections::One));
    // Of two at once the first one's is everybody's.
    Ok(environment.http_client.get_or_init(|| client).clone())
}
