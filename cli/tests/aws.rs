//! `masthead … --aws`, against the local stack in the place of DynamoDB and S3, and a small server in
//! the place of CloudFormation, SQS and Secrets Manager.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::process::Command;
use std::sync::{Arc, Mutex};

use endpoint::Environment;
use local::{Options, Stack};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:masthead-AbCdEf";
const QUEUE: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/uploads";

/// What the account holds, beside table and buckets.
#[derive(Default)]
struct Account {
    keys: String,
    messages: Vec<Value>,
}

struct Aws {
    stack: Stack,
    account: Arc<Mutex<Account>>,
    url: String,
}

impl Aws {
    async fn start() -> Self {
        let options = Options {
            port: 0,
            ..Options::default()
        };
        let stack = local::start(options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let first = format!(r#"{{"signing":"k1","k1":"{}"}}"#, "Ab3z".repeat(16));
        let account = Arc::new(Mutex::new(Account {
            keys: first,
            ..Account::default()
        }));
        let environment: Environment = stack.environment().iter().cloned().collect();
        let outputs = [
            (
                "MembersTable",
                environment.required("MEMBERS_TABLE").unwrap(),
            ),
            (
                "UploadsBucket",
                environment.required("UPLOADS_BUCKET").unwrap(),
            ),
            (
                "ContentBucket",
                environment.required("CONTENT_BUCKET").unwrap(),
            ),
            ("PublicUrl", "https://d111111abcdef8.cloudfront.net"),
            ("UploadsQueue", QUEUE),
            ("SigningKeys", SECRET),
        ];
        let outputs = outputs.map(|(key, value)| {
            format!(
                "<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
            )
        });
        let outputs = outputs.concat();
        let shared = Arc::clone(&account);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                answer(stream, &outputs, &shared).await;
            }
        });
        Self {
            stack,
            account,
            url,
        }
    }

    /// `masthead …`; `Err` holds what it wrote to standard error.
    async fn masthead(&self, arguments: &[&str]) -> Result<String, String> {
        let environment: Environment = self.stack.environment().iter().cloned().collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command.args(arguments).env_clear();
        for name in [
            "AWS_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ENDPOINT_URL_S3",
            "AWS_ENDPOINT_URL_DYNAMODB",
        ] {
            command.env(name, environment.required(name).unwrap());
        }
        command.env("AWS_ENDPOINT_URL", &self.url);
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(text(output.stderr))
        }
    }

    fn keys(&self) -> String {
        self.account.lock().unwrap().keys.clone()
    }
}

async fn answer(mut stream: TcpStream, outputs: &str, account: &Mutex<Account>) {
    let mut received = Vec::new();
    let (head, body) = loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        received.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) {
            break (head, body.to_owned());
        }
    };
    let target = head
        .lines()
        .find_map(|line| line.strip_prefix("x-amz-target: "))
        .unwrap_or_default();
    let (status, body) = match target {
        "" if body.contains("StackName=masthead&") || body.ends_with("StackName=masthead") => (
            200,
            format!(
                "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
                 <Stacks><member><StackName>masthead</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>\
                 <StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs></member></Stacks>\
                 </DescribeStacksResult></DescribeStacksResponse>"
            ),
        ),
        "" => (
            400,
            "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
             <Code>ValidationError</Code><Message>Stack with id other does not exist</Message></Error></ErrorResponse>"
                .to_owned(),
        ),
        "secretsmanager.getsecretvalue" => {
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["SecretId"], SECRET);
            (200, json!({"ARN": SECRET, "SecretString": account.lock().unwrap().keys}).to_string())
        }
        "secretsmanager.putsecretvalue" => {
            let asked: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(asked["SecretId"], SECRET);
            asked["SecretString"].as_str().unwrap().clone_into(&mut account.lock().unwrap().keys);
            (200, json!({"ARN": SECRET}).to_string())
        }
        "amazonsqs.sendmessagebatch" => {
            let asked: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(asked["QueueUrl"], QUEUE);
            let entries = asked["Entries"].as_array().unwrap();
            let sent = entries.iter().map(|entry| {
                let message = entry["MessageBody"].as_str().unwrap();
                account.lock().unwrap().messages.push(serde_json::from_str(message).unwrap());
                json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "0"})
            });
            let sent: Vec<Value> = sent.collect();
            (200, json!({"Successful": sent, "Failed": []}).to_string())
        }
        other => panic!("{other}"),
    };
    let head = format!(
        "HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
}

#[tokio::test]
async fn members_of_a_stack_are_found_by_its_outputs() {
    let aws = Aws::start().await;
    let invited = aws
        .masthead(&[
            "users",
            "invite",
            "jo@club.example",
            "--name",
            "Jo Doe",
            "--aws",
        ])
        .await
        .unwrap();
    assert!(
        invited.contains("https://d111111abcdef8.cloudfront.net/join#"),
        "{invited}"
    );
    let listed = aws
        .masthead(&["users", "list", "--aws", "--stack", "masthead"])
        .await
        .unwrap();
    assert!(listed.contains("jo@club.example"), "{listed}");
}

