//! Blocks, links and pictures that are written as HTML.

use std::ops::Range;

use super::{UNKNOWN_LINK, Walk, is_to_site};
use crate::markdown::html::entities;
use crate::markdown::html::tokens::{Tag as HtmlTag, TokenKind, innermost, tokens};
use crate::outline::{Image, Inline, Kind};

impl<'a> Walk<'a> {
    pub(super) fn html(&mut self, source: &'a str, range: &Range<usize>) {
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
        let align = tag
            .value("align")
            .is_some_and(|align| align.eq_ignore_ascii_case("center"));
        let top = self.containers == 0 && self.other.is_empty();
        match tag.name.as_ref() {
            name @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") if top => {
                let level = name.bytes().last().map_or(1, |digit| digit - b'0');
                self.begin(Kind::Heading(level), true, place.start);
                if let Some(block) = &mut self.open {
                    block.aligned = tag.value("align").is_some();
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
                    alt: tag.decoded("alt"),
                    url: tag.decoded("src"),
                    range: place.clone(),
                };
                self.inline(Inline::Image(Box::new(image)), place.start);
            }
            "a" if tag.value("href").is_some() => {
                let is_to_site = is_to_site(&tag.decoded("href"));
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
