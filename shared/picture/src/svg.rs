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

const PLAIN: &str = "Export it as plain SVG, or as PNG, about 1,920 pixels wide, and send that.";
const PNG: &str = "Export it as PNG, about 1,920 pixels wide, and send that.";

/// The copy of a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg {
    /// In pixels, from 1 to 1920.
    pub width: u32,
    /// In pixels, from 1 to 16,383.
    pub height: u32,
    /// A whole file of the type [`SVG_CONTENT_TYPE`].
    pub bytes: Vec<u8>,
    /// What its owner should know, in a sentence.
    pub notice: Option<&'static str>,
}

/// An attribute of an element's own, in no namespace.
fn own<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let mut attributes = node.attributes();
    let own =
        attributes.find(|attribute| attribute.namespace().is_none() && attribute.name() == name)?;
    Some(own.value())
}

fn refused(what: &'static str, how: &'static str) -> Refused {
    Refused::Unsupported { what, how }
}

fn malformed() -> Refused {
    refused("The drawing isn't well-formed XML.", PLAIN)
}

fn too_complex() -> Refused {
    refused(
        "The drawing has so many parts that a browser can't draw it at once.",
        PNG,
    )
}

fn hides_by_rules() -> Refused {
    refused(
        "The drawing's style sheet hides parts in a way that can't be kept.",
        "Export it as PNG, about 1,920 pixels wide, or take the hidden parts out, and send that.",
    )
}

fn unreadable(why: Unreadable) -> Refused {
    match why {
        Unreadable::Encoding => refused("The drawing's text is neither UTF-8 nor UTF-16.", PLAIN),
        Unreadable::Entities => refused(
            "The drawing declares entities that aren't short texts.",
            PLAIN,
        ),
        Unreadable::Malformed => malformed(),
    }
}

/// What the owner should know first of what the copy has not.
fn notice(left: Left, is_guessed: bool) -> Option<&'static str> {
    let told = [
        (
            left.loaded,
            "What the drawing loads from elsewhere is left out: embed it in the drawing and send that.",
        ),
        (
            left.pictures,
            "Pictures in the drawing that aren't JPEG, PNG, GIF or WebP, or too many, are left out.",
        ),
        (
            left.fonts,
            "The fonts in the drawing are left out: turn its text into paths if they matter.",
        ),
        (left.scripts, "Scripts in the drawing are left out."),
        (left.hidden, "Hidden layers of the drawing are left out."),
        (
            is_guessed,
            "The drawing doesn't say how large it is: it is shown 300 pixels wide and 150 high.",
        ),
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
        return Err(refused("The drawing is larger than 4 MiB.", PNG));
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
        return Err(refused(
            "The drawing's outermost element isn't SVG's.",
            PLAIN,
        ));
    }
    let size = size::of(root);
    let texts = copy::sheet_texts(&document);
    let sheets = copy::sheets(&texts).ok_or_else(too_complex)?;
    let copy = Copy::of(&document, &sheets, &size)?;
    if !copy.draws {
        return Err(refused("The drawing shows nothing.", PNG));
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
