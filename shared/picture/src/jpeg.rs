//! Whether a JPEG goes on to its end. The decoder shows what there is of one that was cut short, and
//! grey for the rest.

/// Whether the image's end is there (ITU-T T.81, B.1.1 and B.2): segments are passed over by their
/// lengths, so that the end of a thumbnail in one of them is none, and what stands behind the end
/// doesn't matter.
pub(crate) fn ends(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        let Some(at) = rest.iter().position(|byte| *byte == 0xff) else {
            return false;
        };
        rest = rest.get(at + 1..).unwrap_or_default();
        match rest {
            // A byte of the picture, one that fills up, a restart, and the start.
            [0 | 1 | 0xff | 0xd0..=0xd8, ..] => {}
            [0xd9, ..] => return true,
            [_, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = rest.get(length + 1..).unwrap_or_default();
            }
            _ => return false,
        }
    }
}
