//! A key ring as it is stored, to be changed and stored again.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::{KeyRing, KeyRingError};

/// Bytes of a new key: as long as the hash (RFC 7518 section 3.2).
pub const NEW_KEY_BYTES: usize = 32;

/// The text of a key ring, taken apart. Two forms are read:
///
/// - `{"signing":"k1","keys":{"k1":"<base64url>", …}}`, which is also what is written;
/// - `{"signing":"k1","k1":"<base64url>"}`, the keys beside the name of the one that signs. Secrets
///   Manager can put a string that it makes up only there (`GenerateStringKey`).
///
/// A name that stands there twice is refused, and so are both forms at once.
pub struct StoredKeys {
    /// The id of the key that signs.
    pub(super) signing: String,
    /// Ids and keys in base64url, in the order of the text.
    pub(super) keys: Vec<(String, Zeroizing<String>)>,
}

impl StoredKeys {
    /// Reads a ring that [`KeyRing::parse`] reads, too.
    pub fn parse(json: &str) -> Result<Self, KeyRingError> {
        KeyRing::parse(json)?;
        Self::read(json)
    }

    /// Reads the form alone.
    pub(super) fn read(json: &str) -> Result<Self, KeyRingError> {
        serde_json::from_str(json).map_err(|_| KeyRingError::Malformed)
    }

    /// The id of the key that signs.
    pub fn signing(&self) -> &str {
        &self.signing
    }

    /// The ids of all keys, in the order of the text: the newest is last.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.keys.iter().map(|(id, _)| id.as_str())
    }

    /// Adds a key that verifies and doesn't sign yet; one of the same id goes.
    pub fn publish(&mut self, id: &str, key: &[u8; NEW_KEY_BYTES]) {
        self.retire(id);
        let key = Zeroizing::new(Base64UrlUnpadded::encode_string(key));
        self.keys.push((id.to_owned(), key));
    }

    /// Signs with a key that is there. `false`: it isn't.
    pub fn sign_with(&mut self, id: &str) -> bool {
        let is_there = self.ids().any(|known| known == id);
        if is_there {
            id.clone_into(&mut self.signing);
        }
        is_there
    }

    /// Takes a key out of the ring: tokens that it signed are no longer valid.
    pub fn retire(&mut self, id: &str) {
        self.keys.retain(|(known, _)| known != id);
    }

    /// The text to store.
    pub fn to_json(&self) -> Zeroizing<String> {
        let keys: serde_json::Map<_, _> = self
            .keys
            .iter()
            .map(|(id, key)| (id.clone(), key.as_str().into()))
            .collect();
        let json = serde_json::json!({ "signing": self.signing, "keys": keys });
        Zeroizing::new(json.to_string())
    }
}

impl fmt::Debug for StoredKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKeys")
            .field("signing", &self.signing)
            .finish_non_exhaustive()
    }
}

/// Keys by their ids, in order.
#[derive(Default)]
struct Entries(Vec<(String, Zeroizing<String>)>);

impl Entries {
    fn add<E: serde::de::Error>(&mut self, id: String, key: String) -> Result<(), E> {
        if self.0.iter().any(|(known, _)| *known == id) {
            return Err(E::custom("a key id twice"));
        }
        self.0.push((id, Zeroizing::new(key)));
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Entries::default();
                while let Some((id, key)) = map.next_entry()? {
                    entries.add(id, key)?;
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

impl<'de> Deserialize<'de> for StoredKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RingVisitor;

        impl<'de> Visitor<'de> for RingVisitor {
            type Value = StoredKeys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key ring")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StoredKeys, A::Error> {
                let (mut signing, mut keys) = (None, None);
                let mut beside = Entries::default();
                while let Some(name) = map.next_key::<String>()? {
                    let twice = match name.as_str() {
                        "signing" => signing.replace(map.next_value()?).is_some(),
                        "keys" => keys.replace(map.next_value::<Entries>()?).is_some(),
                        _ => {
                            beside.add(name, map.next_value()?)?;
                            false
                        }
                    };
                    if twice {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                let keys = match keys {
                    Some(_) if !beside.0.is_empty() => {
                        return Err(A::Error::custom("keys in two places"));
                    }
                    Some(keys) => keys,
                    None => beside,
                };
                Ok(StoredKeys {
                    signing: signing.ok_or_else(|| A::Error::missing_field("signing"))?,
                    keys: keys.0,
                })
            }
        }

        deserializer.deserialize_map(RingVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_changed_step_by_step() {
        let generated = format!(r#"{{"signing":"k1","k1":"{}"}}"#, "Ab3".repeat(21) + "9");
        let mut stored = StoredKeys::parse(&generated).unwrap();
        stored.publish("k2", &[7; NEW_KEY_BYTES]);
        assert_eq!(stored.signing(), "k1");
        assert!(!stored.sign_with("k3") && stored.sign_with("k2"));

        let mut again = StoredKeys::parse(&stored.to_json()).unwrap();
        assert_eq!(again.ids().collect::<Vec<_>>(), ["k1", "k2"]);
        again.retire("k1");
        assert_eq!(
            KeyRing::parse(&again.to_json()).unwrap().keys.len(),
            1,
            "k2 signs alone"
        );
        again.retire("k2");
        assert!(
            StoredKeys::parse(&again.to_json()).is_err(),
            "no key at all"
        );
        assert!(!format!("{again:?}").contains("BwcH"));
    }
}
