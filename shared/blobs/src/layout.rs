//! Where things are in the buckets.

mod files;
mod moved;
mod notes;
mod path;

pub use files::{
    FileChangeKey, FileKey, all_files, file_download_key, file_picture_key, files_prefix,
    handle_of_rendition, is_file_id, name_digest, upload_of,
};
pub use moved::MovedKey;
pub use notes::{FileNote, NOTHING_COUNTED, OriginalNote, SourceNote, kept_file_name};
pub use path::{InvalidPath, MAX_PATH_BYTES, base_name, parse_path};
use sha2::{Digest as _, Sha256};

/// Largest README, in bytes.
pub const MAX_README_BYTES: usize = 1024 * 1024;
/// The slug of the member's own page.
pub const OWN_PAGE: &str = "readme";
/// Largest original of a profile picture, and largest file, in bytes.
pub const MAX_ORIGINAL_BYTES: usize = 25 * 1024 * 1024;
/// Largest picture or file that is sent as a form, in bytes: Lambda takes 6 MB, base64 included.
pub const MAX_FORM_PICTURE_BYTES: usize = 4 * 1024 * 1024;

/// How many days the uploads bucket keeps a version once it is no longer the object: what was replaced or deleted
/// can come back for so long.
pub const KEPT_DAYS: u64 = 90;

const SOURCES: &str = "readmes/";
const CONTENT: &str = "content/";
const PICTURES: &str = "pictures/";
const PICTURE_CHANGES: &str = "picture-changes/";
const NAME_CHANGES: &str = "name-changes/";
const LATER: &str = "later/";
const NOW: &str = "now/";
const MAIL: &str = "mail/";
const SUFFIX: &str = ".md";
const ORIGINAL: &str = "/original";
const HANDLE: &str = "/handle";
const REMOVED: &str = "/removed";

/// Name of the metadata of outputs and renditions that says for whom they were written: see [`owner`].
pub const OWNER: &str = "owner";

/// By which outputs and renditions are known to be a member's, who may lose the handle that their keys
/// begin with to somebody else. A digest, since metadata is shown to everybody.
pub fn owner(member_id: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(member_id)[..16])
}

/// Name of the metadata of a file's rendition that says of which of its owner's files it is.
pub const OF_FILE: &str = "of-file";

/// By which renditions are known to be of one file. A digest with the member's id in it, since metadata is shown
/// to everybody, and the file's own id tells who guesses its name.
pub fn of_file(member_id: &str, file_id: &str) -> String {
    owner(&format!("{member_id}/{file_id}"))
}

/// The key of an uploaded README: `readmes/<member id>/<slug>.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceKey {
    pub member_id: String,
    /// As the key has it; a key that another program wrote may hold anything here.
    pub slug: String,
}

impl SourceKey {
    pub fn new(member_id: &str, slug: &str) -> Self {
        Self {
            member_id: member_id.to_owned(),
            slug: slug.to_owned(),
        }
    }

    /// `None` for a key that is no README's.
    pub fn parse(key: &str) -> Option<Self> {
        let (member_id, slug) = key
            .strip_prefix(SOURCES)?
            .strip_suffix(SUFFIX)?
            .split_once('/')?;
        (!member_id.is_empty() && !slug.is_empty()).then(|| Self::new(member_id, slug))
    }

    pub fn key(&self) -> String {
        format!("{}{}{SUFFIX}", Self::prefix(&self.member_id), self.slug)
    }

    /// What the keys of a member's READMEs begin with.
    pub fn prefix(member_id: &str) -> String {
        format!("{SOURCES}{member_id}/")
    }

