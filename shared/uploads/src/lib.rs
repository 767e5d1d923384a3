//! What S3 tells of an upload, and the loop that brings everything in line with it.
//!
//! Level-triggered, as a Kubernetes controller is: an event only ever means "look at this key again".
//! Whatever the events were, doubled, late, out of order or lost on the way back, the same steps lead
//! to the same end. Nothing is kept in between.

mod asked;
mod events;
mod settle;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use anyhow::anyhow;
use blobs::Blobs;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

pub use asked::{ask_later, ask_now};
use events::{Delivery, Message, Notice};
pub use settle::{ROUNDS, Seen, settle};

/// How long a function behind a queue may take, as the template says it.
pub const TIMEOUT: Duration = Duration::from_mins(1);
/// What an answer needs to get out before the function is ended.
const ANSWERING: Duration = Duration::from_secs(3);

/// How a batch is worked on.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How many keys at the same time: one that waits for a store doesn't hold up the others.
    pub at_once: usize,
    /// How long until the function is ended.
    pub time_left: Duration,
}

/// Takes an SQS batch of S3 events, or one bare S3 event, and calls `look` with each key of the
/// bucket `uploads` that it speaks of.
///
/// A key that several messages speak of is looked at once. The answer to a batch names the messages
/// that must come again (`batchItemFailures`): those whose key failed, and those whose key wasn't dealt
/// with when the time was nearly up, so that none is taken down with its neighbours. What can never be
/// read is logged and passed over: trying again would change nothing.
///
/// # Errors
/// A bare event with a key that `look` failed for: Lambda tries it again.
pub async fn deliver<L, F>(
    uploads: &Blobs,
    event: &Value,
    pace: Pace,
    look: L,
) -> anyhow::Result<Value>
where
    L: Fn(String) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    let messages = match events::read(event) {
        Delivery::Batch(messages) => messages,
        Delivery::Bare(notices) => {
            let bare = Message {
                id: String::new(),
                notices,
            };
            let mut looked = look_at(uploads, std::slice::from_ref(&bare), pace, look).await;
            if let Some((_, error)) = looked.pop_first() {
                return Err(error);
            }
            return Ok(json!({ "batchItemFailures": [] }));
        }
    };
    let failed = look_at(uploads, &messages, pace, look).await;
    let mut failures = Vec::new();
    for message in &messages {
        let error = keys(uploads, message).find_map(|key| failed.get(key));
        if let Some(error) = error {
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

/// Calls `look` with each key once. Returns those that failed, and why.
async fn look_at<L, F>(
    uploads: &Blobs,
    messages: &[Message],
    pace: Pace,
    look: L,
) -> BTreeMap<String, anyhow::Error>
where
    L: Fn(String) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    let notices = messages.iter().flat_map(|message| &message.notices);
    for notice in notices {
        match notice {
            Notice::Look { bucket, .. } if bucket != uploads.bucket() => {
                tracing::info!(bucket, "passed over an event of another bucket");
            }
            Notice::Look { .. } => {}
            Notice::Unreadable(reason) => {
                tracing::error!(reason, "passed over an event that can't be read");
            }
        }
    }
    let all: BTreeSet<String> = messages
        .iter()
        .flat_map(|message| keys(uploads, message))
        .map(str::to_owned)
        .collect();
    let look = &look;
    let deadline = Instant::now() + pace.time_left.saturating_sub(ANSWERING);
    let looks = all.into_iter().map(|key| async move {
        let looked = timeout_at(deadline, look(key.clone())).await;
        let looked = looked.unwrap_or_else(|_| Err(anyhow!("the function's time was up")));
        looked.err().map(|error| (key, error))
    });
    // Collected: a stream over a closure isn't general enough to be sent between threads.
    let looks: Vec<_> = looks.collect();
    futures::stream::iter(looks)
        .buffer_unordered(pace.at_once)
        .filter_map(std::future::ready)
        .collect()
        .await
}

/// The keys that a message speaks of.
fn keys<'a>(uploads: &Blobs, message: &'a Message) -> impl Iterator<Item = &'a str> {
    let own = uploads.bucket().to_owned();
    message
        .notices
        .iter()
        .filter_map(move |notice| match notice {
            Notice::Look { bucket, key } if *bucket == own => Some(key.as_str()),
            _ => None,
        })
}

#[cfg(test)]
mod tests;
