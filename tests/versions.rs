//! A member's own text: as it was sent, as it was before, and its return after a change or a deletion.

use std::collections::{BTreeMap, BTreeSet};

use blobs::layout::SourceKey;
use blobs::{Blobs, Condition, Upload};
use endpoint::aws;
use futures::future::join_all;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::site::{SignedIn, Site, assert_error, body};
use crate::upload_readme::send;

async fn ask(site: &Site, member: &SignedIn, method: Method, path: &str) -> Response {
    let request = site.request(method, path).bearer_auth(&member.token);
    request.send().await.unwrap()
}

async fn get(site: &Site, member: &SignedIn, path: &str) -> Response {
    ask(site, member, Method::GET, path).await
}

async fn restore(site: &Site, member: &SignedIn, slug: &str, version: &str) -> Response {
    let request = site.post(&format!("/api/readmes/{slug}/restore"));
    let request = request.bearer_auth(&member.token);
    let request = request.json(&json!({"version": version}));
    request.send().await.unwrap()
}

/// The first page of a document's versions: id and state of each.
async fn versions(site: &Site, member: &SignedIn, slug: &str) -> Vec<(String, String)> {
    let answer = get(site, member, &format!("/api/readmes/{slug}/versions")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = body(answer).await;
    assert_eq!(
        (&page["status"], &page["cursor"]),
        (&json!("success"), &Value::Null)
    );
    let versions = page["versions"].as_array().unwrap().iter();
    let text = |version: &Value, name: &str| version[name].as_str().unwrap().to_owned();
    versions
        .map(|version| (text(version, "id"), text(version, "state")))
        .collect()
}

fn states(versions: &[(String, String)]) -> Vec<&str> {
    versions.iter().map(|(_, state)| state.as_str()).collect()
}

/// The text of one version.
async fn text(site: &Site, member: &SignedIn, slug: &str, id: &str) -> String {
    let answer = get(site, member, &format!("/api/readmes/{slug}/versions/{id}")).await;
    assert_eq!(answer.status(), StatusCode::OK, "{id}");
    answer.text().await.unwrap()
}

async fn delete(site: &Site, member: &SignedIn, slug: &str) {
    let answer = ask(
        site,
        member,
        Method::DELETE,
        &format!("/api/readmes/{slug}"),
    )
    .await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

/// What is listed as deleted.
async fn deleted(site: &Site, member: &SignedIn) -> Vec<Value> {
    let answer = get(site, member, "/api/readmes?deleted").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = body(answer).await;
    assert_eq!(page["cursor"], Value::Null);
    page["deleted"].as_array().unwrap().clone()
}

fn uploads(site: &Site) -> Blobs {
    let config = aws::config(&site.environment, aws::ENDPOINT_S3).unwrap();
    Blobs::new(
        &config,
        site.environment.required("UPLOADS_BUCKET").unwrap(),
    )
}

/// Uploads a file whose name is written into the form as it is.
async fn upload_named(site: &Site, member: &SignedIn, name: &str, slug: &str, bytes: &[u8]) {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"slug\"\r\n\r\n{slug}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"readme_file\"; filename=\"{name}\"\r\n\r\n"
    );
    let request = site
        .post("/api/upload_readme")
        .bearer_auth(&member.token)
        .header("content-type", "multipart/form-data; boundary=b")
        .body([head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat());
    assert_eq!(request.send().await.unwrap().status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn members_get_their_own_bytes_back() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let utf_16: Vec<u8> = "\u{feff}# Größe\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes, disposition, content_type) in [
        (
            "README.md",
            b"\xef\xbb\xbf# Jo\r\n\r\n  trailing  \n\n".to_vec(),
            r#"attachment; filename="README.md""#,
            "text/markdown; charset=utf-8",
        ),
        (
            "Größe 日本.md",
            utf_16,
            r#"attachment; filename="Gr__e __.md"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC.md"#,
            "text/markdown; charset=utf-16",
        ),
    ] {
        upload_named(&site, &member, name, "doc", &bytes).await;
        let report = body(get(&site, &member, "/api/readmes/doc").await).await;
        let version = report["readme"]["version"].as_str().unwrap().to_owned();
        let (newest, _) = &versions(&site, &member, "doc").await[0];
        let one = format!("/api/readmes/doc/versions/{newest}");
        for path in ["/api/readmes/doc/source", &one] {
            let answer = get(&site, &member, path).await;
            assert_eq!(answer.status(), StatusCode::OK);
            let headers = answer.headers().clone();
            for (header, value) in [
                ("etag", format!("\"{version}\"").as_str()),
                ("content-disposition", disposition),
                ("content-type", content_type),
                ("x-content-type-options", "nosniff"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(headers[header], value, "{name} {header}");
            }
            assert_eq!(answer.bytes().await.unwrap(), bytes, "{name}");
        }
    }
    // A page of another origin can read the name.
    let origin = site.environment.required("ALLOWED_ORIGINS").unwrap();
    let origin = origin
        .split(',')
        .next()
        .unwrap()
        .trim()
        .replace('*', "4321");
    let asked = site
        .get("/api/readmes/doc/source")
        .bearer_auth(&member.token);
    let answer = asked.header("origin", origin).send().await.unwrap();
    let exposed = answer.headers()["access-control-expose-headers"]
        .to_str()
        .unwrap();
    assert!(
        exposed.contains("Content-Disposition") && exposed.contains("ETag"),
        "{exposed}"
    );
}

/// What changed, as the answer tells it.
async fn changes(site: &Site, member: &SignedIn, slug: &str, id: &str, query: &str) -> Value {
    let path = format!("/api/readmes/{slug}/versions/{id}/changes{query}");
    let answer = get(site, member, &path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    body(answer).await["changes"].take()
}

/// Runs as `=same`, `-removed`, `+added` and `~` with a number of lines.
fn runs(changes: &Value) -> Vec<String> {
    let runs = changes["runs"].as_array().unwrap().iter();
    let text = |run: &Value| run["text"].as_str().unwrap_or_default().to_owned();
    runs.map(|run| match run["kind"].as_str().unwrap() {
        "same" => format!("={}", text(run)),
        "removed" => format!("-{}", text(run)),
        "added" => format!("+{}", text(run)),
        _ => format!("~{}", run["lines"]),
    })
    .collect()
}

#[tokio::test]
async fn what_changed_is_told_word_by_word_since_the_version_before_or_any_other() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let paragraphs = "One.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n";
    for text in [
        format!("# Trip\n\nWe went to Rome by train.\n\n{paragraphs}"),
        format!("# Trip\n\nWe went to Naples by train.\n\n{paragraphs}"),
    ] {
        site.publish(&member, "Trip.md", text).await;
    }
    delete(&site, &member, "trip").await;
    let third = format!("# Trip\r\n\r\nWe went to Naples by bus.\r\n\r\n{paragraphs}");
    site.publish(&member, "Trip.md", third).await;
    let found = versions(&site, &member, "trip").await;
    let [third, second, first] = [0, 1, 2].map(|at| found[at].0.as_str());

    // A deletion stands between them.
    let newest = changes(&site, &member, "trip", third, "").await;
    assert_eq!(
        runs(&newest),
        [
            "=# Trip\n\nWe went to Naples by ",
            "-train",
            "+bus",
            "=.\n\nOne.\n\n",
            "~7"
        ]
    );
    assert_eq!(
        (&newest["detail"], &newest["cut"]),
        (&json!("words"), &json!(false))
    );
    assert_eq!(
        newest["before"],
        json!({"id": second, "encoding": "utf-8", "line_ends": "lf"})
    );
    assert_eq!(
        newest["after"],
        json!({"id": third, "encoding": "utf-8", "line_ends": "mixed"})
    );
    assert_eq!(
        (&newest["runs"][1]["before"], &newest["runs"][2]["after"]),
        (&json!(3), &json!(3))
    );
    let query = format!("?since={first}");
    let both = changes(&site, &member, "trip", third, &query).await;
    assert_eq!(
        runs(&both)[..6],
        [
            "=# Trip\n\nWe went to ",
            "-Rome",
            "+Naples",
            "= by ",
            "-train",
            "+bus"
        ]
    );
    // The other way round, with itself, and with nothing.
    let query = format!("?since={third}");
    let back = changes(&site, &member, "trip", second, &query).await;
    assert_eq!(runs(&back)[1..3], ["-bus", "+train"]);
    let none = changes(&site, &member, "trip", third, &query).await;
    assert_eq!(runs(&none), ["~13"]);
    let oldest = changes(&site, &member, "trip", first, "").await;
    assert_eq!(oldest["before"], Value::Null);
    assert_eq!(runs(&oldest).len(), 1);

    for (query, status, code) in [
        ("since=", 400, "bad_request"),
        ("since=a%2Fb", 400, "bad_request"),
        ("since=none", 404, "not_found"),
    ] {
        let path = format!("/api/readmes/trip/versions/{third}/changes?{query}");
        assert_error(get(&site, &member, &path).await, status, code).await;
    }
}

#[tokio::test]
async fn versions_of_other_encodings_are_compared_and_what_is_no_text_is_said() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let utf_16: Vec<u8> = "\u{feff}# Größe\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let uploads = uploads(&site);
    let key = SourceKey::new(&member.id, "trip").key();
    // As other programs may store them.
    for bytes in [
        "# Größe\n".as_bytes().to_vec(),
        utf_16,
        b"\x89PNG\xff\xff".to_vec(),
        vec![b'a'; 1024 * 1024 + 1],
    ] {
        let upload = Upload {
            bytes: bytes.into(),
            content_type: "text/markdown",
            ..Upload::default()
        };
        uploads.put(&key, upload, Condition::Always).await.unwrap();
    }
    let found = versions(&site, &member, "trip").await;
    let [large, rubbish, utf_16, utf_8] = [0, 1, 2, 3].map(|at| found[at].0.as_str());
    let same = changes(&site, &member, "trip", utf_16, "").await;
    assert_eq!(runs(&same), ["=# Größe\n"]);
    assert_eq!(
        (&same["before"]["encoding"], &same["after"]),
        (
            &json!("utf-8"),
            &json!({"id": utf_16, "encoding": "utf-16le", "line_ends": "crlf"})
        )
    );
    for (path, which) in [
        (format!("{rubbish}/changes"), "this version"),
        (
            format!("{utf_8}/changes?since={rubbish}"),
            "the version before it",
        ),
    ] {
        let path = format!("/api/readmes/trip/versions/{path}");
        let message = assert_error(get(&site, &member, &path).await, 422, "invalid_file").await;
        assert!(
            message.contains(which) && message.contains("Download"),
            "{message}"
        );
    }
    let path = format!("/api/readmes/trip/versions/{large}/changes");
    let message = assert_error(get(&site, &member, &path).await, 413, "too_large").await;
    assert!(message.contains("1 MiB"), "{message}");
}

/// An answer of Lambda's ends at 6 MB, with each quote and line break of a text escaped twice.
#[tokio::test]
async fn the_largest_changes_are_answered() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let uploads = uploads(&site);
    let key = SourceKey::new(&member.id, "trip").key();
    for byte in [b'\n', b'"', 1] {
        let upload = Upload {
            bytes: vec![byte; 1024 * 1024].into(),
            content_type: "text/markdown",
            ..Upload::default()
        };
        uploads.put(&key, upload, Condition::Always).await.unwrap();
    }
    for (id, _) in versions(&site, &member, "trip").await {
        let changes = changes(&site, &member, "trip", &id, "").await;
        assert_eq!(changes["cut"], true);
    }
}

#[tokio::test]
async fn what_was_replaced_or_deleted_is_listed_and_comes_back_with_what_was_known_of_it() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let one = site.publish(&member, "Trip.md", "# One\n").await;
    site.publish(&member, "Trip.md", "# Two\n\nLonger.\n").await;
    delete(&site, &member, "trip").await;
    let found = versions(&site, &member, "trip").await;
    assert_eq!(states(&found), ["deleted", "replaced"]);
    let answer = get(&site, &member, "/api/readmes/trip/source").await;
    assert_error(answer, 404, "not_found").await;

    // The one that was replaced before the deletion.
    let answer = restore(&site, &member, "trip", &found[1].0).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let answer = body(answer).await;
    let version = answer["readme"]["version"].as_str().unwrap();
    assert_eq!(
        answer,
        json!({"status": "success", "readme": {"slug": "trip", "state": "processing", "report": "/api/readmes/trip",
            "version": version, "replaced": null}})
    );
    let report = site.report(&member, "/api/readmes/trip").await;
    for name in [
        "file_name",
        "path",
        "sha256",
        "version",
        "state",
        "entry_id",
    ] {
        assert_eq!(report[name], one[name], "{name}");
    }
    let created = |report: &Value| {
        let fields = report["fields"].as_array().unwrap().iter();
        let mut created = fields.filter(|field| field["key"] == "pubDate");
        created.next().map(|field| field["value"].clone())
    };
    assert_eq!(created(&report), created(&one));
    let answer = site.get("/content/jo/trip.md").send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("One"));

    let found = versions(&site, &member, "trip").await;
    assert_eq!(states(&found), ["current", "deleted", "replaced"]);
    // And the one that was deleted, over it.
    let answer = body(restore(&site, &member, "trip", &found[1].0).await).await;
    assert_eq!(
        answer["readme"]["replaced"],
        json!({"title": "One", "file_name": "Trip.md", "path": ""})
    );
    let found = versions(&site, &member, "trip").await;
    assert_eq!(
        states(&found),
        ["current", "replaced", "deleted", "replaced"]
    );
    let texts = [
        "# Two\n\nLonger.\n",
        "# One\n",
        "# Two\n\nLonger.\n",
        "# One\n",
    ];
    for ((id, _), expected) in found.iter().zip(texts) {
        assert_eq!(text(&site, &member, "trip", id).await, expected);
    }
    // As it is it can be restored, too: nothing changes but the list.
    let before = body(get(&site, &member, "/api/readmes/trip").await).await;
    let answer = restore(&site, &member, "trip", &found[0].0).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let after = body(get(&site, &member, "/api/readmes/trip").await).await;
    assert_eq!(before["readme"]["version"], after["readme"]["version"]);
}

