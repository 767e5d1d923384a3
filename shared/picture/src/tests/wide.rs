//! The pictures of documents, as a whole: stills and animations of every format.

use std::borrow::Cow;
use std::num::NonZeroU32;

use gif::Repeat;
use image::AnimationDecoder as _;
use image::codecs::webp::WebPDecoder;
use image::metadata::LoopCount;

use super::png::{SIGNATURE, chunk, deflated};
use super::*;

const FORMATS: [ImageFormat; 4] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
];

fn shown(bytes: &[u8]) -> Vec<DynamicImage> {
    let drawn = for_documents(bytes).unwrap();
    assert_eq!(drawn.notice, None);
    let shown = drawn.renditions.iter().map(|made| {
        let image = image::load_from_memory(&made.bytes).unwrap();
        assert_eq!((image.width(), image.height()), (made.width, made.height));
        image
    });
    shown.collect()
}

fn quadrants(image: &DynamicImage) -> [Rgb<u8>; 4] {
    let image = image.to_rgb8();
    let (width, height) = image.dimensions();
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| *image.get_pixel(width * x / 4, height * y / 4))
}

#[test]
fn every_format_is_shown_whole() {
    let picture = quarters(2400, 1000);
    for format in FORMATS {
        let made = shown(&encoded(&picture, format));
        let sizes: Vec<_> = made
            .iter()
            .map(|made| (made.width(), made.height()))
            .collect();
        assert_eq!(sizes, [(1920, 800), (960, 400), (480, 200)]);
        for image in made {
            assert_close(quadrants(&image), [RED, GREEN, BLUE, GREY]);
        }
    }
}

#[test]
fn nothing_is_blown_up() {
    for (width, height) in [(40, 60), (1, 1), (480, 3)] {
        for format in FORMATS {
            let made = shown(&encoded(&quarters(width, height), format));
            let sizes: Vec<_> = made
                .iter()
                .map(|made| (made.width(), made.height()))
                .collect();
            assert_eq!(sizes, [(width, height)]);
        }
    }
}

#[test]
fn all_orientations_are_upright() {
    let [a, b, c, d] = [RED, GREEN, BLUE, GREY];
    for (orientation, expected, is_turned) in [
        (1, [a, b, c, d], false),
        (2, [b, a, d, c], false),
        (3, [d, c, b, a], false),
        (4, [c, d, a, b], false),
        (5, [a, c, b, d], true),
        (6, [c, a, d, b], true),
        (7, [d, b, c, a], true),
        (8, [b, d, a, c], true),
    ] {
        // Both larger and smaller than what is shown.
        for (width, height) in [(2000, 1000), (400, 200)] {
            let picture = encoded(&quarters(width, height), ImageFormat::Jpeg);
            for image in shown(&with_exif(&picture, orientation)) {
                assert_close(quadrants(&image), expected);
                let is_upright = image.width() < image.height();
                assert_eq!(is_upright, is_turned, "{orientation}");
            }
        }
    }
}

#[test]
fn transparency_is_kept() {
    let see_through = RgbaImage::from_fn(1280, 640, |x, _| {
        if x < 640 {
            Rgba([0, 0, 0, 0])
        } else {
            Rgba([200, 30, 30, 255])
        }
    });
    let picture = DynamicImage::ImageRgba8(see_through);
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let made = shown(&encoded(&picture, format));
        assert_eq!(made.len(), 3);
        for image in made {
            let image = image.to_rgba8();
            let (width, height) = image.dimensions();
            assert_eq!(image.get_pixel(width / 4, height / 2).0[3], 0);
            let [red, green, blue, alpha] = image.get_pixel(width / 2 + 3, height / 2).0;
            assert!(alpha > 250);
            assert_close([Rgb([red, green, blue]); 4], [RED; 4]);
        }
    }
}

#[test]
fn a_colour_profile_is_applied() {
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let pixels = RgbImage::from_pixel(600, 400, Rgb([0, 200, 0]));
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_icc_profile(display_p3).unwrap();
    encoder
        .write_image(pixels.as_raw(), 600, 400, image::ExtendedColorType::Rgb8)
        .unwrap();
    for image in shown(&png) {
        let [green, ..] = quadrants(&image);
        assert!(green.0[1] > 203, "{green:?}");
    }
}

