//! Percent signs of a URL, so that `decodeURI` (which Astro calls on every image) can't throw.

/// A URL whose every `%` begins an escape that decodes to UTF-8, without spaces, control
/// characters or any other character that ends a destination or an attribute.
pub(crate) fn normalise(url: &str) -> String {
    if is_normal(url) {
        return url.to_owned();
    }
    let mut result = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(character) = rest.chars().next() {
        if character == '%' {
            let (bytes, length) = escapes(rest);
            push_escapes(&mut result, rest, &bytes);
            if length == 0 {
                result.push_str("%25");
            }
            rest = rest.get(length.max(1)..).unwrap_or_default();
            continue;
        }
        match character {
            ' ' => result.push_str("%20"),
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => {
                push(&mut result, character);
            }
            _ if character.is_control() => {}
            _ => result.push(character),
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    result
}

/// Whether nothing in a URL needs a second look: most are letters, digits and a few marks.
pub(crate) fn is_normal(url: &str) -> bool {
    url.bytes()
        .all(|byte| NORMAL.get(usize::from(byte)).copied().unwrap_or_default())
}

/// The bytes that stay in a URL whatever stands beside them.
const NORMAL: [bool; 256] = {
    let mut normal = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 255")]
        #[expect(
            clippy::indexing_slicing,
            reason = "at most 255, and the compiler looks"
        )]
        {
            let is_mark = matches!(
                byte as u8,
                b'/' | b'-'
                    | b'.'
                    | b'_'
                    | b':'
                    | b'#'
                    | b'?'
                    | b'='
                    | b'&'
                    | b'~'
                    | b'+'
                    | b'@'
                    | b','
                    | b';'
                    | b'!'
            );
            // What is beyond ASCII stays, but for control characters, which begin with this byte.
            let is_beyond = byte > 127 && byte != 0xc2;
            normal[byte] = (byte as u8).is_ascii_alphanumeric() || is_mark || is_beyond;
        }
        byte += 1;
    }
    normal
};

/// Appends the escape of an ASCII character.
pub(crate) fn push(url: &mut String, character: char) {
    let code = u32::from(character);
    let digits = [code >> 4 & 15, code & 15];
    url.push('%');
    url.extend(
        digits
            .into_iter()
            .filter_map(|digit| char::from_digit(digit, 16))
            .map(|digit| digit.to_ascii_uppercase()),
    );
}

/// The bytes of the run of escapes that `text` begins with, and the run's length.
fn escapes(text: &str) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [b'%', high, low, after @ ..] = rest {
        match (
            char::from(*high).to_digit(16),
            char::from(*low).to_digit(16),
        ) {
            (Some(high), Some(low)) => bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?')),
            _ => break,
        }
        rest = after;
    }
    let length = bytes.len() * 3;
    (bytes, length)
}

/// Copies escapes as written where they decode, with their `%` escaped where they don't.
fn push_escapes(result: &mut String, written: &str, bytes: &[u8]) {
    let mut position = 0;
    for chunk in bytes.utf8_chunks() {
        let valid = position + chunk.valid().len() * 3;
        result.push_str(written.get(position..valid).unwrap_or_default());
        position = valid + chunk.invalid().len() * 3;
        let invalid = written.get(valid..position).unwrap_or_default();
        result.push_str(&invalid.replace('%', "%25"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_percent_sign_can_be_decoded() {
        for (url, normal) in [
            ("https://e.com/100%.png", "https://e.com/100%25.png"),
            (
                "https://e.com/%E0%A4%A.png",
                "https://e.com/%25E0%25A4%25A.png",
            ),
            ("https://e.com/a%20b.png", "https://e.com/a%20b.png"),
            ("%C3%A9%FF%41", "%C3%A9%25FF%41"),
            ("%", "%25"),
            ("a b<c>%zz", "a%20b%3Cc%3E%25zz"),
            ("日本.png", "日本.png"),
        ] {
            assert_eq!(normalise(url), normal);
            assert_eq!(normalise(normal), normal);
        }
    }
}
