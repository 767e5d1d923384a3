//! The list as `GET /api/content` answers it.

use blobs::Blobs;
use blobs::layout::{MovedKey, content_key};
use endpoint::aws;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{client, now, put, string};
use crate::site::{Site, assert_error, body};

/// The content bucket of a site.
fn content(site: &Site) -> Blobs {
    let config = aws::config(&site.environment, aws::ENDPOINT_S3).unwrap();
    Blobs::new(
        &config,
        site.environment.required("CONTENT_BUCKET").unwrap(),
    )
}

async fn publish(site: &Site, id: &str, text: &str) {
    let content = content(site);
    put(&content, &content_key(id), text).await;
    manifest::settle(&content, &site.members, id, now())
        .await
        .unwrap();
}

async fn ask(site: &Site, query: &str) -> Value {
    let answer = site
        .get(&format!("/api/content{query}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{query}");
    body(answer).await
}

fn ids(listing: &Value) -> Vec<&str> {
    let entries = listing["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["id"].as_str().unwrap()).collect()
}

/// A build that kept what it read asks for what changed, and gets each entry as the list has it.
#[tokio::test]
async fn a_build_asks_for_what_changed_since_it_read() {
    let site = Site::start().await;
    for id in ["jo", "jo/a", "ann/b"] {
        publish(&site, id, "# Hi\n").await;
    }
    let list = ask(&site, "").await;
    let token = list["since"].as_str().unwrap().to_owned();
    let nothing = ask(&site, &format!("?since={token}")).await;
    assert_eq!(
        nothing,
        json!({
            "status": "success",
            "entries": [],
            "gone": [],
            "moved": [],
            "since": token,
            "more": false,
            "cursor": null,
        })
    );
    publish(&site, "jo/a", "# Other\n").await;
    publish(&site, "zoe", "# Zoe\n").await;
    let content = content(&site);
    content.delete(&content_key("ann/b")).await.unwrap();
    put(&content, &MovedKey::new("ann/b", "c").key(), "").await;
    manifest::settle(&content, &site.members, "ann/b", now())
        .await
        .unwrap();
    publish(&site, "ann/c", "# Hi\n").await;
    content.delete(&content_key("jo")).await.unwrap();
    manifest::settle(&content, &site.members, "jo", now())
        .await
        .unwrap();

    let query = format!("?since={token}");
    let answer = site
        .get(&format!("/api/content{query}"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        answer.headers()["cache-control"],
        "public, max-age=0, s-maxage=10"
    );
    let etag = answer.headers()["etag"].clone();
    let changed = body(answer).await;
    let list = ask(&site, "").await;
    let mut changed_ids = ids(&changed);
    changed_ids.sort_unstable();
    assert_eq!(changed_ids, ["ann/c", "jo/a", "zoe"]);
    for entry in changed["entries"].as_array().unwrap() {
        assert!(
            list["entries"].as_array().unwrap().contains(entry),
            "{entry}"
        );
    }
    let mut gone: Vec<&str> = changed["gone"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    gone.sort_unstable();
    assert_eq!(gone, ["ann/b", "jo"]);
    assert_eq!(changed["moved"], json!([{"from": "ann/b", "to": "ann/c"}]));
    assert_eq!(changed["moved"], list["moved"]);
    assert_eq!(changed["since"], list["since"]);
    let request = site.get(&format!("/api/content{query}"));
    let same = request.header("if-none-match", etag).send().await.unwrap();
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);

    // The word of where a document is ends.
    let token = list["since"].as_str().unwrap().to_owned();
    content
        .delete(&MovedKey::new("ann/b", "c").key())
        .await
        .unwrap();
    manifest::settle(&content, &site.members, "ann/b", now())
        .await
        .unwrap();
    let changed = ask(&site, &format!("?since={token}")).await;
    assert_eq!(
        (&changed["gone"], &changed["moved"]),
        (&json!(["ann/b"]), &json!([]))
    );

    for wrong in [
        "",
        "x",
        "1.2",
        &token[1..],
        &format!("{token}.0"),
        &"a".repeat(3_000),
    ] {
        let answer = site
            .get(&format!("/api/content?since={wrong}"))
            .send()
            .await
            .unwrap();
        assert_error(answer, 400, "bad_request").await;
    }
    for beside in ["id=jo", "cursor=00/jo.md"] {
        let answer = site.get(&format!("/api/content?since={token}&{beside}"));
        assert_error(answer.send().await.unwrap(), 400, "bad_request").await;
    }
    let (_, revisions) = token.split_once('.').unwrap();
    let anew = ask(&site, &format!("?since=0123456789abcdef.{revisions}")).await;
    assert_eq!(
        (&anew["since"], &anew["more"], &anew["entries"]),
        (&Value::Null, &json!(false), &json!([]))
    );
}

/// More than fits in one answer is told in several, and none of it twice.
#[tokio::test]
async fn many_changes_come_in_several_answers() {
    let site = Site::start().await;
    let token = ask(&site, "").await["since"].as_str().unwrap().to_owned();
    let content = content(&site);
    for number in 0..620 {
        let id = format!("m{}/d{number}", number % 40);
        put(&content, &content_key(&id), "# Hi\n").await;
    }
    manifest::begin_anew(&site.members).await.unwrap();
    let patience = std::time::Duration::MAX;
    manifest::compare(&content, &site.members, patience, now())
        .await
        .unwrap();
    let first = ask(&site, &format!("?since={token}")).await;
    assert_eq!((ids(&first).len(), &first["more"]), (500, &json!(true)));
    let next = first["since"].as_str().unwrap();
    let second = ask(&site, &format!("?since={next}")).await;
    assert_eq!((ids(&second).len(), &second["more"]), (120, &json!(false)));
    let all: std::collections::BTreeSet<_> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(all.len(), 620);

    let page = ask(&site, "").await;
    let cursor = page["cursor"].as_str().unwrap();
    let rest = site.get(&format!("/api/content?cursor={cursor}"));
    let rest = rest.send().await.unwrap();
    // An edge that kept it from before the first page was read would lack what the first page's token takes for told.
    assert_eq!(rest.headers()["cache-control"], "no-cache");
    let rest = body(rest).await;
    assert_eq!((ids(&page).len(), ids(&rest).len()), (500, 120));
    assert_eq!(rest["cursor"], Value::Null);
    let listed: std::collections::BTreeSet<_> = ids(&page).into_iter().chain(ids(&rest)).collect();
    assert_eq!(listed, all);
    // What a reader of before has is no cursor any more.
    for wrong in [
        "jo/a",
        "",
        "..%2F..",
        "%00",
        "A",
        "00/jo",
        "99/jo.md",
        &"a".repeat(2000),
    ] {
        let answer = site.get(&format!("/api/content?cursor={wrong}"));
        assert_error(answer.send().await.unwrap(), 400, "bad_request").await;
    }
}

/// A site whose list isn't made yet says so, and tells no part of it.
#[tokio::test]
async fn a_list_that_is_being_made_is_a_503() {
    let site = Site::start().await;
    publish(&site, "jo", "# Jo\n").await;
    let token = ask(&site, "").await["since"].as_str().unwrap().to_owned();
    let world_client = client(&site.environment);
    let table = site.environment.required("MEMBERS_TABLE").unwrap();
    let until = async || {
        // The schedule of the local stack makes it again within a second.
        let gone = world_client
            .delete_item()
            .table_name(table)
            .key("pk", string("MANIFEST#SITE".to_owned()))
            .key("sk", string("SITE".to_owned()));
        gone.send().await.unwrap();
    };
    for query in ["", "?id=jo", &format!("?since={token}")] {
        let answer = site.wait_for("an answer before the list is whole again", async || {
            until().await;
            let answer = site
                .get(&format!("/api/content{query}"))
                .send()
                .await
                .unwrap();
            (answer.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(answer)
        });
        let answer = answer.await;
        assert_eq!(answer.headers()["retry-after"], "60");
        let body = body(answer).await;
        assert_eq!(body["code"], "unavailable");
        assert_eq!(
            body["message"],
            "The list of what is published is being made. Please try again in a minute."
        );
    }
    let list = site.wait_for("the list", async || {
        let answer = site.get("/api/content").send().await.unwrap();
        (answer.status() == StatusCode::OK).then_some(answer)
    });
    let list = body(list.await).await;
    assert_eq!(ids(&list), ["jo"]);
    // It is another list: what was read before is of none.
    let since = ask(&site, &format!("?since={token}")).await;
    assert_eq!(since["since"], Value::Null);
}
