//! Handles: a member's name in URLs.

use languages::{Sentence, sentence};

/// Longest handle, in bytes.
const MAX_HANDLE_BYTES: usize = 40;
/// What stands behind a made handle at most, so that it is free: `-999`.
const MAX_NUMBER_BYTES: usize = 4;

/// Checks a handle that a person typed: `[a-z0-9-]`, beginning and ending with a letter or digit.
///
/// # Errors
/// What a handle is like.
pub fn parse(typed: &str) -> Result<String, Sentence> {
    let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let well_formed = (1..=MAX_HANDLE_BYTES).contains(&typed.len())
        && typed.bytes().all(inner)
        && !typed.starts_with('-')
        && !typed.ends_with('-');
    if well_formed {
        Ok(typed.to_owned())
    } else {
        Err(sentence!("reason.roster_handle", most = MAX_HANDLE_BYTES))
    }
}

/// Handles for a member of this name, the first that is free to be taken: `jo-doe`, `jo-doe-2`, …
pub fn candidates(name: &str) -> impl Iterator<Item = String> {
    let mut base = frontmatter::slug::for_upload(name, Some(name));
    base.truncate(MAX_HANDLE_BYTES - MAX_NUMBER_BYTES);
    let base = base.trim_matches('-').to_owned();
    let numbered = base.clone();
    std::iter::once(base).chain((2..1000).map(move |number| format!("{numbered}-{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_handles() {
        for good in ["a", "jo-doe", "x1", &"a".repeat(40)] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "Jo",
            "jo doe",
            "jo/doe",
            "é",
            "..",
            &"a".repeat(41),
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn made_handles_are_good_handles() {
        for name in [
            "Jo Doe",
            "José Ñandú",
            "山田太郎",
            "",
            "---",
            "admin",
            &"long name ".repeat(20),
        ] {
            for handle in candidates(name).take(3) {
                assert_eq!(parse(&handle), Ok(handle.clone()), "{name}");
            }
        }
        assert_eq!(
            candidates("Jo Doe").take(2).collect::<Vec<_>>(),
            ["jo-doe", "jo-doe-2"]
        );
    }
}
