//! The parser's events without what nothing asks for: a body has up to one for every byte, so their size is the
//! memory that a conversion takes.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{CowStr, HeadingLevel, LinkType, TagEnd};
use satteri_pulldown_cmark as satteri;

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
/// text at whatever could have been a mark. A paragraph or an underlined heading begins with its text, not with the
/// definitions above it, which the parser may count to it.
pub(super) fn push<'a>(
    events: &mut Vec<(Event<'a>, Range<usize>)>,
    source: &'a str,
    event: Event<'a>,
    range: Range<usize>,
) {
    if let Some((Event::Start(Tag::Heading { .. } | Tag::Paragraph), block)) = events.last_mut()
        && source.as_bytes().get(block.start) == Some(&b'[')
        && source
            .get(block.start..range.start)
            .is_some_and(|before| before.contains('\n'))
    {
        block.start = range.start;
    }
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

/// What a renderer without mathematics reads, as Astro does by default: Sätteri's own parser.
///
/// A bare address is text here, as no rule has anything to do about one; but it is read as an address first, so that
/// what it takes in is no code.
///
/// `find` is asked for the definitions that the source itself doesn't have; what it defines is returned.
pub(super) fn of_satteri<'a>(
    source: &'a str,
    find: impl Fn(&str) -> Option<Defined>,
) -> (impl Iterator<Item = (Event<'a>, Range<usize>)>, Definitions) {
    let options = satteri::Options::ENABLE_GFM
        | satteri::Options::ENABLE_TABLES
        | satteri::Options::ENABLE_FOOTNOTES
        | satteri::Options::ENABLE_STRIKETHROUGH
        | satteri::Options::ENABLE_TASKLISTS;
    // The parser passes over a byte order mark and counts from behind it.
    let passed = source.len() - satteri::strip_leading_bom(source).len();
    let mut is_bare = false;
    let found = move |link: satteri::BrokenLink<'a>| {
        let (address, title) = find(&link.reference)?;
        Some((address.into(), title.into()))
    };
    let parser = satteri::Parser::new_with_broken_link_callback(source, options, Some(found));
    let definitions = Definitions::of(parser.reference_definitions());
    let events = parser
        .into_offset_iter()
        .map(move |(event, range)| (event, range.start + passed..range.end + passed))
        .filter(move |(event, range)| {
            use satteri::{Event as Parsed, LinkType, Tag, TagEnd};
            match event {
                Parsed::Start(Tag::Link {
                    link_type: LinkType::Autolink | LinkType::Email,
                    ..
                }) => {
                    is_bare = source.as_bytes().get(range.start) != Some(&b'<');
                    !is_bare
                }
                Parsed::End(TagEnd::Link) => !std::mem::take(&mut is_bare),
                _ => true,
            }
        })
        .map(|(event, range)| (event.into(), range));
    (events, definitions)
}

/// The address and the title of a definition.
pub(super) type Defined = (String, String);

/// The definitions of a document's links.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Definitions {
    by_label: HashMap<String, Defined>,
    /// Bytes of the longest.
    pub(super) longest: usize,
    /// Bytes of each, by its label as it is compared.
    sizes: HashMap<String, usize>,
    /// Whether there is a label of which only the parser knows what others it is equal to.
    has_unknown: bool,
}

impl Definitions {
    fn of(parsed: &satteri::RefDefs<'_>) -> Self {
        let mut definitions = Self::default();
        for (label, definition) in parsed.iter() {
            let address = definition.dest.to_string();
            let title = definition.title.as_deref().unwrap_or_default().to_owned();
            let size = address.len() + title.len();
            definitions.longest = definitions.longest.max(size);
            definitions.sizes.insert(compared(label), size);
            match without_case(label) {
                Some(label) => {
                    definitions.by_label.insert(label, (address, title));
                }
                None => definitions.has_unknown = true,
            }
        }
        definitions
    }

