//! Drawings in SVG: a copy that we write of what tables allow, in which nothing runs and which loads nothing.
//!
//! A browser draws the copy. It has no script and no address but `#…` within it and its own embedded pictures, nor
//! what the author's program keeps for itself, nor hidden layers.

mod bounds;
mod copy;
mod css;
mod embedded;
mod hiding;
mod prolog;
mod selector;
mod size;
mod styles;
mod tables;
mod work;

use languages::{Sentence, sentence};
use roxmltree::{Document, Node};

use crate::Refused;
use copy::{Copy, Left};
use prolog::Unreadable;

pub(crate) use prolog::is_svg;

/// Of a file that holds the copy of a drawing.
pub const SVG_EXTENSION: &str = "svg";
/// What the copy of a drawing is served as.
pub const SVG_CONTENT_TYPE: &str = "image/svg+xml";
/// Largest drawing, in bytes, its embedded pictures included.
pub const MAX_SVG_BYTES: usize = 4 * 1024 * 1024;

/// How often a copy is copied until it stays the same.
const MAX_PASSES: usize = 8;

const SVG: &str = "http://www.w3.org/2000/svg";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The copy of a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg {
    /// In pixels, from 1 to 1920.
    pub width: u32,
    /// In pixels, from 1 to 16,383.
    pub height: u32,
    /// A whole file of the type [`SVG_CONTENT_TYPE`].
    pub bytes: Vec<u8>,
    /// What its owner should know.
    pub notice: Option<Sentence>,
}

/// An attribute of an element's own, in no namespace.
fn own<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let mut attributes = node.attributes();
    let own =
        attributes.find(|attribute| attribute.namespace().is_none() && attribute.name() == name)?;
    Some(own.value())
}

fn malformed() -> Refused {
    Refused::Unsupported(sentence!("reason.drawing_malformed"))
}

fn too_complex() -> Refused {
    Refused::Unsupported(sentence!("reason.drawing_too_complex"))
}

fn hides_by_rules() -> Refused {
    Refused::Unsupported(sentence!("reason.drawing_hides_by_rules"))
}

fn unreadable(why: Unreadable) -> Refused {
    Refused::Unsupported(match why {
        Unreadable::Encoding => sentence!("reason.drawing_encoding"),
        Unreadable::Entities => sentence!("reason.drawing_entities"),
        Unreadable::Malformed => return malformed(),
    })
}

/// What the owner should know first of what the copy has not.
fn notice(left: Left, is_guessed: bool) -> Option<Sentence> {
    let told = [
        (left.loaded, sentence!("reason.drawing_left_out_loaded")),
        (left.pictures, sentence!("reason.drawing_left_out_pictures")),
        (left.fonts, sentence!("reason.drawing_left_out_fonts")),
        (left.scripts, sentence!("reason.drawing_left_out_scripts")),
        (left.hidden, sentence!("reason.drawing_left_out_hidden")),
        (is_guessed, sentence!("reason.drawing_size_guessed")),
    ];
    told.into_iter()
        .find_map(|(is_so, sentence)| is_so.then_some(sentence))
}

/// Copies a drawing. The copy of a copy is the same.
///
/// # Errors
/// Why the file isn't taken: it is larger than [`MAX_SVG_BYTES`], can't be read, has so many parts that it would hold
/// up a browser, or draws nothing.
pub fn drawing(bytes: &[u8]) -> Result<Svg, Refused> {
    if bytes.len() > MAX_SVG_BYTES {
        return Err(Refused::Unsupported(sentence!("reason.drawing_too_large")));
    }
    let text = prolog::decoded(bytes).ok_or_else(|| unreadable(Unreadable::Encoding))?;
    let prolog = prolog::read(&text).map_err(unreadable)?;
    let text = prolog.expanded().map_err(unreadable)?;
    let mut svg = copied(&text)?;
    // What is left out may have been all that moved, or that referred to a part of a hidden layer.
    for _ in 0..MAX_PASSES {
        let again = copied(str::from_utf8(&svg.bytes).map_err(|_| malformed())?)?;
        if again.bytes == svg.bytes {
            let document = Document::parse(str::from_utf8(&svg.bytes).map_err(|_| malformed())?);
            let is_bearable = document.is_ok_and(|document| work::is_bearable(&document));
            return if is_bearable {
                Ok(svg)
            } else {
                Err(too_complex())
            };
        }
        svg.bytes = again.bytes;
    }
    Err(too_complex())
}

/// One pass over a drawing without a document type.
fn copied(text: &str) -> Result<Svg, Refused> {
    if !bounds::are_kept(text) {
        return Err(too_complex());
    }
    let document = Document::parse(text).map_err(|_| malformed())?;
    let root = document.root_element();
    let name = root.tag_name();
    if name.name() != "svg" || !matches!(name.namespace(), Some(SVG) | None) {
        return Err(Refused::Unsupported(sentence!("reason.drawing_not_svg")));
    }
    let size = size::of(root);
    let texts = copy::sheet_texts(&document);
    let sheets = copy::sheets(&texts).ok_or_else(too_complex)?;
    let copy = Copy::of(&document, &sheets, &size)?;
    if !copy.draws {
        return Err(Refused::Unsupported(sentence!(
            "reason.drawing_shows_nothing"
        )));
    }
    Ok(Svg {
        width: size.width,
        height: size.height,
        notice: notice(copy.left, size.is_guessed),
        bytes: copy.text.into_bytes(),
    })
}

#[cfg(test)]
mod tests;
