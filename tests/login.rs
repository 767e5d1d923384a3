//! `POST /api/login` (hardening cases A).

use std::collections::BTreeMap;

use auth::password::MAX_PASSWORD_CODE_POINTS;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::site::{PASSWORD, Site, assert_error, body};

#[tokio::test]
async fn the_right_password_gives_a_token_and_the_member() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let answer = site.login(" JO@Club.Example ", PASSWORD).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let mut body = body(answer).await;
    assert_eq!(
        body["access_token"]
            .take()
            .as_str()
            .map(|token| token.split('.').count()),
        Some(3)
    );
    insta::assert_json_snapshot!(body, @r#"
    {
      "status": "success",
      "access_token": null,
      "token_type": "Bearer",
      "expires_in": 43200,
      "member": {
        "handle": "jo",
        "name": "jo of the club",
        "role": "member",
        "picture": null
      }
    }
    "#);
}

/// An unknown address, a wrong password, a disabled account, one without a password and one
/// with a damaged hash are told apart by nothing.
#[tokio::test]
async fn every_refusal_is_the_same() {
    let site = Site::start().await;
    site.add("active", Some(PASSWORD)).await;
    site.add("invited", None).await;
    site.add("disabled", Some(PASSWORD)).await;
    let disabled = site
        .members
        .by_email(&members::Email::parse("disabled@club.example").unwrap())
        .await
        .unwrap()
        .unwrap();
    site.members.set_disabled(&disabled, true).await.unwrap();
    site.add("damaged", Some(PASSWORD)).await;
    let damaged = site
        .members
        .by_email(&members::Email::parse("damaged@club.example").unwrap())
        .await
        .unwrap()
        .unwrap();
    site.members
        .set_password(&damaged, "$argon2id$v=19$gibberish")
        .await
        .unwrap();

    let mut answers: Vec<(BTreeMap<String, String>, String)> = Vec::new();
    for (email, password) in [
        ("active@club.example", "another password entirely"),
        ("nobody@club.example", PASSWORD),
        ("not an address", PASSWORD),
        ("disabled@club.example", PASSWORD),
        ("invited@club.example", PASSWORD),
        ("damaged@club.example", PASSWORD),
    ] {
        let answer = site.login(email, password).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{email}");
        let headers = answer.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers
            .filter(|(name, _)| name != "date" && !name.contains("request"))
            .collect();
        answers.push((headers, answer.text().await.unwrap()));
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(
        answers[0].1,
        r#"{"status":"error","code":"invalid_credentials","message":"The e-mail address or the password is wrong."}"#
    );
}

/// Passwords match exactly, but for Unicode's composed and decomposed forms.
#[tokio::test]
async fn passwords_match_exactly() {
    let site = Site::start().await;
    let stored = " Grüße an Zoë 👩‍👩‍👧 \u{0} ";
    site.add("jo", Some(stored)).await;
    for (password, right) in [
        (stored, true),
        (" Gru\u{308}ße an Zoe\u{308} 👩‍👩‍👧 \u{0} ", true),
        (stored.trim(), false),
        ("Grüße an Zoë 👩‍👩‍👧", false),
        (" grüße an zoë 👩‍👩‍👧 \u{0} ", false),
        ("", false),
    ] {
        let status = site.login("jo@club.example", password).await.status();
        assert_eq!(status == StatusCode::OK, right, "{password:?}");
    }
    for length in [64, 128] {
        let handle = format!("long{length}");
        let long: String = ('a'..='z').cycle().take(length).collect();
        site.add(&handle, Some(&long)).await;
        let email = format!("{handle}@club.example");
        assert_eq!(site.login(&email, &long).await.status(), StatusCode::OK);
        assert_eq!(
            site.login(&email, &long[1..]).await.status(),
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            site.login(&email, &(long.clone() + "x")).await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
    let too_long = "x".repeat(MAX_PASSWORD_CODE_POINTS + 1);
    assert_error(
        site.login("jo@club.example", &too_long).await,
        400,
        "bad_request",
    )
    .await;
    let mebibyte = "x".repeat(1024 * 1024);
    assert_error(
        site.login("jo@club.example", &mebibyte).await,
        413,
        "too_large",
    )
    .await;
}

/// An older hash is brought up to date by a login, and by nothing else.
#[tokio::test]
async fn an_outdated_hash_is_replaced_at_login() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let email = members::Email::parse("jo@club.example").unwrap();
    let account = site.members.by_email(&email).await.unwrap().unwrap();
    site.members
        .set_password(&account, WEAK_HASH)
        .await
        .unwrap();

    assert_eq!(
        site.login("jo@club.example", "not the password")
            .await
            .status(),
        StatusCode::UNAUTHORIZED
    );
    let unchanged = site.members.by_email(&email).await.unwrap().unwrap();
    assert_eq!(unchanged.password_hash.as_deref(), Some(WEAK_HASH));

    assert_eq!(
        site.login("jo@club.example", PASSWORD).await.status(),
        StatusCode::OK
    );
    let rehashed = site.members.by_email(&email).await.unwrap().unwrap();
    let hash = rehashed.password_hash.unwrap();
    assert!(hash.contains("m=19456,t=2,p=1"), "{hash}");
    assert_eq!(
        rehashed.version, unchanged.version,
        "a rehash signs nobody out"
    );
    assert_eq!(
        site.login("jo@club.example", PASSWORD).await.status(),
        StatusCode::OK
    );
}

/// [`PASSWORD`] under parameters of former days: `m=4096,t=1,p=1`.
const WEAK_HASH: &str = "$argon2id$v=19$m=4096,t=1,p=1$UBYVOv3ySx0UsqL8ll3BgQ$d0icPiS8/8THgXGykozXuH4AyFRYIoMPhvHjLOXtI7A";

/// Bodies that are no JSON object with two strings.
#[tokio::test]
async fn bodies_are_read_strictly() {
    let site = Site::start().await;
    let deep = "[".repeat(100_000);
    let nested = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "}",
        "{}",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}{}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "[1,]",
        "[,1]",
        "tru",
        "nul",
        "{\"email\":\"a@b\"}",
        "{\"password\":\"p\"}",
        "{\"email\":\"a@b\",\"password\":\"p\",}",
        "{\"email\":\"a@b\" \"password\":\"p\"}",
        "{\"email\":\"a@b\",\"email\":\"c@d\",\"password\":\"p\"}",
        "{\"email\":\"a@b\",\"password\":\"p\",\"password\":\"p\"}",
        "{\"email\":\"a@b\",\"password\":\"p\",\"x\":1,\"x\":2}",
        "{\"email\":[\"a@b\"],\"password\":\"p\"}",
        "{\"email\":{\"$ne\":null},\"password\":\"p\"}",
        "{\"email\":1,\"password\":\"p\"}",
        "{\"email\":null,\"password\":\"p\"}",
        "{\"email\":true,\"password\":\"p\"}",
        "{\"email\":\"a@b\",\"password\":{\"$gt\":\"\"}}",
        "{\"email\":\"a@b\",\"password\":\"\\ud800\"}",
        "{\"email\":\"a@b\",\"password\":\"\\x\"}",
        "{\"email\":\"a@b\",\"password\":\"\t\"}",
        "\u{feff}{\"email\":\"a@b\",\"password\":\"p\"}",
        "{\"email\":\"a@b\",\"password\":\"p\"}\u{0}",
        "{\"email\":\"a@b\",\"password\":01}",
        "{\"email\":\"a@b\",\"password\":NaN}",
        "{\"email\":\"a@b\",\"password\":1e999}",
        "// c\n{}",
        "/**/{}",
        &deep,
        &nested,
    ]
    .iter()
    .map(|body| body.as_bytes().to_vec())
    .chain([
        b"{\"email\":\"a@b\",\"password\":\"\xff\"}".to_vec(),
        b"{\"email\":\"a@b\",\"password\":\"\xed\xa0\x80\"}".to_vec(),
        "{\"email\":\"a@b\",\"password\":\"p\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
    ])
    .collect();
    for body in bodies {
        let shown = String::from_utf8_lossy(&body)
            .chars()
            .take(60)
            .collect::<String>();
        let answer = site
            .post("/api/login")
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        assert!(
            answer.status().is_client_error() && answer.status() != StatusCode::UNAUTHORIZED,
            "{shown}"
        );
        let code = if answer.status() == StatusCode::PAYLOAD_TOO_LARGE {
            "too_large"
        } else {
            "bad_request"
        };
        let status = answer.status().as_u16();
        assert_error(answer, status, code).await;
    }
}

