//! Keys that a theme's schema checks: a wrong type there stops everybody's build (2.4.5).
//!
//! Some of them a theme prints as HTML, or takes for an address or an attribute. There, what could
//! be more than text or a link is a wrong value, too: the frontmatter is the author's as the body is.

use crate::yaml::{Node, Resolved};

/// Whether a value may stand under this key. Keys that no theme knows may hold anything.
pub(crate) fn allows(key: &str, value: &Node) -> bool {
    match key {
        "head" => all_items(value, is_head),
        "template" => matches!(value.text(), Some("doc" | "splash")),
        "hero" => is_hero(value),
        "sidebar" => is_sidebar(value),
        "metadata" => is_metadata(value),
        "metrics" => map(value, |key, value| match key {
            "readingTime" | "words" => is_number(value),
            _ => true,
        }),
        "banner" => value.get("content").is_some_and(is_plain_text),
        "prev" | "next" => is_bool(value) || is_string(value) || is_page_link(value),
        "editUrl" => is_bool(value) || is_web_address(value),
        "pagefind" | "featured" | "pinned" | "hideEditPost" | "footnotesSidebar" | "tocSidebar"
        | "mermaid" => is_bool(value),
        "tableOfContents" => is_bool(value) || is_contents(value),
        "order" => is_number(value),
        "timezone" | "canonicalURL" | "prevTitle" | "nextTitle" | "prevSlug" | "nextSlug"
        | "ogImage" | "excerpt" => is_string(value),
        "layout" => false,
        _ => true,
    }
}

/// Whether the key is one that [`allows`] knows.
pub(crate) fn is_guarded(key: &str) -> bool {
    !allows(key, &Node::List(vec![Node::List(Vec::new())]))
}

fn is_bool(value: &Node) -> bool {
    value.bool().is_some()
}

fn is_string(value: &Node) -> bool {
    matches!(value.resolved(), Some(Resolved::String(_)))
}

fn is_number(value: &Node) -> bool {
    matches!(
        value.resolved(),
        Some(Resolved::Int(_) | Resolved::Float(_))
    )
}

/// A string without a tag or a character reference, for places that are printed as HTML.
fn is_plain_text(value: &Node) -> bool {
    is_string(value) && value.text().is_some_and(|text| !text.contains(['<', '&']))
}

