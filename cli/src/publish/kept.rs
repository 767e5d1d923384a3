//! What is kept on this machine between two runs, in files that only their owner reads: tokens, one for each member of a
//! server, and for each folder where it is published and what was.
//!
//! What was published is noted here and not told from the server's list: there a document says its folder's name and its
//! own, and two folders of one member, on two machines, may hold the same. Deleting what is only *probably* from here
//! would lose somebody's document.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::files::{Denied, Sent};
use super::folder::sha256;
use super::plan::{Published, Remote};

/// The folder where it all is.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
}

/// A session.
#[derive(Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) token: String,
    /// Unix seconds.
    pub(super) expires_at: u64,
}

/// A member of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) url: String,
    pub(super) email: String,
}

/// What is remembered of a folder.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// For whoever looks into the file: the folder that it is about.
    folder: PathBuf,
    /// As whom it was published last.
    pub(super) account: Option<Account>,
    /// Which documents each account has of it.
    published: Vec<(Account, Vec<Published>)>,
    /// Which files; several for one path while it isn't known which of them arrived.
    #[serde(default)]
    sent: Vec<(Account, Vec<Sent>)>,
    /// Which files the server didn't take, one for each path.
    #[serde(default)]
    denied: Vec<(Account, Vec<Denied>)>,
}

impl Record {
    pub(super) fn published(&self, account: &Account) -> &[Published] {
        let found = self.published.iter().find(|(of, _)| of == account);
        found.map_or(&[], |(_, published)| published)
    }

    pub(super) fn sent(&self, account: &Account) -> &[Sent] {
        let found = self.sent.iter().find(|(of, _)| of == account);
        found.map_or(&[], |(_, sent)| sent)
    }

    pub(super) fn denied(&self, account: &Account) -> &[Denied] {
        let found = self.denied.iter().find(|(of, _)| of == account);
        found.map_or(&[], |(_, denied)| denied)
    }

    /// Notes that the server didn't take a file, so that it isn't sent again as it is.
    pub(super) fn deny_file(&mut self, account: &Account, new: Denied) {
        note(&mut self.denied, account, |denied| {
            denied.retain(|it| it.file.path != new.file.path);
            denied.push(new);
        });
    }

    /// Notes that a document is published, under this id and slug alone.
    pub(super) fn add(&mut self, account: &Account, new: Published) {
        self.remove(account, &new.slug);
        note(&mut self.published, account, |published| {
            published.push(new);
        });
    }

    /// Notes that of what a document may have been, this is what is there.
    pub(super) fn settle(&mut self, account: &Account, slug: &str, sha256: &str) {
        note(&mut self.published, account, |published| {
            for it in published.iter_mut().filter(|it| it.slug == slug) {
                it.digests = vec![sha256.to_owned()];
            }
        });
    }

    /// Notes where documents are by now that got another address on the server.
    pub(super) fn follow(&mut self, account: &Account, remotes: &[Remote]) {
        let of_account = self.published.iter_mut().find(|(of, _)| of == account);
        for it in of_account.into_iter().flat_map(|(_, published)| published) {
            it.follow(remotes);
        }
    }

    pub(super) fn remove(&mut self, account: &Account, slug: &str) {
        note(&mut self.published, account, |published| {
            published.retain(|it| it.slug != slug);
        });
    }

    /// Notes that a file may be sent; what was sent to its path before may still be there.
    pub(super) fn add_file(&mut self, account: &Account, new: Sent) {
        note(&mut self.sent, account, |sent| sent.push(new));
    }

    /// Notes that a file wasn't taken.
    pub(super) fn remove_file(&mut self, account: &Account, refused: &Sent) {
        note(&mut self.sent, account, |sent| {
            sent.retain(|it| it != refused);
        });
    }

    /// Notes what is at a path now: what was sent to it, or nothing from here.
    pub(super) fn settle_file(&mut self, account: &Account, path: &str, there: Option<&Sent>) {
        note(&mut self.sent, account, |sent| {
            sent.retain(|it| it.path != path || Some(it) == there);
        });
    }
}

/// Changes what is noted of an account.
fn note<T>(all: &mut Vec<(Account, Vec<T>)>, account: &Account, change: impl FnOnce(&mut Vec<T>)) {
    if let Some((_, noted)) = all.iter_mut().find(|(of, _)| of == account) {
        change(noted);
    } else {
        let mut noted = Vec::new();
        change(&mut noted);
        all.push((account.clone(), noted));
    }
}

impl Kept {
    /// In `given`, else in the system's folder for settings.
    pub(super) fn open(given: Option<PathBuf>) -> anyhow::Result<Self> {
        let folder = match given {
            Some(folder) => folder,
            None => etcetera::choose_base_strategy()
                .context("there is no home folder to keep settings in; name one by --config")?
                .config_dir()
                .join("masthead"),
        };
        Ok(Self { folder })
    }

    fn session_file(&self, account: &Account) -> PathBuf {
        let name = sha256(format!("{} {}", account.url, account.email).as_bytes());
        self.folder.join("tokens").join(format!("{name}.json"))
    }

