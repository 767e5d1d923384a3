//! Passwords: hashed with argon2id (RFC 9106), verified in one hash whatever is stored.
//!
//! Hashes that Flask's Werkzeug stored are read, too, so that members of a former Flask backend keep
//! their passwords; each is outdated and replaced at its first login.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::memory::{MEMORY, Turn};
use crate::werkzeug::WerkzeugHash;

pub use crate::rules::{DEFAULT_MIN_LENGTH, MAX_LENGTH, Rules, UnusableRules, WeakPassword};

/// Longest password that is looked at, in code points. New ones end at 128; an account that was
/// imported may have a longer one.
pub const MAX_PASSWORD_CODE_POINTS: usize = 1024;

/// Memory of one hash in KiB, its passes and lanes: OWASP's second choice for argon2id, and the
/// least that is stored.
pub(crate) const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Dearest stored hash that is computed; a damaged item must not take the process down.
const MAX_MEMORY_KIB: u32 = 128 * 1024;
const MAX_PASSES: u32 = 8;
const MAX_LANES: u32 = 4;

/// A password as a person typed it, NFC-normalised. There is no way back to text.
pub struct Password(Zeroizing<String>);

impl Password {
    pub fn new(typed: &str) -> Self {
        Self(Zeroizing::new(typed.nfc().collect()))
    }

    /// Length in code points.
    pub(crate) fn code_points(&self) -> usize {
        self.0.chars().count()
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password that couldn't be hashed: the machine is out of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct Unhashable;

/// Whether a password is the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and stored under parameters lower than today's: hash it again.
    RightButOutdated,
}

/// Hashes a password for storage, as a PHC string. `salt` is 128 random bits.
///
/// Waits for a turn, as [`verify`] does.
pub fn hash(password: &Password, salt: [u8; 16]) -> Result<String, Unhashable> {
    let argon2 = todays();
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    compute(
        &argon2,
        password,
        &salt,
        &mut output,
        &mut MEMORY.turn(kib(&argon2)),
    )?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(|_| Unhashable)?,
        salt: Some(Salt::new(&salt).map_err(|_| Unhashable)?),
        hash: Some(Output::new(&output).map_err(|_| Unhashable)?),
    };
    Ok(hash.to_string())
}

/// Whether a stored hash is one that [`verify`] can compare with: of a known kind, and of a cost that
/// is worth computing.
pub fn is_readable(stored: &str) -> bool {
    Stored::parse(stored).is_some()
}

/// Compares a password with the stored hash: a PHC string, or one of Werkzeug's.
///
/// It costs one hash whatever is stored: nothing (`None`, for a member who is unknown or was only
/// invited), a damaged string or one of unreasonable cost is answered `Wrong` after a hash under
/// today's parameters, so that time doesn't tell them apart. Of many at once each waits for its turn.
pub fn verify(password: &Password, stored: Option<&str>) -> Verdict {
    let right = match stored.and_then(Stored::parse) {
        Some(Stored::Phc(phc)) => once(kib(&phc.argon2), |turn| phc.is_of(password, turn))
            .then_some(if phc.outdated {
                Verdict::RightButOutdated
            } else {
                Verdict::Right
            }),
        Some(Stored::Werkzeug(hash)) => {
            once(hash.kib(), |_| hash.is_of(password.text().as_bytes()))
                .then_some(Verdict::RightButOutdated)
        }
        None => {
            once(MEMORY_KIB as usize, |turn| {
                compute_for_nobody(password, turn);
            });
            None
        }
    };
    right.unwrap_or(Verdict::Wrong)
}

