//! `GET /api/site`: what a page has to know before anybody signs in.

use endpoint::Environment;
use serde_json::json;

use crate::events::{event, invoke};
use crate::site::{Site, body};

#[tokio::test]
async fn everybody_may_ask_what_the_site_is_called_and_takes() {
    let site = Site::start().await;
    let answer = site.get("/api/site").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let expected = json!({"status": "success", "site": {
        "name": "Masthead", "url": "http://localhost:4321", "uploads_url": site.stack.s3_url(),
        "password": {"min": 15, "max": 128},
        "limits": {"readme": 1_048_576, "picture": 4_194_304, "large_picture": 26_214_400},
        "mail": true,
        "review": "off",
        "link_base": "/",
        "public_members": false,
        "version": env!("CARGO_PKG_VERSION"),
    }});
    assert_eq!(body(answer).await, expected);
}

#[tokio::test]
async fn the_site_is_called_as_its_administrator_says() {
    let set = [
        ("SITE_NAME", "Chess “Club” & Café"),
        ("MIN_PASSWORD_LENGTH", "10"),
        ("UPLOADS_URL", "https://u.s3.eu-central-1.amazonaws.com"),
    ];
    let environment: Environment = set.into_iter().collect();
    let (status, answer) = invoke(&environment, "site", event("site")).await;
    assert_eq!(status, 200);
    let site = &answer["site"];
    assert_eq!(site["name"], "Chess “Club” & Café");
    assert_eq!(site["url"], json!(null));
    assert_eq!(site["password"]["min"], 10);
}

/// The folder of the page is copied to AWS as it is; this machine's own lines are put in by its gateway.
#[tokio::test]
async fn only_the_page_of_this_machine_speaks_of_it() {
    let site = Site::start().await;
    let page = site.get("/").send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("Local edition") && page.contains("masthead dev"),
        "{page}"
    );
    let kept = std::fs::read_to_string("../shared/local/page/index.html").unwrap();
    assert!(!kept.contains("Local") && !kept.contains("terminal"));
}
