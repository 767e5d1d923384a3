//! Whether a selector of CSS means an element, as far as that doesn't depend on where among its siblings it stands.

use std::cell::Cell;

use roxmltree::Node;

use super::css::{self, Token};
use super::own;

/// How compound selectors hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Combinator {
    Within,
    ChildOf,
    RightBehind,
    Behind,
}

/// A part of a compound selector.
#[derive(Debug)]
enum Part<'a> {
    Any,
    Name(&'a str),
    Id(&'a str),
    Class(&'a str),
    Attribute(css::Asked<'a>),
    Root,
    /// `:is` and `:where`, and whether it counts for nothing.
    Is(Vec<Selector<'a>>, bool),
    Not(Vec<Selector<'a>>),
    /// What means no element of a drawing that nobody points at.
    Never,
    /// What isn't looked at.
    Unknown,
}

/// How strong a selector is: its ids, its classes and its names.
pub(super) type Strength = (usize, usize, usize);

/// A selector without commas.
#[derive(Debug)]
pub(super) struct Selector<'a> {
    /// From right to left, each with what is before it.
    compounds: Vec<(Vec<Part<'a>>, Combinator)>,
}

/// Pseudo-classes that hold only where somebody points, types or has been.
const MOMENTARY: [&str; 8] = [
    "active",
    "focus",
    "focus-visible",
    "focus-within",
    "hover",
    "target",
    "target-within",
    "visited",
];
/// Pseudo-elements that may be written with one colon.
const WITHOUT_ELEMENT: [&str; 4] = ["after", "before", "first-letter", "first-line"];

/// The arguments of a function and what is behind them.
fn arguments<'t, 'a>(tokens: &'t [Token<'a>], end: char) -> (&'t [Token<'a>], &'t [Token<'a>]) {
    let mut open = 1_usize;
    let at = tokens.iter().position(|token| {
        match token {
            Token::Function(_) | Token::Delim('(' | '[') => open += 1,
            Token::Delim(')' | ']') => open -= 1,
            _ => {}
        }
        open == 0 && *token == Token::Delim(end)
    });
    let (inner, rest) = tokens.split_at(at.unwrap_or(tokens.len()));
    (inner, rest.get(1..).unwrap_or_default())
}

/// Most functions of selectors in each other that are looked at; a copy has no more.
const MAX_DEPTH: usize = 16;

impl<'a> Selector<'a> {
    /// Reads a selector; what isn't known in it is noted as that.
    pub(super) fn read(tokens: &[Token<'a>]) -> Self {
        Self::read_in(tokens, 0)
    }

    fn read_in(tokens: &[Token<'a>], depth: usize) -> Self {
        let mut compounds = Vec::new();
        let mut parts = Vec::new();
        let mut before = Combinator::Within;
        let mut rest = css::trimmed(tokens);
        while let [token, behind @ ..] = rest {
            let combinator = match token {
                Token::Space | Token::Delim('>' | '+' | '~') => {
                    let end = rest
                        .iter()
                        .position(|token| {
                            !matches!(token, Token::Space | Token::Delim('>' | '+' | '~'))
                        })
                        .unwrap_or(rest.len());
                    let (between, behind) = rest.split_at(end);
                    let combinator = between.iter().find_map(|token| match token {
                        Token::Delim('>') => Some(Combinator::ChildOf),
                        Token::Delim('+') => Some(Combinator::RightBehind),
                        Token::Delim('~') => Some(Combinator::Behind),
                        _ => None,
                    });
                    rest = behind;
                    Some(combinator.unwrap_or(Combinator::Within))
                }
                _ => None,
            };
            if let Some(combinator) = combinator {
                compounds.push((std::mem::take(&mut parts), before));
                before = combinator;
                continue;
            }
            let (part, behind) = Self::part(token, behind, depth);
            parts.push(part);
            rest = behind;
        }
        compounds.push((parts, before));
        compounds.reverse();
        Self { compounds }
    }

    fn part<'t>(
        token: &Token<'a>,
        behind: &'t [Token<'a>],
        depth: usize,
    ) -> (Part<'a>, &'t [Token<'a>]) {
        match (token, behind) {
            // Prefixes of namespaces aren't looked at.
            (Token::Delim('*') | Token::Ident(_), [Token::Delim('|'), behind @ ..]) => {
                (Part::Unknown, behind)
            }
            (Token::Delim('*'), _) => (Part::Any, behind),
            (Token::Ident(name), _) => (Part::Name(name), behind),
            (Token::Hash(id), _) => (Part::Id(id), behind),
            (Token::Delim('.'), [Token::Ident(class), behind @ ..]) => (Part::Class(class), behind),
            (Token::Delim('['), _) => {
                let (asked, behind) = arguments(behind, ']');
                let part = css::attribute(asked).map_or(Part::Unknown, Part::Attribute);
                (part, behind)
            }
            (Token::Delim(':'), [Token::Delim(':'), Token::Ident(_), behind @ ..]) => {
                (Part::Never, behind)
            }
            (Token::Delim(':'), [Token::Ident(name), behind @ ..]) => {
                let part = match *name {
                    "root" => Part::Root,
                    name if MOMENTARY.contains(&name) || WITHOUT_ELEMENT.contains(&name) => {
                        Part::Never
                    }
                    _ => Part::Unknown,
                };
                (part, behind)
            }
            (Token::Delim(':'), [Token::Function(name), behind @ ..]) => {
                let (inner, behind) = arguments(behind, ')');
                if depth >= MAX_DEPTH || !matches!(*name, "is" | "where" | "not") {
                    return (Part::Unknown, behind);
                }
                let inner = css::list(inner)
                    .into_iter()
                    .map(|inner| Self::read_in(inner, depth + 1))
                    .collect();
                let part = match *name {
                    "not" => Part::Not(inner),
                    name => Part::Is(inner, name == "where"),
                };
                (part, behind)
            }
            _ => (Part::Unknown, behind),
        }
    }

    /// How strong it is.
    pub(super) fn strength(&self) -> Strength {
        let mut all = (0, 0, 0);
        for part in self.compounds.iter().flat_map(|(parts, _)| parts) {
            let strength = match part {
                Part::Id(_) => (1, 0, 0),
                Part::Name(_) => (0, 0, 1),
                Part::Class(_) | Part::Attribute(_) | Part::Root | Part::Unknown => (0, 1, 0),
                Part::Is(inner, false) | Part::Not(inner) => {
                    inner.iter().map(Self::strength).max().unwrap_or_default()
                }
                Part::Any | Part::Never | Part::Is(..) => (0, 0, 0),
            };
            all = (all.0 + strength.0, all.1 + strength.1, all.2 + strength.2);
        }
        all
    }

    /// Whether it means an element; none if that isn't known, or would take more than the steps that are left.
    pub(super) fn matches(&self, node: Node<'_, '_>, steps: &Cell<u32>) -> Option<bool> {
        Self::matches_from(&self.compounds, node, steps)
    }

    fn matches_from(
        compounds: &[(Vec<Part<'a>>, Combinator)],
        node: Node<'_, '_>,
        steps: &Cell<u32>,
    ) -> Option<bool> {
        steps.set(steps.get().checked_sub(1)?);
        let Some(((parts, before), rest)) = compounds.split_first() else {
            return Some(true);
        };
        let here = all(parts.iter().map(|part| part.matches(node, steps)));
        if here == Some(false) || rest.is_empty() {
            // A compound of nothing, as in `> a`, is no selector.
            return if parts.is_empty() { None } else { here };
        }
        let elements = |nodes: &mut dyn Iterator<Item = Node<'_, '_>>| {
            any(nodes
                .filter(Node::is_element)
                .map(|node| Self::matches_from(rest, node, steps)))
        };
        let there = match before {
            Combinator::Within => elements(&mut node.ancestors().skip(1)),
            Combinator::ChildOf => elements(&mut node.parent().into_iter()),
            Combinator::Behind => elements(&mut node.prev_siblings().skip(1)),
            // What is left out of a copy changes what is right behind it.
            Combinator::RightBehind => {
                let behind = elements(&mut node.prev_siblings().skip(1));
                if behind == Some(false) { behind } else { None }
            }
        };
        all([here, there].into_iter())
    }
}

/// Whether all are so.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for part in parts {
        match part {
            Some(false) => return part,
            None => all = None,
            Some(true) => {}
        }
    }
    all
}

/// Whether any is so.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(parts.map(|part| part.map(|is_so| !is_so))).map(|is_none| !is_none)
}

impl Part<'_> {
    fn matches(&self, node: Node<'_, '_>, steps: &Cell<u32>) -> Option<bool> {
        Some(match self {
            Part::Any => true,
            Part::Name(name) => node.tag_name().name() == *name,
            Part::Id(id) => own(node, "id") == Some(id),
            Part::Class(class) => own(node, "class")
                .is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == *class)),
            Part::Attribute((name, asked)) => own(node, name).is_some_and(|value| {
                asked.is_none_or(|(how, asked)| match how {
                    '=' => value == asked,
                    _ if asked.is_empty() => false,
                    '~' => value.split_ascii_whitespace().any(|word| word == asked),
                    '^' => value.starts_with(asked),
                    '$' => value.ends_with(asked),
                    '*' => value.contains(asked),
                    _ => value
                        .strip_prefix(asked)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
                })
            }),
            Part::Root => node.parent().is_some_and(|parent| parent.is_root()),
            Part::Is(inner, _) => {
                return any(inner.iter().map(|inner| inner.matches(node, steps)));
            }
            Part::Not(inner) => {
                return any(inner.iter().map(|inner| inner.matches(node, steps)))
                    .map(|is_so| !is_so);
            }
            Part::Never => false,
            Part::Unknown => return None,
        })
    }
}
