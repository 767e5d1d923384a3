//! Whether a sentence is there and has the values that it is said with: asked while the program is compiled.

use crate::tables::SIGNATURES;

/// Refuses to compile a key that no sentence of `languages/en.json` has, and values that aren't those of its sentence.
///
/// # Panics
/// For the compiler to show, in [`sentence!`](crate::sentence).
pub const fn check(key: &str, names: &[&str]) {
    let mut at = 0;
    while at < SIGNATURES.len() {
        let (known, expected) = SIGNATURES[at];
        if equal(known, key) {
            let mut name = 0;
            while name < expected.len() {
                assert!(
                    contains(names, expected[name]),
                    "the sentence has a value that isn't given"
                );
                name += 1;
            }
            assert!(
                names.len() == expected.len(),
                "a value is given that the sentence hasn't"
            );
            return;
        }
        at += 1;
    }
    panic!("languages/en.json has no sentence of this key that the server knows");
}

const fn contains(names: &[&str], wanted: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if equal(names[at], wanted) {
            return true;
        }
        at += 1;
    }
    false
}

const fn equal(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    // From the end: keys of one kind begin alike.
    let mut at = one.len();
    while at > 0 {
        at -= 1;
        if one[at] != other[at] {
            return false;
        }
    }
    true
}
