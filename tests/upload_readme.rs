//! `POST /api/upload_readme`.

use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};

use crate::site::{Site, assert_error, body};

/// Whatever a file is called, its key is the member's own and made of `[a-z0-9-]`.
#[tokio::test]
async fn file_names_become_slugs() {
    let site = Site::start().await;
    for (number, (file_name, slug)) in [
        ("README.md", "readme"),
        ("index.md", "readme"),
        ("02 Flask APIs.md", "02-flask-apis"),
        ("2025-07-10-Trip.md", "trip"),
    ]
    .into_iter()
    .enumerate()
    {
        let member = site.member(&format!("member{number}")).await;
        let answer = site
            .upload(&member, file_name, "# Hi\n\nSome words here.\n")
            .await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{file_name}");
        let answer = body(answer).await;
        assert_eq!(answer["readme"]["slug"], slug, "{file_name}");
        assert_eq!(answer["readme"]["report"], format!("/api/readmes/{slug}"));
        assert_eq!(answer["readme"]["state"], "processing");
    }
}

#[tokio::test]
async fn hostile_file_names_stay_inside_the_member_s_folder() {
    let site = Site::start().await;
    let long = format!("{}.md", "x".repeat(300));
    for (number, file_name) in [
        "../../x.md",
        "C:\\x.md",
        "a\u{0}b.md",
        "\u{202e}dm.exe",
        "%2e%2e%2f.md",
        "we ird%20#?.md",
        "日本語.md",
        "🚀.md",
        &long,
        "404.md",
        ".md",
        "_hidden.md",
    ]
    .into_iter()
    .enumerate()
    {
        let member = site.member(&format!("member{number}")).await;
        let answer = site.upload(&member, file_name, "# Hi\n").await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{file_name:?}");
        let slug = body(answer).await["readme"]["slug"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            !slug.is_empty() && slug.len() <= 80,
            "{file_name:?}: {slug}"
        );
        assert!(
            slug.bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "{file_name:?}: {slug}"
        );
        assert!(
            !["404", "index", "readme"].contains(&slug.as_str()),
            "{file_name:?}: {slug}"
        );
    }
}

/// 2.8: one file can't take another's place unnoticed.
#[tokio::test]
async fn two_names_of_one_slug_conflict() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    assert_eq!(
        site.upload(&member, "My Notes.md", "# One\n")
            .await
            .status(),
        StatusCode::ACCEPTED
    );
    let message = assert_error(
        site.upload(&member, "my-notes.md", "# Two\n").await,
        409,
        "conflict",
    )
    .await;
    assert!(
        message.contains("My Notes.md") && message.contains("my-notes.md"),
        "{message}"
    );
    assert_eq!(
        site.upload(&member, "My Notes.md", "# Three\n")
            .await
            .status(),
        StatusCode::ACCEPTED
    );
    let other = site.member("ann").await;
    assert_eq!(
        site.upload(&other, "my-notes.md", "# Four\n")
            .await
            .status(),
        StatusCode::ACCEPTED
    );
}

#[tokio::test]
async fn a_slug_can_be_chosen() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (slug, stored) in [
        ("trip", "trip"),
        ("../../etc", "etc"),
        ("My Trip!", "my-trip"),
        ("index", "index-doc"),
    ] {
        let form = Form::new()
            .part(
                "readme_file",
                Part::bytes(b"# Hi\n".as_slice()).file_name("a.md"),
            )
            .text("slug", slug);
        let answer = site
            .post("/api/upload_readme")
            .bearer_auth(&member.token)
            .multipart(form)
            .send()
            .await
            .unwrap();
        assert_eq!(body(answer).await["readme"]["slug"], stored, "{slug}");
    }
}

/// Encodings.
#[tokio::test]
async fn text_is_utf_8_or_utf_16_with_a_mark() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        mark.iter()
            .copied()
            .chain("# Grüße\n".encode_utf16().flat_map(unit))
            .collect::<Vec<u8>>()
    };
    for (file_name, bytes) in [
        ("utf8.md", "# Grüße\n".as_bytes().to_vec()),
        ("bom.md", "\u{feff}# Grüße\n".as_bytes().to_vec()),
        ("le.md", wide(b"\xff\xfe", u16::to_le_bytes)),
        ("be.md", wide(b"\xfe\xff", u16::to_be_bytes)),
    ] {
        let report = site.publish(&member, file_name, bytes).await;
        let title = report["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["key"] == "title")
            .unwrap();
        assert_eq!(
            (title["value"].as_str(), report["state"].as_str()),
            (Some("Grüße"), Some("published")),
            "{file_name}"
        );
    }
    for bytes in [
        b"# Gr\xfc\xdfe\n".to_vec(),
        b"\xff\xfe#".to_vec(),
        b"\x89PNG\r\n\x1a\n\0".to_vec(),
    ] {
        assert_error(
            site.upload(&member, "latin1.md", bytes).await,
            422,
            "invalid_file",
        )
        .await;
    }
}

/// Limits.
#[tokio::test]
async fn a_mebibyte_is_taken_and_no_more() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let mut text = "# Long\n\n".to_owned();
    text.push_str(&"word ".repeat((1024 * 1024 - text.len()) / 5));
    text.push_str(&"x".repeat(1024 * 1024 - text.len()));
    assert_eq!(
        site.publish(&member, "long.md", text.clone()).await["state"],
        "published"
    );
    let message = assert_error(
        site.upload(&member, "long.md", text + "x").await,
        413,
        "too_large",
    )
    .await;
    assert!(message.contains("1 MiB"), "{message}");
    assert_error(
        site.upload(&member, "empty.md", "").await,
        400,
        "bad_request",
    )
    .await;
}

#[tokio::test]
async fn only_members_upload() {
    let site = Site::start().await;
    let form = Form::new().part(
        "readme_file",
        Part::bytes(b"# Hi\n".as_slice()).file_name("a.md"),
    );
    assert_error(
        site.post("/api/upload_readme")
            .multipart(form)
            .send()
            .await
            .unwrap(),
        401,
        "invalid_token",
    )
    .await;
}
