//! `masthead … --aws`, against the local stack in the place of DynamoDB and S3, and a small server in
//! the place of CloudFormation, SQS and Secrets Manager.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod doctor;
mod services;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use endpoint::Environment;
use local::{Options, Stack};
use serde_json::{Value, json};
use services::Said;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:masthead-AbCdEf";
const HOOK: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:hook-AbCdEf";
const QUEUE: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/uploads";

/// What the account holds, beside table and buckets.
#[derive(Default)]
struct Account {
    keys: String,
    hook: String,
    messages: Vec<Value>,
    /// What CloudFront was told to forget, and whether it is down.
    forgotten: Vec<String>,
    cloudfront_is_down: bool,
    /// What `masthead doctor` is told.
    said: Said,
}

impl Account {
    /// The secret that a call asks for.
    fn secret(&mut self, asked: &Value) -> &mut String {
        match asked["SecretId"].as_str().unwrap() {
            SECRET => &mut self.keys,
            HOOK => &mut self.hook,
            other => panic!("there is no secret {other}"),
        }
    }
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
            hook: "{}".to_owned(),
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
            ("SiteName", "Chess Club"),
            ("LaterQueue", QUEUE),
            ("DeadLetters", services::DEAD_LETTERS),
            ("SigningKeys", SECRET),
            ("DeployHook", HOOK),
            ("DistributionId", "E1EXAMPLE"),
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
        self.masthead_with(arguments, "").await
    }

    /// The same with something on standard input.
    async fn masthead_with(&self, arguments: &[&str], input: &str) -> Result<String, String> {
        let output = self.run(arguments, input).await;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(text(output.stderr))
        }
    }

    /// The same, with all that comes of it.
    async fn run(&self, arguments: &[&str], input: &str) -> Output {
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
        command.env("AWS_ENDPOINT_URL_CLOUDFRONT", &self.url);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let input = input.to_owned();
        let run = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // Commands that read nothing may be gone already.
            let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
            child.wait_with_output()
        });
        run.await.unwrap().unwrap()
    }

    /// Jo Doe, whose handle is `jo-doe`.
    async fn invite(&self, email: &str) -> String {
        let invite = ["users", "invite", email, "--name", "Jo Doe", "--aws"];
        self.masthead(&invite).await.unwrap()
    }

    /// The bucket of uploads, and keys of READMEs of the member with an address, which are stored there.
    async fn readmes(&self, email: &str, slugs: &[String]) -> (String, Vec<String>) {
        let environment: Environment = self.stack.environment().iter().cloned().collect();
        let config = endpoint::aws::config(&environment, endpoint::aws::ENDPOINT_S3).unwrap();
        let uploads = blobs::Blobs::new(&config, environment.required("UPLOADS_BUCKET").unwrap());
        let members = endpoint::configuration::members(&environment).unwrap();
        let address = members::Email::parse(email).unwrap();
        // Somebody's: what is nobody's is erased.
        let member = members.by_email(&address).await.unwrap().unwrap().id;
        let keys: Vec<String> = slugs
            .iter()
            .map(|slug| format!("readmes/{member}/{slug}.md"))
            .collect();
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
        (uploads.bucket().to_owned(), keys)
    }

    /// The keys that were queued since this was asked last, in order, all of the same bucket.
    fn queued(&self, bucket: &str) -> Vec<String> {
        let messages = std::mem::take(&mut self.account.lock().unwrap().messages);
        let queued = messages.iter().map(|message| {
            let s3 = &message["Records"][0]["s3"];
            assert_eq!(s3["bucket"]["name"], bucket);
            s3["object"]["key"].as_str().unwrap().to_owned()
        });
        let mut queued: Vec<String> = queued.collect();
        queued.sort();
        queued
    }

    fn cloudfront_is_down(&self, is_down: bool) {
        self.account.lock().unwrap().cloudfront_is_down = is_down;
    }

    /// What CloudFront was told to forget since this was asked last.
    fn forgotten(&self) -> Vec<String> {
        std::mem::take(&mut self.account.lock().unwrap().forgotten)
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
    let (told, deployed) = {
        let said = &account.lock().unwrap().said;
        (said.answer(&head, target, &body), said.deployed())
    };
    let (status, body) = match target {
        _ if told.is_some() => told.unwrap(),
        "" if head.starts_with("post /2020-05-31/distribution/e1example/invalidation ") => {
            let mut account = account.lock().unwrap();
            if account.cloudfront_is_down {
                (503, String::new())
            } else {
                let paths = body.split("<Path>").skip(1);
                let paths = paths.map(|rest| rest.split('<').next().unwrap().to_owned());
                account.forgotten.extend(paths);
                (201, invalidation())
            }
        }
        "" if body.contains("StackName=masthead&") || body.ends_with("StackName=masthead") => (
            200,
            format!(
                "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
                 <Stacks><member><StackName>masthead</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>\
                 {deployed}<Outputs>{outputs}</Outputs></member></Stacks>\
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
            let asked: Value = serde_json::from_str(&body).unwrap();
            let mut account = account.lock().unwrap();
            let text = account.secret(&asked).clone();
            (200, json!({"ARN": asked["SecretId"], "SecretString": text}).to_string())
        }
        "secretsmanager.putsecretvalue" => {
            let asked: Value = serde_json::from_str(&body).unwrap();
            let mut account = account.lock().unwrap();
            asked["SecretString"].as_str().unwrap().clone_into(account.secret(&asked));
            (200, json!({"ARN": asked["SecretId"]}).to_string())
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

/// What CloudFront answers with.
fn invalidation() -> String {
    "<Invalidation><Id>I1</Id><Status>InProgress</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime>\
     <InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>r</CallerReference></InvalidationBatch>\
     </Invalidation>"
        .to_owned()
}

/// What CloudFront keeps of Jo Doe.
const OF_JO_DOE: [&str; 3] = ["/content/jo-doe*", "/pictures/jo-doe/*", "/files/jo-doe/*"];

/// What is published follows by itself: the functions of the stack are told by a word in its bucket.
#[tokio::test]
async fn a_member_of_a_stack_is_renamed() {
    let aws = Aws::start().await;
    aws.invite("jo@club.example").await;
    let rename = "users rename jo-doe jo --name Roe --aws";
    let rename: Vec<&str> = rename.split(' ').collect();
    let renamed = aws.masthead(&rename).await.unwrap();
    assert!(renamed.contains("is Roe (jo) from now on."), "{renamed}");
    let environment: Environment = aws.stack.environment().iter().cloned().collect();
    let members = endpoint::configuration::members(&environment).unwrap();
    let account = members.by_handle("jo").await.unwrap().unwrap();
    let config = endpoint::aws::config(&environment, endpoint::aws::ENDPOINT_S3).unwrap();
    let uploads = blobs::Blobs::new(&config, environment.required("UPLOADS_BUCKET").unwrap());
    let word = blobs::layout::HandleChangeKey::new(&account.id).key();
    assert!(uploads.head(&word).await.unwrap().is_some());
}

#[tokio::test]
async fn a_member_of_a_stack_gets_another_address() {
    let aws = Aws::start().await;
    let (before, after) = ("jo@clib.example", "jo@club.example");
    let invited = aws.invite(before).await;
    let change = ["users", "change-email", before, after, "--aws"];
    let changed = aws.masthead(&change).await.unwrap();
    assert!(
        changed.contains("Jo Doe (jo-doe) signs in as jo@club.example from now on")
            && changed.contains("goes on working"),
        "{changed}"
    );
    let listed = aws.masthead(&["users", "list", "--aws"]).await.unwrap();
    assert!(
        listed.contains(after) && !listed.contains(before),
        "{listed}"
    );
    let again = aws.masthead(&change).await.unwrap_err();
    assert!(again.contains("there is no member"), "{again}");
    // Of the slip that was handed out.
    let (_, code) = invited.split_once("/join#").unwrap();
    let code = code.split_whitespace().next().unwrap();
    let choice = json!({"code": code, "password": "four words of nonsense"});
    let set = reqwest::Client::new()
        .post(format!("{}/api/set_password", aws.stack.api_url()))
        .json(&choice);
    assert_eq!(set.send().await.unwrap().status(), 200);
}

/// CloudFront forgets what was published of a member who goes. One that can't be told keeps the account,
/// so that saying it again tells it.
#[tokio::test]
async fn caches_forget_a_member_who_goes() {
    let aws = Aws::start().await;
    let email = "jo@club.example";
    aws.invite(email).await;
    let rename = ["users", "rename", email, "jo", "--aws"];
    aws.masthead(&rename).await.unwrap();
    let remove = ["users", "remove", email, "--yes", "--aws"];
    aws.cloudfront_is_down(true);
    let refused = aws.masthead(&remove).await.unwrap_err();
    assert!(
        refused.contains("everything is erased, but CloudFront"),
        "{refused}"
    );
    let listed = aws.masthead(&["users", "list", "--aws"]).await.unwrap();
    assert!(listed.contains("going"), "{listed}");
    let enabled = aws.masthead(&["users", "enable", email, "--aws"]).await;
    assert!(enabled.unwrap_err().contains("can’t be taken back"));

    aws.cloudfront_is_down(false);
    let removed = aws.masthead(&remove).await.unwrap();
    assert!(removed.contains("Jo Doe (jo) is removed"), "{removed}");
    let of_jo = OF_JO_DOE.map(|path| path.replace("jo-doe", "jo"));
    let all = [of_jo, OF_JO_DOE.map(str::to_owned)].concat();
    assert_eq!(aws.forgotten(), all, "former handles, too");
    let again = aws.masthead(&remove).await.unwrap_err();
    assert!(again.contains("there is no member"), "{again}");
}

#[tokio::test]
async fn members_of_a_stack_are_found_by_its_outputs() {
    let aws = Aws::start().await;
    let invited = aws.invite("jo@club.example").await;
    assert!(
        invited.contains("https://d111111abcdef8.cloudfront.net/join#"),
        "{invited}"
    );
    let folder = tempfile::tempdir().unwrap();
    let sheet = folder.path().join("slip.html");
    let again = [
        "users",
        "reset",
        "jo@club.example",
        "--aws",
        "--sheet",
        sheet.to_str().unwrap(),
    ];
    aws.masthead(&again).await.unwrap();
    let slip = std::fs::read_to_string(&sheet).unwrap();
    assert!(slip.contains("<p>Chess Club</p>"), "{slip}");
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
    let email = "jo@club.example";
    aws.invite(email).await;
    let mut slugs: Vec<String> = (0..23).map(|number| format!("note-{number:02}")).collect();
    slugs.push("with space+plus".to_owned());
    let (bucket, mut keys) = aws.readmes(email, &slugs).await;
    let said = aws.masthead(&["rewrite", "--all", "--aws"]).await.unwrap();
    assert_eq!(said, "24 READMEs are queued for conversion.\n");
    for key in &mut keys {
        let asked = key.replacen("readmes/", "later/", 1);
        let asked = asked.strip_suffix(".md").unwrap();
        *key = asked.replace('+', "%2B").replace(' ', "+");
    }
    keys.sort();
    assert_eq!(aws.queued(&bucket), keys);
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
async fn a_hook_is_set_shown_without_its_address_and_removed() {
    let aws = Aws::start().await;
    let show = async || aws.masthead(&["hook", "show", "--aws"]).await.unwrap();
    let set = async |input: &str| {
        let arguments = ["hook", "set", "--event", "members", "--aws"];
        aws.masthead_with(&arguments, input).await
    };
    assert!(show().await.starts_with("There is no hook"));

    let said = set("https://api.netlify.com/build_hooks/s3cret\n")
        .await
        .unwrap();
    assert!(
        said.contains("api.netlify.com") && !said.contains("s3cret"),
        "{said}"
    );
    let github = "https://api.github.com/repos/club/site/dispatches\nghp_s3cret\n";
    set(github).await.unwrap();
    let kept: Value = serde_json::from_str(&aws.account.lock().unwrap().hook).unwrap();
    assert_eq!(
        kept,
        json!({"url": github.lines().next(), "token": "ghp_s3cret", "event_type": "members"})
    );
    let said = show().await;
    assert!(
        said.contains("api.github.com, with a token") && said.contains("members"),
        "{said}"
    );
    assert!(
        !said.contains("s3cret") && !said.contains("/repos"),
        "{said}"
    );

    // What can't be used changes nothing, and is not quoted.
    let no_token = github.lines().next().unwrap();
    for wrong in ["", "http://s3cret.example/", "s3cret", no_token] {
        let said = set(wrong).await.unwrap_err();
        assert!(
            said.starts_with("error: ") && !said.contains("s3cret"),
            "{said}"
        );
    }
    assert!(show().await.contains("with a token"));

    aws.masthead(&["hook", "remove", "--aws"]).await.unwrap();
    assert!(show().await.starts_with("There is no hook"));
    let said = aws.masthead(&["hook", "show"]).await.unwrap_err();
    assert!(
        said.contains("--aws") && said.contains("--rebuild-command"),
        "{said}"
    );
}

#[tokio::test]
async fn keys_of_the_local_stack_are_rotated_too() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command
            .args(arguments)
            .args(["--data", data])
            .output()
            .unwrap()
    };
    let none = run(&["keys", "list"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&none.stderr).contains("masthead dev"));
    assert_eq!(
        folder.path().read_dir().unwrap().count(),
        0,
        "a look makes nothing"
    );

    let before = local::jwt_keys(folder.path()).unwrap();
    for command in ["list", "rotate"] {
        let output = run(&["keys", command]);
        assert!(output.status.success(), "{output:?}");
    }
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
