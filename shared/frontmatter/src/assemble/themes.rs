//! Themes' own names for our fields (3.2).

use std::str::FromStr;

use jiff::Timestamp;

use super::output::Assembled;
use super::timestamps::Updated;
use crate::context::Themes;
use crate::dates;
use crate::yaml::Node;

/// A field that a theme calls otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Date,
    /// Plain: the theme wants a date.
    Updated,
    /// Quoted: the theme wants a string, or reads one as well.
    UpdatedText,
    Description,
    Image,
}

/// Each alias with the themes that read it, in the order in which they are emitted.
const ALIASES: [(&str, Field, &[&str]); 10] = [
    ("pubDate", Field::Date, &["blog"]),
    ("pubDatetime", Field::Date, &["astropaper"]),
    ("publishDate", Field::Date, &["astrowind", "cactus"]),
    ("published", Field::Date, &["fuwari"]),
    ("updatedDate", Field::UpdatedText, &["blog", "cactus"]),
    ("modDatetime", Field::Updated, &["astropaper"]),
    ("updateDate", Field::Updated, &["astrowind"]),
    ("lastUpdated", Field::Updated, &["starlight"]),
    (
        "excerpt",
        Field::Description,
        &["astrowind", "starlight-blog"],
    ),
    ("ogImage", Field::Image, &["astropaper", "cactus"]),
];
/// Themes that need no alias.
const WITHOUT: [&str; 1] = ["erudite"];

/// Emits the aliases of the themes that are asked for.
pub(crate) fn aliases(
    out: &mut Assembled,
    themes: &Themes,
    date: Option<Timestamp>,
    updated: Updated,
    description: &str,
) {
    let wanted = |names: &[&str]| {
        themes
            .0
            .iter()
            .any(|theme| theme == "all" || names.contains(&theme.as_str()))
    };
    for (alias, field, names) in ALIASES {
        if alias == "lastUpdated" && updated.is_hidden {
            out.alias(alias, Node::plain("false"));
            continue;
        }
        if !wanted(names) {
            continue;
        }
        let changed = updated.at.map(|(updated, _)| dates::format(updated));
        let value = match field {
            Field::Date => date.map(|date| Node::plain(dates::format(date))),
            Field::Updated => changed.map(Node::plain),
            Field::UpdatedText => changed.map(Node::string),
            Field::Description => (!description.is_empty()).then(|| Node::string(description)),
            Field::Image => out.value("image").cloned(),
        };
        if let Some(value) = value {
            out.alias(alias, value);
        }
    }
}

/// A name that is no theme's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no theme “{0}”; known are core, all, starlight, blog, astropaper, astrowind, fuwari, starlight-blog, cactus and erudite"
)]
pub struct UnknownTheme(String);

/// Reads names separated by commas; `core` is none of them, `all` every one.
impl FromStr for Themes {
    type Err = UnknownTheme;

    fn from_str(text: &str) -> Result<Self, UnknownTheme> {
        let names = text
            .split(',')
            .map(|name| name.trim().to_ascii_lowercase())
            .filter(|name| !name.is_empty() && name != "core");
        let known = |name: &String| {
            name == "all"
                || WITHOUT.contains(&name.as_str())
                || ALIASES
                    .iter()
                    .any(|(.., themes)| themes.contains(&name.as_str()))
        };
        names
            .map(|name| {
                if known(&name) {
                    Ok(name)
                } else {
                    Err(UnknownTheme(name))
                }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        assert_eq!("starlight, Blog".parse(), Ok(Themes::default()));
        assert_eq!("core".parse(), Ok(Themes(Vec::new())));
        assert!(
            "nonesuch"
                .parse::<Themes>()
                .unwrap_err()
                .to_string()
                .contains("nonesuch")
        );
    }
}
