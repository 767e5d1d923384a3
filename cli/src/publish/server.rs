//! The server's API, as a member uses it: calls that are made again where a fault passes, within bounds.

mod files;

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body as _, Bytes};
use hyper::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT,
};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use super::folder::Id;
pub(super) use files::{FileUpload, Files, Listed as ListedFile, Usage};

/// How often a call is made that is answered with a fault that passes.
const TRIES: u32 = 5;
/// The longest wait between two of them; whoever is told to wait longer is told so.
const MAX_WAIT: Duration = Duration::from_mins(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Of a whole call without what is sent.
const TIMEOUT: Duration = Duration::from_mins(1);
/// What the slowest line sends in a second, beside others that send as well, in bytes.
const SLOWEST: u64 = 16 * 1024;
/// Largest answer, in bytes: more than Lambda gives.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Who calls.
const AGENT: &str = concat!("masthead/", env!("CARGO_PKG_VERSION"));
/// Documents of one page of the list, the most there can be.
const PAGE: u16 = 100;

/// Why a call didn't do what it was made for.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server's answer, in its own words.
    Refused { code: String, message: String },
    /// There is no answer, or none that can be read.
    Failed(anyhow::Error),
}

impl Trouble {
    pub(super) fn refused(code: &str, message: String) -> Self {
        Self::Refused {
            code: code.to_owned(),
            message,
        }
    }

    /// Whether the server has this code for it.
    pub(super) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }
}

impl From<Trouble> for anyhow::Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused { message, .. } => anyhow!("{message}"),
            Trouble::Failed(cause) => cause,
        }
    }
}

/// Why a try failed, and how long to wait before the next where there may be one.
type Failed = (Trouble, Option<Duration>);

pub(crate) struct Server {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Url,
}

/// One call of the API.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) token: Option<&'a str>,
    /// With its content type.
    pub(crate) body: Option<(String, Bytes)>,
}

/// What is known before anybody signs in.
#[derive(Deserialize)]
pub(super) struct Site {
    pub(super) limits: Limits,
}

/// In bytes.
#[derive(Deserialize)]
pub(super) struct Limits {
    pub(super) readme: u64,
    /// Of a file that is sent as a form.
    pub(super) picture: u64,
    /// Of a file that is put to an address.
    pub(super) large_picture: u64,
}

#[derive(Deserialize)]
struct SiteAnswer {
    site: Site,
}

/// The answer of a login.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: String,
    /// Seconds from now.
    pub(super) expires_in: u64,
}

#[derive(Deserialize)]
struct Page {
    readmes: Vec<Listed>,
    cursor: Option<String>,
}

/// A document in the list of all.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    pub(super) slug: String,
    pub(super) entry_id: String,
    pub(super) state: String,
    pub(super) file_name: Option<String>,
    #[serde(default)]
    pub(super) path: String,
    /// A server of before documents could get another address says none.
    #[serde(default)]
    pub(super) former_slugs: Vec<String>,
    pub(super) sha256: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) title: Option<String>,
    pub(super) warning_count: usize,
}

impl Listed {
    pub(super) fn id(&self) -> Option<Id> {
        let name = self.file_name.as_deref()?;
        Some(Id::new(&self.path, name))
    }

    pub(super) fn is_processing(&self) -> bool {
        self.state == "processing"
    }
}

#[derive(Deserialize)]
struct ReportAnswer {
    readme: Report,
}

#[derive(Deserialize)]
struct Report {
    warnings: Vec<Warning>,
}

/// What its author should know of a document.
#[derive(Debug, Deserialize)]
pub(super) struct Warning {
    pub(super) line: u64,
    pub(super) text: String,
    pub(super) hint: String,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: String,
}

#[derive(Deserialize)]
struct Empty {}

/// What is sent.
pub(super) struct Upload<'a> {
    pub(super) id: &'a Id,
    pub(super) bytes: &'a [u8],
    pub(super) slug: Option<&'a str>,
    pub(super) may_replace: bool,
}

