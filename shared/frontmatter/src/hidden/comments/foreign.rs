//! Comments of other tools: what they don't show is hidden here as well.

use std::ops::Range;

use memchr::memmem;

use crate::diagnostics::Code;
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
    /// The first of these, and where there is none, the end of the text.
    Rest(&'static [&'static [&'static str]]),
    /// The one that closes it, since such tags stand in each other.
    Paired(&'static Pairs),
    /// The same, where no brace stands before it on its line: elsewhere `{#id}` is a heading's, and `{{!` may be anything.
    Near(&'static [&'static [&'static str]]),
    Line,
}

/// Tags that stand in each other.
#[derive(Debug)]
struct Pairs {
    opens: &'static [&'static [&'static str]],
    ends: &'static [&'static [&'static str]],
    /// What begins another branch, which is shown.
    branches: &'static [&'static [&'static str]],
    /// Whether one that nothing ends hides all that follows.
    hides_rest: bool,
}

static COMMENTS: Pairs = Pairs {
    opens: &[&["{%", "comment"]],
    ends: &[&["{%", "endcomment", "%}"]],
    branches: &[],
    hides_rest: true,
};

/// What has branches in Liquid: an `else` in one of them is no `else` of what is around it.
static CONDITIONS: Pairs = Pairs {
    opens: &[
        &["{%", "if"],
        &["{%", "unless"],
        &["{%", "case"],
        &["{%", "for"],
    ],
    ends: &[
        &["{%", "endif", "%}"],
        &["{%", "endunless", "%}"],
        &["{%", "endcase", "%}"],
        &["{%", "endfor", "%}"],
    ],
    branches: &[&["{%", "else", "%}"]],
    hides_rest: false,
};

/// Longest comment that has to be near, in bytes.
const MAX_NEAR: usize = 1024;

/// MDX, Hugo, Handlebars, Blade, Liquid, Django, Jinja, `CriticMarkup`, Kramdown, Org, ERB and its kin; and Markdown's own comments
/// where a paragraph goes before them or they are not quite of its grammar, so that no parser takes them for definitions. Of two
/// that begin at one place, the first counts.
static FOREIGN: [Foreign; 23] = [
    spans("{/*", &["{", "/*"], &[&["*/", "}"]]),
    spans("{//", &["{//"], &[&["\n", "}"]]),
    spans("{{/*", &["{{", "/*"], &[&["*/", "}}"]]),
    spans("{{!--", &["{{", "!--"], &[&["--", "}}"]]),
    near("{{!", &["{{", "!"], &[&["}}"]]),
    spans("{{--", &["{{--"], &[&["--}}"]]),
    paired("{% comment %}", &["{%", "comment"], &COMMENTS),
    spans(
        "{% doc %}",
        &["{%", "doc", "%}"],
        &[&["{%", "enddoc", "%}"]],
    ),
    paired("{% if false %}", &["{%", "if", "false", "%}"], &CONDITIONS),
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
    or_rest(
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

/// How lines begin that are comments of `MyST`'s, in documents that have a sign of it.
static MYST_LINE: Foreign = line("%", &["%"]);
/// Directives that only `MyST` has, behind a fence's marks: elsewhere `{figure}` may be LaTeX's.
const DIRECTIVES: [&str; 16] = [
    "{admonition}",
    "{code-cell}",
    "{code-block}",
    "{dropdown}",
    "{eval-rst}",
    "{figure}",
    "{grid}",
    "{image}",
    "{important}",
    "{list-table}",
    "{literalinclude}",
    "{note}",
    "{seealso}",
    "{tip}",
    "{toctree}",
    "{warning}",
];
/// Roles that only it has.
const ROLES: [&str; 8] = [
    "{abbr}`",
    "{cite}`",
    "{cite:p}`",
    "{doc}`",
    "{eq}`",
    "{numref}`",
    "{ref}`",
    "{term}`",
];

const fn spans(
    sign: &'static str,
    open: &'static [&'static str],
    ends: &'static [&'static [&'static str]],
) -> Foreign {
    let end = End::At(ends);
    Foreign { sign, open, end }
}

const fn or_rest(
    sign: &'static str,
    open: &'static [&'static str],
    ends: &'static [&'static [&'static str]],
) -> Foreign {
    let end = End::Rest(ends);
    Foreign { sign, open, end }
}

const fn paired(
    sign: &'static str,
    open: &'static [&'static str],
    pairs: &'static Pairs,
) -> Foreign {
    let end = End::Paired(pairs);
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
        if let End::Paired(pairs) = self.end {
            return self.paired(document, pairs);
        }
        let ends = match self.end {
            End::At(ends) | End::Near(ends) | End::Rest(ends) => all(document, ends),
            End::Paired(_) | End::Line => Vec::new(),
        };
        if ends.is_empty() && matches!(self.end, End::At(_) | End::Near(_)) {
            return Vec::new();
        }
        let byte = first.as_bytes().first().copied().unwrap_or_default();
        let starts = memchr::memchr_iter(byte, source.as_bytes());
        let openers = starts.filter_map(|at| {
            let from = matched(source, at, self.open)?;
            let end = match self.end {
                End::Line => begins_line(source, at).then(|| end_of_lines(source, from)),
                _ => self.end_behind(source, from, &ends),
            };
            let hides_rest = end.is_none() && matches!(self.end, End::Rest(_));
            let end = end.or_else(|| hides_rest.then(|| end_of_text(source, at)))?;
            (!is_escaped(source, at)).then_some(Opener {
                at,
                end,
                is_unclosed: hides_rest,
                foreign: self,
            })
        });
        openers.collect()
    }

    /// The same of tags that stand in each other. Where too few end, one that something ends goes to the last end: it can't be
    /// told which was meant.
    fn paired(&'static self, document: &Document<'_>, pairs: &Pairs) -> Vec<Opener> {
        let source = document.source;
        let opens = all(document, pairs.opens).into_iter();
        let mut tags: Vec<(Range<usize>, Part)> = opens
            .filter(|open| !is_escaped(source, open.start))
            .map(|open| (open, Part::Open))
            .collect();
        // Most have none of these.
        let is_own = |at: usize| matched(source, at, self.open).is_some();
        if !tags.iter().any(|(open, _)| is_own(open.start)) {
            return Vec::new();
        }
        let others = [(pairs.branches, Part::Branch), (pairs.ends, Part::End)];
        for (spellings, part) in others {
            tags.extend(all(document, spellings).into_iter().map(|tag| (tag, part)));
        }
        tags.sort_by_key(|(tag, _)| tag.start);
        let last = tags.iter().rev().find(|(_, part)| *part == Part::End);
        let last = last.map(|(tag, _)| tag.clone());
        let mut openers = Vec::new();
        let mut hide = |at: usize, end: usize, is_unclosed: bool| {
            openers.push(Opener {
                at,
                end,
                is_unclosed,
                foreign: self,
            });
        };
        // What is open, each with where another branch of it begins.
        let mut open: Vec<(usize, Option<usize>)> = Vec::new();
        for (tag, part) in &tags {
            match part {
                Part::Open => open.push((tag.start, None)),
                Part::Branch => {
                    if let Some((_, branch @ None)) = open.last_mut() {
                        *branch = Some(tag.end);
                    }
                }
                Part::End => match open.pop() {
                    Some((at, Some(branch))) if is_own(at) => {
                        hide(at, branch, false);
                        hide(tag.start, tag.end, false);
                    }
                    Some((at, None)) if is_own(at) => hide(at, tag.end, false),
                    _ => {}
                },
            }
        }
        for (at, _) in open.into_iter().filter(|(at, _)| is_own(*at)) {
            match &last {
                Some(last) if last.start > at => hide(at, last.end, false),
                _ if pairs.hides_rest => hide(at, end_of_text(source, at), true),
                _ => {}
            }
        }
        openers
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

/// A tag among others that stand in each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Open,
    Branch,
    End,
}

/// Where a comment begins and ends.
#[derive(Debug)]
pub(super) struct Opener {
    pub(super) at: usize,
    pub(super) end: usize,
    /// Whether nothing ends it, so that it hides all that follows.
    pub(super) is_unclosed: bool,
    pub(super) foreign: &'static Foreign,
}

impl Opener {
    /// What its author is told, with the sign that is quoted.
    pub(super) fn told(&self) -> (Code, &'static str) {
        let code = if self.is_unclosed {
            Code::CommentUnclosed
        } else {
            Code::CommentRemoved
        };
        (code, self.foreign.sign)
    }
}

/// The comments that may begin in a document, wherever that is, in order.
pub(super) fn openers(document: &Document<'_>) -> Vec<Opener> {
    let mut openers: Vec<Opener> = FOREIGN
        .iter()
        .flat_map(|foreign| foreign.all(document))
        .collect();
    if document.has("%") && document.has("{") && is_myst(document.source) {
        openers.extend(myst_lines(document.source));
    }
    openers.sort_by_key(|opener| opener.at);
    openers
}

/// Whether a text has a sign of `MyST`.
pub(crate) fn is_myst(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_marked = |at: usize| matches!(bytes.get(at.wrapping_sub(1)), Some(b'`' | b'~' | b':'));
    let has_directive = |sign: &&str| memmem::find_iter(bytes, sign.as_bytes()).any(is_marked);
    DIRECTIVES.iter().any(has_directive)
        || ROLES
            .iter()
            .any(|sign| memmem::find(bytes, sign.as_bytes()).is_some())
}

/// Lines of `MyST` that begin with one per cent sign.
fn myst_lines(source: &str) -> impl Iterator<Item = Opener> {
    memchr::memchr_iter(b'%', source.as_bytes()).filter_map(|at| {
        let rest = source.get(at + 1..)?;
        let is_comment = !rest.starts_with(['%', '}']) && begins_line(source, at) && {
            // No number stands before it.
            let line = source.get(..at)?.rsplit('\n').next()?;
            line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'>'))
        };
        is_comment.then(|| Opener {
            at,
            end: end_of_line(source, at),
            is_unclosed: false,
            foreign: &MYST_LINE,
        })
    })
}

fn end_of_line(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    from + rest.find(['\n', '\r']).unwrap_or(rest.len())
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

/// The end of the line, or of the one that ends what a bracket or a quote opens on it, as long as that is near and in the same
/// paragraph.
fn end_of_lines(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    let line_end = |at: usize| {
        let rest = rest.get(at..).unwrap_or_default();
        at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    };
    let first = line_end(0);
    let title = rest.get(..first).unwrap_or_default();
    let title = title.trim_start_matches([' ', '\t', '#', '<', '>']);
    let close = match title.chars().next() {
        Some('(') => ')',
        Some(quote @ ('"' | '\'')) => quote,
        _ => return from + first,
    };
    let is_closed = |line: &str| line.trim_end().ends_with(close);
    if title.len() > 1 && is_closed(title) {
        return from + first;
    }
    let mut end = first;
    while end < MAX_NEAR.min(rest.len()) {
        let start = end + 1 + usize::from(rest.get(end..).is_some_and(|r| r.starts_with("\r\n")));
        end = line_end(start.min(rest.len()));
        let line = rest.get(start..end).unwrap_or_default();
        if line.trim_matches([' ', '\t', '>']).is_empty() {
            break;
        }
        if is_closed(line) {
            return from + end;
        }
    }
    from + first
}

/// Where the text ends that follows a comment's beginning: the last line break stays.
pub(super) fn end_of_text(source: &str, at: usize) -> usize {
    source.trim_end_matches(['\n', '\r']).len().max(at)
}

/// Labels of definitions that are comments.
const LABELS: [&str; 2] = ["//", "comment"];

/// Whether the definition of a link is a comment, although something may refer to it by chance: it leads nowhere.
pub(crate) fn is_definition(label: &str, address: &str) -> bool {
    let leads_nowhere = matches!(address, "" | "#") || address.starts_with("#(");
    LABELS.contains(&label)
        && (label == "//" || leads_nowhere || address.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Warnings;

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