    /// What the keys of all members' READMEs begin with.
    pub fn all() -> &'static str {
        SOURCES
    }

    /// The entry id: `<handle>` for the member's own page, else `<handle>/<slug>`.
    pub fn entry_id(&self, handle: &str) -> String {
        if self.slug == OWN_PAGE {
            handle.to_owned()
        } else {
            format!("{handle}/{}", self.slug)
        }
    }

    /// Whether the slug is one that an upload gives: `[a-z0-9-]+`, at most 80 bytes.
    pub fn is_canonical(&self) -> bool {
        self.slug.len() <= 80
            && self
                .slug
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    }
}

/// The key of an output: `content/<entry id>.md`.
pub fn content_key(entry_id: &str) -> String {
    format!("{CONTENT}{entry_id}{SUFFIX}")
}

/// The entry id of an output's key.
pub fn entry_id(key: &str) -> Option<&str> {
    key.strip_prefix(CONTENT)?.strip_suffix(SUFFIX)
}

/// Whose entry it is.
pub fn handle(entry_id: &str) -> &str {
    entry_id
        .split_once('/')
        .map_or(entry_id, |(handle, _)| handle)
}

/// The handle and the slug of an entry id, [`OWN_PAGE`] for the member's own page; `None` for what
/// is no entry id.
pub fn parse_entry_id(entry_id: &str) -> Option<(&str, &str)> {
    let (handle, slug) = entry_id.split_once('/').unwrap_or((entry_id, OWN_PAGE));
    let is_own_page_spelt_out = slug == OWN_PAGE && entry_id.contains('/');
    let is_one = !handle.is_empty() && !slug.is_empty() && !slug.contains('/');
    (is_one && !is_own_page_spelt_out).then_some((handle, slug))
}

/// What the keys of all outputs begin with.
pub fn content_prefix() -> &'static str {
    CONTENT
}

/// What the keys of a member's outputs begin with, but for that of their own page.
pub fn member_content_prefix(handle: &str) -> String {
    format!("{CONTENT}{handle}/")
}

/// What the keys of a member's pictures begin with.
pub fn pictures_prefix(handle: &str) -> String {
    format!("{PICTURES}{handle}/")
}

/// What the keys of all members' pictures begin with.
pub fn all_pictures() -> &'static str {
    PICTURES
}

/// Whose picture a key is, and its edge length in pixels as the key has it.
pub fn picture(key: &str) -> Option<(&str, &str)> {
    let (handle, name) = key.strip_prefix(PICTURES)?.split_once('/')?;
    let (_, size) = name.split_once('.')?.0.rsplit_once('-')?;
    Some((handle, size))
}

/// The key of one rendition of a profile picture. `upload` names the upload that it was made of, so
/// that no key is ever used again: what is under it never changes, and once nothing points at it
/// nothing will.
pub fn picture_key(handle: &str, upload: &str, size: &str, extension: &str) -> String {
    format!("{}{upload}-{size}.{extension}", pictures_prefix(handle))
}

/// The key of a picture that was sent through a presigned URL and waits to be made into renditions:
/// `pictures/<member id>/original`, in the uploads bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalKey {
    pub member_id: String,
}

impl OriginalKey {
    pub fn new(member_id: &str) -> Self {
        Self {
            member_id: member_id.to_owned(),
        }
    }

    /// `None` for a key that is no original's.
    pub fn parse(key: &str) -> Option<Self> {
        let member_id = key.strip_prefix(PICTURES)?.strip_suffix(ORIGINAL)?;
        (!member_id.is_empty() && !member_id.contains('/')).then(|| Self::new(member_id))
    }

    pub fn key(&self) -> String {
        format!("{PICTURES}{}{ORIGINAL}", self.member_id)
    }

    /// What the key of a member's original, and of nobody else's, begins with.
    pub fn prefix(member_id: &str) -> String {
        format!("{PICTURES}{member_id}/")
    }

    /// What the keys of all originals begin with.
    pub fn all() -> &'static str {
        PICTURES
    }
}

/// The key whose writing says that a member has another handle: `pictures/<member id>/handle`, in the uploads bucket. What is
/// under it is empty; S3 tells `resize_picture` of it, which brings what the web sees of the member's picture and files
/// under the handle, and has all of their READMEs looked at then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleChangeKey {
    pub member_id: String,
}

