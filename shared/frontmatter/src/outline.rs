//! A body as a reader sees it: blocks with their inline content, Markdown and HTML alike.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::TagEnd;

use crate::markdown::html::entities;
use crate::markdown::html::tokens::{Tag as HtmlTag, TokenKind, innermost, tokens};
use crate::markdown::money;
use crate::markdown::{Document, Event, Tag};
use crate::prose::clean_text;

/// Most open links that a block begins in.
const MAX_LINKS_AROUND: usize = 8;

/// Whether a list is prose or links shows in so many pieces.
const MAX_LIST_PIECES: usize = 512;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Level 1 to 6.
    Heading(u8),
    Paragraph,
    /// A block quote with so many paragraphs, and nothing else, inside.
    Quote {
        paragraphs: usize,
    },
    List,
    Code,
    Table,
    /// A thematic break.
    Rule,
    /// `<details>`, and other elements that hold more than prose.
    Other,
}

#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) kind: Kind,
    /// Written as HTML.
    pub(crate) html: bool,
    /// In the middle of the page, by an `align` of its own or around it.
    pub(crate) centred: bool,
    /// Has an `align` of its own.
    pub(crate) aligned: bool,
    pub(crate) range: Range<usize>,
    pub(crate) inlines: Vec<Inline<'a>>,
}

/// A piece of a block's content, with its bytes where that matters.
#[derive(Debug, Clone)]
pub(crate) enum Inline<'a> {
    Text(Cow<'a, str>),
    Code(Cow<'a, str>),
    /// Mathematics, in TeX and without the marks around it.
    Formula(Cow<'a, str>),
    /// Apart, since most pieces are text and there are many.
    Image(Box<Image<'a>>),
    LinkStart {
        /// The bytes of the whole link: none for a key, and an empty range for an `<a>` without its end.
        range: Option<Range<usize>>,
        /// Whether it leads to a page of the web, or to a mailbox.
        is_to_site: bool,
    },
    LinkEnd,
    Break,
}

#[derive(Debug, Clone)]
pub(crate) struct Image<'a> {
    pub(crate) alt: Cow<'a, str>,
    pub(crate) url: Cow<'a, str>,
    pub(crate) range: Range<usize>,
}

impl Block<'_> {
    /// Whether a piece is asked for: of tables and code only their pictures are, of a list how it begins.
    fn keeps(&self, inline: &Inline<'_>) -> bool {
        match self.kind {
            Kind::Heading(_) | Kind::Paragraph | Kind::Quote { .. } => true,
            Kind::List => self.inlines.len() < MAX_LIST_PIECES,
            Kind::Code | Kind::Table | Kind::Rule | Kind::Other => {
                matches!(inline, Inline::Image(_))
            }
        }
    }

    /// What the block says: text, code and link texts; of pictures nothing.
    pub(crate) fn text(&self) -> String {
        clean_text(&raw_text(&self.inlines))
    }

    /// See [`link_share`].
    pub(crate) fn link_share(&self) -> (usize, usize) {
        link_share(&self.inlines)
    }

    pub(crate) fn images(&self) -> impl Iterator<Item = (&str, &str)> {
        self.inlines.iter().filter_map(|inline| match inline {
            Inline::Image(image) => Some((image.alt.as_ref(), image.url.as_ref())),
            _ => None,
        })
    }

    /// Pictures and nothing to read.
    pub(crate) fn is_pictures(&self) -> bool {
        self.text().is_empty()
    }
}

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

/// The text of pieces as it is written, a break as a space; of pictures nothing.
pub(crate) fn raw_text(inlines: &[Inline<'_>]) -> String {
    let mut text = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(part) | Inline::Code(part) | Inline::Formula(part) => text.push_str(part),
            Inline::Break => text.push(' '),
            Inline::Image(_) | Inline::LinkStart { .. } | Inline::LinkEnd => {}
        }
    }
    text
}