/// A folder and a slug that was given come back as well, and the document is the one that it was.
#[tokio::test]
async fn a_document_of_a_folder_comes_back_into_it() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let fields = [("slug", "arm"), ("path", "notes/robots")];
    let answer = send(&site, &member, "README.md", "# Arm\n", &fields).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    delete(&site, &member, "arm").await;
    let listed = deleted(&site, &member).await;
    assert_eq!(
        (
            &listed[0]["slug"],
            &listed[0]["file_name"],
            &listed[0]["path"]
        ),
        (&json!("arm"), &json!("README.md"), &json!("notes/robots"))
    );
    let version = listed[0]["version"].as_str().unwrap();
    let answer = restore(&site, &member, "arm", version).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let report = site.report(&member, "/api/readmes/arm").await;
    assert_eq!(
        (&report["file_name"], &report["path"]),
        (&json!("README.md"), &json!("notes/robots"))
    );
    // The slug was given: another file of that slug is a new version of it.
    let answer = send(
        &site,
        &member,
        "Other.md",
        "# Arm\n\nMore.\n",
        &[("slug", "arm")],
    )
    .await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn an_address_that_another_document_took_meanwhile_is_not_taken_back() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.publish(&member, "My Notes.md", "# One\n").await;
    delete(&site, &member, "my-notes").await;
    site.publish(&member, "my-notes.md", "# Two\n").await;
    let found = versions(&site, &member, "my-notes").await;
    assert_eq!(states(&found), ["current", "deleted"]);
    let answer = restore(&site, &member, "my-notes", &found[1].0).await;
    let message = assert_error(answer, 409, "conflict").await;
    for named in ["“My Notes.md”", "“my-notes.md”", "download"] {
        assert!(message.contains(named), "{message}");
    }
    assert_eq!(versions(&site, &member, "my-notes").await, found);
    delete(&site, &member, "my-notes").await;
    let answer = restore(&site, &member, "my-notes", &found[1].0).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let source = get(&site, &member, "/api/readmes/my-notes/source").await;
    assert_eq!(source.text().await.unwrap(), "# One\n");
}

