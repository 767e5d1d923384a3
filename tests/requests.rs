//! What any request may look like, whatever it is for.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::site::{PASSWORD, Site, assert_error};

/// Of 24 bytes, as a file's id has them.
const FILE: &str = "/api/files/336bda953443337b9b22f346e7bdf5e2d0392f2fff3a4404";
const VERSION: &str = "/api/readmes/trip/versions/3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY";
const CHANGES: &str = "/api/readmes/trip/versions/3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY/changes";
const MEMBER: &str = "/api/members/0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70";
const RESET: &str = "/api/members/0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70/reset";
const SIGN_OUT: &str = "/api/members/0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70/sign_out";
const ROUTES: [(&str, &[&str]); 31] = [
    ("/api/login", &["POST"]),
    ("/api/forgot_password", &["POST"]),
    ("/api/set_password", &["POST"]),
    ("/api/upload_profile_pic", &["POST", "DELETE"]),
    ("/api/upload_file", &["POST"]),
    ("/api/upload_readme", &["POST"]),
    ("/api/upload_url", &["POST"]),
    ("/api/me", &["GET", "PATCH"]),
    ("/api/me/delete", &["POST"]),
    ("/api/preview", &["POST"]),
    ("/api/site", &["GET"]),
    ("/api/members", &["GET", "POST"]),
    ("/api/members/import", &["POST"]),
    ("/api/members/public", &["GET"]),
    (MEMBER, &["PATCH", "DELETE"]),
    (RESET, &["POST"]),
    (SIGN_OUT, &["POST"]),
    ("/api/audit", &["GET"]),
    ("/api/review", &["GET"]),
    ("/api/review/jo/trip", &["GET", "POST"]),
    ("/api/readmes", &["GET"]),
    ("/api/readmes/trip", &["GET", "DELETE"]),
    ("/api/readmes/trip/source", &["GET"]),
    ("/api/readmes/trip/versions", &["GET"]),
    (VERSION, &["GET"]),
    (CHANGES, &["GET"]),
    ("/api/readmes/trip/rename", &["POST"]),
    ("/api/readmes/trip/restore", &["POST"]),
    ("/api/files", &["GET"]),
    (FILE, &["DELETE"]),
    ("/api/content", &["GET", "POST"]),
];

/// The document describes these routes, with these methods and no others.
#[test]
fn the_document_describes_every_route() {
    let document: Value = serde_yaml::from_str(include_str!("../docs/openapi.yaml")).unwrap();
    let described: BTreeSet<(String, BTreeSet<String>)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, _)| path.starts_with("/api/"))
        .map(|(path, item)| {
            let methods = item
                .as_object()
                .unwrap()
                .keys()
                .map(|key| key.to_uppercase());
            let methods = methods.filter(|key| key != "PARAMETERS").collect();
            let path = path.replace("{slug}", "trip").replace("{handle}", "jo");
            let path = match path.as_str() {
                "/api/files/{id}" => FILE,
                "/api/members/{id}" => MEMBER,
                "/api/members/{id}/reset" => RESET,
                "/api/members/{id}/sign_out" => SIGN_OUT,
                "/api/readmes/trip/versions/{id}" => VERSION,
                "/api/readmes/trip/versions/{id}/changes" => CHANGES,
                other => other,
            };
            (path.to_owned(), methods)
        })
        .collect();
    let known = ROUTES.map(|(path, methods)| {
        let methods = methods.iter().map(|method| (*method).to_owned()).collect();
        (path.to_owned(), methods)
    });
    assert_eq!(described, BTreeSet::from(known));
}

/// A method that a route doesn't have is a 405 that says which it has, and carries every header
/// that each answer carries.
#[tokio::test]
async fn other_methods_are_answered_with_allow() {
    let site = Site::start().await;
    for (path, methods) in ROUTES {
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE", "PROPFIND",
        ] {
            if methods.contains(&method) {
                continue;
            }
            let answer = site
                .request(Method::from_bytes(method.as_bytes()).unwrap(), path)
                .send()
                .await
                .unwrap();
            assert_eq!(
                answer.status(),
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            assert_eq!(
                answer.headers()["allow"].to_str().unwrap(),
                methods.join(", "),
                "{method} {path}"
            );
            assert_eq!(answer.headers()["cache-control"], "no-store");
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            if method != "HEAD" {
                assert_error(answer, 405, "method_not_allowed").await;
            }
        }
    }
}

