//! From pixels to the file that is served.

use image::DynamicImage;
use webp::{Encoder, WebPConfig};

use crate::Refused;

/// Of a file that holds a rendition.
pub const EXTENSION: &str = "webp";
/// What a rendition is served as.
pub const CONTENT_TYPE: &str = "image/webp";

/// Of the lossy WebP, 0 to 100; `benches/pictures/run --quality` says what it is worth.
const QUALITY: f32 = 85.0;
/// How long the encoder looks for a smaller file, 0 to 6.
const METHOD: i32 = 4;

/// A lossy WebP of an image of 8 bits with three or four channels.
pub(crate) fn encode(image: &DynamicImage) -> Result<Vec<u8>, Refused> {
    let encoder = match image {
        DynamicImage::ImageRgba8(pixels) => {
            Encoder::from_rgba(pixels.as_raw(), pixels.width(), pixels.height())
        }
        DynamicImage::ImageRgb8(pixels) => {
            Encoder::from_rgb(pixels.as_raw(), pixels.width(), pixels.height())
        }
        _ => return Err(Refused::Invalid),
    };
    let mut config = WebPConfig::new().map_err(|()| Refused::Invalid)?;
    config.quality = QUALITY;
    config.method = METHOD;
    let webp = encoder.encode_advanced(&config);
    Ok(webp.map_err(|_| Refused::Invalid)?.to_vec())
}
