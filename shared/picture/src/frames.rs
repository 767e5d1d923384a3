//! An animation's frames, decoded one after the other, within limits that are checked before any is touched.
//!
//! `image` composes GIF and APNG. WebP is composed here: `image` forgets to clear what a frame takes away
//! with it, and mistakes the size of a pixel where an opaque frame follows such a one.

use std::io::Cursor;
use std::time::Duration;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{
    AnimationDecoder as _, DynamicImage, Frames, ImageDecoder as _, ImageFormat, Rgba, RgbaImage,
    imageops,
};

use crate::decode::{self, Source};
use languages::{Sentence, sentence};

use crate::{Refused, riff};

/// Most frames of an animation that a document shows.
pub const MAX_FRAMES: u32 = 1_000;
/// Most pixels of an animation that a document shows: those of all its frames, each as large as the picture.
/// 100 million take about four seconds of a processor to decode and make smaller.
pub const MAX_ANIMATED_PIXELS: u64 = 300_000_000;
/// Largest frame of an animation, in pixels: four of them are in memory at once.
const MAX_CANVAS_PIXELS: u64 = 8_500_000;

/// What a member is told of an animation that is beyond our limits.
pub(crate) const TOO_LARGE: Sentence = sentence!("reason.animation_too_large");
/// The same of one that `image` doesn't compose.
const TOO_DEEP: Sentence = sentence!("reason.animation_too_deep");

/// Whether a picture moves.
pub(crate) enum Motion<'a> {
    /// It has one frame.
    Still,
    /// Its first frame is shown alone, which the member is told in this sentence.
    Beyond(Sentence),
    Moving(Animation<'a>),
}

pub(crate) struct Animation<'a> {
    /// Each the whole picture, and for how long it is shown.
    frames: Box<dyn Iterator<Item = Result<(RgbaImage, Duration), Refused>> + 'a>,
    /// How often it is shown; 0 is for ever.
    pub(crate) plays: u16,
    pub(crate) source: Source,
}

/// What a file says of its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    frames: u32,
    /// How often they are shown; 0 is for ever.
    plays: u16,
}

impl Animation<'_> {
    /// Each frame as it is stored, and for how long it is shown, in milliseconds. Parts of milliseconds
    /// are carried on, so that the whole takes its time.
    pub(crate) fn frames(self) -> impl Iterator<Item = Result<(RgbaImage, u32), Refused>> {
        let mut exact = Duration::ZERO;
        let mut told = 0;
        self.frames.map(move |frame| {
            let (image, delay) = frame?;
            exact += delay;
            let until = (exact + Duration::from_micros(500)).as_millis();
            let delay = u32::try_from(until.saturating_sub(told)).unwrap_or(u32::MAX);
            told = until;
            Ok((image, delay))
        })
    }
}

/// The frames of a picture in one of the formats that [`recognise`](crate::kind::recognise) names.
///
/// # Errors
/// Why the file isn't taken.
pub(crate) fn read(bytes: &[u8], format: ImageFormat) -> Result<Motion<'_>, Refused> {
    let count = match format {
        ImageFormat::Gif => Some(count_gif(bytes)?),
        ImageFormat::Png => count_png(bytes),
        ImageFormat::WebP => count_webp(bytes),
        _ => None,
    };
    let Some(count) = count.filter(|count| count.frames > 1) else {
        return Ok(Motion::Still);
    };
    let file = Cursor::new(bytes);
    let refusal = |error| decode::refusal(&error);
    let (frames, source): (Box<dyn Iterator<Item = _>>, _) = match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(file).map_err(refusal)?;
            let source = decode::source(&mut decoder, format, bytes)?;
            decoder
                .set_limits(decode::pixel_limits())
                .map_err(refusal)?;
            (Box::new(composed(decoder.into_frames())), source)
        }
        ImageFormat::Png => {
            let limits = decode::limits(format);
            let mut decoder = PngDecoder::with_limits(file, limits).map_err(refusal)?;
            let source = decode::source(&mut decoder, format, bytes)?;
            // One whose chunk is damaged, which the decoder passes over.
            if !decoder.is_apng().map_err(refusal)? {
                return Ok(Motion::Still);
            }
            if decode::is_deep(decoder.color_type()) {
                return Ok(Motion::Beyond(TOO_DEEP));
            }
            decoder
                .set_limits(decode::pixel_limits())
                .map_err(refusal)?;
            let frames = decoder.apng().map_err(refusal)?.into_frames();
            (Box::new(composed(frames)), source)
        }
        _ => {
            let mut decoder = WebPDecoder::new(file).map_err(refusal)?;
            let source = decode::source(&mut decoder, format, bytes)?;
            (Box::new(webp_frames(bytes, source.size)), source)
        }
    };
    let (width, height) = source.size;
    let canvas = u64::from(width) * u64::from(height);
    if count.frames > MAX_FRAMES
        || canvas > MAX_CANVAS_PIXELS
        || canvas * u64::from(count.frames) > MAX_ANIMATED_PIXELS
    {
        return Ok(Motion::Beyond(TOO_LARGE));
    }
    Ok(Motion::Moving(Animation {
        frames: Box::new(frames.take(usize::try_from(count.frames).unwrap_or_default())),
        plays: count.plays,
        source,
    }))
}

