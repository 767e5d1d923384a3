use auth::Code;
use languages::Language;
use mail_parser::{HeaderValue, MessageParser};
use members::Email;

use crate::{Club, Message, Undeliverable, Verdict, compose, deliverable};

const NOW: u64 = 1_790_000_000;

fn email(address: &str) -> Email {
    Email::parse(address).unwrap()
}

fn code() -> Code {
    Code::new([7; 10])
}

fn composed(club: &str, message: &Message<'_>, language: &str) -> String {
    let from = email("letters@club.example");
    let club = Club {
        name: club,
        from: &from,
        public_url: "https://members.club.example",
    };
    let to = email("jo@club.example");
    let language = language.parse().unwrap();
    String::from_utf8(compose(&club, &to, message, language, NOW, "0123abcd").unwrap()).unwrap()
}

/// The letter as a person reads it: subject, text and HTML, decoded by another parser.
fn read(club: &str, message: &Message<'_>, language: &str) -> String {
    let raw = composed(club, message, language);
    let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
    let headers: Vec<_> = parsed
        .headers()
        .iter()
        .map(|header| header.name().to_owned())
        .collect();
    format!(
        "{}\n\nSubject: {}\n\n{}\n----\n{}",
        headers.join(", "),
        parsed.subject().unwrap(),
        parsed.body_text(0).unwrap(),
        parsed.body_html(0).unwrap()
    )
}

fn each(code: &Code) -> Vec<(&'static str, Message<'_>)> {
    vec![
        (
            "invitation",
            Message::Invitation {
                name: "Jo Doe",
                code,
                expires_at: NOW + 14 * 24 * 60 * 60,
            },
        ),
        (
            "forgotten_password",
            Message::ForgottenPassword {
                name: "Jo Doe",
                code,
            },
        ),
        ("new_address", Message::NewAddress { code }),
        (
            "address_changed",
            Message::AddressChanged {
                name: "Jo Doe",
                changed_at: NOW,
            },
        ),
        (
            "page_up",
            Message::PageUp {
                name: "Jo Doe",
                title: "Line follower",
                url: "https://club.example/jo/line-follower/",
            },
        ),
        (
            "editor_note",
            Message::EditorNote {
                name: "Jo Doe",
                title: "Line follower",
                editor: "Ann Other",
                verdict: Verdict::Withdrawn,
                note: "Please leave the address of the lab out.\n\nThank you!",
            },
        ),
    ]
}

#[test]
fn each_letter_in_english_and_in_german() {
    let code = code();
    for (kind, message) in each(&code) {
        for language in ["en", "de"] {
            insta::assert_snapshot!(
                format!("{kind}_{language}"),
                read("Chess Club", &message, language)
            );
        }
    }
}

/// In every language nothing is loaded from anywhere, and every link is the club's.
#[test]
fn nothing_in_a_letter_is_loaded() {
    let code = code();
    for (kind, message) in each(&code) {
        for language in Language::all() {
            let raw = composed("Chess Club", &message, language.code());
            let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
            let html = parsed.body_html(0).unwrap();
            for loads in [
                "src=",
                "<link",
                "<img",
                "url(",
                "@import",
                "<script",
                "background",
            ] {
                assert!(!html.contains(loads), "{kind} {language}: {loads}");
            }
            for link in html.split("href=\"").skip(1) {
                let ours = ["https://members.club.example/", "https://club.example/"];
                assert!(
                    ours.iter().any(|own| link.starts_with(own)),
                    "{kind}: {link}"
                );
            }
            assert!(
                !html.contains("{{"),
                "{kind} {language}: a value is missing"
            );
            assert!(raw.is_ascii(), "{kind} {language}");
            assert!(
                raw.lines().all(|line| line.len() <= 998),
                "{kind} {language}"
            );
            let may_end = matches!(kind, "page_up" | "editor_note");
            assert_eq!(
                raw.contains("List-Unsubscribe: <https://members.club.example/#letters>"),
                may_end
            );
            assert!(
                raw.contains("\r\nAuto-Submitted: auto-generated\r\n"),
                "{kind}"
            );
        }
    }
}

