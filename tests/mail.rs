//! Letters: a forgotten password, another address, and what is sent to whom, against the embedded SES.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use auth::Code;
use blobs::layout::MailKey;
use blobs::{Blobs, Condition, Upload};
use endpoint::{Clock, Environment, Language, aws};
use futures::future::join_all;
use mail::{Letter, Outbox, Verdict};
use mail_parser::MessageParser;
use members::{
    Account, Created, Email, IssuedCode, MOST_LETTERS, NewMember, RECOVERY_TTL_SECONDS, Role,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::events;
use crate::site::{PASSWORD, SignedIn, Site, assert_error, body};

mod faults;

const NEW: &str = "another sentence to remember";

/// A letter as its reader has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Read {
    to: String,
    subject: String,
    text: String,
    html: String,
}

async fn letters(site: &Site) -> Vec<Read> {
    let letters = site.stack.letters().await.unwrap();
    let read = letters.iter().map(|raw| {
        let message = MessageParser::default().parse(raw).unwrap();
        let to = message.to().unwrap().first().unwrap();
        Read {
            to: to.address().unwrap().to_owned(),
            subject: message.subject().unwrap().to_owned(),
            text: message.body_text(0).unwrap().into_owned(),
            html: message.body_html(0).unwrap().into_owned(),
        }
    });
    read.collect()
}

/// Waits until nothing is in the outbox or on its way, and returns what was sent.
async fn sent(site: &Site) -> Vec<Read> {
    settled(site).await;
    letters(site).await
}

async fn settled(site: &Site) {
    site.wait_for("the outbox to be empty", async || {
        let waits = site.stack.queued().await.unwrap() + outbox_objects(&site.environment).await;
        (waits == 0).then_some(())
    })
    .await;
}

fn uploads(environment: &Environment) -> Blobs {
    let config = aws::config(environment, aws::ENDPOINT_S3).unwrap();
    Blobs::new(&config, environment.required("UPLOADS_BUCKET").unwrap())
}

/// How many versions and markers are in the outbox: nothing of a letter stays.
async fn outbox_objects(environment: &Environment) -> usize {
    uploads(environment)
        .versions(MailKey::all())
        .await
        .unwrap()
        .len()
}

fn code_in(letter: &Read) -> String {
    let mut lines = letter.text.lines().map(str::trim);
    let code = lines.find(|line| line.len() == 19 && line.matches('-').count() == 3);
    let code = code.unwrap_or_else(|| panic!("no code in {}", letter.subject));
    assert!(Code::parse(code).is_some());
    code.to_owned()
}

async fn forgot(site: &Site, email: &str) -> Response {
    let asked = site
        .post("/api/forgot_password")
        .json(&json!({ "email": email }));
    asked.send().await.unwrap()
}

async fn forgot_in(site: &Site, email: &str, language: &str) -> Response {
    let asked = site
        .post("/api/forgot_password")
        .json(&json!({ "email": email }));
    let asked = asked.header("accept-language", language);
    asked.send().await.unwrap()
}

async fn set_password(site: &Site, code: &str, password: &str) -> Response {
    let wanted = json!({ "code": code, "password": password });
    site.post("/api/set_password")
        .json(&wanted)
        .send()
        .await
        .unwrap()
}

async fn patch(site: &Site, token: &str, wanted: Value) -> Response {
    let asked = site.request(Method::PATCH, "/api/me").bearer_auth(token);
    asked.json(&wanted).send().await.unwrap()
}

async fn me(site: &Site, member: &SignedIn) -> Value {
    let asked = site.get("/api/me").bearer_auth(&member.token);
    body(asked.send().await.unwrap()).await
}

fn email(address: &str) -> Email {
    Email::parse(address).unwrap()
}

async fn account(site: &Site, address: &str) -> Account {
    site.members
        .by_email(&email(address))
        .await
        .unwrap()
        .unwrap()
}

fn now() -> u64 {
    Clock::system().unix_seconds()
}

