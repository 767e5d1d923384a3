//! `masthead users` as an administrator types it, against a running site.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, ensure};
use aws_sdk_s3::config::Builder;
use endpoint::{Environment, aws};
use local::{Options, Stack, StartError};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const PASSWORD: &str = "four words of nonsense";
/// Members of the roster: a small club's.
const ROSTER: usize = 30;

struct Site {
    stack: Stack,
    port: u16,
    client: reqwest::Client,
    folder: tempfile::TempDir,
}

impl Site {
    /// A site on three ports in a row, with its data where the command line looks for it.
    async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        for _ in 0..50 {
            let port = rand::random_range(20_000..30_000);
            let options = Options {
                port,
                data: Some(folder.path().join(".masthead")),
                ..Options::default()
            };
            match local::start(options).await {
                Ok(stack) => {
                    return Ok(Self {
                        stack,
                        port,
                        client: reqwest::Client::new(),
                        folder,
                    });
                }
                Err(StartError::PortTaken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        anyhow::bail!("no three ports in a row are free")
    }

    /// `masthead users …`; `Err` holds what it wrote to standard error.
    async fn users(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command
            .current_dir(self.folder.path())
            .arg("users")
            .args(arguments);
        command.args(["--port", &self.port.to_string()]);
        let Output {
            status,
            stdout,
            stderr,
        } = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        if status.success() {
            Ok(text(stdout))
        } else {
            Err(text(stderr))
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.api_url())
    }

    async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        self.client
            .post(self.url(path))
            .json(body)
            .send()
            .await
            .unwrap()
    }

    async fn login(&self, email: &str, password: &str) -> Option<String> {
        let body = json!({ "email": email, "password": password });
        let answer: Value = self.post("/api/login", &body).await.json().await.unwrap();
        answer["access_token"].as_str().map(str::to_owned)
    }

    async fn set_password(&self, code: &str, password: &str) -> u16 {
        let body = json!({ "code": code, "password": password });
        self.post("/api/set_password", &body)
            .await
            .status()
            .as_u16()
    }

    async fn me(&self, token: &str) -> u16 {
        let request = self.client.get(self.url("/api/me")).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    }
}

/// The codes of a sheet, in its order.
fn codes(sheet: &Path) -> Vec<String> {
    let sheet = std::fs::read_to_string(sheet).unwrap();
    let codes = sheet.split("<p class=\"code\">").skip(1);
    codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// The line of an output that begins with a word, less the word.
fn line<'a>(output: &'a str, word: &str) -> &'a str {
    let mut lines = output.lines().map(str::trim);
    lines
        .find_map(|line| line.strip_prefix(word).map(str::trim))
        .unwrap_or_else(|| panic!("no “{word}” in {output}"))
}

