//! `POST /api/preview`: what is shown is what would be published, and nothing else happens.

mod stores;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use endpoint::{Clock, Origins};
use futures::future::join_all;
use image::ImageFormat;
use members::MOST_PREVIEWS;
use regex_lite::Regex;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::events::{event, invoke};
use crate::files;
use crate::photo::plain;
use crate::privacy::{DRAFTS, NOTES};
use crate::site::{SignedIn, Site, assert_error, body};
use crate::template::document::root;

/// A document with the folder that it lies in and the name of its file.
#[derive(Clone)]
struct Document {
    path: String,
    file_name: String,
    /// The name in the address; empty where it is made of the file's.
    slug: String,
    text: String,
}

impl Document {
    fn new(path: &str, file_name: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            file_name: file_name.to_owned(),
            slug: String::new(),
            text: text.to_owned(),
        }
    }

    fn json(&self) -> Value {
        json!({"path": self.path, "file_name": self.file_name, "slug": self.slug, "text": self.text})
    }
}

async fn ask(site: &Site, member: &SignedIn, wanted: &Value) -> Response {
    let post = site.post("/api/preview").bearer_auth(&member.token);
    post.json(wanted).send().await.unwrap()
}

async fn preview(site: &Site, member: &SignedIn, document: &Document) -> Value {
    let answer = ask(site, member, &document.json()).await;
    let status = answer.status();
    let mut answer = body(answer).await;
    assert_eq!(status, StatusCode::OK, "{}: {answer}", document.file_name);
    answer["preview"].take()
}

/// Publishes the document and returns its report.
async fn publish(site: &Site, member: &SignedIn, document: &Document) -> Value {
    let file = Part::bytes(document.text.clone().into_bytes());
    let form = Form::new()
        .text("path", document.path.clone())
        .text("slug", document.slug.clone())
        .part("readme_file", file.file_name(document.file_name.clone()));
    let post = site.post("/api/upload_readme").bearer_auth(&member.token);
    let answer = post.multipart(form).send().await.unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::ACCEPTED,
        "{}",
        document.file_name
    );
    let answer = body(answer).await;
    let report = answer["readme"]["report"].as_str().unwrap();
    site.report(member, report).await
}

/// Times of day, which a document that is published a second later has others of.
fn without_times(value: &Value) -> String {
    let time = Regex::new(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z").unwrap();
    time.replace_all(&value.to_string(), "a time").into_owned()
}

/// The frontmatter and the body of a published file, read as another program reads it.
fn parts(file: &str) -> (Value, &str) {
    let file = file.strip_prefix("---").unwrap();
    let file = file.trim_start_matches(['\r', '\n']);
    let end = Regex::new(r"(?m)^---\r?$").unwrap();
    let end = end.find(file).unwrap();
    let frontmatter = serde_yaml::from_str(&file[..end.start()]).unwrap();
    let body = &file[end.end()..];
    // The rest of the line, and an empty one before a body.
    let body = body.strip_prefix("\n").unwrap_or(body);
    let body = body.strip_prefix("\r\n").or(body.strip_prefix("\n"));
    (frontmatter, body.unwrap_or_default())
}

/// A document is previewed, published, and previewed again: one and the same comes out.
async fn is_what_is_published(site: &Site, member: &SignedIn, document: &Document) {
    let name = &document.file_name;
    let before = preview(site, member, document).await;
    let report = publish(site, member, document).await;
    let after = preview(site, member, document).await;
    assert_eq!(without_times(&before), without_times(&after), "{name}");
    for key in ["slug", "entry_id", "state", "reason", "fields", "warnings"] {
        assert_eq!(after["report"][key], report[key], "{name}: {key}");
    }
    let Some(url) = report["url"].as_str() else {
        assert_eq!(report["state"], "draft", "{name}");
        return;
    };
    let file = site.get(site.path(url)).send().await.unwrap();
    let file = file.text().await.unwrap();
    let (frontmatter, body) = parts(&file);
    assert_eq!(after["frontmatter"], frontmatter, "{name}");
    assert_eq!(after["markdown"], body, "{name}");
    assert!(after["html"].is_string(), "{name}");
}

/// The Markdown files of a folder, also of those in it, where `all` says so.
fn documents_of(top: &Path, folder: &Path, all: bool) -> Vec<Document> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    let mut documents = Vec::new();
    for entry in entries {
        if entry.is_dir() && all {
            documents.extend(documents_of(top, &entry, all));
        } else if entry.extension().is_some_and(|ending| ending == "md")
            && let Ok(text) = std::fs::read_to_string(&entry)
        {
            let path = folder.strip_prefix(top).unwrap().to_str().unwrap();
            let name = entry.file_name().unwrap().to_str().unwrap();
            documents.push(Document::new(path, name, &text));
        }
    }
    documents
}

