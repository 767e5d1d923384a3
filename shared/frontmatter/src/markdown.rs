//! Markdown and the HTML in it as they are read, without a word on what should become of them.

mod bodies;
pub(crate) mod definition;
mod document;
pub(crate) mod edits;
pub(crate) mod html;
pub(crate) mod lines;
pub(crate) mod money;
pub(crate) mod pairs;
pub(crate) mod percent;
pub(crate) mod places;
pub(crate) mod text;
pub(crate) mod url;
pub(crate) mod wikilink;

pub(crate) use bodies::Bodies;
pub(crate) use document::{Document, Event, Tag, behind_start, strains};
pub(crate) use edits::Edit;
