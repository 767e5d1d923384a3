//! `PATCH /api/me` and `POST /api/me/delete`: a member takes another name, and leaves.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorFuture};
use blobs::Blobs;
use blobs::layout::{NameChangeKey, OWN_PAGE, SourceKey, content_key};
use endpoint::{Clock, Environment, Origins, aws, configuration};
use futures::future::join_all;
use members::{Account, Standing};
use removal::Removal;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::picture_faults::{Stores, at_every_call, dead, put, stack};
use crate::removal::left::left_of;
use crate::removal::settled;
use crate::site::{PASSWORD, SignedIn, Site, assert_error, body};

async fn rename(site: &Site, member: &SignedIn, wanted: Value) -> Response {
    let asked = site.request(Method::PATCH, "/api/me");
    let asked = asked.bearer_auth(&member.token).json(&wanted).send();
    asked.await.unwrap()
}

async fn leave(site: &Site, member: &SignedIn, wanted: Value) -> Response {
    let asked = site.post("/api/me/delete").bearer_auth(&member.token);
    asked.json(&wanted).send().await.unwrap()
}

async fn published(site: &Site, path: &str) -> String {
    let answer = site.get(path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

async fn account(site: &Site, member: &SignedIn) -> Account {
    site.members.by_id(&member.id).await.unwrap().unwrap()
}

/// What is left of a member, but for links that others have to their documents.
async fn left_but_links(environment: &Environment, account: &Account) -> Vec<String> {
    let mut left = left_of(environment, account).await;
    left.retain(|line| !line.starts_with("LINK#") || line.contains(&account.id));
    left
}

/// Waits until nothing of a member is left, and nothing is under way that could bring something back.
async fn erased(site: &Site, account: &Account) {
    site.wait_for("the removal", async || {
        let is_through = site.stack.queued().await.unwrap() == 0
            && left_but_links(&site.environment, account).await.is_empty();
        is_through.then_some(())
    })
    .await;
    assert_eq!(site.stack.dead_letters().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_member_takes_another_name_and_everything_published_shows_it() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (file, text) in [("README.md", "# Page\n"), ("trip.md", "# Trip\n")] {
        site.publish(&member, file, text).await;
    }
    let paths = ["/content/jo.md", "/content/jo/trip.md"];
    for path in paths {
        assert!(
            published(&site, path)
                .await
                .contains(r#"author: "jo of the club""#),
            "{path}"
        );
    }
    let me = body(rename(&site, &member, json!({"name": "  Zoe\u{308}   Doe "})).await).await;
    assert_eq!(me["status"], "success");
    assert_eq!(me["member"]["name"], "Zoë Doe");
    assert_eq!(me["member"]["handle"], "jo");
    for path in paths {
        site.wait_for("the new name", async || {
            published(&site, path)
                .await
                .contains(r#"author: "Zoë Doe""#)
                .then_some(())
        })
        .await;
    }
    // No session ends.
    let me = site.get("/api/me").bearer_auth(&member.token).send().await;
    assert_eq!(body(me.unwrap()).await["member"]["name"], "Zoë Doe");
}

#[tokio::test]
async fn what_is_no_name_is_refused_and_said_why() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for (wanted, sentence) in [
        (json!({}), "“name” is missing."),
        (json!({"name": 5}), "“name” must be a string."),
        (
            json!({"name": "Jo", "handle": "admin"}),
            "“handle” is no field of this request, which takes “name” alone.",
        ),
        (
            json!({"name": " "}),
            "A name has 1 to 100 characters on one line.",
        ),
        (
            json!({"name": "Jo\u{202e}eoD"}),
            "The name holds U+202E, which nobody sees or which turns its text about; type the name anew.",
        ),
    ] {
        let refused = rename(&site, &member, wanted).await;
        assert_eq!(assert_error(refused, 400, "bad_request").await, sentence);
    }
    let signed_out = SignedIn {
        token: "not.a.token".to_owned(),
        ..member
    };
    let refused = rename(&site, &signed_out, json!({"name": "Jo"})).await;
    assert_error(refused, 401, "invalid_token").await;
    let unchanged = site.members.by_id(&signed_out.id).await.unwrap().unwrap();
    assert_eq!(unchanged.name, "jo of the club");
    assert_eq!(unchanged.former_names, [""; 0]);
}

/// Former names are kept with the account and looked up at each conversion of the member's own page.
#[tokio::test]
async fn a_member_takes_twenty_names_and_any_of_them_again() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for number in 1..20 {
        let answer = rename(&site, &member, json!({"name": format!("Jo {number}")})).await;
        assert_eq!(answer.status(), StatusCode::OK, "{number}");
    }
    let refused = rename(&site, &member, json!({"name": "Jo 20"})).await;
    assert_eq!(
        assert_error(refused, 409, "conflict").await,
        "You have had 20 names already. Please ask your administrator for another one."
    );
    for known in ["Jo 3", "jo of the club", "jo of the club"] {
        let answer = rename(&site, &member, json!({"name": known})).await;
        assert_eq!(answer.status(), StatusCode::OK, "{known}");
    }
    assert_eq!(account(&site, &member).await.former_names.len(), 19);
}

#[tokio::test]
async fn who_leaves_is_out_at_once_and_erased_soon() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let friend = site.member("ada").await;
    site.publish(&member, "README.md", "# Page\n").await;
    site.publish(&member, "trip.md", "# Trip\n").await;
    site.publish(&friend, "note.md", "# Note\n\nSee [[jo/trip]].\n")
        .await;
    let account = account(&site, &member).await;
    assert!(left_of(&site.environment, &account).await.len() > 5);

    let wrong = leave(&site, &member, json!({"password": "not this one, surely"})).await;
    assert_error(wrong, 401, "invalid_credentials").await;
    let extra = leave(
        &site,
        &member,
        json!({"password": PASSWORD, "keep": "files"}),
    )
    .await;
    assert_error(extra, 400, "bad_request").await;
    let me = site.get("/api/me").bearer_auth(&member.token).send().await;
    assert_eq!(me.unwrap().status(), StatusCode::OK, "still a member");

    let left = leave(&site, &member, json!({"password": PASSWORD})).await;
    assert_eq!(left.status(), StatusCode::ACCEPTED);
    assert_eq!(body(left).await, json!({"status": "success"}));
    let me = site.get("/api/me").bearer_auth(&member.token).send().await;
    assert_error(me.unwrap(), 401, "invalid_token").await;
    let unknown = site.login("nobody@club.example", PASSWORD).await;
    let refused = site.login(&member.email, PASSWORD).await;
    assert_eq!(refused.status(), unknown.status());
    assert_eq!(body(refused).await, body(unknown).await);

    erased(&site, &account).await;
    let gone = site.get("/content/jo/trip.md").send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    // Whoever linked to it is told.
    site.wait_for("the friend's note", async || {
        let report = site.report(&friend, "/api/readmes/note").await;
        let warnings = report["warnings"].to_string();
        warnings.contains("jo/trip").then_some(())
    })
    .await;
    // The handle and the address are somebody else's now, if they like.
    let next = site.member("jo").await;
    assert_ne!(next.id, member.id);
    site.publish(&next, "trip.md", "# Another trip\n").await;
    assert!(
        published(&site, "/content/jo/trip.md")
            .await
            .contains("Another trip")
    );
}

#[tokio::test]
async fn the_password_is_guarded_as_at_the_login_by_the_same_count() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    for _ in 0..3 {
        let wrong = leave(&site, &member, json!({"password": "not this one, surely"})).await;
        assert_error(wrong, 401, "invalid_credentials").await;
    }
    for _ in 0..2 {
        let wrong = site.login(&member.email, "not this one, surely").await;
        assert_error(wrong, 401, "invalid_credentials").await;
    }
    let waits = leave(&site, &member, json!({"password": PASSWORD})).await;
    assert!(waits.headers().contains_key("retry-after"));
    assert_error(waits, 429, "too_many_attempts").await;
    assert!(!account(&site, &member).await.is_going());
}

/// Whatever a member sends in the moment in which they leave, nothing of it stays.
#[tokio::test]
async fn uploads_that_race_with_leaving_leave_nothing() {
    let site = Site::start().await;
    for round in 0..4_u64 {
        let member = site.member(&format!("jo-{round}")).await;
        site.publish(&member, "README.md", "# Page\n").await;
        let account = account(&site, &member).await;
        let uploads = (0..8_u64).map(|number| {
            let (site, member) = (&site, &member);
            async move {
                tokio::time::sleep(Duration::from_millis(number * 7)).await;
                let text = format!("# Doc {number}\n\nOf [[doc-1]].\n");
                site.upload(member, &format!("doc-{number}.md"), text).await;
            }
        });
        let leaves = async {
            tokio::time::sleep(Duration::from_millis(10 + round * 12)).await;
            let left = leave(&site, &member, json!({"password": PASSWORD})).await;
            assert_eq!(left.status(), StatusCode::ACCEPTED);
        };
        tokio::join!(join_all(uploads), leaves);
        erased(&site, &account).await;
        let standing = site.members.standing(&account.id).await.unwrap();
        assert!(matches!(standing, Standing::Departed(_)), "{standing:?}");
    }
}

/// What `POST /api/me/delete` asks of the function, for a member who signed in.
async fn asks_to_leave(environment: &Environment, stores: &Stores, token: &str) -> i64 {
    let mut event = crate::events::event("leave");
    event["headers"]["authorization"] = json!(format!("Bearer {token}"));
    event["body"] = json!(json!({ "password": PASSWORD }).to_string());
    let mut state = ::leave::State::from_env(environment).unwrap();
    state.bearer.members = stores.members.clone();
    let origins = Origins::default();
    let answer = endpoint::invoke(&origins, event, "test", |request| {
        ::leave::handler(&state, request)
    });
    answer.await.status_code
}

fn remover(stores: &Stores, environment: &Environment) -> remove_member::State {
    remove_member::State {
        uploads: stores.uploads.clone(),
        content: stores.content.clone(),
        members: stores.members.clone(),
        clock: Clock::from_fn(|| SystemTime::now() + Duration::from_mins(1)),
        ..remove_member::State::from_env(environment).unwrap()
    }
}

async fn token(environment: &Environment, stores: &Stores, account: &Account) -> String {
    let hash = auth::password::hash(&auth::password::Password::new(PASSWORD), [0; 16]).unwrap();
    let now = stores.now(account).await;
    assert!(stores.members.set_password(&now, &hash).await.unwrap());
    let tokens = configuration::tokens(environment).unwrap();
    let issued = Clock::system().unix_seconds();
    let version = now.version + 1;
    let token = tokens.issue(&account.id, version, issued, rand::random());
    token.await.unwrap()
}

/// Killed before or after each of its calls, a request to leave has done nothing, or the member left and is erased by
/// the next run: there is nothing in between.
#[tokio::test]
async fn a_request_to_leave_that_is_cut_short_is_whole_or_not_done() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let mut left = 0;
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        let token = token(&environment, &healthy, &account).await;
        let status = asks_to_leave(&environment, &killed, &token).await;
        let now = healthy.now(&account).await;
        assert!(now.is_going() || status != 202, "at {at}");
        let ran = remove_member::handler(&remover(&healthy, &environment), Value::Null).await;
        let is_member = healthy.members.by_id(&account.id).await.unwrap();
        if now.is_going() {
            left += 1;
            assert_eq!(ran.unwrap()["removed"], 1, "at {at}");
            assert_eq!(left_of(&environment, &account).await, [""; 0], "at {at}");
        } else {
            assert_eq!(ran.unwrap()["removed"], 0, "at {at}");
            // A kill is no lock.
            assert!(is_member.is_some());
            assert_eq!(asks_to_leave(&environment, &healthy, &token).await, 202);
            let again = remove_member::handler(&remover(&healthy, &environment), Value::Null).await;
            assert_eq!(again.unwrap()["removed"], 1, "at {at}");
        }
    })
    .await;
    assert!(calls >= 5 && left >= 1, "{calls} calls, left {left} times");
}

