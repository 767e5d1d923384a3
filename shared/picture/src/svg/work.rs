//! How much a browser has to draw for a drawing whose elements refer to each other: a kilobyte of `use` can be
//! a billion shapes.

use std::collections::HashMap;

use roxmltree::{Document, Node, NodeId};

use super::css::Sheet;
use super::styles::{Reference, Styles, rounded};
use super::tables::{ANIMATIONS, has};
use super::{own, size};

/// Most elements that are drawn, each time counted.
const MAX_WORK: u64 = 200_000;
/// What a step of a filter counts: a thousand of them are drawn in some seconds.
const FILTER_STEP: u64 = 200;
/// How far a step may blur that counts once, in pixels; one that blurs further counts as often as that many pixels go
/// into it, for each [`STEP_AREA`] of the drawing.
const STEP_BLUR: f64 = 10.0;
/// Pixels of a drawing.
const STEP_AREA: f64 = 500_000.0;
/// How often the steps of a drawing count in which something moves, since they are done for each frame.
const MOVING: f64 = 10.0;
/// What an octave of noise counts beside a step.
const NOISE: f64 = 3.0;
/// Pixels of a blur that take as long as one by which shapes are widened or in which a matrix looks.
const NEIGHBOUR: f64 = 5.0;
/// Most filters in each other.
const MAX_FILTERS: usize = 8;
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
    for node in elements() {
        styles.add_own(node);
    }
    let named = elements().filter_map(|node| Some((own(node, "id")?, node)));
    let mut ids = HashMap::new();
    for (id, node) in named {
        ids.entry(id).or_insert(node);
    }
    let size = size::of(copy.root_element());
    let area = f64::from(size.width) * f64::from(size.height) / STEP_AREA;
    let [_, _, wide, _] = size.view;
    let moves = elements().any(|node| has(ANIMATIONS, node.tag_name().name()))
        || sheets.iter().any(|sheet| sheet.text.contains("@keyframes"));
    let mut count = Count {
        styles: &styles,
        scale: f64::from(size.width) / wide,
        area: area.max(1.0) * if moves { MOVING } else { 1.0 },
        ids,
        known: HashMap::new(),
        followed: 0,
    };
    count
        .of(copy.root_element(), 0)
        .is_some_and(|work| work.drawn <= MAX_WORK && work.filters <= MAX_FILTERS)
}

/// What drawing an element takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Work {
    drawn: u64,
    /// How many filters are in each other.
    filters: usize,
}

impl Work {
    fn add(&mut self, other: Self, times: u64) {
        self.drawn = self.drawn.saturating_add(other.drawn.saturating_mul(times));
        self.filters = self.filters.max(other.filters);
    }
}

struct Count<'c, 'a> {
    styles: &'c Styles<'a>,
    ids: HashMap<&'c str, Node<'c, 'a>>,
    /// Of elements that have an id; none while they are being counted.
    known: HashMap<NodeId, Option<Work>>,
    /// Pixels of a unit of the drawing.
    scale: f64,
    /// How often a far step counts.
    area: f64,
    /// How many references were followed.
    followed: usize,
}

impl<'c> Count<'c, '_> {
    /// How much is drawn for an element; none if it refers to itself, or too far.
    fn of(&mut self, node: Node<'c, '_>, chain: usize) -> Option<Work> {
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
        let mut work = Work {
            drawn: self.step(node, name),
            filters: 0,
        };
        let mut is_filtered = false;
        if !has(ANIMATIONS, name) {
            let references = self.styles.references(node);
            self.followed += references.len();
            if self.followed > MAX_REFERENCES {
                return None;
            }
            for reference in references {
                let (id, times) = match reference {
                    Reference::Filter(blur) => {
                        is_filtered = true;
                        work.drawn = work.drawn.saturating_add(self.blur(f64::from(blur)));
                        continue;
                    }
                    Reference::To(id) => (id, 1),
                    Reference::Named(id) => {
                        let target = self.ids.get(id.as_str());
                        let known = target.and_then(|target| self.known.get(&target.id()));
                        // What an element names that it is in isn't drawn.
                        if known == Some(&None) {
                            continue;
                        }
                        (id, 1)
                    }
                    Reference::AtCorners(id) => (id, corners(node)),
                };
                if let Some(target) = self.ids.get(id.as_str()).copied() {
                    is_filtered |= target.tag_name().name() == "filter";
                    work.add(self.of(target, chain + 1)?, times);
                }
            }
        }
        for child in node.children().filter(Node::is_element) {
            work.add(self.of(child, chain + 1)?, 1);
        }
        work.filters += usize::from(is_filtered);
        if is_named {
            self.known.insert(node.id(), Some(work));
        }
        Some(work)
    }

    /// What an element counts by itself.
    fn step(&self, node: Node<'_, '_>, name: &str) -> u64 {
        if !name.starts_with("fe") {
            return 1;
        }
        let most = |attribute: &str, otherwise: f64| {
            let text = own(node, attribute).unwrap_or_default();
            let numbers = text.split(|c: char| c == ',' || c.is_ascii_whitespace());
            let numbers = numbers.filter_map(|number| number.parse::<f64>().ok());
            numbers.reduce(f64::max).unwrap_or(otherwise)
        };
        let is_share = node
            .parent()
            .is_some_and(|filter| own(filter, "primitiveUnits") == Some("objectBoundingBox"));
        // Of a share the element's size isn't known, so it's taken to be as large as the drawing.
        let units = if is_share { 1_000.0 } else { 1.0 };
        match name {
            "feGaussianBlur" => self.blur(units * most("stdDeviation", 0.0)),
            "feDropShadow" => self.blur(units * most("stdDeviation", 2.0)),
            "feMorphology" => self.blur(units * NEIGHBOUR * most("radius", 0.0)),
            "feConvolveMatrix" => self.far(NEIGHBOUR * most("order", 3.0) / STEP_BLUR),
            "feTurbulence" => self.far(NOISE * most("numOctaves", 1.0)),
            _ => FILTER_STEP,
        }
    }

    /// What a step counts that blurs so many units of the drawing.
    fn blur(&self, units: f64) -> u64 {
        self.far(units * self.scale / STEP_BLUR)
    }

    /// What a step counts that takes as long as so many.
    fn far(&self, steps: f64) -> u64 {
        if steps <= 1.0 {
            return FILTER_STEP;
        }
        FILTER_STEP * u64::from(rounded(steps * self.area))
    }
}

/// How many corners a path has at most.
fn corners(node: Node<'_, '_>) -> u64 {
    let text = own(node, "d").or_else(|| own(node, "points"));
    let corners = text.unwrap_or_default().len() / CORNER_BYTES + 1;
    u64::try_from(corners).unwrap_or(u64::MAX)
}
