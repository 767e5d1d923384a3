//! `/api/readmes`: reports and withdrawal.

use blobs::layout::{SourceKey, SourceNote};
use blobs::{Condition, Upload};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::file_faults::rewritten;
use crate::picture_faults::{Stores, stack};
use crate::site::{Site, assert_error, body};

#[tokio::test]
async fn reports_say_what_became_of_each_file() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let published = site
        .publish(&member, "Trip.md", "# Our trip\n\nWe went up a mountain.\n")
        .await;
    assert_eq!(
        (&published["state"], &published["live"]),
        (&"published".into(), &true.into())
    );
    assert_eq!(published["entry_id"], "jo/trip");
    assert_eq!(published["file_name"], "Trip.md");
    assert_eq!(
        site.path(published["url"].as_str().unwrap()),
        "/content/jo/trip.md"
    );

    let draft = site
        .publish(
            &member,
            "Secret.md",
            "---\ndraft: true\n---\n# Secret plans\n\nNobody reads this.\n",
        )
        .await;
    assert_eq!(
        (&draft["state"], &draft["live"], &draft["url"]),
        (&"draft".into(), &false.into(), &serde_json::Value::Null)
    );
    assert_eq!(
        site.get("/content/jo/secret.md")
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::NOT_FOUND
    );

    let all = body(
        site.get("/api/readmes")
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    let slugs: Vec<_> = all["readmes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|report| report["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["secret", "trip"]);
    let other = site.member("ann").await;
    let none = body(
        site.get("/api/readmes")
            .bearer_auth(&other.token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(none["readmes"].as_array().map(Vec::len), Some(0));
}

/// However many documents a member has, and however long their reports are, a page of the list is a
/// small answer.
#[tokio::test]
async fn many_documents_with_long_reports_are_listed_in_pages() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let missing =
        (0..40).map(|number| format!("![picture {number}](a/{}{number}.png)\n\n", "x".repeat(60)));
    let missing: String = missing.collect();
    let tags: Vec<String> = (0..50)
        .map(|number| format!("{}{number}", "y".repeat(60)))
        .collect();
    let text = format!("---\ntags: [{}]\n---\n# Many\n\n{missing}", tags.join(", "));
    let slugs: Vec<String> = (0..120).map(|number| format!("many-{number}")).collect();
    for slug in &slugs {
        let answer = site
            .upload(&member, &format!("{slug}.md"), text.clone())
            .await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
    }
    for slug in &slugs {
        let report = site.report(&member, &format!("/api/readmes/{slug}")).await;
        // What is missing is told once, with the number.
        assert_eq!(report["warnings"].as_array().map(Vec::len), Some(1));
        assert!(report.to_string().len() > 3000, "{report}");
    }
    let mut listed = Vec::new();
    let mut path = "/api/readmes?limit=100".to_owned();
    loop {
        let answer = site
            .get(&path)
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.text().await.unwrap();
        assert!(text.len() < 100_000, "{}", text.len());
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        listed.extend(page["readmes"].as_array().unwrap().clone());
        let Some(cursor) = page["cursor"].as_str() else {
            break;
        };
        path = format!("/api/readmes?limit=100&cursor={cursor}");
    }
    let mut wanted = slugs.clone();
    wanted.sort_by_key(|slug| format!("{slug}.md"));
    let found: Vec<_> = listed
        .iter()
        .map(|one| one["slug"].as_str().unwrap())
        .collect();
    assert_eq!(found, wanted);
    for one in &listed {
        assert_eq!(
            (&one["title"], &one["warning_count"]),
            (&"Many".into(), &1.into())
        );
        assert!(one.get("warnings").is_none());
    }
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "cursor=",
        "cursor=a%1Db",
        "cursor=%25EF%25BF%25BF",
    ] {
        let path = format!("/api/readmes?{query}");
        let answer = site
            .get(&path)
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap();
        assert_error(answer, 400, "bad_request").await;
    }
}

