//! What a drawing's style sheets say of an element.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

use roxmltree::{Document, Node};

use super::css::{self, Declaration, Rule, Token};
use super::selector::{Selector, Strength};
use super::tables::{FILTER_FUNCTIONS, PRESENTATION, has};
use super::{XHTML, hiding, own};

/// Properties by which an element can be there and not be seen.
const HIDING: [&str; 3] = ["display", "opacity", "visibility"];
/// Attributes of HTML that hide an element and that a copy hasn't.
const HIDING_HTML: [&str; 2] = ["hidden", "popover"];
/// How far a filter is taken to blur that doesn't say it in numbers, in pixels.
const UNCLEAR_BLUR: f64 = 100.0;
/// Most elements that selectors are held against in a drawing, about a second's work.
const MAX_STEPS: u32 = 20_000_000;
/// Most elements that a browser holds the parts of a drawing's selectors against.
const MAX_MATCHES: usize = 500_000_000;

/// What a selector names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Id(&'a str),
    Class(&'a str),
    Name(&'a str),
    Any,
}

/// Whether a value was important, how strong what it comes from is, and when it came.
type Rank = (bool, Strength, usize);

/// The rank of an element's own style: stronger than any selector.
const OWN: Strength = (usize::MAX, 0, 0);

/// A rule that says something of one of the properties that hide.
struct Seen<'a> {
    selector: Selector<'a>,
    property: &'static str,
    /// In lower case, with what makes it important.
    value: String,
    rank: Rank,
    is_conditional: bool,
    is_written: bool,
}

/// The rules of all style sheets of a drawing.
pub(super) struct Styles<'a> {
    seen: Vec<Seen<'a>>,
    /// What of them may mean an element that has a class, an id or a name.
    by_key: HashMap<Key<'a>, Vec<usize>>,
    /// Selectors of rules that could hide something by what a copy hasn't.
    losing: Vec<Selector<'a>>,
    /// How many elements may still be held against selectors.
    steps: Cell<u32>,
    /// How many parts the selectors have whose last part is a key, those with and those without `~`.
    parts: HashMap<Key<'a>, (usize, usize)>,
    /// What elements refer to by rules, and how often they are filtered.
    references: HashMap<Key<'a>, Vec<Reference>>,
    /// What properties of one's own refer to, which may be used by each element.
    named: BTreeSet<String>,
}

/// Whether what moves can bring hidden elements to be seen.
#[derive(Clone, Copy)]
pub(super) struct Motion {
    /// By any property but `display`.
    pub(super) moves: bool,
    /// By `display`.
    pub(super) appears: bool,
}

impl Default for Styles<'_> {
    fn default() -> Self {
        Self {
            seen: Vec::new(),
            by_key: HashMap::new(),
            losing: Vec::new(),
            steps: Cell::new(MAX_STEPS),
            parts: HashMap::new(),
            references: HashMap::new(),
            named: BTreeSet::new(),
        }
    }
}

/// What drawing an element draws beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// An element, once.
    To(String),
    /// An element, at each corner of a path.
    AtCorners(String),
    /// An element that a property of one's own names, once, unless it uses that property itself.
    Named(String),
    /// A step of a filter, with how far it blurs, in pixels.
    Filter(u32),
}

/// The end of a selector, which names the element that is meant.
fn subject<'a>(selector: &[Token<'a>]) -> Vec<Key<'a>> {
    let mut is_asked = false;
    let selector: Vec<_> = selector
        .iter()
        .filter(|token| {
            is_asked |= **token == Token::Delim('[');
            let is_kept = !is_asked;
            is_asked &= **token != Token::Delim(']');
            is_kept
        })
        .copied()
        .collect();
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