    /// Those of a text by itself.
    pub(super) fn of_text(text: &str) -> Self {
        if memmem::find(text.as_bytes(), b"]:").is_none() {
            return Self::default();
        }
        of_satteri(text, |_| None).1
    }

    /// Whether others are among these, and all that there are for their labels.
    pub(super) fn have(&self, others: &Self) -> bool {
        let mut others = others.by_label.iter();
        !self.has_unknown && others.all(|(label, other)| self.by_label.get(label) == Some(other))
    }

    /// How many bytes a reference with this label brings; none without a definition.
    pub(super) fn size(&self, label: &str) -> usize {
        let size = self.sizes.get(&compared(label));
        size.copied().unwrap_or_default()
    }

    /// What a label refers to; an error where only the parser knows.
    pub(super) fn find(&self, label: &str) -> Result<Option<Defined>, Unknown> {
        let label = without_case(label).filter(|_| !self.has_unknown);
        Ok(self.by_label.get(&label.ok_or(Unknown)?).cloned())
    }
}

/// Which labels are equal is known to the parser alone, as it is for capitals beyond ASCII.
#[derive(Debug)]
pub(super) struct Unknown;

/// A label as the others are that it is equal to, in every renderer: `ẞ` is one with `SS`.
fn compared(label: &str) -> String {
    let words: Vec<_> = label.split_whitespace().collect();
    let label = words.join(" ");
    label.to_lowercase().to_uppercase().to_lowercase()
}

fn without_case(label: &str) -> Option<String> {
    let is_known = |c: char| c.is_ascii() || c.to_lowercase().eq([c]) && c.to_uppercase().eq([c]);
    label
        .chars()
        .all(is_known)
        .then(|| label.to_ascii_lowercase())
}

fn text_of(text: satteri::CowStr<'_>) -> CowStr<'_> {
    match text {
        satteri::CowStr::Borrowed(text) => CowStr::Borrowed(text),
        text => CowStr::from(text.to_string()),
    }
}

/// Code as it is shown: a line break, and the indentation behind it, as a space.
fn on_one_line(code: CowStr<'_>) -> CowStr<'_> {
    if !code.contains('\n') {
        return code;
    }
    let lines = code.lines().enumerate().map(|(number, line)| match number {
        0 => line,
        _ => line.trim_start_matches([' ', '\t']),
    });
    let mut joined = lines.collect::<Vec<_>>().join(" ");
    if code.ends_with('\n') {
        joined.push(' ');
    }
    CowStr::from(joined)
}

impl<'a> From<satteri::Event<'a>> for Event<'a> {
    fn from(event: satteri::Event<'a>) -> Self {
        use satteri::Event as Parsed;
        match event {
            Parsed::Start(tag) => Self::Start(tag.into()),
            Parsed::End(end) => Self::End(end_of(end)),
            Parsed::Text(text) => Self::Text(text_of(text)),
            Parsed::Code(code) => Self::Code(on_one_line(text_of(code))),
            Parsed::InlineMath(formula) => Self::InlineMath(text_of(formula)),
            Parsed::DisplayMath(formula) => Self::DisplayMath(text_of(formula)),
            Parsed::Html(html) => Self::Html(text_of(html)),
            Parsed::InlineHtml(html) => Self::InlineHtml(text_of(html)),
            Parsed::FootnoteReference(_) => Self::FootnoteReference,
            Parsed::SoftBreak => Self::SoftBreak,
            Parsed::HardBreak => Self::HardBreak,
            Parsed::Rule => Self::Rule,
            Parsed::TaskListMarker(is_done) => Self::TaskListMarker(is_done),
        }
    }
}

impl<'a> From<satteri::Tag<'a>> for Tag<'a> {
    fn from(tag: satteri::Tag<'a>) -> Self {
        use satteri::{CodeBlockKind, Tag as Parsed};
        match tag {
            Parsed::Paragraph => Self::Paragraph,
            Parsed::Heading { level, .. } => Self::Heading { level: level as u8 },
            Parsed::BlockQuote(_) => Self::BlockQuote,
            Parsed::CodeBlock(CodeBlockKind::Fenced(info)) => Self::CodeBlock(Some(text_of(info))),
            Parsed::CodeBlock(CodeBlockKind::Indented) => Self::CodeBlock(None),
            Parsed::HtmlBlock => Self::HtmlBlock,
            Parsed::List(..) => Self::List,
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
                link_type: link_type_of(link_type),
                dest_url: text_of(dest_url),
            },
            Parsed::Image {
                link_type,
                dest_url,
                ..
            } => Self::Image {
                link_type: link_type_of(link_type),
                dest_url: text_of(dest_url),
            },
            _ => Self::Other,
        }
    }
}