/// Reads a server's address: https, or http of this machine.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn parse_url(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text.trim())
        .map_err(|_| format!("“{text}” is no address; write it as https://members.club.example"))?;
    if url.scheme() != "https" && !is_here(&url) {
        return Err(
            "the address must begin with https://, since a password is sent there; http:// is for this machine alone"
                .to_owned(),
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address must hold no name and password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the address must hold no “?” and no “#”".to_owned());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether an address is one of this machine, where nothing has to be encrypted.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "http" && ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

impl Server {
    pub(crate) fn new(url: Url) -> anyhow::Result<Self> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .context("this machine's certificates can't be read")?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, url })
    }

    /// The server's address.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) async fn site(&self) -> Result<Site, Trouble> {
        let answer: SiteAnswer = self.call(&Call::get("/api/site", None)).await?;
        Ok(answer.site)
    }

    pub(super) async fn login(&self, email: &str, password: &str) -> Result<Granted, Trouble> {
        let login = json!({ "email": email, "password": password }).to_string();
        self.call(&Call {
            method: Method::POST,
            path: "/api/login",
            token: None,
            body: Some(("application/json".to_owned(), login.into())),
        })
        .await
    }

    /// All documents of the member.
    pub(super) async fn list(&self, token: &str) -> Result<Vec<Listed>, Trouble> {
        let mut all = Vec::new();
        let mut path = format!("/api/readmes?limit={PAGE}");
        loop {
            let page: Page = self.call(&Call::get(&path, Some(token))).await?;
            all.extend(page.readmes);
            let Some(cursor) = page.cursor else {
                return Ok(all);
            };
            // Its percent signs are part of it.
            let cursor = cursor.replace('%', "%25");
            path = format!("/api/readmes?limit={PAGE}&cursor={cursor}");
        }
    }

    pub(super) async fn warnings(&self, token: &str, slug: &str) -> Result<Vec<Warning>, Trouble> {
        let path = format!("/api/readmes/{slug}");
        let answer: ReportAnswer = self.call(&Call::get(&path, Some(token))).await?;
        Ok(answer.readme.warnings)
    }

    pub(super) async fn upload(&self, token: &str, upload: &Upload<'_>) -> Result<(), Trouble> {
        let call = Call {
            method: Method::POST,
            path: "/api/upload_readme",
            token: Some(token),
            body: Some(upload.form()),
        };
        self.call::<Empty>(&call).await.map(|_| ())
    }

    /// Withdraws a document; one that isn't there is withdrawn.
    pub(super) async fn delete(&self, token: &str, slug: &str) -> Result<(), Trouble> {
        self.take_away(token, &format!("/api/readmes/{slug}")).await
    }

    /// Deletes what is at a path of the API, unless nothing is there.
    async fn take_away(&self, token: &str, path: &str) -> Result<(), Trouble> {
        let call = Call {
            method: Method::DELETE,
            ..Call::get(path, Some(token))
        };
        match self.call::<Empty>(&call).await {
            Err(trouble) if !trouble.is("not_found") => Err(trouble),
            _ => Ok(()),
        }
    }

    /// Makes a call once, with further headers, and answers what came back, whatever its status.
    pub(crate) async fn exchange(
        &self,
        call: &Call<'_>,
        headers: &[(HeaderName, &str)],
    ) -> anyhow::Result<(StatusCode, HeaderMap, Bytes)> {
        let mut request = self.request(call)?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(value)?;
            request.headers_mut().insert(name, value);
        }
        let answered = tokio::time::timeout(TIMEOUT, self.answer(request)).await;
        answered.unwrap_or_else(|_| Err(anyhow!("there is no answer")))
    }

    /// Makes a call until it is answered with what doesn't pass. Every call may be made twice: the second has nothing to do.
    async fn call<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Trouble> {
        tried(async || self.once(call).await).await
    }

    /// One call.
    async fn once<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Failed> {
        let host = self.url.host_str().unwrap_or_default();
        let request = self
            .request(call)
            .map_err(|cause| (Trouble::Failed(cause), None))?;
        let (status, wait, bytes) = self.answered(request).await?;
        if status.is_success()
            && let Ok(answer) = serde_json::from_slice(&bytes)
        {
            return Ok(answer);
        }
        let trouble = match serde_json::from_slice::<Refusal>(&bytes) {
            Ok(Refusal { code, message }) => Trouble::Refused { code, message },
            // Redirects aren't followed: what is behind one isn't what was asked for, and gets no password.
            Err(_) => Trouble::Failed(anyhow!(
                "{host} answered with status {} and nothing that Masthead says; is it the address of Masthead?",
                status.as_u16()
            )),
        };
        Err((trouble, wait))
    }

    /// The answer to a request: its status, how long to wait before the next try where that may help, and what is in it.
    async fn answered(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Option<Duration>, Bytes), Failed> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let sent = request.body().size_hint().exact().unwrap_or_default();
        let timeout = TIMEOUT + Duration::from_secs(sent / SLOWEST);
        let answered = tokio::time::timeout(timeout, self.answer(request)).await;
        let answered = answered.unwrap_or_else(|_| Err(anyhow!("there is no answer")));
        let (status, headers, bytes) = answered.map_err(|cause| {
            let cause = cause.context(format!("{host} can't be reached"));
            (Trouble::Failed(cause), Some(Duration::ZERO))
        })?;
        let retry_after = headers.get(RETRY_AFTER);
        let retry_after = retry_after
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let passes = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        );
        let wait = passes.then(|| retry_after.unwrap_or(Duration::from_secs(1)));
        Ok((status, wait, bytes))
    }

    fn request(&self, call: &Call<'_>) -> anyhow::Result<Request<Full<Bytes>>> {
        let base = self.url.as_str().trim_end_matches('/');
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{base}{}", call.path))
            .header(USER_AGENT, AGENT);
        if let Some(token) = call.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let (content_type, body) = call.body.clone().unzip();
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        Ok(request.body(Full::new(body.unwrap_or_default()))?)
    }

    async fn answer(
        &self,
        request: Request<Full<Bytes>>,
    ) -> anyhow::Result<(StatusCode, HeaderMap, Bytes)> {
        let answer = self.client.request(request).await?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|cause| anyhow!("the answer can't be read: {cause}"))?;
        Ok((head.status, head.headers, body.to_bytes()))
    }
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: &'a str, token: Option<&'a str>) -> Self {
        Self {
            method: Method::GET,
            path,
            token,
            body: None,
        }
    }
}

