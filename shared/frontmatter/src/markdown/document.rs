//! A Markdown body with its syntax: the events of the parser that Astro renders with, each with its byte range.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{Options, Parser};

use super::lines::{self, Line};
use super::text::{self, Run, Texts};

pub(super) mod event;
mod inventory;
mod limits;
mod reread;
mod strain;

use event::Definitions;
use inventory::{Bytes, Pairs};
use limits::{is_too_complex, is_too_much, refers_to_too_much};
pub(crate) use strain::{behind_start, strains};

pub(crate) use event::{Event, Tag};

/// Source text per event in READMEs, about; a guess that is too high costs a copy.
const BYTES_PER_EVENT: usize = 16;

/// Whose reading of a document the events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grammar {
    /// Astro's own renderer, as it is set by default: without mathematics.
    Satteri,
    /// GitHub's mathematics, which wants no space inside the marks of a formula. Prices are none there.
    GitHubMath,
}

/// A body, parsed once; every later step reads the same events.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(crate) source: &'a str,
    /// Events in document order with the bytes of `source` they stand for; none where the
    /// document is too complex to parse in linear time.
    pub(crate) events: Vec<(Event<'a>, Range<usize>)>,
    /// Whether the document was not parsed, because that or what follows would not take linear time (2.1.3).
    pub(crate) too_complex: bool,
    grammar: Grammar,
    /// As a renderer without mathematics reads it, where this is read with some.
    plain: Option<Box<Self>>,
    definitions: Definitions,
    /// Whether somebody has looked for what is hidden in it, and found nothing.
    pub(crate) hides_nothing: Cell<bool>,
    bytes: Bytes,
    pairs: OnceCell<Pairs>,
    /// What several rules ask for, made when the first does.
    lines: OnceCell<Vec<Line>>,
    runs: OnceCell<Vec<Run>>,
}

impl<'a> Document<'a> {
    /// Parses with GitHub's mathematics where there is any, and else as Astro does by default.
    pub(crate) fn parse(source: &'a str) -> Self {
        Self::parse_without_math(source).with_any_math()
    }

    /// The document, which was read without mathematics, read with GitHub's where it has some.
    pub(crate) fn with_any_math(self) -> Self {
        if self.may_have_math() {
            let options = Self::without_math() | Options::ENABLE_MATH;
            let mut events = Vec::with_capacity(self.events.len());
            for (event, range) in Parser::new_ext(self.source, options).into_offset_iter() {
                event::push(&mut events, self.source, event.into(), range);
            }
            let bytes = self.bytes.clone();
            let mut document = Self::new(self.source, events, bytes, false, Grammar::GitHubMath);
            document.pairs = self.pairs.clone();
            if document.has_math() {
                document.plain = Some(Box::new(self));
                return document;
            }
        }
        self
    }

    /// Whether there is a `$` outside of code and HTML, in which no formula begins, and another one behind it in the
    /// paragraph, where one ends.
    fn may_have_math(&self) -> bool {
        if self.too_complex {
            return false;
        }
        let bytes = self.source.as_bytes();
        let mut dollars = memchr::memchr_iter(b'$', bytes).peekable();
        let begins = |dollar: usize, next: Option<&usize>| {
            let between = next.and_then(|next| bytes.get(dollar..*next));
            between.is_some_and(|between| !lines::has_blank(between))
        };
        for (event, range) in &self.events {
            if dollars.peek().is_none() {
                return false;
            }
            let is_inert = matches!(
                event,
                Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock)
                    | Event::Code(_)
                    | Event::InlineHtml(_)
            );
            if !is_inert {
                continue;
            }
            while let Some(dollar) = dollars.next_if(|dollar| *dollar < range.end) {
                if dollar < range.start && begins(dollar, dollars.peek()) {
                    return true;
                }
            }
        }
        while let Some(dollar) = dollars.next() {
            if begins(dollar, dollars.peek()) {
                return true;
            }
        }
        false
    }

    /// Parses as a renderer without math does, for which `$` is a letter like any other.
    pub(crate) fn parse_without_math(source: &'a str) -> Self {
        let too_complex = is_too_complex(source);
        Self::read(source, Bytes::of(source), too_complex)
    }

    /// Parses what is known to have these bytes.
    fn read(source: &'a str, bytes: Bytes, too_complex: bool) -> Self {
        let mut definitions = Definitions::default();
        let mut events = Vec::new();
        if !too_complex {
            events.reserve(source.len() / BYTES_PER_EVENT);
            let (read, defined) = event::of_satteri(source, |_| None);
            for (event, range) in read {
                event::push(&mut events, source, event, range);
            }
            definitions = defined;
        }
        let document = Self {
            definitions,
            ..Self::new(source, events, bytes, too_complex, Grammar::Satteri)
        };
        document.unless_too_much()
    }

    /// The document, or one that isn't read, where it would take a renderer too long.
    fn unless_too_much(mut self) -> Self {
        if is_too_much(self.source, &self.events)
            || refers_to_too_much(self.source, &self.definitions)
        {
            self.events = Vec::new();
            self.too_complex = true;
        }
        self
    }

    /// The document as a renderer without mathematics reads it.
    pub(crate) fn plain(&self) -> &Self {
        self.plain.as_deref().unwrap_or(self)
    }

    /// Whether the document was read with mathematics and has some.
    pub(crate) fn has_math(&self) -> bool {
        self.grammar == Grammar::GitHubMath
            && self
                .events
                .iter()
                .any(|(event, _)| matches!(event, Event::InlineMath(_) | Event::DisplayMath(_)))
    }

    /// The grammar but mathematics, as pulldown-cmark has it.
    pub(crate) fn without_math() -> Options {
        Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
    }

    fn new(
        source: &'a str,
        events: Vec<(Event<'a>, Range<usize>)>,
        bytes: Bytes,
        too_complex: bool,
        grammar: Grammar,
    ) -> Self {
        Self {
            grammar,
            plain: None,
            source,
            events: if too_complex { Vec::new() } else { events },
            too_complex,
            definitions: Definitions::default(),
            hides_nothing: Cell::new(false),
            bytes,
            pairs: OnceCell::new(),
            lines: OnceCell::new(),
            runs: OnceCell::new(),
        }
    }

    /// Whether the source may have each two bytes that follow one another in `mark`.
    fn may_have_pairs(&self, mark: &str) -> bool {
        let pairs = || self.pairs.get_or_init(|| Pairs::of(self.source));
        let next = mark.bytes().skip(1);
        mark.bytes()
            .zip(next)
            .all(|(first, second)| pairs().may_have(first, second))
    }

    /// All lines of text, in order.
    pub(crate) fn lines(&self) -> &[Line] {
        let lines = || lines::lines(self.source, &self.events);
        self.lines.get_or_init(lines)
    }

    /// The source's text runs, in order; none in code, mathematics, HTML or link destinations.
    pub(crate) fn runs(&self) -> &[Run] {
        let runs = || text::runs(self.source, &self.events);
        self.runs.get_or_init(runs)
    }

    /// Where the source is text.
    pub(crate) fn texts(&self) -> Texts<'_> {
        Texts::of(&self.events)
    }

    /// Whether the source has `mark` anywhere. Every rule asks first whether there is anything for it
    /// to do; looking through the source for each took as long as parsing it.
    pub(crate) fn has(&self, mark: &str) -> bool {
        mark.bytes().all(|byte| self.bytes.have(byte))
            && self.may_have_pairs(mark)
            && (mark.len() == 1 || memmem::find(self.source.as_bytes(), mark.as_bytes()).is_some())
    }
}
