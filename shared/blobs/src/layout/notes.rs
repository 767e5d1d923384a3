//! What is kept beside an upload, as its object's metadata.

use std::collections::HashMap;

/// Longest name of a picture's file that is kept, in bytes; no file system has longer ones.
const MAX_FILE_NAME_BYTES: usize = 255;
/// The metadata with an uploaded file's name.
const FILE_NAME: &str = "file-name";
/// The metadata with the folder that a source lies in, or the path of a file.
const PATH: &str = "path";
/// The metadata that is there where the document comes out at its date.
const SCHEDULE: &str = "schedule";
/// The metadata with the version of the account that asked for an address.
const ACCOUNT_VERSION: &str = "account-version";
/// The metadata with the name by which a quota counts an upload that is under way.
const RESERVATION: &str = "reservation";
/// In the place of a reservation where a file takes no more than what it replaces.
pub const NOTHING_COUNTED: &str = "-";
/// The metadata of what takes an original's place once that is dealt with.
const DEALT_WITH: &str = "dealt-with";

/// What is kept beside a source, as its object's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNote {
    /// The uploaded file's name, as the client wrote it.
    pub file_name: String,
    /// The folder that the file lies in within the member's own, such as `notes/robots`; empty at the top, where sources of
    /// before there were paths lie.
    pub path: String,
    /// Whether the slug was given with the upload, and not made from the file's name.
    pub slug_given: bool,
    /// Whether the document comes out at its date: its author's word beside it.
    pub schedule: bool,
    /// Unix seconds of the first upload.
    pub created: u64,
    /// Unix seconds of the upload that brought these bytes.
    pub updated: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
}

impl SourceNote {
    /// What is kept where this document takes the place of an older version of it: there is the document since that, and the
    /// same bytes again leave the output what it was, to the last date.
    #[must_use]
    pub fn in_place_of(mut self, older: &Self) -> Self {
        self.created = older.created;
        if older.sha256 == self.sha256 {
            self.updated = older.updated;
        }
        self
    }

    pub fn to_metadata(&self) -> HashMap<String, String> {
        let path = Some(&self.path).filter(|path| !path.is_empty());
        let path = path.map(|path| (PATH.to_owned(), encode_name(path)));
        let schedule = self
            .schedule
            .then(|| (SCHEDULE.to_owned(), true.to_string()));
        let others = [
            (FILE_NAME.to_owned(), encode_name(&self.file_name)),
            ("slug-given".to_owned(), self.slug_given.to_string()),
            ("created".to_owned(), self.created.to_string()),
            ("updated".to_owned(), self.updated.to_string()),
            ("sha256".to_owned(), self.sha256.clone()),
        ];
        others.into_iter().chain(path).chain(schedule).collect()
    }

    /// `None` where another program wrote the object.
    pub fn from_metadata(metadata: &HashMap<String, String>) -> Option<Self> {
        Some(Self {
            file_name: decode_name(metadata, FILE_NAME)?,
            path: decode_name(metadata, PATH).unwrap_or_default(),
            schedule: metadata.contains_key(SCHEDULE),
            slug_given: metadata.get("slug-given")? == "true",
            created: metadata.get("created")?.parse().ok()?,
            updated: metadata.get("updated")?.parse().ok()?,
            sha256: metadata.get("sha256")?.clone(),
        })
    }
}

/// What is kept beside an original, as its object's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OriginalNote {
    /// Empty where the file's name isn't known.
    pub file_name: String,
    /// The account's version when the address was asked for: a session that has ended since sends no
    /// picture. `None` where another program wrote the object.
    pub account_version: Option<u64>,
}

impl OriginalNote {
    pub fn new(file_name: &str, account_version: Option<u64>) -> Self {
        Self {
            file_name: kept_file_name(file_name).to_owned(),
            account_version,
        }
    }

    pub fn to_metadata(&self) -> HashMap<String, String> {
        let name = Some(&self.file_name).filter(|name| !name.is_empty());
        let name = name.map(|name| (FILE_NAME.to_owned(), encode_name(name)));
        let version = self.account_version;
        let version = version.map(|version| (ACCOUNT_VERSION.to_owned(), version.to_string()));
        name.into_iter().chain(version).collect()
    }

    /// Nothing where another program wrote the object.
    pub fn from_metadata(metadata: &HashMap<String, String>) -> Self {
        let version = metadata.get(ACCOUNT_VERSION);
        Self::new(
            &decode_name(metadata, FILE_NAME).unwrap_or_default(),
            version.and_then(|version| version.parse().ok()),
        )
    }

