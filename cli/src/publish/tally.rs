//! How a run ends: what was refused, of what the reports are missing, and the words for it.

use anyhow::anyhow;

use super::shown;
use crate::outcome::{Failure, Outcome};

/// How many were refused, here or by the server.
pub(super) struct Refusals {
    pub(super) documents: usize,
    pub(super) files: usize,
}

impl Refusals {
    pub(super) fn outcome(&self) -> Outcome {
        let number = self.documents + self.files;
        if number == 0 {
            return Ok(());
        }
        let what = counted(self.documents, self.files);
        let were = if number == 1 { "was" } else { "were" };
        Err(anyhow!("{what} {were} refused").into())
    }
}

/// Of how many it isn't known what became of them.
pub(super) struct Missing {
    pub(super) documents: usize,
    pub(super) files: usize,
}

impl Missing {
    /// `patience` is how many seconds were waited for the next report.
    pub(super) fn outcome(&self, patience: u64) -> Outcome {
        if self.documents + self.files == 0 {
            return Ok(());
        }
        let what = counted(self.documents, self.files);
        Err(Failure::Unknown(anyhow!(
            "all was sent, and what became of {what} isn't known {patience} seconds after the last report; say it again later to see"
        )))
    }
}

/// A number of documents and files.
pub(super) fn counted(documents: usize, files: usize) -> String {
    listed(&[
        (documents, "document", "documents"),
        (files, "file", "files"),
    ])
}

/// Numbers with what they are numbers of, of one and of more, those alone that aren't 0.
pub(super) fn listed(numbers: &[(usize, &str, &str)]) -> String {
    let parts = numbers.iter().filter(|(number, ..)| *number > 0);
    let parts = parts.map(|&(number, one, more)| shown::count(number, one, more));
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn numbers_are_listed_as_in_a_sentence() {
        let list = |notes, pictures, files| {
            listed(&[
                (notes, "note", "notes"),
                (pictures, "picture", "pictures"),
                (files, "PDF", "PDFs"),
            ])
        };
        assert_eq!(list(0, 0, 0), "");
        assert_eq!(list(1, 0, 0), "1 note");
        assert_eq!(list(120, 0, 1), "120 notes and 1 PDF");
        assert_eq!(list(2, 300, 4), "2 notes, 300 pictures and 4 PDFs");
    }
}