    fn record_file(&self, folder: &Path) -> PathBuf {
        let name = sha256(folder.as_os_str().as_encoded_bytes());
        self.folder.join("folders").join(format!("{name}.json"))
    }

    /// The session that was kept, unless it is over.
    pub(super) fn session(&self, account: &Account, now: u64) -> anyhow::Result<Option<Session>> {
        let kept: Option<Session> = read(&self.session_file(account))?;
        Ok(kept.filter(|session| session.expires_at > now))
    }

    pub(super) fn keep_session(&self, account: &Account, session: &Session) -> anyhow::Result<()> {
        write(&self.session_file(account), session)
    }

    /// What is remembered of the folder at `folder`, a path without links.
    pub(super) fn record(&self, folder: &Path) -> anyhow::Result<Record> {
        let kept: Option<Record> = read(&self.record_file(folder))?;
        Ok(kept.unwrap_or_else(|| Record {
            folder: folder.to_owned(),
            ..Record::default()
        }))
    }

    pub(super) fn keep_record(&self, record: &Record) -> anyhow::Result<()> {
        write(&self.record_file(&record.folder), record)
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Option<T>> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("{} can't be read", file.display()));
        }
    };
    let value = serde_json::from_slice(&text);
    value.with_context(|| format!("{} is damaged; delete it", file.display()))
}

/// Writes a file whole or not at all, for its owner alone.
fn write(file: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    let unwritable = || format!("{} can't be written", file.display());
    let folder = file.parent().unwrap_or(file);
    private_folder(folder).with_context(unwritable)?;
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let text = serde_json::to_vec(value)?;
    let written = private_file(&beside)
        .and_then(|mut opened| opened.write_all(&text))
        .and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // Whatever is left of it may hold a token.
        let _gone = fs::remove_file(&beside);
    }
    written.with_context(unwritable)
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file(file: &Path) -> std::io::Result<fs::File> {
    // What an ended run left has the rights that it has.
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

#[cfg(test)]
mod tests {
    use super::super::folder::Id;
    use super::*;

    fn account(email: &str) -> Account {
        Account {
            url: "https://club.example".to_owned(),
            email: email.to_owned(),
        }
    }

    #[test]
    fn sessions_are_their_owner_s_alone_and_end() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::open(Some(folder.path().join("settings"))).unwrap();
        let (jo, ann) = (account("jo@club.example"), account("ann@club.example"));
        let session = Session {
            token: "a.b.c".to_owned(),
            expires_at: 100,
        };
        kept.keep_session(&jo, &session).unwrap();
        kept.keep_session(&jo, &session).unwrap();
        let of = |account, now| kept.session(account, now).unwrap().map(|it| it.token);
        assert_eq!(of(&jo, 99).as_deref(), Some("a.b.c"));
        assert_eq!((of(&jo, 100), of(&ann, 0)), (None, None));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = kept.session_file(&jo);
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&file), 0o600);
            assert_eq!(mode(file.parent().unwrap()), 0o700);
            assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        }
    }

    #[test]
    fn each_folder_and_account_has_what_was_published_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::open(Some(folder.path().to_owned())).unwrap();
        let (jo, ann) = (account("jo@club.example"), account("ann@club.example"));
        let published = |slug: &str, name: &str| Published {
            id: Id::new("notes", name),
            slug: slug.to_owned(),
            digests: Vec::new(),
        };
        let vault = Path::new("/vault");
        let mut record = kept.record(vault).unwrap();
        record.add(&jo, published("a", "a.md"));
        record.add(&jo, published("b", "b.md"));
        record.add(&jo, published("a", "other.md"));
        record.remove(&jo, "b");
        let sent = |path: &str, sha256: &str| Sent {
            path: path.to_owned(),
            sha256: sha256.to_owned(),
        };
        for one in [
            ("a.png", "1"),
            ("a.png", "2"),
            ("b.png", "3"),
            ("b.png", "4"),
        ] {
            record.add_file(&jo, sent(one.0, one.1));
        }
        record.remove_file(&jo, &sent("b.png", "4"));
        record.account = Some(jo.clone());
        kept.keep_record(&record).unwrap();
        let again = kept.record(vault).unwrap();
        assert_eq!(again.account.as_ref(), Some(&jo));
        assert_eq!(again.published(&jo), [published("a", "other.md")]);
        assert!(again.published(&ann).is_empty() && again.sent(&ann).is_empty());
        let noted = [sent("a.png", "1"), sent("a.png", "2"), sent("b.png", "3")];
        assert_eq!(again.sent(&jo), noted);
        record.settle_file(&jo, "a.png", Some(&noted[1]));
        record.settle_file(&jo, "b.png", None);
        assert_eq!(record.sent(&jo), &noted[1..2]);
        let other = kept.record(Path::new("/other")).unwrap();
        assert!(other.account.is_none() && other.published(&jo).is_empty());
        fs::write(kept.record_file(vault), "{").unwrap();
        assert!(kept.record(vault).is_err());
    }
}