/// Only the documented spelling of a path is a route.
#[tokio::test]
async fn other_spellings_of_a_path_are_not_found() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let login = json!({"email": "jo@club.example", "password": PASSWORD}).to_string();
    for (path, status) in [
        ("/api/login", "200"),
        ("/api/login?x=1", "200"),
        ("/api/login/", "404"),
        ("//api/login", "404"),
        ("/api//login", "404"),
        ("/api/%6cogin", "404"),
        ("/api/x/../login", "404"),
        ("/api/./login", "404"),
        ("/API/login", "404"),
        ("/api/login%00", "404"),
        ("/api/login;x", "404"),
        ("/prod/api/login", "404"),
        ("/login", "404"),
        ("/api", "404"),
        ("/api/unknown", "404"),
    ] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{login}",
            login.len()
        );
        let answer = site.raw(request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{path}: {answer}"
        );
        if status == "404" {
            assert!(answer.contains(r#""code":"not_found""#), "{path}: {answer}");
        }
    }
}

/// CORS is for the sites that `ALLOWED_ORIGINS` names.
#[tokio::test]
async fn cors_names_the_allowed_origin_and_no_other() {
    let site = Site::start().await;
    let allowed = site
        .environment
        .required("ALLOWED_ORIGINS")
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .trim()
        .replace('*', "4321");
    for (origin, expected) in [
        (allowed.clone(), true),
        (format!("{allowed}.evil"), false),
        ("https://evil.example".to_owned(), false),
        ("null".to_owned(), false),
        (allowed.to_uppercase(), false),
    ] {
        for (path, _) in ROUTES {
            let preflight = site
                .request(Method::OPTIONS, path)
                .header("origin", &origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization");
            let answer = preflight.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
            let headers = answer.headers();
            assert_eq!(
                headers.get("access-control-allow-origin").is_some(),
                expected,
                "{origin}"
            );
            assert_eq!(
                headers.get("access-control-allow-headers").is_some(),
                expected,
                "{origin}"
            );
            assert_eq!(headers["vary"], "Origin");
            if expected {
                assert_eq!(
                    headers["access-control-allow-origin"].to_str().unwrap(),
                    origin
                );
            }
            assert!(!headers.contains_key("access-control-allow-credentials"));
        }
        let answer = site
            .get("/api/me")
            .header("origin", &origin)
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.headers().contains_key("access-control-allow-origin"),
            expected,
            "errors too: {origin}"
        );
    }
}

/// A multipart body that is cut off anywhere is a 400, over HTTP too.
#[tokio::test]
async fn a_form_that_is_cut_off_is_a_400() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let whole = "--X\r\nContent-Disposition: form-data; name=\"readme_file\"; filename=\"a.md\"\r\nContent-Type: text/markdown\r\n\r\n# Hi\r\n--X--";
    for end in (0..whole.len()).step_by(7) {
        let request = site
            .post("/api/upload_readme")
            .bearer_auth(&member.token)
            .header("content-type", "multipart/form-data; boundary=X")
            .body(whole[..end].to_owned());
        assert_error(request.send().await.unwrap(), 400, "bad_request").await;
    }
}

/// The gateway's limits are answered by us, in our envelope.
#[tokio::test]
async fn what_is_too_much_for_the_gateway_is_said() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for mebibytes in [6, 11] {
        let request = site
            .post("/api/upload_profile_pic")
            .bearer_auth(&member.token)
            .header("content-type", "multipart/form-data; boundary=X")
            .body(vec![b'x'; mebibytes * 1024 * 1024]);
        assert_error(request.send().await.unwrap(), 413, "too_large").await;
    }
    let answer = site
        .get("/api/me")
        .header("x-long", "x".repeat(10_240))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}
