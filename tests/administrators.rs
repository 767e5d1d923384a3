//! Roles, the last administrator, the list of accounts, and the entries of what was done.

use std::collections::BTreeSet;

use auth::Code;
use aws_sdk_dynamodb::types::{DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate};
use endpoint::aws;
use members::{Account, Act, Deed, Email, Error, IssuedCode, Members, NewMember, Role, Who};
use serde_json::json;

use crate::site::{PASSWORD, Site, body};

const ROUNDS: usize = 30;

async fn account(site: &Site, handle: &str) -> Account {
    let email = Email::parse(&format!("{handle}@club.example")).unwrap();
    site.members.by_email(&email).await.unwrap().unwrap()
}

/// A member with a password and a role.
async fn with_role(site: &Site, handle: &str, role: Role) -> Account {
    site.add(handle, Some("$hash")).await;
    let account = account(site, handle).await;
    assert!(site.members.set_role(&account, role).await.unwrap());
    self::account(site, handle).await
}

/// How many administrators can sign in, by the accounts themselves.
async fn administrators(site: &Site) -> usize {
    let accounts = site.members.list().await.unwrap();
    let administers = |account: &&Account| {
        account.role == Role::Admin && !account.disabled && account.password_hash.is_some()
    };
    accounts.iter().filter(administers).count()
}

fn is_last<T>(done: &Result<T, Error>) -> bool {
    matches!(done, Err(Error::LastAdmin))
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let site = Site::start().await;
    let ada = with_role(&site, "ada", Role::Admin).await;
    with_role(&site, "eve", Role::Editor).await;
    let members = &site.members;
    assert!(is_last(&members.set_role(&ada, Role::Editor).await));
    assert!(is_last(&members.set_disabled(&ada, true).await));
    assert!(is_last(&members.depart(&ada, 1).await));
    assert!(is_last(&members.leave(&ada, 1).await));
    assert_eq!(account(&site, "ada").await, ada);

    // One who can't sign in is none yet, nor one who is shut out.
    let (code, issued) = code();
    let invited = NewMember {
        role: Role::Admin,
        ..new("bo")
    };
    members.invite(invited, &issued).await.unwrap();
    let cy = with_role(&site, "cy", Role::Admin).await;
    assert!(members.set_disabled(&cy, true).await.unwrap());
    assert!(is_last(&members.set_role(&ada, Role::Member).await));

    // The first password makes one.
    let redeemed = site
        .post("/api/set_password")
        .json(&json!({"code": code, "password": PASSWORD}))
        .send()
        .await
        .unwrap();
    assert_eq!(body(redeemed).await["member"]["role"], "admin");
    assert!(members.set_role(&ada, Role::Member).await.unwrap());
    assert!(is_last(
        &members.depart(&account(&site, "bo").await, 1).await
    ));
    assert_eq!(administrators(&site).await, 1);
}

#[tokio::test]
async fn the_last_administrator_is_told_why_they_can_t_leave() {
    let site = Site::start().await;
    let ada = site.member("ada").await;
    let members = &site.members;
    assert!(
        members
            .set_role(&account(&site, "ada").await, Role::Admin)
            .await
            .unwrap()
    );
    let leave = async || {
        let leave = site.post("/api/me/delete").bearer_auth(&ada.token);
        let leave = leave.json(&json!({"password": PASSWORD})).send();
        let answer = leave.await.unwrap();
        (answer.status().as_u16(), body(answer).await)
    };
    let (status, told) = leave().await;
    assert_eq!((status, &told["code"]), (409, &json!("conflict")));
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .contains("another member an administrator first")
    );
    with_role(&site, "bo", Role::Admin).await;
    assert_eq!(leave().await.0, 202);
}

