//! An animated WebP, written frame by frame: of each only what changed, so that one canvas is in memory,
//! where libwebp's own encoder of animations keeps all of them.

use image::{DynamicImage, RgbaImage, imageops};

use crate::{Refused, encode, riff};

/// An animation as it grows.
pub(crate) struct Film {
    frames: Vec<u8>,
    /// The canvas that the next frame is painted upon.
    canvas: Option<RgbaImage>,
    has_alpha: bool,
    painted: u64,
}

/// Left, top, width and height, in pixels.
type Part = (u32, u32, u32, u32);

impl Film {
    pub(crate) fn new() -> Self {
        Self {
            frames: Vec::new(),
            canvas: None,
            has_alpha: false,
            painted: 0,
        }
    }

    /// Appends a frame, all of the same size, that is shown for so long.
    pub(crate) fn push(&mut self, image: RgbaImage, milliseconds: u32) -> Result<(), Refused> {
        let part = match &self.canvas {
            Some(canvas) => changed(canvas, &image),
            None => (0, 0, image.width(), image.height()),
        };
        let (left, top, width, height) = part;
        self.painted += u64::from(width) * u64::from(height);
        let painted = imageops::crop_imm(&image, left, top, width, height).to_image();
        self.has_alpha |= painted.pixels().any(|pixel| pixel.0[3] < u8::MAX);
        let file = encode::smallest(&DynamicImage::ImageRgba8(painted))?;
        let mut frame = Vec::with_capacity(file.len());
        for number in [left / 2, top / 2, width - 1, height - 1] {
            frame.extend(riff::u24(number));
        }
        frame.extend(riff::u24(milliseconds.min(riff::MAX_U24)));
        frame.push(riff::REPLACES);
        for (kind, data) in riff::of_file(&file) {
            if matches!(kind, b"ALPH" | b"VP8 " | b"VP8L") {
                riff::put(&mut frame, *kind, data);
            }
        }
        riff::put(&mut self.frames, *b"ANMF", &frame);
        self.canvas = Some(image);
        Ok(())
    }

    /// How many pixels were painted in all.
    pub(crate) fn painted(&self) -> u64 {
        self.painted
    }

    /// Width and height, in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        self.canvas.as_ref().map_or((1, 1), RgbaImage::dimensions)
    }

    /// The whole file, which is shown `plays` times; 0 is for ever.
    pub(crate) fn finish(self, plays: u16) -> Vec<u8> {
        let size = self.size();
        let alpha = if self.has_alpha { riff::HAS_ALPHA } else { 0 };
        let mut chunks = Vec::with_capacity(self.frames.len() + 64);
        riff::put_header(&mut chunks, riff::MOVES | alpha, size);
        // A transparent background, as browsers have it anyway.
        let [low, high] = plays.to_le_bytes();
        riff::put(&mut chunks, *b"ANIM", &[0, 0, 0, 0, low, high]);
        chunks.extend(self.frames);
        riff::file(&chunks)
    }
}

/// The smallest part that holds all that differs, from an even column and row on, as the format has it:
/// one pixel where nothing does.
fn changed(before: &RgbaImage, after: &RgbaImage) -> Part {
    let row_bytes = usize::try_from(after.width()).unwrap_or_default() * 4;
    let rows = || {
        let pairs = before
            .chunks_exact(row_bytes.max(1))
            .zip(after.chunks_exact(row_bytes.max(1)));
        (0_u32..).zip(pairs)
    };
    let mut part: Option<Part> = None;
    for (y, (before, after)) in rows() {
        if before == after {
            continue;
        }
        let differs = |(a, b): (&[u8], &[u8])| a != b;
        let mut pixels = before.chunks_exact(4).zip(after.chunks_exact(4));
        let first = pixels.clone().position(differs).unwrap_or_default();
        let last = pixels.rposition(differs).unwrap_or_default();
        let (first, last) = (column(first), column(last));
        part = Some(match part {
            None => (first, y, last, y),
            Some((left, top, right, _)) => (left.min(first), top, right.max(last), y),
        });
    }
    let (left, top, right, bottom) = part.unwrap_or_default();
    let (left, top) = (left / 2 * 2, top / 2 * 2);
    (left, top, right - left + 1, bottom - top + 1)
}

fn column(at: usize) -> u32 {
    u32::try_from(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn only_what_changed_is_painted() {
        let before = RgbaImage::new(40, 30);
        assert_eq!(changed(&before, &before), (0, 0, 1, 1));
        let mut after = before.clone();
        after.put_pixel(7, 9, Rgba([1; 4]));
        assert_eq!(changed(&before, &after), (6, 8, 2, 2));
        after.put_pixel(39, 29, Rgba([1; 4]));
        assert_eq!(changed(&before, &after), (6, 8, 34, 22));
        after.put_pixel(0, 20, Rgba([1; 4]));
        assert_eq!(changed(&before, &after), (0, 8, 40, 22));
    }

    #[test]
    fn what_doesn_t_change_costs_next_to_nothing() {
        let mut film = Film::new();
        let image = RgbaImage::from_pixel(400, 300, Rgba([9, 99, 199, 255]));
        film.push(image.clone(), 100).unwrap();
        let (painted, bytes) = (film.painted(), film.frames.len());
        film.push(image, 100).unwrap();
        assert_eq!(film.painted(), painted + 1);
        assert!(film.frames.len() < bytes + 100);
    }
}
