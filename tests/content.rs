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
    let empty = body(site.get("/api/content").send().await.unwrap()).await;
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
        // Sorts before `jo/` and after `jo`.
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
            ("jo-x".to_owned(), others.clone()),
            ("jo".to_owned(), own.clone()),
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
    (pairs.collect(), etag)
}

#[tokio::test]
async fn cursors_are_entry_ids() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for name in ["a", "b", "c"] {
        site.publish(&member, &format!("{name}.md"), "# Hi\n").await;
    }
    let rest = body(site.get("/api/content?cursor=jo/a").send().await.unwrap()).await;
    let ids: Vec<_> = rest["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["jo/b", "jo/c"]);
    for wrong in ["", "..%2F..", "%00", "A", &"a".repeat(2000)] {
        assert_error(
            site.get(&format!("/api/content?cursor={wrong}"))
                .send()
                .await
                .unwrap(),
            400,
            "bad_request",
        )
        .await;
    }
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