/// In each round two administrators take each other's rights, each in one of the ways there are.
#[tokio::test]
async fn of_two_who_demote_each_other_one_is_left() {
    let site = Site::start().await;
    for round in 0..ROUNDS {
        let names = [format!("a{round}"), format!("b{round}")];
        let one = with_role(&site, &names[0], Role::Admin).await;
        let two = with_role(&site, &names[1], Role::Admin).await;
        if round > 0 {
            for account in site.members.list().await.unwrap() {
                let is_former = account.role == Role::Admin
                    && !names.contains(&account.handle)
                    && !account.disabled;
                if is_former {
                    assert!(site.members.depart(&account, 1).await.unwrap());
                }
            }
        }
        let take = async |account: &Account, way: usize| match way % 3 {
            0 => site.members.set_role(account, Role::Member).await,
            1 => site.members.set_disabled(account, true).await,
            _ => site.members.depart(account, 1).await,
        };
        let (first, second) = futures::join!(take(&two, round), take(&one, round / 3));
        let done = [&first, &second].into_iter().filter(|done| done.is_ok());
        assert_eq!(done.count(), 1, "{first:?} {second:?}");
        assert!(is_last(&first) || is_last(&second));
        assert_eq!(administrators(&site).await, 1, "in round {round}");
    }
}

/// A change that was read under another role is done to the account as it is by then.
#[tokio::test]
async fn a_change_knows_the_role_that_an_account_has_by_then() {
    let site = Site::start().await;
    let before = with_role(&site, "ada", Role::Member).await;
    assert!(site.members.set_role(&before, Role::Admin).await.unwrap());
    assert!(is_last(&site.members.set_disabled(&before, true).await));
    with_role(&site, "bo", Role::Admin).await;
    assert!(site.members.set_disabled(&before, true).await.unwrap());
    let bo = account(&site, "bo").await;
    assert!(is_last(&site.members.set_disabled(&bo, true).await));
}

fn new(handle: &str) -> NewMember {
    NewMember {
        id: uuid::Uuid::now_v7().to_string(),
        email: Email::parse(&format!("{handle}@club.example")).unwrap(),
        name: handle.to_owned(),
        handle: handle.to_owned(),
        password_hash: None,
        role: Role::Member,
        created_at: 0,
    }
}

fn code() -> (String, IssuedCode) {
    let code = Code::new(rand::random());
    let issued = IssuedCode::new(code.digest(), 4_000_000_000);
    (code.to_string(), issued)
}

#[tokio::test]
async fn accounts_are_listed_in_pages_by_handle() {
    let site = Site::start().await;
    let mut made = BTreeSet::new();
    for number in 0..230 {
        let handle = format!("m{:03}", (number * 7) % 230);
        site.members.create(new(&handle)).await.unwrap();
        made.insert(handle);
    }
    // What else has a handle, or is a member's, is no account.
    let gone = account(&site, "m007").await;
    assert!(site.members.depart(&gone, 1).await.unwrap());
    assert!(
        site.members
            .forget(&account(&site, "m007").await, 1)
            .await
            .unwrap()
    );
    made.remove("m007");
    let renamed = account(&site, "m010").await;
    site.members.rename(&renamed, "Zoe", "zoe").await.unwrap();
    made.remove("m010");
    made.insert("zoe".to_owned());

    let mut listed = Vec::new();
    let mut cursor: Option<String> = None;
    let mut sizes = Vec::new();
    loop {
        let page = site.members.accounts_after(cursor.as_deref(), 50).await;
        let page = page.unwrap();
        sizes.push(page.accounts.len());
        listed.extend(page.accounts.into_iter().map(|account| account.handle));
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, made.into_iter().collect::<Vec<_>>());
    assert_eq!(sizes.iter().max(), Some(&50));
    let all = site.members.list().await.unwrap();
    assert_eq!(all.len(), listed.len());
}

fn act(by: &Account, deed: Deed, on: &Account, at_ms: u64) -> Act {
    Act {
        at_ms,
        by: Some(Who::from(by)),
        deed,
        on: Who::from(on),
        slug: None,
        became: None,
        note: None,
    }
}

