//! Stretches of text: where syntax that CommonMark doesn't know may be looked for.

use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::document::event::{Event, Tag};

/// A stretch of the source that is text in one parent, on one line, without any other syntax.
///
/// Backslash escapes and character references inside it are still as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) range: Range<usize>,
    /// Index of the event that opened the parent.
    pub(crate) parent: usize,
    /// Counts the lines of the parent, so that two runs can be told to stand on one line.
    pub(crate) line: usize,
    /// Whether text on its left belongs to the same line of the same parent.
    pub(crate) starts_line: bool,
    pub(crate) ends: Boundary,
    pub(crate) in_link: bool,
    pub(crate) in_table: bool,
}

/// Where the source is text, in blocks of code as well, to be asked for many places.
pub(crate) struct Texts<'a>(Vec<&'a Range<usize>>);

impl<'a> Texts<'a> {
    pub(super) fn of(events: &'a [(Event<'_>, Range<usize>)]) -> Self {
        let texts = events.iter();
        let texts = texts.filter(|(event, _)| matches!(event, Event::Text(_)));
        Self(texts.map(|(_, range)| range).collect())
    }

    pub(crate) fn contain(&self, at: usize) -> bool {
        let next = self.0.partition_point(|text| text.end <= at);
        self.0.get(next).is_some_and(|text| text.start <= at)
    }
}

/// The source's text runs, in order; none in code, mathematics, HTML or link destinations.
pub(super) fn runs(source: &str, events: &[(Event<'_>, Range<usize>)]) -> Vec<Run> {
    let mut walk = Walk::default();
    for (index, (event, range)) in events.iter().enumerate() {
        walk.event(source, index, event, range);
    }
    walk.close(Boundary::Block);
    walk.runs
}

/// What ends with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Boundary {
    /// Nothing: other syntax follows in the line.
    Inline,
    Line,
    /// The line, and with it the paragraph or list item.
    Block,
}

#[derive(Default)]
struct Walk {
    runs: Vec<Run>,
    open: Option<Run>,
    parents: Vec<usize>,
    links: usize,
    tables: usize,
    /// Code or HTML blocks, whose text is no prose.
    opaque: usize,
    /// `<code>` and `<pre>` that stand open in the prose.
    html_code: usize,
    line: usize,
    starts_line: bool,
}

impl Walk {
    fn event(&mut self, source: &str, index: usize, event: &Event<'_>, range: &Range<usize>) {
        match event {
            Event::Text(_) if self.opaque == 0 && self.html_code == 0 => self.text(source, range),
            Event::Text(_) | Event::Html(_) => {}
            Event::SoftBreak | Event::HardBreak => {
                self.close(Boundary::Line);
                self.line += 1;
                self.starts_line = true;
            }
            Event::Start(tag) => {
                let is_inline = is_inline(tag);
                self.close(if is_inline {
                    Boundary::Inline
                } else {
                    Boundary::Block
                });
                self.starts_line |= !is_inline;
                self.line += usize::from(!is_inline);
                self.parents.push(index);
                self.count(tag, true);
            }
            Event::End(end) => {
                let is_inline = is_inline_end(*end);
                self.close(if is_inline {
                    Boundary::Inline
                } else {
                    Boundary::Block
                });
                self.starts_line = !is_inline;
                self.line += usize::from(!is_inline);
                self.parents.pop();
                self.uncount(*end);
            }
            Event::InlineHtml(html) => {
                self.close(Boundary::Inline);
                self.starts_line = false;
                match code_tag(html) {
                    Some(true) => self.html_code += 1,
                    Some(false) => self.html_code = self.html_code.saturating_sub(1),
                    None => {}
                }
            }
            Event::TaskListMarker(_) => {
                self.close(Boundary::Inline);
                self.starts_line = true;
            }
            Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference
            | Event::Rule => {
                self.close(Boundary::Inline);
                self.starts_line = false;
            }
        }
    }

    fn text(&mut self, source: &str, range: &Range<usize>) {
        let parent = self.parents.last().copied().unwrap_or_default();
        if let Some(run) = &mut self.open
            && run.parent == parent
            && joins(source, run.range.end, range.start)
        {
            run.range.end = range.end;
            return;
        }
        self.close(Boundary::Inline);
        // An escape belongs to the text: `\#` is no tag, and an edit may not come between.
        let escaped = range
            .start
            .checked_sub(1)
            .filter(|&at| source.as_bytes().get(at) == Some(&b'\\'));
        self.open = Some(Run {
            range: escaped.unwrap_or(range.start)..range.end,
            parent,
            line: self.line,
            starts_line: self.starts_line,
            ends: Boundary::Inline,
            in_link: self.links > 0,
            in_table: self.tables > 0,
        });
        self.starts_line = false;
    }

    fn close(&mut self, boundary: Boundary) {
        if let Some(mut run) = self.open.take() {
            run.ends = boundary;
            self.runs.push(run);
        }
        if boundary == Boundary::Block {
            self.html_code = 0;
        }
    }

    fn count(&mut self, tag: &Tag<'_>, _opens: bool) {
        match tag {
            Tag::Link { .. } | Tag::Image { .. } => self.links += 1,
            Tag::Table => self.tables += 1,
            Tag::CodeBlock(_) | Tag::HtmlBlock => self.opaque += 1,
            _ => {}
        }
    }

    fn uncount(&mut self, end: TagEnd) {
        let counter = match end {
            TagEnd::Link | TagEnd::Image => &mut self.links,
            TagEnd::Table => &mut self.tables,
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => &mut self.opaque,
            _ => return,
        };
        *counter = counter.saturating_sub(1);
    }
}

/// Whether nothing, or the backslash of an escape, stands between two pieces of text.
fn joins(source: &str, end: usize, start: usize) -> bool {
    source
        .get(end..start)
        .is_some_and(|gap| gap.is_empty() || gap == "\\")
}

pub(crate) fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

pub(crate) fn is_inline_end(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

/// Whether a tag opens (`true`) or closes (`false`) an element whose text is code.
pub(crate) fn code_tag(html: &str) -> Option<bool> {
    let (opens, name) = match html.strip_prefix("</") {
        Some(name) => (false, name),
        None => (true, html.strip_prefix('<')?),
    };
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    code_element(name.get(..length)?).then_some(opens)
}

/// Whether an element's text is code.
pub(crate) fn code_element(name: &str) -> bool {
    ["code", "pre", "kbd", "samp", "tt"]
        .iter()
        .any(|code| name.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use crate::markdown::Document;

    fn texts(source: &str) -> Vec<&str> {
        let document = Document::parse(source);
        document
            .runs()
            .iter()
            .map(|run| source.get(run.range.clone()).unwrap())
            .collect()
    }

    #[test]
    fn pieces_of_text_are_one_run_and_code_is_none() {
        assert_eq!(
            texts("a [[x\\|y]] `c` b\n\n    code\n\n<div>h</div>\n\n$m$ *e* \\#z"),
            ["a [[x\\|y]] ", " b", " ", "e", " \\#z"]
        );
    }

    #[test]
    fn text_in_html_code_is_code() {
        assert_eq!(texts("a <code>==b==</code> c"), ["a ", " c"]);
    }
}
