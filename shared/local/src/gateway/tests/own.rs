//! What the gateway answers by itself: content, the page, and `rewrite --all`.

use reqwest::Client;
use serde_json::{Value, json};

use super::{raw, refused};
use crate::environment::CONTENT_BUCKET;
use crate::testing::{put, s3, stack};

#[tokio::test]
async fn content_is_served_with_the_right_headers() {
    let (stack, _) = stack().await;
    let client = s3(&stack);
    put(&client, CONTENT_BUCKET, "content/ada/notes.md", b"# Notes").await;
    put(&client, CONTENT_BUCKET, "pictures/ada/1-96.webp", b"RIFF").await;
    put(&client, CONTENT_BUCKET, "private/x.md", b"no").await;
    let get = |path: &str| Client::new().get(format!("{}{path}", stack.api_url()));

    let notes = get("/content/ada/notes.md").send().await.unwrap();
    let headers = notes.headers().clone();
    let shown: Vec<String> = [
        "content-type",
        "x-content-type-options",
        "cache-control",
        "access-control-allow-origin",
        "content-security-policy",
        "content-length",
    ]
    .iter()
    .map(|name| format!("{name}: {}", headers[*name].to_str().unwrap()))
    .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    content-type: text/markdown; charset=utf-8
    x-content-type-options: nosniff
    cache-control: public, max-age=0, must-revalidate
    access-control-allow-origin: *
    content-security-policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox
    content-length: 7
    "#);
    assert_eq!(notes.text().await.unwrap(), "# Notes");

    let etag = headers["etag"].to_str().unwrap();
    for known in [etag.to_owned(), format!("\"x\", W/{etag}"), "*".to_owned()] {
        let again = get("/content/ada/notes.md")
            .header("if-none-match", known)
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), 304);
        assert_eq!(again.headers()["etag"], etag);
    }
    let picture = get("/pictures/ada/1-96.webp").send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/webp");
    assert_eq!(
        picture.headers()["cache-control"],
        "public, max-age=31536000, s-maxage=300, immutable"
    );

    let head = Client::new()
        .head(format!("{}/content/ada/notes.md", stack.api_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-length"]),
        (200, &headers["content-length"])
    );
    for path in [
        "/content/none.md",
        "/content/",
        "/content",
        "/private/x.md",
        "/content/ada/../ada/notes.md",
        "/content/ada//notes.md",
        "/content/ada%2Fnotes.md",
        "/content/%61da/notes.md",
        "/content/./ada/notes.md",
        "/content/ada/notes.md/",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = raw(&stack, &request).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    let posted = Client::new()
        .post(format!("{}/content/ada/notes.md", stack.api_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (posted.status().as_u16(), &posted.headers()["allow"]),
        (405, &"GET, HEAD".parse().unwrap())
    );
}

#[tokio::test]
async fn the_page_runs_nothing_but_its_own_script() {
    let (stack, _) = stack().await;
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
    ] {
        let file = reqwest::get(format!("{}{path}", stack.api_url()))
            .await
            .unwrap();
        assert_eq!(
            (
                file.status().as_u16(),
                file.headers()["content-type"].to_str().unwrap()
            ),
            (200, content_type)
        );
        let policy = file.headers()["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("script-src 'self';") && !policy.contains("unsafe"),
            "{policy}"
        );
        for url in [stack.s3_url(), stack.api_url()] {
            assert!(policy.contains(&url), "{policy}");
        }
        let text = file.text().await.unwrap();
        assert!(
            !text.contains("style=\"") && !text.contains(" onclick"),
            "{path} has what its policy forbids"
        );
    }
}

#[tokio::test]
async fn every_source_is_queued_again_from_this_machine_only() {
    use crate::environment::UPLOADS_BUCKET;
    let (stack, recorder) = stack().await;
    let client = s3(&stack);
    put(&client, UPLOADS_BUCKET, "readmes/m/a.md", b"a").await;
    recorder.wait_for(1).await;
    let url = format!("{}/local/rewrite", stack.api_url());
    assert_eq!(
        refused(Client::new().post(&url)).await.0,
        404,
        "a page could send this"
    );
    assert_eq!(
        refused(Client::new().get(&url).header("x-masthead-local", "1"))
            .await
            .0,
        405
    );
    let queued = Client::new()
        .post(&url)
        .header("x-masthead-local", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(queued.status(), 202);
    assert_eq!(
        queued.json::<Value>().await.unwrap(),
        json!({ "status": "success", "queued": 1 })
    );
    recorder.wait_for(2).await;
    assert_eq!(recorder.seen(), ["ObjectCreated:Put readmes/m/a.md"; 2]);
}
