//! Where the files of members lie that stand beside their documents: pictures and the like.

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use super::path::base_name;

const FILES: &str = "files/";
const FILE_CHANGES: &str = "file-changes/";
/// Bytes of the digest of a file's name in its id.
const NAME_BYTES: usize = 8;
/// Bytes of the digest of a file's path in its id.
const PATH_BYTES: usize = 16;

/// The key of a file as it was sent: `files/<member id>/<file id>`, in the uploads bucket.
///
/// A file's id is made of two digests: of its folded name, and of its path. So the same path has the same
/// id, and all files of one name are found by what their ids begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileKey {
    pub member_id: String,
    pub file_id: String,
}

impl FileKey {
    pub fn new(member_id: &str, file_id: &str) -> Self {
        Self {
            member_id: member_id.to_owned(),
            file_id: file_id.to_owned(),
        }
    }

    /// The key of the file at `path`, as [`super::parse_path`] gives it.
    pub fn of(member_id: &str, path: &str) -> Self {
        let id = name_digest(base_name(path)) + &digest(path, PATH_BYTES);
        Self::new(member_id, &id)
    }

    /// `None` for a key that is no file's.
    pub fn parse(key: &str) -> Option<Self> {
        let (member_id, file_id) = key.strip_prefix(FILES)?.split_once('/')?;
        (!member_id.is_empty() && is_file_id(file_id)).then(|| Self::new(member_id, file_id))
    }

    pub fn key(&self) -> String {
        format!("{}{}", Self::prefix(&self.member_id), self.file_id)
    }

    /// What the keys of a member's files begin with.
    pub fn prefix(member_id: &str) -> String {
        format!("{FILES}{member_id}/")
    }

    /// What the keys of all members' files begin with.
    pub fn all() -> &'static str {
        FILES
    }
}

/// Whether a text has the form of a file's id.
pub fn is_file_id(text: &str) -> bool {
    text.len() == 2 * (NAME_BYTES + PATH_BYTES)
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What the ids of all files begin with that have this name, in whatever case and composition.
pub fn name_digest(name: &str) -> String {
    let folded = name.trim().nfc().collect::<String>().to_lowercase();
    digest(&folded, NAME_BYTES)
}

fn digest(text: &str, bytes: usize) -> String {
    let digest = Sha256::digest(text);
    base16ct::lower::encode_string(digest.get(..bytes).unwrap_or(&digest))
}

/// The key whose writing says that files of one name came, were replaced or went:
/// `file-changes/<member id>/<digest of the name>`, in the uploads bucket. What is under it is the folded
/// name; S3 tells `rewrite_readme` of it, which looks at the documents that ask for that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChangeKey {
    pub member_id: String,
    name: String,
}

impl FileChangeKey {
    pub fn new(member_id: &str, name: &str) -> Self {
        Self {
            member_id: member_id.to_owned(),
            name: name_digest(name),
        }
    }

    /// `None` for any other key.
    pub fn parse(key: &str) -> Option<Self> {
        let (member_id, name) = key.strip_prefix(FILE_CHANGES)?.split_once('/')?;
        let is_one = !member_id.is_empty() && !name.is_empty() && !name.contains('/');
        is_one.then(|| Self {
            member_id: member_id.to_owned(),
            name: name.to_owned(),
        })
    }

    pub fn key(&self) -> String {
        format!("{}{}", Self::prefix(&self.member_id), self.name)
    }

    /// What the keys for a member's files begin with.
    pub fn prefix(member_id: &str) -> String {
        format!("{FILE_CHANGES}{member_id}/")
    }

    /// What all such keys begin with.
    pub fn all() -> &'static str {
        FILE_CHANGES
    }
}

/// What the keys begin with of what the web sees of a member's files, in the content bucket.
pub fn files_prefix(handle: &str) -> String {
    format!("{FILES}{handle}/")
}

/// What the keys begin with of what the web sees of all members' files.
pub fn all_files() -> &'static str {
    FILES
}

