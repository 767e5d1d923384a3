//! Keys that a theme's schema checks: a wrong type there stops everybody's build (2.4).

use crate::yaml::{Node, Resolved};

/// Whether a value may stand under this key. Keys that no theme knows may hold anything.
pub(crate) fn allows(key: &str, value: &Node) -> bool {
    let is_map = matches!(value, Node::Map(_));
    let is_bool = value.bool().is_some();
    let is_string = is_string(value);
    let is_number = matches!(
        value.resolved(),
        Some(Resolved::Int(_) | Resolved::Float(_))
    );
    match key {
        "head" => matches!(value, Node::List(items) if items.iter().all(is_head)),
        "template" => matches!(value.text(), Some("doc" | "splash")),
        "hero" | "sidebar" | "metadata" | "metrics" => is_map,
        "banner" => value.get("content").is_some_and(self::is_string),
        "prev" | "next" => is_bool || is_string || is_page_link(value),
        "editUrl" => {
            is_bool
                || value
                    .text()
                    .is_some_and(|text| url::Url::parse(text).is_ok())
        }
        "pagefind" | "featured" | "pinned" | "hideEditPost" => is_bool,
        "tableOfContents" => {
            is_bool
                || matches!(value, Node::Map(entries) if entries.iter().all(|(_, value)| matches!(value.resolved(), Some(Resolved::Int(_)))))
        }
        "order" => is_number,
        "timezone" | "canonicalURL" | "prevTitle" | "nextTitle" | "ogImage" | "excerpt" => {
            is_string
        }
        "layout" => false,
        _ => true,
    }
}

/// Whether the key is one that [`allows`] knows.
pub(crate) fn is_guarded(key: &str) -> bool {
    !allows(key, &Node::List(vec![Node::List(Vec::new())]))
}

fn is_string(value: &Node) -> bool {
    matches!(value.resolved(), Some(Resolved::String(_)))
}

/// `{tag, attrs?, content?}` with a tag that may stand in a page's head.
fn is_head(item: &Node) -> bool {
    let Node::Map(entries) = item else {
        return false;
    };
    let known = |key: &str| matches!(key, "tag" | "attrs" | "content");
    // No script, style or base of an author's gets into the page's head.
    entries.iter().all(|(key, _)| known(key))
        && item
            .get("tag")
            .and_then(Node::text)
            .is_some_and(|tag| matches!(tag, "title" | "meta"))
}

/// `{link?, label?}` and nothing else.
fn is_page_link(value: &Node) -> bool {
    matches!(value, Node::Map(entries) if entries.iter().all(|(key, value)| matches!(key.as_str(), "link" | "label") && is_string(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(yaml: &str) -> Node {
        crate::yaml::read(&format!("k: {yaml}\n"))
            .unwrap()
            .entries
            .remove(0)
            .value
    }

    #[test]
    fn right_types_stay_and_wrong_ones_go() {
        for (key, right, wrong) in [
            (
                "head",
                "[{tag: meta, attrs: {name: a}}]",
                "[[meta, {name: a}]]",
            ),
            ("head", "[]", "[{tag: script, content: alert(1)}]"),
            ("template", "splash", "page.html"),
            ("hero", "{a: 1}", "true"),
            ("banner", "{content: x}", "x"),
            ("prev", "{link: /a, label: A}", "{href: /a}"),
            ("editUrl", "https://e.example/", "here"),
            ("pagefind", "false", "no"),
            ("tableOfContents", "{minHeadingLevel: 2}", "deep"),
            ("order", "1.5", "first"),
            ("timezone", "Europe/Berlin", "[a]"),
        ] {
            assert!(allows(key, &value(right)), "{key}: {right}");
            assert!(!allows(key, &value(wrong)), "{key}: {wrong}");
            assert!(is_guarded(key));
        }
        assert!(!allows("layout", &value("x")));
        assert!(allows("anything", &value("[1]")) && !is_guarded("anything"));
    }
}
