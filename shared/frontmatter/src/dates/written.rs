//! Dates in words, and in numbers in the order of a country: `Thursday, July 27th 2023, 7:41:20 am`, `27.07.2023`,
//! `27 de julio de 2023`, `2023年7月27日` (2.7). Where two orders are possible it is none.

use super::numbers::{Numbers, exactly, one_or_two, zone};

/// Names of the months, each with its number; shorter forms of three letters and more mean the same.
const MONTHS: [(i8, &str); 12] = [
    (
        1,
        "january januar janvier enero gennaio janeiro januari января",
    ),
    (
        2,
        "february februar février febrero febbraio fevereiro februari февраля",
    ),
    (3, "march märz mars marzo março maart марта"),
    (4, "april avril abril aprile апреля"),
    (5, "may mai mayo maggio maio mei мая"),
    (6, "june juni juin junio giugno junho июня"),
    (7, "july juli juillet julio luglio julho июля"),
    (8, "august août agosto augustus августа"),
    (
        9,
        "september septembre septiembre settembre setembro сентября",
    ),
    (
        10,
        "october oktober octobre octubre ottobre outubro октября",
    ),
    (11, "november novembre noviembre novembro ноября"),
    (
        12,
        "december dezember décembre diciembre dicembre dezembro декабря",
    ),
];

/// Days of the week, which say nothing that the date doesn't; those of the first row have shorter forms.
const DAYS: [&str; 2] = [
    "monday tuesday wednesday thursday friday saturday sunday",
    "dienstag dimanche donnerstag freitag jeudi lundi mardi mercredi \
     mittwoch montag samedi samstag sonntag vendredi",
];

/// Words between the parts of a date.
const FILLERS: [&str; 11] = [
    "à", "at", "de", "del", "den", "le", "of", "on", "the", "uhr", "um",
];

/// Fewest letters of a name's short form.
const MIN_SHORT: usize = 3;

/// The parts of a date that were found so far.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i8, i8, i8)>,
    /// Whether the time is of the second half of the day.
    is_pm: Option<bool>,
    offset_minutes: Option<i32>,
}

pub(super) fn read(text: &str) -> Option<Numbers> {
    let text = text.to_lowercase();
    let text = eastern(&text).unwrap_or(text);
    let mut parts = Parts::default();
    let is_gap =
        |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '<' | '>' | '·' | '|');
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        parts.word(word)?;
    }
    parts.complete()
}

/// `2023年7月27日` and `2023년 7월 27일` with hyphens.
fn eastern(text: &str) -> Option<String> {
    [['年', '月', '日'], ['년', '월', '일']]
        .iter()
        .find_map(|[year, month, day]| {
            let (before, rest) = text.split_once(*year)?;
            let (middle, rest) = rest.split_once(*month)?;
            let (last, rest) = rest.split_once(*day)?;
            Some(format!(
                "{}-{}-{} {rest}",
                before.trim(),
                middle.trim(),
                last.trim()
            ))
        })
}

/// Takes the place of what isn't known yet.
fn set<T>(place: &mut Option<T>, value: T) -> Option<()> {
    let is_new = place.is_none();
    *place = Some(value);
    is_new.then_some(())
}

impl Parts {
    /// Takes a word; `None` where it belongs to no date.
    fn word(&mut self, word: &str) -> Option<()> {
        let bare = word.trim_end_matches('.');
        let [short, whole] = DAYS;
        if FILLERS.contains(&bare)
            || is_short_of(bare, short)
            || whole.split(' ').any(|day| day == bare)
        {
            return Some(());
        }
        if let Some((month, _)) = MONTHS.iter().find(|(_, names)| is_short_of(bare, names)) {
            return set(&mut self.month, *month);
        }
        match bare.replace('.', "").as_str() {
            "am" => return set(&mut self.is_pm, false),
            "pm" => return set(&mut self.is_pm, true),
            "sept" => return set(&mut self.month, 9),
            _ => {}
        }
        if bare.contains(':') && self.time.is_none() {
            return self.time(bare);
        }
        let offset = bare
            .strip_prefix("gmt")
            .or_else(|| bare.strip_prefix("utc"));
        let is_offset = offset.is_some() || bare == "z" || bare.starts_with(['+', '-']);
        if is_offset && self.time.is_some() {
            return set(&mut self.offset_minutes, zone(offset.unwrap_or(bare))?);
        }
        if let Some(separator) = ['-', '/', '.'].into_iter().find(|c| bare.contains(*c)) {
            return self.numbers(bare, separator);
        }
        if let Some(year) = exactly(bare, 4) {
            return set(&mut self.year, year);
        }
        let digits = bare.trim_end_matches(|c: char| !c.is_ascii_digit());
        let ending = bare.get(digits.len()..)?;
        let is_ordinal = matches!(ending, "" | "st" | "nd" | "rd" | "th" | "er" | "º" | "ª");
        is_ordinal.then(|| set(&mut self.day, one_or_two(digits)?))?
    }

