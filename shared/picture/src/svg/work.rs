//! How much a browser has to draw for a drawing whose elements refer to each other: a kilobyte of `use` can be
//! a billion shapes.

use std::collections::HashMap;

use roxmltree::{Document, Node, NodeId};

use super::css::Sheet;
use super::own;
use super::styles::{Reference, Styles};
use super::tables::{ANIMATIONS, has};

/// Most elements that are drawn, each time counted.
const MAX_WORK: u64 = 200_000;
/// What a step of a filter counts: a thousand of them are drawn in some seconds.
const FILTER_STEP: u64 = 200;
/// Most references that are followed.
const MAX_REFERENCES: usize = 500_000;
/// How many elements may be in or refer to each other in a row.
const MAX_CHAIN: usize = 400;
/// Bytes of a path for each of its corners, at least.
const CORNER_BYTES: usize = 4;

/// Whether a browser can draw a copy at once.
pub(super) fn is_bearable(copy: &Document<'_>) -> bool {
    let elements = || copy.descendants().filter(Node::is_element);
    let sheets: Vec<_> = elements()
        .filter(|node| node.has_tag_name((super::SVG, "style")))
        .map(|node| Sheet::read(node.text().unwrap_or_default(), ""))
        .collect();
    let mut styles = Styles::default();
    for sheet in &sheets {
        styles.add(&sheet.rules);
    }
    let named = elements().filter_map(|node| Some((own(node, "id")?, node)));
    let mut ids = HashMap::new();
    for (id, node) in named {
        ids.entry(id).or_insert(node);
    }
    let mut count = Count {
        styles: &styles,
        ids,
        known: HashMap::new(),
        followed: 0,
    };
    count
        .of(copy.root_element(), 0)
        .is_some_and(|work| work <= MAX_WORK)
}

struct Count<'c, 'a> {
    styles: &'c Styles<'a>,
    ids: HashMap<&'c str, Node<'c, 'a>>,
    /// Of elements that have an id; none while they are being counted.
    known: HashMap<NodeId, Option<u64>>,
    /// How many references were followed.
    followed: usize,
}

impl<'c> Count<'c, '_> {
    /// How much is drawn for an element; none if it refers to itself, or too far.
    fn of(&mut self, node: Node<'c, '_>, chain: usize) -> Option<u64> {
        let is_named = own(node, "id").is_some();
        if is_named {
            if let Some(known) = self.known.get(&node.id()) {
                return *known;
            }
            self.known.insert(node.id(), None);
        }
        if chain > MAX_CHAIN {
            return None;
        }
        let name = node.tag_name().name();
        let mut work = if name.starts_with("fe") {
            FILTER_STEP
        } else {
            1
        };
        if !has(ANIMATIONS, name) {
            let references = self.styles.references(node);
            self.followed += references.len();
            if self.followed > MAX_REFERENCES {
                return None;
            }
            for reference in references {
                let (id, times) = match reference {
                    Reference::Filter => {
                        work += FILTER_STEP;
                        continue;
                    }
                    Reference::To(id) => (id, 1),
                    Reference::AtCorners(id) => (id, corners(node)),
                };
                if let Some(target) = self.ids.get(id.as_str()).copied() {
                    let drawn = self.of(target, chain + 1)?;
                    work = work.saturating_add(drawn.saturating_mul(times));
                }
            }
        }
        for child in node.children().filter(Node::is_element) {
            work = work.saturating_add(self.of(child, chain + 1)?);
        }
        if is_named {
            self.known.insert(node.id(), Some(work));
        }
        Some(work)
    }
}

/// How many corners a path has at most.
fn corners(node: Node<'_, '_>) -> u64 {
    let text = own(node, "d").or_else(|| own(node, "points"));
    let corners = text.unwrap_or_default().len() / CORNER_BYTES + 1;
    u64::try_from(corners).unwrap_or(u64::MAX)
}