impl HandleChangeKey {
    pub fn new(member_id: &str) -> Self {
        Self {
            member_id: member_id.to_owned(),
        }
    }

    /// `None` for any other key.
    pub fn parse(key: &str) -> Option<Self> {
        let member_id = key.strip_prefix(PICTURES)?.strip_suffix(HANDLE)?;
        (!member_id.is_empty() && !member_id.contains('/')).then(|| Self::new(member_id))
    }

    pub fn key(&self) -> String {
        format!("{PICTURES}{}{HANDLE}", self.member_id)
    }
}

/// The key whose writing says that a member's picture changed, in the uploads bucket: `picture-changes/<member id>`
/// where one was put, `picture-changes/<member id>/removed` where it was taken away. What is under it is empty; S3
/// tells `rewrite_readme` of it, which looks at the READMEs that show the picture. A removal has a key of its own, so
/// that a picture that is put right after it doesn't hide it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureChangeKey {
    pub member_id: String,
    pub is_removal: bool,
}

impl PictureChangeKey {
    /// That of a picture that was put.
    pub fn new(member_id: &str) -> Self {
        Self {
            member_id: member_id.to_owned(),
            is_removal: false,
        }
    }

    /// That of a picture that was taken away.
    pub fn removal(member_id: &str) -> Self {
        Self {
            is_removal: true,
            ..Self::new(member_id)
        }
    }

    /// `None` for any other key.
    pub fn parse(key: &str) -> Option<Self> {
        let rest = key.strip_prefix(PICTURE_CHANGES)?;
        let (member_id, is_removal) = match rest.strip_suffix(REMOVED) {
            Some(member_id) => (member_id, true),
            None => (rest, false),
        };
        (!member_id.is_empty() && !member_id.contains('/')).then(|| Self {
            member_id: member_id.to_owned(),
            is_removal,
        })
    }

    pub fn key(&self) -> String {
        let removed = if self.is_removal { REMOVED } else { "" };
        format!("{PICTURE_CHANGES}{}{removed}", self.member_id)
    }

    /// What the keys of all members' changes begin with.
    pub fn all() -> &'static str {
        PICTURE_CHANGES
    }
}

/// The key whose writing says that a member's name changed: `name-changes/<member id>`, in the uploads
/// bucket. What is under it is empty; S3 tells `rewrite_readme` of it, which has all of the member's
/// READMEs looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameChangeKey {
    pub member_id: String,
}

impl NameChangeKey {
    pub fn new(member_id: &str) -> Self {
        Self {
            member_id: member_id.to_owned(),
        }
    }

    /// `None` for any other key.
    pub fn parse(key: &str) -> Option<Self> {
        let member_id = key.strip_prefix(NAME_CHANGES)?;
        (!member_id.is_empty() && !member_id.contains('/')).then(|| Self::new(member_id))
    }

    pub fn key(&self) -> String {
        format!("{NAME_CHANGES}{}", self.member_id)
    }

    /// What the keys of all members' changes begin with.
    pub fn all() -> &'static str {
        NAME_CHANGES
    }
}

/// The key that asks for a README to be looked at again, when there is time: `later/<member id>/<slug>`,
/// in the uploads bucket. What is under it is empty; S3 tells `rewrite_readme` of it, by the queue of
/// what can wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterKey(pub SourceKey);

impl LaterKey {
    /// `None` for any other key.
    pub fn parse(key: &str) -> Option<Self> {
        let (member_id, slug) = key.strip_prefix(LATER)?.split_once('/')?;
        (!member_id.is_empty() && !slug.is_empty()).then(|| Self(SourceKey::new(member_id, slug)))
    }

    pub fn key(&self) -> String {
        format!("{}{}", Self::prefix(&self.0.member_id), self.0.slug)
    }

