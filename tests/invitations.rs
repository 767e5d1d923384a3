//! Invitations and resets: a code sets a password, once.

use std::time::{Duration, UNIX_EPOCH};

use auth::Code;
use endpoint::Clock;
use members::{Account, CODE_TTL_SECONDS, Created, Email, IssuedCode, NewMember, Role};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::site::{PASSWORD, Site, assert_error, body};

const NEW: &str = "another sentence to remember";
const REFUSED: &str =
    "This code is wrong, used or too old. Please ask your administrator for a new one.";

fn now() -> u64 {
    Clock::system().unix_seconds()
}

async fn invited(site: &Site, handle: &str) -> Code {
    let code = Code::new(rand::random());
    let member = NewMember {
        id: uuid::Uuid::now_v7().to_string(),
        email: address(handle),
        name: format!("{handle} of the club"),
        handle: handle.to_owned(),
        password_hash: None,
        role: Role::Member,
        created_at: now(),
    };
    let issued = IssuedCode::new(code.digest(), now());
    let created = site.members.invite(member, &issued).await.unwrap();
    assert_eq!(created, Created::Created);
    code
}

async fn reset(site: &Site, handle: &str) -> Code {
    let code = Code::new(rand::random());
    let account = account(site, handle).await;
    let issued = IssuedCode::new(code.digest(), now());
    assert!(site.members.issue_code(&account, &issued).await.unwrap());
    code
}

fn address(handle: &str) -> Email {
    Email::parse(&format!("{handle}@club.example")).unwrap()
}

async fn account(site: &Site, handle: &str) -> Account {
    site.members
        .by_email(&address(handle))
        .await
        .unwrap()
        .unwrap()
}

async fn redeem(site: &Site, code: &str, password: &str) -> Response {
    let body = json!({ "code": code, "password": password });
    site.post("/api/set_password")
        .json(&body)
        .send()
        .await
        .unwrap()
}

async fn assert_refused(answer: Response) {
    assert_eq!(
        assert_error(answer, 401, "invalid_credentials").await,
        REFUSED
    );
}

#[tokio::test]
async fn an_invited_member_sets_a_password_and_signs_in() {
    let site = Site::start().await;
    let code = invited(&site, "jo").await;
    assert_eq!(
        site.login("jo@club.example", "").await.status(),
        StatusCode::UNAUTHORIZED
    );
    let typed = code.to_string().to_lowercase().replace('-', " ");
    let joined = redeem(&site, &typed, NEW).await;
    assert_eq!(joined.status(), StatusCode::OK);
    // The answer signs the member in, as a login does.
    let joined = body(joined).await;
    assert_eq!(
        (&joined["token_type"], &joined["member"]["handle"]),
        (&json!("Bearer"), &json!("jo"))
    );
    let me = site
        .get("/api/me")
        .bearer_auth(joined["access_token"].as_str().unwrap());
    let me = body(me.send().await.unwrap()).await;
    assert_eq!(me["member"], joined["member"]);
    assert!(account(&site, "jo").await.last_login_at.is_some());
    assert_eq!(
        site.login("jo@club.example", NEW).await.status(),
        StatusCode::OK
    );
    assert_refused(redeem(&site, &code.to_string(), PASSWORD).await).await;
    assert_eq!(
        site.login("jo@club.example", NEW).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn issuing_again_replaces_a_code() {
    let site = Site::start().await;
    let first = invited(&site, "jo").await;
    let second = reset(&site, "jo").await;
    assert_refused(redeem(&site, &first.to_string(), NEW).await).await;
    assert_eq!(
        redeem(&site, &second.to_string(), NEW).await.status(),
        StatusCode::OK
    );
}

/// A reset that nobody asked for shuts nobody out: the password works until the code is used, and
/// then every session with it ends.
#[tokio::test]
async fn a_reset_changes_nothing_until_it_is_used() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let code = reset(&site, "jo").await;
    assert_eq!(
        site.login(&member.email, PASSWORD).await.status(),
        StatusCode::OK
    );
    let me = async || {
        site.get("/api/me")
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap()
    };
    assert_eq!(me().await.status(), StatusCode::OK);
    assert_eq!(
        redeem(&site, &code.to_string(), NEW).await.status(),
        StatusCode::OK
    );
    assert_error(me().await, 401, "invalid_token").await;
    assert_eq!(
        site.login(&member.email, PASSWORD).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        site.login(&member.email, NEW).await.status(),
        StatusCode::OK
    );
}

/// A mail scanner opens every link; a code is used up by a `POST` that sets a password, and by
/// nothing else.
#[tokio::test]
async fn looking_at_a_link_uses_nothing_up() {
    let site = Site::start().await;
    let code = invited(&site, "jo").await;
    for method in [
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::PUT,
        Method::DELETE,
    ] {
        for path in ["/join", "/api/set_password"] {
            let url = format!("{path}?code={code}");
            let body = json!({ "code": code.to_string(), "password": NEW });
            let answer = site
                .request(method.clone(), &url)
                .json(&body)
                .send()
                .await
                .unwrap();
            assert!(!answer.status().is_server_error(), "{method} {path}");
        }
    }
    let page = site.get("/join").send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    for weak in ["short", "jo@club.example", "123456789987654321"] {
        assert_error(
            redeem(&site, &code.to_string(), weak).await,
            400,
            "bad_request",
        )
        .await;
    }
    assert_eq!(
        redeem(&site, &code.to_string(), NEW).await.status(),
        StatusCode::OK
    );
}

/// To the second: a code that was issued at noon works until noon two weeks later.
#[tokio::test]
async fn a_code_ends_after_two_weeks() {
    let site = Site::start().await;
    for (handle, later, status) in [
        ("jo", CODE_TTL_SECONDS - 10, 200),
        ("zoe", CODE_TTL_SECONDS + 10, 401),
    ] {
        let code = invited(&site, handle).await;
        let later = now() + later;
        let mut state = set_password::State::from_env(&site.environment).unwrap();
        state.bearer.clock = Clock::from_fn(move || UNIX_EPOCH + Duration::from_secs(later));
        let body = json!({ "code": code.to_string(), "password": NEW });
        let event = event(&body);
        let answer = endpoint::invoke(&state.origins, event, "r", |request| {
            set_password::handler(&state, request)
        })
        .await;
        assert_eq!(answer.status_code, status, "{handle}");
    }
    let issued = account(&site, "zoe").await.code.unwrap();
    let found = async |now| {
        site.members
            .by_code(&issued.digest, now)
            .await
            .unwrap()
            .is_some()
    };
    assert!(found(issued.expires_at - 1).await);
    assert!(!found(issued.expires_at).await);
}

fn event(body: &Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/api/set_password", "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
            "http": {"method": "POST", "path": "/api/set_password", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
        "body": body.to_string(), "isBase64Encoded": false
    })
}

