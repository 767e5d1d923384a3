//! The numbers that a date is made of, and how each is read (2.7).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// Years that every reader reads alike: JavaScript takes those before 100 for years of the 20th
/// century, Python has no year 0, and a time zone may lead out of the year 9999.
const YEARS: std::ops::RangeInclusive<i16> = 100..=9999;

/// The numbers of a date, before it is known whether they name one.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) year: i16,
    pub(super) month: i8,
    pub(super) day: i8,
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    pub(super) offset_minutes: i32,
}

impl Numbers {
    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        let date = Date::new(self.year, self.month, self.day).ok()?;
        let time = Time::new(self.hour, self.minute, self.second, 0).ok()?;
        let offset = Offset::from_seconds(self.offset_minutes.checked_mul(60)?).ok()?;
        offset
            .to_timestamp(DateTime::from_parts(date, time))
            .ok()
            .filter(|timestamp| YEARS.contains(&Offset::UTC.to_datetime(*timestamp).year()))
    }
}

/// Minutes east of Greenwich: `Z`, `+02:00`, `-0800`.
pub(super) fn zone(text: &str) -> Option<i32> {
    if matches!(text, "" | "Z" | "z" | "UTC") {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = text.get(1..)?.replace(':', "");
    let (hours, minutes) = digits.split_at_checked(
        digits
            .len()
            .checked_sub(2)
            .filter(|at| *at > 0)
            .unwrap_or(digits.len()),
    )?;
    let (hours, minutes) = if digits.len() <= 2 {
        (digits.as_str(), "0")
    } else {
        (hours, minutes)
    };
    Some(sign * (hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?))
}

/// A number of so many digits.
pub(super) fn exactly<T: std::str::FromStr>(digits: &str, count: usize) -> Option<T> {
    let well_formed = digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_digit());
    well_formed.then(|| digits.parse().ok()).flatten()
}

pub(super) fn one_or_two(digits: &str) -> Option<i8> {
    exactly(digits, 1).or_else(|| exactly(digits, 2))
}
