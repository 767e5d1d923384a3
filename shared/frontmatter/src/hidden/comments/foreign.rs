//! Comments of other tools: what they don't show is hidden here as well.

use std::ops::Range;

use memchr::memmem;

use crate::markdown::Document;
use crate::markdown::places::{begins_line, is_escaped};

/// How a tool writes its comments: signs and words, parted by blanks and by what takes blanks away (`{%- comment -%}`), or by
/// nothing.
#[derive(Debug)]
pub(super) struct Foreign {
    /// What the author is shown of it.
    pub(super) sign: &'static str,
    open: &'static [&'static str],
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    /// The first of these.
    At(&'static [&'static [&'static str]]),
    /// The same, where no brace stands before it on its line: elsewhere `{#id}` is a heading's, and `{{!` may be anything.
    Near(&'static [&'static [&'static str]]),
    Line,
}

/// Longest comment that has to be near, in bytes.
const MAX_NEAR: usize = 1024;

/// MDX, Hugo, Handlebars, Blade, Liquid, Django, Jinja, `CriticMarkup`, Kramdown, Org, ERB and its kin; and Markdown's own comments
/// where a paragraph goes before them or they are not quite of its grammar, so that no parser takes them for definitions. Of two
/// that begin at one place, the first counts.
static FOREIGN: [Foreign; 22] = [
    spans("{/*", &["{", "/*"], &[&["*/", "}"]]),
    spans("{//", &["{//"], &[&["\n", "}"]]),
    spans("{{/*", &["{{", "/*"], &[&["*/", "}}"]]),
    spans("{{!--", &["{{", "!--"], &[&["--", "}}"]]),
    near("{{!", &["{{", "!"], &[&["}}"]]),
    spans("{{--", &["{{--"], &[&["--}}"]]),
    spans(
        "{% comment %}",
        &["{%", "comment"],
        &[&["{%", "endcomment", "%}"]],
    ),
    spans(
        "{% if false %}",
        &["{%", "if", "false", "%}"],
        &[&["{%", "endif", "%}"]],
    ),
    spans("{% # %}", &["{%", "#"], &[&["%}"]]),
    spans(
        "{{< comment >}}",
        &["{{<", "comment"],
        &[&["{{<", "/comment", ">}}"]],
    ),
    spans(
        "{{% comment %}}",
        &["{{%", "comment"],
        &[&["{{%", "/comment", "%}}"]],
    ),
    spans("{#", &["{# "], &[&["#}"]]),
    spans("{#", &["{#-"], &[&["#}"]]),
    near("{#", &["{#"], &[&["#}"]]),
    spans("{>>", &["{>>"], &[&["<<}"]]),
    spans(
        "{::comment}",
        &["{::", "comment", "}"],
        &[&["{:/", "comment", "}"], &["{:/", "}"]],
    ),
    spans(
        "#+BEGIN_COMMENT",
        &["#+", "BEGIN_COMMENT"],
        &[&["#+", "END_COMMENT"]],
    ),
    spans("<%#", &["<%#"], &[&["%>"]]),
    spans("<%--", &["<%--"], &[&["--%>"]]),
    line("[//]:", &["[//]:"]),
    line("[comment]:", &["[comment]:"]),
    line("[]:", &["[]: #"]),
];

const fn spans(
    sign: &'static str,
    open: &'static [&'static str],
    ends: &'static [&'static [&'static str]],
) -> Foreign {
    let end = End::At(ends);
    Foreign { sign, open, end }
}

const fn near(
    sign: &'static str,
    open: &'static [&'static str],
    ends: &'static [&'static [&'static str]],
) -> Foreign {
    let end = End::Near(ends);
    Foreign { sign, open, end }
}

const fn line(sign: &'static str, open: &'static [&'static str]) -> Foreign {
    let end = End::Line;
    Foreign { sign, open, end }
}

impl Foreign {
    /// Whether it ends with its line.
    pub(super) fn is_line(&self) -> bool {
        matches!(self.end, End::Line)
    }

    /// The comments that may begin in a document, wherever that is, in order. One that nothing ends is text for its tool as well.
    fn all(&'static self, document: &Document<'_>) -> Vec<Opener> {
        let source = document.source;
        let first = self.open.first().copied().unwrap_or_default();
        // A word may be written in any case.
        let is_word = |part: &str| part.contains(|c: char| c.is_ascii_alphabetic());
        if !document.has(if is_word(first) { "]:" } else { first }) {
            return Vec::new();
        }
        let ends = match self.end {
            End::At(ends) | End::Near(ends) => all(document, ends),
            End::Line => Vec::new(),
        };
        if ends.is_empty() && !self.is_line() {
            return Vec::new();
        }
        let byte = first.as_bytes().first().copied().unwrap_or_default();
        let starts = memchr::memchr_iter(byte, source.as_bytes());
        let openers = starts.filter_map(|at| {
            let from = matched(source, at, self.open)?;
            let end = match self.end {
                End::Line => begins_line(source, at).then(|| end_of_line(source, from))?,
                _ => self.end_behind(source, from, &ends)?,
            };
            (!is_escaped(source, at)).then_some(Opener {
                at,
                end,
                foreign: self,
            })
        });
        openers.collect()
    }

    fn end_behind(&self, source: &str, from: usize, ends: &[Range<usize>]) -> Option<usize> {
        let next = ends.get(ends.partition_point(|end| end.start < from))?;
        if matches!(self.end, End::Near(_)) {
            let inside = source.get(from..next.start)?;
            if inside.len() > MAX_NEAR || inside.contains(['{', '}', '\n']) {
                return None;
            }
        }
        Some(next.end)
    }
}

/// Where a comment begins and ends.
#[derive(Debug)]
pub(super) struct Opener {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) foreign: &'static Foreign,
}

/// The comments that may begin in a document, wherever that is, in order.
pub(super) fn openers(document: &Document<'_>) -> Vec<Opener> {
    let mut openers: Vec<Opener> = FOREIGN
        .iter()
        .flat_map(|foreign| foreign.all(document))
        .collect();
    openers.sort_by_key(|opener| opener.at);
    openers
}

/// Where one of several spellings stands, in order.
fn all(document: &Document<'_>, spellings: &[&[&str]]) -> Vec<Range<usize>> {
    let source = document.source;
    let mut found: Vec<Range<usize>> = Vec::new();
    for parts in spellings {
        let first = parts.first().copied().unwrap_or_default();
        if !document.has(first) {
            continue;
        }
        let starts = memmem::find_iter(source.as_bytes(), first);
        found.extend(starts.filter_map(|at| Some(at..matched(source, at, parts)?)));
    }
    found.sort_by_key(|range| range.start);
    found
}

/// Where the parts end that stand at a place, whatever their case; a word isn't the beginning of another.
fn matched(source: &str, at: usize, parts: &[&str]) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut position = at;
    for (index, part) in parts.iter().enumerate() {
        let rest = bytes.get(position..)?;
        if index > 0 {
            let is_between = |byte: &&u8| byte.is_ascii_whitespace() || matches!(byte, b'-' | b'~');
            position += rest.iter().take_while(is_between).count();
        }
        let text = bytes.get(position..position + part.len())?;
        if !text.eq_ignore_ascii_case(part.as_bytes()) {
            return None;
        }
        position += part.len();
        let is_word = part.ends_with(|last: char| last.is_ascii_alphanumeric());
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'(');
        if is_word && bytes.get(position).is_some_and(goes_on) {
            return None;
        }
    }
    Some(position)
}

fn end_of_line(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    from + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Code, Warnings};

    #[test]
    fn no_warning_quotes_what_such_a_comment_holds() {
        for foreign in &FOREIGN {
            for gap in ["", " "] {
                let line = format!("a {} S3CRET", foreign.open.join(gap));
                if matched(&line, 2, foreign.open).is_none() {
                    continue;
                }
                let mut warnings = Warnings::default();
                warnings.add(Code::ForeignSyntax, 0, &line);
                assert!(!format!("{warnings:?}").contains("S3"), "{line}");
            }
        }
    }
}
