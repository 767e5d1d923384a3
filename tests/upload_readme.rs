//! `POST /api/upload_readme`.

use reqwest::multipart::{Form, Part};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::calls::Noted;
use crate::site::{SignedIn, Site, assert_error, body};

/// Sends a file with text fields beside it.
pub(crate) async fn send(
    site: &Site,
    member: &SignedIn,
    file_name: &str,
    text: impl Into<Vec<u8>>,
    fields: &[(&'static str, &str)],
) -> Response {
    let file = Part::bytes(text.into()).file_name(file_name.to_owned());
    let mut form = Form::new().part("readme_file", file);
    for (name, value) in fields {
        form = form.text(*name, (*value).to_owned());
    }
    let request = site
        .post("/api/upload_readme")
        .bearer_auth(&member.token)
        .multipart(form);
    request.send().await.unwrap()
}

/// The SHA-256 of a text, in hexadecimal.
fn hex_sha256(text: &str) -> String {
    use std::fmt::Write as _;
    let digest = <sha2::Sha256 as sha2::Digest>::digest(text);
    digest.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// The function as one process, whose calls to its stores are noted.
struct Process {
    state: upload_readme::State,
    noted: Noted,
}

impl Process {
    fn of(site: &Site) -> Self {
        let noted = Noted::of(&site.environment);
        let mut state = upload_readme::State::from_env(&site.environment).unwrap();
        state.uploads = noted.stores.uploads.clone();
        state.bearer.members = noted.stores.members.clone();
        Self { state, noted }
    }

    /// Sends a file; the answer's document, and the calls that changed something.
    async fn send(&self, member: &SignedIn, file_name: &str, text: &str) -> (Value, Vec<String>) {
        let body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"readme_file\"; filename=\"{file_name}\"\r\n\r\n{text}\r\n--b--\r\n"
        );
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/api/upload_readme", "rawQueryString": "",
            "headers": {"content-type": "multipart/form-data; boundary=b", "authorization": format!("Bearer {}", member.token)},
            "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
                "http": {"method": "POST", "path": "/api/upload_readme", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
            "body": body, "isBase64Encoded": false
        });
        let state = &self.state;
        let answer = endpoint::invoke(&state.origins, event, "r", |request| {
            upload_readme::handler(state, request)
        });
        let answer = serde_json::to_value(answer.await).unwrap();
        assert_eq!(answer["statusCode"], 202, "{answer}");
        let mut said: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        (said["readme"].take(), self.noted.writes())
    }
}

/// What was sent before and was dealt with costs no write: the same version, the same answer, no older version and no look at
/// the document. Other bytes, another name, what an earlier converter wrote and what was refused are stored as ever.
#[tokio::test]
async fn the_same_file_once_more_is_not_stored_again() {
    const TEXT: &str = "# Arm\n\nIt lifts.\n";
    let site = Site::start().await;
    let member = site.member("jo").await;
    let process = Process::of(&site);
    let (first, writes) = process.send(&member, "Arm.md", TEXT).await;
    assert!(writes.contains(&"PutObject".to_owned()), "{writes:?}");
    let published = site.report(&member, "/api/readmes/arm").await;
    assert_eq!(published["state"], "published");

    for _ in 0..2 {
        let (again, writes) = process.send(&member, "Arm.md", TEXT).await;
        assert_eq!(writes, [""; 0]);
        assert_eq!(again["version"], first["version"]);
        assert_eq!(again["replaced"]["title"], "Arm");
    }
    let versions = site
        .get("/api/readmes/arm/versions")
        .bearer_auth(&member.token);
    let versions = body(versions.send().await.unwrap()).await;
    assert_eq!(
        versions["versions"].as_array().map(Vec::len),
        Some(1),
        "{versions}"
    );
    assert_eq!(site.report(&member, "/api/readmes/arm").await, published);

    // The name as another system composes it is another note beside the same document.
    let (_, writes) = process.send(&member, "Caf\u{e9}.md", TEXT).await;
    assert_eq!(writes.len(), 3, "{writes:?}");
    site.report(&member, "/api/readmes/cafe").await;
    let (_, writes) = process.send(&member, "Cafe\u{301}.md", TEXT).await;
    assert_eq!(writes, ["PutObject"]);

    let (_, writes) = process.send(&member, "Arm.md", "# Arm\n\nIt is.\n").await;
    assert_eq!(writes, ["PutObject"], "other bytes");
    site.report(&member, "/api/readmes/arm").await;

    // What an earlier converter wrote, or was refused.
    let report = site
        .members
        .report(&member.id, "arm")
        .await
        .unwrap()
        .unwrap();
    let earlier = members::Report {
        converter: "an earlier one".to_owned(),
        ..report.clone()
    };
    let refused = members::Report {
        state: members::State::Rejected,
        ..report.clone()
    };
    let mut before = report;
    for after in [earlier, refused] {
        let put = site.members.put_report(&member.id, Some(&before), &after);
        assert!(put.await.unwrap());
        let (_, writes) = process.send(&member, "Arm.md", "# Arm\n\nIt is.\n").await;
        assert_eq!(writes, ["PutObject"], "{after:?}");
        // Published anew.
        before = site
            .wait_for("a report of today", async || {
                let report = site
                    .members
                    .report(&member.id, "arm")
                    .await
                    .unwrap()
                    .unwrap();
                (report.converter != after.converter || report.state != after.state)
                    .then_some(report)
            })
            .await;
    }
}

/// Whatever a file is called, its key is the member's own and made of `[a-z0-9-]`.
#[tokio::test]
async fn file_names_become_slugs() {
    let site = Site::start().await;
    for (number, (file_name, slug)) in [
        ("README.md", "readme"),
        ("index.md", "readme"),
        ("02 Flask APIs.md", "02-flask-apis"),
        ("2025-07-10-Trip.md", "trip"),
    ]
    .into_iter()
    .enumerate()
    {
        let member = site.member(&format!("member{number}")).await;
        let answer = site
            .upload(&member, file_name, "# Hi\n\nSome words here.\n")
            .await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{file_name}");
        let answer = body(answer).await;
        assert_eq!(answer["readme"]["slug"], slug, "{file_name}");
        assert_eq!(answer["readme"]["report"], format!("/api/readmes/{slug}"));
        assert_eq!(answer["readme"]["state"], "processing");
    }
}

#[tokio::test]
async fn hostile_file_names_stay_inside_the_member_s_folder() {
    let site = Site::start().await;
    let long = format!("{}.md", "x".repeat(300));
    for (number, file_name) in [
        "../../x.md",
        "C:\\x.md",
        "a\u{0}b.md",
        "\u{202e}dm.exe",
        "%2e%2e%2f.md",
        "we ird%20#?.md",
        "日本語.md",
        "🚀.md",
        &long,
        "404.md",
        ".md",
        "_hidden.md",
    ]
    .into_iter()
    .enumerate()
    {
        let member = site.member(&format!("member{number}")).await;
        let answer = site.upload(&member, file_name, "# Hi\n").await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{file_name:?}");
        let slug = body(answer).await["readme"]["slug"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            !slug.is_empty() && slug.len() <= 80,
            "{file_name:?}: {slug}"
        );
        assert!(
            slug.bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "{file_name:?}: {slug}"
        );
        assert!(
            !["404", "index", "readme"].contains(&slug.as_str()),
            "{file_name:?}: {slug}"
        );
    }
}

/// One file can't take another's place unnoticed.
#[tokio::test]
async fn two_names_of_one_slug_conflict() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    assert_eq!(
        site.upload(&member, "My Notes.md", "# One\n")
            .await
            .status(),
        StatusCode::ACCEPTED
    );
    let message = assert_error(
        site.upload(&member, "my-notes.md", "# Two\n").await,
        409,
        "conflict",
    )
    .await;
    assert!(
        message.contains("My Notes.md") && message.contains("my-notes.md"),
        "{message}"
    );
    assert_eq!(
        site.upload(&member, "My Notes.md", "# Three\n")
            .await
            .status(),
        StatusCode::ACCEPTED
    );
    let other = site.member("ann").await;
    assert_eq!(
        site.upload(&other, "my-notes.md", "# Four\n")
            .await
            .status(),
        StatusCode::ACCEPTED
    );
}

