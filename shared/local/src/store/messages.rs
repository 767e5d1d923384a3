//! The queue's messages, as rows: taken under a lease, done with, tried again or dead.

use rusqlite::{Connection, params};
use s3s::crypto::{Checksum, Md5};
use serde_json::Value;

use super::index::find;
use super::{Change, Result};
use crate::notification::{self, Notification};
use crate::queue::Lane;

/// A message that fails this often is a dead letter.
pub(crate) const TRIES: u32 = 5;

/// A message under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: String,
    /// The object it is about.
    pub(crate) key: String,
    /// The S3 event, as JSON.
    pub(crate) body: String,
    /// In milliseconds since 1970.
    pub(crate) sent_ms: i64,
    pub(crate) first_received_ms: i64,
    /// How often it was taken, this time included.
    pub(crate) receives: u32,
}

impl Change<'_> {
    /// Takes up to `count` messages of a lane; nobody else gets them for `lease_ms` milliseconds.
    pub(crate) fn take(&mut self, lane: Lane, count: usize, lease_ms: i64) -> Result<Vec<Message>> {
        let now = self.now_ms();
        let mut statement = self.transaction.prepare_cached(
            "UPDATE messages
             SET receives = receives + 1, visible = ?1 + ?2, first_received = coalesce(first_received, ?1)
             WHERE id IN (SELECT id FROM messages WHERE visible <= ?1 AND replayed = ?4 ORDER BY id LIMIT ?3)
             RETURNING message_id, key, body, sent, first_received, receives",
        )?;
        let rows = statement.query_map(
            params![
                now,
                lease_ms,
                i64::try_from(count).unwrap_or(1),
                lane == Lane::Later
            ],
            |row| {
                Ok(Message {
                    id: row.get(0)?,
                    key: row.get(1)?,
                    body: row.get(2)?,
                    sent_ms: row.get(3)?,
                    first_received_ms: row.get(4)?,
                    receives: row.get(5)?,
                })
            },
        )?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Forgets a message that was dealt with.
    pub(crate) fn done(&mut self, message: &Message) -> Result<()> {
        // Its key is the name of a file that is gone.
        self.erased |= message.body.contains("ObjectRemoved");
        self.transaction
            .execute("DELETE FROM messages WHERE message_id = ?1", [&message.id])?;
        Ok(())
    }

    /// Gives a message back, to be taken again after `delay_ms` milliseconds. After the last try it
    /// becomes a dead letter, and the answer is true.
    pub(crate) fn give_back(&mut self, message: &Message, delay_ms: i64) -> Result<bool> {
        if message.receives < TRIES {
            self.transaction.execute(
                "UPDATE messages SET visible = ?2 WHERE message_id = ?1",
                params![message.id, self.now_ms() + delay_ms],
            )?;
            return Ok(false);
        }
        self.transaction.execute(
            "INSERT OR REPLACE INTO dead_letters (message_id, key, body, died)
             SELECT message_id, key, body, ?2 FROM messages WHERE message_id = ?1",
            params![message.id, self.now_ms()],
        )?;
        self.done(message)?;
        Ok(true)
    }

    /// Queues every object of `bucket` again, behind what is new, and the dead letters with them.
    /// Returns how many messages that made. Objects about which a message waits already are left out.
    pub(crate) fn replay(&mut self, bucket: &str) -> Result<usize> {
        let dead = self.transaction.execute(
            "INSERT OR IGNORE INTO messages (message_id, key, body, replayed, sent, visible)
             SELECT message_id, key, body, 1, ?1, 0 FROM dead_letters",
            [self.now_ms()],
        )?;
        self.transaction.execute("DELETE FROM dead_letters", [])?;
        let keys: Vec<String> = {
            let mut statement = self.transaction.prepare(
                "SELECT key FROM versions WHERE bucket = ?1 AND latest = 1 AND body IS NOT NULL
                 AND key NOT IN (SELECT key FROM messages) ORDER BY key",
            )?;
            let keys = statement.query_map([bucket], |row| row.get(0))?;
            keys.collect::<std::result::Result<_, _>>()?
        };
        for key in &keys {
            let Some(object) = find(&self.transaction, bucket, key, None)? else {
                continue;
            };
            let version = object.shown_id();
            let notification = Notification {
                name: "ObjectCreated:Put",
                bucket,
                key,
                created: Some((object.size, &object.etag)),
                version: version.as_deref(),
                now_ns: self.now_ns,
            };
            self.send(key, &notification::event(&notification).to_string(), true)?;
        }
        self.queued = true;
        Ok(keys.len() + dead)
    }

    /// Makes every message takeable at once, with all its tries: what a process that is gone had
    /// taken, nobody works on.
    pub(crate) fn forget_leases(&mut self) -> Result<()> {
        self.transaction
            .execute("UPDATE messages SET visible = 0, receives = 0", [])?;
        Ok(())
    }

    fn now_ms(&self) -> i64 {
        self.now() / 1_000_000
    }
}

/// When the next message of a lane can be taken, in milliseconds since 1970; it may be past.
pub(crate) fn next_visible_ms(index: &Connection, lane: Lane) -> Result<Option<i64>> {
    Ok(index.query_row(
        "SELECT min(visible) FROM messages WHERE replayed = ?1",
        [lane == Lane::Later],
        |row| row.get(0),
    )?)
}

/// How many messages wait or are under way.
pub(crate) fn waiting(index: &Connection) -> Result<usize> {
    let count: i64 = index.query_row("SELECT count(*) FROM messages", [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The keys of the dead letters, oldest first.
pub(crate) fn dead_letters(index: &Connection) -> Result<Vec<String>> {
    let mut statement = index.prepare("SELECT key FROM dead_letters ORDER BY died, message_id")?;
    let keys = statement.query_map([], |row| row.get(0))?;
    Ok(keys.collect::<std::result::Result<_, _>>()?)
}

/// The event that SQS hands to a function for `messages`.
pub(crate) fn batch(messages: &[Message]) -> Value {
    let records = messages.iter().map(|message| {
        serde_json::json!({
            "messageId": message.id,
            "receiptHandle": format!("{}-{}", message.id, message.receives),
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": message.receives.to_string(),
                "SentTimestamp": message.sent_ms.to_string(),
                "SenderId": "LOCAL",
                "ApproximateFirstReceiveTimestamp": message.first_received_ms.to_string(),
            },
            "messageAttributes": {},
            "md5OfBody": md5_hex(&message.body),
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{}:000000000000:masthead-uploads", crate::REGION),
            "awsRegion": crate::REGION,
        })
    });
    serde_json::json!({ "Records": records.collect::<Vec<_>>() })
}

fn md5_hex(text: &str) -> String {
    base16ct::lower::encode_string(&Md5::checksum(text.as_bytes()))
}
