//! Each function's role in `template.yaml` against what the function asks of the stores: all of it
//! is granted, and nothing is granted that isn't asked for.

mod proxy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::Code;
use aws_sdk_dynamodb::types::AttributeValue;
use blobs::layout::{
    self, FileChangeKey, FileKey, FileNote, HandleChangeKey, LaterKey, MailKey, NameChangeKey,
    NowKey, OriginalKey, PictureChangeKey, SourceKey,
};
use blobs::{Blobs, Condition, Upload};
use endpoint::{Clock, Environment, aws, configuration};
use image::ImageFormat;
use local::Options;
use mail::{Letter, Outbox};
use members::{Created, IssuedCode, NewMember, Renamed, Role};
use serde_json::{Value, json};

use crate::events::{self, ANSWERS, DELIVERIES, event, invoke, make_demo};
use crate::file_faults::resized;
use crate::photo::plain;
use crate::picture_faults::{Pause, Stores, put};
use crate::removal::left::left_of;
use crate::removal::settled;
use crate::template::document::{Template, logical_id};
use proxy::{Call, Calls};

const MEMBER: &str = "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70";

/// Every call of a store that each function makes over all events and a story or two.
async fn calls() -> BTreeMap<String, BTreeSet<Call>> {
    let options = Options {
        port: 0,
        backends_only: true,
        ..Options::default()
    };
    let stack = local::start(options).await.unwrap();
    let environment: Environment = stack.environment().into_iter().collect();
    make_demo(&configuration::members(&environment).unwrap()).await;
    let config = aws::config(&environment, aws::ENDPOINT_S3).unwrap();
    let uploads = Blobs::new(&config, environment.required("UPLOADS_BUCKET").unwrap());

    let mut noted: BTreeMap<String, (Environment, Calls)> = BTreeMap::new();
    for name in Template::read().functions().into_keys() {
        let calls = Calls::default();
        let mut pairs = stack.environment();
        for (variable, value) in &mut pairs {
            if variable == aws::ENDPOINT_S3 || variable == aws::ENDPOINT_DYNAMODB {
                *value = proxy::start(value, &calls).await;
            }
        }
        // With a directory functions read and note more.
        pairs.push(("PUBLIC_MEMBERS".to_owned(), "on".to_owned()));
        // Nobody listens there.
        pairs.push((
            "DEPLOY_HOOK_URL".to_owned(),
            "http://127.0.0.1:9/".to_owned(),
        ));
        noted.insert(name, (pairs.into_iter().collect(), calls));
    }
    let ask =
        async |function: &str, event: Value| invoke(&noted[function].0, function, event).await;
    let deliver = async |function: &str, event: Value| {
        let (environment, function) = (noted[function].0.clone(), function.to_owned());
        // In a task of its own, whose future doesn't lie on this one's stack.
        let answer =
            tokio::spawn(async move { events::deliver(&environment, &function, event).await });
        assert_eq!(
            answer.await.unwrap().unwrap(),
            json!({"batchItemFailures": []})
        );
    };

    let (_, body) = ask("login", event("login")).await;
    let token = format!("Bearer {}", body["access_token"].as_str().unwrap());
    for (name, status, _) in ANSWERS {
        let mut event = event(name);
        if event["headers"].get("authorization").is_some() {
            event["headers"]["authorization"] = json!(token);
        }
        let (answered, body) = ask(name.split('.').next().unwrap(), event).await;
        assert_eq!(answered, *status, "{name}: {body}");
    }
    // The uploaded page, and one that links to it and to one that isn't there.
    let note_key = format!("readmes/{MEMBER}/note.md");
    let put_note = async |text: &str| {
        let note = Upload {
            bytes: text.to_owned().into(),
            content_type: "text/markdown",
            ..Upload::default()
        };
        let put = uploads.put(&note_key, note, Condition::Always);
        put.await.unwrap();
    };
    put_note("# Note\n\nSee [[Demo Member]] and [[Another]].\n").await;
    let of_note = of_key(&note_key);
    deliver("rewrite_readme", of_note.clone()).await;
    for name in DELIVERIES {
        deliver(name.split('.').next().unwrap(), event(name)).await;
    }
    // The note links to the page.
    let asked = LaterKey(SourceKey::new(MEMBER, "note")).key();
    assert!(uploads.head(&asked).await.unwrap().is_some());
    deliver("rewrite_readme", of_key(&asked)).await;
    assert!(uploads.head(&asked).await.unwrap().is_none());
    // Now that there is something to list, a build reads it, and another one is started.
    let mut build = event("content.build");
    build["headers"]["authorization"] = json!(format!("Bearer {}", stack.build_key()));
    assert_eq!(ask("content", build.clone()).await.0, 200);
    // The next one reads a document that wasn't there before.
    build["body"] = json!(
        json!({"entries": [
        {"id": "demo", "digest": "0123456789abcdef0123456789abcdef"},
        {"id": "demo/note", "digest": "0123456789abcdef0123456789abcdef"}]})
        .to_string()
    );
    build["isBase64Encoded"] = json!(false);
    assert_eq!(ask("content", build.clone()).await.0, 200);
    // The site refuses what it took before, and takes it again.
    let read = build["body"].take();
    build["body"] = json!(
        json!({"entries": [], "refused": [
        {"id": "demo", "digest": "0123456789abcdef0123456789abcdef", "reason": "course: Required"}]})
        .to_string()
    );
    assert_eq!(ask("content", build.clone()).await.0, 200);
    build["body"] = read;
    assert_eq!(ask("content", build).await.0, 200);
    let mut state = rebuild_site::State::from_env(&noted["rebuild_site"].0).unwrap();
    state.watch.clock = Clock::from_fn(|| SystemTime::now() + Duration::from_mins(10));
    state.pause = Duration::ZERO;
    Box::pin(state.ready()).await.unwrap();
    let outcome = rebuild_site::handler(&state, event("rebuild_site"));
    assert_eq!(Box::pin(outcome).await.unwrap()["outcome"], "failed");
    assert_eq!(ask("content", event("content")).await.0, 200);
    // A code is used up.
    let members = configuration::members(&environment).unwrap();
    let demo = members.by_id(MEMBER).await.unwrap().unwrap();
    let code = Code::new(rand::random());
    let issued = IssuedCode::new(code.digest(), Clock::system().unix_seconds());
    assert!(members.issue_code(&demo, &issued).await.unwrap());
    let mut with_code = event("set_password");
    with_code["body"] = json!(
        json!({"code": code.to_string(), "password": "another sentence to remember"}).to_string()
    );
    assert_eq!(ask("set_password", with_code).await.0, 200);
    // Gone again: by its author, whose password set_password has changed.
    let mut login = event("login");
    login["body"] = json!(
        json!({"email": "demo@example.com", "password": "another sentence to remember"})
            .to_string()
    );
    let (_, body) = ask("login", login).await;
    let token = format!("Bearer {}", body["access_token"].as_str().unwrap());
    let ask_as_member = async |function: &str, mut event: Value| {
        event["headers"]["authorization"] = json!(token);
        ask(function, event).await
    };
    // A picture that is too large for a form, in the place of one that a document shows.
    let put_original = async || {
        let original = plain(40, 64, ImageFormat::Png);
        let wanted =
            json!({"kind": "profile_pic", "content_type": "image/png", "size": original.len()});
        let mut event = event("upload_url");
        event["body"] = json!(wanted.to_string());
        let (_, body) = ask_as_member("upload_url", event).await;
        let mut put = reqwest::Client::new()
            .put(body["upload"]["url"].as_str().unwrap())
            .body(original);
        for (name, value) in body["upload"]["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        assert_eq!(put.send().await.unwrap().status(), 200);
    };
    put_original().await;
    let (answered, _) = ask_as_member("upload_profile_pic", event("upload_profile_pic")).await;
    assert_eq!(answered, 200);
    put_note("# Note\n\n![[me.png]] of [[Demo Member]]\n").await;
    forget_handle(&environment).await;
    deliver("rewrite_readme", of_note.clone()).await;
    put_original().await;
    put_original().await;
    deliver("resize_picture", event("resize_picture")).await;
    let change = PictureChangeKey::new(MEMBER).key();
    deliver("rewrite_readme", of_key(&change)).await;

    // A file that a document shows is replaced, put to an address, and taken away.
    let arm = FileKey::of(MEMBER, "img/arm.png");
    put_note("# Note\n\n![The arm](img/arm.png)\n").await;
    let file_change = FileChangeKey::new(MEMBER, "arm.png").key();
    let picture = plain(90, 32, ImageFormat::Png);
    for sent in 0..3 {
        // Whoever is first counts what is there, and what takes the place of nothing is counted.
        forget_count(&environment, "FILES").await;
        uploads.delete(&arm.key()).await.unwrap();
        if sent == 1 {
            let mut event = event("upload_url.file");
            let wanted = json!({"kind": "file", "path": "img/arm.png", "content_type": "image/png", "size": picture.len()});
            event["body"] = json!(wanted.to_string());
            let (_, body) = ask_as_member("upload_url", event).await;
            let mut put = reqwest::Client::new()
                .put(body["upload"]["url"].as_str().unwrap())
                .body(picture.clone());
            for (name, value) in body["upload"]["headers"].as_object().unwrap() {
                put = put.header(name, value.as_str().unwrap());
            }
            assert_eq!(put.send().await.unwrap().status(), 200);
        } else {
            let (answered, body) = ask_as_member("upload_file", event("upload_file")).await;
            assert_eq!(answered, 202, "{body}");
        }
        deliver("resize_picture", of_key(&arm.key())).await;
        // As it stands in what was published.
        let members = configuration::members(&environment).unwrap();
        let file = members.file(MEMBER, &arm.file_id).await.unwrap().unwrap();
        let public_url = configuration::public_url(&environment).unwrap();
        let address = format!("{public_url}/{}", file.shown().unwrap());
        let note = format!(
            "# Note\n\n![The arm](img/arm.png) ![Again]({address}) [itself](/demo/note/)\n"
        );
        put_note(&note).await;
        let mut shown = event("preview");
        shown["body"] = json!(json!({"file_name": "note.md", "text": note}).to_string());
        assert_eq!(ask_as_member("preview", shown).await.0, 200);
        deliver("rewrite_readme", of_key(&file_change)).await;
        deliver("rewrite_readme", of_note.clone()).await;
        assert_eq!(ask_as_member("files", event("files")).await.0, 200);
    }
    // One that is announced and never sent.
    let announced = FileKey::of(MEMBER, "announced.png");
    let mut event_of_it = event("upload_url.file");
    let wanted =
        json!({"kind": "file", "path": "announced.png", "content_type": "image/png", "size": 9});
    event_of_it["body"] = json!(wanted.to_string());
    assert_eq!(
        ask_as_member("upload_url", event_of_it.clone()).await.0,
        200
    );
    // Asked for again, it counts once.
    assert_eq!(ask_as_member("upload_url", event_of_it).await.0, 200);
    let mut given_up = event("files.unknown");
    given_up["rawPath"] = json!(format!("/api/files/{}", announced.file_id));
    assert_eq!(ask_as_member("files", given_up).await.0, 202);

    let mut remove = event("files.unknown");
    remove["rawPath"] = json!(format!("/api/files/{}", arm.file_id));
    assert_eq!(ask_as_member("files", remove).await.0, 202);
    deliver("resize_picture", of_key(&arm.key())).await;
    deliver("rewrite_readme", of_key(&file_change)).await;
    deliver("rewrite_readme", of_note.clone()).await;
    // One of a session that is over.
    let late = FileNote {
        path: "late.png".to_owned(),
        account_version: 0,
        reservation: Some("-".to_owned()),
    };
    let late_key = FileKey::of(MEMBER, &late.path).key();
    let upload = Upload {
        metadata: late.to_metadata(),
        ..Upload::default()
    };
    let put = uploads.put(&late_key, upload, Condition::Always);
    put.await.unwrap();
    deliver("resize_picture", of_key(&late_key)).await;

    // A document gets another address, with or without another hand at it; another one comes to the former address, and
    // the first goes on and is erased for good.
    let moving = SourceKey::new(MEMBER, "moving").key();
    let put_moving = async || {
        let text = "# Moving\n\n[Itself](/demo/moving/)\n".to_owned();
        let upload = Upload {
            bytes: text.into(),
            ..Upload::default()
        };
        uploads
            .put(&moving, upload, Condition::Always)
            .await
            .unwrap();
    };
    let rename = |slug: &str, to: &str| {
        let mut event = event("rename");
        event["rawPath"] = json!(format!("/api/readmes/{slug}/rename"));
        event["headers"]["authorization"] = json!(token);
        event["body"] = json!(json!({"slug": to}).to_string());
        event
    };
    let mut at = 0;
    loop {
        put_moving().await;
        let of_rename = &noted["rename"].0;
        let pause = Pause {
            at,
            commits: true,
            dies: false,
        };
        let (stores, paused) = Stores::paused(of_rename, pause);
        let mut state = rename::State::from_env(of_rename).unwrap();
        state.uploads = stores.uploads;
        state.bearer.members = stores.members;
        let to = format!("elsewhere-{at}");
        let renamed = async {
            let answer =
                endpoint::invoke(&state.origins, rename("moving", &to), "test", |request| {
                    rename::handler(&state, request)
                });
            Box::pin(answer).await;
        };
        let deleted = async {
            uploads.delete(&moving).await.unwrap();
        };
        paused.beside(renamed, deleted).await;
        if paused.made() <= at {
            break;
        }
        at += 1;
    }
    put_moving().await;
    deliver("rewrite_readme", of_key(&moving)).await;
    assert_eq!(ask("rename", rename("moving", "moved")).await.0, 202);
    deliver("rewrite_readme", of_key(&moving)).await;
    let moved = LaterKey(SourceKey::new(MEMBER, "moved")).key();
    deliver("rewrite_readme", of_key(&moved)).await;
    put_moving().await;
    deliver("rewrite_readme", of_key(&moving)).await;
    assert_eq!(ask("rename", rename("moved", "again")).await.0, 202);
    let mut erase = event("readmes.unknown");
    erase["rawPath"] = json!("/api/readmes/again");
    erase["rawQueryString"] = json!("forever=yes");
    erase["queryStringParameters"] = json!({"forever": "yes"});
    erase["requestContext"]["http"]["method"] = json!("DELETE");
    assert_eq!(ask_as_member("readmes", erase).await.0, 202);

    // A document comes back where nothing was counted yet; one that is erased for good while it does, doesn't.
    let lost = SourceKey::new(MEMBER, "lost").key();
    let next_lost = async || {
        let put = uploads.put(&lost, Upload::default(), Condition::Always);
        put.await.unwrap();
        uploads.delete(&lost).await.unwrap();
        let page = uploads.versions_page(&lost, None, None).await.unwrap();
        page.versions[1].id.clone().unwrap()
    };
    let restore = |id: &str| {
        let mut event = event("versions.unknown");
        event["rawPath"] = json!("/api/readmes/lost/restore");
        event["headers"]["authorization"] = json!(token);
        event["body"] = json!(json!({"version": id}).to_string());
        event
    };
    let id = next_lost().await;
    let (answered, body) = ask_as_member("readmes", event("readmes.deleted")).await;
    assert_eq!(
        (answered, &body["deleted"][0]["slug"]),
        (200, &json!("lost"))
    );
    forget_count(&environment, "USAGE").await;
    assert_eq!(ask("versions", restore(&id)).await.0, 202);
    let mut source = event("versions");
    source["rawPath"] = json!("/api/readmes/lost/source");
    assert_eq!(ask_as_member("versions", source.clone()).await.0, 200);
    source["rawPath"] = json!(format!("/api/readmes/lost/versions/{id}/changes"));
    assert_eq!(ask_as_member("versions", source).await.0, 200);
    let mut at = 0;
    loop {
        let id = next_lost().await;
        let of_versions = &noted["versions"].0;
        let pause = Pause {
            at,
            commits: true,
            dies: false,
        };
        let (stores, paused) = Stores::paused(of_versions, pause);
        let mut state = versions::State::from_env(of_versions).unwrap();
        state.uploads = stores.uploads;
        state.bearer.members = stores.members;
        let restored = async {
            let answer = endpoint::invoke(&state.origins, restore(&id), "test", |request| {
                versions::handler(&state, request)
            });
            Box::pin(answer).await;
        };
        let erased = async {
            uploads.erase_for_good(&lost).await.unwrap();
        };
        paused.beside(restored, erased).await;
        if paused.made() <= at {
            break;
        }
        at += 1;
    }
    next_lost().await;
    let mut erase = event("readmes.unknown");
    erase["rawPath"] = json!("/api/readmes/lost");
    erase["rawQueryString"] = json!("forever=yes");
    erase["queryStringParameters"] = json!({"forever": "yes"});
    erase["requestContext"]["http"]["method"] = json!("DELETE");
    assert_eq!(ask_as_member("readmes", erase).await.0, 202);

    let of =
        ["review", "rewrite_readme", "rename", "readmes"].map(|name| (name, noted[name].0.clone()));
    let decided = decide(environment.clone(), of.into(), token.clone());
    tokio::spawn(decided).await.unwrap();

    let mut withdraw = event("readmes.unknown");
    withdraw["rawPath"] = json!("/api/readmes/note");
    withdraw["requestContext"]["http"]["method"] = json!("DELETE");
    assert_eq!(ask_as_member("readmes", withdraw).await.0, 202);
    deliver("rewrite_readme", of_note.clone()).await;

    // In tasks of their own, whose futures don't lie on this one's stack.
    let [of_rewrite, of_rebuild] =
        ["rewrite_readme", "rebuild_site"].map(|name| noted[name].0.clone());
    let come_out = comes_out(environment.clone(), of_rewrite, of_rebuild);
    tokio::spawn(come_out).await.unwrap();
    let asked = uploads.list_all(&NowKey::prefix(MEMBER)).await.unwrap();
    let asked = asked.into_iter().map(|entry| entry.key);
    let asked = asked.filter(|key| key.ends_with("/note"));
    let asked = asked.collect::<Vec<_>>();
    assert!(!asked.is_empty());
    for key in asked {
        deliver("rewrite_readme", of_key(&key)).await;
        assert!(uploads.head(&key).await.unwrap().is_none());
    }
    put_note("# Now\n").await;
    deliver("rewrite_readme", of_note.clone()).await;
    let [of_me, of_send] = ["me", "send_mail"].map(|name| noted[name].0.clone());
    let stack = Arc::new(stack);
    let sent = letters_are_sent(Arc::clone(&stack), environment.clone(), of_me, of_send);
    tokio::spawn(sent).await.unwrap();
    let [of_leave, of_remove] = ["leave", "remove_member"].map(|name| noted[name].0.clone());
    let left = leave_and_be_erased(environment.clone(), of_leave, of_remove);
    tokio::spawn(left).await.unwrap();
    let [of_roster, of_resize, of_set_password, of_leave, of_me] =
        ["roster", "resize_picture", "set_password", "leave", "me"]
            .map(|name| noted[name].0.clone());
    let administers = administer(
        environment.clone(),
        of_roster,
        of_resize,
        of_set_password,
        of_leave,
        of_me,
    );
    tokio::spawn(administers).await.unwrap();

    // Of a member who is gone, whose handle another one has, and of one whom nobody knows.
    let members = configuration::members(&environment).unwrap();
    let demo = members.by_id(MEMBER).await.unwrap().unwrap();
    assert!(
        members.depart(&demo, 0).await.unwrap() && {
            let going = members.by_email(&demo.email).await.unwrap().unwrap();
            members.forget(&going, u64::from(u32::MAX)).await.unwrap()
        }
    );
    put_note("# Too late\n").await;
    let content = Blobs::new(&config, environment.required("CONTENT_BUCKET").unwrap());
    for key in [
        "content/demo/note.md",
        "pictures/demo/late-96.webp",
        "files/demo/late-96x64.webp",
        "moved/demo/late.md/note",
    ] {
        let of_demo = Upload {
            metadata: [(layout::OWNER.to_owned(), layout::owner(MEMBER))].into(),
            ..Upload::default()
        };
        let put = content.put(key, of_demo, Condition::Always);
        put.await.unwrap();
    }
    let next = NewMember {
        id: "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d71".to_owned(),
        email: demo.email.clone(),
        name: demo.name.clone(),
        handle: demo.handle.clone(),
        password_hash: None,
        role: Role::Member,
        created_at: 0,
    };
    assert_eq!(members.create(next).await.unwrap(), Created::Created);
    deliver("rewrite_readme", of_note).await;
    let late = [
        ("rewrite_readme", change),
        ("rewrite_readme", "readmes/nobody/note.md".to_owned()),
        ("resize_picture", OriginalKey::new(MEMBER).key()),
        ("resize_picture", arm.key()),
        ("resize_picture", FileKey::of("nobody", "a.png").key()),
        ("rewrite_readme", file_change),
    ];
    for (function, key) in late {
        let put = uploads.put(&key, Upload::default(), Condition::Always);
        put.await.unwrap();
        deliver(function, of_key(&key)).await;
    }

    let noted = noted.into_iter().map(|(name, (_, calls))| {
        let calls = Arc::clone(&calls).lock().unwrap().iter().cloned().collect();
        (name, calls)
    });
    noted.collect()
}

/// The demo member, who looks after documents, withdraws one of another member's, so that another one waits; both are decided about, and get
/// other addresses.
async fn decide(environment: Environment, of: BTreeMap<&'static str, Environment>, token: String) {
    let stores = Stores::healthy(&environment);
    let uploads = &stores.uploads;
    let author = Box::pin(stores.member("rae")).await;
    let state = readmes::State::from_env(&environment).unwrap();
    let now = state.bearer.clock.unix_seconds();
    let of_author = state.bearer.tokens;
    let of_author = of_author.issue(&author.id, author.version, now, [7; 16]);
    let of_author = format!("Bearer {}", of_author.await.unwrap());
    let ask = async |function: &str, mut event: Value| {
        let is_editor = function == "review";
        event["headers"]["authorization"] = json!(if is_editor { &token } else { &of_author });
        Box::pin(invoke(&of[function], function, event)).await
    };
    let key = |slug: &str| SourceKey::new(&author.id, slug).key();
    let look = async |slug: &str| {
        let event = of_key(&key(slug));
        let delivered = Box::pin(events::deliver(
            &of["rewrite_readme"],
            "rewrite_readme",
            event,
        ));
        assert_eq!(delivered.await.unwrap(), json!({"batchItemFailures": []}));
    };
    let send = async |slug: &str, text: &str| {
        put(uploads, &key(slug), text.to_owned()).await;
        look(slug).await;
    };
    let review = async |slug: &str, said: Option<Value>| {
        let mut event = event(if said.is_some() {
            "review.no_action"
        } else {
            "review.unknown"
        });
        event["rawPath"] = json!(format!("/api/review/rae/{slug}"));
        event["body"] = json!(said.map(|said| said.to_string()));
        ask("review", event).await
    };
    let version_of = async |slug: &str| {
        let report = stores.members.report(&author.id, slug).await.unwrap();
        report.unwrap().version()
    };
    let decide = async |action: &str, slug: &str| {
        let said = json!({"action": action, "version": version_of(slug).await});
        let (status, body) = review(slug, Some(said)).await;
        assert_eq!(status, 202, "{action} {slug}: {body}");
        look(slug).await;
    };
    let rename = async |slug: &str, to: &str| {
        let mut event = event("rename");
        event["rawPath"] = json!(format!("/api/readmes/{slug}/rename"));
        event["body"] = json!(json!({"slug": to}).to_string());
        assert_eq!(ask("rename", event).await.0, 202);
        look(to).await;
    };
    let list = async |query: &str| {
        let mut list = event("review");
        let state = query
            .split_once('=')
            .map(|(name, value)| json!({name: value}));
        list["queryStringParameters"] = state.unwrap_or_else(|| json!({}));
        list["rawQueryString"] = json!(query);
        let (status, page) = ask("review", list).await;
        assert_eq!(status, 200, "{page}");
        page["documents"].as_array().unwrap().len()
    };
    send("plain", "# Plain\n\nBefore.\n").await;
    send("odd", "# Odd\n").await;
    decide("withdraw", "odd").await;
    rename("odd", "hidden").await;
    let public_url = configuration::public_url(&environment).unwrap();
    let shown = format!("![Arm]({public_url}/files/rae/0123-1x1.webp) ![Me](me.png)");
    let text = format!("# Plain\n\nSee [[Somebody]] and [itself](/rae/plain/).\n\n{shown}\n");
    send("plain", &text).await;
    // What was withdrawn waits at its new address as well.
    assert_eq!(list("state=waiting").await, 2);
    assert_eq!(list("state=withdrawn").await, 1);
    assert!(list("").await > 1);
    let (status, one) = review("plain", None).await;
    assert_eq!((status, one["changes"].is_object()), (200, true), "{one}");
    decide("approve", "plain").await;
    // Another address than the one at which it was withdrawn.
    decide("approve", "hidden").await;
    rename("hidden", "found").await;
    let mut told = event("readmes.unknown");
    told["rawPath"] = json!("/api/readmes/found");
    assert_eq!(ask("readmes", told.clone()).await.0, 200);
    told["rawQueryString"] = json!("forever=yes");
    told["queryStringParameters"] = json!({"forever": "yes"});
    told["requestContext"]["http"]["method"] = json!("DELETE");
    assert_eq!(ask("readmes", told).await.0, 202);
    look("found").await;
    let file = async |shade: u8| {
        let picture = plain(shade, 48, ImageFormat::Png);
        let event = stores.send_file(&author, picture).await;
        resized(&stores, &event).await;
    };
    file(40).await;
    send("held", "# Held\n\n![Arm](img/arm.png)\n").await;
    // One that was withdrawn and deleted is restored by forgetting that.
    send("odd", "# Odd\n").await;
    let version = version_of("odd").await;
    decide("withdraw", "odd").await;
    // Meanwhile an approved picture stays, under another handle too, where another one took its place.
    file(200).await;
    look("held").await;
    let renamed = stores.members.rename(&author, &author.name, "raya").await;
    assert_eq!(renamed.unwrap(), Renamed::Renamed);
    let moved = stores.tells(&HandleChangeKey::new(&author.id).key());
    resized(&stores, &moved).await;
    look("held").await;
    // And nobody decides about a document of their own where others could.
    let mut own = event("review.no_action");
    own["rawPath"] = json!("/api/review/demo/note");
    own["body"] = json!(json!({"action": "approve", "version": "x"}).to_string());
    assert_eq!(ask("review", own).await.0, 409);
    uploads.delete(&key("odd")).await.unwrap();
    look("odd").await;
    let said = json!({"action": "restore", "version": version});
    assert_eq!(review("odd", Some(said)).await.0, 202);
}

/// A note comes out in an hour, and is asked for by `rebuild_site`, each function knows the stores by an
/// environment of its own.
async fn comes_out(environment: Environment, of_rewrite: Environment, of_rebuild: Environment) {
    let stores = Stores::healthy(&environment);
    let until = Clock::system().unix_seconds() + 3600;
    let until = jiff::Timestamp::from_second(until.try_into().unwrap()).unwrap();
    let note = SourceKey::new(MEMBER, "note").key();
    let text = format!("---\ndate: {until}\nschedule: true\n---\n# Later\n");
    put(&stores.uploads, &note, text).await;
    let told = events::deliver(&of_rewrite, "rewrite_readme", stores.tells(&note));
    Box::pin(told).await.unwrap();
    Box::pin(leave_to_be_mended(&environment, &stores)).await;
    let mut state = rebuild_site::State::from_env(&of_rebuild).unwrap();
    state.watch.clock = Clock::from_fn(|| SystemTime::now() + Duration::from_hours(2));
    state.pause = Duration::ZERO;
    // Nobody listens at the hook, and nobody converts what was asked for.
    let _told = Box::pin(rebuild_site::handler(&state, event("rebuild_site"))).await;
}

/// A member gets a letter of each kind that reads or writes, and takes another address by the code in one; each function
/// knows the stores by an environment of its own.
async fn letters_are_sent(
    stack: Arc<local::Stack>,
    environment: Environment,
    of_me: Environment,
    of_send: Environment,
) {
    let stores = Stores::healthy(&environment);
    let eve = stores.member("eve").await;
    let password = "correct horse battery staple";
    let hash = auth::password::hash(&auth::password::Password::new(password), [0; 16]).unwrap();
    assert!(stores.members.set_password(&eve, &hash).await.unwrap());
    // One that was handed out moves along.
    let eve = stores.now(&eve).await;
    let slip = Code::new(rand::random());
    let issued = IssuedCode::new(slip.digest(), Clock::system().unix_seconds());
    assert!(stores.members.issue_code(&eve, &issued).await.unwrap());
    let (email, new) = (eve.email.as_str(), "eve@elsewhere.example");
    let mut login = event("login");
    login["body"] = json!(json!({"email": email, "password": password}).to_string());
    let (_, signed_in) = Box::pin(invoke(&environment, "login", login)).await;
    let token = format!("Bearer {}", signed_in["access_token"].as_str().unwrap());
    let patch = async |wanted: Value| {
        let mut event = event("me.rename");
        event["headers"]["authorization"] = json!(token);
        event["body"] = json!(wanted.to_string());
        assert_eq!(Box::pin(invoke(&of_me, "me", event)).await.0, 200);
    };
    let send_all = async || {
        let waiting = stores.uploads.versions(MailKey::all()).await.unwrap();
        for key in waiting.keys() {
            let told = events::deliver(&of_send, "send_mail", of_key(key));
            assert_eq!(
                Box::pin(told).await.unwrap(),
                json!({"batchItemFailures": []})
            );
        }
    };
    patch(json!({"email": new, "password": password})).await;
    let outbox = Outbox::new(stores.uploads.clone(), true);
    for _ in 0..2 {
        // The second takes the place of the first.
        let forgotten = Letter::ForgottenPassword {
            email: email.to_owned(),
            language: "en".to_owned(),
        };
        assert!(outbox.put(&forgotten).await.unwrap());
        send_all().await;
    }
    let letters = stack.letters().await.unwrap();
    let to_new = letters.iter().map(|raw| String::from_utf8_lossy(raw));
    let mut to_new = to_new.filter(|letter| letter.contains(&format!("To: {new}")));
    let text = to_new.next_back().unwrap().into_owned();
    let code = text
        .lines()
        .map(str::trim)
        .find(|line| line.len() == 19 && Code::parse(line).is_some());
    patch(json!({"email_code": code.unwrap()})).await;
    send_all().await;
}

/// Another member, who has something of each kind, leaves by `leave` and is erased by `remove_member`; each
/// knows the stores by an environment of its own.
async fn leave_and_be_erased(
    environment: Environment,
    of_leave: Environment,
    of_remove: Environment,
) {
    let (environment, of_leave, of_remove) = (&environment, &of_leave, &of_remove);
    let stores = Stores::healthy(environment);
    let account = Box::pin(settled(&stores, "ada")).await;
    let other = stores.member("bob").await;
    let referrer = SourceKey::new(&other.id, "note").key();
    put(&stores.uploads, &referrer, "# Note\n\nOf [[ada/trip]].\n").await;
    let rewrite = stores.rewrite_readme();
    let noted = rewrite_readme::handler(&rewrite, stores.tells(&referrer));
    Box::pin(noted).await.unwrap();
    let name_changed = NameChangeKey::new(&account.id).key();
    put(&stores.uploads, &name_changed, "").await;

    let password = "correct horse battery staple";
    let hash = auth::password::hash(&auth::password::Password::new(password), [0; 16]).unwrap();
    let account = stores.now(&account).await;
    assert!(stores.members.set_password(&account, &hash).await.unwrap());
    let login = |password: &str| {
        let mut event = event("login");
        event["body"] =
            json!(json!({"email": account.email.as_str(), "password": password}).to_string());
        event
    };
    let (_, body) = invoke(environment, "login", login(password)).await;
    let token = format!("Bearer {}", body["access_token"].as_str().unwrap());
    for (name, status) in [("leave.wrong_password", 401), ("leave", 202)] {
        let mut event = event(name);
        event["headers"]["authorization"] = json!(token);
        assert_eq!(invoke(of_leave, "leave", event).await.0, status);
    }
    // An import that was killed when it had made one of its members.
    let imported = NewMember {
        id: "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d73".to_owned(),
        email: members::Email::parse("imported@club.example").unwrap(),
        name: "Imported".to_owned(),
        handle: "imported".to_owned(),
        password_hash: Some(hash),
        role: Role::Admin,
        created_at: 0,
    };
    let ids = [imported.id.clone()];
    stores.members.begin_import(&ids, 1, 0).await.unwrap();
    let code = IssuedCode::new("0".repeat(64), 0);
    let made = stores.members.invite(imported, &code).await;
    assert_eq!(made.unwrap(), Created::Created);
    let mut state = remove_member::State::from_env(of_remove).unwrap();
    state.ready().await.unwrap();
    state.clock = Clock::from_fn(|| SystemTime::now() + Duration::from_mins(1));
    let removed = Box::pin(remove_member::handler(&state, event("remove_member"))).await;
    assert_eq!(removed.unwrap(), json!({"removed": 1, "waiting": 0}));
    let left = left_of(environment, &account).await;
    let others = left.iter().filter(|line| !line.contains(&other.id));
    assert_eq!(others.count(), 0, "{left:?}");
}

/// The demo member, who is an administrator, does everything to others, and another administrator leaves; each function knows
/// the stores by an environment of its own.
async fn administer(
    environment: Environment,
    of_roster: Environment,
    of_resize: Environment,
    of_set_password: Environment,
    of_leave: Environment,
    of_me: Environment,
) {
    let stores = Stores::healthy(&environment);
    let members = &stores.members;
    let account = Box::pin(settled(&stores, "ivy")).await;
    let password = "correct horse battery staple";
    let hash = auth::password::hash(&auth::password::Password::new(password), [0; 16]).unwrap();
    let now = stores.now(&account).await;
    assert!(members.set_password(&now, &hash).await.unwrap());
    let token = async |email: &str, password: &str| {
        let mut login = event("login");
        login["body"] = json!(json!({"email": email, "password": password}).to_string());
        let (_, body) = Box::pin(invoke(&environment, "login", login)).await;
        json!(format!("Bearer {}", body["access_token"].as_str().unwrap()))
    };
    let admin = token("demo@example.com", "another sentence to remember").await;
    let path = format!("/api/members/{}", account.id);
    let ask = async |method: &str, path: &str, sent: Value| {
        let mut event = event("roster.change");
        event["headers"]["authorization"] = admin.clone();
        event["requestContext"]["http"]["method"] = json!(method);
        event["rawPath"] = json!(path);
        event["body"] = json!(sent.to_string());
        let (status, body) = Box::pin(invoke(&of_roster, "roster", event)).await;
        assert!(status < 300, "{path}: {status} {body}");
        body
    };
    let changes =
        json!({"handle": "eva", "role": "admin", "disabled": true, "email": "eva@club.example"});
    ask("PATCH", &path, changes).await;
    ask("PATCH", &path, json!({"disabled": false})).await;
    ask("POST", &format!("{path}/sign_out"), json!({})).await;
    // Their picture and their files follow.
    let key = layout::HandleChangeKey::new(&account.id).key();
    // And they do once more, to another handle and back, before any document has.
    for handle in ["eva", "ines", "eva"] {
        let now = members.by_id(&account.id).await.unwrap().unwrap();
        let renamed = members.rename(&now, &now.name, handle).await.unwrap();
        assert_eq!(renamed, Renamed::Renamed);
        let told = Box::pin(events::deliver(&of_resize, "resize_picture", of_key(&key)));
        assert_eq!(told.await.unwrap(), json!({"batchItemFailures": []}));
    }
    // An import fails, and is taken back.
    let csv = "email,name,handle\nnew@club.example,New,\nother@club.example,Other,demo\n";
    let roster = membership::roster::check(csv.as_bytes(), &membership::roster::Taken::default());
    let state = roster::State::from_env(&of_roster).unwrap();
    let by = membership::Administration {
        members: &state.bearer.members,
        by: None,
        clock: &|| Clock::system().unix_milliseconds(),
    };
    let imported = Box::pin(by.import(roster.unwrap().rows, false, || ())).await;
    assert!(matches!(imported, Err(membership::NotImported::Changed(_))));
    // An invited administrator sets a password, and leaves again.
    let invited = json!({"email": "bo@club.example", "name": "Bo", "role": "admin"});
    let invited = ask("POST", "/api/members", invited).await;
    let mut with_code = event("set_password");
    let code = &invited["invitation"]["code"];
    with_code["body"] =
        json!(json!({"code": code, "password": "words that come to mind"}).to_string());
    assert_eq!(
        Box::pin(invoke(&of_set_password, "set_password", with_code))
            .await
            .0,
        200
    );
    let mut leave = event("leave");
    leave["headers"]["authorization"] = token("bo@club.example", "words that come to mind").await;
    leave["body"] = json!(json!({"password": "words that come to mind"}).to_string());
    assert_eq!(Box::pin(invoke(&of_leave, "leave", leave)).await.0, 202);
    // Now they look after the site alone, so that the demo member may go.
    ask("DELETE", &path, json!({"handle": "eva"})).await;
    // The demo member is told what was done to them.
    let demo = members.by_id(MEMBER).await.unwrap().unwrap();
    let by = membership::Administration {
        members,
        by: None,
        clock: &|| 1,
    };
    by.sign_out(&demo).await.unwrap().unwrap();
    let mut seen = event("me.rename");
    seen["headers"]["authorization"] =
        token("demo@example.com", "another sentence to remember").await;
    seen["body"] = json!(json!({"notices_seen": "1970-01-01T00:00:00.001Z"}).to_string());
    assert_eq!(Box::pin(invoke(&of_me, "me", seen)).await.0, 200);
    let next = NewMember {
        id: "0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d72".to_owned(),
        email: members::Email::parse("last@club.example").unwrap(),
        name: "Last".to_owned(),
        handle: "last".to_owned(),
        password_hash: Some(hash),
        role: Role::Admin,
        created_at: 0,
    };
    assert_eq!(members.create(next).await.unwrap(), Created::Created);
}

/// What the list of what is published is compared for: an output that came by hand, an entry of one that is gone, and what an earlier
/// version kept of builds elsewhere.
async fn leave_to_be_mended(environment: &Environment, stores: &Stores) {
    let by_hand = stores
        .content
        .put("content/by-hand.md", Upload::default(), Condition::Always);
    by_hand.await.unwrap();
    let members = &stores.members;
    let seen = members.seen_address("by-hand/gone").await.unwrap();
    let gone = manifest::document("0", 0, None);
    assert!(members.keep_address(&seen, Some(&gone), 0).await.unwrap());
    let (client, table) = table(environment);
    let built = client
        .put_item()
        .table_name(table)
        .item("pk", text("BUILT#SITE"))
        .item("sk", text("demo/before"))
        .item("digest", text("0"))
        .item("since", AttributeValue::N("0".to_owned()));
    built.send().await.unwrap();
}

pub(crate) fn table(environment: &Environment) -> (aws_sdk_dynamodb::Client, &str) {
    let config = aws::config(environment, aws::ENDPOINT_DYNAMODB).unwrap();
    let table = environment.required("MEMBERS_TABLE").unwrap();
    (aws_sdk_dynamodb::Client::new(&config), table)
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// Takes a count of the demo member's away.
async fn forget_count(environment: &Environment, sort_key: &str) {
    let (client, table) = table(environment);
    let deleted = client
        .delete_item()
        .table_name(table)
        .key("pk", text(&format!("USAGE#{MEMBER}")))
        .key("sk", text(sort_key));
    deleted.send().await.unwrap();
}

/// Makes the item that leads to the demo member's account one of before it named the handle, and what is known of withdrawn documents.
async fn forget_handle(environment: &Environment) {
    let (client, table) = table(environment);
    let update = client
        .update_item()
        .table_name(table)
        .key("pk", text(&format!("MEMBER#{MEMBER}")))
        .key("sk", text("MEMBER"))
        .update_expression("REMOVE #handle, clear_as_of")
        .expression_attribute_names("#handle", "handle");
    update.send().await.unwrap();
}

/// What S3 says of a key of the uploads bucket.
fn of_key(key: &str) -> Value {
    let mut event = event("rewrite_readme");
    event["Records"][0]["s3"]["object"]["key"] = json!(key);
    event
}

/// The statements of a function's role that are about the stores.
fn granted(template: &Template, name: &str) -> Vec<Value> {
    let role = template.resource(&format!("{}Role", logical_id(name)));
    let statements = &role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let stores = ["dynamodb:", "s3:"];
    let all = statements.as_array().unwrap().iter();
    all.filter(|statement| {
        actions(statement)[0].starts_with(stores[0]) || actions(statement)[0].starts_with(stores[1])
    })
    .cloned()
    .collect()
}

fn actions(statement: &Value) -> Vec<String> {
    texts(&statement["Action"])
}

/// One text, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        many => many
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect(),
    }
}

