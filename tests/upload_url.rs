//! `POST /api/upload_url`, and what `resize_picture` and `GET /api/me` make of what is put there.

use image::ImageFormat;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::photo::{gradient, plain};
use crate::site::{PASSWORD, SignedIn, Site, assert_error, body};

/// Nothing that a header could carry as it is.
const FILE_NAME: &str = "Ich & du, 我.png";

async fn ask(site: &Site, member: &SignedIn, body: &Value) -> Response {
    let request = site.post("/api/upload_url").bearer_auth(&member.token);
    request.json(body).send().await.unwrap()
}

/// Asks for an address and puts `bytes` to it.
async fn send(site: &Site, member: &SignedIn, content_type: &str, bytes: Vec<u8>) -> Response {
    let wanted = json!({
        "kind": "profile_pic", "content_type": content_type, "size": bytes.len(), "file_name": FILE_NAME
    });
    let answer = ask(site, member, &wanted).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let upload = body(answer).await["upload"].take();
    assert_eq!(
        (&upload["method"], &upload["expires_in"]),
        (&json!("PUT"), &json!(600))
    );
    put(site, &upload, bytes).await
}

async fn put(site: &Site, upload: &Value, bytes: Vec<u8>) -> Response {
    let mut put = site.client.put(upload["url"].as_str().unwrap()).body(bytes);
    for (name, value) in upload["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    put.send().await.unwrap()
}

async fn me(site: &Site, member: &SignedIn) -> Value {
    let me = site.get("/api/me").bearer_auth(&member.token).send().await;
    body(me.unwrap()).await
}

/// What `GET /api/me` says once nothing is worked on any more.
async fn settled(site: &Site, member: &SignedIn) -> Value {
    site.wait_for("the picture", async || {
        let me = me(site, member).await;
        (me["picture_upload"]["state"] != "processing").then_some(me)
    })
    .await
}

#[tokio::test]
async fn a_large_picture_becomes_the_profiles() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    assert_eq!(me(&site, &member).await["picture_upload"], Value::Null);
    // Larger than any form may be.
    let picture = gradient(1600, 1200, ImageFormat::Png);
    let padded = [picture, vec![0; 5 * 1024 * 1024]].concat();
    let stored = send(&site, &member, "image/png", padded).await;
    assert_eq!(stored.status(), StatusCode::OK);
    let me = settled(&site, &member).await;
    assert_eq!(me["picture_upload"], json!({"state": "ready"}));
    for size in ["512", "256", "96"] {
        let url = me["member"]["picture"][size].as_str().unwrap();
        let file = site.get(site.path(url)).send().await.unwrap();
        let decoded = image::load_from_memory(&file.bytes().await.unwrap()).unwrap();
        assert_eq!(decoded.width().to_string(), size);
    }
    assert_eq!(
        site.stack.dead_letters().await.unwrap(),
        Vec::<String>::new()
    );
    let text = format!("# Jo\n\n![[{FILE_NAME}]]\n");
    site.publish(&member, "README.md", text.as_str()).await;
    let document = site.get("/content/jo.md").send().await.unwrap();
    let url = me["member"]["picture"]["512"].as_str().unwrap();
    let document = document.text().await.unwrap();
    assert!(document.contains(&format!("]({url})")), "{document}");
}

#[tokio::test]
async fn what_is_no_picture_is_rejected_and_the_old_one_stays() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    send(&site, &member, "image/png", plain(40, 64, ImageFormat::Png)).await;
    let before = settled(&site, &member).await["member"]["picture"].take();
    assert!(before.is_object());
    for (bytes, word) in [
        (b"%PDF-1.7".to_vec(), "PDF"),
        (b"\0\0\0\x18ftypheic".to_vec(), "HEIC"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "damaged"),
    ] {
        assert_eq!(
            send(&site, &member, "image/png", bytes).await.status(),
            StatusCode::OK
        );
        let me = site
            .wait_for(word, async || {
                let me = me(&site, &member).await;
                let reason = me["picture_upload"]["reason"].as_str().unwrap_or_default();
                reason.contains(word).then_some(me)
            })
            .await;
        assert_eq!(me["picture_upload"]["state"], "rejected");
        assert_eq!(me["member"]["picture"], before);
    }
    send(&site, &member, "image/gif", plain(80, 64, ImageFormat::Gif)).await;
    site.wait_for("a new picture", async || {
        (me(&site, &member).await["picture_upload"] == json!({"state": "ready"})).then_some(())
    })
    .await;
}