/// Members share the documents, so that none has too many previews in a minute.
async fn all_are_what_is_published(site: &Site, documents: &[Document]) {
    for (number, documents) in documents.chunks(25).enumerate() {
        let member = site.member(&format!("member-{number}")).await;
        for document in documents {
            is_what_is_published(site, &member, document).await;
        }
    }
}

#[tokio::test]
async fn previews_are_what_is_published() {
    let site = Site::start().await;
    let ours = root();
    let vault = site.member("vault").await;
    for picture in ["robots/img/arm.png", "img/sensors.png", "notes/battery.png"] {
        let bytes = std::fs::read(ours.join("examples/vault").join(picture)).unwrap();
        files::send(&site, &vault, picture, bytes).await;
        files::settled(&site, &vault, picture).await;
    }
    let folder = ours.join("examples/vault");
    for document in documents_of(&folder, &folder, true) {
        is_what_is_published(&site, &vault, &document).await;
    }
    let mut documents = documents_of(&ours.join("docs"), &ours.join("docs"), false);
    let readme = std::fs::read_to_string(ours.join("README.md")).unwrap();
    documents.push(Document::new("", "README.md", &readme));
    let private = NOTES.iter().chain(&DRAFTS);
    documents.extend(private.map(|(name, text)| Document::new("private", name, text)));
    let hostile = ours.join("shared/frontmatter/src/body/tests/hostile.txt");
    let hostile = std::fs::read_to_string(hostile).unwrap();
    let hostile = hostile.lines().enumerate().step_by(10);
    documents.extend(hostile.map(|(line, text)| {
        let text = text.replace("\\n", "\n");
        Document::new("", &format!("hostile {line}.md"), &text)
    }));
    documents.push(Document::new(
        "",
        "windows.md",
        "---\r\ntitle: A\r\n---\r\n\r\nText\r\n",
    ));
    documents.push(Document::new("", "empty block.md", "---\ntitle: A\n---\n"));
    for slug in ["trip", " A trip "] {
        documents.push(Document {
            slug: slug.to_owned(),
            ..Document::new("private", "notes.md", "To [[trip]] and [[notes]].\n")
        });
    }
    assert!(documents.len() > 30, "{}", documents.len());
    all_are_what_is_published(&site, &documents).await;
}

/// `tests/previews/run` names a folder of real documents, which stay outside of this repository.
#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "no function reads it: it names what this very program reads"
)]
async fn previews_of_a_folder_are_what_is_published() {
    let Some(folder) = std::env::var_os("MASTHEAD_DOCUMENTS") else {
        return;
    };
    let folder = PathBuf::from(folder);
    let mut documents = documents_of(&folder, &folder, true);
    assert!(!documents.is_empty(), "no document in {}", folder.display());
    // Each has an address of its own.
    for (number, document) in documents.iter_mut().enumerate() {
        document.file_name = format!("{number} {}", document.file_name);
    }
    let site = Site::start().await;
    all_are_what_is_published(&site, &documents).await;
    println!(
        "{} documents are published as they were previewed",
        documents.len()
    );
}

/// Names, folders, files and pictures are found as publishing finds them.
#[tokio::test]
async fn links_and_pictures_lead_where_they_would() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let other = site.member("robin").await;
    site.publish(&other, "README.md", "# Robin\n").await;
    site.publish(&member, "Trip.md", "# The trip\n").await;
    files::send(
        &site,
        &member,
        "robots/img/arm.png",
        plain(90, 640, ImageFormat::Png),
    )
    .await;
    files::settled(&site, &member, "robots/img/arm.png").await;
    let text = "# Line\n\n[[The trip]] [[robin]] [x](Trip.md) ![The arm](img/arm.png) [[Nobody]] ![no](no.png)\n";
    let document = Document::new("robots", "README.md", text);
    let shown = preview(&site, &member, &document).await;
    assert_eq!(shown["report"]["slug"], "robots");
    assert_eq!(shown["report"]["entry_id"], "jo/robots");
    let html = shown["html"].as_str().unwrap();
    for found in ["href=\"/jo/trip/\"", "href=\"/robin/\"", "/files/jo/"] {
        assert!(html.contains(found), "{found} in {html}");
    }
    let warnings = shown["report"]["warnings"].to_string();
    for missing in ["unresolved-link", "missing-asset"] {
        assert!(warnings.contains(missing), "{missing} in {warnings}");
    }
    // In another folder there is no such picture by its path; by its name there is.
    let elsewhere = Document::new("", "README.md", text);
    let shown = preview(&site, &member, &elsewhere).await;
    assert_eq!(shown["report"]["slug"], "readme");
    assert_eq!(shown["report"]["entry_id"], "jo");
    is_what_is_published(&site, &member, &document).await;
}

