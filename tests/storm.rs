//! Many members at once: uploads, overwrites and deletions in no order, and nothing lost.

use std::collections::BTreeMap;

use futures::future::join_all;
use reqwest::{Method, StatusCode};

use crate::site::{SignedIn, Site};

const MEMBERS: usize = 4;
const DOCUMENTS: usize = 3;
const ROUNDS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_output_is_its_newest_source() {
    let site = Site::start().await;
    let mut members: Vec<SignedIn> = Vec::new();
    for number in 0..MEMBERS {
        members.push(site.member(&format!("member{number}")).await);
    }
    // Each document has one writer, who goes on when answered, so it is known what is newest.
    let writers = members
        .iter()
        .flat_map(|member| (0..DOCUMENTS).map(move |document| (member, document)));
    let site_ref = &site;
    let newest = join_all(writers.map(|(member, document)| async move {
        let mut newest = None;
        for round in 0..ROUNDS {
            // A pattern without a period of its own, the same in every run.
            if (round * 7 + document * 3) % 5 == 4 && newest.is_some() {
                let path = format!("/api/readmes/doc{document}");
                let answer = site_ref
                    .request(Method::DELETE, &path)
                    .bearer_auth(&member.token)
                    .send()
                    .await
                    .unwrap();
                assert_eq!(answer.status(), StatusCode::ACCEPTED);
                newest = None;
            } else {
                let text = format!(
                    "# Round {round} of {document}\n\nWritten by {}.\n",
                    member.handle
                );
                let answer = site_ref
                    .upload(member, &format!("doc{document}.md"), text)
                    .await;
                assert_eq!(answer.status(), StatusCode::ACCEPTED);
                newest = Some(format!("title: \"Round {round} of {document}\""));
            }
        }
        (
            format!("/content/{}/doc{document}.md", member.handle),
            newest,
        )
    }))
    .await
    .into_iter()
    .collect::<BTreeMap<_, _>>();

    for (path, newest) in &newest {
        site.wait_for(path, async || {
            let answer = site.get(path).send().await.unwrap();
            match newest {
                None => (answer.status() == StatusCode::NOT_FOUND).then_some(()),
                Some(_) if answer.status() == StatusCode::NOT_FOUND => None,
                Some(title) => answer.text().await.unwrap().contains(title).then_some(()),
            }
        })
        .await;
    }
    for member in &members {
        let live = newest
            .iter()
            .filter(|(path, newest)| path.contains(&member.handle) && newest.is_some())
            .count();
        // A report goes after its output.
        let what = format!("the {live} reports of {}", member.handle);
        site.wait_for(&what, async || {
            let reports = site.members.reports(&member.id).await.unwrap();
            (reports.len() == live).then_some(())
        })
        .await;
    }
}

/// One document from many hands: what is answered last is what is published, whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_of_one_document_at_once_leave_one_whole_winner() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let uploads = (0..12).map(|number| {
        site.upload(
            &member,
            "doc.md",
            format!("# Winner {number}\n\nText of {number}.\n"),
        )
    });
    let answers = join_all(uploads).await;
    assert!(answers.iter().all(|answer| {
        [StatusCode::ACCEPTED, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status())
    }));
    let report = site.report(&member, "/api/readmes/doc").await;
    let title = report["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["key"] == "title")
        .unwrap()["value"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = site
        .get("/content/jo/doc.md")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let number = title.strip_prefix("Winner ").unwrap();
    assert!(
        text.contains(&format!("Text of {number}."))
            && text.contains(&format!("title: \"{title}\"")),
        "{text}"
    );
}
