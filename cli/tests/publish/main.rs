//! `masthead publish` as a member types it, against a running site.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod files;
mod patience;
mod site;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use site::{EMAIL, PASSWORD, Site, published};

/// A vault as people have them, from the first run to one that deletes.
#[tokio::test]
async fn a_vault_is_published_and_a_second_run_sends_nothing() {
    let site = Site::start().await;
    site.write("README.md", "# Jo\n\nHello.\n");
    site.write("notes/robots/README.md", "# Robots\n\nAll that moves.\n");
    site.write("notes/Ko\u{308}ln ✅ 1.md", "# Köln\n\n[[nowhere]]\n");
    site.write(
        "notes/What is \"love\", & why?.markdown",
        "# Love\n\nWords.\n",
    );
    site.write("notes/robots.md", "# Other robots\n\nThose of films.\n");
    site.write("notes/cat.png", "a picture");
    site.write(".obsidian/app.md", "# Hidden\n");
    site.write("node_modules/x/README.md", "# Foreign\n");

    let dry = site.publish_first(&["--dry-run"]).await;
    assert_eq!(dry.code, 0, "{}", dry.said);
    assert!(
        dry.out.contains("5 new, 0 changed, 0 unchanged."),
        "{}",
        dry.out
    );
    assert!(
        dry.out
            .contains("1 picture or PDF that no note shows stays here"),
        "{}",
        dry.out
    );
    assert!(site.listed().await.is_empty());
    let forgotten = site.publish(&[]).await;
    assert_eq!(forgotten.code, 2, "a dry run remembers nothing");

    let first = site.publish_first(&[]).await;
    assert_eq!(first.code, 0, "{}{}", first.out, first.said);
    let mut all = vec![
        published("koln-white-check-mark-1", "notes", "K\u{f6}ln ✅ 1.md"),
        published("readme", "", "README.md"),
        published("robots", "notes", "robots.md"),
        published("notes-robots", "notes/robots", "README.md"),
    ];
    let mut listed = site.listed().await;
    let love = listed
        .iter()
        .position(|one| one[2].contains("love"))
        .unwrap();
    let love = listed.remove(love);
    assert_eq!(love[2], "What is \"love\", & why?.markdown");
    listed.sort();
    all.sort();
    assert_eq!(listed, all);
    for line in [
        "new        README.md → your own page",
        "published  notes/robots/README.md → jo/notes-robots",
        "1 warning",
        "line 3: [[nowhere]]: ",
    ] {
        assert!(first.out.contains(line), "{line}: {}", first.out);
    }

    // Nothing is asked for any more, not even the password.
    let second = site.run(&["publish", "vault"], "").await;
    assert_eq!(second.code, 0, "{}", second.said);
    assert!(
        second.out.contains("0 new, 0 changed, 5 unchanged."),
        "{}",
        second.out
    );
    assert!(!second.out.contains("published "), "{}", second.out);

    site.write("README.md", "# Jo of the club\n\nHello again.\n");
    fs::create_dir(site.vault().join("films")).unwrap();
    fs::rename(
        site.vault().join("notes/robots.md"),
        site.vault().join("films/robots.md"),
    )
    .unwrap();
    fs::remove_file(site.vault().join("notes/Ko\u{308}ln ✅ 1.md")).unwrap();
    let third = site.run(&["publish", "vault"], "").await;
    assert_eq!(third.code, 0, "{}{}", third.out, third.said);
    assert!(
        third
            .out
            .contains("0 new, 1 changed, 3 unchanged, 1 moved.")
            || third
                .out
                .contains("0 new, 1 changed, 2 unchanged, 1 moved."),
        "{}",
        third.out
    );
    assert!(
        third.out.contains("--prune deletes what is gone"),
        "{}",
        third.out
    );
    let listed = site.listed().await;
    assert!(listed.contains(&published("robots", "films", "robots.md")));
    assert_eq!(listed.len(), 5);
}

#[cfg(unix)]
#[tokio::test]
async fn the_token_is_its_owner_s_and_a_new_one_is_asked_for_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::start().await;
    site.write("a.md", "# A\n\nWords.\n");
    let wrong = site
        .run(
            &["publish", "vault", "--url", &site.url(), "--email", EMAIL],
            "not the password",
        )
        .await;
    assert_eq!(wrong.code, 1);
    assert!(wrong.said.contains("password is wrong"), "{}", wrong.said);
    assert_eq!(site.publish_first(&[]).await.code, 0);
    let file = site.token_file();
    let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);

    // One that the server takes no longer, and one that is over.
    for (key, value) in [("token", json!("a.b.c")), ("expires_at", json!(1))] {
        let mut kept: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        kept[key] = value;
        fs::write(&file, kept.to_string()).unwrap();
        let unasked = site.run(&["publish", "vault"], "").await;
        assert_eq!(unasked.code, 1);
        assert!(unasked.said.contains("no password"), "{}", unasked.said);
        site.write("a.md", format!("# A\n\nWords, {key}.\n"));
        let again = site.publish(&[]).await;
        assert_eq!(again.code, 0, "{}", again.said);
        assert!(again.out.contains("1 changed"), "{}", again.out);
    }
}