fn composed(frames: Frames<'_>) -> impl Iterator<Item = Result<(RgbaImage, Duration), Refused>> {
    frames.map(|frame| {
        let frame = frame.map_err(|error| decode::refusal(&error))?;
        let delay = Duration::from(frame.delay());
        Ok((frame.into_buffer(), delay))
    })
}

/// A GIF without the extension that says how often it is shown is shown once, and the extension says how
/// often it is repeated (as in browsers, and in libwebp's `gif2webp`). No pixel is decoded.
fn count_gif(bytes: &[u8]) -> Result<Count, Refused> {
    let mut options = gif::DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut decoder = options.read_info(bytes).map_err(|_| Refused::Invalid)?;
    let mut frames = 0_u32;
    // One more than is taken says enough. What can't be read ends it, as in browsers: a frame that isn't
    // whole is found when it is decoded.
    while frames <= MAX_FRAMES && matches!(decoder.next_frame_info(), Ok(Some(_))) {
        frames += 1;
    }
    let plays = match decoder.repeat() {
        gif::Repeat::Infinite => 0,
        gif::Repeat::Finite(more) => more.saturating_add(1),
    };
    Ok(Count { frames, plays })
}

/// Of the chunk `acTL`, which stands before the pixels (PNG third edition, 11.3.6.1).
fn count_png(bytes: &[u8]) -> Option<Count> {
    let mut rest = bytes.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        match kind {
            b"acTL" => {
                let (frames, after) = after.split_first_chunk::<4>()?;
                let plays = u32::from_be_bytes(*after.first_chunk::<4>()?);
                return Some(Count {
                    frames: u32::from_be_bytes(*frames),
                    plays: u16::try_from(plays).unwrap_or(u16::MAX),
                });
            }
            b"IDAT" => return None,
            _ => {
                let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
                rest = after.get(length.checked_add(4)?..)?;
            }
        }
    }
}

/// Of the chunks `ANIM` and `ANMF` (RFC 9649, 2.7.1.1).
fn count_webp(bytes: &[u8]) -> Option<Count> {
    let mut count = Count {
        frames: 0,
        plays: 0,
    };
    let (first, header) = riff::of_file(bytes).next()?;
    let moves = first == b"VP8X" && header.first()? & riff::MOVES != 0;
    for (kind, data) in riff::of_file(bytes) {
        match kind {
            b"ANIM" => count.plays = u16::from_le_bytes(*data.get(4..)?.first_chunk()?),
            b"ANMF" => count.frames = count.frames.saturating_add(1),
            _ => {}
        }
    }
    moves.then_some(count)
}

/// The canvas after each frame. What a frame takes away with it becomes transparent, as in browsers.
fn webp_frames(
    bytes: &[u8],
    (width, height): (u32, u32),
) -> impl Iterator<Item = Result<(RgbaImage, Duration), Refused>> {
    let mut canvas: Option<RgbaImage> = None;
    let mut taken_away: Option<WebpFrame> = None;
    let frames = riff::of_file(bytes).filter(|(kind, _)| *kind == b"ANMF");
    frames.map(move |(_, data)| {
        let canvas = canvas.get_or_insert_with(|| RgbaImage::new(width, height));
        let frame = WebpFrame::read(data).ok_or(Refused::Invalid)?;
        if u64::from(frame.left) + u64::from(frame.width) > u64::from(width)
            || u64::from(frame.top) + u64::from(frame.height) > u64::from(height)
        {
            return Err(Refused::Invalid);
        }
        if let Some(former) = taken_away.take() {
            let clear = RgbaImage::from_pixel(former.width, former.height, Rgba([0; 4]));
            imageops::replace(canvas, &clear, former.left.into(), former.top.into());
        }
        let image = frame.decoded(data)?;
        let (left, top) = (frame.left.into(), frame.top.into());
        if frame.is_blended {
            imageops::overlay(canvas, &image, left, top);
        } else {
            imageops::replace(canvas, &image, left, top);
        }
        let delay = Duration::from_millis(frame.milliseconds.into());
        if frame.is_taken_away {
            taken_away = Some(frame);
        }
        Ok((canvas.clone(), delay))
    })
}

/// The header of an `ANMF` chunk.
struct WebpFrame {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    milliseconds: u32,
    is_blended: bool,
    is_taken_away: bool,
}

impl WebpFrame {
    /// Length of the header, in bytes.
    const BYTES: usize = 16;

    fn read(data: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(riff::from_u24(*data.get(at..)?.first_chunk()?));
        let flags = *data.get(15)?;
        Some(Self {
            left: number(0)? * 2,
            top: number(3)? * 2,
            width: number(6)? + 1,
            height: number(9)? + 1,
            milliseconds: number(12)?,
            is_blended: flags & riff::REPLACES == 0,
            is_taken_away: flags & riff::IS_TAKEN_AWAY != 0,
        })
    }

