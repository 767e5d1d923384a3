//! `GET /api/members/public`: the members whom everybody may see, and who decides about it.

use auth::Code;
use image::ImageFormat;
use members::{Account, Email, IssuedCode};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::photo::gradient;
use crate::site::{PASSWORD, SignedIn, Site, assert_error, body};
use crate::upload_profile_pic::upload;

const ON: &[(&str, &str)] = &[("PUBLIC_MEMBERS", "on")];

async fn page(site: &Site, query: &str) -> Value {
    let answer = site.get(&format!("/api/members/public{query}"));
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    body(answer).await
}

/// The handles of everybody in the directory.
async fn handles(site: &Site) -> Vec<String> {
    let page = page(site, "").await;
    let members = page["members"].as_array().unwrap().iter();
    let handles = members.map(|member| member["handle"].as_str().unwrap().to_owned());
    handles.collect()
}

async fn account(site: &Site, handle: &str) -> Account {
    let email = Email::parse(&format!("{handle}@club.example")).unwrap();
    site.members.by_email(&email).await.unwrap().unwrap()
}

async fn patch(site: &Site, member: &SignedIn, change: Value) -> Value {
    let answer = site
        .request(reqwest::Method::PATCH, "/api/me")
        .bearer_auth(&member.token)
        .json(&change);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{change}");
    body(answer).await
}

#[tokio::test]
async fn without_the_setting_nobody_is_in_it() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "README.md", "# Jo\n").await;
    assert_eq!(
        page(&site, "").await,
        json!({"status": "success", "public": false, "members": [], "cursor": null})
    );
    // What a member decides is kept for the day on which there is one.
    assert_eq!(
        patch(&site, &jo, json!({"listed": false})).await["listed"],
        false
    );
    assert!(!account(&site, "jo").await.listed);
}

#[tokio::test]
async fn it_has_who_may_sign_in_and_nothing_else_of_them() {
    let site = Site::with(ON).await;
    let jo = site.member("jo").await;
    let kim = site.member("kim").await;
    site.add("invited", None).await;
    site.add("ann", Some(PASSWORD)).await;
    let bytes = gradient(300, 200, ImageFormat::Png);
    let answer = upload(&site, &jo, "me.png", "image/png", bytes).await;
    let picture = body(answer).await["picture"].take();
    let found = page(&site, "").await;
    let members = found["members"].as_array().unwrap();
    for member in members {
        let mut keys: Vec<_> = member.as_object().unwrap().keys().collect();
        keys.sort();
        assert_eq!(keys, ["digest", "handle", "name", "picture"]);
    }
    let expected = [("ann", Value::Null), ("jo", picture), ("kim", Value::Null)];
    let said = members.iter().map(|member| {
        assert_eq!(
            member["name"],
            format!("{} of the club", member["handle"].as_str().unwrap())
        );
        (
            member["handle"].as_str().unwrap(),
            member["picture"].clone(),
        )
    });
    assert_eq!(said.collect::<Vec<_>>(), expected);
    let text = found.to_string();
    assert!(!text.contains("@club.example") && !text.contains("invited"));

    // Who sets a password comes in; who is shut out or leaves is gone from the next answer.
    let code = Code::new(rand::random());
    let now = endpoint::Clock::system().unix_seconds();
    let issued = IssuedCode::new(code.digest(), now);
    let invited = account(&site, "invited").await;
    assert!(site.members.issue_code(&invited, &issued).await.unwrap());
    let set = json!({"code": code.to_string(), "password": "another sentence to remember"});
    let set = site.post("/api/set_password").json(&set).send().await;
    assert_eq!(set.unwrap().status(), StatusCode::OK);
    assert_eq!(handles(&site).await, ["ann", "invited", "jo", "kim"]);
    let ann = account(&site, "ann").await;
    assert!(site.members.set_disabled(&ann, true).await.unwrap());
    assert_eq!(handles(&site).await, ["invited", "jo", "kim"]);
    assert!(
        site.members
            .set_disabled(&account(&site, "ann").await, false)
            .await
            .unwrap()
    );
    assert_eq!(handles(&site).await.len(), 4);
    let leave = site.post("/api/me/delete").bearer_auth(&kim.token);
    let leave = leave.json(&json!({"password": PASSWORD})).send().await;
    assert_eq!(leave.unwrap().status(), StatusCode::ACCEPTED);
    assert_eq!(handles(&site).await, ["ann", "invited", "jo"]);
}