    /// What the keys for a member's READMEs begin with.
    pub fn prefix(member_id: &str) -> String {
        format!("{LATER}{member_id}/")
    }

    /// What all such keys begin with.
    pub fn all() -> &'static str {
        LATER
    }
}

/// The key that asks for a README to be looked at as soon as one that was uploaded: `now/<member id>/<word>/<slug>`, in the
/// uploads bucket. What is under it is empty; S3 tells `rewrite_readme` of its writing. A request has a word
/// of its own, so that what became of an earlier one can't have it go unheard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NowKey {
    pub source: SourceKey,
    /// What sets this request apart from others for the same README. It has no `/`.
    pub word: String,
}

impl NowKey {
    /// `None` for any other key.
    pub fn parse(key: &str) -> Option<Self> {
        let (member_id, rest) = key.strip_prefix(NOW)?.split_once('/')?;
        let (word, slug) = rest.split_once('/')?;
        let is_whole = [member_id, word, slug].iter().all(|part| !part.is_empty());
        is_whole.then(|| Self {
            source: SourceKey::new(member_id, slug),
            word: word.to_owned(),
        })
    }

    pub fn key(&self) -> String {
        let SourceKey { member_id, slug } = &self.source;
        format!("{}{}/{slug}", Self::prefix(member_id), self.word)
    }

    /// What the keys for a member's READMEs begin with.
    pub fn prefix(member_id: &str) -> String {
        format!("{NOW}{member_id}/")
    }

    /// What all such keys begin with.
    pub fn all() -> &'static str {
        NOW
    }
}

/// The key of a letter that waits to be sent: `mail/<id>`, in the uploads bucket. S3 tells `send_mail` of it, which erases
/// it with its versions once it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailKey {
    pub id: String,
}

