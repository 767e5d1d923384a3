//! Markdown and the HTML in it as they are read, without a word on what should become of them.

pub(crate) mod decode;
mod document;
pub(crate) mod html_tokens;
pub(crate) mod lines;
pub(crate) mod text;

pub(crate) use document::{Document, Edit, Event, Tag};
