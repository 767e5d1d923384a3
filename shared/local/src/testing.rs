//! What the tests of this crate share: small stacks with functions that record what they are given,
//! and the SDK's clients for them.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use endpoint::{Environment, Origins, aws};
use serde_json::{Value, json};

use crate::functions::{Functions, QueueFunction, Route, http};
use crate::stack::start_with;
use crate::{Options, Stack, StartError};

/// What the functions of a test's stack saw and should do.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    batches: Arc<Mutex<Vec<Value>>>,
    /// Keys whose messages fail.
    pub(crate) failing: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    /// The S3 records received so far, in order.
    pub(crate) fn records(&self) -> Vec<Value> {
        let batches = self.batches.lock().unwrap();
        let messages = batches
            .iter()
            .flat_map(|batch| batch["Records"].as_array().unwrap());
        let bodies = messages.map(|message| {
            serde_json::from_str::<Value>(message["body"].as_str().unwrap()).unwrap()
        });
        bodies.map(|body| body["Records"][0].clone()).collect()
    }

    /// `eventName key` of each record received so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        let line = |record: &Value| {
            let (name, key) = (
                record["eventName"].as_str().unwrap(),
                record["s3"]["object"]["key"].as_str().unwrap(),
            );
            format!("{name} {key}")
        };
        self.records().iter().map(line).collect()
    }

    pub(crate) fn batches(&self) -> Vec<Value> {
        self.batches.lock().unwrap().clone()
    }

    /// Waits until `count` records came.
    pub(crate) async fn wait_for(&self, count: usize) {
        for _ in 0..1000 {
            if self.records().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited for {count} records, got {:?}", self.seen());
    }

    fn functions(&self, environment: &Environment) -> anyhow::Result<Functions> {
        let origins = Origins::from_env(environment)?;
        let recorder = self.clone();
        let recording: QueueFunction = Arc::new(move |event| {
            let failures = recorder.record(event);
            Box::pin(async move { Ok(json!({ "batchItemFailures": failures })) })
        });
        Ok(Functions {
            routes: vec![
                Route {
                    path: "/api/event",
                    function: Arc::new(|event, _| Box::pin(std::future::ready(answer(&event)))),
                    concurrency: 4,
                },
                Route {
                    path: "/api/events/{name}",
                    function: Arc::new(|event, _| Box::pin(std::future::ready(answer(&event)))),
                    concurrency: 4,
                },
                Route {
                    path: "/api/echo",
                    function: http(origins.clone(), echo),
                    concurrency: 4,
                },
                Route {
                    path: "/api/panic",
                    function: Arc::new(|_, _| Box::pin(async { panic!("boom") })),
                    concurrency: 4,
                },
                Route {
                    path: "/api/slow",
                    function: http(origins, slow),
                    concurrency: 1,
                },
            ],
            rewrite_readme: Arc::clone(&recording),
            rewrite_later: Arc::clone(&recording),
            resize_picture: Arc::clone(&recording),
            send_mail: recording,
            remove_member: Arc::new(|| Box::pin(async { Ok(Value::Null) })),
            come_out: Arc::new(|| Box::pin(async { Ok(Value::Null) })),
        })
    }

    fn record(&self, event: Value) -> Vec<Value> {
        let failing = self.failing.lock().unwrap().clone();
        let messages = event["Records"].as_array().unwrap();
        let failures = messages
            .iter()
            .filter(|message| {
                failing
                    .iter()
                    .any(|key| message["body"].as_str().unwrap().contains(key.as_str()))
            })
            .map(|message| json!({ "itemIdentifier": message["messageId"] }))
            .collect();
        self.batches.lock().unwrap().push(event);
        failures
    }
}

/// Answers with the event itself.
fn answer(event: &Value) -> aws_lambda_events::apigw::ApiGatewayV2httpResponse {
    serde_json::from_value(json!({
        "statusCode": 200,
        "headers": { "content-type": "application/json" },
        "cookies": ["a=1; Path=/", "b=2"],
        "body": event.to_string(),
    }))
    .unwrap()
}

/// Answers with the body, as text where it came as text, else as binary.
async fn echo(request: endpoint::Request) -> endpoint::Result {
    let body = match request.into_body() {
        endpoint::Body::Text(text) => endpoint::Body::Text(text),
        body => endpoint::Body::Binary(body.to_vec()),
    };
    Ok(endpoint::Response::new(body))
}

async fn slow(_: endpoint::Request) -> endpoint::Result {
    tokio::time::sleep(Duration::from_millis(300)).await;
    endpoint::ok(&json!({}))
}

/// A stack in memory on any free ports.
pub(crate) async fn stack() -> (Stack, Recorder) {
    let recorder = Recorder::default();
    let stack = open(None, &recorder).await.unwrap();
    (stack, recorder)
}

/// A stack on any free ports whose data is in `folder`.
pub(crate) async fn open(folder: Option<&Path>, recorder: &Recorder) -> Result<Stack, StartError> {
    let options = Options {
        port: 0,
        data: folder.map(Path::to_owned),
        ..Options::default()
    };
    start_with(options, |environment, _| recorder.functions(environment)).await
}

pub(crate) fn environment(stack: &Stack) -> Environment {
    stack.environment().into_iter().collect()
}

/// The SDK's client, configured by the environment that the stack prints.
pub(crate) fn s3(stack: &Stack) -> Client {
    let config = aws::config(&environment(stack), aws::ENDPOINT_S3).unwrap();
    Client::from_conf(
        aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(true)
            .build(),
    )
}

/// Puts an object and returns its `ETag`.
pub(crate) async fn put(client: &Client, bucket: &str, key: &str, body: &[u8]) -> String {
    let put = client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(ByteStream::from(body.to_vec()))
        .send()
        .await;
    put.unwrap().e_tag.unwrap()
}

/// An object's bytes; `None` where there is no object.
pub(crate) async fn get(client: &Client, bucket: &str, key: &str) -> Option<Vec<u8>> {
    match client.get_object().bucket(bucket).key(key).send().await {
        Ok(got) => Some(got.body.collect().await.unwrap().to_vec()),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_s3::operation::get_object::GetObjectError::is_no_such_key) =>
        {
            None
        }
        Err(error) => panic!("{error:?}"),
    }
}
