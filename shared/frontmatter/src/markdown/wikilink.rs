//! Obsidian's links as they are written: `[[target#heading|alias]]`, and `![[file|size]]` for what is shown in its place (2.9.2).

use std::ops::Range;

use memchr::memmem;

use super::places::is_escaped;

/// A link as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wikilink<'a> {
    /// What stands between its brackets.
    pub(crate) inside: &'a str,
    /// Whether it stands behind a `!`.
    pub(crate) embed: bool,
}

impl<'a> Wikilink<'a> {
    /// The target with its headings, and the alias behind the first bar. In tables a bar is written `\|`.
    pub(crate) fn parts(self) -> (&'a str, Option<&'a str>) {
        match self.inside.split_once('|') {
            Some((name, alias)) => (name.strip_suffix('\\').unwrap_or(name), Some(alias)),
            None => (self.inside, None),
        }
    }
}

/// The link that a text is and nothing else.
pub(crate) fn whole(text: &str) -> Option<Wikilink<'_>> {
    let (embed, link) = match text.strip_prefix('!') {
        Some(link) => (true, link),
        None => (false, text),
    };
    let inside = link.strip_prefix("[[")?.strip_suffix("]]")?;
    Some(Wikilink { inside, embed })
}

/// The links in a stretch of the source, each with its place. Of `[[[x]]` the innermost brackets are the link's; more of them,
/// and those that are escaped, are no link's.
pub(crate) fn all(text: &str) -> Vec<(Range<usize>, Wikilink<'_>)> {
    let mut found = Vec::new();
    let mut position = 0;
    let next = |from: usize| memmem::find(text.as_bytes().get(from..)?, b"[[");
    while let Some(at) = next(position) {
        let start = position + at;
        let Some(inside) = text.get(start + 2..) else {
            break;
        };
        let brackets = 2 + inside.len() - inside.trim_start_matches('[').len();
        if brackets > 3 || is_escaped(text, start) {
            position = start + brackets;
            continue;
        }
        let start = start + brackets - 2;
        let Some(inside) = text.get(start + 2..) else {
            break;
        };
        let Some(length) = inside.find(['[', ']']) else {
            break;
        };
        position = start + 2 + length;
        if inside.get(length..length + 2) != Some("]]") {
            continue;
        }
        let embed =
            start > 0 && text.get(start - 1..start) == Some("!") && !is_escaped(text, start - 1);
        let inside = inside.get(..length).unwrap_or_default();
        let range = start - usize::from(embed)..position + 2;
        found.push((range, Wikilink { inside, embed }));
    }
    found
}

/// What stands before the first double brackets of a plain text, the link in them, and what stands behind them. Brackets that
/// hold others or nothing are no link's; where nothing closes them there is `None`.
pub(crate) fn first(text: &str) -> Option<(&str, Option<Wikilink<'_>>, &str)> {
    let (before, rest) = text.split_once("[[")?;
    let (inside, behind) = rest.split_once("]]")?;
    let (embed, before) = match before.strip_suffix('!') {
        Some(before) => (true, before),
        None => (false, before),
    };
    let is_link = !inside.trim().is_empty() && !inside.contains(['[', '\n']);
    Some((
        before,
        is_link.then_some(Wikilink { inside, embed }),
        behind,
    ))
}

/// A plain text with its links as they are shown, and without what they show in their place.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, Some(link), behind)) = first(rest) {
        out.push_str(before);
        if !link.embed {
            let display = match link.parts() {
                (_, Some(alias)) => alias.to_owned(),
                (name, None) => name
                    .trim_start_matches('#')
                    .trim_end_matches(".md")
                    .replace('#', " > "),
            };
            out.push_str(display.trim_end_matches('\\'));
        }
        rest = behind;
    }
    out + rest
}