/// From a roster to thirty members who have signed in.
#[tokio::test]
async fn a_roster_leads_to_members_who_can_sign_in() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let mut csv = "name,email\n".to_owned();
    for number in 0..ROSTER {
        csv.push_str(
            &[
                "Member ",
                &number.to_string(),
                ",m",
                &number.to_string(),
                "@club.example\n",
            ]
            .concat(),
        );
    }
    std::fs::write(site.file("roster.csv"), csv)?;
    let checked = site
        .users(&["import", "roster.csv", "--dry-run"])
        .await
        .unwrap();
    assert!(
        checked.starts_with("30 members can be imported"),
        "{checked}"
    );
    assert_eq!(
        site.users(&["list"]).await.unwrap().lines().count(),
        1,
        "nothing but a header"
    );

    site.users(&["import", "roster.csv", "--sheet", "sheet.html"])
        .await
        .unwrap();
    let codes = codes(&site.file("sheet.html"));
    ensure!(codes.len() == ROSTER);
    for (number, code) in codes.iter().enumerate() {
        let email = format!("m{number}@club.example");
        let password = format!("a sentence of member {number}");
        assert_eq!(site.login(&email, &password).await, None);
        assert_eq!(site.set_password(code, &password).await, 200);
        assert!(site.login(&email, &password).await.is_some());
        assert_eq!(site.set_password(code, &password).await, 401);
    }
    let listed = site.users(&["list", "--json"]).await.unwrap();
    assert_eq!(listed.matches(r#""state":"active""#).count(), ROSTER);
    // The roster of the next year: everybody of this one, and one more.
    let mut csv = std::fs::read_to_string(site.file("roster.csv"))?;
    csv.push_str("Newcomer,new@club.example\n");
    std::fs::write(site.file("roster.csv"), csv)?;
    let again = site
        .users(&["import", "roster.csv", "--sheet", "newcomers.html"])
        .await
        .unwrap();
    assert!(again.starts_with("1 members are imported"), "{again}");
    assert_eq!(self::codes(&site.file("newcomers.html")).len(), 1);
    let password = "a sentence of member 7";
    assert!(site.login("m7@club.example", password).await.is_some());

    // Two who forgot their passwords get their codes on one sheet.
    let both = ["m7@club.example", "m8@club.example"];
    site.users(&["reset", both[0], both[1], "--sheet", "reset.html"])
        .await
        .unwrap();
    for (email, code) in both.iter().zip(self::codes(&site.file("reset.html"))) {
        assert_eq!(
            site.set_password(&code, "words that come to mind").await,
            200
        );
        assert!(site.login(email, "words that come to mind").await.is_some());
    }
    let refused = site
        .users(&[
            "reset",
            both[0],
            "nobody@club.example",
            "--sheet",
            "none.html",
        ])
        .await
        .unwrap_err();
    assert!(refused.contains("nobody@club.example"), "{refused}");
    assert!(!site.file("none.html").exists(), "no code was issued");
    Ok(())
}

/// One bad row, and nothing is imported; `--skip-bad` takes the others.
#[tokio::test]
async fn all_of_a_roster_or_nothing() -> anyhow::Result<()> {
    let site = Site::start().await?;
    std::fs::write(
        site.file("roster.csv"),
        "email,name\njo@club.example,Jo\nnobody,No\n",
    )?;
    let refused = site
        .users(&["import", "roster.csv", "--sheet", "s.html"])
        .await
        .unwrap_err();
    assert!(
        refused.contains("line 3:") && refused.contains("nothing was imported"),
        "{refused}"
    );
    assert!(!site.file("s.html").exists());
    assert!(site.users(&["show", "jo@club.example"]).await.is_err());
    let taken = site
        .users(&["import", "roster.csv", "--skip-bad"])
        .await
        .unwrap();
    assert!(taken.starts_with("1 members are imported"), "{taken}");
    let shown = site.users(&["show", "jo@club.example"]).await.unwrap();
    assert_eq!(line(&shown, "state"), "invited");
    Ok(())
}

/// What `export` writes goes into another site, passwords and all.
#[tokio::test]
async fn members_move_with_their_passwords() -> anyhow::Result<()> {
    let (one, two) = (Site::start().await?, Site::start().await?);
    let invited = one
        .users(&["invite", "jo@club.example", "--name", "Jo, \"the\" Doe"])
        .await
        .unwrap();
    assert_eq!(
        one.set_password(line(&invited, "code"), PASSWORD).await,
        200
    );
    let formula = "=HYPERLINK(\"https://evil.example\")";
    one.users(&["invite", "+ann@club.example", "--name", formula])
        .await
        .unwrap();
    let exported = one.users(&["export"]).await.unwrap();
    for line in exported.lines().flat_map(|line| line.split(',')) {
        let cell = line.trim_start_matches('"');
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{exported}");
    }
    std::fs::write(two.file("roster.csv"), exported)?;
    two.users(&["import", "roster.csv"]).await.unwrap();
    assert!(two.login("jo@club.example", PASSWORD).await.is_some());
    let shown = two.users(&["show", "+ann@club.example"]).await.unwrap();
    assert_eq!(line(&shown, "name"), formula);
    Ok(())
}

/// A name is what everybody sees of it, and a terminal is told nothing by it.
#[tokio::test]
async fn names_and_addresses_that_hide_something_are_refused_wherever_they_are_set()
-> anyhow::Result<()> {
    let site = Site::start().await?;
    for (email, name, told) in [
        ("jo@club.example", "Jo\u{202e}eoD", "U+202E"),
        ("jo@club.example", "Jo\u{200b}Doe", "U+200B"),
        ("jo@club.example", "Jo\u{1b}[31m", "U+001B"),
        ("jo\u{200b}@club.example", "Jo Doe", "not an e-mail address"),
    ] {
        let one_by_one = ["invite", email, "--name", name];
        let refused = site.users(&one_by_one).await.unwrap_err();
        assert!(refused.contains(told), "{refused}");
        let roster = format!("email,name,\u{1b}]0;x\u{7}\n{email},{name},\n");
        std::fs::write(site.file("roster.csv"), roster)?;
        let refused = site.users(&["import", "roster.csv"]).await.unwrap_err();
        assert!(
            refused.contains("line 2") && refused.contains(told),
            "{refused}"
        );
        assert!(!refused.contains(['\u{1b}', '\u{7}']), "{refused:?}");
    }
    Ok(())
}

#[tokio::test]
async fn codes_sessions_and_removal() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let email = "jo@club.example";
    let first = site
        .users(&["invite", email, "--name", "Jo Doe"])
        .await
        .unwrap();
    let second = site
        .users(&["invite", email, "--name", "Jo Doe"])
        .await
        .unwrap();
    let (first, code) = (line(&first, "code"), line(&second, "code"));
    assert_eq!(line(&second, "link"), site.url(&format!("/join#{code}")));
    assert_eq!(site.set_password(first, PASSWORD).await, 401, "replaced");
    assert_eq!(site.set_password(code, PASSWORD).await, 200);
    let refused = site
        .users(&["invite", email, "--name", "Jo Doe"])
        .await
        .unwrap_err();
    assert!(refused.contains("users reset"), "{refused}");

    let token = site.login(email, PASSWORD).await.context("a token")?;
    site.users(&["sign-out", email]).await.unwrap();
    assert_eq!(site.me(&token).await, 401);
    let reset = site.users(&["reset", email]).await.unwrap();
    assert_eq!(
        site.set_password(line(&reset, "code"), "another sentence to remember")
            .await,
        200
    );
    let token = site
        .login(email, "another sentence to remember")
        .await
        .context("a token")?;

    for (text, name) in [
        ("# One", "README.md"),
        ("# Two", "README.md"),
        ("# My secret plans", "three.md"),
    ] {
        let file = Part::bytes(text.as_bytes()).file_name(name);
        let form = Form::new().part("readme_file", file);
        let request = site
            .client
            .post(site.url("/api/upload_readme"))
            .bearer_auth(&token);
        assert_eq!(request.multipart(form).send().await?.status(), 202);
    }
    while site.stack.queued().await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let shown = site.users(&["show", email]).await.unwrap();
    assert!(line(&shown, "readme").starts_with("published"), "{shown}");
    assert_ne!(line(&shown, "last login"), "never");

    let (uploads, content) = ("masthead-uploads", "masthead-content");
    assert_eq!(versions(&site, uploads).await?, 3, "the older one, too");
    // A title, which stands in files and in the table. Addresses are kept for 30 days, so that builds come to know that
    // nothing is there any more.
    let words = ["My secret plans", email];
    for word in words {
        assert!(is_in_a_file(&site.file(".masthead"), word), "{word}");
    }
    site.users(&["remove", email, "--yes"]).await.unwrap();
    while site.stack.queued().await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(
        (
            versions(&site, uploads).await?,
            versions(&site, content).await?
        ),
        (0, 0)
    );
    assert_eq!(site.me(&token).await, 401);
    for word in words {
        let started = std::time::Instant::now();
        while is_in_a_file(&site.file(".masthead"), word) {
            ensure!(
                started.elapsed().as_secs() < 30,
                "{word} is still in a file"
            );
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
    assert!(site.users(&["show", email]).await.is_err());
    assert_eq!(site.users(&["list"]).await.unwrap().lines().count(), 1);
    // Whoever comes next under the address and the handle is another member.
    let again = site.users(&["invite", email, "--name", "Jo Doe"]).await;
    assert!(again.unwrap().contains("their pages will be under jo-doe"));
    assert_eq!(site.me(&token).await, 401);
    let leftovers = site.users(&["remove", "--leftovers", "--yes"]).await;
    assert_eq!(leftovers.unwrap(), "Every file belongs to a member.\n");
    Ok(())
}

/// Roles are given at the terminal as in the browser, and the last administrator stays one.
#[tokio::test]
async fn roles_are_given_and_the_last_administrator_stays() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let (ann, jo) = ("ann@club.example", "jo@club.example");
    let invited = site
        .users(&["invite", ann, "--name", "Ann", "--role", "admin"])
        .await
        .unwrap();
    assert_eq!(
        site.set_password(line(&invited, "code"), PASSWORD).await,
        200
    );
    std::fs::write(
        site.file("roster.csv"),
        format!("email,name,role\n{jo},Jo,editor\n"),
    )?;
    site.users(&["import", "roster.csv"]).await.unwrap();
    let listed = site.users(&["list", "--json"]).await.unwrap();
    assert!(
        listed.contains(r#""handle":"ann","role":"admin""#),
        "{listed}"
    );
    assert!(
        listed.contains(r#""handle":"jo","role":"editor""#),
        "{listed}"
    );
    for refused in [
        ["role", ann, "member"].as_slice(),
        &["disable", ann],
        &["remove", ann, "--yes"],
    ] {
        let refused = site.users(refused).await.unwrap_err();
        assert!(refused.contains("administrator"), "{refused}");
    }
    let unknown = site.users(&["role", jo, "owner"]).await.unwrap_err();
    assert!(unknown.contains("member, editor or admin"), "{unknown}");
    site.users(&["role", jo, "member"]).await.unwrap();

    // Each of it has its entry, by nobody who is a member.
    let token = site.login(ann, PASSWORD).await.context("a token")?;
    let request = site.client.get(site.url("/api/audit")).bearer_auth(&token);
    let audit: Value = request.send().await?.json().await?;
    let acts = audit["acts"].as_array().context("entries")?;
    let told: Vec<_> = acts
        .iter()
        .map(|act| (act["act"].as_str().unwrap(), &act["by"]))
        .collect();
    let by = &Value::Null;
    assert_eq!(
        told,
        [
            ("role_changed", by),
            ("member_invited", by),
            ("member_invited", by)
        ]
    );
    let exported = site.users(&["export"]).await.unwrap();
    assert!(exported.contains(",ann,admin,"), "{exported}");
    Ok(())
}

/// A page that links to one that is gone says so.
#[tokio::test]
async fn pages_that_link_to_a_member_who_goes_are_converted_again() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let mut tokens = Vec::new();
    for (email, name) in [("jo@club.example", "Jo Doe"), ("zoe@club.example", "Zoe")] {
        let invited = site
            .users(&["invite", email, "--name", name])
            .await
            .unwrap();
        assert_eq!(
            site.set_password(line(&invited, "code"), PASSWORD).await,
            200
        );
        tokens.push(site.login(email, PASSWORD).await.context("a token")?);
    }
    for (token, text) in tokens.iter().zip(["# Jo\n", "# Zoe\n\nSee [[Jo Doe]].\n"]) {
        let file = Part::bytes(text.as_bytes()).file_name("README.md");
        let form = Form::new().part("readme_file", file);
        let request = site
            .client
            .post(site.url("/api/upload_readme"))
            .bearer_auth(token);
        assert_eq!(request.multipart(form).send().await?.status(), 202);
        settle(&site).await?;
    }
    let zoe = async || {
        let page = site.client.get(site.url("/content/zoe.md")).send().await?;
        page.text().await
    };
    assert!(
        zoe().await?.contains("[Jo Doe](/jo-doe/)"),
        "{}",
        zoe().await?
    );
    let removed = site.users(&["remove", "jo@club.example", "--yes"]).await;
    let removed = removed.unwrap();
    assert!(removed.contains("converted again: 1."), "{removed}");
    settle(&site).await?;
    assert!(!zoe().await?.contains("/jo-doe"), "{}", zoe().await?);
    Ok(())
}

/// Whether a file in a folder holds a word.
fn is_in_a_file(folder: &Path, word: &str) -> bool {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return is_in_a_file(&path, word);
        }
        // A journal may go meanwhile.
        let content = std::fs::read(&path).unwrap_or_default();
        let mut windows = content.windows(word.len());
        windows.any(|window| window == word.as_bytes())
    })
}

