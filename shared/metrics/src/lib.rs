//! Numbers for CloudWatch: what functions count, as lines of the log that it makes metrics of.
//!
//! [`record`] is an event of `tracing`, which costs next to nothing where nobody listens, as in `masthead dev`. In AWS
//! [`Emf`] listens and writes CloudWatch's embedded metric format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! A line holds a name of [`TABLE`], a number, a time and the stack's name. There is no further dimension: CloudWatch charges
//! for each value of one, and a value that tells members apart would say something of a person.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// The target of a metric's event: [`Emf`] writes these events, and the log leaves them out.
pub const TARGET: &str = "metrics";
/// CloudWatch's namespace of all metrics.
pub const NAMESPACE: &str = "Masthead";
/// The only dimension, by which two stacks of an account are told apart.
pub const DIMENSION: &str = "Stack";
/// The variable that names the stack. Without it nothing is written.
pub const STACK: &str = "METRICS_STACK";

/// What functions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    Published,
    Rejected,
    ConversionTime,
    QueueAge,
    GuessesRefused,
}

/// A metric as CloudWatch knows it.
#[derive(Debug)]
pub struct Described {
    pub metric: Metric,
    pub name: &'static str,
    /// One of CloudWatch's own units.
    pub unit: &'static str,
}

/// Every metric. Each costs up to 0.30 dollars a month, so there are few: docs/deploy.md says what they cost.
pub const TABLE: [Described; 5] = [
    // Versions of documents that came to be public.
    described(Metric::Published, "Published", "Count"),
    // Versions that can't be published, of which their authors are told.
    described(Metric::Rejected, "Rejected", "Count"),
    // How long one document took to convert, with its turn and the lookups of what it links to.
    described(Metric::ConversionTime, "ConversionTime", "Milliseconds"),
    // How long an upload's message had waited when it was begun.
    described(Metric::QueueAge, "QueueAge", "Milliseconds"),
    // Guesses at passwords and codes that were turned away before anything was verified.
    described(Metric::GuessesRefused, "GuessesRefused", "Count"),
];

const fn described(metric: Metric, name: &'static str, unit: &'static str) -> Described {
    Described { metric, name, unit }
}

/// Counts `value` towards a metric.
pub fn record(metric: Metric, value: u64) {
    let name = TABLE
        .iter()
        .find(|described| described.metric == metric)
        .map(|described| described.name);
    tracing::info!(target: TARGET, metric = name, value);
}

/// The same, in milliseconds.
pub fn record_time(metric: Metric, time: Duration) {
    record(metric, u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
}

/// Whether an event is a metric's, and so no line of the log.
pub fn is_metric(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET
}

/// Writes metrics' events as CloudWatch's embedded metric format, one line each.
pub struct Emf<W> {
    stack: String,
    write: W,
}

impl<W> Emf<W> {
    /// Metrics of this stack, each line handed to `write`.
    pub fn new(stack: impl Into<String>, write: W) -> Self {
        Self {
            stack: stack.into(),
            write,
        }
    }
}

impl<W> fmt::Debug for Emf<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emf")
            .field("stack", &self.stack)
            .finish_non_exhaustive()
    }
}

impl<S, W> Layer<S> for Emf<W>
where
    S: Subscriber,
    W: Fn(&str) + Send + Sync + 'static,
{
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if !is_metric(event.metadata()) {
            return;
        }
        let mut read = Read::default();
        event.record(&mut read);
        if let (Some(described), Some(value)) = (read.metric, read.value) {
            (self.write)(&line(&self.stack, described, value, SystemTime::now()));
        }
    }
}

/// What an event says of a metric: a row of the table and a number. No text of an event comes further.
#[derive(Default)]
struct Read {
    metric: Option<&'static Described>,
    value: Option<u64>,
}

impl Visit for Read {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "value" {
            self.value = Some(value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "metric" {
            self.metric = TABLE.iter().find(|described| described.name == value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// One line of the embedded metric format.
pub fn line(stack: &str, described: &Described, value: u64, at: SystemTime) -> String {
    let since_1970 = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
    let Described { name, unit, .. } = described;
    json!({
        "_aws": {
            "Timestamp": milliseconds,
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[DIMENSION]],
                "Metrics": [{ "Name": name, "Unit": unit }]
            }]
        },
        DIMENSION: stack,
        *name: value
    })
    .to_string()
}

#[cfg(test)]
mod tests;
