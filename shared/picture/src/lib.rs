//! Any picture in, square renditions out: pure, no I/O.
//!
//! What comes out is encoded anew from pixels, so nothing of the file that came in is in it: no
//! position, no thumbnail, no comment, no bytes after the end.

mod colour;
mod decode;
mod kind;
mod square;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};

/// Edge lengths of the renditions, in pixels.
pub const SIZES: [u32; 3] = [512, 256, 96];
/// Largest picture, in pixels.
pub const MAX_PIXELS: u64 = 50_000_000;
/// A small original is enlarged no further than this.
const MAX_ENLARGEMENT: u32 = 2;
/// Of the JPEGs that come out.
const QUALITY: u8 = 85;

/// The renditions of one picture, largest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Of a file that holds a rendition.
    pub extension: &'static str,
    pub content_type: &'static str,
    pub renditions: Vec<Rendition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// One of [`SIZES`]. The picture itself is smaller where the original is less than half as large.
    pub size: u32,
    pub bytes: Vec<u8>,
}

/// Why a file is no picture for us, in a sentence that a member can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{0} Please send a JPEG, PNG, WebP or GIF picture.")]
    Unsupported(&'static str),
    #[error("The picture is larger than 50 megapixels. Please send a smaller one.")]
    TooLarge,
    #[error("The picture is damaged or incomplete. Please export it again and send that.")]
    Invalid,
}

/// Makes the renditions: upright, square, in sRGB, on white where the original is transparent.
pub fn renditions(bytes: &[u8]) -> Result<Picture, Refused> {
    let format = kind::recognise(bytes)?;
    let decoded = decode::decode(bytes, format)?;
    let mut small = on_white(&square::square(decoded.image, decoded.orientation));
    colour::to_srgb(&mut small, decoded.icc_profile.as_deref());
    let mut renditions = Vec::with_capacity(SIZES.len());
    for size in SIZES {
        let edge = size.min(decoded.edge.saturating_mul(MAX_ENLARGEMENT));
        let resized = if small.width() == edge {
            small.clone()
        } else {
            imageops::resize(&small, edge, edge, FilterType::Lanczos3)
        };
        renditions.push(Rendition {
            size,
            bytes: encode(&resized)?,
        });
    }
    Ok(Picture {
        extension: "jpg",
        content_type: "image/jpeg",
        renditions,
    })
}

fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let source = image.to_rgba8();
    RgbImage::from_fn(source.width(), source.height(), |x, y| {
        let [red, green, blue, alpha] = source.get_pixel(x, y).0;
        let over = |channel: u8| {
            let (channel, alpha) = (u16::from(channel), u16::from(alpha));
            // At most 255, so nothing is cut off.
            u8::try_from((channel * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

fn encode(image: &RgbImage) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    image
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        .map_err(|_| Refused::Invalid)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
