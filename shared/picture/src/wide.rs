//! The pictures that documents show: whole, upright, and no wider than a page.

use crate::kind::{self, Purpose};
use crate::{Refused, colour, decode, encode};

/// Most widths of a document's picture, in pixels, largest first.
pub const WIDTHS: [u32; 3] = [1920, 960, 480];
/// Greatest height of a WebP file, in pixels (RFC 9649, 2.5).
const MAX_HEIGHT: u32 = 16_383;

/// One rendition of a document's picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    /// In pixels: at most one of [`WIDTHS`].
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// A whole file of the type [`CONTENT_TYPE`](crate::CONTENT_TYPE).
    pub bytes: Vec<u8>,
}

/// What a document shows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Largest first, at least one, each width once.
    pub renditions: Vec<Wide>,
    /// What its owner should know, in a sentence.
    pub notice: Option<&'static str>,
}

/// Makes the renditions of a picture that documents show: whole, upright, in sRGB, transparent where
/// the original is, and never larger than it.
///
/// # Errors
/// Why the file isn't taken, as [`renditions`](crate::renditions) says it.
pub fn for_documents(bytes: &[u8]) -> Result<Drawn, Refused> {
    let format = kind::recognise(bytes, Purpose::Document)?;
    let decoded = decode::decode(bytes, format)?;
    let mut image = colour::eight_bits(decoded.image);
    image.apply_orientation(decoded.orientation);
    let mut renditions = Vec::new();
    for (at, (width, height)) in sizes(image.width(), image.height()).into_iter().enumerate() {
        if (image.width(), image.height()) != (width, height) {
            image = resample::whole(&image, width, height).ok_or(Refused::Invalid)?;
        }
        if at == 0 {
            colour::to_srgb(&mut image, decoded.icc_profile.as_deref());
        }
        renditions.push(Wide {
            width,
            height,
            bytes: encode::encode(&image)?,
        });
    }
    Ok(Drawn {
        renditions,
        notice: None,
    })
}

/// Widths and heights of the renditions of an upright picture, largest first.
fn sizes(width: u32, height: u32) -> Vec<(u32, u32)> {
    let mut sizes: Vec<_> = WIDTHS
        .into_iter()
        .map(|most| fitted(width, height, most))
        .collect();
    sizes.dedup();
    sizes
}

/// The largest size in the same proportions that is no larger than the picture, `most` pixels and
/// [`MAX_HEIGHT`].
fn fitted(width: u32, height: u32, most: u32) -> (u32, u32) {
    // The nearest whole number of pixels, at least one.
    let scaled = |edge: u32, to: u32, from: u32| {
        let rounded = (u64::from(edge) * u64::from(to) + u64::from(from) / 2) / u64::from(from);
        u32::try_from(rounded.max(1)).unwrap_or(u32::MAX)
    };
    let new_width = width.min(most);
    let new_height = scaled(height, new_width, width);
    if new_height <= MAX_HEIGHT {
        return (new_width, new_height);
    }
    (scaled(width, MAX_HEIGHT, height).min(new_width), MAX_HEIGHT)
}
