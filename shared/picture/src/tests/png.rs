//! PNG in all its kinds, written byte by byte: every colour type, bit depth and interlacing that
//! the standard has (PNG third edition, 11.2.1), and files that break its rules.

use super::*;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const EDGE: u32 = 48;

/// Column and row of the first pixel and the steps to the next, for each pass of Adam7.
const ADAM7: [(u32, u32, u32, u32); 7] = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
];
const ONE_PASS: [(u32, u32, u32, u32); 1] = [(0, 0, 1, 1)];

/// A PNG of four quarters: white and black above, black and white below.
#[derive(Clone, Copy)]
struct Kind {
    colour_type: u8,
    depth: u8,
    interlaced: bool,
}

impl Kind {
    fn all() -> impl Iterator<Item = Self> {
        let depths: [(u8, &[u8]); 5] = [
            (0, &[1, 2, 4, 8, 16]),
            (2, &[8, 16]),
            (3, &[1, 2, 4, 8]),
            (4, &[8, 16]),
            (6, &[8, 16]),
        ];
        depths.into_iter().flat_map(|(colour_type, depths)| {
            depths.iter().flat_map(move |&depth| {
                [false, true].map(|interlaced| Self {
                    colour_type,
                    depth,
                    interlaced,
                })
            })
        })
    }

    fn header(self, width: u32, height: u32) -> Vec<u8> {
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend([
            self.depth,
            self.colour_type,
            0,
            0,
            u8::from(self.interlaced),
        ]);
        header
    }

    fn samples_per_pixel(self) -> usize {
        match self.colour_type {
            0 | 3 => 1,
            4 => 2,
            2 => 3,
            _ => 4,
        }
    }

    /// The rows of all passes, unfiltered, each after its filter byte.
    fn rows(self) -> Vec<u8> {
        let passes: &[(u32, u32, u32, u32)] = if self.interlaced { &ADAM7 } else { &ONE_PASS };
        let mut rows = Vec::new();
        for &(left, top, across, down) in passes {
            for y in (top..EDGE).step_by(down as usize) {
                rows.push(0);
                let mut bits = Vec::new();
                for x in (left..EDGE).step_by(across as usize) {
                    let is_white = (x < EDGE / 2) == (y < EDGE / 2);
                    for sample in 0..self.samples_per_pixel() {
                        let is_alpha = matches!(self.colour_type, 4 | 6)
                            && sample + 1 == self.samples_per_pixel();
                        let is_index = self.colour_type == 3;
                        let depth = usize::from(self.depth);
                        bits.extend((0..depth).map(|bit| {
                            if is_index {
                                is_white && bit + 1 == depth
                            } else {
                                is_white || is_alpha
                            }
                        }));
                    }
                }
                rows.extend(bits.chunks(8).map(|byte| {
                    byte.iter()
                        .enumerate()
                        .fold(0, |sum, (at, &bit)| sum | u8::from(bit) << (7 - at))
                }));
            }
        }
        rows
    }

    fn file(self) -> Vec<u8> {
        let mut file = SIGNATURE.to_vec();
        file.extend(chunk(*b"IHDR", &self.header(EDGE, EDGE)));
        if self.colour_type == 3 {
            file.extend(chunk(*b"PLTE", &[0, 0, 0, 255, 255, 255]));
        }
        // In pieces, one of them empty, as some writers do.
        for piece in deflated(&self.rows()).chunks(700) {
            file.extend(chunk(*b"IDAT", piece));
            file.extend(chunk(*b"IDAT", &[]));
        }
        file.extend(chunk(*b"IEND", &[]));
        file
    }
}

pub(super) fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind, data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length, body.as_slice(), &crc32(&body).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951 3.2.4).
pub(super) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(60_000).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

const SIMPLE: Kind = Kind {
    colour_type: 2,
    depth: 8,
    interlaced: false,
};

#[test]
fn every_kind_is_taken() {
    let (black, white) = (Rgb([0; 3]), Rgb([255; 3]));
    let mut count = 0;
    for kind in Kind::all() {
        let shown = format!(
            "type {} depth {} interlaced {}",
            kind.colour_type, kind.depth, kind.interlaced
        );
        let made = renditions(&kind.file()).unwrap_or_else(|refused| panic!("{shown}: {refused}"));
        assert_close(corners(&rendition(&made, 96)), [white, black, black, white]);
        count += 1;
    }
    assert_eq!(count, 30);
}

