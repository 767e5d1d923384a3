//! The attributes that a tag keeps, and where their addresses lead (2.9.9, 2.9.10).

use std::borrow::Cow;
use std::ops::Range;

use crate::body::anchors::Anchors;
use crate::body::options::CleanOptions;
use crate::body::policy::{self, Rule, Value};
use crate::body::targets::{Kind, Target, resolve};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::html::entities::references;
use crate::markdown::html::serialise;
use crate::markdown::html::srcset::candidates;
use crate::markdown::html::steps::Placed;
use crate::markdown::html::tokens::{Attribute, Tag, TokenKind, is_void, whole_token};
use crate::markdown::places::escape;

/// What becomes of an allowed tag.
pub(super) enum Verdict {
    Keep,
    Write(String),
    /// The tag goes, and this text stands in its place.
    Text(String),
}

/// What becomes of an attribute.
enum Outcome {
    Stay,
    Go,
    /// Its value, not yet quoted.
    Become(String),
}

impl Outcome {
    fn of(attribute: &Attribute<'_>, value: Cow<'_, str>) -> Self {
        if attribute.value.as_ref() == Some(&value) {
            Self::Stay
        } else {
            Self::Become(value.into_owned())
        }
    }
}

/// What the attributes of a document's tags are held against.
pub(super) struct Judge<'a, 'o> {
    pub(super) source: &'a str,
    pub(super) options: &'a CleanOptions<'o>,
    pub(super) anchors: &'a Anchors<'a>,
    pub(super) warnings: &'a mut Warnings,
}

impl Judge<'_, '_> {
    pub(super) fn warn(&mut self, code: Code, range: &Range<usize>) {
        let text = quoted(self.source.get(range.clone()).unwrap_or_default());
        self.warnings.add(code, range.start, &text);
    }

