//! The licence that a badge, a link or a section names (2.10).

use crate::badge::is_badge;

/// Two licences this close, with "or" between them, are a choice; in bytes.
const CLOSE_BYTES: usize = 20;

/// Words for a licence, in the languages of READMEs.
const LICENSE_WORDS: [&str; 26] = [
    "license",
    "licence",
    "licenses",
    "licences",
    "licensing",
    "licença",
    "licencia",
    "licenza",
    "licentie",
    "lizenz",
    "licens",
    "licencja",
    "lisensi",
    "lisans",
    "лицензия",
    "лицензии",
    "ліцензія",
    "giấy phép",
    "许可",
    "許可",
    "授权",
    "授權",
    "ライセンス",
    "라이선스",
    "라이센스",
    "الترخيص",
];

/// Longest heading that is about the licence, in words.
const MAX_HEADING_WORDS: usize = 5;

/// What a heading about other licences says besides.
const OF_OTHERS: [&str; 5] = ["third", "3rd", "dependenc", "librar", "key"];

/// Words between the name of a licence and its version.
const FILLERS: [&str; 7] = [
    "license", "licence", "version", "ver", "v", "org", "licenses",
];

/// Most of them.
const MAX_FILLERS: usize = 3;

/// The licence that a badge names.
pub(super) fn badge_license(url: &str) -> Option<String> {
    // shields.io sets label, text and colour apart by a hyphen, and writes one as two.
    is_license_badge(url).then(|| named(&url.replace("%20", " "), false))?
}

/// Whether a picture is the badge of a licence, whether or not it names one.
pub(super) fn is_license_badge(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    (lower.contains("license") || lower.contains("licence")) && is_badge(url)
}

/// The licence that an address leads to: that of its text, or a page about it.
pub(super) fn linked_license(url: &str) -> Option<String> {
    let hosts = [
        "opensource.org/",
        "gnu.org/",
        "apache.org/licenses",
        "creativecommons.org/",
        "mozilla.org/",
        "spdx.org/",
        "choosealicense.com/",
        "unlicense.org",
    ];
    let lower = url.to_ascii_lowercase();
    hosts
        .iter()
        .any(|host| lower.contains(host))
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
    /// What such lines say; of several licences, none is the document's.
    labelled: Vec<String>,
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
    pub(super) fn found(self) -> Option<String> {
        let mut labelled = self.labelled.into_iter();
        self.badge
            .or_else(|| named_license(&self.section))
            .or_else(|| labelled.next().filter(|_| labelled.next().is_none()))
            .or(self.linked)
    }

    pub(super) fn begin_section(&mut self, heading: &str) {
        self.is_in_section = is_about_license(heading);
        self.section(heading);
        self.end_line();
    }

    /// Reads text of a section, prose or not.
    pub(super) fn section(&mut self, text: &str) {
        if self.is_in_section {
            self.section.push_str(text);
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
            Line::Begins => self.line = Line::Passed,
            Line::Kept(line) => line.push_str(text),
            Line::Passed => {}
        }
    }

    pub(super) fn end_line(&mut self) {
        self.section("\n");
        if let Line::Kept(line) = std::mem::take(&mut self.line)
            && let Some(id) = labelled(&line).and_then(named_license)
            && !self.labelled.contains(&id)
        {
            self.labelled.push(id);
        }
    }

    pub(super) fn link(&mut self, url: &str) {
        if self.is_in_section && self.linked.is_none() {
            self.linked = linked_license(url);
        }
    }
}

fn begins_with_license_word(text: &str) -> bool {
    let text = text.trim_start();
    // Nearly all lines are told by their first letter.
    let first = text.chars().next().and_then(|c| c.to_lowercase().next());
    LICENSE_WORDS.iter().any(|word| {
        word.chars().next() == first
            && text
                .get(..word.len())
                .is_some_and(|beginning| beginning.to_lowercase() == **word)
    })
}

