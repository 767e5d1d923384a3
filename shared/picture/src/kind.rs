//! What a file is, by its first bytes; its name and announced type say nothing.

use image::ImageFormat;

use crate::Refused;

/// The format of a picture that we take, or the sentence for what it is instead.
pub(crate) fn recognise(bytes: &[u8]) -> Result<ImageFormat, Refused> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| {
        bytes
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    if starts(b"\xff\xd8\xff") {
        Ok(ImageFormat::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Ok(ImageFormat::Png)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Ok(ImageFormat::Gif)
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        Ok(ImageFormat::WebP)
    } else {
        Err(Refused::Unsupported(sentence(bytes)))
    }
}

fn sentence(bytes: &[u8]) -> &'static str {
    let at = |offset: usize, magic: &[u8]| {
        bytes
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    if at(4, b"ftyp") {
        return match bytes.get(8..12) {
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1") => {
                "This is a HEIC picture; on an iPhone, Settings, Camera, Formats, “Most Compatible” makes JPEG."
            }
            Some(b"avif" | b"avis") => "This is an AVIF picture.",
            _ => "This is a video.",
        };
    }
    let text = bytes.trim_ascii_start();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let has = |needle: &[u8]| {
        text.get(..text.len().min(1024)).is_some_and(|head| {
            head.windows(needle.len())
                .any(|window| window.eq_ignore_ascii_case(needle))
        })
    };
    if at(0, b"%PDF") {
        "This is a PDF document."
    } else if at(0, b"PK\x03\x04") {
        "This is an archive."
    } else if at(0, b"BM") || at(0, b"II*\0") || at(0, b"MM\0*") {
        "This kind of picture is not supported."
    } else if text.starts_with(b"<") && has(b"<svg") {
        "This is an SVG drawing."
    } else if text.starts_with(b"<") {
        "This is a web page."
    } else {
        "This is not a picture."
    }
}
