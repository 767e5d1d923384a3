//! `masthead users` as an administrator types it, against a running site.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, ensure};
use aws_sdk_s3::config::Builder;
use endpoint::{Environment, aws};
use local::{Options, Stack, StartError};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const PASSWORD: &str = "four words of nonsense";
/// Members of the roster: a small club's.
const ROSTER: usize = 30;

struct Site {
    stack: Stack,
    port: u16,
    client: reqwest::Client,
    folder: tempfile::TempDir,
}

impl Site {
    /// A site in memory on three ports in a row, as the command line expects them.
    async fn start() -> anyhow::Result<Self> {
        for _ in 0..50 {
            let port = rand::random_range(20_000..30_000);
            let options = Options {
                port,
                ..Options::default()
            };
            match local::start(options).await {
                Ok(stack) => {
                    return Ok(Self {
                        stack,
                        port,
                        client: reqwest::Client::new(),
                        folder: tempfile::tempdir()?,
                    });
                }
                Err(StartError::PortTaken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        anyhow::bail!("no three ports in a row are free")
    }

    /// `masthead users …`; `Err` holds what it wrote to standard error.
    async fn users(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command
            .current_dir(self.folder.path())
            .arg("users")
            .args(arguments);
        command.args(["--port", &self.port.to_string()]);
        let Output {
            status,
            stdout,
            stderr,
        } = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        if status.success() {
            Ok(text(stdout))
        } else {
            Err(text(stderr))
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.api_url())
    }

    async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        self.client
            .post(self.url(path))
            .json(body)
            .send()
            .await
            .unwrap()
    }

    async fn login(&self, email: &str, password: &str) -> Option<String> {
        let body = json!({ "email": email, "password": password });
        let answer: Value = self.post("/api/login", &body).await.json().await.unwrap();
        answer["access_token"].as_str().map(str::to_owned)
    }

    async fn set_password(&self, code: &str, password: &str) -> u16 {
        let body = json!({ "code": code, "password": password });
        self.post("/api/set_password", &body)
            .await
            .status()
            .as_u16()
    }

    async fn me(&self, token: &str) -> u16 {
        let request = self.client.get(self.url("/api/me")).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    }
}

/// The codes of a sheet, in its order.
fn codes(sheet: &Path) -> Vec<String> {
    let sheet = std::fs::read_to_string(sheet).unwrap();
    let codes = sheet.split("<p class=\"code\">").skip(1);
    codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// The line of an output that begins with a word, less the word.
fn line<'a>(output: &'a str, word: &str) -> &'a str {
    let mut lines = output.lines().map(str::trim);
    lines
        .find_map(|line| line.strip_prefix(word).map(str::trim))
        .unwrap_or_else(|| panic!("no “{word}” in {output}"))
}

/// From a roster to thirty members who have signed in.
#[tokio::test]
async fn a_roster_leads_to_members_who_can_sign_in() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let mut csv = "name,email\n".to_owned();
    for number in 0..ROSTER {
        csv.push_str(
            &[
                "Member ",
                &number.to_string(),
                ",m",
                &number.to_string(),
                "@club.example\n",
            ]
            .concat(),
        );
    }
    std::fs::write(site.file("roster.csv"), csv)?;
    let checked = site
        .users(&["import", "roster.csv", "--dry-run"])
        .await
        .unwrap();
    assert!(
        checked.starts_with("30 members can be imported"),
        "{checked}"
    );
    assert_eq!(
        site.users(&["list"]).await.unwrap().lines().count(),
        1,
        "nothing but a header"
    );

