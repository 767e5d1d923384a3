//! Stores that were damaged while nobody used them: each start says so in one sentence, and leaves what
//! is there as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::StartError;
use crate::environment::CONTENT_BUCKET;
use crate::testing::{Recorder, open, put, s3};

const DATABASE: &str = "dynamodb.sqlite";
const INDEX: &str = "s3/index.sqlite";

/// A folder with something in each store, which nobody uses.
async fn kept() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let stack = open(Some(folder.path()), &Recorder::default())
        .await
        .unwrap();
    for number in 0..40 {
        let key = format!("content/{number}.md");
        put(&s3(&stack), CONTENT_BUCKET, &key, b"a note").await;
    }
    stack.shutdown().await;
    drop_journals(folder.path());
    folder
}

/// Folds SQLite's journals into the files: what a test damages is all there is.
fn drop_journals(folder: &Path) {
    for file in [DATABASE, INDEX] {
        let database = rusqlite::Connection::open(folder.join(file)).unwrap();
        database
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
            .unwrap();
    }
}

/// Every file of a folder but those that a start writes itself.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !name.ends_with("-wal") && !name.ends_with("-shm") {
                let content = std::fs::read(&path).unwrap();
                found.insert(path, content);
            }
        }
    }
    found
}

fn body(folder: &Path) -> PathBuf {
    let mut bodies = std::fs::read_dir(folder.join("s3/bodies/bodies")).unwrap();
    bodies.next().unwrap().unwrap().path()
}

fn truncate(file: &Path) {
    let length = std::fs::metadata(file).unwrap().len();
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.set_len(length / 2).unwrap();
}

/// Flips one bit of the file, at a place that SQLite gives a meaning to.
fn flip(file: &Path, offset: usize) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[offset] ^= 0x04;
    std::fs::write(file, bytes).unwrap();
}

/// What is done to a folder, and what is said of it.
type Damage = (&'static str, fn(&Path), &'static str);

const DAMAGES: [Damage; 15] = [
    (
        "an emptied database",
        |folder| std::fs::write(folder.join(DATABASE), "").unwrap(),
        "empty",
    ),
    (
        "a database that is gone",
        |folder| std::fs::remove_file(folder.join(DATABASE)).unwrap(),
        "missing",
    ),
    (
        "a truncated database",
        |folder| truncate(&folder.join(DATABASE)),
        "damaged",
    ),
    (
        "a bit in the database's header",
        |folder| flip(&folder.join(DATABASE), 3),
        "damaged",
    ),
    (
        "a bit in a database's page",
        |folder| flip(&folder.join(DATABASE), 4096),
        "damaged",
    ),
    (
        "a database that is a folder",
        |folder| {
            std::fs::remove_file(folder.join(DATABASE)).unwrap();
            std::fs::create_dir(folder.join(DATABASE)).unwrap();
        },
        "damaged",
    ),
    (
        "an emptied index",
        |folder| std::fs::write(folder.join(INDEX), "").unwrap(),
        "empty",
    ),
    (
        "an index that is gone",
        |folder| std::fs::remove_file(folder.join(INDEX)).unwrap(),
        "missing",
    ),
    (
        "a truncated index",
        |folder| truncate(&folder.join(INDEX)),
        "damaged",
    ),
    (
        "a bit in the index's header",
        |folder| flip(&folder.join(INDEX), 3),
        "damaged",
    ),
    (
        "a bit in an index's page",
        |folder| flip(&folder.join(INDEX), 4096),
        "damaged",
    ),
    (
        "an index that is a folder",
        |folder| {
            std::fs::remove_file(folder.join(INDEX)).unwrap();
            std::fs::create_dir(folder.join(INDEX)).unwrap();
        },
        "s3",
    ),
    (
        "a body that is gone",
        |folder| std::fs::remove_file(body(folder)).unwrap(),
        "content/",
    ),
    (
        "a shortened body",
        |folder| truncate(&body(folder)),
        "content/",
    ),
    (
        "damaged keys",
        |folder| std::fs::write(folder.join("store_keys"), "x").unwrap(),
        "store_keys",
    ),
];

#[tokio::test]
async fn a_damaged_store_is_told_and_left_as_it_is() {
    for (name, damage, expected) in DAMAGES {
        let folder = kept().await;
        damage(folder.path());
        let before = files(folder.path());
        let started = open(Some(folder.path()), &Recorder::default()).await;
        let error = started
            .err()
            .unwrap_or_else(|| panic!("{name}: it started"));
        let said = error.to_string();
        assert!(
            said.contains(expected) && !said.contains('\n'),
            "{name}: {said}"
        );
        assert!(
            matches!(
                error,
                StartError::Damaged { .. } | StartError::Folder { .. }
            ),
            "{name}: {said}"
        );
        assert!(files(folder.path()) == before, "{name}: files were changed");
    }
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_made_good() {
    for files in [&[][..], &[DATABASE], &[DATABASE, INDEX], &[INDEX]] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("s3")).unwrap();
        for file in files {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let stack = open(Some(folder.path()), &Recorder::default()).await;
        stack.unwrap().shutdown().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let all = |folder: &Path| {
        let mut modes = BTreeMap::new();
        let mut left = vec![folder.to_owned()];
        while let Some(path) = left.pop() {
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            modes.insert(path.clone(), mode(&path) == expected);
            if path.is_dir() {
                left.extend(
                    std::fs::read_dir(&path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
            }
        }
        modes.retain(|_, is_right| !*is_right);
        modes
    };
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("data");
    let stack = open(Some(&folder), &Recorder::default()).await.unwrap();
    put(&s3(&stack), CONTENT_BUCKET, "content/a.md", b"x").await;
    assert_eq!(all(&folder), BTreeMap::new(), "a new folder");
    stack.shutdown().await;

    // As an earlier version left it.
    let mut left = vec![folder.clone()];
    while let Some(path) = left.pop() {
        let open = if path.is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(open)).unwrap();
        if path.is_dir() {
            left.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    let stack = open(Some(&folder), &Recorder::default()).await.unwrap();
    assert_eq!(all(&folder), BTreeMap::new(), "an older folder");
    stack.shutdown().await;

    // A folder that is somebody's project stays as it is, and what is a stack's in it does not.
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    for path in [
        &folder,
        &folder.join("notes.txt"),
        &folder.join("store_keys"),
    ] {
        let open = if path.is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(open)).unwrap();
    }
    let stack = open(Some(&folder), &Recorder::default()).await.unwrap();
    let expected = [
        (&folder, 0o755),
        (&folder.join("notes.txt"), 0o644),
        (&folder.join("store_keys"), 0o600),
    ];
    for (path, expected) in expected {
        assert_eq!(mode(path), expected, "{}", path.display());
    }
    stack.shutdown().await;
}
