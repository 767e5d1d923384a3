//! Values of Jekyll: `{{ site.baseurl }}` is nothing here, and `{{ "/a.png" | relative_url }}` its path.

use crate::body::dialects::callout::piece;
use crate::body::dialects::outside_code::Prose;
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;

/// Values that begin addresses of the site, as a README's own links do.
const ROOTS: [&str; 5] = [
    "site.baseurl",
    "site.url",
    "site.github.url",
    "site.base_url",
    "base.url",
];
/// Filters that make such an address.
const FILTERS: [&str; 3] = ["relative_url", "absolute_url", "prepend: site.baseurl"];
/// Values that stand elsewhere.
const OTHERS: [&str; 3] = ["site.", "page.", "post."];

pub(super) fn rewrite(
    source: &str,
    prose: &Prose<'_>,
    splice: &mut Splice,
    warnings: &mut Warnings,
) {
    for at in prose.find("{{") {
        let Some((inside, _)) = piece(source, at + 2).split_once("}}") else {
            continue;
        };
        let range = at..at + inside.len() + 4;
        let value = inside.trim_matches(['-', ' ']);
        let (first, filter) = value.split_once('|').unwrap_or((value, ""));
        let (first, filter) = (first.trim(), filter.trim());
        let is_path = FILTERS.iter().any(|known| filter.starts_with(known));
        let path = ['"', '\'']
            .iter()
            .find_map(|quote| first.strip_prefix(*quote)?.strip_suffix(*quote));
        if let Some(path) = path.filter(|path| is_path && !path.contains(['"', '\'', ' ', '<'])) {
            splice.replace(range, path);
        } else if ROOTS.contains(&first) && (filter.is_empty() || is_path) {
            splice.delete(range);
        } else if OTHERS.iter().any(|other| first.starts_with(other)) {
            warnings.add(Code::ForeignSyntax, at, inside);
        }
    }
}