    site.users(&["import", "roster.csv", "--sheet", "sheet.html"])
        .await
        .unwrap();
    let codes = codes(&site.file("sheet.html"));
    ensure!(codes.len() == ROSTER);
    for (number, code) in codes.iter().enumerate() {
        let email = format!("m{number}@club.example");
        let password = format!("a sentence of member {number}");
        assert_eq!(site.login(&email, &password).await, None);
        assert_eq!(site.set_password(code, &password).await, 200);
        assert!(site.login(&email, &password).await.is_some());
        assert_eq!(site.set_password(code, &password).await, 401);
    }
    let listed = site.users(&["list", "--json"]).await.unwrap();
    assert_eq!(listed.matches(r#""state":"active""#).count(), ROSTER);
    let again = site.users(&["import", "roster.csv"]).await.unwrap_err();
    assert!(
        again.contains("line 2: a member with this address exists"),
        "{again}"
    );
    Ok(())
}

/// One bad row, and nothing is imported; `--skip-bad` takes the others.
#[tokio::test]
async fn all_of_a_roster_or_nothing() -> anyhow::Result<()> {
    let site = Site::start().await?;
    std::fs::write(
        site.file("roster.csv"),
        "email,name\njo@club.example,Jo\nnobody,No\n",
    )?;
    let refused = site
        .users(&["import", "roster.csv", "--sheet", "s.html"])
        .await
        .unwrap_err();
    assert!(
        refused.contains("line 3:") && refused.contains("nothing was imported"),
        "{refused}"
    );
    assert!(!site.file("s.html").exists());
    assert!(site.users(&["show", "jo@club.example"]).await.is_err());
    let taken = site
        .users(&["import", "roster.csv", "--skip-bad"])
        .await
        .unwrap();
    assert!(taken.starts_with("1 members are imported"), "{taken}");
    let shown = site.users(&["show", "jo@club.example"]).await.unwrap();
    assert_eq!(line(&shown, "state"), "invited");
    Ok(())
}

/// What `export` writes goes into another site, passwords and all.
#[tokio::test]
async fn members_move_with_their_passwords() -> anyhow::Result<()> {
    let (one, two) = (Site::start().await?, Site::start().await?);
    let invited = one
        .users(&["invite", "jo@club.example", "--name", "Jo, \"the\" Doe"])
        .await
        .unwrap();
    assert_eq!(
        one.set_password(line(&invited, "code"), PASSWORD).await,
        200
    );
    std::fs::write(
        two.file("roster.csv"),
        one.users(&["export"]).await.unwrap(),
    )?;
    two.users(&["import", "roster.csv"]).await.unwrap();
    assert!(two.login("jo@club.example", PASSWORD).await.is_some());
    Ok(())
}

#[tokio::test]
async fn codes_sessions_and_removal() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let email = "jo@club.example";
    let first = site
        .users(&["invite", email, "--name", "Jo Doe"])
        .await
        .unwrap();
    let second = site
        .users(&["invite", email, "--name", "Jo Doe"])
        .await
        .unwrap();
    let (first, code) = (line(&first, "code"), line(&second, "code"));
    assert_eq!(line(&second, "link"), site.url(&format!("/join#{code}")));
    assert_eq!(site.set_password(first, PASSWORD).await, 401, "replaced");
    assert_eq!(site.set_password(code, PASSWORD).await, 200);
    let refused = site
        .users(&["invite", email, "--name", "Jo Doe"])
        .await
        .unwrap_err();
    assert!(refused.contains("users reset"), "{refused}");

    let token = site.login(email, PASSWORD).await.context("a token")?;
    site.users(&["sign-out", email]).await.unwrap();
    assert_eq!(site.me(&token).await, 401);
    let reset = site.users(&["reset", email]).await.unwrap();
    assert_eq!(
        site.set_password(line(&reset, "code"), "another sentence to remember")
            .await,
        200
    );
    let token = site
        .login(email, "another sentence to remember")
        .await
        .context("a token")?;

    for text in ["# One", "# Two"] {
        let file = Part::bytes(text.as_bytes()).file_name("README.md");
        let form = Form::new().part("readme_file", file);
        let request = site
            .client
            .post(site.url("/api/upload_readme"))
            .bearer_auth(&token);
        assert_eq!(request.multipart(form).send().await?.status(), 202);
    }
    while site.stack.queued().await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let shown = site.users(&["show", email]).await.unwrap();
    assert!(line(&shown, "readme").starts_with("published"), "{shown}");
    assert_ne!(line(&shown, "last login"), "never");

    let (uploads, content) = ("masthead-uploads", "masthead-content");
    assert_eq!(versions(&site, uploads).await?, 2, "the older one, too");
    site.users(&["remove", email, "--yes"]).await.unwrap();
    while site.stack.queued().await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(
        (
            versions(&site, uploads).await?,
            versions(&site, content).await?
        ),
        (0, 0)
    );
    assert_eq!(site.me(&token).await, 401);
    assert!(site.users(&["show", email]).await.is_err());
    assert_eq!(site.users(&["list"]).await.unwrap().lines().count(), 1);
    Ok(())
}

/// Versions and delete markers in a bucket.
async fn versions(site: &Site, bucket: &str) -> anyhow::Result<usize> {
    let environment: Environment = site.stack.environment().into_iter().collect();
    let config = aws::config(&environment, aws::ENDPOINT_S3)?;
    let client =
        aws_sdk_s3::Client::from_conf(Builder::from(&config).force_path_style(true).build());
    let listed = client.list_object_versions().bucket(bucket).send().await?;
    Ok(listed.versions().len() + listed.delete_markers().len())
}

/// A reader who has enough is no reason to complain.
#[test]
fn output_that_nobody_reads_is_no_error() {
    use std::io::Read as _;
    use std::process::Stdio;

    let file = tempfile::NamedTempFile::new().unwrap();
    // More than a pipe holds.
    std::fs::write(file.path(), "A line of a long note.\n\n".repeat(20_000)).unwrap();
    let mut masthead = Command::new(env!("CARGO_BIN_EXE_masthead"))
        .arg("convert")
        .arg(file.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 3];
    masthead
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    assert_eq!(&first, b"---");
    let output = masthead.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr),
        (Some(141), Vec::new())
    );
}