/// The key of one rendition of a file, of a size in pixels. `upload` is random, so that nobody guesses the
/// key, and no key is ever used again.
pub fn file_picture_key(
    handle: &str,
    upload: &str,
    (width, height): (u32, u32),
    extension: &str,
) -> String {
    let prefix = files_prefix(handle);
    format!("{prefix}{upload}-{width}x{height}.{extension}")
}

/// The key of a file that is downloaded as it was sent; `upload` as for [`file_picture_key`].
pub fn file_download_key(handle: &str, upload: &str, extension: &str) -> String {
    format!("{}{upload}.{extension}", files_prefix(handle))
}

/// The key of a rendition up to its size and its ending: the same for all renditions of one upload.
pub fn upload_of(key: &str) -> &str {
    let name = key.rfind('/').map_or(0, |at| at + 1);
    let rest = key.get(name..).unwrap_or_default();
    let end = rest.find(['-', '.']).unwrap_or(rest.len());
    key.get(..name + end).unwrap_or(key)
}

/// Under whose handle a key of a profile picture's or a file's rendition is.
pub fn handle_of_rendition(key: &str) -> Option<&str> {
    let rest = [super::PICTURES, FILES]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))?;
    let (handle, _) = rest.split_once('/')?;
    (!handle.is_empty()).then_some(handle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{OriginalKey, PictureChangeKey, SourceKey};

    #[test]
    fn the_same_path_has_the_same_key_and_one_name_one_beginning() {
        let key = FileKey::of("0197f0c4", "notes/img/Arm.png");
        assert_eq!(FileKey::parse(&key.key()), Some(key.clone()));
        assert_eq!(key, FileKey::of("0197f0c4", "notes/img/Arm.png"));
        let names = name_digest("ARM.PNG");
        for path in ["arm.png", "Arm.png", "other/arm.PNG"] {
            let other = FileKey::of("0197f0c4", path);
            assert_ne!(other, key);
            assert!(other.file_id.starts_with(&names), "{path}");
        }
        assert_eq!(name_digest("Ko\u{308}ln.png"), name_digest("k\u{f6}ln.png"));
        assert!(!FileKey::of("0", "arm.jpg").file_id.starts_with(&names));
        for other in [
            "files/",
            "files/a",
            "files/a/",
            "files//00",
            "files/a/../b",
            "files/jo/0123-480x320.webp",
            "readmes/a/b.md",
        ] {
            assert_eq!(FileKey::parse(other), None, "{other}");
        }
        assert_eq!(SourceKey::parse(&key.key()), None);
        assert_eq!(OriginalKey::parse(&key.key()), None);
    }

    #[test]
    fn changes_are_one_for_each_name() {
        let key = FileChangeKey::new("0197f0c4", "Arm.png");
        assert_eq!(key, FileChangeKey::new("0197f0c4", "arm.PNG"));
        assert_eq!(FileChangeKey::parse(&key.key()), Some(key.clone()));
        assert_eq!(PictureChangeKey::parse(&key.key()), None);
        assert_eq!(FileKey::parse(&key.key()), None);
        for other in [
            "file-changes/",
            "file-changes/a",
            "file-changes/a/b/c",
            "files/a/b",
        ] {
            assert_eq!(FileChangeKey::parse(other), None, "{other}");
        }
    }

    #[test]
    fn renditions_of_one_upload_are_known_by_their_keys() {
        let large = file_picture_key("jo-x", "0123", (1920, 1080), "webp");
        assert_eq!(large, "files/jo-x/0123-1920x1080.webp");
        let small = file_picture_key("jo-x", "0123", (480, 270), "webp");
        assert_eq!(upload_of(&large), upload_of(&small));
        assert_eq!(upload_of(&large), "files/jo-x/0123");
        let download = file_download_key("jo-x", "0123", "pdf");
        assert_eq!(upload_of(&download), "files/jo-x/0123");
        assert_eq!(
            upload_of("pictures/jo-x/0123-96.webp"),
            "pictures/jo-x/0123"
        );
        for key in [large.as_str(), "pictures/jo-x/0123-96.webp"] {
            assert_eq!(handle_of_rendition(key), Some("jo-x"));
        }
        assert_eq!(handle_of_rendition("content/jo.md"), None);
    }
}
