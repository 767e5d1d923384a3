//! The key by which a site's build is known: a long random text that only the build has. Here is its
//! digest alone, which is no secret.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Shortest key, in characters: 128 bits in hexadecimal. Nothing else slows guessing down.
pub const MIN_CHARACTERS: usize = 32;
const DIGEST_BYTES: usize = 32;

/// Knows a build key when it sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct BuildKey([u8; DIGEST_BYTES]);

/// What was given is no SHA-256 in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it must be the SHA-256 of the build key, 64 hexadecimal digits")]
pub struct InvalidBuildKey;

impl BuildKey {
    /// Knows the key whose SHA-256 is `digest`, in hexadecimal.
    pub fn of_digest(digest: &str) -> Result<Self, InvalidBuildKey> {
        let mut bytes = [0; DIGEST_BYTES];
        match base16ct::mixed::decode(digest.trim(), &mut bytes) {
            Ok(decoded) if decoded.len() == DIGEST_BYTES => Ok(Self(bytes)),
            _ => Err(InvalidBuildKey),
        }
    }

    /// The digest of `key`, as [`Self::of_digest`] takes it.
    pub fn digest_of(key: &str) -> String {
        base16ct::lower::encode_string(&Sha256::digest(key.as_bytes()))
    }

    /// Whether `key` is the one, in a time that says nothing of how much of it is right.
    pub fn is(&self, key: &str) -> bool {
        let digest = Sha256::digest(key.as_bytes());
        key.len() >= MIN_CHARACTERS && bool::from(self.0.ct_eq(digest.as_slice()))
    }
}

impl fmt::Debug for BuildKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BuildKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "00112233445566778899aabbccddeeff";

    #[test]
    fn the_key_is_known_and_nothing_else() {
        let known = BuildKey::of_digest(&BuildKey::digest_of(KEY)).unwrap();
        assert!(known.is(KEY));
        for other in ["", &KEY[1..], &format!("{KEY}0"), &KEY.to_uppercase()] {
            assert!(!known.is(other), "{other}");
        }
        assert_eq!(format!("{known:?}"), "BuildKey");
    }

    #[test]
    fn a_short_key_opens_nothing() {
        let known = BuildKey::of_digest(&BuildKey::digest_of("secret")).unwrap();
        assert!(!known.is("secret"));
    }

    #[test]
    fn digests_are_checked() {
        for wrong in ["", "00", KEY, &"g".repeat(64), &"0".repeat(66)] {
            assert_eq!(BuildKey::of_digest(wrong), Err(InvalidBuildKey), "{wrong}");
        }
        assert!(BuildKey::of_digest(&"AB".repeat(32)).is_ok());
    }
}
