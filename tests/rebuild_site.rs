//! The site is built anew once what is published changed: against a host that counts the calls of its
//! hook, with a clock that the test sets.

mod host;
mod moving_clock;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use blobs::Blobs;
use endpoint::{Clock, Environment, aws};
use members::{Email, Role};
use rebuild_site::State;
use reqwest::Method;
use serde_json::json;

use crate::events::event;
use crate::photo::gradient;
use crate::site::{SignedIn, Site, body};
use crate::template::document::Template;
use crate::upload_profile_pic::upload;
use host::{Answer, Host, SECRET};

const MINUTE: u64 = 60;

/// A site, the host that builds it, and the function between them.
struct World {
    site: Site,
    host: Host,
    state: State,
    /// How far the function's clock is ahead, in seconds.
    ahead: Arc<AtomicU64>,
}

impl World {
    async fn new() -> Self {
        let (site, host) = (Site::start().await, Host::start().await);
        let ahead = Arc::new(AtomicU64::new(0));
        let hook = host.hook();
        let mut state = function(&site, &[("DEPLOY_HOOK_URL", &hook)]);
        state.watch.clock = clock(&ahead);
        Self {
            site,
            host,
            state,
            ahead,
        }
    }

    /// One whose site was looked at, with a member.
    async fn with_member() -> (Self, SignedIn) {
        let world = Self::new().await;
        assert_eq!(world.run().await, "noted");
        let member = world.site.member("jo").await;
        (world, member)
    }

