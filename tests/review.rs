//! What editors approve, withdraw and restore, and that nothing else is public.

mod faults;
mod held;
mod ways;

use aws_sdk_dynamodb::types::AttributeValue;
use blobs::layout::SourceKey;
use endpoint::{Environment, Origins};
use members::{Account, Created, Email, NewMember, Report, Review, Role, State as Outcome};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::picture_faults::Stores;
use crate::site::{PASSWORD, SignedIn, Site, assert_error, body};
use crate::version_faults::note;

pub(crate) const ONE: &str = "# One\n\nThe first text.\n";
pub(crate) const TWO: &str = "# Two\n\nThe second text.\n";
pub(crate) const THREE: &str = "# Three\n\nThe third text.\n";

/// The functions before stores that may fail, with editors and a setting of the site's.
pub(crate) struct Office<'a> {
    environment: &'a Environment,
    pub(crate) healthy: Stores,
    pub(crate) setting: Review,
    pub(crate) editor: Account,
    token: String,
}

impl<'a> Office<'a> {
    pub(crate) async fn open(environment: &'a Environment, setting: Review) -> Self {
        let healthy = Stores::healthy(environment);
        let handle = format!("editor-{}", &Uuid::new_v4().simple().to_string()[..8]);
        let editor = add(&healthy, &handle, Role::Editor).await;
        let token = token(environment, &editor).await;
        Self {
            environment,
            healthy,
            setting,
            editor,
            token,
        }
    }

    /// The same office with another editor at the desk.
    pub(crate) async fn with(&self, editor: &Account) -> Self {
        Self {
            environment: self.environment,
            healthy: Stores::healthy(self.environment),
            setting: self.setting,
            editor: editor.clone(),
            token: token(self.environment, editor).await,
        }
    }

    pub(crate) async fn member(&self, handle: &str) -> Account {
        add(&self.healthy, handle, Role::Member).await
    }

    // Boxed, as others here: what a test does often would else be more than its thread's stack holds.
    /// Puts a document as `upload_readme` does; nobody has looked at it.
    pub(crate) async fn put(&self, author: &Account, slug: &str, text: impl AsRef<[u8]>) -> String {
        Box::pin(async {
            let key = SourceKey::new(&author.id, slug).key();
            let upload = blobs::Upload {
                bytes: text.as_ref().to_vec().into(),
                content_type: "text/markdown",
                metadata: note(slug, 1).to_metadata(),
                ..blobs::Upload::default()
            };
            let uploads = &self.healthy.uploads;
            let put = uploads.put(&key, upload, blobs::Condition::Always);
            put.await.unwrap();
            key
        })
        .await
    }

    /// Puts a document, and has it looked at.
    pub(crate) async fn send(
        &self,
        author: &Account,
        slug: &str,
        text: impl AsRef<[u8]>,
    ) -> Report {
        Box::pin(async {
            let key = self.put(author, slug, text).await;
            self.look(&self.healthy, &key).await;
            self.settle(author).await;
            self.report(author, slug).await.unwrap()
        })
        .await
    }

    /// Hands a key to `rewrite_readme`, whatever comes of it.
    pub(crate) async fn look(&self, stores: &Stores, key: &str) {
        Box::pin(async {
            let state = rewrite_readme::State {
                review: self.setting,
                ..stores.rewrite_readme()
            };
            let _ = Box::pin(rewrite_readme::handler(&state, stores.tells(key))).await;
        })
        .await;
    }

    /// Deals with what can wait, until nothing does.
    pub(crate) async fn settle(&self, author: &Account) {
        Box::pin(async {
            for _ in 0..10 {
                let later = self.healthy.asked(author).await;
                if later.is_empty() {
                    return;
                }
                for key in later {
                    self.look(&self.healthy, &key).await;
                }
            }
            panic!("something goes round in circles");
        })
        .await;
    }

    pub(crate) async fn report(&self, author: &Account, slug: &str) -> Option<Report> {
        let report = self.healthy.members.report(&author.id, slug).await;
        report.unwrap()
    }

    pub(crate) async fn state(&self, author: &Account, slug: &str) -> Option<(Outcome, bool)> {
        let report = self.report(author, slug).await;
        report.map(|report| (report.state, report.live))
    }

    /// The text that is public of a document.
    pub(crate) async fn public(&self, author: &Account, slug: &str) -> Option<String> {
        Box::pin(async {
            let entry = SourceKey::new(&author.id, slug).entry_id(&author.handle);
            let key = blobs::layout::content_key(&entry);
            let found = self.healthy.content.get(&key, 1 << 20).await.unwrap();
            found.map(|object| String::from_utf8(object.bytes.to_vec()).unwrap())
        })
        .await
    }

