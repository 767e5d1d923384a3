//! What changed from one version of a document to another: two files compared as text, and told in runs.

mod answer;
mod compare;
mod sides;
mod words;

use std::time::{Duration, Instant};

pub use answer::{Changes, MAX_BYTES, Told};
pub use sides::Side;

/// How long lines may be compared, and words as well: what isn't done by then is told more coarsely. Splitting and
/// writing take as long again in the worst texts.
const LINES_WITHIN: Duration = Duration::from_millis(300);
const WORDS_WITHIN: Duration = Duration::from_millis(600);

/// What changed from one version to another, in at most `most` bytes of an answer of Lambda's. It takes a processor up to a
/// second.
pub fn between(before: Option<&Side>, after: &Side, most: usize) -> Changes {
    let now = Instant::now();
    let text = before.map_or("", |side| &side.text);
    let compared = compare::compare(text, &after.text, now + LINES_WITHIN, now + WORDS_WITHIN);
    Changes::of(before, after, &compared, most)
}
