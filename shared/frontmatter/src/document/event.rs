//! The parser's events without what nothing asks for: a body has up to one for every byte, so their size is the
//! memory that a conversion takes.

use std::ops::Range;

use pulldown_cmark::{CowStr, LinkType, TagEnd};

/// An event of the parser, which documents them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event<'a> {
    Start(Tag<'a>),
    End(TagEnd),
    Text(CowStr<'a>),
    Code(CowStr<'a>),
    InlineMath(CowStr<'a>),
    DisplayMath(CowStr<'a>),
    Html(CowStr<'a>),
    InlineHtml(CowStr<'a>),
    FootnoteReference,
    SoftBreak,
    HardBreak,
    Rule,
    TaskListMarker(bool),
}

/// What begins with an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tag<'a> {
    Paragraph,
    Heading {
        /// 1 to 6
        level: u8,
    },
    BlockQuote,
    /// The info string of a fence; `None` where the code is indented.
    CodeBlock(Option<CowStr<'a>>),
    HtmlBlock,
    List,
    Item,
    FootnoteDefinition,
    Table,
    TableHead,
    TableRow,
    TableCell,
    Emphasis,
    Strong,
    Strikethrough,
    Link {
        link_type: LinkType,
        dest_url: CowStr<'a>,
    },
    Image {
        link_type: LinkType,
        dest_url: CowStr<'a>,
    },
    /// What the parser is never asked to look for.
    Other,
}

/// Adds an event. Text goes on the text before it, where the source has both as one, on one line: the parser ends a
/// text at whatever could have been a mark.
pub(super) fn push<'a>(
    events: &mut Vec<(Event<'a>, Range<usize>)>,
    source: &'a str,
    event: Event<'a>,
    range: Range<usize>,
) {
    if let Event::Text(text) = &event
        && let Some((Event::Text(before), place)) = events.last_mut()
        && place.end == range.start
        && is_verbatim(text, source, &range)
        && is_verbatim(before, source, place)
        && !before.ends_with('\n')
        && let Some(whole) = source.get(place.start..range.end)
    {
        *before = CowStr::Borrowed(whole);
        place.end = range.end;
        return;
    }
    events.push((event, range));
}

/// Whether a text is the source's own bytes. To compare these would take as long for every piece as the text is.
fn is_verbatim(text: &CowStr<'_>, source: &str, range: &Range<usize>) -> bool {
    let CowStr::Borrowed(text) = text else {
        return false;
    };
    text.len() == range.len()
        && source
            .get(range.start..)
            .is_some_and(|rest| std::ptr::eq(rest.as_ptr(), text.as_ptr()))
}

impl<'a> From<pulldown_cmark::Event<'a>> for Event<'a> {
    fn from(event: pulldown_cmark::Event<'a>) -> Self {
        use pulldown_cmark::Event as Parsed;
        match event {
            Parsed::Start(tag) => Self::Start(tag.into()),
            Parsed::End(end) => Self::End(end),
            Parsed::Text(text) => Self::Text(text),
            Parsed::Code(code) => Self::Code(code),
            Parsed::InlineMath(formula) => Self::InlineMath(formula),
            Parsed::DisplayMath(formula) => Self::DisplayMath(formula),
            Parsed::Html(html) => Self::Html(html),
            Parsed::InlineHtml(html) => Self::InlineHtml(html),
            Parsed::FootnoteReference(_) => Self::FootnoteReference,
            Parsed::SoftBreak => Self::SoftBreak,
            Parsed::HardBreak => Self::HardBreak,
            Parsed::Rule => Self::Rule,
            Parsed::TaskListMarker(is_done) => Self::TaskListMarker(is_done),
        }
    }
}

impl<'a> From<pulldown_cmark::Tag<'a>> for Tag<'a> {
    fn from(tag: pulldown_cmark::Tag<'a>) -> Self {
        use pulldown_cmark::{CodeBlockKind, Tag as Parsed};
        match tag {
            Parsed::Paragraph => Self::Paragraph,
            Parsed::Heading { level, .. } => Self::Heading { level: level as u8 },
            Parsed::BlockQuote(_) => Self::BlockQuote,
            Parsed::CodeBlock(CodeBlockKind::Fenced(info)) => Self::CodeBlock(Some(info)),
            Parsed::CodeBlock(CodeBlockKind::Indented) => Self::CodeBlock(None),
            Parsed::HtmlBlock => Self::HtmlBlock,
            Parsed::List(_) => Self::List,
            Parsed::Item => Self::Item,
            Parsed::FootnoteDefinition(_) => Self::FootnoteDefinition,
            Parsed::Table(_) => Self::Table,
            Parsed::TableHead => Self::TableHead,
            Parsed::TableRow => Self::TableRow,
            Parsed::TableCell => Self::TableCell,
            Parsed::Emphasis => Self::Emphasis,
            Parsed::Strong => Self::Strong,
            Parsed::Strikethrough => Self::Strikethrough,
            Parsed::Link {
                link_type,
                dest_url,
                ..
            } => Self::Link {
                link_type,
                dest_url,
            },
            Parsed::Image {
                link_type,
                dest_url,
                ..
            } => Self::Image {
                link_type,
                dest_url,
            },
            Parsed::DefinitionList
            | Parsed::DefinitionListTitle
            | Parsed::DefinitionListDefinition
            | Parsed::Superscript
            | Parsed::Subscript
            | Parsed::MetadataBlock(_) => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Event;
    use crate::document::Document;

    #[test]
    fn text_in_pieces_is_one_text() {
        let texts = |source: &'static str| -> Vec<String> {
            let document = Document::parse(source);
            let texts = document.events.iter().filter_map(|(event, _)| match event {
                Event::Text(text) => Some(text.to_string()),
                _ => None,
            });
            texts.collect()
        };
        assert_eq!(texts("a [[ ![ b_c\nd"), ["a [[ ![ b_c", "d"]);
        assert_eq!(texts("a &amp; b \\[ c"), ["a ", "&", " b ", "[ c"]);
        // As many bytes as are written for it.
        assert_eq!(texts("a&nLl;b"), ["a", "\u{22d8}\u{338}", "b"]);
    }

    #[test]
    fn an_event_is_small() {
        assert!(size_of::<Event<'_>>() <= 32);
    }
}
