//! Pictures for tests.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture of one shade, so that it can be told from another after a lossy way.
pub(crate) fn plain(shade: u8, edge: u32, format: ImageFormat) -> Vec<u8> {
    encoded(RgbImage::from_pixel(edge, edge, Rgb([shade; 3])), format)
}

/// A gradient.
pub(crate) fn gradient(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let [.., red] = x.to_be_bytes();
        let [.., green] = y.to_be_bytes();
        Rgb([red, green, 128])
    });
    encoded(picture, format)
}

/// The shade of a file that was [`plain`], give or take what the encoder changed.
pub(crate) fn shade(bytes: &[u8]) -> u8 {
    let picture = image::load_from_memory(bytes).expect("a picture").to_rgb8();
    picture
        .get_pixel(picture.width() / 2, picture.height() / 2)
        .0[0]
}

fn encoded(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, format)
        .expect("an encoded picture");
    bytes.into_inner()
}
