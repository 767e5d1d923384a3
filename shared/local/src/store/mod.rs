//! The object store behind the S3 port: an index in SQLite that says what is, and bodies in files
//! that never change.
//!
//! `s3s-fs` checks a condition, writes the object and saves its `ETag` in separate steps, has no
//! versions, and can't hold the keys `a` and `a/b` side by side. So it only ever receives bodies
//! under names of their own. What is current is one row, written in one transaction together with
//! the notification it causes: a kill at any moment leaves either all of a change or nothing of it,
//! two conditional writes can't both win, and an `ETag` is always that of its own bytes.

mod bodies;
pub(crate) mod change;
pub(crate) mod index;
pub(crate) mod listing;
pub(crate) mod messages;
mod schema;
mod sweep;
pub(crate) mod uploads;

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Notify;

use crate::Calls;
use crate::disk::{Complaint, Disk};
use crate::folder::INDEX;
use crate::queue::Lane;
use crate::tidy::Deleted;

pub(crate) use bodies::{Bodies, ByteRange};
pub(crate) use change::{Cause, Condition, NewBody};
pub(crate) use index::{Attributes, Version, find};
pub(crate) use listing::{Page, Request as ListRequest};
pub(crate) use uploads::Upload;

/// Why the store didn't do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no such bucket")]
    NoSuchBucket,
    #[error("there is no such object")]
    NoSuchKey,
    #[error("there is no such version")]
    NoSuchVersion,
    #[error("there is no such multipart upload")]
    NoSuchUpload,
    #[error("the bucket exists already")]
    BucketExists,
    #[error("the bucket is not empty")]
    BucketNotEmpty,
    #[error("the object is not as the condition demands")]
    PreconditionFailed,
    #[error("the index of the object store: {0}")]
    Index(#[from] rusqlite::Error),
    #[error("the index of the object store: {0}")]
    Attributes(#[from] serde_json::Error),
    #[error("a file of the object store: {0}")]
    File(#[from] std::io::Error),
    #[error("the index of the object store is no longer usable: a thread panicked while it wrote")]
    Poisoned,
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// The object store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    index: Arc<index::Index>,
    disk: Disk,
    deleted: Deleted,
    pub(crate) bodies: Arc<Bodies>,
    /// Counts what the ports are asked for.
    pub(crate) calls: Option<Calls>,
}

impl Store {
    /// Opens the store in `folder`, creating what is missing and removing what a kill left behind.
    ///
    /// Changes in the bucket `notifying` are queued as messages. `lasting` is false for a folder
    /// that nobody will look at again: then nothing is synced to the disk, and the index lives in
    /// memory.
    pub(crate) async fn open(folder: &Path, notifying: &str, lasting: bool) -> Result<Self> {
        let bodies = Arc::new(Bodies::open(&folder.join("bodies"), lasting)?);
        let file = lasting.then(|| folder.join(INDEX));
        let notifying = notifying.to_owned();
        let opened = Arc::clone(&bodies);
        let index = tokio::task::spawn_blocking(move || {
            if let Some(file) = &file {
                sweep::check_index(file, &opened)?;
            }
            let mut connection = schema::open(file.as_deref())?;
            sweep::sweep(&mut connection, &opened)?;
            Ok::<_, Error>(index::Index::new(connection, notifying))
        })
        .await
        .map_err(|_| Error::Poisoned)??;
        Ok(Self {
            index: Arc::new(index),
            disk: bodies.disk.clone(),
            deleted: Deleted::default(),
            bodies,
            calls: None,
        })
    }

    /// What the disk refused.
    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// What is to be told of deletions.
    pub(crate) fn deleted(&self) -> &Deleted {
        &self.deleted
    }

    /// Writes the index anew, without what was deleted from it.
    pub(crate) async fn vacuum(&self) -> Result<()> {
        self.read(|index| Ok(index.execute_batch("VACUUM")?)).await
    }

    /// What went wrong, noted where the disk is why.
    fn noted<T>(&self, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| self.disk.note(Complaint::of(error)))
    }

    /// Woken whenever messages were queued that may be of this lane.
    pub(crate) fn arrivals(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Now => &self.index.arrivals,
            Lane::Later => &self.index.later_arrivals,
        }
    }

    /// Runs `read` on the index, off the async threads.
    pub(crate) async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let index = Arc::clone(&self.index);
        let result = tokio::task::spawn_blocking(move || read(&*index.connection()?))
            .await
            .map_err(|_| Error::Poisoned)?;
        self.noted(result)
    }

    /// Runs `write` in one transaction, off the async threads. What it decides is durable when this
    /// returns, and is decided even if nobody waits for it any more.
    pub(crate) async fn write<T, F>(&self, write: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    {
        let index = Arc::clone(&self.index);
        let bodies = Arc::clone(&self.bodies);
        let deleted = self.deleted.clone();
        let result = tokio::task::spawn_blocking(move || {
            let (result, unreferenced, queued, erased) = {
                let mut connection = index.connection()?;
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let mut change = Change {
                    now_ns: index.tick(),
                    notifying: &index.notifying,
                    transaction,
                    unreferenced: Vec::new(),
                    queued: false,
                    erased: false,
                };
                let result = write(&mut change)?;
                change.transaction.commit()?;
                (result, change.unreferenced, change.queued, change.erased)
            };
            if queued {
                index.arrivals.notify_one();
                index.later_arrivals.notify_one();
            }
            if erased {
                deleted.note();
            }
            for body in unreferenced {
                bodies.remove(&body);
            }
            Ok(result)
        })
        .await
        .map_err(|_| Error::Poisoned)?;
        self.noted(result)
    }
}

/// One transaction on the index and what must follow its commit.
pub(crate) struct Change<'a> {
    transaction: Transaction<'a>,
    /// Nanoseconds since 1970; later than that of every earlier change.
    now_ns: u64,
    notifying: &'a str,
    unreferenced: Vec<String>,
    queued: bool,
    /// Whether something went that is to leave the file, too.
    erased: bool,
}
