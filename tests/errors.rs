//! Every error code of the contract, with what the member is told.

use endpoint::{Environment, Origins};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::site::{PASSWORD, Site, assert_error};

/// A store that can't be reached is a 503 with `Retry-After`, never a 401, and soon.
#[tokio::test]
async fn a_store_that_is_down_is_unavailable() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (variable, function) in [
        ("AWS_ENDPOINT_URL_DYNAMODB", "login"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "me"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "content"),
        ("AWS_ENDPOINT_URL_S3", "readmes"),
    ] {
        // One that refuses, and one that takes the connection and never answers.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent_url = format!("http://{}", silent.local_addr().unwrap());
        for address in ["http://127.0.0.1:9", &silent_url] {
            let environment: Environment = site
                .stack
                .environment()
                .iter()
                .cloned()
                .map(|(name, value)| {
                    if name == variable {
                        (name, address.to_owned())
                    } else {
                        (name, value)
                    }
                })
                .collect();
            let started = std::time::Instant::now();
            let (status, headers, body) = ask(&environment, function, &member.token).await;
            assert_eq!(
                (status, body["code"].as_str()),
                (503, Some("unavailable")),
                "{function} at {address}: {body}"
            );
            assert!(headers.contains("retry-after"), "{headers}");
            assert!(
                !body.to_string().contains("127.0.0.1"),
                "no internals: {body}"
            );
            assert!(
                started.elapsed().as_secs() < 20,
                "well inside the gateway's 30 s"
            );
        }
    }
}

async fn ask(environment: &Environment, function: &str, token: &str) -> (i64, String, Value) {
    let (method, path, body) = match function {
        "login" => (
            "POST",
            "/api/login",
            json!({"email": "jo@club.example", "password": PASSWORD}).to_string(),
        ),
        "me" => ("GET", "/api/me", String::new()),
        "content" => ("GET", "/api/content", String::new()),
        _ => ("GET", "/api/readmes", String::new()),
    };
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/json", "authorization": format!("Bearer {token}")},
        "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"}},
        "body": body, "isBase64Encoded": false
    });
    let origins = Origins::default();
    macro_rules! answer {
        ($function:ident) => {{
            let state = $function::State::from_env(environment).unwrap();
            endpoint::invoke(&origins, event, "test", |request| {
                $function::handler(&state, request)
            })
            .await
        }};
    }
    let answer = match function {
        "login" => answer!(login),
        "me" => answer!(me),
        "content" => answer!(content),
        _ => answer!(readmes),
    };
    let Some(endpoint::Body::Text(text)) = answer.body else {
        panic!("a body")
    };
    (
        answer.status_code,
        format!("{:?}", answer.headers),
        serde_json::from_str(&text).unwrap(),
    )
}

#[tokio::test]
async fn an_unknown_address_is_not_found() {
    let site = Site::start().await;
    assert_error(
        site.get("/api/unknown").send().await.unwrap(),
        404,
        "not_found",
    )
    .await;
    assert_error(
        site.get("/nothing/here").send().await.unwrap(),
        404,
        "not_found",
    )
    .await;
}

#[tokio::test]
async fn a_fresh_site_has_no_guessable_account() {
    let site = Site::start().await;
    for (email, password) in [
        ("admin", "admin"),
        ("admin@example.com", "admin"),
        ("root@localhost", "root"),
        ("test@example.com", "test"),
        ("demo@example.com", "demo"),
    ] {
        assert_eq!(
            site.login(email, password).await.status(),
            StatusCode::UNAUTHORIZED,
            "{email}"
        );
    }
}

