//! The body, cleaned by splices: Obsidian's syntax, links, images, HTML (2.9).

mod anchors;
pub(crate) mod dialects;
mod escape;
mod flavour;
mod invariant;
mod media;
mod named_picture;
mod notes;
mod options;
pub(crate) mod policy;
mod rounds;
pub(crate) mod rules;
mod targets;

#[cfg(test)]
mod tests;

use crate::diagnostics::{Code, Warnings};
use crate::hidden::hide;
use crate::markdown::lines::without_lone_returns;
use crate::markdown::{Bodies, Document};
use crate::report::Warning;

pub(crate) use flavour::is_obsidian;
pub(crate) use options::CleanOptions;
pub(crate) use rounds::Cleaned;

/// Cleans a body. The result has no `%%comment%%`, no relative image, no active HTML, and every
/// code block as it was, byte for byte.
///
/// Whatever the input, cleaning the result again changes nothing: it is a fixed point of every
/// rule. A body that had to be escaped goes through the rules once more.
///
/// `read` is called with the cleaned body, which was parsed to see that it is clean.
pub(crate) fn clean<T>(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    read: impl Fn(&Document<'_>) -> T,
) -> (Cleaned, T) {
    match without_lone_returns(document.source) {
        Some(source) => clean_lines(&Document::parse(&source), options, &read),
        None => clean_lines(document, options, &read),
    }
}

fn clean_lines<T>(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    read: &dyn Fn(&Document<'_>) -> T,
) -> (Cleaned, T) {
    let escaped = || {
        let cleaned = escaped(document);
        let bodies = Bodies::default();
        let again = Document::parse(&cleaned.body);
        if again.too_complex || again.source == document.source {
            let reading = read(&again);
            return (cleaned, reading);
        }
        let mut warnings = cleaned.warnings;
        // Whoever converts the file again reads an escaped body like any other: what is hidden in it goes first of all.
        let again = match hide(&again, &bodies) {
            Some((mut hidden, left)) => {
                warnings.append(&mut hidden.warnings);
                left
            }
            None => again,
        };
        let (settled, reading) = clean_lines(&again, &options.of_emitted(), read);
        warnings.extend(settled.warnings);
        let cleaned = Cleaned {
            warnings,
            ..settled
        };
        (cleaned, reading)
    };
    if document.too_complex {
        return escaped();
    }
    rounds::run(document, options, read).unwrap_or_else(escaped)
}

fn escaped(document: &Document<'_>) -> Cleaned {
    let mut warnings = Warnings::default();
    warnings.add(Code::TooComplex, 0, "");
    Cleaned {
        body: escape::escape(document.source, document.too_complex),
        warnings: warnings.report(document.source),
        ..Cleaned::default()
    }
}

/// The path or address that the frontmatter's `image` key may write as [`resolve_image`] says.
pub(crate) fn image_destination(written: &str) -> String {
    named_picture::parts(written.trim()).0
}

/// An image destination as the frontmatter's `image` key may write it (a path, `[[x.png]]`,
/// `![[x]]`, `![a](x)`), resolved like a body image (2.9.9): an absolute URL and its alt text,
/// or `None` where it resolves to nothing.
pub(crate) fn resolve_image(
    written: &str,
    options: &CleanOptions<'_>,
) -> (Option<(String, Option<String>)>, Vec<Warning>) {
    named_picture::resolve(written, options)
}