/// Whether `text` is like `pattern`, which has one `*` at most.
fn like(text: &str, pattern: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else {
        return text == pattern;
    };
    text.strip_prefix(start)
        .is_some_and(|rest| rest.ends_with(end))
}

fn allows(statement: &Value, call: &Call) -> bool {
    if !actions(statement).contains(&call.action) {
        return false;
    }
    let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    if call.action == "dynamodb:Scan" {
        return true;
    }
    if let Some(keys) = keys.as_array() {
        return keys.iter().any(|key| like(&call.on, key.as_str().unwrap()));
    }
    // The local stack's buckets, as the template calls them.
    let on = call
        .on
        .replace("masthead-uploads", "UploadsBucket")
        .replace("masthead-content", "ContentBucket");
    let (bucket, key) = on.split_once('/').unwrap();
    let resource = statement["Resource"].to_string();
    let prefix = &statement["Condition"]["StringLike"]["s3:prefix"];
    let named = match &statement["Resource"] {
        Value::Array(several) => several.clone(),
        one => vec![one.clone()],
    };
    let objects: Vec<&str> = named
        .iter()
        .filter_map(|one| one["Fn::Sub"].as_str())
        .collect();
    if objects.is_empty() {
        return resource.contains(&format!("{bucket}.Arn"))
            && (prefix.is_null() || texts(prefix).iter().any(|prefix| like(key, prefix)));
    }
    let object = format!("${{{bucket}.Arn}}/{key}");
    objects.iter().any(|objects| like(&object, objects))
}

#[tokio::test]
async fn roles_grant_what_functions_ask_for_and_no_more() {
    let template = Template::read();
    let mut wrong = BTreeSet::new();
    for (name, calls) in Box::pin(calls()).await {
        let statements = granted(&template, &name);
        // At its start a function asks for an object that isn't there, with a right to it or without.
        let calls: Vec<Call> = calls
            .into_iter()
            .filter(|call| !call.on.ends_with("/ready"))
            .collect();
        // `site` has no store, and no right to one.
        assert_eq!(
            calls.is_empty(),
            statements.is_empty(),
            "{name} asked for {calls:?}"
        );
        for call in &calls {
            if !statements.iter().any(|statement| allows(statement, call)) {
                wrong.insert(format!("{name} may not {call:?}"));
            }
        }
        for statement in &statements {
            for action in actions(statement) {
                // Granted so that a missing object is a 404; S3 checks it without being asked.
                let is_asked_by_s3 = action == "s3:ListBucket";
                let used = calls
                    .iter()
                    .any(|call| call.action == action && allows(statement, call));
                if !used && !is_asked_by_s3 {
                    let sid = &statement["Sid"];
                    wrong.insert(format!("{name} never does {action} of {sid}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
