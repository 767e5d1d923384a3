//! E-mail addresses in the one form in which they are compared and stored.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::name::is_hidden;

/// Longest address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const MAX_EMAIL_BYTES: usize = 254;

/// What stands in an address only within quotes (RFC 5322 section 3.2.3), which nobody's has.
const SPECIAL: [char; 10] = ['(', ')', '<', '>', '[', ']', ':', ';', ',', '"'];

/// An address, trimmed, NFC-normalised and lower-cased.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

/// Text that can't be an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is not an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// Normalises what a person typed. Only what could never be delivered to is refused: one `@`
    /// with something on both sides, no white space, no control characters, at most 254 bytes.
    pub fn parse(typed: &str) -> Result<Self, InvalidEmail> {
        if typed.len() > 4 * MAX_EMAIL_BYTES {
            return Err(InvalidEmail);
        }
        let address: String = typed
            .trim()
            .nfc()
            .collect::<String>()
            .to_lowercase()
            .nfc()
            .collect();
        let well_formed = address.len() <= MAX_EMAIL_BYTES
            && !address.chars().any(|c| c.is_whitespace() || c.is_control())
            && address.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            });
        if well_formed {
            Ok(Self(address))
        } else {
            Err(InvalidEmail)
        }
    }

    /// As [`Email::parse`], for an address that is about to become a member's: nothing in it is hidden,
    /// or it could look like another's, and nothing in it is what other programs read as more than an address.
    pub fn of_new_member(typed: &str) -> Result<Self, InvalidEmail> {
        let address = Self::parse(typed)?;
        let is_plain = !address.0.contains(SPECIAL) && !address.0.contains("=?");
        let is_seen = !address.0.chars().any(is_hidden);
        (is_plain && is_seen).then_some(address).ok_or(InvalidEmail)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints nothing of the address: logs are full of `Debug`.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_outer_space_don_t_count() {
        for typed in [
            "user@example.com",
            " User@Example.COM ",
            "USER@EXAMPLE.COM\n",
        ] {
            assert_eq!(Email::parse(typed).unwrap().as_str(), "user@example.com");
        }
        assert_eq!(
            Email::parse("jose\u{301}@example.com"),
            Email::parse("JOSÉ@example.com")
        );
    }

    #[test]
    fn look_alikes_are_other_addresses() {
        let user = Email::parse("user.i@example.com").unwrap();
        for typed in [
            "ｕser.i@example.com",
            "user.ı@example.com",
            "user.İ@example.com",
        ] {
            assert_ne!(Email::parse(typed).unwrap(), user, "{typed}");
        }
    }

    #[test]
    fn what_can_t_be_an_address_is_refused() {
        for typed in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b@c",
            "a\u{0}@b",
            "a\r\nb@c",
            &"a".repeat(300),
        ] {
            assert_eq!(Email::parse(typed), Err(InvalidEmail), "{typed:?}");
        }
    }

    #[test]
    fn no_new_member_s_address_hides_anything() {
        for typed in ["jo\u{200b}@club.example", "\u{202e}oj@club.example"] {
            assert_eq!(Email::of_new_member(typed), Err(InvalidEmail));
            assert!(Email::parse(typed).is_ok(), "they may still sign in");
        }
        for typed in [
            "<jo@club.example",
            "jo(x)@club.example",
            "jo:x;@club.example",
            "a\"b@club.example",
            "=?utf-8?q?x?=@club.example",
        ] {
            assert_eq!(Email::of_new_member(typed), Err(InvalidEmail), "{typed}");
        }
        for typed in ["josé@club.example", "jo.o'neill+site@club.example"] {
            assert!(Email::of_new_member(typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn debug_hides_the_address() {
        assert_eq!(format!("{:?}", Email::parse("a@b").unwrap()), "Email(…)");
    }
}
