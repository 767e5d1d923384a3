//! A document gets another address, and nothing that led to it is lost.

use std::time::Duration;

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

async fn rename_with(site: &Site, member: &SignedIn, slug: &str, wanted: &Value) -> Response {
    let request = site.post(&format!("/api/readmes/{slug}/rename"));
    let request = request.bearer_auth(&member.token).json(wanted);
    request.send().await.unwrap()
}

/// Renames a document, and waits until its page is there alone.
async fn rename(site: &Site, member: &SignedIn, from: &str, to: &str) -> Value {
    let answer = rename_with(site, member, from, &json!({"slug": to})).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED, "{from} to {to}");
    let readme = body(answer).await["readme"].take();
    assert_eq!(readme["slug"], to);
    let report = readme["report"].as_str().unwrap().to_owned();
    site.report(member, &report).await;
    let gone = format!("/content/{}/{from}.md", member.handle);
    site.wait_for(&gone, async || {
        let answer = site.get(&gone).send().await.unwrap();
        (answer.status() == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    readme
}

async fn content(site: &Site, entry: &str) -> String {
    let answer = site.get(&format!("/content/{entry}.md")).send().await;
    answer.unwrap().text().await.unwrap()
}

async fn wait_for_text(site: &Site, entry: &str, text: &str) {
    site.wait_for(text, async || {
        content(site, entry).await.contains(text).then_some(())
    })
    .await;
}

/// Where former addresses lead, as a build reads it.
async fn moved(site: &Site) -> Vec<(String, String)> {
    let listing = body(site.get("/api/content").send().await.unwrap()).await;
    let moved = listing["moved"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    moved
        .map(|it| (text(&it["from"]), text(&it["to"])))
        .collect()
}

async fn wait_for_moved(site: &Site, wanted: &[(&str, &str)]) {
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
        .collect();
    site.wait_for(&format!("{wanted:?}"), async || {
        (moved(site).await == wanted).then_some(())
    })
    .await;
}

/// The texts of a document's versions, newest first, with the state of each, over all pages.
async fn history(site: &Site, member: &SignedIn, slug: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/readmes/{slug}/versions{cursor}");
        let page = body(get(site, member, &path).await).await;
        for version in page["versions"].as_array().expect("versions") {
            let id = version["id"].as_str().unwrap();
            let path = format!("/api/readmes/{slug}/versions/{id}");
            let answer = get(site, member, &path).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            let text = answer.text().await.unwrap();
            assert_eq!(version["size"], text.len());
            all.push((text, version["state"].as_str().unwrap().to_owned()));
        }
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return all,
        }
    }
}

fn texts(history: &[(String, String)]) -> Vec<&str> {
    history.iter().map(|(text, _)| text.trim()).collect()
}

fn states(history: &[(String, String)]) -> Vec<&str> {
    history.iter().map(|(_, state)| state.as_str()).collect()
}

/// The id of the version with this text.
async fn id_of(site: &Site, member: &SignedIn, slug: &str, text: &str) -> String {
    let path = format!("/api/readmes/{slug}/versions");
    let page = body(get(site, member, &path).await).await;
    for version in page["versions"].as_array().unwrap() {
        let id = version["id"].as_str().unwrap();
        let answer = get(site, member, &format!("{path}/{id}")).await;
        if answer.text().await.unwrap().trim() == text {
            return id.to_owned();
        }
    }
    panic!("no version “{text}” of {slug}");
}

async fn restore(site: &Site, member: &SignedIn, slug: &str, version: &str) -> Response {
    let request = site.post(&format!("/api/readmes/{slug}/restore"));
    let request = request.bearer_auth(&member.token);
    let request = request.json(&json!({"version": version}));
    request.send().await.unwrap()
}

async fn deleted(site: &Site, member: &SignedIn) -> Vec<String> {
    let page = body(get(site, member, "/api/readmes?deleted").await).await;
    let deleted = page["deleted"].as_array().unwrap().iter();
    deleted
        .map(|it| it["slug"].as_str().unwrap().to_owned())
        .collect()
}

async fn slugs(site: &Site, member: &SignedIn) -> Vec<String> {
    let page = body(get(site, member, "/api/readmes").await).await;
    let readmes = page["readmes"].as_array().unwrap().iter();
    readmes
        .map(|it| it["slug"].as_str().unwrap().to_owned())
        .collect()
}

async fn erase(site: &Site, member: &SignedIn, slug: &str) -> StatusCode {
    let path = format!("/api/readmes/{slug}?forever=yes");
    ask(site, member, Method::DELETE, &path).await.status()
}

async fn delete(site: &Site, member: &SignedIn, slug: &str) {
    let path = format!("/api/readmes/{slug}");
    let answer = ask(site, member, Method::DELETE, &path).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED, "{slug}");
}