/// API1 of OWASP's list, and whatever an id can be made of.
#[tokio::test]
async fn nobody_reaches_another_member_s_versions_and_hostile_ids_lead_nowhere() {
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    site.publish(&jo, "Trip.md", "# Our trip\n").await;
    site.publish(&ann, "Own.md", "# Own\n").await;
    let (id, _) = versions(&site, &jo, "trip").await.remove(0);
    for path in [
        "/api/readmes/trip/source".to_owned(),
        "/api/readmes/trip/versions".to_owned(),
        format!("/api/readmes/trip/versions/{id}"),
        format!("/api/readmes/trip/versions/{id}/changes"),
        // An id is one of its own document alone.
        format!("/api/readmes/own/versions/{id}"),
        format!("/api/readmes/own/versions/{id}/changes"),
    ] {
        assert_error(get(&site, &ann, &path).await, 404, "not_found").await;
        let asked = site.get(&path).send().await.unwrap();
        assert_error(asked, 401, "invalid_token").await;
    }
    for slug in ["trip", "own", "nothing-here"] {
        let answer = restore(&site, &ann, slug, &id).await;
        assert_error(answer, 404, "not_found").await;
    }
    let answer = ask(&site, &ann, Method::DELETE, "/api/readmes/trip?forever=yes").await;
    assert_error(answer, 404, "not_found").await;
    // Nor by comparing with it.
    let (own, _) = versions(&site, &ann, "own").await.remove(0);
    let path = format!("/api/readmes/own/versions/{own}/changes?since={id}");
    assert_error(get(&site, &ann, &path).await, 404, "not_found").await;
    assert_eq!(deleted(&site, &ann).await, Vec::<Value>::new());
    assert_eq!(versions(&site, &jo, "trip").await.len(), 1);

    delete(&site, &jo, "trip").await;
    let uploads = uploads(&site);
    let key = SourceKey::new(&jo.id, "trip").key();
    let page = uploads.versions_page(&key, None, None).await.unwrap();
    let marker = page.versions[0].id.clone().unwrap();
    assert!(page.versions[0].is_marker);
    let long = "x".repeat(300);
    for id in [
        "null", "none", "..", "a_b-c.d", &marker, &long, "%2e%2e", "a%00b", "a%2Fb", "é",
    ] {
        let path = format!("/api/readmes/trip/versions/{id}");
        assert_error(get(&site, &jo, &path).await, 404, "not_found").await;
        let path = format!("/api/readmes/trip/versions/{id}/changes");
        assert_error(get(&site, &jo, &path).await, 404, "not_found").await;
        let answer = restore(&site, &jo, "trip", id).await;
        assert_error(answer, 404, "not_found").await;
    }
    for body in [
        json!({}),
        json!({"version": 1}),
        json!([]),
        json!({"version": null}),
    ] {
        let request = site
            .post("/api/readmes/trip/restore")
            .bearer_auth(&jo.token);
        let answer = request.json(&body).send().await.unwrap();
        assert_error(answer, 400, "bad_request").await;
    }
    for path in [
        "/api/readmes/../trip/source",
        "/api/readmes/%74rip/source",
        "/api/readmes/trip/source/",
        "/api/readmes/TRIP/source",
        "/api/readmes//source",
        "/api/readmes/trip/versions/",
        "/api/readmes/trip/versions/a/b",
        "/api/readmes/trip/versions/a/changes/",
        "/api/readmes/trip/other",
    ] {
        let answer = site.raw(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n", jo.token)).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    for query in [
        "cursor=",
        "cursor=x",
        "cursor=v-",
        "cursor=v-%2e%2e%2f",
        "cursor=x-1",
    ] {
        let path = format!("/api/readmes/trip/versions?{query}");
        assert_error(get(&site, &jo, &path).await, 400, "bad_request").await;
    }
    let nothing = get(&site, &jo, "/api/readmes/trip/versions?cursor=v-none").await;
    assert_eq!(body(nothing).await["versions"], json!([]));
    for query in ["deleted=no", "deleted=yes&limit=0", "deleted&cursor=%00"] {
        let path = format!("/api/readmes?{query}");
        assert_error(get(&site, &jo, &path).await, 400, "bad_request").await;
    }
    for value in ["", "no", "YES"] {
        let path = format!("/api/readmes/trip?forever={value}");
        let answer = ask(&site, &jo, Method::DELETE, &path).await;
        assert_error(answer, 400, "bad_request").await;
    }
    assert_eq!(versions(&site, &jo, "trip").await.len(), 1);
}

/// No answer grows with how often a document was sent.
#[tokio::test]
async fn many_versions_are_listed_in_pages() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let uploads = uploads(&site);
    let key = SourceKey::new(&member.id, "trip").key();
    let mut expected = Vec::new();
    let newest = 111;
    for number in 0..=newest {
        let upload = Upload {
            bytes: format!("# {number}\n").into(),
            content_type: "text/markdown",
            ..Upload::default()
        };
        uploads.put(&key, upload, Condition::Always).await.unwrap();
        // The first page ends between a deletion and what it deleted.
        let is_deleted = number % 3 == 0 && number != newest;
        if is_deleted {
            uploads.delete(&key).await.unwrap();
        }
        let state = match (number == newest, is_deleted) {
            (true, _) => "current",
            (_, true) => "deleted",
            _ => "replaced",
        };
        expected.push((number, state.to_owned()));
    }
    // Of another key that begins with this one nothing is told.
    let upload = Upload::default();
    uploads
        .put(&format!("{key}.bak"), upload, Condition::Always)
        .await
        .unwrap();
    expected.reverse();
    let mut found = Vec::new();
    let mut pages = 0;
    let mut path = "/api/readmes/trip/versions".to_owned();
    loop {
        let page = body(get(&site, &member, &path).await).await;
        let listed = page["versions"].as_array().unwrap();
        assert!(listed.len() <= 100);
        for version in listed {
            let text = text(&site, &member, "trip", version["id"].as_str().unwrap()).await;
            assert_eq!(version["size"], text.len());
            let number: i32 = text.trim_matches(['#', ' ', '\n']).parse().unwrap();
            found.push((number, version["state"].as_str().unwrap().to_owned()));
        }
        pages += 1;
        let Some(cursor) = page["cursor"].as_str() else {
            break;
        };
        assert!(cursor.starts_with("d-"), "{cursor}");
        path = format!("/api/readmes/trip/versions?cursor={cursor}");
    }
    assert_eq!(pages, 2);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_upload_for_a_version_replaces_no_other() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let version = async || {
        let report = body(get(&site, &member, "/api/readmes/trip").await).await;
        report["readme"]["version"].as_str().unwrap().to_owned()
    };
    let upload = async |text: &str, version: &str| {
        send(&site, &member, "Trip.md", text, &[("if_version", version)]).await
    };
    // What isn't there was deleted, as far as its editor knows.
    let message = assert_error(upload("# None\n", "0123").await, 409, "conflict").await;
    assert!(message.contains("deleted"), "{message}");
    let answer = body(site.upload(&member, "Trip.md", "# One\n").await).await;
    let first = answer["readme"]["version"].as_str().unwrap().to_owned();
    assert_eq!(first, version().await);
    assert_error(upload("# Two\n", " ").await, 400, "bad_request").await;
    let answer = upload("# Two\n", &first).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let second = version().await;
    // Both spellings of a version: as a report has it, and as an ETag.
    let quoted = format!("\"{second}\"");
    let answer = upload("# Three\n", &quoted).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let third = version().await;
    let message = assert_error(upload("# Lost\n", &second).await, 409, "conflict").await;
    assert!(
        message.contains(&third) && message.contains("since 20"),
        "{message}"
    );
    // Whoever didn't hear the answer sends the same again, and loses nothing by that.
    let answer = upload("# Three\n", &second).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    delete(&site, &member, "trip").await;
    let message = assert_error(upload("# Four\n", &third).await, 409, "conflict").await;
    assert!(message.contains("deleted"), "{message}");
    // Without it everything is as it was.
    let answer = send(&site, &member, "Trip.md", "# Five\n", &[]).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
}