#[tokio::test]
async fn a_preview_changes_nothing_in_any_store() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.publish(
        &member,
        "Trip.md",
        "# The trip\n\nWith [[line]] and [[Nobody]].\n",
    )
    .await;
    files::send(&site, &member, "arm.png", plain(90, 64, ImageFormat::Png)).await;
    files::settled(&site, &member, "arm.png").await;
    let before = stores::settled(&site.environment).await;
    assert!(before.len() > 8, "{before:#?}");
    for (file_name, text) in [
        (
            "Line.md",
            "# Line\n\n[[The trip]] [[New name]] ![The arm](arm.png) ![no](no.png) [[jo]]\n",
        ),
        // As publishing would: over what is there, as its author's own page, and back to a draft.
        ("Trip.md", "# Another trip\n\n[[New name]]\n"),
        ("README.md", "# Jo\n\n[[Trip]]\n"),
        ("Trip.md", "---\ndraft: true\n---\n# Trip\n"),
    ] {
        preview(&site, &member, &Document::new("", file_name, text)).await;
    }
    let refused = ask(&site, &member, &json!({"text": 7})).await;
    assert_error(refused, 400, "bad_request").await;
    assert_eq!(stores::settled(&site.environment).await, before);
}

#[tokio::test]
async fn a_member_has_sixty_previews_a_minute() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let other = site.member("robin").await;
    let wanted = json!({"text": "# A\n"});
    let asked = (0..MOST_PREVIEWS + 9).map(|_| ask(&site, &member, &wanted));
    let answers = join_all(asked).await;
    let made = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::OK);
    assert_eq!(made.count() as u64, MOST_PREVIEWS);
    for answer in answers {
        if answer.status() == StatusCode::OK {
            continue;
        }
        let wait: u64 = answer.headers()["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert_error(answer, 429, "too_many_attempts").await;
    }
    assert_eq!(ask(&site, &other, &wanted).await.status(), StatusCode::OK);

    // Another process knows it, too; a minute later it is over.
    let mut state = preview::State::from_env(&site.environment).unwrap();
    let mut event = event("preview");
    event["headers"]["authorization"] = json!(format!("Bearer {}", member.token));
    let origins = Origins::default();
    let answer = endpoint::invoke(&origins, event.clone(), "test", |request| {
        preview::handler(&state, request)
    });
    assert_eq!(answer.await.status_code, 429);
    state.bearer.clock = Clock::from_fn(|| SystemTime::now() + Duration::from_secs(61));
    let answer = endpoint::invoke(&origins, event, "test", |request| {
        preview::handler(&state, request)
    });
    assert_eq!(answer.await.status_code, 200);
}

#[tokio::test]
async fn what_is_not_as_it_should_be_is_named() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (wanted, status, code, named) in [
        (json!({}), 400, "bad_request", "“text”"),
        (json!({"text": null}), 400, "bad_request", "“text”"),
        (
            json!({"text": "", "path": "../x"}),
            400,
            "bad_request",
            "“..”",
        ),
        (
            json!({"text": "", "file_name": 7}),
            400,
            "bad_request",
            "“file_name”",
        ),
        (
            json!({"text": "x".repeat(1024 * 1024 + 1)}),
            413,
            "too_large",
            "1 MiB",
        ),
        (json!([]), 400, "bad_request", "object"),
    ] {
        let message = assert_error(ask(&site, &member, &wanted).await, status, code).await;
        assert!(message.contains(named), "{message}");
    }
    let post = site.post("/api/preview").bearer_auth(&member.token);
    let plain = post.header("content-type", "text/plain").body("# A\n");
    assert_error(plain.send().await.unwrap(), 415, "unsupported_media_type").await;
    let nobody = site.post("/api/preview").json(&json!({"text": "# A\n"}));
    assert_error(nobody.send().await.unwrap(), 401, "invalid_token").await;
    let get = site.request(Method::GET, "/api/preview");
    assert_error(get.send().await.unwrap(), 405, "method_not_allowed").await;
}

