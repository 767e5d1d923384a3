//! What was deleted is in no file of the data folder any more.

use std::path::Path;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use endpoint::aws;

use crate::environment::{MEMBERS_TABLE, UPLOADS_BUCKET};
use crate::testing::{Recorder, environment, open, put, s3};

/// In the names and in the text of everything that the test deletes.
const SECRET: &str = "of-jo-who-leaves";
/// So many that pages are split before something is deleted.
const MANY: usize = 300;
/// Generous: a machine that runs all tests at once is slow by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// The files of a folder that hold `word`.
fn holding(folder: &Path, word: &str) -> Vec<String> {
    let (mut found, mut left) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            left.extend(entries.map(|entry| entry.unwrap().path()));
        } else {
            // A journal may go meanwhile.
            let content = std::fs::read(&path).unwrap_or_default();
            let mut windows = content.windows(word.len());
            if windows.any(|window| window == word.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

async fn until_gone(folder: &Path) {
    let started = Instant::now();
    loop {
        let found = holding(folder, SECRET);
        if found.is_empty() {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{found:?} still hold it");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Objects and items of two members, in turns, of which those of one are deleted.
async fn come_and_go(folder: &Path) -> crate::Stack {
    let recorder = Recorder::default();
    let stack = open(Some(folder), &recorder).await.unwrap();
    let client = s3(&stack);
    let config = aws::config(&environment(&stack), aws::ENDPOINT_DYNAMODB).unwrap();
    let table = aws_sdk_dynamodb::Client::new(&config);
    let item = |number: usize| {
        let name = if number.is_multiple_of(2) {
            SECRET
        } else {
            "of-zoe"
        };
        let text = |text: &str| AttributeValue::S(format!("{text}-{name}-{number}"));
        [
            ("pk".to_owned(), text("member")),
            ("sk".to_owned(), text("readme")),
        ]
    };
    for number in 0..MANY {
        let mut put_item = table.put_item().table_name(MEMBERS_TABLE);
        for (name, value) in item(number) {
            put_item = put_item.item(name, value);
        }
        put_item
            .item("text", AttributeValue::S("x".repeat(number)))
            .send()
            .await
            .unwrap();
    }
    for number in 0..MANY / 10 {
        let key = format!("readmes/{SECRET}/{number}.md");
        put(&client, UPLOADS_BUCKET, &key, SECRET.as_bytes()).await;
    }
    recorder.wait_for(MANY / 10).await;
    assert!(holding(folder, SECRET).len() > 2, "what is there is found");

    for number in (0..MANY).step_by(2) {
        let mut delete = table.delete_item().table_name(MEMBERS_TABLE);
        for (name, value) in item(number) {
            delete = delete.key(name, value);
        }
        delete.send().await.unwrap();
    }
    let versions = client.list_object_versions().bucket(UPLOADS_BUCKET);
    for version in versions.send().await.unwrap().versions() {
        let delete = client.delete_object().bucket(UPLOADS_BUCKET);
        let delete = delete.set_key(version.key.clone());
        let delete = delete.set_version_id(version.version_id.clone());
        delete.send().await.unwrap();
    }
    while stack.queued().await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stack
}

#[tokio::test]
async fn what_was_deleted_is_in_no_file_a_moment_later() {
    let folder = tempfile::tempdir().unwrap();
    let stack = come_and_go(folder.path()).await;
    until_gone(folder.path()).await;
    assert!(!holding(folder.path(), "of-zoe").is_empty());
    stack.shutdown().await;
}

#[tokio::test]
async fn what_was_deleted_just_before_the_end_is_in_no_file_after_it() {
    let folder = tempfile::tempdir().unwrap();
    come_and_go(folder.path()).await.shutdown().await;
    assert_eq!(holding(folder.path(), SECRET), Vec::<String>::new());
}

/// A kill leaves the files as they are, journals included.
#[tokio::test]
async fn what_a_kill_left_in_a_journal_goes_with_the_next_start() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stack = open(Some(folder.path()), &Recorder::default())
        .await
        .unwrap();
    stack.shutdown().await;
    std::fs::create_dir(copy.path().join("s3")).unwrap();
    let index = rusqlite::Connection::open(folder.path().join("s3/index.sqlite")).unwrap();
    let insert = format!("INSERT INTO dead_letters VALUES ('m', '{SECRET}', '', 0)");
    index.execute_batch(&insert).unwrap();
    index.execute_batch("DELETE FROM dead_letters").unwrap();
    for file in ["dynamodb.sqlite", "s3/index.sqlite", "s3/index.sqlite-wal"] {
        let copied = std::fs::copy(folder.path().join(file), copy.path().join(file));
        copied.unwrap();
    }
    assert_ne!(holding(copy.path(), SECRET), Vec::<String>::new());
    let stack = open(Some(copy.path()), &Recorder::default()).await.unwrap();
    until_gone(copy.path()).await;
    stack.shutdown().await;
}
