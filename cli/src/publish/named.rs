//! Which files of a folder its notes show or lead to. The converter itself is asked, which looks for them on the server as it does here:
//! from the note's folder, from the top, then by name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use blobs::layout::base_name;
use frontmatter::names::fold;
use frontmatter::{Context, Files, Notes};
use futures::{StreamExt as _, stream};

use super::folder::{self, Attachment, Document};
use super::kinds::Kind;

/// Beginning of the addresses that stand for files while a note is converted; nothing is there.
const STAND_IN: &str = "https://files.invalid/";
/// Digits of a file's number in such an address: a folder has fewer files than they count.
const DIGITS: usize = 6;
/// Notes that are converted side by side.
const AT_ONCE: usize = 4;

/// Files by their folded names: the address that stands for each, and its path.
struct Addresses {
    by_name: BTreeMap<String, Vec<(usize, String, String)>>,
}

impl Addresses {
    fn of(files: &[Attachment]) -> Self {
        let mut by_name: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (number, file) in files.iter().enumerate() {
            let name = base_name(&file.path);
            let ending = match Kind::of(name) {
                kind if kind.is_picture() => "webp",
                _ => name.rsplit_once('.').map_or("", |(_, ending)| ending),
            };
            let address = format!("{STAND_IN}{number:0DIGITS$}.{ending}");
            let named = by_name.entry(fold(name)).or_default();
            named.push((number, file.path.clone(), address));
        }
        Self { by_name }
    }

    fn of_names<'a>(
        &'a self,
        names: &'a [String],
    ) -> impl Iterator<Item = &'a (usize, String, String)> {
        names
            .iter()
            .filter_map(|name| self.by_name.get(name))
            .flatten()
    }

    /// The numbers of the files that a note shows or leads to.
    fn in_note(&self, note: &[u8], folder: &str) -> BTreeSet<usize> {
        let context = Context {
            folder: folder.to_owned(),
            ..Context::default()
        };
        let mut is_asked = false;
        let converted = frontmatter::convert_linked(note, &context, |references| {
            is_asked = true;
            let found = self.of_names(&references.files);
            let files: Files = found
                .map(|(_, path, address)| (path.clone(), address.clone()))
                .collect();
            Notes {
                files,
                ..Notes::default()
            }
        });
        let Ok(output) = converted else {
            // It is refused, and shows nothing.
            return BTreeSet::new();
        };
        if is_asked {
            return numbers(&String::from_utf8_lossy(&output.bytes));
        }
        // Of a draft nothing is looked up: whichever of several files of one name it means.
        let files = self.of_names(&output.references.files);
        files.map(|(number, ..)| *number).collect()
    }
}

/// The files whose addresses stand in a text.
fn numbers(text: &str) -> BTreeSet<usize> {
    let behind = text.split(STAND_IN).skip(1);
    behind
        .filter_map(|rest| rest.get(..DIGITS)?.parse().ok())
        .collect()
}