/// Letters stay sharp, photographs stay small.
#[test]
fn what_is_drawn_is_near_lossless_and_what_is_photographed_is_lossy() {
    let drawn = RgbImage::from_fn(800, 600, |x, y| {
        if x % 40 < 3 && y % 30 < 20 {
            RED
        } else {
            Rgb([255; 3])
        }
    });
    let photo = RgbImage::from_fn(800, 600, |x, y| {
        let grain = (x * 7919 + y * 104_729 + x * y) % 23;
        Rgb([x / 4 + grain, y / 4 + grain, 100 + grain].map(|value| u8::try_from(value).unwrap()))
    });
    for (image, kind) in [(drawn, b"VP8L"), (photo, b"VP8 ")] {
        let png = encoded(&DynamicImage::ImageRgb8(image), ImageFormat::Png);
        let drawn = for_documents(&png).unwrap();
        for made in drawn.renditions {
            assert_eq!(made.bytes.get(12..16), Some(kind.as_slice()));
        }
    }
}

#[test]
fn pdf_is_told_by_its_content() {
    assert!(is_pdf(b"%PDF-1.7\n"));
    assert!(!is_pdf(b"%PDF") && !is_pdf(b" %PDF-1.7") && !is_pdf(b"GIF89a %PDF-1.7"));
}

/// What can't be shown has its own advice, which differs from that for a profile's picture.
#[test]
fn other_files_are_named() {
    for (bytes, what, how) in [
        (b"\x1f\x8b\x08\0\0\0".as_slice(), "compressed", "plain SVG"),
        (b"<!doctype html><p>", "web page", "Save the picture"),
        (b"%PDF-1.7", "PDF", "screenshot"),
        (b"PK\x03\x04", "archive", "link to"),
        (b"Rar!\x1a\x07\x00", "archive", "link to"),
        (b"\0\0\0\x18ftypheic", "HEIC", "Most Compatible"),
        (b"\0\0\0\x18ftypmp42", "video", "link to it"),
        (b"\x1a\x45\xdf\xa3", "video", "link to it"),
        (b"RIFF\x24\0\0\0AVI LIST", "video", "link to it"),
        (b"\0\0\0\x18ftypM4A ", "sound", "link to it"),
        (b"ID3\x04", "sound", "link to it"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "sound", "link to it"),
        (b"OggS", "sound", "link to it"),
        (b"", "empty", "send a JPEG"),
        (b"text", "not a picture", "send a JPEG"),
    ] {
        let sentences = for_documents(bytes).unwrap_err().to_string();
        assert!(
            sentences.contains(what) && sentences.contains(how) && sentences.ends_with('.'),
            "{sentences}"
        );
    }
}

