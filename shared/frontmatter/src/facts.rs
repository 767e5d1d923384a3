//! What can be counted or read off the cleaned body (2.10).

mod count;
mod cover;
pub(crate) mod language;
mod license;

use pulldown_cmark::{LinkType, TagEnd};
use serde::Serialize;

use crate::facts::language::{is_mostly_rtl, of_prose, suffix_language};
use crate::markdown::html::tokens::{TokenKind, tokens};
use crate::markdown::{Document, Event, Tag};
use crate::outline::decoded;
use crate::prose::{clean_text, collapse, without_ornaments};
use crate::record::Badge;
use crate::slugger::Slugger;
use crate::words;

use count::Count;
use cover::Candidate;
use license::{LicenseReading, badge_license, is_license_badge, linked_license};

/// Most headings and links that are listed.
const MAX_HEADINGS: usize = 500;
const MAX_LINKS: usize = 200;
/// Prose that is looked at for its language, in bytes.
const MAX_SENTENCES_BYTES: usize = 1024;
/// Reading speed: words, and characters of scripts without spaces, in a minute.
const WORDS_PER_MINUTE: usize = 200;
const IDEOGRAPHS_PER_MINUTE: usize = 500;

/// Facts about the cleaned body, emitted under `derived` or used to fill fields.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Derived {
    pub(crate) words: usize,
    pub(crate) reading_minutes: usize,
    pub(crate) headings: Vec<Heading>,
    pub(crate) external_links: Vec<String>,
    pub(crate) internal_links: Vec<String>,
    pub(crate) code_languages: Vec<String>,
    pub(crate) tasks: Option<Tasks>,
    pub(crate) features: Vec<&'static str>,
    /// SPDX id, for the field `license`.
    pub(crate) license: Option<String>,
    /// BCP 47, for the field `lang`.
    pub(crate) lang: Option<String>,
    /// `rtl`, for the field `dir`.
    pub(crate) dir: Option<&'static str>,
    /// First body image that is no badge: absolute URL and alt text, for `image` and `imageAlt`.
    pub(crate) image: Option<(String, String)>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Heading {
    pub(crate) depth: u8,
    pub(crate) id: String,
    pub(crate) text: String,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tasks {
    pub(crate) total: usize,
    pub(crate) done: usize,
    /// `YYYY-MM-DD`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_done: Option<String>,
}

/// Reads the cleaned body.
pub(crate) fn read(cleaned: &Document<'_>) -> Reading {
    let mut reading = Reading::default();
    for (event, range) in &cleaned.events {
        reading.event(cleaned.source, event, range);
    }
    reading
}

/// Derives from what was read; `file_stem` may carry a language (`README.zh-CN`) and
/// `badges` (image URLs taken out of the body) may name the licence.
pub(crate) fn derive(reading: Reading, file_stem: Option<&str>, badges: &[Badge]) -> Derived {
    let Reading {
        mut derived,
        license,
        plain,
        sentences,
        ..
    } = reading;
    let count = Count::of(&plain);
    let (ideographs, others) = (count.ideographs, count.words);
    derived.words = ideographs + others;
    // Both in parts of a minute's share of the other, so that whole numbers do.
    let share = others * IDEOGRAPHS_PER_MINUTE + ideographs * WORDS_PER_MINUTE;
    derived.reading_minutes = share
        .div_ceil(WORDS_PER_MINUTE * IDEOGRAPHS_PER_MINUTE)
        .max(1);
    derived.license = badges
        .iter()
        .find_map(|badge| badge_license(&badge.image))
        .or_else(|| license.found(&plain));
    derived.lang = file_stem
        .and_then(suffix_language)
        .or_else(|| count.language().map(str::to_owned))
        .or_else(|| of_prose(&sentences).map(str::to_owned));
    let rtl_language = derived
        .lang
        .as_deref()
        .and_then(|lang| lang.split('-').next())
        .is_some_and(|lang| words::RTL_LANGUAGE.fits(lang));
    derived.dir = (rtl_language || is_mostly_rtl(&plain)).then_some("rtl");
    derived
}

/// What one pass over the cleaned body has found.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    derived: Derived,
    slugger: Slugger,
    /// The heading that is being read.
    heading: Option<(u8, String)>,
    license: LicenseReading,
    /// All prose and inline code.
    plain: String,
    /// The beginning of the text in paragraphs that stand in no list.
    sentences: String,
    in_paragraph: bool,
    in_code: bool,
    image: Option<(String, String)>,
    /// Whether the section that is being read thanks somebody.
    is_thanking: bool,
    /// Where the link leads that is open, in Markdown and in HTML.
    link: Option<String>,
    html_link: Option<String>,
    /// Quotes that are open, in Markdown and in HTML: a heading in one is another document's.
    quotes: usize,
    /// Lists that are open: what is said in one is said of what it lists.
    lists: usize,
    /// Text of the list item that is being read, up to its first break.
    item: Option<(Option<bool>, String)>,
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
                    self.picture(&decoded(&tag, "src"), &decoded(&tag, "alt"));
                }
                TokenKind::Open(tag) if tag.name == "a" => {
                    self.html_link = Some(decoded(&tag, "href").into_owned());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Derived {
        derive(read(&Document::parse(text)), None, &[])
    }

    #[test]
    fn headings_words_and_languages() {
        let derived = of(
            "## A b\n\n## A b\n\nWord it's two-fold 日本 `code x`\n\n```Rust,ignore\nnot words\n```\n\n```mermaid\n```\n",
        );
        assert_eq!(
            derived
                .headings
                .iter()
                .map(|heading| heading.id.as_str())
                .collect::<Vec<_>>(),
            ["a-b", "a-b-1"]
        );
        assert_eq!(derived.words, 4 + 3 + 2 + 2);
        assert_eq!(derived.code_languages, ["rust"]);
        assert_eq!(derived.features, ["mermaid"]);
    }

    #[test]
    fn an_address_without_a_host_is_no_picture() {
        for address in [
            "http://\u{2028}",
            "http://\u{feff}",
            "https://",
            "https://a b/c.png",
        ] {
            assert_eq!(
                of(&format!("<img src=\"{address}\">\n")).image,
                None,
                "{address:?}"
            );
        }
    }

    #[test]
    fn tasks_with_every_status() {
        let tasks = of("- [x] a ✅ 2025-07-10\n- [X] b ✅\u{fe0f} 2025-08-01\n- [ ] c 📅 2025-09-01\n- [-] d\n- [/] e\n- [x] f ✅ 2025-99-99\n").tasks.unwrap();
        assert_eq!(
            (tasks.total, tasks.done, tasks.last_done.as_deref()),
            (5, 3, Some("2025-08-01"))
        );
        assert!(of("- a\n- [link](x)\n").tasks.is_none());
    }

    #[test]
    fn languages_and_directions() {
        for (stem, lang) in [
            ("README.zh-CN", Some("zh-CN")),
            ("README-ja", Some("ja")),
            ("HOWTO-fa_IR", Some("fa-IR")),
            ("README.pt-br", Some("pt-BR")),
            ("notes-it", None),
            ("README", None),
            ("docs__README.hebrew", Some("he")),
        ] {
            assert_eq!(suffix_language(stem).as_deref(), lang, "{stem}");
        }
        assert_eq!(of("これは日本語です").lang.as_deref(), Some("ja"));
        assert_eq!(of("这是中文").lang.as_deref(), Some("zh"));
        assert_eq!(
            (of("مرحبا بالعالم").lang, of("مرحبا بالعالم").dir),
            (None, Some("rtl"))
        );
        assert_eq!(of("Hello 日").lang, None);
    }

    #[test]
    fn licences() {
        assert_eq!(
            of("## License\n\nUnder the MIT License.\n")
                .license
                .as_deref(),
            Some("MIT")
        );
        assert_eq!(
            of("## License\n\nApache License 2.0\n").license.as_deref(),
            Some("Apache-2.0")
        );
        assert_eq!(of("MIT is a school.\n").license, None);
        for (text, license) in [
            ("Under MIT-0.", "MIT-0"),
            (
                "MIT license or Apache 2.0, as you like.",
                "MIT OR Apache-2.0",
            ),
            (
                "Licensed under either of\n\n* Apache License, Version 2.0 ([LICENSE-APACHE](a) or there)\n* MIT license\n\nat your option.",
                "Apache-2.0 OR MIT",
            ),
            ("MIT for the code, CC-BY-4.0 for the texts.", "MIT"),
        ] {
            let found = of(&format!("## License\n\n{text}\n")).license;
            assert_eq!(found.as_deref(), Some(license), "{text}");
        }
        let listed = "- [x](y) ![l](https://img.shields.io/badge/license-MPL--2.0-green)\n";
        assert_eq!(of(listed).license, None);
        let badge = "Text.\n\n![l](https://img.shields.io/badge/license-MPL--2.0-green)\n";
        assert_eq!(of(badge).license.as_deref(), Some("MPL-2.0"));
        let badge = "![l](https://img.shields.io/badge/license-MIT%20OR%20Apache--2.0-blue)\n";
        assert_eq!(of(badge).license.as_deref(), Some("MIT OR Apache-2.0"));
    }

    #[test]
    fn links_and_images() {
        let derived = of(
            "[a](https://e.com) [b](/x/) [a](https://e.com) ![p](https://e.com/p.png)\n\n<img src=\"https://e.com/q.png\">\n",
        );
        let derived_image = of(
            "![Become a sponsor](https://e.com/s.png) ![x](https://avatars1.githubusercontent.com/u/1) ![p](https://e.com/p.png)\n",
        );
        assert_eq!(
            derived_image.image.map(|(url, _)| url).as_deref(),
            Some("https://e.com/p.png")
        );
        for thanks in [
            "[![A](https://a.com/a.png)](https://a.com/?utm_medium=sponsorship)\n\n",
            "<a href=\"https://patreon.com/x\"><img src=\"https://a.com/a.png\"></a>\n\n",
            "![Acme](https://a.com/assets/thanks/acme.svg)\n\n",
            "## :heart: Sponsors\n\n![Acme](https://a.com/acme.svg)\n\n## More\n\n",
            "![Build Status](https://a.com/b.svg)\n\n",
            "![Itch](https://a.com/images/badge-color.svg)\n\n",
        ] {
            let image = of(&format!("{thanks}![p](https://e.com/p.png)\n")).image;
            assert_eq!(
                image.map(|(url, _)| url).as_deref(),
                Some("https://e.com/p.png")
            );
        }
        assert_eq!(derived.external_links, ["https://e.com"]);
        assert_eq!(derived.internal_links, ["/x/"]);
        assert_eq!(
            derived.image,
            Some(("https://e.com/p.png".to_owned(), "p".to_owned()))
        );
    }
}