fn is_web_address(value: &Node) -> bool {
    is_string(value)
        && value
            .text()
            .and_then(|text| url::Url::parse(text).ok())
            .is_some_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// A web address, or a path or fragment of the site itself.
fn is_link(value: &Node) -> bool {
    let is_own = |text: &str| {
        let path = text.strip_prefix('/');
        text.starts_with('#') || path.is_some_and(|path| !path.starts_with(['/', '\\']))
    };
    is_web_address(value) || (is_string(value) && value.text().is_some_and(is_own))
}

fn map(value: &Node, allows: impl Fn(&str, &Node) -> bool) -> bool {
    matches!(value, Node::Map(entries) if entries.iter().all(|(key, value)| allows(key, value)))
}

fn all_items(value: &Node, allows: impl Fn(&Node) -> bool) -> bool {
    matches!(value, Node::List(items) if items.iter().all(allows))
}

/// `{tag, attrs?, content?}` with a tag that may stand in a page's head. No script, style, base or
/// redirection of an author's gets there.
fn is_head(item: &Node) -> bool {
    let tag = item.get("tag").and_then(Node::text);
    map(item, |key, value| match key {
        "tag" => matches!(tag, Some("title" | "meta")),
        "attrs" => map(value, |name, value| {
            matches!(name, "name" | "property" | "content" | "lang") && is_string(value)
        }),
        // Starlight: content is an attribute of `meta`.
        "content" => tag == Some("title") && is_plain_text(value),
        _ => false,
    }) && tag.is_some()
}

/// Starlight's hero, less its pictures, which would be files of the build machine or raw HTML.
fn is_hero(value: &Node) -> bool {
    map(value, |key, value| match key {
        "title" | "tagline" => is_plain_text(value),
        "image" => false,
        "actions" => all_items(value, is_action),
        _ => true,
    })
}

fn is_action(item: &Node) -> bool {
    item.get("text").is_some()
        && item.get("link").is_some()
        && map(item, |key, value| match key {
            "text" => is_plain_text(value),
            "link" => is_link(value),
            "variant" => matches!(value.text(), Some("primary" | "secondary" | "minimal")),
            // One that the theme doesn't know stops the build, and `<svg` is raw HTML.
            "icon" | "attrs" => false,
            _ => true,
        })
}

/// Starlight's sidebar entry, less `attrs`, which could be event handlers.
fn is_sidebar(value: &Node) -> bool {
    map(value, |key, value| match key {
        "order" => is_number(value),
        "label" => is_string(value),
        "hidden" => is_bool(value),
        "badge" => {
            is_string(value)
                || value.get("text").is_some()
                    && map(value, |key, value| match key {
                        "text" | "class" => is_string(value),
                        "variant" => matches!(
                            value.text(),
                            Some("note" | "danger" | "success" | "caution" | "tip" | "default")
                        ),
                        _ => true,
                    })
        }
        "attrs" => false,
        _ => true,
    })
}

/// `AstroWind`'s metadata of a page.
fn is_metadata(value: &Node) -> bool {
    let strings = |value: &Node| map(value, |_, value| is_string(value));
    map(value, |key, value| match key {
        "title" | "description" => is_string(value),
        "ignoreTitleTemplate" => is_bool(value),
        "canonical" => is_web_address(value),
        "robots" => map(value, |_, value| is_bool(value)),
        "twitter" => strings(value),
        "openGraph" => map(value, |key, value| match key {
            "images" => all_items(value, |item| {
                item.get("url").is_some_and(is_web_address)
                    && map(item, |key, value| match key {
                        "url" => true,
                        "width" | "height" => is_number(value),
                        _ => false,
                    })
            }),
            _ => is_string(value),
        }),
        _ => true,
    })
}

/// `{minHeadingLevel?, maxHeadingLevel?}`, 1 to 6, in order; Starlight's defaults are 2 and 3.
fn is_contents(value: &Node) -> bool {
    let level = |key: &str, default: i64| match value.get(key).map(Node::resolved) {
        None => Some(default),
        Some(Some(Resolved::Int(level))) if (1..=6).contains(&level) => Some(level),
        Some(_) => None,
    };
    let levels = (level("minHeadingLevel", 2), level("maxHeadingLevel", 3));
    matches!(value, Node::Map(_)) && matches!(levels, (Some(least), Some(most)) if least <= most)
}

/// `{link?, label?}` and nothing else.
fn is_page_link(value: &Node) -> bool {
    map(value, |key, value| match key {
        "link" => is_link(value),
        "label" => is_string(value),
        _ => false,
    })
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
            (
                "head",
                "[{tag: title, content: A}]",
                "[{tag: meta, content: A}]",
            ),
            (
                "head",
                "[{tag: meta, attrs: {property: og, content: x}}]",
                "[{tag: meta, attrs: {http-equiv: refresh, content: 0}}]",
            ),
            ("hero", "{tagline: a}", "true"),
            (
                "hero",
                "{actions: [{text: a, link: /b}]}",
                "{actions: [{text: a, link: 'javascript:alert(1)'}]}",
            ),
            ("hero", "{actions: []}", "{image: {html: <b>}}"),
            ("hero", "{title: A}", "{title: 1}"),
            ("sidebar", "{order: 1, badge: New}", "{order: first}"),
            (
                "sidebar",
                "{badge: {text: a, variant: tip}}",
                "{attrs: {onclick: alert(1)}}",
            ),
            ("metadata", "{robots: {index: false}}", "{robots: none}"),
            (
                "metadata",
                "{openGraph: {images: [{url: 'https://e.example/a.png', width: 1}]}}",
                "{canonical: here}",
            ),
            ("metrics", "{words: 5}", "{readingTime: 5 min}"),
            ("banner", "{content: x}", "x"),
            ("banner", "{content: 1 > 0}", "{content: <script>}"),
            (
                "prev",
                "{link: 'https://e.example/'}",
                "{link: 'javascript:alert(1)'}",
            ),
            ("next", "{link: '#a'}", "{link: //evil.example}"),
            ("editUrl", "true", "'javascript:alert(1)'"),
            ("tableOfContents", "{}", "{minHeadingLevel: 5}"),
            (
                "tableOfContents",
                "{maxHeadingLevel: 6}",
                "{maxHeadingLevel: 7}",
            ),
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