/// Killed before or after each of its calls, a run is made good by the next; until then the member is out and the handle taken.
#[tokio::test]
async fn a_run_that_is_killed_is_made_good_by_the_next() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let account = settled(&healthy, &format!("jo-{at}-{commits}")).await;
        let now = Clock::system().unix_seconds();
        assert!(healthy.members.leave(&account, now).await.unwrap());
        assert!(
            !healthy
                .members
                .leave(&healthy.now(&account).await, now)
                .await
                .unwrap()
        );
        let run = remove_member::handler(&remover(&killed, &environment), Value::Null).await;
        let there = healthy.members.by_email(&account.email).await.unwrap();
        if let Some(there) = &there {
            assert!(run.is_err(), "at {at}: {run:?}");
            assert!(there.is_going() && there.disabled);
            assert!(healthy.members.by_id(&account.id).await.unwrap().is_none());
            assert!(!healthy.members.is_free(&account.handle).await.unwrap());
        }
        let next = remove_member::handler(&remover(&healthy, &environment), Value::Null).await;
        let removed = u64::from(there.is_some());
        assert_eq!(next.unwrap()["removed"], removed, "at {at}");
        assert_eq!(left_of(&environment, &account).await, [""; 0], "at {at}");
        assert!(healthy.members.is_free(&account.handle).await.unwrap());
    })
    .await;
    assert!(calls > 40, "{calls} calls");
}

