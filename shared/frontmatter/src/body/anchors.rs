//! Links within the page: spelled as another program spells a heading's id, they lead to the id that it has here (2.9.9).

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use pulldown_cmark::TagEnd;

use super::options::CleanOptions;
use super::policy;
use crate::emoji;
use crate::markdown::html::tokens::{TokenKind, tokens};
use crate::markdown::{Document, Event, Tag};
use crate::slugger::{Slugger, slug};

/// What GitHub and Bitbucket put before a heading's id.
const PREFIXES: [&str; 2] = ["user-content-", "markdown-header-"];

/// Where links within a document lead, read when the first is asked for.
pub(crate) struct Anchors<'a> {
    document: &'a Document<'a>,
    removed: &'a [String],
    places: OnceCell<Places>,
    by_letters: OnceCell<HashMap<String, String>>,
}

/// The places of a document that links lead to.
#[derive(Default)]
struct Places {
    ids: HashSet<String>,
    named: Vec<Named>,
}

/// An id with what it is made of.
struct Named {
    /// The text of a heading, or the id as its author wrote it.
    name: String,
    id: String,
    is_heading: bool,
}

impl Named {
    /// The letters of its name, where they may be others than those of its id.
    fn letters(&self) -> Option<String> {
        if self.is_heading {
            let slug = slug(&emoji::named(&self.name));
            (slug != self.id).then(|| letters(&slug))
        } else {
            Some(letters(&self.name))
        }
    }
}

impl<'a> Anchors<'a> {
    pub(crate) fn of(document: &'a Document<'a>, options: &CleanOptions<'a>) -> Self {
        Self {
            document,
            removed: options.removed_ids,
            places: OnceCell::new(),
            by_letters: OnceCell::new(),
        }
    }

    /// The address to which a link leads that may be one within the page.
    pub(crate) fn lead<'u>(&self, url: &'u str) -> Cow<'u, str> {
        let fragment = url
            .strip_prefix('#')
            .filter(|fragment| !fragment.is_empty());
        match fragment.and_then(|fragment| self.id(fragment)) {
            Some(id) => format!("#{id}").into(),
            None => url.into(),
        }
    }

    /// The id that is meant by one that isn't there.
    fn id(&self, fragment: &str) -> Option<String> {
        let places = self.places.get_or_init(|| Places::read(self.document));
        if places.ids.contains(fragment) {
            return None;
        }
        let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        if let Some(block) = decoded.strip_prefix('^') {
            return Some(format!("block-{block}"));
        }
        let name = PREFIXES
            .iter()
            .find_map(|prefix| decoded.strip_prefix(prefix))
            .unwrap_or(&decoded);
        // Obsidian names the headings above as well.
        let name = name.rsplit('#').next().unwrap_or_default();
        let slugged = slug(name);
        if places.ids.contains(&slugged) {
            return Some(slugged);
        }
        let by_letters = self.by_letters.get_or_init(|| places.by_letters());
        let letters = letters(&slug(&emoji::named(name)));
        let removed = self.removed.iter();
        let mut removed = removed.filter(|id| **id == slugged || self::letters(id) == letters);
        let known = by_letters.get(&letters).or_else(|| removed.next());
        known.filter(|_| !letters.is_empty()).cloned()
    }
}

impl Places {
    fn read(document: &Document<'_>) -> Self {
        let mut places = Self::default();
        let mut slugger = Slugger::default();
        let mut heading: Option<String> = None;
        for (event, _) in &document.events {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let text = heading.take().unwrap_or_default();
                    let id = slugger.id(text.trim());
                    places.add(text, id, true);
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(text);
                    }
                }
                Event::Html(html) | Event::InlineHtml(html) => places.html(html),
                _ => {}
            }
        }
        places
    }

    /// The ids of elements, as they come out.
    fn html(&mut self, html: &str) {
        // An attribute has a value behind its name, and most have other names.
        let names_id = |at: usize| {
            let before = html.as_bytes().get(..at).unwrap_or_default();
            let before = before.trim_ascii_end();
            ["id", "name"].iter().any(|name| {
                let name = name.as_bytes();
                let last = before.len().checked_sub(name.len());
                last.and_then(|last| before.get(last..))
                    .is_some_and(|last| last.eq_ignore_ascii_case(name))
            })
        };
        if !memchr::memchr_iter(b'=', html.as_bytes()).any(names_id) {
            return;
        }
        for token in tokens(html) {
            let TokenKind::Open(tag) = token.kind else {
                continue;
            };
            let ids = tag.attributes.iter();
            let ids = ids.filter(|attribute| matches!(attribute.name.as_ref(), "id" | "name"));
            for value in ids.filter_map(|attribute| attribute.value.as_deref()) {
                let id = policy::renamed(value).unwrap_or_else(|| value.to_owned());
                self.add(value.to_owned(), id, false);
            }
        }
    }

    fn add(&mut self, name: String, id: String, is_heading: bool) {
        self.ids.insert(id.clone());
        self.named.push(Named {
            name,
            id,
            is_heading,
        });
    }

    /// Ids by the letters and digits of their names.
    fn by_letters(&self) -> HashMap<String, String> {
        let mut ids = HashMap::new();
        for named in &self.named {
            for letters in named.letters().into_iter().chain([letters(&named.id)]) {
                ids.entry(letters).or_insert_with(|| named.id.clone());
            }
        }
        ids
    }
}

/// Whether it is a letter of one of the scripts that know no capitals, as far as these are common.
fn has_one_case(c: char) -> bool {
    matches!(c, 'א'..='ת' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣')
}

/// What every program keeps of a heading in its id.
fn letters(id: &str) -> String {
    let mut letters = String::with_capacity(id.len());
    for c in id.chars() {
        if !(has_one_case(c) || c.is_alphanumeric()) {
            continue;
        }
        // The tables of letters beyond ASCII are large.
        if c.is_ascii() {
            letters.push(c.to_ascii_lowercase());
        } else if has_one_case(c) {
            letters.push(c);
        } else {
            letters.extend(c.to_lowercase());
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use crate::body::tests::{clean_as, context};
    use crate::context::Flavor;

    const HEADINGS: &str = "\n\n## Second Part\n\n## ⚡ Numbers\n\n## Part-2: C++ & more\n\n<h2 id=\"links\">a</h2>\n\n<a name=\"1.0\"></a>\n";

    #[test]
    fn links_within_the_page_lead_to_headings() {
        for (link, expected) in [
            ("#Second%20Part", "#second-part"),
            ("#user-content-second-part", "#second-part"),
            ("#markdown-header-second-part", "#second-part"),
            ("#Second-Part", "#second-part"),
            ("#zap-numbers", "#-numbers"),
            ("#numbers", "#-numbers"),
            ("#part-2-c--more", "#part-2-c--more"),
            ("#part-2-c-more", "#part-2-c--more"),
            ("#%5Eab-1", "#block-ab-1"),
            ("#links", "#links-section"),
            ("#1.0", "#section-1-0"),
            ("#nowhere", "#nowhere"),
        ] {
            let body = format!("[a]({link}) <a href=\"{link}\">b</a>{HEADINGS}");
            let cleaned = clean_as(&body, &context(Flavor::Auto)).body;
            let expected = format!("[a]({expected}) <a href=\"{expected}\">b</a>");
            assert_eq!(cleaned.lines().next(), Some(expected.as_str()), "{link}");
        }
    }
}