/// A page's policy names it, before anybody asks for an address.
#[tokio::test]
async fn the_site_says_where_browsers_put_files() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let about = body(site.get("/api/site").send().await.unwrap()).await;
    let place = format!("{}/", about["site"]["uploads_url"].as_str().unwrap());
    for wanted in [
        json!({"kind": "profile_pic", "content_type": "image/png", "size": 9}),
        json!({"kind": "file", "content_type": "image/png", "size": 9, "path": "a.png"}),
    ] {
        let upload = body(ask(&site, &member, &wanted).await).await["upload"].take();
        let url = upload["url"].as_str().unwrap();
        assert!(url.starts_with(&place), "{url} is not under {place}");
    }
}

/// Type and length are part of the signature, and so are the key and its end.
#[tokio::test]
async fn an_address_is_good_for_what_was_announced_only() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let picture = plain(40, 64, ImageFormat::Png);
    let wanted = json!({
        "kind": "profile_pic", "content_type": "image/png", "size": picture.len(), "file_name": "me.png"
    });
    let upload = body(ask(&site, &member, &wanted).await).await["upload"].take();

    let longer = [picture.as_slice(), b"x"].concat();
    assert_eq!(
        put(&site, &upload, longer).await.status(),
        StatusCode::FORBIDDEN
    );
    for (header, value) in [
        ("content-type", "text/html"),
        ("x-amz-meta-file-name", "you.png"),
    ] {
        let mut other = upload.clone();
        let before = std::mem::replace(&mut other["headers"][header], json!(value));
        assert!(before.is_string(), "{header}");
        assert_eq!(
            put(&site, &other, picture.clone()).await.status(),
            StatusCode::FORBIDDEN
        );
    }
    let mut elsewhere = upload.clone();
    let url = upload["url"].as_str().unwrap();
    elsewhere["url"] = json!(url.replace(&member.id, "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70"));
    assert_eq!(
        put(&site, &elsewhere, picture.clone()).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(me(&site, &member).await["picture_upload"], Value::Null);
    assert_eq!(put(&site, &upload, picture).await.status(), StatusCode::OK);
}

/// An address is good for one put: while the picture waits, and once it is dealt with, and after the
/// picture was taken away again.
#[tokio::test]
async fn an_address_works_once() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let picture = plain(40, 64, ImageFormat::Png);
    let wanted = json!({
        "kind": "profile_pic", "content_type": "image/png", "size": picture.len(), "file_name": "me.png"
    });
    // The first is signed for nothing, the second for what took the first one's place.
    for _ in 0..2 {
        let upload = body(ask(&site, &member, &wanted).await).await["upload"].take();
        let unused = body(ask(&site, &member, &wanted).await).await["upload"].take();
        assert_eq!(put(&site, &upload, picture.clone()).await.status(), 200);
        for _ in 0..100 {
            assert_eq!(put(&site, &upload, picture.clone()).await.status(), 412);
        }
        let ready = settled(&site, &member).await;
        assert_eq!(ready["picture_upload"], json!({"state": "ready"}));
        let delete = site.request(reqwest::Method::DELETE, "/api/upload_profile_pic");
        let removed = delete.bearer_auth(&member.token).send().await.unwrap();
        assert_eq!(removed.status(), 200);
        for _ in 0..100 {
            assert_eq!(put(&site, &upload, picture.clone()).await.status(), 412);
        }
        // Asked for before another picture was sent: what it was signed for is no more.
        assert_eq!(put(&site, &unused, picture.clone()).await.status(), 412);
        assert_eq!(
            settled(&site, &member).await["member"]["picture"],
            Value::Null
        );
    }
}

