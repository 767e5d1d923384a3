//! Any picture in, renditions out, square for a profile or whole for a document: pure, no I/O.
//!
//! What comes out is encoded anew from pixels, so nothing of the file that came in is in it: no
//! position, no thumbnail, no comment, no bytes after the end. Of a drawing in SVG it is a copy, written anew of what
//! a table allows.

mod claim;
mod colour;
mod decode;
mod encode;
mod film;
mod frames;
mod jpeg;
mod kind;
mod near_lossless;
mod riff;
mod square;
mod svg;
mod wide;

pub use encode::{CONTENT_TYPE, EXTENSION};
pub use frames::{MAX_ANIMATED_PIXELS, MAX_FRAMES};
pub use kind::{check_for_documents, is_pdf};
pub use svg::{MAX_SVG_BYTES, SVG_CONTENT_TYPE, SVG_EXTENSION, Svg, drawing};
pub use wide::{Drawn, MAX_PAINTED_PIXELS, WIDTHS, Wide, for_documents};

use std::fmt;

use languages::{Sentence, sentence};

use decode::Decoded;
use kind::Purpose;

/// Edge lengths of the renditions, in pixels, largest first.
pub const SIZES: [u32; 3] = [512, 256, 96];
/// Largest picture, in pixels.
pub const MAX_PIXELS: u64 = 50_000_000;
/// Largest picture of 16 bits a channel, in pixels: decoded, it is twice as large.
pub const MAX_DEEP_PIXELS: u64 = MAX_PIXELS / 2;
/// A picture of more pixels than this is large.
const LARGE_PIXELS: u64 = 16_000_000;
/// A small original is enlarged no further than this.
const MAX_ENLARGEMENT: u32 = 2;

/// Whether a picture has more than 16 megapixels by its header, which few cameras' have: decoding one may take 500 MB of memory, and
/// others take less than 150.
pub fn is_large(bytes: &[u8]) -> bool {
    let format = kind::recognise(bytes, Purpose::Document).ok();
    let pixels = format.and_then(|format| wide::pixels(bytes, format));
    pixels.is_some_and(|pixels| pixels > LARGE_PIXELS)
}

/// One rendition of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// One of [`SIZES`]. The picture itself is smaller where the original is less than half as large.
    pub size: u32,
    /// A whole file of the type [`CONTENT_TYPE`].
    pub bytes: Vec<u8>,
}

/// Why a file is no picture for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// What it is instead, and what its owner can do.
    Unsupported(Sentence),
    TooLarge,
    TooDeep,
    Invalid,
}

impl Refused {
    /// What the member is told, who can act on it.
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::Unsupported(sentence) => sentence.clone(),
            Self::TooLarge => sentence!("reason.picture_too_large"),
            Self::TooDeep => sentence!("reason.picture_too_deep"),
            Self::Invalid => sentence!("reason.picture_invalid"),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for Refused {}

/// Makes the renditions, in the order of [`SIZES`]: upright, square, in sRGB, transparent where the
/// original is.
///
/// # Errors
/// Why the file isn't taken. Neither its size in bytes nor its name matters here; its limits are
/// [`MAX_PIXELS`] and [`MAX_DEEP_PIXELS`], checked before a pixel is decoded.
pub fn renditions(bytes: &[u8]) -> Result<Vec<Rendition>, Refused> {
    let format = kind::recognise(bytes, Purpose::Profile)?;
    let Decoded { image, source } = decode::decode(bytes, format)?;
    let original = image.width().min(image.height());
    let mut square = square::square(image, source.orientation)?;
    colour::to_srgb(&mut square, source.icc_profile.as_deref());
    let sizes = SIZES.into_iter().map(|size| {
        let edge = size.min(original.saturating_mul(MAX_ENLARGEMENT));
        let bytes = if square.width() == edge {
            encode::encode(&square)?
        } else {
            encode::encode(&resample::whole(&square, edge, edge).ok_or(Refused::Invalid)?)?
        };
        Ok(Rendition { size, bytes })
    });
    sizes.collect()
}

#[cfg(test)]
mod tests;
