//! The table of what may stand in a page, which the loaders of the npm package read as well; the converter's own policy is held
//! to it by a test.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

type Names = BTreeMap<String, Vec<String>>;

/// The table as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    elements: Vec<String>,
    removed_with_content: Vec<String>,
    attributes: BTreeMap<Kind, Names>,
    no_others: Vec<String>,
    schemes: Schemes,
    targets: Vec<String>,
    refused_identifiers: HashSet<String>,
    rendered: Vec<Rendered>,
}

/// What renderers write beside what a member may.
#[derive(Deserialize)]
struct Rendered {
    #[serde(default)]
    attributes: Names,
    #[serde(default)]
    classes: Names,
}

/// By what an address is for, the schemes that it may have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schemes {
    pub(crate) link: Vec<String>,
    pub(crate) image: Vec<String>,
    pub(crate) media: Vec<String>,
    /// Kinds of pictures that may stand in their address itself.
    pub(crate) picture_types: Vec<String>,
}

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Plain,
    Link,
    Image,
    Media,
    ImageSet,
    Identifier,
    Class,
    Target,
    Rel,
}

/// In the place of an element: any of them.
const ANY: &str = "*";

/// The table as it is asked.
pub(crate) struct Policy {
    pub(crate) elements: HashSet<&'static str>,
    /// Elements that go with all that they hold; of others that aren't allowed what they hold stays.
    pub(crate) removed: HashSet<&'static str>,
    /// By element, the attributes that it may have.
    pub(crate) attributes: HashMap<&'static str, HashSet<&'static str>>,
    pub(crate) schemes: &'static Schemes,
    pub(crate) targets: &'static [String],
    pub(crate) refused_identifiers: &'static HashSet<String>,
    kinds: HashMap<(&'static str, &'static str), Kind>,
    classes: HashSet<(&'static str, &'static str)>,
}

pub(crate) static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::of(&TABLE));

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the table is part of the program, and every test reads it"
    )]
    serde_json::from_str(include_str!("../../../astro/src/html/policy.json"))
        .expect("the table is what it is read as")
});

impl Policy {
    fn of(table: &'static Table) -> Self {
        let mut kinds = HashMap::new();
        for (kind, by_element) in &table.attributes {
            kinds.extend(pairs(by_element).map(|pair| (pair, *kind)));
        }
        let of_renderers = table.rendered.iter();
        for pair in of_renderers.clone().flat_map(|row| pairs(&row.attributes)) {
            kinds.entry(pair).or_insert(Kind::Plain);
        }
        let elements: HashSet<&str> = table.elements.iter().map(String::as_str).collect();
        let attributes = elements.iter().map(|element| {
            let takes_any = !table.no_others.iter().any(|name| name == element);
            let own = kinds
                .keys()
                .filter(|(of, _)| of == element || (*of == ANY && takes_any));
            (*element, own.map(|(_, name)| *name).collect())
        });
        Self {
            attributes: attributes.collect(),
            elements,
            removed: table
                .removed_with_content
                .iter()
                .map(String::as_str)
                .collect(),
            schemes: &table.schemes,
            targets: &table.targets,
            refused_identifiers: &table.refused_identifiers,
            classes: of_renderers.flat_map(|row| pairs(&row.classes)).collect(),
            kinds,
        }
    }

    /// What an attribute holds that the element may have.
    pub(crate) fn kind(&self, element: &str, attribute: &str) -> Option<Kind> {
        let own = self.kinds.get(&(element, attribute));
        own.or_else(|| self.kinds.get(&(ANY, attribute))).copied()
    }

    /// Whether an element may have a class of this name: that of a renderer, or of a language.
    pub(crate) fn has_class(&self, element: &str, name: &str) -> bool {
        let language = name.strip_prefix("language-");
        let is_language = |name: &str| {
            let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+#".contains(&byte);
            !name.is_empty() && name.bytes().all(is_of_one)
        };
        self.classes.contains(&(element, name)) || language.is_some_and(is_language)
    }
}

fn pairs(names: &'static Names) -> impl Iterator<Item = (&'static str, &'static str)> {
    names
        .iter()
        .flat_map(|(of, names)| names.iter().map(|name| (of.as_str(), name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let policy = &*POLICY;
        assert!(policy.elements.contains("table") && policy.removed.contains("script"));
        assert_eq!(policy.kind("a", "href"), Some(Kind::Link));
        assert_eq!(policy.kind("p", "href"), None);
        assert_eq!(policy.kind("p", "title"), Some(Kind::Plain));
        assert!(!policy.attributes["input"].contains("title"));
        assert!(policy.has_class("div", "callout") && !policy.has_class("p", "callout"));
        assert!(policy.has_class("code", "language-c++") && !policy.has_class("code", "language-"));
    }
}
