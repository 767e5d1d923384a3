//! The walk over a document's events that finds its blocks.

mod raw_html;

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::TagEnd;

use super::{Block, Image, Inline, Kind};
use crate::markdown::money;
use crate::markdown::{Document, Event, Tag};

/// Most open links that a block begins in.
const MAX_LINKS_AROUND: usize = 8;

/// A link of which is known only that it is one.
const UNKNOWN_LINK: Inline<'static> = Inline::LinkStart {
    range: None,
    is_to_site: false,
};

/// Whether an address is one of the web, or of a mailbox.
fn is_to_site(url: &str) -> bool {
    let begins = |begin: &str| {
        let own = url.get(..begin.len());
        own.is_some_and(|own| own.eq_ignore_ascii_case(begin))
    };
    ["https://", "http://", "//", "mailto:"]
        .into_iter()
        .any(begins)
}

/// The blocks of a document, in order, as if wrappers such as `<div align="center">` weren't there.
pub(crate) fn blocks<'a>(document: &'a Document<'_>) -> Vec<Block<'a>> {
    let mut walk = Walk::default();
    for (event, range) in &document.events {
        walk.event(document.source, event, range);
    }
    walk.close(document.source.len());
    walk.blocks
}

#[derive(Debug, Default)]
struct Walk<'a> {
    blocks: Vec<Block<'a>>,
    open: Option<Block<'a>>,
    /// Markdown containers (quotes, lists, tables) around the current event.
    containers: usize,
    /// Open HTML wrappers: name, and whether it or one around it centres.
    wrappers: Vec<(Cow<'a, str>, bool)>,
    /// Inside an image's alt text: the text so far, the address, the range.
    image: Option<(String, &'a str, Range<usize>)>,
    image_depth: usize,
    /// Inside elements whose text is no prose (`<sup>`, `<kbd>`), or a footnote's definition.
    hidden: usize,
    /// Links that are open, so that a block inside one begins as linked.
    links: usize,
    /// Where the last link in HTML began, among the open block's content.
    html_link: Option<usize>,
    /// Inside a block of HTML, which was read whole: its lines come again as events.
    html_block: bool,
    /// Inside an HTML element that is a block of another kind (`<details>`, `<table>`).
    other: Vec<Cow<'a, str>>,
}

impl<'a> Walk<'a> {
    fn centred(&self) -> bool {
        self.wrappers.last().is_some_and(|(_, centred)| *centred)
    }

    fn begin(&mut self, kind: Kind, html: bool, start: usize) {
        self.close(start);
        self.html_link = None;
        self.open = Some(Block {
            kind,
            html,
            centred: self.centred(),
            aligned: false,
            range: start..start,
            inlines: (0..self.links.min(MAX_LINKS_AROUND))
                .map(|_| UNKNOWN_LINK)
                .collect(),
        });
    }

    fn close(&mut self, end: usize) {
        if let Some(mut block) = self.open.take() {
            block.range.end = end.max(block.range.start);
            let empty = block.html
                && block.kind == Kind::Paragraph
                && !block.inlines.iter().any(is_visible);
            if !empty {
                self.blocks.push(block);
            }
        }
    }

    fn inline(&mut self, inline: Inline<'a>, at: usize) {
        if self.hidden > 0 {
            return;
        }
        if self.open.is_none() {
            if matches!(&inline, Inline::Text(text) if text.trim().is_empty())
                || matches!(inline, Inline::Break)
            {
                return;
            }
            self.begin(Kind::Paragraph, true, at);
        }
        self.inline_in_block(inline);
    }

    fn event(&mut self, source: &'a str, event: &'a Event<'_>, range: &Range<usize>) {
        if let Some((alt, ..)) = &mut self.image {
            match event {
                Event::Start(_) => self.image_depth += 1,
                Event::End(TagEnd::Image) if self.image_depth == 0 => {
                    if let Some((alt, url, range)) = self.image.take() {
                        let at = range.start;
                        let (alt, url) = (Cow::Owned(alt), Cow::Borrowed(url));
                        self.inline(Inline::Image(Box::new(Image { alt, url, range })), at);
                    }
                }
                Event::End(_) => self.image_depth = self.image_depth.saturating_sub(1),
                Event::Text(text) | Event::Code(text) => alt.push_str(text),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                _ => {}
            }
            return;
        }
        match event {
            Event::Text(text) => self.inline(Inline::Text(Cow::Borrowed(text)), range.start),
            Event::Code(code) => self.inline(Inline::Code(Cow::Borrowed(code)), range.start),
            Event::InlineMath(_) if money::is_money(source, range) => {
                let text = source.get(range.clone()).unwrap_or_default();
                self.inline(Inline::Text(Cow::Borrowed(text)), range.start);
            }
            Event::InlineMath(math) | Event::DisplayMath(math) => {
                self.inline(Inline::Formula(Cow::Borrowed(math)), range.start);
            }
            Event::SoftBreak | Event::HardBreak => self.inline(Inline::Break, range.start),
            Event::Html(_) if self.html_block => {}
            Event::Html(_) | Event::InlineHtml(_) => self.html(source, range),
            Event::Start(Tag::HtmlBlock) => {
                self.html_block = true;
                self.html(source, range);
            }
            Event::End(TagEnd::HtmlBlock) => self.html_block = false,
            Event::Rule => self.rule(range),
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(*tag, range),
            Event::FootnoteReference | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &'a Tag<'_>, range: &Range<usize>) {
        let top = self.containers == 0 && self.other.is_empty();
        match tag {
            Tag::Heading { level, .. } if top => {
                self.begin(Kind::Heading(*level), false, range.start);
            }
            Tag::Paragraph if top => {
                // Markdown inside an element that is open, such as `<h1>` and a blank line.
                let inside = self
                    .open
                    .as_ref()
                    .is_some_and(|block| block.html && matches!(block.kind, Kind::Heading(_)));
                if !inside {
                    self.begin(Kind::Paragraph, false, range.start);
                }
            }
            Tag::Paragraph => self.count_paragraph(),
            Tag::CodeBlock(_) if top => self.begin(Kind::Code, false, range.start),
            Tag::BlockQuote => self.container(Kind::Quote { paragraphs: 0 }, range.start),
            Tag::List => self.container(Kind::List, range.start),
            Tag::Table => self.container(Kind::Table, range.start),
            Tag::FootnoteDefinition => {
                self.container(Kind::Other, range.start);
                self.hidden += 1;
            }
            Tag::Image { dest_url, .. } => {
                self.image = Some((String::new(), dest_url, range.clone()));
                self.image_depth = 0;
            }
            Tag::Link { dest_url, .. } => {
                self.inline(
                    Inline::LinkStart {
                        range: Some(range.clone()),
                        is_to_site: is_to_site(dest_url),
                    },
                    range.start,
                );
                self.links += 1;
            }
            Tag::Item | Tag::TableHead | Tag::TableRow | Tag::TableCell => {
                self.inline_in_block(Inline::Break);
            }
            _ => {}
        }
        // Anything but paragraphs in a quote makes it more than a sentence that is set off.
        if !top
            && !matches!(
                tag,
                Tag::Paragraph
                    | Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
                    | Tag::Link { .. }
                    | Tag::Image { .. }
                    | Tag::BlockQuote
            )
        {
            self.spoil_quote();
        }
    }

    fn rule(&mut self, range: &Range<usize>) {
        if self.containers == 0 && self.other.is_empty() {
            self.begin(Kind::Rule, false, range.start);
            self.close(range.end);
        }
    }

    fn container(&mut self, kind: Kind, start: usize) {
        if self.containers == 0 && self.other.is_empty() {
            self.begin(kind, false, start);
        }
        self.containers += 1;
    }

    fn count_paragraph(&mut self) {
        if let Some(Block {
            kind: Kind::Quote { paragraphs },
            ..
        }) = &mut self.open
        {
            *paragraphs += 1;
        }
    }

    fn spoil_quote(&mut self) {
        if let Some(Block {
            kind: Kind::Quote { paragraphs },
            ..
        }) = &mut self.open
        {
            *paragraphs += 2;
        }
    }

    fn inline_in_block(&mut self, inline: Inline<'a>) {
        if let Some(block) = self.open.as_mut().filter(|block| block.keeps(&inline)) {
            block.inlines.push(inline);
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Link => {
                self.links = self.links.saturating_sub(1);
                self.inline(Inline::LinkEnd, range.end);
            }
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Table
            | TagEnd::FootnoteDefinition => {
                self.containers = self.containers.saturating_sub(1);
                if tag == TagEnd::FootnoteDefinition {
                    self.hidden = self.hidden.saturating_sub(1);
                }
                if self.containers == 0 && self.other.is_empty() {
                    self.close(range.end);
                }
            }
            TagEnd::Heading(_) | TagEnd::CodeBlock
                if self.containers == 0 && self.other.is_empty() =>
            {
                self.close(range.end);
            }
            TagEnd::Paragraph if self.containers == 0 && self.other.is_empty() => {
                let html_heading = self
                    .open
                    .as_ref()
                    .is_some_and(|block| block.html && matches!(block.kind, Kind::Heading(_)));
                if !html_heading {
                    self.close(range.end);
                }
            }
            TagEnd::Paragraph => self.inline_in_block(Inline::Break),
            _ => {}
        }
    }
}

fn is_visible(inline: &Inline<'_>) -> bool {
    match inline {
        Inline::Text(text) | Inline::Code(text) | Inline::Formula(text) => !text.trim().is_empty(),
        Inline::Image(_) => true,
        _ => false,
    }
}
