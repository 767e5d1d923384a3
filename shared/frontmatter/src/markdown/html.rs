//! HTML within Markdown as the HTML standard reads it.

pub(crate) mod entities;
pub(crate) mod serialise;
pub(crate) mod srcset;
pub(crate) mod steps;
pub(crate) mod tokens;
