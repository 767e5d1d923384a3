//! YAML as js-yaml 4 reads it, every plain scalar with its own spelling (2.3).

mod brackets;
mod converted;
mod node;
mod read;
pub(crate) mod readback;
mod repair;
mod resolve;
mod typed;
pub(crate) mod write;

pub(crate) use node::{Node, Scalar, is_dangerous};
pub(crate) use read::{Document, Entry, Unreadable, read};
pub(crate) use repair::read_or_repair;
pub(crate) use resolve::{Resolved, differs_between_versions, resolve};
