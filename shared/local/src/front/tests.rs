//! Tests of the wall itself; `stack::tests::walls` has it over the sockets.

use std::net::{IpAddr, Ipv4Addr};

use endpoint::{Environment, Origins};
use hyper::Request;

use super::{Front, Port};
use crate::Options;

fn front(options: &Options) -> Front {
    let environment: Environment = [(
        "ALLOWED_ORIGINS".to_owned(),
        "http://localhost:4321".to_owned(),
    )]
    .into_iter()
    .collect();
    Front::new(
        options,
        Origins::from_env(&environment).unwrap(),
        "https://tunnel.example/",
    )
}

/// The status of the refusal, or 200.
fn status(front: &Front, port: Port, method: &str, headers: &[(&str, &str)]) -> u16 {
    status_at(front, port, method, "/", headers)
}

fn status_at(front: &Front, port: Port, method: &str, uri: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    front
        .refusal(port, &parts)
        .map_or(200, |refusal| refusal.status.as_u16())
}

#[test]
fn only_this_machine_s_own_names_are_answered_to() {
    let local = front(&Options::default());
    let container = front(&Options {
        host: "host.docker.internal".to_owned(),
        ..Options::default()
    });
    let network = front(&Options {
        bind: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        host: "192.168.1.20".to_owned(),
        ..Options::default()
    });
    for (host, expected) in [
        ("localhost:3000", [200, 200, 200]),
        ("LOCALHOST:3000", [200, 200, 200]),
        ("127.0.0.1:3000", [200, 200, 200]),
        ("[::1]:3000", [200, 200, 200]),
        ("localhost:8080", [200, 200, 200]),
        ("Host.docker.internal:3001", [421, 200, 421]),
        ("192.168.1.20:3000", [421, 421, 200]),
        ("10.0.0.7:3000", [421, 421, 200]),
        ("[fd00::7]:3000", [421, 421, 200]),
        ("evil.example:3000", [421, 421, 421]),
        ("tunnel.example", [200, 200, 200]),
        ("localhost.evil.example", [421, 421, 421]),
        ("127.0.0.1.nip.io:3000", [421, 421, 421]),
        ("localhost@evil.example", [421, 421, 421]),
        ("evil.example@localhost", [421, 421, 421]),
        ("", [421, 421, 421]),
    ] {
        for port in [Port::Api, Port::S3, Port::DynamoDb] {
            let found = [&local, &container, &network]
                .map(|front| status(front, port, "GET", &[("host", host)]));
            assert_eq!(found, expected, "{host} at {port:?}");
        }
    }
    assert_eq!(status(&local, Port::Api, "GET", &[]), 421, "no host at all");
    let twice = [("host", "localhost"), ("host", "evil.example")];
    assert_eq!(status(&local, Port::Api, "GET", &twice), 421);
}

#[test]
fn a_request_line_that_names_another_host_is_refused() {
    let request = Request::get("http://evil.example/").header("host", "localhost");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let refusal = front(&Options::default()).refusal(Port::Api, &parts);
    assert_eq!(refusal.unwrap().status, 421);
}

#[test]
fn a_foreign_page_changes_nothing() {
    const OWN: (&str, &str) = ("origin", "http://localhost:3000");
    const SITE: (&str, &str) = ("origin", "http://localhost:4321");
    const EVIL: (&str, &str) = ("origin", "https://evil.example");
    const NULL: (&str, &str) = ("origin", "null");
    const CROSS: (&str, &str) = ("sec-fetch-site", "cross-site");
    const SAME_SITE: (&str, &str) = ("sec-fetch-site", "same-site");
    const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");
    const TYPED: (&str, &str) = ("sec-fetch-site", "none");
    let front = front(&Options::default());
    // Columns: reading and changing at the API; S3 at an address that is signed, and at another; DynamoDB.
    for (header, expected) in [
        (None, [200, 200, 200, 200, 200, 200]),
        (Some(OWN), [200, 200, 403, 403, 403, 403]),
        (Some(SITE), [200, 200, 200, 403, 403, 403]),
        (Some(EVIL), [200, 403, 403, 403, 403, 403]),
        (Some(NULL), [200, 403, 403, 403, 403, 403]),
        (Some(CROSS), [200, 403, 403, 403, 403, 403]),
        (Some(SAME_SITE), [200, 403, 403, 403, 403, 403]),
        (Some(SAME_ORIGIN), [200, 200, 403, 403, 403, 403]),
        (Some(TYPED), [200, 200, 200, 200, 200, 403]),
    ] {
        let mut headers = vec![("host", "localhost:3000")];
        headers.extend(header);
        let asked = [
            (Port::Api, "GET", "/"),
            (Port::Api, "POST", "/"),
            (Port::S3, "PUT", "/k?X-Amz-Signature=0"),
            (Port::S3, "DELETE", "/k?X-Amz-Signature=0"),
            (Port::S3, "PUT", "/k"),
            (Port::DynamoDb, "POST", "/"),
        ];
        let found = asked.map(|(port, method, uri)| status_at(&front, port, method, uri, &headers));
        assert_eq!(found, expected, "{header:?}");
    }
}
