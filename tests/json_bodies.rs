//! JSON as RFC 8259 has it and nothing beyond: each fragment stands in a login that is right but
//! for it, so that a lenient reader would let the member in.

use reqwest::StatusCode;

use crate::site::{PASSWORD, Site, assert_error};

#[rustfmt::skip]
const NO_VALUES: &[&[u8]] = &[
    // Numbers
    b"-", b"+1", b".5", b"1.", b"-.1", b"-1.", b"01", b"-01", b"0x1", b"0x", b"1e", b"1e+", b"1E-",
    b"1.e1", b"1_000", b"1 000", b"++1", b"--1", b"1+2", b"0e", b"0.3e", b"0.3e+", b"2.e3", b"1eE2",
    b"1e1.5", b"NaN", b"-NaN", b"Infinity", b"-Infinity", b"Inf", b"1a", b"-a", b"0b1", b"1.0.0",
    b"\xef\xbc\x91", b"1\xe5", b"1e1\xe5", b"-123.123foo",
    // Strings
    b"'x'", b"\"x", b"x\"", b"\"\\a\"", b"\"\\x00\"", b"\"\\u00\"", b"\"\\u00g0\"", b"\"\\ud800\"",
    b"\"\\ud800\\u\"", b"\"\\ud800\\u1\"", b"\"\\ud800\\ud800\"", b"\"\\udc00\"", b"\"\\ud800\\n\"",
    b"\"\n\"", b"\"\t\"", b"\"\0\"", b"\"\x1f\"", b"\"\\\"", b"\"\\\\\\\"", b"\"\\\t\"",
    b"\"\\\xf0\x9f\x8c\x80\"", b"\"\\u\xe5\"", b"\"\xff\"", b"\"\xc0\xaf\"", b"\"\xe0\xff\"",
    b"\"\xed\xa0\x80\"", b"\"\xf4\xbf\xbf\xbf\"", b"\"\xfc\x80\x80\x80\x80\x80\"", b"\"\x81\"",
    b"\xe5", b"\\u0022x\\u0022", b"`x`",
    // Arrays
    b"[", b"]", b"[1,]", b"[,1]", b"[1,,2]", b"[,]", b"[1 2]", b"[1:2]", b"[1}", b"[\"x\"",
    b"[1,\n1\n,1", b"[*]", b"[[]", b"[3[4]]", b"[\"\":1]", b"[\"a\"", b"[-]", b"[\x0c]", b"[\xff]",
    b"[1,\n4\n,1,]",
    // Objects
    b"{", b"}", b"{\"a\"}", b"{\"a\":}", b"{\"a\" 1}", b"{\"a\"::1}", b"{\"a\":1,}", b"{,\"a\":1}",
    b"{\"a\":1,,\"b\":2}", b"{a:1}", b"{'a':1}", b"{1:1}", b"{null:null}", b"{\"a\":1 \"b\":2}",
    b"{\"a\":1]", b"{[:1}", b"{\"a\":1,\"a\":1}", b"{\"\\u0061\":1,\"a\":1}", b"{\"a\":\"a\" 123}",
    b"{\"a\"=>1}", b"{\"a\",1}", b"{\"a\":/**/1}", b"{\"a\":1}/**/", b"{\"a\":1}//", b"{\"a\":1}#",
    b"{\"a\":'x'}", b"{9999E9999:1}", b"{\xff:0}",
    // Words and marks
    b"True", b"TRUE", b"tru", b"truth", b"nul", b"Null", b"None", b"undefined", b"fals", b"yes",
    b"abc", b"*", b"#", b"/", b"<a>", b"<null>", b"&", b"()", b"@", b"\\n", b"1 // x", b"1 /* x */",
    b"# x", b"\xe2\x81\xa0", b"\x0c1", b"1\x0c", b"\xc2\xa01", b"\xef\xbb\xbf1", b"1\0", b"\0", b"",
    b" ", b",", b":", b"1,", b"1}", b"1]", b"1 true", b"true false", b"\"a\" \"b\"", b"[] []",
    b"{} {}",
];

#[rustfmt::skip]
const VALUES: &[&[u8]] = &[
    b"0", b"-0", b"1E+2", b"1.5e-3", b"123456789012345678901234567890", b"1e-400", b"\"\"",
    b"\"\\u0000\"", b"\"\\ud83d\\ude00\"", b"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    b"\"\xf0\x9f\x98\x80\"", b"\"\x7f\"", b"\"\xe2\x80\xa8\"", b"[]", b"[ ]", b"[[],{}]",
    b"[\r\n\t1 , 2]", b"{}", b"{\"\":0}", b"{\"a\":{\"a\":1}}", b"true", b"false", b"null",
];

fn login(value: &[u8]) -> Vec<u8> {
    let before = format!("{{\"email\":\"jo@club.example\",\"password\":\"{PASSWORD}\",\"extra\":");
    [before.as_bytes(), value, b"}"].concat()
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    for value in NO_VALUES {
        let answer = send(&site, login(value)).await;
        assert_eq!(
            answer.status(),
            StatusCode::BAD_REQUEST,
            "{}",
            value.escape_ascii()
        );
        assert_error(answer, 400, "bad_request").await;
    }
    let whole = login(b"[1]");
    for end in 0..whole.len() {
        let answer = send(&site, whole[..end].to_vec()).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "cut at {end}");
    }
}

#[tokio::test]
async fn what_is_json_is_read() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    for value in VALUES {
        let answer = send(&site, login(value)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", value.escape_ascii());
    }
    let spaced = [b" \r\n\t".as_slice(), &login(b"1"), b"\n \t\r"].concat();
    assert_eq!(send(&site, spaced).await.status(), StatusCode::OK);
}

async fn send(site: &Site, body: Vec<u8>) -> reqwest::Response {
    site.post("/api/login")
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap()
}
