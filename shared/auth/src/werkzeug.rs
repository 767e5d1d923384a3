//! Hashes that Flask's Werkzeug stored (`werkzeug.security.generate_password_hash`):
//! `scrypt:N:r:p$salt$hex` and `pbkdf2:sha256|sha512[:iterations]$salt$hex`.

use base16ct::mixed;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;

/// Bytes of a key that Werkzeug derives with scrypt.
const SCRYPT_KEY: usize = 64;
/// Dearest scrypt that is computed, as N·r·p: four times Werkzeug's own. It bounds the memory, too,
/// which is 128·N·r bytes: 128 MiB.
const MAX_SCRYPT_WORK: u64 = 1 << 20;
/// Iterations where a hash doesn't say: what Werkzeug 3.1 takes them to be.
const DEFAULT_ITERATIONS: u32 = 1_000_000;
/// Most iterations that are computed: twice Werkzeug's own.
const MAX_ITERATIONS: u32 = 2_000_000;
/// Longest salt, in bytes; Werkzeug's own has 16.
const MAX_SALT_BYTES: usize = 256;

/// A stored hash whose cost is bounded.
pub(crate) struct WerkzeugHash {
    method: Method,
    /// Werkzeug salts are text.
    salt: String,
    key: Vec<u8>,
}

enum Method {
    Scrypt(scrypt::Params),
    Pbkdf2Sha256(u32),
    Pbkdf2Sha512(u32),
}

impl WerkzeugHash {
    /// `None` where this is no such hash, or one that would cost too much.
    pub(crate) fn parse(stored: &str) -> Option<Self> {
        let mut parts = stored.split('$');
        let (method, salt, key) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || salt.is_empty() || salt.len() > MAX_SALT_BYTES {
            return None;
        }
        let method = Method::parse(method)?;
        let key = mixed::decode_vec(key).ok()?;
        (key.len() == method.key_bytes()).then(|| Self {
            method,
            salt: salt.to_owned(),
            key,
        })
    }

    /// The memory that computing it takes, in KiB.
    pub(crate) fn kib(&self) -> usize {
        match &self.method {
            Method::Scrypt(params) => {
                let bytes = (params.r() as usize * 128) << params.log_n();
                bytes / 1024
            }
            Method::Pbkdf2Sha256(_) | Method::Pbkdf2Sha512(_) => 0,
        }
    }

    /// Computes the hash of a password, once, and compares.
    pub(crate) fn is_of(&self, password: &[u8]) -> bool {
        let mut key = vec![0; self.key.len()];
        let salt = self.salt.as_bytes();
        let done = match &self.method {
            Method::Scrypt(params) => scrypt::scrypt(password, salt, params, &mut key).is_ok(),
            Method::Pbkdf2Sha256(iterations) => {
                pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, *iterations, &mut key);
                true
            }
            Method::Pbkdf2Sha512(iterations) => {
                pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, *iterations, &mut key);
                true
            }
        };
        done & bool::from(key.ct_eq(&self.key))
    }
}

impl Method {
    fn parse(method: &str) -> Option<Self> {
        let parts: Vec<&str> = method.split(':').collect();
        match *parts.as_slice() {
            ["scrypt", n, r, p] => scrypt_params(decimal(n)?, decimal(r)?, decimal(p)?),
            ["pbkdf2", hash] => pbkdf2(hash, DEFAULT_ITERATIONS),
            ["pbkdf2", hash, iterations] => pbkdf2(hash, decimal(iterations)?),
            _ => None,
        }
    }

    fn key_bytes(&self) -> usize {
        match self {
            Self::Scrypt(_) => SCRYPT_KEY,
            Self::Pbkdf2Sha256(_) => 32,
            Self::Pbkdf2Sha512(_) => 64,
        }
    }
}

fn scrypt_params(n: u32, r: u32, p: u32) -> Option<Method> {
    let work = u64::from(n).checked_mul(r.into())?.checked_mul(p.into())?;
    if n < 2 || !n.is_power_of_two() || !(1..=MAX_SCRYPT_WORK).contains(&work) {
        return None;
    }
    let log_n = u8::try_from(n.trailing_zeros()).ok()?;
    scrypt::Params::new(log_n, r, p).ok().map(Method::Scrypt)
}

fn pbkdf2(hash: &str, iterations: u32) -> Option<Method> {
    if !(1..=MAX_ITERATIONS).contains(&iterations) {
        return None;
    }
    match hash {
        "sha256" => Some(Method::Pbkdf2Sha256(iterations)),
        "sha512" => Some(Method::Pbkdf2Sha512(iterations)),
        _ => None,
    }
}

/// Digits only: `parse` alone would take a sign.
fn decimal(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;
