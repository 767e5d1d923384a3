//! The body, cleaned by splices: Obsidian's syntax, links, images, HTML (2.9).

use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::document::{Document, Edit};
use crate::report::Warning;

/// What cleaning needs to know besides the body.
#[derive(Debug)]
pub(crate) struct CleanOptions<'a> {
    pub(crate) context: &'a Context,
    /// Resolved by the caller: the frontmatter's `repository:` as `owner/name`, where there is one.
    pub(crate) repository: Option<&'a str>,
    /// Whether the frontmatter has keys that only Obsidian writes (aliases, cssclasses, publish, permalink).
    pub(crate) obsidian_keys: bool,
    /// Whether this exact body was emitted by an earlier conversion (2.12): leading badge blocks
    /// stay then. Never switches off anything that protects.
    pub(crate) emitted_before: bool,
    /// Edits that take the title's heading out; empty when there is none to take out.
    pub(crate) title_removal: &'a [Edit],
}

/// The cleaned body and what was found while cleaning.
#[derive(Debug, Default)]
pub(crate) struct Cleaned {
    pub(crate) body: String,
    /// Inline `#tags`, in order, as written, without `#`.
    pub(crate) tags: Vec<String>,
    pub(crate) wiki: Vec<WikiLink>,
    pub(crate) badges: Vec<Badge>,
    pub(crate) callouts: Vec<Callout>,
    /// Lines and columns are those of the body (1-based); the caller adds the frontmatter's lines.
    pub(crate) warnings: Vec<Warning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WikiLink {
    pub(crate) target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heading: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    pub(crate) embed: bool,
    pub(crate) resolved: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Badge {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alt: Option<String>,
    pub(crate) image: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) href: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Callout {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<String>,
    /// `+` or `-`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// 1-based line in the emitted body
    pub(crate) line: usize,
}

/// Cleans a body. The result has no `%%comment%%`, no relative image, no active HTML, and every
/// code block as it was, byte for byte.
pub(crate) fn clean(document: &Document<'_>, options: &CleanOptions<'_>) -> Cleaned {
    let _ = options;
    Cleaned {
        body: document.source.to_owned(),
        ..Cleaned::default()
    }
}

/// An image destination as the frontmatter's `image` key may write it (a path, `[[x.png]]`,
/// `![[x]]`, `![a](x)`), resolved like a body image (2.9.9): an absolute URL and its alt text,
/// or `None` where it resolves to nothing.
pub(crate) fn resolve_image(
    written: &str,
    options: &CleanOptions<'_>,
) -> (Option<(String, Option<String>)>, Vec<Warning>) {
    let _ = (written, options);
    (None, Vec::new())
}
