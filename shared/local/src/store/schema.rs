//! The tables of the index, and how its file is opened.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, ffi};

use super::Result;
use crate::database::integrity;
use crate::folder::private_file;

/// Raised whenever the tables change; a file of another number is refused.
const SCHEMA: i64 = 1;

const TABLES: &str = "
    CREATE TABLE buckets (
        name TEXT PRIMARY KEY,
        created INTEGER NOT NULL,
        versioned INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- One row per version; one without a body is a delete marker.
    CREATE TABLE versions (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        bucket TEXT NOT NULL REFERENCES buckets (name),
        key TEXT NOT NULL,
        version TEXT NOT NULL,
        latest INTEGER NOT NULL,
        body TEXT,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        modified INTEGER NOT NULL,
        attributes TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX versions_latest ON versions (bucket, key) WHERE latest = 1;
    CREATE UNIQUE INDEX versions_version ON versions (bucket, key, version);
    CREATE INDEX versions_body ON versions (body);
    CREATE TABLE uploads (
        id TEXT PRIMARY KEY,
        bucket TEXT NOT NULL REFERENCES buckets (name),
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        started INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- The queue between the uploads bucket and rewrite_readme. `replayed` messages can wait: those of a
    -- start, of `rewrite --all`, and of READMEs that link to one that changed.
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        replayed INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        receives INTEGER NOT NULL DEFAULT 0,
        first_received INTEGER,
        visible INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX messages_next ON messages (replayed, id);
    CREATE TABLE dead_letters (
        message_id TEXT PRIMARY KEY,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        died INTEGER NOT NULL
    ) STRICT;
";

/// Opens the index in `file`, or in memory.
pub(super) fn open(file: Option<&Path>) -> Result<Connection> {
    let connection = match file {
        Some(file) => {
            private_file(file)?;
            Connection::open(file)?
        }
        None => Connection::open_in_memory()?,
    };
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL makes a commit survive a power cut, not only a kill.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == 0 {
        connection.execute_batch(&format!(
            "BEGIN; {TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;"
        ))?;
    } else if found != SCHEMA {
        return Err(damaged(&format!(
            "its tables are of version {found}, this program's of version {SCHEMA}"
        )));
    }
    match integrity(&connection)? {
        None => Ok(connection),
        Some(fault) => Err(damaged(&fault)),
    }
}

fn damaged(reason: &str) -> super::Error {
    let code = ffi::Error {
        code: ErrorCode::DatabaseCorrupt,
        extended_code: ffi::SQLITE_CORRUPT,
    };
    rusqlite::Error::SqliteFailure(code, Some(reason.to_owned())).into()
}