#[tokio::test]
async fn a_slug_can_be_chosen() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (slug, stored) in [
        ("trip", "trip"),
        ("../../etc", "etc"),
        ("My Trip!", "my-trip"),
        ("index", "index-doc"),
    ] {
        let form = Form::new()
            .part(
                "readme_file",
                Part::bytes(b"# Hi\n".as_slice()).file_name("a.md"),
            )
            .text("slug", slug);
        let answer = site
            .post("/api/upload_readme")
            .bearer_auth(&member.token)
            .multipart(form)
            .send()
            .await
            .unwrap();
        assert_eq!(body(answer).await["readme"]["slug"], stored, "{slug}");
    }
}

/// A second project's README has the name of the first one's.
#[tokio::test]
async fn a_readme_of_another_title_asks_before_it_replaces() {
    const CAREFUL: (&str, &str) = ("replace", "same_title");
    let site = Site::start().await;
    let member = site.member("jo").await;
    let first = "# Flask Backend\n\nHello.\n";
    let answer = send(&site, &member, "README.md", first, &[CAREFUL]).await;
    assert_eq!(body(answer).await["readme"]["replaced"], json!(null));
    // A new version of the same document asks nothing.
    let second = "---\ntitle: flask backend\n---\n\nHello again.\n";
    let answer = send(&site, &member, "README.md", second, &[CAREFUL]).await;
    let replaced = json!({"title": "Flask Backend", "file_name": "README.md", "path": ""});
    assert_eq!(body(answer).await["readme"]["replaced"], replaced);

    let other = "# Chess Clock\n\nTick.\n";
    let refused = send(&site, &member, "README.md", other, &[CAREFUL]).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let refused = body(refused).await;
    assert_eq!(refused["code"], "other_title");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("“Chess Clock” would take the place of “flask backend”"),
        "{message}"
    );
    let there = json!({"slug": "readme", "title": "flask backend"});
    let instead = json!({"slug": "chess-clock", "title": "Chess Clock"});
    assert_eq!(
        (&refused["replaces"], &refused["instead"]),
        (&there, &instead)
    );
    assert_eq!(
        site.report(&member, "/api/readmes/readme").await["fields"][0]["value"],
        "flask backend"
    );

    // A name of its own, and a new version under that.
    let own = [CAREFUL, ("slug", "chess-clock")];
    for text in [other, "# Chess Clock\n\nTock.\n"] {
        let answer = send(&site, &member, "README.md", text, &own).await;
        assert_eq!(body(answer).await["readme"]["slug"], "chess-clock");
    }
    // What has that name under another title is left alone, as is a file of another name.
    let third = "# Chess Clock!\n\nNo.\n";
    let refused = body(send(&site, &member, "README.md", third, &[CAREFUL]).await).await;
    assert_eq!(refused["instead"]["slug"], "chess-clock");
    let refused = body(send(&site, &member, "README.md", third, &own).await).await;
    assert_eq!(refused["instead"]["slug"], "chess-clock-2");
    site.publish(&member, "Trip.md", "# A trip\n").await;
    let trip = "# Trip\n\nAnother.\n";
    let refused = body(send(&site, &member, "README.md", trip, &[CAREFUL]).await).await;
    assert_eq!(refused["instead"]["slug"], "trip-2");

    // Whoever doesn't ask replaces, and is told what.
    for fields in [&[][..], &[("replace", "any")]] {
        let answer = send(&site, &member, "README.md", trip, fields).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let replaced = body(answer).await["readme"]["replaced"]["title"].take();
        assert!(replaced == "flask backend" || replaced == "Trip");
    }
    let wrong = send(&site, &member, "README.md", trip, &[("replace", "no")]).await;
    assert_error(wrong, 400, "bad_request").await;
}