impl MailKey {
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned() }
    }

    /// `None` for a key that is no letter's.
    pub fn parse(key: &str) -> Option<Self> {
        let id = key.strip_prefix(MAIL)?;
        (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .then(|| Self::new(id))
    }

    pub fn key(&self) -> String {
        format!("{MAIL}{}", self.id)
    }

    /// What the keys of all letters begin with.
    pub fn all() -> &'static str {
        MAIL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_keys_of_their_own() {
        let key = MailKey::new("0197f0c4");
        assert_eq!(key.key(), "mail/0197f0c4");
        assert_eq!(MailKey::parse(&key.key()), Some(key));
        for other in ["mail/", "mail/a/b", "mail/a\n", "mails/a", ""] {
            assert_eq!(MailKey::parse(other), None, "{other}");
        }
        assert_eq!(SourceKey::parse("mail/0197f0c4"), None);
    }

    #[test]
    fn keys_round_trip() {
        let key = SourceKey::new("0197f0c4", "flask-backend");
        assert_eq!(key.key(), "readmes/0197f0c4/flask-backend.md");
        assert_eq!(SourceKey::parse(&key.key()), Some(key.clone()));
        assert_eq!(key.entry_id("jane"), "jane/flask-backend");
        assert_eq!(
            SourceKey::new("0197f0c4", OWN_PAGE).entry_id("jane"),
            "jane"
        );
        assert_eq!(
            entry_id(&content_key("jane/flask-backend")),
            Some("jane/flask-backend")
        );
    }

    #[test]
    fn changes_say_whose_picture_it_is() {
        let put = PictureChangeKey::new("0197f0c4");
        let removed = PictureChangeKey::removal("0197f0c4");
        assert_ne!(put.key(), removed.key());
        for key in [put, removed] {
            assert_eq!(PictureChangeKey::parse(&key.key()), Some(key));
        }
        for key in [
            "picture-changes/",
            "picture-changes//removed",
            "picture-changes/a/b",
            "picture-changes/a/b/removed",
            "picture-changes/a/removed/removed",
            "pictures/a/removed",
            "pictures/a",
            "",
        ] {
            assert_eq!(PictureChangeKey::parse(key), None, "{key}");
        }
        assert_eq!(SourceKey::parse("picture-changes/0197f0c4"), None);
    }

    #[test]
    fn changes_say_whose_name_it_is() {
        let key = HandleChangeKey::new("0197f0c4");
        assert_eq!(key.key(), "pictures/0197f0c4/handle");
        assert_eq!(HandleChangeKey::parse(&key.key()), Some(key));
        assert_eq!(OriginalKey::parse("pictures/0197f0c4/handle"), None);
        for key in [
            "pictures//handle",
            "pictures/a/b/handle",
            "pictures/a/original",
        ] {
            assert_eq!(HandleChangeKey::parse(key), None, "{key}");
        }
        let key = NameChangeKey::new("0197f0c4");
        assert_eq!(key.key(), "name-changes/0197f0c4");
        assert_eq!(NameChangeKey::parse(&key.key()), Some(key));
        for key in ["name-changes/", "name-changes/a/b", "names/a", ""] {
            assert_eq!(NameChangeKey::parse(key), None, "{key}");
        }
    }

    #[test]
    fn what_can_wait_says_which_readme_it_is() {
        let key = LaterKey(SourceKey::new("0197f0c4", "flask-backend"));
        assert_eq!(key.key(), "later/0197f0c4/flask-backend");
        assert_eq!(LaterKey::parse(&key.key()), Some(key.clone()));
        assert_eq!(SourceKey::parse(&key.key()), None);
        for other in [
            "later/",
            "later/a",
            "later/a/",
            "later//a",
            "readmes/a/b.md",
            "",
        ] {
            assert_eq!(LaterKey::parse(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_asked_for_now_says_which_readme_it_is() {
        let key = NowKey {
            source: SourceKey::new("0197f0c4", "flask-backend"),
            word: "1-2".to_owned(),
        };
        assert_eq!(key.key(), "now/0197f0c4/1-2/flask-backend");
        assert_eq!(NowKey::parse(&key.key()), Some(key.clone()));
        assert_eq!(LaterKey::parse(&key.key()), None);
        for other in ["now/", "now/a/b", "now/a/b/", "now//a/b", "now/a//b", ""] {
            assert_eq!(NowKey::parse(other), None, "{other}");
        }
    }

    #[test]
    fn pictures_say_whose_they_are() {
        let key = picture_key("jo-x", "0123", "96", "webp");
        assert_eq!(picture(&key), Some(("jo-x", "96")));
        for key in ["content/jo.md", "pictures/jo", "pictures/jo/a", ""] {
            assert_eq!(picture(key), None, "{key}");
        }
        assert_eq!((handle("jo"), handle("jo/trip")), ("jo", "jo"));
    }

    #[test]
    fn originals_are_one_for_each_member() {
        let key = OriginalKey::new("0197f0c4");
        assert_eq!(key.key(), "pictures/0197f0c4/original");
        assert_eq!(OriginalKey::parse(&key.key()), Some(key));
        for key in [
            "pictures/original",
            "pictures//original",
            "pictures/a/b/original",
            "pictures/a/original.png",
            "readmes/a/original",
        ] {
            assert_eq!(OriginalKey::parse(key), None, "{key}");
        }
    }

    #[test]
    fn other_keys_are_no_readmes() {
        for key in [
            "content/a.md",
            "readmes/a.md",
            "readmes//a.md",
            "readmes/a/.md",
            "readmes/a/b.txt",
            "xreadmes/a/b.md",
            "",
        ] {
            assert_eq!(SourceKey::parse(key), None, "{key}");
        }
        for key in [
            "readmes/a/B.md",
            "readmes/a/b/c.md",
            "readmes/a/é.md",
            "readmes/a/b c.md",
        ] {
            assert!(!SourceKey::parse(key).unwrap().is_canonical(), "{key}");
        }
    }
}
