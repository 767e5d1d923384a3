//! What S3 and SQS deliver, read leniently: unknown fields and later versions pass.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What one invocation was given.
#[derive(Debug, PartialEq)]
pub(crate) enum Delivery {
    Batch(Vec<Message>),
    Bare(Vec<Notice>),
}

/// One SQS message.
#[derive(Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) notices: Vec<Notice>,
}

/// One S3 record.
#[derive(Debug, PartialEq)]
pub(crate) enum Notice {
    /// Something happened to this key.
    Look { bucket: String, key: String },
    /// A record that will never be readable: trying again would change nothing.
    Unreadable(&'static str),
}

pub(crate) fn read(event: &Value) -> Delivery {
    let records = event.get("Records").and_then(Value::as_array);
    let is_message = |record: &&Value| text(record, "/eventSource") == Some("aws:sqs");
    match records {
        Some(records) if records.iter().any(|record| is_message(&record)) => {
            Delivery::Batch(records.iter().filter(is_message).map(message).collect())
        }
        _ => Delivery::Bare(notices(event)),
    }
}

fn message(record: &Value) -> Message {
    let body = text(record, "/body").and_then(|body| serde_json::from_str::<Value>(body).ok());
    Message {
        id: text(record, "/messageId").unwrap_or_default().to_owned(),
        notices: body.map_or_else(
            || vec![Notice::Unreadable("the message is no JSON")],
            |body| notices(&body),
        ),
    }
}

fn notices(event: &Value) -> Vec<Notice> {
    match event.get("Records").and_then(Value::as_array) {
        Some(records) => records.iter().map(notice).collect(),
        // What S3 sends once, when the notification is set up.
        None if text(event, "/Event") == Some("s3:TestEvent") => Vec::new(),
        None => vec![Notice::Unreadable("the event is none of S3's")],
    }
}

fn notice(record: &Value) -> Notice {
    let (Some(bucket), Some(key)) = (
        text(record, "/s3/bucket/name"),
        text(record, "/s3/object/key"),
    ) else {
        return Notice::Unreadable("the record names no bucket and key");
    };
    match decode_key(key) {
        Some(key) => Notice::Look {
            bucket: bucket.to_owned(),
            key,
        },
        None => Notice::Unreadable("the record's key is not encoded as S3 encodes keys"),
    }
}

/// Keys come form-encoded, a space as `+` (the field `urlDecodedKey` is never filled by the SDK's
/// event types). Decoded once.
fn decode_key(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    let mut rest = spaced.as_str();
    while let Some((_, after)) = rest.split_once('%') {
        let digits = after.get(..2)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        rest = after;
    }
    percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn look(key: &str) -> Notice {
        Notice::Look {
            bucket: "uploads".to_owned(),
            key: key.to_owned(),
        }
    }

    fn s3(key: &str) -> Value {
        json!({"Records": [{"eventVersion": "2.6", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "new": {},
            "s3": {"bucket": {"name": "uploads"}, "object": {"key": key, "size": 0, "sequencer": "00"}}}]})
    }

    #[test]
    fn keys_are_decoded_once() {
        for (encoded, decoded) in [
            ("red+flower.md", "red flower.md"),
            ("a%2Bb", "a+b"),
            ("%E2%9C%93", "✓"),
            ("a%252Fb", "a%2Fb"),
        ] {
            assert_eq!(read(&s3(encoded)), Delivery::Bare(vec![look(decoded)]));
        }
        for broken in ["%zz", "a%", "a%4", "%FF", "%é"] {
            assert!(
                matches!(read(&s3(broken)), Delivery::Bare(notices) if matches!(notices[..], [Notice::Unreadable(_)])),
                "{broken}"
            );
        }
    }

    #[test]
    fn a_batch_keeps_its_messages_apart() {
        let batch = json!({"Records": [
            {"messageId": "1", "eventSource": "aws:sqs", "body": s3("a").to_string()},
            {"messageId": "2", "eventSource": "aws:sqs", "body": "{"},
            {"messageId": "3", "eventSource": "aws:sqs", "body": "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\"}"},
        ]});
        let Delivery::Batch(messages) = read(&batch) else {
            panic!("a batch")
        };
        assert_eq!(
            messages
                .iter()
                .map(|message| message.id.as_str())
                .collect::<Vec<_>>(),
            ["1", "2", "3"]
        );
        assert_eq!(messages[0].notices, [look("a")]);
        assert_eq!(
            messages[1].notices,
            [Notice::Unreadable("the message is no JSON")]
        );
        assert_eq!(messages[2].notices, []);
    }

    #[test]
    fn empty_and_foreign_events_pass() {
        assert_eq!(read(&json!({"Records": []})), Delivery::Bare(vec![]));
        assert_eq!(
            read(&json!({"Event": "s3:TestEvent"})),
            Delivery::Bare(vec![])
        );
        assert!(matches!(read(&json!({"x": 1})), Delivery::Bare(notices) if notices.len() == 1));
    }
}