/// Sends a file with a slug of its own, and waits for its report.
async fn publish_at(site: &Site, member: &SignedIn, slug: &str, text: &str) {
    let fields = [("slug", slug)];
    let answer = send(site, member, "other.md", text, &fields).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    site.report(member, &format!("/api/readmes/{slug}")).await;
}

#[tokio::test]
async fn a_document_gets_another_address_and_keeps_what_is_known_of_it() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    let before = site
        .publish(&jo, "My Trip.md", "# A trip\n\nWords of it.\n")
        .await;
    let page = content(&site, "jo/my-trip").await;
    let readme = rename(&site, &jo, "my-trip", "journey").await;
    assert_eq!(readme["version"], before["version"]);
    assert_eq!(readme["replaced"], Value::Null);

    let after = body(get(&site, &jo, "/api/readmes/journey").await).await;
    let after = &after["readme"];
    assert_eq!(after["entry_id"], "jo/journey");
    assert_eq!(after["former_slugs"], json!(["my-trip"]));
    for kept in ["file_name", "path", "sha256", "state", "version"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    // To the last date, all but the address is as it was.
    let now = content(&site, "jo/journey").await;
    assert_eq!(now.replace("jo/journey", "jo/my-trip"), page);
    assert_eq!(slugs(&site, &jo).await, ["journey"]);
    let listed = body(get(&site, &jo, "/api/readmes").await).await;
    assert_eq!(listed["readmes"][0]["former_slugs"], json!(["my-trip"]));
    assert_error(
        get(&site, &jo, "/api/readmes/my-trip").await,
        404,
        "not_found",
    )
    .await;
    wait_for_moved(&site, &[("jo/my-trip", "jo/journey")]).await;
    assert_eq!(deleted(&site, &jo).await, [""; 0]);
    assert_error(
        get(&site, &jo, "/api/readmes/my-trip/versions").await,
        404,
        "not_found",
    )
    .await;

    // Said again it is done, and nothing happens.
    let again = rename_with(&site, &jo, "my-trip", &json!({"slug": "journey"})).await;
    assert_eq!(again.status(), StatusCode::ACCEPTED);
    let same = rename_with(&site, &jo, "journey", &json!({"slug": "Journey"})).await;
    assert_eq!(same.status(), StatusCode::ACCEPTED);
    assert_eq!(history(&site, &jo, "journey").await.len(), 2);
}

#[tokio::test]
async fn what_can_t_be_renamed_is_refused_with_what_to_do() {
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    site.publish(&jo, "README.md", "# Jo\n").await;
    let report = site.publish(&jo, "a.md", "# A\n").await;
    site.publish(&jo, "b.md", "# B\n").await;
    let refused = async |slug: &str, wanted: Value, status: u16, code: &str| {
        let answer = rename_with(&site, &jo, slug, &wanted).await;
        assert_error(answer, status, code).await
    };
    let sentence = refused("readme", json!({"slug": "x"}), 400, "bad_request").await;
    assert!(sentence.contains("own page"), "{sentence}");
    refused("a", json!({"slug": " "}), 400, "bad_request").await;
    refused("a", json!({}), 400, "bad_request").await;
    refused("a", json!({"slug": 1}), 400, "bad_request").await;
    let sentence = refused("a", json!({"slug": "b"}), 409, "conflict").await;
    assert!(sentence.contains("“b.md”"), "{sentence}");
    refused("none", json!({"slug": "x"}), 404, "not_found").await;
    refused("none", json!({"slug": "none"}), 404, "not_found").await;
    let wanted = json!({"slug": "x", "if_version": "0123"});
    let sentence = refused("a", wanted, 409, "conflict").await;
    assert!(sentence.contains("changed since"), "{sentence}");
    let answer = rename_with(&site, &ann, "a", &json!({"slug": "x"})).await;
    assert_error(answer, 404, "not_found").await;
    assert_eq!(slugs(&site, &jo).await, ["a", "b", "readme"]);

    // A slug is what an upload makes of it, and nobody else's own page.
    let wanted = json!({"slug": "README", "if_version": report["version"]});
    let answer = rename_with(&site, &jo, "a", &wanted).await;
    assert_eq!(body(answer).await["readme"]["slug"], "readme-doc");
}

