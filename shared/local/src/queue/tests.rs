//! Delivery from an upload to the function.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use serde_json::{Value, json};

use super::{Failed, failed, failures};
use crate::environment::{CONTENT_BUCKET, UPLOADS_BUCKET};
use crate::functions::QueueFunction;
use crate::store::messages::Message;
use crate::testing::{Recorder, open, put, s3, stack};

#[tokio::test]
async fn every_way_to_make_or_remove_an_upload_is_told() {
    let (stack, recorder) = stack().await;
    let client = s3(&stack);
    put(&client, CONTENT_BUCKET, "content/not-told.md", b"x").await;
    put(&client, UPLOADS_BUCKET, "red+flower & more/ü.md", b"x").await;
    recorder.wait_for(1).await;
    client
        .copy_object()
        .bucket(UPLOADS_BUCKET)
        .key("copy")
        .copy_source(format!("{CONTENT_BUCKET}/content/not-told.md"))
        .send()
        .await
        .unwrap();
    recorder.wait_for(2).await;
    let id = client
        .create_multipart_upload()
        .bucket(UPLOADS_BUCKET)
        .key("parts")
        .send()
        .await
        .unwrap()
        .upload_id
        .unwrap();
    let part = client
        .upload_part()
        .bucket(UPLOADS_BUCKET)
        .key("parts")
        .upload_id(&id)
        .part_number(1);
    let part = part.body(b"p".to_vec().into()).send().await.unwrap();
    let part = CompletedPart::builder()
        .part_number(1)
        .set_e_tag(part.e_tag)
        .build();
    client
        .complete_multipart_upload()
        .bucket(UPLOADS_BUCKET)
        .key("parts")
        .upload_id(id)
        .multipart_upload(CompletedMultipartUpload::builder().parts(part).build())
        .send()
        .await
        .unwrap();
    recorder.wait_for(3).await;
    let marker = client
        .delete_object()
        .bucket(UPLOADS_BUCKET)
        .key("copy")
        .send()
        .await
        .unwrap()
        .version_id
        .unwrap();
    recorder.wait_for(4).await;
    client
        .delete_object()
        .bucket(UPLOADS_BUCKET)
        .key("copy")
        .version_id(marker)
        .send()
        .await
        .unwrap();
    recorder.wait_for(5).await;
    assert_eq!(
        recorder.seen(),
        [
            "ObjectCreated:Put red%2Bflower+%26+more/%C3%BC.md",
            "ObjectCreated:Copy copy",
            "ObjectCreated:CompleteMultipartUpload parts",
            "ObjectRemoved:DeleteMarkerCreated copy",
            "ObjectRemoved:Delete copy",
        ]
    );
    let sequencers: Vec<String> = recorder
        .records()
        .iter()
        .map(|record| {
            record["s3"]["object"]["sequencer"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(sequencers.is_sorted(), "{sequencers:?}");
}

#[tokio::test]
async fn an_upload_arrives_as_s3_would_tell_it() {
    let (stack, recorder) = stack().await;
    let client = s3(&stack);
    let version = client
        .put_object()
        .bucket(UPLOADS_BUCKET)
        .key("readmes/m/my notes.md")
        .body(b"# Notes".to_vec().into())
        .send()
        .await
        .unwrap()
        .version_id
        .unwrap();
    recorder.wait_for(1).await;
    let body = recorder.batches()[0]["Records"][0]["body"].clone();
    let mut event: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    let record = &mut event["Records"][0];
    assert_eq!(record["s3"]["object"]["versionId"], json!(version));
    let time = record["eventTime"].as_str().unwrap();
    assert!(
        time.len() == "1970-01-01T00:00:00.000Z".len() && time.ends_with('Z'),
        "{time}"
    );
    for field in [
        "/eventTime",
        "/responseElements/x-amz-request-id",
        "/s3/object/versionId",
        "/s3/object/sequencer",
    ] {
        *record.pointer_mut(field).unwrap() = json!("[changes]");
    }
    event.sort_all_objects();
    insta::assert_snapshot!(serde_json::to_string_pretty(&event).unwrap(), @r#"
    {
      "Records": [
        {
          "awsRegion": "us-east-1",
          "eventName": "ObjectCreated:Put",
          "eventSource": "aws:s3",
          "eventTime": "[changes]",
          "eventVersion": "2.1",
          "requestParameters": {
            "sourceIPAddress": "127.0.0.1"
          },
          "responseElements": {
            "x-amz-id-2": "local",
            "x-amz-request-id": "[changes]"
          },
          "s3": {
            "bucket": {
              "arn": "arn:aws:s3:::masthead-uploads",
              "name": "masthead-uploads",
              "ownerIdentity": {
                "principalId": "LOCAL"
              }
            },
            "configurationId": "masthead",
            "object": {
              "eTag": "35227344457314a499f919f60944ec2a",
              "key": "readmes/m/my+notes.md",
              "sequencer": "[changes]",
              "size": 7,
              "versionId": "[changes]"
            },
            "s3SchemaVersion": "1.0"
          },
          "userIdentity": {
            "principalId": "LOCAL"
          }
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn an_event_arrives_as_sqs_would_carry_it() {
    let (stack, recorder) = stack().await;
    put(&s3(&stack), UPLOADS_BUCKET, "k", b"x").await;
    recorder.wait_for(1).await;
    let mut batch = recorder.batches()[0].clone();
    let message = &mut batch["Records"][0];
    for field in [
        "/messageId",
        "/receiptHandle",
        "/md5OfBody",
        "/attributes/SentTimestamp",
        "/attributes/ApproximateFirstReceiveTimestamp",
    ] {
        *message.pointer_mut(field).unwrap() = json!("[changes]");
    }
    message["body"] = json!("[event]");
    batch.sort_all_objects();
    insta::assert_snapshot!(serde_json::to_string_pretty(&batch).unwrap(), @r#"
    {
      "Records": [
        {
          "attributes": {
            "ApproximateFirstReceiveTimestamp": "[changes]",
            "ApproximateReceiveCount": "1",
            "SenderId": "LOCAL",
            "SentTimestamp": "[changes]"
          },
          "awsRegion": "us-east-1",
          "body": "[event]",
          "eventSource": "aws:sqs",
          "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:masthead-uploads",
          "md5OfBody": "[changes]",
          "messageAttributes": {},
          "messageId": "[changes]",
          "receiptHandle": "[changes]"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn delivery_is_prompt() {
    let (stack, recorder) = stack().await;
    let client = s3(&stack);
    put(&client, UPLOADS_BUCKET, "warm", b"x").await;
    recorder.wait_for(1).await;
    let started = Instant::now();
    put(&client, UPLOADS_BUCKET, "k", b"x").await;
    recorder.wait_for(2).await;
    assert!(
        started.elapsed() < Duration::from_millis(500),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_message_that_fails_comes_again_and_dies_after_five_tries() {
    let (stack, recorder) = stack().await;
    let client = s3(&stack);
    recorder.failing.lock().unwrap().push("poison".to_owned());
    put(&client, UPLOADS_BUCKET, "poison", b"x").await;
    put(&client, UPLOADS_BUCKET, "fine", b"x").await;
    for _ in 0..1000 {
        if !stack.dead_letters().await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(stack.dead_letters().await.unwrap(), ["poison"]);
    assert_eq!(stack.queued().await.unwrap(), 0);
    let seen = recorder.seen();
    let count = |key: &str| seen.iter().filter(|line| line.ends_with(key)).count();
    assert_eq!((count("poison"), count("fine")), (5, 1));

    // Repaired: the dead letter comes again with the rest.
    recorder.failing.lock().unwrap().clear();
    stack.rewrite_all().await.unwrap();
    recorder.wait_for(8).await;
    assert!(stack.dead_letters().await.unwrap().is_empty());
}

#[tokio::test]
async fn ten_messages_at_most_come_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let stack = open(Some(folder.path()), &recorder).await.unwrap();
    let client = s3(&stack);
    for number in 0..25 {
        put(&client, UPLOADS_BUCKET, &format!("k{number:02}"), b"x").await;
    }
    recorder.wait_for(25).await;
    stack.rewrite_all().await.unwrap();
    recorder.wait_for(50).await;
    let lengths: Vec<usize> = recorder
        .batches()
        .iter()
        .map(|batch| batch["Records"].as_array().unwrap().len())
        .collect();
    assert!(
        lengths.iter().all(|length| *length <= 10) && lengths.contains(&10),
        "{lengths:?}"
    );
}

fn message() -> Message {
    Message {
        id: "a".to_owned(),
        key: String::new(),
        body: String::new(),
        sent_ms: 0,
        first_received_ms: 0,
        receives: 1,
    }
}

#[tokio::test]
async fn a_function_that_fails_or_panics_fails_the_batch() {
    let fails: QueueFunction =
        Arc::new(|_| Box::pin(async { Err(anyhow::anyhow!("the store hangs")) }));
    let panics: QueueFunction = Arc::new(|_| Box::pin(async { panic!("boom") }));
    for function in [fails, panics] {
        assert_eq!(failures("test", &function, &[message()]).await, Failed::All);
    }
}

#[test]
fn only_a_list_of_known_ids_spares_the_others() {
    let message = message();
    let only = |ids: &[&str]| Failed::Only(ids.iter().map(|&id| id.to_owned()).collect());
    for (answer, expected) in [
        (json!({ "batchItemFailures": [] }), only(&[])),
        (json!({ "batchItemFailures": null }), only(&[])),
        (json!({}), only(&[])),
        (json!(null), only(&[])),
        (
            json!({ "batchItemFailures": [{ "itemIdentifier": "a" }] }),
            only(&["a"]),
        ),
        (
            json!({ "batchItemFailures": [{ "itemIdentifier": "z" }] }),
            Failed::All,
        ),
        (
            json!({ "batchItemFailures": [{ "itemIdentifier": "" }] }),
            Failed::All,
        ),
        (
            json!({ "batchItemFailures": [{ "itemIdentifier": null }] }),
            Failed::All,
        ),
        (
            json!({ "batchItemFailures": [{ "wrong": "a" }] }),
            Failed::All,
        ),
        (json!("a"), Failed::All),
    ] {
        assert_eq!(
            failed(&answer, std::slice::from_ref(&message)),
            expected,
            "{answer}"
        );
    }
}
