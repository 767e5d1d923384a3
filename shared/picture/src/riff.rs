//! The container of WebP files (RFC 9649, section 2): its chunks, read and written.

/// In the flags of a file's header.
pub(crate) const HAS_ALPHA: u8 = 0x10;
pub(crate) const MOVES: u8 = 0x02;
/// In the flags of a frame: it isn't blended with what it is painted upon.
pub(crate) const REPLACES: u8 = 0x02;
/// In the flags of a frame: its part of the canvas is cleared after it.
pub(crate) const IS_TAKEN_AWAY: u8 = 0x01;
/// The largest number of three bytes.
pub(crate) const MAX_U24: u32 = 0x00ff_ffff;

/// The chunks that stand in `bytes`, in their order, each with its kind. One that is cut short ends them.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let data = after.get(..length)?;
        rest = after.get(length + length % 2..).unwrap_or_default();
        Some((kind, data))
    })
}

/// Whether a file is as long as it says, but for a last byte that only fills up.
pub(crate) fn is_whole(file: &[u8]) -> bool {
    let length = file.get(4..).and_then(|rest| rest.first_chunk::<4>());
    let length = length.and_then(|length| usize::try_from(u32::from_le_bytes(*length)).ok());
    length.is_some_and(|length| length.saturating_add(7) <= file.len())
}

/// The chunks of a whole file.
pub(crate) fn of_file(file: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    chunks(file.get(12..).unwrap_or_default())
}

/// Appends a chunk.
pub(crate) fn put(to: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    to.extend(kind);
    to.extend(u32_of(data.len()).to_le_bytes());
    to.extend(data);
    if data.len() % 2 == 1 {
        to.push(0);
    }
}

/// A whole file of these chunks.
pub(crate) fn file(chunks: &[u8]) -> Vec<u8> {
    let length = u32_of(chunks.len() + 4).to_le_bytes();
    [b"RIFF".as_slice(), &length, b"WEBP", chunks].concat()
}

/// The header of a file that isn't a bare picture.
pub(crate) fn put_header(to: &mut Vec<u8>, flags: u8, (width, height): (u32, u32)) {
    let mut header = vec![flags, 0, 0, 0];
    header.extend(u24(width.saturating_sub(1)));
    header.extend(u24(height.saturating_sub(1)));
    put(to, *b"VP8X", &header);
}

/// The low three bytes, least first.
pub(crate) fn u24(value: u32) -> [u8; 3] {
    let [low, middle, high, _] = value.to_le_bytes();
    [low, middle, high]
}

/// What [`u24`] wrote.
pub(crate) fn from_u24([low, middle, high]: [u8; 3]) -> u32 {
    u32::from_le_bytes([low, middle, high, 0])
}

/// No chunk of ours is longer than 4 GiB, nor can one in memory that came in be.
fn u32_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
