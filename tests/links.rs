//! Links between documents: they lead to what is published, whatever was published first.

use image::ImageFormat;

use crate::photo::gradient;
use crate::site::{SignedIn, Site, body};
use crate::upload_profile_pic::upload;

async fn content(site: &Site, entry: &str) -> String {
    let answer = site.get(&format!("/content/{entry}.md")).send().await;
    answer.unwrap().text().await.unwrap()
}

async fn wait_for_text(site: &Site, entry: &str, text: &str) {
    site.wait_for(text, async || {
        content(site, entry).await.contains(text).then_some(())
    })
    .await;
}

async fn withdraw(site: &Site, member: &SignedIn, slug: &str) {
    let answer = site
        .request(reqwest::Method::DELETE, &format!("/api/readmes/{slug}"))
        .bearer_auth(&member.token)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 202, "{}", body(answer).await);
}

#[tokio::test]
async fn a_document_that_comes_later_is_linked_and_one_that_goes_is_not() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    let note = "# Diary\n\nSee [[My Trip|the trip]], [too](my%20trip.md) and [[Nothing]].\n";
    site.publish(&jo, "Diary.md", note).await;
    let before = content(&site, "jo/diary").await;
    assert!(
        before.contains("See the trip, too and Nothing."),
        "{before}"
    );

    site.publish(&jo, "My Trip.md", "# A trip\n\nBack to [[diary]].\n")
        .await;
    let linked = "See [the trip](/jo/my-trip/), [too](/jo/my-trip/) and Nothing.";
    wait_for_text(&site, "jo/diary", linked).await;
    wait_for_text(&site, "jo/my-trip", "Back to [diary](/jo/diary/).").await;
    let report = site.report(&jo, "/api/readmes/diary").await;
    assert_eq!(report["warnings"].as_array().unwrap().len(), 1, "{report}");

    // A title is a name as well, and it may change.
    site.publish(&jo, "Plan.md", "# Plan\n\n[[a trip]]\n").await;
    wait_for_text(&site, "jo/plan", "[a trip](/jo/my-trip/)").await;
    site.publish(&jo, "My Trip.md", "# Another\n\nBack to [[diary]].\n")
        .await;
    wait_for_text(&site, "jo/plan", "\na trip\n").await;
    wait_for_text(&site, "jo/diary", linked).await;

    // A draft is not there for others.
    let draft = "---\ndraft: true\n---\n\n# Another\n";
    site.upload(&jo, "My Trip.md", draft).await;
    wait_for_text(&site, "jo/diary", "See the trip, too and Nothing.").await;
    site.publish(&jo, "My Trip.md", "# Another\n").await;
    wait_for_text(&site, "jo/diary", linked).await;

    withdraw(&site, &jo, "my-trip").await;
    wait_for_text(&site, "jo/diary", "See the trip, too and Nothing.").await;
}

#[tokio::test]
async fn members_are_linked_once_they_have_a_page() {
    let site = Site::start().await;
    let (jo, sam) = (site.member("jo").await, site.member("sam").await);
    // A note of Sam's doesn't answer to Jo's links, Sam's own page does.
    site.publish(&sam, "Trip.md", "# Trip\n").await;
    site.publish(&jo, "README.md", "# Jo\n\nWith [[sam]] on a [[trip]].\n")
        .await;
    wait_for_text(&site, "jo", "With sam on a trip.").await;
    site.publish(&sam, "README.md", "# Hello\n\nSee [[Jo]].\n")
        .await;
    wait_for_text(&site, "jo", "With [sam](/sam/) on a trip.").await;
    wait_for_text(&site, "sam", "See [Jo](/jo/).").await;
    withdraw(&site, &sam, "readme").await;
    wait_for_text(&site, "jo", "With sam on a trip.").await;
}

/// Somebody else's document answers to its address, and to no other name.
#[tokio::test]
async fn a_document_of_another_member_is_linked_by_its_address() {
    let site = Site::start().await;
    let (jo, sam) = (site.member("jo").await, site.member("sam").await);
    let note = "# Diary\n\nOn [[sam/my-trip|our trip]], [here](sam/my-trip.md#Day%20One), not [[sam/elsewhere|there]] or [[my-trip|that]].\n";
    site.publish(&jo, "Diary.md", note).await;
    let unlinked = "On our trip, here, not there or that.";
    wait_for_text(&site, "jo/diary", unlinked).await;
    let report = site.publish(&sam, "My Trip.md", "# A trip\n").await;
    assert_eq!(report["state"], "published");
    let linked = "On [our trip](/sam/my-trip/), [here](/sam/my-trip/#day-one), not there or that.";
    wait_for_text(&site, "jo/diary", linked).await;

    // What its author keeps back is there for nobody.
    site.upload(&sam, "My Trip.md", "---\ndraft: true\n---\n\n# A trip\n")
        .await;
    wait_for_text(&site, "jo/diary", unlinked).await;
    site.publish(&sam, "My Trip.md", "# Another title\n").await;
    wait_for_text(&site, "jo/diary", linked).await;
    withdraw(&site, &sam, "my-trip").await;
    wait_for_text(&site, "jo/diary", unlinked).await;
}

