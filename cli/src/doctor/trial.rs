//! A member's whole way, tried: signed in, a draft sent, converted, seen by nobody else, and erased for good.

use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use hyper::Method;
use serde_json::{Value, json};

use super::finding::{DEAD_LETTERS, Finding, NOT_BUILT, SIGN_IN, UNAVAILABLE};
use crate::publish::server::{Call, Server, form};

/// How long a conversion may take before it is told; members wait for a second.
const PATIENCE: Duration = Duration::from_mins(1);
const BETWEEN: Duration = Duration::from_millis(500);
/// What is published. A draft is its author's alone, so that no build and no reader meets it.
const DRAFT: &str = "---\ntitle: Masthead's doctor was here\ndraft: true\n---\n\nThis document is erased by the command that sent it.\n";

pub(super) async fn look(server: &Server, email: &str, password: &str) -> Vec<Finding> {
    let token = match sign_in(server, email, password).await {
        Ok(token) => token,
        Err(cause) => {
            return vec![Finding::wrong(
                "sign-in",
                format!("{email} can't sign in: {cause:#}"),
                "try the password on the page; `masthead users reset` gives a new one",
                SIGN_IN,
            )];
        }
    };
    let mut found = vec![Finding::ok("sign-in", format!("{email} is signed in"))];
    let number = base16ct::lower::encode_string(&rand::random::<[u8; 8]>());
    let slug = format!("masthead-doctor-{number}");
    found.push(match published(server, &token, &slug).await {
        Ok(seconds) => Finding::ok(
            "upload",
            format!(
                "a draft was converted within {seconds:.1} s, and nobody but its author sees it"
            ),
        ),
        Err(cause) => Finding::wrong(
            "upload",
            format!("{cause:#}"),
            "look for dead letters, and into the log of `rewrite_readme`",
            DEAD_LETTERS,
        ),
    });
    // Whatever became of it: nothing stays.
    found.push(match erased(server, &token, &slug).await {
        Ok(()) => Finding::ok("erasure", "the draft is erased for good"),
        Err(cause) => Finding::wrong(
            "erasure",
            format!("the document {slug} may be left: {cause:#}"),
            "delete it on the page",
            UNAVAILABLE,
        ),
    });
    found.push(match built(server, &token).await {
        Ok(finding) => finding,
        Err(cause) => Finding::unknown("builds", &cause, NOT_BUILT),
    });
    found
}

/// The answer to a call that has to succeed.
async fn call(server: &Server, call: &Call<'_>) -> anyhow::Result<Value> {
    let (status, _, body) = server.exchange(call, &[]).await?;
    let answer: Value = serde_json::from_slice(&body)
        .map_err(|_| anyhow!("status {} and nothing that Masthead says", status.as_u16()))?;
    let message = answer["message"].as_str().unwrap_or("no reason is given");
    ensure!(status.is_success(), "status {}: {message}", status.as_u16());
    Ok(answer)
}

async fn sign_in(server: &Server, email: &str, password: &str) -> anyhow::Result<String> {
    let login = json!({ "email": email, "password": password }).to_string();
    let sent = Call {
        method: Method::POST,
        path: "/api/login",
        token: None,
        body: Some(("application/json".to_owned(), login.into())),
    };
    let answer = call(server, &sent).await?;
    let token = answer["access_token"].as_str();
    Ok(token.context("the answer has no token")?.to_owned())
}

/// Sends the draft and waits for its report. Answers how many seconds that took.
async fn published(server: &Server, token: &str, slug: &str) -> anyhow::Result<f64> {
    let started = tokio::time::Instant::now();
    let file_name = format!("{slug}.md");
    let upload = Call {
        method: Method::POST,
        path: "/api/upload_readme",
        token: Some(token),
        body: Some(form(
            &[("slug", slug)],
            ("readme_file", &file_name, "text/markdown"),
            DRAFT.as_bytes(),
        )),
    };
    let sent = call(server, &upload)
        .await
        .context("a draft was not taken")?;
    let entry = sent["readme"]["entry_id"].as_str().map(str::to_owned);
    let path = format!("/api/readmes/{slug}");
    loop {
        let report = call(server, &Call::get(&path, Some(token))).await;
        let report = report.context("the draft's report can't be read")?["readme"].take();
        match report["state"].as_str() {
            Some("processing") if started.elapsed() < PATIENCE => {
                tokio::time::sleep(BETWEEN).await;
            }
            Some("processing") => {
                return Err(anyhow!(
                    "a draft is not converted after {} s",
                    PATIENCE.as_secs()
                ));
            }
            Some("draft") => break,
            other => {
                let state = other.unwrap_or("unknown");
                return Err(anyhow!("a draft came out as {state}"));
            }
        }
    }
    let took = started.elapsed().as_secs_f64();
    if let Some(entry) = entry {
        let public = format!("/content/{entry}.md");
        let (status, _, _) = server.exchange(&Call::get(&public, None), &[]).await?;
        ensure!(!status.is_success(), "a draft is public at {public}");
    }
    Ok(took)
}

async fn erased(server: &Server, token: &str, slug: &str) -> anyhow::Result<()> {
    let path = format!("/api/readmes/{slug}");
    let forever = format!("{path}?forever=yes");
    let delete = Call {
        method: Method::DELETE,
        ..Call::get(&forever, Some(token))
    };
    let (status, _, _) = server.exchange(&delete, &[]).await?;
    let is_gone = status.is_success() || status.as_u16() == 404;
    ensure!(
        is_gone,
        "its deletion is answered with status {}",
        status.as_u16()
    );
    let (status, _, _) = server.exchange(&Call::get(&path, Some(token)), &[]).await?;
    ensure!(status.as_u16() == 404, "it is still listed");
    Ok(())
}

/// Whether builds read what is published, by what is known of the member's own documents.
async fn built(server: &Server, token: &str) -> anyhow::Result<Finding> {
    let answer = call(server, &Call::get("/api/readmes", Some(token))).await?;
    let documents = answer["readmes"].as_array().cloned().unwrap_or_default();
    let live: Vec<&Value> = documents
        .iter()
        .filter(|document| document["live"] == true && document["site"].is_object())
        .collect();
    let is_built = |document: &&&Value| document["site"]["state"] == "built";
    let newest = live
        .iter()
        .filter(is_built)
        .filter_map(|document| document["site"]["since"].as_str())
        .max();
    Ok(match newest {
        _ if live.is_empty() => Finding::ok(
            "builds",
            "not known: the member has nothing published of which a build would say that it read it",
        ),
        Some(since) => Finding::ok(
            "builds",
            format!("a build read the member's documents at {since}"),
        ),
        None => Finding::warning(
            "builds",
            "no build has said that it read the member's documents",
            "start a build, and give it MASTHEAD_BUILD_KEY",
            NOT_BUILT,
        ),
    })
}
