//! `POST /api/upload_profile_pic` (hardening cases D).

use blobs::Blobs;
use blobs::layout::pictures_prefix;
use endpoint::aws;
use image::ImageFormat;
use reqwest::multipart::{Form, Part};
use reqwest::{Response, StatusCode};

use crate::photo::{gradient, plain, shade};
use crate::site::{SignedIn, Site, assert_error, body};

pub(crate) async fn upload(
    site: &Site,
    member: &SignedIn,
    file_name: &str,
    content_type: &str,
    bytes: Vec<u8>,
) -> Response {
    let file = Part::bytes(bytes)
        .file_name(file_name.to_owned())
        .mime_str(content_type)
        .unwrap();
    let form = Form::new().part("profile_pic", file);
    site.post("/api/upload_profile_pic")
        .bearer_auth(&member.token)
        .multipart(form)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_picture_becomes_square_renditions_on_the_profile() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let answer = upload(
        &site,
        &member,
        "me.jpg",
        "image/jpeg",
        gradient(800, 600, ImageFormat::Jpeg),
    )
    .await;
    assert_eq!(answer.status(), StatusCode::OK);
    let picture = body(answer).await["picture"].take();
    for size in [512_u32, 256, 96] {
        let url = picture[size.to_string()].as_str().unwrap();
        let path = site.path(url);
        let answer = site.get(path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(
            answer.headers()["cache-control"],
            "public, max-age=31536000, s-maxage=300, immutable"
        );
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let decoded = image::load_from_memory(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (size, size));
    }
    let me = body(
        site.get("/api/me")
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(me["member"]["picture"], picture);
}

/// The content decides, whatever the name and the type say.
#[tokio::test]
async fn names_and_types_may_lie() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (file_name, content_type) in [
        ("me.exe", "application/octet-stream"),
        ("me.svg", "image/svg+xml"),
        ("../../x", "text/html"),
    ] {
        let answer = upload(
            &site,
            &member,
            file_name,
            content_type,
            gradient(64, 64, ImageFormat::Png),
        )
        .await;
        assert_eq!(answer.status(), StatusCode::OK, "{file_name}");
        let text = answer.text().await.unwrap();
        assert!(
            !text.contains("exe") && !text.contains("svg") && !text.contains(".."),
            "{text}"
        );
    }
}

/// What is no picture, or too much of one.
#[tokio::test]
async fn other_files_are_refused_and_the_old_picture_stays() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let first = body(
        upload(
            &site,
            &member,
            "a.png",
            "image/png",
            gradient(64, 64, ImageFormat::Png),
        )
        .await,
    )
    .await;
    let mut truncated = gradient(64, 64, ImageFormat::Png);
    truncated.truncate(truncated.len() / 2);
    for bytes in [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(),
        b"%PDF-1.7\n".to_vec(),
        b"PK\x03\x04rest of an archive".to_vec(),
        b"<!doctype html><script>alert(1)</script>".to_vec(),
        b"\0\0\0\x18ftypheic".to_vec(),
        b"just text".to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
        truncated,
        png_header(22_000, 22_000),
        png_header(0, 0),
        png_header(u32::MAX, u32::MAX),
    ] {
        let message = assert_error(
            upload(&site, &member, "a.png", "image/png", bytes).await,
            422,
            "invalid_file",
        )
        .await;
        assert!(!message.contains("script"), "{message}");
    }
    let me = body(
        site.get("/api/me")
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(me["member"]["picture"], first["picture"]);
}

/// A PNG that promises a size and holds nothing.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    header.extend(crc32(&header[12..]).to_be_bytes());
    header
}

/// CRC-32 as PNG has it (RFC 2083 section 3.4).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    })
}