#[tokio::test]
async fn a_member_stays_out_of_it_and_comes_back() {
    let site = Site::with(ON).await;
    let jo = site.member("jo").await;
    site.member("kim").await;
    let me = site.get("/api/me").bearer_auth(&jo.token);
    assert_eq!(body(me.send().await.unwrap()).await["listed"], true);
    assert_eq!(
        patch(&site, &jo, json!({"listed": false})).await["listed"],
        false
    );
    assert_eq!(handles(&site).await, ["kim"]);
    // It goes along with another address, and with another name.
    let other = Email::parse("other@club.example").unwrap();
    let before = account(&site, "jo").await;
    let renamed = site.members.change_email(&before, &other);
    assert_eq!(renamed.await.unwrap(), members::Renamed::Renamed);
    assert_eq!(handles(&site).await, ["kim"]);
    let login = body(site.login("other@club.example", PASSWORD).await).await;
    let jo = SignedIn {
        token: login["access_token"].as_str().unwrap().to_owned(),
        email: other.as_str().to_owned(),
        ..jo
    };
    patch(&site, &jo, json!({"name": "Joanna"})).await;
    assert_eq!(handles(&site).await, ["kim"]);
    for _ in 0..2 {
        assert_eq!(
            patch(&site, &jo, json!({"listed": true})).await["listed"],
            true
        );
    }
    assert_eq!(handles(&site).await, ["jo", "kim"]);
    for wrong in [
        json!({"listed": "no"}),
        json!({"listed": null}),
        json!({"listed": true, "name": "Jo"}),
    ] {
        let answer = site
            .request(reqwest::Method::PATCH, "/api/me")
            .bearer_auth(&jo.token)
            .json(&wrong);
        assert_error(answer.send().await.unwrap(), 400, "bad_request").await;
    }
}

#[tokio::test]
async fn it_comes_in_pages_with_tags_that_caches_may_keep() {
    let site = Site::with(ON).await;
    for number in 0..205 {
        // Every third is invited and has no password yet: pages have fewer than they could.
        let password = (number % 3 > 0).then_some("a hash is made of it");
        let handle = format!("m{number:03}");
        if password.is_some() {
            let id = uuid::Uuid::now_v7().to_string();
            let member = members::NewMember {
                id,
                email: Email::parse(&format!("{handle}@club.example")).unwrap(),
                name: handle.clone(),
                handle,
                // Nobody signs in here; a real one takes its time.
                password_hash: Some("$argon2id$".to_owned()),
                role: members::Role::Member,
                created_at: 0,
            };
            site.members.create(member).await.unwrap();
        } else {
            site.add(&handle, None).await;
        }
    }
    let (mut all, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let query = cursor.map_or_else(String::new, |cursor| format!("?cursor={cursor}"));
        let found = page(&site, &query).await;
        let members = found["members"].as_array().unwrap();
        assert!(members.len() <= 100);
        all.extend(
            members
                .iter()
                .map(|it| it["handle"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        cursor = found["cursor"].as_str().map(str::to_owned);
        // Nobody is named who isn't in it.
        assert!(cursor.is_none() || cursor.as_ref() == all.last());
        if cursor.is_none() {
            break;
        }
    }
    let expected = (0..205).filter(|number| number % 3 > 0);
    let expected: Vec<_> = expected.map(|number| format!("m{number:03}")).collect();
    assert_eq!((all, pages), (expected, 2));

    let answer = site.get("/api/members/public").send().await.unwrap();
    assert_eq!(
        answer.headers()["cache-control"],
        "public, max-age=0, s-maxage=10"
    );
    let etag = answer.headers()["etag"].clone();
    let ask = || {
        let request = site.get("/api/members/public");
        request.header("if-none-match", &etag).send()
    };
    let unchanged = ask().await.unwrap();
    assert_eq!(
        (unchanged.status(), &unchanged.headers()["etag"]),
        (StatusCode::NOT_MODIFIED, &etag)
    );
    let first = account(&site, "m001").await;
    site.members
        .rename(&first, "Another", "m001")
        .await
        .unwrap();
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);

    for wrong in ["", "..%2F..", "%00", "A", "a/b", &"a".repeat(81)] {
        let answer = site.get(&format!("/api/members/public?cursor={wrong}"));
        assert_error(answer.send().await.unwrap(), 400, "bad_request").await;
    }
}
