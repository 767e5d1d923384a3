//! The DynamoDB port over its socket: who is answered.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use endpoint::aws;

use crate::Stack;
use crate::testing::{environment, stack};

fn client(stack: &Stack, key: &str, secret: &str) -> Client {
    let config = aws::config(&environment(stack), aws::ENDPOINT_DYNAMODB).unwrap();
    let credentials = aws_credential_types::Credentials::new(key, secret, None, None, "test");
    let config = aws_sdk_dynamodb::config::Builder::from(&config)
        .credentials_provider(credentials)
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
    Client::from_conf(config.build())
}

async fn listed(client: &Client) -> Result<Vec<String>, String> {
    let answer = client.list_tables().send().await;
    answer
        .map(|tables| tables.table_names.unwrap_or_default())
        .map_err(|error| error.code().unwrap_or("none").to_owned())
}

fn keys(stack: &Stack) -> (String, String) {
    let environment = environment(stack);
    let of = |name| environment.required(name).unwrap().to_owned();
    (of("AWS_ACCESS_KEY_ID"), of("AWS_SECRET_ACCESS_KEY"))
}

#[tokio::test]
async fn only_the_stack_s_own_keys_open_the_table() {
    let (stack, _) = stack().await;
    let (key, secret) = keys(&stack);
    let tables = listed(&client(&stack, &key, &secret)).await;
    assert_eq!(tables.unwrap(), ["masthead-members"]);
    for (key, secret, expected) in [
        (key.as_str(), "another", "InvalidSignatureException"),
        ("masthead", "masthead-local", "UnrecognizedClientException"),
        ("another", secret.as_str(), "UnrecognizedClientException"),
    ] {
        let refused = listed(&client(&stack, key, secret)).await;
        assert_eq!(refused.unwrap_err(), expected);
    }
    let (other, _) = crate::testing::stack().await;
    assert_ne!(keys(&other), (key, secret), "every stack has its own");
}

#[tokio::test]
async fn what_is_not_signed_or_not_as_it_was_signed_is_refused() {
    let (stack, _) = stack().await;
    let (key, _) = keys(&stack);
    let now = jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string();
    let old = "20200101T000000Z";
    let authorization = |date: &str, signed: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={key}/{}/us-east-1/dynamodb/aws4_request, SignedHeaders={signed}, Signature={}",
            &date[..8],
            "0".repeat(64)
        )
    };
    let all = "host;x-amz-date;x-amz-target";
    let cases = [
        (None, now.as_str(), "MissingAuthenticationToken"),
        (Some("Basic x".to_owned()), &now, "IncompleteSignature"),
        (
            Some(authorization(&now, "host")),
            &now,
            "IncompleteSignature",
        ),
        (Some(authorization(old, all)), &now, "IncompleteSignature"),
        (Some(authorization(old, all)), old, "more than 15 minutes"),
        (Some(authorization(&now, all)), &now, "does not match"),
    ];
    for (authorization, date, expected) in cases {
        let mut request = reqwest::Client::new()
            .post(stack.dynamodb_url())
            .header("x-amz-date", date)
            .header("x-amz-target", "DynamoDB_20120810.ListTables")
            .header("content-type", "application/x-amz-json-1.0")
            .body("{}");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let text = answer.text().await.unwrap();
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