    fn pass(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What the schedule does every minute.
    async fn run(&self) -> String {
        outcome(&self.state).await.unwrap()
    }

    /// The same after some minutes.
    async fn run_after(&self, minutes: u64) -> String {
        self.pass(minutes * MINUTE);
        self.run().await
    }

    /// What is said when it is an error of the function.
    async fn error(&self) -> String {
        let error = outcome(&self.state).await.unwrap_err();
        format!("{error:#}")
    }

    async fn withdraw(&self, member: &SignedIn, slug: &str) {
        let request = self
            .site
            .request(Method::DELETE, &format!("/api/readmes/{slug}"))
            .bearer_auth(&member.token);
        assert_eq!(request.send().await.unwrap().status(), 202);
        self.site
            .wait_for("the withdrawal", async || {
                let queued = self.site.stack.queued().await.unwrap();
                (queued == 0).then_some(())
            })
            .await;
    }
}

fn clock(ahead: &Arc<AtomicU64>) -> Clock {
    let ahead = Arc::clone(ahead);
    Clock::from_fn(move || SystemTime::now() + Duration::from_secs(ahead.load(Ordering::SeqCst)))
}

fn environment(site: &Site, more: &[(&str, &str)]) -> Environment {
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    site.stack.environment().into_iter().chain(more).collect()
}

/// The function as it is in AWS, but that nothing is kept at an edge.
fn function(site: &Site, more: &[(&str, &str)]) -> State {
    let mut state = State::from_env(&environment(site, more)).unwrap();
    state.pause = Duration::ZERO;
    state
}

async fn outcome(state: &State) -> anyhow::Result<String> {
    let answer = Box::pin(rebuild_site::handler(state, event("rebuild_site"))).await?;
    Ok(answer["outcome"].as_str().unwrap().to_owned())
}

/// What comes out at its time is in a build that starts at once; anything else waits whether more follows.
#[tokio::test]
async fn what_comes_out_at_its_time_is_built_at_once() {
    let (world, member) = World::with_member().await;
    let until = Clock::system().unix_seconds() + 2;
    let until = jiff::Timestamp::from_second(until.try_into().unwrap()).unwrap();
    let text = format!("---\ndate: {until}\nschedule: true\n---\n# Later\n");
    assert_eq!(
        world.site.upload(&member, "later.md", text).await.status(),
        202
    );
    world
        .site
        .wait_for("the document", async || {
            let report = world.site.report(&member, "/api/readmes/later").await;
            (report["state"] == "published").then_some(())
        })
        .await;
    assert_eq!(world.run().await, "started");
    world.pass(10 * MINUTE);
    assert_eq!(world.run().await, "unchanged");
    world.site.publish(&member, "now.md", "# Now\n").await;
    // A note of now is one of the past for a clock that is ahead.
    world.ahead.store(0, Ordering::SeqCst);
    assert_ne!(world.run().await, "started");
}

/// Whoever comes into the directory, changes in it or goes is on the site after the next build; without a directory they start
/// none.
#[tokio::test]
async fn whatever_the_directory_shows_starts_a_build_where_there_is_one() {
    for setting in ["on", "off"] {
        let (site, host) = (
            Site::with(&[("PUBLIC_MEMBERS", setting)]).await,
            Host::start().await,
        );
        let ahead = Arc::new(AtomicU64::new(0));
        let hook = host.hook();
        let mut state = function(&site, &[("DEPLOY_HOOK_URL", &hook)]);
        state.watch.clock = clock(&ahead);
        let run = async || {
            ahead.fetch_add(10 * MINUTE, Ordering::SeqCst);
            outcome(&state).await.unwrap()
        };
        let jo = site.member("jo").await;
        let admin = site.member("admin").await;
        let account = async |handle: &str| {
            let email = Email::parse(&format!("{handle}@club.example")).unwrap();
            site.members.by_email(&email).await.unwrap().unwrap()
        };
        let of_admin = account("admin").await;
        assert!(site.members.set_role(&of_admin, Role::Admin).await.unwrap());
        // Both were made by nobody who notes it.
        let watch = &state.watch;
        let (minute, now_ms) = (Duration::from_mins(1), watch.clock.unix_milliseconds());
        let compared = manifest::compare(&watch.content, &watch.members, minute, now_ms);
        assert!(compared.await.unwrap().is_through);
        let first = if setting == "on" { "started" } else { "noted" };
        assert_eq!(run().await, first);
        let id = &jo.id;
        let changes = [
            ("/api/me", &jo, json!({"name": "Joanna"})),
            ("/api/me", &jo, json!({"listed": false})),
            ("/api/me", &jo, json!({"listed": true})),
            (&format!("/api/members/{id}"), &admin, json!({"name": "Jo"})),
            (
                &format!("/api/members/{id}"),
                &admin,
                json!({"handle": "joanna"}),
            ),
            (
                &format!("/api/members/{id}"),
                &admin,
                json!({"disabled": true}),
            ),
            (
                &format!("/api/members/{id}"),
                &admin,
                json!({"disabled": false}),
            ),
        ];
        for (path, by, change) in changes {
            let answer = site
                .request(Method::PATCH, path)
                .bearer_auth(&by.token)
                .json(&change);
            assert_eq!(answer.send().await.unwrap().status(), 200, "{change}");
            assert_eq!(run().await == "started", setting == "on", "{change}");
        }
        // An invited member is nobody to the site before there is a password.
        let invite = json!({"email": "kim@club.example", "name": "Kim", "handle": "kim"});
        let invited = site.post("/api/members").bearer_auth(&admin.token);
        let invited = invited.json(&invite).send().await.unwrap();
        assert_eq!(invited.status(), 201);
        let code = body(invited).await["invitation"]["code"].take();
        assert_ne!(run().await, "started");
        let set = json!({"code": code, "password": "another sentence to remember"});
        let set = site.post("/api/set_password").json(&set).send().await;
        let set = set.unwrap();
        assert_eq!(set.status(), 200);
        let token = body(set).await["access_token"].take();
        assert_eq!(
            run().await == "started",
            setting == "on",
            "a first password"
        );
        let leave = site.post("/api/me/delete");
        let leave = leave.bearer_auth(token.as_str().unwrap());
        let leave = leave.json(&json!({"password": "another sentence to remember"}));
        assert_eq!(leave.send().await.unwrap().status(), 202);
        assert_eq!(
            run().await == "started",
            setting == "on",
            "a member who left"
        );
        assert_ne!(run().await, "started", "nothing has changed");
    }
}

/// CloudFront keeps what is published for ten seconds; a host that builds at once must find what was looked at.
#[tokio::test]
async fn a_build_starts_once_the_edge_has_forgotten_what_was_published_before() {
    let (mut world, member) = World::with_member().await;
    world.state.pause = Duration::from_secs(1);
    world.site.publish(&member, "README.md", "# Jo\n").await;
    world.pass(MINUTE);
    let looked = std::time::Instant::now();
    assert_eq!(world.run().await, "started");
    assert!(looked.elapsed() >= world.state.pause);

    let in_aws = State::from_env(&environment(&world.site, &[])).unwrap();
    let template = Template::read();
    for policy in ["ManifestCaching", "ContentCaching"] {
        let policy = &template.resource(policy)["Properties"]["CachePolicyConfig"];
        // The function and the objects say no longer; CloudFront keeps them for the shortest time that it may, at least.
        let kept = policy["DefaultTTL"].as_u64().unwrap().max(10);
        assert!(in_aws.pause > Duration::from_secs(kept), "{policy}");
    }
}

#[tokio::test]
async fn a_burst_of_uploads_is_one_build_once_it_is_quiet() {
    let (world, member) = World::with_member().await;
    for name in ["README.md", "a.md", "b.md", "c.md", "a.md"] {
        let text = format!("# {name}\n\nOnce more.\n");
        world.site.publish(&member, name, text).await;
        assert_eq!(world.run().await, "not_quiet");
    }
    world.pass(50);
    assert_eq!(world.run().await, "not_quiet");
    world.pass(10);
    assert_eq!(world.run().await, "started");
    let calls = world.host.calls();
    let [call] = calls.as_slice() else {
        panic!("{calls:?}")
    };
    assert_eq!(
        (call.method.as_str(), call.path.as_str()),
        ("POST", format!("/build_hooks/{SECRET}").as_str())
    );
    assert_eq!(
        (call.body.as_str(), &call.headers["content-length"]),
        ("", &"0".parse().unwrap())
    );
    assert!(!call.headers.contains_key("authorization"));

    // Nothing more has changed, and nobody looks for an hour.
    for _ in 0..6 {
        assert_eq!(world.run_after(1).await, "idle");
    }
    assert_eq!(world.host.count(), 1);
}

#[tokio::test]
async fn builds_are_five_minutes_apart() {
    let (world, member) = World::with_member().await;
    world.site.publish(&member, "a.md", "# One\n").await;
    assert_eq!(world.run_after(1).await, "started");
    // The site's own clock stands where it stood, so that this counts as quiet.
    world.site.publish(&member, "a.md", "# Two\n").await;
    for _ in 0..4 {
        assert_eq!(world.run_after(1).await, "too_soon");
    }
    assert_eq!(world.host.count(), 1);
    assert_eq!(world.run_after(1).await, "started");
    assert_eq!(world.host.count(), 2);
}

#[tokio::test]
async fn of_many_runs_at_once_one_calls() {
    let (world, member) = World::with_member().await;
    world.site.publish(&member, "a.md", "# One\n").await;
    world.pass(MINUTE);
    let outcomes = futures::future::join_all((0..12).map(|_| world.run())).await;
    let started = outcomes.iter().filter(|outcome| *outcome == "started");
    assert_eq!(started.count(), 1, "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .all(|outcome| ["started", "busy", "too_soon"].contains(&outcome.as_str())),
        "{outcomes:?}"
    );
    assert_eq!(world.host.count(), 1);
}

#[tokio::test]
async fn a_host_that_is_down_is_called_again_with_growing_pauses() {
    let (world, member) = World::with_member().await;
    world.site.publish(&member, "a.md", "# One\n").await;
    world.host.answers(Answer::Status(503));
    assert_eq!(world.run_after(1).await, "failed");
    assert_eq!(world.run().await, "too_soon");
    assert_eq!(world.run_after(1).await, "failed");
    assert_eq!(world.run_after(1).await, "too_soon");
    // The third in a row sets the alarm off.
    world.pass(MINUTE);
    let said = world.error().await;
    assert!(
        said.ends_with("127.0.0.1 answered with status 503"),
        "{said}"
    );
    assert_eq!(world.host.count(), 3);
    world.host.answers(Answer::Status(200));
    assert_eq!(world.run_after(3).await, "too_soon");
    assert_eq!(world.run_after(1).await, "started");
    assert_eq!(world.host.count(), 4);
}

#[tokio::test]
async fn a_host_that_asks_for_patience_gets_it() {
    let (world, member) = World::with_member().await;
    world.site.publish(&member, "a.md", "# One\n").await;
    world.host.answers(Answer::Later(600));
    assert_eq!(world.run_after(1).await, "failed");
    world.host.answers(Answer::Status(200));
    assert_eq!(world.run_after(9).await, "too_soon");
    assert_eq!(world.run_after(1).await, "started");
}

#[tokio::test]
async fn a_host_that_hangs_or_isn_t_there_is_given_up_in_time() {
    let (mut world, member) = World::with_member().await;
    let in_aws = State::from_env(&environment(&world.site, &[])).unwrap();
    let template = Template::read();
    let timeout = &template.resource("RebuildSite")["Properties"]["Timeout"];
    let for_the_stores =
        Duration::from_secs(timeout.as_u64().unwrap()).checked_sub(in_aws.pause + in_aws.patience);
    assert!(for_the_stores.unwrap() > Duration::from_secs(15));
    world.site.publish(&member, "a.md", "# One\n").await;
    world.host.answers(Answer::Never);
    world.state.patience = Duration::from_secs(1);
    assert_eq!(world.run_after(1).await, "failed");

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/{SECRET}", free.local_addr().unwrap());
    drop(free);
    let mut away = function(&world.site, &[("DEPLOY_HOOK_URL", &url)]);
    away.watch.clock = clock(&world.ahead);
    world.pass(MINUTE);
    assert_eq!(outcome(&away).await.unwrap(), "failed");
}

#[tokio::test]
async fn a_host_that_refuses_is_told_of_with_what_to_do() {
    let (world, member) = World::with_member().await;
    world.site.publish(&member, "a.md", "# One\n").await;
    for (status, advice) in [(404, "masthead hook set"), (401, "token"), (302, "moved")] {
        world.host.answers(Answer::Status(status));
        world.pass(60 * MINUTE);
        let said = world.error().await;
        assert!(
            said.contains(&format!("127.0.0.1 answered with status {status}")),
            "{said}"
        );
        assert!(said.contains(advice) && !said.contains(SECRET), "{said}");
    }
    // Once it is put right, nothing has to change for the site to be built.
    world.host.answers(Answer::Status(200));
    assert_eq!(world.run_after(60).await, "started");
}

/// A process that ends while it calls starts a build too many, never one too few.
#[tokio::test]
async fn a_run_that_is_killed_is_made_good() {
    let (world, member) = World::with_member().await;
    world.site.publish(&member, "a.md", "# One\n").await;
    world.host.answers(Answer::Never);
    world.pass(MINUTE);
    let killed = tokio::time::timeout(Duration::from_secs(2), world.run()).await;
    assert!(killed.is_err());
    assert_eq!(world.host.count(), 1);
    world.host.answers(Answer::Status(200));
    assert_eq!(world.run().await, "too_soon");
    assert_eq!(world.run_after(1).await, "started");
    assert_eq!(world.host.count(), 2);
}

#[tokio::test]
async fn what_changes_nothing_starts_nothing() {
    let (world, member) = World::with_member().await;
    for minutes in [1, 10, 100] {
        let outcome = world.run_after(minutes).await;
        assert!(
            ["idle", "unchanged"].contains(&outcome.as_str()),
            "{outcome}"
        );
    }
    world.site.publish(&member, "a.md", "# One\n").await;
    assert_eq!(world.run_after(1).await, "started");
    assert_eq!(world.run_after(5).await, "idle");

    // The same again, a draft, a file that can't be published, and every README once more.
    let noted = world.site.members.changes().await.unwrap();
    world.site.publish(&member, "a.md", "# One\n").await;
    world
        .site
        .publish(&member, "Secret.md", "---\ndraft: true\n---\n# Secret\n")
        .await;
    world.site.stack.rewrite_all().await.unwrap();
    world
        .site
        .wait_for("an empty queue", async || {
            (world.site.stack.queued().await.unwrap() == 0).then_some(())
        })
        .await;
    assert_eq!(world.site.members.changes().await.unwrap(), noted);
    assert_eq!(world.run_after(1).await, "idle");

    // A change that is taken back, and the picture of a member who has published nothing.
    world.site.publish(&member, "b.md", "# Two\n").await;
    world.withdraw(&member, "b").await;
    let other = world.site.member("ann").await;
    picture(&world.site, &other, 200).await;
    assert_eq!(world.run_after(5).await, "unchanged");
    assert_eq!(world.host.count(), 1);
}

#[tokio::test]
async fn whatever_the_site_shows_starts_a_build() {
    let (world, member) = World::with_member().await;
    let started = async |what: &str| {
        assert_eq!(world.run_after(5).await, "started", "{what}");
    };
    world.site.publish(&member, "a.md", "# One\n").await;
    started("a document").await;
    picture(&world.site, &member, 200).await;
    started("a picture").await;
    let taken_away = world
        .site
        .request(Method::DELETE, "/api/upload_profile_pic")
        .bearer_auth(&member.token);
    assert_eq!(taken_away.send().await.unwrap().status(), 200);
    started("no picture").await;
    world
        .site
        .publish(&member, "a.md", "---\ndraft: true\n---\n# One\n")
        .await;
    started("a draft").await;
    world.site.publish(&member, "a.md", "# One\n").await;
    started("a document that is back").await;
    world.withdraw(&member, "a").await;
    started("a withdrawal").await;
}

/// Changes that nobody settled, such as by hand, are found at night.
#[tokio::test]
async fn a_change_by_hand_is_seen_within_a_day() {
    const DAY: u64 = 24 * 60;
    let (world, member) = World::with_member().await;
    world.site.publish(&member, "a.md", "# One\n").await;
    assert_eq!(world.run_after(1).await, "started");
    assert_eq!(world.run_after(5).await, "idle");
    assert_eq!(world.run_after(DAY).await, "unchanged");
    let config = aws::config(&world.site.environment, aws::ENDPOINT_S3).unwrap();
    let bucket = world.site.environment.required("CONTENT_BUCKET").unwrap();
    Blobs::new(&config, bucket)
        .delete("content/jo/a.md")
        .await
        .unwrap();
    // The stack's own schedule, whose clock is a day behind, may have found it first.
    match world.run_after(DAY).await.as_str() {
        "not_quiet" => assert_eq!(world.run_after(1).await, "started"),
        found => assert_eq!(found, "started"),
    }
    assert_eq!(world.run_after(5).await, "idle");
}

/// Of a site on which nothing was ever published there is nothing to build, whatever the hook.
#[tokio::test]
async fn the_first_look_starts_nothing_where_nothing_changed() {
    let world = World::new().await;
    assert_eq!(world.run().await, "noted");
    assert_eq!(world.run_after(60).await, "unchanged");
    assert_eq!(world.host.count(), 0);
}

#[tokio::test]
async fn github_is_called_as_it_asks() {
    let (world, member) = World::with_member().await;
    let url = format!("{}/repos/club/site/dispatches", world.host.url);
    let hook = [
        ("DEPLOY_HOOK_URL", url.as_str()),
        ("DEPLOY_HOOK_TOKEN", SECRET),
        ("DEPLOY_HOOK_EVENT", "members-changed"),
    ];
    let mut state = function(&world.site, &hook);
    state.watch.clock = clock(&world.ahead);
    world.host.answers(Answer::Status(204));
    world.site.publish(&member, "a.md", "# One\n").await;
    world.pass(MINUTE);
    assert_eq!(outcome(&state).await.unwrap(), "started");
    let call = world.host.calls().remove(0);
    assert_eq!(call.body, r#"{"event_type":"members-changed"}"#);
    assert_eq!(call.headers["authorization"], format!("Bearer {SECRET}"));
    assert_eq!(call.headers["accept"], "application/vnd.github+json");
    assert_eq!(call.headers["x-github-api-version"], "2022-11-28");
    assert!(
        call.headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("masthead/")
    );
}

#[tokio::test]
async fn a_wrong_hook_is_named_at_start_up_and_none_is_no_error() {
    let site = Site::start().await;
    for (url, reason) in [
        (format!("http://builds.example/{SECRET}"), "https://"),
        (
            format!("https://{SECRET}@builds.example/"),
            "name and password",
        ),
        (
            "https://api.github.com/repos/club/site/dispatches".to_owned(),
            "token",
        ),
    ] {
        let environment = environment(&site, &[("DEPLOY_HOOK_URL", &url)]);
        let error = State::from_env(&environment).unwrap_err().to_string();
        assert!(error.starts_with("the environment variable DEPLOY_HOOK_URL can't be used: "));
        assert!(error.contains(reason) && !error.contains(SECRET), "{error}");
    }
    let none = function(&site, &[]);
    assert_eq!(outcome(&none).await.unwrap(), "no_hook");
    let debug = format!(
        "{:?}",
        function(
            &site,
            &[(
                "DEPLOY_HOOK_URL",
                &format!("https://builds.example/{SECRET}")
            )]
        )
    );
    assert!(
        debug.contains("builds.example") && !debug.contains(SECRET),
        "{debug}"
    );
}

/// The hook is in Secrets Manager in AWS, read anew for each build.
#[tokio::test]
async fn the_hook_of_a_secret_is_called() {
    let (world, member) = World::with_member().await;
    let kept = serde_json::json!({"url": world.host.hook(), "token": "", "event_type": "masthead"});
    let store = host::secrets(kept.to_string()).await;
    let secret = [
        (
            "DEPLOY_HOOK_SECRET_ARN",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:hook",
        ),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", store.as_str()),
    ];
    let mut state = function(&world.site, &secret);
    state.watch.clock = clock(&world.ahead);
    world.site.publish(&member, "a.md", "# One\n").await;
    world.pass(MINUTE);
    assert_eq!(outcome(&state).await.unwrap(), "started");
    assert_eq!(world.host.count(), 1);

    let broken = host::secrets(format!(r#"{{"url": "{SECRET}"#)).await;
    let mut state = function(
        &world.site,
        &[secret[0], ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &broken)],
    );
    state.watch.clock = clock(&world.ahead);
    world.site.publish(&member, "a.md", "# Two\n").await;
    world.pass(5 * MINUTE);
    let said = format!("{:#}", outcome(&state).await.unwrap_err());
    assert!(
        said.contains("can't be used") && said.contains("hook set") && !said.contains(SECRET),
        "{said}"
    );
}

/// As the stack makes the secret. What was published meanwhile is built once there is a hook.
#[tokio::test]
async fn a_stack_without_a_hook_does_nothing_and_is_no_error() {
    let (world, member) = World::with_member().await;
    let empty = host::secrets("{}".to_owned()).await;
    let kept = serde_json::json!({"url": world.host.hook()});
    let filled = host::secrets(kept.to_string()).await;
    let function = |store: &str| {
        let secret = [
            (
                "DEPLOY_HOOK_SECRET_ARN",
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:hook",
            ),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", store),
        ];
        let mut state = function(&world.site, &secret);
        state.watch.clock = clock(&world.ahead);
        state
    };
    let without = function(&empty);
    world.site.publish(&member, "a.md", "# One\n").await;
    world.pass(5 * MINUTE);
    assert_eq!(outcome(&without).await.unwrap(), "no_hook");
    for _ in 0..3 {
        world.pass(MINUTE);
        assert_eq!(
            outcome(&without).await.unwrap(),
            "idle",
            "and asks no secret"
        );
    }
    let with = function(&filled);
    world.pass(60 * MINUTE);
    assert_eq!(outcome(&with).await.unwrap(), "started");
    assert_eq!(world.host.count(), 1);
}

async fn picture(site: &Site, member: &SignedIn, width: u32) {
    let bytes = gradient(width, 200, image::ImageFormat::Png);
    let answer = upload(site, member, "me.png", "image/png", bytes).await;
    assert_eq!(answer.status(), 200);
}