#[tokio::test]
async fn who_forgot_the_password_gets_a_code_that_sets_one() {
    let site = Site::with(&[("SITE_NAME", "Chess Club")]).await;
    let member = site.member("jo").await;
    let answer = forgot(&site, " JO@club.example").await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(body(answer).await, json!({"status": "success"}));
    let letters = sent(&site).await;
    let [letter] = &letters[..] else {
        panic!("{letters:?}")
    };
    assert_eq!(letter.to, "jo@club.example");
    assert_eq!(letter.subject, "A new password for Chess Club");
    assert!(
        letter.text.starts_with("Hello jo of the club,"),
        "{}",
        letter.text
    );
    let code = code_in(letter);
    let link = format!("{}/join#{code}", site.stack.public_url());
    assert!(letter.text.contains(&link) && letter.html.contains(&link));
    // Nothing changes until the code is used.
    assert_eq!(
        site.login("jo@club.example", PASSWORD).await.status(),
        StatusCode::OK
    );
    let asked = set_password(&site, &code, NEW).await;
    assert_eq!(asked.status(), StatusCode::OK);
    assert_eq!(body(asked).await["member"]["handle"], "jo");
    assert_eq!(
        site.login("jo@club.example", NEW).await.status(),
        StatusCode::OK
    );
    let refused = site.get("/api/me").bearer_auth(&member.token).send().await;
    assert_error(refused.unwrap(), 401, "invalid_token").await;
    assert_error(
        set_password(&site, &code, PASSWORD).await,
        401,
        "invalid_credentials",
    )
    .await;
}

/// The answer, and what is done for it, are the same whoever is asked for; letters go to members with a password.
#[tokio::test]
async fn whoever_asks_is_told_the_same() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    site.add("invited", None).await;
    site.add("out", Some(PASSWORD)).await;
    let out = account(&site, "out@club.example").await;
    assert!(site.members.set_disabled(&out, true).await.unwrap());
    site.add("gone", Some(PASSWORD)).await;
    let gone = account(&site, "gone@club.example").await;
    assert!(site.members.depart(&gone, now()).await.unwrap());
    let mut answers = BTreeSet::new();
    for who in ["jo", "invited", "out", "gone", "nobody"] {
        let answer = forgot(&site, &format!("{who}@club.example")).await;
        let mut headers: Vec<_> = answer
            .headers()
            .iter()
            .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        headers.sort();
        answers.insert((
            answer.status().as_u16(),
            headers.join("\n"),
            answer.text().await.unwrap(),
        ));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let letters = sent(&site).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].to, "jo@club.example");
    assert_eq!(site.stack.dead_letters().await.unwrap(), [""; 0]);
    assert_error(forgot(&site, "no address").await, 400, "bad_request").await;
}

/// Whoever knows an address can't make a slip void by asking, nor bring an invitation back.
#[tokio::test]
async fn a_forgotten_password_leaves_the_code_on_a_slip_alone() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let slip = Code::new(rand::random());
    let issued = IssuedCode::new(slip.digest(), now());
    let jo = account(&site, "jo@club.example").await;
    assert!(site.members.issue_code(&jo, &issued).await.unwrap());
    forgot(&site, "jo@club.example").await;
    let letter = sent(&site).await.remove(0);
    let jo = account(&site, "jo@club.example").await;
    assert_eq!(jo.code, Some(issued));
    // Using one up ends both.
    let answer = set_password(&site, &slip.to_string(), NEW).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let refused = set_password(&site, &code_in(&letter), PASSWORD).await;
    assert_error(refused, 401, "invalid_credentials").await;
    let jo = account(&site, "jo@club.example").await;
    assert_eq!((jo.code, jo.recovery), (None, None));
}

/// The other way round; and each letter's code takes the place of the one before.
#[tokio::test]
async fn the_code_of_a_letter_ends_the_slip_and_the_letter_before() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    let slip = Code::new(rand::random());
    let issued = IssuedCode::new(slip.digest(), now());
    let jo = account(&site, "jo@club.example").await;
    assert!(site.members.issue_code(&jo, &issued).await.unwrap());
    forgot(&site, "jo@club.example").await;
    let first = sent(&site).await.remove(0);
    forgot(&site, "jo@club.example").await;
    let second = sent(&site).await.remove(1);
    let refused = set_password(&site, &code_in(&first), NEW).await;
    assert_error(refused, 401, "invalid_credentials").await;
    let answer = set_password(&site, &code_in(&second), NEW).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let refused = set_password(&site, &slip.to_string(), PASSWORD).await;
    assert_error(refused, 401, "invalid_credentials").await;
}