/// A missing or wrong variable is named, its value isn't repeated.
#[tokio::test]
async fn a_wrong_environment_is_named_at_start_up() {
    let site = Site::start().await;
    let with = |name: &str, value: &str| -> Environment {
        let changed = |(key, old): (String, String)| {
            if key == name {
                (key, value.to_owned())
            } else {
                (key, old)
            }
        };
        site.stack
            .environment()
            .iter()
            .cloned()
            .map(changed)
            .collect()
    };
    for (name, value) in [
        ("MEMBERS_TABLE", ""),
        ("JWT_KEYS", ""),
        ("JWT_KEYS", "{}"),
        ("JWT_KEYS", r#"{"signing":"k1","keys":{"k1":"c2hvcnQ"}}"#),
        ("PUBLIC_URL", "example.org"),
        ("ALLOWED_ORIGINS", "*"),
        ("TOKEN_TTL_SECONDS", "soon"),
        ("AWS_REGION", ""),
    ] {
        let error = login::State::from_env(&with(name, value))
            .unwrap_err()
            .to_string();
        assert!(error.contains(name), "{error}");
        assert!(!error.contains("c2hvcnQ"), "{error}");
    }
}

/// A missing table or bucket stops a function before it is asked anything; a store that is down
/// doesn't, it may be back.
#[tokio::test]
async fn a_missing_table_or_bucket_is_named_at_start_up() {
    let site = Site::start().await;
    let with = |name: &str, value: &str| -> Environment {
        let changed = |(key, old): (String, String)| {
            let value = if key == name { value.to_owned() } else { old };
            (key, value)
        };
        site.stack.environment().into_iter().map(changed).collect()
    };
    macro_rules! ready {
        ($function:ident, $name:expr, $value:expr) => {{
            let state = $function::State::from_env(&with($name, $value)).unwrap();
            state.ready().await.map_err(|error| error.to_string())
        }};
    }
    let no_table = Err("there is no table no-such-table".to_owned());
    let no_bucket = Err("there is no bucket no-such-bucket".to_owned());
    assert_eq!(ready!(login, "MEMBERS_TABLE", "no-such-table"), no_table);
    assert_eq!(ready!(me, "MEMBERS_TABLE", "no-such-table"), no_table);
    assert_eq!(
        ready!(rewrite_readme, "MEMBERS_TABLE", "no-such-table"),
        no_table
    );
    assert_eq!(
        ready!(rewrite_readme, "UPLOADS_BUCKET", "no-such-bucket"),
        no_bucket
    );
    assert_eq!(
        ready!(rewrite_readme, "CONTENT_BUCKET", "no-such-bucket"),
        no_bucket
    );
    assert_eq!(
        ready!(content, "CONTENT_BUCKET", "no-such-bucket"),
        no_bucket
    );
    assert_eq!(
        ready!(rebuild_site, "CONTENT_BUCKET", "no-such-bucket"),
        no_bucket
    );
    for variable in ["UPLOADS_BUCKET", "CONTENT_BUCKET"] {
        assert_eq!(ready!(preview, variable, "no-such-bucket"), no_bucket);
        assert_eq!(ready!(review, variable, "no-such-bucket"), no_bucket);
    }
    assert_eq!(
        ready!(readmes, "UPLOADS_BUCKET", "no-such-bucket"),
        no_bucket
    );
    assert_eq!(
        ready!(upload_readme, "UPLOADS_BUCKET", "no-such-bucket"),
        no_bucket
    );
    assert_eq!(
        ready!(upload_profile_pic, "CONTENT_BUCKET", "no-such-bucket"),
        no_bucket
    );

    assert_eq!(
        ready!(
            set_password,
            "AWS_ENDPOINT_URL_DYNAMODB",
            "http://127.0.0.1:9"
        ),
        Ok(())
    );
    assert_eq!(
        ready!(content, "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9"),
        Ok(())
    );
    assert_eq!(ready!(readmes, "LINK_BASE", "/"), Ok(()));
}

/// A secret that isn't there, or no ring, is named, too; without either variable both are.
#[tokio::test]
async fn keys_that_are_nowhere_are_named_at_start_up() {
    let site = Site::start().await;
    let without = site
        .stack
        .environment()
        .into_iter()
        .filter(|(name, _)| name != "JWT_KEYS");
    let error = me::State::from_env(&without.collect())
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "the environment variable JWT_KEYS or JWT_KEYS_SECRET_ARN is not set"
    );
}
