//! What people are told in their own language: errors, reports, reasons, and what caches keep for everybody.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use blobs::{Blobs, Condition, Upload};
use endpoint::{Origins, aws};
use members::{Report, State};
use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::site::{SignedIn, Site, assert_error, body};
use crate::template::document::root;

const GERMAN: &str = "de-AT, de;q=0.9, en;q=0.5";

fn said_in(headers: &HeaderMap) -> (Option<&str>, Option<&str>) {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap());
    (text("content-language"), text("vary"))
}

#[tokio::test]
async fn an_error_is_said_in_the_language_of_who_reads_it() {
    let site = Site::start().await;
    let incomplete = |accepted: Option<&'static str>| {
        let login = json!({"password": "x"});
        let mut request = site.post("/api/login").json(&login);
        if let Some(accepted) = accepted {
            request = request.header("accept-language", accepted);
        }
        request.send()
    };
    let english = "“email” is missing.";
    for (accepted, language, message) in [
        (None, "en", english),
        (Some("*"), "en", english),
        (Some("en"), "en", english),
        (Some("xx, en;q=0.1, de;q=0.05"), "en", english),
        (Some("de;q=x, \u{e4}, ,,;"), "en", english),
        (Some(GERMAN), "de", "„email“ fehlt."),
    ] {
        let answer = incomplete(accepted).await.unwrap();
        let varies = Some("Origin, Accept-Language");
        assert_eq!(said_in(answer.headers()), (Some(language), varies));
        assert_eq!(assert_error(answer, 400, "bad_request").await, message);
    }
}

/// An error of every kind of sender: a function, the gateway before it, and the port before that.
#[tokio::test]
async fn whoever_refuses_speaks_german() {
    let site = Site::start().await;
    let german = |request: RequestBuilder| request.header("accept-language", GERMAN).send();
    for (request, status, code, message) in [
        (
            site.get("/api/me"),
            401,
            "invalid_token",
            "Deine Sitzung ist abgelaufen. Bitte melde dich neu an.",
        ),
        (
            site.get("/api/nothing"),
            404,
            "not_found",
            "Unter dieser Adresse gibt es nichts.",
        ),
        (
            site.get("/content/nobody.md"),
            404,
            "not_found",
            "Unter dieser Adresse gibt es nichts.",
        ),
        (
            site.get("/api/login"),
            405,
            "method_not_allowed",
            "Diese Adresse antwortet nur auf POST.",
        ),
        (
            site.post("/content/nobody.md"),
            405,
            "method_not_allowed",
            "Diese Adresse antwortet nur auf GET, HEAD.",
        ),
        (
            site.post("/api/login").body(vec![0; 7_000_000]),
            413,
            "too_large",
            "Die Anfrage ist größer als 6\u{a0}MB, oder als 4,5\u{a0}MB binärer Daten.",
        ),
        (
            site.post("/api/login").header("x-long", "x".repeat(12_000)),
            431,
            "bad_request",
            "Die erste Zeile der Anfrage und die Kopfzeilen sind länger als 10240 Bytes.",
        ),
        (
            site.post("/api/login")
                .header("origin", "https://evil.example"),
            403,
            "bad_request",
            "Eine Seite einer anderen Website darf das nicht. ALLOWED_ORIGINS nennt die Websites, die es dürfen.",
        ),
    ] {
        let answer = german(request).await.unwrap();
        assert_eq!(said_in(answer.headers()).0, Some("de"), "{message}");
        assert_eq!(answer.status().as_u16(), status, "{message}");
        let body = body(answer).await;
        assert_eq!(
            (body["code"].as_str(), body["message"].as_str()),
            (Some(code), Some(message))
        );
    }
}

/// What caches keep is the same for everybody, and says so.
#[tokio::test]
async fn what_caches_keep_has_no_language() {
    let site = Site::start().await;
    for path in ["/api/site", "/api/content"] {
        let get = |accepted| site.get(path).header("accept-language", accepted).send();
        let (german, english) = (get(GERMAN).await.unwrap(), get("en").await.unwrap());
        assert_eq!(said_in(german.headers()), (None, Some("Origin")), "{path}");
        let is_kept = german.headers()["cache-control"] != "no-store";
        assert_eq!(is_kept, path == "/api/content", "{path}");
        assert_eq!(german.text().await.unwrap(), english.text().await.unwrap());
        // An error is kept by nobody, and has a language.
        let refused = site.request(reqwest::Method::DELETE, path);
        let refused = refused
            .header("accept-language", GERMAN)
            .send()
            .await
            .unwrap();
        assert_eq!(refused.headers()["cache-control"], "no-store");
        assert_eq!(said_in(refused.headers()).0, Some("de"));
    }
}

async fn read(site: &Site, member: &SignedIn, path: &str, accepted: &str) -> Value {
    let get = site.get(path).bearer_auth(&member.token);
    let answer = get
        .header("accept-language", accepted)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let language = if accepted == GERMAN { "de" } else { "en" };
    assert_eq!(said_in(answer.headers()).0, Some(language), "{path}");
    body(answer).await
}