/// 40 × 30 pixels that are red, blue and so on in turns, each for so many hundredths of a second.
pub(crate) fn gif(delays: &[u16], repeat: Repeat) -> Vec<u8> {
    let mut bytes = Vec::new();
    let palette = [RED.0, BLUE.0].concat();
    let mut encoder = gif::Encoder::new(&mut bytes, 40, 30, &palette).unwrap();
    if repeat != Repeat::Finite(0) {
        encoder.set_repeat(repeat).unwrap();
    }
    for (at, delay) in delays.iter().enumerate() {
        let colour = u8::try_from(at % 2).unwrap();
        let frame = gif::Frame {
            delay: *delay,
            width: 40,
            height: 30,
            buffer: Cow::Owned(vec![colour; 40 * 30]),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    bytes
}

/// The same as APNG, which is shown `plays` times, each frame for so many 1,000ths of a second.
pub(super) fn apng(milliseconds: &[u16], plays: u32, depth: u8) -> Vec<u8> {
    let number = |value: usize| u32::try_from(value).unwrap().to_be_bytes();
    let mut file = SIGNATURE.to_vec();
    let header = [&[0, 0, 0, 40, 0, 0, 0, 30], [depth, 2, 0, 0, 0].as_slice()].concat();
    file.extend(chunk(*b"IHDR", &header));
    let control = [number(milliseconds.len()), plays.to_be_bytes()].concat();
    file.extend(chunk(*b"acTL", &control));
    let mut sequence = 0;
    for (at, delay) in milliseconds.iter().enumerate() {
        let mut control = number(sequence).to_vec();
        control.extend([0, 0, 0, 40, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0]);
        control.extend(delay.to_be_bytes());
        control.extend(1000_u16.to_be_bytes());
        control.extend([0, 0]);
        file.extend(chunk(*b"fcTL", &control));
        sequence += 1;
        let colour = if at % 2 == 0 { RED } else { BLUE };
        let samples = colour
            .0
            .into_iter()
            .flat_map(|value| vec![value; usize::from(depth) / 8]);
        let samples: Vec<u8> = samples.collect();
        let row = [vec![0], samples.repeat(40)].concat();
        let data = deflated(&row.repeat(30));
        if at == 0 {
            file.extend(chunk(*b"IDAT", &data));
        } else {
            file.extend(chunk(
                *b"fdAT",
                &[number(sequence).as_slice(), &data].concat(),
            ));
            sequence += 1;
        }
    }
    file.extend(chunk(*b"IEND", &[]));
    file
}

/// The same by libwebp, whose last frame is shown for as long as the others are on average.
pub(super) fn animated_webp(milliseconds: &[i32], plays: i32) -> Vec<u8> {
    let config = webp::WebPConfig::new().unwrap();
    let mut encoder = webp::AnimEncoder::new(40, 30, &config);
    encoder.set_loop_count(plays);
    let images: Vec<Vec<u8>> = [RED, BLUE]
        .into_iter()
        .map(|colour| colour.0.repeat(40 * 30))
        .collect();
    let mut at = 0;
    for (number, delay) in milliseconds.iter().enumerate() {
        let image = &images[number % 2];
        encoder.add_frame(webp::AnimFrame::from_rgb(image, 40, 30, at));
        at += delay;
    }
    encoder.encode().to_vec()
}

/// Milliseconds and colour of each frame, and how often they are shown.
fn played(file: &[u8]) -> (Vec<u32>, Vec<char>, Option<u32>) {
    let decoder = WebPDecoder::new(Cursor::new(file)).unwrap();
    assert!(decoder.has_animation());
    let plays = match decoder.loop_count() {
        LoopCount::Infinite => None,
        LoopCount::Finite(plays) => Some(NonZeroU32::get(plays)),
    };
    let mut delays = Vec::new();
    let mut colours = Vec::new();
    for frame in decoder.into_frames() {
        let frame = frame.unwrap();
        delays.push(frame.delay().numer_denom_ms().0);
        let [red, _, blue, alpha] = frame.buffer().get_pixel(20, 15).0;
        assert_eq!(alpha, 255);
        colours.push(if red > blue { 'r' } else { 'b' });
    }
    (delays, colours, plays)
}

#[test]
fn animations_move_for_the_same_times_and_as_often() {
    for (file, delays, plays) in [
        (gif(&[5, 10, 2], Repeat::Infinite), vec![50, 100, 20], None),
        (gif(&[5, 10], Repeat::Finite(2)), vec![50, 100], Some(3)),
        (gif(&[5, 10], Repeat::Finite(0)), vec![50, 100], Some(1)),
        (apng(&[40, 7, 1500], 0, 8), vec![40, 7, 1500], None),
        (apng(&[40, 70], 4, 8), vec![40, 70], Some(4)),
        (animated_webp(&[90, 90, 90], 0), vec![90, 90, 90], None),
        (animated_webp(&[90, 90, 90], 7), vec![90, 90, 90], Some(7)),
    ] {
        let drawn = for_documents(&file).unwrap();
        assert_eq!(drawn.notice, None);
        let [made] = drawn.renditions.as_slice() else {
            panic!("one width");
        };
        assert_eq!((made.width, made.height), (40, 30));
        let colours: Vec<char> = "rbr".chars().take(delays.len()).collect();
        assert_eq!(played(&made.bytes), (delays, colours, plays));
    }
}

/// Its last byte only says that it ends; what stands behind that isn't looked at.
#[test]
fn a_gif_without_its_end_moves() {
    let whole = gif(&[5, 10], Repeat::Infinite);
    let drawn = for_documents(&whole);
    assert!(drawn.is_ok());
    assert_eq!(for_documents(&whole[..whole.len() - 1]), drawn);
    assert_eq!(
        for_documents(&[&whole, b"and more".as_slice()].concat()),
        drawn
    );
    assert_eq!(
        for_documents(&whole[..whole.len() - 4]),
        Err(Refused::Invalid)
    );
}

/// Whoever doesn't know how many frames there are sees the first.
#[test]
fn an_apng_whose_count_is_damaged_stands_still() {
    let mut file = apng(&[40, 70], 0, 8);
    let count = file.windows(4).position(|kind| kind == b"acTL").unwrap();
    file[count + 12] ^= 1;
    let [made] = shown(&file).try_into().unwrap();
    assert_close(quadrants(&made), [RED; 4]);
}

/// The picture of an animated PNG that is none of its frames is shown to nobody, and so by us to nobody either.
#[test]
fn a_picture_that_an_animation_hides_is_refused() {
    for delays in [&[40][..], &[40, 70]] {
        let mut file = apng(delays, 0, 8);
        let first = file.windows(4).position(|kind| kind == b"fcTL").unwrap();
        file.drain(first - 4..first + 4 + 26 + 4);
        if delays.len() == 1 {
            assert!(matches!(for_documents(&file), Err(Refused::Unsupported(_))));
        }
        assert!(matches!(renditions(&file), Err(Refused::Unsupported(_))));
    }
}

#[test]
fn a_webp_that_was_cut_short_is_refused() {
    for whole in [
        animated_webp(&[90, 90], 0),
        encoded(&quarters(24, 24), ImageFormat::WebP),
    ] {
        for end in 0..whole.len() - 1 {
            assert!(for_documents(&whole[..end]).is_err(), "{end}");
        }
    }
}

/// A thirtieth of a second is no whole number of milliseconds.
#[test]
fn parts_of_milliseconds_add_up() {
    let mut file = apng(&[1; 30], 0, 8);
    let thirtieth = [1_u16.to_be_bytes(), 30_u16.to_be_bytes()].concat();
    let controls: Vec<_> = file
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == b"fcTL")
        .map(|(at, _)| at)
        .collect();
    for at in controls {
        file[at + 24..at + 28].copy_from_slice(&thirtieth);
        let check = super::crc32(&file[at..at + 30]).to_be_bytes();
        file[at + 30..at + 34].copy_from_slice(&check);
    }
    let drawn = for_documents(&file).unwrap();
    let (delays, ..) = played(&drawn.renditions[0].bytes);
    assert_eq!(delays.iter().sum::<u32>(), 1000);
    assert!(
        delays.iter().all(|delay| [33, 34].contains(delay)),
        "{delays:?}"
    );
}

/// Large animations have all widths, and each moves.
#[test]
fn every_width_moves() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for colour in [Rgba([200, 30, 30, 255]), Rgba([30, 30, 200, 255])] {
        encoder
            .encode_frame(Frame::new(RgbaImage::from_pixel(1000, 100, colour)))
            .unwrap();
    }
    drop(encoder);
    let drawn = for_documents(&bytes).unwrap();
    let widths: Vec<_> = drawn.renditions.iter().map(|made| made.width).collect();
    assert_eq!(widths, [1000, 960, 480]);
    for made in drawn.renditions {
        assert_eq!(played(&made.bytes).1, ['r', 'b']);
    }
}

