//! What is counted of this function's work: no more than numbers.

use std::time::Duration;

use members::{Report, State as Outcome};
use metrics::Metric;
use serde_json::Value;

/// What CloudFormation makes of the queue's logical id: its own names begin with the stack's name and have this in them.
const UPLOADS_QUEUE: &str = "-UploadsQueue-";

/// Counts how long each message of a batch had waited when it was begun. What can wait comes from another queue, and says
/// nothing of how long members wait.
pub(crate) fn queue_age(event: &Value, now_ms: u64) {
    let records = event.get("Records").and_then(Value::as_array);
    for record in records.into_iter().flatten() {
        let text = |pointer| record.pointer(pointer).and_then(Value::as_str);
        let is_upload = text("/eventSourceARN").is_some_and(|queue| queue.contains(UPLOADS_QUEUE));
        let sent = text("/attributes/SentTimestamp").and_then(|sent| sent.parse::<u64>().ok());
        if let (true, Some(sent)) = (is_upload, sent) {
            let age = Duration::from_millis(now_ms.saturating_sub(sent));
            metrics::record_time(Metric::QueueAge, age);
        }
    }
}

/// Counts a version that came to be public or was rejected, once: another look at it counts nothing.
pub(crate) fn outcome(before: Option<&Report>, report: &Report) {
    let is_news = before.is_none_or(|before| {
        before.state != report.state || before.source_version != report.source_version
    });
    let metric = match report.state {
        Outcome::Published => Metric::Published,
        Outcome::Rejected => Metric::Rejected,
        _ => return,
    };
    if is_news {
        metrics::record(metric, 1);
    }
}
