use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{
    DynamicImage, Frame, GrayImage, ImageEncoder as _, ImageFormat, Luma, Rgb, RgbImage, Rgba,
    RgbaImage,
};
use proptest::prelude::*;

use super::*;

mod png;
mod private;
pub(crate) mod wide;

const RED: Rgb<u8> = Rgb([200, 30, 30]);
const GREEN: Rgb<u8> = Rgb([30, 160, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 200]);
const GREY: Rgb<u8> = Rgb([120, 120, 120]);

/// Red, green, blue and grey quarters: top left, top right, bottom left, bottom right.
fn quarters(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => GREY,
        }
    }))
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The rendition of a size, decoded.
fn decoded(made: &[Rendition], size: u32) -> DynamicImage {
    let rendition = made
        .iter()
        .find(|rendition| rendition.size == size)
        .unwrap();
    image::load_from_memory(&rendition.bytes).unwrap()
}

fn rendition(made: &[Rendition], size: u32) -> RgbImage {
    decoded(made, size).to_rgb8()
}

/// The colours in the middles of the four quarters.
fn corners(image: &RgbImage) -> [Rgb<u8>; 4] {
    let (near, far) = (image.width() / 4, image.width() * 3 / 4);
    [(near, near), (far, near), (near, far), (far, far)].map(|(x, y)| *image.get_pixel(x, y))
}

fn assert_close(actual: [Rgb<u8>; 4], expected: [Rgb<u8>; 4]) {
    for (actual, expected) in actual.iter().zip(expected) {
        let distance = actual
            .0
            .iter()
            .zip(expected.0)
            .map(|(a, b)| a.abs_diff(b))
            .max();
        assert!(distance < Some(12), "{actual:?} for {expected:?}");
    }
}

#[test]
fn every_format_gives_three_squares() {
    let picture = quarters(900, 700);
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let made = renditions(&encoded(&picture, format)).unwrap();
        assert_eq!(
            made.iter()
                .map(|rendition| rendition.size)
                .collect::<Vec<_>>(),
            SIZES
        );
        for size in SIZES {
            let image = rendition(&made, size);
            assert_eq!(image.dimensions(), (size, size));
            assert_close(corners(&image), [RED, GREEN, BLUE, GREY]);
        }
    }
}

#[test]
fn the_same_bytes_give_the_same_bytes() {
    let bytes = encoded(&quarters(900, 700), ImageFormat::Jpeg);
    assert_eq!(renditions(&bytes), renditions(&bytes));
}

/// A JPEG with the EXIF orientation `value`.
fn with_exif(jpeg: &[u8], value: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0]);
    exif.extend([0; 4]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

/// All eight orientations come out upright.
#[test]
fn orientations_are_applied() {
    let [a, b, c, d] = [RED, GREEN, BLUE, GREY];
    for (orientation, expected) in [
        (1, [a, b, c, d]),
        (2, [b, a, d, c]),
        (3, [d, c, b, a]),
        (4, [c, d, a, b]),
        (5, [a, c, b, d]),
        (6, [c, a, d, b]),
        (7, [d, b, c, a]),
        (8, [b, d, a, c]),
    ] {
        let jpeg = with_exif(
            &encoded(&quarters(640, 640), ImageFormat::Jpeg),
            orientation,
        );
        assert_close(
            corners(&rendition(&renditions(&jpeg).unwrap(), 256)),
            expected,
        );
    }
}

pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    })
}

/// A PNG's header alone, with any size.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\r".as_slice(),
        &header,
        &crc32(&header).to_be_bytes(),
        b"\0\0\0\0IDAT\x35\xaf\x06\x1e",
    ]
    .concat()
}

