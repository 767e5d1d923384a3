//! A tag of what an answer says.

use sha2::{Digest as _, Sha256};

use crate::{Entry, Moved, Picture};

/// Names everything that a build reads of `entries`, in hexadecimal.
#[derive(Debug, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    pub fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            let pictures = entry.picture.iter().flat_map(values);
            for part in [&entry.id, &entry.digest].into_iter().chain(pictures) {
                self.0.update(part.as_bytes());
                self.0.update([0]);
            }
            self.0.update([1]);
        }
    }

    pub fn add_moved(&mut self, moved: &[Moved]) {
        for Moved { from, to } in moved {
            for part in [from, to] {
                self.0.update(part.as_bytes());
                self.0.update([2]);
            }
        }
    }

    /// A member of the directory, who may have published nothing.
    pub fn add_member(&mut self, handle: &str, name: &str, picture: Option<&Picture>) {
        let pictures = picture.into_iter().flat_map(values);
        for part in [handle, name]
            .into_iter()
            .chain(pictures.map(String::as_str))
        {
            self.0.update(part.as_bytes());
            self.0.update([3]);
        }
        self.0.update([4]);
    }

    /// `rest` is whatever else belongs to it.
    pub fn finish(mut self, rest: &str) -> String {
        self.0.update(rest.as_bytes());
        base16ct::lower::encode_string(&self.0.finalize())
    }
}

fn values(picture: &Picture) -> impl Iterator<Item = &String> {
    picture.values()
}
