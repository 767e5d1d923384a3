//! What a plain scalar means: the YAML 1.2 core schema with timestamps, as js-yaml 4 has it.

use std::borrow::Cow;

/// The meaning of a scalar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resolved<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Also an integer too large for 64 bits.
    Float(f64),
    Timestamp,
    String(&'a str),
}

/// Whether a plain scalar says that there is no value.
pub(crate) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

pub(crate) fn resolve(text: &str) -> Resolved<'_> {
    match text {
        _ if is_null(text) => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        _ => {}
    }
    if is_timestamp(text) {
        return Resolved::Timestamp;
    }
    int(text)
        .or_else(|| float(text))
        .unwrap_or(Resolved::String(text))
}

fn int(text: &str) -> Option<Resolved<'_>> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0b") => (2, digits.get(2..)?),
        Some("0o") => (8, digits.get(2..)?),
        Some("0x") => (16, digits.get(2..)?),
        _ => (10, digits),
    };
    let well_formed = !digits.is_empty()
        && !digits.starts_with('_')
        && !digits.ends_with('_')
        && digits
            .chars()
            .all(|digit| digit == '_' || digit.is_digit(radix));
    if !well_formed {
        return None;
    }
    let digits = without_underscores(digits);
    let value = i128::from_str_radix(&digits, radix)
        .ok()
        .map(|value| if negative { -value } else { value });
    match value.map(i64::try_from) {
        Some(Ok(value)) => Some(Resolved::Int(value)),
        _ if radix == 10 => without_underscores(text)
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
            .map(Resolved::Float),
        _ => None,
    }
}

fn without_underscores(number: &str) -> Cow<'_, str> {
    if number.contains('_') {
        number.replace('_', "").into()
    } else {
        number.into()
    }
}

fn float(text: &str) -> Option<Resolved<'_>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    // Infinities and "not a number" stay text: no output of ours may hold them.
    let mut chars = unsigned.chars();
    let starts = match chars.next()? {
        '.' => chars.next().is_some_and(|next| next.is_ascii_digit()),
        first => first.is_ascii_digit(),
    };
    let (mantissa, exponent) = unsigned
        .split_once(['e', 'E'])
        .map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let exponent_ok = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let mantissa_ok = mantissa
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
        && mantissa.bytes().filter(|byte| *byte == b'.').count() <= 1
        && !text.ends_with('_');
    if !(starts && exponent_ok && mantissa_ok) {
        return None;
    }
    without_underscores(text)
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .map(Resolved::Float)
}

/// js-yaml's two patterns: `2024-01-02`, and a date with a time that has seconds.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| {
        bytes
            .get(from..to)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let dash = |at: usize| bytes.get(at) == Some(&b'-');
    if bytes.len() == 10 && digits(0, 4) && dash(4) && digits(5, 7) && dash(7) && digits(8, 10) {
        return true;
    }
    let Some((date, time)) = text.split_once(['T', 't', ' ', '\t']) else {
        return false;
    };
    let mut fields = date.split('-');
    let year = fields
        .next()
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
    let short = |field: Option<&str>| {
        field.is_some_and(|field| {
            matches!(field.len(), 1 | 2) && field.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let date_ok = year && short(fields.next()) && short(fields.next()) && fields.next().is_none();
    let time = time.trim_start_matches([' ', '\t']);
    let mut fields = time.splitn(3, ':');
    let (hour, minute, rest) = (fields.next(), fields.next(), fields.next());
    let two = |field: Option<&str>| {
        field.is_some_and(|field| {
            field.len() == 2 && field.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let Some(rest) = rest else { return false };
    let (Some(second), Some(mut tail)) = (rest.get(..2), rest.get(2..)) else {
        return false;
    };
    if let Some(fraction) = tail.strip_prefix('.') {
        tail = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    }
    let zone = tail.trim_start_matches([' ', '\t']);
    let zone_ok = zone.is_empty() && tail.is_empty()
        || zone == "Z"
        || zone.strip_prefix(['-', '+']).is_some_and(|offset| {
            let mut parts = offset.split(':');
            short(parts.next())
                && parts.next().is_none_or(|minutes| two(Some(minutes)))
                && parts.next().is_none()
        });
    date_ok && short(hour) && two(minute) && two(Some(second)) && zone_ok
}

/// `2024-1-2`: a string to js-yaml and PyYAML, a date to the npm package `yaml`.
fn is_short_date(text: &str) -> bool {
    let mut fields = text.split('-');
    let mut digits = |lengths: std::ops::RangeInclusive<usize>| {
        fields.next().is_some_and(|field| {
            lengths.contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    digits(4..=4) && digits(1..=2) && digits(1..=2) && fields.next().is_none()
}

/// Whether a plain scalar reads differently in YAML 1.1 and 1.2, or to different readers: such a
/// one is never copied as it stands.
pub(crate) fn differs_between_versions(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(
        lower.as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "=" | "<<"
    );
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let signed_or_odd = numeric
        && (unsigned.contains(['_', ':', 'e', 'E', 'x', 'o', 'b', 'X', 'O', 'B'])
            || (unsigned.len() > 1 && unsigned.starts_with('0') && !unsigned.starts_with("0."))
            || text.starts_with('+')
            || unsigned.starts_with('.')
            || unsigned.ends_with('.'));
    // A date is read alike by all where it is one of the calendar; see `dates`.
    let timestamp = is_timestamp(text);
    word || (signed_or_odd && !timestamp)
        || (timestamp && text.len() != 10)
        || (!timestamp && is_short_date(text))
        || lower == ".inf"
        || lower == "-.inf"
        || lower == ".nan"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_mean_what_js_yaml_4_reads() {
        for (text, meaning) in [
            ("~", Resolved::Null),
            ("", Resolved::Null),
            ("True", Resolved::Bool(true)),
            ("no", Resolved::String("no")),
            ("on", Resolved::String("on")),
            ("01234", Resolved::Int(1234)),
            ("0o17", Resolved::Int(15)),
            ("0x1F", Resolved::Int(31)),
            ("-1_000", Resolved::Int(-1000)),
            ("1.10", Resolved::Float(1.1)),
            ("1e3", Resolved::Float(1000.0)),
            (".5", Resolved::Float(0.5)),
            ("1.2.3", Resolved::String("1.2.3")),
            ("12:30", Resolved::String("12:30")),
            ("-", Resolved::String("-")),
            (".", Resolved::String(".")),
            ("2024-01-01", Resolved::Timestamp),
            ("2024-13-45", Resolved::Timestamp),
            ("2024-01-01T10:00:00Z", Resolved::Timestamp),
            ("2024-01-01 10:00:00", Resolved::Timestamp),
            ("2024-1-1 1:00:00.25 +02:00", Resolved::Timestamp),
            ("2024-01-01T10:00", Resolved::String("2024-01-01T10:00")),
            ("2024-1-1", Resolved::String("2024-1-1")),
        ] {
            assert_eq!(resolve(text), meaning, "{text}");
        }
    }

    #[test]
    fn spellings_that_readers_disagree_on() {
        for text in [
            "2024-1-2", "no", "On", "012", "12:30", "1_000", "1e3", "=", "<<", "0o7", "0x1", "+1",
            ".5", "1.",
        ] {
            assert!(differs_between_versions(text), "{text}");
        }
        for text in [
            "nothing",
            "12",
            "-1",
            "1.5",
            "0",
            "0.5",
            "2024-01-02",
            "v1.2",
            "a:b",
        ] {
            assert!(!differs_between_versions(text), "{text}");
        }
    }
}
