//! What a report says of a conversion.

use frontmatter::{Output, Warning};
use languages::Language;
use members::State;
use serde_json::{Value, json};

/// Warnings kept in a report; a DynamoDB item holds 400 KB.
pub const MAX_WARNINGS: usize = 200;
/// Longest JSON of one field in a report, in bytes; longer values are in the file itself.
const MAX_FIELD_BYTES: usize = 4 * 1024;

/// What a report says of a document that was converted, and when it comes out by itself, or came out, in Unix seconds.
pub fn outcome(converted: &Output) -> (State, Option<u64>) {
    let until = converted.until.map(jiff::Timestamp::as_second);
    let until = until.and_then(|until| u64::try_from(until).ok());
    let state = match (converted.draft, until) {
        (false, _) => State::Published,
        (true, None) => State::Draft,
        (true, Some(_)) => State::Scheduled,
    };
    (state, until)
}

/// Warnings for the report, the first of them: with their hints in English, and by their keys as `said`.
pub fn warnings(converted: &Output) -> Value {
    each(converted, |warning| {
        let mut kept = json!(warning);
        kept["said"] = json!(warning.hint);
        kept
    })
}

/// The same warnings with their hints in a language, as who reads a report is told them.
pub fn warnings_in(converted: &Output, language: Language) -> Value {
    each(converted, |warning| {
        let mut told = json!(warning);
        told["hint"] = warning.hint.in_language(language).into();
        told
    })
}

fn each(converted: &Output, written: impl Fn(&Warning) -> Value) -> Value {
    let kept = converted.warnings.iter().take(MAX_WARNINGS);
    Value::Array(kept.map(written).collect())
}

/// Fields for the report; a value too long for it is left out as `null`.
pub fn fields(converted: &Output) -> Value {
    let fields = converted.fields.iter().map(|field| {
        let value = if field.value.to_string().len() > MAX_FIELD_BYTES {
            &Value::Null
        } else {
            &field.value
        };
        json!({ "key": field.key, "value": value, "source": field.source })
    });
    Value::Array(fields.collect())
}