/// Sizes are refused by what the header says, before any pixel.
#[test]
fn bombs_are_refused_by_their_header() {
    let mut jpeg = encoded(&quarters(16, 16), ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    for bytes in [
        png_header(22_000, 22_000),
        png_header(30_001, 1),
        png_header(65_535, 65_535),
        jpeg,
    ] {
        assert_eq!(renditions(&bytes), Err(Refused::TooLarge));
    }
    assert_eq!(renditions(&png_header(0, 0)), Err(Refused::Invalid));
    assert_eq!(
        renditions(&png_header(7_000, 7_000)),
        Err(Refused::Invalid),
        "49 megapixels, but no pixels"
    );
    let mut deep = png_header(5_001, 5_000);
    deep[24] = 16;
    let check = crc32(&deep[12..29]).to_be_bytes();
    deep[29..33].copy_from_slice(&check);
    assert_eq!(renditions(&deep), Err(Refused::TooDeep));
}

/// What a file is instead, and what its owner can do.
#[test]
fn other_files_are_named() {
    for (bytes, what, how) in [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
            "SVG",
            "as PNG",
        ),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- c --><SVG/>",
            "SVG",
            "as PNG",
        ),
        (b"<!doctype html><p>", "web page", "Save the picture"),
        (b"%PDF-1.7", "PDF", "screenshot"),
        (b"PK\x03\x04", "archive", "Unpack"),
        (b"\0\0\0\x18ftypheic", "HEIC", "Most Compatible"),
        (b"\0\0\0\x18ftypmif1", "HEIC", "Most Compatible"),
        (b"\0\0\0\x18ftypavif", "AVIF", "as JPEG"),
        (b"\0\0\0\x18ftypmp42", "video", "screenshot"),
        (b"BM", "not supported", "as JPEG"),
        (b"\0\0\0\x0cJXL \r\n", "not supported", "as JPEG"),
        (b"", "empty", "send a JPEG"),
        (b"text", "not a picture", "send a JPEG"),
    ] {
        let refused = renditions(bytes).unwrap_err();
        let sentences = refused.to_string();
        assert!(
            matches!(refused, Refused::Unsupported(_))
                && sentences.contains(what)
                && sentences.contains(how)
                && sentences.ends_with('.'),
            "{sentences}"
        );
    }
}

#[test]
fn small_originals_are_not_blown_up() {
    let made = renditions(&encoded(&quarters(40, 60), ImageFormat::Png)).unwrap();
    assert_eq!(
        SIZES.map(|size| rendition(&made, size).width()),
        [80, 80, 80]
    );
    let made = renditions(&encoded(&quarters(1, 1), ImageFormat::Png)).unwrap();
    assert_eq!(SIZES.map(|size| rendition(&made, size).width()), [2, 2, 2]);
}

/// A file too short to hold what its header promises costs nothing.
#[test]
fn claims_that_can_t_be_true_are_refused_before_decoding() {
    let mut jpeg = encoded(&quarters(16, 16), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]);
    let size = frame.unwrap() + 5;
    jpeg[size..size + 4].copy_from_slice(&[0x1b, 0x00, 0x1b, 0x00]);
    let mut gif = encoded(&quarters(16, 16), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0x00, 0x1b, 0x00, 0x1b]);
    for bytes in [png_header(6_912, 6_912), jpeg, gif] {
        let started = std::time::Instant::now();
        assert_eq!(renditions(&bytes), Err(Refused::Invalid));
        assert!(started.elapsed().as_millis() < 100);
    }
}

#[test]
fn portraits_keep_their_upper_part() {
    let bands = RgbImage::from_fn(100, 400, |_, y| if y < 175 { RED } else { BLUE });
    let made = renditions(&encoded(&DynamicImage::ImageRgb8(bands), ImageFormat::Png)).unwrap();
    assert_close(corners(&rendition(&made, 96)), [RED; 4]);
}

/// Transparent stays transparent, and black that can't be seen doesn't darken the edge beside it.
#[test]
fn transparency_is_kept() {
    let see_through = RgbaImage::from_fn(1280, 1280, |x, _| {
        if x < 640 {
            Rgba([0, 0, 0, 0])
        } else {
            Rgba([200, 30, 30, 255])
        }
    });
    let image = DynamicImage::ImageRgba8(see_through);
    let made = renditions(&encoded(&image, ImageFormat::Png)).unwrap();
    for size in SIZES {
        let image = decoded(&made, size).to_rgba8();
        for (x, y) in [(0, 0), (size / 2 - 4, size / 3)] {
            assert_eq!(image.get_pixel(x, y).0[3], 0, "{size}");
        }
        for (x, y) in [(size - 1, 0), (size / 2 + 2, size / 3)] {
            let [red, green, blue, alpha] = image.get_pixel(x, y).0;
            assert!(alpha > 250, "{size}");
            assert_close([Rgb([red, green, blue]); 4], [RED; 4]);
        }
    }
}

