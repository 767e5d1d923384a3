//! Resizing, with alpha taken into account: what is transparent lends its colour to nothing.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageBuffer, Pixel};

use crate::Refused;

/// The whole of a square, `edge` pixels wide.
pub(crate) fn whole(square: &DynamicImage, edge: u32) -> Result<DynamicImage, Refused> {
    part(square, (0, 0, square.width()), edge)
}

/// The square at `left`, `top` with an edge of `from` pixels, brought to `edge` pixels without a
/// copy of it: by Lanczos with three lobes, over the whole of each pixel's part.
///
/// Takes what [`crate::square`] makes: 8 bits in three or four channels.
pub(crate) fn part(
    image: &DynamicImage,
    from: (u32, u32, u32),
    edge: u32,
) -> Result<DynamicImage, Refused> {
    match image {
        DynamicImage::ImageRgb8(image) => resized::<U8x3, _>(image, from, edge).map(Into::into),
        DynamicImage::ImageRgba8(image) => resized::<U8x4, _>(image, from, edge).map(Into::into),
        _ => Err(Refused::Invalid),
    }
}

/// Only for the two kinds of pixels there are, since each is compiled with its own vector code.
fn resized<P, Q>(
    image: &ImageBuffer<Q, Vec<u8>>,
    (left, top, from): (u32, u32, u32),
    edge: u32,
) -> Result<ImageBuffer<Q, Vec<u8>>, Refused>
where
    P: PixelTrait + InnerPixel,
    Q: Pixel<Subpixel = u8>,
{
    let mut resized = ImageBuffer::new(edge, edge);
    let source = TypedImageRef::<P>::from_buffer(image.width(), image.height(), image.as_raw())
        .map_err(|_| Refused::Invalid)?;
    let mut target =
        TypedImage::<P>::from_buffer(edge, edge, &mut resized).map_err(|_| Refused::Invalid)?;
    let from = f64::from(from);
    let options = ResizeOptions::new()
        .crop(f64::from(left), f64::from(top), from, from)
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .map_err(|_| Refused::Invalid)?;
    Ok(resized)
}