/// The form and its limits.
#[tokio::test]
async fn the_form_is_checked() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let picture = gradient(64, 64, ImageFormat::Png);
    let part = || Part::bytes(picture.clone()).file_name("a.png");
    for form in [
        Form::new(),
        Form::new().part("profile_picture", part()),
        Form::new()
            .part("profile_pic", part())
            .part("profile_pic", part()),
        Form::new().text("profile_pic", "text"),
        Form::new()
            .part("profile_pic", part())
            .text("role", "admin"),
    ] {
        let request = site
            .post("/api/upload_profile_pic")
            .bearer_auth(&member.token)
            .multipart(form);
        let message = assert_error(request.send().await.unwrap(), 400, "bad_request").await;
        assert!(message.contains("profile_pic"), "{message}");
    }
    let empty = upload(&site, &member, "a.png", "image/png", Vec::new()).await;
    let message = assert_error(empty, 400, "bad_request").await;
    assert_eq!(message, "The file is empty.");
    let large = vec![0; 4 * 1024 * 1024 + 1];
    let message = assert_error(
        upload(&site, &member, "a.png", "image/png", large).await,
        413,
        "too_large",
    )
    .await;
    assert!(message.contains("4 MiB"), "{message}");
    let request = site
        .post("/api/upload_profile_pic")
        .bearer_auth(&member.token)
        .json(&1);
    assert_error(request.send().await.unwrap(), 415, "unsupported_media_type").await;
    let request = site
        .post("/api/upload_profile_pic")
        .multipart(Form::new().part("profile_pic", part()));
    assert_error(request.send().await.unwrap(), 401, "invalid_token").await;
}

/// The member's picture as `GET /api/me` has it, each rendition fetched: size to bytes.
async fn shown(site: &Site, member: &SignedIn) -> Option<Vec<Vec<u8>>> {
    let me = site.get("/api/me").bearer_auth(&member.token).send().await;
    let me = body(me.unwrap()).await;
    let picture = me["member"]["picture"].as_object()?.clone();
    assert_eq!(picture.len(), 3, "{picture:?}");
    let mut files = Vec::new();
    for url in picture.values() {
        let answer = site
            .get(site.path(url.as_str().unwrap()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{url}");
        files.push(answer.bytes().await.unwrap().to_vec());
    }
    Some(files)
}

async fn stored(site: &Site, member: &SignedIn) -> usize {
    let config = aws::config(&site.environment, aws::ENDPOINT_S3).unwrap();
    let content = Blobs::new(
        &config,
        site.environment.required("CONTENT_BUCKET").unwrap(),
    );
    let listed = content.list_all(&pictures_prefix(&member.handle)).await;
    listed.unwrap().len()
}

/// What is replaced goes, and what is taken away goes at once.
#[tokio::test]
async fn a_picture_is_replaced_and_removed() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let remove = || {
        site.request(reqwest::Method::DELETE, "/api/upload_profile_pic")
            .bearer_auth(&member.token)
            .send()
    };
    for shade in [40, 200, 200] {
        let picture = plain(shade, 64, ImageFormat::Png);
        let answer = upload(&site, &member, "a.png", "image/png", picture).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(
            stored(&site, &member).await,
            3,
            "the old renditions are gone"
        );
    }
    for file in shown(&site, &member).await.unwrap() {
        assert!(shade(&file).abs_diff(200) < 4);
    }
    for _ in 0..2 {
        assert_eq!(remove().await.unwrap().status(), StatusCode::OK);
        assert_eq!(shown(&site, &member).await, None);
        assert_eq!(stored(&site, &member).await, 0);
    }
    let nobody = site.request(reqwest::Method::DELETE, "/api/upload_profile_pic");
    assert_error(nobody.send().await.unwrap(), 401, "invalid_token").await;
}

/// Two uploads at once leave one whole winner, and nothing of the other (hardening case D11).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_uploads_at_once_one_wins_whole() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let uploads = (0..6).map(|number: u8| {
        let picture = plain(number * 40, 64, ImageFormat::Png);
        upload(&site, &member, "a.png", "image/png", picture)
    });
    for answer in futures::future::join_all(uploads).await {
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let files = shown(&site, &member).await.unwrap();
    let shades: Vec<u8> = files.iter().map(|file| shade(file)).collect();
    assert!(
        shades.iter().all(|one| one.abs_diff(shades[0]) < 4),
        "{shades:?}"
    );
    assert_eq!(stored(&site, &member).await, 3);
}
