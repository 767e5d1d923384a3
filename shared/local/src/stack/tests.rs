//! Starting, ending, and what outlives a stack.

mod damage;
mod erased;
mod walls;

use std::path::Path;

use crate::environment::{CONTENT_BUCKET, UPLOADS_BUCKET};
use crate::testing::{Recorder, environment, get, open, put, s3, stack};
use crate::{Options, StartError};

#[tokio::test]
async fn stacks_run_side_by_side_and_know_nothing_of_each_other() {
    let (first, _) = stack().await;
    let (second, _) = stack().await;
    put(&s3(&first), CONTENT_BUCKET, "k", b"first").await;
    assert_eq!(get(&s3(&second), CONTENT_BUCKET, "k").await, None);
    let members = |stack| endpoint::configuration::members(&environment(stack)).unwrap();
    for stack in [&first, &second] {
        members::describe_table(&members(stack)).await.unwrap();
        assert_eq!(
            reqwest::get(format!("{}/healthz", stack.api_url()))
                .await
                .unwrap()
                .status(),
            200
        );
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let first = open(Some(folder.path()), &recorder).await.unwrap();
    let client = s3(&first);
    put(&client, UPLOADS_BUCKET, "readmes/m/a.md", b"a").await;
    put(&client, UPLOADS_BUCKET, "readmes/m/b.md", b"b").await;
    client
        .delete_object()
        .bucket(UPLOADS_BUCKET)
        .key("readmes/m/b.md")
        .send()
        .await
        .unwrap();
    recorder.wait_for(3).await;
    let keys = jwt_keys(&first);
    first.shutdown().await;

    let recorder = Recorder::default();
    let second = open(Some(folder.path()), &recorder).await.unwrap();
    assert_eq!(jwt_keys(&second), keys);
    assert_eq!(
        get(&s3(&second), UPLOADS_BUCKET, "readmes/m/a.md")
            .await
            .as_deref(),
        Some(b"a".as_slice())
    );
    // Every source is looked at again.
    recorder.wait_for(1).await;
    assert_eq!(recorder.seen(), ["ObjectCreated:Put readmes/m/a.md"]);
}

#[tokio::test]
async fn a_change_that_nobody_dealt_with_is_told_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    recorder.failing.lock().unwrap().push("gone".to_owned());
    let first = open(Some(folder.path()), &recorder).await.unwrap();
    let client = s3(&first);
    put(&client, UPLOADS_BUCKET, "gone", b"x").await;
    client
        .delete_object()
        .bucket(UPLOADS_BUCKET)
        .key("gone")
        .send()
        .await
        .unwrap();
    // No shutdown: the process is gone, and with it whoever worked on the messages.
    drop(first);

    let recorder = Recorder::default();
    let second = reopened(folder.path(), &recorder).await;
    recorder.wait_for(2).await;
    assert_eq!(
        recorder.seen(),
        [
            "ObjectCreated:Put gone",
            "ObjectRemoved:DeleteMarkerCreated gone"
        ]
    );
    drop(second);
}

/// Opens a folder whose last stack was dropped: its connections may take a moment to go.
async fn reopened(folder: &Path, recorder: &Recorder) -> crate::Stack {
    for _ in 0..100 {
        match open(Some(folder), recorder).await {
            Err(StartError::FolderInUse(_)) => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("the folder stays in use");
}

#[tokio::test]
async fn what_a_kill_leaves_behind_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let first = open(Some(folder.path()), &recorder).await.unwrap();
    put(&s3(&first), CONTENT_BUCKET, "k", b"x").await;
    first.shutdown().await;
    let bodies = folder.path().join("s3/bodies/bodies");
    std::fs::write(bodies.join("0190a0b0c0d0"), "a body without an object").unwrap();
    std::fs::write(
        folder.path().join("s3/bodies/.tmp.7.internal.part"),
        "half a body",
    )
    .unwrap();

    let second = open(Some(folder.path()), &recorder).await.unwrap();
    assert_eq!(std::fs::read_dir(&bodies).unwrap().count(), 1);
    assert_eq!(
        get(&s3(&second), CONTENT_BUCKET, "k").await.as_deref(),
        Some(b"x".as_slice())
    );
    assert_eq!(
        std::fs::read_dir(folder.path().join("s3/bodies"))
            .unwrap()
            .count(),
        1
    );
}

#[tokio::test]
async fn a_replaced_object_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let stack = open(Some(folder.path()), &Recorder::default())
        .await
        .unwrap();
    let client = s3(&stack);
    // One that keeps no versions.
    let plain = "plain";
    client.create_bucket().bucket(plain).send().await.unwrap();
    for body in [b"1", b"2", b"3"] {
        put(&client, plain, "k", body).await;
    }
    let bodies = folder.path().join("s3/bodies/bodies");
    assert_eq!(std::fs::read_dir(&bodies).unwrap().count(), 1);
    client
        .delete_object()
        .bucket(plain)
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(std::fs::read_dir(&bodies).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_serves_one_stack_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let first = open(Some(folder.path()), &recorder).await.unwrap();
    let error = open(Some(folder.path()), &recorder).await.err().unwrap();
    assert!(matches!(error, StartError::FolderInUse(_)), "{error}");
    first.shutdown().await;
    open(Some(folder.path()), &recorder)
        .await
        .unwrap()
        .shutdown()
        .await;
}

#[tokio::test]
async fn a_reset_starts_over() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let first = open(Some(folder.path()), &recorder).await.unwrap();
    put(&s3(&first), CONTENT_BUCKET, "k", b"x").await;
    let keys = jwt_keys(&first);
    first.shutdown().await;
    std::fs::write(folder.path().join("mine.txt"), "keep").unwrap();

    let options = Options {
        port: 0,
        data: Some(folder.path().to_owned()),
        reset: true,
        backends_only: true,
        ..Options::default()
    };
    let second = crate::start(options).await.unwrap();
    assert_eq!(get(&s3(&second), CONTENT_BUCKET, "k").await, None);
    assert_ne!(jwt_keys(&second), keys);
    assert!(
        reqwest::get(format!("{}/healthz", second.api_url()))
            .await
            .is_err(),
        "backends only"
    );
    assert!(
        folder.path().join("mine.txt").exists(),
        "only what a stack made is removed"
    );
}

