//! How large a drawing is shown, by its width, height and `viewBox`.

use roxmltree::Node;

use super::own;

/// Greatest width and height, in pixels: those of documents' pictures.
const MOST: f64 = 1920.0;
const MOST_HIGH: f64 = 16_383.0;
/// What a browser takes where a drawing says nothing, in pixels (CSS 2.2, 10.3.2).
const DEFAULT: (f64, f64) = (300.0, 150.0);
/// Greatest number in a `viewBox`: beyond it browsers calculate with numbers that have no fractions.
const MAX_NUMBER: f64 = 1e7;

/// Units of lengths, and how many pixels they are.
const UNITS: &[(&str, f64)] = &[
    ("px", 1.0),
    ("pt", 96.0 / 72.0),
    ("pc", 16.0),
    ("mm", 96.0 / 25.4),
    ("cm", 96.0 / 2.54),
    ("in", 96.0),
    ("q", 96.0 / 101.6),
    ("rem", 16.0),
    ("em", 16.0),
    ("ex", 8.0),
    ("ch", 8.0),
    ("", 1.0),
];

/// How large a drawing is shown.
pub(super) struct Size {
    /// In pixels, at least 1.
    pub(super) width: u32,
    /// In pixels, at least 1.
    pub(super) height: u32,
    /// Left, top, width and height of what is shown, in the drawing's own units.
    pub(super) view: [f64; 4],
    /// Whether neither a size nor a `viewBox` says so.
    pub(super) is_guessed: bool,
}

/// A length in pixels; none if it is a share of something, or nothing that has an extent.
fn length(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let (number, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let length = number.trim_end().parse::<f64>().ok()? * factor;
    (length > 0.0 && length <= MAX_NUMBER).then_some(length)
}

/// The four numbers of a `viewBox` that has an extent.
fn view_box(text: &str) -> Option<[f64; 4]> {
    let parts = text.split(|c: char| c == ',' || c.is_ascii_whitespace());
    let numbers = parts.filter(|part| !part.is_empty()).map(str::parse::<f64>);
    let numbers: Vec<f64> = numbers.collect::<Result<_, _>>().ok()?;
    let view: [f64; 4] = numbers.try_into().ok()?;
    let is_finite = view.iter().all(|number| number.abs() <= MAX_NUMBER);
    let [_, _, width, height] = view;
    (is_finite && width > 1e-6 && height > 1e-6).then_some(view)
}

/// A whole number of pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and the most that is shown"
)]
fn pixels(length: f64, most: f64) -> u32 {
    length.round().clamp(1.0, most) as u32
}

/// The size of a drawing, by its outermost element.
pub(super) fn of(svg: Node<'_, '_>) -> Size {
    let edge = |name| own(svg, name).and_then(length);
    let view = own(svg, "viewBox").and_then(view_box);
    let (wide, high) = view.map_or(DEFAULT, |[_, _, width, height]| (width, height));
    let (width, height) = match (edge("width"), edge("height")) {
        (Some(width), Some(height)) => (width, height),
        (Some(width), None) => (width, width * high / wide),
        (None, Some(height)) => (height * wide / high, height),
        (None, None) => (wide, high),
    };
    let view_or_all = view.unwrap_or([0.0, 0.0, width, height]);
    let scale = (MOST / width).min(MOST_HIGH / height).min(1.0);
    Size {
        width: pixels(width * scale, MOST),
        height: pixels(height * scale, MOST_HIGH),
        view: view_or_all,
        is_guessed: view.is_none() && edge("width").or(edge("height")).is_none(),
    }
}