/// A member who sends documents, over HTTP as everybody does.
struct Author<'a> {
    site: &'a Site,
    token: String,
}

impl<'a> Author<'a> {
    async fn invited(site: &'a Site, email: &str, name: &str) -> anyhow::Result<Self> {
        let invited = site
            .users(&["invite", email, "--name", name])
            .await
            .map_err(anyhow::Error::msg)?;
        ensure!(site.set_password(line(&invited, "code"), PASSWORD).await == 200);
        let token = site.login(email, PASSWORD).await.context("a token")?;
        Ok(Self { site, token })
    }

    /// Sends a file, and waits until everything that comes of it is done.
    async fn send(
        &self,
        path: &str,
        field: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> anyhow::Result<()> {
        let file = Part::bytes(bytes).file_name(name.to_owned());
        let form = Form::new().part(field.to_owned(), file);
        let url = self.site.url(path);
        let request = self.site.client.post(url).bearer_auth(&self.token);
        let sent = request.multipart(form).send().await?;
        ensure!(sent.status().is_success(), "{}", sent.text().await?);
        settle(self.site).await
    }

    async fn publish(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let bytes = text.as_bytes().to_vec();
        self.send("/api/upload_readme", "readme_file", name, bytes)
            .await
    }

    async fn me(&self) -> anyhow::Result<Value> {
        let request = self.site.client.get(self.site.url("/api/me"));
        let me: Value = request
            .bearer_auth(&self.token)
            .send()
            .await?
            .json()
            .await?;
        Ok(me["member"].clone())
    }
}

/// What is published under an entry id; `None`: nothing.
async fn published(site: &Site, entry: &str) -> anyhow::Result<Option<String>> {
    let url = site.url(&format!("/content/{entry}.md"));
    let answer = site.client.get(url).send().await?;
    Ok(match answer.status().as_u16() {
        200 => Some(answer.text().await?),
        _ => None,
    })
}

/// A PNG of one pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T',
    0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0, 0x03, 0x86, 0x01, 0x80, 0x5a, 0x34, 0x7d,
    0x6b, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// Everything of a member moves along, and nothing stays where it was.
#[tokio::test]
async fn a_member_gets_another_handle_and_name() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let jo = Author::invited(&site, "jo@club.example", "Jo Doe").await?;
    let zoe = Author::invited(&site, "zoe@club.example", "Zoe").await?;
    let picture = PIXEL.to_vec();
    jo.send("/api/upload_profile_pic", "profile_pic", "me.png", picture)
        .await?;
    jo.publish("README.md", "# Hello\n\n![[me.png]] and [[Trip]]\n")
        .await?;
    jo.publish("Trip.md", "# Trip\n\nText.\n").await?;
    zoe.publish(
        "README.md",
        "# Zoe\n\nWith [[jo-doe]], [[Jo Doe|Jo]], [[jo-doe/trip|trip]], [[jo]], [[Jo Roe|Roe]], [[jo/trip|tour]].\n",
    )
    .await?;
    let before = published(&site, "zoe").await?.context("Zoe's page")?;
    assert!(
        before.contains(
            "With [jo-doe](/jo-doe/), [Jo](/jo-doe/), [trip](/jo-doe/trip/), jo, Roe, tour."
        ),
        "{before}"
    );
    let old_picture = jo.me().await?["picture"]["96"]
        .as_str()
        .context("a picture")?
        .to_owned();

