//! Character references and escapes, decoded as Markdown and HTML read them.

use std::borrow::Cow;

use pulldown_cmark::{Event, Parser};

/// Longest name of an HTML character reference, `&CounterClockwiseContourIntegral;`.
const MAX_REFERENCE_BYTES: usize = 33;

/// Text with its character references decoded. Lenient where browsers are: numeric references
/// need no `;`. What is no reference stays as written.
pub(crate) fn references(text: &str) -> Cow<'_, str> {
    let find = |text: &str| memchr::memchr(b'&', text.as_bytes());
    if find(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = find(rest) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        decoded.push_str(before);
        if let Some((character, length)) = reference(from) {
            decoded.push_str(&character);
            rest = from.get(length..).unwrap_or_default();
        } else {
            decoded.push('&');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Whether `text` begins with a character reference.
pub(crate) fn begins_reference(text: &str) -> bool {
    text.starts_with('&') && reference(text).is_some()
}

/// The reference that `text` begins with: its characters and its length in bytes.
fn reference(text: &str) -> Option<(String, usize)> {
    if let Some(digits) = text.strip_prefix("&#") {
        return numeric(digits).map(|(character, length)| (character.to_string(), length + 2));
    }
    let length = text
        .bytes()
        .take(MAX_REFERENCE_BYTES)
        .position(|byte| byte == b';')?
        + 1;
    let name = text.get(..length)?;
    if !name
        .bytes()
        .skip(1)
        .take(length - 2)
        .all(|byte| byte.is_ascii_alphanumeric())
    {
        return None;
    }
    // The usual ones, without a parser.
    let usual = match name {
        "&amp;" => "&",
        "&lt;" => "<",
        "&gt;" => ">",
        "&quot;" => "\"",
        "&nbsp;" => "\u{a0}",
        _ => "",
    };
    if !usual.is_empty() {
        return Some((usual.to_owned(), length));
    }
    // The parser has the whole table; a name it doesn't know comes back as written.
    let characters: String = Parser::new(name)
        .filter_map(|event| match event {
            Event::Text(text) => Some(text.into_string()),
            _ => None,
        })
        .collect();
    (characters != name).then_some((characters, length))
}

fn numeric(digits: &str) -> Option<(char, usize)> {
    let (radix, digits, prefix) = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => (16, hexadecimal, 1),
        None => (10, digits, 0),
    };
    let length = digits
        .bytes()
        .take_while(|byte| char::from(*byte).is_digit(radix))
        .count();
    if length == 0 {
        return None;
    }
    let number = digits
        .get(..length)
        .map(|digits| digits.trim_start_matches('0'))
        .map(|digits| if digits.is_empty() { "0" } else { digits })?;
    let character = u32::from_str_radix(number, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|character| *character != '\0')
        .unwrap_or(char::REPLACEMENT_CHARACTER);
    let semicolon = usize::from(digits.as_bytes().get(length) == Some(&b';'));
    Some((character, prefix + length + semicolon))
}

/// A Markdown destination decoded: backslash escapes and character references.
pub(crate) fn destination(raw: &str) -> String {
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return references(raw).into_owned();
    }
    let mut decoded = String::with_capacity(raw.len());
    let mut plain = String::new();
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(&next) if character == '\\' && next.is_ascii_punctuation() => {
                decoded.push_str(&references(&plain));
                plain.clear();
                decoded.push(next);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    decoded.push_str(&references(&plain));
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_as_a_browser_does() {
        for (written, read) in [
            ("java&#115;cript&colon;x", "javascript:x"),
            ("&#x6A&#0000106java", "jjjava"),
            ("a&Tab;b&NewLine;", "a\tb\n"),
            ("?a=1&b=2&copy=3", "?a=1&b=2&copy=3"),
            (
                "&amp;amp; &unknown; & &#; &#x;",
                "&amp; &unknown; & &#; &#x;",
            ),
            ("&#0;&#1114112;", "\u{FFFD}\u{FFFD}"),
        ] {
            assert_eq!(references(written), read, "{written}");
        }
    }

    #[test]
    fn an_escaped_ampersand_is_no_reference() {
        assert_eq!(destination(r"\&colon;\)&colon;"), "&colon;):");
    }
}