/// Whether a heading says that its section is about the document's licence.
fn is_about_license(heading: &str) -> bool {
    let words = || {
        heading
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    if words().nth(MAX_HEADING_WORDS).is_some() {
        return false;
    }
    let is_one = |word: &str| {
        LICENSE_WORDS
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    };
    let says_so = if heading.is_ascii() {
        words().any(is_one)
    } else {
        let lower = heading.to_lowercase();
        words().any(is_one)
            || LICENSE_WORDS
                .iter()
                .any(|known| !known.is_ascii() && lower.contains(known))
    };
    if says_so {
        let lower = heading.to_lowercase();
        !OF_OTHERS.iter().any(|other| lower.contains(other))
    } else {
        ["copyright", "copyrights"]
            .iter()
            .any(|known| heading.eq_ignore_ascii_case(known))
    }
}

/// What follows the word for a licence and a colon at the beginning of a text, or a cell: `License: MIT`.
fn labelled(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let at = text.find([':', '：', '\n'])?;
    let (label, rest) = text.split_at_checked(at)?;
    let label = label.trim().to_lowercase();
    LICENSE_WORDS.contains(&label.as_str()).then_some(rest)
}

/// The licence in a text, as an SPDX id; where one may choose, as an expression of them.
fn named_license(text: &str) -> Option<String> {
    named(text, false)
}

/// `is_address`: all is in lower case, and `mit` no German word.
fn named(text: &str, is_address: bool) -> Option<String> {
    let words = Words::of(text, is_address);
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < words.list.len() {
        match words.license(at) {
            Some((id, length)) => {
                let place = words.place(at, length);
                if !found.iter().any(|known| known.id == id) {
                    found.push(Found { id, place });
                }
                at += length;
            }
            None => at += 1,
        }
    }
    let is_choice = found.windows(2).all(|pair| match pair {
        [one, other] => text
            .get(one.place.end..other.place.start)
            .is_some_and(|between| offers_choice(text, between)),
        _ => false,
    });
    if is_choice {
        let ids: Vec<String> = found.into_iter().map(|found| found.id).collect();
        (!ids.is_empty()).then(|| ids.join(" OR "))
    } else {
        found.into_iter().next().map(|found| found.id)
    }
}

struct Found {
    id: String,
    place: std::ops::Range<usize>,
}

/// A text in words: letters and digits, with the points between digits and a plus behind them.
struct Words<'a> {
    text: &'a str,
    /// In lower case, with where they begin.
    list: Vec<(usize, String)>,
    is_address: bool,
}

