//! A running site with one member, and what the tests ask it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use local::{Options, Stack, StartError};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "four words of nonsense";
pub(crate) const EMAIL: &str = "jo@club.example";

pub(crate) struct Site {
    pub(crate) stack: Stack,
    folder: tempfile::TempDir,
}

/// How a call ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) said: String,
}

impl Site {
    /// A site with one member, and an empty vault.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// One that is told these settings.
    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter();
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings: BTreeMap<_, _> = settings.collect();
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..50 {
            let port = rand::random_range(20_000..30_000);
            let options = Options {
                port,
                data: Some(folder.path().join(".masthead")),
                settings: settings.clone(),
                ..Options::default()
            };
            match local::start(options).await {
                Ok(stack) => {
                    let site = Self { stack, folder };
                    fs::create_dir(site.vault()).unwrap();
                    let port = port.to_string();
                    let add = ["users", "add", EMAIL, "--name", "Jo", "--handle", "jo"];
                    let how = ["--password-stdin", "--port", &port];
                    let ended = site.run(&[&add[..], &how].concat(), PASSWORD).await;
                    assert_eq!(ended.code, 0, "{}", ended.said);
                    return site;
                }
                Err(StartError::PortTaken { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        panic!("no three ports in a row are free")
    }

    pub(crate) fn vault(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.folder.path().join("settings")
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = self.vault().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn url(&self) -> String {
        self.stack.api_url().replace("127.0.0.1", "localhost")
    }

    /// The program, as it is typed in the folder that holds the vault.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command
            .current_dir(self.folder.path())
            .args(arguments)
            .env_remove("MASTHEAD_URL")
            .env_remove("MASTHEAD_EMAIL")
            .env("XDG_CONFIG_HOME", self.settings())
            .env("HOME", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(arguments);
        let input = input.to_owned();
        let ended = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // One that reads nothing may have ended.
            let _unread = child.stdin.take().unwrap().write_all(input.as_bytes());
            child.wait_with_output().unwrap()
        });
        let ended = ended.await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ended = Ended {
            code: ended.status.code().unwrap(),
            out: text(ended.stdout),
            said: text(ended.stderr),
        };
        for shown in [&ended.out, &ended.said] {
            assert!(
                !shown.contains(PASSWORD) && !shown.contains("eyJ"),
                "{shown}"
            );
        }
        ended
    }

    /// `masthead publish vault …`, with the password on standard input.
    pub(crate) async fn publish(&self, arguments: &[&str]) -> Ended {
        self.run(&[&["publish", "vault"], arguments].concat(), PASSWORD)
            .await
    }

    /// A first run, which is told where and as whom.
    pub(crate) async fn publish_first(&self, arguments: &[&str]) -> Ended {
        let url = self.url();
        let whom = ["--url", &url, "--email", EMAIL];
        self.publish(&[&whom[..], arguments].concat()).await
    }

    pub(crate) async fn token(&self) -> String {
        let login = json!({ "email": EMAIL, "password": PASSWORD });
        let request = reqwest::Client::new()
            .post(format!("{}/api/login", self.stack.api_url()))
            .json(&login);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Each document that the server has: slug, folder, file's name and state.
    pub(crate) async fn listed(&self) -> Vec<[String; 4]> {
        let request = reqwest::Client::new()
            .get(format!("{}/api/readmes", self.stack.api_url()))
            .bearer_auth(self.token().await);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        let readmes = answer["readmes"].as_array().unwrap().iter();
        readmes
            .map(|one| ["slug", "path", "file_name", "state"].map(|key| text(one, key)))
            .collect()
    }

    /// Sends a document as a browser does.
    pub(crate) async fn upload(&self, file_name: &str, text: &'static str) {
        let part = reqwest::multipart::Part::text(text).file_name(file_name.to_owned());
        let form = reqwest::multipart::Form::new().part("readme_file", part);
        let request = reqwest::Client::new()
            .post(format!("{}/api/upload_readme", self.stack.api_url()))
            .bearer_auth(self.token().await)
            .multipart(form);
        assert_eq!(request.send().await.unwrap().status(), 202);
    }

    /// Changes what is noted of the vault, as another version of the program would have.
    pub(crate) fn edit_record(&self, edit: impl FnOnce(&mut Value)) {
        let folder = self.settings().join("masthead/folders");
        let file = fs::read_dir(folder).unwrap().next().unwrap();
        let file = file.unwrap().path();
        let mut record: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        edit(&mut record);
        fs::write(file, record.to_string()).unwrap();
    }

    /// The file with the member's token.
    pub(crate) fn token_file(&self) -> PathBuf {
        let folder = self.settings().join("masthead/tokens");
        let mut files = fs::read_dir(folder).unwrap();
        files.next().unwrap().unwrap().path()
    }
}

pub(crate) fn published(slug: &str, path: &str, file_name: &str) -> [String; 4] {
    [slug, path, file_name, "published"].map(str::to_owned)
}
