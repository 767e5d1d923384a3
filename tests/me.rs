//! `GET /api/me`.

use crate::site::{Site, body};

#[tokio::test]
async fn the_member_is_the_one_that_login_gave() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let login = body(site.login(&member.email, crate::site::PASSWORD).await).await;
    let answer = site
        .get("/api/me")
        .bearer_auth(&member.token)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let me = body(answer).await;
    assert_eq!(me["member"], login["member"]);
    assert_eq!(me["status"], "success");
}