#[tokio::test]
async fn a_report_is_read_in_german_and_stored_in_none() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let pictures = (1..=9).map(|at| format!("![]({at}.png)\n\n"));
    let pictures = pictures.collect::<Vec<_>>().concat();
    let text = format!("---\ntags: a\ntags: b\n---\n# A trip\n\n{pictures}");
    let published = site.publish(&member, "trip.md", text.clone()).await;
    let english = read(&site, &member, "/api/readmes/trip", "en").await;
    assert_eq!(english["readme"], published);
    let german = read(&site, &member, "/api/readmes/trip", GERMAN).await;
    let hints = |report: &Value| -> Vec<String> {
        let warnings = report["warnings"].as_array().unwrap().iter();
        warnings
            .map(|warning| warning["hint"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected = [
        "Diesen Schlüssel gibt es zweimal; der erste gilt.",
        "9 Stellen, in den Zeilen 7, 9, 11, 13, 15, 17, 19, 21 und weiteren. Lade die Dateien hoch: Jede wird über ihren Pfad oder ihren Namen gefunden. Liegen sie in einem Repository, hilft allen eine Zeile im Frontmatter: `repository: owner/name`.",
    ];
    assert_eq!(hints(&german["readme"]), expected);
    assert!(hints(&english["readme"])[1].starts_with("9 places, on lines 7, 9, 11"));
    // The rest of a report is the same, and has the same shape.
    let without_hints = |report: &Value| {
        let mut report = report.clone();
        for warning in report["warnings"].as_array_mut().unwrap() {
            warning["hint"].take();
        }
        report
    };
    assert_eq!(
        without_hints(&german["readme"]),
        without_hints(&english["readme"])
    );
    let keys = german["readme"]["warnings"][0].as_object().unwrap().keys();
    assert!(keys.eq(["code", "line", "column", "text", "hint", "also"]));
    // A preview says what the report will say.
    let post = site.post("/api/preview").bearer_auth(&member.token);
    let wanted = json!({"file_name": "trip.md", "text": text});
    let answer = post
        .header("accept-language", GERMAN)
        .json(&wanted)
        .send()
        .await
        .unwrap();
    assert_eq!(said_in(answer.headers()).0, Some("de"));
    let preview = body(answer).await;
    assert_eq!(hints(&preview["preview"]["report"]), expected);
    assert_eq!(
        preview["preview"]["report"]["warnings"],
        german["readme"]["warnings"]
    );
}

#[tokio::test]
async fn the_reason_of_what_is_rejected_is_said_in_german() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    // Another program stored a document that `upload_readme` would have refused.
    let config = aws::config(&site.environment, aws::ENDPOINT_S3).unwrap();
    let bucket = site.environment.required("UPLOADS_BUCKET").unwrap();
    let uploads = Blobs::new(&config, bucket);
    let key = format!("readmes/{}/odd.md", member.id);
    let upload = Upload {
        bytes: b"# A\n\xff\n"[..].into(),
        content_type: "text/markdown",
        ..Upload::default()
    };
    uploads.put(&key, upload, Condition::Always).await.unwrap();
    let rejected = site.wait_for("a report", async || {
        let get = site.get("/api/readmes/odd").bearer_auth(&member.token);
        let readme = body(get.send().await.unwrap()).await["readme"].take();
        (readme["state"] == "rejected").then_some(readme)
    });
    let reason = rejected.await["reason"].clone();
    assert_eq!(
        reason,
        "The file is not UTF-8 text: line 2 holds bytes that are none. Save it as UTF-8 and upload it again."
    );
    let german = "Die Datei ist kein Text in UTF-8: In Zeile 2 stehen Bytes, die keiner sind. Speichere sie als UTF-8 und lade sie noch einmal hoch.";
    let one = read(&site, &member, "/api/readmes/odd", GERMAN).await;
    assert_eq!(one["readme"]["reason"], german);
    let list = read(&site, &member, "/api/readmes", GERMAN).await;
    assert_eq!(list["readmes"][0]["reason"], german);

    // A drawing without a size, of which the member is told what is assumed.
    let drawing = br#"<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>"#;
    let file = Part::bytes(drawing.to_vec()).file_name("plan.svg");
    let post = site.post("/api/upload_file").bearer_auth(&member.token);
    let sent = post
        .multipart(Form::new().part("file", file))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), StatusCode::ACCEPTED);
    let reason = site.wait_for("the drawing", async || {
        let files = read(&site, &member, "/api/files", GERMAN).await;
        (files["files"][0]["state"] == "ready").then(|| files["files"][0]["reason"].clone())
    });
    assert_eq!(
        reason.await,
        "Die Zeichnung sagt nicht, wie groß sie ist: Sie wird 300 Pixel breit und 150 hoch gezeigt."
    );

    // A picture that was no picture, sent as a form and by an address.
    let post = site
        .post("/api/upload_profile_pic")
        .bearer_auth(&member.token);
    let form = Form::new().part(
        "profile_pic",
        Part::bytes(&b"%PDF-1.7"[..]).file_name("me.jpg"),
    );
    let answer = post
        .header("accept-language", GERMAN)
        .multipart(form)
        .send()
        .await
        .unwrap();
    let pdf =
        "Das ist ein PDF-Dokument. Öffne es, mach ein Bildschirmfoto von dem Bild und sende das.";
    assert_eq!(assert_error(answer, 422, "invalid_file").await, pdf);
    let address = json!({"kind": "profile_pic", "content_type": "image/jpeg", "size": 8});
    let post = site.post("/api/upload_url").bearer_auth(&member.token);
    let upload = body(post.json(&address).send().await.unwrap()).await["upload"].take();
    let mut put = site
        .client
        .put(upload["url"].as_str().unwrap())
        .body("%PDF-1.7");
    for (name, value) in upload["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert!(put.send().await.unwrap().status().is_success());
    let reason = site.wait_for("the picture", async || {
        let me = read(&site, &member, "/api/me", GERMAN).await;
        (me["picture_upload"]["state"] == "rejected")
            .then(|| me["picture_upload"]["reason"].clone())
    });
    assert_eq!(reason.await, pdf);
    let me = read(&site, &member, "/api/me", "*").await;
    assert_eq!(
        me["picture_upload"]["reason"],
        "This is a PDF document. Open it, take a screenshot of the picture, and send that."
    );
}

