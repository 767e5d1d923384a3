//! The member's pictures and files in a document: which of them its output shows, and which it may.

use std::collections::BTreeMap;

use frontmatter::Output;
use members::{Account, File, Submission};
use memchr::memmem;
use sha2::{Digest as _, Sha256};

use crate::picture;
use crate::site::Site;
use crate::source::Source;

/// Largest rendition of a profile's picture that is read, in bytes; those of 512 pixels take a hundredth of that.
const MAX_PICTURE_BYTES: usize = 4 * 1024 * 1024;

/// One of the member's pictures or files that a document shows or leads to.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What it is a version of: [`File::line`] or [`Account::picture_line`].
    pub line: String,
    /// The key of what the web sees of it.
    pub key: String,
    /// The file as it was looked up; `None`: it is the profile's picture.
    pub file: Option<File>,
}

impl Shown {
    /// Whether it is what the file or the profile has now, and not what was there before.
    pub fn is_newest(&self, member: &Account) -> bool {
        match &self.file {
            Some(file) => file.shown() == Some(&self.key),
            None => picture::current(member) == Some(&self.key),
        }
    }
}

/// What editors have seen of a version: it shows nothing else of the member's pictures and files.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub submission: &'a Submission,
    /// What is shown where something unseen took its place, by what it is a version of.
    pub before: &'a BTreeMap<String, String>,
}

/// A file as a document may show it. `None`: it may not.
pub(crate) fn of_file(file: File, seen: Option<Seen<'_>>) -> Option<Shown> {
    let newest = file.shown()?.clone();
    let line = file.line();
    let key = match seen {
        Some(seen) if !seen.submission.shows(sent(&file), &newest) => {
            seen.before.get(&line)?.clone()
        }
        _ => newest,
    };
    Some(Shown {
        line,
        key,
        file: Some(file),
    })
}

/// The profile's picture as a document may show it. `None`: there is none, or it may not.
pub(crate) async fn of_profile(
    site: &Site<'_>,
    member: &Account,
    seen: Option<Seen<'_>>,
) -> anyhow::Result<Option<Shown>> {
    let Some(newest) = picture::current(member) else {
        return Ok(None);
    };
    let line = member.picture_line();
    let key = match seen {
        // Whatever is there, it was no part of what editors saw, and needn't be read.
        Some(seen) if !seen.submission.has_pictures() => None,
        Some(seen) if !seen.submission.shows(None, newest) => {
            let sha256 = sha256(site, newest).await?;
            let is_seen = sha256.is_some_and(|it| seen.submission.shows(Some(&it), newest));
            let before = seen.before.get(&line);
            if is_seen { Some(newest) } else { before }.cloned()
        }
        _ => Some(newest.clone()),
    };
    Ok(key.map(|key| Shown {
        line,
        key,
        file: None,
    }))
}

/// Those of `found` that the output shows or leads to; none of a draft, which shows nobody anything.
pub(crate) fn in_output(site: &Site<'_>, found: Vec<Shown>, output: &Output) -> Vec<Shown> {
    let is_shown = |shown: &Shown| {
        let url = format!("{}/{}", site.public_url, shown.key);
        !output.draft && memmem::find(&output.bytes, url.as_bytes()).is_some()
    };
    found.into_iter().filter(is_shown).collect()
}

/// What editors see of a document that shows this.
///
/// # Errors
/// A store that failed.
pub async fn submission(
    site: &Site<'_>,
    source: &Source<'_>,
    shown: &[Shown],
) -> anyhow::Result<Submission> {
    let mut digests = Vec::new();
    for shown in shown {
        digests.push(match &shown.file {
            Some(file) => sent(file).map(str::to_owned),
            None => sha256(site, &shown.key).await?,
        });
    }
    let pictures = digests.iter().zip(shown);
    let pictures = pictures.map(|(sha256, shown)| (sha256.as_deref(), shown.key.as_str()));
    let note = source.note.as_ref();
    let name = note.map_or(("", ""), |note| (&note.path, &note.file_name));
    let slug = &source.key.slug;
    Ok(Submission::new(slug, &source.bytes, name, pictures))
}

/// SHA-256 of the file as it was sent, where that is what is shown of it.
fn sent(file: &File) -> Option<&str> {
    file.sha256.as_deref().filter(|_| file.is_whole())
}

/// SHA-256 of what the web sees of a profile's picture, which goes with it to another handle. `None`: it is gone by now.
async fn sha256(site: &Site<'_>, key: &str) -> anyhow::Result<Option<String>> {
    let found = site.content.get(key, MAX_PICTURE_BYTES).await?;
    Ok(found.map(|object| base16ct::lower::encode_string(&Sha256::digest(&object.bytes))))
}
