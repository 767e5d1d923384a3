//! What a drawing's style sheets say of an element, as far as single classes, ids and names say it.

use std::collections::{HashMap, HashSet};

use roxmltree::Node;

use super::css::{self, Declaration, Rule, Token};
use super::own;
use super::tables::{FILTER_FUNCTIONS, PRESENTATION, has};

/// Properties by which an element can be there and not be seen.
const HIDING: [&str; 3] = ["display", "opacity", "visibility"];

/// What a selector names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Id(&'a str),
    Class(&'a str),
    Name(&'a str),
    Any,
}

/// The rules of all style sheets of a drawing.
#[derive(Default)]
pub(super) struct Styles<'a> {
    /// Values by which a rule of one class, id or name hides or shows.
    hiding: HashMap<(Key<'a>, &'static str), String>,
    /// Classes, ids and names of which other rules say whether they are seen.
    unsure: HashSet<(Key<'a>, &'static str)>,
    /// What elements refer to by rules, and how often they are filtered.
    references: HashMap<Key<'a>, Vec<Reference>>,
}

/// What drawing an element draws beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// An element, once.
    To(String),
    /// An element, at each corner of a path.
    AtCorners(String),
    /// A step of a filter.
    Filter,
}

/// The end of a selector, which names the element that is meant.
fn subject<'a>(selector: &[Token<'a>]) -> Vec<Key<'a>> {
    let is_combinator =
        |token: &Token<'_>| matches!(token, Token::Space | Token::Delim('>' | '+' | '~'));
    let from = selector
        .iter()
        .rposition(is_combinator)
        .map_or(0, |at| at + 1);
    let compound = selector.get(from..).unwrap_or_default();
    if selector
        .iter()
        .any(|token| matches!(token, Token::Function(_)))
    {
        return vec![Key::Any];
    }
    let before = std::iter::once(None).chain(compound.iter().map(Some));
    let keys = compound
        .iter()
        .zip(before)
        .filter_map(|(token, before)| match (before, *token) {
            (Some(Token::Delim('.')), Token::Ident(name)) => Some(Key::Class(name)),
            (Some(Token::Delim(':')), Token::Ident(_)) => None,
            (_, Token::Ident(name)) => Some(Key::Name(name)),
            (_, Token::Hash(name)) => Some(Key::Id(name)),
            _ => None,
        });
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() {
        vec![Key::Any]
    } else {
        keys
    }
}

/// What the declarations of an element or a rule draw beside it.
fn references(declarations: &[Declaration<'_>]) -> Vec<Reference> {
    let all = declarations.iter().flat_map(|declaration| {
        let at_corners = matches!(declaration.property.as_str(), "marker" | "marker-mid");
        declaration
            .value
            .iter()
            .filter_map(move |token| match *token {
                Token::Url(id) if at_corners => Some(Reference::AtCorners(id.to_owned())),
                Token::Url(id) => Some(Reference::To(id.to_owned())),
                Token::Function(name) => {
                    let name = name.to_ascii_lowercase();
                    has(FILTER_FUNCTIONS, &name).then_some(Reference::Filter)
                }
                _ => None,
            })
    });
    all.collect()
}

fn written(value: &[Token<'_>]) -> String {
    let mut out = String::new();
    css::write(value, &mut out);
    out.to_ascii_lowercase()
}

impl<'a> Styles<'a> {
    /// Takes the rules of one more sheet.
    pub(super) fn add(&mut self, rules: &[Rule<'a>]) {
        for rule in rules {
            let references = references(&rule.declarations);
            for selector in &rule.selectors {
                let subject = subject(selector);
                let is_simple = !rule.is_conditional && subject.len() == 1 && selector.len() <= 2;
                for property in HIDING {
                    let declared = rule
                        .declarations
                        .iter()
                        .rfind(|one| one.property == property);
                    let Some(declared) = declared else { continue };
                    for key in &subject {
                        if is_simple {
                            let value = written(&declared.value);
                            self.hiding.insert((*key, property), value);
                        } else {
                            self.unsure.insert((*key, property));
                        }
                    }
                }
                if let (Some(key), false) = (subject.first(), references.is_empty()) {
                    let known = self.references.entry(*key).or_default();
                    for reference in &references {
                        // One picture is drawn once, however many rules name it; steps of a filter add up.
                        if *reference == Reference::Filter || !known.contains(reference) {
                            known.push(reference.clone());
                        }
                    }
                }
            }
        }
    }

    /// What names an element in selectors, from the weakest to the strongest.
    fn keys<'n>(node: Node<'n, '_>) -> impl Iterator<Item = Key<'n>> {
        let classes = own(node, "class").unwrap_or_default();
        [Key::Any, Key::Name(node.tag_name().name())]
            .into_iter()
            .chain(classes.split_ascii_whitespace().map(Key::Class))
            .chain(own(node, "id").map(Key::Id))
    }

    /// The value of one of the properties that hide, as the attribute, a rule, or the element's own style gives it.
    fn hiding(&self, node: Node<'_, '_>, property: &'static str) -> Option<String> {
        let style = own(node, "style").unwrap_or_default();
        if style.contains(property) {
            let declared = css::declarations(&css::tokens(style));
            let own = declared.iter().rfind(|one| one.property == property);
            if let Some(own) = own {
                return Some(written(&own.value));
            }
        }
        let attribute = || own(node, property).map(|value| value.trim().to_ascii_lowercase());
        if self.hiding.is_empty()
            || Self::keys(node).any(|key| self.unsure.contains(&(key, property)))
        {
            return attribute();
        }
        let by_rule = Self::keys(node).filter_map(|key| self.hiding.get(&(key, property)));
        by_rule.last().cloned().or_else(attribute)
    }

    /// Whether an element and all that is in it isn't shown.
    pub(super) fn is_undisplayed(&self, node: Node<'_, '_>) -> bool {
        let display = self.hiding(node, "display");
        display.is_some_and(|value| value.starts_with("none"))
    }

    /// Whether an element and all that is in it can be seen through wholly.
    pub(super) fn is_transparent(&self, node: Node<'_, '_>) -> bool {
        let opacity = self.hiding(node, "opacity");
        let number = opacity
            .as_deref()
            .map(|value| value.trim_end_matches('%').parse::<f64>());
        number.is_some_and(|number| number.is_ok_and(|number| number <= 0.0))
    }

    /// Whether an element can be seen, if anything says so of it.
    pub(super) fn visibility(&self, node: Node<'_, '_>) -> Option<bool> {
        let visibility = self.hiding(node, "visibility")?;
        match visibility.as_str() {
            "inherit" => None,
            value => Some(!value.starts_with("hidden") && !value.starts_with("collapse")),
        }
    }

    /// What drawing an element draws beside it, by its attributes, its style and the rules.
    pub(super) fn references(&self, node: Node<'_, '_>) -> Vec<Reference> {
        let mut found = Vec::new();
        if !self.references.is_empty() {
            let by_rule = Self::keys(node).filter_map(|key| self.references.get(&key));
            found.extend(by_rule.flatten().cloned());
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            if name == "href" {
                found.extend(
                    value
                        .strip_prefix('#')
                        .map(|id| Reference::To(id.to_owned())),
                );
            } else if name == "style" && value.contains('(') {
                found.extend(references(&css::declarations(&css::tokens(value))));
            } else if has(PRESENTATION, name) && value.contains('(') {
                let property = name.to_owned();
                let value = css::tokens(value);
                found.extend(references(&[Declaration { property, value }]));
            }
        }
        found
    }
}
