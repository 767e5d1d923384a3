//! What a member is shown of a plan and of its outcome.

use super::attached::Rest;
use super::files;
use super::folder::LeftOut;
use super::plan::{Action, Plan, Published, Step};
use super::server::{Listed, Usage, Warning};
use crate::output::{harmless, say};

/// Warnings that are shown of one document; its report has the others.
pub(super) const MAX_WARNINGS: usize = 3;

/// A number of bytes as people say it: whole KiB below a MiB, and one digit behind the point below ten.
pub(super) fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    match bytes {
        0..MIB => format!("{} KiB", bytes.div_ceil(KIB)),
        _ if bytes < 10 * MIB => {
            let tenths = bytes * 10 / MIB;
            format!("{}.{} MiB", tenths / 10, tenths % 10)
        }
        _ => format!("{} MiB", bytes / MIB),
    }
}

/// A number with what it is a number of.
pub(super) fn count<N>(number: N, one: &str, more: &str) -> String
where
    N: Copy + std::fmt::Display + PartialEq + From<u8>,
{
    let noun = if number == N::from(1) { one } else { more };
    format!("{number} {noun}")
}

/// One line of a list: what becomes of something.
pub(super) fn line(state: &str, rest: &str) {
    say!("{state:<10} {}", harmless(rest));
}

fn step(step: &Step) {
    let id = &step.document.id;
    let state = match &step.action {
        Action::New => "new",
        Action::Changed => "changed",
        Action::Moved => "moved",
        Action::Unchanged(None) => return,
        Action::Unchanged(Some(reason)) => {
            return line("rejected", &format!("{id}, as before: {reason}"));
        }
        Action::Refused(reason) => return line("refused", &format!("{id}: {reason}")),
    };
    let address = match step.slug.as_str() {
        blobs::layout::OWN_PAGE => "your own page",
        slug => slug,
    };
    let instead = step.instead_of.as_ref();
    let instead = instead.map_or_else(String::new, |other| {
        format!(" (the shorter address is that of {other})")
    });
    line(state, &format!("{id} → {address}{instead}"));
}

/// That a document stays which is no longer in the folder, and why.
pub(super) fn altered(it: &Published) {
    let why = if it.digests.is_empty() {
        "it isn't noted as what it was sent"
    } else {
        "it was changed since it was sent from here"
    };
    line("stays", &format!("{} → {}: {why}", it.id, it.slug));
}

/// What would be done, line by line and in numbers.
pub(super) fn plan(plan: &Plan, prune: bool) {
    for each in &plan.steps {
        step(each);
    }
    if prune {
        for gone in &plan.gone {
            line("delete", &format!("{} → {}", gone.id, gone.slug));
        }
        for it in &plan.altered {
            altered(it);
        }
    }
    let number = |wanted: fn(&Action) -> bool| {
        let steps = plan.steps.iter();
        steps.filter(|step| wanted(&step.action)).count()
    };
    let mut parts = vec![
        format!("{} new", number(|it| *it == Action::New)),
        format!("{} changed", number(|it| *it == Action::Changed)),
        format!(
            "{} unchanged",
            number(|it| matches!(it, Action::Unchanged(_)))
        ),
    ];
    let rare = [
        ("moved", number(|it| *it == Action::Moved)),
        ("refused", number(|it| matches!(it, Action::Refused(_)))),
        ("to be deleted", if prune { plan.gone.len() } else { 0 }),
    ];
    let rare = rare.into_iter().filter(|(_, number)| *number > 0);
    parts.extend(rare.map(|(what, number)| format!("{number} {what}")));
    say!("{}.", parts.join(", "));
}

/// What becomes of pictures and PDFs, line by line and in numbers.
pub(super) fn files(plan: &files::Plan, prune: bool) {
    use files::Action;
    for step in &plan.steps {
        let path = step.path();
        let bytes = step.local.attachment.size;
        match &step.action {
            Action::New => line("new", &format!("{path} ({})", size(bytes))),
            Action::Changed => line("changed", &format!("{path} ({})", size(bytes))),
            Action::Awaited | Action::Unchanged(None) => {}
            Action::Unchanged(Some(reason)) => {
                line("rejected", &format!("{path}, as before: {reason}"));
            }
            Action::Denied(reason) => {
                line("refused", &format!("{path}, as before: {reason}"));
            }
            Action::Refused(reason) => line("refused", &format!("{path}: {reason}")),
        }
    }
    if prune {
        for gone in &plan.gone {
            let shown_by = match gone.shown_by.as_slice() {
                [] => "which nothing shows".to_owned(),
                slugs => format!("shown by {}", slugs.join(", ")),
            };
            line("delete", &format!("{}, {shown_by}", gone.path));
        }
    }
    let number = |wanted: fn(&Action) -> bool| {
        let steps = plan.steps.iter();
        steps.filter(|step| wanted(&step.action)).count()
    };
    let parts = [
        ("new", number(|it| *it == Action::New)),
        ("changed", number(|it| *it == Action::Changed)),
        ("still on the way", number(|it| *it == Action::Awaited)),
        ("unchanged", number(|it| matches!(it, Action::Unchanged(_)))),
        ("refused", number(Action::is_refused)),
        ("to be deleted", if prune { plan.gone.len() } else { 0 }),
    ];
    let parts = parts.into_iter().filter(|(_, number)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(what, number)| format!("{number} {what}"))
        .collect();
    if !parts.is_empty() {
        say!("Pictures and PDFs: {}.", parts.join(", "));
    }
}