#[tokio::test]
async fn of_two_uses_at_once_one_wins() {
    let site = Site::start().await;
    let code = invited(&site, "jo").await.to_string();
    let (one, two) = tokio::join!(
        redeem(&site, &code, NEW),
        redeem(&site, &code, "a third sentence entirely")
    );
    let mut statuses = [one.status().as_u16(), two.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

/// A code that nobody has, one that was used, and one whose member is disabled are told apart by
/// nothing.
#[tokio::test]
async fn every_refusal_of_a_code_is_the_same() {
    let site = Site::start().await;
    let disabled = invited(&site, "disabled").await;
    site.members
        .set_disabled(&account(&site, "disabled").await, true)
        .await
        .unwrap();
    let removed = invited(&site, "removed").await;
    site.members
        .remove(&account(&site, "removed").await)
        .await
        .unwrap();
    for code in [
        "0000-0000-0000-0000".to_owned(),
        "no code".to_owned(),
        String::new(),
        "x".repeat(10_000),
        disabled.to_string(),
        removed.to_string(),
    ] {
        assert_refused(redeem(&site, &code, NEW).await).await;
    }
    let account = account(&site, "disabled").await;
    assert!(account.password_hash.is_none() && account.code.is_some());
}

#[tokio::test]
async fn bodies_with_a_code_are_read_strictly() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let code = reset(&site, "jo").await.to_string();
    for body in [
        json!({ "code": code }),
        json!({ "code": code, "password": 1 }),
        json!({ "code": [code], "password": NEW }),
        json!({ "code": null, "password": NEW }),
        json!({ "code": code, "password": NEW, "current_password": PASSWORD }),
    ] {
        let answer = site
            .post("/api/set_password")
            .bearer_auth(&member.token)
            .json(&body);
        assert_error(answer.send().await.unwrap(), 400, "bad_request").await;
    }
    assert_eq!(redeem(&site, &code, NEW).await.status(), StatusCode::OK);
}

/// Codes are guarded by their source alone; others are not in its way.
#[tokio::test]
async fn guessing_at_codes_is_slowed_down() {
    let site = Site::start().await;
    let code = invited(&site, "jo").await.to_string();
    for _ in 0..100 {
        assert_refused(redeem(&site, "0000-0000-0000-0000", NEW).await).await;
    }
    let refused = redeem(&site, &code, NEW).await;
    let seconds: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
    assert_error(refused, 429, "too_many_attempts").await;
    let state = set_password::State::from_env(&site.environment).unwrap();
    let body = json!({ "code": code, "password": NEW });
    let elsewhere = endpoint::invoke(&state.origins, event(&body), "r", |request| {
        set_password::handler(&state, request)
    })
    .await;
    assert_eq!(elsewhere.status_code, 200);
}

/// Who forgot the password and tried too often is let in by the code at once.
#[tokio::test]
async fn a_used_code_forgets_failed_guesses() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    for _ in 0..5 {
        site.login("jo@club.example", "not the password").await;
    }
    let waiting = site.login("jo@club.example", PASSWORD).await.status();
    assert_eq!(waiting, StatusCode::TOO_MANY_REQUESTS);
    let code = reset(&site, "jo").await.to_string();
    assert_eq!(redeem(&site, &code, NEW).await.status(), StatusCode::OK);
    assert_eq!(
        site.login("jo@club.example", NEW).await.status(),
        StatusCode::OK
    );
}
