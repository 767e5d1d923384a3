//! What a site shows of a published document: its Markdown as HTML, safe where it is made.
//!
//! Two walls stand between a document and whoever looks at it, and each holds alone. [`html`] lets through what a table
//! names and nothing else. [`FRAME`] is the document that a page shows it in: within a sandbox, under a policy that runs
//! nothing and loads nothing but the site's own pictures.

mod addresses;
mod callout;
mod escape;
mod footnotes;
mod frame;
mod policy;
mod render;
mod wall;

pub use frame::{FRAME, SANDBOX, framed};
pub use render::render;
pub use wall::safe;

/// The HTML that a site makes of the body of a document, closely enough to judge by, without what isn't safe.
///
/// Callouts, tables, task lists, footnotes and the ids of headings are as the site has them; formulas and code are text.
pub fn html(markdown: &str) -> String {
    safe(&render(markdown))
}
