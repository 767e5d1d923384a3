//! The author's other keys: as they wrote them where that is safe, under `extra` elsewhere (2.4.5).

use super::harmless::has_marks;
use super::output::{Assembled, Emitted};
use crate::entry::guards;
use crate::entry::keys::Keys;
use crate::report::Warning;
use crate::warnings::Code;
use crate::yaml::Node;
use crate::yaml::write::spelled;

/// The author's own keys, as they wrote them where that is safe; the rest of them under `extra`.
pub(super) fn rest(out: &mut Assembled, mut keys: Keys, warnings: &mut Vec<Warning>) {
    let mut kept = Vec::new();
    while let Some(entry) = keys.remove("extra") {
        match entry.value {
            Node::Map(entries) => kept.extend(entries),
            value => keys.extra.push(("extra".to_owned(), value)),
        }
    }
    kept.append(&mut keys.extra);
    keys.extra = kept;
    let (entries, mut extra, told) = keys.into_rest();
    warnings.extend(told);
    for entry in entries {
        if entry.value.is_null() && guards::is_guarded(&entry.key) {
            continue;
        }
        let taken = out.entries.iter().any(|emitted| emitted.key == entry.key);
        if taken || (guards::is_guarded(&entry.key) && !guards::allows(&entry.key, &entry.value)) {
            if !taken {
                warnings.push(Code::ThemeType(&entry.key).at(
                    entry.line,
                    1,
                    entry.value.text().unwrap_or_default(),
                ));
            }
            extra.push((entry.key, entry.value));
        } else if entry.verbatim.is_some() && !has_marks(&entry.value) {
            out.entries.push(Emitted {
                key: entry.key,
                value: entry.value,
                verbatim: entry.verbatim,
            });
        } else if !entry.value.is_null() {
            // Where a theme wants a number, it gets one.
            let value = if guards::is_guarded(&entry.key) {
                entry.value
            } else {
                spelled(entry.value)
            };
            out.emit(&entry.key, value);
        }
    }
    let mut unique: Vec<(String, Node)> = Vec::new();
    for (key, value) in extra {
        if !unique.iter().any(|(known, _)| *known == key) {
            unique.push((key, value));
        }
    }
    if !unique.is_empty() {
        out.emit("extra", spelled(Node::Map(unique)));
    }
}

pub(super) fn ignore_address(
    keys: &mut Keys,
    key: &str,
    entry_id: Option<&str>,
    warnings: &mut Vec<Warning>,
) {
    let Some(entry) = keys.remove(key) else {
        return;
    };
    let own = key == "slug" && entry.value.text() == entry_id && entry_id.is_some();
    if !own && !entry.value.is_empty() {
        warnings.push(Code::SlugIgnored(key).at(
            entry.line,
            1,
            entry.value.text().unwrap_or_default(),
        ));
        keys.extra.push((entry.key, entry.value));
    }
}
