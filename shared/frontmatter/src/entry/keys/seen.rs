//! Values as they are seen: without what turns the text behind them about, and without what nobody sees (2.1.2).

use crate::entry::Entry;
use crate::prose::{is_hidden_in_fields, seen};

/// The entry without such characters. Its author's lines are copied no more where they had some.
pub(super) fn entry(entry: Entry) -> Entry {
    if !entry
        .value
        .any_text(&|text| text.contains(is_hidden_in_fields))
    {
        return entry;
    }
    Entry {
        value: entry.value.with_texts(&seen, &seen),
        verbatim: None,
        literal: entry.literal.map(seen),
        ..entry
    }
}
