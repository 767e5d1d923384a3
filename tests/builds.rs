//! `POST /api/content`: builds say what they read, and the publish report tells the author.

use blobs::{Blobs, Condition, Upload};
use endpoint::{Environment, aws};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::events::{event, invoke};
use crate::site::{SignedIn, Site, assert_error, body};

/// What a build reads: every entry with its digest.
async fn read(site: &Site) -> Value {
    let listing = body(site.get("/api/content").send().await.unwrap()).await;
    let entries = listing["entries"].as_array().unwrap().iter();
    let read = entries.map(|entry| json!({"id": entry["id"], "digest": entry["digest"]}));
    json!({ "entries": read.collect::<Vec<_>>() })
}

async fn tell(site: &Site, key: &str, read: &Value) -> Response {
    let request = site.post("/api/content").bearer_auth(key).json(read);
    request.send().await.unwrap()
}

/// A build reads what is published, and says so; gives how much of it was new.
async fn build(site: &Site) -> u64 {
    let answer = tell(site, site.stack.build_key(), &read(site).await).await;
    assert_eq!(answer.status(), 200);
    body(answer).await["new"].as_u64().unwrap()
}

async fn in_site(site: &Site, member: &SignedIn, slug: &str) -> Value {
    site.report(member, &format!("/api/readmes/{slug}")).await["site"].take()
}

#[tokio::test]
async fn a_report_says_whether_the_site_has_it() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    // Of a handle that begins with the other's.
    let other = site.member("jo-x").await;
    let queued = json!({"state": "queued", "since": null});

    let report = site.publish(&jo, "README.md", "# Jo\n").await;
    assert_eq!(report["site"], queued);
    site.publish(&jo, "Trip.md", "# Our trip\n").await;
    site.publish(&other, "Trip.md", "# Their trip\n").await;
    site.publish(&jo, "Secret.md", "---\ndraft: true\n---\n# Secret\n")
        .await;
    assert_eq!(in_site(&site, &jo, "secret").await, Value::Null);

    assert_eq!(build(&site).await, 3);
    let trip = in_site(&site, &jo, "trip").await;
    assert_eq!(trip["state"], "built");
    let since = trip["since"].as_str().unwrap();
    assert!(since.len() == 20 && since.ends_with('Z'), "{since}");
    assert_eq!(in_site(&site, &jo, "readme").await["state"], "built");
    assert_eq!(in_site(&site, &other, "trip").await["state"], "built");
    let all = site.get("/api/readmes").bearer_auth(&jo.token);
    let all = body(all.send().await.unwrap()).await;
    let readmes = all["readmes"].as_array().unwrap().iter();
    let states: Vec<&Value> = readmes.map(|readme| &readme["site"]["state"]).collect();
    let built = json!("built");
    assert_eq!(states, [&built, &Value::Null, &built]);

    // The same again is nothing new, and `since` stays.
    assert_eq!(build(&site).await, 0);
    assert_eq!(in_site(&site, &jo, "trip").await, trip);

    // A new version waits; while it can't be converted, the last good one stays in the site.
    let config = aws::config(&site.environment, aws::ENDPOINT_S3).unwrap();
    let uploads = Blobs::new(
        &config,
        site.environment.required("UPLOADS_BUCKET").unwrap(),
    );
    let broken = Upload {
        bytes: vec![0xc3, 0x28].into(),
        content_type: "text/markdown",
        ..Upload::default()
    };
    let key = format!("readmes/{}/trip.md", jo.id);
    uploads.put(&key, broken, Condition::Always).await.unwrap();
    let report = site.report(&jo, "/api/readmes/trip").await;
    assert_eq!(
        (&report["state"], &report["site"]),
        (&json!("rejected"), &trip)
    );
    site.publish(&jo, "Trip.md", "# Our other trip\n").await;
    assert_eq!(in_site(&site, &jo, "trip").await, queued);
    assert_eq!(build(&site).await, 1);
    assert_eq!(in_site(&site, &jo, "trip").await["state"], "built");
}

