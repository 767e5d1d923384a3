//! What tags of templates enclose that is code, or no template (2.9.14): no comment begins in it.

use std::ops::Range;

use crate::markdown::Document;
use crate::markdown::places::is_escaped;

/// What encloses a diagram, in a language of this name.
pub(crate) const DIAGRAM: &str = "mermaid";
/// Names of what encloses code.
pub(crate) const CODE: [&str; 3] = ["codeblock", "highlight", DIAGRAM];
/// Names of what encloses text that is no template.
pub(crate) const RAW: [&str; 2] = ["raw", "verbatim"];
/// Longest tag that ends such, in bytes.
const MAX_BYTES: usize = 64;

/// What a tag encloses, with the tags around it.
#[derive(Debug)]
pub(super) struct Verbatim {
    pub(super) range: Range<usize>,
    pub(super) is_code: bool,
}

/// A tag of one of the names.
struct Tag {
    at: usize,
    name: &'static str,
    is_hugo: bool,
    /// Where it ends, for one that closes another.
    end: Option<usize>,
}

/// What stands in such tags that begin in the text, in order.
pub(super) fn all(document: &Document<'_>, is_text: impl Fn(usize) -> bool) -> Vec<Verbatim> {
    let may_have = (document.has("{%") || document.has("{{<"))
        && CODE.iter().chain(&RAW).any(|name| document.has(name));
    if !may_have {
        return Vec::new();
    }
    let source = document.source;
    let starts = memchr::memchr_iter(b'{', source.as_bytes());
    let tags: Vec<Tag> = starts.filter_map(|at| tag(source, at)).collect();
    let mut found = Vec::new();
    // What nothing closes from here on, so that nobody looks again.
    let mut unclosed: Vec<(&str, bool)> = Vec::new();
    let mut index = 0;
    while let Some(open) = tags.get(index) {
        index += 1;
        let kind = (open.name, open.is_hugo);
        if open.end.is_some() || unclosed.contains(&kind) || !is_text(open.at) {
            continue;
        }
        let rest = tags.get(index..).unwrap_or_default().iter().enumerate();
        let close = rest
            .filter(|(_, tag)| (tag.name, tag.is_hugo) == kind)
            .find_map(|(later, tag)| Some((later, tag.end?)));
        match close {
            Some((later, end)) => {
                found.push(Verbatim {
                    range: open.at..end,
                    is_code: CODE.contains(&open.name),
                });
                index += later + 1;
            }
            None => unclosed.push(kind),
        }
    }
    found
}

fn tag(source: &str, at: usize) -> Option<Tag> {
    let text = source.get(at..)?;
    let is_hugo = text.starts_with("{{<") || text.starts_with("{{%");
    let inside = if is_hugo {
        text.get(3..)?
    } else if source.as_bytes().get(at.wrapping_sub(1)) == Some(&b'{') {
        return None;
    } else {
        text.strip_prefix("{%")?
    };
    let blanks = ['-', '~', ' '];
    let inside = inside.trim_start_matches(blanks);
    let (mark, close) = if is_hugo { ("/", "}}") } else { ("end", "%}") };
    let (closes, inside) = match inside.strip_prefix(mark) {
        Some(inside) => (true, inside.trim_start_matches(blanks)),
        None => (false, inside),
    };
    let mut names = CODE.iter().chain(&RAW);
    let (name, behind) = names.find_map(|name| Some((*name, inside.strip_prefix(*name)?)))?;
    if behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '(' | '.')) {
        return None;
    }
    let end = if closes {
        let behind = behind.as_bytes();
        let near = behind.get(..behind.len().min(MAX_BYTES))?;
        let length = memchr::memmem::find(near, close.as_bytes())?;
        Some(source.len() - behind.len() + length + close.len())
            .filter(|end| source.is_char_boundary(*end))
    } else {
        None
    };
    if closes && end.is_none() || !closes && is_escaped(source, at) {
        return None;
    }
    Some(Tag {
        at,
        name,
        is_hugo,
        end,
    })
}
