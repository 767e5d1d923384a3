//! Members in the hands of administrators, over HTTP: found, invited, imported, changed and removed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use endpoint::Clock;
use image::ImageFormat;
use members::{Deed, Email, Members, Role};
use membership::roster::{self, Taken};
use membership::{Administration, NotImported};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::photo::plain;
use crate::picture_faults::{Stores, at_every_call, stack};
use crate::site::{PASSWORD, SignedIn, Site, assert_error, body};

/// Members of the largest club that a page is made for.
const MANY: usize = 2000;
/// Rows of one import.
const ROWS: usize = 1000;

/// A member who is signed in with a role.
pub(crate) async fn with_role(site: &Site, handle: &str, role: Role) -> SignedIn {
    let member = site.member(handle).await;
    let account = site.members.by_id(&member.id).await.unwrap().unwrap();
    let set = terminal(&site.members).set_role(&account, role).await;
    set.unwrap().unwrap();
    sign_in(site, &member).await
}

/// Members in the hand of whoever has the command line.
fn terminal(members: &Members) -> Administration<'_> {
    Administration {
        members,
        by: None,
        clock: &now_ms,
    }
}

fn now_ms() -> u64 {
    Clock::system().unix_milliseconds()
}

async fn sign_in(site: &Site, member: &SignedIn) -> SignedIn {
    let answer = body(site.login(&member.email, PASSWORD).await).await;
    SignedIn {
        token: answer["access_token"].as_str().unwrap().to_owned(),
        ..member.clone()
    }
}

pub(crate) async fn ask(
    site: &Site,
    who: &SignedIn,
    method: Method,
    path: &str,
    sent: &Value,
) -> Response {
    let mut request = site.request(method.clone(), path).bearer_auth(&who.token);
    if method != Method::GET {
        request = request.json(sent);
    }
    request.send().await.unwrap()
}

/// What an administrator is answered where it is granted.
async fn done(site: &Site, who: &SignedIn, method: Method, path: &str, sent: Value) -> Value {
    let answer = ask(site, who, method, path, &sent).await;
    let status = answer.status();
    let body = body(answer).await;
    assert!(status.is_success(), "{path}: {status} {body}");
    body
}

/// A text as it stands in an address.
fn escaped(text: &str) -> String {
    let escapes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    escapes.concat()
}

/// Every page that a search leads to, and how many pages that were.
async fn listed(site: &Site, who: &SignedIn, query: &str) -> (Vec<Value>, usize) {
    let (mut members, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let mut path = format!("/api/members?q={}", escaped(query));
        if let Some(cursor) = &cursor {
            path = format!("{path}&cursor={cursor}");
        }
        let answer = ask(site, who, Method::GET, &path, &Value::Null).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let page = body(answer).await;
        members.extend(page["members"].as_array().unwrap().iter().cloned());
        pages += 1;
        match page["cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return (members, pages),
        }
    }
}

fn texts<'a>(values: &'a [Value], field: &str) -> Vec<&'a str> {
    values
        .iter()
        .map(|it| it[field].as_str().unwrap())
        .collect()
}

/// All that was done, newest first.
pub(crate) async fn acts(site: &Site, who: &SignedIn) -> Vec<Value> {
    let (mut acts, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/audit{cursor}");
        let page = done(site, who, Method::GET, &path, Value::Null).await;
        acts.extend(page["acts"].as_array().unwrap().iter().cloned());
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return acts,
        }
    }
}

