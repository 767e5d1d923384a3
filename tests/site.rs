//! A site of a test's own: the local stack in memory, and a client for it.

use std::time::{Duration, Instant};

use auth::password::{self, Password};
use endpoint::{Environment, configuration};
use local::{Options, Stack};
use members::{Created, Email, Members, NewMember, Role};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use uuid::Uuid;

/// Of every member that [`Site::member`] makes.
pub(crate) const PASSWORD: &str = "four words of nonsense";

/// How long a test waits for what is promised within a second; generous, since all tests run at once.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Site {
    pub(crate) stack: Stack,
    pub(crate) client: Client,
    pub(crate) members: Members,
    pub(crate) environment: Environment,
}

/// A member who is signed in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) handle: String,
    pub(crate) token: String,
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// One whose functions have these variables.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        crate::canary::watch();
        let settings = settings.iter();
        let stack = local::start(Options {
            port: 0,
            settings: settings
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Options::default()
        })
        .await
        .expect("a stack");
        let environment: Environment = stack.environment().iter().cloned().collect();
        let members = configuration::members(&environment).expect("the members table");
        Self {
            stack,
            client: Client::new(),
            members,
            environment,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.api_url())
    }

    /// The path of an URL that the site gave out.
    pub(crate) fn path<'a>(&self, url: &'a str) -> &'a str {
        let public_url = self
            .environment
            .required("PUBLIC_URL")
            .expect("a public address");
        url.strip_prefix(public_url)
            .unwrap_or_else(|| panic!("{url} is not under {public_url}"))
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// Adds a member without signing in.
    pub(crate) async fn add(&self, handle: &str, password: Option<&str>) -> String {
        let id = Uuid::now_v7().to_string();
        let hash = password.map(|password| {
            password::hash(&Password::new(password), rand::random()).expect("a hash")
        });
        let member = NewMember {
            id: id.clone(),
            email: Email::parse(&format!("{handle}@club.example")).expect("an address"),
            name: format!("{handle} of the club"),
            handle: handle.to_owned(),
            password_hash: hash,
            role: Role::Member,
            created_at: 0,
        };
        assert_eq!(
            self.members.create(member).await.expect("a member"),
            Created::Created
        );
        id
    }

    /// Adds a member and signs them in.
    pub(crate) async fn member(&self, handle: &str) -> SignedIn {
        let id = self.add(handle, Some(PASSWORD)).await;
        let email = format!("{handle}@club.example");
        let answer = self.login(&email, PASSWORD).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let token = body(answer).await["access_token"]
            .as_str()
            .expect("a token")
            .to_owned();
        SignedIn {
            id,
            email,
            handle: handle.to_owned(),
            token,
        }
    }

    pub(crate) async fn login(&self, email: &str, password: &str) -> Response {
        let login = json!({ "email": email, "password": password });
        self.post("/api/login")
            .json(&login)
            .send()
            .await
            .expect("an answer")
    }

    pub(crate) async fn upload(
        &self,
        member: &SignedIn,
        file_name: &str,
        bytes: impl Into<Vec<u8>>,
    ) -> Response {
        let file = Part::bytes(bytes.into()).file_name(file_name.to_owned());
        let form = Form::new().part("readme_file", file);
        self.post("/api/upload_readme")
            .bearer_auth(&member.token)
            .multipart(form)
            .send()
            .await
            .expect("an answer")
    }

    /// Uploads a README and waits for its report.
    pub(crate) async fn publish(
        &self,
        member: &SignedIn,
        file_name: &str,
        text: impl Into<Vec<u8>>,
    ) -> Value {
        let answer = self.upload(member, file_name, text).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let report = body(answer).await["readme"]["report"]
            .as_str()
            .expect("an address")
            .to_owned();
        self.report(member, &report).await
    }

    /// The report at `path`, once it is no longer `processing`.
    pub(crate) async fn report(&self, member: &SignedIn, path: &str) -> Value {
        self.wait_for(path, async || {
            let answer = self
                .get(path)
                .bearer_auth(&member.token)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK);
            let report = body(answer).await["readme"].take();
            (report["state"] != "processing").then_some(report)
        })
        .await
    }

    /// Asks again until there is something.
    pub(crate) async fn wait_for<T>(
        &self,
        what: &str,
        mut ask: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} did not come within {PATIENCE:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends bytes as they are and reads the answer's, for what no client would send.
    pub(crate) async fn raw(&self, request: impl AsRef<[u8]>) -> String {
        let address = self
            .stack
            .api_url()
            .trim_start_matches("http://")
            .to_owned();
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("a connection");
        stream.write_all(request.as_ref()).await.expect("sent");
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
            .await
            .expect("an answer in time")
            .expect("read");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

pub(crate) async fn body(answer: Response) -> Value {
    answer.json().await.expect("a JSON body")
}

/// Checks an error's status, its envelope, and the headers that every answer carries.
pub(crate) async fn assert_error(answer: Response, status: u16, code: &str) -> String {
    assert_eq!(answer.status().as_u16(), status, "{code}");
    let headers = answer.headers().clone();
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    for banner in ["server", "x-powered-by"] {
        assert!(!headers.contains_key(banner), "{banner}");
    }
    let body = body(answer).await;
    assert_eq!(
        (body["status"].as_str(), body["code"].as_str()),
        (Some("error"), Some(code))
    );
    let message = body["message"].as_str().expect("a message").to_owned();
    assert!(
        message.len() > 10 && message.ends_with(['.', '”']),
        "{message}"
    );
    message
}
