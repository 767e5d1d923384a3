//! Tags and categories (2.4.2).

use super::output::Assembled;
use crate::body::Cleaned;
use crate::entry::keys::{self, Keys};
use crate::prose::collapse;
use crate::report::Source;
use crate::yaml::Node;

pub(super) fn tags_and_categories(out: &mut Assembled, keys: &mut Keys, cleaned: &Cleaned) {
    let written = keys.take("tags", keys::tags).unwrap_or_default();
    let source = if written.is_empty() {
        Source::Body
    } else {
        Source::Frontmatter
    };
    let tags = keys::normalised_tags(written.into_iter().chain(cleaned.tags.iter().cloned()));
    out.strings("tags", &tags, source);

    let is_list = keys.remove_if_list("categories");
    let categories = is_list.or_else(|| keys.take("category", keys::strings));
    if let Some(categories) = categories {
        if let Some(first) = categories.first() {
            out.push("category", Node::string(first), Source::Frontmatter);
        }
        if categories.len() > 1 {
            out.strings("categories", &categories, Source::Frontmatter);
        }
    }
}

impl Keys {
    /// `categories` as a list: it says all that `category` says beside it.
    fn remove_if_list(&mut self, key: &str) -> Option<Vec<String>> {
        let list = self.take_if(key, |value| match value {
            Node::List(items) => Some(
                items
                    .iter()
                    .filter_map(Node::text)
                    .map(collapse)
                    .collect::<Vec<_>>(),
            ),
            _ => None,
        })?;
        let single = self.take_spelled(["category"], keys::strings);
        let first = single
            .into_iter()
            .flatten()
            .filter(|category| !list.contains(category));
        Some(
            first
                .chain(list.iter().cloned())
                .filter(|category| !category.is_empty())
                .collect(),
        )
        .filter(|list: &Vec<_>| !list.is_empty())
    }
}
