//! A build of the site, as far as Masthead sees it: what the npm package's loader asks for and says.

use std::collections::{BTreeMap, BTreeSet};

use blobs::layout;
use serde_json::{Value, json};

use crate::site::{Body, Site};

/// Entries of one `POST /api/content`, as the loader sends them.
const SAID_AT_ONCE: usize = 1000;

/// What a loader keeps from one build to the next.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    /// Entry ids and digests.
    entries: BTreeMap<String, String>,
    /// By which what changed since is asked for; `None` before the first list.
    since: Option<String>,
    /// What the server wasn't told yet.
    untold: BTreeSet<String>,
}

impl Loader {
    /// Reads what changed, and the files of that, and says so. Returns how many entries there are.
    pub(crate) async fn build(&mut self, site: &Site) -> usize {
        let before = self.entries.clone();
        self.read(site).await;
        for (id, digest) in &self.entries {
            if before.get(id) != Some(digest) {
                site.file(&layout::content_key(id)).await;
            }
        }
        self.tell(site).await;
        self.entries.len()
    }

    /// Reads what is published: what changed, or all of it where that isn't known. Returns how many entries there are.
    pub(crate) async fn read(&mut self, site: &Site) -> usize {
        let Some(mut since) = self.since.take() else {
            return self.read_all(site).await;
        };
        loop {
            let answer = list(site, &format!("?since={since}")).await;
            let Some(next) = word(&answer["since"]) else {
                return self.read_all(site).await;
            };
            for id in answer["gone"].as_array().unwrap() {
                self.entries.remove(id.as_str().unwrap());
            }
            self.take(&answer);
            since = next;
            if answer["more"] != json!(true) {
                self.since = Some(since);
                return self.entries.len();
            }
        }
    }

    async fn read_all(&mut self, site: &Site) -> usize {
        self.entries.clear();
        let mut query = String::new();
        loop {
            let answer = list(site, &query).await;
            self.take(&answer);
            // That of the first page counts.
            self.since = self.since.take().or_else(|| word(&answer["since"]));
            match word(&answer["cursor"]) {
                Some(cursor) => query = format!("?cursor={cursor}"),
                None => return self.entries.len(),
            }
        }
    }

    fn take(&mut self, answer: &Value) {
        for entry in answer["entries"].as_array().unwrap() {
            let id = word(&entry["id"]).unwrap();
            self.untold.insert(id.clone());
            self.entries.insert(id, word(&entry["digest"]).unwrap());
        }
    }

    async fn tell(&mut self, site: &Site) {
        let key = format!("Bearer {}", site.stack.build_key());
        let untold = std::mem::take(&mut self.untold).into_iter();
        let told: Vec<Value> = untold
            .filter_map(|id| Some(json!({ "id": id, "digest": self.entries.get(&id)? })))
            .collect();
        for entries in told.chunks(SAID_AT_ONCE) {
            let body = Body::Json(json!({ "entries": entries }));
            let headers = [("authorization", key.as_str())];
            let route = ("POST", "/api/content");
            let (status, body) = site.ask("content", route, &headers, body).await;
            assert_eq!(status, 200, "{body}");
        }
    }
}

/// A list of entries, whole or not.
async fn list(site: &Site, query: &str) -> Value {
    let path = format!("/api/content{query}");
    let (status, body) = site.ask("content", ("GET", &path), &[], Body::None).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