/// The places in `files` of those that a document shows or leads to. A document has at most `max_bytes`; one that can't be sent, or
/// converted, shows nothing.
pub(super) async fn named(
    documents: &[Document],
    files: &[Attachment],
    max_bytes: u64,
) -> BTreeSet<usize> {
    if files.is_empty() {
        return BTreeSet::new();
    }
    let addresses = Arc::new(Addresses::of(files));
    let taken = documents.iter().filter(|document| document.digest.is_ok());
    let converting = taken.map(|document| {
        let (file, folder) = (document.file.clone(), document.id.path.clone());
        let addresses = Arc::clone(&addresses);
        tokio::task::spawn_blocking(move || {
            let note = folder::read(&file, max_bytes).unwrap_or_default();
            addresses.in_note(&note, &folder)
        })
    });
    let shown: Vec<_> = stream::iter(converting)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    // A note on which the converter fails is refused by the server in its own words.
    shown.into_iter().filter_map(Result::ok).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> Attachment {
        Attachment {
            file: std::path::PathBuf::new(),
            path: path.to_owned(),
            size: 1,
            fault: None,
        }
    }

    /// The paths of the files that a note in `folder` shows.
    fn shown(folder: &str, note: &str) -> Vec<&'static str> {
        const PATHS: [&str; 13] = [
            "Diagram.png",
            "img/arm.png",
            "notes/img/arm.png",
            "old/deep/arm.png",
            "img/K\u{f6}ln (1).JPG",
            "img/a b.gif",
            "docs/plan.pdf",
            "cover.webp",
            "clip.mp4",
            "IMG_1.heic",
            "data.csv",
            "100% real.png",
            "it's_\"x\".png",
        ];
        let files = PATHS.map(file);
        let addresses = Addresses::of(&files);
        let numbers = addresses.in_note(note.as_bytes(), folder);
        numbers.into_iter().map(|number| PATHS[number]).collect()
    }

    #[test]
    fn files_are_found_as_the_server_finds_them() {
        for (folder, note, paths) in [
            ("", "# A\n\nWords.\n", &[][..]),
            ("", "# A\n\n![](img/arm.png)\n", &["img/arm.png"][..]),
            ("notes", "# A\n\n![](img/arm.png)\n", &["notes/img/arm.png"]),
            ("notes", "# A\n\n![](../img/arm.png)\n", &["img/arm.png"]),
            ("other", "# A\n\n![[arm.png]]\n", &["img/arm.png"]),
            ("", "# A\n\n![[ARM.PNG|300]]\n", &["img/arm.png"]),
            (
                "",
                "# A\n\n![[deep/arm.png|alt|300x200]]\n",
                &["old/deep/arm.png"],
            ),
            ("", "# A\n\n![x](img/a%20b.gif)\n", &["img/a b.gif"]),
            ("", "# A\n\n![x](<img/a b.gif>)\n", &["img/a b.gif"]),
            (
                "",
                "# A\n\n![[Ko\u{308}ln (1).jpg]]\n",
                &["img/K\u{f6}ln (1).JPG"],
            ),
            (
                "",
                "# A\n\n![x][y]\n\n[y]: ./diagram.png \"D\"\n",
                &["Diagram.png"],
            ),
            (
                "",
                "# A\n\n<img src=\"img/arm.png\" width=\"3\">\n",
                &["img/arm.png"],
            ),
            (
                "",
                "# A\n\n[plan](docs/plan.pdf#page=2)\n",
                &["docs/plan.pdf"],
            ),
            ("", "# A\n\n![[plan.pdf]]\n", &["docs/plan.pdf"]),
            (
                "",
                "---\ncover: cover.webp\n---\n# A\n\nWords.\n",
                &["cover.webp"],
            ),
            ("", "# A\n\n[data](data.csv)\n", &["data.csv"]),
            ("", "# A\n\n![](IMG_1.heic)\n", &["IMG_1.heic"]),
            ("", "# A\n\n![](100%25%20real.png)\n", &["100% real.png"]),
            ("", "# A\n\n`![](img/arm.png)` img/arm.png\n", &[]),
            ("", "# A\n\n<!-- ![](img/arm.png) -->\n\nWords.\n", &[]),
            ("", "# A\n\n![](https://e.example/arm.png)\n", &[]),
            // Of a draft all of the name.
            (
                "",
                "---\ndraft: true\n---\n# A\n\n![[arm.png]]\n",
                &["img/arm.png", "notes/img/arm.png", "old/deep/arm.png"],
            ),
        ] {
            assert_eq!(shown(folder, note), paths, "{folder:?} {note:?}");
        }
    }

    /// The table that every program shares which publishes folders.
    #[test]
    fn what_a_note_shows_is_what_the_table_says() {
        let table: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/folders.json")).unwrap();
        let texts = |row: &serde_json::Value, key: &str| -> Vec<String> {
            let all = row[key].as_array().unwrap().iter();
            all.map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        for row in table["belongs"].as_array().unwrap() {
            let paths = texts(row, "files");
            let files: Vec<Attachment> = paths.iter().map(|path| file(path)).collect();
            let note = row["note"].as_str().unwrap();
            let folder = note.rsplit_once('/').map_or("", |(folder, _)| folder);
            let text = row["text"].as_str().unwrap();
            let shown = Addresses::of(&files).in_note(text.as_bytes(), folder);
            let shown: Vec<&String> = shown.iter().map(|number| &paths[*number]).collect();
            assert_eq!(
                shown,
                texts(row, "shows").iter().collect::<Vec<_>>(),
                "{row}"
            );
        }
    }
}
