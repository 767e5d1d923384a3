//! Everything the converter is told about a document besides its bytes.

use jiff::Timestamp;

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
    /// Time of the first upload.
    pub created: Option<Timestamp>,
    /// Time of this upload; `updated` is derived from it only when later than `created`.
    pub updated: Option<Timestamp>,
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
}

/// The member's other documents and pictures, and the other members.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    pub documents: Vec<NoteDocument>,
    /// File name (as a document would write it) to absolute URL.
    pub files: Vec<(String, String)>,
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