#[tokio::test]
async fn why_a_stack_does_not_start_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let running = open(None, &recorder).await.unwrap();
    let port = running
        .api_url()
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    let cases = [
        (
            Options {
                port,
                ..Options::default()
            },
            "is taken",
        ),
        (
            Options {
                port: 65_535,
                ..Options::default()
            },
            "65533",
        ),
        (
            Options {
                port: 0,
                data: Some("/dev/null/masthead".into()),
                ..Options::default()
            },
            "/dev/null/masthead",
        ),
        (
            Options {
                port: 0,
                data: Some(damaged(folder.path(), "dynamodb.sqlite")),
                ..Options::default()
            },
            "damaged",
        ),
        (
            Options {
                port: 0,
                data: Some(damaged(folder.path(), "s3/index.sqlite")),
                ..Options::default()
            },
            "damaged",
        ),
    ];
    for (options, expected) in cases {
        let error = crate::start(options).await.err().unwrap().to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
}

/// A data folder whose file `name` is not what it should be.
fn damaged(folder: &Path, name: &str) -> std::path::PathBuf {
    let folder = folder.join(name.replace('/', "-"));
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(
        file,
        "this is no database, but it is long enough to look like one. ".repeat(100),
    )
    .unwrap();
    folder
}

#[tokio::test]
async fn a_store_that_lost_a_body_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(Some(folder.path()), &Recorder::default())
        .await
        .unwrap();
    put(&s3(&first), CONTENT_BUCKET, "content/a.md", b"x").await;
    first.shutdown().await;
    for body in std::fs::read_dir(folder.path().join("s3/bodies/bodies")).unwrap() {
        std::fs::write(body.unwrap().path(), "another length").unwrap();
    }
    let error = open(Some(folder.path()), &Recorder::default())
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("content/a.md") && error.contains("14 bytes, not the 1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_shutdown_finishes_what_is_under_way() {
    let (stack, _) = stack().await;
    let slow = tokio::spawn(reqwest::get(format!("{}/api/slow", stack.api_url())));
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    stack.shutdown().await;
    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
}

#[test]
fn the_environment_is_known_without_a_stack() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        data: Some(folder.path().join("data")),
        host: "host.docker.internal".to_owned(),
        ..Options::default()
    };
    let pairs = crate::environment(&options).unwrap();
    assert_eq!(
        crate::environment(&options).unwrap(),
        pairs,
        "the keys are kept"
    );
    let shown: Vec<String> = pairs
        .iter()
        .filter(|(name, _)| {
            !["JWT_KEYS", "BUILD_KEY_SHA256"].contains(&name.as_str()) && !name.contains("_KEY")
        })
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    MEMBERS_TABLE=masthead-members
    UPLOADS_BUCKET=masthead-uploads
    CONTENT_BUCKET=masthead-content
    ALLOWED_ORIGINS=http://localhost:*,https://localhost:*,http://127.0.0.1:*,https://127.0.0.1:*,http://[::1]:*,https://[::1]:*,http://host.docker.internal:3000
    TOKEN_TTL_SECONDS=43200
    MIN_PASSWORD_LENGTH=15
    MAX_READMES=1000
    MAX_README_BYTES_TOTAL=209715200
    MAX_FILES=500
    MAX_FILE_BYTES=209715200
    PUBLIC_URL=http://host.docker.internal:3000
    PUBLIC_MEMBERS=off
    REVIEW=off
    SITE_URL=http://localhost:4321
    UPLOADS_URL=http://host.docker.internal:3001
    LINK_BASE=/
    THEMES=starlight,blog
    MAIL_FROM=letters@masthead.example
    AWS_ENDPOINT_URL_S3=http://host.docker.internal:3001
    AWS_ENDPOINT_URL_DYNAMODB=http://host.docker.internal:3002
    AWS_ENDPOINT_URL_SESV2=http://host.docker.internal:3002
    AWS_REGION=us-east-1
    "#);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("data/jwt_keys.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

fn jwt_keys(stack: &crate::Stack) -> String {
    stack
        .environment()
        .into_iter()
        .find(|(name, _)| name == "JWT_KEYS")
        .unwrap()
        .1
}
