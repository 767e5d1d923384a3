//! What was deleted leaves the data folder's files, too.
//!
//! SQLite keeps what was deleted for a while: in pages that are free, in the gaps of pages that were
//! split, and in its journal. `secure_delete` zeroes the first of the three alone. So a moment after a
//! deletion both databases are written anew and their journals emptied, as often as the time that this
//! takes allows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dynoxide::Database;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::folder::{DATABASE, INDEX, OBJECTS};
use crate::store::Store;

/// One removal deletes many times; the databases are written anew once for all of them.
const AFTER: Duration = Duration::from_secs(1);
/// The pause after writing anew is so many times as long as that took.
const PAUSE: u32 = 20;
/// After a failure, as where the disk is full.
const RETRY: Duration = Duration::from_mins(1);
/// How long a journal that somebody reads is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Whether something was deleted since the files were last written anew. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deleted(Arc<State>);

#[derive(Debug, Default)]
struct State {
    since: AtomicBool,
    noted: Notify,
}

impl Deleted {
    /// Notes that something was deleted, once the deletion is durable.
    pub(crate) fn note(&self) {
        self.0.since.store(true, Ordering::SeqCst);
        self.0.noted.notify_one();
    }
}

/// Whether a process that was killed left a journal in `folder`, which may hold what was deleted.
pub(crate) fn has_journal(folder: &Path) -> bool {
    files(folder).iter().any(|file| {
        let mut journal = file.clone().into_os_string();
        journal.push("-wal");
        std::fs::metadata(journal).is_ok_and(|journal| journal.len() > 0)
    })
}

/// Writes the databases in `folder` anew after deletions, until `stop`, and then once more where
/// something was deleted meanwhile.
pub(crate) async fn work(
    deleted: Deleted,
    store: Store,
    database: Database,
    folder: PathBuf,
    stop: CancellationToken,
) {
    loop {
        stop.run_until_cancelled(async {
            deleted.0.noted.notified().await;
            tokio::time::sleep(AFTER).await;
        })
        .await;
        let is_last = stop.is_cancelled();
        if deleted.0.since.swap(false, Ordering::SeqCst) {
            let started = Instant::now();
            let pause = match rewrite(&store, &database, &folder).await {
                Ok(()) => started.elapsed() * PAUSE,
                Err(error) => {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "what was deleted is still in the files of the data folder"
                    );
                    deleted.note();
                    RETRY
                }
            };
            stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
        if is_last {
            return;
        }
    }
}

async fn rewrite(store: &Store, database: &Database, folder: &Path) -> anyhow::Result<()> {
    store.vacuum().await?;
    let database = database.clone();
    let files = files(folder);
    tokio::task::spawn_blocking(move || {
        database.vacuum()?;
        files.iter().try_for_each(|file| empty_journal(file))
    })
    .await?
}

/// Moves what is in the journal of `file` into it, and leaves the journal empty.
fn empty_journal(file: &Path) -> anyhow::Result<()> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY)?;
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    anyhow::ensure!(!is_busy, "the journal of {} is in use", file.display());
    Ok(())
}

fn files(folder: &Path) -> [PathBuf; 2] {
    [folder.join(DATABASE), folder.join(OBJECTS).join(INDEX)]
}
