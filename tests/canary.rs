//! Every log line of the whole test run is read for what must never be in one.

use std::io::{self, Write};
use std::sync::Once;

use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::site::PASSWORD;

/// The stack whose metrics they are.
const STACK: &str = "masthead";

/// Starts watching, once: with the format and the level that the functions log with.
pub(crate) fn watch() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let lines = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(Watch);
        tracing_subscriber::registry()
            .with(LevelFilter::INFO)
            .with(lines)
            .with(metrics::Emf::new(STACK, measured))
            .init();
    });
}

/// A writer that shows nothing and ends the process at a secret: a failed assertion in a thread of
/// the server would be taken for an error of the handler.
#[derive(Clone)]
struct Watch;

impl Write for Watch {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(written);
        if let Some(secret) = secret_in(&text) {
            let _ = writeln!(io::stderr(), "a log line holds {secret}: {text}");
            std::process::abort();
        }
        if text
            .trim_end_matches('\n')
            .contains(['\n', '\r', '\u{1b}', '\u{2028}'])
        {
            let _ = writeln!(io::stderr(), "a log line is not one line: {text:?}");
            std::process::abort();
        }
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Watch {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Takes a line of metrics, and ends the process at one that holds more than a name of the table and numbers: no handle, slug,
/// address or token then, whoever it is of.
fn measured(line: &str) {
    if !is_bare(line) {
        let _ = writeln!(io::stderr(), "a line of metrics says too much: {line}");
        std::process::abort();
    }
}

/// Whether a line of metrics says no more than it may.
fn is_bare(line: &str) -> bool {
    let Ok(said) = serde_json::from_str::<Value>(line) else {
        return false;
    };
    metrics::TABLE.iter().any(|described| {
        let numbers = [&said["_aws"]["Timestamp"], &said[described.name]].map(Value::as_u64);
        let [Some(at), Some(value)] = numbers else {
            return false;
        };
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_millis(at);
        line == metrics::line(STACK, described, value, at)
    })
}

/// What of a member's is in a line.
fn secret_in(line: &str) -> Option<&'static str> {
    [
        (line.contains(PASSWORD), "a password"),
        (line.contains("canary"), "a canary"),
        (line.contains("eyJ"), "a token"),
        (
            ["$argon2", "scrypt:", "pbkdf2:"]
                .iter()
                .any(|kind| line.contains(kind)),
            "a hash",
        ),
        (line.contains("@club.example"), "an address"),
        (
            line.split(|c: char| c != '-' && !c.is_ascii_alphanumeric())
                .any(is_code),
            "a code",
        ),
    ]
    .into_iter()
    .find_map(|(found, secret)| found.then_some(secret))
}

/// Four groups of four characters in upper case.
fn is_code(word: &str) -> bool {
    let upper = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    let groups: Vec<&str> = word.split('-').collect();
    groups.len() == 4
        && groups
            .iter()
            .all(|group| group.len() == 4 && group.bytes().all(upper))
}

#[test]
fn secrets_are_found() {
    for line in [
        format!(r#"{{"message":"x","password":"{PASSWORD}"}}"#),
        r#"{"token":"eyJhbGciOiJIUzI1NiJ9.e30.x"}"#.to_owned(),
        r#"{"cause":"$argon2id$v=19$m=4096"}"#.to_owned(),
        r#"{"email":"jo@club.example"}"#.to_owned(),
        r#"{"link":"http://localhost/join#7K2M-9XQP-4TBC-H0RW"}"#.to_owned(),
    ] {
        assert!(secret_in(&line).is_some(), "{line}");
    }
    let harmless =
        r#"{"level":"INFO","member":"0197f0c4-1234-5678-9012-345678901234","code":"bad_request"}"#;
    assert_eq!(secret_in(harmless), None);
}

#[test]
fn metrics_that_say_too_much_are_found() {
    let at = std::time::SystemTime::now();
    for described in &metrics::TABLE {
        let line = metrics::line(STACK, described, 7, at);
        assert!(is_bare(&line), "{line}");
        for more in [r#","member":"jo"}"#, r#","slug":"trip"}"#] {
            let line = line.strip_suffix('}').unwrap().to_owned() + more;
            assert!(!is_bare(&line), "{line}");
        }
        assert!(!is_bare(&line.replace(STACK, "jo")), "{line}");
        assert!(!is_bare(&line.replace(":7", r#":"jo""#)), "{line}");
    }
}
