//! Who wrote a document: names and ids (2.4.3).

use super::output::Assembled;
use crate::context::Context;
use crate::entry::Entry;
use crate::entry::fields::{self, Shape};
use crate::entry::keys::{self, Keys};
use crate::names::fold;
use crate::prose::collapse;
use crate::report::Source;
use crate::warnings::Code;
use crate::yaml::Node;

pub(super) fn authors(out: &mut Assembled, keys: &mut Keys, context: &Context) {
    refuse_members(keys, context);
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
    let names = keys.take_spelled(aliases.iter().copied(), keys::names);
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
            let name = collapse(&context.name);
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

/// The names that are given for authors, but the member's own: some may be those of other members.
pub(crate) fn other_authors(keys: &Keys, context: &Context) -> Vec<String> {
    let named = keys
        .entries()
        .iter()
        .filter(|entry| fields::shape(&entry.key) == Some(Shape::Authors));
    named
        .filter_map(keys::names)
        .flatten()
        .filter(|name| !is_own(name, context))
        .collect()
}

/// Whether a name is the member's, or a part of it.
fn is_own(name: &str, context: &Context) -> bool {
    let (name, own) = (fold(name), fold(&context.name));
    name == context.handle
        || name
            .split_whitespace()
            .all(|word| own.split_whitespace().any(|own| own == word))
}

/// Takes out authors who are other members: nobody signs for somebody else. Where no author is left, the member is it.
fn refuse_members(keys: &mut Keys, context: &Context) {
    let is_member = |name: &String| {
        let (folded, id) = (fold(name), crate::slugger::slug(name));
        !is_own(name, context)
            && context.notes.members.iter().any(|member| {
                member.handle != context.handle
                    && (member.handle == id || fold(&member.name) == folded)
            })
    };
    for key in fields::spellings("author") {
        let refused = keys.remove_if(key, |entry| {
            keys::names(entry).is_some_and(|names| names.iter().any(is_member))
        });
        let Some(entry) = refused else {
            continue;
        };
        let (others, own): (Vec<_>, Vec<_>) = keys::names(&entry)
            .unwrap_or_default()
            .into_iter()
            .partition(is_member);
        keys.warnings
            .push(Code::OtherAuthor.at(entry.line, 1, &others.join(", ")));
        keys.extra.push((entry.key.clone(), entry.value.clone()));
        if !own.is_empty() {
            keys.put(Entry {
                value: Node::List(own.into_iter().map(Node::string).collect()),
                verbatim: None,
                ..entry
            });
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
