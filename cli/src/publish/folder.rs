//! The files of a folder: documents, and what they may show or lead to.

use std::fs::{self, DirEntry};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use blobs::layout::{base_name, parse_path};
use frontmatter::slug;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

/// Most files and folders that are looked at.
const MAX_ENTRIES: usize = 100_000;
/// Most documents.
const MAX_DOCUMENTS: usize = 5_000;
/// Deepest folder within the folder.
const MAX_DEPTH: usize = 32;
/// Folders of other people's and other programs' files, whose name doesn't begin with a dot, in lower case.
const FOREIGN: [&str; 7] = [
    "#recycle",
    "$recycle.bin",
    "@eadir",
    "__macosx",
    "lost+found",
    "node_modules",
    "system volume information",
];
/// Folders of earlier versions, which Logseq keeps in its folder of settings, in lower case.
const LOGSEQ_VERSIONS: [&str; 2] = ["bak", "version-files"];
/// Files that systems leave behind, in lower case.
const SYSTEM: [&str; 4] = ["desktop.ini", "ehthumbs.db", "icon\r", "thumbs.db"];

/// One Markdown file.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Where it is on this machine.
    pub(super) file: PathBuf,
    pub(super) id: Id,
    /// SHA-256 of what is in it, in hexadecimal; or why it can't be sent, as the end of a sentence.
    pub(super) digest: Result<String, String>,
}

/// What in the folder can't be read, or isn't: nobody knows what is in it, and what was sent of it isn't gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// From the top of the folder, names with `/` between them, in NFC.
    pub(super) path: String,
    /// Why, as the end of a sentence.
    pub(super) reason: String,
}

impl LeftOut {
    fn new(path: &str, reason: String) -> Self {
        Self {
            path: path.nfc().collect(),
            reason,
        }
    }

    /// Whether a file at this path, or what there may be of it, is that or lies in it.
    pub(super) fn holds(&self, path: &str) -> bool {
        let inner = path.strip_prefix(&*self.path);
        inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('/'))
    }
}

/// A file that is no document.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    /// Where it is on this machine.
    pub(super) file: PathBuf,
    /// From the top of the folder, names with `/` between them, in NFC.
    pub(super) path: String,
    /// Bytes.
    pub(super) size: u64,
    /// Why it can't be sent, as the end of a sentence.
    pub(super) fault: Option<String>,
}

/// By which a document is the same one again: the folder that it lies in within the member's own, and its file's name,
/// both in NFC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(super) struct Id {
    pub(super) path: String,
    pub(super) file_name: String,
}

impl Id {
    pub(super) fn new(path: &str, file_name: &str) -> Self {
        let nfc = |text: &str| text.nfc().collect();
        // Some browsers send the folders with the name.
        let file_name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        Self {
            path: nfc(path),
            file_name: nfc(file_name),
        }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.file_name),
            path => write!(f, "{path}/{}", self.file_name),
        }
    }
}

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In the order of their folders, those nearest the top first.
    pub(super) documents: Vec<Document>,
    /// Other files, such as pictures, in the order of their paths.
    pub(super) attachments: Vec<Attachment>,
    /// Symbolic links, which are not followed.
    pub(super) links: Vec<LeftOut>,
    /// What can't be read, or isn't on this machine.
    pub(super) left_out: Vec<LeftOut>,
    /// How many files and folders were looked at.
    looked_at: usize,
}