/// A folder's README is the folder's document, and each file keeps the folder that it lies in.
#[tokio::test]
async fn documents_lie_in_folders() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (path, file_name, slug) in [
        ("", "README.md", "readme"),
        ("notes/robots", "README.md", "robots"),
        ("notes/Über uns", "index.md", "uber-uns"),
        ("notes", "Arm.md", "arm"),
        ("readme", "README.md", "readme-doc"),
    ] {
        let text = format!("Words of {slug}.\n");
        let answer = send(&site, &member, file_name, text, &[("path", path)]).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{path}/{file_name}");
        let answer = body(answer).await;
        assert_eq!(answer["readme"]["slug"], slug, "{path}/{file_name}");
        let report = site.report(&member, &format!("/api/readmes/{slug}")).await;
        assert_eq!(
            (&report["path"], &report["file_name"], &report["state"]),
            (&json!(path), &json!(file_name), &json!("published"))
        );
    }
    // Without a heading it is called as its folder, and its author's links find it by that name.
    let report = site.report(&member, "/api/readmes/robots").await;
    assert_eq!(report["fields"][0]["value"], "robots");
    let linking = site
        .publish(&member, "Links.md", "See [[robots]] and [[Über uns]].\n")
        .await;
    assert_eq!(linking["warnings"], json!([]));

    let listed = site
        .get("/api/readmes")
        .bearer_auth(&member.token)
        .send()
        .await
        .unwrap();
    let listed = body(listed).await;
    let robots = &listed["readmes"].as_array().unwrap()[4];
    assert_eq!(
        (&robots["slug"], &robots["path"], &robots["file_name"]),
        (
            &json!("robots"),
            &json!("notes/robots"),
            &json!("README.md")
        )
    );
    let sha256 = robots["sha256"].as_str().unwrap();
    assert_eq!(sha256, report["sha256"].as_str().unwrap());
    assert_eq!(sha256, hex_sha256("Words of robots.\n"));
}

