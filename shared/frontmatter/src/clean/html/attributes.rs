//! The attributes that a tag keeps, and where their addresses lead (2.9.9, 2.9.10).

use std::borrow::Cow;

use super::Sanitiser;
use crate::clean::decode::references;
use crate::clean::html_policy::{self as policy, Value};
use crate::clean::html_steps::Placed;
use crate::clean::html_tokens::{Attribute, Tag};
use crate::clean::targets::{Kind, Target, resolve};
use crate::clean::text::escape;
use crate::clean::warnings::Code;

/// What becomes of an allowed tag.
pub(super) enum Verdict {
    Keep,
    Write(String),
    /// The tag goes, and this text stands in its place.
    Text(String),
}

impl Sanitiser<'_, '_> {
    /// What becomes of a tag whose element is allowed.
    pub(super) fn judge(&mut self, tag: &Tag<'_>, placed: &Placed<'_>) -> Verdict {
        let mut kept = Vec::with_capacity(tag.attributes.len());
        let mut changed = !tag.is_plain || (tag.self_closing && !policy::is_void(&tag.name));
        let mut refused = false;
        for attribute in &tag.attributes {
            let value = match policy::attribute(&tag.name, attribute) {
                Value::Plain => {
                    kept.push(attribute.clone());
                    continue;
                }
                Value::Refused => {
                    refused = true;
                    continue;
                }
                Value::Link => self.url(attribute, Kind::Link, placed),
                Value::Image => self.url(attribute, Kind::Image, placed),
                Value::Media => self.url(attribute, Kind::Media, placed),
                Value::ImageSet => self.image_set(attribute, placed),
            };
            match value {
                Some(value) => {
                    changed |= Some(&value) != attribute.value.as_ref();
                    kept.push(Attribute {
                        name: attribute.name.clone(),
                        value: Some(value),
                    });
                }
                None => changed = true,
            }
        }
        if refused {
            self.warn(Code::HtmlAttributeRemoved, &placed.range);
        }
        let has = |name: &str| kept.iter().any(|attribute| attribute.name == name);
        let value = |name: &str| {
            let attribute = tag
                .attributes
                .iter()
                .find(|attribute| attribute.name == name);
            attribute.map(|attribute| references(attribute.value.as_deref().unwrap_or_default()))
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
        if changed || refused {
            Verdict::Write(policy::write(&Tag {
                attributes: kept,
                ..tag.clone()
            }))
        } else {
            Verdict::Keep
        }
    }

    /// The value that an attribute with an address keeps; `None` where it goes.
    fn url<'v>(
        &mut self,
        attribute: &Attribute<'v>,
        kind: Kind,
        placed: &Placed<'_>,
    ) -> Option<Cow<'v, str>> {
        let written = attribute.value.clone().unwrap_or_default();
        match self.resolve(&references(&written), kind, placed) {
            Target::Keep => Some(written),
            Target::Rewrite { url, .. } => Some(policy::escape_value(&url).into()),
            Target::Unsafe if kind == Kind::Link => Some("#".into()),
            Target::Unsafe | Target::Missing => None,
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
    fn image_set<'v>(
        &mut self,
        attribute: &Attribute<'v>,
        placed: &Placed<'_>,
    ) -> Option<Cow<'v, str>> {
        let written = attribute.value.clone().unwrap_or_default();
        let decoded = references(&written);
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
            (true, _) => None,
            (false, false) => Some(written),
            (false, true) => Some(policy::escape_value(&kept.join(", ")).into()),
        }
    }
}

/// The candidates of a `srcset`, each an address and what says when to use it.
fn candidates(set: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = set;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let length = rest
            .find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let (url, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if url.ends_with(',') {
            found.push((url.trim_end_matches(','), ""));
            rest = after;
            continue;
        }
        let length = after.find(',').unwrap_or(after.len());
        let (descriptor, after) = after.split_at_checked(length).unwrap_or((after, ""));
        found.push((url, descriptor.trim()));
        rest = after;
    }
}

/// What stands for a picture that isn't there. In an HTML block Markdown's escapes would show.
fn alternative(alt: &str, in_block: bool) -> String {
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
