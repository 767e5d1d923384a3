//! What S3 tells of an upload, and the loop that brings everything in line with it.
//!
//! Level-triggered, as a Kubernetes controller is: an event only ever means "look at this key again".
//! Whatever the events were, doubled, late, out of order or lost on the way back, the same steps lead
//! to the same end. Nothing is kept in between.

mod events;
mod settle;

use std::future::Future;

use blobs::Blobs;
use serde_json::{Value, json};

use events::{Delivery, Notice};
pub use settle::{ROUNDS, Seen, settle};

/// Takes an SQS batch of S3 events, or one bare S3 event, and calls `look` with each key of the
/// bucket `uploads` that it speaks of.
///
/// The answer to a batch names the messages that must come again (`batchItemFailures`). What can
/// never be read is logged and passed over: trying again would change nothing.
///
/// # Errors
/// A bare event with a key that `look` failed for: Lambda tries it again.
pub async fn deliver<L, F>(uploads: &Blobs, event: &Value, look: L) -> anyhow::Result<Value>
where
    L: Fn(String) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    match events::read(event) {
        Delivery::Batch(messages) => {
            let mut failures = Vec::new();
            for message in messages {
                if let Err(error) = all(uploads, message.notices, &look).await {
                    tracing::warn!(
                        message = message.id,
                        cause = format!("{error:#}"),
                        "an upload couldn't be brought in line; its message comes again"
                    );
                    failures.push(json!({ "itemIdentifier": message.id }));
                }
            }
            Ok(json!({ "batchItemFailures": failures }))
        }
        Delivery::Bare(notices) => {
            all(uploads, notices, &look).await?;
            Ok(json!({ "batchItemFailures": [] }))
        }
    }
}

async fn all<L, F>(uploads: &Blobs, notices: Vec<Notice>, look: &L) -> anyhow::Result<()>
where
    L: Fn(String) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    for notice in notices {
        match notice {
            Notice::Look { bucket, key } if bucket == uploads.bucket() => look(key).await?,
            Notice::Look { bucket, .. } => {
                tracing::info!(bucket, "passed over an event of another bucket");
            }
            Notice::Unreadable(reason) => {
                tracing::error!(reason, "passed over an event that can't be read");
            }
        }
    }
    Ok(())
}