#[tokio::test]
async fn a_path_that_leads_elsewhere_is_refused_with_the_reason() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let long = "x".repeat(256);
    for (path, reason) in [
        ("../x", "leads up by “..”"),
        ("/etc", "begins with “/”"),
        ("notes/", "ends with it"),
        ("notes//x", "two side by side"),
        ("notes/.git", "begins with a dot"),
        ("notes\\x", "separated by “/”"),
        ("a\tb", "control character"),
        (long.as_str(), "longer than 255 bytes"),
    ] {
        let answer = send(&site, &member, "a.md", "# A\n", &[("path", path)]).await;
        let message = assert_error(answer, 400, "bad_request").await;
        assert!(message.contains(reason), "{message}");
    }
    // Of two spellings of one name one is kept.
    let fields = &[("path", "Ko\u{308}ln")];
    let answer = send(&site, &member, "a.md", "# A\n", fields).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let report = site.report(&member, "/api/readmes/a").await;
    assert_eq!(report["path"], "K\u{f6}ln");
}

/// Files of one name in two folders are two documents: whatever `replace` says, neither takes the other's place unless its
/// sender names the slug.
#[tokio::test]
async fn documents_of_two_folders_don_t_replace_each_other() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let same = ("replace", "same_title");
    for (path, file_name, other_path, other_name, slug) in [
        ("a", "README.md", "b", "a.md", "a"),
        ("x", "notes.md", "y", "notes.md", "notes"),
        ("", "top.md", "x", "top.md", "top"),
        ("one/docs", "README.md", "two/docs", "README.md", "docs"),
    ] {
        let text = "# The same title\n";
        let first = send(&site, &member, file_name, text, &[("path", path)]).await;
        assert_eq!(first.status(), StatusCode::ACCEPTED);
        for fields in [&[("path", other_path)][..], &[("path", other_path), same]] {
            let refused = send(&site, &member, other_name, text, fields).await;
            let message = assert_error(refused, 409, "conflict").await;
            assert!(
                message.contains(&format!("“{other_path}/{other_name}”")) && message.contains(slug),
                "{message}"
            );
        }
        let report = site.report(&member, &format!("/api/readmes/{slug}")).await;
        assert_eq!(report["path"], path);
    }
    // One that was moved, as its sender says by the slug, keeps its address.
    let moved = [("path", "z"), ("slug", "notes"), same];
    let answer = send(
        &site,
        &member,
        "notes.md",
        "# The same title\n\nMore.\n",
        &moved,
    )
    .await;
    let replaced = json!({"title": "The same title", "file_name": "notes.md", "path": "x"});
    assert_eq!(body(answer).await["readme"]["replaced"], replaced);
    assert_eq!(
        site.report(&member, "/api/readmes/notes").await["path"],
        "z"
    );
    // And so does the next version of it.
    let answer = send(&site, &member, "notes.md", "# Another\n", &[("path", "z")]).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

/// The title stands at the top, and no more than that is read.
#[tokio::test]
async fn the_title_of_a_long_document_is_found() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let long = |title: &str| format!("# {title}\n\n{}", "words and words\n".repeat(20_000));
    for text in [long("One"), long("One") + "more\n", long("Two")] {
        let fields = [("replace", "same_title")];
        let answer = send(&site, &member, "README.md", text.clone(), &fields).await;
        let expected = if text.starts_with("# Two") { 409 } else { 202 };
        assert_eq!(answer.status().as_u16(), expected);
    }
    let nameless = "Without any heading.\n";
    let answer = send(&site, &member, "Notes.md", nameless, &[]).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let answer = send(&site, &member, "Notes.md", "Nor one here.\n", &[]).await;
    assert_eq!(body(answer).await["readme"]["replaced"]["title"], "Notes");
}

