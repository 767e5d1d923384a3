//! The files under `events/`: each is what AWS sends, and each function answers it.

use auth::password::{self, Password};
use endpoint::{Environment, Origins};
use members::{Created, Email, Members, NewMember, Role};
use serde_json::{Value, json};

use crate::site::Site;

pub(crate) fn event(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("a JSON event")
}

/// Answers an event as the function named `function` does.
pub(crate) async fn invoke(
    environment: &Environment,
    function: &str,
    event: Value,
) -> (i64, Value) {
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
        "audit" => answer!(audit),
        "content" => answer!(content),
        "files" => answer!(files),
        "leave" => answer!(leave),
        "forgot_password" => answer!(forgot_password),
        "login" => answer!(login),
        "me" => answer!(me),
        "preview" => answer!(preview),
        "readmes" => answer!(readmes),
        "rename" => answer!(rename),
        "review" => answer!(review),
        "roster" => answer!(roster),
        "set_password" => answer!(set_password),
        "site" => answer!(site),
        "upload_file" => answer!(upload_file),
        "upload_profile_pic" => answer!(upload_profile_pic),
        "upload_readme" => answer!(upload_readme),
        "upload_url" => answer!(upload_url),
        "versions" => answer!(versions),
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
    make_demo(&site.members).await;
    let answer = site
        .login("demo@example.com", "correct horse battery staple")
        .await;
    crate::site::body(answer).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Makes the demo member that the events speak of, with its id and its password.
pub(crate) async fn make_demo(members: &Members) {
    let email = Email::parse("demo@example.com").unwrap();
    if let Some(demo) = members.by_email(&email).await.unwrap() {
        members.remove(&demo).await.unwrap();
    }
    let password = Password::new("correct horse battery staple");
    let member = NewMember {
        id: "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70".to_owned(),
        email,
        name: "Demo Member".to_owned(),
        handle: "demo".to_owned(),
        password_hash: Some(password::hash(&password, [0; 16]).unwrap()),
        role: Role::Admin,
        created_at: 0,
    };
    assert_eq!(members.create(member).await.unwrap(), Created::Created);
}

/// What each event of the API is answered with: status and `code`, `""` where it succeeds.
pub(crate) const ANSWERS: &[(&str, i64, &str)] = &[
    ("login", 200, ""),
    ("audit", 200, ""),
    ("me", 200, ""),
    ("me.rename", 200, ""),
    ("me.email", 200, ""),
    ("me.mail", 200, ""),
    ("me.listed", 200, ""),
    ("forgot_password", 202, ""),
    ("site", 200, ""),
    ("upload_profile_pic", 200, ""),
    ("upload_profile_pic.delete", 200, ""),
    ("upload_url", 200, ""),
    ("upload_url.file", 200, ""),
    ("upload_file", 202, ""),
    ("files", 200, ""),
    ("preview", 200, ""),
    ("upload_readme", 202, ""),
    ("upload_readme.in_folder", 202, ""),
    ("readmes", 200, ""),
    ("readmes.deleted", 200, ""),
    ("versions", 200, ""),
    ("rename", 202, ""),
    ("review", 200, ""),
    ("content", 200, ""),
    ("content.one", 200, ""),
    ("content.members", 200, ""),
    ("roster", 200, ""),
    ("roster.invite", 201, ""),
    ("roster.import", 200, ""),
    ("roster.reset", 200, ""),
    ("roster.change", 200, ""),
    ("roster.last_admin", 409, "conflict"),
    ("roster.wrong_handle", 400, "bad_request"),
    ("roster.unknown", 404, "not_found"),
    ("login.wrong_password", 401, "invalid_credentials"),
    ("login.forged_address", 401, "invalid_credentials"),
    ("login.not_json", 400, "bad_request"),
    ("login.bad_base64", 400, "bad_request"),
    ("preview.no_text", 400, "bad_request"),
    ("upload_readme.no_file", 400, "bad_request"),
    ("upload_readme.bad_path", 400, "bad_request"),
    ("upload_profile_pic.no_image", 422, "invalid_file"),
    ("me.no_token", 401, "invalid_token"),
    ("me.wrong_email_code", 401, "invalid_credentials"),
    ("forgot_password.no_address", 400, "bad_request"),
    ("me.wrong_method", 405, "method_not_allowed"),
    ("content.members_bad_cursor", 400, "bad_request"),
    ("readmes.unknown", 404, "not_found"),
    ("versions.unknown", 404, "not_found"),
    ("rename.own_page", 400, "bad_request"),
    ("review.no_action", 400, "bad_request"),
    ("review.unknown", 404, "not_found"),
    ("upload_file.no_kind_of_ours", 415, "unsupported_media_type"),
    ("files.unknown", 404, "not_found"),
    ("content.bad_cursor", 400, "bad_request"),
    ("content.no_route", 404, "not_found"),
    ("content.build", 401, "invalid_credentials"),
    ("set_password.wrong_code", 401, "invalid_credentials"),
    ("leave.wrong_password", 401, "invalid_credentials"),
    // Last: it ends the session that the others use.
    ("set_password", 200, ""),
];

/// Events that the queue delivers, and S3 without it.
pub(crate) const DELIVERIES: &[&str] = &[
    "rewrite_readme",
    "rewrite_readme.sqs_batch",
    "rewrite_readme.test_event",
    "rewrite_readme.removed",
    "rewrite_readme.other_key",
    "rewrite_readme.picture_changed",
    "rewrite_readme.name_changed",
    "rewrite_readme.file_changed",
    "resize_picture",
    "resize_picture.sqs_batch",
    "resize_picture.test_event",
    "resize_picture.file",
    "resize_picture.file_removed",
    "send_mail",
    "send_mail.sqs_batch",
    "send_mail.test_event",
];

/// Events of the schedule, which the functions that look each minute are tried with.
const SCHEDULED: &[&str] = &["rebuild_site", "remove_member"];
/// The event that a member's leaving is tried with.
const LEAVING: &str = "leave";

/// A file that no test sends would rot.
#[test]
fn every_event_is_sent_by_a_test() {
    let folder = format!("{}/../events", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let answered = ANSWERS.iter().map(|(name, ..)| *name);
    let mut sent: Vec<String> = answered
        .chain(DELIVERIES.iter().chain(SCHEDULED).copied())
        .chain([LEAVING])
        .map(|name| format!("{name}.json"))
        .collect();
    sent.sort();
    assert_eq!(files, sent);
}

#[tokio::test]
async fn functions_answer_their_events() {
    let site = Site::start().await;
    let token = with_demo(&site).await;
    for (name, status, code) in ANSWERS {
        let mut event = event(name);
        if event["headers"].get("authorization").is_some() {
            event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        }
        let function = name.split('.').next().unwrap();
        let (answered, body) = invoke(&site.environment, function, event).await;
        assert_eq!(answered, *status, "{name}: {body}");
        assert_eq!(
            body["code"].as_str().unwrap_or_default(),
            *code,
            "{name}: {body}"
        );
        let expected = if code.is_empty() { "success" } else { "error" };
        assert_eq!(body["status"], expected, "{name}");
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

/// Delivers an event to the function that its name begins with.
pub(crate) async fn deliver(
    environment: &Environment,
    function: &str,
    event: Value,
) -> anyhow::Result<Value> {
    macro_rules! deliver {
        ($function:ident) => {{
            let state = $function::State::from_env(environment)?;
            state.ready().await?;
            $function::handler(&state, event).await
        }};
    }
    match function {
        "resize_picture" => deliver!(resize_picture),
        "rewrite_readme" => deliver!(rewrite_readme),
        "send_mail" => deliver!(send_mail),
        other => panic!("no function {other}"),
    }
}

/// What S3 triggers takes its events bare, in an SQS batch, and S3's test event.
#[tokio::test]
async fn functions_take_their_deliveries() {
    let site = Site::start().await;
    with_demo(&site).await;
    for name in DELIVERIES {
        let function = name.split('.').next().unwrap();
        let answer = deliver(&site.environment, function, event(name)).await;
        assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}), "{name}");
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
