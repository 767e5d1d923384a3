//! The body, cleaned by splices: Obsidian's syntax, links, images, HTML (2.9).

mod anchors;
pub(crate) mod dialects;
mod escape;
mod flavour;
mod invariant;
mod named_picture;
pub(crate) mod policy;
mod rounds;
pub(crate) mod rules;
mod targets;

#[cfg(test)]
mod tests;

use crate::context::Context;
use crate::diagnostics::{Code, Warnings};
use crate::markdown::{Document, Edit};
use crate::record::{Badge, Callout, WikiLink};
use crate::report::Warning;
use crate::repository::Repository;
use rounds::{Extent, Stop};

/// What cleaning needs to know besides the body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CleanOptions<'a> {
    pub(crate) context: &'a Context,
    /// What the frontmatter's `repository` names.
    pub(crate) repository: Option<&'a Repository>,
    /// Whether the frontmatter has keys that only Obsidian writes (aliases, cssclasses, publish, permalink), or the
    /// body had a comment as only Obsidian has them.
    pub(crate) obsidian_keys: bool,
    /// Whether a note's line breaks are shown, as Obsidian does unless it is told otherwise.
    pub(crate) hard_breaks: bool,
    /// Whether this exact body was emitted by an earlier conversion (2.12): leading badge blocks
    /// stay then. Never switches off anything that protects.
    pub(crate) emitted_before: bool,
    /// Edits that take the title's heading out; empty when there is none to take out.
    pub(crate) title_removal: &'a [Edit],
    /// Ids that went with that heading: links to them lead to the top of the page.
    pub(crate) removed_ids: &'a [String],
}

/// The cleaned body and what was found while cleaning.
#[derive(Debug, Default)]
pub(crate) struct Cleaned {
    pub(crate) body: String,
    /// Inline `#tags`, in order, as written, without `#`.
    pub(crate) tags: Vec<String>,
    pub(crate) wiki: Vec<WikiLink>,
    pub(crate) badges: Vec<Badge>,
    pub(crate) callouts: Vec<Callout>,
    /// Lines and columns are those of the body (1-based); the caller adds the frontmatter's lines.
    pub(crate) warnings: Vec<Warning>,
}

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

/// Whether the body is written in Obsidian's dialect, as far as one reading tells.
pub(crate) fn is_obsidian(document: &Document<'_>, options: &CleanOptions<'_>) -> bool {
    flavour::is_obsidian(document, &rules::callouts::find(document), options)
}

/// The source with a line feed for every carriage return that has none, if there are such:
/// some readers end a line there and others don't, so each would read another document.
/// All offsets stay.
pub(crate) fn without_lone_returns(source: &str) -> Option<String> {
    let bytes = source.as_bytes();
    let has_lone = memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'));
    has_lone.then(|| {
        let mut characters = source.chars().peekable();
        let mut result = String::with_capacity(source.len());
        while let Some(character) = characters.next() {
            let is_lone = character == '\r' && characters.peek() != Some(&'\n');
            result.push(if is_lone { '\n' } else { character });
        }
        result
    })
}

fn clean_lines<T>(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    read: &dyn Fn(&Document<'_>) -> T,
) -> (Cleaned, T) {
    let escaped = || {
        let cleaned = escaped(document);
        let again = Document::parse(&cleaned.body);
        if again.too_complex || again.source == document.source {
            let reading = read(&again);
            return (cleaned, reading);
        }
        // Whoever converts the file again reads an escaped body like any other.
        let (settled, reading) = clean_lines(&again, &emitted(options), read);
        let mut warnings = cleaned.warnings;
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
    match rounds::run(document, options, Extent::Everything, read) {
        Ok(cleaned) => cleaned,
        Err(Stop::NoFixedPoint) => escaped(),
        Err(Stop::CodeChanged) => {
            protected_first(document, options, read).unwrap_or_else(|_| escaped())
        }
    }
}

/// The options for what this conversion has written itself.
fn emitted<'a>(options: &CleanOptions<'a>) -> CleanOptions<'a> {
    CleanOptions {
        emitted_before: true,
        title_removal: &[],
        ..*options
    }
}

/// Cleans in two steps where all rules at once would change code: what protects first, then
/// every rule on a body whose code is settled.
fn protected_first<T>(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    read: &dyn Fn(&Document<'_>) -> T,
) -> Result<(Cleaned, T), Stop> {
    let (protected, ()) = rounds::run(document, options, Extent::ProtectionOnly, &|_| ())?;
    let (cleaned, reading) = rounds::run(
        &Document::parse(&protected.body),
        &emitted(options),
        Extent::Everything,
        read,
    )?;
    let mut code_changed = Warnings::default();
    code_changed.add(Code::InternalCodeChanged, 0, "");
    let mut warnings = code_changed.report(document.source);
    warnings.extend(protected.warnings);
    let cleaned = Cleaned {
        badges: protected.badges,
        warnings,
        ..cleaned
    };
    Ok((cleaned, reading))
}

fn escaped(document: &Document<'_>) -> Cleaned {
    let mut warnings = Warnings::default();
    warnings.add(Code::TooComplex, 0, "");
    Cleaned {
        body: escape::escape(document.source),
        warnings: warnings.report(document.source),
        ..Cleaned::default()
    }
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
