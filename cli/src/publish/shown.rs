//! What a member is shown of a plan and of its outcome.

use super::plan::{Action, Plan, Step};
use super::server::{Listed, Warning};
use crate::output::{harmless, say};

/// Warnings that are shown of one document; its report has the others.
pub(super) const MAX_WARNINGS: usize = 3;

/// A number with what it is a number of.
pub(super) fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
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

/// What would be done, line by line and in numbers.
pub(super) fn plan(plan: &Plan, prune: bool) {
    for each in &plan.steps {
        step(each);
    }
    if prune {
        for gone in &plan.gone {
            line("delete", &format!("{} → {}", gone.id, gone.slug));
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

/// What in the folder is no document.
pub(super) fn passed_over(others: usize, links: usize) {
    if others > 0 {
        let what = count(
            others,
            "picture or other file is",
            "pictures and other files are",
        );
        say!("{what} not sent.");
    }
    if links > 0 {
        let what = count(links, "symbolic link is", "symbolic links are");
        say!("{what} not followed.");
    }
}

/// What on the server stays as it is.
pub(super) fn left_alone(plan: &Plan, prune: bool) {
    if !prune && !plan.gone.is_empty() {
        let what = count(
            plan.gone.len(),
            "document that was published from here is no longer in the folder and stays",
            "documents that were published from here are no longer in the folder and stay",
        );
        say!("{what}; --prune deletes what is gone.");
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
        "processing" => line(
            "sent",
            &format!("{id}: the report isn't there yet; say it again later"),
        ),
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