/// What properties of one's own refer to.
fn named(declarations: &[Declaration<'_>]) -> impl Iterator<Item = String> {
    let own = declarations
        .iter()
        .filter(|one| one.property.starts_with("--"));
    own.flat_map(|one| &one.value)
        .filter_map(|token| match *token {
            Token::Url(id) => Some(id.to_owned()),
            _ => None,
        })
}

/// What the declarations of an element or a rule draw beside it.
fn references(declarations: &[Declaration<'_>]) -> Vec<Reference> {
    let all = declarations.iter().flat_map(|declaration| {
        let is_named = declaration.property.starts_with("--");
        let at_corners = matches!(declaration.property.as_str(), "marker" | "marker-mid");
        let value = &declaration.value;
        value
            .iter()
            .enumerate()
            .filter_map(move |(at, token)| match *token {
                Token::Url(_) if is_named => None,
                Token::Function("var") if !is_named => Some(Reference::Named(String::new())),
                Token::Url(id) if at_corners => Some(Reference::AtCorners(id.to_owned())),
                Token::Url(id) => Some(Reference::To(id.to_owned())),
                Token::Function(name) => {
                    let name = name.to_ascii_lowercase();
                    let behind = value.get(at + 1..).unwrap_or_default();
                    has(FILTER_FUNCTIONS, &name).then(|| Reference::Filter(blurred(behind)))
                }
                _ => None,
            })
    });
    all.collect()
}

/// How far a function of a filter blurs, in pixels, by what is behind its name.
fn blurred(behind: &[Token<'_>]) -> u32 {
    let mut open = 0_usize;
    let mut arguments = Vec::new();
    for token in behind {
        match token {
            Token::Delim(')') if open == 0 => break,
            Token::Delim(')') => open -= 1,
            Token::Function(_) | Token::Delim('(') => {
                open += 1;
                arguments.push(*token);
            }
            // Numbers of a colour are none of a length.
            _ if open > 0 => {}
            _ => arguments.push(*token),
        }
    }
    let is_unclear = arguments
        .iter()
        .any(|token| matches!(token, Token::Function(name) if matches!(*name, "var" | "calc" | "min" | "max" | "clamp")));
    let said = hiding::numbers(&arguments).map(|(number, unit)| {
        let pixels = match unit {
            "" | "px" => 1.0,
            "em" | "rem" => 16.0,
            _ => 96.0,
        };
        number.abs() * pixels
    });
    let most = said.fold(if is_unclear { UNCLEAR_BLUR } else { 0.0 }, f64::max);
    rounded(most)
}

/// A number of pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` keeps to the bounds of the type"
)]
pub(super) fn rounded(number: f64) -> u32 {
    number.ceil() as u32
}

fn written(value: &[Token<'_>]) -> String {
    let mut out = String::new();
    css::write(value, &mut out);
    out.to_ascii_lowercase()
}

/// Whether a value of one of the properties that hide does so.
fn is_hiding(property: &str, value: &str) -> bool {
    let value = value.split('!').next().unwrap_or_default().trim();
    match property {
        "display" => value == "none",
        "visibility" => matches!(value, "hidden" | "collapse"),
        _ => {
            let number = value.trim_end_matches('%').parse::<f64>();
            number.is_ok_and(|number| number <= 0.0)
        }
    }
}

impl<'a> Styles<'a> {
    /// Takes the rules of one more sheet.
    pub(super) fn add(&mut self, rules: &[Rule<'a>]) {
        for rule in rules {
            let references = references(&rule.declarations);
            self.name(&rule.declarations);
            for selector in &rule.selectors {
                let subject = subject(selector);
                let first = subject.first().copied().unwrap_or(Key::Any);
                let parts = self.parts.entry(first).or_default();
                if selector.contains(&Token::Delim('~')) {
                    parts.0 += selector.len();
                } else {
                    parts.1 += selector.len();
                }
                if rule.loses {
                    self.losing.push(Selector::read(selector));
                }
                for property in HIDING {
                    let declared = rule
                        .declarations
                        .iter()
                        .rfind(|one| one.property == property);
                    let Some(declared) = declared else { continue };
                    let selector = Selector::read(selector);
                    let value = written(&declared.value);
                    let at = self.seen.len();
                    self.seen.push(Seen {
                        property,
                        rank: (value.contains('!'), selector.strength(), at),
                        value,
                        selector,
                        is_conditional: rule.is_conditional,
                        is_written: rule.is_written,
                    });
                    self.by_key.entry(first).or_default().push(at);
                }
                if !references.is_empty() {
                    let known = self.references.entry(first).or_default();
                    for reference in &references {
                        // One picture is drawn once, however many rules name it; steps of a filter add up.
                        if matches!(reference, Reference::Filter(_)) || !known.contains(reference) {
                            known.push(reference.clone());
                        }
                    }
                }
            }
        }
    }

    /// Notes what properties of one's own refer to.
    fn name(&mut self, declarations: &[Declaration<'_>]) {
        self.named.extend(named(declarations));
    }

    /// Takes an element's own style, for what its properties of one's own refer to.
    pub(super) fn add_own(&mut self, node: Node<'_, '_>) {
        let style = own(node, "style").unwrap_or_default();
        if style.contains("--") && style.contains("url(") {
            self.name(&css::declarations(&css::tokens(style)));
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

    /// Whether a browser has the selectors held against the elements at once.
    pub(super) fn are_quick(&self, document: &Document<'_>) -> bool {
        let mut work = 0_usize;
        let mut pending = vec![(document.root(), 0_usize, 0_usize)];
        while let Some((node, depth, siblings)) = pending.pop() {
            if node.is_element() {
                for (behind, others) in Self::keys(node).filter_map(|key| self.parts.get(&key)) {
                    let around = 1 + depth;
                    work = work.saturating_add(others.saturating_mul(around));
                    work = work.saturating_add(behind.saturating_mul(around + siblings));
                }
            }
            let children = node.children().filter(Node::is_element);
            pending.extend(
                children
                    .enumerate()
                    .map(|(at, child)| (child, depth + 1, at)),
            );
        }
        work <= MAX_MATCHES
    }

    /// Whether something of the sheets that a copy hasn't could hide an element.
    pub(super) fn lose(&self, document: &Document<'_>, motion: Motion) -> bool {
        let can_lose = |seen: &&Seen<'_>| {
            is_hiding(seen.property, &seen.value) || (!seen.is_written && seen.value.contains('('))
        };
        let seen: Vec<_> = self.seen.iter().filter(can_lose).collect();
        if seen.is_empty() && self.losing.is_empty() {
            return false;
        }
        let elements = document.descendants().filter(Node::is_element);
        elements.into_iter().any(|node| {
            let is_lost =
                |selector: &Selector<'_>| selector.matches(node, &self.steps) != Some(false);
            self.losing.iter().any(is_lost)
                || seen.iter().any(|seen| {
                    let is_found = if seen.property == "display" {
                        !motion.appears
                    } else {
                        !motion.moves
                    };
                    match seen.selector.matches(node, &self.steps) {
                        Some(false) => false,
                        // What is found to be hidden isn't in the copy.
                        Some(true) => {
                            !seen.is_written
                                && (seen.is_conditional
                                    || !is_found
                                    || !is_hiding(seen.property, &seen.value))
                        }
                        // Places among siblings change when something is left out.
                        None => !seen.is_written || is_found,
                    }
                })
        })
    }

    /// Whether an element's own style or attributes hide it by what a copy hasn't.
    pub(super) fn is_lost(node: Node<'_, '_>) -> bool {
        let is_html = node.tag_name().namespace() == Some(XHTML);
        node.attributes()
            .filter(|attribute| attribute.namespace().is_none())
            .any(|attribute| {
                let (name, value) = (attribute.name(), attribute.value());
                if name == "style" {
                    let value = css::unescaped(value);
                    return hiding::is_lost(&css::tokens(&value));
                }
                if is_html {
                    return HIDING_HTML.contains(&name);
                }
                has(PRESENTATION, name) && css::value(value).is_none() && {
                    let value = css::unescaped(value);
                    hiding::hides(name, &css::tokens(&value))
                }
            })
    }

    /// The values that one of the properties that hide may have, as the attribute, the rules, or the element's own
    /// style give it; an empty one where nothing says it.
    fn hiding(&self, node: Node<'_, '_>, property: &'static str) -> Vec<String> {
        let style = css::unescaped(own(node, "style").unwrap_or_default());
        let mut certain: Option<(Rank, String)> = None;
        if style.to_ascii_lowercase().contains(property) {
            let declared = css::declarations(&css::tokens(&style));
            let own = declared.iter().rfind(|one| one.property == property);
            certain = own.map(|own| {
                let value = written(&own.value);
                ((value.contains('!'), OWN, usize::MAX), value)
            });
        }
        let mut unsure = Vec::new();
        if !self.seen.is_empty() {
            let rules = Self::keys(node).filter_map(|key| self.by_key.get(&key));
            for at in rules.flatten() {
                let Some(seen) = self.seen.get(*at) else {
                    continue;
                };
                let is_stronger = certain.as_ref().is_none_or(|(rank, _)| seen.rank > *rank);
                if seen.property != property || !is_stronger {
                    continue;
                }
                match seen.selector.matches(node, &self.steps) {
                    Some(false) => {}
                    Some(true) if !seen.is_conditional => {
                        certain = Some((seen.rank, seen.value.clone()));
                    }
                    _ => unsure.push((seen.rank, seen.value.clone())),
                }
            }
        }
        let least = certain.as_ref().map(|(rank, _)| *rank);
        let mut values: Vec<_> = unsure
            .into_iter()
            .filter(|(rank, _)| least.is_none_or(|least| *rank > least))
            .map(|(_, value)| value)
            .collect();
        let attribute = || {
            let value = css::unescaped(own(node, property).unwrap_or_default());
            value.trim().to_ascii_lowercase()
        };
        values.push(certain.map_or_else(attribute, |(_, value)| value));
        values
    }

    /// Whether an element and all that is in it isn't shown.
    pub(super) fn is_undisplayed(&self, node: Node<'_, '_>) -> bool {
        let values = self.hiding(node, "display");
        values.iter().all(|value| is_hiding("display", value))
    }

    /// Whether an element and all that is in it can be seen through wholly.
    pub(super) fn is_transparent(&self, node: Node<'_, '_>) -> bool {
        let values = self.hiding(node, "opacity");
        values.iter().all(|value| is_hiding("opacity", value))
    }

    /// Whether an element can be seen, if anything says so of it.
    pub(super) fn visibility(&self, node: Node<'_, '_>) -> Option<bool> {
        let values = self.hiding(node, "visibility");
        let is_unsaid = |value: &String| value.is_empty() || value.starts_with("inherit");
        let is_hidden = |value: &String| is_hiding("visibility", value);
        if values
            .iter()
            .any(|value| !is_unsaid(value) && !is_hidden(value))
        {
            return Some(true);
        }
        if values.iter().any(is_unsaid) {
            return None;
        }
        Some(false)
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
        // Which of them it is isn't looked at.
        let is_used = |one: &Reference| matches!(one, Reference::Named(_));
        if found.iter().any(is_used) {
            found.retain(|one| !is_used(one));
            found.extend(self.named.iter().cloned().map(Reference::Named));
        }
        found
    }
}
