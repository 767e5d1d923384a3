//! The files under `events/`: each is what AWS sends, and each function answers it.

use endpoint::{Environment, Origins};
use serde_json::{Value, json};

use crate::site::Site;

fn event(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("a JSON event")
}

/// Answers an event as the function named `function` does.
async fn invoke(environment: &Environment, function: &str, event: Value) -> (i64, Value) {
    let origins = Origins::from_env(environment).unwrap();
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
        "content" => answer!(content),
        "login" => answer!(login),
        "me" => answer!(me),
        "readmes" => answer!(readmes),
        "set_password" => answer!(set_password),
        "upload_profile_pic" => answer!(upload_profile_pic),
        "upload_readme" => answer!(upload_readme),
        "upload_url" => answer!(upload_url),
        other => panic!("no function {other}"),
    };
    let body = match answer.body {
        Some(endpoint::Body::Text(text)) => serde_json::from_str(&text).unwrap(),
        _ => Value::Null,
    };
    (answer.status_code, body)
}

/// The demo member that the events speak of, and their token.
async fn with_demo(site: &Site) -> String {
    let demo = site
        .members
        .by_email(&members::Email::parse("demo@example.com").unwrap())
        .await
        .unwrap();
    if let Some(demo) = demo {
        site.members.remove(&demo).await.unwrap();
    }
    let member = members::NewMember {
        id: "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70".to_owned(),
        email: members::Email::parse("demo@example.com").unwrap(),
        name: "Demo Member".to_owned(),
        handle: "demo".to_owned(),
        password_hash: Some(
            auth::password::hash(
                &auth::password::Password::new("correct horse battery staple"),
                [0; 16],
            )
            .unwrap(),
        ),
        created_at: 0,
    };
    assert_eq!(
        site.members.create(member).await.unwrap(),
        members::Created::Created
    );
    let answer = site
        .login("demo@example.com", "correct horse battery staple")
        .await;
    crate::site::body(answer).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn every_function_answers_its_event() {
    let site = Site::start().await;
    let token = with_demo(&site).await;
    for (name, status) in [
        ("login", 200),
        ("me", 200),
        ("upload_profile_pic", 200),
        ("upload_profile_pic.delete", 200),
        ("upload_url", 200),
        ("upload_readme", 202),
        ("readmes", 200),
        ("content", 200),
        ("set_password", 200),
    ] {
        let mut event = event(name);
        if event["headers"].get("authorization").is_some() {
            event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        }
        let function = name.split('.').next().unwrap();
        let (answered, body) = invoke(&site.environment, function, event).await;
        assert_eq!(answered, status, "{name}: {body}");
        assert_eq!(body["status"], "success", "{name}");
    }
}

#[tokio::test]
async fn refusals_have_their_events() {
    let site = Site::start().await;
    let token = with_demo(&site).await;
    for (name, status, code) in [
        ("login.wrong_password", 401, "invalid_credentials"),
        ("login.not_json", 400, "bad_request"),
        ("login.bad_base64", 400, "bad_request"),
        ("upload_readme.no_file", 400, "bad_request"),
        ("me.no_token", 401, "invalid_token"),
    ] {
        let mut event = event(name);
        if event["headers"].get("authorization").is_some() {
            event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        }
        let function = name.split('.').next().unwrap();
        let (answered, body) = invoke(&site.environment, function, event).await;
        assert_eq!(
            (answered, body["code"].as_str()),
            (status, Some(code)),
            "{name}: {body}"
        );
    }
}

/// Events of other services are answered, and the process lives on.
#[tokio::test]
async fn events_of_other_services_are_answered() {
    let site = Site::start().await;
    for function in ["login", "me", "content", "upload_readme"] {
        for event in [
            json!({}),
            json!(null),
            json!({"source": "aws.events", "detail-type": "Scheduled Event"}),
            json!({"httpMethod": "POST", "path": "/api/login", "body": "{}"}),
        ] {
            let (status, body) = invoke(&site.environment, function, event).await;
            assert_eq!((status, body["code"].as_str()), (400, Some("bad_request")));
        }
    }
}

/// `rewrite_readme` takes S3's events bare, in an SQS batch, and S3's test event.
#[tokio::test]
async fn rewrite_readme_answers_its_events() {
    let site = Site::start().await;
    with_demo(&site).await;
    let state = rewrite_readme::State::from_env(&site.environment).unwrap();
    for name in [
        "rewrite_readme",
        "rewrite_readme.sqs_batch",
        "rewrite_readme.test_event",
    ] {
        let answer = rewrite_readme::handler(&state, event(name)).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}), "{name}");
    }
}

/// `resize_picture` takes the same kinds of events.
#[tokio::test]
async fn resize_picture_answers_its_events() {
    let site = Site::start().await;
    with_demo(&site).await;
    let state = resize_picture::State::from_env(&site.environment).unwrap();
    for name in [
        "resize_picture",
        "resize_picture.sqs_batch",
        "resize_picture.test_event",
    ] {
        let answer = resize_picture::handler(&state, event(name)).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}), "{name}");
    }
}

/// Of a batch only the messages that may yet succeed come again.
#[tokio::test]
async fn a_batch_names_what_must_come_again() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let bucket = site.environment.required("UPLOADS_BUCKET").unwrap();
    let message = |id: &str, key: &str| {
        let record = json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]});
        json!({"messageId": id, "eventSource": "aws:sqs", "body": record.to_string()})
    };
    let key = format!("readmes/{}/readme.md", member.id);
    let batch = json!({"Records": [message("fine", &key), message("poison", "%zz"), message("other", "content/x.md"),
        {"messageId": "noise", "eventSource": "aws:sqs", "body": "{"}]});
    let state = rewrite_readme::State::from_env(&site.environment).unwrap();
    assert_eq!(
        rewrite_readme::handler(&state, batch.clone())
            .await
            .unwrap(),
        json!({"batchItemFailures": []})
    );

    // A store that can't be reached: everything that needed it comes again, nothing else does.
    let unreachable: Environment = site
        .stack
        .environment()
        .iter()
        .cloned()
        .map(|(name, value)| {
            if name == "AWS_ENDPOINT_URL_S3" {
                (name, "http://127.0.0.1:9".to_owned())
            } else {
                (name, value)
            }
        })
        .collect();
    let state = rewrite_readme::State::from_env(&unreachable).unwrap();
    assert_eq!(
        rewrite_readme::handler(&state, batch).await.unwrap(),
        json!({"batchItemFailures": [{"itemIdentifier": "fine"}]})
    );
}
