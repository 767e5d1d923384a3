//! One document converted: what the converter is told of it, and what its names lead to.
//!
//! Publishing and previews go through [`convert`], so that a preview shows what publishing makes. Nothing is
//! written here: who has to note what a document asks for does so in the hook of [`convert`].

mod convert;
mod files;
pub mod foreign;
pub mod picture;
pub mod report;
mod shown;
mod site;
mod source;
mod targets;

pub use convert::{Converted, convert};
pub use shown::{Seen, Shown, submission};
pub use site::Site;
pub use source::Source;
