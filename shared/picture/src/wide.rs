//! The pictures that documents show: whole, upright, and no wider than a page.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader};
use languages::Sentence;

use crate::decode::{self, Decoded, Source};
use crate::film::Film;
use crate::frames::{self, Animation, Motion};
use crate::kind::{self, Purpose};
use crate::square::is_turned;
use crate::svg::{self, Svg};
use crate::{Refused, colour, encode};

/// Greatest widths of a document's pictures, in pixels, largest first.
pub const WIDTHS: [u32; 3] = [1920, 960, 480];
/// Most pixels of an animation's largest rendition that change from frame to frame, added up: noise takes
/// three tenths of a second of a processor for each million, the smaller renditions included, other pictures less.
pub const MAX_PAINTED_PIXELS: u64 = 60_000_000;
/// Greatest height of a WebP file, in pixels (RFC 9649, 2.5).
const MAX_HEIGHT: u32 = 16_383;

/// One rendition of a document's picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    /// In pixels: at most one of [`WIDTHS`].
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// A whole file of the type [`Drawn::content_type`].
    pub bytes: Vec<u8>,
}

/// What a document shows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What the renditions are served as: [`CONTENT_TYPE`](crate::CONTENT_TYPE), or that of a drawing.
    pub content_type: &'static str,
    /// Of the files that hold them.
    pub extension: &'static str,
    /// Largest first, at least one, each width once.
    pub renditions: Vec<Wide>,
    /// What its owner should know, in a sentence.
    pub notice: Option<Sentence>,
}

/// Makes the renditions of a picture that documents show: whole, upright, in sRGB, transparent where
/// the original is, and never larger than it. What moves goes on moving, for the same times and as often,
/// up to [`MAX_FRAMES`](crate::MAX_FRAMES), [`MAX_ANIMATED_PIXELS`](crate::MAX_ANIMATED_PIXELS) and
/// [`MAX_PAINTED_PIXELS`]. Of a drawing there is one, its copy, as [`drawing`](crate::drawing) makes it.
///
/// # Errors
/// Why the file isn't taken, as [`renditions`](crate::renditions) says it.
pub fn for_documents(bytes: &[u8]) -> Result<Drawn, Refused> {
    if svg::is_svg(bytes) {
        let Svg {
            width,
            height,
            bytes,
            notice,
        } = svg::drawing(bytes)?;
        return Ok(Drawn {
            content_type: svg::SVG_CONTENT_TYPE,
            extension: svg::SVG_EXTENSION,
            renditions: vec![Wide {
                width,
                height,
                bytes,
            }],
            notice,
        });
    }
    let format = kind::recognise(bytes, Purpose::Document)?;
    let (renditions, notice) = match frames::read(bytes, format)? {
        Motion::Still => (still(bytes, format)?, None),
        Motion::Beyond(notice) => (still(bytes, format)?, Some(notice)),
        Motion::Moving(animation) => match moving(animation, MAX_PAINTED_PIXELS)? {
            Some(made) => (made, None),
            None => (still(bytes, format)?, Some(frames::TOO_LARGE)),
        },
    };
    Ok(Drawn {
        content_type: encode::CONTENT_TYPE,
        extension: encode::EXTENSION,
        renditions,
        notice,
    })
}