/// `act on` of each that was done by somebody, oldest first.
fn told(acts: &[Value], by: &str) -> Vec<String> {
    let by_them = acts.iter().rev().filter(|act| act["by"]["handle"] == by);
    by_them
        .map(|act| {
            let on = act["on"]["handle"].as_str().unwrap_or("-");
            format!("{} {on}", act["act"].as_str().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn an_invited_member_is_there_with_a_slip_and_an_entry() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let sent = json!({"email": "Jo@Club.Example", "name": "Jo  Doe", "role": "editor"});
    let answer = ask(&site, &admin, Method::POST, "/api/members", &sent).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let answer = body(answer).await;
    let member = &answer["member"];
    assert_eq!(
        (&member["handle"], &member["name"], &member["email"]),
        (
            &json!("jo-doe"),
            &json!("Jo Doe"),
            &json!("jo@club.example")
        )
    );
    assert_eq!(
        (&member["role"], &member["state"]),
        (&json!("editor"), &json!("invited"))
    );
    assert_eq!(member["invited_until"], answer["invitation"]["expires"]);
    let code = answer["invitation"]["code"].as_str().unwrap();
    let link = answer["invitation"]["link"].as_str().unwrap();
    assert_eq!(site.path(link), format!("/join#{code}"));
    let slips = answer["slips"].as_str().unwrap();
    assert!(slips.contains(code) && slips.contains("Jo Doe") && !slips.contains("<script"));

    let redeem = json!({"code": code, "password": PASSWORD});
    let answer = site.post("/api/set_password").json(&redeem).send().await;
    let answer = body(answer.unwrap()).await;
    assert_eq!(answer["member"]["role"], "editor", "{answer}");
    let (found, _) = listed(&site, &admin, "jo-doe").await;
    assert_eq!(found[0]["state"], "active");
    assert_eq!(found[0].get("invited_until"), None);

    // The same address, and the same handle, are somebody's.
    let answer = ask(&site, &admin, Method::POST, "/api/members", &sent).await;
    let message = assert_error(answer, 409, "conflict").await;
    assert!(message.contains("jo@club.example"), "{message}");
    let taken = json!({"email": "x@club.example", "name": "X", "handle": "jo-doe"});
    let answer = ask(&site, &admin, Method::POST, "/api/members", &taken).await;
    let message = assert_error(answer, 409, "conflict").await;
    assert!(message.contains("jo-doe"), "{message}");
    for (sent, told) in [
        (json!({"email": "nobody", "name": "X"}), "nobody"),
        (json!({"email": "x@club.example", "name": ""}), "1 to 100"),
        (
            json!({"email": "x@club.example", "name": "X", "handle": "No"}),
            "a-z",
        ),
        (
            json!({"email": "x@club.example", "name": "X", "role": "owner"}),
            "owner",
        ),
        (
            json!({"email": "x@club.example", "name": "X", "admin": true}),
            "admin",
        ),
        (json!({"name": "X"}), "email"),
    ] {
        let answer = ask(&site, &admin, Method::POST, "/api/members", &sent).await;
        let message = assert_error(answer, 400, "bad_request").await;
        assert!(message.contains(told), "{message}");
    }
    assert_eq!(told_by(&site, &admin).await, ["member_invited jo-doe"]);
}

/// Handle, name or address, in any case and without accents; 2,000 members by pages, each once.
#[tokio::test]
async fn members_are_found_among_two_thousand() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let mut csv = "email,name\n".to_owned();
    for number in 0..MANY {
        let name = if number == 1234 {
            "Zoë Müller-Ångström".to_owned()
        } else {
            format!("Member {number}")
        };
        csv.extend([format!("m{number}@club.example,{name}\n")]);
    }
    let all: Vec<&str> = csv.lines().collect();
    let mut imported = 0;
    for rows in all[1..].chunks(ROWS) {
        let csv = format!("{}\n{}\n", all[0], rows.join("\n"));
        let started = Instant::now();
        let answer = done(
            &site,
            &admin,
            Method::POST,
            "/api/members/import",
            json!({"csv": csv}),
        )
        .await;
        let took = started.elapsed();
        println!("an import of {} rows took {took:?}", rows.len());
        assert!(took < Duration::from_secs(20), "{took:?}");
        imported += answer["added"].as_u64().unwrap();
        assert_eq!(answer["invitations"].as_array().unwrap().len(), rows.len());
        let codes: BTreeSet<&str> = texts(answer["invitations"].as_array().unwrap(), "code")
            .into_iter()
            .collect();
        assert_eq!(codes.len(), rows.len());
        let slips = answer["slips"].as_str().unwrap();
        assert!(codes.iter().all(|code| slips.contains(code)));
        assert!(
            answer.to_string().len() < 5_000_000,
            "{}",
            answer.to_string().len()
        );
    }
    assert_eq!(imported, MANY as u64);

    let (everybody, pages) = listed(&site, &admin, "").await;
    let ids: BTreeSet<&str> = texts(&everybody, "id").into_iter().collect();
    assert_eq!((everybody.len(), ids.len()), (MANY + 1, MANY + 1));
    let handles = texts(&everybody, "handle");
    assert!(handles.is_sorted(), "the order of handles");
    assert!(pages >= MANY / 50, "{pages}");

    for query in [
        "zoe muller",
        "ZOË",
        "angstrom",
        "M1234@club",
        " m1234@CLUB.example ",
    ] {
        let (found, pages) = listed(&site, &admin, query).await;
        assert_eq!(texts(&found, "email"), ["m1234@club.example"], "{query}");
        assert!(pages <= 1 + MANY / 100, "{query}: {pages}");
    }
    let (found, _) = listed(&site, &admin, "member 19").await;
    assert_eq!(found.len(), 1 + 10 + 100);
    let (found, _) = listed(&site, &admin, "nobody of this name").await;
    assert_eq!(found.len(), 0);
    for path in [
        "/api/members?cursor=..%2F",
        "/api/members?cursor=A",
        "/api/members?cursor=",
    ] {
        let answer = ask(&site, &admin, Method::GET, path, &Value::Null).await;
        assert_error(answer, 400, "bad_request").await;
    }
    let long = format!("/api/members?q={}", "x".repeat(255));
    let answer = ask(&site, &admin, Method::GET, &long, &Value::Null).await;
    assert_error(answer, 400, "bad_request").await;
}

#[tokio::test]
async fn a_roster_says_what_becomes_of_each_row() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let csv = "email;name;handle;role;telephone\r\n\
               ann@club.example;Ann;;;1\r\n\
               jo@club.example;Jo Doe;;;\r\n\
               nobody;No Body;;;\r\n\
               zoe@club.example;Zoe;ann;;\r\n\
               max@club.example;Max;max;editor;\r\n";
    let import =
        async |sent: Value| done(&site, &admin, Method::POST, "/api/members/import", sent).await;
    let rows = json!([
        {"line": 2, "email": "ann@club.example", "name": "Ann", "outcome": "member"},
        {"line": 3, "email": "jo@club.example", "name": "Jo Doe", "handle": "jo-doe", "outcome": "add"},
        {"line": 4, "email": "nobody", "name": "No Body", "outcome": "bad",
         "reason": "“nobody” is not an e-mail address."},
        {"line": 5, "email": "zoe@club.example", "name": "Zoe", "outcome": "bad",
         "reason": "The handle “ann” is taken."},
        {"line": 6, "email": "max@club.example", "name": "Max", "handle": "max", "role": "editor",
         "outcome": "add"},
    ]);
    // A dry run, and one with bad rows, write nothing.
    for sent in [
        json!({"csv": csv, "dry_run": true, "skip_bad": true}),
        json!({"csv": csv}),
    ] {
        let answer = import(sent).await;
        assert_eq!(answer["rows"], rows);
        assert_eq!(answer["ignored_columns"], json!(["telephone"]));
        assert_eq!((&answer["added"], answer.get("slips")), (&json!(0), None));
        assert_eq!(listed(&site, &admin, "").await.0.len(), 1);
    }
    let answer = import(json!({"csv": csv, "skip_bad": true})).await;
    assert_eq!((&answer["rows"], &answer["added"]), (&rows, &json!(2)));
    let invitations = answer["invitations"].as_array().unwrap();
    assert_eq!(
        texts(invitations, "email"),
        ["jo@club.example", "max@club.example"]
    );
    assert_eq!(listed(&site, &admin, "").await.0.len(), 3);
    let mut told = told_by(&site, &admin).await;
    told.sort();
    assert_eq!(told, ["member_invited jo-doe", "member_invited max"]);

    for (sent, status, code) in [
        (json!({"csv": "a,b\n1,2\n"}), 400, "bad_request"),
        (json!({"csv": ""}), 400, "bad_request"),
        (json!({"csv": csv, "dry_run": "yes"}), 400, "bad_request"),
        (
            json!({"csv": "x".repeat(1024 * 1024 + 1)}),
            413,
            "too_large",
        ),
        (
            json!({"csv": "x".repeat(3 * 1024 * 1024)}),
            413,
            "too_large",
        ),
        (
            json!({"csv": format!("email,name\n{}", "a@b,c\n".repeat(10))}),
            200,
            "",
        ),
    ] {
        let answer = ask(&site, &admin, Method::POST, "/api/members/import", &sent).await;
        if status == 200 {
            assert_eq!(body(answer).await["added"], 0);
        } else {
            assert_error(answer, status, code).await;
        }
    }
    let mut many = "email,name\n".to_owned();
    for number in 0..=ROWS {
        many.extend([format!("n{number}@club.example,N {number}\n")]);
    }
    let answer = ask(
        &site,
        &admin,
        Method::POST,
        "/api/members/import",
        &json!({"csv": many}),
    )
    .await;
    let message = assert_error(answer, 400, "bad_request").await;
    assert!(message.contains("1000"), "{message}");
}

#[tokio::test]
async fn what_an_administrator_changes_holds_at_once_and_is_told() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let jo = site.member("jo").await;
    let path = format!("/api/members/{}", jo.id);
    let change =
        async |sent: Value| done(&site, &admin, Method::PATCH, &path, sent).await["member"].take();
    let me = async |who: &SignedIn| ask(&site, who, Method::GET, "/api/me", &Value::Null).await;

    // A name and more rights end no session.
    let member = change(json!({"name": "Jo Roe", "role": "editor"})).await;
    assert_eq!(
        (&member["name"], &member["role"]),
        (&json!("Jo Roe"), &json!("editor"))
    );
    let answer = body(me(&jo).await).await;
    assert_eq!(answer["member"]["role"], "editor");
    // Fewer rights do.
    change(json!({"role": "member"})).await;
    assert_error(me(&jo).await, 401, "invalid_token").await;
    let jo = sign_in(&site, &jo).await;

    change(json!({"disabled": true})).await;
    assert_error(me(&jo).await, 401, "invalid_token").await;
    assert_error(
        site.login(&jo.email, PASSWORD).await,
        401,
        "invalid_credentials",
    )
    .await;
    let reset = format!("{path}/reset");
    let answer = ask(&site, &admin, Method::POST, &reset, &json!({})).await;
    assert_error(answer, 409, "conflict").await;
    assert_eq!(change(json!({"disabled": false})).await["state"], "active");
    let jo = sign_in(&site, &jo).await;

    let member = change(json!({"email": "Joanna@Club.Example"})).await;
    assert_eq!(member["email"], "joanna@club.example");
    assert_error(me(&jo).await, 401, "invalid_token").await;
    let jo = SignedIn {
        email: "joanna@club.example".to_owned(),
        ..jo
    };
    let jo = sign_in(&site, &jo).await;

    let sign_out = format!("{path}/sign_out");
    done(&site, &admin, Method::POST, &sign_out, json!({})).await;
    assert_error(me(&jo).await, 401, "invalid_token").await;

    let answer = done(&site, &admin, Method::POST, &reset, json!({})).await;
    assert!(answer["slips"].as_str().unwrap().contains("Jo Roe"));
    let code = answer["invitation"]["code"].as_str().unwrap();
    // The old password goes on until the code is used.
    let jo = sign_in(&site, &jo).await;
    let redeem = json!({"code": code, "password": "another sentence to remember"});
    let redeemed = site.post("/api/set_password").json(&redeem).send().await;
    assert_eq!(redeemed.unwrap().status(), StatusCode::OK);
    assert_error(me(&jo).await, 401, "invalid_token").await;

    let wrong = json!({"handle": "joe"});
    let answer = ask(&site, &admin, Method::DELETE, &path, &wrong).await;
    assert_error(answer, 400, "bad_request").await;
    let right = json!({"handle": "jo"});
    let answer = ask(&site, &admin, Method::DELETE, &path, &right).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let answer = ask(
        &site,
        &admin,
        Method::PATCH,
        &path,
        &json!({"role": "admin"}),
    )
    .await;
    assert_error(answer, 404, "not_found").await;
    assert_eq!(
        told_by(&site, &admin).await,
        [
            "name_changed jo",
            "role_changed jo",
            "role_changed jo",
            "member_disabled jo",
            "member_enabled jo",
            "email_changed jo",
            "signed_out jo",
            "code_issued jo",
            "member_removed jo",
        ]
    );
    site.wait_for("the erasure", async || {
        let email = Email::parse("joanna@club.example").unwrap();
        site.members
            .by_email(&email)
            .await
            .unwrap()
            .is_none()
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_none_changes_nothing() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let jo = site.member("jo").await;
    let path = format!("/api/members/{}", jo.id);
    for (sent, told) in [
        (json!({}), "“role”"),
        (json!({"password_hash": "x"}), "password_hash"),
        (json!({"disabled": "yes"}), "disabled"),
        (json!({"name": "New", "handle": "-"}), "a-z"),
        (json!({"name": "New", "role": "owner"}), "owner"),
        (json!({"name": "New", "email": "nobody"}), "nobody"),
        (json!({"name": "New\u{202e}"}), "U+202E"),
    ] {
        let answer = ask(&site, &admin, Method::PATCH, &path, &sent).await;
        let message = assert_error(answer, 400, "bad_request").await;
        assert!(message.contains(told), "{message}");
    }
    for (sent, told) in [
        (json!({"email": "ann@club.example"}), "ann@club.example"),
        (json!({"handle": "ann"}), "ann"),
    ] {
        let answer = ask(&site, &admin, Method::PATCH, &path, &sent).await;
        let message = assert_error(answer, 409, "conflict").await;
        assert!(message.contains(told), "{message}");
    }
    let (found, _) = listed(&site, &admin, "jo").await;
    assert_eq!(found[0]["name"], "jo of the club");
    // What is so already needs no entry.
    let same =
        json!({"role": "member", "disabled": false, "name": "jo of the club", "handle": "jo"});
    done(&site, &admin, Method::PATCH, &path, same).await;
    assert_eq!(told_by(&site, &admin).await, [""; 0]);
    let me = ask(&site, &jo, Method::GET, "/api/me", &Value::Null).await;
    assert_eq!(me.status(), StatusCode::OK, "the session goes on");
    for id in [
        "0197f0c4-0000-7000-8000-000000000000",
        "x",
        "..",
        "0197/more",
    ] {
        let path = format!("/api/members/{id}");
        let answer = ask(
            &site,
            &admin,
            Method::PATCH,
            &path,
            &json!({"role": "admin"}),
        )
        .await;
        assert_error(answer, 404, "not_found").await;
    }
}

async fn told_by(site: &Site, who: &SignedIn) -> Vec<String> {
    told(&acts(site, who).await, &who.handle)
}

/// What was done to an account is told to its member, until they put it away.
#[tokio::test]
async fn members_are_told_what_was_done_to_their_accounts() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let jo = site.member("jo").await;
    let path = format!("/api/members/{}", jo.id);
    let told = async |who: &SignedIn| {
        let me = done(&site, who, Method::GET, "/api/me", Value::Null).await;
        me["notices"].as_array().unwrap().clone()
    };
    assert_eq!(told(&jo).await, [Value::Null; 0]);
    done(
        &site,
        &admin,
        Method::PATCH,
        &path,
        json!({"role": "editor", "name": "Jo Roe"}),
    )
    .await;
    done(
        &site,
        &admin,
        Method::POST,
        &format!("{path}/reset"),
        json!({}),
    )
    .await;
    let notices = told(&jo).await;
    assert_eq!(
        texts(&notices, "what"),
        ["code_issued", "role_changed", "name_changed"]
    );
    assert_eq!(notices[1]["became"], "editor");
    assert_eq!(
        notices[0]["by"],
        json!({"handle": "ann", "name": "ann of the club"})
    );

    // The older two are put away; again changes nothing, and nonsense is refused.
    for _ in 0..2 {
        let sent = json!({"notices_seen": notices[1]["at"]});
        let answer = done(&site, &jo, Method::PATCH, "/api/me", sent).await;
        assert_eq!(answer["notices"], json!([notices[0]]));
    }
    for sent in [json!({"notices_seen": "now"}), json!({"notices_seen": 1})] {
        let answer = ask(&site, &jo, Method::PATCH, "/api/me", &sent).await;
        assert_error(answer, 400, "bad_request").await;
    }
    // What members do themselves is no notice, nor what others do to others.
    done(&site, &jo, Method::PATCH, "/api/me", json!({"name": "Jo"})).await;
    assert_eq!(told(&jo).await.len(), 1);
    let of_admin = told(&admin).await;
    assert_eq!(
        texts(&of_admin, "what"),
        ["role_changed"],
        "by the terminal"
    );
    assert_eq!(of_admin[0]["by"], Value::Null);
    // Of whoever did it nothing is left when they go.
    let other = with_role(&site, "bob", Role::Admin).await;
    let of_admin = format!("/api/members/{}", admin.id);
    done(
        &site,
        &other,
        Method::DELETE,
        &of_admin,
        json!({"handle": "ann"}),
    )
    .await;
    assert_eq!(told(&jo).await[0]["by"], Value::Null);
}

/// Everything published follows another handle, and CloudFront's copies, pictures and files with it.
#[tokio::test]
async fn what_is_published_follows_another_handle() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let jo = site.member("jo").await;
    let form = reqwest::multipart::Form::new().part(
        "profile_pic",
        reqwest::multipart::Part::bytes(plain(40, 64, ImageFormat::Png)).file_name("me.png"),
    );
    let sent = site
        .post("/api/upload_profile_pic")
        .bearer_auth(&jo.token)
        .multipart(form)
        .send();
    assert_eq!(sent.await.unwrap().status(), StatusCode::OK);
    site.publish(&jo, "README.md", "# Hello\n\n![[me.png]]\n")
        .await;
    let path = format!("/api/members/{}", jo.id);
    let member = done(
        &site,
        &admin,
        Method::PATCH,
        &path,
        json!({"handle": "joanna"}),
    )
    .await;
    assert_eq!(member["member"]["handle"], "joanna");
    site.wait_for("the page under its new address", async || {
        let page = site.get("/content/joanna.md").send().await.unwrap();
        let text = page.text().await.unwrap();
        text.contains("/pictures/joanna/").then_some(())
    })
    .await;
    site.wait_for("the end of the former address", async || {
        let page = site.get("/content/jo.md").send().await.unwrap();
        (page.status() == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    let me = body(ask(&site, &jo, Method::GET, "/api/me", &Value::Null).await).await;
    let picture = me["member"]["picture"]["96"].as_str().unwrap();
    assert!(picture.contains("/pictures/joanna/"), "{picture}");
    assert_eq!(
        site.client.get(picture).send().await.unwrap().status(),
        StatusCode::OK
    );
}

/// Nobody does what their role doesn't grant, whatever their token says.
#[tokio::test]
async fn nobody_has_more_rights_than_their_account() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let editor = with_role(&site, "ed", Role::Editor).await;
    let member = site.member("jo").await;
    let calls = |of: &SignedIn| {
        [
            (Method::GET, "/api/members".to_owned(), json!({})),
            (Method::GET, "/api/audit".to_owned(), json!({})),
            (
                Method::POST,
                "/api/members".to_owned(),
                json!({"email": "new@club.example", "name": "New", "role": "admin"}),
            ),
            (
                Method::POST,
                "/api/members/import".to_owned(),
                json!({"csv": "email,name,role\nnew@club.example,New,admin\n"}),
            ),
            (
                Method::PATCH,
                format!("/api/members/{}", of.id),
                json!({"role": "admin"}),
            ),
            (
                Method::PATCH,
                format!("/api/members/{}", admin.id),
                json!({"disabled": true}),
            ),
            (
                Method::POST,
                format!("/api/members/{}/reset", admin.id),
                json!({}),
            ),
            (
                Method::POST,
                format!("/api/members/{}/sign_out", admin.id),
                json!({}),
            ),
            (
                Method::DELETE,
                format!("/api/members/{}", admin.id),
                json!({"handle": "ann"}),
            ),
        ]
    };
    for who in [&member, &editor] {
        for (method, path, sent) in calls(who) {
            let answer = ask(&site, who, method, &path, &sent).await;
            assert_error(answer, 403, "forbidden").await;
        }
        // Nor by the way that is theirs.
        let answer = ask(
            &site,
            who,
            Method::PATCH,
            "/api/me",
            &json!({"role": "admin"}),
        )
        .await;
        assert_error(answer, 400, "bad_request").await;
        let answer = body(ask(&site, who, Method::GET, "/api/me", &Value::Null).await).await;
        assert_ne!(answer["member"]["role"], "admin");
    }
    for (method, path, sent) in calls(&member) {
        let answer = site
            .request(method, &path)
            .json(&sent)
            .send()
            .await
            .unwrap();
        assert_error(answer, 401, "invalid_token").await;
    }
    assert_eq!(told_by(&site, &admin).await, [""; 0], "nothing was done");

    // A role that was taken away, and a token of before.
    let second = with_role(&site, "bob", Role::Admin).await;
    let path = format!("/api/members/{}", second.id);
    done(
        &site,
        &admin,
        Method::PATCH,
        &path,
        json!({"role": "member"}),
    )
    .await;
    for (method, path, sent) in calls(&second) {
        let answer = ask(&site, &second, method, &path, &sent).await;
        assert_error(answer, 401, "invalid_token").await;
    }
    let second = sign_in(&site, &second).await;
    for (method, path, sent) in calls(&second) {
        let answer = ask(&site, &second, method, &path, &sent).await;
        assert_error(answer, 403, "forbidden").await;
    }
    // And one of an administrator who was removed.
    done(
        &site,
        &admin,
        Method::PATCH,
        &path,
        json!({"role": "admin"}),
    )
    .await;
    let second = sign_in(&site, &second).await;
    assert_eq!(listed(&site, &second, "").await.0.len(), 4);
    done(
        &site,
        &admin,
        Method::DELETE,
        &path,
        json!({"handle": "bob"}),
    )
    .await;
    for (method, path, sent) in calls(&second) {
        let answer = ask(&site, &second, method, &path, &sent).await;
        assert_error(answer, 401, "invalid_token").await;
    }
}

/// Two administrators take the rights of each other, or of themselves, at the same moment: one is always left.
#[tokio::test]
async fn one_administrator_is_always_left() {
    let site = Site::start().await;
    let mut admins = [
        with_role(&site, "ann", Role::Admin).await,
        with_role(&site, "bob", Role::Admin).await,
    ];
    for round in 0..crate::sized(24, 200) {
        let (change, is_removal) = match round % 4 {
            0 => (json!({"role": "member"}), false),
            1 => (json!({"disabled": true}), false),
            2 => (json!({"role": "editor", "disabled": true}), false),
            _ => (Value::Null, true),
        };
        let of_each_other = round % 8 < 4;
        let take = async |who: &SignedIn, whom: &SignedIn| {
            let path = format!("/api/members/{}", whom.id);
            let answer = if is_removal {
                ask(
                    &site,
                    who,
                    Method::DELETE,
                    &path,
                    &json!({"handle": whom.handle}),
                )
                .await
            } else {
                ask(&site, who, Method::PATCH, &path, &change).await
            };
            let status = answer.status().as_u16();
            let body = body(answer).await;
            assert!(
                [200, 202, 401, 403, 404, 409, 503].contains(&status),
                "{status} {body}"
            );
            status
        };
        let [one, other] = &admins;
        let (first, second) = if of_each_other {
            tokio::join!(take(one, other), take(other, one))
        } else {
            tokio::join!(take(one, one), take(other, other))
        };
        let mut left = 0;
        for admin in &admins {
            let account = site.members.by_id(&admin.id).await.unwrap();
            left += usize::from(account.is_some_and(|it| {
                it.role == Role::Admin && !it.disabled && it.password_hash.is_some()
            }));
        }
        assert!(left >= 1, "round {round}: {first} {second}");
        // Both have their rights again.
        for admin in &mut admins {
            match site.members.by_id(&admin.id).await.unwrap() {
                Some(account) => {
                    let by = terminal(&site.members);
                    by.set_disabled(&account, false).await.unwrap().unwrap();
                    let account = site.members.by_id(&admin.id).await.unwrap().unwrap();
                    let promoted = by.set_role(&account, Role::Admin).await;
                    promoted.unwrap().unwrap();
                    *admin = sign_in(&site, admin).await;
                }
                None => *admin = with_role(&site, &format!("new-{round}"), Role::Admin).await,
            }
        }
    }
}

/// The last one stays one, by whatever way.
#[tokio::test]
async fn the_last_administrator_stays() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    // Two more who can't sign in, and so don't count.
    let invited = json!({"email": "jo@club.example", "name": "Jo", "role": "admin"});
    done(&site, &admin, Method::POST, "/api/members", invited).await;
    let shut = with_role(&site, "bob", Role::Admin).await;
    let path = format!("/api/members/{}", shut.id);
    done(
        &site,
        &admin,
        Method::PATCH,
        &path,
        json!({"disabled": true}),
    )
    .await;

    let path = format!("/api/members/{}", admin.id);
    for (method, path, sent) in [
        (Method::PATCH, path.clone(), json!({"role": "editor"})),
        (Method::PATCH, path.clone(), json!({"disabled": true})),
        (Method::DELETE, path.clone(), json!({"handle": "ann"})),
        (
            Method::POST,
            "/api/me/delete".to_owned(),
            json!({"password": PASSWORD}),
        ),
    ] {
        let answer = ask(&site, &admin, method, &path, &sent).await;
        let message = assert_error(answer, 409, "conflict").await;
        assert!(message.contains("administrator"), "{message}");
    }
    // Another address ends the sessions, and no rights.
    done(
        &site,
        &admin,
        Method::PATCH,
        &path,
        json!({"email": "anna@club.example"}),
    )
    .await;
    let admin = SignedIn {
        email: "anna@club.example".to_owned(),
        ..admin
    };
    let admin = sign_in(&site, &admin).await;
    assert_eq!(listed(&site, &admin, "").await.0.len(), 3);
}

/// An import is killed between any two calls, or the table fails: in the end all of its members are there, or none of them.
#[tokio::test]
async fn an_import_that_is_cut_short_is_whole_or_not_done() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let csv = ["a", "b", "c", "d"]
            .map(|name| format!("{name}-{at}-{commits}@club.example,{name}-{at}-{commits}\n"));
        let csv = format!("email,name\n{}", csv.concat());
        let roster = roster::check(csv.as_bytes(), &Taken::default()).unwrap();
        let emails: Vec<Email> = roster.rows.iter().map(|row| row.email.clone()).collect();
        let by = terminal(&killed.members);
        let imported = by.import(roster.rows, false, || ()).await;
        let there = async || {
            let mut count = 0;
            for email in &emails {
                count += usize::from(healthy.members.by_email(email).await.unwrap().is_some());
            }
            count
        };
        if imported.is_ok() {
            assert_eq!(there().await, emails.len(), "at {at}");
        }
        let was_finished = there().await == emails.len();
        // A few minutes later.
        let later = now_ms() + 10 * 60 * 1000;
        membership::take_back_abandoned(&healthy.members, later)
            .await
            .unwrap();
        let count = there().await;
        if imported.is_ok() {
            assert_eq!(count, emails.len(), "at {at}");
        }
        assert!(
            count == 0 || (count == emails.len() && was_finished),
            "{count} at {at}"
        );
        // Whoever was made has an entry, and of who never came there is none.
        let acts = healthy.members.acts(None, 100).await.unwrap().acts;
        let end = format!("-{at}-{commits}");
        let of_these = acts.iter().filter(|act| act.on.handle.ends_with(&end));
        let deeds: Vec<Deed> = of_these.map(|act| act.deed).collect();
        assert_eq!(deeds, vec![Deed::MemberInvited; count], "at {at}");
        // Nothing is left of it, and the same roster can be imported.
        assert_eq!(
            membership::take_back_abandoned(&healthy.members, later)
                .await
                .unwrap(),
            0
        );
        let roster = roster::check(csv.as_bytes(), &Taken::default()).unwrap();
        if count == 0 {
            let by = terminal(&healthy.members);
            let again = by.import(roster.rows, false, || ()).await.unwrap();
            assert_eq!(again.done.len(), emails.len());
        }
    })
    .await;
    assert!(calls > 5, "{calls}");
}