impl Found {
    /// Looks at a folder and those in it. A document may have `max_bytes`.
    ///
    /// # Errors
    /// The folder itself can't be read, or there is more in it than is looked at.
    pub(super) fn look(root: &Path, max_bytes: u64) -> anyhow::Result<Self> {
        let mut found = Self::default();
        // Whatever is opened later has to be where it was found, and no link on the way to it.
        let unreadable = || format!("the folder {} can't be read", root.display());
        let root = root.canonicalize().with_context(unreadable)?;
        let top = listed(&root);
        found.entries(top.with_context(unreadable)?, "", 0, max_bytes)?;
        let depth = |document: &Document| document.id.path.split('/').count();
        found.documents.sort_by(|a, b| {
            let depths = depth(a).cmp(&depth(b));
            // The top is no deeper than a folder in it, though neither holds a “/”.
            let tops = b.id.path.is_empty().cmp(&a.id.path.is_empty());
            tops.then(depths).then_with(|| a.id.cmp(&b.id))
        });
        found.attachments.sort_by(|a, b| a.path.cmp(&b.path));
        found.left_out.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn folder(
        &mut self,
        at: &Path,
        path: &str,
        depth: usize,
        max_bytes: u64,
    ) -> anyhow::Result<()> {
        match listed(at) {
            Ok(entries) => self.entries(entries, path, depth, max_bytes),
            Err(error) => {
                self.left_out.push(LeftOut::new(path, unreadable(&error)));
                Ok(())
            }
        }
    }

    fn entries(
        &mut self,
        entries: Vec<DirEntry>,
        path: &str,
        depth: usize,
        max_bytes: u64,
    ) -> anyhow::Result<()> {
        for entry in entries {
            self.looked_at += 1;
            if self.looked_at > MAX_ENTRIES {
                bail!(
                    "there are more than {MAX_ENTRIES} files and folders in the folder; publish one that is in it"
                );
            }
            self.entry(&entry, path, depth, max_bytes)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        entry: &DirEntry,
        path: &str,
        depth: usize,
        max_bytes: u64,
    ) -> anyhow::Result<()> {
        let written = entry.file_name();
        let name = written.to_string_lossy();
        let at = |name: &str| Id::new(path, name).to_string();
        if let Some(name) = name.strip_prefix('.') {
            // What macOS leaves in the place of a file whose bytes are in iCloud alone: the file is there.
            if let Some(name) = name.strip_suffix(".icloud") {
                let reason = "it is in iCloud and not on this machine".to_owned();
                self.left_out.push(LeftOut::new(&at(name), reason));
            }
            return Ok(());
        }
        // Of the entry itself, and not of what a symbolic link leads to.
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => {
                self.left_out
                    .push(LeftOut::new(&at(&name), unreadable(&error)));
                return Ok(());
            }
        };
        if kind.is_symlink() {
            self.links.push(LeftOut::new(&at(&name), String::new()));
        } else if kind.is_dir() {
            if is_foreign(path, &name) {
                return Ok(());
            }
            if depth >= MAX_DEPTH {
                bail!(
                    "{} is more than {MAX_DEPTH} folders deep",
                    entry.path().display()
                );
            }
            let inner = match path {
                "" => name.into_owned(),
                path => format!("{path}/{name}"),
            };
            self.folder(&entry.path(), &inner, depth + 1, max_bytes)?;
        } else if kind.is_file() && slug::is_markdown(&name) {
            if self.documents.len() >= MAX_DOCUMENTS {
                bail!(
                    "there are more than {MAX_DOCUMENTS} Markdown files in the folder; publish one that is in it"
                );
            }
            let id = Id::new(path, &name);
            let digest = name_fault(&id.to_string(), written.to_str())
                .map_or_else(|| digest(&entry.path(), max_bytes), Err);
            self.documents.push(Document {
                file: entry.path(),
                id,
                digest,
            });
        } else if kind.is_file() && !SYSTEM.contains(&&*name.to_lowercase()) {
            let path = Id::new(path, &name).to_string();
            let size = entry.metadata().map(|metadata| metadata.len());
            self.attachments.push(Attachment {
                file: entry.path(),
                fault: name_fault(&path, written.to_str())
                    .or_else(|| size.as_ref().err().map(unreadable)),
                size: size.unwrap_or_default(),
                path,
            });
        }
        Ok(())
    }
}

/// What is in a folder, and no more than is looked at.
fn listed(folder: &Path) -> std::io::Result<Vec<DirEntry>> {
    fs::read_dir(folder)?.take(MAX_ENTRIES + 1).collect()
}

/// Whether a folder called `name`, within that at `path`, holds another program's files.
fn is_foreign(path: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let is_version =
        LOGSEQ_VERSIONS.contains(&&*name) && base_name(path).eq_ignore_ascii_case("logseq");
    is_version || FOREIGN.contains(&&*name)
}

/// Why a file at this path can't be sent, whose name is `written` where it is Unicode.
fn name_fault(path: &str, written: Option<&str>) -> Option<String> {
    let Some(written) = written else {
        return Some("its name isn’t Unicode; rename the file or its folder".to_owned());
    };
    // Its path has another character in the place of these, or leaves out what is before them.
    let is_odd = |c: char| c.is_control() || c == '\\';
    if written.contains(is_odd) {
        return Some("its name holds a control character or “\\”; rename it".to_owned());
    }
    let reason = parse_path(path).err();
    reason.map(|reason| format!("its path can't be taken. {reason}"))
}

/// That a file can't be read, as the end of a sentence.
pub(super) fn unreadable(error: &std::io::Error) -> String {
    format!("it can't be read: {error}")
}

/// Why a file of more than `max_bytes` can't be sent.
pub(super) fn too_large(max_bytes: u64) -> String {
    let limit = match max_bytes / 1024 {
        kib if kib % 1024 == 0 => format!("{} MiB", kib / 1024),
        kib => format!("{kib} KiB"),
    };
    format!("it is larger than {limit}")
}

/// Opens a file that was found where it was found: no link is followed to it or on the way to it, and nothing is waited for that is
/// no file.
///
/// # Errors
/// The end of a sentence.
pub(super) fn open(file: &Path) -> Result<fs::File, String> {
    const NO_FILE: &str = "it is no file any more; say it again";
    let failed = |error| unreadable(&error);
    // Opening a link fails with words that nobody would understand.
    let kind = fs::symlink_metadata(file).map_err(failed)?.file_type();
    if !kind.is_file() {
        return Err(NO_FILE.to_owned());
    }
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    let opened = options.open(file).map_err(failed)?;
    let held = opened.metadata().map_err(failed)?;
    if !held.is_file() {
        return Err(NO_FILE.to_owned());
    }
    let place = file.canonicalize().map_err(failed)?;
    if place != file || !is_same(&held, &fs::symlink_metadata(&place).map_err(failed)?) {
        return Err("its folder is another one now; say it again".to_owned());
    }
    Ok(opened)
}

/// Whether two looks met the same file.
#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether two looks met the same file, as far as can be told.
#[cfg(not(unix))]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    one.len() == other.len() && one.modified().ok() == other.modified().ok()
}