/// Tries until something else comes than a fault that passes.
async fn tried<T>(once: impl AsyncFn() -> Result<T, Failed>) -> Result<T, Trouble> {
    let mut tries = 0;
    loop {
        tries += 1;
        let (trouble, wait) = match once().await {
            Ok(answer) => return Ok(answer),
            Err(failed) => failed,
        };
        let wait = wait.filter(|wait| tries < TRIES && *wait <= MAX_WAIT);
        let Some(wait) = wait else {
            return Err(trouble);
        };
        tokio::time::sleep(wait.max(Duration::from_millis(250) * tries)).await;
    }
}

impl Upload<'_> {
    fn form(&self) -> (String, Bytes) {
        let replace = if self.may_replace {
            "any"
        } else {
            "same_title"
        };
        let mut fields = vec![("path", self.id.path.as_str()), ("replace", replace)];
        fields.extend(self.slug.map(|slug| ("slug", slug)));
        form(
            &fields,
            ("readme_file", &self.id.file_name, "text/markdown"),
            self.bytes,
        )
    }
}

/// Fields and a file, which is called by its field's name, its own and its type: as a browser's form would send them, and the
/// content type that says so. No name with a line break or a backslash comes here.
pub(crate) fn form(
    fields: &[(&str, &str)],
    file: (&str, &str, &str),
    bytes: &[u8],
) -> (String, Bytes) {
    let boundary = base16ct::lower::encode_string(&rand::random::<[u8; 16]>());
    let mut body = Vec::with_capacity(bytes.len() + 1024);
    for (name, value) in fields {
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let (field, file_name, content_type) = file;
    let file_name = file_name.replace('"', "\\\"");
    let part = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\nContent-Type: {content_type}\r\n\r\n"
    );
    body.extend_from_slice(part.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (
        format!("multipart/form-data; boundary={boundary}"),
        body.into(),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    use super::{Server, Trouble, parse_url};

    const SITE: &str =
        r#"{"status":"success","site":{"limits":{"readme":7,"picture":8,"large_picture":9}}}"#;
    const BUSY: &str = r#"{"status":"error","code":"unavailable","message":"Busy."}"#;

    /// A server that answers with each of these in turn: head without its end, and body, in which `{url}` is its own address.
    /// Answers in the end what it was asked.
    pub(in crate::publish) fn answering(
        answers: &[(&str, &str)],
    ) -> (Server, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<String> = answers
            .iter()
            .map(|(head, body)| {
                let body = body.replace("{url}", &url);
                let length = body.len();
                format!(
                    "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )
            })
            .collect();
        let answering = std::thread::spawn(move || {
            let answered = answers.into_iter().map(|answer| {
                let (mut client, _) = listener.accept().unwrap();
                let mut asked = [0; 4096];
                let read = client.read(&mut asked).unwrap();
                client.write_all(answer.as_bytes()).unwrap();
                String::from_utf8_lossy(&asked[..read]).into_owned()
            });
            answered.collect()
        });
        (Server::new(parse_url(&url).unwrap()).unwrap(), answering)
    }

    /// What the server's site is said to be where it answers with each of these in turn.
    async fn site(answers: &[(&str, &str)]) -> Result<u64, Trouble> {
        let (server, answering) = answering(answers);
        let site = server.site().await;
        // Every answer was asked for, and no more.
        answering.join().unwrap();
        site.map(|site| site.limits.readme)
    }

    #[tokio::test]
    async fn faults_that_pass_are_waited_out_within_bounds() {
        let busy = ("503 Busy\r\nretry-after: 0", BUSY);
        let many = ("429 Many\r\nretry-after: 0", BUSY);
        let gateway = ("502 Bad Gateway\r\nretry-after: 0", "a proxy");
        let fine = ("200 OK", SITE);
        assert_eq!(site(&[busy, many, gateway, fine]).await.ok(), Some(7));
        let tried = site(&[busy; 5]).await.unwrap_err();
        assert!(tried.is("unavailable"), "{tried:?}");
        let long = ("429 Many\r\nretry-after: 900", BUSY);
        assert!(site(&[long]).await.is_err());
    }

    #[tokio::test]
    async fn what_is_no_masthead_is_told_and_nothing_followed() {
        for (head, body) in [
            ("301 Moved\r\nlocation: http://127.0.0.1:9/", ""),
            ("200 OK", "<html>"),
            ("404 Not Found", "nothing"),
        ] {
            let Err(Trouble::Failed(cause)) = site(&[(head, body)]).await else {
                panic!("{head}");
            };
            assert!(cause.to_string().contains("address of Masthead"), "{cause}");
        }
    }

    #[test]
    fn addresses_are_https_or_this_machine_s() {
        for (text, url) in [
            ("https://club.example", "https://club.example/"),
            ("https://club.example/", "https://club.example/"),
            (
                " https://club.example/members/ ",
                "https://club.example/members",
            ),
            ("http://localhost:3000", "http://localhost:3000/"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000/"),
            ("http://[::1]:3000", "http://[::1]:3000/"),
        ] {
            assert_eq!(parse_url(text).unwrap().as_str(), url);
        }
        for text in [
            "",
            "club.example",
            "localhost:3000",
            "http://club.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example",
            "https://jo:secret@club.example",
            "ftp://localhost",
            "https://club.example/?a",
        ] {
            assert!(parse_url(text).is_err(), "{text}");
        }
    }
}
