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
    let padded = json!({"entries": [], "padding": "x".repeat(700_000)});
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

/// A build says that the site refused what is published of these; `reason` is the same of all.
async fn refuse(site: &Site, ids: &[&str], reason: &str) -> Response {
    let read = read(site).await;
    let entries = read["entries"].as_array().unwrap().iter();
    let refused = entries
        .filter(|entry| ids.contains(&entry["id"].as_str().unwrap()))
        .map(|entry| json!({"id": entry["id"], "digest": entry["digest"], "reason": reason}));
    let refused: Vec<Value> = refused.collect();
    assert_eq!(refused.len(), ids.len());
    let said = json!({"entries": [], "refused": refused});
    tell(site, site.stack.build_key(), &said).await
}

/// The warnings of a report whose code is that of a refusal.
async fn refusals(site: &Site, member: &SignedIn, slug: &str) -> Vec<Value> {
    let report = site.report(member, &format!("/api/readmes/{slug}")).await;
    let warnings = report["warnings"].as_array().unwrap().iter();
    let refusals = warnings.filter(|warning| warning["code"] == "site-refused");
    refusals.cloned().collect()
}

#[tokio::test]
async fn what_the_site_refuses_is_told_to_its_author_until_a_build_takes_it() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    let other = site.member("jo-x").await;
    let text = "---\ntitle: Our trip\ncourse: art\n---\nText.\n";
    site.publish(&jo, "Trip.md", text).await;
    site.publish(&jo, "Other.md", "# Other\n").await;
    site.publish(&other, "Trip.md", text).await;

    let reason = "course: Invalid option: expected one of \"math\"|\"physics\"";
    assert_eq!(refuse(&site, &["jo/trip"], reason).await.status(), 200);
    let told = refusals(&site, &jo, "trip").await;
    let [warning] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(
        (&warning["line"], &warning["column"], &warning["text"]),
        (&json!(3), &json!(1), &json!("course"))
    );
    let hint = warning["hint"].as_str().unwrap();
    assert!(hint.ends_with(reason), "{hint}");
    let refused = in_site(&site, &jo, "trip").await;
    assert_eq!(refused["state"], "refused");
    assert!(refused["since"].is_string());
    // Nobody else's, and no other document's.
    assert!(refusals(&site, &jo, "other").await.is_empty());
    assert!(refusals(&site, &other, "trip").await.is_empty());
    assert_eq!(in_site(&site, &other, "trip").await["state"], "queued");
    let list = site.get("/api/readmes").bearer_auth(&jo.token);
    let list = body(list.send().await.unwrap()).await;
    let counts = list["readmes"].as_array().unwrap().iter();
    let counts: Vec<_> = counts
        .map(|readme| (readme["slug"].clone(), readme["warning_count"].clone()))
        .collect();
    assert_eq!(
        counts,
        [(json!("other"), json!(0)), (json!("trip"), json!(1))]
    );
    // In the language of whoever reads.
    let german = site
        .get("/api/readmes/trip")
        .bearer_auth(&jo.token)
        .header("accept-language", "de");
    let german = body(german.send().await.unwrap()).await;
    let hint = german["readme"]["warnings"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("Website") && hint.ends_with(reason), "{hint}");

    // A build of before, which read an older version and ends later, has nothing to say of this one.
    let older = json!({"entries": [{"id": "jo/trip", "digest": "0".repeat(32)}]});
    assert_eq!(
        tell(&site, site.stack.build_key(), &older).await.status(),
        200
    );
    assert_eq!(refusals(&site, &jo, "trip").await.len(), 1);

    // Saying it again keeps since when; another reason takes the place of the first.
    assert_eq!(refuse(&site, &["jo/trip"], reason).await.status(), 200);
    assert_eq!(in_site(&site, &jo, "trip").await, refused);
    let about_nothing = "Something is wrong";
    assert_eq!(
        refuse(&site, &["jo/trip"], about_nothing).await.status(),
        200
    );
    let told = refusals(&site, &jo, "trip").await;
    assert_eq!(
        (told.len(), &told[0]["line"], &told[0]["text"]),
        (1, &json!(1), &json!(""))
    );

    // A new version isn't what was refused.
    let mended = text.replace("art", "math");
    site.publish(&jo, "Trip.md", mended).await;
    assert!(refusals(&site, &jo, "trip").await.is_empty());
    assert_eq!(in_site(&site, &jo, "trip").await["state"], "queued");
    assert_eq!(refuse(&site, &["jo/trip"], reason).await.status(), 200);
    assert_eq!(refusals(&site, &jo, "trip").await.len(), 1);
    // The site's schema changes, and a build takes it.
    assert_eq!(build(&site).await, 3);
    assert!(refusals(&site, &jo, "trip").await.is_empty());
    assert_eq!(in_site(&site, &jo, "trip").await["state"], "built");
    // It changes back: what was taken isn't any more.
    assert_eq!(refuse(&site, &["jo/trip"], reason).await.status(), 200);
    assert_eq!(in_site(&site, &jo, "trip").await["state"], "refused");
    assert_eq!(build(&site).await, 1);
    assert_eq!(in_site(&site, &jo, "trip").await["state"], "built");
}

