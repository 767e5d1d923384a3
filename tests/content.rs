//! `GET /api/content` and what it points at.

use image::ImageFormat;
use reqwest::StatusCode;
use serde_json::Value;

use crate::photo::gradient;
use crate::site::{SignedIn, Site, assert_error, body};
use crate::upload_profile_pic::upload;

/// A flood of requests costs one listing in ten seconds; a browser asks each time.
const SHARED_FOR_TEN_SECONDS: &str = "public, max-age=0, s-maxage=10";

#[tokio::test]
async fn the_listing_names_what_is_published_and_nothing_else() {
    let site = Site::start().await;
    let mut empty = body(site.get("/api/content").send().await.unwrap()).await;
    let since = empty.as_object_mut().unwrap().remove("since").unwrap();
    assert!(manifest::Token::parse(since.as_str().unwrap()).is_some());
    insta::assert_json_snapshot!(empty, @r#"
    {
      "status": "success",
      "entries": [],
      "moved": [],
      "cursor": null
    }
    "#);
    let member = site.member("jo").await;
    site.publish(&member, "README.md", "# Jo\n").await;
    site.publish(&member, "Trip.md", "# Our trip\n").await;
    site.publish(&member, "Secret.md", "---\ndraft: true\n---\n# Secret\n")
        .await;

    let answer = site.get("/api/content").send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], SHARED_FOR_TEN_SECONDS);
    let etag = answer.headers()["etag"].clone();
    let listing = body(answer).await;
    let ids: Vec<_> = listing["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["jo", "jo/trip"]);
    for entry in listing["entries"].as_array().unwrap() {
        let path = site.path(entry["url"].as_str().unwrap());
        let file = site.get(path).send().await.unwrap();
        assert_eq!(
            file.headers()["content-type"],
            "text/markdown; charset=utf-8"
        );
        assert_eq!(file.headers()["x-content-type-options"], "nosniff");
        assert!(file.text().await.unwrap().starts_with("---\ntitle: "));
    }

    let unchanged = site
        .get("/api/content")
        .header("if-none-match", &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (unchanged.status(), &unchanged.headers()["etag"]),
        (StatusCode::NOT_MODIFIED, &etag)
    );
    assert_eq!(unchanged.headers()["cache-control"], SHARED_FOR_TEN_SECONDS);
    let weak = format!("\"other\", W/{}", etag.to_str().unwrap());
    let request = site.get("/api/content").header("if-none-match", weak);
    let unchanged = request.send().await.unwrap();
    assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
    site.publish(&member, "Trip.md", "# Our other trip\n").await;
    let changed = site
        .get("/api/content")
        .header("if-none-match", &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(changed.status(), StatusCode::OK);
    assert_ne!(changed.headers()["etag"], etag);
}

#[tokio::test]
async fn entries_have_their_member_s_newest_picture() {
    let site = Site::start().await;
    let [jo, other, bare] = [
        site.member("jo").await,
        // Begins with the other's, and is in another shard.
        site.member("jo-x").await,
        site.member("zoe").await,
    ];
    for (member, name) in [
        (&jo, "README.md"),
        (&jo, "Trip.md"),
        (&other, "README.md"),
        (&bare, "Trip.md"),
    ] {
        site.publish(member, name, "# Hi\n").await;
    }
    let (none, etag) = pictures(&site).await;
    assert!(none.iter().all(|(_, picture)| picture.is_null()));

    let first = picture_of(&site, &jo, 300).await;
    let others = picture_of(&site, &other, 200).await;
    let (found, changed) = pictures(&site).await;
    let expected = |own: &Value| {
        vec![
            ("jo".to_owned(), own.clone()),
            ("jo-x".to_owned(), others.clone()),
            ("jo/trip".to_owned(), own.clone()),
            ("zoe/trip".to_owned(), Value::Null),
        ]
    };
    assert_eq!(found, expected(&first));
    assert_ne!(changed, etag);

    // S3 tells seconds apart.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let second = picture_of(&site, &jo, 400).await;
    assert_ne!(second, first);
    assert_eq!(pictures(&site).await.0, expected(&second));
}

/// Uploads a picture of that width and gives what the profile got.
async fn picture_of(site: &Site, member: &SignedIn, width: u32) -> Value {
    let bytes = gradient(width, 200, ImageFormat::Png);
    let answer = upload(site, member, "me.png", "image/png", bytes).await;
    body(answer).await["picture"].take()
}

/// Each entry's id and picture, and the listing's ETag.
async fn pictures(site: &Site) -> (Vec<(String, Value)>, String) {
    let answer = site.get("/api/content").send().await.unwrap();
    let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let listing = body(answer).await;
    let entries = listing["entries"].as_array().unwrap().iter();
    let pairs = entries.map(|entry| {
        let id = entry["id"].as_str().unwrap().to_owned();
        (id, entry["picture"].clone())
    });
    let mut pairs: Vec<(String, Value)> = pairs.collect();
    // Shards are told one after the other.
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    (pairs, etag)
}

/// What `?id=` answers, and its ETag.
async fn one(site: &Site, id: &str) -> (Value, String) {
    let answer = site.get(&format!("/api/content?id={id}"));
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{id}");
    assert_eq!(answer.headers()["cache-control"], SHARED_FOR_TEN_SECONDS);
    let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
    (body(answer).await, etag)
}

/// One entry is what the list says of it, and a former address leads to it.
#[tokio::test]
async fn one_entry_is_asked_for_by_its_id() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    // Of a handle that begins with the other's.
    let other = site.member("jo-x").await;
    for (member, name) in [(&jo, "README.md"), (&jo, "Trip.md"), (&other, "Trip.md")] {
        site.publish(member, name, "# Hi\n").await;
    }
    picture_of(&site, &jo, 300).await;
    picture_of(&site, &other, 200).await;
    let list = body(site.get("/api/content").send().await.unwrap()).await;
    let entries = list["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        assert!(entry["picture"].is_object());
        let (found, _) = one(&site, entry["id"].as_str().unwrap()).await;
        assert_eq!(found["entries"], Value::Array(vec![entry.clone()]));
        assert_eq!(
            (&found["moved"], &found["cursor"]),
            (&Value::Array(Vec::new()), &Value::Null)
        );
    }
    let (trip, etag) = one(&site, "jo/trip").await;
    let again = site.get("/api/content?id=jo/trip");
    let again = again.header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.headers()["etag"], *etag);

    let rename = site.post("/api/readmes/trip/rename").bearer_auth(&jo.token);
    let rename = rename.json(&serde_json::json!({"slug": "journey"}));
    assert_eq!(rename.send().await.unwrap().status(), StatusCode::ACCEPTED);
    let moved = site.wait_for("the rename", async || {
        let (found, changed) = one(&site, "jo/trip").await;
        (!found["moved"].as_array().unwrap().is_empty()).then_some((found, changed))
    });
    let (moved, changed) = moved.await;
    assert_ne!(changed, etag);
    let (journey, _) = one(&site, "jo/journey").await;
    assert_eq!(moved["entries"], journey["entries"]);
    assert_eq!(
        moved["moved"],
        serde_json::json!([{"from": "jo/trip", "to": "jo/journey"}])
    );
    assert_eq!(journey["entries"][0]["id"], "jo/journey");
    assert_ne!(journey["entries"], trip["entries"]);

    for none in ["nobody", "jo/nothing", "jo-x", "jo/readme", "jo/a/b", "-"] {
        let (found, _) = one(&site, none).await;
        assert_eq!(found["entries"], Value::Array(Vec::new()), "{none}");
        assert_eq!(found["moved"], Value::Array(Vec::new()), "{none}");
    }
    for wrong in ["", "..%2F..", "%00", "Jo", &"a".repeat(2000)] {
        let answer = site.get(&format!("/api/content?id={wrong}"));
        assert_error(answer.send().await.unwrap(), 400, "bad_request").await;
    }
    let both = site.get("/api/content?id=jo&cursor=jo");
    assert_error(both.send().await.unwrap(), 400, "bad_request").await;

    // A document that came to the former address counts before the word of where the other one is.
    site.publish(&jo, "Trip!.md", "# Another trip\n").await;
    let (taken, _) = one(&site, "jo/trip").await;
    assert_eq!(taken["entries"][0]["id"], "jo/trip");
    assert_eq!(taken["moved"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn files_outside_the_published_ones_are_not_served() {
    let site = Site::start().await;
    for path in [
        "/content/../readmes",
        "/content/%2e%2e/x.md",
        "/content/",
        "/content",
        "/content/x",
        "/pictures/../content/x.md",
        "/content/jo.md",
        "/readmes/x/readme.md",
    ] {
        let answer = site
            .raw(format!(
                "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
            ))
            .await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}
