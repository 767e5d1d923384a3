//! The data folder: made, emptied, locked.

use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{Options, StartError};

/// The file whose lock says that a process uses the folder.
const LOCK: &str = "lock";
/// What a start needs of the disk, in bytes: SQLite's journals are files of their own.
const ROOM_BYTES: usize = 256 * 1024;
/// What is in a data folder; `--reset` removes this and nothing else.
pub(crate) const OBJECTS: &str = "s3";
/// The index of the objects, in their folder.
pub(crate) const INDEX: &str = "index.sqlite";
pub(crate) const DATABASE: &str = "dynamodb.sqlite";
pub(crate) const JWT_KEYS: &str = "jwt_keys.json";
/// The file that keeps the password which was made for the demo member.
pub const DEMO_PASSWORD: &str = "demo-password";
/// What requests to S3 and DynamoDB are signed with: an access key's id and its secret.
pub(crate) const STORE_KEYS: &str = "store_keys";
/// Letters that were sent, as files.
pub(crate) const MAIL: &str = "mail";
/// How members reach the site of the stack that was started last, and what it is called.
pub(crate) const SITE: &str = "site";
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
        make(&path).map_err(unusable)?;
        let lock = private_file(&path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::FolderInUse(path)),
            Err(TryLockError::Error(reason)) => return Err(unusable(reason)),
        }
        if options.reset {
            empty(&path).map_err(unusable)?;
        }
        // A folder that can't be written is found out now, not by the first upload.
        tempfile::tempfile_in(&path)
            .and_then(|mut file| file.write_all(&vec![0; ROOM_BYTES]))
            .map_err(unusable)?;
        make(&path.join(OBJECTS)).map_err(unusable)?;
        match tighten(&path) {
            Ok(false) => {}
            Ok(true) => tracing::info!(
                "others could read the data in {}: now only its owner can",
                path.display()
            ),
            // Somebody else's folder, or a file system without modes.
            Err(error) => tracing::warn!(
                "others may be able to read the data in {}: {error}",
                path.display()
            ),
        }
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

    /// Whether a stack has kept objects here: what then is empty or missing was lost.
    pub(crate) fn has_data(&self) -> bool {
        let index = std::fs::metadata(self.path.join(OBJECTS).join(INDEX));
        index.is_ok_and(|index| index.len() > 0)
    }

    /// Whether the data is to outlive the process.
    pub(crate) fn is_lasting(&self) -> bool {
        self.lasting
    }
}

/// Makes a folder, and those it is in, for its owner alone.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file for writing, made for its owner alone where it isn't there.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes every right to a file away from everybody but its owner. Where the file system has no modes,
/// the folder it lies in says who may read it.
pub(crate) fn make_private(file: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if let Err(error) = file.set_permissions(std::fs::Permissions::from_mode(0o600)) {
            tracing::debug!(%error, "a file keeps its mode");
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// Takes every right to what is a stack's in `folder` away from everybody but its owner, and says
/// whether there was one to take. The folder itself is left as it is where it holds something else,
/// too: it may be somebody's project.
#[cfg(unix)]
fn tighten(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut tightened = false;
    let mut only_ours = true;
    let mut left = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(is_ours) {
            left.push(entry.path());
        } else {
            only_ours = false;
        }
    }
    let mut tighten = |path: &Path, is_folder: bool| -> io::Result<()> {
        let mode = std::fs::symlink_metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            let own = if is_folder { 0o700 } else { 0o600 };
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(own))?;
            tightened = true;
        }
        Ok(())
    };
    if only_ours {
        tighten(folder, true)?;
    }
    while let Some(path) = left.pop() {
        let kind = std::fs::symlink_metadata(&path)?.file_type();
        if kind.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                left.push(entry?.path());
            }
        }
        // What a link leads to is not the stack's.
        if kind.is_dir() || kind.is_file() {
            tighten(&path, kind.is_dir())?;
        }
    }
    Ok(tightened)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn tighten(_: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Whether a stack keeps a file or folder of this name in its folder.
#[cfg(unix)]
fn is_ours(name: &str) -> bool {
    [
        OBJECTS,
        LOCK,
        JWT_KEYS,
        BUILD_KEY,
        SITE,
        STORE_KEYS,
        DEMO_PASSWORD,
        MAIL,
    ]
    .contains(&name)
        || name.starts_with(DATABASE)
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
    for folder in [OBJECTS, MAIL] {
        gone(std::fs::remove_dir_all(path.join(folder)))?;
    }
    for suffix in ["", "-wal", "-shm"] {
        gone(std::fs::remove_file(
            path.join(format!("{DATABASE}{suffix}")),
        ))?;
    }
    for keys in [JWT_KEYS, BUILD_KEY, STORE_KEYS] {
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