/// However many editors send at once what they made of one version, one of them is taken, and no text is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_editors_of_one_version_one_wins_and_nothing_is_lost() {
    const EDITORS: usize = 12;
    let site = Site::start().await;
    let member = site.member("jo").await;
    let first = body(site.upload(&member, "Trip.md", "# Begin\n").await).await;
    let mut version = first["readme"]["version"].as_str().unwrap().to_owned();
    let mut won = vec!["# Begin\n".to_owned()];
    for round in 0..crate::sized(6, 60) {
        let texts: Vec<String> = (0..EDITORS)
            .map(|editor| format!("# Round {round} by {editor}\n"))
            .collect();
        let fields = [("if_version", version.as_str())];
        let sent = texts
            .iter()
            .map(|text| send(&site, &member, "Trip.md", text.as_str(), &fields));
        let answers = join_all(sent).await;
        let mut next = None;
        for (answer, text) in answers.into_iter().zip(texts) {
            match answer.status() {
                StatusCode::ACCEPTED => {
                    assert!(next.is_none(), "two won round {round}");
                    next = body(answer).await["readme"]["version"]
                        .as_str()
                        .map(str::to_owned);
                    won.push(text);
                }
                _ => {
                    assert_error(answer, 409, "conflict").await;
                }
            }
        }
        version = next.expect("one wins");
    }
    let mut kept = Vec::new();
    for (id, _) in versions(&site, &member, "trip").await {
        kept.push(text(&site, &member, "trip", &id).await);
    }
    kept.reverse();
    assert_eq!(kept, won);
}

