//! What functions count, as it comes to CloudWatch.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use blobs::{Blobs, Condition, Upload};
use endpoint::aws;
use metrics::Emf;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::site::Site;

/// The metrics of this test's thread, on which its whole stack runs.
struct Counted {
    lines: Arc<Mutex<Vec<Value>>>,
    _listening: DefaultGuard,
}

impl Counted {
    fn start() -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let emf = Emf::new("masthead", move |line: &str| {
            kept.lock()
                .unwrap()
                .push(serde_json::from_str(line).unwrap());
        });
        let subscriber = tracing_subscriber::registry().with(emf);
        Self {
            lines,
            _listening: tracing::subscriber::set_default(subscriber),
        }
    }

    /// The values of each metric since this was asked last.
    fn values(&self) -> BTreeMap<String, Vec<u64>> {
        let mut values: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for line in std::mem::take(&mut *self.lines.lock().unwrap()) {
            let name = &line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"];
            let name = name.as_str().unwrap();
            let value = line[name].as_u64().unwrap();
            values.entry(name.to_owned()).or_default().push(value);
        }
        values
    }
}

/// A version counts once, however often it is looked at.
#[tokio::test]
async fn what_is_published_and_rejected_is_counted_once() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let counted = Counted::start();
    let trip = site
        .publish(&member, "Trip.md", "# Our trip\n\nUp a mountain.\n")
        .await;
    assert_eq!(trip["state"], "published");
    let values = counted.values();
    assert_eq!(values["Published"], [1]);
    assert_eq!(values["ConversionTime"].len(), 1);
    assert!(!values.contains_key("Rejected"), "{values:?}");

    // Put past `upload_readme`, which refuses it.
    let config = aws::config(&site.environment, aws::ENDPOINT_S3).unwrap();
    let bucket = site.environment.required("UPLOADS_BUCKET").unwrap();
    let uploads = Blobs::new(&config, bucket);
    let broken = Upload {
        bytes: vec![0xc3, 0x28].into(),
        content_type: "text/markdown",
        ..Upload::default()
    };
    let key = format!("readmes/{}/trip.md", member.id);
    uploads.put(&key, broken, Condition::Always).await.unwrap();
    let broken = site.report(&member, "/api/readmes/trip").await;
    assert_eq!(broken["state"], "rejected");
    let values = counted.values();
    assert_eq!(values["Rejected"], [1]);
    assert!(!values.contains_key("Published"), "{values:?}");

    // The same bytes, looked at again.
    let state = rewrite_readme::State::from_env(&site.environment).unwrap();
    let event = local::s3_event(bucket, &key);
    rewrite_readme::handler(&state, event).await.unwrap();
    let values = counted.values();
    assert!(!values.contains_key("Rejected"), "{values:?}");
    assert!(
        values.contains_key("ConversionTime"),
        "it was looked at: {values:?}"
    );
}

/// How long a message waited is counted of those that members wait for, and of no others.
#[tokio::test]
async fn the_age_of_an_upload_s_message_is_counted() {
    let site = Site::start().await;
    let state = rewrite_readme::State::from_env(&site.environment).unwrap();
    let counted = Counted::start();
    let sent = state.clock.unix_milliseconds() - 5_000;
    let message = |queue: &str| {
        json!({
            "messageId": queue, "eventSource": "aws:sqs", "body": "{}",
            "attributes": {"SentTimestamp": sent.to_string()},
            "eventSourceARN": format!("arn:aws:sqs:eu-central-1:123456789012:masthead-{queue}-1AbCdEf"),
        })
    };
    let batch = json!({"Records": [message("UploadsQueue"), message("LaterQueue")]});
    rewrite_readme::handler(&state, batch).await.unwrap();
    let ages = &counted.values()["QueueAge"];
    assert!(
        matches!(ages[..], [age] if (5_000..60_000).contains(&age)),
        "{ages:?}"
    );
}

#[tokio::test]
async fn a_guess_that_is_turned_away_is_counted() {
    let site = Site::start().await;
    site.add("jo", Some(crate::site::PASSWORD)).await;
    let counted = Counted::start();
    let mut refused = 0;
    for _ in 0..20 {
        let answer = site.login("jo@club.example", "something else").await;
        refused += usize::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused > 0, "none was turned away");
    assert_eq!(counted.values()["GuessesRefused"].len(), refused);
}