fn end_of(end: satteri::TagEnd) -> TagEnd {
    use satteri::TagEnd as Parsed;
    match end {
        Parsed::Paragraph => TagEnd::Paragraph,
        Parsed::Heading(level) => {
            TagEnd::Heading(HeadingLevel::try_from(level as usize).unwrap_or(HeadingLevel::H6))
        }
        Parsed::BlockQuote(_) => TagEnd::BlockQuote(None),
        Parsed::CodeBlock => TagEnd::CodeBlock,
        Parsed::HtmlBlock => TagEnd::HtmlBlock,
        Parsed::List(is_ordered) => TagEnd::List(is_ordered),
        Parsed::Item => TagEnd::Item,
        Parsed::FootnoteDefinition => TagEnd::FootnoteDefinition,
        Parsed::Table => TagEnd::Table,
        Parsed::TableHead => TagEnd::TableHead,
        Parsed::TableRow => TagEnd::TableRow,
        Parsed::TableCell => TagEnd::TableCell,
        Parsed::Emphasis => TagEnd::Emphasis,
        Parsed::Strong => TagEnd::Strong,
        Parsed::Strikethrough => TagEnd::Strikethrough,
        Parsed::Link => TagEnd::Link,
        Parsed::Image => TagEnd::Image,
        // Ends of what the parser is never asked to look for.
        _ => TagEnd::DefinitionList,
    }
}

fn link_type_of(link_type: satteri::LinkType) -> LinkType {
    use satteri::LinkType as Parsed;
    match link_type {
        Parsed::Inline => LinkType::Inline,
        // What is unknown to the parser is defined in another section.
        Parsed::Reference | Parsed::ReferenceUnknown => LinkType::Reference,
        Parsed::Collapsed | Parsed::CollapsedUnknown => LinkType::Collapsed,
        Parsed::Shortcut | Parsed::ShortcutUnknown => LinkType::Shortcut,
        Parsed::Autolink => LinkType::Autolink,
        Parsed::Email => LinkType::Email,
        Parsed::WikiLink { has_pothole } => LinkType::WikiLink { has_pothole },
    }
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
    use super::{Event, Tag};
    use crate::markdown::Document;

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
    fn a_block_begins_below_the_definitions_above_its_text() {
        let start = |source: &'static str| {
            let document = Document::parse(source);
            let block = document.events.into_iter().find_map(|(event, range)| {
                let begins = matches!(event, Event::Start(Tag::Heading { .. } | Tag::Paragraph));
                begins.then_some(range.start)
            });
            block.map(|start| source.get(start..).unwrap())
        };
        assert_eq!(start("[a]: /b\nc\n---\n"), Some("c\n---\n"));
        assert_eq!(start("> [a]: /b\nc\n<"), Some("c\n<"));
        assert_eq!(start("[a\nb]: c\nd\n"), Some("d\n"));
        assert_eq!(start("[a\nb](c)\n"), Some("[a\nb](c)\n"));
    }

    #[test]
    fn an_event_is_small() {
        assert!(size_of::<Event<'_>>() <= 32);
    }
}