/// A session that is over sends no picture, not even to an address that it asked for before.
#[tokio::test]
async fn an_address_of_a_session_that_is_over_changes_nothing() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let picture = plain(40, 64, ImageFormat::Png);
    let wanted = json!({"kind": "profile_pic", "content_type": "image/png", "size": picture.len()});
    let upload = body(ask(&site, &member, &wanted).await).await["upload"].take();
    let changed = site
        .post("/api/set_password")
        .bearer_auth(&member.token)
        .json(&json!({"current_password": PASSWORD, "password": "another sentence to remember"}))
        .send()
        .await
        .unwrap();
    assert_eq!(changed.status(), 200);
    let again = site
        .login(&member.email, "another sentence to remember")
        .await;
    let token = body(again).await["access_token"].take();
    let again = SignedIn {
        token: token.as_str().unwrap().to_owned(),
        ..member
    };
    assert_eq!(put(&site, &upload, picture).await.status(), 200);
    let me = settled(&site, &again).await;
    assert_eq!(me["picture_upload"], Value::Null);
    assert_eq!(me["member"]["picture"], Value::Null);
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let wanted = |kind: &str, content_type: &str, size: Value| json!({"kind": kind, "content_type": content_type, "size": size});
    for (body, status, code) in [
        (json!({}), 400, "bad_request"),
        (wanted("readme", "image/png", json!(1)), 400, "bad_request"),
        (
            wanted("profile_pic", "image/png", json!("1")),
            400,
            "bad_request",
        ),
        (
            wanted("profile_pic", "image/png", json!(-1)),
            400,
            "bad_request",
        ),
        (
            wanted("profile_pic", "image/png", json!(1.5)),
            400,
            "bad_request",
        ),
        (
            wanted("profile_pic", "image/png", json!(0)),
            400,
            "bad_request",
        ),
        (
            json!({"kind": "profile_pic", "content_type": "image/png", "size": 1, "file_name": 5}),
            400,
            "bad_request",
        ),
        (
            wanted("profile_pic", "image/heic", json!(1)),
            415,
            "unsupported_media_type",
        ),
        (
            wanted("profile_pic", "image/png\r\nx: y", json!(1)),
            415,
            "unsupported_media_type",
        ),
        (
            wanted("profile_pic", "image/png", json!(25 * 1024 * 1024 + 1)),
            413,
            "too_large",
        ),
    ] {
        assert_error(ask(&site, &member, &body).await, status, code).await;
    }
    let limit = wanted("profile_pic", "image/png", json!(25 * 1024 * 1024));
    assert_eq!(ask(&site, &member, &limit).await.status(), StatusCode::OK);
    let nobody = site.post("/api/upload_url").json(&limit).send().await;
    assert_error(nobody.unwrap(), 401, "invalid_token").await;
    let get = site
        .get("/api/upload_url")
        .bearer_auth(&member.token)
        .send()
        .await;
    assert_error(get.unwrap(), 405, "method_not_allowed").await;
}

/// A picture that is sent directly, or taken away, is newer than one that waits.
#[tokio::test]
async fn what_is_decided_later_counts() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for _ in 0..5 {
        send(&site, &member, "image/png", plain(40, 64, ImageFormat::Png)).await;
        let removed = site
            .request(reqwest::Method::DELETE, "/api/upload_profile_pic")
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap();
        assert_eq!(removed.status(), StatusCode::OK);
        let me = settled(&site, &member).await;
        assert_eq!(
            (&me["picture_upload"], &me["member"]["picture"]),
            (&Value::Null, &Value::Null)
        );
    }
}