/// A published file that becomes a draft is withdrawn.
#[tokio::test]
async fn a_draft_takes_the_published_version_away() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.publish(&member, "Trip.md", "# Our trip\n").await;
    assert_eq!(
        site.get("/content/jo/trip.md")
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
    site.publish(&member, "Trip.md", "---\ndraft: yes\n---\n# Our trip\n")
        .await;
    assert_eq!(
        site.get("/content/jo/trip.md")
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_deleted_readme_goes_with_its_output_and_report() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.publish(&member, "README.md", "# Jo\n").await;
    site.publish(&member, "Trip.md", "# Our trip\n").await;
    for (slug, path) in [
        ("readme", "/content/jo.md"),
        ("trip", "/content/jo/trip.md"),
    ] {
        let delete = site
            .request(Method::DELETE, &format!("/api/readmes/{slug}"))
            .bearer_auth(&member.token);
        assert_eq!(delete.send().await.unwrap().status(), StatusCode::ACCEPTED);
        let gone = site
            .get(&format!("/api/readmes/{slug}"))
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap();
        assert_error(gone, 404, "not_found").await;
        site.wait_for(path, async || {
            (site.get(path).send().await.unwrap().status() == StatusCode::NOT_FOUND).then_some(())
        })
        .await;
    }
    site.wait_for("no report", async || {
        site.members
            .reports(&member.id)
            .await
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
}

/// API1 of OWASP's list: nobody reads or deletes another member's files.
#[tokio::test]
async fn members_don_t_reach_each_other() {
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    site.publish(&jo, "Trip.md", "# Our trip\n").await;
    for method in [Method::GET, Method::DELETE] {
        let answer = site
            .request(method, "/api/readmes/trip")
            .bearer_auth(&ann.token)
            .send()
            .await
            .unwrap();
        assert_error(answer, 404, "not_found").await;
    }
    assert_eq!(
        site.get("/content/jo/trip.md")
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
    for path in [
        "/api/readmes/../readmes/trip",
        "/api/readmes/%74rip",
        "/api/readmes/trip/",
        "/api/readmes/TRIP",
        "/api/readmes/",
        "/api/readmes/a/b",
    ] {
        let answer = site.raw(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n", jo.token)).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

/// What a report tells of a document, the list asks no store for: it is fetched again and again while
/// somebody waits.
#[tokio::test]
async fn a_list_takes_as_many_calls_for_many_documents_as_for_one() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = stores.member("jo").await;
    let mut state = readmes::State::from_env(&environment).unwrap();
    let now = state.bearer.clock.unix_seconds();
    let token = state
        .bearer
        .tokens
        .issue(&account.id, 1, now, [0; 16])
        .await;
    let token = token.unwrap();
    (state.uploads, state.bearer.members) = (stores.uploads.clone(), stores.members.clone());
    let mut calls = Vec::new();
    for number in 1..=3 {
        let note = SourceNote {
            file_name: format!("note-{number}.md"),
            path: "notes".to_owned(),
            slug_given: false,
            schedule: false,
            created: 1,
            updated: 1,
            sha256: format!("{number:064}"),
        };
        let upload = Upload {
            bytes: "# A note\n".into(),
            content_type: "text/markdown",
            metadata: note.to_metadata(),
            ..Upload::default()
        };
        let key = SourceKey::new(&account.id, &format!("note-{number}")).key();
        let put = stores.uploads.put(&key, upload, Condition::Always);
        put.await.unwrap();
        let listed = async || -> (usize, Value) {
            let (before, _) = stores.traffic();
            let event = json!({
                "version": "2.0", "routeKey": "$default", "rawPath": "/api/readmes", "rawQueryString": "",
                "headers": {"authorization": format!("Bearer {token}")},
                "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
                    "http": {"method": "GET", "path": "/api/readmes", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
                "isBase64Encoded": false
            });
            let answer = endpoint::invoke(&state.origins, event, "r", |request| {
                readmes::handler(&state, request)
            })
            .await;
            let Some(endpoint::Body::Text(text)) = answer.body else {
                panic!("a body")
            };
            let page: Value = serde_json::from_str(&text).unwrap();
            for (at, readme) in page["readmes"].as_array().unwrap().iter().enumerate() {
                assert_eq!(readme["path"], "notes", "{readme}");
                assert_eq!(readme["sha256"], format!("{:064}", at + 1), "{readme}");
            }
            (stores.traffic().0 - before, page)
        };
        let (_, page) = listed().await;
        assert_eq!(page["readmes"][number - 1]["state"], "processing");
        rewritten(&stores, &stores.tells(&key)).await;
        let (count, page) = listed().await;
        assert_eq!(page["readmes"][number - 1]["state"], "published");
        calls.push(count);
    }
    assert!(calls.iter().all(|count| *count == calls[0]), "{calls:?}");
}