/// Links as Obsidian and editors of Markdown write them, from folders that no upload has.
#[tokio::test]
async fn a_link_finds_its_document_however_it_is_written() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    site.publish(&jo, "README.md", "# Hello\n\n## My Heading\n\nText.\n")
        .await;
    site.publish(&jo, "Alpha.md", "# First\n\n## Part One\n\nText.\n")
        .await;
    // As a Mac names it, and as everybody else types it.
    site.publish(&jo, "Ko\u{308}ln.md", "# City\n\nText.\n")
        .await;
    let links = [
        ("[[folder/Alpha]]", "[folder/Alpha](/jo/alpha/)"),
        ("[a](Notes/Alpha.md)", "[a](/jo/alpha/)"),
        ("[b](../Alpha.md)", "[b](/jo/alpha/)"),
        ("[c](Alpha.md#Part%20One)", "[c](/jo/alpha/#part-one)"),
        ("[[jo/alpha|d]]", "[d](/jo/alpha/)"),
        ("[[README|e]]", "[e](/jo/)"),
        ("[f](README.md)", "[f](/jo/)"),
        ("[[README#My Heading|g]]", "[g](/jo/#my-heading)"),
        ("[[K\u{f6}ln|h]]", "[h](/jo/koln/)"),
        ("[[Ko\u{308}ln|i]]", "[i](/jo/koln/)"),
        ("[j](K%C3%B6ln.md)", "[j](/jo/koln/)"),
        ("[k](Ko%CC%88ln.md)", "[k](/jo/koln/)"),
    ];
    let text: String = links.map(|(written, _)| format!("- {written}\n")).concat();
    let report = site
        .publish(&jo, "All.md", format!("# All\n\n{text}"))
        .await;
    assert_eq!(report["warnings"], serde_json::json!([]), "{report}");
    let all = content(&site, "jo/all").await;
    for (written, link) in links {
        assert!(all.contains(&format!("- {link}\n")), "{written}: {all}");
    }
    // Köln's other spelling is the same document.
    let again = site.upload(&jo, "K\u{f6}ln.md", "# City\n\nMore.\n").await;
    assert_eq!(body(again).await["readme"]["slug"], "koln");
}

#[tokio::test]
async fn a_member_is_found_by_name_and_a_picture_by_its_file() {
    let site = Site::start().await;
    let (jo, ann) = (site.member("jo").await, site.member("ann").await);
    site.publish(&jo, "README.md", "# Jo\n\nWith [[Ann of the club]].\n")
        .await;
    wait_for_text(&site, "jo", "With Ann of the club.").await;
    site.publish(&ann, "README.md", "# Hello\n\nText.\n").await;
    wait_for_text(&site, "jo", "With [Ann of the club](/ann/).").await;
    withdraw(&site, &ann, "readme").await;
    wait_for_text(&site, "jo", "With Ann of the club.").await;

    let picture = gradient(64, 64, ImageFormat::Png);
    let answer = upload(&site, &ann, "me.png", "image/png", picture).await;
    let urls = body(answer).await["picture"].take();
    let url = urls["512"].as_str().unwrap();
    site.publish(
        &ann,
        "README.md",
        "# Hello\n\n![[me.png]] ![x](pics/me.png) ![y](you.png)\n",
    )
    .await;
    wait_for_text(&site, "ann", &format!("![me]({url}) ![x]({url}) y")).await;
}

#[tokio::test]
async fn a_name_too_long_for_a_key_is_asked_for_by_nobody() {
    let site = Site::start().await;
    let jo = site.member("jo").await;
    let long = "n".repeat(3000);
    site.publish(&jo, "Long.md", format!("# {long}\n\nSee [[{long}]].\n"))
        .await;
    wait_for_text(&site, "jo/long", &format!("See {long}.")).await;
}

/// A link to the README of a folder leads to the document of that folder, from wherever it stands.
#[tokio::test]
async fn a_link_to_a_folder_s_readme_finds_its_document() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let publish = async |path: &str, name: &'static str, text: &str| {
        let form = reqwest::multipart::Form::new()
            .text("path", path.to_owned())
            .part(
                "readme_file",
                reqwest::multipart::Part::bytes(text.as_bytes().to_vec()).file_name(name),
            );
        let post = site.post("/api/upload_readme").bearer_auth(&member.token);
        let answer = body(post.multipart(form).send().await.unwrap()).await;
        assert_eq!(answer["status"], "success", "{answer}");
    };
    publish(
        "robots",
        "README.md",
        "# The season\n\n[Up](../README.md), [here](README.md).\n",
    )
    .await;
    publish(
        "",
        "README.md",
        "# Jo\n\n[The season](robots/README.md), [[robots/README|again]], [its folder](robots/#start), [none](other/).\n",
    )
    .await;
    publish(
        "notes",
        "a.md",
        "# A\n\n[The season](../robots/README.md)\n",
    )
    .await;
    for (document, links) in [
        (
            "jo",
            &[
                "[The season](/jo/robots/)",
                "[again](/jo/robots/)",
                "[its folder](/jo/robots/#start)",
                ", none.",
            ][..],
        ),
        ("jo/robots", &["[Up](/jo/)", "[here](/jo/robots/)"]),
        ("jo/a", &["[The season](/jo/robots/)"]),
    ] {
        for link in links {
            wait_for_text(&site, document, link).await;
        }
    }
}