#[tokio::test]
async fn only_what_was_published_from_here_is_deleted() {
    let site = Site::start().await;
    site.upload("browser.md", "# Sent by a browser\n").await;
    site.write("a.md", "# A\n\nWords.\n");
    site.write("b/README.md", "# B\n\nWords.\n");
    site.write("browser.md", "# Sent by a browser\n");
    assert_eq!(site.publish_first(&[]).await.code, 0);
    for name in ["b/README.md", "browser.md"] {
        fs::remove_file(site.vault().join(name)).unwrap();
    }
    // Where nobody can be asked, it has to be said.
    let unasked = site.publish(&["--prune"]).await;
    assert_eq!(unasked.code, 2, "{}", unasked.out);
    assert!(unasked.said.contains("--yes"), "{}", unasked.said);
    let dry = site.publish(&["--prune", "--dry-run"]).await;
    assert!(
        dry.out.contains("delete     b/README.md → b"),
        "{}",
        dry.out
    );
    assert_eq!(site.listed().await.len(), 3);

    let pruned = site.publish(&["--prune", "--yes"]).await;
    assert_eq!(pruned.code, 0, "{}", pruned.said);
    let slugs: Vec<String> = site
        .listed()
        .await
        .into_iter()
        .map(|[slug, ..]| slug)
        .collect();
    assert_eq!(slugs, ["a", "browser"]);
    // A folder that is empty, as one that isn't mounted, deletes nothing.
    fs::remove_file(site.vault().join("a.md")).unwrap();
    let empty = site.publish(&["--prune", "--yes"]).await;
    assert_eq!(empty.code, 1, "{}", empty.out);
    assert!(empty.out.contains("stays      a.md → a\n"), "{}", empty.out);
    assert!(
        empty.said.contains(
            "nothing was deleted, since no Markdown file is left in the folder: 1 document"
        ),
        "{}",
        empty.said
    );
    assert_eq!(site.listed().await.len(), 2);
    assert_eq!(site.publish(&[]).await.code, 0);
}

/// The address was edited in the browser, was another document's, or this machine never noted what it sent.
#[tokio::test]
async fn what_was_changed_elsewhere_since_is_not_deleted() {
    let site = Site::start().await;
    for name in ["edited.md", "again.md", "unnoted.md", "mine.md", "stay.md"] {
        site.write(name, format!("# {name}\n\nWords.\n"));
    }
    assert_eq!(site.publish_first(&[]).await.code, 0);
    // Sent twice from here it is known as it was sent last.
    site.write("mine.md", "# mine.md\n\nOther words.\n");
    assert_eq!(site.publish(&[]).await.code, 0);
    site.upload("edited.md", "# edited.md\n\nTyped in the browser.\n")
        .await;
    let request = reqwest::Client::new()
        .delete(format!("{}/api/readmes/again", site.stack.api_url()))
        .bearer_auth(site.token().await);
    assert!(request.send().await.unwrap().status().is_success());
    site.upload("again.md", "# Another one\n").await;
    site.edit_record(|record| {
        let noted = record["published"][0][1].as_array_mut().unwrap();
        let unnoted = noted.iter_mut().find(|it| it["slug"] == "unnoted");
        unnoted.unwrap().as_object_mut().unwrap().remove("digests");
    });
    for name in ["edited.md", "again.md", "unnoted.md", "mine.md"] {
        fs::remove_file(site.vault().join(name)).unwrap();
    }
    let pruned = site.publish(&["--prune", "--yes"]).await;
    assert_eq!(pruned.code, 0, "{}{}", pruned.out, pruned.said);
    for line in [
        "stays      edited.md → edited: it was changed since it was sent from here\n",
        "stays      again.md → again: it was changed since it was sent from here\n",
        "stays      unnoted.md → unnoted: it isn't noted as what it was sent\n",
        "delete     mine.md → mine\n",
        "1 document deleted.",
    ] {
        assert!(pruned.out.contains(line), "{line}: {}", pruned.out);
    }
    let slugs = site.listed().await.into_iter().map(|[slug, ..]| slug);
    let mut slugs: Vec<String> = slugs.collect();
    slugs.sort();
    assert_eq!(slugs, ["again", "edited", "stay", "unnoted"]);
}

