//! Documents that come out by themselves at their date (2.4.7).

use jiff::Timestamp;

use crate::assemble::date;
use crate::context::Context;
use crate::entry::Entry;
use crate::entry::keys::{self, Keys};
use crate::entry::visibility::Finding;
use crate::report::{Source, Warning};
use crate::warnings::Code;

/// When a document comes out, if it is said to do so by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// Its date; it may be past.
    pub(crate) until: Option<Timestamp>,
    /// Who says so, if it is kept back by that.
    pub(crate) kept_back: Option<Source>,
}

impl Schedule {
    /// Takes what the document, or its upload, says of it. A date decides then, the author's own or that of the file's name; without one
    /// the document is kept back for good.
    pub(crate) fn take(
        keys: &mut Keys,
        findings: &mut Vec<Finding>,
        context: &Context,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        while keys.take_if("schedule", keys::boolean).is_some() {}
        let line = findings.iter().find_map(Finding::schedules);
        findings.retain(|finding| finding.schedules().is_none());
        let said_by = match line {
            Some(_) => Some(Source::Frontmatter),
            None if context.schedule => Some(Source::Upload),
            None => None,
        };
        // Something else stands there, such as the days of a course, or a word that was to be `true`.
        let is_unclear = |entry: &&Entry| entry.is("schedule") && keys::text(entry).is_some();
        let unclear = keys.entries().iter().find(is_unclear).map(|entry| {
            let text = keys::text(entry).unwrap_or_default();
            (entry.line, text)
        });
        if said_by.is_none() && unclear.is_none() {
            return Self::default();
        }
        // Read off a copy: what is wrong with it is told when the field is made.
        let (mut copy, mut told) = (keys.clone(), Vec::new());
        let dated = date(&mut copy, context, &mut told);
        // Whoever wrote a date that can't be read meant another than that of the file's name, and maybe a later one.
        let says_a_date = |entry: &Entry| entry.is("date") && !keys::says_nothing(&entry.value);
        let is_unread = !told.is_empty() || keys.entries().iter().any(says_a_date);
        let dated = dated.filter(|(_, source)| match source {
            Source::Frontmatter => true,
            Source::FileName => !is_unread,
            _ => false,
        });
        let is_over = |until| context.now.is_some_and(|now| until <= now);
        let Some(said_by) = said_by else {
            let is_to_come = dated.is_some_and(|(until, _)| !is_over(until));
            if let Some((line, text)) = unclear.filter(|_| is_to_come) {
                warnings.push(Code::ScheduleUnclear.at(line, 1, &text));
            }
            return Self::default();
        };
        let Some((until, _)) = dated else {
            warnings.push(Code::Undated.at(line.unwrap_or(1), 1, "schedule"));
            return Self {
                until: None,
                kept_back: Some(said_by),
            };
        };
        Self {
            until: Some(until),
            kept_back: (!is_over(until)).then_some(said_by),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::Output;
    use crate::context::Context;

    const NOW: &str = "2026-06-01T12:00:00Z";

    fn at(now: Option<&str>, text: &str, schedule: bool) -> Output {
        let context = Context {
            handle: "jo".to_owned(),
            slug: "boat".to_owned(),
            name_hint: Some("2026-06-02-boat".to_owned()),
            created: Some("2026-05-01T00:00:00Z".parse().unwrap()),
            now: now.map(|now| now.parse().unwrap()),
            schedule,
            ..Context::default()
        };
        crate::convert(text.as_bytes(), &context).unwrap()
    }

    fn until(output: &Output) -> (bool, Option<String>) {
        (output.draft, output.until.map(|until| until.to_string()))
    }

    #[test]
    fn a_date_to_come_keeps_back_and_a_past_one_doesn_t() {
        for (date, is_kept_back, out) in [
            ("2026-06-01T12:00:01Z", true, "2026-06-01T12:00:01Z"),
            ("2026-06-01T12:00:00Z", false, "2026-06-01T12:00:00Z"),
            ("2026-06-01", false, "2026-06-01T00:00:00Z"),
            ("2026-06-02", true, "2026-06-02T00:00:00Z"),
            ("2026-06-01 12:30", true, "2026-06-01T12:30:00Z"),
            ("2026-06-01 12:30 +09:00", false, "2026-06-01T03:30:00Z"),
            ("2026-06-01 08:00 -08:00", true, "2026-06-01T16:00:00Z"),
            ("9999-12-30", true, "9999-12-30T00:00:00Z"),
        ] {
            let text = format!("---\ndate: {date}\nschedule: true\n---\n# Boat\n");
            let output = at(Some(NOW), &text, false);
            assert_eq!(
                until(&output),
                (is_kept_back, Some(out.to_owned())),
                "{date}"
            );
            assert_eq!(output.meta["draft"], is_kept_back, "{date}");
            assert!(output.warnings.is_empty(), "{date}: {:?}", output.warnings);
            let text = String::from_utf8(output.bytes).unwrap();
            assert!(!text.contains("schedule"), "{text}");
        }
    }

    /// Converted once more, what was kept back stays so, and what came out stays out.
    #[test]
    fn twice_is_once() {
        for date in ["2026-05-01", "2026-07-01"] {
            let text = format!("---\ndate: {date}\nschedule: true\n---\n# Boat\n");
            let once = at(Some(NOW), &text, false);
            let twice = at(Some(NOW), std::str::from_utf8(&once.bytes).unwrap(), false);
            assert_eq!(once.bytes, twice.bytes, "{date}");
            assert_eq!(once.draft, twice.draft, "{date}");
        }
    }

    #[test]
    fn who_says_it_and_who_doesn_t() {
        let far = "2027-01-01";
        for (keys, upload, is_kept_back) in [
            ("", false, false),
            ("schedule: false\n", false, false),
            ("schedule: Mondays at 5\n", false, false),
            ("schedule: yes\n", false, true),
            ("Schedule: on\n", false, true),
            ("", true, true),
            ("schedule: false\n", true, true),
        ] {
            let text = format!("---\ndate: {far}\n{keys}---\n# Boat\n");
            let output = at(Some(NOW), &text, upload);
            assert_eq!(output.draft, is_kept_back, "{keys:?} {upload}");
            assert_eq!(output.until.is_some(), is_kept_back, "{keys:?} {upload}");
        }
        // Nobody says what time it is.
        let text = format!("---\ndate: {far}\nschedule: true\n---\n");
        assert!(at(None, &text, false).draft);
    }

    #[test]
    fn without_a_date_of_its_author_s_it_is_kept_back_and_told() {
        let name = at(Some(NOW), "---\nschedule: true\n---\n# Boat\n", false);
        let tomorrow = Some("2026-06-02T00:00:00Z".to_owned());
        assert_eq!(until(&name), (true, tomorrow), "of the file's name");
        for date in ["", "date: soon\n", "date: 2026-13-01\n"] {
            let text = format!("---\nschedule: true\n{date}---\n# Boat\n");
            let context = Context {
                created: Some(Timestamp::UNIX_EPOCH),
                now: Some(NOW.parse().unwrap()),
                ..Context::default()
            };
            let output = crate::convert(text.as_bytes(), &context).unwrap();
            assert_eq!(until(&output), (true, None), "{date}");
            let codes: Vec<_> = output.warnings.iter().map(|it| it.code.as_str()).collect();
            assert!(codes.contains(&"schedule-undated"), "{codes:?}");
            // A date that can't be read isn't that of the file's name.
            let named = at(Some("2026-06-03T00:00:00Z"), &text, false);
            assert_eq!(named.draft, !date.is_empty(), "{date}");
        }
    }

    /// What is neither true nor false keeps nothing back, and where the date is to come that is told: a typing error would
    /// let a page out before its time.
    #[test]
    fn what_is_neither_yes_nor_no_is_told_of_a_date_to_come() {
        for (keys, is_told) in [
            ("date: 2027-01-01\nschedule: maybe\n", true),
            ("date: 2027-01-01\nschedule: ture\n", true),
            ("date: 2027-01-01\nschedule: weekly\n", true),
            ("date: 2026-01-01\nschedule: weekly\n", false),
            ("schedule: weekly\n", true),
            ("date: soon\nschedule: weekly\n", false),
            ("date: 2027-01-01\nschedule: false\n", false),
            ("date: 2027-01-01\nschedule: [Mondays, Fridays]\n", false),
            ("date: 2027-01-01\nschedule: {mo: 5}\n", false),
            ("date: 2027-01-01\n", false),
        ] {
            let output = at(Some(NOW), &format!("---\n{keys}---\n# Boat\n"), false);
            assert_eq!(until(&output), (false, None), "{keys}");
            let codes = output.warnings.iter().map(|warning| warning.code.as_str());
            let told = codes.filter(|code| *code == "schedule-unclear").count();
            assert_eq!(told, usize::from(is_told), "{keys}");
        }
    }

    /// What keeps a page back for good does so whatever its date; lines that are no block are careful, too.
    #[test]
    fn what_hides_a_page_hides_it_for_good() {
        for text in [
            "---\ndraft: true\nschedule: true\ndate: 2026-01-01\n---\n# Boat\n",
            "---\nvisibility: members\nschedule: true\ndate: 2027-01-01\n---\n# Boat\n",
            "# Boat\n\n---\nschedule: true\n---\n",
        ] {
            assert_eq!(until(&at(Some(NOW), text, false)), (true, None), "{text}");
        }
    }

    /// What is kept back leads nowhere, so nothing is asked for it.
    #[test]
    fn nothing_is_looked_up_before_it_comes_out() {
        for (date, asks) in [("2027-01-01", false), ("2026-01-01", true)] {
            let text = format!("---\ndate: {date}\nschedule: true\n---\nOf [[another]].\n");
            let context = Context {
                now: Some(NOW.parse().unwrap()),
                ..Context::default()
            };
            let mut asked = false;
            let notes = |_: &_| {
                asked = true;
                crate::Notes::default()
            };
            crate::convert_linked(text.as_bytes(), &context, notes).unwrap();
            assert_eq!(asked, asks, "{date}");
        }
    }
}
