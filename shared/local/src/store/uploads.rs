//! Multipart uploads under way.

use rusqlite::{Connection, OptionalExtension, params};

use super::index::is_versioned;
use super::{Attributes, Change, Error, Result};

/// A multipart upload that was begun and neither completed nor aborted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The name its body will have.
    pub(crate) body: String,
    pub(crate) attributes: Attributes,
    /// In nanoseconds since 1970.
    pub(crate) started_ns: u64,
}

impl Change<'_> {
    /// Remembers an upload that was begun; its `started_ns` is set here.
    pub(crate) fn begin_upload(&mut self, upload: &Upload) -> Result<()> {
        is_versioned(&self.transaction, &upload.bucket)?;
        self.transaction.execute(
            "INSERT INTO uploads (id, bucket, key, body, attributes, started) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                upload.id,
                upload.bucket,
                upload.key,
                upload.body,
                serde_json::to_string(&upload.attributes)?,
                self.now()
            ],
        )?;
        Ok(())
    }

    /// Forgets an upload; an error where there is none, so that only one call can end it.
    pub(crate) fn end_upload(&mut self, id: &str) -> Result<()> {
        let ended = self
            .transaction
            .execute("DELETE FROM uploads WHERE id = ?1", [id])?;
        if ended == 1 {
            Ok(())
        } else {
            Err(Error::NoSuchUpload)
        }
    }
}

/// The upload `id` of the object `key`.
pub(crate) fn find(index: &Connection, bucket: &str, key: &str, id: &str) -> Result<Upload> {
    index
        .prepare_cached("SELECT * FROM uploads WHERE id = ?1 AND bucket = ?2 AND key = ?3")?
        .query_row([id, bucket, key], |row| Ok(from_row(row)))
        .optional()?
        .ok_or(Error::NoSuchUpload)?
}

/// The uploads under way in a bucket.
pub(crate) fn list(index: &Connection, bucket: &str, prefix: &str) -> Result<Vec<Upload>> {
    is_versioned(index, bucket)?;
    let mut statement =
        index.prepare_cached("SELECT * FROM uploads WHERE bucket = ?1 ORDER BY key, started")?;
    let mut rows = statement.query([bucket])?;
    let mut uploads = Vec::new();
    while let Some(row) = rows.next()? {
        let upload = from_row(row)?;
        if upload.key.starts_with(prefix) {
            uploads.push(upload);
        }
    }
    Ok(uploads)
}

fn from_row(row: &rusqlite::Row<'_>) -> Result<Upload> {
    let attributes: String = row.get("attributes")?;
    Ok(Upload {
        id: row.get("id")?,
        bucket: row.get("bucket")?,
        key: row.get("key")?,
        body: row.get("body")?,
        attributes: serde_json::from_str(&attributes)?,
        started_ns: row.get::<_, i64>("started")?.unsigned_abs(),
    })
}