    /// `27.07.2023`, `27/07/2023`, `2023.07.27`. With slashes and hyphens one number has to be too large for a month, as
    /// either order is common.
    fn numbers(&mut self, word: &str, separator: char) -> Option<()> {
        let mut numbers = word.split(separator);
        let (first, second, third) = (numbers.next()?, numbers.next()?, numbers.next()?);
        if numbers.next().is_some() {
            return None;
        }
        let month = one_or_two(second)?;
        let (year, month, day) = if let Some(year) = exactly(first, 4) {
            (year, month, one_or_two(third)?)
        } else {
            let (year, first) = (exactly(third, 4)?, one_or_two(first)?);
            match (first > 12, month > 12) {
                _ if separator == '.' || first == month => (year, month, first),
                (true, false) => (year, month, first),
                (false, true) => (year, first, month),
                _ => return None,
            }
        };
        set(&mut self.year, year)?;
        set(&mut self.month, month)?;
        set(&mut self.day, day)
    }

    /// `7:41`, `7:41:20.5`, `7:41am`, `07:41:20z`.
    fn time(&mut self, word: &str) -> Option<()> {
        let is_time = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.');
        let length = word.find(|c| !is_time(c)).unwrap_or(word.len());
        let (digits, rest) = word.split_at_checked(length)?;
        let mut numbers = digits.split(':');
        let (hour, minute) = (one_or_two(numbers.next()?)?, exactly(numbers.next()?, 2)?);
        let second = match numbers.next() {
            Some(second) => exactly(second.split('.').next()?, 2)?,
            None => 0,
        };
        self.time = Some((hour, minute, second));
        match (numbers.next(), rest) {
            (None, "") => Some(()),
            (None, rest) => self.word(rest),
            _ => None,
        }
    }

    fn complete(self) -> Option<Numbers> {
        let (hour, minute, second) = match (self.time, self.is_pm) {
            (None, Some(_)) => return None,
            (time, None) => time.unwrap_or_default(),
            // No hour of half a day: the date is told as none.
            (Some((hour, minute, second)), Some(_)) if !(1..=12).contains(&hour) => {
                (i8::MAX, minute, second)
            }
            (Some((hour, minute, second)), Some(is_pm)) => {
                (hour % 12 + if is_pm { 12 } else { 0 }, minute, second)
            }
        };
        Some(Numbers {
            year: self.year?,
            month: self.month?,
            day: self.day?,
            hour,
            minute,
            second,
            offset_minutes: self.offset_minutes.unwrap_or_default(),
        })
    }
}

/// Whether a word is one of these names, or the beginning of one.
fn is_short_of(word: &str, names: &str) -> bool {
    let is_short = word.chars().count() == MIN_SHORT;
    names
        .split(' ')
        .any(|name| name == word || is_short && name.starts_with(word))
}

#[cfg(test)]
mod tests {
    use crate::dates::{Read, read};

    #[test]
    fn dates_as_programs_and_people_write_them() {
        for (text, expected) in [
            (
                "Thursday, July 27th 2023, 7:41:20 am",
                "2023-07-27T07:41:20Z",
            ),
            ("Thu 27th July 2023 12:05am", "2023-07-27T00:05:00Z"),
            ("Thu, 27 Jul 2023 07:41:20 +0200", "2023-07-27T05:41:20Z"),
            ("Thu, 27 Jul 2023 07:41:20 GMT", "2023-07-27T07:41:20Z"),
            ("July 27, 2023 at 7:41 PM", "2023-07-27T19:41:00Z"),
            ("27. Juli 2023, 14:30 Uhr", "2023-07-27T14:30:00Z"),
            ("1er mars 2024", "2024-03-01T00:00:00Z"),
            ("27 de julio de 2023", "2023-07-27T00:00:00Z"),
            ("27 июля 2023", "2023-07-27T00:00:00Z"),
            ("27.07.2023", "2023-07-27T00:00:00Z"),
            ("7.8.2023 09:12", "2023-08-07T09:12:00Z"),
            ("27/07/2023", "2023-07-27T00:00:00Z"),
            ("07/27/2023 9:12 a.m.", "2023-07-27T09:12:00Z"),
            ("2023.07.27", "2023-07-27T00:00:00Z"),
            ("2023/07/27 09:12", "2023-07-27T09:12:00Z"),
            ("2023-07-27 Thu", "2023-07-27T00:00:00Z"),
            ("<2023-07-27 Thu 09:12>", "2023-07-27T09:12:00Z"),
            ("2023-07-27 9:12 pm", "2023-07-27T21:12:00Z"),
            ("2023年7月27日 09:12", "2023-07-27T09:12:00Z"),
            ("2023년 7월 27일", "2023-07-27T00:00:00Z"),
            ("10 Sept. 2025", "2025-09-10T00:00:00Z"),
        ] {
            assert_eq!(read(text), Read::Date(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_may_be_two_dates_is_none() {
        for text in [
            "07/08/2023",
            "7-8-2023",
            "27.07.23",
            "27/07",
            "July 2023",
            "July 27",
            "2023 2024 July 1",
            "the 27th of nothing 2023",
            "27 July 2023 am",
            "27 July 2023 +2",
            "Mon",
            "May",
            "7.5",
        ] {
            assert_eq!(read(text), Read::Other, "{text}");
        }
        for text in ["31.02.2024", "July 32, 2023", "27 July 2023 13:00 pm"] {
            assert_eq!(read(text), Read::NoSuchDate, "{text}");
        }
    }
}
