//! What people are told: sentences by their keys, in the language of who reads them.
//!
//! The sentences are those of `languages/<code>.json`, in i18next's format: `{{name}}` stands for a value, and a sentence
//! about a `count` has one entry for each plural of the language (`files_one`, `files_other`). A build script makes tables of
//! them, so that nothing is parsed when a function starts; another language is another file.

mod accepted;
mod check;
mod language;
mod sentence;
mod told;

/// What the build script made of the files.
mod tables {
    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}

pub use language::{Language, UnknownLanguage};
pub use sentence::{Sentence, Value, word};
pub use tables::FILES;
pub use told::told;

#[doc(hidden)]
pub use check::check;

/// The [`Sentence`] of a key with its values: `sentence!("api.missing_field", field = name)`. A key that `languages/en.json`
/// hasn't, a value that its sentence hasn't and one that is missing don't compile. Without values it is a constant.
#[macro_export]
macro_rules! sentence {
    ($key:literal $(,)?) => {{
        const _: () = $crate::check($key, &[]);
        $crate::Sentence::plain($key)
    }};
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {{
        const _: () = $crate::check($key, &[$(stringify!($name)),+]);
        $crate::Sentence::plain($key)$(.with(stringify!($name), $value))+
    }};
}

#[cfg(test)]
mod tests;
