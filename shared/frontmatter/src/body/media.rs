//! Files of pictures, sound and moving pictures by the endings of their names, and the sizes that authors give pictures (2.9.2).

use crate::markdown::html::serialise;

pub(crate) const IMAGES: [&str; 8] = ["avif", "bmp", "gif", "jpeg", "jpg", "png", "svg", "webp"];
pub(crate) const AUDIO: [&str; 6] = ["flac", "m4a", "mp3", "ogg", "wav", "3gp"];
pub(crate) const VIDEO: [&str; 5] = ["mkv", "mov", "mp4", "ogv", "webm"];

/// Pixels: a width, and perhaps a height.
pub(crate) type Size = (u32, Option<u32>);

/// What stands before a size at the end of a text, behind a bar or alone, and the size.
pub(crate) fn text_and_size(text: &str) -> (&str, Option<Size>) {
    if let Some(size) = size(text) {
        return ("", Some(size));
    }
    match text.rsplit_once('|') {
        Some((before, last)) if size(last).is_some() => (before.trim(), size(last)),
        _ => (text, None),
    }
}

/// A picture of a size, as HTML.
pub(crate) fn picture(url: &str, alt: &str, (width, height): Size) -> String {
    let source = serialise::escape_attribute(url);
    let alt = serialise::escape_attribute(alt);
    let height = height.map_or(String::new(), |height| format!(" height=\"{height}\""));
    format!("<img src=\"{source}\" alt=\"{alt}\" width=\"{width}\"{height} loading=\"lazy\">")
}

/// Whether a path ends as files of sound or moving pictures do.
pub(crate) fn is_recording(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| {
        let ending = ending.to_ascii_lowercase();
        AUDIO.contains(&ending.as_str()) || VIDEO.contains(&ending.as_str())
    })
}

/// `100`, `100px` or `100x50`, in pixels.
fn size(text: &str) -> Option<Size> {
    let text = text.trim().trim_end_matches("px");
    let number = |text: &str| {
        let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    match text.split_once('x') {
        Some((width, height)) => Some((number(width)?, Some(number(height)?))),
        None => Some((number(text)?, None)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Image,
    Audio,
    Video,
    /// A PDF, a canvas, or whatever else is no note.
    File,
}