#[tokio::test]
async fn what_was_done_has_an_entry_and_what_was_refused_has_none() {
    let site = Site::start().await;
    let ada = with_role(&site, "ada", Role::Admin).await;
    let jo = with_role(&site, "jo", Role::Member).await;
    let noting = |deed, on: &Account, at_ms| site.members.noting(act(&ada, deed, on, at_ms));
    let table: &Members = &site.members;

    let (_, issued) = code();
    let done = [
        noting(Deed::RoleChanged, &jo, 1)
            .set_role(&jo, Role::Editor)
            .await,
        noting(Deed::MemberDisabled, &jo, 2)
            .set_disabled(&jo, true)
            .await,
        noting(Deed::MemberEnabled, &jo, 3)
            .set_disabled(&jo, false)
            .await,
        noting(Deed::SignedOut, &jo, 4).sign_out(&jo).await,
        noting(Deed::CodeIssued, &jo, 5)
            .issue_code(&jo, &issued)
            .await,
    ];
    assert!(done.into_iter().all(Result::unwrap));
    let jo_now = account(&site, "jo").await;
    noting(Deed::HandleChanged, &jo, 6)
        .rename(&jo_now, "Joanna", "joanna")
        .await
        .unwrap();
    let email = Email::parse("joanna@club.example").unwrap();
    noting(Deed::EmailChanged, &jo, 7)
        .change_email(&jo_now, &email)
        .await
        .unwrap();
    let joanna = table.by_email(&email).await.unwrap().unwrap();
    assert!(
        noting(Deed::MemberRemoved, &jo, 8)
            .leave(&joanna, 1)
            .await
            .unwrap()
    );
    noting(Deed::MemberInvited, &ada, 9)
        .invite(new("kim"), &code().1)
        .await
        .unwrap();

    // Neither of these is done: the last administrator, a member who is gone, an address that is taken.
    assert!(is_last(
        &noting(Deed::RoleChanged, &ada, 10)
            .set_role(&ada, Role::Member)
            .await
    ));
    assert!(
        !noting(Deed::MemberDisabled, &jo, 11)
            .set_disabled(&joanna, true)
            .await
            .unwrap()
    );
    noting(Deed::MemberInvited, &ada, 12)
        .invite(new("kim"), &code().1)
        .await
        .unwrap();
    // What members do themselves is nobody's act.
    assert!(table.sign_out(&ada).await.unwrap());

    let mut times = Vec::new();
    let mut cursor = None;
    loop {
        let page = table.acts(cursor.as_deref(), 4).await.unwrap();
        for act in &page.acts {
            assert_eq!(act.by.as_ref().unwrap().handle, "ada");
            times.push(act.at_ms);
        }
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(times, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
}

/// A data folder of before there was an index gets one at the next start, with the accounts that are there.
#[tokio::test]
async fn a_table_without_the_index_gets_it() {
    let site = Site::start().await;
    site.add("jo", None).await;
    let config = aws::config(&site.environment, aws::ENDPOINT_DYNAMODB).unwrap();
    let update = DeleteGlobalSecondaryIndexAction::builder().index_name("accounts");
    let update = GlobalSecondaryIndexUpdate::builder()
        .delete(update.build().unwrap())
        .build();
    aws_sdk_dynamodb::Client::new(&config)
        .update_table()
        .table_name(site.environment.required("MEMBERS_TABLE").unwrap())
        .global_secondary_index_updates(update)
        .send()
        .await
        .unwrap();
    assert!(site.members.list().await.is_err());
    for _ in 0..2 {
        members::create_table(&site.members).await.unwrap();
        let listed = site.members.list().await.unwrap();
        let listed = listed.iter().map(|account| account.handle.as_str());
        assert_eq!(listed.collect::<Vec<_>>(), ["jo"]);
    }
}
