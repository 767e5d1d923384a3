//! A picture that the frontmatter names, in any of the ways people write it (2.4.4).

use pulldown_cmark::TagEnd;

use super::options::CleanOptions;
use super::targets::{Kind, Target, resolve as resolve_target};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::wikilink;
use crate::markdown::{Document, Event, Tag};
use crate::report::Warning;

type Picture = (String, Option<String>);

/// The absolute URL and the alt text of a picture written as a path, an address, `[[x]]`,
/// `![[x|alt]]` or `![alt](x)`.
pub(crate) fn resolve(
    written: &str,
    options: &CleanOptions<'_>,
) -> (Option<Picture>, Vec<Warning>) {
    let mut warnings = Warnings::default();
    let (destination, alt) = parts(written.trim());
    let code = match resolve_target(&destination, Kind::Image, options) {
        Target::Keep => return (Some((destination, alt)), Vec::new()),
        Target::Rewrite { url, clamped } => {
            if clamped {
                warnings.add(Code::PathEscape, 0, written);
            }
            return (Some((url, alt)), warnings.report(written));
        }
        Target::Missing => Code::MissingAsset,
        Target::Unsafe => Code::UnsafeUrl,
    };
    warnings.add(code, 0, written);
    (None, warnings.report(written))
}

/// The destination and the alt text, if the spelling has one.
pub(super) fn parts(written: &str) -> (String, Option<String>) {
    if let Some(link) = wikilink::whole(written) {
        let (target, alias) = link.parts();
        // A number is a width, not a description.
        let alt = alias.map(str::trim).filter(|alias| {
            !alias.is_empty() && !alias.bytes().all(|b| b.is_ascii_digit() || b == b'x')
        });
        let target = target.split('#').next().unwrap_or_default().trim();
        return (target.to_owned(), alt.map(str::to_owned));
    }
    let document = Document::parse(written);
    let mut image = None;
    let mut alt = String::new();
    for (event, _) in &document.events {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => image = Some(dest_url.to_string()),
            Event::Text(text) if image.is_some() => alt.push_str(text),
            Event::End(TagEnd::Image) => break,
            _ => {}
        }
    }
    match image {
        Some(destination) => (destination, (!alt.is_empty()).then_some(alt)),
        None => (written.to_owned(), None),
    }
}
