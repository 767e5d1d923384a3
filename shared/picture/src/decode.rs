//! From a file to pixels, within limits that are set before any pixel is touched.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use languages::sentence;

use crate::{MAX_DEEP_PIXELS, MAX_PIXELS, Refused, claim, jpeg, riff};

/// Longest edge, in pixels.
const MAX_EDGE: u32 = 30_000;
/// Most memory for the decoded pixels: 50 megapixels of four bytes, or 25 of eight.
const MAX_ALLOC_BYTES: u64 = 4 * MAX_PIXELS;
/// Most memory for what a PNG holds beside its pixels, which is inflated as the header is read: a
/// kilobyte can be a megabyte of profile.
const MAX_PNG_EXTRAS_BYTES: u64 = 16 * 1024 * 1024;
/// Largest colour profile that is applied, in bytes: those of cameras and screens have a few thousand,
/// the largest of presses two million.
const MAX_PROFILE_BYTES: usize = 4 * 1024 * 1024;

/// What a file says of its pixels.
#[derive(Clone)]
pub(crate) struct Source {
    /// Width and height as they are stored, in pixels.
    pub(crate) size: (u32, u32),
    /// What makes it upright.
    pub(crate) orientation: Orientation,
    pub(crate) icc_profile: Option<Vec<u8>>,
}

/// A decoded picture.
pub(crate) struct Decoded {
    /// As it is stored.
    pub(crate) image: DynamicImage,
    pub(crate) source: Source,
}

pub(crate) fn decode(bytes: &[u8], format: ImageFormat) -> Result<Decoded, Refused> {
    if format == ImageFormat::Png && hides_its_picture(bytes) {
        return Err(Refused::Unsupported(sentence!("reason.picture_hidden")));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits(format));
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let source = source(&mut decoder, format, bytes)?;
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    Ok(Decoded { image, source })
}

/// Whether the picture of an animated PNG is none of its frames: where animations move, nobody sees it, and its
/// owner doesn't know of it (PNG third edition, 11.3.6.2).
fn hides_its_picture(bytes: &[u8]) -> bool {
    let mut moves = false;
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let (Some(length), Some(kind)) = (rest.first_chunk::<4>(), rest.get(4..8)) {
        match kind {
            b"acTL" => moves = true,
            b"fcTL" => return false,
            b"IDAT" => return moves,
            _ => {}
        }
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        rest = rest.get(length.saturating_add(12)..).unwrap_or_default();
    }
    false
}

/// Those under which a file's headers are read, and the pixels of most formats.
pub(crate) fn limits(format: ImageFormat) -> Limits {
    let mut limits = pixel_limits();
    if format == ImageFormat::Png {
        limits.max_alloc = Some(MAX_PNG_EXTRAS_BYTES);
    }
    limits
}

/// Those under which pixels are decoded.
pub(crate) fn pixel_limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_EDGE);
    limits.max_image_height = Some(MAX_EDGE);
    limits.max_alloc = Some(MAX_ALLOC_BYTES);
    limits
}

/// Reads the headers of a file and holds them against our limits; no pixel is decoded.
pub(crate) fn source(
    decoder: &mut impl ImageDecoder,
    format: ImageFormat,
    bytes: &[u8],
) -> Result<Source, Refused> {
    let size = decoder.dimensions();
    let (width, height) = size;
    if width == 0 || height == 0 {
        return Err(Refused::Invalid);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS {
        return Err(Refused::TooLarge);
    }
    if is_deep(decoder.color_type()) && pixels > MAX_DEEP_PIXELS {
        return Err(Refused::TooDeep);
    }
    if !claim::is_possible(format, bytes.len(), pixels) {
        return Err(Refused::Invalid);
    }
    if format == ImageFormat::Jpeg && !jpeg::ends(bytes)
        || format == ImageFormat::WebP && !riff::is_whole(bytes)
    {
        return Err(Refused::Invalid);
    }
    // A profile or an orientation that can't be read leaves the picture as it is.
    let icc_profile = decoder.icc_profile().ok().flatten();
    let icc_profile = icc_profile.filter(|profile| profile.len() <= MAX_PROFILE_BYTES);
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok(Source {
        size,
        orientation,
        icc_profile,
    })
}

pub(crate) fn is_deep(colour: ColorType) -> bool {
    colour.bytes_per_pixel() > colour.channel_count()
}

pub(crate) fn refusal(error: &ImageError) -> Refused {
    match error {
        ImageError::Limits(limit)
            if matches!(
                limit.kind(),
                LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory
            ) =>
        {
            Refused::TooLarge
        }
        ImageError::Unsupported(_) => Refused::Unsupported(sentence!("reason.picture_unsupported")),
        _ => Refused::Invalid,
    }
}
