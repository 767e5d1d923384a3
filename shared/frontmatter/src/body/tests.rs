//! Bodies before and after: rule by rule, hostile, and generated.

mod policy;
mod properties;
mod rules;
mod safety;

use super::*;
use crate::context::{Context, Flavor, NoteDocument, Notes};

/// A member with two other documents and a picture.
pub(super) fn context(flavor: Flavor) -> Context {
    let document = |path: &str, title: &str, entry_id: &str| NoteDocument {
        path: path.into(),
        title: title.into(),
        aliases: Vec::new(),
        entry_id: entry_id.into(),
    };
    Context {
        link_base: "/".into(),
        notes: Notes {
            documents: vec![
                document("Note", "A Note", "jane/note"),
                document("dir/guide", "The Guide", "jane/guide"),
            ],
            files: [(
                "known.png".to_owned(),
                "https://cdn.example.org/known".to_owned(),
            )]
            .into_iter()
            .collect(),
            members: Vec::new(),
        },
        flavor,
        ..Context::default()
    }
}

pub(super) fn options(context: &Context) -> CleanOptions<'_> {
    CleanOptions {
        context,
        repository: None,
        obsidian_keys: false,
        hard_breaks: false,
        emitted_before: false,
        title_removal: &[],
        removed_ids: &[],
    }
}

pub(super) fn clean_as(source: &str, context: &Context) -> Cleaned {
    clean(&Document::parse(source), &options(context), |_| ()).0
}

fn codes(cleaned: &Cleaned) -> Vec<&str> {
    cleaned
        .warnings
        .iter()
        .map(|warning| warning.code.as_str())
        .collect()
}