/// A code ends after an hour, with a new password, with another address, and for who is disabled.
#[tokio::test]
async fn what_ends_the_code_of_a_letter() {
    let site = Site::start().await;
    for (handle, ends) in [
        ("an", "time"),
        ("bo", "password"),
        ("cy", "address"),
        ("di", "disabled"),
    ] {
        site.add(handle, Some(PASSWORD)).await;
        let address = format!("{handle}@club.example");
        forgot(&site, &address).await;
        let letter = sent(&site).await.pop().unwrap();
        assert_eq!(letter.to, address);
        let digest = Code::parse(&code_in(&letter)).unwrap().digest();
        let found = async |at| site.members.by_code(&digest, at).await.unwrap();
        let held = found(now()).await.unwrap();
        let members = &site.members;
        match ends {
            "time" => {
                let end = held.recovery.clone().unwrap().expires_at;
                assert!(end <= now() + RECOVERY_TTL_SECONDS);
                assert!(found(end).await.is_none());
                continue;
            }
            "password" => assert!(members.set_password(&held, "a hash").await.unwrap()),
            "address" => {
                let other = email("cy@elsewhere.example");
                let changed = members.change_email(&held, &other).await.unwrap();
                assert_eq!(changed, members::Renamed::Renamed);
                let now = account(&site, other.as_str()).await;
                assert_eq!(now.recovery, None);
            }
            _ => assert!(members.set_disabled(&held, true).await.unwrap()),
        }
        let refused = set_password(&site, &code_in(&letter), NEW).await;
        assert_error(refused, 401, "invalid_credentials").await;
    }
}

/// Mail programs and those who guard mailboxes open every link that is in a letter.
#[tokio::test]
async fn opening_every_link_of_a_letter_uses_nothing_up() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    forgot(&site, "jo@club.example").await;
    let letter = sent(&site).await.remove(0);
    let links: BTreeSet<&str> = letter
        .html
        .split('"')
        .chain(letter.text.split_whitespace())
        .filter(|word| word.starts_with("http"))
        .collect();
    assert!(links.len() >= 2, "{links:?}");
    for link in links {
        for method in [Method::GET, Method::HEAD] {
            let answer = site
                .client
                .request(method, link.trim_end_matches('.'))
                .send();
            assert!(answer.await.unwrap().status().is_success(), "{link}");
        }
    }
    let answer = set_password(&site, &code_in(&letter), NEW).await;
    assert_eq!(answer.status(), StatusCode::OK);
}

/// A mailbox isn't flooded, and a source has to wait; whoever gets no further letter is told the same.
#[tokio::test]
async fn letters_are_counted_by_address_and_by_source() {
    let site = Site::start().await;
    site.add("jo", Some(PASSWORD)).await;
    for _ in 0..MOST_LETTERS + 2 {
        assert_eq!(
            forgot(&site, "jo@club.example").await.status(),
            StatusCode::ACCEPTED
        );
    }
    let letters = sent(&site).await;
    assert_eq!(letters.len(), usize::try_from(MOST_LETTERS).unwrap());
    // The newest is the one that works.
    let mut worked = 0;
    for letter in &letters {
        let answer = set_password(&site, &code_in(letter), NEW).await;
        worked += usize::from(answer.status() == StatusCode::OK);
    }
    assert_eq!(worked, 1);
    let left = members::MOST_LETTERS_ASKED - (MOST_LETTERS + 2);
    for number in 0..left {
        let answer = forgot(&site, &format!("nobody{number}@club.example")).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
    }
    let refused = forgot(&site, "jo@club.example").await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_error(refused, 429, "too_many_attempts").await;
}

/// A letter speaks the language of the member's browser; before a login, that of who asked.
#[tokio::test]
async fn letters_are_in_the_member_s_language() {
    let site = Site::start().await;
    let id = site.add("jo", Some(PASSWORD)).await;
    forgot_in(&site, "jo@club.example", "de-AT, en;q=0.5").await;
    assert!(
        sent(&site).await[0]
            .text
            .starts_with("Hallo jo of the club,")
    );
    let login = json!({"email": "jo@club.example", "password": PASSWORD});
    let login = site
        .post("/api/login")
        .header("accept-language", "fr")
        .json(&login);
    assert_eq!(login.send().await.unwrap().status(), StatusCode::OK);
    let account = site.members.by_id(&id).await.unwrap().unwrap();
    assert_eq!(account.language.map(Language::code), Some("fr"));
    forgot_in(&site, "jo@club.example", "de").await;
    assert!(
        sent(&site).await[1]
            .text
            .starts_with("Bonjour jo of the club,")
    );
}

