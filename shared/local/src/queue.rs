//! The queues between the uploads bucket and its functions, as SQS is: batches, leases, five tries,
//! then a dead letter. In AWS each function has a queue, and what can wait has one of its own; here one
//! table of messages serves all, the key says whose a message is, and each [`Lane`] has its workers.
//!
//! Messages are rows written together with the change they tell of, so none is lost to a kill.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use blobs::layout::{FileKey, MailKey, OriginalKey};
use serde::Deserialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::functions::QueueFunction;
use crate::store::{self, Store, messages};

/// As SQS hands them to Lambda at most.
const BATCH: usize = 10;
/// Who works on what: a worker for each entry. What can wait has fewer than half of them, so that what
/// members upload meanwhile never waits for it.
pub(crate) const WORKERS: [Lane; 3] = [Lane::Now, Lane::Now, Lane::Later];
/// A batch may take this long; then its messages can be taken again.
const BATCH_TIMEOUT: Duration = Duration::from_mins(1);
/// A message that failed is tried again after this long; the wait doubles with each try.
const FIRST_RETRY: Duration = Duration::from_millis(250);
/// How long to wait after the index itself failed.
const INDEX_RETRY: Duration = Duration::from_secs(1);

/// The functions behind the queue.
#[derive(Clone)]
pub(crate) struct Consumers {
    pub(crate) rewrite_readme: QueueFunction,
    pub(crate) resize_picture: QueueFunction,
    pub(crate) send_mail: QueueFunction,
}

/// Whose message it is, by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consumer {
    RewriteReadme,
    ResizePicture,
    SendMail,
}

impl Consumer {
    fn of(key: &str) -> Self {
        if key.starts_with(OriginalKey::all()) || key.starts_with(FileKey::all()) {
            Self::ResizePicture
        } else if key.starts_with(MailKey::all()) {
            Self::SendMail
        } else {
            Self::RewriteReadme
        }
    }
}

/// Which messages a worker takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What members wait for.
    Now,
    /// What can wait: READMEs that link to one that changed, and those of `rewrite --all`.
    Later,
}

/// Hands batches of one lane to `functions` until `stop`; a batch under way is finished first.
pub(crate) async fn work(store: Store, lane: Lane, functions: Consumers, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match next_batch(&store, lane, &functions).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "the queue can't be read");
                Some(INDEX_RETRY)
            }
        };
        let Some(pause) = pause else { continue };
        tokio::select! {
            () = stop.cancelled() => {}
            () = store.arrivals(lane).notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Deals with one batch. Where there is none: how long to wait for one, at most.
async fn next_batch(
    store: &Store,
    lane: Lane,
    functions: &Consumers,
) -> store::Result<Option<Duration>> {
    let lease = millis(BATCH_TIMEOUT) + 1000;
    let messages = store
        .write(move |change| change.take(lane, BATCH, lease))
        .await?;
    if messages.is_empty() {
        return Ok(Some(until_next(store, lane).await?));
    }
    if messages.len() == BATCH {
        // There may be more: let the other worker look.
        store.arrivals(lane).notify_one();
    }
    let of = |consumer: Consumer| -> Vec<messages::Message> {
        let own = messages
            .iter()
            .filter(|message| Consumer::of(&message.key) == consumer);
        own.cloned().collect()
    };
    let (readmes, pictures, letters) = (
        of(Consumer::RewriteReadme),
        of(Consumer::ResizePicture),
        of(Consumer::SendMail),
    );
    let (readmes_failed, pictures_failed, letters_failed) = tokio::join!(
        failures("rewrite_readme", &functions.rewrite_readme, &readmes),
        failures("resize_picture", &functions.resize_picture, &pictures),
        failures("send_mail", &functions.send_mail, &letters),
    );
    let is_failed = move |message: &messages::Message| {
        let failed = match Consumer::of(&message.key) {
            Consumer::RewriteReadme => &readmes_failed,
            Consumer::ResizePicture => &pictures_failed,
            Consumer::SendMail => &letters_failed,
        };
        failed.concerns(&message.id)
    };
    let dead = store
        .write(move |change| {
            let mut dead = Vec::new();
            for message in messages {
                if !is_failed(&message) {
                    change.done(&message)?;
                } else if change.give_back(&message, retry_ms(message.receives))? {
                    dead.push(message.key);
                }
            }
            Ok(dead)
        })
        .await?;
    for key in dead {
        tracing::error!(
            key,
            tries = messages::TRIES,
            "dead letter: this upload could not be processed"
        );
    }
    Ok(None)
}

async fn until_next(store: &Store, lane: Lane) -> store::Result<Duration> {
    const IDLE: Duration = Duration::from_mins(1);
    let next = store
        .read(move |index| messages::next_visible_ms(index, lane))
        .await?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, millis);
    Ok(next
        .map_or(IDLE, |next| {
            Duration::from_millis(u64::try_from(next - now).unwrap_or(0).max(1))
        })
        .min(IDLE))
}

/// Which messages of a batch failed.
#[derive(Debug, PartialEq, Eq)]
enum Failed {
    All,
    Only(Vec<String>),
}

impl Failed {
    fn concerns(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.iter().any(|failed| failed == id),
        }
    }
}

/// Runs `function` in a task of its own, so that a panic or a hang fails the batch and no more.
async fn failures(name: &str, function: &QueueFunction, batch: &[messages::Message]) -> Failed {
    if batch.is_empty() {
        return Failed::Only(Vec::new());
    }
    let mut task = tokio::spawn(function(messages::batch(batch)));
    let answer = match tokio::time::timeout(BATCH_TIMEOUT, &mut task).await {
        Ok(Ok(Ok(answer))) => answer,
        Ok(Ok(Err(error))) => {
            tracing::warn!(
                function = name,
                error = format!("{error:#}"),
                "a function failed; the batch is tried again"
            );
            return Failed::All;
        }
        Ok(Err(_)) => {
            tracing::error!(
                function = name,
                "a function panicked; its batch is tried again"
            );
            return Failed::All;
        }
        Err(_) => {
            task.abort();
            tracing::warn!(
                function = name,
                seconds = BATCH_TIMEOUT.as_secs(),
                "a function took too long; the batch is tried again"
            );
            return Failed::All;
        }
    };
    failed(&answer, batch)
}

/// Reads the answer as Lambda does: what isn't a list of the batch's own ids fails the whole batch.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
fn failed(answer: &Value, batch: &[messages::Message]) -> Failed {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        batch_item_failures: Option<Vec<Failure>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Failure {
        item_identifier: String,
    }
    if answer.is_null() {
        return Failed::Only(Vec::new());
    }
    let Ok(answer) = Answer::deserialize(answer) else {
        return Failed::All;
    };
    let ids: Vec<String> = answer
        .batch_item_failures
        .unwrap_or_default()
        .into_iter()
        .map(|failure| failure.item_identifier)
        .collect();
    let known = |id: &String| batch.iter().any(|message| message.id == *id);
    if ids.iter().all(known) {
        Failed::Only(ids)
    } else {
        Failed::All
    }
}

fn retry_ms(receives: u32) -> i64 {
    millis(FIRST_RETRY) << receives.saturating_sub(1).min(16)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
