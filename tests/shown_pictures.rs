//! READMEs that show their author's picture, while the picture changes.

use blobs::layout::SourceKey;
use blobs::{Blobs, Condition, Upload};
use endpoint::aws;
use image::ImageFormat;
use reqwest::{Method, StatusCode};

use crate::photo::plain;
use crate::site::{SignedIn, Site, body};
use crate::upload_profile_pic::upload;

/// The URL of the picture that the published document shows, which answers: at no time may it not.
async fn shown(site: &Site, path: &str) -> Option<String> {
    let document = site.get(path).send().await.unwrap().text().await.unwrap();
    let (_, rest) = document.split_once("](http")?;
    let (url, _) = rest.split_once(')').unwrap();
    let url = format!("http{url}");
    // Between these two requests the document may have got another picture, and the old one gone.
    if status(site, &url).await == StatusCode::NOT_FOUND {
        let again = site.get(path).send().await.unwrap().text().await.unwrap();
        assert!(!again.contains(&url), "a broken picture in {again}");
    }
    Some(url)
}

async fn status(site: &Site, url: &str) -> StatusCode {
    site.get(site.path(url)).send().await.unwrap().status()
}

async fn picture(site: &Site, member: &SignedIn, shade: u8) -> String {
    let bytes = plain(shade, 64, ImageFormat::Png);
    let answer = upload(site, member, "me.png", "image/png", bytes).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let url = body(answer).await["picture"]["512"].take();
    url.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_document_shows_the_picture_of_now() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.publish(&member, "README.md", "# Jo\n\n![[me.png]]\n")
        .await;
    assert_eq!(shown(&site, "/content/jo.md").await, None);

    // It asked for a picture that there wasn't: now there is.
    let mut before = None;
    for shade in [40, 120, 200] {
        let url = picture(&site, &member, shade).await;
        site.wait_for("the picture of now", async || {
            (shown(&site, "/content/jo.md").await.as_ref() == Some(&url)).then_some(())
        })
        .await;
        if let Some(before) = before.replace(url) {
            site.wait_for("the end of the one before", async || {
                (status(&site, &before).await == StatusCode::NOT_FOUND).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_picture_that_is_taken_away_goes_from_documents_and_then_for_good() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let url = picture(&site, &member, 40).await;
    for name in ["README.md", "other.md"] {
        site.publish(&member, name, "# Jo\n\n![[me.png]]\n").await;
    }
    let paths = ["/content/jo.md", "/content/jo/other.md"];
    for path in paths {
        assert_eq!(shown(&site, path).await.as_ref(), Some(&url));
    }
    let removed = site
        .request(Method::DELETE, "/api/upload_profile_pic")
        .bearer_auth(&member.token)
        .send()
        .await
        .unwrap();
    assert_eq!(removed.status(), StatusCode::OK);
    for path in paths {
        site.wait_for("a document without the picture", async || {
            shown(&site, path).await.is_none().then_some(())
        })
        .await;
    }
    site.wait_for("the end of the picture", async || {
        (status(&site, &url).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    let report = site.report(&member, "/api/readmes/other").await;
    assert_eq!(report["warnings"][0]["code"], "missing-asset");
}

/// The last good version of a rejected README shows the picture of its time, which stays until the
/// document goes.
#[tokio::test]
async fn a_picture_stays_while_a_live_document_shows_it() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let old = picture(&site, &member, 40).await;
    site.publish(&member, "other.md", "# Jo\n\n![[me.png]]\n")
        .await;
    // By a hand that goes round upload_readme, which would refuse it at once.
    let config = aws::config(&site.environment, aws::ENDPOINT_S3).unwrap();
    let bucket = site.environment.required("UPLOADS_BUCKET").unwrap();
    let broken = Upload {
        bytes: vec![0xFF; 8].into(),
        content_type: "text/markdown",
        ..Upload::default()
    };
    Blobs::new(&config, bucket)
        .put(
            &SourceKey::new(&member.id, "other").key(),
            broken,
            Condition::Always,
        )
        .await
        .unwrap();
    let report = site.report(&member, "/api/readmes/other").await;
    assert_eq!(report["state"], "rejected");
    let new = picture(&site, &member, 200).await;
    assert_eq!(
        shown(&site, "/content/jo/other.md").await.as_ref(),
        Some(&old)
    );
    assert_eq!(status(&site, &old).await, StatusCode::OK);

    let gone = site
        .request(Method::DELETE, "/api/readmes/other")
        .bearer_auth(&member.token)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::ACCEPTED);
    site.wait_for("the end of the picture", async || {
        (status(&site, &old).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    assert_eq!(status(&site, &new).await, StatusCode::OK);
}