#[tokio::test]
async fn a_site_without_mail_says_whom_to_ask() {
    let site = Site::with(&[("MAIL_FROM", "")]).await;
    let member = site.member("jo").await;
    let about = body(site.get("/api/site").send().await.unwrap()).await;
    assert_eq!(about["site"]["mail"], false);
    let refused = assert_error(forgot(&site, "jo@club.example").await, 409, "conflict").await;
    assert_eq!(
        refused,
        "This site sends no letters. Please ask whoever runs it."
    );
    let wanted = json!({"email": "jo@elsewhere.example", "password": PASSWORD});
    assert_error(patch(&site, &member.token, wanted).await, 409, "conflict").await;
    assert_eq!(outbox_objects(&site.environment).await, 0);
    // What others put there is put nowhere.
    let outbox = Outbox::new(uploads(&site.environment), false);
    let letter = Letter::ForgottenPassword {
        email: "jo@club.example".to_owned(),
        language: "en".to_owned(),
    };
    assert!(!outbox.put(&letter).await.unwrap());
    assert!(sent(&site).await.is_empty());

    let with = Site::start().await;
    let about = body(with.get("/api/site").send().await.unwrap()).await;
    assert_eq!(about["site"]["mail"], true);
}

#[tokio::test]
async fn a_member_takes_another_address() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let wanted = json!({"email": " Jo@Elsewhere.example ", "password": PASSWORD});
    let answer = patch(&site, &member.token, wanted).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = body(answer).await;
    assert_eq!(answer["email"], "jo@club.example");
    assert_eq!(answer["new_email"], "jo@elsewhere.example");
    let letter = sent(&site).await.remove(0);
    assert_eq!(letter.to, "jo@elsewhere.example");
    assert!(
        !letter.text.contains("jo of the club"),
        "no words of the member's: {}",
        letter.text
    );
    // The old address signs in until the code is typed, and the code sets no password.
    assert_eq!(
        site.login("jo@club.example", PASSWORD).await.status(),
        StatusCode::OK
    );
    let code = code_in(&letter);
    assert_error(
        set_password(&site, &code, NEW).await,
        401,
        "invalid_credentials",
    )
    .await;
    let typed = code.to_lowercase().replace('-', " ");
    let answer = patch(&site, &member.token, json!({ "email_code": typed })).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = body(answer).await;
    assert_eq!(answer["email"], "jo@elsewhere.example");
    assert_eq!(answer["new_email"], Value::Null);
    // Every session has ended.
    let refused = site.get("/api/me").bearer_auth(&member.token).send().await;
    assert_error(refused.unwrap(), 401, "invalid_token").await;
    assert_eq!(
        site.login("jo@club.example", PASSWORD).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        site.login("jo@elsewhere.example", PASSWORD).await.status(),
        StatusCode::OK
    );
    // And the former mailbox hears of it.
    let letters = sent(&site).await;
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[1].to, "jo@club.example");
    assert_eq!(letters[1].subject, "Your address at Masthead was changed");
    assert!(
        !letters[1].text.contains("elsewhere"),
        "the new one is nobody's business"
    );
}