#[tokio::test]
async fn what_is_missing_is_said_in_one_line() {
    let aws = Aws::start().await;
    let said = aws
        .masthead(&["users", "list", "--aws", "--stack", "other"])
        .await
        .unwrap_err();
    assert_eq!(
        said,
        "error: there is no stack other in us-east-1; name it with --stack, and its region in AWS_REGION\n"
            .replace("us-east-1", aws.stack.environment().iter().find(|(name, _)| name == "AWS_REGION").map_or("", |(_, region)| region))
    );
    let said = aws
        .masthead(&["users", "list", "--stack", "other"])
        .await
        .unwrap_err();
    assert!(said.contains("--aws"), "{said}");
    let said = aws
        .masthead(&["users", "list", "--aws", "--port", "3000"])
        .await
        .unwrap_err();
    assert!(said.contains("cannot be used with"), "{said}");
}

#[tokio::test]
async fn every_source_is_queued_again() {
    let aws = Aws::start().await;
    let environment: Environment = aws.stack.environment().iter().cloned().collect();
    let config = endpoint::aws::config(&environment, endpoint::aws::ENDPOINT_S3).unwrap();
    let uploads = blobs::Blobs::new(&config, environment.required("UPLOADS_BUCKET").unwrap());
    let mut keys: Vec<String> = (0..23)
        .map(|number| format!("readmes/nobody/note-{number:02}.md"))
        .collect();
    keys.push("readmes/nobody/with space+plus.md".to_owned());
    for key in &keys {
        let upload = blobs::Upload {
            content_type: "text/markdown",
            ..blobs::Upload::default()
        };
        uploads
            .put(key, upload, blobs::Condition::Always)
            .await
            .unwrap();
    }
    let said = aws.masthead(&["rewrite", "--all", "--aws"]).await.unwrap();
    assert_eq!(said, "24 READMEs are queued for conversion.\n");
    let messages = std::mem::take(&mut aws.account.lock().unwrap().messages);
    let mut queued: Vec<String> = messages
        .iter()
        .map(|message| {
            let s3 = &message["Records"][0]["s3"];
            assert_eq!(s3["bucket"]["name"], uploads.bucket());
            s3["object"]["key"].as_str().unwrap().to_owned()
        })
        .collect();
    queued.sort();
    keys.pop();
    keys.push("readmes/nobody/with+space%2Bplus.md".to_owned());
    assert_eq!(queued, keys);
}

/// The stack's own key, then a rotation that was cut short goes on, then one at once.
#[tokio::test]
async fn keys_are_listed_and_rotated() {
    let aws = Aws::start().await;
    let listed = aws.masthead(&["keys", "list", "--aws"]).await.unwrap();
    assert!(
        listed.contains("k1") && listed.contains("signs"),
        "{listed}"
    );
    assert!(!listed.contains("Ab3z"), "no key is shown");

    // Published a while ago: every function knows it.
    let first: Value = serde_json::from_str(&aws.keys()).unwrap();
    let published =
        json!({"signing": "k1", "keys": {"k1": first["k1"], "k-1752148800": first["k1"]}});
    aws.account.lock().unwrap().keys = published.to_string();
    let said = aws.masthead(&["keys", "rotate", "--aws"]).await.unwrap();
    assert!(
        said.contains("k-1752148800 signs from now on. Nobody is signed out."),
        "{said}"
    );
    let ring: Value = serde_json::from_str(&aws.keys()).unwrap();
    assert_eq!(ring["signing"], "k-1752148800");

    let said = aws
        .masthead(&["keys", "rotate", "--at-once", "--aws"])
        .await
        .unwrap();
    assert!(said.contains("everybody is signed out"), "{said}");
    let ring: Value = serde_json::from_str(&aws.keys()).unwrap();
    let keys = ring["keys"].as_object().unwrap();
    assert!(
        keys.len() == 1 && keys.contains_key(ring["signing"].as_str().unwrap()),
        "one key"
    );
    assert!(auth::token::KeyRing::parse(&aws.keys()).is_ok());
}

#[tokio::test]
async fn keys_of_the_local_stack_are_rotated_too() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_masthead"))
            .args(arguments)
            .args(["--data", data])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["keys", "list"]);
    let before = local::jwt_keys(folder.path()).unwrap();
    run(&["keys", "rotate"]);
    let after: Value = serde_json::from_str(&local::jwt_keys(folder.path()).unwrap()).unwrap();
    assert_eq!(
        after["keys"].as_object().unwrap().len(),
        2,
        "the old one still verifies"
    );
    assert_ne!(
        after["signing"],
        serde_json::from_str::<Value>(&before).unwrap()["signing"]
    );
}
