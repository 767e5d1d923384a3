//! The licence that a badge, a link or a section names (2.10).

mod spdx;

use crate::badge::is_badge;
use crate::words;

use spdx::{declared, first, named, of_section};

/// What is read of the sections about the licence, in bytes: more is the licence itself, or something else.
const MAX_SECTION_BYTES: usize = 8 * 1024;

/// Longest line `License: …`, in bytes.
const MAX_LINE_BYTES: usize = 256;

/// Longest heading that is about the licence, in words.
const MAX_HEADING_WORDS: usize = 5;

/// The licence that a badge names.
pub(super) fn badge_license(url: &str) -> Option<String> {
    // shields.io sets label, text and colour apart by a hyphen, and writes one as two.
    let says_text = url.contains("/badge/");
    is_license_badge(url).then(|| named(&url.replace("%20", " "), says_text))?
}

/// Whether a picture is the badge of a licence, whether or not it names one.
pub(super) fn is_license_badge(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    words::LICENSE_BADGE.fits(&lower) && is_badge(url)
}

/// The licence that an address leads to: that of its text, or a page about it.
pub(super) fn linked_license(url: &str) -> Option<String> {
    words::LICENSE_PAGE
        .fits(&url.to_ascii_lowercase())
        .then(|| named(url, true))?
}

/// What one pass over a body finds of its licence.
#[derive(Debug, Default)]
pub(super) struct LicenseReading {
    /// The one that a badge names, or what it leads to.
    pub(super) badge: Option<String>,
    /// The text of the sections about it, headings included.
    section: String,
    is_in_section: bool,
    /// What the first link in such a section leads to that leads to a licence.
    linked: Option<String>,
    /// The line that is being read, where it may be `License: …`.
    line: Line,
    /// What such lines say at the top; of several licences, none is the document's.
    labelled: Vec<String>,
    headings: usize,
    /// Whether a link leads to the dedication to the public domain.
    is_dedicated: bool,
}

#[derive(Debug, Default)]
enum Line {
    #[default]
    Begins,
    /// It begins with the word.
    Kept(String),
    Passed,
}

impl LicenseReading {
    /// The licence of the document.
    ///
    /// `text` is all of its prose.
    pub(super) fn found(self, text: &str) -> Option<String> {
        let mut labelled = self.labelled.into_iter();
        self.badge
            .or_else(|| of_section(&self.section))
            .or_else(|| labelled.next().filter(|_| labelled.next().is_none()))
            .or(self.linked)
            .or_else(|| declared(text))
            .or_else(|| {
                let is_so = self.is_dedicated && words::PUBLIC_DOMAIN.fits(text);
                is_so.then(|| "CC0-1.0".to_owned())
            })
    }

    pub(super) fn begin_section(&mut self, heading: &str) {
        self.headings += 1;
        self.is_in_section = is_about_license(heading);
        self.section(heading);
        self.end_line();
    }

    /// Reads text of a section, prose or not.
    pub(super) fn section(&mut self, text: &str) {
        if self.is_in_section {
            let room = MAX_SECTION_BYTES.saturating_sub(self.section.len());
            let fits = text.floor_char_boundary(room.min(text.len()));
            self.section.push_str(text.get(..fits).unwrap_or_default());
        }
    }

    /// Reads prose; a line feed stands between cells.
    pub(super) fn text(&mut self, text: &str) {
        self.section(text);
        match &mut self.line {
            Line::Begins if text.trim().is_empty() => {}
            Line::Begins if begins_with_license_word(text) => {
                self.line = Line::Kept(text.to_owned());
            }
            Line::Kept(line) if line.len() < MAX_LINE_BYTES => line.push_str(text),
            Line::Begins | Line::Kept(_) => self.line = Line::Passed,
            Line::Passed => {}
        }
    }

    pub(super) fn end_line(&mut self) {
        self.section("\n");
        if let Line::Kept(line) = std::mem::take(&mut self.line)
            && self.headings <= 1
            && let Some(id) = labelled(&line).and_then(first)
            && !self.labelled.contains(&id)
        {
            self.labelled.push(id);
        }
    }

    pub(super) fn link(&mut self, url: &str) {
        self.is_dedicated |= url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .is_some_and(|address| address.starts_with("creativecommons.org/publicdomain/zero"));
        if self.is_in_section && self.linked.is_none() {
            self.linked = linked_license(url);
        }
    }
}