#[tokio::test]
async fn links_of_everybody_follow() {
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    site.publish(
        &jo,
        "Trip.md",
        "# A trip\n\n## Day one\n\n[Itself](/jo/trip/#day-one)\n",
    )
    .await;
    let text = "# Diary\n\n[[Trip]] [[a trip]] [by file](trip.md) [[jo/trip|by name]] [there](/jo/trip/#day-one)\n";
    site.publish(&jo, "diary.md", text).await;
    let foreign = "# Notes\n\n[[jo/trip|a]] [b](/jo/trip/) [c](jo/trip.md)\n";
    site.publish(&ann, "notes.md", foreign).await;
    let own = |slug: &str| {
        format!(
            "[Trip](/jo/{slug}/) [a trip](/jo/{slug}/) [by file](/jo/{slug}/) [by name](/jo/{slug}/) [there](/jo/{slug}/#day-one)"
        )
    };
    let of_ann = |slug: &str| format!("[a](/jo/{slug}/) [b](/jo/{slug}/) [c](/jo/{slug}/)");
    wait_for_text(&site, "jo/diary", &own("trip")).await;
    wait_for_text(&site, "ann/notes", &of_ann("trip")).await;

    for (from, to) in [("trip", "journey"), ("journey", "tour"), ("tour", "trip")] {
        rename(&site, &jo, from, to).await;
        wait_for_text(&site, "jo/diary", &own(to)).await;
        wait_for_text(&site, "ann/notes", &of_ann(to)).await;
        let itself = format!("[Itself](/jo/{to}/#day-one)");
        wait_for_text(&site, &format!("jo/{to}"), &itself).await;
    }
    // Back where it began: the ways in between lead there.
    wait_for_moved(&site, &[("jo/journey", "jo/trip"), ("jo/tour", "jo/trip")]).await;
}

#[tokio::test]
async fn a_chain_leads_to_its_end_and_a_new_document_ends_the_memory() {
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    site.publish(&jo, "a.md", "# First\n").await;
    rename(&site, &jo, "a", "b").await;
    rename(&site, &jo, "b", "c").await;
    wait_for_moved(&site, &[("jo/a", "jo/c"), ("jo/b", "jo/c")]).await;
    site.publish(&ann, "notes.md", "# Notes\n\n[[jo/a|x]] [[jo/b|y]]\n")
        .await;
    wait_for_text(&site, "ann/notes", "[x](/jo/c/) [y](/jo/c/)").await;

    // Draft and deletion lead nowhere, and the return does.
    site.upload(&jo, "a.md", "---\ndraft: true\n---\n\n# First\n")
        .await;
    wait_for_moved(&site, &[]).await;
    site.upload(&jo, "a.md", "# First\n\nAgain.\n").await;
    wait_for_moved(&site, &[("jo/a", "jo/c"), ("jo/b", "jo/c")]).await;

    publish_at(&site, &jo, "a", "# Second\n").await;
    wait_for_moved(&site, &[("jo/b", "jo/c")]).await;
    wait_for_text(&site, "ann/notes", "[x](/jo/a/) [y](/jo/c/)").await;
    let readme = body(get(&site, &jo, "/api/readmes/c").await).await;
    assert_eq!(readme["readme"]["former_slugs"], json!(["b"]));
    // What ended doesn't begin again.
    delete(&site, &jo, "a").await;
    wait_for_text(&site, "ann/notes", "x [y](/jo/c/)").await;
    assert_eq!(moved(&site).await, [("jo/b".to_owned(), "jo/c".to_owned())]);
    assert_eq!(deleted(&site, &jo).await, ["a"]);
    let moved_to = site.members.address(&jo.id, "a").await.unwrap().moved_to;
    assert_eq!(moved_to, None);
}