    let nothing = site.users(&["rename", "jo-doe"]).await.unwrap_err();
    assert!(nothing.contains("--name"), "{nothing}");
    let taken = site.users(&["rename", "jo-doe", "zoe"]).await.unwrap_err();
    assert!(taken.contains("The handle “zoe” is taken"), "{taken}");
    let renamed = site
        .users(&["rename", "jo@club.example", "jo", "--name", "Jo Roe"])
        .await
        .unwrap();
    assert!(
        renamed
            .contains("Jo Doe (jo-doe) is Jo Roe (jo) from now on. What is published moves along"),
        "{renamed}"
    );
    settle(&site).await?;

    // The session goes on, and has the picture under its new address.
    let me = jo.me().await?;
    assert_eq!(
        (&me["handle"], &me["name"]),
        (&json!("jo"), &json!("Jo Roe"))
    );
    let picture = me["picture"]["512"].as_str().context("a picture")?;
    assert!(picture.contains("/pictures/jo/"), "{picture}");
    assert_eq!(site.client.get(picture).send().await?.status(), 200);
    assert_eq!(site.client.get(&old_picture).send().await?.status(), 404);
    let page = published(&site, "jo").await?.context("the page")?;
    assert!(page.contains("author: \"Jo Roe\""), "{page}");
    assert!(
        page.contains(picture) && page.contains("(/jo/trip/)"),
        "{page}"
    );
    assert!(published(&site, "jo/trip").await?.is_some());
    for gone in ["jo-doe", "jo-doe/trip"] {
        assert_eq!(published(&site, gone).await?, None, "{gone}");
    }
    let after = published(&site, "zoe").await?.context("Zoe's page")?;
    assert!(
        after.contains("With jo-doe, Jo, trip, [jo](/jo/), [Roe](/jo/), [tour](/jo/trip/)."),
        "{after}"
    );
    // A former handle is nobody else's, and may be had again.
    let add = [
        "invite",
        "new@club.example",
        "--name",
        "New",
        "--handle",
        "jo-doe",
    ];
    assert!(site.users(&add).await.is_err());
    // Somebody who is shut out is renamed like everybody else, with the picture.
    site.users(&["disable", "jo@club.example"]).await.unwrap();
    site.users(&["rename", "jo", "jo-doe"]).await.unwrap();
    site.users(&["enable", "jo@club.example"]).await.unwrap();
    settle(&site).await?;
    assert!(published(&site, "jo-doe/trip").await?.is_some());
    assert_eq!(published(&site, "jo/trip").await?, None);
    site.users(&["rename", "jo-doe", "--name", "Jo Doe"])
        .await
        .unwrap();
    settle(&site).await?;
    let again = published(&site, "zoe").await?.context("Zoe's page")?;
    assert_eq!(again, before, "as it was");

