//! `/mail`: the letters that were sent, for whoever sits at this machine. They hold codes that open accounts.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use endpoint::{Language, Sentence, sentence};
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY,
};
use hyper::http::uri::Authority;
use hyper::{Method, StatusCode};
use mail_parser::{Message, MessageParser};

use super::answer::{Answer, failed, text};
use crate::mailbox::Mailbox;

/// Where the letters are.
pub const PATH: &str = "/mail";

/// The page's own: it loads the page's style, and shows letters in a frame.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// That of a letter's HTML: no script, nothing from anywhere, in an origin of its own.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";
/// What a proxy or a tunnel adds to a request, which then comes from this machine by name alone.
const FORWARDED: [&str; 5] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "cf-connecting-ip",
];

/// Whether whoever asks sits at this machine: they reach it by a loopback address under a loopback name, and nothing in
/// between passes the request on. A tunnel that shows the site to others shows no letters.
pub(super) fn may_read(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let is_own_name = host.is_some_and(|host| {
        let name = host.host();
        let address = name.trim_start_matches('[').trim_end_matches(']');
        let address = address.parse::<IpAddr>();
        name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
    });
    peer.ip().to_canonical().is_loopback()
        && is_own_name
        && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// The answer for what comes after [`PATH`]: the list, a letter, or a letter's HTML. `None`: there is nothing.
pub(super) async fn answer(
    mailbox: &Mailbox,
    method: &Method,
    rest: &str,
    language: Language,
) -> Option<Answer> {
    if ![Method::GET, Method::HEAD].contains(method) {
        return None;
    }
    let answered = if rest.is_empty() {
        list(mailbox, language).await.map(Some)
    } else {
        let rest = rest.strip_prefix('/')?;
        match rest.strip_suffix("/html") {
            Some(name) => html(mailbox, name).await,
            None => letter(mailbox, rest, language).await,
        }
    };
    answered.unwrap_or_else(|error| {
        tracing::error!(%error, "the letters could not be read");
        Some(failed(language))
    })
}

async fn list(mailbox: &Mailbox, language: Language) -> std::io::Result<Answer> {
    let mut body = String::new();
    let mut names = mailbox.names().await?;
    names.reverse();
    for name in &names {
        let Some(raw) = mailbox.read(name).await? else {
            continue;
        };
        let shown = match MessageParser::default().parse(&raw) {
            Some(message) => format!(
                "{} <small>{}, {}</small>",
                escaped(message.subject().unwrap_or_default()),
                escaped(&addressed(&message)),
                escaped(&dated(&message))
            ),
            None => said(&sentence!("mail.box_unreadable"), language),
        };
        // Writing into a `String` can't fail; a letter's name is plain.
        let _ = writeln!(body, "<li><a href=\"{PATH}/{name}\">{shown}</a></li>");
    }
    let body = if body.is_empty() {
        format!("<p>{}</p>", said(&sentence!("mail.box_empty"), language))
    } else {
        format!("<ul>\n{body}</ul>")
    };
    let heading = said(&sentence!("mail.box"), language);
    let hint = said(&sentence!("mail.box_local"), language);
    let body = format!("<h1>{heading}</h1>\n<p class=\"hint\">{hint}</p>\n{body}");
    Ok(page(language, &heading, &body))
}

async fn letter(
    mailbox: &Mailbox,
    name: &str,
    language: Language,
) -> std::io::Result<Option<Answer>> {
    let Some(raw) = mailbox.read(name).await? else {
        return Ok(None);
    };
    let Some(message) = MessageParser::default().parse(&raw) else {
        let unreadable = said(&sentence!("mail.box_unreadable"), language);
        let body = format!("<p>{unreadable}</p>");
        return Ok(Some(page(language, &unreadable, &body)));
    };
    let subject = escaped(message.subject().unwrap_or_default());
    let plain = message.body_text(0).unwrap_or_default();
    let lines: Vec<String> = plain.lines().map(linked).collect();
    let body = format!(
        "<p><a href=\"{PATH}\">{}</a></p>\n<h1>{subject}</h1>\n<p>{}, {}</p>\n<pre>{}</pre>\n<h2>{}</h2>\n\
         <iframe sandbox=\"\" src=\"{PATH}/{name}/html\" title=\"{subject}\" width=\"100%\" height=\"480\"></iframe>",
        said(&sentence!("mail.box_all"), language),
        escaped(&addressed(&message)),
        escaped(&dated(&message)),
        lines.join("\n"),
        said(&sentence!("mail.box_as_html"), language),
    );
    Ok(Some(page(language, &subject, &body)))
}

async fn html(mailbox: &Mailbox, name: &str) -> std::io::Result<Option<Answer>> {
    let Some(raw) = mailbox.read(name).await? else {
        return Ok(None);
    };
    let message = MessageParser::default().parse(&raw);
    let html = message.as_ref().and_then(|message| message.body_html(0));
    let html = html.unwrap_or_default().into_owned();
    let answer = text(StatusCode::OK, "text/html; charset=utf-8", html);
    Ok(Some(guarded(answer, LETTER_POLICY)))
}

/// A line of a letter; one that is an address and nothing else is a link.
fn linked(line: &str) -> String {
    let shown = escaped(line);
    let is_address = (line.starts_with("http://") || line.starts_with("https://"))
        && !line.contains(char::is_whitespace);
    if is_address {
        format!("<a href=\"{shown}\" rel=\"noopener noreferrer\">{shown}</a>")
    } else {
        shown
    }
}

fn addressed(message: &Message<'_>) -> String {
    let to = message.to().into_iter().flat_map(|to| to.iter());
    let to = to.filter_map(|to| to.address().map(str::to_owned));
    to.collect::<Vec<_>>().join(", ")
}

fn dated(message: &Message<'_>) -> String {
    let date = message.date().map(mail_parser::DateTime::to_rfc3339);
    date.unwrap_or_default()
}

/// `heading` and `body` are HTML.
fn page(language: Language, heading: &str, body: &str) -> Answer {
    let page = format!(
        "<!doctype html>\n<html lang=\"{language}\" data-spoken>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{heading}</title>\n\
         <link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    );
    let answer = text(StatusCode::OK, "text/html; charset=utf-8", page);
    guarded(answer, PAGE_POLICY)
}

fn guarded(mut answer: Answer, policy: &'static str) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    answer
}

/// A sentence as HTML.
fn said(sentence: &Sentence, language: Language) -> String {
    escaped(&sentence.in_language(language))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    const HOSTILE: &str = "From: \"<script>alert(1)</script>\" <a@b.example>\r\n\
        To: \"<img src=x onerror=alert(2)>\" <jo@club.example>\r\n\
        Subject: </title><script>alert(3)</script>\r\n\
        Date: Tue, 01 Dec 2026 18:00:00 +0000\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
        <script>alert(4)</script>\r\nhttps://club.example/\"onmouseover=\"alert(5)\r\njavascript:alert(6)\r\n\
        --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <script>alert(7)</script><img src=\"https://elsewhere.example/pixel\">\r\n--x--\r\n";

    fn from(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 50_000)
    }

    fn asked(headers: &[(&'static str, &str)]) -> HeaderMap {
        let headers = headers.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_str(value).unwrap())
        });
        headers.collect()
    }

    #[test]
    fn only_whoever_sits_here_reads_letters() {
        for host in [
            "localhost:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "LOCALHOST",
        ] {
            for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                assert!(
                    may_read(from(peer), &asked(&[("host", host)])),
                    "{host} {peer}"
                );
            }
            for peer in ["192.0.2.7", "10.0.0.2", "2001:db8::1"] {
                assert!(
                    !may_read(from(peer), &asked(&[("host", host)])),
                    "{host} {peer}"
                );
            }
        }
        // A tunnel that passes on what it was asked, and one that gives another host.
        for host in [
            "club.tunnel.example",
            "192.0.2.7:3000",
            "localhost.evil.example",
            "",
        ] {
            assert!(
                !may_read(from("127.0.0.1"), &asked(&[("host", host)])),
                "{host}"
            );
        }
        for forwarded in FORWARDED {
            let asked = asked(&[("host", "localhost:3000"), (forwarded, "192.0.2.7")]);
            assert!(!may_read(from("127.0.0.1"), &asked), "{forwarded}");
        }
        assert!(!may_read(from("127.0.0.1"), &HeaderMap::new()));
    }

    async fn shown(mailbox: &Mailbox, rest: &str) -> Option<(String, String)> {
        let answer = answer(mailbox, &Method::GET, rest, Language::ENGLISH).await?;
        let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        let policy = policy.to_owned();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        Some((policy, String::from_utf8(body.to_vec()).unwrap()))
    }

    #[tokio::test]
    async fn a_hostile_letter_is_shown_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        let (_, empty) = shown(&mailbox, "").await.unwrap();
        assert!(empty.contains("No letter was written yet."), "{empty}");
        mailbox.put(HOSTILE.into(), "ab").await.unwrap();
        mailbox.put(vec![0xff, 0xfe, 0], "cd").await.unwrap();
        mailbox.put(Vec::new(), "ef").await.unwrap();
        let names = mailbox.names().await.unwrap();
        let (policy, list) = shown(&mailbox, "").await.unwrap();
        let (_, letter) = shown(&mailbox, &format!("/{}", names[0])).await.unwrap();
        assert_eq!(policy, PAGE_POLICY);
        for page in [&list, &letter] {
            for markup in [
                "<script",
                "<img",
                "</title><s",
                "\"onmouseover",
                "href=\"javascript",
            ] {
                assert!(!page.contains(markup), "{markup} in {page}");
            }
            assert!(page.contains("&lt;script&gt;alert(3)"), "{page}");
        }
        // The HTML is what it is, where it can do nothing.
        let (policy, html) = shown(&mailbox, &format!("/{}/html", names[0]))
            .await
            .unwrap();
        assert!(policy.contains("default-src 'none'") && policy.ends_with("sandbox"));
        assert!(html.contains("alert(7)"));
        assert!(letter.contains("<iframe sandbox=\"\""));
        for other in [
            "/x.eml",
            "/../x.eml",
            "x",
            "//",
            "/html",
            "/x/html",
            "/x.eml/html",
        ] {
            assert!(shown(&mailbox, other).await.is_none(), "{other}");
        }
        for name in &names[1..] {
            assert!(shown(&mailbox, &format!("/{name}")).await.is_some());
        }
    }
}