#[tokio::test]
async fn a_file_that_is_sent_again_belongs_to_its_document() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "a.md", "# First\n").await;
    rename(&site, &jo, "a", "b").await;
    let preview = site.post("/api/preview").bearer_auth(&jo.token);
    let wanted = json!({"file_name": "a.md", "text": "# First\n\nMore.\n"});
    let preview = body(preview.json(&wanted).send().await.unwrap()).await;
    assert_eq!(preview["preview"]["report"]["slug"], "b");
    let report = site.publish(&jo, "a.md", "# First\n\nMore.\n").await;
    assert_eq!(report["slug"], "b");
    assert_eq!(slugs(&site, &jo).await, ["b"]);
    // The same name in another folder is another file.
    let fields = [("path", "notes")];
    let answer = send(&site, &jo, "a.md", "# Other\n", &fields).await;
    assert_eq!(body(answer).await["readme"]["slug"], "a");
    site.report(&jo, "/api/readmes/a").await;
    assert_eq!(slugs(&site, &jo).await, ["a", "b"]);
    wait_for_moved(&site, &[]).await;
}

#[tokio::test]
async fn a_member_s_document_has_one_history() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    for text in ["# 1\n", "# 2\n"] {
        site.publish(&jo, "a.md", text).await;
    }
    rename(&site, &jo, "a", "b").await;
    site.publish(&jo, "a.md", "# 3\n").await;
    rename(&site, &jo, "b", "c").await;
    publish_at(&site, &jo, "a", "# Another\n").await;
    publish_at(&site, &jo, "a", "# Another still\n").await;
    let of_c = history(&site, &jo, "c").await;
    assert_eq!(texts(&of_c), ["# 3", "# 3", "# 2", "# 2", "# 1"]);
    assert_eq!(
        states(&of_c),
        ["current", "replaced", "replaced", "replaced", "replaced"]
    );
    let of_a = history(&site, &jo, "a").await;
    assert_eq!(texts(&of_a), ["# Another still", "# Another"]);

    // Each one's versions are its own.
    let first = id_of(&site, &jo, "c", "# 1").await;
    let others = id_of(&site, &jo, "a", "# Another").await;
    for (slug, id) in [("a", &first), ("c", &others), ("b", &first)] {
        let path = format!("/api/readmes/{slug}/versions/{id}");
        assert_error(get(&site, &jo, &path).await, 404, "not_found").await;
        assert_error(restore(&site, &jo, slug, id).await, 404, "not_found").await;
    }

    // What was a month ago comes back, of the document that is there and of the deleted one.
    assert_eq!(restore(&site, &jo, "c", &first).await.status(), 202);
    wait_for_text(&site, "jo/c", "title: \"1\"").await;
    delete(&site, &jo, "c").await;
    delete(&site, &jo, "a").await;
    assert_eq!(deleted(&site, &jo).await, ["a", "c"]);
    let of_c = history(&site, &jo, "c").await;
    assert_eq!(texts(&of_c), ["# 1", "# 3", "# 3", "# 2", "# 2", "# 1"]);
    assert_eq!(states(&of_c)[0], "deleted");
    let second = id_of(&site, &jo, "c", "# 2").await;
    assert_eq!(restore(&site, &jo, "c", &second).await.status(), 202);
    wait_for_text(&site, "jo/c", "title: \"2\"").await;
    wait_for_moved(&site, &[("jo/b", "jo/c")]).await;
    assert_eq!(deleted(&site, &jo).await, ["a"]);
}

/// What was deleted at an address goes along with the document that comes there, so that it still can come back.
#[tokio::test]
async fn a_deleted_document_is_not_buried_by_one_that_comes() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "b.md", "# Old\n").await;
    delete(&site, &jo, "b").await;
    site.publish(&jo, "a.md", "# New\n").await;
    rename(&site, &jo, "a", "b").await;
    let of_b = history(&site, &jo, "b").await;
    assert_eq!(texts(&of_b), ["# New", "# New", "# Old"]);
    assert_eq!(states(&of_b), ["current", "replaced", "deleted"]);
    rename(&site, &jo, "b", "a").await;
    let of_a = history(&site, &jo, "a").await;
    assert_eq!(texts(&of_a), ["# New", "# New", "# New", "# Old"]);
    assert_eq!(deleted(&site, &jo).await, [""; 0]);
}

