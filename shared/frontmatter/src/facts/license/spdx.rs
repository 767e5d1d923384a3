//! The names of licences in a text, as the SPDX ids of them.

use crate::words;

/// Two licences this close, with "or" between them, are a choice; in bytes.
const CLOSE_BYTES: usize = 20;

/// Most words between the name of a licence and its version.
const MAX_FILLERS: usize = 3;

/// Words that may stand before a licence at the beginning of a text.
const MAX_WORDS_BEFORE: usize = 2;

/// Most sentences that are looked at.
const MAX_DECLARATIONS: usize = 64;

/// Longest sentence that is looked at, in bytes.
const MAX_SENTENCE_BYTES: usize = 300;

/// The licence in a text, as an SPDX id; where one may choose, as an expression of them.
///
/// `is_address`: all may be in lower case, and `mit` is no German word.
pub(super) fn named(text: &str, is_address: bool) -> Option<String> {
    let found = all(text, is_address);
    choice(text, &found).or_else(|| found.into_iter().next().map(|found| found.id))
}

/// The licence that a section about it puts the document under, and not what it includes, or only a part of it.
pub(super) fn of_section(text: &str) -> Option<String> {
    let found = all(text, false);
    if let Some(choice) = choice(text, &found) {
        return Some(choice);
    }
    let about = |found: &Found| sentence(text, found.place.start).to_lowercase();
    let own: Vec<(&Found, String)> = found
        .iter()
        .map(|found| (found, about(found)))
        .filter(|(_, sentence)| !is_of_others(sentence))
        .collect();
    let is_whole =
        |sentence: &str| words::OF_WHOLE.fits(sentence) || !words::OF_PART.fits(sentence);
    let whole = own.iter().find(|(_, sentence)| is_whole(sentence));
    whole.or(own.first()).map(|(found, _)| found.id.clone())
}

/// The licence that a sentence anywhere puts the document under: `This software is distributed under the MIT license`.
pub(super) fn declared(text: &str) -> Option<String> {
    let places = memchr::memmem::find_iter(text.as_bytes(), "ed under ");
    places.take(MAX_DECLARATIONS).find_map(|at| {
        let sentence = sentence(text, at);
        let lower = sentence.to_lowercase();
        // `License: This project …`
        let unlabelled = lower
            .split_once(": ")
            .filter(|(label, _)| !label.contains(' '));
        let said = unlabelled.map_or(lower.as_str(), |(_, rest)| rest);
        let said = said.trim_start_matches(|c: char| !c.is_alphanumeric());
        let is_declared = sentence.len() <= MAX_SENTENCE_BYTES
            && words::LICENSED_SUBJECT.fits(said)
            && words::LICENSED.fits(said)
            && !is_of_others(said);
        is_declared.then(|| named(sentence, false))?
    })
}

fn is_of_others(sentence: &str) -> bool {
    words::OF_OTHERS.fits(sentence) && !words::OWN.fits(sentence)
}

/// The sentence that stands at a place, or the line; of a longer one, what is near.
fn sentence(text: &str, at: usize) -> &str {
    let near = text.floor_char_boundary(at.saturating_sub(MAX_SENTENCE_BYTES))
        ..text.floor_char_boundary(text.len().min(at + MAX_SENTENCE_BYTES));
    let before = text.get(near.start..at).unwrap_or_default();
    let behind = text.get(at..near.end).unwrap_or_default();
    let ends = ['\n', '。', ';', '；'];
    let start = [before.rfind(ends), before.rfind(". ")]
        .into_iter()
        .max()
        .flatten();
    let end = [behind.find(ends), behind.find(". ")]
        .into_iter()
        .flatten()
        .min();
    text.get(near.start + start.unwrap_or_default()..at + end.unwrap_or(behind.len()))
        .unwrap_or_default()
}

