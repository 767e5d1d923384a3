//! A body as a reader sees it: blocks with their inline content, Markdown and HTML alike.

mod walk;

use std::borrow::Cow;
use std::ops::Range;

use crate::prose::clean_text;

pub(crate) use walk::blocks;

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
