//! What DynamoDB keeps, by `dynoxide`: a SQLite file.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use dynoxide::Database;
use rusqlite::{Connection, OpenFlags};
use tokio_util::sync::CancellationToken;

use crate::folder::private_file;
use crate::tidy::Deleted;

/// How often items past their time to live are removed.
const SWEEP: Duration = Duration::from_mins(1);

/// Opens the database in `file`, or in memory. `has_data` says that the folder has been in use, so that
/// a file which is empty or missing is one that lost what it held.
///
/// # Errors
/// The reason why the file can't be used.
pub(crate) fn open(file: Option<&Path>, has_data: bool) -> Result<Database, String> {
    let database = match file {
        Some(file) => {
            check(file, has_data)?;
            let path = file
                .to_str()
                .ok_or("the path of the data folder is not UTF-8")?;
            Database::new(path)
        }
        None => Database::memory(),
    };
    database.map_err(|error| error.to_string())
}

/// Refuses a file that SQLite finds fault with. Where there is none yet, it is made for its owner
/// alone.
fn check(file: &Path, has_data: bool) -> Result<(), String> {
    match std::fs::metadata(file).map(|file| file.len()) {
        Ok(0) if has_data => return Err("the file is empty".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound && has_data => {
            return Err("the file is missing".to_owned());
        }
        Ok(0) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return private_file(file)
                .map(drop)
                .map_err(|error| error.to_string());
        }
        Ok(_) => {}
        Err(error) => return Err(error.to_string()),
    }
    let verdict = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .and_then(|file| integrity(&file));
    match verdict {
        Ok(None) => Ok(()),
        Ok(Some(fault)) => Err(fault),
        Err(error) => Err(error.to_string()),
    }
}

/// What SQLite finds wrong with a database, in one line: its pages, its rows, and whether each index
/// agrees with its table.
pub(crate) fn integrity(database: &Connection) -> rusqlite::Result<Option<String>> {
    let verdict: String = database.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    Ok((verdict != "ok").then(|| verdict.replace('\n', "; ")))
}

/// Removes items past their time to live, until `stop`.
pub(crate) async fn sweep(database: Database, deleted: Deleted, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(SWEEP))
        .await
        .is_some()
    {
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        match swept {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(_)) => deleted.note(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "items past their time to live could not be removed");
            }
        }
    }
}
