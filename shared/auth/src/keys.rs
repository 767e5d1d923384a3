//! The key ring: one key signs, all of them verify.

mod stored;

use std::collections::BTreeMap;
use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use jsonwebtoken::{DecodingKey, EncodingKey};
use zeroize::Zeroizing;

pub use stored::{NEW_KEY_BYTES, StoredKeys};

/// Shortest signing key, in bytes: as long as the hash (RFC 7518 section 3.2).
const MIN_KEY_BYTES: usize = 32;
/// Longest key id, in bytes.
const MAX_KEY_ID_BYTES: usize = 64;

/// The keys of a deployment, as `JWT_KEYS` holds them.
pub struct KeyRing {
    pub(crate) signing: String,
    pub(crate) signing_key: EncodingKey,
    pub(crate) keys: BTreeMap<String, DecodingKey>,
}

/// A text that is no key ring. Names the key, never its bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    #[error(r#"it is not of the form {{"signing":"k1","keys":{{"k1":"<base64url>"}}}}"#)]
    Malformed,
    #[error("the key id “{0}” is not made of 1 to {MAX_KEY_ID_BYTES} letters, digits, - and _")]
    KeyId(String),
    #[error("the key “{0}” is not base64url without padding")]
    NotBase64(String),
    #[error("the key “{0}” is shorter than {MIN_KEY_BYTES} bytes")]
    TooShort(String),
    #[error("the signing key “{0}” is not among the keys")]
    NoSigningKey(String),
}

impl KeyRing {
    /// Reads a ring in one of the forms that [`StoredKeys`] describes; each key is base64url of at
    /// least 32 bytes.
    pub fn parse(json: &str) -> Result<Self, KeyRingError> {
        let stored = StoredKeys::read(json)?;
        let mut keys = BTreeMap::new();
        let mut signing_key = None;
        for (id, encoded) in stored.keys {
            if !is_key_id(&id) {
                return Err(KeyRingError::KeyId(
                    id.chars().take(MAX_KEY_ID_BYTES).collect(),
                ));
            }
            let key = Base64UrlUnpadded::decode_vec(&encoded).map(Zeroizing::new);
            let Ok(key) = key else {
                return Err(KeyRingError::NotBase64(id));
            };
            if key.len() < MIN_KEY_BYTES {
                return Err(KeyRingError::TooShort(id));
            }
            if id == stored.signing {
                signing_key = Some(EncodingKey::from_secret(&key));
            }
            keys.insert(id, DecodingKey::from_secret(&key));
        }
        match signing_key {
            Some(signing_key) => Ok(Self {
                signing: stored.signing,
                signing_key,
                keys,
            }),
            None => Err(KeyRingError::NoSigningKey(
                stored.signing.chars().take(MAX_KEY_ID_BYTES).collect(),
            )),
        }
    }
}

fn is_key_id(id: &str) -> bool {
    (1..=MAX_KEY_ID_BYTES).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("signing", &self.signing)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn a_ring_is_read() {
        let ring = KeyRing::parse(&format!(
            r#"{{"signing":"b","keys":{{"a":"{KEY}","b":"{KEY}"}}}}"#
        ))
        .unwrap();
        assert_eq!((ring.signing.as_str(), ring.keys.len()), ("b", 2));
        assert!(!format!("{ring:?}").contains(KEY));
    }

    /// What the stack's template has Secrets Manager make: letters and digits, whichever they are.
    #[test]
    fn a_ring_of_secrets_manager_is_read() {
        for generated in ["A".repeat(64), "9z".repeat(32), "Zq7".repeat(21) + "b"] {
            let ring =
                KeyRing::parse(&format!(r#"{{"signing":"k1","k1":"{generated}"}}"#)).unwrap();
            assert_eq!((ring.signing.as_str(), ring.keys.len()), ("k1", 1));
        }
    }

    #[test]
    fn what_is_no_ring_is_refused_by_name() {
        let short = &KEY[..42];
        for (json, error) in [
            (String::new(), KeyRingError::Malformed),
            ("[]".to_owned(), KeyRingError::Malformed),
            (KEY.to_owned(), KeyRingError::Malformed),
            (
                r#"{"signing":"a","keys":{}}"#.to_owned(),
                KeyRingError::NoSigningKey("a".to_owned()),
            ),
            (
                format!(r#"{{"signing":"a","keys":{{"b":"{KEY}"}}}}"#),
                KeyRingError::NoSigningKey("a".to_owned()),
            ),
            (
                format!(r#"{{"signing":"a","keys":{{"a":"{KEY}="}}}}"#),
                KeyRingError::NotBase64("a".to_owned()),
            ),
            (
                format!(r#"{{"signing":"a","keys":{{"a":"{}/"}}}}"#, &KEY[..42]),
                KeyRingError::NotBase64("a".to_owned()),
            ),
            (
                format!(r#"{{"signing":"a","keys":{{"a":"{short}9"}}}}"#),
                KeyRingError::NotBase64("a".to_owned()),
            ),
            (
                r#"{"signing":"a","keys":{"a":""}}"#.to_owned(),
                KeyRingError::TooShort("a".to_owned()),
            ),
            (
                r#"{"signing":"a","keys":{"a":"c2hvcnQ"}}"#.to_owned(),
                KeyRingError::TooShort("a".to_owned()),
            ),
            (
                format!(r#"{{"signing":"a","keys":{{"a":"{KEY}","a":"{KEY}"}}}}"#),
                KeyRingError::Malformed,
            ),
            (
                format!(r#"{{"signing":"a","signing":"a","keys":{{"a":"{KEY}"}}}}"#),
                KeyRingError::Malformed,
            ),
            (
                format!(r#"{{"signing":"a","keys":{{"a":"{KEY}"}},"b":"{KEY}"}}"#),
                KeyRingError::Malformed,
            ),
            (
                format!(r#"{{"signing":"a","a":"{KEY}","a":"{KEY}"}}"#),
                KeyRingError::Malformed,
            ),
            (
                r#"{"signing":"k1","k1":""}"#.to_owned(),
                KeyRingError::TooShort("k1".to_owned()),
            ),
            (
                r#"{"signing":"k1"}"#.to_owned(),
                KeyRingError::NoSigningKey("k1".to_owned()),
            ),
            (r#"{"k1":"x"}"#.to_owned(), KeyRingError::Malformed),
            (
                format!(r#"{{"signing":"../a","keys":{{"../a":"{KEY}"}}}}"#),
                KeyRingError::KeyId("../a".to_owned()),
            ),
            (
                format!(r#"{{"signing":"","keys":{{"":"{KEY}"}}}}"#),
                KeyRingError::KeyId(String::new()),
            ),
        ] {
            let refused = KeyRing::parse(&json).unwrap_err();
            assert_eq!(refused, error, "{json}");
            assert!(!refused.to_string().contains(&KEY[..8]));
        }
    }
}
