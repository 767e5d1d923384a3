//! Lists of attributes as pandoc, Quarto and Kramdown have them (`{.hidden}`, `{: hidden="hidden"}`), and what they hide in a value
//! of the frontmatter.

use std::ops::Range;

use super::comments::Comment;
use super::hidden_html;
use crate::diagnostics::Code;
use crate::markdown::places::is_escaped;
use crate::markdown::text::{is_inline, is_inline_end};
use crate::markdown::{Document, Event, Tag};

/// Longest list, in bytes.
const MAX_BYTES: usize = 512;
/// Words that Kramdown knows in such a list.
pub(crate) const WORDS: [&str; 6] = ["toc", "no_toc", "footnotes", "ignore", "unnumbered", "-"];
/// Names of containers that show nothing.
pub(crate) const CONTAINERS: [&str; 2] = ["comment", "hidden"];
/// Quarto's class of what some formats show, and what the format of a page has in its name.
const VISIBLE: &str = ".content-visible";
const FORMAT: &str = "html";
/// Quarto's class that a condition belongs to as well.
const HIDDEN: &str = "content-hidden";
/// What stands in braces from a place on, within a line.
pub(crate) fn list(source: &str, at: usize) -> Option<&str> {
    let rest = source.get(at..)?;
    let piece = rest.as_bytes().get(..rest.len().min(MAX_BYTES))?;
    let end = piece
        .iter()
        .skip(1)
        .position(|byte| matches!(byte, b'{' | b'}' | b'\n'))?;
    rest.get(..end + 2).filter(|list| list.ends_with('}'))
}

/// Whether what stands between the braces is `.class`, `#id`, `key=value` and known words.
pub(crate) fn is_list(inside: &str) -> bool {
    let mut rest = inside.trim();
    let mut count = 0;
    while !rest.is_empty() {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/');
        let body = rest.strip_prefix(['.', '#', ':']).unwrap_or(rest);
        let length = body.find(|c: char| !is_name(c)).unwrap_or(body.len());
        let (name, after) = body.split_at_checked(length).unwrap_or((body, ""));
        let is_marked = body.len() < rest.len();
        let after = match after.strip_prefix('=') {
            Some(value) if !is_marked => match value.chars().next() {
                Some(quote @ ('"' | '\'' | '“' | '”')) => {
                    let value = value.get(quote.len_utf8()..).unwrap_or_default();
                    let Some((_, after)) = value.split_once([quote, '”']) else {
                        return false;
                    };
                    after
                }
                _ => value.split_once(' ').map_or("", |(_, after)| after),
            },
            None if is_marked || WORDS.contains(&name) => after,
            _ => return false,
        };
        if !name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '-'))
            || !(after.is_empty()
                || after.starts_with([' ', '\t', '.', '#'])
                || inside.contains('='))
        {
            return false;
        }
        count += 1;
        rest = after.trim_start();
    }
    count > 0
}

/// The bracket that opens the text that a line's end closes.
pub(crate) fn opening(before: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in before.iter().enumerate().rev().take(MAX_BYTES) {
        match byte {
            b']' => depth += 1,
            b'[' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at).filter(|at| before.get(at.wrapping_sub(1)) != Some(&b'!'));
                }
            }
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// Whether a list in braces says that nothing is shown.
pub(crate) fn hides(list: &str) -> bool {
    let inside = list.trim_start_matches(['{', ':']).trim_end_matches('}');
    if !is_list(inside) {
        return false;
    }
    let lower = inside.to_ascii_lowercase();
    let value = |name: &str| {
        let (_, value) = lower.split_once(&format!("{name}="))?;
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        Some(match quote {
            Some(quote) => value.get(1..)?.split(quote).next()?,
            None => value.split_whitespace().next()?,
        })
    };
    // Behind a condition it is hidden in some formats alone.
    let (when, unless) = (value("when-format"), value("unless-format"));
    let is_here = when.is_none_or(|format| format.contains(FORMAT))
        && unless.is_none_or(|format| !format.contains(FORMAT));
    // What is shown in some profile, or where the document says so elsewhere, isn't shown to everybody.
    let is_elsewhere = lower.split_whitespace().any(|word| {
        let condition = word
            .strip_prefix("when-")
            .or_else(|| word.strip_prefix("unless-"));
        condition.is_some_and(|condition| !condition.starts_with("format="))
    });
    let has = |class: &str| {
        let places = lower.match_indices(class);
        places.into_iter().any(|(at, _)| {
            let next = lower.get(at + class.len()..).unwrap_or_default();
            !next.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'))
        })
    };
    if has(VISIBLE) {
        return !is_here || is_elsewhere;
    }
    let mut classes = hidden_html::CLASSES.iter();
    classes.any(|class| has(&format!(".{class}")) && (is_here || *class != HIDDEN))
        || lower
            .split_whitespace()
            .any(|word| word == "hidden" || word.starts_with("hidden="))
        || value("style").is_some_and(hidden_html::hides)
}

