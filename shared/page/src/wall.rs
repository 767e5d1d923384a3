//! The wall where HTML is made: whatever a renderer gives, only what the table allows comes out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use crate::addresses::{image_set, is_image, is_link, is_media};
use crate::policy::{Kind, POLICY};

/// What each link says of the page that it leads to.
const REL: &str = "noopener noreferrer";
/// How often HTML is parsed again until it stands: misnested elements come to rest at the second or third time.
const MAX_ROUNDS: usize = 8;
/// Longest id of a footnote, in bytes.
const MAX_FOOTNOTE_ID_BYTES: usize = 1024;
/// Longest other id, in bytes.
const MAX_ID_BYTES: usize = 64;

static WALL: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut wall = Builder::empty();
    // The addresses themselves are looked at below; this is the same once more, by other code.
    let schemes = POLICY.schemes.link.iter().map(String::as_str);
    let boxes = HashMap::from([("type", "checkbox"), ("disabled", "")]);
    let mut attributes = POLICY.attributes.clone();
    for of_element in attributes.values_mut() {
        of_element.remove("rel");
    }
    wall.tags(POLICY.elements.clone())
        .clean_content_tags(POLICY.removed.clone())
        .tag_attributes(attributes)
        .url_schemes(schemes.chain(["data"]).collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(REL))
        .strip_comments(true)
        // What isn't a box to tick is a field, and a member's document has none.
        .set_tag_attribute_values(HashMap::from([("input", boxes)]))
        .attribute_filter(value);
    wall
});

/// The HTML without what a page must not hold: parsed again, it gives the tree that was judged. HTML that comes to no rest is
/// shown as text.
pub fn safe(html: &str) -> String {
    let mut safe = WALL.clean(html).to_string();
    for _ in 1..MAX_ROUNDS {
        let again = WALL.clean(&safe).to_string();
        if again == safe {
            return safe;
        }
        safe = again;
    }
    ammonia::clean_text(html)
}

/// The value as it may stand in an attribute that the element may have; `None` for none.
fn value<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let kept = |is_kept: bool| is_kept.then_some(Cow::Borrowed(value));
    match POLICY.kind(element, attribute)? {
        Kind::Plain => kept(true),
        Kind::Link => kept(is_link(value)),
        Kind::Image => kept(is_image(value)),
        Kind::Media => kept(is_media(value)),
        Kind::ImageSet => image_set(value).map(Cow::Owned),
        Kind::Identifier => kept(is_identifier(element, value)),
        Kind::Class => words(value, |name| POLICY.has_class(element, name)),
        Kind::Target => kept(POLICY.targets.iter().any(|target| target == value)),
        // A member's own was taken out before; this is the wall's.
        Kind::Rel => kept(value == REL),
    }
}

/// Names that scripts look up on `window` or `document` are no identifiers. Headings have those that are made of their texts,
/// and nothing on a page is found by a heading's identifier instead.
fn is_identifier(element: &str, value: &str) -> bool {
    let is_mark = |c: char| c.is_whitespace() || "\"'<>`".contains(c);
    if value.starts_with("user-content-fn") {
        return value.len() <= MAX_FOOTNOTE_ID_BYTES && !value.contains(is_mark);
    }
    if matches!(element, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
        return !value.is_empty() && !value.contains(|c: char| is_mark(c) || c.is_control());
    }
    let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    value.len() <= MAX_ID_BYTES
        && value.starts_with(|first: char| first.is_ascii_alphabetic())
        && value.bytes().all(is_of_one)
        && !POLICY
            .refused_identifiers
            .contains(&value.to_ascii_lowercase())
}

/// Those of the words that may stay.
fn words(value: &str, is_kept: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
    let kept: Vec<&str> = value
        .split_ascii_whitespace()
        .filter(|word| is_kept(word))
        .collect();
    (!kept.is_empty()).then(|| Cow::Owned(kept.join(" ")))
}

#[cfg(test)]
mod tests {
    use languages::Language;
    use scraper::{Html, Node};

    use super::*;
    use crate::render;

    const HOSTILE: &str = include_str!("../../frontmatter/src/body/tests/hostile.txt");

