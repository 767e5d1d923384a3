//! `masthead doctor`: a healthy site, each thing that can be wrong with one, and whoever answers with malice.

use std::process::{Command, Output};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::Aws;
use super::services::Said;

const HOOK: &str = "https://api.netlify.com/build_hooks/s3cret";

/// A site with nothing wrong, whose hook is set.
async fn healthy() -> (Aws, String) {
    let aws = Aws::start().await;
    aws.masthead_with(&["hook", "set", "--aws"], HOOK)
        .await
        .unwrap();
    let url = aws.stack.api_url().replace("127.0.0.1", "localhost");
    (aws, url)
}

/// What is found, by `--json`, and the exit code.
async fn examined(aws: &Aws, arguments: &[&str], input: &str) -> (i32, Vec<Value>) {
    let mut all = vec!["doctor", "--json"];
    all.extend(arguments);
    let output = aws.run(&all, input).await;
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{output:?}"));
    let code = output.status.code().unwrap();
    let wrong = told["wrong"].as_u64().unwrap();
    assert_eq!(code, i32::from(wrong > 0), "{text}");
    (code, told["findings"].as_array().unwrap().clone())
}

/// Those that are not fine, as `verdict check`.
fn troubles(found: &[Value]) -> Vec<String> {
    let troubles = found.iter().filter(|found| found["verdict"] != "ok");
    troubles
        .map(|found| {
            for field in ["remedy", "section"] {
                assert!(found[field].is_string(), "without {field}: {found}");
            }
            format!(
                "{} {}",
                found["verdict"].as_str().unwrap(),
                found["check"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test]
async fn of_a_healthy_site_every_check_is_fine() {
    let (aws, url) = healthy().await;
    let (code, found) = examined(&aws, &["--aws", "--url", &url], "").await;
    assert_eq!(troubles(&found), [""; 0], "{found:#?}");
    assert_eq!(code, 0);
    let checks: Vec<&str> = found
        .iter()
        .map(|found| found["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        checks,
        [
            "stack",
            "functions",
            "concurrency",
            "certificate",
            "alarms",
            "told",
            "dead letters",
            "letters",
            "hook",
            "builds",
            "table",
            "dns",
            "api",
            "headers",
            "page",
            "cors",
            "login"
        ]
    );
    // For people: a line each, and no secret.
    let output = aws.run(&["doctor", "--aws", "--url", &url], "").await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), found.len(), "{text}");
    assert!(text.lines().all(|line| line.starts_with("ok ")), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

/// Each thing that can be wrong is told, and nothing else is.
#[tokio::test]
async fn each_thing_that_is_wrong_is_told() {
    type Change = fn(&mut Said);
    let changes: [(&str, Change); 24] = [
        ("warning stack", |said| {
            said.status = "UPDATE_ROLLBACK_COMPLETE".to_owned();
        }),
        ("wrong stack", |said| {
            said.status = "UPDATE_ROLLBACK_FAILED".to_owned();
        }),
        ("wrong functions", |said| {
            said.function = ("Active", "Failed");
        }),
        ("wrong functions", |said| said.reserved = Some(0)),
        ("warning functions", |said| {
            said.function = ("Pending", "InProgress");
        }),
        ("warning functions", |said| said.refuses = Some("lambda")),
        ("warning concurrency", |said| said.concurrency = 10),
        ("wrong concurrency", |said| {
            said.set("PublishConcurrency", "1000");
        }),
        ("wrong certificate", |said| {
            said.certificate.0 = "PENDING_VALIDATION";
        }),
        ("wrong certificate", |said| {
            said.certificate.1 = "other.example";
        }),
        ("warning certificate", |said| said.certificate.2 = 10),
        ("wrong certificate", |said| said.set("CertificateArn", "")),
        ("warning certificate", |said| said.refuses = Some("acm")),
        ("wrong alarms", |said| {
            said.alarms = vec!["masthead-LoginAlarm-1".to_owned()];
        }),
        ("warning alarms", |said| said.refuses = Some("monitoring")),
        ("wrong told", |said| said.subscribed = 0),
        ("warning told", |said| said.refuses = Some("sns")),
        ("wrong dead letters", |said| said.dead_letters = 3),
        ("warning dead letters", |said| said.refuses = Some("sqs")),
        ("wrong letters", |said| said.is_verified = false),
        ("warning letters", |said| said.is_out_of_sandbox = false),
        ("wrong letters", |said| said.enforcement = "SHUTDOWN"),
        ("warning table", |said| said.set("ProtectTable", "no")),
        ("wrong cors", |said| {
            said.set("SiteOrigin", "https://club.example");
        }),
    ];
    let (aws, url) = healthy().await;
    for (expected, change) in changes {
        let mut said = Said::default();
        change(&mut said);
        // Both are of one service: whoever may not ask for functions may not ask for the account's limit.
        let and_more = (said.refuses == Some("lambda")).then_some("warning concurrency");
        aws.account.lock().unwrap().said = said;
        let (_, found) = examined(&aws, &["--aws", "--url", &url], "").await;
        let expected: Vec<&str> = std::iter::once(expected).chain(and_more).collect();
        assert_eq!(troubles(&found), expected, "{found:#?}");
    }
    // Nobody is told, and nothing starts a build.
    let mut said = Said::default();
    said.set("AlarmAddress", "");
    aws.account.lock().unwrap().said = said;
    aws.masthead(&["hook", "remove", "--aws"]).await.unwrap();
    let (code, found) = examined(&aws, &["--aws", "--url", &url], "").await;
    assert_eq!(
        troubles(&found),
        ["warning told", "warning hook", "wrong budget"]
    );
    assert_eq!(code, 1);
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_told() {
    let (aws, url) = healthy().await;
    let arguments = ["--aws", "--stack", "other"];
    let (code, found) = examined(&aws, &arguments, "").await;
    assert_eq!(
        (code, troubles(&found)),
        (1, vec!["wrong stack".to_owned()])
    );
    let said = found[0]["said"].as_str().unwrap();
    assert!(said.contains("no stack other"), "{said}");
    // The site is looked at all the same where its address is known.
    let (code, found) = examined(&aws, &["--aws", "--stack", "other", "--url", &url], "").await;
    assert_eq!(
        (code, troubles(&found)),
        (1, vec!["wrong stack".to_owned(), "warning cors".to_owned()])
    );
    assert!(found.len() > 5, "{found:?}");
}

/// Who answers with commands to a terminal, or with lines of their own, is shown without them.
#[tokio::test]
async fn no_answer_commands_a_terminal() {
    let (aws, _) = healthy().await;
    let hostile = "\u{9b}2J\u{202e}\nok       everything";
    let mut said = Said {
        alarms: vec![format!("LoginAlarm{hostile}\u{1b}]0;x\u{7}")],
        status: format!("FAILED{hostile}"),
        refuses: Some("lambda"),
        ..Said::default()
    };
    said.set("AlarmAddress", &format!("a{hostile}@club.example"));
    aws.account.lock().unwrap().said = said;
    let site = answering(|asked| {
        let body = if asked.contains("/api/site") {
            json!({ "site": { "name": "\u{1b}[2J\nok  all", "version": "\u{202e}0.1\u{9b}", "limits": {} } }).to_string()
        } else {
            json!({ "code": "\u{1b}]0;x\u{7}\n" }).to_string()
        };
        ("418 Odd", "access-control-allow-origin: *\r\n", body)
    })
    .await;
    for json in [false, true] {
        let mut arguments = vec!["doctor", "--aws", "--url", &site];
        arguments.extend(json.then_some("--json"));
        let output = aws.run(&arguments, "").await;
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        let is_odd = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(is_odd), "{text:?}");
        let mut begins = text.lines().map(|line| line.split(' ').next().unwrap());
        let known = |word: &str| ["ok", "warning", "wrong"].contains(&word);
        assert!(json || begins.all(known), "{text}");
        assert!(
            !text
                .lines()
                .any(|line| line.starts_with("ok       everything")),
            "{text}"
        );
    }
}

/// A server in the place of a site: what it answers to each request.
async fn answering(
    answer: impl Fn(&str) -> (&'static str, &'static str, String) + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 8192];
            let read = stream.read(&mut asked).await.unwrap();
            let (status, headers, body) = answer(&String::from_utf8_lossy(&asked[..read]));
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            // Who asked may be gone.
            let _ = stream.write_all(text.as_bytes()).await;
        }
    });
    url
}

/// What a proxy or a misconfigured distribution makes of a site.
#[tokio::test]
async fn what_stands_before_a_site_is_found_by_what_it_does() {
    let aws = Aws::start().await;
    let site = json!({ "site": { "name": "Chess Club", "version": "0.1.0", "limits": {} } });
    let site = site.to_string();
    let url = answering(move |asked| {
        let line = asked.lines().next().unwrap();
        match line.split(' ').nth(1).unwrap() {
            "/api/site" => ("200 OK", "", site.clone()),
            "/api/login" if line.starts_with("OPTIONS") => (
                "200 OK",
                "access-control-allow-origin: *\r\n",
                String::new(),
            ),
            "/api/login" => ("502 Bad Gateway", "", "<html>".to_owned()),
            _ => ("404 Not Found", "", String::new()),
        }
    })
    .await;
    let (code, found) = examined(
        &aws,
        &["--url", &url, "--site-origin", "https://club.example"],
        "",
    )
    .await;
    assert_eq!(
        troubles(&found),
        [
            "wrong headers",
            "wrong page",
            "wrong cors",
            "wrong cors",
            "wrong login"
        ]
    );
    assert_eq!(code, 1);

    let old = json!({ "site": { "name": "Chess Club", "version": "0.0.9" } }).to_string();
    let url =
        answering(move |_| ("200 OK", "x-content-type-options: nosniff\r\n", old.clone())).await;
    let (_, found) = examined(&aws, &["--url", &url], "").await;
    assert_eq!(
        troubles(&found),
        ["warning api", "wrong page", "warning cors", "wrong login"]
    );

    let (_, found) = examined(&aws, &["--url", "http://127.0.0.1:9"], "").await;
    assert_eq!(troubles(&found), ["wrong reached"]);
    let (_, found) = examined(&aws, &["--url", "https://masthead.invalid"], "").await;
    assert_eq!(troubles(&found), ["wrong dns"]);
}

const PASSWORD: &str = "four words of nonsense";

/// A member of the stack, who has chosen a password.
async fn member(aws: &Aws) {
    let invited = aws.invite("jo@club.example").await;
    let (_, code) = invited.split_once("/join#").unwrap();
    let code = code.split_whitespace().next().unwrap();
    let choice = json!({ "code": code, "password": PASSWORD });
    let set = reqwest::Client::new()
        .post(format!("{}/api/set_password", aws.stack.api_url()))
        .json(&choice);
    assert_eq!(set.send().await.unwrap().status(), 200);
}

/// The whole way is tried, and nothing of it stays: no document, no version, no output.
#[tokio::test]
async fn a_trial_goes_the_whole_way_and_leaves_nothing() {
    let (aws, url) = healthy().await;
    member(&aws).await;
    let arguments = ["--aws", "--url", &url, "--try", "jo@club.example"];
    let (code, found) = examined(&aws, &arguments, PASSWORD).await;
    assert_eq!((code, troubles(&found)), (0, vec![]), "{found:#?}");
    let said: Vec<&str> = found
        .iter()
        .rev()
        .take(4)
        .map(|found| found["check"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["builds", "erasure", "upload", "sign-in"]);

    let client = reqwest::Client::new();
    let login = json!({ "email": "jo@club.example", "password": PASSWORD });
    let answer = client
        .post(format!("{url}/api/login"))
        .json(&login)
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    let token = answer["access_token"].as_str().unwrap();
    for (list, field) in [
        ("/api/readmes", "readmes"),
        ("/api/readmes?deleted", "deleted"),
    ] {
        let answer = client
            .get(format!("{url}{list}"))
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer[field], json!([]), "{list}");
    }

    let (code, found) = examined(&aws, &arguments, "another password").await;
    assert_eq!(
        (code, troubles(&found)),
        (1, vec!["wrong sign-in".to_owned()])
    );
    let text = json!(found).to_string();
    assert!(!text.contains("another password") && !text.contains(PASSWORD));
}

/// Whatever becomes of the draft, it is erased; and a site that shows drafts is told of.
#[tokio::test]
async fn a_trial_that_fails_erases_what_it_sent() {
    let aws = Aws::start().await;
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = std::sync::Arc::clone(&asked);
    let url = answering(move |text| {
        let line = text.lines().next().unwrap().to_owned();
        let is_erased = kept
            .lock()
            .unwrap()
            .iter()
            .any(|asked: &String| asked.starts_with("DELETE"));
        kept.lock().unwrap().push(line.clone());
        let ok = |body: Value| {
            (
                "200 OK",
                "x-content-type-options: nosniff\r\n",
                body.to_string(),
            )
        };
        match &line {
            line if line.starts_with("GET /api/site") => {
                ok(json!({ "site": { "name": "The club", "version": env!("CARGO_PKG_VERSION") } }))
            }
            line if line.contains("/api/login") && text.contains("jo@club.example") => {
                ok(json!({ "access_token": "t" }))
            }
            line if line.starts_with("POST /api/upload_readme") => {
                ok(json!({ "readme": { "entry_id": "jo/x" } }))
            }
            line if line.starts_with("GET /api/readmes/") && !is_erased => {
                ok(json!({ "readme": { "state": "draft" } }))
            }
            line if line.starts_with("GET /content/") => ok(json!("public")),
            line if line.starts_with("DELETE") => ok(json!({})),
            line if line.starts_with("GET /api/readmes ") => ok(json!({ "readmes": [
                { "live": true, "site": { "state": "queued" } }
            ] })),
            _ => ("404 Not Found", "", json!({}).to_string()),
        }
    })
    .await;
    let arguments = ["--url", &url, "--try", "jo@club.example"];
    let (code, found) = examined(&aws, &arguments, PASSWORD).await;
    let troubles = troubles(&found);
    assert_eq!(code, 1);
    assert!(
        troubles.ends_with(&["wrong upload".to_owned(), "warning builds".to_owned()]),
        "{found:#?}"
    );
    let upload = found
        .iter()
        .find(|found| found["check"] == "upload")
        .unwrap();
    assert!(
        upload["said"]
            .as_str()
            .unwrap()
            .contains("a draft is public at /content/jo/x.md")
    );
    let asked = asked.lock().unwrap();
    let deletion = asked
        .iter()
        .find(|line| line.starts_with("DELETE"))
        .unwrap();
    assert!(
        deletion.contains("/api/readmes/masthead-doctor-") && deletion.contains("?forever=yes")
    );
}

/// A password goes to no server that doesn't say it is Masthead.
#[tokio::test]
async fn no_password_is_sent_to_what_is_no_masthead() {
    let aws = Aws::start().await;
    let asked = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let kept = std::sync::Arc::clone(&asked);
    let url = answering(move |text| {
        kept.lock().unwrap().push_str(text);
        ("200 OK", "", json!({ "access_token": "t" }).to_string())
    })
    .await;
    let arguments = ["--url", &url, "--try", "jo@club.example"];
    let (code, found) = examined(&aws, &arguments, PASSWORD).await;
    assert_eq!(code, 1);
    let troubles = troubles(&found);
    assert!(troubles.contains(&"wrong sign-in".to_owned()), "{found:#?}");
    let asked = asked.lock().unwrap();
    assert!(asked.contains("/api/site") && !asked.contains(PASSWORD));
}

fn here(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.arg("doctor").args(arguments).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_and_the_stack_on_it_are_looked_at() {
    let aws = Aws::start().await;
    let port = aws.stack.api_url().rsplit(':').next().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("none").display().to_string();
    let output = here(&["--port", &port, "--data", &data, "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = told["findings"].as_array().unwrap();
    let checks: Vec<&str> = found
        .iter()
        .map(|found| found["check"].as_str().unwrap())
        .collect();
    let expected = [
        "rust", "ports", "data", "disk", "dns", "api", "headers", "page", "cors", "login",
    ];
    assert_eq!(checks, expected, "{told:#}");
    let of_the_stack = found.iter().skip(4).all(|found| found["verdict"] == "ok");
    assert!(of_the_stack, "{told:#}");
    assert!(!folder.path().join("none").exists(), "a look makes nothing");

    // Wrongly called.
    for wrong in [
        &["--try", "nobody"][..],
        &["--url", "http://club.example"],
        &["--url", "https://club.example", "--port", "3000"],
    ] {
        assert_eq!(here(wrong).status.code(), Some(2), "{wrong:?}");
    }
}
