//! `masthead dev` as its terminal shows it: the site's build on this machine, settings, and who reaches it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Client;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

/// How long a test waits for what comes after seconds; generous, since all tests run at once.
const PATIENCE: Duration = Duration::from_mins(1);

struct Dev {
    child: Child,
    url: String,
    folder: tempfile::TempDir,
    client: Client,
}

impl Dev {
    /// A stack whose builds are one second apart.
    async fn start(command: &str) -> Self {
        let builds = ["--rebuild-quiet", "1", "--rebuild-every", "1"];
        Self::start_with(
            &[&["--rebuild-command", command], &builds[..]].concat(),
            &[],
        )
        .await
    }

    /// A stack on three ports in a row, with more options and variables.
    async fn start_with(options: &[&str], variables: &[(&str, &str)]) -> Self {
        let client = Client::new();
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let port: u16 = rand::random_range(20_000..30_000);
            let mut child = Command::new(env!("CARGO_BIN_EXE_masthead"))
                .current_dir(folder.path())
                .args(["dev", "--port", &port.to_string(), "--data", "data"])
                .args(options)
                .envs(variables.iter().copied())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            let url = format!("http://127.0.0.1:{port}");
            loop {
                if client.get(format!("{url}/healthz")).send().await.is_ok() {
                    return Self {
                        child,
                        url,
                        folder,
                        client,
                    };
                }
                if child.try_wait().unwrap().is_some() {
                    // The ports are taken.
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        panic!("no three ports in a row are free")
    }

    fn port(&self) -> u16 {
        let (_, port) = self.url.rsplit_once(':').unwrap();
        port.parse().unwrap()
    }

    /// What the terminal shows when somebody is invited.
    async fn invite(&self) -> String {
        let at = format!("users --port {} --data data invite", self.port());
        let whom = ["jo@club.example", "--name", "Jo"];
        let invite: Vec<&str> = at.split(' ').chain(whom).collect();
        let (code, out, said) = masthead(self.folder.path(), &invite, &[]).await;
        assert_eq!(code, 0, "{said}");
        out
    }

    /// Signs the demo member in, who is made a moment after the stack answers.
    async fn token(&self) -> String {
        let started = std::time::Instant::now();
        while started.elapsed() < PATIENCE {
            let password = read(&self.folder.path().join("data/demo-password"));
            let login = json!({"email": "demo@example.com", "password": password.trim()});
            let request = self.client.post(format!("{}/api/login", self.url));
            let answer = request.json(&login).send().await.unwrap();
            let answer: Value = answer.json().await.unwrap();
            if let Some(token) = answer["access_token"].as_str() {
                return token.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the demo member can't sign in")
    }

    /// Publishes a README as the demo member.
    async fn publish(&self, text: &'static str) {
        let token = self.token().await;
        let form = Form::new().part("readme_file", Part::text(text).file_name("README.md"));
        let upload = self
            .client
            .post(format!("{}/api/upload_readme", self.url))
            .bearer_auth(token)
            .multipart(form);
        assert_eq!(upload.send().await.unwrap().status(), 202);
    }

    /// Waits until the file `name` holds `count` lines, and returns them.
    async fn lines(&self, name: &str, count: usize) -> Vec<String> {
        let started = std::time::Instant::now();
        loop {
            let lines: Vec<String> = read(&self.folder.path().join(name))
                .lines()
                .map(str::to_owned)
                .collect();
            if lines.len() >= count {
                return lines;
            }
            assert!(started.elapsed() < PATIENCE, "{name} holds {lines:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What it said to standard error, once it has been ended.
    async fn said(mut self) -> String {
        self.child.start_kill().unwrap();
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut said).await.unwrap();
        said
    }
}

/// What `masthead` said to a call that ends by itself: its exit code, standard output and standard error.
async fn masthead(
    folder: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.current_dir(folder).args(arguments);
    command.envs(variables.iter().copied()).kill_on_drop(true);
    let ended = tokio::time::timeout(PATIENCE, command.output()).await;
    let ended = ended.expect("it runs").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        ended.status.code().unwrap(),
        text(ended.stdout),
        text(ended.stderr),
    )
}

/// The text of a file; empty where there is none yet.
fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

#[tokio::test]
async fn the_command_runs_once_for_each_change_and_knows_the_site() {
    let dev =
        Dev::start(r#"echo "$MASTHEAD_URL $MASTHEAD_BUILD_KEY" >>built; echo on the terminal >&2"#)
            .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        read(&dev.folder.path().join("built")),
        "",
        "nothing was published yet"
    );
    dev.publish("# One\n").await;
    let key = read(&dev.folder.path().join("data/build_key"));
    let first = dev.lines("built", 1).await;
    assert_eq!(first, [format!("{} {key}", dev.url)]);
    // The same again is no change.
    dev.publish("# One\n").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(dev.lines("built", 1).await.len(), 1);
    dev.publish("# Two\n").await;
    assert_eq!(dev.lines("built", 2).await.len(), 2);
    let said = dev.said().await;
    for part in ["building the site", "on the terminal", "the site is built"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains(&key), "{said}");
}

#[tokio::test]
async fn a_build_that_fails_is_told() {
    let dev = Dev::start("echo tried >>built; exit 3").await;
    dev.publish("# One\n").await;
    dev.lines("built", 1).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let said = dev.said().await;
    assert!(
        said.contains("the site was not built: the command ended with exit status: 3"),
        "{said}"
    );
}

/// Each wrong value is one sentence that names the option, and says nothing of a secret.
#[tokio::test]
async fn a_setting_that_can_t_be_used_is_named_as_an_option() {
    let folder = tempfile::tempdir().unwrap();
    let keys = r#"{"signing":"k1","keys":{"k1":"c2hvcnQ"}}"#;
    for (variable, value) in [
        ("ALLOWED_ORIGINS", "*"),
        ("JWT_KEYS", keys),
        ("LINK_BASE", "notes"),
        ("MAX_READMES", "0"),
        ("MAX_README_BYTES_TOTAL", "much"),
        ("MIN_PASSWORD_LENGTH", "3"),
        ("PUBLIC_URL", "club.example"),
        ("SITE_URL", "club.example"),
        ("THEMES", "nothing"),
        ("TOKEN_TTL_SECONDS", "0"),
    ] {
        let option = format!("--{}", variable.to_lowercase().replace('_', "-"));
        let dev = ["dev", "--port", "1", "--print-env"];
        let by_option = [&dev[..], &[&option, value]].concat();
        for (arguments, variables) in [(by_option, vec![]), (dev.to_vec(), vec![(variable, value)])]
        {
            let (code, out, said) = masthead(folder.path(), &arguments, &variables).await;
            assert_eq!((code, out.as_str()), (2, ""), "{variable}: {said}");
            assert!(
                said.contains(&format!("{option} (in the environment {variable})")),
                "{said}"
            );
            assert!(
                said.trim_end().lines().count() == 1 && !said.contains("c2hvcnQ"),
                "{said}"
            );
        }
    }
    // The stack itself says the same.
    let started = [
        "dev",
        "--port",
        "20000",
        "--backends-only",
        "--min-password-length",
        "3",
    ];
    let (code, _, said) = masthead(folder.path(), &started, &[]).await;
    assert!(
        code == 2 && said.contains("--min-password-length"),
        "{code}: {said}"
    );
}

/// As a club sets it in AWS, so on this machine: what functions say, and links on slips.
#[tokio::test]
async fn functions_and_slips_say_what_was_set() {
    let public = "https://tunnel.example";
    let variables = [
        ("MIN_PASSWORD_LENGTH", "9"),
        ("SITE_NAME", "Chess Club"),
        ("ALLOWED_ORIGINS", "https://club.example"),
    ];
    let options = ["--public-url", public, "--link-base", "/notes/"];
    let dev = Dev::start_with(&options, &variables).await;
    let site = dev.client.get(format!("{}/api/site", dev.url));
    let site: Value = site.send().await.unwrap().json().await.unwrap();
    let site = site.to_string();
    assert!(site.contains("Chess Club") && site.contains('9'), "{site}");

    let invited = dev.invite().await;
    assert!(invited.contains(&format!("{public}/join#")), "{invited}");

    // Its own page, as the tunnel hands it on; the sites that were named; and nobody else on this machine.
    for (host, origin, expected) in [
        ("tunnel.example", public, 400),
        ("tunnel.example", "https://club.example", 400),
        ("localhost", "http://localhost:5173", 403),
        ("tunnel.example", "https://evil.example", 403),
        ("evil.example", public, 421),
    ] {
        let login = dev.client.post(format!("{}/api/login", dev.url));
        let login = login
            .header("host", host)
            .header("origin", origin)
            .json(&json!({}));
        assert_eq!(
            login.send().await.unwrap().status(),
            expected,
            "{host}, {origin}"
        );
    }
}

/// Phones in the same network reach the API, and the addresses that it signs for them.
#[tokio::test]
async fn with_every_address_the_network_reaches_it_by_this_machine_s_own() {
    let Some(own) = local::network_address() else {
        let folder = tempfile::tempdir().unwrap();
        let (code, _, said) = masthead(folder.path(), &["dev", "--host", "0.0.0.0"], &[]).await;
        assert!(
            code == 1 && said.contains("no address in a network"),
            "{said}"
        );
        return;
    };
    let dev = Dev::start_with(&["--host", "0.0.0.0"], &[]).await;
    let port = dev.port();
    let url = format!("http://{own}:{port}");
    let page = dev.client.get(&url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    let s3 = format!("http://{own}:{}", port + 1);
    assert!(policy.contains(&s3), "{policy}");

    let token = dev.token().await;
    let picture = b"no picture".to_vec();
    let wanted = json!({"kind": "profile_pic", "content_type": "image/png", "size": picture.len()});
    let asked = dev
        .client
        .post(format!("{url}/api/upload_url"))
        .bearer_auth(&token);
    let signed: Value = asked
        .json(&wanted)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let address = signed["upload"]["url"].as_str().unwrap();
    assert!(address.starts_with(&s3), "{address}");
    let phone = format!("http://{own}:4321");
    for (origin, expected) in [("https://evil.example", 403), (phone.as_str(), 200)] {
        let mut put = dev
            .client
            .put(address)
            .header("origin", origin)
            .body(picture.clone());
        for (name, value) in signed["upload"]["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        assert_eq!(put.send().await.unwrap().status(), expected, "{origin}");
    }

    // Names are refused as ever, and so are foreign pages.
    for (host, origin, expected) in [
        (format!("{own}:{port}"), format!("http://{own}:{port}"), 400),
        (format!("{own}:{port}"), format!("http://{own}:4321"), 400),
        ("evil.example".to_owned(), url.clone(), 421),
        (
            format!("{own}:{port}"),
            "https://evil.example".to_owned(),
            403,
        ),
    ] {
        let login = dev.client.post(format!("{url}/api/login"));
        let login = login
            .header("host", &host)
            .header("origin", &origin)
            .json(&json!({}));
        assert_eq!(
            login.send().await.unwrap().status(),
            expected,
            "{host}, {origin}"
        );
    }
    let invited = dev.invite().await;
    assert!(invited.contains(&format!("{url}/join#")), "{invited}");
    let said = dev.said().await;
    assert!(
        said.contains("everybody in the networks") && said.contains(&url),
        "{said}"
    );
}

/// The file that `sam local` reads, which takes credentials from its own environment.
#[tokio::test]
async fn the_environment_is_printed_as_sam_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let dev = ["dev", "--host", "172.17.0.1", "--themes", "blog"];
    let (_, lines, _) = masthead(folder.path(), &[&dev[..], &["--print-env"]].concat(), &[]).await;
    let (_, file, _) = masthead(
        folder.path(),
        &[&dev[..], &["--print-env=sam"]].concat(),
        &[],
    )
    .await;
    let file: Value = serde_json::from_str(&file).unwrap();
    let variables = file["Parameters"].as_object().unwrap();
    assert_eq!(
        (&variables["THEMES"], file.as_object().unwrap().len()),
        (&json!("blog"), 1)
    );
    let mut left_out = Vec::new();
    for line in lines.lines() {
        let (name, value) = line.split_once('=').unwrap();
        match variables.get(name) {
            Some(same) => assert_eq!(same, value),
            None => left_out.push(name),
        }
    }
    assert_eq!(
        left_out,
        ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    );
}