/// Does what computes a hash for a comparison, in its turn; every such computation goes through here.
/// `kib` is the memory it takes.
fn once<T>(kib: usize, compute: impl FnOnce(&mut Turn<'_>) -> T) -> T {
    #[cfg(test)]
    tests::COMPUTED.with(|computed| computed.set(computed.get() + 1));
    compute(&mut MEMORY.turn(kib))
}

/// The hash that is computed where there is none to compare with.
fn compute_for_nobody(password: &Password, turn: &mut Turn<'_>) {
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let done = compute(&todays(), password, &[0; 16], &mut output, turn);
    // Neither says anything: the work is all that is wanted, and must not be optimised away.
    std::hint::black_box((done.is_ok(), output));
}

fn compute(
    argon2: &Argon2<'_>,
    password: &Password,
    salt: &[u8],
    output: &mut [u8],
    turn: &mut Turn<'_>,
) -> Result<(), Unhashable> {
    let blocks = turn.blocks(argon2.params().block_count());
    argon2
        .hash_password_into_with_memory(
            password.text().as_bytes(),
            salt,
            output,
            blocks.ok_or(Unhashable)?,
        )
        .map_err(|_| Unhashable)
}

/// The memory of one hash, in KiB: a block has 1 KiB.
fn kib(argon2: &Argon2<'_>) -> usize {
    argon2.params().block_count()
}

/// A stored hash of a known kind.
enum Stored {
    Phc(PhcHash),
    Werkzeug(WerkzeugHash),
}

impl Stored {
    fn parse(stored: &str) -> Option<Self> {
        if stored.starts_with('$') {
            PhcHash::parse(stored).map(Self::Phc)
        } else {
            WerkzeugHash::parse(stored).map(Self::Werkzeug)
        }
    }
}

/// A PHC string whose cost is bounded.
struct PhcHash {
    argon2: Argon2<'static>,
    salt: Vec<u8>,
    output: Output,
    outdated: bool,
}

impl PhcHash {
    fn parse(stored: &str) -> Option<Self> {
        let hash = PasswordHash::new(stored).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = Version::try_from(hash.version?).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let (output, salt) = (hash.hash?, hash.salt?);
        let bounded = params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_PASSES
            && params.p_cost() <= MAX_LANES;
        let plain = params.data().is_empty() && params.keyid().is_empty();
        if !bounded || !plain {
            return None;
        }
        let outdated = algorithm != Algorithm::Argon2id
            || version != Version::V0x13
            || params.m_cost() < MEMORY_KIB
            || params.t_cost() < PASSES
            || output.len() < Params::DEFAULT_OUTPUT_LEN;
        Some(Self {
            argon2: Argon2::new(algorithm, version, params),
            salt: salt.to_vec(),
            output,
            outdated,
        })
    }

    fn is_of(&self, password: &Password, turn: &mut Turn<'_>) -> bool {
        let mut computed = vec![0; self.output.len()];
        let done = compute(&self.argon2, password, &self.salt, &mut computed, turn);
        done.is_ok() & bool::from(computed.ct_eq(self.output.as_bytes()))
    }
}

/// Argon2id with today's parameters.
fn todays() -> Argon2<'static> {
    // The constants are inside argon2's limits; its own default is the same for all but memory.
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::PasswordHasher as _;
    use std::cell::Cell;

    thread_local! {
        pub(super) static COMPUTED: Cell<usize> = const { Cell::new(0) };
    }

    fn outdated_hash(password: &str) -> String {
        let params = Params::new(4096, 1, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2
            .hash_password_with_salt(password.as_bytes(), &[7; 16])
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_hash_is_a_phc_string_of_today_s_parameters() {
        let hash = hash(&Password::new("p"), [1; 16]).unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_eq!(verify(&Password::new("p"), Some(&hash)), Verdict::Right);
        assert_eq!(verify(&Password::new("P"), Some(&hash)), Verdict::Wrong);
    }

    /// Used memory changes no hash: each is what the crate alone computes in fresh memory.
    #[test]
    fn hashes_are_those_of_fresh_memory() {
        for (memory, passes, lanes) in [(MEMORY_KIB, 2, 1), (4096, 1, 1), (8192, 3, 4), (32, 1, 2)]
        {
            let params = Params::new(memory, passes, lanes, Some(48)).unwrap();
            for algorithm in [Algorithm::Argon2id, Algorithm::Argon2i, Algorithm::Argon2d] {
                let fresh = Argon2::new(algorithm, Version::V0x13, params.clone());
                for password in ["p", "q"] {
                    let stored = fresh.hash_password_with_salt(password.as_bytes(), &[7; 16]);
                    let stored = stored.unwrap().to_string();
                    assert_ne!(
                        verify(&Password::new(password), Some(&stored)),
                        Verdict::Wrong,
                        "{stored}"
                    );
                }
            }
        }
        let ours = hash(&Password::new("p"), [3; 16]).unwrap();
        let fresh = todays().hash_password_with_salt(b"p", &[3; 16]).unwrap();
        assert_eq!(ours, fresh.to_string());
    }

    #[test]
    fn composed_and_decomposed_are_the_same_password() {
        let hash = hash(&Password::new("Zoë"), [1; 16]).unwrap();
        assert_eq!(
            verify(&Password::new("Zoe\u{308}"), Some(&hash)),
            Verdict::Right
        );
    }

    #[test]
    fn older_parameters_are_outdated() {
        let hash = outdated_hash("p");
        assert_eq!(
            verify(&Password::new("p"), Some(&hash)),
            Verdict::RightButOutdated
        );
        assert_eq!(verify(&Password::new("q"), Some(&hash)), Verdict::Wrong);
    }

    /// Whatever is stored, an attempt costs one hash.
    #[test]
    fn every_attempt_costs_one_hash() {
        let right = hash(&Password::new("p"), [1; 16]).unwrap();
        let outdated = outdated_hash("p");
        let huge = right.replace("m=19456", "m=4194304");
        let slow = right.replace("t=2", "t=4000000000");
        let keyed = right.replace("p=1", "p=1,keyid=AAAA");
        let key = "00".repeat(64);
        let flask = format!("scrypt:1024:8:1$salt${key}");
        let flask_pbkdf2 = format!("pbkdf2:sha512:1000$salt${key}");
        let huge_flask = format!("scrypt:4194304:8:1$salt${key}");
        for stored in [
            None,
            Some(right.as_str()),
            Some(&outdated),
            Some(&huge),
            Some(&slow),
            Some(&keyed),
            Some(&flask),
            Some(&flask_pbkdf2),
            Some(&huge_flask),
            Some("scrypt:1024:8:1$salt$"),
            Some("pbkdf2:md5:1000$salt$00"),
            Some(""),
            Some("gibberish"),
            Some("$argon2id$v=19$"),
            Some("$2b$12$abcdefghijklmnopqrstuv"),
            Some(&right[..right.len() - 3]),
        ] {
            for password in ["p", "q", ""] {
                COMPUTED.with(|computed| computed.set(0));
                verify(&Password::new(password), stored);
                assert_eq!(COMPUTED.with(Cell::get), 1, "{stored:?}");
            }
        }
        assert_eq!(verify(&Password::new("p"), Some(&huge)), Verdict::Wrong);
    }

    #[test]
    fn debug_hides_the_password() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(…)");
    }
}
