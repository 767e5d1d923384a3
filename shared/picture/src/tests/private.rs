//! Nothing of the file but its pixels is in what comes out (hardening cases D6 and D7).

use super::*;

/// What must not come out, nor any eight bytes of it.
const SECRET: &[u8] = b"52 degrees 31 north, 13 degrees 24 east, serial 4711-0815";

/// A segment of a JPEG file, put right after its start (ITU-T T.81, B.1.1.4).
fn with_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, data, &jpeg[2..]].concat()
}

/// A chunk of a PNG file, put right after its header.
fn with_chunk(png: &[u8], kind: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let check = crc32(&body).to_be_bytes();
    [&png[..33], &length, &body, &check, &png[33..]].concat()
}

/// A WebP file with a chunk of metadata: it needs the extended header then (RFC 9649, 2.7).
fn with_riff_chunk(webp: &[u8], kind: &[u8], flag: u8, data: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        let padding = vec![0; data.len() % 2];
        [kind, &length, data, &padding].concat()
    };
    let edge = 63_u32.to_le_bytes();
    let extended = [&[flag, 0, 0, 0], &edge[..3], &edge[..3]].concat();
    let body = [
        b"WEBP".as_slice(),
        &chunk(b"VP8X", &extended),
        &webp[12..],
        &chunk(kind, data),
    ]
    .concat();
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF", length.as_slice(), &body].concat()
}

