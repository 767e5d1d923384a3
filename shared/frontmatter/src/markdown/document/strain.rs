//! Words that take parsers the square of their length, since addresses begin in them that nobody can end.
//!
//! `https://` and `www.` make links of a word by themselves. What ends a word and is none of the address, as a full stop, is
//! looked through to the end of the word at each sign, and where no name of a host follows, the next address in the word is looked
//! through anew: 40,000 full stops in an address keep remark for 13 seconds, and the build of a site with it.

use memchr::memmem;

/// Most looks at a byte in all words of a document. An address of 2,000 bytes with any ending takes fewer than 5,000.
const MAX_LOOKS: usize = 8_000_000;
/// What may end a word without being part of its address.
const TRAIL: &[u8] = b"!\"&'),.:;*?]_~>}";

/// Whether a document has such words.
pub(crate) fn strains(source: &str) -> bool {
    if !has_address(source.as_bytes()) {
        return false;
    }
    let mut looks = 0_usize;
    source
        .split_ascii_whitespace()
        .filter(|word| has_address(word.as_bytes()))
        .any(|word| {
            looks = looks.saturating_add(looks_at(word.as_bytes()));
            looks > MAX_LOOKS
        })
}

fn has_address(text: &[u8]) -> bool {
    memmem::find(text, b"://").is_some()
        || memchr::memchr2_iter(b'w', b'W', text).any(|at| begins_www(text, at))
}

fn begins_www(text: &[u8], at: usize) -> bool {
    let start = text.get(at..at + b"www.".len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"www."))
}

/// How often a parser may look at the bytes of a word.
fn looks_at(word: &[u8]) -> usize {
    let mut others = 0_usize;
    let mut trails = 0_usize;
    let mut trail = 0_usize;
    let mut in_reference = false;
    for (at, byte) in word.iter().enumerate() {
        let rest = word.get(at..).unwrap_or_default();
        let host = rest
            .strip_prefix(b"://")
            .or_else(|| rest.get(4..).filter(|_| begins_www(word, at)));
        others += usize::from(host.is_some_and(|host| !is_host(host)));
        // Of a reference, all is part of the trail.
        in_reference = *byte == b'&' || in_reference && byte.is_ascii_alphabetic();
        if TRAIL.contains(byte) || in_reference {
            trail += 1;
        } else {
            trails = trails.saturating_add(trail * trail / 2);
            trail = 0;
        }
    }
    // An address takes all of the word, and what is none lets the next be looked at.
    (1 + others).saturating_mul(trails.saturating_add(word.len()))
}

/// Whether a text begins with the name of a host, as a parser takes it.
fn is_host(text: &[u8]) -> bool {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"._-".contains(byte);
    let mut name = text.iter().take_while(|byte| is_part(byte));
    name.clone().any(|byte| *byte != b'.') && !name.any(|byte| *byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_an_end_strain_a_parser() {
        let long = 10_000;
        for source in [
            format!("http://a{}b", ".".repeat(long)),
            format!("a WWW.a{}b c", ":)".repeat(long)),
            format!("http://a{}b", "&amp;".repeat(long)),
            "http://)".repeat(long),
            "http://<b>.".repeat(long),
        ] {
            assert!(strains(&source), "{:?}", source.get(..20));
        }
    }

    #[test]
    fn addresses_of_people_don_t() {
        let address = "https://e.example/a_b(c)?d=e&f=g#h,";
        for source in [
            format!("See {address} and {address}.\n").repeat(10_000),
            format!("{{\"a\":[{}]}}", format!("\"{address}\",").repeat(4_000)),
            format!("data:image/png;base64,{}", "a/b+".repeat(100_000)),
            format!("https://e.example/{}", "a.".repeat(500_000)),
            ".".repeat(100_000),
        ] {
            assert!(!strains(&source), "{:?}", source.get(..20));
        }
    }
}