#[test]
fn grey_and_deep_pictures_are_taken() {
    let grey = DynamicImage::ImageLuma8(GrayImage::from_pixel(64, 64, Luma([120])));
    for image in [
        grey.clone(),
        DynamicImage::ImageLuma16(grey.to_luma16()),
        DynamicImage::ImageRgb16(grey.to_rgb16()),
        DynamicImage::ImageRgba16(grey.to_rgba16()),
        DynamicImage::ImageLumaA8(grey.to_luma_alpha8()),
    ] {
        let made = renditions(&encoded(&image, ImageFormat::Png)).unwrap();
        assert_close(corners(&rendition(&made, 96)), [GREY; 4]);
    }
}

#[test]
fn of_an_animation_the_first_frame_counts() {
    let mut gif = Vec::new();
    let mut encoder = GifEncoder::new(&mut gif);
    for colour in [Rgba([200, 30, 30, 255]), Rgba([30, 30, 200, 255])] {
        encoder
            .encode_frame(Frame::new(RgbaImage::from_pixel(32, 32, colour)))
            .unwrap();
    }
    drop(encoder);
    assert_close(
        corners(&rendition(&renditions(&gif).unwrap(), 96)),
        [RED; 4],
    );
}

/// A picture whose profile has its primaries exchanged comes out in other colours, and the profile
/// doesn't come out.
#[test]
fn a_colour_profile_is_applied() {
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let pixels = RgbImage::from_pixel(64, 64, Rgb([0, 200, 0]));
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_icc_profile(display_p3).unwrap();
    encoder
        .write_image(pixels.as_raw(), 64, 64, image::ExtendedColorType::Rgb8)
        .unwrap();
    let made = renditions(&png).unwrap();
    // Display P3's green is outside sRGB: clipped to a fuller green than the number says.
    let [green, ..] = corners(&rendition(&made, 96));
    assert!(green.0[1] > 203, "{green:?}");
    let plain = renditions(&encoded(&DynamicImage::ImageRgb8(pixels), ImageFormat::Png)).unwrap();
    assert_close(corners(&rendition(&plain, 96)), [Rgb([0, 200, 0]); 4]);
}

#[test]
fn every_truncation_is_answered() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let whole = encoded(&quarters(24, 24), format);
        for end in 0..whole.len() {
            // Some decoders show what there is of a picture; none may fail in another way.
            let _: Result<Vec<Rendition>, Refused> = renditions(&whole[..end]);
        }
        assert!(renditions(&whole[..whole.len() / 3]).is_err(), "{format:?}");
    }
}

/// As of a PNG: no picture that is grey from somewhere on, whatever kind of JPEG it is.
#[test]
fn a_jpeg_that_was_cut_short_is_refused() {
    let photo = DynamicImage::ImageRgb8(RgbImage::from_fn(200, 200, |x, y| {
        let noise = (x * 7919 + y * 104_729) % 251;
        Rgb([noise, x + y, 255 - noise].map(|value| u8::try_from(value % 256).unwrap()))
    }));
    let whole = with_exif(&encoded(&photo, ImageFormat::Jpeg), 6);
    for end in (0..whole.len())
        .step_by(97)
        .chain([whole.len() - 1, whole.len() - 2])
    {
        assert!(renditions(&whole[..end]).is_err(), "{end} bytes");
    }
    assert_eq!(renditions(&whole[..whole.len() / 2]), Err(Refused::Invalid));
    // What stands behind the end, as phones put a video there, is none of the picture's.
    let longer = [whole.as_slice(), b"\xff\xd8 and more \xff"].concat();
    assert_eq!(renditions(&longer), renditions(&whole));
    // The end of a thumbnail is not the picture's.
    let (start, rest) = whole.split_at(2);
    let thumbnail = b"\xff\xe1\0\x0aExif\0\0\xff\xd9";
    let cut = [start, thumbnail, &rest[..rest.len() / 2]].concat();
    assert_eq!(renditions(&cut), Err(Refused::Invalid));
    assert!(renditions(&[start, thumbnail, rest].concat()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_bytes_are_answered(format in 0..4_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let format = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif][format];
        let mut bytes = encoded(&quarters(24, 24), format);
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(picture) = renditions(&bytes) {
            prop_assert_eq!(picture.len(), SIZES.len());
        }
    }
}
