//! What one pass over a cleaned body reads off it (2.10).

use pulldown_cmark::{LinkType, TagEnd};

use super::cover::Candidate;
use super::license::{LicenseReading, badge_license, is_license_badge, linked_license};
use crate::markdown::html::tokens::{TokenKind, tokens};
use crate::markdown::{Document, Event, Tag};
use crate::prose::{clean_text, collapse, without_ornaments};
use crate::record::{Derived, Heading};
use crate::slugger::Slugger;
use crate::words;

/// Most headings and links that are listed.
const MAX_HEADINGS: usize = 500;

const MAX_LINKS: usize = 200;

/// Prose that is looked at for its language, in bytes.
const MAX_SENTENCES_BYTES: usize = 1024;

/// Reads the cleaned body.
pub(crate) fn read(cleaned: &Document<'_>) -> Reading {
    let mut reading = Reading::default();
    for (event, range) in &cleaned.events {
        reading.event(cleaned.source, event, range);
    }
    reading
}

/// What one pass over the cleaned body has found.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(super) derived: Derived,
    pub(super) slugger: Slugger,
    /// The heading that is being read.
    pub(super) heading: Option<(u8, String)>,
    pub(super) license: LicenseReading,
    /// All prose and inline code.
    pub(super) plain: String,
    /// The beginning of the text in paragraphs that stand in no list.
    pub(super) sentences: String,
    pub(super) in_paragraph: bool,
    pub(super) in_code: bool,
    pub(super) image: Option<(String, String)>,
    /// Whether the section that is being read thanks somebody.
    pub(super) is_thanking: bool,
    /// Where the link leads that is open, in Markdown and in HTML.
    pub(super) link: Option<String>,
    pub(super) html_link: Option<String>,
    /// Quotes that are open, in Markdown and in HTML: a heading in one is another document's.
    pub(super) quotes: usize,
    /// Lists that are open: what is said in one is said of what it lists.
    pub(super) lists: usize,
    /// Text of the list item that is being read, up to its first break.
    pub(super) item: Option<(Option<bool>, String)>,
}

