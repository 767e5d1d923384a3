//! What a member hides is in nothing that anybody else, or the report, can show.

use reqwest::StatusCode;

use crate::site::{SignedIn, Site, body};

const SECRET: &str = "555-0101";

/// Documents with something hidden in them, each with the name it is uploaded by.
pub(crate) const NOTES: [(&str, &str); 4] = [
    (
        "Guests.md",
        "%%\nAnna's number is 555-0101\n\n# 555-0101\n%%\n\n# Guests %%555-0101%%\n\n> [!note] Anna is coming %%but 555-0101\n> is hers%%\n\n[//]: # (555-0101)\n\n- cake %%[[555-0101]] #555-0101 ![555-0101](555-0101.png)%%\n\na[^1]\n\n[^1]: b %%555-0101%%\n[^2]: 555-0101\n",
    ),
    (
        "Markup.md",
        "# Markup\n\n<!-- 555-0101 -->\n\nWords <span hidden>555-0101</span> for all {/* 555-0101 */} of us.\n\n<div style=\"display: none\">\n\n```\n555-0101\n```\n\n</div>\n",
    ),
    (
        "Rest.md",
        "# Rest\n\nWords for all of us.\n\n%% 555-0101\n\n## 555-0101\n",
    ),
    (
        "Comment.md",
        "# Comment\n\nWords for all of us.\n\n<!-- 555-0101\n\n## 555-0101\n",
    ),
];

/// Documents that are not for everybody.
pub(crate) const DRAFTS: [(&str, &str); 8] = [
    ("One.md", "---\nDraft: true\n---\n# One\n\n555-0101\n"),
    (
        "Two.md",
        "---\nvisibility: friends\n---\n# Two\n\n555-0101\n",
    ),
    ("Three.md", "---\nshare: false\n---\n# Three\n\n555-0101\n"),
    ("Four.md", "---\ndraft: [x]\n---\n# Four\n\n555-0101\n"),
    (
        "Five.md",
        "---\ntitle: [Five\n  a: }\nprivate: true\n---\n555-0101\n",
    ),
    ("Six.md", "---\ntitle: Six\ndraft: true\n\n555-0101\n"),
    ("Seven.md", "+++\n[extra]\nhidden = true\n+++\n555-0101\n"),
    (
        "Eight.md",
        "{\"draft\": false, \"Draft\": \"yes\"}\n\n555-0101\n",
    ),
];

async fn text(site: &Site, path: &str) -> (StatusCode, String) {
    let answer = site.get(path).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn manifest(site: &Site) -> String {
    text(site, "/api/content").await.1
}

async fn report(site: &Site, member: &SignedIn, slug: &str) -> serde_json::Value {
    site.report(member, &format!("/api/readmes/{slug}")).await
}

#[tokio::test]
async fn nothing_public_and_no_report_holds_what_is_hidden() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    for (name, note) in NOTES {
        let published = site.publish(&jo, name, note).await;
        assert_eq!(published["state"], "published", "{name}: {published}");
        let slug = name.trim_end_matches(".md").to_lowercase();
        let (status, file) = text(&site, &format!("/content/jo/{slug}.md")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!file.contains(SECRET) && !file.contains("%%"), "{file}");
        let report = report(&site, &jo, &slug).await.to_string();
        assert!(!report.contains(SECRET), "{report}");
    }
    assert!(!manifest(&site).await.contains(SECRET));
}

#[tokio::test]
async fn what_is_not_for_everybody_is_kept_off_the_site_and_said_why() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    for (name, note) in DRAFTS {
        let kept = site.publish(&jo, name, note).await;
        assert_eq!(kept["state"], "draft", "{name}: {kept}");
        assert_eq!(kept["live"], false);
        let slug = name.trim_end_matches(".md").to_lowercase();
        let (status, _) = text(&site, &format!("/content/jo/{slug}.md")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{name}");
        let is_told = kept["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["code"].as_str().unwrap().starts_with("draft-"));
        assert!(is_told || slug == "one" || slug == "eight", "{kept}");
    }
    assert!(!manifest(&site).await.contains("jo/"));
}

#[tokio::test]
async fn nobody_signs_for_another_member() {
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    site.publish(&ann, "README.md", "# Hello\n\nWords of Ann.\n")
        .await;
    let note = "---\nauthor: Ann of the club\n---\n# Note\n\nWords for all.\n";
    let report = site.publish(&jo, "Note.md", note).await;
    let codes = report["warnings"].to_string();
    assert!(codes.contains("author-other-member"), "{report}");
    let (_, file) = text(&site, "/content/jo/note.md").await;
    assert!(file.contains("author: \"jo of the club\""), "{file}");
    let answer = site.get("/api/readmes").bearer_auth(&jo.token).send().await;
    assert_eq!(body(answer.unwrap()).await["status"], "success");
}
