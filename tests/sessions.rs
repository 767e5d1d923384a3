//! What ends a session ends it in every process, at once.

use endpoint::Language;
use members::{Account, Email};
use serde_json::json;

use crate::site::{PASSWORD, SignedIn, Site};

const PROCESSES: usize = 3;

async fn account(site: &Site, member: &SignedIn) -> Account {
    let email = Email::parse(&member.email).unwrap();
    site.members.by_email(&email).await.unwrap().unwrap()
}

/// What each process of `me` answers to a token.
async fn statuses(processes: &[me::State], token: &str) -> Vec<i64> {
    let mut statuses = Vec::new();
    for state in processes {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/api/me", "rawQueryString": "",
            "headers": {"authorization": format!("Bearer {token}")},
            "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
                "http": {"method": "GET", "path": "/api/me", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
            "isBase64Encoded": false
        });
        let answer = endpoint::invoke(&state.origins, event, "r", |request| {
            me::handler(state, request)
        })
        .await;
        statuses.push(answer.status_code);
    }
    statuses
}

#[tokio::test]
async fn what_ends_a_session_ends_it_in_every_process() {
    let site = Site::start().await;
    let processes: Vec<me::State> = (0..PROCESSES)
        .map(|_| me::State::from_env(&site.environment).unwrap())
        .collect();
    for (handle, what) in ["password", "disable", "sign-out", "remove"]
        .into_iter()
        .enumerate()
    {
        let handle = format!("member{handle}");
        let member = site.member(&handle).await;
        assert_eq!(statuses(&processes, &member.token).await, [200; PROCESSES]);
        let account = account(&site, &member).await;
        let members = &site.members;
        match what {
            "password" => assert!(members.set_password(&account, "$new").await.unwrap()),
            "disable" => assert!(members.set_disabled(&account, true).await.unwrap()),
            "sign-out" => assert!(members.sign_out(&account).await.unwrap()),
            _ => members.remove(&account).await.unwrap(),
        }
        assert_eq!(
            statuses(&processes, &member.token).await,
            [401; PROCESSES],
            "{what}"
        );
        if what == "disable" {
            assert!(members.set_disabled(&account, false).await.unwrap());
            let after = statuses(&processes, &member.token).await;
            assert_eq!(
                after, [401; PROCESSES],
                "letting a member in again revives no token"
            );
        }
        if what == "sign-out" {
            assert_eq!(site.login(&member.email, PASSWORD).await.status(), 200);
        }
    }
}

/// The day of the last login is noted, once a day.
#[tokio::test]
async fn a_login_is_noted_once_a_day() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let first = account(&site, &member).await;
    let noted = first.last_login_at.unwrap();
    let day = 24 * 60 * 60;
    let (morning, tomorrow) = (noted / day * day, (noted / day + 1) * day);
    let note = async |at, language| {
        let noted = site.members.note_login(&first, at, language);
        noted.await.unwrap()
    };
    assert!(note(morning, Language::ENGLISH).await);
    assert_eq!(
        account(&site, &member).await.last_login_at,
        Some(noted),
        "the same day"
    );
    assert!(note(tomorrow, Language::ENGLISH).await);
    assert_eq!(account(&site, &member).await.last_login_at, Some(tomorrow));
    // Another browser on the same day: letters are written in its language.
    let german: Language = "de".parse().unwrap();
    assert_eq!(first.language, Some(Language::ENGLISH));
    assert!(note(morning, german).await);
    assert_eq!(account(&site, &member).await.language, Some(german));
}
