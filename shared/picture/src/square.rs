//! The upright square that the renditions are made of, taken out of a large picture without a
//! copy of it: what is kept is no larger than the largest rendition.

use image::DynamicImage;
use image::metadata::Orientation;

use crate::{Refused, SIZES, colour};

/// The square in the middle, moved up for portraits (that is where the face is), upright, no larger
/// than the largest rendition, with 8 bits in each of three channels or, where the picture has alpha,
/// of four.
pub(crate) fn square(
    image: DynamicImage,
    orientation: Orientation,
) -> Result<DynamicImage, Refused> {
    let largest = SIZES.into_iter().max().unwrap_or_default();
    let (left, top, edge) = crop(image.width(), image.height(), orientation);
    let image = colour::eight_bits(image);
    let mut square = if edge > largest {
        resample::part(&image, (left, top, edge), largest).ok_or(Refused::Invalid)?
    } else {
        image.crop_imm(left, top, edge, edge)
    };
    drop(image);
    square.apply_orientation(orientation);
    Ok(square)
}

/// Whether width and height are exchanged when the picture is upright.
pub(crate) fn is_turned(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Left, top and edge of the square, in the picture as it is stored.
fn crop(width: u32, height: u32, orientation: Orientation) -> (u32, u32, u32) {
    let edge = width.min(height);
    let spare = width.max(height) - edge;
    // Whether what is up when upright is stored at the bottom or at the right.
    let is_top_last = matches!(
        orientation,
        Orientation::Rotate180
            | Orientation::FlipVertical
            | Orientation::Rotate270
            | Orientation::Rotate270FlipH
    );
    let is_portrait = (height > width) != is_turned(orientation);
    let offset = match (is_portrait, is_top_last) {
        (false, _) => spare / 2,
        (true, false) => spare / 4,
        (true, true) => spare - spare / 4,
    };
    if width > height {
        (offset, 0, edge)
    } else {
        (0, offset, edge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    const ALL: [Orientation; 8] = [
        Orientation::NoTransforms,
        Orientation::FlipHorizontal,
        Orientation::Rotate180,
        Orientation::FlipVertical,
        Orientation::Rotate90FlipH,
        Orientation::Rotate90,
        Orientation::Rotate270FlipH,
        Orientation::Rotate270,
    ];

    /// As it is cut in place, and as it is when the whole picture is turned first.
    #[test]
    fn the_square_is_that_of_the_upright_picture() {
        for (width, height) in [(90, 40), (40, 90), (64, 64), (2400, 2100), (2100, 2400)] {
            let stored = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
                let part = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap();
                Rgb([part(x, width), part(y, height), 100])
            }));
            for orientation in ALL {
                let mut upright = stored.clone();
                upright.apply_orientation(orientation);
                let edge = width.min(height);
                let (left, top) = ((upright.width() - edge) / 2, (upright.height() - edge) / 4);
                let expected = upright.crop_imm(left, top, edge, edge).to_rgb8();
                let made = square(stored.clone(), orientation).unwrap().to_rgb8();
                assert_eq!(made.width(), edge.min(512));
                for (x, y) in [(0.1, 0.1), (0.9, 0.2), (0.3, 0.8)] {
                    let at = |image: &RgbImage| {
                        let edge = f64::from(image.width());
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "within the picture"
                        )]
                        let (x, y) = ((x * edge) as u32, (y * edge) as u32);
                        image.get_pixel(x, y).0
                    };
                    let (made, expected) = (at(&made), at(&expected));
                    let far = made.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max();
                    assert!(
                        far < Some(6),
                        "{orientation:?} {width}x{height}: {made:?} for {expected:?}"
                    );
                }
            }
        }
    }
}