/// Nothing of a document that goes stays in what the site said of it.
#[tokio::test]
async fn a_refusal_goes_with_its_document() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "Trip.md", "# Our trip\n").await;
    assert_eq!(refuse(&site, &["jo/trip"], "x: y").await.status(), 200);
    assert_eq!(site.members.refused_of("jo").await.unwrap().len(), 1);
    let delete = site.request(Method::DELETE, "/api/readmes/trip");
    let delete = delete.bearer_auth(&jo.token).send().await.unwrap();
    assert_eq!(delete.status(), 202);
    site.wait_for("the withdrawal", async || {
        let left = site.members.refused_of("jo").await.unwrap();
        left.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_a_build_says_of_refusals_is_bounded_and_stays_text() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "Trip.md", "# Our trip\n").await;
    let key = site.stack.build_key();
    let one = |reason: &str| json!({"entries": [], "refused": [{"id": "jo/trip", "digest": "0", "reason": reason}]});
    let many = |count: usize, reason: &str| {
        let all = (0..count)
            .map(|at| json!({"id": format!("jo/n{at}"), "digest": "0", "reason": reason}));
        json!({"entries": [], "refused": all.collect::<Vec<_>>()})
    };
    assert_eq!(
        tell(&site, key, &many(200, &"ä".repeat(250)))
            .await
            .status(),
        200
    );
    assert_error(tell(&site, key, &many(201, "x")).await, 413, "too_large").await;
    for wrong in ["", " ", "\u{202e}", &"x".repeat(501), &"ä".repeat(251)] {
        assert_error(tell(&site, key, &one(wrong)).await, 400, "bad_request").await;
    }
    for wrong in [
        json!({"refused": []}),
        json!({"entries": [], "refused": {}}),
        json!({"entries": [], "refused": [{"id": "jo", "digest": "0"}]}),
        json!({"entries": [], "refused": [{"id": "jo", "digest": "0", "reason": 7}]}),
        json!({"entries": [], "refused": [{"id": "../jo", "digest": "0", "reason": "x"}]}),
        json!({"entries": [], "refused": [{"id": "jo", "digest": "<", "reason": "x"}]}),
    ] {
        assert_error(tell(&site, key, &wrong).await, 400, "bad_request").await;
    }
    // Nobody's is no error: a member may have gone meanwhile.
    let nobody_s =
        json!({"entries": [], "refused": [{"id": "nobody", "digest": "0", "reason": "x"}]});
    assert_eq!(tell(&site, key, &nobody_s).await.status(), 200);
    assert!(site.members.refused_of("nobody").await.unwrap().is_empty());
    // Without the key nobody tells an author anything.
    assert_error(
        tell(&site, &jo.token, &one("x")).await,
        401,
        "invalid_credentials",
    )
    .await;

    let hostile = "x: <img src=x onerror=alert(1)>\u{202e}\n\0 {{reason}}";
    assert_eq!(refuse(&site, &["jo/trip"], hostile).await.status(), 200);
    let hint = refusals(&site, &jo, "trip").await[0]["hint"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        hint.ends_with("x: <img src=x onerror=alert(1)>    {{reason}}"),
        "{hint:?}"
    );
}

/// Of an entry that a build names as both, its author has to hear.
#[tokio::test]
async fn a_refusal_counts_before_a_reading_of_the_same_request() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "Trip.md", "# Our trip\n").await;
    let mut both = read(&site).await;
    let mut refused = both["entries"].clone();
    refused[0]["reason"] = json!("x: y");
    both["refused"] = refused;
    for _ in 0..2 {
        let said = tell(&site, site.stack.build_key(), &both).await;
        assert_eq!(said.status(), 200);
        assert_eq!(in_site(&site, &jo, "trip").await["state"], "refused");
    }
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