fn begins_with_license_word(text: &str) -> bool {
    let text = text.trim_start();
    if !may_begin_license_word(text) {
        return false;
    }
    let first = text.chars().next().and_then(|c| c.to_lowercase().next());
    words::LICENSE.words().any(|word| {
        word.chars().next() == first
            && text
                .get(..word.len())
                .is_some_and(|beginning| beginning.to_lowercase() == word)
    })
}

/// Told by the first letter, as it is of nearly all lines and words.
fn may_begin_license_word(text: &str) -> bool {
    text.starts_with(|c: char| !c.is_ascii() || matches!(c, 'l' | 'L' | 'g' | 'G'))
}

/// Whether a heading says that its section is about the document's licence.
fn is_about_license(heading: &str) -> bool {
    let all = || {
        heading
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    if all().nth(MAX_HEADING_WORDS).is_some() {
        return false;
    }
    let is_one = |word: &str| {
        may_begin_license_word(word) && words::LICENSE.fits(&word.to_ascii_lowercase())
    };
    let says_so = if heading.is_ascii() {
        all().any(is_one)
    } else {
        let lower = heading.to_lowercase();
        all().any(is_one)
            || words::LICENSE
                .words()
                .any(|known| !known.is_ascii() && lower.contains(known))
    };
    if says_so {
        !words::LICENSE_OF_OTHERS.fits(&heading.to_lowercase())
    } else {
        words::COPYRIGHT.fits(&heading.to_ascii_lowercase())
    }
}

/// What follows the word for a licence and a colon at the beginning of a text, or a cell: `License: MIT`.
fn labelled(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let at = text.find([':', '：', '\n'])?;
    let (label, rest) = text.split_at_checked(at)?;
    let label = label.trim().to_lowercase();
    words::LICENSE.fits(&label).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn badges_and_links_name_licences() {
        for (url, id) in [
            (
                "https://img.shields.io/badge/license-Apache%20License%202.0-blue",
                Some("Apache-2.0"),
            ),
            (
                "https://img.shields.io/badge/License-Apache_2.0-blue.svg",
                Some("Apache-2.0"),
            ),
            (
                "https://img.shields.io/badge/license-MIT-green",
                Some("MIT"),
            ),
            (
                "https://img.shields.io/badge/license-mit-green",
                Some("MIT"),
            ),
            (
                "https://img.shields.io/badge/License-BSD%203--Clause-blue.svg",
                Some("BSD-3-Clause"),
            ),
            (
                "https://img.shields.io/badge/License-GPL3-red",
                Some("GPL-3.0"),
            ),
            ("https://img.shields.io/github/license/mit/app", None),
            ("https://e.com/MIT.png", None),
        ] {
            assert_eq!(badge_license(url).as_deref(), id, "{url}");
        }
        for (url, id) in [
            ("https://opensource.org/licenses/MIT", Some("MIT")),
            ("https://opensource.org/license/mit/", Some("MIT")),
            ("https://www.gnu.org/licenses/gpl-3.0.html", Some("GPL-3.0")),
            (
                "http://www.apache.org/licenses/LICENSE-2.0",
                Some("Apache-2.0"),
            ),
            (
                "https://creativecommons.org/licenses/by/4.0/",
                Some("CC-BY-4.0"),
            ),
            (
                "https://creativecommons.org/publicdomain/zero/1.0/",
                Some("CC0-1.0"),
            ),
            ("https://github.com/mit/app", None),
        ] {
            assert_eq!(linked_license(url).as_deref(), id, "{url}");
        }
    }

    #[test]
    fn words_are_told_by_their_first_letter() {
        assert!(words::LICENSE.words().all(may_begin_license_word));
    }

    #[test]
    fn headings_about_the_licence() {
        for heading in [
            "License",
            "📜 Lisans",
            "四、开源许可",
            "الترخيص (License)",
            "License: GPLv3",
            "Giấy phép",
            "Copyrights",
            "License notes",
            "Copyright/License",
            "MIT License",
            "7. Лицензия",
        ] {
            assert!(is_about_license(heading), "{heading}");
        }
        for heading in [
            "Third-party licenses",
            "License key",
            "Licensed to kill",
            "Copyright law",
            "Usage",
        ] {
            assert!(!is_about_license(heading), "{heading}");
        }
        assert_eq!(labelled("License: MIT"), Some(": MIT"));
        assert_eq!(labelled("The license: MIT"), None);
        assert_eq!(first(": the license, e.g. MIT"), None);
    }
}