/// Names and titles that would like to be headers, encoded words, markup or another direction.
#[test]
fn hostile_words_stay_words() {
    let code = code();
    let long = "long ".repeat(5000);
    let emoji = "🦀".repeat(3000);
    let hostile = [
        "Jo\r\nBcc: victim@elsewhere.example\r\n\r\n<b>x</b>",
        "Jo\nSubject: other",
        "=?utf-8?Q?Bcc:=20victim@elsewhere.example?=",
        "=?utf-8?B?QmNjOiB2aWN0aW1AZWxzZXdoZXJlLmV4YW1wbGU=?=",
        "\u{202e}oJ\u{2066}",
        "</title><script>alert(1)</script><img src=x onerror=alert(1)>",
        "\" <victim@elsewhere.example>, \"",
        "a@b, c <d@e>; (comment) \\ \"",
        "\u{0}\u{7f}\u{1b}[31m",
        "",
        long.as_str(),
        emoji.as_str(),
    ];
    for words in hostile {
        let messages = [
            Message::PageUp {
                name: words,
                title: words,
                url: "https://club.example/jo/",
            },
            Message::EditorNote {
                name: words,
                title: words,
                editor: words,
                verdict: Verdict::Approved,
                note: words,
            },
            Message::Invitation {
                name: words,
                code: &code,
                expires_at: u64::MAX,
            },
        ];
        for message in messages {
            let raw = composed(words, &message, "en");
            assert!(raw.is_ascii());
            let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
            let names: Vec<_> = parsed
                .headers()
                .iter()
                .map(mail_parser::Header::name)
                .collect();
            let mut expected = vec![
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "Auto-Submitted",
            ];
            if raw.contains("List-Unsubscribe:") {
                expected.push("List-Unsubscribe");
            }
            expected.extend(["MIME-Version", "Content-Type"]);
            assert_eq!(names, expected, "{words:?}");
            let from = parsed.from().unwrap();
            assert_eq!(from.iter().count(), 1, "{words:?}");
            assert_eq!(
                from.first().unwrap().address(),
                Some("letters@club.example"),
                "{words:?}"
            );
            let to = parsed.to().unwrap();
            assert_eq!(to.iter().count(), 1);
            assert_eq!(to.first().unwrap().address(), Some("jo@club.example"));
            let subject = parsed.subject().unwrap();
            assert!(
                !subject.contains(['\r', '\n', '\u{202e}', '\u{0}']),
                "{subject:?}"
            );
            assert!(subject.chars().count() < 150, "{subject:?}");
            let html = parsed.body_html(0).unwrap();
            for markup in ["<script", "<img", "<b>", "</title><"] {
                assert!(!html.contains(markup), "{words:?}: {markup}");
            }
            assert!(matches!(
                parsed.header("Date"),
                Some(HeaderValue::DateTime(_))
            ));
        }
    }
}

#[test]
fn addresses_that_mail_delivers_to() {
    for (typed, sent_to) in [
        ("jo@club.example", Ok("jo@club.example")),
        ("jo+chess@club.example", Ok("jo+chess@club.example")),
        ("jo@münchen.example", Ok("jo@xn--mnchen-3ya.example")),
        ("josé@club.example", Err(Undeliverable)),
        ("jo,ann@club.example", Err(Undeliverable)),
        ("<jo@club.example", Err(Undeliverable)),
        ("jo@club.example>", Err(Undeliverable)),
        ("jo@-", Err(Undeliverable)),
    ] {
        let address = deliverable(&email(typed)).map(|address| address.to_string());
        assert_eq!(
            address.as_deref(),
            sent_to.as_ref().map(|it| *it),
            "{typed}"
        );
    }
}

#[test]
fn the_outbox_shows_logs_nothing_of_a_letter() {
    let letter = crate::Letter::ForgottenPassword {
        email: "jo@club.example".to_owned(),
        language: "en".to_owned(),
    };
    assert_eq!(format!("{letter:?}"), "Letter(forgotten_password)");
    let kept = serde_json::to_string(&letter).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::Letter>(&kept).unwrap(),
        letter
    );
}