#[test]
fn chunks_that_are_not_needed_do_no_harm() {
    let extras = [
        chunk(*b"gAMA", &45_455_u32.to_be_bytes()),
        chunk(*b"sRGB", &[0]),
        chunk(*b"tEXt", b"Comment\0hello"),
        chunk(*b"tIME", &[7, 234, 1, 1, 0, 0, 0]),
        chunk(*b"bKGD", &[0, 255, 0, 255, 0, 255]),
        chunk(*b"pHYs", &[0, 0, 0, 1, 0, 0, 0, 4, 0]),
        chunk(*b"tRNS", &[0, 1, 0, 2, 0, 3]),
        chunk(*b"xyZw", b"private"),
    ];
    let plain = SIMPLE.file();
    let header_end = SIGNATURE.len() + 25;
    for extra in extras {
        let (before, after) = plain.split_at(header_end);
        let file = [before, &extra, after].concat();
        assert!(renditions(&file).is_ok(), "{extra:?}");
    }
}

#[test]
fn what_breaks_the_rules_is_refused() {
    let header = |width, height, bytes: [u8; 5]| {
        let mut data = SIMPLE.header(width, height);
        data.truncate(8);
        data.extend(bytes);
        let rest = SIMPLE.file().split_off(SIGNATURE.len() + 25);
        [SIGNATURE, &chunk(*b"IHDR", &data), &rest].concat()
    };
    let changed = |at: usize, byte: u8| {
        let mut file = SIMPLE.file();
        file[at] = byte;
        file
    };
    let through = |from: &str, to: &str| {
        // As text modes of file transfers do.
        let text: String = SIMPLE.file().into_iter().map(char::from).collect();
        text.replace(from, to)
            .chars()
            .map(|c| c as u8)
            .collect::<Vec<u8>>()
    };
    let no_data = [
        SIGNATURE,
        &chunk(*b"IHDR", &SIMPLE.header(EDGE, EDGE)),
        &chunk(*b"IEND", &[]),
    ]
    .concat();
    let no_palette = [
        SIGNATURE,
        &chunk(
            *b"IHDR",
            &[&SIMPLE.header(EDGE, EDGE)[..8], &[8, 3, 0, 0, 0]].concat(),
        ),
        &chunk(*b"IDAT", &deflated(&SIMPLE.rows())),
        &chunk(*b"IEND", &[]),
    ]
    .concat();
    for (what, file) in [
        ("colour type 1", header(EDGE, EDGE, [8, 1, 0, 0, 0])),
        ("colour type 9", header(EDGE, EDGE, [8, 9, 0, 0, 0])),
        ("depth 0", header(EDGE, EDGE, [0, 2, 0, 0, 0])),
        ("depth 3", header(EDGE, EDGE, [3, 2, 0, 0, 0])),
        ("depth 99", header(EDGE, EDGE, [99, 2, 0, 0, 0])),
        ("RGB of depth 4", header(EDGE, EDGE, [4, 2, 0, 0, 0])),
        ("compression 1", header(EDGE, EDGE, [8, 2, 1, 0, 0])),
        ("filter method 1", header(EDGE, EDGE, [8, 2, 0, 1, 0])),
        ("interlace 2", header(EDGE, EDGE, [8, 2, 0, 0, 2])),
        ("no width", header(0, EDGE, [8, 2, 0, 0, 0])),
        ("no height", header(EDGE, 0, [8, 2, 0, 0, 0])),
        (
            "more rows than data",
            header(EDGE, EDGE + 1, [8, 2, 0, 0, 0]),
        ),
        ("the signature's first byte", changed(0, b'x')),
        ("the signature's last byte", changed(7, b'x')),
        ("the header's checksum", changed(SIGNATURE.len() + 22, 0)),
        ("the data's length", changed(SIGNATURE.len() + 25, 0x7f)),
        ("LF for CRLF", through("\r\n", "\n")),
        ("CRLF for LF", through("\n", "\r\n")),
        ("no data", no_data),
        ("no palette", no_palette),
    ] {
        let refused = renditions(&file).map(|_| ()).expect_err(what);
        assert_ne!(refused, Refused::TooLarge, "{what}");
    }
}
