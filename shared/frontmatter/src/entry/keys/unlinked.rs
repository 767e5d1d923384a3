//! Values that are wikilinks, as Obsidian's properties have them: what counts is the text that they show (2.4.1).

use crate::entry::Entry;
use crate::markdown::wikilink;
use crate::yaml::{Node, Scalar};

/// The entry with the text of each wikilink in its place.
pub(super) fn entry(entry: Entry) -> Entry {
    let Some(value) = node(&entry.value) else {
        return entry;
    };
    Entry {
        value,
        verbatim: None,
        literal: entry
            .literal
            .map(|literal| text(&literal).unwrap_or(literal)),
        ..entry
    }
}

/// The value with the text of each wikilink in its place, where it has some. Without quotes YAML takes one for a list in a
/// list.
fn node(value: &Node) -> Option<Node> {
    match value {
        Node::Scalar(scalar) => text(&scalar.text).map(|text| {
            Node::Scalar(Scalar {
                text,
                plain: scalar.plain,
            })
        }),
        Node::List(items) => {
            if let Some(linked) = link(value) {
                let linked = format!("[[{linked}]]");
                return Some(Node::plain(text(&linked).unwrap_or(linked)));
            }
            let shown: Vec<_> = items.iter().map(node).collect();
            let or_item = |(shown, item): (Option<Node>, &Node)| shown.unwrap_or(item.clone());
            shown
                .iter()
                .any(Option::is_some)
                .then(|| Node::List(shown.into_iter().zip(items).map(or_item).collect()))
        }
        Node::Map(entries) => {
            let shown: Vec<_> = entries.iter().map(|(_, value)| node(value)).collect();
            let or_value = |(shown, (key, value)): (Option<Node>, &(String, Node))| {
                (key.clone(), shown.unwrap_or(value.clone()))
            };
            shown
                .iter()
                .any(Option::is_some)
                .then(|| Node::Map(shown.into_iter().zip(entries).map(or_value).collect()))
        }
    }
}

/// What stands in `[[…]]` that YAML took for a list in a list.
pub(super) fn link(value: &Node) -> Option<&str> {
    let Node::List(outer) = value else {
        return None;
    };
    let [Node::List(inner)] = outer.as_slice() else {
        return None;
    };
    match inner.as_slice() {
        [link @ Node::Scalar(_)] => link.text(),
        _ => None,
    }
}

/// The text with what its wikilinks show; `None` where it has none. That of a picture stays.
fn text(text: &str) -> Option<String> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, link, behind)) = wikilink::first(rest) {
        let (target, alias) = link.filter(|link| !link.embed)?.parts();
        let target = target.trim_end_matches('\\');
        let target = target.rsplit('/').next().unwrap_or(target);
        let alias = alias.unwrap_or_default().trim();
        shown.push_str(before);
        shown.push_str(if alias.is_empty() {
            target.trim()
        } else {
            alias
        });
        rest = behind;
    }
    (rest.len() < text.len()).then(|| shown + rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, convert};

    fn meta(block: &str) -> serde_json::Value {
        let text = format!("---\n{block}---\nBees dance for others.\n");
        convert(text.as_bytes(), &Context::default()).unwrap().meta
    }

    #[test]
    fn wikilinks_in_values_are_what_they_show() {
        let meta = meta(
            "title: About [[Bees]] and [[Insects/Wasps|wasps]]\nauthor:\n  - \"[[Kim Example]]\"\n  - [[Jo Sample|Jo]]\ncategories: [[Posts]]\ntags: [\"[[a]]\", b]\ndate: \"[[2023-07-27]]\"\nlang: '[[de]]'\n",
        );
        assert_eq!(meta["title"], "About Bees and wasps");
        assert_eq!(meta["author"], "Kim Example, Jo");
        assert_eq!(meta["authors"], serde_json::json!(["kim-example", "jo"]));
        assert_eq!(meta["category"], "Posts");
        assert_eq!(meta["tags"], serde_json::json!(["a", "b"]));
        assert_eq!(meta["date"], "2023-07-27T00:00:00Z");
        assert_eq!(meta["lang"], "de");
    }

    #[test]
    fn other_brackets_and_pictures_stay() {
        for value in ["[[", "a [[b", "![[b.png]]", "[[ ]]", "a[0][1]"] {
            assert_eq!(text(value), None, "{value}");
        }
        let meta = meta("title: \"[[nodiscard]\"\nup: \"[[Bees]]\"\n");
        assert_eq!(meta["title"], "[[nodiscard]");
        assert_eq!(meta["up"], "[[Bees]]");
    }
}