    /// What becomes of a tag whose element is allowed.
    pub(super) fn verdict(&mut self, tag: &Tag<'_>, rule: &Rule, placed: &Placed<'_>) -> Verdict {
        let mut changed = !tag.is_plain || (tag.self_closing && !is_void(&tag.name));
        // Most tags stay as they are: what is kept is listed from the first that doesn't.
        let mut listed: Option<Vec<Attribute<'_>>> = None;
        let mut refused = false;
        for (index, attribute) in tag.attributes.iter().enumerate() {
            let outcome = match rule.attribute(attribute) {
                Value::Plain => Outcome::Stay,
                Value::Refused => {
                    let id = renamed(attribute);
                    refused |= id.is_none();
                    id.map_or(Outcome::Go, Outcome::Become)
                }
                Value::Link => self.url(attribute, Kind::Link, placed),
                Value::Image => self.url(attribute, Kind::Image, placed),
                Value::Media => self.url(attribute, Kind::Media, placed),
                Value::ImageSet => self.image_set(attribute, placed),
            };
            if let Outcome::Stay = outcome {
                if let Some(kept) = &mut listed {
                    kept.push(attribute.clone());
                }
                continue;
            }
            changed = true;
            let before = tag.attributes.get(..index).unwrap_or_default();
            let kept = listed.get_or_insert_with(|| before.to_vec());
            if let Outcome::Become(value) = outcome {
                kept.push(Attribute {
                    name: attribute.name.clone(),
                    value: Some(value.into()),
                });
            }
        }
        if refused {
            self.warn(Code::HtmlAttributeRemoved, &placed.range);
        }
        let has = |name: &str| {
            let kept = listed.as_ref().unwrap_or(&tag.attributes);
            kept.iter().any(|attribute| attribute.name == name)
        };
        let value = |name: &str| {
            tag.attribute(name)
                .map(|attribute| references(attribute.value.as_deref().unwrap_or_default()))
        };
        match tag.name.as_ref() {
            "img" if !has("src") && !has("srcset") => {
                let alt = value("alt").unwrap_or_default();
                return Verdict::Text(alternative(&alt, placed.in_block));
            }
            "source" if !has("src") && !has("srcset") => return Verdict::Text(String::new()),
            "input" if !value("type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox")) => {
                self.warn(Code::HtmlRemoved, &placed.range);
                return Verdict::Text(String::new());
            }
            _ => {}
        }
        if changed {
            let kept = listed.as_ref().unwrap_or(&tag.attributes);
            Verdict::Write(serialise::write(tag, kept))
        } else {
            Verdict::Keep
        }
    }

    /// One with an address: it leads where a link or picture of Markdown would.
    fn url(&mut self, attribute: &Attribute<'_>, kind: Kind, placed: &Placed<'_>) -> Outcome {
        let written = attribute.value.as_deref().unwrap_or_default();
        let decoded = references(written);
        let url = match kind {
            Kind::Link => self.anchors.lead(&decoded),
            Kind::Image | Kind::Media | Kind::Download => Cow::Borrowed(decoded.as_ref()),
        };
        match self.resolve(&url, kind, placed) {
            Target::Keep if url != decoded => {
                Outcome::of(attribute, serialise::escape_value(&url).into())
            }
            Target::Keep => Outcome::of(attribute, written.into()),
            Target::Rewrite { url, .. } => {
                Outcome::of(attribute, serialise::escape_value(&url).into())
            }
            Target::Unsafe | Target::Missing => Outcome::Go,
        }
    }

    fn resolve(&mut self, url: &str, kind: Kind, placed: &Placed<'_>) -> Target {
        let target = resolve(url, kind, self.options);
        let code = match (&target, kind) {
            (Target::Rewrite { clamped: true, .. }, _) => Some(Code::PathEscape),
            (Target::Keep | Target::Rewrite { .. }, _) => None,
            (Target::Missing, Kind::Link) => Some(Code::RelativeLink),
            (Target::Missing, _) => Some(Code::MissingAsset),
            (Target::Unsafe, _) => Some(Code::UnsafeUrl),
        };
        if let Some(code) = code {
            self.warnings.add(code, placed.range.start, url);
        }
        target
    }

    /// A `srcset`: each candidate by itself; those that lead nowhere go.
    fn image_set(&mut self, attribute: &Attribute<'_>, placed: &Placed<'_>) -> Outcome {
        let written = attribute.value.as_deref().unwrap_or_default();
        let decoded = references(written);
        let mut changed = false;
        let mut kept = Vec::new();
        for (url, descriptor) in candidates(&decoded) {
            match self.resolve(url, Kind::Media, placed) {
                Target::Keep => kept.push(format!("{url} {descriptor}").trim().to_owned()),
                Target::Rewrite { url, .. } => {
                    changed = true;
                    kept.push(format!("{url} {descriptor}").trim().to_owned());
                }
                Target::Unsafe | Target::Missing => changed = true,
            }
        }
        match (kept.is_empty(), changed) {
            (true, _) => Outcome::Go,
            (false, false) => Outcome::of(attribute, written.into()),
            (false, true) => {
                Outcome::of(attribute, serialise::escape_value(&kept.join(", ")).into())
            }
        }
    }
}

/// What is quoted of a tag: its attributes' values are shown by no page, and so by no report.
fn quoted(tag: &str) -> String {
    let Some(TokenKind::Open(tag)) = whole_token(tag) else {
        let end = tag.find(char::is_whitespace).unwrap_or(tag.len());
        return tag.get(..end).unwrap_or_default().to_owned();
    };
    let names = tag.attributes.iter().map(|attribute| &*attribute.name);
    let words: Vec<&str> = std::iter::once(&*tag.name).chain(names).collect();
    format!("<{}>", words.join(" "))
}

/// The identifier that an element is given in place of one that may not stand.
fn renamed(attribute: &Attribute<'_>) -> Option<String> {
    let is_identifier = matches!(attribute.name.as_ref(), "id" | "name");
    is_identifier
        .then(|| policy::renamed(attribute.value.as_deref()?))
        .flatten()
}

/// What stands for a picture that isn't there. In an HTML block Markdown's escapes would show.
pub(crate) fn alternative(alt: &str, in_block: bool) -> String {
    let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
    if !in_block {
        return escape(&alt, true);
    }
    let mut text = String::with_capacity(alt.len());
    for character in alt.chars() {
        if matches!(
            character,
            '<' | '>'
                | '&'
                | '['
                | ']'
                | '*'
                | '_'
                | '`'
                | '\\'
                | '~'
                | '$'
                | '|'
                | '='
                | '%'
                | '#'
        ) {
            text.extend(["&#", &u32::from(character).to_string(), ";"]);
        } else {
            text.push(character);
        }
    }
    text
}
