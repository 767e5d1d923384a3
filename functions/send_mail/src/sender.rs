//! SES: what sends.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::Builder;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use aws_types::SdkConfig;
use members::Email;

/// Codes of SES's errors that the same letter is answered with each time. Others may pass: too many letters in a second or a
/// day, sending paused, a sender that isn't verified yet.
const FOR_GOOD: [&str; 3] = [
    "MessageRejected",
    "BadRequestException",
    "NotFoundException",
];

/// What came of a letter.
pub(crate) enum Sent {
    Sent,
    /// The code of SES's error: its message may hold the address.
    Refused(String),
}

/// What sends letters.
#[derive(Debug)]
pub struct Sender(Client);

impl Sender {
    pub fn new(config: &SdkConfig) -> Self {
        // The message comes again by itself. A second attempt of the SDK, after an answer that was lost, would send twice.
        let config = Builder::from(config).retry_config(RetryConfig::disabled());
        Self(Client::from_conf(config.build()))
    }

    /// Hands a letter to SES.
    ///
    /// # Errors
    /// SES is down, throttles or can't send now. Nothing of the letter is in the error.
    pub(crate) async fn send(
        &self,
        from: &Email,
        to: &Email,
        raw: Vec<u8>,
    ) -> anyhow::Result<Sent> {
        let Ok(address) = mail::deliverable(to) else {
            return Ok(Sent::Refused("Undeliverable".to_owned()));
        };
        let message = RawMessage::builder().data(Blob::new(raw)).build()?;
        let content = EmailContent::builder().raw(message).build();
        let to = Destination::builder().to_addresses(address.to_string());
        let sent = self
            .0
            .send_email()
            .from_email_address(from.as_str())
            .destination(to.build())
            .content(content)
            .send();
        match Box::pin(sent).await {
            Ok(_) => Ok(Sent::Sent),
            Err(error) => refused(&error).map(Sent::Refused),
        }
    }
}

/// The code of an error that is for good.
fn refused<R>(error: &SdkError<SendEmailError, R>) -> anyhow::Result<String> {
    let Some(service) = error.as_service_error() else {
        let kind = match error {
            SdkError::TimeoutError(_) => "did not answer in time",
            SdkError::DispatchFailure(_) => "can't be reached",
            _ => "answered something that can't be read",
        };
        anyhow::bail!("SES {kind}");
    };
    let code = service.code().unwrap_or("an unknown error");
    anyhow::ensure!(FOR_GOOD.contains(&code), "SES answered {code}");
    Ok(code.to_owned())
}