impl<'a> Words<'a> {
    fn of(text: &'a str, is_address: bool) -> Self {
        let mut list: Vec<(usize, String)> = Vec::new();
        let mut is_open = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let next_is_digit = characters
                .peek()
                .is_some_and(|(_, next)| next.is_ascii_digit());
            let open = list.last_mut().filter(|_| is_open);
            let after_digit = open
                .as_ref()
                .is_some_and(|(_, word)| word.ends_with(|c: char| c.is_ascii_digit()));
            let belongs = c.is_alphanumeric()
                || (c == '.' && after_digit && next_is_digit)
                || (c == '+' && after_digit);
            match open {
                Some((_, word)) if belongs => word.extend(c.to_lowercase()),
                _ if belongs => list.push((at, c.to_lowercase().collect())),
                _ => {}
            }
            is_open = belongs;
        }
        Self {
            text,
            list,
            is_address,
        }
    }

    fn word(&self, at: usize) -> &str {
        self.list.get(at).map_or("", |(_, word)| word)
    }

    fn place(&self, at: usize, length: usize) -> std::ops::Range<usize> {
        let start = self.list.get(at).map_or(0, |(start, _)| *start);
        let last = self.list.get(at + length.saturating_sub(1));
        start..last.map_or(start, |(start, word)| start + word.len())
    }

    /// Whether a word stands as it is written here, capitals and all.
    fn is_exactly(&self, at: usize, word: &str) -> bool {
        let start = self.list.get(at).map_or(0, |(start, _)| *start);
        self.word(at).eq_ignore_ascii_case(word)
            && (self.is_address
                || self
                    .text
                    .get(start..)
                    .is_some_and(|rest| rest.starts_with(word)))
    }

    /// Whether these words follow.
    fn say(&self, at: usize, phrase: &str) -> Option<usize> {
        let mut length = 0;
        for word in phrase.split(' ') {
            if self.word(at + length) != word {
                return None;
            }
            length += 1;
        }
        Some(length)
    }

    /// The version that follows, and how many words it takes with those before it: `Version 2.0`, `v3`, `3+`.
    fn version(&self, at: usize) -> Option<(&str, usize)> {
        (0..=MAX_FILLERS).find_map(|skipped| {
            let fillers = (at..at + skipped).all(|at| FILLERS.contains(&self.word(at)));
            let word = self.word(at + skipped);
            let version = word.strip_prefix('v').unwrap_or(word);
            (fillers && version.starts_with(|c: char| c.is_ascii_digit()))
                .then_some((version, skipped + 1))
        })
    }

    /// The licence that is named at a word, as its SPDX id, and by how many words.
    fn license(&self, at: usize) -> Option<(String, usize)> {
        self.gnu(at)
            .or_else(|| self.creative_commons(at))
            .or_else(|| self.bsd(at))
            .or_else(|| self.versioned(at))
            .or_else(|| self.without_version(at))
    }

    /// The GNU licences. One whose version is told, but not whether later ones will do, keeps the old id.
    fn gnu(&self, at: usize) -> Option<(String, usize)> {
        let word = self.word(at);
        let written = ["agpl", "lgpl", "gpl"]
            .into_iter()
            .find_map(|name| Some((name, word.strip_prefix(name)?)));
        let (name, version, length) = if let Some((name, inside)) = written {
            match inside.strip_prefix('v').unwrap_or(inside) {
                "" => {
                    let (version, more) = self.version(at + 1)?;
                    (name, version, 1 + more)
                }
                version if version.starts_with(|c: char| c.is_ascii_digit()) => (name, version, 1),
                _ => return None,
            }
        } else {
            let (name, length) = [
                ("agpl", "affero general public"),
                ("lgpl", "lesser general public"),
                ("lgpl", "library general public"),
                ("gpl", "general public"),
            ]
            .into_iter()
            .find_map(|(name, phrase)| Some((name, self.say(at, phrase)?)))?;
            let (version, more) = self.version(at + length)?;
            (name, version, length + more)
        };
        let number = match version.trim_end_matches('+') {
            "2" | "2.0" => "2.0",
            "2.1" => "2.1",
            "3" | "3.0" => "3.0",
            _ => return None,
        };
        let behind = at + length;
        let later = [
            "or later",
            "or any later",
            "or newer",
            "or at your option any later",
        ]
        .iter()
        .find_map(|phrase| self.say(behind, phrase));
        let only = ["only", "and only version 2", "and only version 3"]
            .iter()
            .find_map(|phrase| self.say(behind, phrase));
        let (which, more) = match (version.ends_with('+'), later, only) {
            (true, ..) => ("-or-later", 0),
            (_, Some(more), _) => ("-or-later", more),
            (.., Some(more)) => ("-only", more),
            _ => ("", 0),
        };
        Some((
            format!("{}-{number}{which}", name.to_uppercase()),
            length + more,
        ))
    }

    /// `CC BY-SA 4.0`, `Creative Commons Attribution-ShareAlike 4.0`, `creativecommons.org/licenses/by-sa/4.0`.
    fn creative_commons(&self, at: usize) -> Option<(String, usize)> {
        if self.word(at) == "cc0" {
            let more = usize::from(self.word(at + 1) == "1.0");
            return Some(("CC0-1.0".to_owned(), 1 + more));
        }
        let mut length = [
            "cc",
            "creative commons",
            "creativecommons org licenses",
            "creativecommons",
        ]
        .iter()
        .find_map(|phrase| self.say(at, phrase))?;
        if let Some(more) = self.say(at + length, "org publicdomain zero 1.0") {
            return Some(("CC0-1.0".to_owned(), length + more));
        }
        let mut id = "CC".to_owned();
        loop {
            let (part, more) = [
                ("BY", "by"),
                ("BY", "attribution"),
                ("NC", "nc"),
                ("NC", "noncommercial"),
                ("NC", "non commercial"),
                ("SA", "sa"),
                ("SA", "sharealike"),
                ("SA", "share alike"),
                ("ND", "nd"),
                ("ND", "noderivatives"),
                ("ND", "noderivs"),
                ("ND", "no derivatives"),
                ("", "international"),
                ("", "unported"),
            ]
            .into_iter()
            .find_map(|(part, phrase)| Some((part, self.say(at + length, phrase)?)))
            .unwrap_or_default();
            if more == 0 {
                break;
            }
            length += more;
            if !part.is_empty() {
                id.extend(["-", part]);
            }
        }
        let (version, more) = self.version(at + length)?;
        let is_known = matches!(version, "1.0" | "2.0" | "2.5" | "3.0" | "4.0");
        (is_known && id.starts_with("CC-BY")).then(|| (format!("{id}-{version}"), length + more))
    }

    fn bsd(&self, at: usize) -> Option<(String, usize)> {
        [
            ("0BSD", "0bsd"),
            ("BSD-2-Clause", "bsd 2 clause"),
            ("BSD-2-Clause", "bsd 2"),
            ("BSD-2-Clause", "2 clause bsd"),
            ("BSD-2-Clause", "simplified bsd"),
            ("BSD-3-Clause", "bsd 3 clause"),
            ("BSD-3-Clause", "bsd 3"),
            ("BSD-3-Clause", "3 clause bsd"),
            ("BSD-3-Clause", "new bsd"),
            ("BSD-3-Clause", "modified bsd"),
        ]
        .into_iter()
        .find_map(|(id, phrase)| Some((id.to_owned(), self.say(at, phrase)?)))
    }

    /// Those that have a number.
    fn versioned(&self, at: usize) -> Option<(String, usize)> {
        [
            ("Apache", "apache", "2"),
            ("MPL", "mpl", "2"),
            ("MPL", "mozilla public", "2"),
            ("EPL", "epl", "2"),
            ("EPL", "eclipse public", "2"),
            ("EPL", "epl", "1"),
            ("EPL", "eclipse public", "1"),
            ("EUPL", "eupl", "1.2"),
            ("BSL", "bsl", "1"),
            ("BSL", "boost software", "1"),
            ("Artistic", "artistic", "2"),
            ("OFL", "ofl", "1.1"),
            ("OFL", "sil open font", "1.1"),
        ]
        .into_iter()
        .find_map(|(name, phrase, number)| {
            let length = self.say(at, phrase)?;
            let (version, more) = self.version(at + length)?;
            let is_it = version == number || version.strip_suffix(".0") == Some(number);
            let point = if number.contains('.') { "" } else { ".0" };
            is_it.then(|| (format!("{name}-{number}{point}"), length + more))
        })
    }

    fn without_version(&self, at: usize) -> Option<(String, usize)> {
        if self.is_exactly(at, "MIT") {
            return Some(match self.word(at + 1) {
                "0" => ("MIT-0".to_owned(), 2),
                _ => ("MIT".to_owned(), 1),
            });
        }
        let exactly = ["ISC", "Zlib", "PostgreSQL"];
        let in_any_case = ["Unlicense", "WTFPL"];
        exactly
            .into_iter()
            .filter(|id| self.is_exactly(at, id))
            .chain(
                in_any_case
                    .into_iter()
                    .filter(|id| self.word(at).eq_ignore_ascii_case(id)),
            )
            .next()
            .map(|id| (id.to_owned(), 1))
    }
}