/// What is in a file, unless it can't be sent or isn't any more what it was when its digest was made.
pub(super) fn read_again(
    file: &Path,
    max_bytes: u64,
    before: &Result<String, String>,
) -> Result<Vec<u8>, String> {
    let bytes = read(file, max_bytes)?;
    if before
        .as_ref()
        .is_ok_and(|before| *before == sha256(&bytes))
    {
        Ok(bytes)
    } else {
        Err("it was changed since it was looked at; say it again".to_owned())
    }
}

/// What is in a file, unless it can't be sent.
pub(super) fn read(file: &Path, max_bytes: u64) -> Result<Vec<u8>, String> {
    let opened = open(file)?;
    let mut bytes = Vec::new();
    let mut limited = opened.take(max_bytes + 1);
    let read = limited.read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > max_bytes {
        return Err(too_large(max_bytes));
    }
    if bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(bytes)
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

fn digest(file: &Path, max_bytes: u64) -> Result<String, String> {
    let bytes = read(file, max_bytes)?;
    frontmatter::check(&bytes).map_err(|reject| reject.to_string())?;
    Ok(sha256(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, name: &str, text: &str) {
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    #[test]
    fn documents_are_found_and_the_rest_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [
            "z.md",
            "README.md",
            "notes/Ko\u{308}ln ✅.markdown",
            "notes/robots/README.MD",
            "cat.png",
            "notes/LICENSE.txt",
            ".obsidian/app.md",
            ".git/x.md",
            "node_modules/x/README.md",
            "notes/.hidden.md",
        ] {
            write(root, name, "# Hi\n");
        }
        write(root, "large.md", &"x".repeat(2048));
        write(root, "empty.md", "");
        let found = Found::look(root, 1024).unwrap();
        let names: Vec<_> = found
            .documents
            .iter()
            .map(|document| (document.id.to_string(), document.digest.clone().err()))
            .collect();
        let fine = |name: &str| (name.to_owned(), None);
        assert_eq!(
            names,
            [
                fine("README.md"),
                ("empty.md".to_owned(), Some("it is empty".to_owned())),
                (
                    "large.md".to_owned(),
                    Some("it is larger than 1 KiB".to_owned())
                ),
                fine("z.md"),
                fine("notes/K\u{f6}ln ✅.markdown"),
                fine("notes/robots/README.MD"),
            ]
        );
        let others = found.attachments.iter();
        let others: Vec<_> = others.map(|it| (it.path.as_str(), it.size)).collect();
        assert_eq!(others, [("cat.png", 5), ("notes/LICENSE.txt", 5)]);
        assert!(found.links.is_empty());
    }

    /// The table that every program shares which publishes folders.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_kinds_of_files_are_those_of_the_table() {
        use super::super::kinds::Kind;
        let table: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/folders.json")).unwrap();
        let rows = table["kinds"].as_array().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for row in rows {
            write(folder.path(), row["path"].as_str().unwrap(), "# Hi\n");
        }
        let found = Found::look(folder.path(), 1024).unwrap();
        for row in rows {
            let (path, expected) = (row["path"].as_str().unwrap(), row["is"].as_str().unwrap());
            let file = folder.path().join(path);
            let note = found.documents.iter().find(|it| it.file == file);
            let other = found.attachments.iter().find(|it| it.file == file);
            let is = match (note, other) {
                (Some(note), _) if note.digest.is_ok() => "note",
                (Some(_), _) => "path",
                (None, Some(other)) if other.fault.is_some() => "path",
                (None, Some(other)) => Kind::of(base_name(&other.path)).called(),
                (None, None) if expected == "system" => "system",
                (None, None) => "hidden",
            };
            assert_eq!(is, expected, "{path:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(elsewhere.path(), "secret.md", "# Secret\n");
        write(folder.path(), "a.md", "# A\n");
        let link = |to: &Path, name: &str| {
            std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        };
        link(elsewhere.path(), "out");
        link(&elsewhere.path().join("secret.md"), "b.md");
        link(folder.path(), "round");
        let found = Found::look(folder.path(), 1024).unwrap();
        assert_eq!((found.documents.len(), found.links.len()), (1, 3));
        // Where they are is nothing gone.
        for path in ["b.md", "out/a.md"] {
            assert!(found.links.iter().any(|it| it.holds(path)), "{path}");
        }
    }

    /// A file that was found, and by then is a link, a pipe, another file or in another folder.
    #[cfg(unix)]
    #[test]
    fn what_was_found_is_opened_and_nothing_else() {
        use std::os::unix::fs::symlink;
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, outside) = (folder.path(), elsewhere.path());
        write(outside, "secret.md", "# Secret\n");
        for name in [
            "same.md",
            "link.md",
            "pipe.md",
            "folder.md",
            "edited.md",
            "in/secret.md",
        ] {
            write(root, name, "# Hi\n");
        }
        let found = Found::look(root, 1024).unwrap();
        let swap = |name: &str| {
            fs::remove_file(root.join(name)).unwrap();
            root.join(name)
        };
        symlink(outside.join("secret.md"), swap("link.md")).unwrap();
        let mut make = std::process::Command::new("mkfifo");
        assert!(make.arg(swap("pipe.md")).status().unwrap().success());
        fs::create_dir(swap("folder.md")).unwrap();
        write(root, "edited.md", "# Ho\n");
        fs::remove_dir_all(root.join("in")).unwrap();
        symlink(outside, root.join("in")).unwrap();
        let again = found.documents.iter().map(|it| {
            let read = read_again(&it.file, 1024, &it.digest);
            (it.id.to_string(), read.err().unwrap_or_default())
        });
        let again: Vec<(String, String)> = again.collect();
        let again: Vec<(&str, &str)> = again.iter().map(|(a, b)| (&**a, &**b)).collect();
        let no_file = "it is no file any more; say it again";
        assert_eq!(
            again,
            [
                (
                    "edited.md",
                    "it was changed since it was looked at; say it again"
                ),
                ("folder.md", no_file),
                ("link.md", no_file),
                ("pipe.md", no_file),
                ("same.md", ""),
                (
                    "in/secret.md",
                    "its folder is another one now; say it again"
                ),
            ]
        );
    }

    #[test]
    fn a_folder_that_can_t_be_read_is_left_out_and_the_rest_is_found() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.md", "# A\n");
        // Whoever runs the tests may read everything that is there.
        let away = folder.path().join("away");
        let mut found = Found::look(folder.path(), 1024).unwrap();
        found.folder(&away, "Ko\u{308}ln", 1, 1024).unwrap();
        assert_eq!(found.documents.len(), 1);
        let left_out: Vec<&str> = found.left_out.iter().map(|it| &*it.path).collect();
        assert_eq!(left_out, ["K\u{f6}ln"]);
        assert!(found.left_out[0].reason.starts_with("it can't be read: "));
        assert!(Found::look(&away, 1024).is_err());
    }

    #[test]
    fn a_folder_that_can_t_be_read_holds_what_is_below_it() {
        let left_out = LeftOut {
            path: "a/b".to_owned(),
            reason: String::new(),
        };
        let is_held = [
            "a/b",
            "a/b/c.md",
            "a/b/c/d.md",
            "a/b.md",
            "a/bc/d.md",
            "a/c.md",
            "b/c.md",
        ]
        .map(|path| left_out.holds(path));
        assert_eq!(is_held, [true, true, true, false, false, false, false]);
    }

    #[test]
    fn what_is_in_i_cloud_alone_is_left_out_and_not_gone() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "notes/.Trip.md.icloud", "bplist00");
        write(folder.path(), "notes/.hidden.md", "# Hi\n");
        let found = Found::look(folder.path(), 1024).unwrap();
        let left_out: Vec<&str> = found.left_out.iter().map(|it| &*it.path).collect();
        assert_eq!(left_out, ["notes/Trip.md"]);
        assert!(found.left_out[0].holds("notes/Trip.md"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_can_t_be_sent_are_told() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        for name in [&b"a\\b.md"[..], b"c\nd.md", b"\xff.md"] {
            let file = folder.path().join(std::ffi::OsStr::from_bytes(name));
            fs::write(file, "# Hi\n").unwrap();
        }
        for name in [&b"a\\b.png"[..], b"c\nd.png", b"\xff.png", b" a.png"] {
            let file = folder.path().join(std::ffi::OsStr::from_bytes(name));
            fs::write(file, "a picture").unwrap();
        }
        let found = Found::look(folder.path(), 1024).unwrap();
        assert_eq!(found.documents.len(), 3);
        assert!(found.documents.iter().all(|it| it.digest.is_err()));
        assert_eq!(found.attachments.len(), 4);
        assert!(found.attachments.iter().all(|it| it.fault.is_some()));
    }
}