/// A request that came before the tombstone may still be at work: what is there goes at once, account and handle after its time.
#[tokio::test]
async fn account_and_handle_stay_as_long_as_a_request_may_be_at_work() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let account = settled(&stores, "jo").await;
    let left = Clock::system().unix_seconds();
    assert!(stores.members.leave(&account, left).await.unwrap());
    let run_at = async |seconds: u64| {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(left + seconds);
        let state = remove_member::State {
            clock: Clock::from_fn(move || time),
            ..remover(&stores, &environment)
        };
        remove_member::handler(&state, Value::Null).await.unwrap()
    };
    let outcome = |removed: u8, waiting: u8| json!({"removed": removed, "waiting": waiting});
    assert_eq!(run_at(0).await, outcome(0, 1));
    let left = left_of(&environment, &stores.now(&account).await).await;
    let kinds = ["DEPARTURES#SITE ", "EMAIL#", "HANDLE#", "MEMBER#"];
    let others = left
        .iter()
        .filter(|line| !kinds.iter().any(|kind| line.starts_with(kind)));
    assert_eq!((others.count(), left.len()), (0, 4), "{left:?}");
    // What such a request stores, S3 needn't tell of.
    let late = content_key("jo/late");
    put(&stores.content, &late, "late").await;
    assert_eq!(run_at(14).await, outcome(0, 1));
    put(&stores.content, &late, "late").await;
    assert_eq!(run_at(15).await, outcome(1, 0));
    assert_eq!(left_of(&environment, &account).await, [""; 0]);
    assert_eq!(run_at(16).await, outcome(0, 0));
}

