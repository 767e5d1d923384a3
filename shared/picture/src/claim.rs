//! Whether a file can hold as many pixels as its header says: a few bytes that promise millions
//! would be given memory for them before anybody notices that they aren't there.

use image::ImageFormat;

/// Most pixels that one byte of a file can hold, by its format; `None` where there is no bound.
///
/// - JPEG: a block of 8 × 8 takes at least one bit in its first scan (ITU-T T.81, F.1.2).
/// - PNG: deflate makes at most 1,032 bytes of one (zlib, technical details), with 8 pixels each.
/// - GIF: a code of 12 bits stands for at most 3,838 pixels (`GIF89a`, appendix F).
/// - WebP: a lossless file of one colour takes no bit for a pixel.
fn most_pixels_per_byte(format: ImageFormat) -> Option<u64> {
    match format {
        ImageFormat::Jpeg => Some(64 * 8),
        ImageFormat::Png => Some(1032 * 8),
        ImageFormat::Gif => Some(3838 * 2 / 3 + 1),
        _ => None,
    }
}

/// Whether `bytes` bytes can hold `pixels` pixels.
pub(crate) fn is_possible(format: ImageFormat, bytes: usize, pixels: u64) -> bool {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    most_pixels_per_byte(format).is_none_or(|most| bytes.saturating_mul(most) >= pixels)
}
