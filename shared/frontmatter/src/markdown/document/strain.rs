//! Words that take parsers the square of their length, since addresses begin in them that nobody can end.
//!
//! `https://` and `www.` make links of a word by themselves. What ends a word and is none of the address, as a full stop, is
//! looked through to the end of the word at each sign, and where no name of a host follows, the next address in the word is looked
//! through anew: 40,000 full stops in an address keep remark for 13 seconds, and the build of a site with it. For the `@` of an
//! e-mail address Sätteri looks through the word at each `_`.

/// Most looks at a byte in all words of a document. An address of 2,000 bytes takes about as many, and one
/// that 2,000 full stops follow, 2,000,000.
const MAX_LOOKS: usize = 40_000_000;
/// Looks for an `@` that take as long as one look at an address.
const LOOKS_FOR_AT: usize = 32;

/// Whether a document has such words.
pub(crate) fn strains(source: &str) -> bool {
    let text = source.as_bytes();
    // At most all of a word is trail, and in most documents no word is long enough for that to matter.
    let most = |word: &[u8]| word.len().saturating_mul(word.len()) / 2;
    let for_at = looks_for_at(text);
    let is_too_many = |looks: usize| looks.saturating_add(for_at) > MAX_LOOKS;
    is_too_many(looks(text, most)) && is_too_many(looks(text, trails))
}

/// How often a parser may look at the bytes of words with addresses, `trails` being how often at those that may end a word.
fn looks(text: &[u8], trails: impl Fn(&[u8]) -> usize) -> usize {
    let (mut looks, mut of_address, mut end) = (0_usize, 0, 0);
    for at in memchr::memchr3_iter(b':', b'w', b'W', text) {
        if behind_start(text, at).is_none() {
            continue;
        }
        if at >= end {
            let before = text.get(end..at).unwrap_or_default();
            let start = before.iter().rposition(u8::is_ascii_whitespace);
            let start = start.map_or(end, |blank| end + blank + 1);
            let rest = text.get(at..).unwrap_or_default();
            let blank = rest.iter().position(u8::is_ascii_whitespace);
            end = at + blank.unwrap_or(rest.len());
            let word = text.get(start..end).unwrap_or_default();
            of_address = trails(word).saturating_add(word.len());
        }
        // Each may be looked at to the end of the word, since none of those before needs to be one.
        looks = looks.saturating_add(of_address);
    }
    looks
}

/// How often a parser may look for the `@` behind a `_`.
fn looks_for_at(text: &[u8]) -> usize {
    let is_local =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
    let (mut looks, mut end) = (0_usize, 0);
    for at in memchr::memchr_iter(b'_', text) {
        if at >= end {
            let rest = text.get(at..).unwrap_or_default();
            end = at
                + rest
                    .iter()
                    .position(|byte| !is_local(byte))
                    .unwrap_or(rest.len());
        }
        looks = looks.saturating_add(end - at);
    }
    looks / LOOKS_FOR_AT
}

/// What follows the signs at a place with which an address makes a link of itself.
pub(crate) fn behind_start(text: &[u8], at: usize) -> Option<&[u8]> {
    match text.get(at..)? {
        [b':', b'/', b'/', host @ ..]
        | [b'w' | b'W', b'w' | b'W', b'w' | b'W', b'.', host @ ..] => Some(host),
        _ => None,
    }
}

/// Whether a byte may end a word without being part of its address.
fn is_trail(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'"'
            | b'&'
            | b'\''
            | b')'
            | b','
            | b'.'
            | b':'
            | b';'
            | b'*'
            | b'?'
            | b']'
            | b'_'
            | b'~'
            | b'>'
            | b'}'
    )
}

/// How often a parser may look at what may end a word.
fn trails(word: &[u8]) -> usize {
    let mut trails = 0_usize;
    let mut trail = 0_usize;
    let mut in_reference = false;
    for byte in word {
        // Of a reference, all is part of the trail.
        in_reference = *byte == b'&' || in_reference && byte.is_ascii_alphabetic();
        if is_trail(*byte) || in_reference {
            trail += 1;
        } else {
            trails = trails.saturating_add(trail * trail / 2);
            trail = 0;
        }
    }
    trails
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
            "www.".repeat(long),
            "a[[https://".repeat(long),
            "http://<b>.".repeat(long),
            format!("a{}@b", "1_".repeat(6 * long)),
        ] {
            assert!(strains(&source), "{:?}", source.get(..20));
        }
    }

    #[test]
    fn addresses_of_people_don_t() {
        let address = "https://e.example/a_b(c)?d=e&f=g#h,";
        for source in [
            format!("See {address} and {address}.\n").repeat(10_000),
            format!("{{\"a\":[{}]}}", format!("\"{address}\",").repeat(800)),
            format!("data:image/png;base64,{}", "a/b+".repeat(100_000)),
            format!("https://e.example/{}", "a.".repeat(500_000)),
            ".".repeat(100_000),
            format!("{}_", "a".repeat(63)).repeat(5_000),
            "snake_case_of_a_name and_another_one ".repeat(25_000),
        ] {
            assert!(!strains(&source), "{:?}", source.get(..20));
        }
    }
}
