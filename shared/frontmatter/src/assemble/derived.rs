//! The entry `derived`: what was read off the body, and the mark by which a later conversion knows it (2.10, 2.12, 3.3).

use super::Assembled;
use crate::clean::Cleaned;
use crate::derived::{Derived, Heading};
use crate::mark::{CONVERTER, Mark, SCHEMA, digest};
use crate::report::Warning;
use crate::yaml::Node;

/// Emits what was derived of the body, under `derived` (3.3).
pub(super) fn emit(
    out: &mut Assembled,
    filled: &[String],
    cleaned: &Cleaned,
    derived: &Derived,
    mark: Option<&Mark>,
    warnings: &[Warning],
) {
    let list = |values: &[String]| Node::List(values.iter().map(Node::string).collect());
    let json = |value: &serde_json::Value| Node::from(value.clone());
    let count = |count: usize| Node::plain(count.to_string());
    let mut codes: Vec<String> = mark.map(|mark| mark.warnings.clone()).unwrap_or_default();
    for warning in warnings {
        if !codes.contains(&warning.code) {
            codes.push(warning.code.clone());
        }
    }
    // In a body that was cleaned before, these can't be seen any more.
    let badges = mark.map_or(&cleaned.badges, |mark| &mark.badges);
    let callouts = mark.map_or(&cleaned.callouts, |mark| &mark.callouts);
    let wiki = mark.map_or(cleaned.wiki.as_slice(), Mark::wiki);

    let mut entries = vec![
        ("schema".to_owned(), Node::plain(SCHEMA.to_string())),
        ("converter".to_owned(), Node::string(CONVERTER)),
        ("bodySha256".to_owned(), Node::string(digest(&cleaned.body))),
        ("filled".to_owned(), list(filled)),
        ("warnings".to_owned(), list(&codes)),
        ("words".to_owned(), count(derived.words)),
        (
            "readingMinutes".to_owned(),
            count(derived.reading_minutes.max(1)),
        ),
        (
            "headings".to_owned(),
            Node::List(derived.headings.iter().map(heading).collect()),
        ),
        (
            "links".to_owned(),
            Node::Map(vec![
                ("external".to_owned(), list(&derived.external_links)),
                ("internal".to_owned(), list(&derived.internal_links)),
                ("wiki".to_owned(), json(&serde_json::json!(wiki))),
            ]),
        ),
    ];
    if let Some(tasks) = &derived.tasks {
        let mut node = vec![
            ("total".to_owned(), count(tasks.total)),
            ("done".to_owned(), count(tasks.done)),
        ];
        if let Some(date) = &tasks.last_done {
            node.push(("lastDone".to_owned(), Node::plain(date)));
        }
        entries.push(("tasks".to_owned(), Node::Map(node)));
    }
    entries.push(("codeLanguages".to_owned(), list(&derived.code_languages)));
    entries.push(("badges".to_owned(), json(&serde_json::json!(badges))));
    entries.push(("callouts".to_owned(), json(&serde_json::json!(callouts))));
    entries.push((
        "features".to_owned(),
        Node::List(
            derived
                .features
                .iter()
                .map(|feature| Node::string(*feature))
                .collect(),
        ),
    ));
    out.emit("derived", Node::Map(entries));
}

fn heading(heading: &Heading) -> Node {
    Node::Map(vec![
        ("depth".to_owned(), Node::plain(heading.depth.to_string())),
        ("id".to_owned(), Node::string(&heading.id)),
        ("text".to_owned(), Node::string(&heading.text)),
    ])
}
