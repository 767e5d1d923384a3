//! What a file is, by its first bytes; its name and announced type say nothing.

use image::ImageFormat;

use crate::Refused;

/// How much of a text is searched for what kind of text it is, in bytes.
const HEAD_BYTES: usize = 1024;

/// What to do with any file that isn't taken.
const SEND: &str = "Please send a JPEG, PNG, WebP or GIF picture.";

/// The format of a picture that we take, or the sentences for what it is instead.
pub(crate) fn recognise(bytes: &[u8]) -> Result<ImageFormat, Refused> {
    let file = File(bytes);
    if file.has(0, b"\xff\xd8\xff") {
        Ok(ImageFormat::Jpeg)
    } else if file.has(0, b"\x89PNG\r\n\x1a\n") {
        Ok(ImageFormat::Png)
    } else if file.has(0, b"GIF87a") || file.has(0, b"GIF89a") {
        Ok(ImageFormat::Gif)
    } else if file.has(0, b"RIFF") && file.has(8, b"WEBP") {
        Ok(ImageFormat::WebP)
    } else {
        let (what, how) = file.described();
        Err(Refused::Unsupported { what, how })
    }
}

struct File<'a>(&'a [u8]);

impl File<'_> {
    fn has(&self, offset: usize, magic: &[u8]) -> bool {
        self.0
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    }

    /// What the file is, and what its owner can do.
    fn described(&self) -> (&'static str, &'static str) {
        if self.has(4, b"ftyp") {
            return self.described_media();
        }
        if self.0.is_empty() {
            ("The file is empty.", SEND)
        } else if self.has(0, b"%PDF") {
            (
                "This is a PDF document.",
                "Open it, take a screenshot of the picture, and send that.",
            )
        } else if self.has(0, b"PK\x03\x04")
            || self.has(0, b"\x1f\x8b")
            || self.has(0, b"7z\xbc\xaf")
        {
            (
                "This is an archive.",
                "Unpack it and send the picture that is in it.",
            )
        } else if self.has(0, b"BM")
            || self.has(0, b"II*\0")
            || self.has(0, b"MM\0*")
            || self.has(0, b"8BPS")
            || self.has(0, b"\xff\x0a")
            || self.has(4, b"JXL ")
        {
            (
                "This kind of picture is not supported.",
                "Open it in any picture program, export it as JPEG, and send that.",
            )
        } else {
            self.described_text()
        }
    }

    /// Of an ISO base media file (ISO/IEC 14496-12, section 4.3), by its major brand.
    fn described_media(&self) -> (&'static str, &'static str) {
        match self.0.get(8..12) {
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => {
                (
                    "This is a HEIC picture.",
                    "Choose it in your phone's browser, which sends it as JPEG, or export it as JPEG; on an iPhone, Settings, Camera, Formats, “Most Compatible” takes JPEGs from now on.",
                )
            }
            Some(b"avif" | b"avis") => (
                "This is an AVIF picture.",
                "Open it in a picture program, export it as JPEG, and send that.",
            ),
            _ => (
                "This is a video.",
                "Pause it where it looks best, take a screenshot, and send that.",
            ),
        }
    }

    fn described_text(&self) -> (&'static str, &'static str) {
        let text = self.0.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.0);
        let text = text.trim_ascii_start();
        let head = text.get(..HEAD_BYTES).unwrap_or(text);
        let is_svg = head
            .windows(4)
            .any(|window| window.eq_ignore_ascii_case(b"<svg"));
        if text.starts_with(b"<") && is_svg {
            ("This is an SVG drawing.", "Export it as PNG and send that.")
        } else if text.starts_with(b"<") {
            (
                "This is a web page.",
                "Save the picture itself from the page and send that.",
            )
        } else {
            ("This is not a picture.", SEND)
        }
    }
}
