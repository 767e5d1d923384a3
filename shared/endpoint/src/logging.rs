//! Log lines: one JSON object each, as CloudWatch reads them, and the metrics among them.

use std::io::{self, Write as _};

use metrics::Emf;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::Environment;

/// Writes the log as one JSON object per line to standard output, and metrics where `METRICS_STACK` of this environment names
/// the stack.
///
/// Control characters in values are escaped by the JSON encoding, so a value can't forge a line.
pub fn logging(environment: &Environment) {
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .without_time()
        .with_target(false)
        .with_current_span(false)
        .with_span_list(false)
        .with_filter(filter_fn(|event| !metrics::is_metric(event)));
    let stack = environment.optional(metrics::STACK);
    tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(lines)
        .with(stack.map(|stack| Emf::new(stack, write)))
        .init();
}

/// Writes a line of metrics. A log that can't be written is told of where the log's own layer tells it, too.
fn write(line: &str) {
    let mut output = io::stdout().lock();
    if let Err(error) = writeln!(output, "{line}") {
        eprintln!("a metric can't be written to the log: {error}");
    }
}
