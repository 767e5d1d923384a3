//! What the disk refuses: told for what it is, in the log and in the answer to who was to be stored
//! something for.

use std::error::Error;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use endpoint::{Sentence, sentence};

/// The same complaint is logged again after this.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Why the disk does not take what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Complaint {
    Full,
    ReadOnly,
    Damaged,
    Failing,
}

/// What is found in the words of SQLite, and of what stores with it.
const WORDS: [(&str, Complaint); 5] = [
    ("database or disk is full", Complaint::Full),
    ("attempt to write a readonly database", Complaint::ReadOnly),
    ("database disk image is malformed", Complaint::Damaged),
    ("file is not a database", Complaint::Damaged),
    ("disk I/O error", Complaint::Failing),
];

impl Complaint {
    /// What `error` or one of its causes says of the disk.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            let kind = error
                .downcast_ref::<std::io::Error>()
                .map(std::io::Error::kind);
            let found = match kind {
                Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => Some(Self::Full),
                Some(ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => {
                    Some(Self::ReadOnly)
                }
                _ => Self::in_words(&error.to_string()),
            };
            if found.is_some() {
                return found;
            }
            next = error.source();
        }
        None
    }

    pub(crate) fn in_words(text: &str) -> Option<Self> {
        let mut words = WORDS.iter();
        words.find_map(|(words, complaint)| text.contains(words).then_some(*complaint))
    }

    /// A sentence for the member and for the log.
    pub(crate) fn sentence(self) -> Sentence {
        match self {
            Self::Full => sentence!("api.disk_full"),
            Self::ReadOnly => sentence!("api.disk_read_only"),
            Self::Damaged => sentence!("api.disk_damaged"),
            Self::Failing => sentence!("api.disk_failing"),
        }
    }
}

/// What the disk of one stack refused last. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<Option<(Complaint, Instant)>>>);

impl Disk {
    /// Notes what a failed operation says of the disk, and logs it.
    pub(crate) fn note(&self, complaint: Option<Complaint>) {
        let Some(complaint) = complaint else {
            return;
        };
        let now = Instant::now();
        let before = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace((complaint, now));
        let is_news = before.is_none_or(|(other, at)| {
            other != complaint || now.saturating_duration_since(at) > LOGGED_EVERY
        });
        if is_news {
            tracing::error!("{}", complaint.sentence());
        }
    }

    /// What the disk refused after `time`.
    pub(crate) fn since(&self, time: Instant) -> Option<Complaint> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(_, at)| *at >= time)
            .map(|(complaint, _)| complaint)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use rusqlite::{ErrorCode, ffi};

    use super::*;

    #[test]
    fn a_full_disk_is_found_however_deep_it_lies() {
        let full = io::Error::from(ErrorKind::StorageFull);
        assert_eq!(Complaint::of(&full), Some(Complaint::Full));
        let wrapped = crate::store::Error::File(full);
        assert_eq!(Complaint::of(&wrapped), Some(Complaint::Full));
        let of_sqlite = rusqlite::Error::SqliteFailure(
            ffi::Error {
                code: ErrorCode::DiskFull,
                extended_code: ffi::SQLITE_FULL,
            },
            Some("database or disk is full".to_owned()),
        );
        let of_sqlite = crate::store::Error::Index(of_sqlite);
        assert_eq!(Complaint::of(&of_sqlite), Some(Complaint::Full));
        let read_only = io::Error::from(ErrorKind::ReadOnlyFilesystem);
        assert_eq!(Complaint::of(&read_only), Some(Complaint::ReadOnly));
        assert_eq!(Complaint::of(&io::Error::other("a bug")), None);
    }

    #[test]
    fn a_complaint_is_about_what_was_asked_before_it() {
        let disk = Disk::default();
        let before = Instant::now();
        disk.note(Some(Complaint::Full));
        assert_eq!(disk.since(before), Some(Complaint::Full));
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(disk.since(Instant::now()), None);
    }
}
