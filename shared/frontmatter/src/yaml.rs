//! YAML as js-yaml 4 reads it, every plain scalar with its own spelling (2.3).

pub(crate) mod bare;
mod brackets;
mod converted;
mod node;
mod read;
mod repair;
mod resolve;
mod typed;
pub(crate) mod write;

pub(crate) use node::{Node, Scalar, is_dangerous};
pub(crate) use read::{Document, Entry, MAX_NODES, Unreadable, read, read_up_to};
pub(crate) use repair::read_or_repair;
pub(crate) use resolve::{Resolved, differs_between_versions, resolve};
pub(crate) use typed::{MAX_KEY_WORDS, is_key_with};

/// What is known of keys, which lines are mended by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// Whether a key is one that is read, however it is spelled.
    pub(crate) is_key: fn(&str) -> bool,
    /// Whether a key holds text, which may begin with a bracket.
    pub(crate) is_text: fn(&str) -> bool,
    /// Whether a key holds tags, which may begin with the sign of a comment.
    pub(crate) holds_tags: fn(&str) -> bool,
    /// Most nodes of the block.
    pub(crate) max_nodes: usize,
}