#[tokio::test]
async fn what_was_deleted_is_listed_as_long_as_it_can_come_back() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for name in ["a", "b", "c", "d", "e"] {
        site.publish(&member, &format!("{name}.md"), format!("# {name}\n"))
            .await;
        site.publish(
            &member,
            &format!("{name}.md"),
            format!("# {name}\n\nMore.\n"),
        )
        .await;
    }
    assert_eq!(deleted(&site, &member).await, Vec::<Value>::new());
    for slug in ["b", "d", "e"] {
        delete(&site, &member, slug).await;
    }
    // Deleted again by another hand: the first deletion counts.
    uploads(&site)
        .delete(&SourceKey::new(&member.id, "d").key())
        .await
        .unwrap();
    let listed = deleted(&site, &member).await;
    let slugs: Vec<&str> = listed
        .iter()
        .map(|one| one["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["b", "d", "e"]);
    for one in &listed {
        let slug = one["slug"].as_str().unwrap();
        assert_eq!(one["file_name"], format!("{slug}.md"));
        let times = ["deleted_at", "until"].map(|name| {
            let time: jiff::Timestamp = one[name].as_str().unwrap().parse().unwrap();
            time.as_second()
        });
        assert_eq!(times[1] - times[0], 90 * 24 * 60 * 60);
        assert!(times[0].abs_diff(jiff::Timestamp::now().as_second()) < 120);
        let version = one["version"].as_str().unwrap();
        assert!(text(&site, &member, slug, version).await.contains("More."));
    }
    // In pages, too.
    let mut paged = Vec::new();
    let mut path = "/api/readmes?deleted&limit=1".to_owned();
    loop {
        let page = body(get(&site, &member, &path).await).await;
        paged.extend(page["deleted"].as_array().unwrap().clone());
        let Some(cursor) = page["cursor"].as_str() else {
            break;
        };
        path = format!("/api/readmes?deleted&limit=1&cursor={cursor}");
    }
    assert_eq!(paged, listed);
    // What is back is no longer deleted.
    let version = listed[0]["version"].as_str().unwrap();
    assert_eq!(
        restore(&site, &member, "b", version).await.status(),
        StatusCode::ACCEPTED
    );
    assert_eq!(deleted(&site, &member).await, listed[1..]);
    let all = body(get(&site, &member, "/api/readmes").await).await;
    assert_eq!(all["readmes"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_is_erased_for_good_is_under_no_listing_and_does_not_come_back() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for is_deleted in [false, true] {
        for text in ["# One\n", "# Two\n", "# Three\n"] {
            site.publish(&member, "Trip.md", text).await;
        }
        site.publish(&member, "Trip 2.md", "# Other\n").await;
        if is_deleted {
            delete(&site, &member, "trip").await;
        }
        let found = versions(&site, &member, "trip").await;
        assert_eq!(found.len(), 3);
        let path = "/api/readmes/trip?forever=yes";
        let answer = ask(&site, &member, Method::DELETE, path).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let key = SourceKey::new(&member.id, "trip").key();
        assert!(uploads(&site).versions(&key).await.unwrap().is_empty());
        for path in [
            "/api/readmes/trip",
            "/api/readmes/trip/source",
            "/api/readmes/trip/versions",
        ] {
            assert_error(get(&site, &member, path).await, 404, "not_found").await;
        }
        for (id, _) in &found {
            let answer = restore(&site, &member, "trip", id).await;
            assert_error(answer, 404, "not_found").await;
        }
        assert_eq!(deleted(&site, &member).await, Vec::<Value>::new());
        site.wait_for("the page goes", async || {
            let answer = site.get("/content/jo/trip.md").send().await.unwrap();
            (answer.status() == StatusCode::NOT_FOUND).then_some(())
        })
        .await;
        site.wait_for("the report goes", async || {
            let reports = site.members.reports(&member.id).await.unwrap();
            reports
                .iter()
                .all(|report| report.slug != "trip")
                .then_some(())
        })
        .await;
        // Nothing is left to be erased, and what is beside it stays.
        let answer = ask(&site, &member, Method::DELETE, path).await;
        assert_error(answer, 404, "not_found").await;
        assert!(
            uploads(&site).versions(&key).await.unwrap().is_empty(),
            "no marker"
        );
        let source = get(&site, &member, "/api/readmes/trip-2/source").await;
        assert_eq!(source.text().await.unwrap(), "# Other\n");
    }
}

/// What an administrator erased with the member, or in the bucket, is nothing that could come back.
#[tokio::test]
async fn what_an_administrator_erased_does_not_come_back() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.publish(&member, "Trip.md", "# One\n").await;
    site.publish(&member, "Trip.md", "# Two\n").await;
    let found = versions(&site, &member, "trip").await;
    // As docs/operations.md says: taken away first, then every version and every marker.
    let uploads = uploads(&site);
    let key = SourceKey::new(&member.id, "trip").key();
    uploads.delete(&key).await.unwrap();
    uploads.erase_object(&key).await.unwrap();
    for (id, _) in &found {
        let answer = restore(&site, &member, "trip", id).await;
        assert_error(answer, 404, "not_found").await;
    }
    assert_eq!(deleted(&site, &member).await, Vec::<Value>::new());
    let answer = get(&site, &member, "/api/readmes/trip/versions").await;
    assert_error(answer, 404, "not_found").await;
}

/// Nothing gets past the quota that comes back, however much comes back at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_restores_side_by_side_exactly_those_get_in_that_the_quota_has_room_for() {
    const MOST: usize = 6;
    let site = Site::with(&[("MAX_READMES", "6")]).await;
    let member = site.member("jo").await;
    let uploads = uploads(&site);
    // Nothing was counted of what is there no more.
    let mut deleted = BTreeMap::new();
    for number in 0..20 {
        let slug = format!("note-{number}");
        let key = SourceKey::new(&member.id, &slug).key();
        let upload = Upload {
            bytes: format!("# {number}\n").into(),
            content_type: "text/markdown",
            ..Upload::default()
        };
        uploads.put(&key, upload, Condition::Always).await.unwrap();
        uploads.delete(&key).await.unwrap();
        let (id, _) = versions(&site, &member, &slug).await.remove(0);
        deleted.insert(slug, id);
    }
    let stored = async || {
        let listed = uploads.list_all(&SourceKey::prefix(&member.id)).await;
        listed.unwrap().len()
    };
    for round in 0..2 {
        let sent = deleted
            .iter()
            .map(|(slug, id)| restore(&site, &member, slug, id));
        let mut back = BTreeSet::new();
        for (answer, slug) in join_all(sent).await.into_iter().zip(deleted.keys()) {
            if answer.status() == StatusCode::ACCEPTED {
                back.insert(slug.clone());
            } else {
                assert_error(answer, 409, "quota_exceeded").await;
            }
        }
        // The second time five are there, and come back over themselves.
        assert_eq!(
            (back.len(), stored().await),
            (MOST, MOST),
            "in round {round}"
        );
        let gone: Vec<String> = back.into_iter().take(2).collect();
        for slug in &gone {
            delete(&site, &member, slug).await;
        }
        // What the deletions made room for is counted anew.
        let answer = restore(&site, &member, &gone[0], &deleted[&gone[0]]).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
    }
}