/// Pages of a long history go on where the last one ended, under whichever address.
#[tokio::test]
async fn a_long_history_comes_in_pages_whole() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    let mut wanted = Vec::new();
    for (name, next) in [("a", "b"), ("b", "c")] {
        for number in 0..55 {
            let text = format!("# {name} {number}\n");
            let answer = site.upload(&jo, "a.md", text.clone()).await;
            assert_eq!(answer.status(), 202);
            wanted.push(text.trim().to_owned());
        }
        site.report(&jo, &format!("/api/readmes/{name}")).await;
        rename(&site, &jo, name, next).await;
        // The copy under the new address.
        wanted.push(format!("# {name} 54"));
    }
    wanted.reverse();
    let all = history(&site, &jo, "c").await;
    assert_eq!(texts(&all), wanted);
    let cursor = "/api/readmes/c/versions?cursor=";
    for bad in ["x", "s-", "s-~", "v-a~", "v-~a", "q-a~b", "v-a~b~c"] {
        let answer = get(&site, &jo, &format!("{cursor}{bad}")).await;
        assert_error(answer, 400, "bad_request").await;
    }
    let none = body(get(&site, &jo, &format!("{cursor}s-~none")).await).await;
    assert_eq!(
        (&none["versions"], &none["cursor"]),
        (&json!([]), &Value::Null)
    );
}

#[tokio::test]
async fn what_is_erased_for_good_is_gone_under_every_address() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "a.md", "# 1\n").await;
    site.publish(&jo, "a.md", "# 2\n").await;
    rename(&site, &jo, "a", "b").await;
    publish_at(&site, &jo, "a", "# Another\n").await;
    rename(&site, &jo, "b", "c").await;
    let first = id_of(&site, &jo, "c", "# 1").await;

    // Of an address that a document left there is nothing to erase.
    assert_eq!(erase(&site, &jo, "b").await, StatusCode::NOT_FOUND);
    assert_eq!(history(&site, &jo, "c").await.len(), 4);
    assert_eq!(erase(&site, &jo, "c").await, StatusCode::ACCEPTED);
    assert_eq!(erase(&site, &jo, "c").await, StatusCode::NOT_FOUND);
    for slug in ["a", "b", "c"] {
        assert_eq!(restore(&site, &jo, slug, &first).await.status(), 404);
    }
    wait_for_moved(&site, &[]).await;
    site.wait_for("no page", async || {
        let answer = site.get("/content/jo/c.md").send().await.unwrap();
        (answer.status() == 404).then_some(())
    })
    .await;
    // The other document keeps its versions.
    assert_eq!(texts(&history(&site, &jo, "a").await), ["# Another"]);
    assert_eq!(deleted(&site, &jo).await, [""; 0]);
    assert_eq!(slugs(&site, &jo).await, ["a"]);

    // And the other way round: erasing what came leaves what had been there before.
    site.publish(&jo, "d.md", "# Mine\n").await;
    rename(&site, &jo, "d", "e").await;
    publish_at(&site, &jo, "d", "# Yours\n").await;
    assert_eq!(erase(&site, &jo, "d").await, StatusCode::ACCEPTED);
    assert_eq!(texts(&history(&site, &jo, "e").await), ["# Mine", "# Mine"]);
    assert_error(get(&site, &jo, "/api/readmes/d").await, 404, "not_found").await;
    assert_eq!(deleted(&site, &jo).await, [""; 0]);
}

/// A rename is no document more, also where there is room for none.
#[tokio::test]
async fn a_rename_takes_no_room() {
    let site = Site::with(&[("MAX_READMES", "1")]).await;
    let jo = site.member("jo").await;
    site.publish(&jo, "a.md", "# A\n").await;
    rename(&site, &jo, "a", "b").await;
    let answer = site.upload(&jo, "c.md", "# C\n").await;
    assert_error(answer, 409, "quota_exceeded").await;
    assert_eq!(
        site.upload(&jo, "a.md", "# A\n\nAgain.\n").await.status(),
        202
    );
    rename(&site, &jo, "b", "a").await;
}

