//! Dates in every form that people write them in (2.7), as an instant in UTC.

mod numbers;
mod written;

use jiff::Timestamp;

use numbers::{Numbers, exactly, one_or_two, zone};

/// Seconds since 1970 that a bare number is read as: 2001 to 2096.
const EPOCH_SECONDS: std::ops::RangeInclusive<i64> = 1_000_000_000..=4_000_000_000;

/// The same in milliseconds.
const EPOCH_MILLISECONDS: std::ops::RangeInclusive<i64> = 1_000_000_000_000..=4_000_000_000_000;

/// Years of dates without anything between their digits.
const COMPACT_YEARS: std::ops::RangeInclusive<i16> = 1970..=2099;

/// What a value says as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    Date(Timestamp),
    /// It looks like a date, but there is none such.
    NoSuchDate,
    /// Not a date at all.
    Other,
}

/// Reads a date; without a zone it is in UTC.
pub(crate) fn read(text: &str) -> Read {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>()
        && EPOCH_SECONDS.contains(&seconds)
    {
        return Timestamp::from_second(seconds).map_or(Read::NoSuchDate, Read::Date);
    }
    if let Ok(milliseconds) = text.parse::<i64>()
        && EPOCH_MILLISECONDS.contains(&milliseconds)
    {
        return Timestamp::from_second(milliseconds / 1000).map_or(Read::NoSuchDate, Read::Date);
    }
    let numbers = iso(text)
        .or_else(|| compact(text))
        .or_else(|| written::read(text));
    match numbers {
        None => Read::Other,
        Some(numbers) => numbers.timestamp().map_or(Read::NoSuchDate, Read::Date),
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`.
pub(crate) fn format(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The date that a file's name begins with, as Jekyll's posts do: `2025-07-10-trip`.
pub(crate) fn prefix(stem: &str) -> Option<(Timestamp, &str)> {
    let (date, rest) = (stem.get(..10)?, stem.get(10..)?);
    let rest = rest
        .strip_prefix(['-', '_', ' '])
        .or_else(|| rest.is_empty().then_some(""))?;
    match (date.as_bytes().get(4), read(date)) {
        (Some(b'-'), Read::Date(timestamp)) => Some((timestamp, rest)),
        _ => None,
    }
}

/// `YYYY-MM-DD` or `YYYY/MM/DD`, perhaps `[T ]HH:MM[:SS[.f]][ ]?(Z|±HH:MM|±HHMM)?` behind it.
fn iso(text: &str) -> Option<Numbers> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let (year, rest) = text.split_once(separator)?;
    let (month, rest) = rest.split_once(separator)?;
    let day_digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at_checked(day_digits)?;
    let mut numbers = Numbers {
        year: exactly(year, 4)?,
        month: one_or_two(month)?,
        day: one_or_two(day)?,
        ..Numbers::default()
    };
    let time = time.trim_end();
    if time.is_empty() {
        return Some(numbers);
    }
    let time = time.strip_prefix(['T', 't', ' ', '\t'])?.trim_start();
    let (hour, rest) = time.split_once(':')?;
    numbers.hour = one_or_two(hour)?;
    let (minute, mut rest) = rest.split_at_checked(2)?;
    numbers.minute = exactly(minute, 2)?;
    if let Some(seconds) = rest.strip_prefix(':') {
        let (second, after) = seconds.split_at_checked(2)?;
        numbers.second = exactly(second, 2)?;
        rest = after.strip_prefix('.').map_or(after, |fraction| {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        });
    }
    numbers.offset_minutes = zone(rest.trim_start())?;
    Some(numbers)
}

/// `20250710`, perhaps `T0930` or `093015` behind it, as names of notes have it.
fn compact(text: &str) -> Option<Numbers> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let digits = text.replacen('T', "", 1);
    let with_time = matches!(digits.len(), 12 | 14);
    if text.len() != digits.len() && !with_time || !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let two = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(Some(0), |two| exactly(two, 2))
    };
    let numbers = Numbers {
        year: exactly(digits.get(..4)?, 4)?,
        month: exactly(digits.get(4..6)?, 2)?,
        day: exactly(digits.get(6..8)?, 2)?,
        hour: two(8)?,
        minute: two(10)?,
        second: two(12)?,
        ..Numbers::default()
    };
    // Any other number is none such.
    let is_date = COMPACT_YEARS.contains(&numbers.year) && numbers.timestamp().is_some();
    is_date.then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accepted_form() {
        for (text, expected) in [
            ("2025-07-10", "2025-07-10T00:00:00Z"),
            ("2025-7-1", "2025-07-01T00:00:00Z"),
            ("2025/07/10", "2025-07-10T00:00:00Z"),
            ("2025-07-10T09:30", "2025-07-10T09:30:00Z"),
            ("2025-07-10 09:30:15", "2025-07-10T09:30:15Z"),
            ("2025-07-10T09:30:15.123456Z", "2025-07-10T09:30:15Z"),
            ("2025-07-10 9:30 +02:00", "2025-07-10T07:30:00Z"),
            ("2024-02-02T04:14:54-0800", "2024-02-02T12:14:54Z"),
            ("Jul 10 2025", "2025-07-10T00:00:00Z"),
            ("July 10, 2025", "2025-07-10T00:00:00Z"),
            ("10 Sept 2025", "2025-09-10T00:00:00Z"),
            ("1752139800", "2025-07-10T09:30:00Z"),
            ("1752139800000", "2025-07-10T09:30:00Z"),
            ("20250710", "2025-07-10T00:00:00Z"),
            ("202507100930", "2025-07-10T09:30:00Z"),
            ("20250710T093015Z", "2025-07-10T09:30:15Z"),
        ] {
            assert_eq!(read(text), Read::Date(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn dates_that_don_t_exist_and_things_that_are_none() {
        for text in [
            "2024-13-45",
            "2023-02-29",
            "2024-01-01T25:00",
            "31 Feb 2024",
            "2024-01-01 10:00 +99:99",
            // Read as 1950 by JavaScript, not at all by Python, and as no date of four digits.
            "0050-01-01",
            "0000-01-01",
            "9999-12-31 23:30 -01:00",
        ] {
            assert_eq!(read(text), Read::NoSuchDate, "{text}");
        }
        for text in [
            "",
            "soon",
            "12",
            "2024",
            "2024-01",
            "true",
            "1.5",
            "10 11 12",
            "2024-01-01 maybe",
            "99999999999",
            "12345678",
            "20251345",
        ] {
            assert_eq!(read(text), Read::Other, "{text}");
        }
    }

    #[test]
    fn file_names_begin_with_dates() {
        assert_eq!(
            prefix("2025-07-10-trip").map(|(_, rest)| rest),
            Some("trip")
        );
        assert_eq!(prefix("2025-07-10").map(|(_, rest)| rest), Some(""));
        assert_eq!(prefix("2025-07-100"), None);
        assert_eq!(prefix("2025-13-10 x"), None);
        assert_eq!(prefix("trip"), None);
    }
}
