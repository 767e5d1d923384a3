//! Signing in against the `argon2` crate alone: what Masthead adds to the hash, and what its own memory
//! saves; and how long hashes of other kinds take.

use std::hint::black_box;

use argon2::{Algorithm, Argon2, Params, Version};
use auth::password::{self, Password};

const TYPED: &str = "four words of nonsense";
const SALT: [u8; 16] = [7; 16];

fn main() {
    let password = Password::new(TYPED);
    let Ok(stored) = password::hash(&password, SALT) else {
        return println!("the password can't be hashed");
    };
    let Ok(params) = Params::new(19_456, 2, 1, Some(32)) else {
        return println!("the peer refuses the parameters");
    };
    let peer = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash_alone = || {
        let mut output = [0; 32];
        let done = peer.hash_password_into(TYPED.as_bytes(), &SALT, &mut output);
        black_box((done.is_ok(), output));
    };
    let verify = |stored: Option<&str>| {
        black_box(password::verify(&password, stored));
    };
    benches::compare("verify", 0, || verify(Some(&stored)), "argon2", hash_alone);
    benches::compare(
        "verify, nobody's account",
        0,
        || verify(None),
        "argon2",
        hash_alone,
    );
    // What docs/security.md says of hashes that were imported: each takes its own time until it is
    // replaced.
    let key = "00".repeat(64);
    for (what, stored) in [
        ("scrypt of Flask", format!("scrypt:32768:8:1$salt${key}")),
        (
            "pbkdf2 of Flask",
            format!("pbkdf2:sha256:1000000$salt${}", &key[..64]),
        ),
        (
            "argon2 of 4 MiB",
            stored.replace("m=19456,t=2", "m=4096,t=1"),
        ),
    ] {
        benches::compare(
            what,
            0,
            || verify(Some(&stored)),
            "nobody's account",
            || verify(None),
        );
    }
}