/// Whether the line that begins a container, `::: {.hidden}`, says that it shows nothing.
pub(crate) fn is_hidden_container(line: &str) -> bool {
    let head = line.trim_start_matches(':').trim();
    let name = head.trim_matches(['{', '}']).split_whitespace().next();
    name.is_some_and(|name| CONTAINERS.contains(&name))
        || head
            .find('{')
            .is_some_and(|at| list(head, at).is_some_and(hides))
}

/// What such lists hide in a value: containers, text in brackets, what stands before a list, or the paragraph of one.
pub(super) fn in_value(document: &Document<'_>) -> Vec<Comment> {
    let source = document.source;
    let mut ranges = containers(source);
    if document.has("{") {
        let blocks = Blocks::of(document);
        let starts = memchr::memchr_iter(b'{', source.as_bytes());
        let starts = starts.filter(|at| !is_escaped(source, *at) && !blocks.is_code(*at));
        ranges.extend(starts.filter_map(|at| {
            let list = list(source, at).filter(|list| hides(list))?;
            blocks.owner(source, at..at + list.len())
        }));
    }
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut found: Vec<Comment> = Vec::new();
    let mut position = 0;
    for range in ranges {
        if range.start >= position {
            position = range.end;
            found.push(Comment::new(range, Some((Code::HiddenElement, "{"))));
        }
    }
    found
}

/// The hidden containers of a value, to its end where nothing ends them.
fn containers(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Where the hidden one began, and how many are open in it.
    let mut open: Option<(usize, usize)> = None;
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let text = line.trim();
        let (at, end) = (start, start + line.trim_end().len());
        start += line.len();
        if !text.starts_with(":::") {
            continue;
        }
        let ends = text.trim_start_matches(':').is_empty();
        open = match open {
            Some((at, 1)) if ends => {
                found.push(at..end);
                None
            }
            Some((at, depth)) if ends => Some((at, depth - 1)),
            Some((at, depth)) => Some((at, depth + 1)),
            None => (!ends && is_hidden_container(text)).then_some((at, 1)),
        };
    }
    found.extend(open.map(|(at, _)| at..source.trim_end().len()));
    found
}

/// What lists of a value may belong to.
#[derive(Default)]
struct Blocks {
    /// Those that hold text, in order.
    texts: Vec<Range<usize>>,
    /// Elements in lines, by their ends.
    inline: Vec<Range<usize>>,
    code: Vec<Range<usize>>,
}

impl Blocks {
    fn of(document: &Document<'_>) -> Self {
        let mut blocks = Self::default();
        let mut last = None;
        for (event, range) in &document.events {
            match event {
                Event::Start(tag) if !is_inline(tag) => {
                    if matches!(tag, Tag::CodeBlock(_)) {
                        blocks.code.push(range.clone());
                    }
                    last = Some(range.clone());
                }
                Event::End(end) if !is_inline_end(*end) => blocks.texts.extend(last.take()),
                Event::Start(_) => blocks.inline.push(range.clone()),
                Event::Code(_) => {
                    blocks.inline.push(range.clone());
                    blocks.code.push(range.clone());
                }
                _ => {}
            }
        }
        blocks.inline.sort_by_key(|range| (range.end, range.start));
        blocks
    }

    fn around(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
        let later = ranges.partition_point(|range| range.start <= at);
        let range = ranges.get(later.checked_sub(1)?)?;
        range.contains(&at).then_some(range)
    }

    fn is_code(&self, at: usize) -> bool {
        Self::around(&self.code, at).is_some()
    }

    fn owner(&self, source: &str, list: Range<usize>) -> Option<Range<usize>> {
        let above = source.get(..list.start)?;
        // What a container's list belongs to is known.
        if above.rsplit('\n').next()?.trim_start().starts_with(":::") {
            return None;
        }
        if above.ends_with(']')
            && let Some(open) = opening(above.as_bytes())
        {
            return Some(open..list.end);
        }
        let first = self.inline.partition_point(|range| range.end < list.start);
        let inline = self.inline.get(first);
        if let Some(inline) = inline.filter(|range| range.end == list.start) {
            return Some(inline.start..list.end);
        }
        let own = Self::around(&self.texts, list.start)?;
        Some(own.start..own.end.max(list.end))
    }
}
