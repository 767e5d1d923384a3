//! Sentences that are kept until somebody reads them.

use crate::{Language, Sentence};

/// What to say to who reads a kept sentence: `said` in their language, or the English `text` that is kept beside it, where the
/// sentence was kept before it had a key, or by another version that knew other keys.
pub fn told(text: &str, said: Option<&Sentence>, language: Language) -> String {
    said.and_then(|said| said.find(language))
        .unwrap_or_else(|| text.to_owned())
}
