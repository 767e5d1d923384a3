//! How a run ends: what was refused, of what the reports are missing, and the words for it.

use anyhow::anyhow;

use super::shown;
use crate::outcome::{Failure, Outcome};

/// How many were refused, here or by the server, and what else wasn't done.
#[derive(Default)]
pub(super) struct Refusals {
    pub(super) documents: usize,
    pub(super) files: usize,
    /// Those that can't be read.
    pub(super) unread: usize,
    /// How many documents and files were to be deleted and stay, since no note is left in the folder.
    pub(super) unpruned: (usize, usize),
}

impl Refusals {
    pub(super) fn outcome(&self) -> Outcome {
        let number = self.documents + self.files;
        let were = |number| if number == 1 { "was" } else { "were" };
        let refused = (number > 0).then(|| {
            let what = counted(self.documents, self.files);
            format!("{what} {} refused", were(number))
        });
        let left_out = (self.unread > 0).then(|| {
            let what = shown::count(self.unread, "file or folder", "files and folders");
            format!("{what} that can't be read {} left out", were(self.unread))
        });
        let (documents, files) = self.unpruned;
        let unpruned = (documents + files > 0).then(|| {
            let what = counted(documents, files);
            let stay = if documents + files == 1 { "stays" } else { "stay" };
            format!(
                "nothing was deleted, since no Markdown file is left in the folder: {what} from it {stay} on the site"
            )
        });
        let all: Vec<String> = [refused, left_out, unpruned]
            .into_iter()
            .flatten()
            .collect();
        if all.is_empty() {
            Ok(())
        } else {
            Err(anyhow!("{}", all.join("; ")).into())
        }
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
    use super::{Refusals, listed};
    use crate::outcome::Failure;

    #[test]
    fn all_that_was_not_done_is_told_in_one_line() {
        assert!(Refusals::default().outcome().is_ok());
        let all = Refusals {
            documents: 1,
            files: 2,
            unread: 1,
            unpruned: (0, 1),
        };
        let Err(Failure::Refused(cause)) = all.outcome() else {
            panic!("it is told as a refusal");
        };
        assert_eq!(
            cause.to_string(),
            "1 document and 2 files were refused; 1 file or folder that can't be read was left out; nothing was deleted, since no \
             Markdown file is left in the folder: 1 file from it stays on the site"
        );
    }

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
