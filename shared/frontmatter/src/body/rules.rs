//! What becomes of a body, one rule a file: each adds its edits to the splice of a round (2.9).

pub(crate) mod agreed;
pub(crate) mod angles;
pub(crate) mod badges;
pub(crate) mod blanks;
pub(crate) mod breaks;
pub(crate) mod callouts;
pub(crate) mod displays;
pub(crate) mod dollars;
pub(crate) mod elements;
pub(crate) mod label_tags;
pub(crate) mod labels;
pub(crate) mod lazy;
pub(crate) mod link_brackets;
pub(crate) mod links;
pub(crate) mod markers;
pub(crate) mod math;
pub(crate) mod obsidian;
pub(crate) mod spelled;
pub(crate) mod start;
pub(crate) mod tables;
pub(crate) mod wikilinks;