/// Who left is found by `users remove`, too, and of two that erase at the same time neither takes the other for a fault.
#[tokio::test]
async fn the_administrator_finishes_it_as_well() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    for round in 0..3 {
        let account = settled(&stores, &format!("jo-{round}")).await;
        let now = Clock::system().unix_seconds();
        assert!(stores.members.leave(&account, now).await.unwrap());
        let going = stores.now(&account).await;
        let removal = Removal {
            uploads: &stores.uploads,
            content: &stores.content,
            members: &stores.members,
            account: &going,
        };
        let now_ms = Clock::system().unix_milliseconds();
        let by_hand = async {
            removal.erase(now_ms).await?;
            removal.finish(now_ms).await
        };
        let state = remover(&stores, &environment);
        if round == 0 {
            by_hand.await.unwrap();
            let run = remove_member::handler(&state, Value::Null).await.unwrap();
            assert_eq!(run, json!({"removed": 0, "waiting": 0}));
        } else {
            let run = remove_member::handler(&state, Value::Null);
            let (run, by_hand) = tokio::join!(run, by_hand);
            assert!(run.is_ok(), "{run:?}");
            // The administrator is told that another hand was faster.
            assert!(by_hand.is_ok() || by_hand.unwrap_err().to_string().contains("meanwhile"));
        }
        assert_eq!(left_of(&environment, &account).await, [""; 0]);
    }
}