/// Characters of the text that are links' own, and of all of it, white space left out.
pub(crate) fn link_share(inlines: &[Inline<'_>]) -> (usize, usize) {
    let (mut linked, mut all, mut depth) = (0, 0, 0_usize);
    for inline in inlines {
        match inline {
            Inline::LinkStart { .. } => depth += 1,
            Inline::LinkEnd => depth = depth.saturating_sub(1),
            Inline::Text(text) | Inline::Code(text) | Inline::Formula(text) => {
                let count = text.chars().filter(|c| !c.is_whitespace()).count();
                all += count;
                linked += if depth > 0 { count } else { 0 };
            }
            _ => {}
        }
    }
    (linked, all)
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

    fn html(&mut self, source: &'a str, range: &Range<usize>) {
        let text = source.get(range.clone()).unwrap_or_default();
        let mut at = 0;
        for token in tokens(text) {
            self.html_text(text, at..token.range.start, range.start);
            at = token.range.end;
            let place = range.start + token.range.start..range.start + token.range.end;
            match token.kind {
                TokenKind::Open(tag) => self.html_open(tag, &place),
                TokenKind::Close(name) => self.html_close(&name, &place),
                // All that follows was meant to be hidden.
                TokenKind::UnclosedComment => return,
                TokenKind::Comment(_) | TokenKind::Declaration | TokenKind::Stray => {}
            }
        }
        self.html_text(text, at..text.len(), range.start);
    }

    fn html_text(&mut self, text: &'a str, range: Range<usize>, base: usize) {
        let at = base + range.start;
        let text = text.get(range).unwrap_or_default();
        if text.trim().is_empty() {
            if !text.is_empty() {
                self.inline_in_block(Inline::Break);
            }
        } else {
            self.inline(Inline::Text(entities::references(text)), at);
        }
    }

    fn html_open(&mut self, tag: HtmlTag<'a>, place: &Range<usize>) {
        let align =
            attribute(&tag, "align").is_some_and(|align| align.eq_ignore_ascii_case("center"));
        let top = self.containers == 0 && self.other.is_empty();
        match tag.name.as_ref() {
            name @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") if top => {
                let level = name.bytes().last().map_or(1, |digit| digit - b'0');
                self.begin(Kind::Heading(level), true, place.start);
                if let Some(block) = &mut self.open {
                    block.aligned = attribute(&tag, "align").is_some();
                    block.centred |= align;
                }
            }
            "p" if top => {
                self.begin(Kind::Paragraph, true, place.start);
                if let Some(block) = &mut self.open {
                    block.centred |= align;
                }
            }
            name @ ("div" | "center" | "section" | "header" | "article" | "main") if top => {
                self.close(place.start);
                let centred = self.centred() || align || name == "center";
                self.wrappers.push((tag.name.clone(), centred));
            }
            name @ ("details" | "table" | "ul" | "ol" | "dl" | "pre" | "blockquote" | "script"
            | "style") => {
                if top {
                    let kind = match name {
                        "ul" | "ol" => Kind::List,
                        "table" => Kind::Table,
                        "pre" => Kind::Code,
                        _ => Kind::Other,
                    };
                    self.begin(kind, true, place.start);
                }
                self.other.push(tag.name);
            }
            "sup" => self.hidden += 1,
            // A key in a sentence is read; a row of boxes is no more prose than a row of links.
            "kbd" => {
                self.inline_in_block(UNKNOWN_LINK);
                self.links += 1;
            }
            "br" | "hr" => self.inline_in_block(Inline::Break),
            "img" => {
                let image = Image {
                    alt: decoded(&tag, "alt"),
                    url: decoded(&tag, "src"),
                    range: place.clone(),
                };
                self.inline(Inline::Image(Box::new(image)), place.start);
            }
            "a" if attribute(&tag, "href").is_some() => {
                let is_to_site = is_to_site(&decoded(&tag, "href"));
                // Until it ends.
                let range = Some(place.start..place.start);
                self.inline(Inline::LinkStart { range, is_to_site }, place.start);
                let inlines = self.open.as_ref().map(|block| &block.inlines);
                self.html_link = inlines.and_then(|inlines| {
                    let last = inlines.len().checked_sub(1)?;
                    let is_own = matches!(inlines.get(last)?, Inline::LinkStart { range: Some(range), .. } if range.start == place.start);
                    is_own.then_some(last)
                });
                self.links += 1;
            }
            _ => {}
        }
    }

    fn html_close(&mut self, name: &str, place: &Range<usize>) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p"
                if self.other.is_empty()
                    && self.containers == 0
                    && self
                        .open
                        .as_ref()
                        .is_some_and(|block| block.html || name == "p") =>
            {
                self.close(place.end);
            }
            "div" | "center" | "section" | "header" | "article" | "main"
                if self.other.is_empty() && self.containers == 0 =>
            {
                // One that closes nothing is passed over, as browsers do.
                let names = self.wrappers.iter().map(|(open, _)| open.as_ref());
                if let Some(at) = innermost(names, name) {
                    self.close(place.start);
                    self.wrappers.truncate(at);
                }
            }
            "details" | "table" | "ul" | "ol" | "dl" | "pre" | "blockquote" | "script"
            | "style" => {
                if let Some(at) = innermost(self.other.iter().map(AsRef::as_ref), name) {
                    self.other.truncate(at);
                    if self.other.is_empty() && self.containers == 0 {
                        self.close(place.end);
                    }
                }
            }
            "sup" => self.hidden = self.hidden.saturating_sub(1),
            "a" | "kbd" => {
                let open = self.html_link.take_if(|_| name == "a");
                let begun = open.zip(self.open.as_mut());
                let begun = begun.and_then(|(at, block)| block.inlines.get_mut(at));
                if let Some(Inline::LinkStart { range, .. }) = begun {
                    *range = range.take().map(|range| range.start..place.end);
                }
                self.links = self.links.saturating_sub(1);
                self.inline_in_block(Inline::LinkEnd);
            }
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

/// The value of an attribute, decoded; empty where there is none.
pub(crate) fn decoded<'a>(tag: &HtmlTag<'a>, name: &str) -> Cow<'a, str> {
    let attribute = tag
        .attributes
        .iter()
        .find(|attribute| attribute.name == name);
    match attribute.and_then(|attribute| attribute.value.as_ref()) {
        Some(Cow::Borrowed(value)) => entities::references(value),
        Some(Cow::Owned(value)) => Cow::Owned(entities::references(value).into_owned()),
        None => Cow::Borrowed(""),
    }
}

fn attribute<'a>(tag: &'a HtmlTag<'_>, name: &str) -> Option<&'a str> {
    tag.attributes
        .iter()
        .find(|attribute| attribute.name == name)?
        .value
        .as_deref()
}

/// What stands in links, and what beside them.
pub(crate) fn link_texts(inlines: &[Inline<'_>]) -> (String, String) {
    let mut depth = 0_usize;
    let (mut linked, mut beside) = (String::new(), String::new());
    for inline in inlines {
        match inline {
            Inline::LinkStart { .. } => depth += 1,
            Inline::LinkEnd => depth = depth.saturating_sub(1),
            Inline::Text(text) | Inline::Code(text) | Inline::Formula(text) => {
                let side = if depth > 0 { &mut linked } else { &mut beside };
                side.push_str(text);
            }
            _ => beside.push(' '),
        }
    }
    (linked, beside)
}
