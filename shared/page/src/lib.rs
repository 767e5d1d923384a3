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

use languages::Language;

pub use frame::{FRAME, SANDBOX, framed};
pub use render::render;
pub use wall::safe;

/// The HTML that a site makes of the body of a document, closely enough to judge by, without what isn't safe.
///
/// Callouts, tables, task lists, footnotes and the ids of headings are as the site has them; formulas and code are text. `lang` is
/// the document's language (BCP 47), in which callouts without a title have one.
pub fn html(markdown: &str, lang: Option<&str>) -> String {
    let language = lang.map(Language::of).unwrap_or_default();
    safe(&render(markdown, language))
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn a_callout_is_called_in_the_documents_language() {
        let title = |lang| html("> [!tip]\n> text\n", lang);
        let called = |word| format!("<p class=\"callout-title\">{word}</p>");
        assert!(title(Some("de-CH")).contains(&called("Tipp")));
        assert!(title(Some("fr")).contains(&called("Astuce")));
        for lang in [None, Some("en"), Some("tlh"), Some("")] {
            assert!(title(lang).contains(&called("Tip")), "{lang:?}");
        }
        let own = html("> [!tip] Mine\n> text\n", Some("de"));
        assert!(own.contains(&called("Mine")), "{own}");
    }
}
