//! Who wrote a document: names and ids (2.4).

use super::Assembled;
use crate::context::Context;
use crate::keys::{self, Keys};
use crate::report::Source;
use crate::yaml::Node;

pub(super) fn authors(out: &mut Assembled, keys: &mut Keys, context: &Context) {
    let authors = keys.remove("authors");
    let ids = authors
        .as_ref()
        .filter(|entry| !keys::says_nothing(&entry.value))
        .and_then(keys::names);
    if let (Some(entry), None) = (&authors, &ids)
        && !keys::says_nothing(&entry.value)
    {
        keys.unusable(entry.clone());
    }
    // `by` comes last: `authors` says it where there is no `author`.
    let aliases: &[&str] = if ids.is_some() {
        &["author"]
    } else {
        &["author", "by"]
    };
    let names = keys.take(aliases, keys::names);
    if let Some(entry) = keys.remove("by")
        && !entry.value.is_empty()
    {
        keys.extra.push((entry.key, entry.value));
    }
    match (names, ids) {
        (Some(names), ids) => {
            let ids = ids.unwrap_or_else(|| names.clone());
            out.push(
                "author",
                Node::string(names.join(", ")),
                Source::Frontmatter,
            );
            author_ids(out, &ids, context);
        }
        (None, Some(ids)) => {
            out.push("author", Node::string(ids.join(", ")), Source::Frontmatter);
            author_ids(out, &ids, context);
        }
        (None, None) => {
            let name = keys::collapse(&context.name);
            let name = if name.is_empty() {
                &context.handle
            } else {
                &name
            };
            if !name.is_empty() {
                out.push("author", Node::string(name), Source::Member);
            }
            if !context.handle.is_empty() {
                out.strings(
                    "authors",
                    std::slice::from_ref(&context.handle),
                    Source::Member,
                );
            }
        }
    }
}

/// The ids of the authors that are named, the member's where the names give none.
fn author_ids(out: &mut Assembled, names: &[String], context: &Context) {
    let ids = slugged(names);
    if !ids.is_empty() {
        out.strings("authors", &ids, Source::Frontmatter);
    } else if !context.handle.is_empty() {
        out.strings(
            "authors",
            std::slice::from_ref(&context.handle),
            Source::Member,
        );
    }
}

/// Ids of authors.
fn slugged(names: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for name in names {
        let id = crate::slugger::slug(name);
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}