/// Whoever imports beside another import is told when that is over, whatever becomes of it.
#[tokio::test]
async fn an_import_beside_another_is_told_how_long_to_wait() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    let import = async || {
        let sent = json!({"csv": "email,name\nkim@club.example,Kim\n"});
        let sent = site.post("/api/members/import").json(&sent);
        sent.bearer_auth(&admin.token).send().await.unwrap()
    };
    let ids = ["nobody".to_owned()];
    let until_ms = now_ms() + 90_000;
    let other = site.members.begin_import(&ids, until_ms, 7).await.unwrap();
    let answer = import().await;
    let wait = answer.headers()["retry-after"].to_str().unwrap().to_owned();
    assert!((140..=150).contains(&wait.parse().unwrap()), "{wait}");
    let message = assert_error(answer, 409, "conflict").await;
    assert!(message.contains(&format!("{wait} seconds")), "{message}");
    site.members.forget_import(&other).await.unwrap();
    assert_eq!(import().await.status(), 200);
}

/// The members of an import that was killed are nobody's while they wait to be taken back: nobody imports until they are.
#[tokio::test]
async fn an_import_waits_until_one_that_was_killed_is_taken_back() {
    let (_stack, environment) = stack().await;
    let members = Stores::healthy(&environment).members;
    let ids = ["nobody".to_owned()];
    members.begin_import(&ids, now_ms() - 1, 7).await.unwrap();
    let import = async || {
        let roster = roster::check(b"email,name\nkim@club.example,Kim\n", &Taken::default());
        let rows = roster.unwrap().rows;
        terminal(&members).import(rows, false, || ()).await
    };
    let refused = import().await.map(|imported| imported.done.len());
    assert!(
        matches!(refused, Err(NotImported::Beside { seconds: 60 })),
        "{refused:?}"
    );
    let taken_back = membership::take_back_abandoned(&members, now_ms()).await;
    assert_eq!(taken_back.unwrap(), 0, "nobody was made");
    assert_eq!(import().await.unwrap().done.len(), 1);
}

/// Of imports of one list at once no answer says of a row that it is a member's who isn't there afterwards.
#[tokio::test]
async fn imports_at_once_say_what_is_true_afterwards() {
    let site = Site::start().await;
    let admin = with_role(&site, "ann", Role::Admin).await;
    for round in 0..6 {
        let rows = (0..40).map(|row| format!("r{round}-{row}@club.example,R{round} {row}\n"));
        let csv = format!("email,name\n{}", rows.collect::<String>());
        let import = async || {
            let sent = site.post("/api/members/import").bearer_auth(&admin.token);
            let answer = sent.json(&json!({"csv": csv})).send().await.unwrap();
            (answer.status().as_u16(), body(answer).await)
        };
        let answers: [_; 3] = futures::join!(import(), import(), import()).into();
        let (all, _) = listed(&site, &admin, &format!("r{round}-")).await;
        assert!(
            [0, 40].contains(&all.len()),
            "{} in round {round}",
            all.len()
        );
        for (status, answer) in answers {
            assert!([200, 409].contains(&status), "{status} {answer}");
            if status == 200 {
                assert_eq!(all.len(), 40, "{answer}");
            }
        }
        let (status, answer) = import().await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["added"], 40 - all.len());
    }
}
