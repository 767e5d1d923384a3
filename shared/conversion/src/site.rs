//! Where documents are converted: the stores that their names are looked up in, and how addresses begin.

use blobs::Blobs;
use frontmatter::Themes;
use members::Members;

/// What all documents of a site are converted with.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The bucket of what is published.
    pub content: &'a Blobs,
    pub members: &'a Members,
    /// Prefix of links to other entries (`LINK_BASE`).
    pub link_base: &'a str,
    pub themes: &'a Themes,
    /// Where pictures are public (`PUBLIC_URL`).
    pub public_url: &'a str,
}
