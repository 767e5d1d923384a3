//! The entry `derived`: what was read off the body, and the mark by which a later conversion knows it (2.10, 2.12, 3.3).

use serde::Serialize;

use super::harmless::harmless;
use super::output::Assembled;
use crate::body::Cleaned;
use crate::entry::mark::{CONVERTER, Mark, SCHEMA, digest};
use crate::record::{Derived, Heading};
use crate::report::Warning;
use crate::yaml::Node;

/// Most that the lists of `derived` take, in bytes as JSON has them: the file must be read again.
const MAX_LISTED_BYTES: usize = 48 * 1024;

/// What is left for lists.
struct Room(usize);

impl Room {
    /// A list of as many values as there is room for.
    fn list<T>(&mut self, values: &[T], node: impl Fn(&T) -> Node) -> Node {
        let fit = values.iter().map_while(|value| {
            // As it is written: the next conversion reads that, and must find the same room.
            let node = harmless(node(value));
            self.0 = self.0.checked_sub(node.to_json().to_string().len())?;
            Some(node)
        });
        Node::List(fit.collect())
    }

    fn strings(&mut self, values: &[String]) -> Node {
        self.list(values, |text| Node::string(text.as_str()))
    }

    fn records(&mut self, values: &[impl Serialize]) -> Node {
        self.list(values, |value| Node::from(serde_json::json!(value)))
    }
}

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
    // What can't be read off the body again comes first.
    let mut room = Room(MAX_LISTED_BYTES);
    let badges = room.records(badges);
    let callouts = room.records(callouts);
    let wiki = room.records(wiki);
    let headings = room.list(&derived.headings, heading);
    let code_languages = room.strings(&derived.code_languages);
    let external = room.strings(&derived.external_links);
    let internal = room.strings(&derived.internal_links);

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
        ("headings".to_owned(), headings),
        (
            "links".to_owned(),
            Node::Map(vec![
                ("external".to_owned(), external),
                ("internal".to_owned(), internal),
                ("wiki".to_owned(), wiki),
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
    entries.push(("codeLanguages".to_owned(), code_languages));
    entries.push(("badges".to_owned(), badges));
    entries.push(("callouts".to_owned(), callouts));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_again_finds_the_room_that_it_had() {
        // A blank that nobody sees, and a mark that is broken where it is written.
        let values = vec!["a\u{2800}b __ASTRO_IMAGE__".to_owned(); MAX_LISTED_BYTES / 10];
        let listed = |values: &[String]| match Room(MAX_LISTED_BYTES).strings(values) {
            Node::List(items) => items
                .iter()
                .filter_map(|item| item.text().map(str::to_owned))
                .collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let first = listed(&values);
        assert!((1..values.len()).contains(&first.len()));
        // All that was there, as it was written: no more of them fit.
        assert_eq!(listed(&vec![first[0].clone(); values.len()]), first);
    }
}
