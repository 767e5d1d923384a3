//! `POST /api/set_password`.

use reqwest::StatusCode;
use serde_json::json;

use crate::site::{PASSWORD, SignedIn, Site, assert_error};

const NEW: &str = "another sentence to remember";

async fn change(site: &Site, member: &SignedIn, current: &str, new: &str) -> reqwest::Response {
    let body = json!({"current_password": current, "password": new});
    site.post("/api/set_password")
        .bearer_auth(&member.token)
        .json(&body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_new_password_takes_the_old_one_s_place_and_ends_every_session() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    assert_eq!(
        change(&site, &member, PASSWORD, NEW).await.status(),
        StatusCode::OK
    );
    assert_error(
        change(&site, &member, NEW, PASSWORD).await,
        401,
        "invalid_token",
    )
    .await;
    assert_eq!(
        site.login(&member.email, PASSWORD).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        site.login(&member.email, NEW).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_current_password_is_asked_for() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    assert_error(
        change(&site, &member, "not the current one", NEW).await,
        401,
        "invalid_credentials",
    )
    .await;
    assert_eq!(
        site.login(&member.email, PASSWORD).await.status(),
        StatusCode::OK
    );
    let without_token = site
        .post("/api/set_password")
        .json(&json!({"current_password": PASSWORD, "password": NEW}));
    assert_error(without_token.send().await.unwrap(), 401, "invalid_token").await;
}

#[tokio::test]
async fn weak_passwords_are_refused_with_a_reason() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for weak in [
        "short",
        "fourteen chars",
        &"x".repeat(129),
        "jo@club.example",
    ] {
        let message = assert_error(
            change(&site, &member, PASSWORD, weak).await,
            400,
            "bad_request",
        )
        .await;
        assert!(!message.contains(weak), "{message}");
    }
    assert_eq!(
        site.login(&member.email, PASSWORD).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn of_two_changes_at_once_one_wins() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let (one, two) = tokio::join!(
        change(&site, &member, PASSWORD, NEW),
        change(&site, &member, PASSWORD, "a third sentence entirely")
    );
    let mut statuses = [one.status().as_u16(), two.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!([401, 409].contains(&statuses[1]), "{statuses:?}");
}