#[tokio::test]
async fn a_member_who_goes_takes_the_memory_along() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "a.md", "# A\n").await;
    rename(&site, &jo, "a", "b").await;
    wait_for_moved(&site, &[("jo/a", "jo/b")]).await;
    let account = site.members.by_id(&jo.id).await.unwrap().unwrap();
    let renamed = site.members.rename(&account, "Jo", "joanna").await;
    assert_eq!(renamed.unwrap(), members::Renamed::Renamed);
    // `users rename` has each document looked at; so does a new version.
    site.upload(&jo, "a.md", "# A\n\nAgain.\n").await;
    wait_for_moved(&site, &[("joanna/a", "joanna/b")]).await;

    let account = site.members.by_id(&jo.id).await.unwrap().unwrap();
    let config = |name| endpoint::aws::config(&site.environment, name).unwrap();
    let bucket = |name: &str| {
        let bucket = site.environment.required(name).unwrap();
        blobs::Blobs::new(&config(endpoint::aws::ENDPOINT_S3), bucket)
    };
    let (uploads, content) = (bucket("UPLOADS_BUCKET"), bucket("CONTENT_BUCKET"));
    let removal = removal::Removal {
        uploads: &uploads,
        content: &content,
        members: &site.members,
        account: &account,
    };
    removal.erase(0).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    removal.erase(0).await.unwrap();
    removal.finish(0).await.unwrap();
    assert_eq!(moved(&site).await, []);
    let left = site.members.addresses(&jo.id, ("", "z")).await.unwrap();
    assert_eq!(left, []);
    assert!(content.versions("moved/").await.unwrap().is_empty());
}

/// What moved comes in the pages of what is published, each word once, and a change changes the tag.
#[tokio::test]
async fn builds_read_what_moved_in_pages() {
    use blobs::layout::{MovedKey, content_key};
    let site = Site::start().await;
    let config = endpoint::aws::config(&site.environment, endpoint::aws::ENDPOINT_S3).unwrap();
    let bucket = site.environment.required("CONTENT_BUCKET").unwrap();
    let content = blobs::Blobs::new(&config, bucket);
    let put = async |key: String| crate::picture_faults::put(&content, &key, "x").await;
    for number in 0..12 {
        put(content_key(&format!("jo/e{number:02}"))).await;
        put(MovedKey::new(&format!("jo/e{number:02}-old"), &format!("e{number:02}")).key()).await;
        put(MovedKey::new(&format!("jo-x/{number:02}"), "y").key()).await;
    }
    // One whose address another document has by now.
    put(MovedKey::new("jo/e03", "e04").key()).await;
    let members = &site.members;
    let compared = manifest::compare(&content, members, Duration::MAX, 1);
    assert_eq!(compared.await.unwrap().differed, 36);
    let whole = manifest::page(members, None, 1000).await.unwrap();
    assert_eq!((whole.entries.len(), whole.moved.len()), (12, 24));
    assert_eq!(whole.cursor, None);
    for limit in [1, 2, 5, 13] {
        let (mut entries, mut moved) = (Vec::new(), Vec::new());
        let mut cursor = None;
        loop {
            let page = manifest::page(members, cursor.as_deref(), limit);
            let page = page.await.unwrap();
            assert!(page.entries.len() + page.moved.len() <= limit);
            entries.extend(page.entries);
            moved.extend(page.moved);
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(
            (&entries, &moved),
            (&whole.entries, &whole.moved),
            "{limit}"
        );
    }
    let before = manifest::fingerprint(members).await.unwrap();
    let tag = site.get("/api/content").send().await.unwrap().headers()["etag"].clone();
    content
        .delete(&MovedKey::new("jo-x/07", "y").key())
        .await
        .unwrap();
    manifest::settle(&content, members, "jo-x/07", 1)
        .await
        .unwrap();
    assert_ne!(manifest::fingerprint(members).await.unwrap(), before);
    let now = site.get("/api/content").send().await.unwrap();
    assert_ne!(now.headers()["etag"], tag);
}
