//! Log lines: one JSON object each, as CloudWatch reads them.

/// Writes the log as one JSON object per line to standard output.
///
/// Control characters in values are escaped by the JSON encoding, so a value can't forge a line.
pub fn logging() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .without_time()
        .with_target(false)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(tracing::Level::INFO)
        .init();
}
