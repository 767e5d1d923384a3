//! The data folder: made, emptied, locked.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{Options, StartError};

/// The file whose lock says that a process uses the folder.
const LOCK: &str = "lock";
/// What is in a data folder; `--reset` removes this and nothing else.
pub(crate) const OBJECTS: &str = "s3";
pub(crate) const DATABASE: &str = "dynamodb.sqlite";
pub(crate) const JWT_KEYS: &str = "jwt_keys.json";
/// The file of a data folder that holds the build key, which a site's build says what it read with.
pub const BUILD_KEY: &str = "build_key";

/// A data folder in use by this process, until it is dropped.
pub(crate) struct Folder {
    path: PathBuf,
    lasting: bool,
    /// Held for its lock.
    _lock: File,
    /// Held for its end, which removes a folder that nobody asked to keep.
    _temporary: Option<TempDir>,
}

impl Folder {
    pub(crate) fn open(options: &Options) -> Result<Self, StartError> {
        let temporary = match options.data {
            Some(_) => None,
            None => Some(temporary()?),
        };
        let asked = options.data.as_deref();
        let path = asked
            .or(temporary.as_ref().map(TempDir::path))
            .unwrap_or(Path::new("."))
            .to_owned();
        let unusable = |reason| StartError::Folder {
            folder: path.clone(),
            reason,
        };
        std::fs::create_dir_all(&path).map_err(unusable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::FolderInUse(path)),
            Err(TryLockError::Error(reason)) => return Err(unusable(reason)),
        }
        if options.reset {
            empty(&path).map_err(unusable)?;
        }
        // A folder that can't be written is found out now, not by the first upload.
        tempfile::tempfile_in(&path).map_err(unusable)?;
        std::fs::create_dir_all(path.join(OBJECTS)).map_err(unusable)?;
        Ok(Self {
            path,
            lasting: options.data.is_some(),
            _lock: lock,
            _temporary: temporary,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the data is to outlive the process.
    pub(crate) fn is_lasting(&self) -> bool {
        self.lasting
    }
}

fn temporary() -> Result<TempDir, StartError> {
    let made = tempfile::Builder::new().prefix("masthead-").tempdir();
    made.map_err(|reason| StartError::Folder {
        folder: std::env::temp_dir(),
        reason,
    })
}

/// Removes what a stack keeps in its folder, so that a wrong `--data` costs no other files.
fn empty(path: &Path) -> io::Result<()> {
    gone(std::fs::remove_dir_all(path.join(OBJECTS)))?;
    for suffix in ["", "-wal", "-shm"] {
        gone(std::fs::remove_file(
            path.join(format!("{DATABASE}{suffix}")),
        ))?;
    }
    for keys in [JWT_KEYS, BUILD_KEY] {
        gone(std::fs::remove_file(path.join(keys)))?;
    }
    Ok(())
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            Ok(())
        } else {
            Err(error)
        }
    })
}