/// Of a folder's name and of a server's answer.
#[cfg(unix)]
#[tokio::test]
async fn errors_command_no_terminal() {
    use std::io::{Read as _, Write as _};
    let site = Site::start().await;
    let evil = "a\u{1b}]0;owned\u{7}\u{9b}2J\r\n\u{202e}b";
    let is_odd = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    let named = site.run(&["publish", evil], "").await;
    assert_eq!(named.code, 2);
    assert!(!named.said.contains(is_odd), "{:?}", named.said);
    assert_eq!(named.said.lines().count(), 1, "{:?}", named.said);

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let _request = client.read(&mut [0; 4096]).unwrap();
        let refusal = json!({ "code": "bad_request", "message": evil }).to_string();
        let length = refusal.len();
        write!(client, "HTTP/1.1 400 Bad Request\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{refusal}").unwrap();
    });
    let told = site
        .run(&["publish", "vault", "--url", &url, "--email", EMAIL], "")
        .await;
    answering.join().unwrap();
    assert_eq!(told.code, 1);
    assert!(!told.said.contains(is_odd), "{:?}", told.said);
    assert_eq!(told.said.lines().count(), 1, "{:?}", told.said);
}

#[tokio::test]
async fn what_is_refused_is_told_and_nothing_is_lost() {
    let site = Site::start().await;
    site.upload("README.md", "# My first project\n").await;
    site.write("README.md", "# My vault\n\nWords.\n");
    site.write("large.md", "x".repeat(1024 * 1024 + 1));
    site.write("empty.md", "");
    site.write("fine.md", "# Fine\n\nWords.\n");
    for _ in 0..200 {
        if site.listed().await == [published("readme", "", "README.md")] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let dry = site.publish_first(&["--dry-run"]).await;
    assert_eq!(dry.code, 1, "{}", dry.out);
    for line in [
        "refused    README.md: “My first project” has its address, and it is “My vault”.",
        "1 new, 0 changed, 0 unchanged, 3 refused.",
    ] {
        assert!(dry.out.contains(line), "{line}: {}", dry.out);
    }
    let first = site.publish_first(&[]).await;
    assert_eq!(first.code, 1);
    for line in [
        "refused    large.md: it is larger than 1 MiB",
        "refused    empty.md: it is empty",
        "refused    README.md: ",
        "say --replace",
        "published  fine.md → jo/fine",
    ] {
        assert!(first.out.contains(line), "{line}: {}", first.out);
    }
    assert!(
        first.said.contains("3 documents were refused"),
        "{}",
        first.said
    );
    for name in ["large.md", "empty.md"] {
        fs::remove_file(site.vault().join(name)).unwrap();
    }
    let replaced = site.publish(&["--replace"]).await;
    assert_eq!(replaced.code, 0, "{}{}", replaced.out, replaced.said);
    assert_eq!(site.listed().await.len(), 2);
}

#[tokio::test]
async fn wrong_calls_are_told_before_anything_is_sent() {
    let site = Site::start().await;
    site.write("a.md", "# A\n");
    let vault = site.vault();
    let publish = ["publish", vault.to_str().unwrap()];
    let url = site.url();
    for (arguments, word) in [
        (vec!["publish", "nowhere"], "nowhere"),
        (vec!["publish", "vault/a.md"], "no folder"),
        (publish.to_vec(), "--url"),
        ([&publish[..], &["--url", &url]].concat(), "--email"),
        (
            [
                &publish[..],
                &["--url", "http://club.example", "--email", EMAIL],
            ]
            .concat(),
            "https://",
        ),
        (
            [&publish[..], &["--url", &url, "--email", "nobody"]].concat(),
            "nobody",
        ),
        (
            [&publish[..], &["--patience", "long"]].concat(),
            "--patience",
        ),
    ] {
        let ended = site.run(&arguments, PASSWORD).await;
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.said);
        assert!(ended.said.contains(word), "{arguments:?}: {}", ended.said);
    }
    let away = ["--url", "http://localhost:9", "--email", EMAIL];
    let ended = site.run(&[&publish[..], &away].concat(), PASSWORD).await;
    assert_eq!(ended.code, 1);
    assert!(ended.said.contains("can't be reached"), "{}", ended.said);
    assert!(
        !Path::new(&site.settings())
            .join("masthead/folders")
            .exists()
    );
}
