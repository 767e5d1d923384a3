//! DynamoDB, by `dynoxide`: a SQLite file behind DynamoDB's own interface.

use std::path::Path;
use std::time::Duration;

use dynoxide::Database;
use rusqlite::{Connection, OpenFlags};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How often items past their time to live are removed.
const SWEEP: Duration = Duration::from_mins(1);

/// Opens the database in `file`, or in memory.
///
/// # Errors
/// The reason why the file can't be used.
pub(crate) fn open(file: Option<&Path>) -> Result<Database, String> {
    let database = match file {
        Some(file) => {
            check(file)?;
            let path = file
                .to_str()
                .ok_or("the path of the data folder is not UTF-8")?;
            Database::new(path)
        }
        None => Database::memory(),
    };
    database.map_err(|error| error.to_string())
}

/// Refuses a file that SQLite finds fault with.
fn check(file: &Path) -> Result<(), String> {
    if !file.exists() {
        return Ok(());
    }
    let verdict =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|file| {
            file.pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0))
        });
    match verdict {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(fault) => Err(fault),
        Err(error) => Err(error.to_string()),
    }
}

/// Answers requests on `listener` until `stop`; those under way are finished.
pub(crate) async fn serve(listener: TcpListener, database: Database, stop: CancellationToken) {
    let sweeping = tokio::spawn(sweep(database.clone(), stop.clone()));
    let served =
        dynoxide::server::serve_with_shutdown(listener, database, stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(error, "the DynamoDB port failed");
    }
    sweeping.abort();
}

async fn sweep(database: Database, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(SWEEP))
        .await
        .is_some()
    {
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        if let Ok(Err(error)) = swept {
            tracing::warn!(%error, "items past their time to live could not be removed");
        }
    }
}