/// How many pixels a picture has by its header.
pub(crate) fn pixels(bytes: &[u8], format: ImageFormat) -> Option<u64> {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

/// The largest rendition of a picture, or of the first frame of one that moves.
pub(crate) fn largest(bytes: &[u8], format: ImageFormat) -> Result<Wide, Refused> {
    let Decoded { image, source } = decode::decode(bytes, format)?;
    let size = sizes(&source).into_iter().next().ok_or(Refused::Invalid)?;
    let image = smaller(colour::eight_bits(image), size, &source, true)?;
    Ok(Wide {
        width: image.width(),
        height: image.height(),
        bytes: encode::smallest(&image)?,
    })
}

fn still(bytes: &[u8], format: ImageFormat) -> Result<Vec<Wide>, Refused> {
    let Decoded { image, source } = decode::decode(bytes, format)?;
    let mut made = Vec::new();
    let mut image = colour::eight_bits(image);
    for size in sizes(&source) {
        image = smaller(image, size, &source, made.is_empty())?;
        made.push(Wide {
            width: image.width(),
            height: image.height(),
            bytes: encode::smallest(&image)?,
        });
    }
    Ok(made)
}

/// `None` where more than `most_painted` pixels change.
fn moving(animation: Animation<'_>, most_painted: u64) -> Result<Option<Vec<Wide>>, Refused> {
    let (source, plays) = (animation.source.clone(), animation.plays);
    let sizes = sizes(&source);
    let mut films: Vec<_> = sizes.iter().map(|_| Film::new()).collect();
    for frame in animation.frames() {
        let (image, milliseconds) = frame?;
        let mut image = DynamicImage::ImageRgba8(image);
        for (at, (film, size)) in films.iter_mut().zip(&sizes).enumerate() {
            image = smaller(image, *size, &source, at == 0)?;
            film.push(image.to_rgba8(), milliseconds)?;
            if film.painted() > most_painted {
                return Ok(None);
            }
        }
    }
    if films.iter().any(|film| film.painted() == 0) {
        return Err(Refused::Invalid);
    }
    let made = films.into_iter().map(|film| {
        let (width, height) = film.size();
        let bytes = film.finish(plays);
        Wide {
            width,
            height,
            bytes,
        }
    });
    Ok(Some(made.collect()))
}

/// The next smaller rendition. The first one is made of the picture as it is stored: so the whole is
/// never turned, nor brought to sRGB, which takes more time and memory than its rendition does.
fn smaller(
    image: DynamicImage,
    (width, height): (u32, u32),
    source: &Source,
    is_first: bool,
) -> Result<DynamicImage, Refused> {
    let (width, height) = if is_first && is_turned(source.orientation) {
        (height, width)
    } else {
        (width, height)
    };
    let mut image = if (image.width(), image.height()) == (width, height) {
        image
    } else {
        resample::whole(&image, width, height).ok_or(Refused::Invalid)?
    };
    if is_first {
        colour::to_srgb(&mut image, source.icc_profile.as_deref());
        image.apply_orientation(source.orientation);
    }
    Ok(image)
}

/// Widths and heights of the renditions, upright, largest first. A smaller one's height follows from the
/// largest one's size: whoever knows that knows all of them, as a page does by the address.
fn sizes(source: &Source) -> Vec<(u32, u32)> {
    let (width, height) = match source.size {
        (width, height) if is_turned(source.orientation) => (height, width),
        upright => upright,
    };
    let mut sizes: Vec<(u32, u32)> = Vec::new();
    for most in WIDTHS {
        let (width, height) = sizes.first().copied().unwrap_or((width, height));
        sizes.push(fitted(width, height, most));
    }
    sizes.dedup();
    sizes
}

/// The largest size in the same proportions that is no larger than the picture, `most` pixels and
/// [`MAX_HEIGHT`].
fn fitted(width: u32, height: u32, most: u32) -> (u32, u32) {
    // The nearest whole number of pixels, at least one.
    let scaled = |edge: u32, to: u32, from: u32| {
        let rounded = (u64::from(edge) * u64::from(to) + u64::from(from) / 2) / u64::from(from);
        u32::try_from(rounded.max(1)).unwrap_or(u32::MAX)
    };
    let new_width = width.min(most);
    let new_height = scaled(height, new_width, width);
    if new_height <= MAX_HEIGHT {
        return (new_width, new_height);
    }
    (scaled(width, MAX_HEIGHT, height).min(new_width), MAX_HEIGHT)
}

#[cfg(test)]
mod tests {
    use image::metadata::Orientation;
    use proptest::prelude::*;

    use super::*;

    fn source(size: (u32, u32), orientation: Orientation) -> Source {
        Source {
            size,
            orientation,
            icc_profile: None,
        }
    }

    #[test]
    fn sizes_are_the_largest_that_fit() {
        let size = |text: &str| -> (u32, u32) {
            let (width, height) = text.split_once('x').unwrap();
            (width.parse().unwrap(), height.parse().unwrap())
        };
        let table = include_str!("../sizes.txt").lines();
        let rows: Vec<_> = table.filter(|line| !line.starts_with('#')).collect();
        assert!(rows.len() > 30, "{} rows", rows.len());
        for row in rows {
            let mut row_sizes = row.split_whitespace().map(size);
            let (sent, expected) = (row_sizes.next().unwrap(), row_sizes.collect::<Vec<_>>());
            assert_eq!(sizes(&source(sent, Orientation::NoTransforms)), expected);
        }
        let turned = source((3000, 4000), Orientation::Rotate90);
        assert_eq!(sizes(&turned), [(1920, 1440), (960, 720), (480, 360)]);
    }

    proptest! {
        #[test]
        fn sizes_keep_the_proportions(width in 1..30_000_u32, height in 1..30_000_u32) {
            let sizes = sizes(&source((width, height), Orientation::NoTransforms));
            prop_assert!(!sizes.is_empty());
            prop_assert!(sizes.is_sorted_by(|one, next| one.0 > next.0));
            for ((made_width, made_height), most) in sizes.into_iter().zip(WIDTHS) {
                prop_assert!(made_width <= most.min(width) && made_height <= height.min(MAX_HEIGHT));
                // Within a pixel of one edge or the other.
                let exact = f64::from(made_width) * f64::from(height) / f64::from(width);
                let across = f64::from(made_height) * f64::from(width) / f64::from(height);
                prop_assert!(
                    (exact - f64::from(made_height)).abs() <= 1.0
                        || (across - f64::from(made_width)).abs() <= 1.0
                );
            }
        }
    }

    #[test]
    fn an_animation_that_changes_too_much_is_given_up() {
        let gif = crate::tests::wide::gif(&[9, 9], gif::Repeat::Infinite);
        for (most, is_made) in [(2 * 40 * 30, true), (2 * 40 * 30 - 1, false)] {
            let Ok(Motion::Moving(animation)) = frames::read(&gif, ImageFormat::Gif) else {
                panic!("it moves");
            };
            assert_eq!(moving(animation, most).unwrap().is_some(), is_made);
        }
    }
}
