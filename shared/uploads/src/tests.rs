use std::sync::Mutex;

use endpoint::{Environment, aws};

use super::*;

fn uploads() -> Blobs {
    let environment = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let environment = environment.into_iter().map(|name| (name, "x"));
    let environment: Environment = environment.collect();
    Blobs::new(
        &aws::config(&environment, aws::ENDPOINT_S3).unwrap(),
        "uploads",
    )
}

fn batch(keys: &[&str]) -> Value {
    let records = keys.iter().enumerate().map(|(number, key)| {
        let body =
            json!({"Records": [{"s3": {"bucket": {"name": "uploads"}, "object": {"key": key}}}]});
        json!({"messageId": number.to_string(), "eventSource": "aws:sqs", "body": body.to_string()})
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

fn failed(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let ids = failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap());
    ids.collect()
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_with_a_slow_message_the_others_are_done() {
    let done = Mutex::new(Vec::new());
    let keys: Vec<String> = (0..10).map(|number| format!("k{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let pace = Pace {
        at_once: 10,
        time_left: TIMEOUT,
    };
    let started = Instant::now();
    let (uploads, event) = (uploads(), batch(&keys));
    let answer = deliver(&uploads, &event, pace, |key| {
        let done = &done;
        async move {
            if key == "k0" {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
            done.lock().unwrap().push(key);
            Ok(())
        }
    });
    assert_eq!(failed(&answer.await.unwrap()), ["0"]);
    assert_eq!(done.lock().unwrap().len(), 9);
    assert!(started.elapsed() < TIMEOUT, "the answer gets out");
}

#[tokio::test(start_paused = true)]
async fn what_isn_t_begun_in_time_is_handed_back() {
    let pace = Pace {
        at_once: 1,
        time_left: Duration::from_secs(10),
    };
    let (uploads, event) = (uploads(), batch(&["a", "b", "c"]));
    let answer = deliver(&uploads, &event, pace, |_| async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        Ok(())
    });
    assert_eq!(failed(&answer.await.unwrap()), ["1", "2"]);
}

#[tokio::test]
async fn a_key_is_looked_at_once_and_fails_all_its_messages() {
    let looked = Mutex::new(Vec::new());
    let pace = Pace {
        at_once: 10,
        time_left: TIMEOUT,
    };
    let (uploads, event) = (uploads(), batch(&["a", "b", "a"]));
    let answer = deliver(&uploads, &event, pace, |key| {
        looked.lock().unwrap().push(key.clone());
        async move {
            if key == "a" {
                Err(anyhow!("no"))
            } else {
                Ok(())
            }
        }
    });
    assert_eq!(failed(&answer.await.unwrap()), ["0", "2"]);
    assert_eq!(*looked.lock().unwrap(), ["a", "b"]);
}
