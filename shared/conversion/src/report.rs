//! What a report says of a conversion.

use frontmatter::Output;
use serde_json::{Value, json};

/// Warnings kept in a report; a DynamoDB item holds 400 KB.
pub const MAX_WARNINGS: usize = 200;
/// Longest JSON of one field in a report, in bytes; longer values are in the file itself.
const MAX_FIELD_BYTES: usize = 4 * 1024;

/// Warnings for the report, the first of them.
pub fn warnings(converted: &Output) -> Value {
    let kept = converted.warnings.iter().take(MAX_WARNINGS);
    json!(kept.collect::<Vec<_>>())
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