#[tokio::test]
async fn another_address_needs_the_password_and_the_last_code() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    site.add("ann", Some(PASSWORD)).await;
    let want = async |address: &str, password: &str| {
        let wanted = json!({ "email": address, "password": password });
        patch(&site, &member.token, wanted).await
    };
    let prove = async |code: &str| patch(&site, &member.token, json!({ "email_code": code })).await;
    assert_error(
        want("jo@elsewhere.example", "a wrong one").await,
        401,
        "invalid_credentials",
    )
    .await;
    for bad in [
        "jo",
        "jo@",
        "josé@club.example",
        "jo\u{200b}@club.example",
        "a,b@club.example",
    ] {
        assert_error(want(bad, PASSWORD).await, 400, "bad_request").await;
    }
    assert_error(want("JO@club.example", PASSWORD).await, 400, "bad_request").await;
    let unknown = json!({"email": "a@b.example", "password": PASSWORD, "name": "x"});
    assert_error(
        patch(&site, &member.token, unknown).await,
        400,
        "bad_request",
    )
    .await;
    assert_error(
        prove("0000-0000-0000-0000").await,
        401,
        "invalid_credentials",
    )
    .await;
    // That of somebody else: answered as any other, and nothing comes.
    let (theirs, free) = (
        want("ann@club.example", PASSWORD).await,
        want("free@club.example", PASSWORD).await,
    );
    assert_eq!(theirs.status(), free.status());
    let (mut theirs, free) = (body(theirs).await, body(free).await);
    theirs["new_email"] = json!("free@club.example");
    assert_eq!(theirs, free);
    let letters = sent(&site).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let code = code_in(&letters[0]);
    // Another wish ends the code of the one before.
    assert_eq!(
        want("other@club.example", PASSWORD).await.status(),
        StatusCode::OK
    );
    let second = code_in(&sent(&site).await[1]);
    assert_error(prove(&code).await, 401, "invalid_credentials").await;
    // Somebody else was faster.
    site.add("other", Some(PASSWORD)).await;
    assert_error(prove(&second).await, 409, "conflict").await;
    assert_eq!(
        site.login("jo@club.example", PASSWORD).await.status(),
        StatusCode::OK
    );
    // A mailbox of a stranger isn't flooded.
    let refused = want("fourth@club.example", PASSWORD).await;
    assert_error(refused, 429, "too_many_attempts").await;
}

/// Guesses are counted with those of the login: of the password as of the code.
#[tokio::test]
async fn guesses_at_the_new_address_are_counted() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let mut answers = Vec::new();
    for number in 0..8 {
        let wanted = if number % 2 == 0 {
            json!({"email": "jo@elsewhere.example", "password": "a wrong one"})
        } else {
            json!({"email_code": "0000-0000-0000-0000"})
        };
        answers.push(patch(&site, &member.token, wanted).await.status().as_u16());
    }
    assert_eq!(answers[..5], [401; 5], "{answers:?}");
    assert!(answers[5..].contains(&429), "{answers:?}");
    let waits = site.login("jo@club.example", PASSWORD).await;
    assert_eq!(waits.status(), StatusCode::TOO_MANY_REQUESTS);
}

/// Of two that prove the same at once one does.
#[tokio::test]
async fn an_address_is_taken_once() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let wanted = json!({"email": "jo@elsewhere.example", "password": PASSWORD});
    patch(&site, &member.token, wanted).await;
    let code = code_in(&sent(&site).await[0]);
    let prove = || patch(&site, &member.token, json!({ "email_code": code }));
    let answers = join_all((0..4).map(|_| prove())).await;
    let done = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::OK);
    assert_eq!(done.count(), 1);
    assert_eq!(
        site.login("jo@elsewhere.example", PASSWORD).await.status(),
        StatusCode::OK
    );
    let letters = sent(&site).await;
    assert!(
        letters
            .iter()
            .skip(1)
            .all(|letter| letter.to == "jo@club.example")
    );
}

#[tokio::test]
async fn a_member_chooses_which_letters_come() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let all = json!({"page_up": true, "editor_note": true, "address_changed": true});
    assert_eq!(me(&site, &member).await["mail"], all);
    let note = |title: &str| Letter::EditorNote {
        member: member.id.clone(),
        title: title.to_owned(),
        editor: "Ann".to_owned(),
        verdict: Verdict::Approved,
        note: "Well done.".to_owned(),
    };
    let outbox = Outbox::new(uploads(&site.environment), true);
    assert!(outbox.put(&note("First")).await.unwrap());
    assert_eq!(sent(&site).await.len(), 1);
    let off = patch(
        &site,
        &member.token,
        json!({"mail": {"editor_note": false}}),
    )
    .await;
    assert_eq!(off.status(), StatusCode::OK);
    let chosen = json!({"page_up": true, "editor_note": false, "address_changed": true});
    assert_eq!(body(off).await["mail"], chosen);
    assert!(outbox.put(&note("Second")).await.unwrap());
    assert_eq!(sent(&site).await.len(), 1);
    let on = json!({"mail": {"editor_note": true, "address_changed": true}});
    assert_eq!(
        body(patch(&site, &member.token, on).await).await["mail"],
        all
    );
    assert!(outbox.put(&note("Third")).await.unwrap());
    let letters = sent(&site).await;
    assert_eq!(letters[1].subject, "About “Third”");
    assert!(letters[1].text.contains("> Well done."));
    // Whoever took the account over would turn this one off.
    for bad in [
        json!({"mail": {"address_changed": false}}),
        json!({"mail": {"unknown": true}}),
        json!({"mail": {"page_up": 1}}),
        json!({"mail": true}),
        json!({"mail": {}, "name": "x"}),
    ] {
        assert_error(patch(&site, &member.token, bad).await, 400, "bad_request").await;
    }
    // It moves along with another address.
    patch(&site, &member.token, json!({"mail": {"page_up": false}})).await;
    let jo = account(&site, "jo@club.example").await;
    site.members
        .change_email(&jo, &email("jo@elsewhere.example"))
        .await
        .unwrap();
    let jo = account(&site, "jo@elsewhere.example").await;
    assert!(!jo.letters.page_up && jo.letters.editor_note);
}

