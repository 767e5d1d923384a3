//! Pictures within a drawing: each is made anew, as a document's own pictures are.

use base64ct::{Base64, Base64Unpadded, Encoding as _};

use crate::wide::Wide;
use crate::{MAX_PIXELS, encode, kind, riff, wide};

/// Most pictures in a drawing.
const MAX_PICTURES: usize = 64;

/// What further pictures of a drawing may take.
pub(super) struct Allowance {
    pictures: usize,
    pixels: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            pictures: MAX_PICTURES,
            pixels: MAX_PIXELS,
        }
    }
}

impl Allowance {
    /// The address of the copy of a picture that an address holds; none if it holds no picture that we take, or one
    /// too many.
    pub(super) fn copy(&mut self, address: &str) -> Option<String> {
        let (kind, data) = address
            .trim_ascii()
            .strip_prefix("data:")?
            .split_once(',')?;
        kind.trim_ascii_end()
            .to_ascii_lowercase()
            .strip_suffix("base64")?;
        let data: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = Base64::decode_vec(&data)
            .or_else(|_| Base64Unpadded::decode_vec(data.trim_end_matches('=')))
            .ok()?;
        let format = kind::recognise(&bytes, kind::Purpose::Document).ok()?;
        self.pictures = self.pictures.checked_sub(1)?;
        let pixels = wide::pixels(&bytes, format)?;
        self.pixels = self.pixels.checked_sub(pixels)?;
        let copy = if is_copy(&bytes) {
            bytes
        } else {
            let Wide { bytes, .. } = wide::largest(&bytes, format).ok()?;
            bytes
        };
        Some(format!(
            "data:{};base64,{}",
            encode::CONTENT_TYPE,
            Base64::encode_string(&copy)
        ))
    }
}

/// Whether a picture is a WebP of nothing but pixels, as we make it: made once more it would only lose.
fn is_copy(bytes: &[u8]) -> bool {
    let mut kinds = Vec::new();
    let mut length = 12;
    for (kind, data) in riff::of_file(bytes) {
        let header = data.first().copied();
        if kind == b"VP8X" && header != Some(riff::HAS_ALPHA) {
            return false;
        }
        length += 8 + data.len() + data.len() % 2;
        kinds.push(*kind);
    }
    let kinds: Vec<_> = kinds.iter().map(<[u8; 4]>::as_slice).collect();
    let is_plain = matches!(
        kinds.as_slice(),
        [b"VP8 " | b"VP8L"] | [b"VP8X", b"ALPH", b"VP8 "]
    );
    is_plain
        && bytes.starts_with(b"RIFF")
        && length == bytes.len()
        && image::load_from_memory(bytes).is_ok()
}
