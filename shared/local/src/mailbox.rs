//! Letters that were sent: on this machine they end in a folder.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::folder::{self, MAIL};

const SUFFIX: &str = ".eml";
/// How many letters are kept: the newest.
const MOST: usize = 500;

/// The folder of the letters. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox(PathBuf);

impl Mailbox {
    /// The one in a data folder, made where there is none.
    pub(crate) fn open(data: &Path) -> io::Result<Self> {
        let path = data.join(MAIL);
        folder::make(&path)?;
        Ok(Self(path))
    }

    /// Keeps a letter as `<time>-<id>.eml`, readable by its owner only.
    pub(crate) async fn put(&self, letter: Vec<u8>, id: &str) -> io::Result<()> {
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%S.%6fZ");
        let name = format!("{time}-{id}{SUFFIX}");
        let own = self.clone();
        aside(move || {
            // `tempfile` makes it with mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(&own.0)?;
            file.write_all(&letter)?;
            file.as_file().sync_all()?;
            file.persist(own.0.join(name))?;
            let names = own.list()?;
            let too_many = names.len().saturating_sub(MOST);
            for name in names.iter().take(too_many) {
                match std::fs::remove_file(own.0.join(name)) {
                    // Another letter came at the same moment.
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            Ok(())
        })
        .await
    }

    /// The names of the letters, oldest first.
    pub(crate) async fn names(&self) -> io::Result<Vec<String>> {
        let own = self.clone();
        aside(move || own.list()).await
    }

    /// The letters, oldest first.
    pub(crate) async fn letters(&self) -> io::Result<Vec<Vec<u8>>> {
        let own = self.clone();
        aside(move || {
            let names = own.list()?.into_iter();
            names.map(|name| std::fs::read(own.0.join(name))).collect()
        })
        .await
    }

    /// A letter by its name; `None` where there is none of that name.
    pub(crate) async fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        if !is_name(name) {
            return Ok(None);
        }
        let path = self.0.join(name);
        let read = aside(move || std::fs::read(path)).await;
        match read {
            Ok(letter) => Ok(Some(letter)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            names.extend(entry?.file_name().into_string().ok());
        }
        names.retain(|name| is_name(name));
        names.sort();
        Ok(names)
    }
}

/// Whether a letter may be called so: nothing that climbs, and nothing hidden.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    name.ends_with(SUFFIX) && !name.starts_with('.') && name.bytes().all(is_plain)
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn letters_are_kept_for_their_owner_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        for number in 0..MOST + 2 {
            let put = mailbox.put(number.to_string().into_bytes(), "ab");
            put.await.unwrap();
        }
        let letters = mailbox.letters().await.unwrap();
        assert_eq!(letters.len(), MOST);
        assert_eq!(letters.first().unwrap(), b"2");
        assert_eq!(letters.last().unwrap(), (MOST + 1).to_string().as_bytes());
        let names = mailbox.names().await.unwrap();
        let read = mailbox.read(&names[0]).await.unwrap();
        assert_eq!(read.as_deref(), Some(b"2".as_slice()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = folder.path().join(MAIL);
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o700);
            assert_eq!(mode(&path.join(&names[0])), 0o600);
        }
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        std::fs::write(folder.path().join("x.eml"), "x").unwrap();
        for name in [
            "../x.eml",
            "..",
            "",
            "x",
            ".eml",
            "a/b.eml",
            "a\\b.eml",
            "a%2fb.eml",
            "y.eml",
        ] {
            assert_eq!(mailbox.read(name).await.unwrap(), None, "{name}");
        }
    }
}