    // Who goes leaves nothing under any of the handles, and all of them are free.
    let uploads = versions(&site, "masthead-uploads").await?;
    assert!(uploads > 0);
    site.users(&["remove", "jo@club.example", "--yes"])
        .await
        .unwrap();
    settle(&site).await?;
    let leftovers = site.users(&["remove", "--leftovers", "--yes"]).await;
    assert_eq!(leftovers.unwrap(), "Every file belongs to a member.\n");
    for handle in ["jo", "jo-doe"] {
        let email = format!("{handle}@new.example");
        let add = ["invite", &email, "--name", "New", "--handle", handle];
        site.users(&add).await.unwrap();
    }
    Ok(())
}

#[tokio::test]
async fn a_member_gets_another_address() -> anyhow::Result<()> {
    let site = Site::start().await?;
    // A slip with a misspelt address is as good as any.
    let invited = site
        .users(&["invite", "jo@clib.example", "--name", "Jo Doe"])
        .await
        .unwrap();
    let changed = site
        .users(&["change-email", "jo@clib.example", "Jo@Club.example"])
        .await
        .unwrap();
    assert!(
        changed.contains("Jo Doe (jo-doe) signs in as jo@club.example from now on")
            && changed.contains("goes on working"),
        "{changed}"
    );
    let code = line(&invited, "code");
    assert_eq!(site.set_password(code, PASSWORD).await, 200);
    assert_eq!(site.login("jo@clib.example", PASSWORD).await, None);
    let token = site
        .login("jo@club.example", PASSWORD)
        .await
        .context("a token")?;

    let zoe = Author::invited(&site, "zoe@club.example", "Zoe").await?;
    for (wrong, said) in [
        (
            ["change-email", "zoe@club.example", "jo@club.example"],
            "is there already",
        ),
        (
            ["change-email", "zoe@club.example", "zoe@club.example"],
            "that they have",
        ),
        (
            ["change-email", "nobody@club.example", "a@club.example"],
            "no member",
        ),
        (["change-email", "zoe@club.example", "none"], "none"),
    ] {
        let refused = site.users(&wrong).await.unwrap_err();
        assert!(refused.contains(said), "{refused}");
    }
    zoe.publish("README.md", "# Zoe\n").await?;
    site.users(&["change-email", "zoe@club.example", "zoe@new.example"])
        .await
        .unwrap();
    assert_eq!(
        (site.me(&zoe.token).await, site.me(&token).await),
        (401, 200)
    );
    let shown = site.users(&["show", "zoe@new.example"]).await.unwrap();
    assert!(line(&shown, "readme").starts_with("published"), "{shown}");
    assert!(site.login("zoe@new.example", PASSWORD).await.is_some());
    // The former address is free.
    Author::invited(&site, "zoe@club.example", "Zoe Two").await?;
    site.users(&["remove", "zoe@new.example", "--yes"])
        .await
        .unwrap();
    assert_eq!(published(&site, "zoe").await?, None);
    Ok(())
}

