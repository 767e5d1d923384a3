//! The changes the store knows: put, copy, delete, and those of buckets.

use blobs::layout::{LaterKey, NowKey};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::index::{UNVERSIONED, is_versioned};
use super::{Attributes, Change, Error, Result, Version, find};
use crate::notification::{self, Notification};

/// What must hold of the object as it is now for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    None,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: *`
    Present,
    /// `If-Match: "etag"`
    Unchanged(String),
}

/// What made an object, as the event's name tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Put,
    Copy,
    CompleteMultipartUpload,
}

/// A body that is on the disk and waits to become an object.
#[derive(Debug, Clone)]
pub(crate) struct NewBody {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) attributes: Attributes,
}

impl Change<'_> {
    /// Makes a bucket.
    pub(crate) fn create_bucket(&mut self, bucket: &str) -> Result<()> {
        let made = self.transaction.execute(
            "INSERT INTO buckets (name, created, versioned) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING",
            params![bucket, self.now()],
        )?;
        if made == 1 {
            Ok(())
        } else {
            Err(Error::BucketExists)
        }
    }

    /// Keeps versions in a bucket from now on, or stops making new ones.
    pub(crate) fn set_versioned(&mut self, bucket: &str, versioned: bool) -> Result<()> {
        let set = self.transaction.execute(
            "UPDATE buckets SET versioned = ?2 WHERE name = ?1",
            params![bucket, versioned],
        )?;
        if set == 1 {
            Ok(())
        } else {
            Err(Error::NoSuchBucket)
        }
    }

    /// Removes an empty bucket.
    pub(crate) fn delete_bucket(&mut self, bucket: &str) -> Result<()> {
        is_versioned(&self.transaction, bucket)?;
        let objects: i64 = self.transaction.query_row(
            "SELECT (SELECT count(*) FROM versions WHERE bucket = ?1) + (SELECT count(*) FROM uploads WHERE bucket = ?1)",
            [bucket],
            |row| row.get(0),
        )?;
        if objects != 0 {
            return Err(Error::BucketNotEmpty);
        }
        self.transaction
            .execute("DELETE FROM buckets WHERE name = ?1", [bucket])?;
        Ok(())
    }

    /// Makes `new` the object `key`, if `condition` holds now.
    pub(crate) fn put(
        &mut self,
        bucket: &str,
        key: &str,
        condition: &Condition,
        cause: Cause,
        new: &NewBody,
    ) -> Result<Version> {
        let versioned = is_versioned(&self.transaction, bucket)?;
        self.check(bucket, key, condition)?;
        let version = if versioned {
            Uuid::now_v7().simple().to_string()
        } else {
            UNVERSIONED.to_owned()
        };
        self.make_room(bucket, key, &version)?;
        self.insert(bucket, key, &version, new)?;
        let made = find(&self.transaction, bucket, key, None)?.ok_or(Error::NoSuchKey)?;
        let name = match cause {
            Cause::Put => "ObjectCreated:Put",
            Cause::Copy => "ObjectCreated:Copy",
            Cause::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
        };
        self.notify(bucket, key, name, Some(&made), made.shown_id().as_deref())?;
        Ok(made)
    }

    /// Enters `new` as the version `version` of `key`, of which there is no other yet, and tells nobody.
    pub(crate) fn insert(
        &mut self,
        bucket: &str,
        key: &str,
        version: &str,
        new: &NewBody,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO versions (bucket, key, version, latest, body, size, etag, modified, attributes)
                 VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                bucket,
                key,
                version,
                new.name,
                i64::try_from(new.size).unwrap_or(i64::MAX),
                new.etag,
                self.now(),
                serde_json::to_string(&new.attributes)?
            ])?;
        Ok(())
    }

    /// Deletes the object `key`: by a delete marker where the bucket keeps versions, which is then
    /// returned.
    pub(crate) fn delete(
        &mut self,
        bucket: &str,
        key: &str,
        condition: &Condition,
    ) -> Result<Option<Version>> {
        let versioned = is_versioned(&self.transaction, bucket)?;
        self.check(bucket, key, condition)?;
        if !versioned {
            if find(&self.transaction, bucket, key, Some(UNVERSIONED))?.is_some() {
                self.make_room(bucket, key, UNVERSIONED)?;
                self.restore_latest(bucket, key)?;
                self.notify(bucket, key, "ObjectRemoved:Delete", None, None)?;
            }
            return Ok(None);
        }
        let version = Uuid::now_v7().simple().to_string();
        self.make_room(bucket, key, &version)?;
        self.transaction.execute(
            "INSERT INTO versions (bucket, key, version, latest, body, size, etag, modified, attributes)
             VALUES (?1, ?2, ?3, 1, NULL, 0, '', ?4, '{}')",
            params![bucket, key, version, self.now()],
        )?;
        self.notify(
            bucket,
            key,
            "ObjectRemoved:DeleteMarkerCreated",
            None,
            Some(&version),
        )?;
        find(&self.transaction, bucket, key, None)
    }

    /// Removes one version for good, and returns it. The newest of those left becomes the object.
    pub(crate) fn delete_version(
        &mut self,
        bucket: &str,
        key: &str,
        version: &str,
    ) -> Result<Option<Version>> {
        let Some(found) = find(&self.transaction, bucket, key, Some(version))? else {
            return Ok(None);
        };
        self.remove(&found)?;
        self.restore_latest(bucket, key)?;
        self.notify(
            bucket,
            key,
            "ObjectRemoved:Delete",
            None,
            found.shown_id().as_deref(),
        )?;
        Ok(Some(found))
    }

    /// Fails unless an object has the body `name` now.
    pub(crate) fn require_body(&self, name: &str) -> Result<()> {
        let found = self
            .transaction
            .query_row(
                "SELECT 1 FROM versions WHERE body = ?1 LIMIT 1",
                [name],
                |_| Ok(()),
            )
            .optional()?;
        found.ok_or(Error::NoSuchKey)
    }

    fn check(&self, bucket: &str, key: &str, condition: &Condition) -> Result<()> {
        check(
            find(&self.transaction, bucket, key, None)?.as_ref(),
            condition,
        )
    }

    /// Takes the place of the latest version away, and the version of the same id with it.
    fn make_room(&mut self, bucket: &str, key: &str, version: &str) -> Result<()> {
        if let Some(same) = find(&self.transaction, bucket, key, Some(version))? {
            self.remove(&same)?;
        }
        self.transaction.execute(
            "UPDATE versions SET latest = 0 WHERE bucket = ?1 AND key = ?2 AND latest = 1",
            [bucket, key],
        )?;
        Ok(())
    }

    fn remove(&mut self, version: &Version) -> Result<()> {
        self.erased = true;
        self.transaction.execute(
            "DELETE FROM versions WHERE sequence = ?1",
            [version.sequence],
        )?;
        let Some(body) = &version.body else {
            return Ok(());
        };
        // A copy shares its source's body.
        let shared = self
            .transaction
            .query_row(
                "SELECT 1 FROM versions WHERE body = ?1 LIMIT 1",
                [body],
                |_| Ok(()),
            )
            .optional()?;
        if shared.is_none() {
            self.unreferenced.push(body.clone());
        }
        Ok(())
    }

    fn restore_latest(&mut self, bucket: &str, key: &str) -> Result<()> {
        self.transaction.execute(
            "UPDATE versions SET latest = 1 WHERE sequence =
             (SELECT max(sequence) FROM versions WHERE bucket = ?1 AND key = ?2)",
            [bucket, key],
        )?;
        Ok(())
    }

    fn notify(
        &mut self,
        bucket: &str,
        key: &str,
        name: &str,
        made: Option<&Version>,
        version: Option<&str>,
    ) -> Result<()> {
        if bucket != self.notifying {
            return Ok(());
        }
        let notification = Notification {
            name,
            bucket,
            key,
            created: made.map(|made| (made.size, made.etag.as_str())),
            version,
            now_ns: self.now_ns,
        };
        let can_wait = key.starts_with(LaterKey::all());
        // As the bucket in AWS is told to: that such a key is taken away is no news.
        if made.is_none() && (can_wait || key.starts_with(NowKey::all())) {
            return Ok(());
        }
        self.send(
            key,
            &notification::event(&notification).to_string(),
            can_wait,
        )
    }

    /// Queues a message about `key`.
    pub(super) fn send(&mut self, key: &str, body: &str, can_wait: bool) -> Result<()> {
        let now_ms = self.now() / 1_000_000;
        self.transaction.execute(
            "INSERT INTO messages (message_id, key, body, replayed, sent, visible) VALUES (?1, ?2, ?3, ?4, ?5, 0)",
            params![Uuid::now_v7().to_string(), key, body, can_wait, now_ms],
        )?;
        self.queued = true;
        Ok(())
    }

    pub(super) fn now(&self) -> i64 {
        i64::try_from(self.now_ns).unwrap_or(i64::MAX)
    }
}

/// Whether `condition` holds of `current`. As in S3, a delete marker is no object.
pub(crate) fn check(current: Option<&Version>, condition: &Condition) -> Result<()> {
    let current = current.filter(|version| version.body.is_some());
    match (condition, current) {
        (Condition::None, _) | (Condition::Absent, None) | (Condition::Present, Some(_)) => Ok(()),
        (Condition::Present | Condition::Unchanged(_), None) => Err(Error::NoSuchKey),
        (Condition::Unchanged(etag), Some(current)) if *etag == current.etag => Ok(()),
        (Condition::Absent | Condition::Unchanged(_), Some(_)) => Err(Error::PreconditionFailed),
    }
}