/// What was stored before sentences had keys is answered as it is.
#[tokio::test]
async fn a_report_of_before_is_answered_as_it_is() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.publish(&member, "trip.md", "# A trip\n").await;
    // Once its referrers were told, nobody writes the report any more.
    let before = site.wait_for("the last word on it", async || {
        let report = site.members.report(&member.id, "trip").await.unwrap()?;
        (report.telling.is_empty() && report.announced == report.names).then_some(report)
    });
    let before = before.await;
    let old = json!([{"code": "title-long", "line": 1, "column": 1, "text": "a", "hint": "As it was said."}]);
    let after = Report {
        state: State::Rejected,
        reason: Some("As it was rejected.".to_owned()),
        reason_said: None,
        warnings: old.clone(),
        ..before.clone()
    };
    assert!(
        site.members
            .put_report(&member.id, Some(&before), &after)
            .await
            .unwrap()
    );
    for accepted in ["en", GERMAN] {
        let read = read(&site, &member, "/api/readmes/trip", accepted).await;
        assert_eq!(read["readme"]["reason"], "As it was rejected.");
        assert_eq!(read["readme"]["warnings"], old);
    }
}

/// An `Accept-Language` may be anything: there is the answer that there is without one, in whatever language.
#[test]
fn any_header_gets_the_answer_that_none_gets() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let header = "[ -~]{0,80}|([a-zA-Z]{1,9}(-[A-Za-z0-9]{1,9})?(;q=[0-9.]{1,5})?, ?){0,40}|[\\x00-\\x7f\u{80}-\u{ff}]{0,60}";
    let config = ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(accepted in header, is_error in any::<bool>())| {
        let mut event = crate::events::event("me");
        let can_be_sent = HeaderValue::from_str(&accepted).is_ok();
        event["headers"]["accept-language"] = json!(accepted);
        let handler = async |request: endpoint::Request| {
            if is_error {
                return Err(endpoint::Error::NotFound);
            }
            endpoint::ok_in(endpoint::language(request.headers()), &json!({}))
        };
        let origins = Origins::default();
        let answer = endpoint::invoke(&origins, event, "r", handler);
        let answer = runtime.block_on(answer);
        // What no HTTP header can be makes no request, and that is said, too.
        let expected = match (can_be_sent, is_error) {
            (false, _) => 400,
            (true, true) => 404,
            (true, false) => 200,
        };
        prop_assert_eq!(answer.status_code, expected);
        prop_assert!(answer.headers.contains_key("content-language"));
    });
}

/// Every sentence of the server is said by some line of it, but for words that are asked for by what an author wrote (`markdown.`): a key that nothing says would be translated for nobody.
#[test]
fn every_sentence_of_the_server_is_said_somewhere() {
    let english = fs::read_to_string(root().join("languages/en.json")).unwrap();
    let english: serde_json::Map<String, Value> = serde_json::from_str(&english).unwrap();
    let ours = |key: &&String| {
        ["api.", "mail.", "reason.", "slip.", "unit.", "warning."]
            .iter()
            .any(|prefix| key.starts_with(prefix))
    };
    let mut keys: BTreeSet<String> = english.keys().filter(ours).cloned().collect();
    for key in keys.clone() {
        // A plural is said by what its forms have in common.
        if let Some(base) = key.strip_suffix("_other") {
            keys.retain(|key| key.rsplit_once('_').is_none_or(|(of, _)| of != base));
            keys.insert(base.to_owned());
        }
    }
    assert!(keys.len() > 100);
    let mut said = String::new();
    for folder in ["functions", "shared", "cli/src"] {
        gather(&root().join(folder), &mut said);
    }
    let unsaid: Vec<&String> = keys
        .iter()
        .filter(|key| !said.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unsaid.is_empty(), "{unsaid:#?}");
}

fn gather(folder: &Path, said: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            gather(&path, said);
        } else if path.extension().is_some_and(|of| of == "rs") && !is_test {
            said.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