/// Fields that nobody asked for change nothing.
#[tokio::test]
async fn extra_fields_have_no_effect() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let login = json!({"email": "jo@club.example", "password": PASSWORD, "role": "admin", "sub": "x", "exp": 9_999_999_999_u64});
    let answer = site.post("/api/login").json(&login).send().await.unwrap();
    let token = body(answer).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let claims = crate::tokens::part(&token, 1);
    assert_ne!(claims["sub"], "x");
    assert_eq!(claims.get("role"), None);
    assert_eq!(
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
        43_200
    );
}

/// Any other type or encoding is refused; case and parameters of the type don't matter.
#[tokio::test]
async fn only_json_in_utf_8_is_taken() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let login = json!({"email": "jo@club.example", "password": PASSWORD}).to_string();
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
    ] {
        let request = site.post("/api/login").body(login.clone());
        let request = if content_type.is_empty() {
            request
        } else {
            request.header("content-type", content_type)
        };
        assert_error(request.send().await.unwrap(), 415, "unsupported_media_type").await;
    }
    let request = site
        .post("/api/login")
        .header("content-type", "Application/JSON;charset=UTF-8")
        .body(login);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

/// Two logins have nothing in common but the account (ASVS 7.2.3).
#[tokio::test]
async fn every_token_has_an_id_of_its_own() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let mut ids: Vec<Value> = Vec::new();
    for _ in 0..2 {
        let token = body(site.login("jo@club.example", PASSWORD).await).await["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        ids.push(crate::tokens::part(&token, 1)["jti"].take());
    }
    assert_ne!(ids[0], ids[1]);
    assert!(ids[0].as_str().unwrap().len() >= 22, "128 bits: {}", ids[0]);
}
