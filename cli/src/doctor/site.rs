//! A running Masthead, as browsers and builds meet it: by its address alone.

use hyper::body::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::finding::{CONNECT, DEPLOY, DOMAIN, Finding, PAGE, SIGN_IN, UNAVAILABLE, UPGRADE};
use crate::publish::server::{Call, Server};

/// The version of this program, and so of what was last deployed from this checkout.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// No site: the top-level domain is reserved for what doesn't exist (RFC 2606).
const FOREIGN: &str = "https://masthead-doctor.invalid";
/// What every answer carries, and whether only one that came by https does.
const SECURITY: [(HeaderName, bool); 5] = [
    (X_CONTENT_TYPE_OPTIONS, false),
    (CONTENT_SECURITY_POLICY, true),
    (X_FRAME_OPTIONS, true),
    (REFERRER_POLICY, true),
    (STRICT_TRANSPORT_SECURITY, true),
];

/// An answer, whatever its status.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

async fn ask(
    server: &Server,
    call: &Call<'_>,
    headers: &[(HeaderName, &str)],
) -> anyhow::Result<Answer> {
    let (status, headers, body) = server.exchange(call, headers).await?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

pub(super) async fn look(server: &Server, origins: &[String]) -> Vec<Finding> {
    let host = server.url().host_str().unwrap_or_default().to_owned();
    let port = server.url().port_or_known_default().unwrap_or(443);
    // The URL's own spelling of an IPv6 address has brackets.
    let name = host.trim_matches(['[', ']']).to_owned();
    if let Err(error) = tokio::net::lookup_host((name, port)).await {
        return vec![Finding::wrong(
            "dns",
            format!("{host} leads nowhere: {error}"),
            "point the name at the output DistributionDomain with a CNAME, and wait until it is known everywhere",
            DOMAIN,
        )];
    }
    let mut found = vec![Finding::ok("dns", format!("{host} leads somewhere"))];
    let site = match ask(server, &Call::get("/api/site", None), &[]).await {
        Ok(answer) => answer,
        Err(cause) => {
            found.push(Finding::wrong(
                "reached",
                format!("{host} can't be reached: {cause:#}"),
                "look whether the name leads to the distribution and its certificate is issued",
                DOMAIN,
            ));
            return found;
        }
    };
    found.push(judge_site(&host, &site));
    found.push(judge_headers(server, &site));
    found.push(page(server).await);
    found.extend(cors(server, origins).await);
    found.push(wrong_password(server).await);
    found
}

fn judge_site(host: &str, answer: &Answer) -> Finding {
    let site = answer.json()["site"].take();
    let version = site["version"].as_str();
    match (answer.status, site["name"].as_str()) {
        (StatusCode::OK, Some(name)) if version == Some(VERSION) => {
            Finding::ok("api", format!("{host} is {name}, version {VERSION}"))
        }
        (StatusCode::OK, Some(name)) => Finding::warning(
            "api",
            format!(
                "{host} is {name}, version {}, and this checkout is {VERSION}",
                version.unwrap_or("unknown")
            ),
            "deploy, or use the checkout that was deployed",
            UPGRADE,
        ),
        (status, _) if status.is_server_error() => Finding::wrong(
            "api",
            format!("/api/site answers with status {}", status.as_u16()),
            "look into the function's log",
            UNAVAILABLE,
        ),
        (status, _) => Finding::wrong(
            "api",
            format!(
                "/api/site answers with status {} and nothing that Masthead says",
                status.as_u16()
            ),
            "take the output PublicUrl for the address",
            CONNECT,
        ),
    }
}

fn judge_headers(server: &Server, answer: &Answer) -> Finding {
    let is_encrypted = server.url().scheme() == "https";
    let expected = SECURITY
        .iter()
        .filter(|(_, only_https)| is_encrypted || !only_https);
    let missing: Vec<&str> = expected
        .filter(|(name, _)| !answer.headers.contains_key(name))
        .map(|(name, _)| name.as_str())
        .collect();
    if missing.is_empty() {
        return Finding::ok("headers", "answers carry the security headers");
    }
    Finding::wrong(
        "headers",
        format!("answers lack {}", missing.join(", ")),
        "let members come by PublicUrl, and no proxy or distribution of another make take headers away",
        CONNECT,
    )
}

/// The page to sign in, to which invitations lead.
async fn page(server: &Server) -> Finding {
    let answer = match ask(server, &Call::get("/join", None), &[]).await {
        Ok(answer) => answer,
        Err(cause) => return Finding::unknown("page", &cause, PAGE),
    };
    let is_page = answer
        .body
        .to_ascii_lowercase()
        .starts_with(b"<!doctype html");
    if answer.status.is_success() && is_page {
        return Finding::ok("page", "the page to sign in is there");
    }
    Finding::wrong(
        "page",
        format!(
            "/join answers with status {}: invitations lead there",
            answer.status.as_u16()
        ),
        "put the page's files into the content bucket",
        PAGE,
    )
}

/// Who may call from a browser: the site's pages, and nobody else's.
async fn cors(server: &Server, origins: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for origin in origins {
        found.push(match allowed_origin(server, origin).await {
            Ok(Some(allowed)) if allowed == *origin => {
                Finding::ok("cors", format!("pages of {origin} may call"))
            }
            Ok(_) => Finding::wrong(
                "cors",
                format!("pages of {origin} may not call"),
                "set SiteOrigin to exactly what browsers show before the first single slash, and deploy",
                DEPLOY,
            ),
            Err(cause) => Finding::unknown("cors", &cause, DEPLOY),
        });
    }
    if origins.is_empty() {
        found.push(Finding::warning(
            "cors",
            "whose pages call is not known, so that it was not looked at",
            "name the site with --site-origin",
            DEPLOY,
        ));
    }
    match allowed_origin(server, FOREIGN).await {
        Ok(Some(allowed)) if allowed == FOREIGN || allowed == "*" => found.push(Finding::wrong(
            "cors",
            "pages of any site may call",
            "name the site's own origins in SiteOrigin, and let nothing before Masthead add headers",
            DEPLOY,
        )),
        Ok(_) => {}
        Err(cause) => found.push(Finding::unknown("cors", &cause, DEPLOY)),
    }
    found
}

/// What a browser would be told of who may call, before a page of this origin signs in.
async fn allowed_origin(server: &Server, origin: &str) -> anyhow::Result<Option<String>> {
    let preflight = Call {
        method: Method::OPTIONS,
        ..Call::get("/api/login", None)
    };
    let headers = [
        (ORIGIN, origin),
        (ACCESS_CONTROL_REQUEST_METHOD, "POST"),
        (ACCESS_CONTROL_REQUEST_HEADERS, "content-type"),
    ];
    let answer = ask(server, &preflight, &headers).await?;
    let allowed = answer.headers.get(ACCESS_CONTROL_ALLOW_ORIGIN);
    let allowed = allowed.filter(|_| answer.status.is_success());
    Ok(allowed.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()))
}

