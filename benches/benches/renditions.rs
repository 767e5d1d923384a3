//! A photograph to three renditions, against decoding and resizing it with `image` alone.

use std::hint::black_box;
use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// 12 megapixels, as phones take them.
const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;

fn main() -> image::ImageResult<()> {
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let bytes = photograph(format)?;
        let peer = || {
            let Ok(image) = image::load_from_memory(&bytes) else {
                return;
            };
            for size in picture::SIZES {
                let rendition = image.resize_to_fill(size, size, FilterType::Triangle);
                let mut encoded = Cursor::new(Vec::new());
                let written = rendition.write_to(&mut encoded, ImageFormat::Jpeg);
                black_box((written.is_ok(), encoded));
            }
        };
        let ours = || {
            black_box(picture::renditions(&bytes).is_ok());
        };
        benches::compare(
            &format!("renditions of 12 MP {format:?}"),
            0,
            ours,
            "image",
            peer,
        );
    }
    Ok(())
}

/// Soft gradients with some grain, which compress as a photograph does.
fn photograph(format: ImageFormat) -> image::ImageResult<Vec<u8>> {
    let mut grain = 1_u32;
    let image = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (grain >> 28) as u8;
        let channel = |value: u32| ((value % 240) as u8).saturating_add(noise);
        Rgb([
            channel(x * 240 / WIDTH),
            channel(y * 240 / HEIGHT),
            channel((x + y) * 240 / (WIDTH + HEIGHT)),
        ])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut bytes, format)?;
    Ok(bytes.into_inner())
}
