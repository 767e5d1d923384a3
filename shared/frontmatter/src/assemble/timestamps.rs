//! When a document was written and last changed (2.7).

use jiff::Timestamp;

use super::output::{From, author};
use crate::context::Context;
use crate::dates;
use crate::entry::Entry;
use crate::entry::fields;
use crate::entry::keys::Keys;
use crate::report::{Source, Warning};
use crate::warnings::Code;

fn read_date(entry: &Entry) -> Option<Timestamp> {
    match dates::read(entry.value.text()?) {
        dates::Read::Date(timestamp) => Some(timestamp),
        _ => None,
    }
}

/// Takes dates that don't exist out of the way, each with its own warning.
fn reject_dates(keys: &mut Keys, field: &str, warnings: &mut Vec<Warning>) {
    for spelling in fields::spellings(field) {
        let is_no_such = |entry: &Entry| {
            let text = entry.value.text().unwrap_or_default();
            dates::read(text) == dates::Read::NoSuchDate
        };
        if let Some(entry) = keys.remove_if(spelling, is_no_such) {
            let text = entry.value.text().unwrap_or_default();
            warnings.push(Code::BadDate(spelling).at(entry.line, 1, text));
            keys.extra.push((entry.key, entry.value));
        }
    }
}

pub(crate) fn date(
    keys: &mut Keys,
    context: &Context,
    warnings: &mut Vec<Warning>,
) -> From<Timestamp> {
    reject_dates(keys, "date", warnings);
    author(keys.take("date", read_date))
        .or_else(|| {
            let (date, _) = dates::prefix(context.name_hint.as_deref()?)?;
            Some((date, Source::FileName))
        })
        .or(context.created.map(|created| (created, Source::Upload)))
}

/// When the document was last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Updated {
    pub(crate) at: From<Timestamp>,
    /// The author wants none shown: Starlight's `lastUpdated: false`.
    pub(crate) is_hidden: bool,
}

pub(super) fn updated(
    keys: &mut Keys,
    context: &Context,
    date: Option<Timestamp>,
    warnings: &mut Vec<Warning>,
) -> Updated {
    let is_hidden = keys
        .take_if("lastUpdated", crate::yaml::Node::bool)
        .is_some_and(|shown| !shown);
    reject_dates(keys, "updated", warnings);
    let written = author(keys.take("updated", read_date));
    let whole = |timestamp: Timestamp| timestamp.as_second();
    let uploaded = || {
        let (updated, created) = (context.updated?, context.created?);
        let is_later =
            whole(updated) > whole(created) && date.is_none_or(|date| whole(updated) > whole(date));
        (is_later && !is_hidden).then_some((updated, Source::Upload))
    };
    Updated {
        at: written.or_else(uploaded),
        is_hidden,
    }
}
