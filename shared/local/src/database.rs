//! DynamoDB, by `dynoxide`: a SQLite file behind DynamoDB's own interface.

use std::path::Path;
use std::time::Duration;

use dynoxide::{Database, DynoxideError};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::environment::MEMBERS_TABLE;

/// How often items past their time to live are removed.
const SWEEP: Duration = Duration::from_secs(60);

/// Opens the database in `file`, or in memory, and makes the members table where it is missing.
///
/// # Errors
/// The reason why the file can't be used.
pub(crate) fn open(file: Option<&Path>) -> Result<Database, String> {
    let database = match file {
        Some(file) => {
            check(file)?;
            let path = file.to_str().ok_or("the path of the data folder is not UTF-8")?;
            Database::new(path)
        }
        None => Database::memory(),
    };
    let database = database.map_err(|error| error.to_string())?;
    make_table(&database).map_err(|error| error.to_string())?;
    Ok(database)
}

/// Refuses a file that SQLite finds fault with.
fn check(file: &Path) -> Result<(), String> {
    if !file.exists() {
        return Ok(());
    }
    let verdict = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .and_then(|file| file.pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0)));
    match verdict {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(fault) => Err(fault),
        Err(error) => Err(error.to_string()),
    }
}

fn make_table(database: &Database) -> Result<(), DynoxideError> {
    let table = json!({
        "TableName": MEMBERS_TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "S" },
        ],
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
    });
    let time_to_live = json!({
        "TableName": MEMBERS_TABLE,
        "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true },
    });
    if database.get_table_metadata(MEMBERS_TABLE)?.is_some() {
        return Ok(());
    }
    let unread = |error: serde_json::Error| DynoxideError::ValidationException(error.to_string());
    database.create_table(serde_json::from_value(table).map_err(unread)?)?;
    database.update_time_to_live(serde_json::from_value(time_to_live).map_err(unread)?)?;
    Ok(())
}

/// Answers requests on `listener` until `stop`; those under way are finished.
pub(crate) async fn serve(listener: TcpListener, database: Database, stop: CancellationToken) {
    let sweeping = tokio::spawn(sweep(database.clone(), stop.clone()));
    let served = dynoxide::server::serve_with_shutdown(listener, database, stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(error, "the DynamoDB port failed");
    }
    sweeping.abort();
}

async fn sweep(database: Database, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        if let Ok(Err(error)) = swept {
            tracing::warn!(%error, "items past their time to live could not be removed");
        }
    }
}
