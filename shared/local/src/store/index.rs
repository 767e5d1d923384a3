//! What the index holds about an object, and how it is found.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::{Error, Result};

/// The version id of an object in a bucket without versions.
pub(super) const UNVERSIONED: &str = "null";

pub(super) struct Index {
    connection: Mutex<Connection>,
    latest_tick: AtomicU64,
    pub(super) notifying: String,
    pub(super) arrivals: Notify,
    pub(super) later_arrivals: Notify,
}

impl Index {
    pub(super) fn new(connection: Connection, notifying: String) -> Self {
        Self {
            connection: Mutex::new(connection),
            latest_tick: AtomicU64::new(0),
            notifying,
            arrivals: Notify::new(),
            later_arrivals: Notify::new(),
        }
    }

    pub(super) fn connection(&self) -> Result<MutexGuard<'_, Connection>> {
        self.connection.lock().map_err(|_| Error::Poisoned)
    }

    /// The time in nanoseconds since 1970, never the same twice and never back.
    pub(super) fn tick(&self) -> u64 {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let earlier = self.latest_tick.fetch_max(now, Ordering::Relaxed);
        if earlier < now {
            now
        } else {
            self.latest_tick.fetch_add(1, Ordering::Relaxed) + 1
        }
    }
}

/// The headers that S3 keeps with an object and gives back with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Attributes {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) crc32: Option<String>,
    pub(crate) crc32c: Option<String>,
    pub(crate) crc64nvme: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) sha256: Option<String>,
}

/// A version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) key: String,
    /// `null` in a bucket without versions.
    pub(crate) id: String,
    pub(crate) latest: bool,
    /// The name of its file; `None` for a delete marker.
    pub(crate) body: Option<String>,
    /// In bytes.
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    /// In nanoseconds since 1970.
    pub(crate) modified_ns: u64,
    pub(crate) attributes: Attributes,
    pub(super) sequence: i64,
}

impl Version {
    /// The version id as S3's answers show it: none in a bucket without versions.
    pub(crate) fn shown_id(&self) -> Option<String> {
        (self.id != UNVERSIONED).then(|| self.id.clone())
    }

    /// When it was written, at the resolution of S3's headers: whole seconds.
    pub(crate) fn modified(&self) -> SystemTime {
        UNIX_EPOCH + std::time::Duration::from_secs(self.modified_ns / 1_000_000_000)
    }

    pub(super) fn from_row(row: &Row<'_>) -> Result<Self> {
        let attributes: String = row.get("attributes")?;
        Ok(Self {
            key: row.get("key")?,
            id: row.get("version")?,
            latest: row.get("latest")?,
            body: row.get("body")?,
            size: row.get::<_, i64>("size")?.unsigned_abs(),
            etag: row.get("etag")?,
            modified_ns: row.get::<_, i64>("modified")?.unsigned_abs(),
            attributes: serde_json::from_str(&attributes)?,
            sequence: row.get("sequence")?,
        })
    }
}

/// The object `key` as it is now, or its version `version`. A delete marker is found too.
pub(crate) fn find(
    index: &Connection,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Option<Version>> {
    is_versioned(index, bucket)?;
    let found = match version {
        None => index
            .prepare_cached("SELECT * FROM versions WHERE bucket = ?1 AND key = ?2 AND latest = 1")?
            .query_row([bucket, key], |row| Ok(Version::from_row(row))),
        Some(version) => index
            .prepare_cached(
                "SELECT * FROM versions WHERE bucket = ?1 AND key = ?2 AND version = ?3",
            )?
            .query_row([bucket, key, version], |row| Ok(Version::from_row(row))),
    };
    found.optional()?.transpose()
}

/// Every object of `bucket` as it is now, by their keys.
pub(crate) fn current(index: &Connection, bucket: &str) -> Result<Vec<Version>> {
    let mut statement = index.prepare(
        "SELECT * FROM versions WHERE bucket = ?1 AND latest = 1 AND body IS NOT NULL ORDER BY key",
    )?;
    let rows = statement.query_map([bucket], |row| Ok(Version::from_row(row)))?;
    rows.map(|row| row?).collect()
}

/// Whether `bucket` keeps versions; an error where there is no such bucket.
pub(crate) fn is_versioned(index: &Connection, bucket: &str) -> Result<bool> {
    index
        .prepare_cached("SELECT versioned FROM buckets WHERE name = ?1")?
        .query_row([bucket], |row| row.get(0))
        .optional()?
        .ok_or(Error::NoSuchBucket)
}

/// Every bucket with the time it was made, in nanoseconds since 1970.
pub(crate) fn buckets(index: &Connection) -> Result<Vec<(String, u64)>> {
    let mut statement = index.prepare_cached("SELECT name, created FROM buckets ORDER BY name")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
