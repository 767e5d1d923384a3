//! From a file to pixels, within limits that are set before any pixel is touched.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use crate::{MAX_DEEP_PIXELS, MAX_PIXELS, Refused, claim, jpeg};

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

/// A decoded picture.
pub(crate) struct Decoded {
    /// As it is stored.
    pub(crate) image: DynamicImage,
    /// What makes it upright.
    pub(crate) orientation: Orientation,
    pub(crate) icc_profile: Option<Vec<u8>>,
    /// The shorter edge, in pixels.
    pub(crate) edge: u32,
}

pub(crate) fn decode(bytes: &[u8], format: ImageFormat) -> Result<Decoded, Refused> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_EDGE);
    limits.max_image_height = Some(MAX_EDGE);
    limits.max_alloc = Some(match format {
        ImageFormat::Png => MAX_PNG_EXTRAS_BYTES,
        _ => MAX_ALLOC_BYTES,
    });
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
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
    if format == ImageFormat::Jpeg && !jpeg::ends(bytes) {
        return Err(Refused::Invalid);
    }
    // A profile or an orientation that can't be read leaves the picture as it is.
    let icc_profile = decoder.icc_profile().ok().flatten();
    let icc_profile = icc_profile.filter(|profile| profile.len() <= MAX_PROFILE_BYTES);
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    Ok(Decoded {
        image,
        orientation,
        icc_profile,
        edge: width.min(height),
    })
}

fn is_deep(colour: ColorType) -> bool {
    colour.bytes_per_pixel() > colour.channel_count()
}

fn refusal(error: &ImageError) -> Refused {
    match error {
        ImageError::Limits(limit)
            if matches!(
                limit.kind(),
                LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory
            ) =>
        {
            Refused::TooLarge
        }
        ImageError::Unsupported(_) => Refused::Unsupported {
            what: "The picture is of a rare kind that is not supported.",
            how: "Please export it as an ordinary JPEG or PNG and send that.",
        },
        _ => Refused::Invalid,
    }
}
