//! SES, as far as `send_mail` uses it: it takes a letter by a signed request, and keeps it in the mailbox.
//! <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>
//!
//! It answers on DynamoDB's port: a fourth one would be taken from whoever runs stacks side by side.

use std::convert::Infallible;
use std::time::SystemTime;

use base64ct::{Base64, Encoding as _};
use bytes::Bytes;
use endpoint::Environment;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::environment::StoreKeys;
use crate::front::{Front, Port};
use crate::mailbox::Mailbox;
use crate::received::Received;
use crate::signature::{Expected, Signature};

/// Where `SendEmail` is.
pub(crate) const PATH: &str = "/v2/email/outbound-emails";
/// What is read of a request, in bytes: SES takes messages of up to 40 MB, and ours have some kilobytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const SIGNED: Expected = Expected {
    service: "ses",
    path: PATH,
    headers: &["host", "x-amz-date"],
};

type Answer = Response<Full<Bytes>>;

/// Answers requests to [`PATH`].
#[derive(Clone)]
pub(crate) struct Service {
    keys: StoreKeys,
    front: Front,
    /// The one address that is verified.
    from: Option<String>,
    mailbox: Mailbox,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    destination: Destination,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    raw: Option<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    data: String,
}

impl Service {
    pub(crate) fn new(
        keys: StoreKeys,
        front: Front,
        environment: &Environment,
        mailbox: Mailbox,
    ) -> Self {
        Self {
            keys,
            front,
            from: environment.optional("MAIL_FROM").map(str::to_owned),
            mailbox,
        }
    }

    pub(crate) async fn answer(self, request: Request<Received>) -> Result<Answer, Infallible> {
        Ok(self
            .dispatch(request)
            .await
            .unwrap_or_else(|refused| refused))
    }

    async fn dispatch(self, request: Request<Received>) -> Result<Answer, Answer> {
        let (parts, body) = request.into_parts();
        // No page of a browser may use the port at all.
        if let Some(refusal) = self.front.refusal(Port::DynamoDb, &parts) {
            return Err(error(refusal.status, "AccessDenied", &refusal.sentence));
        }
        if parts.method != Method::POST || parts.uri.query().is_some() {
            let sentence = "SES takes a POST here.";
            return Err(error(
                StatusCode::NOT_FOUND,
                "UnknownOperationException",
                sentence,
            ));
        }
        let refused = |refused: crate::signature::Refused| {
            let (name, sentence) = refused.words();
            error(StatusCode::FORBIDDEN, name, sentence)
        };
        let signature = Signature::read(&SIGNED, &parts.headers, &self.keys, SystemTime::now())
            .map_err(refused)?;
        let (body, _held) = body.read(MAX_BODY_BYTES).await.map_err(|_| {
            bad_request("The request body did not arrive, or is longer than 1 MiB.")
        })?;
        signature.verify(&body).map_err(refused)?;
        let sent: SendEmail = serde_json::from_slice(&body)
            .map_err(|_| bad_request("The body is no request to send an e-mail."))?;
        let raw = sent.content.raw;
        let raw = raw.ok_or_else(|| bad_request("Only raw messages are taken here."))?;
        let letter = Base64::decode_vec(&raw.data)
            .map_err(|_| bad_request("The message's data is not base64."))?;
        if sent.destination.to_addresses.is_empty() {
            return Err(bad_request("The destination names no address."));
        }
        if self.from.is_none() || sent.from_email_address != self.from {
            let sentence = "Email address is not verified: MAIL_FROM names another one.";
            return Err(error(StatusCode::BAD_REQUEST, "MessageRejected", sentence));
        }
        let id = Uuid::now_v7().simple().to_string();
        if let Err(failed) = self.mailbox.put(letter, &id).await {
            tracing::error!(error = %failed, "a letter could not be kept");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            let sentence = "The letter could not be kept.";
            return Err(error(status, "InternalServiceErrorException", sentence));
        }
        Ok(response(StatusCode::OK, &json!({ "MessageId": id })))
    }
}

fn bad_request(sentence: &str) -> Answer {
    error(StatusCode::BAD_REQUEST, "BadRequestException", sentence)
}

fn error(status: StatusCode, name: &'static str, sentence: &str) -> Answer {
    let mut response = response(status, &json!({ "message": sentence }));
    let headers = response.headers_mut();
    headers.insert(ERROR_TYPE, HeaderValue::from_static(name));
    response
}

fn response(status: StatusCode, body: &serde_json::Value) -> Answer {
    let mut response = Response::new(Full::new(body.to_string().into()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests {
    use super::PATH;
    use crate::testing::stack;

    #[tokio::test]
    async fn what_is_not_signed_is_refused() {
        let (stack, _) = stack().await;
        let body = r#"{"FromEmailAddress":"letters@masthead.example","Destination":{"ToAddresses":["jo@club.example"]},"Content":{"Raw":{"Data":"eA=="}}}"#;
        let url = format!("{}{PATH}", stack.dynamodb_url());
        let client = reqwest::Client::new();
        let answer = client.post(&url).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 403);
        assert_eq!(
            answer.headers()["x-amzn-errortype"],
            "MissingAuthenticationTokenException"
        );
        // A page of any site, this machine's included.
        let origin = stack.api_url();
        let answer = client.post(&url).header("origin", origin).body(body).send();
        assert_eq!(
            answer.await.unwrap().headers()["x-amzn-errortype"],
            "AccessDenied"
        );
        assert!(stack.letters().await.unwrap().is_empty());
    }
}
