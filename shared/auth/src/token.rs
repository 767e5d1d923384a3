//! Access tokens: JWT (RFC 7519) with HS256, of exactly the form that is issued here (RFC 8725).

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use jsonwebtoken::{Algorithm, Header, crypto, encode};
use serde::{Deserialize, Serialize};

pub use crate::keys::{KeyRing, KeyRingError, NEW_KEY_BYTES, StoredKeys};

/// The type of our tokens (RFC 9068 section 2.1).
const TYPE: &str = "at+jwt";
/// Longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;
/// Longest lifetime that can be configured, in seconds: 30 days.
pub const MAX_TTL_SECONDS: u64 = 30 * 24 * 60 * 60;

/// Issues and verifies the tokens of one deployment.
pub struct Tokens {
    ring: KeyRing,
    issuer: String,
    audience: String,
    ttl_seconds: u64,
}

/// What a token says. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The member's id.
    pub sub: String,
    pub iat: u64,
    /// The first second in which the token is no longer valid.
    pub exp: u64,
    /// 128 random bits in base64url.
    pub jti: String,
    /// The version of the member's account that the token was issued under.
    pub ver: u64,
}

/// The header, as far as it differs from token to token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHeader {
    typ: String,
    alg: String,
    kid: String,
}

/// A token that couldn't be made.
#[derive(Debug, thiserror::Error)]
#[error("the token could not be issued")]
pub struct Unissuable(#[from] jsonwebtoken::errors::Error);

/// Why a token is refused; for the log, never for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    #[error("not of the form of a token")]
    Form,
    #[error("a header that is not ours")]
    Header,
    #[error("a key that is unknown or retired")]
    Key,
    #[error("a signature that is not ours")]
    Signature,
    #[error("claims that are not ours")]
    Claims,
    #[error("issued in the future")]
    Early,
    #[error("expired")]
    Expired,
}

impl Tokens {
    /// `ttl_seconds` is cut at 30 days.
    pub fn new(ring: KeyRing, issuer: &str, audience: &str, ttl_seconds: u64) -> Self {
        crate::hs256::install();
        let (issuer, audience) = (issuer.to_owned(), audience.to_owned());
        Self {
            ring,
            issuer,
            audience,
            ttl_seconds: ttl_seconds.min(MAX_TTL_SECONDS),
        }
    }

    /// How long a token is valid.
    pub fn ttl_seconds(&self) -> u64 {
        self.ttl_seconds
    }

    /// Issues a token at `now` (Unix seconds) for the version of an account. `jti` is random.
    pub fn issue(
        &self,
        member_id: &str,
        version: u64,
        now: u64,
        jti: [u8; 16],
    ) -> Result<String, Unissuable> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: member_id.to_owned(),
            iat: now,
            exp: now.saturating_add(self.ttl_seconds),
            jti: Base64UrlUnpadded::encode_string(&jti),
            ver: version,
        };
        Ok(encode(
            &header(&self.ring.signing),
            &claims,
            &self.ring.signing_key,
        )?)
    }

    /// The claims of a token that could have been issued here and is valid at `now`.
    ///
    /// After the signature, header and claims are written again and compared: whatever we would
    /// write differently (a further field, another order, spaces, padding) is refused, although
    /// its signature is right. No leeway: both clocks are AWS's.
    pub fn verify(&self, token: &str, now: u64) -> Result<Claims, InvalidToken> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(InvalidToken::Form);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(InvalidToken::Form)?;
        let (header_part, claims_part) = signed.split_once('.').ok_or(InvalidToken::Form)?;
        // Strict: no padding, no other alphabet, no stray bits in the last character.
        let decode =
            |part: &str| Base64UrlUnpadded::decode_vec(part).map_err(|_| InvalidToken::Form);
        let (header_json, claims_json) = (decode(header_part)?, decode(claims_part)?);
        decode(signature)?;

        let written: WrittenHeader =
            serde_json::from_slice(&header_json).map_err(|_| InvalidToken::Header)?;
        if written.alg != "HS256" || written.typ != TYPE {
            return Err(InvalidToken::Header);
        }
        let (kid, key) = self
            .ring
            .keys
            .get_key_value(&written.kid)
            .ok_or(InvalidToken::Key)?;
        match crypto::verify(signature, signed.as_bytes(), key, Algorithm::HS256) {
            Ok(true) => {}
            _ => return Err(InvalidToken::Signature),
        }

        let claims: Claims =
            serde_json::from_slice(&claims_json).map_err(|_| InvalidToken::Claims)?;
        let rewritten =
            |json: serde_json::Result<Vec<u8>>, given: &[u8]| json.is_ok_and(|json| json == given);
        if !rewritten(serde_json::to_vec(&header(kid)), &header_json) {
            return Err(InvalidToken::Header);
        }
        let ours = rewritten(serde_json::to_vec(&claims), &claims_json)
            && claims.iss == self.issuer
            && claims.aud == self.audience
            && !claims.sub.is_empty()
            && claims.ver > 0
            && Base64UrlUnpadded::decode_vec(&claims.jti).is_ok_and(|jti| jti.len() == 16)
            && claims
                .exp
                .checked_sub(claims.iat)
                .is_some_and(|lifetime| (1..=self.ttl_seconds).contains(&lifetime));
        if !ours {
            return Err(InvalidToken::Claims);
        }
        if now < claims.iat {
            return Err(InvalidToken::Early);
        }
        if now >= claims.exp {
            return Err(InvalidToken::Expired);
        }
        Ok(claims)
    }
}

fn header(kid: &str) -> Header {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(kid.to_owned());
    header
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("ring", &self.ring)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