/// Whether what stands between two licences says that either will do.
fn offers_choice(text: &str, between: &str) -> bool {
    let says_or = between
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word.eq_ignore_ascii_case("or"));
    says_or && (between.len() <= CLOSE_BYTES || text.contains("either") || text.contains("option"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_known_by_their_many_names() {
        for (text, id) in [
            ("GPLv3", "GPL-3.0"),
            ("released under the GPL v2.", "GPL-2.0"),
            ("GPL-3.0-or-later", "GPL-3.0-or-later"),
            ("GPLv2+", "GPL-2.0-or-later"),
            ("GNU General Public License v2", "GPL-2.0"),
            (
                "the GNU General Public License, Version 2 (and only Version 2)",
                "GPL-2.0-only",
            ),
            (
                "GNU Lesser General Public License version 2.1 or later",
                "LGPL-2.1-or-later",
            ),
            ("LGPLv3", "LGPL-3.0"),
            ("GNU AGPLv3", "AGPL-3.0"),
            ("Apache 2 License", "Apache-2.0"),
            ("Apache License (Version 2.0)", "Apache-2.0"),
            ("the Apache Licence v2", "Apache-2.0"),
            ("Artistic License v2.0", "Artistic-2.0"),
            ("New BSD License", "BSD-3-Clause"),
            ("a 2-clause BSD license", "BSD-2-Clause"),
            ("Mozilla Public License 2.0", "MPL-2.0"),
            ("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
            (
                "Creative Commons Attribution-ShareAlike 3.0 Unported",
                "CC-BY-SA-3.0",
            ),
            ("CC0", "CC0-1.0"),
            ("Boost Software License 1.0", "BSL-1.0"),
            ("public domain (Unlicense)", "Unlicense"),
        ] {
            assert_eq!(named_license(text).as_deref(), Some(id), "{text}");
        }
        for text in [
            "mit Lizenz",
            "the GPL",
            "Apache 1.1",
            "isc",
            "all rights reserved",
            "BY 4.0",
            "submitted",
            "",
        ] {
            assert_eq!(named_license(text), None, "{text}");
        }
    }

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
    }
}
