use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

/// The lines that `counting` leads to.
fn lines(counting: impl FnOnce()) -> Vec<Value> {
    let written = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&written);
    let emf = Emf::new("masthead", move |line: &str| {
        kept.lock()
            .unwrap()
            .push(serde_json::from_str(line).unwrap());
    });
    let subscriber = tracing_subscriber::registry().with(emf);
    tracing::subscriber::with_default(subscriber, counting);
    written.lock().unwrap().clone()
}

#[test]
fn each_metric_is_one_line_that_cloudwatch_reads() {
    for described in &TABLE {
        let lines = lines(|| record(described.metric, 7));
        let [line] = &lines[..] else {
            panic!("{lines:?}")
        };
        let directive = &line["_aws"]["CloudWatchMetrics"];
        let expected = json!([{
            "Namespace": "Masthead",
            "Dimensions": [["Stack"]],
            "Metrics": [{ "Name": described.name, "Unit": described.unit }]
        }]);
        assert_eq!(*directive, expected);
        assert_eq!(line[described.name], 7);
        // In milliseconds: a time in seconds would lie in 1970, which CloudWatch drops without a word.
        assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);
        assert_eq!(line["Stack"], "masthead");
        assert_eq!(line.as_object().unwrap().len(), 3, "nothing else");
    }
}

#[test]
fn the_table_names_each_metric_once_in_units_of_cloudwatch() {
    for (at, described) in TABLE.iter().enumerate() {
        let same =
            |other: &Described| other.name == described.name || other.metric == described.metric;
        assert_eq!(TABLE.iter().position(same), Some(at));
        assert!(["Count", "Milliseconds"].contains(&described.unit));
    }
}

#[test]
fn a_time_is_told_in_milliseconds() {
    let lines = lines(|| record_time(Metric::ConversionTime, Duration::from_micros(2_900)));
    assert_eq!(lines[0]["ConversionTime"], 2);
}

/// Whatever somebody puts into an event of this target, what is written is a name of the table and a number.
#[test]
fn no_text_of_an_event_is_written() {
    let lines = lines(|| {
        tracing::info!(target: TARGET, metric = "jo@club.example", value = 1_u64);
        tracing::info!(target: TARGET, metric = "Published", value = "jo");
        tracing::info!(target: TARGET, metric = "Published", value = 1_u64, member = "jo", "jo was here");
        tracing::info!(metric = "Published", value = 1_u64, "of another target");
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(!lines[0].to_string().contains("jo"), "{lines:?}");
}
