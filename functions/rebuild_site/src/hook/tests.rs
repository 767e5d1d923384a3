use hyper::StatusCode;
use hyper::header::HeaderMap;

use super::*;

fn refused(url: &str, token: Option<&str>) -> String {
    Hook::new(url, token, None).unwrap_err()
}

#[test]
fn only_https_is_called_but_for_this_machine() {
    for good in [
        "https://api.netlify.com/build_hooks/abc",
        "http://127.0.0.1:9/hook",
        "http://localhost/hook",
        "http://[::1]:3000/",
        " https://api.vercel.com/v1/integrations/deploy/prj_x/y\n",
    ] {
        assert!(Hook::new(good, None, None).is_ok(), "{good}");
    }
    for bad in [
        "http://api.netlify.com/build_hooks/s3cret",
        "http://127.0.0.1.example/s3cret",
        "ftp://localhost/s3cret",
        "/s3cret",
        "s3cret",
        "",
        "https://s3cret:s3cret@api.netlify.com/",
        "https://a b/s3cret",
    ] {
        assert!(!refused(bad, None).contains("s3cret"), "{bad}");
    }
}

#[test]
fn github_is_told_the_event_and_needs_a_token() {
    let url = "https://api.github.com/repos/club/site/dispatches";
    assert!(refused(url, None).contains("token"));
    let hook = Hook::new(url, Some("ghp_s3cret"), None).unwrap();
    assert_eq!(hook.body.unwrap(), r#"{"event_type":"masthead"}"#);
    let hook = Hook::new(url, Some("ghp_s3cret"), Some("members")).unwrap();
    assert_eq!(hook.body.unwrap(), r#"{"event_type":"members"}"#);
    assert!(!refused(url, Some("s3cret\n\n1")).contains("s3cret"));
}

#[test]
fn debug_names_the_host_alone() {
    let hook = Hook::new("https://a.example/s3cret?x=s3cret", Some("s3cret"), None).unwrap();
    assert_eq!(
        format!("{hook:?}"),
        r#"Hook { host: Some("a.example"), .. }"#
    );
}

#[test]
fn answers_are_told_apart() {
    let read = |code| {
        let status = StatusCode::from_u16(code).unwrap();
        answer::read("a.example", status, &HeaderMap::new())
    };
    for code in [200, 201, 202, 204] {
        assert_eq!(read(code), Start::Started);
    }
    for code in [408, 429, 500, 502, 503, 504] {
        assert!(matches!(read(code), Start::TryAgain { .. }), "{code}");
    }
    for (code, advice) in [
        (301, "moved"),
        (400, "hook set"),
        (401, "token"),
        (403, "token"),
        (404, "no such hook"),
        (410, "no such hook"),
        (422, "event"),
    ] {
        let Start::Refused(sentence) = read(code) else {
            panic!("{code}")
        };
        assert!(sentence.contains(advice), "{code}: {sentence}");
    }
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", HeaderValue::from_static("120"));
    let Start::TryAgain { after, .. } =
        answer::read("a.example", StatusCode::SERVICE_UNAVAILABLE, &headers)
    else {
        panic!("503")
    };
    assert_eq!(after, Some(Duration::from_mins(2)));
}