/// What people send in the place of text is named by its content, whatever its name and its size.
#[tokio::test]
async fn what_is_no_text_is_named_for_what_it_is() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let zip = |holds: &str| {
        let mut zip = b"PK\x03\x04\x14\0\x06\0\x08\0".to_vec();
        zip.extend(holds.as_bytes());
        zip.extend([0xff, 0, 0xfe]);
        zip
    };
    let mut large = zip("[Content_Types].xml word/document.xml");
    large.resize(2 * 1024 * 1024, 0x80);
    let page = "\n<!DOCTYPE html>\n<html lang=\"en\"><body><h1>Hi</h1></body></html>\n";
    let notebook = r#"{"cells": [{"cell_type": "markdown", "source": ["Hi"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    for (file_name, bytes, kind) in [
        ("essay.docx", zip("word/document.xml"), "a Word document"),
        ("README.md", zip("word/document.xml"), "a Word document"),
        ("large.docx", large, "a Word document"),
        (
            "old.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0".to_vec(),
            "a Word document",
        ),
        ("essay.pdf", b"%PDF-1.7\n%\xe2\xe3".to_vec(), "a PDF"),
        ("plain.pdf", b"%PDF-1.4\nall of it text".to_vec(), "a PDF"),
        ("all.zip", zip("README.md"), "an archive"),
        ("all.tgz", b"\x1f\x8b\x08\0".to_vec(), "an archive"),
        ("work.ipynb", notebook.into(), "a Jupyter notebook"),
        ("page.html", page.into(), "a web page"),
        ("README.md", page.into(), "a web page"),
        ("essay.rtf", br"{\rtf1\ansi Hi}".to_vec(), "rich text"),
        (
            "essay.odt",
            zip("mimetypeapplication/vnd.oasis.opendocument.text"),
            "an OpenDocument file",
        ),
        ("essay.pages", zip("Index/Document.iwa"), "a Pages document"),
        ("sums.xlsx", zip("xl/workbook.xml"), "an Office document"),
        ("me.md", b"\xff\xd8\xff\xe0".to_vec(), "a picture"),
    ] {
        let answer = site.upload(&member, file_name, bytes).await;
        let message = assert_error(answer, 422, "invalid_file").await;
        let named = message.starts_with(&format!("This is {kind}"));
        assert!(named, "{file_name}: {message}");
    }
    let text = "<html>\n\n# Hello\n";
    let answer = site.upload(&member, "page.html", text).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

/// Encodings.
#[tokio::test]
async fn text_is_utf_8_or_utf_16_with_a_mark() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        mark.iter()
            .copied()
            .chain("# Grüße\n".encode_utf16().flat_map(unit))
            .collect::<Vec<u8>>()
    };
    for (file_name, bytes) in [
        ("utf8.md", "# Grüße\n".as_bytes().to_vec()),
        ("bom.md", "\u{feff}# Grüße\n".as_bytes().to_vec()),
        ("le.md", wide(b"\xff\xfe", u16::to_le_bytes)),
        ("be.md", wide(b"\xfe\xff", u16::to_be_bytes)),
    ] {
        let report = site.publish(&member, file_name, bytes).await;
        let title = report["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["key"] == "title")
            .unwrap();
        assert_eq!(
            (title["value"].as_str(), report["state"].as_str()),
            (Some("Grüße"), Some("published")),
            "{file_name}"
        );
    }
    for bytes in [
        b"# Gr\xfc\xdfe\n".to_vec(),
        b"\xff\xfe#".to_vec(),
        b"\x89PNG\r\n\x1a\n\0".to_vec(),
    ] {
        assert_error(
            site.upload(&member, "latin1.md", bytes).await,
            422,
            "invalid_file",
        )
        .await;
    }
}

/// Limits.
#[tokio::test]
async fn a_mebibyte_is_taken_and_no_more() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let mut text = "# Long\n\n".to_owned();
    text.push_str(&"word ".repeat((1024 * 1024 - text.len()) / 5));
    text.push_str(&"x".repeat(1024 * 1024 - text.len()));
    assert_eq!(
        site.publish(&member, "long.md", text.clone()).await["state"],
        "published"
    );
    let message = assert_error(
        site.upload(&member, "long.md", text + "x").await,
        413,
        "too_large",
    )
    .await;
    assert!(message.contains("1 MiB"), "{message}");
    assert_error(
        site.upload(&member, "empty.md", "").await,
        400,
        "bad_request",
    )
    .await;
}

#[tokio::test]
async fn only_members_upload() {
    let site = Site::start().await;
    let form = Form::new().part(
        "readme_file",
        Part::bytes(b"# Hi\n".as_slice()).file_name("a.md"),
    );
    assert_error(
        site.post("/api/upload_readme")
            .multipart(form)
            .send()
            .await
            .unwrap(),
        401,
        "invalid_token",
    )
    .await;
}