/// More frames, more pixels or deeper colours than are taken: the first frame, and a word.
#[test]
fn beyond_the_bounds_the_first_frame_is_shown() {
    let small = |count: u32, edge: u16| {
        let mut bytes = Vec::new();
        let palette = [RED.0, BLUE.0].concat();
        let mut encoder = gif::Encoder::new(&mut bytes, edge, edge, &palette).unwrap();
        for _ in 0..count {
            let frame = gif::Frame {
                width: 1,
                height: 1,
                buffer: Cow::Borrowed(&[0]),
                ..gif::Frame::default()
            };
            encoder.write_frame(&frame).unwrap();
        }
        drop(encoder);
        // The claim must be possible: bytes after the end count, too.
        bytes.resize(
            bytes
                .len()
                .max(usize::from(edge) * usize::from(edge) / 2000),
            0,
        );
        bytes
    };
    for (file, is_still) in [
        (small(MAX_FRAMES, 2), false),
        (small(MAX_FRAMES + 1, 2), true),
        (small(2, 2916), true),
        (small(301, 1000), true),
        (apng(&[40, 70], 0, 16), true),
    ] {
        let drawn = for_documents(&file).unwrap();
        let file = &drawn.renditions[0].bytes;
        assert_eq!(drawn.notice.is_some(), is_still);
        assert_ne!(file.windows(4).any(|kind| kind == b"ANMF"), is_still);
        assert!(
            drawn
                .notice
                .is_none_or(|notice| notice.to_string().ends_with('.'))
        );
    }
}

fn samples() -> Vec<Vec<u8>> {
    let small = quarters(24, 24);
    let mut samples: Vec<_> = FORMATS.map(|format| encoded(&small, format)).into();
    samples.push(gif(&[5, 10], Repeat::Infinite));
    samples.push(apng(&[40, 70], 0, 8));
    samples.push(animated_webp(&[90, 90], 0));
    samples
}

#[test]
fn every_truncation_is_answered() {
    for whole in samples() {
        for end in 0..whole.len() {
            let _: Result<Drawn, Refused> = for_documents(&whole[..end]);
        }
        assert!(for_documents(&whole[..whole.len() / 3]).is_err());
        assert!(for_documents(&whole).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changed_bytes_are_answered(sample in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = sample.get(&samples()).clone();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(drawn) = for_documents(&bytes) {
            prop_assert!(!drawn.renditions.is_empty());
            for made in drawn.renditions {
                prop_assert!(image::load_from_memory(&made.bytes).is_ok());
            }
        }
    }
}
