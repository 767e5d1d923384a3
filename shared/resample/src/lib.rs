//! Resizing, with alpha taken into account: what is transparent lends its colour to nothing.
//!
//! A crate of its own for the compiler's time: the vector code of each kind of pixel takes a minute, and would be made
//! again for the tests of `picture`.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageBuffer, Pixel};

/// Left, top, width and height of a part of a picture, in pixels.
type Part = (u32, u32, u32, u32);

/// The whole of a picture, brought to `width` × `height` pixels as [`part`] does it.
pub fn whole(image: &DynamicImage, width: u32, height: u32) -> Option<DynamicImage> {
    let from = (0, 0, image.width(), image.height());
    resized_part(image, from, (width, height))
}

/// The square at `left`, `top` with an edge of `from` pixels, brought to `edge` pixels without a
/// copy of it: by Lanczos with three lobes, over the whole of each pixel's part.
///
/// `None` for what hasn't 8 bits in each of three or four channels, and for a part that reaches out of the picture.
pub fn part(
    image: &DynamicImage,
    (left, top, from): (u32, u32, u32),
    edge: u32,
) -> Option<DynamicImage> {
    resized_part(image, (left, top, from, from), (edge, edge))
}

fn resized_part(image: &DynamicImage, from: Part, to: (u32, u32)) -> Option<DynamicImage> {
    match image {
        DynamicImage::ImageRgb8(image) => resized::<U8x3, _>(image, from, to).map(Into::into),
        DynamicImage::ImageRgba8(image) => resized::<U8x4, _>(image, from, to).map(Into::into),
        _ => None,
    }
}

/// Only for the two kinds of pixels there are, since each is compiled with its own vector code.
fn resized<P, Q>(
    image: &ImageBuffer<Q, Vec<u8>>,
    (left, top, from_width, from_height): Part,
    (width, height): (u32, u32),
) -> Option<ImageBuffer<Q, Vec<u8>>>
where
    P: PixelTrait + InnerPixel,
    Q: Pixel<Subpixel = u8>,
{
    let mut resized = ImageBuffer::new(width, height);
    let source =
        TypedImageRef::<P>::from_buffer(image.width(), image.height(), image.as_raw()).ok()?;
    let mut target = TypedImage::<P>::from_buffer(width, height, &mut resized).ok()?;
    let [left, top, from_width, from_height] = [left, top, from_width, from_height].map(f64::from);
    let options = ResizeOptions::new()
        .crop(left, top, from_width, from_height)
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .ok()?;
    Some(resized)
}