/// What was away waits for a build again, although its bytes are those of before.
#[tokio::test]
async fn what_comes_back_waits_again() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    for draft in [true, false] {
        site.publish(&jo, "Trip.md", "# Our trip\n").await;
        assert_eq!(in_site(&site, &jo, "trip").await["state"], "queued");
        assert_eq!(build(&site).await, 1);
        assert_eq!(in_site(&site, &jo, "trip").await["state"], "built");
        if draft {
            site.publish(&jo, "Trip.md", "---\ndraft: true\n---\n# Our trip\n")
                .await;
        } else {
            let delete = site.request(Method::DELETE, "/api/readmes/trip");
            let delete = delete.bearer_auth(&jo.token).send().await.unwrap();
            assert_eq!(delete.status(), 202);
        }
        site.wait_for("the withdrawal", async || {
            (site.stack.queued().await.unwrap() == 0).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn without_the_build_key_nothing_is_noted() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "Trip.md", "# Our trip\n").await;
    let read = read(&site).await;
    let key = site.stack.build_key();
    let swapped: String = key.chars().rev().collect();
    for wrong in [&swapped, &key[1..], "x", &jo.token, &format!("{key}0")] {
        let answer = tell(&site, wrong, &read).await;
        assert_error(answer, 401, "invalid_credentials").await;
    }
    let bare = site.post("/api/content").json(&read).send().await.unwrap();
    assert_error(bare, 401, "invalid_credentials").await;
    assert_eq!(in_site(&site, &jo, "trip").await["state"], "queued");
    // Anybody may read.
    assert_eq!(site.get("/api/content").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_a_build_says_is_bounded() {
    let site = Site::start().await;
    site.add("jo", None).await;
    let key = site.stack.build_key();
    let entries = |count: usize| {
        let all = (0..count).map(|at| json!({"id": format!("jo/n{at}"), "digest": "0".repeat(32)}));
        json!({ "entries": all.collect::<Vec<_>>() })
    };
    let many = tell(&site, key, &entries(1000)).await;
    assert_eq!(body(many).await["new"], 1000);
    assert_error(tell(&site, key, &entries(1001)).await, 413, "too_large").await;
    let padded = json!({"entries": [], "padding": "x".repeat(400_000)});
    assert_error(tell(&site, key, &padded).await, 413, "too_large").await;
    let nobody_s = json!({"entries": [{"id": "nobody/n1", "digest": "0".repeat(32)}]});
    let nobody_s = tell(&site, key, &nobody_s).await;
    assert_eq!(body(nobody_s).await["new"], 0);
    let none = tell(&site, key, &json!({"entries": []})).await;
    assert_eq!(body(none).await["new"], 0);
    for wrong in [
        json!({}),
        json!([]),
        json!({"entries": {}}),
        json!({"entries": [{"id": "jo"}]}),
        json!({"entries": [{"id": "jo", "digest": 7}]}),
        json!({"entries": [{"id": "../jo", "digest": "0"}]}),
        json!({"entries": [{"id": "jo/a/b", "digest": "0"}]}),
        json!({"entries": [{"id": "jo/readme", "digest": "0"}]}),
        json!({"entries": [{"id": "", "digest": "0"}]}),
        json!({"entries": [{"id": "jo", "digest": ""}]}),
        json!({"entries": [{"id": "jo", "digest": "0".repeat(65)}]}),
        json!({"entries": [{"id": "a".repeat(201), "digest": "0"}]}),
    ] {
        assert_error(tell(&site, key, &wrong).await, 400, "bad_request").await;
    }
    let text = site.post("/api/content").bearer_auth(key).body("{}");
    assert_error(text.send().await.unwrap(), 415, "unsupported_media_type").await;
}

/// Without a build key the report doesn't promise what nobody would ever say.
#[tokio::test]
async fn where_no_key_is_set_up_reports_leave_it_out() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "README.md", "# Jo\n").await;
    let without: Environment = site
        .stack
        .environment()
        .into_iter()
        .filter(|(name, _)| name != "BUILD_KEY_SHA256")
        .collect();
    let mut get = event("readmes");
    get["headers"]["authorization"] = json!(format!("Bearer {}", jo.token));
    let (status, all) = invoke(&without, "readmes", get).await;
    assert_eq!((status, &all["readmes"][0]["site"]), (200, &Value::Null));
    let (status, refused) = invoke(&without, "content", event("content.build")).await;
    assert_eq!(
        (status, &refused["code"]),
        (401, &json!("invalid_credentials"))
    );
}
