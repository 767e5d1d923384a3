//! What stands before a drawing's first element: its encoding, comments, and the entities that it declares.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// How much of a file is searched for its first element, in bytes: Illustrator writes up to ten thousand before it.
const MAX_PROLOG_BYTES: usize = 64 * 1024;
/// Most entities, and the longest one, in bytes: those of programs are two dozen addresses of namespaces.
const MAX_ENTITIES: usize = 256;
const MAX_ENTITY_BYTES: usize = 256;
/// Most bytes that all references to entities become.
const MAX_EXPANDED_BYTES: usize = 256 * 1024;

/// Why a text can't be read as a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Encoding,
    Entities,
    Malformed,
}

/// The text of a file in UTF-8, or in UTF-16 with its mark.
pub(super) fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let (rest, is_little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
        }
    };
    let (pairs, []) = rest.as_chunks::<2>() else {
        return None;
    };
    let unit = |pair: &[u8; 2]| {
        if is_little {
            u16::from_le_bytes(*pair)
        } else {
            u16::from_be_bytes(*pair)
        }
    };
    let text = char::decode_utf16(pairs.iter().map(unit));
    text.collect::<Result<String, _>>().ok().map(Cow::Owned)
}

/// Whether the first element of a file is `svg`, by its local name, whatever stands before it.
pub(crate) fn is_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..MAX_PROLOG_BYTES).unwrap_or(bytes);
    let text = match decoded(head) {
        Some(text) => text,
        // It may have been cut within a character.
        None => String::from_utf8_lossy(head),
    };
    let Ok(prolog) = read(&text) else {
        return false;
    };
    let name = prolog.rest.strip_prefix('<').unwrap_or_default();
    let end = name.find(|c: char| c.is_ascii_whitespace() || "/>".contains(c));
    let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
    // In capitals it is no drawing, but its owner takes it for one.
    name.rsplit(':')
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("svg"))
}

/// What stands before the first element.
pub(super) struct Prolog<'a> {
    entities: BTreeMap<&'a str, &'a str>,
    /// From the first element on.
    pub(super) rest: &'a str,
}

/// Reads what stands before the first element.
pub(super) fn read(text: &str) -> Result<Prolog<'_>, Unreadable> {
    let mut entities = BTreeMap::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    loop {
        rest = rest.trim_ascii_start();
        if let Some(behind) = past(rest, "<?", "?>").or_else(|| past(rest, "<!--", "-->")) {
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix("<!DOCTYPE") {
            rest = doctype(behind, &mut entities)?;
        } else {
            return Ok(Prolog { entities, rest });
        }
    }
}

/// What is behind something that begins and ends so.
fn past<'a>(text: &'a str, begins: &str, ends: &str) -> Option<&'a str> {
    let (_, rest) = text.strip_prefix(begins)?.split_once(ends)?;
    Some(rest)
}

/// Reads a document type from behind its first word on, and gives what is behind it.
fn doctype<'a>(
    text: &'a str,
    entities: &mut BTreeMap<&'a str, &'a str>,
) -> Result<&'a str, Unreadable> {
    let mut rest = text;
    let mut is_inside = false;
    loop {
        let at = rest.find(['"', '\'', '<', '[', ']', '>', '%']);
        let found = rest
            .get(at.ok_or(Unreadable::Malformed)?..)
            .unwrap_or_default();
        rest = found.get(1..).unwrap_or_default();
        if found.starts_with("<!--") {
            rest = past(found, "<!--", "-->").ok_or(Unreadable::Malformed)?;
        } else if found.starts_with("<?") {
            rest = past(found, "<?", "?>").ok_or(Unreadable::Malformed)?;
        } else if let Some(declared) = found.strip_prefix("<!ENTITY") {
            let (name, value, behind) = entity(declared).ok_or(Unreadable::Entities)?;
            // Of two declarations the first one binds (XML 1.0, 4.2).
            entities.entry(name).or_insert(value);
            rest = behind;
            if entities.len() > MAX_ENTITIES {
                return Err(Unreadable::Entities);
            }
        } else if found.starts_with("<!") {
            // A declaration of elements or attributes says nothing that a copy needs.
            rest = past(found, "<!", ">").ok_or(Unreadable::Malformed)?;
        } else if let Some(quote @ ('"' | '\'')) = found.chars().next() {
            let (_, behind) = rest.split_once(quote).ok_or(Unreadable::Malformed)?;
            rest = behind;
        } else {
            match (found.as_bytes().first(), is_inside) {
                (Some(b'['), false) => is_inside = true,
                (Some(b']'), true) => is_inside = false,
                (Some(b'>'), false) => return Ok(rest),
                _ => return Err(Unreadable::Entities),
            }
        }
    }
}

/// Name and value of an entity that is a short text without references and tags, and what is behind it.
fn entity(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text
        .trim_ascii_start()
        .split_once(|c: char| c.is_ascii_whitespace())?;
    let rest = rest.trim_ascii_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = rest.get(1..)?.split_once(quote)?;
    let rest = rest.trim_ascii_start().strip_prefix('>')?;
    let is_harmless =
        value.len() <= MAX_ENTITY_BYTES && !value.contains(['&', '%', '<', '"', '\'']);
    (is_harmless && name != "%" && text.starts_with(|c: char| c.is_ascii_whitespace()))
        .then_some((name, value, rest))
}

impl<'a> Prolog<'a> {
    /// The drawing without its document type, each reference to an entity that it declares replaced.
    pub(super) fn expanded(&self) -> Result<Cow<'a, str>, Unreadable> {
        if self.entities.is_empty() {
            return Ok(Cow::Borrowed(self.rest));
        }
        let mut out = String::with_capacity(self.rest.len());
        let mut left = MAX_EXPANDED_BYTES;
        let mut rest = self.rest;
        while let Some((before, behind)) = rest.split_once('&') {
            out.push_str(before);
            let end = behind
                .bytes()
                .take(MAX_ENTITY_BYTES)
                .position(|byte| byte == b';');
            let reference = end.and_then(|end| {
                let (name, behind) = behind.split_at_checked(end)?;
                Some((self.entities.get(name)?, behind.strip_prefix(';')?))
            });
            if let Some((value, behind)) = reference {
                left = left.checked_sub(value.len()).ok_or(Unreadable::Entities)?;
                out.push_str(value);
                rest = behind;
            } else {
                out.push('&');
                rest = behind;
            }
        }
        out.push_str(rest);
        Ok(Cow::Owned(out))
    }
}
