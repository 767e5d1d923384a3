//! The licence that a badge or a section names (2.10).

use crate::badge::is_badge;

/// Two licences this close, with "or" between them, are a choice; in bytes.
const CLOSE_BYTES: usize = 20;

/// Licences that a README's section may name (SPDX ids).
const SPDX: [&str; 32] = [
    "MIT-0",
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "ISC",
    "MPL-2.0",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "AGPL-3.0",
    "LGPL-2.1",
    "LGPL-3.0",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-2.0",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "GPL-3.0",
    "CC0-1.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-4.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
    "BSL-1.0",
    "EPL-2.0",
    "EUPL-1.2",
    "Artistic-2.0",
    "OFL-1.1",
    "PostgreSQL",
];

/// The licence that a badge names.
pub(super) fn badge_license(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let is_license = (lower.contains("license") || lower.contains("licence")) && is_badge(url);
    if !is_license {
        return None;
    }
    // shields.io sets label, text and colour apart by a hyphen, and writes one as two.
    let text = if url.contains("--") {
        url.split("--")
            .map(|part| part.replace('-', " "))
            .collect::<Vec<_>>()
            .join("-")
    } else {
        url.to_owned()
    };
    named_license(&text.replace("%20", " ").replace('_', " "))
}

/// Whether a heading says that its section is about the licence.
pub(super) fn is_about_license(heading: &str) -> bool {
    let heading = heading
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    matches!(
        heading.as_str(),
        "license" | "licence" | "licensing" | "copyright and license" | "许可证" | "ライセンス"
    )
}

/// The licence in a text, as an SPDX id; where one may choose, as an expression of them.
pub(super) fn named_license(text: &str) -> Option<String> {
    let text = text
        .replace("Apache License 2.0", "Apache-2.0")
        .replace("Apache License, Version 2.0", "Apache-2.0")
        .replace("Apache 2.0", "Apache-2.0");
    let mut found: Vec<(usize, &str)> = SPDX
        .iter()
        .filter_map(|id| Some((whole(&text, id)?, *id)))
        .collect();
    let (_, first) = *found.first()?;
    found.sort_unstable();
    let choices: Vec<&str> = found.iter().map(|(_, id)| *id).collect();
    let is_choice = found.windows(2).all(|pair| match pair {
        [(one, id), (other, _)] => text
            .get(one + id.len()..*other)
            .is_some_and(|between| offers_choice(&text, between)),
        _ => false,
    });
    Some(if is_choice && choices.len() > 1 {
        choices.join(" OR ")
    } else {
        first.to_owned()
    })
}

/// Where an id stands by itself and is no part of another.
fn whole(text: &str, id: &str) -> Option<usize> {
    let is_whole = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let rest = text.get(at + id.len()..).unwrap_or_default();
        let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        // A badge has its colour behind a hyphen: `MIT-green`.
        let is_longer = rest.starts_with('-') && (id != "MIT" || rest.starts_with("-0"));
        outside(before) && outside(rest.chars().next()) && !is_longer
    };
    let mut places = text.match_indices(id).map(|(at, _)| at);
    places.find(|at| is_whole(*at))
}

/// Whether what stands between two licences says that either will do.
fn offers_choice(text: &str, between: &str) -> bool {
    let says_or = between
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word.eq_ignore_ascii_case("or"));
    says_or && (between.len() <= CLOSE_BYTES || text.contains("either") || text.contains("option"))
}