async fn settle(site: &Site) -> anyhow::Result<()> {
    while site.stack.queued().await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Versions and delete markers in a bucket.
async fn versions(site: &Site, bucket: &str) -> anyhow::Result<usize> {
    let environment: Environment = site.stack.environment().into_iter().collect();
    let config = aws::config(&environment, aws::ENDPOINT_S3)?;
    let client =
        aws_sdk_s3::Client::from_conf(Builder::from(&config).force_path_style(true).build());
    let listed = client.list_object_versions().bucket(bucket).send().await?;
    Ok(listed.versions().len() + listed.delete_markers().len())
}

#[test]
fn a_version_names_the_program_that_people_run() {
    let version = concat!("masthead ", env!("CARGO_PKG_VERSION"), "\n");
    for option in ["-V", "--version"] {
        let mut masthead = Command::new(env!("CARGO_BIN_EXE_masthead"));
        let said = masthead.arg(option).output().unwrap().stdout;
        assert_eq!(String::from_utf8(said).unwrap(), version);
    }
}

/// A reader who has enough is no reason to complain.
#[test]
fn output_that_nobody_reads_is_no_error() {
    use std::io::Read as _;
    use std::process::Stdio;

    let file = tempfile::NamedTempFile::new().unwrap();
    // More than a pipe holds.
    std::fs::write(file.path(), "A line of a long note.\n\n".repeat(20_000)).unwrap();
    let mut masthead = Command::new(env!("CARGO_BIN_EXE_masthead"))
        .arg("convert")
        .arg(file.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 3];
    masthead
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    assert_eq!(&first, b"---");
    let output = masthead.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr),
        (Some(141), Vec::new())
    );
}

#[tokio::test]
async fn the_folder_with_the_keys_is_asked_for() {
    let site = Site::start().await.unwrap();
    let said = site
        .users(&["list", "--data", "nowhere"])
        .await
        .unwrap_err();
    assert!(
        said.contains("no keys of a local stack in nowhere"),
        "{said}"
    );
    assert!(!site.file("nowhere").exists(), "nothing is made there");

    let other = Options {
        data: Some(site.file("other")),
        ..Options::default()
    };
    local::environment(&other).unwrap();
    let said = site.users(&["list", "--data", "other"]).await.unwrap_err();
    assert!(
        said.contains("has other keys than those in other"),
        "{said}"
    );
}
