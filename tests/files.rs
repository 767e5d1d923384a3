//! Pictures and other files of members: from the upload to the document that shows them, and away again.

use futures::future::join_all;
use image::ImageFormat;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::photo::{gradient, plain};
use crate::site::{SignedIn, Site, assert_error, body};

/// Sends a file as a form.
pub(crate) async fn send(site: &Site, member: &SignedIn, path: &str, bytes: Vec<u8>) -> Response {
    let form = Form::new()
        .text("path", path.to_owned())
        .part("file", Part::bytes(bytes).file_name("any.bin"));
    let post = site.post("/api/upload_file").bearer_auth(&member.token);
    post.multipart(form).send().await.unwrap()
}

/// Sends a file that is taken, and returns its id.
async fn sent(site: &Site, member: &SignedIn, path: &str, bytes: Vec<u8>) -> String {
    let answer = send(site, member, path, bytes).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED, "{path}");
    let answer = body(answer).await;
    assert_eq!(answer["file"]["path"], path);
    assert_eq!(answer["file"]["state"], "processing");
    answer["file"]["id"].as_str().unwrap().to_owned()
}

async fn list(site: &Site, member: &SignedIn) -> Value {
    let answer = site.get("/api/files").bearer_auth(&member.token).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    body(answer).await
}

/// The file at `path` in the list.
async fn listed(site: &Site, member: &SignedIn, path: &str) -> Option<Value> {
    let files = list(site, member).await["files"].take();
    let mut files = files.as_array().unwrap().clone().into_iter();
    files.find(|file| file["path"] == path)
}

/// The file at `path` once it isn't worked on any more.
pub(crate) async fn settled(site: &Site, member: &SignedIn, path: &str) -> Value {
    site.wait_for("the file", async || {
        let file = listed(site, member, path).await?;
        (file["state"] != "processing").then_some(file)
    })
    .await
}

async fn remove(site: &Site, member: &SignedIn, id: &str) -> Response {
    let path = format!("/api/files/{id}");
    let request = site.request(Method::DELETE, &path);
    request.bearer_auth(&member.token).send().await.unwrap()
}

async fn text(site: &Site, path: &str) -> String {
    site.get(path).send().await.unwrap().text().await.unwrap()
}

async fn status(site: &Site, url: &str) -> StatusCode {
    site.get(site.path(url)).send().await.unwrap().status()
}