/// What an invitation says is what the slip says; one that is void by now isn't sent.
#[tokio::test]
async fn an_invitation_brings_the_code_of_the_slip() {
    let site = Site::start().await;
    let invite = async |handle: &str| {
        let code = Code::new(rand::random());
        let member = NewMember {
            id: uuid::Uuid::now_v7().to_string(),
            email: email(&format!("{handle}@club.example")),
            name: "Jo".to_owned(),
            handle: handle.to_owned(),
            password_hash: None,
            role: Role::Member,
            created_at: now(),
        };
        let issued = IssuedCode::new(code.digest(), now());
        let id = member.id.clone();
        assert_eq!(
            site.members.invite(member, &issued).await.unwrap(),
            Created::Created
        );
        let letter = Letter::Invitation {
            member: id,
            code: code.to_string(),
            language: "de".to_owned(),
        };
        (letter, code)
    };
    let outbox = Outbox::new(uploads(&site.environment), true);
    let (letter, code) = invite("jo").await;
    assert!(outbox.put(&letter).await.unwrap());
    let letters = sent(&site).await;
    assert_eq!(letters[0].subject, "Deine Einladung zu Masthead");
    assert_eq!(code_in(&letters[0]), code.to_string());
    let (letter, code) = invite("ann").await;
    assert_eq!(
        set_password(&site, &code.to_string(), NEW).await.status(),
        StatusCode::OK
    );
    assert!(outbox.put(&letter).await.unwrap());
    assert_eq!(sent(&site).await.len(), 1, "the code is used up");
}

/// What isn't a letter, or is one that can't be delivered, ends; nothing of it stays.
#[tokio::test]
async fn what_can_t_be_sent_ends() {
    let site = Site::start().await;
    let uploads = uploads(&site.environment);
    for (id, bytes) in [
        ("aa", "{".to_owned()),
        ("bb", json!({"letter": "unknown"}).to_string()),
        (
            "cc",
            json!({"letter": "forgotten_password", "email": "\r\n", "language": "xx"}).to_string(),
        ),
        ("dd", "x".repeat(70_000)),
        ("ee", String::new()),
    ] {
        let upload = Upload {
            bytes: bytes.into(),
            ..Upload::default()
        };
        let key = MailKey::new(id).key();
        let put = uploads.put(&key, upload, Condition::Always);
        put.await.unwrap();
    }
    // A member whose address no letter reaches: no code is issued that nobody gets.
    site.add("josé", Some(PASSWORD)).await;
    forgot(&site, "josé@club.example").await;
    assert!(sent(&site).await.is_empty());
    assert_eq!(account(&site, "josé@club.example").await.recovery, None);
    assert_eq!(site.stack.dead_letters().await.unwrap(), [""; 0]);
}