/// Files that hold the secret, and show the four quarters nevertheless.
fn planted() -> Vec<(&'static str, Vec<u8>)> {
    let small = quarters(64, 64);
    let jpeg = encoded(&small, ImageFormat::Jpeg);
    let png = encoded(&small, ImageFormat::Png);
    let gif = encoded(&small, ImageFormat::Gif);
    let webp = encoded(&small, ImageFormat::WebP);
    let after = |file: &[u8]| [file, SECRET].concat();
    let behind = |start: &[u8]| [start, SECRET].concat();
    let thumbnail = [b"JFXX\0\x10".as_slice(), &after(&jpeg)].concat();
    let archive = [b"PK\x03\x04".as_slice(), SECRET, b"PK\x05\x06"].concat();
    let page = [b"<script>alert('".as_slice(), SECRET, b"')</script>"].concat();
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x0e\0\x02".to_vec();
    exif.extend(u32::try_from(SECRET.len()).unwrap().to_be_bytes());
    exif.extend([0, 0, 0, 26, 0, 0, 0, 0]);
    exif.extend(SECRET);
    let length = u8::try_from(SECRET.len()).unwrap();
    let comment = [b"!\xfe".as_slice(), &[length], SECRET, b"\0"].concat();
    // After the header and the colours of all frames, where there are any.
    let has_colours = gif[10] & 0x80 != 0;
    let start = 13 + usize::from(has_colours) * (3 << ((gif[10] & 7) + 1));
    let gif_comment = [&gif[..start], &comment, &gif[start..]].concat();
    vec![
        (
            "JPEG, EXIF",
            with_segment(&jpeg, 0xe1, &[b"Exif\0\0", exif.as_slice()].concat()),
        ),
        (
            "JPEG, XMP",
            with_segment(&jpeg, 0xe1, &behind(b"http://ns.adobe.com/xap/1.0/\0")),
        ),
        (
            "JPEG, IPTC",
            with_segment(
                &jpeg,
                0xed,
                &behind(b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x39"),
            ),
        ),
        ("JPEG, thumbnail", with_segment(&jpeg, 0xe0, &thumbnail)),
        ("JPEG, comment", with_segment(&jpeg, 0xfe, SECRET)),
        (
            "JPEG, comment that is a page",
            with_segment(&jpeg, 0xfe, &page),
        ),
        ("JPEG and after it", after(&jpeg)),
        ("JPEG and an archive", [jpeg.as_slice(), &archive].concat()),
        (
            "PNG, tEXt",
            with_chunk(&png, b"tEXt", &behind(b"Comment\0")),
        ),
        (
            "PNG, iTXt",
            with_chunk(&png, b"iTXt", &behind(b"XML:com.adobe.xmp\0\0\0\0\0")),
        ),
        ("PNG, eXIf", with_chunk(&png, b"eXIf", &exif)),
        (
            "PNG, a page",
            with_chunk(&png, b"tEXt", &[b"a\0".as_slice(), &page].concat()),
        ),
        ("PNG, unknown chunk", with_chunk(&png, b"prVt", SECRET)),
        ("PNG and after it", after(&png)),
        ("PNG and an archive", [png.as_slice(), &archive].concat()),
        ("GIF, comment", gif_comment),
        ("GIF and after it", after(&gif)),
        ("WebP, EXIF", with_riff_chunk(&webp, b"EXIF", 8, &exif)),
        ("WebP, XMP", with_riff_chunk(&webp, b"XMP ", 4, SECRET)),
        ("WebP and after it", after(&webp)),
    ]
}

#[test]
fn nothing_but_pixels_survives() {
    for (what, file) in planted() {
        assert!(
            file.windows(SECRET.len()).any(|window| window == SECRET),
            "{what} holds it"
        );
        let made = renditions(&file).unwrap_or_else(|refused| panic!("{what}: {refused}"));
        assert_close(corners(&rendition(&made, 96)), [RED, GREEN, BLUE, GREY]);
        let squares = made.into_iter().map(|made| made.bytes);
        let drawn = for_documents(&file).unwrap_or_else(|refused| panic!("{what}: {refused}"));
        let whole = drawn.renditions.into_iter().map(|made| made.bytes);
        for bytes in squares.chain(whole) {
            assert_holds_nothing_else(what, &bytes);
        }
    }
}

fn assert_holds_nothing_else(what: &str, bytes: &[u8]) {
    let leaks = SECRET
        .windows(8)
        .any(|part| bytes.windows(8).any(|window| window == part));
    assert!(!leaks, "{what}");
    for chunk in [b"EXIF", b"XMP ", b"ICCP", b"Exif"] {
        assert!(!bytes.windows(4).any(|window| window == chunk), "{what}");
    }
}

#[test]
fn nothing_but_frames_survives_of_an_animation() {
    let gif = wide::gif(&[5, 10], gif::Repeat::Infinite);
    // Behind the header and two colours.
    let (start, rest) = gif.split_at(13 + 6);
    let length = [u8::try_from(SECRET.len()).unwrap()];
    let comment = [b"!\xfe".as_slice(), &length, SECRET, b"\0"].concat();
    let xmp = [b"!\xff\x0bXMP DataXMP".as_slice(), &length, SECRET, b"\0"].concat();
    let png = wide::apng(&[40, 70], 0, 8);
    let webp = wide::animated_webp(&[90, 90], 0);
    let with_chunk_at_end = |kind: &[u8], flag: u8| {
        let length = u32::try_from(SECRET.len()).unwrap().to_le_bytes();
        let padding = vec![0; SECRET.len() % 2];
        let mut file = [&webp, kind, &length, SECRET, &padding].concat();
        let whole = u32::try_from(file.len() - 8).unwrap().to_le_bytes();
        file[4..8].copy_from_slice(&whole);
        // The header says that there is such a chunk.
        file[20] |= flag;
        file
    };
    for (what, file) in [
        ("GIF, comment", [start, &comment, rest].concat()),
        ("GIF, XMP", [start, &xmp, rest].concat()),
        ("GIF and after it", [gif.as_slice(), SECRET].concat()),
        (
            "APNG, tEXt",
            with_chunk(&png, b"tEXt", &[b"Comment\0", SECRET].concat()),
        ),
        ("APNG and after it", [png.as_slice(), SECRET].concat()),
        ("WebP, EXIF", with_chunk_at_end(b"EXIF", 8)),
        ("WebP, XMP", with_chunk_at_end(b"XMP ", 4)),
    ] {
        assert!(
            file.windows(SECRET.len()).any(|window| window == SECRET),
            "{what} holds it"
        );
        let drawn = for_documents(&file).unwrap_or_else(|refused| panic!("{what}: {refused}"));
        for made in drawn.renditions {
            let moves = made.bytes.windows(4).any(|kind| kind == b"ANMF");
            assert!(moves, "{what}");
            assert_holds_nothing_else(what, &made.bytes);
        }
    }
}

/// A file that begins as something else is that, whatever follows.
#[test]
fn a_picture_behind_something_else_is_none() {
    let picture = encoded(&quarters(64, 64), ImageFormat::Jpeg);
    for start in [
        b"%PDF-1.7\n".as_slice(),
        b"PK\x03\x04",
        b"<html>",
        b"\0\0\0\x18ftypmp42",
        b" ",
        b"GIF8",
    ] {
        let refused = renditions(&[start, &picture].concat()).unwrap_err();
        assert!(matches!(refused, Refused::Unsupported(_)), "{start:?}");
    }
}