    /// Its pixels: what follows the header is a file of its own but for that file's header.
    fn decoded(&self, data: &[u8]) -> Result<RgbaImage, Refused> {
        let mut chunks = Vec::new();
        for (kind, data) in riff::chunks(data.get(Self::BYTES..).unwrap_or_default()) {
            if kind == b"ALPH" && chunks.is_empty() {
                riff::put_header(&mut chunks, riff::HAS_ALPHA, (self.width, self.height));
            }
            if matches!(kind, b"ALPH" | b"VP8 " | b"VP8L") {
                riff::put(&mut chunks, *kind, data);
            }
        }
        let file = riff::file(&chunks);
        let refusal = |error| decode::refusal(&error);
        let decoder = WebPDecoder::new(Cursor::new(&file)).map_err(refusal)?;
        if decoder.dimensions() != (self.width, self.height) {
            return Err(Refused::Invalid);
        }
        let image = DynamicImage::from_decoder(decoder).map_err(refusal)?;
        Ok(image.into_rgba8())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgba<u8> = Rgba([200, 30, 30, 255]);
    const BLUE: Rgba<u8> = Rgba([30, 30, 200, 255]);
    const NONE: Rgba<u8> = Rgba([0; 4]);

    /// A WebP of lossless or lossy frames of one colour: left, top, edge, colour and flags.
    fn webp(frames: &[(u32, u32, u32, Rgba<u8>, u8)], is_lossless: bool) -> Vec<u8> {
        let mut chunks = Vec::new();
        riff::put_header(&mut chunks, riff::MOVES | riff::HAS_ALPHA, (64, 64));
        riff::put(&mut chunks, *b"ANIM", &[0, 0, 0, 0, 5, 0]);
        for (left, top, edge, colour, flags) in frames {
            let image = RgbaImage::from_pixel(*edge, *edge, *colour);
            let encoder = webp::Encoder::from_rgba(&image, *edge, *edge);
            let file = encoder.encode_simple(is_lossless, 90.0).unwrap();
            let numbers = [left / 2, top / 2, edge - 1, edge - 1, 70];
            let mut frame: Vec<u8> = numbers.into_iter().flat_map(riff::u24).collect();
            frame.push(*flags);
            for (kind, data) in riff::of_file(&file).filter(|(kind, _)| *kind != b"VP8X") {
                riff::put(&mut frame, *kind, data);
            }
            riff::put(&mut chunks, *b"ANMF", &frame);
        }
        riff::file(&chunks)
    }

    fn canvases(file: &[u8]) -> Vec<RgbaImage> {
        let Ok(Motion::Moving(animation)) = read(file, ImageFormat::WebP) else {
            panic!("it moves");
        };
        assert_eq!(animation.plays, 5);
        let frames = animation.frames().map(|frame| {
            let (image, milliseconds) = frame.unwrap();
            assert_eq!(milliseconds, 70);
            image
        });
        frames.collect()
    }

    /// What a frame takes away is transparent, also below an opaque and a lossy one; what isn't there lets
    /// what is below be seen, or takes its place.
    #[test]
    fn webp_is_composed_as_it_says() {
        for is_lossless in [true, false] {
            let file = webp(
                &[
                    (0, 0, 64, RED, riff::REPLACES),
                    (0, 0, 32, BLUE, riff::IS_TAKEN_AWAY),
                    (32, 32, 32, BLUE, 0),
                    (0, 0, 64, NONE, 0),
                    (0, 32, 32, NONE, riff::REPLACES),
                ],
                is_lossless,
            );
            let shown = canvases(&file).into_iter().map(|canvas| {
                [(10, 10), (50, 10), (10, 50), (50, 50)].map(|(x, y)| {
                    let near = |colour: Rgba<u8>| {
                        let pixel = canvas.get_pixel(x, y).0.into_iter();
                        pixel.zip(colour.0).all(|(a, b)| a.abs_diff(b) < 12)
                    };
                    match () {
                        () if near(RED) => 'r',
                        () if near(BLUE) => 'b',
                        () if canvas.get_pixel(x, y).0[3] == 0 => '-',
                        () => '?',
                    }
                })
            });
            let shown: Vec<String> = shown.map(String::from_iter).collect();
            assert_eq!(shown, ["rrrr", "brrr", "-rrb", "-rrb", "-r-b"]);
        }
    }

    #[test]
    fn a_frame_outside_its_canvas_is_refused() {
        let file = webp(&[(0, 0, 64, RED, 0), (34, 0, 32, BLUE, 0)], true);
        let Ok(Motion::Moving(animation)) = read(&file, ImageFormat::WebP) else {
            panic!("it moves");
        };
        assert!(matches!(
            animation.frames().nth(1),
            Some(Err(Refused::Invalid))
        ));
    }
}