impl Reading {
    fn event(&mut self, source: &str, event: &Event<'_>, range: &std::ops::Range<usize>) {
        match event {
            Event::Start(tag) => self.start(source, tag, range),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) if !self.in_code => {
                self.sentence(text);
                self.prose(text);
            }
            Event::Text(text) => self.license.section(text),
            Event::Code(text) => self.prose(text),
            Event::SoftBreak | Event::HardBreak => {
                self.finish_item();
                self.license.end_line();
                self.sentence(" ");
                self.prose(" ");
            }
            Event::TaskListMarker(done) => {
                if let Some((marker, _)) = &mut self.item {
                    *marker = Some(*done);
                }
            }
            Event::InlineMath(_) | Event::DisplayMath(_) => self.feature("math"),
            Event::Html(_) | Event::InlineHtml(_) => {
                self.feature("html");
                let html = source.get(range.clone()).unwrap_or_default();
                self.html_quote(html);
                self.html_image(html);
            }
            Event::FootnoteReference => self.feature("footnotes"),
            Event::Rule => {}
        }
    }

    fn feature(&mut self, feature: &'static str) {
        const ORDER: [&str; 6] = ["math", "mermaid", "callouts", "footnotes", "tables", "html"];
        if !self.derived.features.contains(&feature) {
            self.derived.features.push(feature);
            self.derived
                .features
                .sort_by_key(|feature| ORDER.iter().position(|known| known == feature));
        }
    }

    fn sentence(&mut self, text: &str) {
        if self.in_paragraph && self.image.is_none() {
            let room = MAX_SENTENCES_BYTES.saturating_sub(self.sentences.len());
            let (fits, _) = text.split_at(text.floor_char_boundary(room));
            self.sentences.push_str(fits);
        }
    }

    fn prose(&mut self, text: &str) {
        if let Some((_, alt)) = &mut self.image {
            alt.push_str(text);
            return;
        }
        if let Some((_, heading)) = &mut self.heading {
            heading.push_str(text);
        }
        if let Some((marker, item)) = &mut self.item {
            if marker.is_none() && item.is_empty() && !text.starts_with('[') && !text.is_empty() {
                // Most items are no tasks; their text need not be kept.
                self.item = None;
            } else {
                item.push_str(text);
            }
        }
        self.license.text(text);
        self.plain.push_str(text);
    }

    fn start(&mut self, source: &str, tag: &Tag<'_>, range: &std::ops::Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => self.heading = Some((*level, String::new())),
            Tag::CodeBlock(info) => {
                self.in_code = true;
                if let Some(info) = info {
                    self.language(info);
                }
            }
            Tag::Table => self.feature("tables"),
            Tag::FootnoteDefinition => self.feature("footnotes"),
            Tag::BlockQuote => {
                self.quotes += 1;
                let quote = source.get(range.clone()).unwrap_or_default();
                if quote.trim_start_matches(['>', ' ', '\t']).starts_with("[!") {
                    self.feature("callouts");
                }
            }
            Tag::Item => {
                self.item = Some((None, String::new()));
                self.license.end_line();
            }
            Tag::Link {
                link_type,
                dest_url,
                ..
            } if *link_type != LinkType::Email => {
                if self.derived.image.is_none() || self.license.badge.is_none() {
                    self.link = Some(dest_url.to_string());
                }
                self.license.link(dest_url);
                self.link(dest_url);
            }
            Tag::List => self.lists += 1,
            Tag::Paragraph => self.in_paragraph = self.lists == 0,
            Tag::Image { dest_url, .. } => self.image = Some((dest_url.to_string(), String::new())),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some((depth, text)) = self.heading.take() {
                    let text = collapse(&text);
                    let id = self.slugger.id(&text);
                    self.license.begin_section(&text);
                    self.is_thanking = is_of_thanks(&text);
                    if self.quotes == 0 && self.derived.headings.len() < MAX_HEADINGS {
                        self.derived.headings.push(Heading { depth, id, text });
                    }
                }
                self.plain.push('\n');
            }
            TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::Link => self.link = None,
            TagEnd::List(_) => self.lists = self.lists.saturating_sub(1),
            TagEnd::TableCell => {
                self.plain.push('\n');
                self.license.text("\n");
            }
            TagEnd::Item | TagEnd::Paragraph | TagEnd::TableHead | TagEnd::TableRow => {
                self.sentence("\n");
                self.in_paragraph = false;
                self.finish_item();
                self.plain.push('\n');
                self.license.end_line();
            }
            TagEnd::Image => {
                if let Some((url, alt)) = self.image.take() {
                    self.picture(&url, &alt);
                }
            }
            _ => {}
        }
    }

    fn picture(&mut self, url: &str, alt: &str) {
        if self.license.badge.is_none() && self.lists == 0 && is_license_badge(url) {
            let mut links = [&self.link, &self.html_link].into_iter().flatten();
            self.license.badge =
                badge_license(url).or_else(|| links.find_map(|link| linked_license(link)));
        }
        let links = [&self.link, &self.html_link];
        let candidate = Candidate {
            url,
            alt,
            links: links.map(Option::as_deref),
            is_thanking: self.is_thanking,
        };
        if self.derived.image.is_none() && candidate.shows_the_subject() {
            let alt = clean_text(alt);
            let says_something = !words::EMPTY_ALT.fits(&alt.to_lowercase());
            self.derived.image = Some((
                url.to_owned(),
                Some(alt).filter(|_| says_something).unwrap_or_default(),
            ));
        }
    }

    fn html_quote(&mut self, html: &str) {
        let has = |mark: &[u8]| memchr::memmem::find(html.as_bytes(), mark).is_some();
        if !has(b"blockquote") && !has(b"BLOCKQUOTE") {
            return;
        }
        for token in tokens(html) {
            match token.kind {
                TokenKind::Open(tag) if tag.name == "blockquote" => self.quotes += 1,
                TokenKind::Close(name) if name == "blockquote" => {
                    self.quotes = self.quotes.saturating_sub(1);
                }
                _ => {}
            }
        }
    }

    fn html_image(&mut self, html: &str) {
        let has = |mark: &[u8]| memchr::memmem::find(html.as_bytes(), mark).is_some();
        // A link is asked for by pictures, until there is one, and by badges.
        let asks_for_link = self.derived.image.is_none() || self.license.badge.is_none();
        let tells_link = || asks_for_link && (has(b"<a ") || has(b"</a>"));
        if !has(b"<img") && !tells_link() {
            return;
        }
        for token in tokens(html) {
            match token.kind {
                TokenKind::Open(tag) if tag.name == "img" => {
                    self.picture(&tag.decoded("src"), &tag.decoded("alt"));
                }
                TokenKind::Open(tag) if tag.name == "a" => {
                    self.html_link = Some(tag.decoded("href").into_owned());
                }
                TokenKind::Close(name) if name == "a" => self.html_link = None,
                _ => {}
            }
        }
    }

    fn language(&mut self, info: &str) {
        let language = info
            .split([',', '{', ' ', '\t'])
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        match language.as_str() {
            "" => {}
            "mermaid" => self.feature("mermaid"),
            "math" => self.feature("math"),
            _ if self.derived.code_languages.contains(&language) => {}
            _ => self.derived.code_languages.push(language),
        }
    }

    fn link(&mut self, url: &str) {
        let list = if url.starts_with("http://") || url.starts_with("https://") {
            &mut self.derived.external_links
        } else if url.starts_with('/') && !url.starts_with("//") {
            &mut self.derived.internal_links
        } else {
            return;
        };
        if list.len() < MAX_LINKS && !list.iter().any(|known| known == url) {
            list.push(url.to_owned());
        }
    }

    /// Counts the first line of a list item, where it is a task.
    fn finish_item(&mut self) {
        let Some((marker, text)) = self.item.take() else {
            return;
        };
        let custom = text.strip_prefix('[').and_then(|rest| {
            let mut chars = rest.chars();
            let status = chars.next()?;
            chars.as_str().strip_prefix("] ").map(|_| status)
        });
        let (counted, done) = match (marker, custom) {
            (Some(done), _) => (true, done),
            // Cancelled tasks don't count.
            (None, Some('-') | None) => return,
            (None, Some(status)) => (true, matches!(status, 'x' | 'X')),
        };
        let tasks = self.derived.tasks.get_or_insert_default();
        tasks.total += usize::from(counted);
        tasks.done += usize::from(done);
        if let Some(date) = done_date(&text)
            && tasks.last_done.as_ref().is_none_or(|last| *last < date)
        {
            tasks.last_done = Some(date);
        }
    }
}

/// The date behind `✅` (Obsidian Tasks), where it is one of the calendar.
fn done_date(text: &str) -> Option<String> {
    let (_, after) = text.split_once('✅')?;
    let after = after.strip_prefix('\u{fe0f}').unwrap_or(after).trim_start();
    let date = after.get(..10)?;
    let is_date = matches!(crate::dates::read(date), crate::dates::Read::Date(_));
    is_date.then(|| date.to_owned())
}

fn is_of_thanks(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    let said = without_ornaments(&lower).trim_end_matches(|c: char| !c.is_alphabetic());
    words::SECTION_OF_THANKS.fits(said)
}