/// A failure with one member hinders no other, and is told.
#[tokio::test]
async fn one_who_can_t_be_erased_hinders_no_other() {
    let (_stack, environment) = stack().await;
    let stores = Stores::healthy(&environment);
    let (ada, jo) = (settled(&stores, "ada").await, settled(&stores, "jo").await);
    for account in [&ada, &jo] {
        let now = Clock::system().unix_seconds();
        assert!(stores.members.leave(account, now).await.unwrap());
    }
    // A bucket that answers nothing of ada's.
    let of_ada = ada.id.clone();
    let broken = Stores::through(&environment, &Arc::default(), move |inner, request| {
        if request.uri().contains(&of_ada) {
            return HttpConnectorFuture::ready(Err(dead()));
        }
        inner.call(request)
    });
    let failed = remove_member::handler(&remover(&broken, &environment), Value::Null).await;
    assert_eq!(
        failed.unwrap_err().to_string(),
        "1 members who left aren't erased yet; the next run goes on"
    );
    assert_eq!(left_of(&environment, &jo).await, [""; 0]);
    assert!(left_of(&environment, &ada).await.len() > 5);
    let run = remove_member::handler(&remover(&stores, &environment), Value::Null).await;
    assert_eq!(run.unwrap(), json!({"removed": 1, "waiting": 0}));
    assert_eq!(left_of(&environment, &ada).await, [""; 0]);
}

/// Killed before or after each of its calls, another name is whole once the member asks again; of a member who went
/// meanwhile no word stays.
#[tokio::test]
async fn another_name_that_is_cut_short_is_whole_once_it_is_asked_for_again() {
    let (_stack, environment) = stack().await;
    let healthy = Stores::healthy(&environment);
    let patch = async |stores: &Stores, token: &str| {
        let mut event = crate::events::event("me.rename");
        event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        let mut state = me::State::from_env(&environment).unwrap();
        state.bearer.members = stores.members.clone();
        state.uploads = stores.uploads.clone();
        let origins = Origins::default();
        let answer = endpoint::invoke(&origins, event, "test", |request| {
            me::handler(&state, request)
        });
        answer.await.status_code
    };
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let account = healthy.member(&format!("jo-{at}-{commits}")).await;
        let token = token(&environment, &healthy, &account).await;
        let key = SourceKey::new(&account.id, OWN_PAGE).key();
        put(&healthy.uploads, &key, "# Page\n").await;
        let rewrite = healthy.rewrite_readme();
        rewrite_readme::handler(&rewrite, healthy.tells(&key))
            .await
            .unwrap();
        patch(&killed, &token).await;
        assert_eq!(patch(&healthy, &token).await, 200, "at {at}");
        let change = NameChangeKey::new(&account.id).key();
        assert!(healthy.uploads.head(&change).await.unwrap().is_some());
        rewrite_readme::handler(&rewrite, healthy.tells(&change))
            .await
            .unwrap();
        for later in healthy.asked(&account).await {
            rewrite_readme::handler(&rewrite, healthy.tells(&later))
                .await
                .unwrap();
        }
        let output = content_key(&account.handle);
        let output = healthy
            .content
            .get(&output, 1 << 20)
            .await
            .unwrap()
            .unwrap();
        let output = String::from_utf8(output.bytes.to_vec()).unwrap();
        assert!(
            output.contains(r#"author: "Another Name""#),
            "at {at}: {output}"
        );
    })
    .await;
    assert!(calls >= 4, "{calls} calls");

    let account = healthy.member("late").await;
    let now = Clock::system().unix_seconds();
    assert!(healthy.members.leave(&account, now).await.unwrap());
    let run = remove_member::handler(&remover(&healthy, &environment), Value::Null).await;
    assert_eq!(run.unwrap()["removed"], 1);
    let change = NameChangeKey::new(&account.id).key();
    put(&healthy.uploads, &change, "").await;
    let rewrite = healthy.rewrite_readme();
    let told = rewrite_readme::handler(&rewrite, healthy.tells(&change));
    told.await.unwrap();
    let config = aws::config(&environment, aws::ENDPOINT_S3).unwrap();
    let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET").unwrap());
    assert!(uploads.versions(&change).await.unwrap().is_empty());
}
