//! What a file may make the process take, measured on the process itself: so this is one test, in a
//! binary of its own.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::Write as _;

use flate2::{Compression, Crc, write::ZlibEncoder};
use image::{DynamicImage, ImageFormat, RgbImage};

const MIB: usize = 1024 * 1024;
/// Most memory that the process may ever have had, in MiB: file, profile and pixels of a small
/// picture together.
const MOST_MIB: u64 = 128;

/// As much for the largest pictures: what the worst of them takes for a profile's squares.
const MOST_MIB_LARGE: u64 = 440;

/// What the process has had in memory at most, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = peak
        .unwrap()
        .trim()
        .strip_suffix(" kB")
        .unwrap()
        .parse()
        .unwrap();
    kib / 1024
}

/// `size` bytes that are all the same, deflated.
fn deflated(size: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..size / MIB {
        encoder.write_all(&vec![0; MIB]).unwrap();
    }
    encoder.finish().unwrap()
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(64, 64, image::Rgb([9, 99, 199])));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG with a chunk right behind its header.
fn png(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let png = picture(ImageFormat::Png);
    let (header, rest) = png.split_at(33);
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [header, &length, &kind, data, &crc.sum().to_be_bytes(), rest].concat()
}

/// A JPEG with as much profile as its segments can hold.
fn jpeg() -> Vec<u8> {
    let jpeg = picture(ImageFormat::Jpeg);
    let (start, rest) = jpeg.split_at(2);
    let mut bytes = start.to_vec();
    for number in 1..=255 {
        bytes.extend(b"\xff\xe2\xff\xffICC_PROFILE\0");
        bytes.extend([number, 255]);
        bytes.extend(vec![7; 0xffff - 2 - 14]);
    }
    bytes.extend(rest);
    bytes
}

/// A WebP with a profile of 16 MiB.
fn webp() -> Vec<u8> {
    let webp = picture(ImageFormat::WebP);
    let profile = vec![7; 16 * MIB];
    let mut extended = b"VP8X\x0a\0\0\0\x20\0\0\0\x3f\0\0\x3f\0\0".to_vec();
    extended.extend(b"ICCP");
    extended.extend(u32::try_from(profile.len()).unwrap().to_le_bytes());
    extended.extend(profile);
    extended.extend(&webp[12..]);
    let length = u32::try_from(extended.len() + 4).unwrap().to_le_bytes();
    [b"RIFF".as_slice(), &length, b"WEBP", &extended].concat()
}

/// A page of 48 megapixels with something like letters on it: as tall as a picture may be, so that its
/// renditions are large as well.
fn tall() -> Vec<u8> {
    let page = RgbImage::from_fn(1600, 30_000, |x, y| {
        let is_ink = y % 24 < 16 && (x * 7 + x * x / 9 + y / 24) % 11 < 4;
        image::Rgb(if is_ink { [20, 20, 60] } else { [255; 3] })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    page.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn nothing_beside_the_pixels_takes_much_memory() {
    let bomb = || deflated(256 * MIB);
    // Made one after the other: the test's own files count, too.
    let files: [(&str, &dyn Fn() -> Vec<u8>); 6] = [
        ("iCCP", &|| {
            png(*b"iCCP", &[b"p\0\0", bomb().as_slice()].concat())
        }),
        ("zTXt", &|| {
            png(*b"zTXt", &[b"Comment\0\0", bomb().as_slice()].concat())
        }),
        ("iTXt", &|| {
            let head = b"XML:com.adobe.xmp\0\x01\0\0\0";
            png(*b"iTXt", &[head, bomb().as_slice()].concat())
        }),
        ("eXIf", &|| png(*b"eXIf", &vec![0; 20 * MIB])),
        ("JPEG", &jpeg),
        ("WebP", &webp),
    ];
    for (what, file) in files {
        let file = file();
        let before = peak_mib();
        // Taken or refused; either way within bounds.
        let made = picture::renditions(&file).map(|made| made.len());
        let _: Result<_, _> = picture::for_documents(&file);
        let peak = peak_mib();
        assert!(
            peak < MOST_MIB,
            "{what} took {peak} MiB, {before} before ({made:?})"
        );
    }
    let file = tall();
    let drawn = picture::for_documents(&file).unwrap();
    assert_eq!(drawn.renditions.len(), 2);
    let peak = peak_mib();
    assert!(peak < MOST_MIB_LARGE, "a large picture took {peak} MiB");
}
