//! The folder that a document lies in within its author's own, as `notes/robots`; empty at the top.

use unicode_normalization::is_nfc;

/// Longest path of a folder, in bytes.
pub const MAX_PATH_BYTES: usize = 255;

/// What is wrong with a path, as the end of a sentence that begins with what it is a path of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("is longer than {MAX_PATH_BYTES} bytes")]
    TooLong,
    #[error("holds a control character")]
    ControlCharacter,
    #[error("isn’t in Unicode’s form NFC")]
    NotNfc,
    #[error("holds “\\”; put “/” between the names of folders")]
    Backslash,
    #[error("has “/” at an end, or twice in a row; write it as “notes/robots”")]
    EmptyName,
    #[error("holds “.” or “..” as the name of a folder")]
    Climbs,
    #[error("leads into a hidden folder, whose name begins with a dot")]
    Hidden,
}

/// Checks that documents may lie in the folder `path`.
///
/// # Errors
/// The first [`Fault`] that it has.
pub fn check(path: &str) -> Result<(), Fault> {
    if path.is_empty() {
        return Ok(());
    }
    if path.len() > MAX_PATH_BYTES {
        return Err(Fault::TooLong);
    }
    if path.contains(char::is_control) {
        return Err(Fault::ControlCharacter);
    }
    if !is_nfc(path) {
        return Err(Fault::NotNfc);
    }
    if path.contains('\\') {
        return Err(Fault::Backslash);
    }
    path.split('/').try_for_each(|name| match name {
        "" => Err(Fault::EmptyName),
        "." | ".." => Err(Fault::Climbs),
        hidden if hidden.starts_with('.') => Err(Fault::Hidden),
        _ => Ok(()),
    })
}

/// The folder's own name, the last of `path`; `None` at the top.
pub fn name(path: &str) -> Option<&str> {
    path.rsplit('/').next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_within_the_author_s_own_are_taken() {
        for path in [
            "",
            "notes",
            "notes/robots",
            "Über uns/2026 ✅",
            "a.b",
            "...",
        ] {
            let hidden = path.starts_with('.').then_some(Fault::Hidden);
            assert_eq!(check(path).err(), hidden, "{path}");
        }
        assert_eq!(check(&"x".repeat(MAX_PATH_BYTES)), Ok(()));
    }

    #[test]
    fn all_others_are_refused_for_what_they_are() {
        let long = "ü".repeat(128);
        for (path, fault) in [
            (long.as_str(), Fault::TooLong),
            ("a\nb", Fault::ControlCharacter),
            ("a\u{85}", Fault::ControlCharacter),
            ("Ko\u{308}ln", Fault::NotNfc),
            ("notes\\robots", Fault::Backslash),
            ("/", Fault::EmptyName),
            ("/notes", Fault::EmptyName),
            ("notes/", Fault::EmptyName),
            ("notes//robots", Fault::EmptyName),
            ("..", Fault::Climbs),
            ("notes/../..", Fault::Climbs),
            ("./notes", Fault::Climbs),
            (".git", Fault::Hidden),
            ("notes/.obsidian", Fault::Hidden),
        ] {
            assert_eq!(check(path), Err(fault), "{path}");
        }
    }

    #[test]
    fn a_folder_s_name_is_the_last() {
        assert_eq!(name("notes/robots"), Some("robots"));
        assert_eq!(name("notes"), Some("notes"));
        assert_eq!(name(""), None);
    }
}
