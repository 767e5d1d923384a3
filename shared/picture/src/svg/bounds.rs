//! How much a drawing may hold, counted over its text before anything is kept of it.

/// Most elements.
const MAX_ELEMENTS: usize = 50_000;
/// How deep elements may be in each other.
pub(super) const MAX_DEPTH: usize = 200;
/// Most attributes of an element: the parser holds each against all others.
const MAX_ATTRIBUTES: usize = 256;
/// Most declarations of namespaces with a prefix: each is looked for at each element.
const MAX_PREFIXES: usize = 64;

/// Whether the text of a drawing keeps to the bounds. It needn't be well-formed.
pub(super) fn are_kept(text: &str) -> bool {
    let (mut elements, mut depth, mut prefixes) = (0, 0_usize, 0);
    let mut rest = text;
    while let Some((_, found)) = rest.split_once('<') {
        if let Some(behind) = found.strip_prefix("!--") {
            rest = behind_first(behind, "-->");
        } else if let Some(behind) = found.strip_prefix("![CDATA[") {
            rest = behind_first(behind, "]]>");
        } else if let Some(behind) = found.strip_prefix('?') {
            rest = behind_first(behind, "?>");
        } else if let Some(behind) = found.strip_prefix('/') {
            depth = depth.saturating_sub(1);
            rest = behind_first(behind, ">");
        } else {
            let tag = Tag::read(found);
            elements += 1;
            prefixes += tag.prefixes;
            depth += usize::from(!tag.is_empty);
            let is_kept = elements <= MAX_ELEMENTS
                && depth <= MAX_DEPTH
                && tag.attributes <= MAX_ATTRIBUTES
                && prefixes <= MAX_PREFIXES;
            if !is_kept {
                return false;
            }
            rest = tag.rest;
        }
    }
    true
}

fn behind_first<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// The start of an element.
struct Tag<'a> {
    attributes: usize,
    prefixes: usize,
    is_empty: bool,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    fn read(text: &'a str) -> Self {
        let (mut attributes, mut prefixes) = (0, 0);
        let mut rest = text;
        let is_empty = loop {
            // One that doesn't end is the last one.
            let at = rest.find(['"', '\'', '>']).unwrap_or(rest.len());
            let (before, found) = rest.split_at(at);
            let end = found.chars().next().unwrap_or('>');
            rest = found.get(1..).unwrap_or_default();
            if end == '>' {
                break before.ends_with('/');
            }
            attributes += 1;
            prefixes += usize::from(before.trim_ascii_start().starts_with("xmlns:"));
            rest = rest.split_once(end).map_or("", |(_, rest)| rest);
        };
        Self {
            attributes,
            prefixes,
            is_empty,
            rest,
        }
    }
}
