//! The README's story: sign in, upload a picture, publish a README, read its report.

use serde_json::Value;

use crate::site::{Site, body};

/// An Obsidian note, as members have them.
const NOTE: &str = "---\ntags:\n  - es_website\n  - backend\n---\n\n# Flask Backend \n- [[YAML Conversion]]\n\n>[!blank|right]\n>- [[02 Flask APIs]]\n\nThe flask backend should do the followings\n- [x] Manage authentication ✅ 2025-07-10\n\n## Tokens\n\nAPI tokens (like JWT - JSON Web Tokens) are generally preferred.\n```js\nconst response = await fetch('/api/login', {\n    method: 'POST',\n});\n    // [[not a link]] %%not a comment%%\n```\n\n%%nobody else's business%%\n";
const CODE: &str = "```js\nconst response = await fetch('/api/login', {\n    method: 'POST',\n});\n    // [[not a link]] %%not a comment%%\n```\n";

#[tokio::test]
async fn a_note_is_published_and_its_author_told() {
    let site = Site::start().await;
    let health = site.get("/healthz").send().await.unwrap();
    assert_eq!(health.status(), 200);
    let member = site.member("jo").await;
    let report = site.publish(&member, "README.md", NOTE).await;

    let field = |key: &str| -> (Value, Value) {
        let fields = report["fields"].as_array().unwrap();
        let field = fields
            .iter()
            .find(|field| field["key"] == key)
            .unwrap_or_else(|| panic!("no {key}: {report}"));
        (field["value"].clone(), field["source"].clone())
    };
    assert_eq!(report["state"], "published");
    assert_eq!(report["entry_id"], "jo");
    assert_eq!(field("title"), ("Flask Backend".into(), "heading".into()));
    assert_eq!(
        field("tags"),
        (vec!["es_website", "backend"].into(), "frontmatter".into())
    );

    let file = site
        .get("/content/jo.md")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let (frontmatter, text) = file
        .strip_prefix("---\n")
        .unwrap()
        .split_once("\n---\n")
        .unwrap();
    let frontmatter: Value = serde_yaml::from_str(frontmatter).unwrap();
    assert_eq!(frontmatter["title"], "Flask Backend");
    assert_eq!(frontmatter["draft"], false);
    assert!(text.contains(CODE), "{text}");
    let without_code = text.replace(CODE, "");
    for gone in ["[[", "%%", "[!blank", "# Flask Backend", "nobody else"] {
        assert!(!without_code.contains(gone), "{gone}: {text}");
    }
    for kept in [
        "YAML Conversion",
        "02 Flask APIs",
        "- [x] Manage authentication ✅ 2025-07-10",
        "## Tokens",
    ] {
        assert!(without_code.contains(kept), "{kept}: {text}");
    }

    let listing = body(site.get("/api/content").send().await.unwrap()).await;
    assert_eq!(listing["entries"][0]["id"], "jo");
}