/// The largest text there is, however it is written, is shown; of what becomes too much to be answered the HTML is left out.
/// Not over HTTP: what a busy machine takes for that is more than the gateway waits.
/// Texts of kinds that people send in the place of Markdown, and texts that only speak of them.
const KINDS: [&str; 17] = [
    "",
    " \n",
    "# A note\n",
    "%PDF-1.7\n1 0 obj\n",
    "%pdf-1.7",
    "# PDF\n\n%PDF-1.7\n",
    "{\\rtf1\\ansi Hello}",
    "<!DOCTYPE html>\n<p>Hello</p>\n",
    "<html><head><title>Hello</title></head></html>",
    "<html>\n\n# Hello\n",
    "<h1 align=\"center\">Hello</h1>\n",
    "{\"cells\": [], \"nbformat\": 4}",
    "{\"nbformat\": \"in words\"}",
    "PK\u{3}\u{4}word/document.xml",
    "PK\u{3}\u{4}anything",
    "GIF89a\u{0}",
    "GIF89a is a format.\n",
];

/// Whatever stands before it: a preview refuses what an upload refuses, in the same words, and takes what it takes.
#[tokio::test]
async fn a_preview_refuses_what_an_upload_refuses() {
    let site = Site::start().await;
    let (mut refused, mut taken) = (0, 0);
    for (number, before) in ["", "\u{feff}", "\n \t", "\u{feff}\r\n"].iter().enumerate() {
        let member = site.member(&format!("jo-{number}")).await;
        for (kind, text) in KINDS.iter().enumerate() {
            let text = format!("{before}{text}");
            let name = format!("kind-{kind}.md");
            let wanted = json!({"file_name": name, "text": text});
            let shown = ask(&site, &member, &wanted).await;
            let sent = site.upload(&member, &name, text.as_str()).await;
            let (status, shown_status) = (sent.status(), shown.status());
            let (sent, shown) = (body(sent).await, body(shown).await);
            if status == StatusCode::ACCEPTED {
                assert_eq!(shown_status, StatusCode::OK, "{text:?}: {shown}");
                taken += 1;
            } else {
                assert_eq!((shown_status, shown), (status, sent), "{text:?}");
                refused += 1;
            }
        }
    }
    // Too much of another kind is told by its kind.
    let member = site.member("large").await;
    for start in ["%PDF-1.7\n", "# A note\n"] {
        let text = format!("{start}{}", "x".repeat(1024 * 1024));
        let shown = ask(&site, &member, &json!({"text": text})).await;
        let sent = site.upload(&member, "large.md", text.as_str()).await;
        assert_eq!(shown.status(), sent.status(), "{start}");
        assert_eq!(body(shown).await, body(sent).await, "{start}");
    }
    assert!(
        refused > 30 && taken > 20,
        "{refused} refused, {taken} taken"
    );
}

#[tokio::test]
async fn a_text_of_one_mebibyte_is_shown() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let most = 1024 * 1024;
    for (text, has_html) in [
        ("All work and no play.\n\n".repeat(most / 23), true),
        ("\u{1f600}".repeat(most / 4), true),
        ("\"".repeat(most), false),
    ] {
        let mut event = event("preview");
        event["headers"]["authorization"] = json!(format!("Bearer {}", member.token));
        event["body"] = json!(json!({"text": text}).to_string());
        let (status, answer) = invoke(&site.environment, "preview", event).await;
        assert_eq!(status, 200, "{}", answer["message"]);
        let answer = &answer["preview"];
        assert_eq!(answer["html"].is_string(), has_html);
        let markdown = answer["markdown"].as_str().unwrap();
        assert!(markdown.len() >= most - 64, "{}", markdown.len());
    }
}

#[tokio::test]
async fn a_draft_is_shown_to_its_author() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let draft = Document::new("", "b.md", "---\ndraft: true\n---\n# Later\n");
    let draft = preview(&site, &member, &draft).await;
    assert_eq!(draft["report"]["state"], "draft");
    assert!(draft["html"].is_string());
}