    /// Whether the text is public, and no other one of [`ONE`], [`TWO`] and [`THREE`].
    pub(crate) async fn shows(&self, author: &Account, slug: &str, text: Option<&str>) -> bool {
        let public = self.public(author, slug).await;
        let title = |text: &str| text.lines().next().unwrap()[2..].to_owned();
        match (public, text) {
            (None, None) => true,
            (Some(public), Some(text)) => public.contains(&format!("title: \"{}\"", title(text))),
            _ => false,
        }
    }

    pub(crate) async fn decide(
        &self,
        stores: &Stores,
        author: &Account,
        slug: &str,
        (action, version): (&str, &str),
    ) -> (i64, Value) {
        Box::pin(async {
            let path = format!("/api/review/{}/{slug}", author.handle);
            let body = json!({"action": action, "version": version, "note": "Because."});
            self.ask(stores, "POST", &path, "", &body.to_string()).await
        })
        .await
    }

    /// Decides about the newest version.
    pub(crate) async fn says(&self, action: &str, author: &Account, slug: &str) -> i64 {
        Box::pin(async {
            let version = self.report(author, slug).await.unwrap().version();
            let said = (action, version.as_str());
            let decided = self.decide(&self.healthy, author, slug, said);
            let status = decided.await.0;
            self.settle(author).await;
            status
        })
        .await
    }

    pub(crate) async fn ask(
        &self,
        stores: &Stores,
        method: &str,
        path: &str,
        query: &str,
        body: &str,
    ) -> (i64, Value) {
        Box::pin(async {
            let mut state = review::State::from_env(self.environment).unwrap();
            state.bearer.members = stores.members.clone();
            state.uploads = stores.uploads.clone();
            state.content = stores.content.clone();
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let parameters: serde_json::Map<String, Value> = pairs
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect();
            let event = json!({
                "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query.replace('#', "%23").replace('/', "%2F"),
                "queryStringParameters": parameters,
                "headers": {"content-type": "application/json", "authorization": format!("Bearer {}", self.token)},
                "requestContext": {"stage": "$default", "requestId": "r", "timeEpoch": 0,
                    "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
                "body": body, "isBase64Encoded": false
            });
            let origins = Origins::default();
            let answer = endpoint::invoke(&origins, event, "r", |request| {
                review::handler(&state, request)
            });
            let answer = Box::pin(answer).await;
            let body = match answer.body {
                Some(endpoint::Body::Text(text)) => serde_json::from_str(&text).unwrap(),
                _ => Value::Null,
            };
            (answer.status_code, body)
        })
        .await
    }

    /// Slugs of what waits, in the order of the queue.
    pub(crate) async fn queue(&self, author: &Account) -> Vec<String> {
        let (waiting, _) = self.healthy.members.waiting(None, 1000).await.unwrap();
        let own = waiting.into_iter().map(|it| it.document);
        own.filter(|it| it.member_id == author.id)
            .map(|it| it.slug)
            .collect()
    }
}

/// Makes the item that leads to a member's account one of before it said whether the member has withdrawn documents.
pub(crate) async fn forget_what_is_clear(environment: &Environment, account: &Account) {
    say_what_is_clear(environment, account, None).await;
}

/// Makes that item say that the member has none as of a decision, or nothing.
pub(crate) async fn say_what_is_clear(
    environment: &Environment,
    account: &Account,
    as_of: Option<&str>,
) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let (client, table) = crate::roles::table(environment);
    let update = client
        .update_item()
        .table_name(table)
        .key("pk", text(&format!("MEMBER#{}", account.id)))
        .key("sk", text("MEMBER"))
        .condition_expression("attribute_exists(pk)");
    let update = match as_of {
        None => update.update_expression("REMOVE clear_as_of"),
        Some(as_of) => update
            .update_expression("SET clear_as_of = :as_of")
            .expression_attribute_values(":as_of", text(as_of)),
    };
    update.send().await.unwrap();
}

/// Makes the decisions about a member's documents those of a version that wrote no `#watched`.
pub(crate) async fn forget_what_is_watched(environment: &Environment, account: &Account) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let (client, table) = crate::roles::table(environment);
    let deleted = client
        .delete_item()
        .table_name(table)
        .key("pk", text(&format!("REVIEW#{}", account.id)))
        .key("sk", text("#watched"));
    deleted.send().await.unwrap();
}