    /// The metadata of what takes an original's place once that is dealt with.
    pub fn dealt_with() -> HashMap<String, String> {
        HashMap::from([(DEALT_WITH.to_owned(), true.to_string())])
    }

    /// Whether this is what took an original's place, and no original.
    pub fn is_dealt_with(metadata: &HashMap<String, String>) -> bool {
        metadata.contains_key(DEALT_WITH)
    }
}

/// What is kept beside a file, as its object's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNote {
    /// As [`super::parse_path`] gives it.
    pub path: String,
    /// The account's version when the file was sent, or its address asked for: a session that has ended
    /// since sends no file.
    pub account_version: u64,
    /// Under which name the quota counts a file as under way that was put to an address.
    pub reservation: Option<String>,
}

impl FileNote {
    pub fn to_metadata(&self) -> HashMap<String, String> {
        let reservation = self.reservation.clone();
        let reservation = reservation.map(|name| (RESERVATION.to_owned(), name));
        let version = self.account_version.to_string();
        [
            (PATH.to_owned(), encode_name(&self.path)),
            (ACCOUNT_VERSION.to_owned(), version),
        ]
        .into_iter()
        .chain(reservation)
        .collect()
    }

    /// `None` where another program wrote the object.
    pub fn from_metadata(metadata: &HashMap<String, String>) -> Option<Self> {
        let path = decode_name(metadata, PATH)?;
        Some(Self {
            path: super::parse_path(&path).ok()?,
            account_version: metadata.get(ACCOUNT_VERSION)?.parse().ok()?,
            reservation: metadata.get(RESERVATION).cloned(),
        })
    }
}

/// `file_name` as it is kept of a picture: nothing where no file could have it.
pub fn kept_file_name(file_name: &str) -> &str {
    if file_name.len() <= MAX_FILE_NAME_BYTES {
        file_name
    } else {
        ""
    }
}

/// S3 metadata is ASCII: names of files and folders are percent-encoded.
fn encode_name(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn decode_name(metadata: &HashMap<String, String>, key: &str) -> Option<String> {
    let name = percent_encoding::percent_decode_str(metadata.get(key)?);
    Some(name.decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_original_keeps_its_files_name() {
        for name in ["me.jpg", "Ich, 2026 (1).jpeg", "我.png", "a/../b\r\nx: y"] {
            let note = OriginalNote::new(name, Some(7));
            let metadata = note.to_metadata();
            assert!(
                metadata
                    .values()
                    .all(|value| value.is_ascii() && !value.contains('\n'))
            );
            assert_eq!(OriginalNote::from_metadata(&metadata), note);
            assert!(!OriginalNote::is_dealt_with(&metadata));
        }
        assert!(OriginalNote::is_dealt_with(&OriginalNote::dealt_with()));
        let unknown = OriginalNote::default();
        assert!(unknown.to_metadata().is_empty());
        assert_eq!(OriginalNote::from_metadata(&HashMap::new()), unknown);
        assert_eq!(OriginalNote::new(&"n".repeat(256), None), unknown);
    }

    #[test]
    fn a_file_keeps_its_path() {
        for reservation in [None, Some("0123".to_owned())] {
            let note = FileNote {
                path: "K\u{f6}ln/山 (1).png".to_owned(),
                account_version: 7,
                reservation,
            };
            let metadata = note.to_metadata();
            assert!(metadata.values().all(|value| value.is_ascii()));
            assert_eq!(FileNote::from_metadata(&metadata), Some(note));
        }
        let hostile = HashMap::from([
            (PATH.to_owned(), "..%2Fa.png".to_owned()),
            (ACCOUNT_VERSION.to_owned(), "1".to_owned()),
        ]);
        assert_eq!(FileNote::from_metadata(&hostile), None);
        assert_eq!(FileNote::from_metadata(&HashMap::new()), None);
    }

    #[test]
    fn notes_round_trip_in_ascii() {
        let mut note = SourceNote {
            file_name: "Größe \r\n✅.md".to_owned(),
            path: "Über uns/2026 %2F".to_owned(),
            slug_given: true,
            schedule: true,
            created: 1,
            updated: 2,
            sha256: "ab".to_owned(),
        };
        let metadata = note.to_metadata();
        assert!(
            metadata
                .values()
                .all(|value| value.is_ascii() && !value.contains(char::is_control))
        );
        assert_eq!(SourceNote::from_metadata(&metadata).as_ref(), Some(&note));
        // As every source was stored before there were paths.
        note.path.clear();
        let metadata = note.to_metadata();
        assert!(!metadata.contains_key(PATH));
        assert_eq!(SourceNote::from_metadata(&metadata), Some(note));
        assert_eq!(SourceNote::from_metadata(&HashMap::new()), None);
    }
}