/// One login that can't be right, of an address that nobody can have: it locks nobody out.
async fn wrong_password(server: &Server) -> Finding {
    let nobody = base16ct::lower::encode_string(&rand::random::<[u8; 8]>());
    let login = json!({
        "email": format!("doctor-{nobody}@masthead-doctor.invalid"),
        "password": "a word that is nobody's"
    });
    let call = Call {
        method: Method::POST,
        path: "/api/login",
        token: None,
        body: Some(("application/json".to_owned(), login.to_string().into())),
    };
    let answer = match ask(server, &call, &[]).await {
        Ok(answer) => answer,
        Err(cause) => return Finding::unknown("login", &cause, SIGN_IN),
    };
    let said = answer.json();
    let code = said["code"].as_str().unwrap_or("none");
    match (answer.status.as_u16(), code) {
        (401, "invalid_credentials") => {
            Finding::ok("login", "a wrong password is refused, as it has to be")
        }
        (429, _) => Finding::warning(
            "login",
            "so many logins were refused from here that this one has to wait",
            "wait for a quarter of an hour, and look who guesses",
            SIGN_IN,
        ),
        (status, _) if status >= 500 => Finding::wrong(
            "login",
            format!("a login is answered with status {status}, code {code}"),
            "look into the log of `login`",
            UNAVAILABLE,
        ),
        (status, _) => Finding::wrong(
            "login",
            format!("a wrong password is answered with status {status}, code {code}"),
            "look what stands before Masthead: it has to hand POST requests on as they are",
            CONNECT,
        ),
    }
}
