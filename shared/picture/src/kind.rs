//! What a file is, by its first bytes; its name and announced type say nothing.

use image::ImageFormat;
use languages::{Sentence, sentence};

use crate::Refused;
use crate::svg::is_svg;

/// ZIP, 7-Zip, RAR, XZ, Zstandard and tar.
const ARCHIVES: &[(usize, &[u8])] = &[
    (0, b"PK\x03\x04"),
    (0, b"7z\xbc\xaf"),
    (0, b"Rar!\x1a\x07"),
    (0, b"\xfd7zXZ\0"),
    (0, b"\x28\xb5\x2f\xfd"),
    (257, b"ustar"),
];

/// BMP, TIFF, Photoshop and JPEG XL.
const RARE_PICTURES: &[(usize, &[u8])] = &[
    (0, b"BM"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"8BPS"),
    (0, b"\xff\x0a"),
    (4, b"JXL "),
];

/// Matroska, of which `WebM` is one, AVI, `QuickTime` before it had brands, and MPEG.
const VIDEOS: &[(usize, &[u8])] = &[
    (0, b"\x1a\x45\xdf\xa3"),
    (8, b"AVI LIST"),
    (4, b"moov"),
    (4, b"mdat"),
    (0, b"\0\0\x01\xba"),
];

/// MP3 with and without tags, AAC, Ogg, FLAC, WAVE, AIFF, MIDI and AMR.
const SOUNDS: &[(usize, &[u8])] = &[
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (0, b"\xff\xf3"),
    (0, b"\xff\xf2"),
    (0, b"\xff\xf1"),
    (0, b"\xff\xf9"),
    (0, b"OggS"),
    (0, b"fLaC"),
    (8, b"WAVEfmt "),
    (8, b"AIFF"),
    (0, b"MThd"),
    (0, b"#!AMR"),
];

/// What a picture is for, and so what the owner of another file is told to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Profile,
    Document,
}

/// The format of a picture that we take, or the sentences for what it is instead.
pub(crate) fn recognise(bytes: &[u8], purpose: Purpose) -> Result<ImageFormat, Refused> {
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
        let (for_profile, for_document) = file.other().sentences();
        Err(Refused::Unsupported(match purpose {
            Purpose::Profile => for_profile,
            Purpose::Document => for_document,
        }))
    }
}

/// Whether a file is a PDF document, by its content. It isn't drawn.
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// Whether [`for_documents`](crate::for_documents) takes files of this kind, by the first
/// 64 KiB at most.
///
/// # Errors
/// What the file is instead, and what its owner can do.
pub fn check_for_documents(bytes: &[u8]) -> Result<(), Refused> {
    if is_svg(bytes) {
        return Ok(());
    }
    recognise(bytes, Purpose::Document).map(|_| ())
}

/// What a file is that is no picture for us.
#[derive(Debug, Clone, Copy)]
enum Other {
    Empty,
    Pdf,
    Archive,
    RarePicture,
    Heic,
    Avif,
    Video,
    Audio,
    /// No picture of a profile: a square of pixels can't be cut out of it.
    Svg,
    /// Compressed drawings among them.
    Gzip,
    Page,
    Unknown,
}

impl Other {
    /// What it is, and what its owner can do: for a profile, and for a document.
    fn sentences(self) -> (Sentence, Sentence) {
        let both = |sentence: Sentence| (sentence.clone(), sentence);
        match self {
            Self::Empty => (
                sentence!("reason.profile_empty"),
                sentence!("reason.file_empty"),
            ),
            Self::Pdf => (
                sentence!("reason.profile_pdf"),
                sentence!("reason.file_pdf"),
            ),
            Self::Archive => (
                sentence!("reason.profile_archive"),
                sentence!("reason.file_archive"),
            ),
            Self::RarePicture => both(sentence!("reason.picture_rare")),
            Self::Heic => both(sentence!("reason.picture_heic")),
            Self::Avif => both(sentence!("reason.picture_avif")),
            Self::Video => (
                sentence!("reason.profile_video"),
                sentence!("reason.file_video"),
            ),
            Self::Audio => (
                sentence!("reason.profile_audio"),
                sentence!("reason.file_audio"),
            ),
            Self::Svg => both(sentence!("reason.profile_svg")),
            Self::Gzip => (
                sentence!("reason.profile_gzip"),
                sentence!("reason.file_gzip"),
            ),
            Self::Page => both(sentence!("reason.picture_is_web_page")),
            Self::Unknown => (
                sentence!("reason.profile_unknown"),
                sentence!("reason.file_unknown"),
            ),
        }
    }
}

struct File<'a>(&'a [u8]);

impl File<'_> {
    fn has(&self, offset: usize, magic: &[u8]) -> bool {
        self.0
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    }

    fn has_one(&self, of: &[(usize, &[u8])]) -> bool {
        of.iter().any(|(offset, magic)| self.has(*offset, magic))
    }

    fn other(&self) -> Other {
        if self.has(4, b"ftyp") {
            self.media()
        } else if self.0.is_empty() {
            Other::Empty
        } else if self.has(0, b"%PDF") {
            Other::Pdf
        } else if self.has(0, b"\x1f\x8b") {
            Other::Gzip
        } else if self.has_one(ARCHIVES) {
            Other::Archive
        } else if self.has_one(RARE_PICTURES) {
            Other::RarePicture
        } else if self.has_one(VIDEOS) {
            Other::Video
        } else if self.has_one(SOUNDS) {
            Other::Audio
        } else {
            self.text()
        }
    }

    /// Of an ISO base media file (ISO/IEC 14496-12, section 4.3), by its major brand.
    fn media(&self) -> Other {
        match self.0.get(8..12) {
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => {
                Other::Heic
            }
            Some(b"avif" | b"avis") => Other::Avif,
            Some(b"M4A " | b"M4B ") => Other::Audio,
            _ => Other::Video,
        }
    }

    fn text(&self) -> Other {
        let text = self.0.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.0);
        if is_svg(self.0) {
            Other::Svg
        } else if text.trim_ascii_start().starts_with(b"<") {
            Other::Page
        } else {
            Other::Unknown
        }
    }
}