/// That more would be stored than the server takes of a member.
pub(super) fn too_much(plan: &files::Plan, usage: &Usage) {
    let (files, bytes) = plan.will_be;
    if files > usage.max_files || bytes > usage.max_bytes {
        say!(
            "With these you would have {} of {} in all; {} and {} are the most. What is too much will be refused.",
            count(files, "file", "files"),
            size(bytes),
            count(usage.max_files, "file", "files"),
            size(usage.max_bytes)
        );
    }
}

/// What in the folder is neither a document nor sent with one.
pub(super) fn passed_over(rest: &Rest) {
    for folder in &rest.left_out {
        let LeftOut { path, reason } = folder;
        line(
            "left out",
            &format!("{path}: {reason}; what was sent of it stays as it is"),
        );
    }
    for unsent in &rest.unsent {
        let [one, more] = unsent.kind.names;
        let such_as = if unsent.number == 1 { "" } else { "such as " };
        line(
            "not sent",
            &format!(
                "{} ({such_as}{}): {}",
                count(unsent.number, one, more),
                unsent.example,
                unsent.kind.advice
            ),
        );
    }
    if rest.unshown > 0 {
        let what = count(
            rest.unshown,
            "picture or PDF that no note shows stays here",
            "pictures and PDFs that no note shows stay here",
        );
        say!("{what}; --all-files sends such files, too.");
    }
    if rest.others > 0 {
        let what = count(rest.others, "other file is", "other files are");
        say!("{what} passed over.");
    }
    if rest.links > 0 {
        let what = count(rest.links, "symbolic link is", "symbolic links are");
        say!("{what} not followed.");
    }
}

/// What stays on the server since no note is left in the folder.
pub(super) fn unpruned(plan: &Plan, files: &files::Plan) {
    for gone in &plan.gone {
        line("stays", &format!("{} → {}", gone.id, gone.slug));
    }
    for it in &plan.altered {
        altered(it);
    }
    for gone in &files.gone {
        line("stays", &gone.path);
    }
}

/// How many files are ready to be shown.
pub(super) fn ready(number: usize) {
    if number > 0 {
        say!("{} ready.", count(number, "file is", "files are"));
    }
}

/// What on the server stays as it is.
pub(super) fn left_alone(plan: &Plan, files: &files::Plan, prune: bool) {
    let gone = [
        (
            plan.gone.len(),
            "document that was published from here is no longer in the folder and stays",
            "documents that were published from here are no longer in the folder and stay",
        ),
        (
            files.gone.len(),
            "file that was sent from here is no longer in the folder and stays",
            "files that were sent from here are no longer in the folder and stay",
        ),
    ];
    for (number, one, more) in gone {
        if !prune && number > 0 {
            say!(
                "{}; --prune deletes what is gone.",
                count(number, one, more)
            );
        }
    }
    if !prune && !plan.altered.is_empty() {
        let what = count(
            plan.altered.len(),
            "document that is no longer in the folder may have been changed since it was sent from here, and stays",
            "documents that are no longer in the folder may have been changed since they were sent from here, and stay",
        );
        say!("{what}.");
    }
    if plan.others > 0 {
        let what = count(
            plan.others,
            "document of yours is not from here and stays",
            "documents of yours are not from here and stay",
        );
        say!("{what}.");
    }
}

/// What became of a document, with its first warnings.
pub(super) fn outcome(id: &str, listed: Option<&Listed>, warnings: &[Warning]) {
    let Some(listed) = listed else {
        return line("gone", &format!("{id}: it was deleted meanwhile"));
    };
    match listed.state.as_str() {
        "processing" => line("sent", &format!("{id}: its report isn't there yet")),
        "rejected" => line(
            "rejected",
            &format!("{id}: {}", listed.reason.as_deref().unwrap_or_default()),
        ),
        state => {
            let warned = match listed.warning_count {
                0 => String::new(),
                number => format!(", {}", count(number, "warning", "warnings")),
            };
            line(state, &format!("{id} → {}{warned}", listed.entry_id));
        }
    }
    for warning in warnings.iter().take(MAX_WARNINGS) {
        let text = match warning.text.as_str() {
            "" => String::new(),
            text => format!("{text}: "),
        };
        line(
            "",
            &format!("line {}: {text}{}", warning.line, warning.hint),
        );
    }
    let more = listed.warning_count.saturating_sub(MAX_WARNINGS);
    if more > 0 && !warnings.is_empty() {
        line("", &format!("and {more} more, in its report"));
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        for (bytes, said) in [
            (0, "0 KiB"),
            (1, "1 KiB"),
            (1024 * 1024, "1.0 MiB"),
            (3_500_000, "3.3 MiB"),
            (10 * 1024 * 1024, "10 MiB"),
            (209_715_200, "200 MiB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
