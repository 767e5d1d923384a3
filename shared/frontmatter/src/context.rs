//! Everything the converter is told about a document besides its bytes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization as _;

/// Inputs of one conversion besides the document (1.4).
///
/// All of it is plain data: the converter reads no clock, no network and no randomness.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The member's handle, `[a-z0-9-]`; empty when unknown (`masthead convert` without `--handle`).
    pub handle: String,
    /// The member's display name.
    pub name: String,
    /// Slug of the upload; empty for the member's own page.
    pub slug: String,
    /// File stem of the upload, or the member's name for README and index files.
    pub name_hint: Option<String>,
    /// The folder that the upload lies in, its names with `/` between them; empty at the top.
    pub folder: String,
    /// What the addresses of members' files begin with; empty where there are none. One of them leads to what the
    /// member's file is now, or to nothing: what is under an address goes with its version, and somebody else's
    /// goes when they want.
    pub files_base: String,
    /// Time of the first upload.
    pub created: Option<Timestamp>,
    /// Time of this upload; `updated` is derived from it only when later than `created`.
    pub updated: Option<Timestamp>,
    /// What time it is: what comes out by itself later than now is kept back. `None`: nobody says, and it is kept back whenever it
    /// comes out.
    pub now: Option<Timestamp>,
    /// Whether the upload says that the document comes out at its date, whatever the document says.
    pub schedule: bool,
    /// What the converter may link to.
    pub notes: Notes,
    /// Prefix of links to entries; `/` by default (`LINK_BASE`).
    pub link_base: String,
    /// Absolute URL under which the document's relative files exist, with a final `/`.
    pub asset_base: Option<String>,
    /// Which themes' aliases are emitted (`THEMES`).
    pub themes: Themes,
    /// Which dialect the body is read as.
    pub flavor: Flavor,
}

impl Context {
    /// The entry id of the document that is converted; `None` without a member's handle.
    pub(crate) fn entry_id(&self) -> Option<String> {
        match (self.handle.as_str(), self.slug.as_str()) {
            ("", _) => None,
            (handle, "") => Some(handle.to_owned()),
            (handle, slug) => Some(format!("{handle}/{slug}")),
        }
    }

    /// The address of a member's file as it is known, from how a document writes it: with another scheme, or without
    /// one. `None`: it is another address.
    pub(crate) fn address_of_file(&self, written: &str) -> Option<String> {
        let without_scheme = |address: &'_ str| -> Option<String> {
            let start = address.find("//")?;
            let is_web = matches!(
                address.get(..start)?.to_ascii_lowercase().as_str(),
                "" | "http:" | "https:"
            );
            is_web.then(|| address.get(start..).unwrap_or_default().to_owned())
        };
        let base = without_scheme(&self.files_base)?;
        let written = without_scheme(written)?;
        let begins = written.get(..base.len())?.eq_ignore_ascii_case(&base);
        begins.then(|| {
            format!(
                "{}{}",
                self.files_base,
                written.get(base.len()..).unwrap_or_default()
            )
        })
    }
}

/// A name as names are compared: NFC, lower case, no outer space.
pub fn fold(name: &str) -> String {
    name.trim().nfc().collect::<String>().to_lowercase()
}

/// A path in the composition in which paths are compared.
fn composed(path: &str) -> String {
    path.trim().nfc().collect()
}

/// The last name of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// One file of the member.
#[derive(Debug, Clone)]
struct File {
    /// In NFC.
    path: String,
    /// The path, folded.
    folded: String,
    url: String,
}

/// Files of the member: their paths, and the absolute URLs that documents show or lead to.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// By their names, folded.
    by_name: BTreeMap<String, Vec<File>>,
    /// By the addresses that documents have of them, of this version or a former one.
    by_address: BTreeMap<String, String>,
}

impl FromIterator<(String, String)> for Files {
    /// Of two files with one path the first counts.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(files: I) -> Self {
        let mut by_name: BTreeMap<String, Vec<File>> = BTreeMap::new();
        let mut by_address = BTreeMap::new();
        for (path, url) in files {
            by_address.insert(url.clone(), url.clone());
            let folded = fold(&path);
            let name = base_name(&folded).to_owned();
            let path = composed(&path);
            by_name
                .entry(name)
                .or_default()
                .push(File { path, folded, url });
        }
        // The shortest path wins where nothing else decides.
        for files in by_name.values_mut() {
            files.sort_by_key(|file| (file.path.matches('/').count(), file.path.len()));
        }
        Self {
            by_name,
            by_address,
        }
    }
}

impl Files {
    /// The files, found by addresses as well: each with the URL that it leads to now.
    #[must_use]
    pub fn with_addresses(mut self, addresses: impl IntoIterator<Item = (String, String)>) -> Self {
        self.by_address.extend(addresses);
        self
    }

    /// The URL of the file that had this address. One that a file has now leads to itself: a link that was led to a
    /// file by its name is read once more.
    pub(crate) fn at(&self, address: &str) -> Option<&str> {
        self.by_address.get(address).map(String::as_str)
    }

    /// The URL of the file that a document means by `path`, which is `from_folder` from the top where it leads on
    /// from the document's folder; both are without dots. The path from the folder counts first, then that from the
    /// top, the end of a path, and the name alone; a whole path that is written so before one in another case.
    pub(crate) fn find(&self, from_folder: &str, path: &str) -> Option<&str> {
        let (exact, exact_from_folder) = (composed(path), composed(from_folder));
        let (path, from_folder) = (fold(path), fold(from_folder));
        let files = self.by_name.get(base_name(&path))?;
        let is_end = |known: &File| {
            let before = known.folded.strip_suffix(&path);
            before.is_some_and(|before| before.ends_with('/'))
        };
        let tries: [&dyn Fn(&File) -> bool; 6] = [
            &|known| known.path == exact_from_folder,
            &|known| known.folded == from_folder,
            &|known| known.path == exact,
            &|known| known.folded == path,
            &is_end,
            &|_| true,
        ];
        let found = tries
            .iter()
            .find_map(|fits| files.iter().find(|known| fits(known)));
        found.map(|file| file.url.as_str())
    }
}

/// What a document asks for, folded, whether or not there is any such thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Names of documents and members.
    pub names: Vec<String>,
    /// Names of files, with their endings and without folders.
    pub files: Vec<String>,
    /// Addresses of members' files, which begin as [`Context::files_base`] says, without what follows `?` or `#`.
    pub addresses: Vec<String>,
}

impl References {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.files.is_empty() && self.addresses.is_empty()
    }
}

/// The member's other documents and pictures, and the other members.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    pub documents: Vec<NoteDocument>,
    pub files: Files,
    pub members: Vec<NoteMember>,
}

#[derive(Debug, Clone, Default)]
pub struct NoteDocument {
    /// Path or stem under which other documents name it, without `.md`.
    pub path: String,
    pub title: String,
    pub aliases: Vec<String>,
    /// Entry id, such as `jane-doe/flask-backend`.
    pub entry_id: String,
}

#[derive(Debug, Clone, Default)]
pub struct NoteMember {
    pub handle: String,
    pub name: String,
}

/// The dialect of a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Flavor {
    #[default]
    Auto,
    GitHub,
    Obsidian,
}

/// Themes whose aliases are emitted (3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Themes(pub Vec<String>);

impl Default for Themes {
    fn default() -> Self {
        Self(vec!["starlight".to_owned(), "blog".to_owned()])
    }
}
