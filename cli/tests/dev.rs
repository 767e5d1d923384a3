//! `masthead dev --rebuild-command`: the site's build on this machine, as its terminal shows it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

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
    /// A stack on three ports in a row, whose builds are one second apart.
    async fn start(command: &str) -> Self {
        let client = Client::new();
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let port: u16 = rand::random_range(20_000..30_000);
            let mut child = Command::new(env!("CARGO_BIN_EXE_masthead"))
                .current_dir(folder.path())
                .args(["dev", "--port", &port.to_string(), "--data", "data"])
                .args(["--rebuild-command", command])
                .args(["--rebuild-quiet", "1", "--rebuild-every", "1"])
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