#[tokio::test]
async fn a_picture_is_shown_where_a_document_asks_for_it_and_goes_when_it_is_deleted() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let document = "# Trip\n\nWe went.\n\n![The arm](./img/Arm.png) and ![[arm.png|300]]\n\n[Plan](plan.pdf#page=2)\n";
    site.publish(&member, "trip.md", document).await;
    let report = site.report(&member, "/api/readmes/trip").await;
    assert!(
        report["warnings"].to_string().contains("missing-asset"),
        "{report}"
    );

    // Once the files come, the document shows them.
    let id = sent(
        &site,
        &member,
        "img/arm.png",
        gradient(640, 320, ImageFormat::Png),
    )
    .await;
    sent(
        &site,
        &member,
        "docs/Plan.pdf",
        b"%PDF-1.7\n%%EOF\n".to_vec(),
    )
    .await;
    let arm = settled(&site, &member, "img/arm.png").await;
    let plan = settled(&site, &member, "docs/Plan.pdf").await;
    assert_eq!(arm["state"], "ready");
    assert_eq!((&arm["width"], &arm["height"]), (&json!(640), &json!(320)));
    assert_eq!(plan["type"], "application/pdf");
    let digest = Sha256::digest(b"%PDF-1.7\n%%EOF\n");
    let digest = base16ct::lower::encode_string(&digest);
    assert_eq!(plan["sha256"], digest);
    let (arm_url, plan_url) = (arm["url"].as_str().unwrap(), plan["url"].as_str().unwrap());
    let shown = site
        .wait_for("the picture in the document", async || {
            let shown = text(&site, "/content/jo/trip.md").await;
            (shown.contains(arm_url) && shown.contains(plan_url)).then_some(shown)
        })
        .await;
    assert!(shown.contains(&format!("![The arm]({arm_url})")), "{shown}");
    assert!(
        shown.contains(&format!("<img src=\"{arm_url}\"")),
        "{shown}"
    );
    assert!(shown.contains(&format!("]({plan_url}#page=2)")), "{shown}");
    let report = site.report(&member, "/api/readmes/trip").await;
    assert!(
        !report["warnings"].to_string().contains("missing-asset"),
        "{report}"
    );
    let arm = listed(&site, &member, "img/arm.png").await.unwrap();
    assert_eq!(arm["shown_by"], json!(["trip"]));

    // Served as what it is, and the document as a download.
    let picture = site.get(site.path(arm_url)).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/webp");
    let download = site.get(site.path(plan_url)).send().await.unwrap();
    assert_eq!(download.headers()["content-disposition"], "attachment");
    assert_eq!(download.headers()["x-content-type-options"], "nosniff");
    let policy = &download.headers()["content-security-policy"];
    assert!(policy.to_str().unwrap().contains("sandbox"));
    assert_eq!(
        download.bytes().await.unwrap().as_ref(),
        b"%PDF-1.7\n%%EOF\n"
    );
    // Nothing of it is in the list of what is published.
    let content = text(&site, "/api/content").await;
    assert!(!content.contains("/files/"), "{content}");

    // The same path again replaces it, everywhere.
    let again = sent(
        &site,
        &member,
        "img/arm.png",
        plain(40, 64, ImageFormat::Png),
    )
    .await;
    assert_eq!(again, id);
    let newer = site
        .wait_for("the other picture", async || {
            let file = settled(&site, &member, "img/arm.png").await;
            (file["width"] == 64).then_some(file)
        })
        .await;
    let newer_url = newer["url"].as_str().unwrap();
    site.wait_for("the other picture in the document", async || {
        text(&site, "/content/jo/trip.md")
            .await
            .contains(newer_url)
            .then_some(())
    })
    .await;
    site.wait_for("the end of the one before", async || {
        (status(&site, arm_url).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;

    // Deleted, it goes from the document first, and then for good.
    assert_eq!(
        remove(&site, &member, &id).await.status(),
        StatusCode::ACCEPTED
    );
    assert_error(remove(&site, &member, &id).await, 404, "not_found").await;
    site.wait_for("a document without it", async || {
        (!text(&site, "/content/jo/trip.md").await.contains(newer_url)).then_some(())
    })
    .await;
    site.wait_for("the end of the picture", async || {
        (status(&site, newer_url).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    assert_eq!(listed(&site, &member, "img/arm.png").await, None);
    assert_eq!(status(&site, plan_url).await, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_kind_of_ours_or_no_path_is_refused_with_what_to_do() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let png = plain(40, 16, ImageFormat::Png);
    for path in [
        "../a.png",
        "/a.png",
        "a//b.png",
        ".env",
        "a\\b.png",
        "a\u{202e}.png",
        " ",
    ] {
        let answer = send(&site, &member, path, png.clone()).await;
        let message = assert_error(answer, 400, "bad_request").await;
        assert!(message.contains("path"), "{message}");
    }
    for (bytes, told) in [
        (b"ID3\x04\0\0\0\0\0\0".to_vec(), "link to it"),
        (b"\x1f\x8b\x08\0\0\0\0\0".to_vec(), "plain SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), "JPEG"),
        (b"<html><script>alert(1)</script>".to_vec(), "web page"),
    ] {
        let answer = send(&site, &member, "a.png", bytes).await;
        let message = assert_error(answer, 415, "unsupported_media_type").await;
        assert!(message.contains(told), "{message}");
    }
    assert_eq!(list(&site, &member).await["files"], json!([]));
    // By its content only the decoder sees that it is damaged; what was there before stays.
    sent(&site, &member, "a.png", png.clone()).await;
    let good = settled(&site, &member, "a.png").await;
    sent(&site, &member, "a.png", png[..60].to_vec()).await;
    let bad = site
        .wait_for("the refusal", async || {
            let file = settled(&site, &member, "a.png").await;
            (file["state"] == "rejected").then_some(file)
        })
        .await;
    assert!(bad["reason"].as_str().unwrap().contains("damaged"), "{bad}");
    assert_eq!(bad["url"], good["url"]);
    assert_eq!(
        status(&site, good["url"].as_str().unwrap()).await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_large_file_is_put_to_an_address_that_works_once() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let bytes = gradient(1200, 900, ImageFormat::Png);
    let ask = async |path: &str, size: usize| {
        let wanted =
            json!({"kind": "file", "path": path, "content_type": "image/png", "size": size});
        let post = site.post("/api/upload_url").bearer_auth(&member.token);
        post.json(&wanted).send().await.unwrap()
    };
    assert_error(ask("../x.png", 1).await, 400, "bad_request").await;
    assert_error(ask("x.png", 26 * 1024 * 1024).await, 413, "too_large").await;
    let answer = body(ask("big/photo.png", bytes.len()).await).await;
    let put = async || {
        let mut put = site
            .client
            .put(answer["upload"]["url"].as_str().unwrap())
            .body(bytes.clone());
        for (name, value) in answer["upload"]["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        put.send().await.unwrap().status()
    };
    assert_eq!(put().await, StatusCode::OK);
    assert_eq!(put().await, StatusCode::PRECONDITION_FAILED);
    let file = settled(&site, &member, "big/photo.png").await;
    assert_eq!(file["state"], "ready");
    assert_eq!(file["id"], answer["file"]["id"]);
    assert_eq!(file["width"], 1200);
}

#[tokio::test]
async fn two_uploads_of_one_path_at_once_leave_one_whole_winner() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let shades: Vec<u8> = (0..8).map(|number| number * 30).collect();
    let uploads = shades.iter().map(|shade| {
        sent(
            &site,
            &member,
            "a.png",
            plain(*shade, 32 + u32::from(*shade), ImageFormat::Png),
        )
    });
    let ids = join_all(uploads).await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    let file = settled(&site, &member, "a.png").await;
    assert_eq!(file["state"], "ready");
    let url = file["url"].as_str().unwrap();
    let picture = site.get(site.path(url)).send().await.unwrap();
    let shade = crate::photo::shade(&picture.bytes().await.unwrap());
    let width = u8::try_from(file["width"].as_u64().unwrap() - 32).unwrap();
    assert!(shade.abs_diff(width) < 4, "{shade} beside {width}");
    assert_eq!(list(&site, &member).await["usage"]["files"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_files_side_by_side_exactly_those_get_in_that_the_quota_has_room_for() {
    let site = Site::with(&[("MAX_FILES", "10")]).await;
    let member = site.member("jo").await;
    // Each a different file, by a form or by an address.
    let bytes = plain(40, 16, ImageFormat::Png);
    let sent = (0..64).map(|number| {
        let (site, member, bytes) = (&site, &member, bytes.clone());
        async move {
            let path = format!("img/{number}.png");
            if number % 2 == 0 {
                return send(site, member, &path, bytes).await.status();
            }
            let wanted =
                json!({"kind": "file", "path": path, "content_type": "image/png", "size": bytes.len()});
            let post = site.post("/api/upload_url").bearer_auth(&member.token);
            let answer = post.json(&wanted).send().await.unwrap();
            if answer.status() != StatusCode::OK {
                return answer.status();
            }
            let upload = body(answer).await["upload"].take();
            let mut put = site.client.put(upload["url"].as_str().unwrap()).body(bytes);
            for (name, value) in upload["headers"].as_object().unwrap() {
                put = put.header(name, value.as_str().unwrap());
            }
            put.send().await.unwrap().status()
        }
    });
    let answers = join_all(sent).await;
    let is_in = |status: &&StatusCode| status.is_success();
    assert_eq!(answers.iter().filter(is_in).count(), 10, "{answers:?}");
    assert!(
        answers
            .iter()
            .all(|status| status.is_success() || *status == StatusCode::CONFLICT)
    );
    let listed = list(&site, &member).await;
    assert_eq!(listed["usage"]["files"], 10);
    assert_eq!(listed["usage"]["max_files"], 10);
    let paths: Vec<String> = listed["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap().to_owned())
        .collect();
    for path in &paths {
        assert_eq!(settled(&site, &member, path).await["state"], "ready");
    }
    // Another version takes no more room; what is taken away makes room for one.
    sent_as(&site, &member, &paths[0], 90).await;
    let message = send(&site, &member, "other.png", bytes.clone()).await;
    let message = assert_error(message, 409, "quota_exceeded").await;
    assert!(message.contains(", 10."), "{message}");
    let file = listed["files"][0]["id"].as_str().unwrap();
    assert_eq!(
        remove(&site, &member, file).await.status(),
        StatusCode::ACCEPTED
    );
    sent_as(&site, &member, "other.png", 90).await;
    let again = send(&site, &member, "one-more.png", bytes).await;
    assert_error(again, 409, "quota_exceeded").await;
}

async fn sent_as(site: &Site, member: &SignedIn, path: &str, shade: u8) {
    sent(site, member, path, plain(shade, 16, ImageFormat::Png)).await;
}

#[tokio::test]
async fn a_document_in_a_folder_finds_files_beside_and_above_it() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (path, width) in [("img/arm.png", 40), ("notes/img/arm.png", 48)] {
        sent(&site, &member, path, gradient(width, 20, ImageFormat::Png)).await;
        settled(&site, &member, path).await;
    }
    let text_of = "# Trip\n\n![beside](img/arm.png)\n\n![above](../img/arm.png)\n";
    let form = Form::new()
        .text("path", "notes")
        .part("readme_file", Part::text(text_of).file_name("trip.md"));
    let post = site.post("/api/upload_readme").bearer_auth(&member.token);
    let answer = post.multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let report = site.report(&member, "/api/readmes/trip").await;
    assert_eq!(report["warnings"], json!([]));
    let shown = text(&site, "/content/jo/trip.md").await;
    for (alt, path) in [("beside", "notes/img/arm.png"), ("above", "img/arm.png")] {
        let file = listed(&site, &member, path).await.unwrap();
        let url = file["url"].as_str().unwrap();
        assert!(shown.contains(&format!("![{alt}]({url})")), "{shown}");
    }
}

/// What a document shows of a file by its address, as copied from what was published, follows the file as well.
#[tokio::test]
async fn an_address_that_was_copied_from_what_was_published_follows_its_file() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let picture = |width| gradient(width, 320, ImageFormat::Png);
    sent(&site, &member, "img/arm.png", picture(640)).await;
    let first = settled(&site, &member, "img/arm.png").await;
    let first = first["url"].as_str().unwrap().to_owned();
    site.publish(
        &member,
        "copy.md",
        format!("# Copy\n\n![The arm]({first})\n").as_str(),
    )
    .await;
    assert!(text(&site, "/content/jo/copy.md").await.contains(&first));

    let id = sent(&site, &member, "img/arm.png", picture(600)).await;
    let shown = site
        .wait_for("the other version", async || {
            let shown = text(&site, "/content/jo/copy.md").await;
            let is_new = shown.contains("-600x320.webp)") && !shown.contains(&first);
            is_new.then_some(shown)
        })
        .await;
    let (_, second) = shown.split_once("](").unwrap();
    let (second, _) = second.split_once(')').unwrap();
    assert_eq!(status(&site, second).await, StatusCode::OK);
    site.wait_for("the former one to go", async || {
        (status(&site, &first).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;

    assert_eq!(
        remove(&site, &member, &id).await.status(),
        StatusCode::ACCEPTED
    );
    site.wait_for("the picture to go from the document", async || {
        let shown = text(&site, "/content/jo/copy.md").await;
        (!shown.contains("/files/")).then_some(())
    })
    .await;
    site.wait_for("it to go", async || {
        (status(&site, second).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
}

/// What is downloaded is no picture, whatever its name says: no browser would draw it.
#[tokio::test]
async fn a_pdf_is_shown_by_no_document_as_a_picture() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let pdf = || b"%PDF-1.7\n%%EOF\n".to_vec();
    sent(&site, &member, "plan.pdf", pdf()).await;
    sent(&site, &member, "arm.png", pdf()).await;
    settled(&site, &member, "plan.pdf").await;
    settled(&site, &member, "arm.png").await;
    let document = concat!(
        "---\nimage: plan.pdf\n---\n# Plan\n\n![As a picture](plan.pdf), ![[arm.png|300]]\n\n",
        "<img src=\"plan.pdf\" srcset=\"arm.png 2x\" alt=\"x\">\n\n[The plan](plan.pdf)\n",
    );
    site.publish(&member, "note.md", document).await;
    let shown = text(&site, "/content/jo/note.md").await;
    let (_, body) = shown.rsplit_once("---\n").unwrap();
    assert_eq!(body.matches(".pdf").count(), 2, "{shown}");
    // What is written like a picture leads to the download, too.
    for link in ["[The plan](http", "\n[As a picture](http"] {
        assert!(body.contains(link), "{shown}");
    }
    assert!(!body.contains("!["), "{shown}");
    assert!(!shown.contains("image: \"http"), "{shown}");
}

/// An address that is asked for again counts once, and one that is given up not at all.
#[tokio::test]
async fn addresses_for_one_file_count_once() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let count = async || {
        let members = endpoint::configuration::members(&site.environment).unwrap();
        let count = members.count((&member.id, members::Counted::Files)).await;
        count.unwrap().map_or(0, |count| count.usage.count)
    };
    let announce = async |path: &str, size: usize| {
        let wanted =
            json!({"kind": "file", "path": path, "content_type": "image/png", "size": size});
        let post = site.post("/api/upload_url").bearer_auth(&member.token);
        body(post.json(&wanted).send().await.unwrap()).await
    };
    // The first of all counts what is there.
    sent(
        &site,
        &member,
        "other.png",
        gradient(64, 32, ImageFormat::Png),
    )
    .await;
    let before = count().await;
    let first = announce("arm.png", 100).await;
    for size in [100, 50, 70_000, 100] {
        announce("arm.png", size).await;
        assert_eq!(count().await, before + 1, "{size}");
    }
    let id = first["file"]["id"].as_str().unwrap();
    assert_eq!(
        remove(&site, &member, id).await.status(),
        StatusCode::ACCEPTED
    );
    assert_eq!(count().await, before);
    assert_error(remove(&site, &member, id).await, 404, "not_found").await;
}