    /// What stands in HTML that the table doesn't name, as a browser reads it.
    fn faults(html: &str) -> Vec<String> {
        let mut faults = Vec::new();
        for node in Html::parse_fragment(html).tree.values() {
            match node {
                Node::Comment(_) | Node::ProcessingInstruction(_) | Node::Doctype(_) => {
                    faults.push(format!("{node:?}"));
                }
                // The parser's own, around everything.
                Node::Element(element) if !matches!(element.name(), "html" | "body") => {
                    let name = element.name();
                    if !POLICY.elements.contains(name) {
                        faults.push(format!("<{name}>"));
                    }
                    for (attribute, written) in element.attrs() {
                        let kept = value(name, attribute, written);
                        if kept.as_deref() != Some(written) {
                            faults.push(format!("<{name} {attribute}={written:?}>"));
                        }
                    }
                }
                _ => {}
            }
        }
        faults
    }

    fn hostile() -> impl Iterator<Item = String> {
        let lines = HOSTILE.lines().filter(|line| !line.is_empty());
        lines.map(|line| {
            let line = line.replace("\\n", "\n");
            line.replace("\\t", "\t")
        })
    }

    #[test]
    fn nothing_hostile_comes_through() {
        let mut found = 0;
        for text in hostile() {
            for html in [render(&text, Language::ENGLISH), text.clone()] {
                found += usize::from(!faults(&html).is_empty());
                let safe = safe(&html);
                assert_eq!(faults(&safe), [""; 0], "{safe}\nof {text}");
            }
        }
        assert!(found > 100, "the check finds what is hostile: {found}");
    }

    #[test]
    fn what_came_through_comes_through_again() {
        for text in hostile() {
            let once = safe(&render(&text, Language::ENGLISH));
            assert_eq!(safe(&once), once, "{text}");
        }
    }

    #[test]
    fn what_a_document_may_have_stays() {
        for html in [
            "<p align=\"center\"><a href=\"https://e.example/\" rel=\"noopener noreferrer\">a</a></p>",
            "<h2 id=\"über-uns\">Über uns</h2>",
            "<pre><code class=\"language-c++\">x</code></pre>",
            "<details open=\"\"><summary>a</summary><kbd>b</kbd></details>",
            "<img src=\"https://e.example/a.png\" srcset=\"https://e.example/b.png 2x\" alt=\"a\">",
            "<div class=\"callout\" data-callout=\"note\"><p class=\"callout-title\">Note</p></div>",
            "<table><thead><tr><th align=\"left\">a</th></tr></thead></table>",
            "<video src=\"https://e.example/a.mp4\" controls=\"\"></video>",
        ] {
            assert_eq!(sorted(&safe(html)), sorted(html));
        }
    }

    /// The letters of HTML in order: attributes may come in another order.
    fn sorted(html: &str) -> String {
        let mut letters: Vec<char> = html.chars().collect();
        letters.sort_unstable();
        letters.into_iter().collect()
    }

    #[test]
    fn what_a_document_may_not_have_goes() {
        for (html, left) in [
            (
                "<p onclick=\"x\" style=\"x\" id=\"cookie\">a</p>",
                "<p>a</p>",
            ),
            ("<script>a</script>b<style>c</style>", "b"),
            ("<form><button>a</button></form>", "a"),
            (
                "<a href=\"javascript:x\">a</a>",
                "<a rel=\"noopener noreferrer\">a</a>",
            ),
            (
                "<img src=\"data:image/svg+xml;base64,AA==\" alt=\"a\">",
                "<img alt=\"a\">",
            ),
            (
                "<p class=\"callout language-x astro\">a</p>",
                "<p class=\"language-x\">a</p>",
            ),
            ("<!-- a -->b", "b"),
            ("a</div></body></html>b", "ab"),
        ] {
            assert_eq!(safe(html), left);
        }
        let field = safe("<input type=\"text\" name=\"password\" value=\"x\">");
        assert_eq!(
            sorted(&field),
            sorted("<input type=\"checkbox\" disabled=\"\">")
        );
    }
}
