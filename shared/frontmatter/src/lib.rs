//! README in, frontmatter-rich Markdown out: pure, no I/O.

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
pub const CONVERTER: &str = "masthead/0.1.0";
pub fn convert(_i: &[u8], _c: &Context) -> Result<Output, Reject> {
    Err(Reject::TooLarge)
}
pub fn check(_i: &[u8]) -> Result<(), Reject> {
    Ok(())
}
impl std::str::FromStr for Themes {
    type Err = Reject;
    fn from_str(_s: &str) -> Result<Self, Reject> {
        Ok(Self::default())
    }
}
pub mod slug {
    pub fn for_upload(f: &str, _g: Option<&str>) -> String {
        f.to_owned()
    }
    pub fn file_stem(f: &str) -> String {
        f.to_owned()
    }
}