async fn token(environment: &Environment, account: &Account) -> String {
    let state = readmes::State::from_env(environment).unwrap();
    let now = state.bearer.clock.unix_seconds();
    let tokens = state.bearer.tokens;
    tokens
        .issue(&account.id, account.version, now, rand::random())
        .await
        .unwrap()
}

pub(crate) async fn add(stores: &Stores, handle: &str, role: Role) -> Account {
    let email = Email::parse(&format!("{handle}@club.example")).unwrap();
    let member = NewMember {
        id: Uuid::now_v7().to_string(),
        email: email.clone(),
        name: format!("{handle} of the club"),
        handle: handle.to_owned(),
        // No one signs in with it.
        password_hash: Some("x".to_owned()),
        role,
        created_at: 0,
    };
    let created = stores.members.create(member).await.unwrap();
    assert_eq!(created, Created::Created);
    stores.members.by_email(&email).await.unwrap().unwrap()
}

impl Site {
    /// Adds an editor, and signs them in.
    async fn editor(&self, handle: &str) -> SignedIn {
        let member = self.member(handle).await;
        let account = self.members.by_id(&member.id).await.unwrap().unwrap();
        let changed = self.members.set_role(&account, Role::Editor).await.unwrap();
        assert!(changed);
        // The role is read from the account: the session goes on, or there is a new one.
        let answer = self.login(&member.email, PASSWORD).await;
        let token = body(answer).await["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        SignedIn { token, ..member }
    }

    async fn get_as(&self, member: &SignedIn, path: &str) -> Value {
        let answer = self.get(path).bearer_auth(&member.token).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        body(answer).await
    }

    async fn decides(&self, editor: &SignedIn, path: &str, said: Value) -> reqwest::Response {
        let asked = self.post(path).bearer_auth(&editor.token).json(&said);
        asked.send().await.unwrap()
    }
}

#[tokio::test]
async fn a_document_waits_until_an_editor_approves_it_and_its_author_is_told() {
    let site = Site::with(&[("REVIEW", "all")]).await;
    let (jo, ed) = (site.member("jo").await, site.editor("ed").await);
    let site_says = body(site.get("/api/site").send().await.unwrap()).await;
    assert_eq!(site_says["site"]["review"], "all");
    let report = site
        .publish(&jo, "trip.md", "# Our trip\n\nSee [[news]].\n")
        .await;
    assert_eq!(report["state"], "waiting", "{report}");
    assert_eq!(
        (&report["live"], &report["note"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        site.get("/content/jo/trip.md")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let manifest = body(site.get("/api/content").send().await.unwrap()).await;
    assert_eq!(manifest["entries"], json!([]), "{manifest}");

    let queue = site.get_as(&ed, "/api/review?state=waiting").await;
    let waiting = &queue["documents"][0];
    assert_eq!(
        (&waiting["handle"], &waiting["title"]),
        (&json!("jo"), &json!("Our trip"))
    );
    assert_eq!(queue["documents"].as_array().unwrap().len(), 1);
    let path = "/api/review/jo/trip";
    let one = site.get_as(&ed, path).await;
    assert_eq!(one["source"], "# Our trip\n\nSee [[news]].\n");
    assert!(
        one["preview"]["html"].as_str().unwrap().contains("<p>See"),
        "{one}"
    );
    assert_eq!((&one["report"], &one["changes"]), (waiting, &Value::Null));

    // Others have no say in it, and aren't told that there is anything.
    for asked in [site.get("/api/review"), site.get(path), site.post(path)] {
        let answer = asked.bearer_auth(&jo.token).send().await.unwrap();
        assert_error(answer, 403, "forbidden").await;
    }
    let said = json!({"action": "approve", "version": waiting["version"], "note": "Well done.\r\n\u{7}Go on."});
    let answer = site.decides(&ed, path, said.clone()).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let url = "/api/readmes/trip";
    let report = site
        .wait_for("the page", async || {
            let report = site.report(&jo, url).await;
            (report["state"] == "published").then_some(report)
        })
        .await;
    assert_eq!(report["note"]["text"], "Well done.\nGo on.");
    assert_eq!(report["note"]["by"], "ed of the club");
    let list = site.get_as(&jo, "/api/readmes").await;
    assert_eq!(list["readmes"][0]["note"], report["note"]);
    assert_eq!(
        site.get("/content/jo/trip.md")
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    let queue = site.get_as(&ed, "/api/review?state=waiting").await;
    assert_eq!(
        (&queue["documents"], &queue["cursor"]),
        (&json!([]), &Value::Null)
    );

    // Its successor waits, and the editor sees what changed.
    let report = site
        .publish(&jo, "trip.md", "# Our trip\n\nSee something else.\n")
        .await;
    assert_eq!(
        (&report["state"], &report["live"]),
        (&json!("waiting"), &json!(true))
    );
    let public = site.get("/content/jo/trip.md").send().await.unwrap();
    assert!(public.text().await.unwrap().contains("See news."));
    let one = site.get_as(&ed, path).await;
    let runs = one["changes"]["runs"].as_array().unwrap();
    assert!(runs.iter().any(|run| run["kind"] == "added"), "{one}");
    // What was approved was another version.
    let answer = site.decides(&ed, path, said).await;
    assert_error(answer, 409, "conflict").await;

    let said = json!({"action": "withdraw", "version": one["report"]["version"]});
    assert_eq!(
        site.decides(&ed, path, said).await.status(),
        StatusCode::ACCEPTED
    );
    let report = site
        .wait_for("the withdrawal", async || {
            let report = site.report(&jo, url).await;
            (report["state"] == "withdrawn").then_some(report)
        })
        .await;
    assert_eq!(
        (&report["live"], &report["note"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        site.get("/content/jo/trip.md")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let withdrawn = site.get_as(&ed, "/api/review?state=withdrawn").await;
    assert_eq!(withdrawn["documents"][0]["slug"], "trip");

    let acts = site.members.acts(None, 10).await.unwrap().acts;
    let told = serde_json::to_value(&acts).unwrap();
    let deeds: Vec<_> = acts
        .iter()
        .map(|act| serde_json::to_value(act.deed).unwrap())
        .collect();
    assert_eq!(
        &deeds[..2],
        ["document_withdrawn", "document_approved"],
        "{told}"
    );
    assert_eq!(acts[0].by.as_ref().unwrap().id, ed.id);
    assert_eq!(
        (&acts[0].on.id, acts[0].slug.as_deref()),
        (&jo.id, Some("trip"))
    );
}

#[tokio::test]
async fn requests_that_say_no_decision_are_refused_with_what_to_do() {
    let site = Site::with(&[("REVIEW", "all")]).await;
    let (jo, ed) = (site.member("jo").await, site.editor("ed").await);
    site.publish(&jo, "trip.md", ONE).await;
    site.publish(&jo, "secret.md", "---\ndraft: true\n---\n# Secret\n")
        .await;
    let path = "/api/review/jo/trip";
    for (said, status) in [
        (json!({"action": "praise", "version": "x"}), 400),
        (json!({"action": "approve"}), 400),
        (
            json!({"action": "approve", "version": "x", "note": "ä".repeat(2001)}),
            400,
        ),
        (
            json!({"action": "approve", "version": "x", "note": "ä".repeat(2000)}),
            409,
        ),
        (json!({"action": "restore", "version": "x"}), 409),
    ] {
        let answer = site.decides(&ed, path, said.clone()).await;
        assert_eq!(answer.status(), status, "{said}");
    }
    // A draft is its author's own.
    let all = site.get_as(&ed, "/api/review").await;
    let listed: Vec<_> = all["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["slug"].as_str().unwrap(),
                it["state"].as_str().unwrap(),
                &it["title"],
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("secret", "draft", &Value::Null),
            ("trip", "waiting", &json!("One"))
        ]
    );
    let draft = site.get("/api/review/jo/secret").bearer_auth(&ed.token);
    assert_error(draft.send().await.unwrap(), 404, "not_found").await;
    let said = json!({"action": "approve", "version": listed_version(&all, 0)});
    let answer = site.decides(&ed, "/api/review/jo/secret", said).await;
    assert_error(answer, 409, "conflict").await;
    for missing in ["/api/review/jo/nothing", "/api/review/nobody/trip"] {
        let answer = site
            .get(missing)
            .bearer_auth(&ed.token)
            .send()
            .await
            .unwrap();
        assert_error(answer, 404, "not_found").await;
        let said = json!({"action": "withdraw", "version": "x"});
        let answer = site.decides(&ed, missing, said).await;
        assert_error(answer, 404, "not_found").await;
    }
    for query in [
        "state=Waiting",
        "state=",
        "cursor=",
        "cursor=A",
        "cursor=%25",
    ] {
        let asked = site
            .get(&format!("/api/review?{query}"))
            .bearer_auth(&ed.token);
        assert_error(asked.send().await.unwrap(), 400, "bad_request").await;
    }
}

fn listed_version(page: &Value, at: usize) -> &Value {
    &page["documents"][at]["version"]
}
