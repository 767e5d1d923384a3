//! From pixels to the file that is served.

use image::DynamicImage;
use webp::{Encoder, WebPConfig};

use crate::{Refused, near_lossless};

/// Of a file that holds a rendition.
pub const EXTENSION: &str = "webp";
/// What a rendition is served as.
pub const CONTENT_TYPE: &str = "image/webp";

/// Of the lossy WebP, 0 to 100; `benches/pictures/run --quality` says what it is worth.
const QUALITY: f32 = 85.0;
/// How long the encoder looks for a smaller file, 0 to 6.
const METHOD: i32 = 4;

/// Share of the pixels that are as their left neighbour, from which on an image is taken for drawn or written
/// rather than photographed, in percent: photographs have 5 to 25, dithered ones of a GIF up to 60,
/// screenshots 79 to 95.
const FLAT_PERCENT: usize = 70;
/// Up to so many pixels an image is tried near-lossless whatever it shows, since that takes no time: the
/// frames of a screencast are a few letters, which aren't flat.
const SMALL_PIXELS: usize = 40_000;
/// Largest image that is tried near-lossless, in pixels: with 25 million the process takes 560 MB.
const MAX_NEAR_LOSSLESS_PIXELS: usize = 8_000_000;
/// How long the lossless encoder looks for a smaller file, of 0 to 100, and of 0 to 6. More than the latter 1 makes some files a
/// third larger and takes longer; less than 75 saves no time, and makes them up to half as large again.
const LOSSLESS_EFFORT: (f32, i32) = (75.0, 1);
/// Largest near-lossless file that is taken, in percent of the lossy one's bytes.
///
/// Equal quality is judged by SSIMULACRA2. Over screenshots of 960 and 1920 pixels the lossy file scores 77
/// to 86 and the near-lossless one 93 to 95, which the lossy one doesn't reach at quality 100 either, where
/// it takes 170 to 180 percent: it has half the resolution for colours, which coloured letters need.
/// Near-lossless takes 46 to 135 percent there, and so is the smaller one at equal quality; what would take
/// more than this isn't worth it.
const MOST_PERCENT: usize = 150;

/// A lossy WebP of an image of 8 bits with three or four channels.
pub(crate) fn encode(image: &DynamicImage) -> Result<Vec<u8>, Refused> {
    let mut config = config()?;
    config.quality = QUALITY;
    config.method = METHOD;
    encoded(image, &config)
}

/// The same, or near-lossless where that is the smaller file at equal quality.
pub(crate) fn smallest(image: &DynamicImage) -> Result<Vec<u8>, Refused> {
    let lossy = encode(image)?;
    if !may_be_near_lossless(image) {
        return Ok(lossy);
    }
    let mut config = config()?;
    config.lossless = 1;
    (config.quality, config.method) = LOSSLESS_EFFORT;
    let near_lossless = encoded(&simplified(image), &config)?;
    let is_taken = near_lossless.len() * 100 <= lossy.len() * MOST_PERCENT;
    Ok(if is_taken { near_lossless } else { lossy })
}

/// An image of which a lossless file is smaller, and that looks the same.
fn simplified(image: &DynamicImage) -> DynamicImage {
    let mut image = image.clone();
    let width = image.width() as usize;
    match &mut image {
        DynamicImage::ImageRgb8(pixels) => near_lossless::simplify::<3>(pixels, width),
        DynamicImage::ImageRgba8(pixels) => near_lossless::simplify::<4>(pixels, width),
        // The encoder refuses others.
        _ => {}
    }
    image
}

fn config() -> Result<WebPConfig, Refused> {
    WebPConfig::new().map_err(|()| Refused::Invalid)
}

fn encoded(image: &DynamicImage, config: &WebPConfig) -> Result<Vec<u8>, Refused> {
    let encoder = match image {
        DynamicImage::ImageRgba8(pixels) => {
            Encoder::from_rgba(pixels.as_raw(), pixels.width(), pixels.height())
        }
        DynamicImage::ImageRgb8(pixels) => {
            Encoder::from_rgb(pixels.as_raw(), pixels.width(), pixels.height())
        }
        _ => return Err(Refused::Invalid),
    };
    let webp = encoder.encode_advanced(config);
    Ok(webp.map_err(|_| Refused::Invalid)?.to_vec())
}

/// Whether an image is small, or else drawn or written and not too large.
fn may_be_near_lossless(image: &DynamicImage) -> bool {
    let channels = usize::from(image.color().channel_count()).max(1);
    let pixels = image.as_bytes();
    let neighbours = pixels
        .chunks_exact(channels)
        .zip(pixels.chunks_exact(channels).skip(1));
    let same = neighbours.filter(|(left, right)| left == right).count();
    let all = pixels.len() / channels;
    all <= SMALL_PIXELS || (all <= MAX_NEAR_LOSSLESS_PIXELS && same * 100 >= all * FLAT_PERCENT)
}
