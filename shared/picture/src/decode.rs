//! From a file to pixels, within limits that are set before any pixel is touched.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use crate::{MAX_PIXELS, Refused};

/// Longest edge, in pixels.
const MAX_EDGE: u32 = 30_000;
/// Most memory for the decoded pixels: 50 megapixels of four bytes.
const MAX_ALLOC_BYTES: u64 = 4 * MAX_PIXELS;

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
    limits.max_alloc = Some(MAX_ALLOC_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Refused::Invalid);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_ALLOC_BYTES
    {
        return Err(Refused::TooLarge);
    }
    // A profile or an orientation that can't be read leaves the picture as it is.
    let icc_profile = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    Ok(Decoded {
        image,
        orientation,
        icc_profile,
        edge: width.min(height),
    })
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
        _ => Refused::Invalid,
    }
}