/// Once for each document, when a build has read it for the first time: not for an edit, nor when it comes back.
#[tokio::test]
async fn a_member_hears_once_that_a_document_is_on_the_site() {
    let settings = [
        ("SITE_URL", "https://club.example/"),
        ("LINK_BASE", "/people/"),
    ];
    let site = Site::with(&settings).await;
    let member = site.member("jo").await;
    let build = async |entries: &[(&str, u8)]| {
        let entries = entries
            .iter()
            .map(|(id, version)| json!({"id": id, "digest": version.to_string().repeat(32)}));
        let read = json!({"entries": entries.collect::<Vec<_>>()});
        let told = site
            .post("/api/content")
            .bearer_auth(site.stack.build_key());
        let told = told.json(&read).send().await.unwrap();
        assert_eq!(told.status(), StatusCode::OK);
    };
    site.publish(&member, "README.md", "# Jo\n").await;
    site.publish(&member, "trip.md", "# Our trip\n").await;
    // What was there before there were builds is no news.
    build(&[("jo", 1)]).await;
    assert!(sent(&site).await.is_empty());
    build(&[("jo", 1), ("jo/trip", 1), ("nobody", 1)]).await;
    let letters = sent(&site).await;
    let [letter] = &letters[..] else {
        panic!("{letters:?}")
    };
    assert_eq!(letter.subject, "“Our trip” is on the site");
    let address = "https://club.example/people/jo/trip/";
    let is_there = letter.text.lines().any(|line| line == address);
    assert!(is_there, "{}", letter.text);
    build(&[("jo", 2), ("jo/trip", 2)]).await;
    // Taken back, forgotten, and published again.
    let delete = site.request(Method::DELETE, "/api/readmes/trip");
    delete.bearer_auth(&member.token).send().await.unwrap();
    settled(&site).await;
    site.publish(&member, "trip.md", "# Our trip\n").await;
    build(&[("jo", 2), ("jo/trip", 1)]).await;
    assert_eq!(sent(&site).await.len(), 1);
    // Who doesn't want to hear, doesn't; nor of what is gone by then.
    patch(&site, &member.token, json!({"mail": {"page_up": false}})).await;
    site.publish(&member, "note.md", "# Note\n").await;
    build(&[("jo", 2), ("jo/note", 1), ("jo/gone", 1)]).await;
    assert_eq!(sent(&site).await.len(), 1);
    assert_eq!(site.stack.dead_letters().await.unwrap(), [""; 0]);
}

/// An administrator has codes sent beside the slips, and the mailbox of before hears of another address.
#[tokio::test]
async fn what_an_administrator_does_reaches_whom_it_concerns() {
    let site = Site::start().await;
    let ada = site.member("ada").await;
    let email = Email::parse(&ada.email).unwrap();
    let account = site.members.by_email(&email).await.unwrap().unwrap();
    assert!(site.members.set_role(&account, Role::Admin).await.unwrap());
    let call = async |method: Method, path: &str, wanted: Value| {
        let asked = site.request(method, path).bearer_auth(&ada.token);
        body(asked.json(&wanted).send().await.unwrap()).await
    };
    let invite = async |wanted| call(Method::POST, "/api/members", wanted).await;
    let jo = json!({"email": "jo@club.example", "name": "Jo Doe"});
    let invited = invite(jo).await;
    assert_eq!(invited["mailed"], 0, "nobody asked for a letter");
    assert!(sent(&site).await.is_empty());

    let kim = json!({"email": "kim@club.example", "name": "Kim Roe", "mail": true});
    let invited = invite(kim).await;
    assert_eq!(invited["mailed"], 1);
    let letters = sent(&site).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, "kim@club.example");
    assert_eq!(code_in(&letters[0]), invited["invitation"]["code"]);

    let id = invited["member"]["id"].as_str().unwrap();
    let path = format!("/api/members/{id}/reset");
    let reset = call(Method::POST, &path, json!({"mail": true})).await;
    let letters = sent(&site).await;
    assert_eq!(
        code_in(letters.last().unwrap()),
        reset["invitation"]["code"]
    );

    let csv = "email,name\nlea@club.example,Lea\nmo@club.example,Mo\n";
    let import = json!({"csv": csv, "mail": true});
    let imported = call(Method::POST, "/api/members/import", import).await;
    assert_eq!(imported["mailed"], 2);
    let letters = sent(&site).await;
    let to: BTreeSet<(&str, String)> = letters[2..]
        .iter()
        .map(|letter| (letter.to.as_str(), code_in(letter)))
        .collect();
    let invitations = imported["invitations"].as_array().unwrap().iter();
    let codes: BTreeSet<(&str, String)> = invitations
        .map(|one| {
            let code = one["code"].as_str().unwrap().to_owned();
            (one["email"].as_str().unwrap(), code)
        })
        .collect();
    assert_eq!(to, codes);

    let moved = json!({"email": "kim@new.example"});
    let moved = call(Method::PATCH, &format!("/api/members/{id}"), moved).await;
    assert_eq!(moved["member"]["email"], "kim@new.example");
    let letters = sent(&site).await;
    assert_eq!(letters.len(), 5);
    assert_eq!(letters[4].to, "kim@club.example");
}
