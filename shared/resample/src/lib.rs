//! Resizing, with alpha taken into account: what is transparent lends its colour to nothing.
//!
//! A crate of its own for the compiler's time: the vector code of each kind of pixel takes a minute, and would be made
//! again for the tests of `picture`.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageBuffer, Pixel};

/// The whole of a square, brought to `edge` pixels as [`part`] does it.
pub fn whole(square: &DynamicImage, edge: u32) -> Option<DynamicImage> {
    part(square, (0, 0, square.width()), edge)
}

/// The square at `left`, `top` with an edge of `from` pixels, brought to `edge` pixels without a
/// copy of it: by Lanczos with three lobes, over the whole of each pixel's part.
///
/// `None` for what hasn't 8 bits in each of three or four channels, and for a part that reaches out of the picture.
pub fn part(image: &DynamicImage, from: (u32, u32, u32), edge: u32) -> Option<DynamicImage> {
    match image {
        DynamicImage::ImageRgb8(image) => resized::<U8x3, _>(image, from, edge).map(Into::into),
        DynamicImage::ImageRgba8(image) => resized::<U8x4, _>(image, from, edge).map(Into::into),
        _ => None,
    }
}

/// Only for the two kinds of pixels there are, since each is compiled with its own vector code.
fn resized<P, Q>(
    image: &ImageBuffer<Q, Vec<u8>>,
    (left, top, from): (u32, u32, u32),
    edge: u32,
) -> Option<ImageBuffer<Q, Vec<u8>>>
where
    P: PixelTrait + InnerPixel,
    Q: Pixel<Subpixel = u8>,
{
    let mut resized = ImageBuffer::new(edge, edge);
    let source =
        TypedImageRef::<P>::from_buffer(image.width(), image.height(), image.as_raw()).ok()?;
    let mut target = TypedImage::<P>::from_buffer(edge, edge, &mut resized).ok()?;
    let from = f64::from(from);
    let options = ResizeOptions::new()
        .crop(f64::from(left), f64::from(top), from, from)
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .ok()?;
    Some(resized)
}
