//! Codes for an invitation or a reset: short enough to type, too many to guess.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Crockford's base 32 (<https://www.crockford.com/base32.html>): no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code, five bits each.
const LENGTH: usize = 16;
/// Characters between two hyphens.
const GROUP: usize = 4;
/// Random bytes that a code is made of: 80 bits.
pub const CODE_BYTES: usize = LENGTH * 5 / 8;

/// A code that stands for the right to set a password once.
pub struct Code(Zeroizing<String>);

impl Code {
    /// `random` must be just that.
    pub fn new(random: [u8; CODE_BYTES]) -> Self {
        let bits = random
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        let (mut text, mut index) = (Zeroizing::new(String::with_capacity(LENGTH)), 0_u8);
        for (count, bit) in bits.enumerate() {
            index = index << 1 | bit;
            if count % 5 == 4 {
                text.extend(
                    ALPHABET
                        .get(usize::from(index))
                        .map(|byte| char::from(*byte)),
                );
                index = 0;
            }
        }
        Self(text)
    }

    /// Reads what a person typed: case, hyphens and spaces don't count, nor does it matter whether
    /// an I or an L was typed for a 1, or an O for a 0.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        for typed in typed.chars().filter(|c| *c != '-' && !c.is_whitespace()) {
            let character = match typed.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                other => other,
            };
            let known = u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !known || text.len() == LENGTH {
                return None;
            }
            text.push(character);
        }
        (text.len() == LENGTH).then_some(Self(text))
    }

    /// What is stored of the code: its SHA-256, in hexadecimal.
    ///
    /// A slow hash guards what people choose, which can be guessed in millions of tries. A code has
    /// 80 random bits, ends after two weeks and works once: whoever reads the table would have to
    /// try 10²⁴ of them, and a fast hash makes that no easier in any time that matters. It lets the
    /// code be looked up by its digest instead of being compared with each.
    pub fn digest(&self) -> String {
        base16ct::lower::encode_string(&Sha256::digest(self.0.as_bytes()))
    }
}

/// In groups, as it is handed out: `7K2M-9XQP-4TBC-H0RW`.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, character) in self.0.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_eighty_bits_in_four_groups() {
        for (random, code) in [
            ([0; 10], "0000-0000-0000-0000"),
            ([255; 10], "ZZZZ-ZZZZ-ZZZZ-ZZZZ"),
            (
                [0, 68, 50, 20, 199, 66, 84, 182, 53, 207],
                "0123-4567-89AB-CDEF",
            ),
        ] {
            assert_eq!(Code::new(random).to_string(), code);
        }
    }

    #[test]
    fn what_a_person_types_is_read_kindly() {
        let digest = Code::parse("0123-4567-89AB-CDEF").unwrap().digest();
        for typed in [
            "0123456789abcdef",
            " O123 4567 89ab cdef\n",
            "oi23-4567-89aB-CdEf",
            "OL23456789ABCDEF",
            "0-1-2-3-4-5-6-7-8-9-a-b-c-d-e-f",
        ] {
            let read = Code::parse(typed).map(|code| code.digest());
            assert_eq!(read.as_ref(), Some(&digest), "{typed}");
        }
        for typed in [
            "",
            "0123-4567-89AB-CDE",
            "0123-4567-89AB-CDEF-0",
            "0123-4567-89AB-CDEU",
            "0123.4567.89AB.CDEF",
            "０123-4567-89AB-CDEF",
        ] {
            assert!(Code::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn debug_hides_the_code() {
        assert_eq!(format!("{:?}", Code::new([7; 10])), "Code(…)");
    }

    proptest! {
        #[test]
        fn every_code_reads_back(random: [u8; CODE_BYTES]) {
            let code = Code::new(random);
            let read = Code::parse(&code.to_string()).unwrap();
            prop_assert_eq!(&*read.0, &*code.0);
            prop_assert_eq!(read.digest().len(), 64);
        }

        #[test]
        fn no_text_is_too_strange_to_refuse(typed: String) {
            let _ = Code::parse(&typed);
        }
    }
}
