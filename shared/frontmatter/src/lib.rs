//! README in, frontmatter-rich Markdown out: pure, no I/O.

mod badge;
mod clean;
mod context;
mod derived;
mod description;
mod document;
mod report;
mod slugger;
mod title;

pub use context::{Context, Flavor, NoteDocument, NoteMember, Notes, Themes};
pub use report::{Field, Source, Warning};

/// Largest README, in bytes.
pub const MAX_README_BYTES: usize = 1024 * 1024;

/// A converted document.
#[derive(Debug)]
pub struct Output {
    /// The whole file: frontmatter and body.
    pub bytes: Vec<u8>,
    /// The emitted frontmatter as JSON.
    pub meta: serde_json::Value,
    /// Each emitted schema field with its source.
    pub fields: Vec<Field>,
    pub warnings: Vec<Warning>,
    /// Whether the author keeps the document private.
    pub draft: bool,
}

/// Why a file can't be converted at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    #[error("The file is larger than 1 MiB.")]
    TooLarge,
    #[error("The file is not UTF-8 text: byte {offset} (line {line}) can't be read.")]
    NotUtf8 { offset: usize, line: usize },
}