/// Every licence that is named, in order.
fn all(text: &str, is_address: bool) -> Vec<Found> {
    let words = Words::of(text, is_address);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.list.len() {
        match words.license(at) {
            Some((id, length)) => {
                let place = words.place(at, length);
                found.push(Found { id, place });
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// An expression of them, where there are several and each will do.
fn choice(text: &str, found: &[Found]) -> Option<String> {
    let mut different: Vec<&Found> = Vec::new();
    for found in found {
        if !different.iter().any(|known| known.id == found.id) {
            different.push(found);
        }
    }
    let is_choice = different.len() > 1
        && different.windows(2).all(|pair| match pair {
            [one, other] => text
                .get(one.place.end..other.place.start)
                .is_some_and(|between| offers_choice(text, between)),
            _ => false,
        });
    let ids: Vec<&str> = different.iter().map(|found| found.id.as_str()).collect();
    is_choice.then(|| ids.join(" OR "))
}

/// The licence that a text begins with, but for a word or two, or that it says something is under: `the MIT license`.
pub(super) fn first(text: &str) -> Option<String> {
    let words = Words::of(text, false);
    let first = (0..=MAX_WORDS_BEFORE).find_map(|at| words.license(at));
    let is_declared = || words::LICENSED.fits(text);
    match first {
        Some((id, _)) => Some(id),
        None => is_declared().then(|| named(text, false))?,
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

    /// Where the words go on behind one of these phrases, if it follows.
    fn skip(&self, at: usize, phrases: &[&str]) -> usize {
        at + phrases
            .iter()
            .find_map(|phrase| self.say(at, phrase))
            .unwrap_or_default()
    }

    /// The version that follows, and how many words it takes with those before it: `Version 2.0`, `v3`, `3+`.
    fn version(&self, at: usize) -> Option<(&str, usize)> {
        (0..=MAX_FILLERS).find_map(|skipped| {
            let fillers = (at..at + skipped).all(|at| words::LICENSE_FILLER.fits(self.word(at)));
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
                ("gpl", "gnu public"),
            ]
            .into_iter()
            .find_map(|(name, phrase)| Some((name, self.say(at, phrase)?)))?;
            let noticed = self.skip(at + length, &["license", "licence"]);
            let noticed = self.skip(noticed, &["as published by the free software foundation"]);
            let noticed = self.skip(noticed, &["either"]);
            let (version, more) = self.version(noticed)?;
            let behind = self.skip(noticed + more, &["of the license", "of the licence"]);
            (name, version, behind - at)
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
            ("CERN-OHL-S", "cern ohl s", "2"),
            ("CERN-OHL-W", "cern ohl w", "2"),
            ("CERN-OHL-P", "cern ohl p", "2"),
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
            (
                "under the terms of the GNU General Public License as published by the Free Software Foundation, either \
                 version 3 of the License, or (at your option) any later version.",
                "GPL-3.0-or-later",
            ),
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
            ("the GNU Public License, version 3", "GPL-3.0"),
            ("CERN-OHL-S v2", "CERN-OHL-S-2.0"),
            ("Boost Software License 1.0", "BSL-1.0"),
            ("public domain (Unlicense)", "Unlicense"),
        ] {
            assert_eq!(named(text, false).as_deref(), Some(id), "{text}");
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
            assert_eq!(named(text, false), None, "{text}");
        }
    }

    #[test]
    fn what_a_document_includes_has_licences_of_its_own() {
        for (text, id) in [
            (
                "The documentation is licensed under CC BY 4.0. The code is licensed under MIT.",
                Some("MIT"),
            ),
            (
                "All documentation and hardware is under CC BY-SA 4.0.\nAll software is under the GNU GPLv3.",
                Some("GPL-3.0"),
            ),
            ("MIT, see the included LICENSE.", Some("MIT")),
            ("It bundles jQuery, licensed under MIT.", None),
            (
                "Uses icons from Foo (CC BY 4.0). The rest is MIT.",
                Some("MIT"),
            ),
            (
                "The content is licensed under CC BY 4.0.",
                Some("CC-BY-4.0"),
            ),
            ("This project uses the GPL v3 license.", Some("GPL-3.0")),
            (
                "The code in this repository is MIT licensed, but some dependencies are not.",
                Some("MIT"),
            ),
        ] {
            assert_eq!(of_section(text).as_deref(), id, "{text}");
        }
        for (text, id) in [
            (
                "It parses. This software is distributed under MIT license, so go on.",
                Some("MIT"),
            ),
            (
                "Released under the Apache License, Version 2.0.",
                Some("Apache-2.0"),
            ),
            (
                "The parser that it is based on is licensed under MIT.",
                None,
            ),
            (
                "This tool tells what is licensed under what: MIT.",
                Some("MIT"),
            ),
            (
                "License: This project is licensed under the MIT License",
                Some("MIT"),
            ),
            ("Jane licensed under MIT what she made.", None),
        ] {
            assert_eq!(declared(text).as_deref(), id, "{text}");
        }
    }
}
