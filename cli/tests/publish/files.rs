//! Pictures and PDFs that go with the notes that show them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::time::Duration;

use image::{ImageFormat, RgbImage};
use serde_json::Value;

use crate::site::{EMAIL, PASSWORD, Site, published};

const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="5" height="5" fill="#203040"/></svg>"##;
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// A picture of coloured dots, about three bytes for each pixel where it is a PNG; `seed` makes it another one.
fn picture(side: u32, seed: u32, format: ImageFormat) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut dots = RgbImage::new(side, side);
    for value in dots.iter_mut() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *value = state.to_le_bytes()[0];
    }
    let mut bytes = Cursor::new(Vec::new());
    dots.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn png(seed: u32) -> Vec<u8> {
    picture(40, seed, ImageFormat::Png)
}

impl Site {
    /// The server's answer about the member's files, by their paths.
    async fn files(&self) -> BTreeMap<String, Value> {
        let request = reqwest::Client::new()
            .get(format!("{}/api/files", self.stack.api_url()))
            .bearer_auth(self.token().await);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let files = answer["files"].as_array().unwrap().iter();
        files
            .map(|file| (file["path"].as_str().unwrap().to_owned(), file.clone()))
            .collect()
    }

    async fn paths(&self) -> Vec<String> {
        self.files().await.into_keys().collect()
    }

    /// Sends a file as a browser does, and waits until it is ready.
    async fn upload_file(&self, path: &str, bytes: Vec<u8>) {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("file");
        let form = reqwest::multipart::Form::new()
            .text("path", path.to_owned())
            .part("file", part);
        let request = reqwest::Client::new()
            .post(format!("{}/api/upload_file", self.stack.api_url()))
            .bearer_auth(self.token().await)
            .multipart(form);
        assert_eq!(request.send().await.unwrap().status(), 202);
        for _ in 0..200 {
            if self.files().await[path]["state"] == "ready" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} isn't ready");
    }

    /// How many files the text of a published document shows or leads to.
    async fn shown_by(&self, slug: &str) -> usize {
        let url = format!("{}/content/jo/{slug}.md", self.stack.api_url());
        let page = reqwest::get(url).await.unwrap().text().await.unwrap();
        let (_frontmatter, text) = page.split_once("\n---\n").unwrap();
        text.matches("/files/jo/").count()
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.vault().join(name)).unwrap();
    }
}

/// A vault of somebody who never read how.
#[tokio::test]
async fn pictures_go_with_the_notes_that_show_them() {
    let site = Site::start().await;
    site.write(
        "Robots.md",
        "# Robots\n\n![[Arm.PNG|300]] and ![[Ko\u{308}ln (1).jpg]]\n\n![old](img/old%20one.gif)\n",
    );
    site.write(
        "notes/deep/plan.md",
        "# Plan\n\n![](../../img/large.png)\n\n[The plan](<./the plan.pdf>)\n\n![[arm.png]]\n\n![](IMG_1.heic) ![](IMG_2.HEIC)\n\n![](../../img/logo.svg)\n",
    );
    site.write("attachments/arm.png", png(1));
    site.write("img/K\u{f6}ln (1).jpg", picture(40, 2, ImageFormat::Jpeg));
    site.write("img/old one.gif", picture(40, 3, ImageFormat::Gif));
    // More than a form takes.
    site.write("img/large.png", picture(1300, 4, ImageFormat::Png));
    site.write("img/logo.svg", SVG);
    site.write("notes/deep/the plan.pdf", PDF);
    site.write("notes/deep/IMG_1.heic", "heic");
    site.write("notes/deep/IMG_2.HEIC", "heic");
    site.write("private/me.jpg", picture(40, 5, ImageFormat::Jpeg));
    site.write(".trash/gone.png", png(6));
    site.write("data.canvas", "{}");

    let dry = site.publish_first(&["--dry-run"]).await;
    assert_eq!(dry.code, 0, "{}", dry.said);
    for line in [
        "new        Robots.md → robots",
        "new        attachments/arm.png (",
        "Pictures and PDFs: 6 new.",
        "not sent   2 HEIC pictures (such as notes/deep/IMG_1.heic): export as JPEG",
        "1 picture or PDF that no note shows stays here; --all-files sends such files, too.",
        "1 other file is passed over.",
    ] {
        assert!(dry.out.contains(line), "{line}: {}", dry.out);
    }
    assert!(site.paths().await.is_empty());

    let first = site.publish_first(&[]).await;
    assert_eq!(first.code, 0, "{}{}", first.out, first.said);
    assert!(first.out.contains("6 files are ready."), "{}", first.out);
    let files = site.files().await;
    let states: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, file)| (path.as_str(), file["state"].as_str().unwrap()))
        .collect();
    let ready = [
        "attachments/arm.png",
        "img/K\u{f6}ln (1).jpg",
        "img/large.png",
        "img/logo.svg",
        "img/old one.gif",
        "notes/deep/the plan.pdf",
    ];
    assert_eq!(states, ready.map(|path| (path, "ready")));
    assert_eq!(site.shown_by("robots").await, 3);
    assert_eq!(site.shown_by("plan").await, 4);

    let second = site.run(&["publish", "vault"], "").await;
    assert_eq!(second.code, 0, "{}", second.said);
    for line in [
        "0 new, 0 changed, 2 unchanged.",
        "Pictures and PDFs: 6 unchanged.",
    ] {
        assert!(second.out.contains(line), "{line}: {}", second.out);
    }
    assert!(!second.out.contains("ready"), "{}", second.out);
    assert_eq!(site.files().await, files, "nothing was sent");

    site.write("attachments/arm.png", png(7));
    let third = site.run(&["publish", "vault"], "").await;
    assert_eq!(third.code, 0, "{}{}", third.out, third.said);
    for line in [
        "0 new, 0 changed, 2 unchanged.",
        "changed    attachments/arm.png (",
        "Pictures and PDFs: 1 changed, 5 unchanged.",
        "1 file is ready.",
    ] {
        assert!(third.out.contains(line), "{line}: {}", third.out);
    }
    let now = site.files().await;
    let changed = files.iter().filter(|(path, file)| now[*path] != **file);
    let changed: Vec<_> = changed.map(|(path, _)| path.as_str()).collect();
    assert_eq!(changed, ["attachments/arm.png"]);

    let all = site.run(&["publish", "vault", "--all-files"], "").await;
    assert_eq!(all.code, 0, "{}{}", all.out, all.said);
    assert!(site.paths().await.contains(&"private/me.jpg".to_owned()));
}

#[tokio::test]
async fn names_as_people_have_them_arrive() {
    let site = Site::start().await;
    let names = [
        "plain.png",
        "two words.png",
        "100% real.png",
        "what? & why #1.png",
        "it's \u{201c}x\u{201d} (1) [2].png",
        "Ko\u{308}ln.png",
        "山/川.png",
        "family 👨\u{200d}👩\u{200d}👧.png",
        "a+b=c;d,e.png",
        "quote\"d.png",
        "UPPER.PNG",
        "a..b/c.d.e.png",
    ];
    let lines = (1..).zip(names).map(|(seed, name)| {
        site.write(name, png(seed));
        let address = name
            .replace('%', "%25")
            .replace('?', "%3F")
            .replace('#', "%23");
        format!("![x](<{address}>)\n\n")
    });
    let note: String = lines.collect();
    site.write("names.md", format!("# Names\n\n{note}"));
    let first = site.publish_first(&[]).await;
    assert_eq!(first.code, 0, "{}{}", first.out, first.said);
    assert_eq!(site.shown_by("names").await, names.len(), "{}", first.out);
    let second = site.run(&["publish", "vault"], "").await;
    assert!(
        second.out.contains("Pictures and PDFs: 12 unchanged."),
        "{}",
        second.out
    );
}

#[cfg(unix)]
#[tokio::test]
async fn what_can_t_be_sent_is_told_and_the_rest_is_sent() {
    let site = Site::start().await;
    site.write(
        "a.md",
        "# A\n\n![](fine.png) ![](large.png) ![](empty.png) ![](broken.png) ![](text.png) ![](link.png) ![](dir/%20x.png)\n",
    );
    site.write("fine.png", png(1));
    site.write("large.png", vec![1; 25 * 1024 * 1024 + 1]);
    site.write("empty.png", "");
    let mut broken = picture(200, 2, ImageFormat::Png);
    broken.truncate(100);
    site.write("broken.png", broken);
    site.write("text.png", "words");
    site.write("dir/ x.png", png(3));
    std::os::unix::fs::symlink("/etc/hostname", site.vault().join("link.png")).unwrap();
    let first = site.publish_first(&[]).await;
    assert_eq!(first.code, 1, "{}{}", first.out, first.said);
    for line in [
        "refused    large.png: it is larger than 25 MiB",
        "refused    empty.png: it is empty",
        "refused    dir/ x.png: its path can't be taken.",
        "refused    text.png: ",
        "rejected   broken.png: ",
        "1 symbolic link is not followed.",
        "1 file is ready.",
        "published  a.md",
    ] {
        assert!(first.out.contains(line), "{line}: {}", first.out);
    }
    assert!(
        first.said.contains("5 files were refused"),
        "{}",
        first.said
    );
    assert_eq!(site.paths().await, ["broken.png", "fine.png"]);
    let second = site.run(&["publish", "vault"], "").await;
    assert_eq!(second.code, 1);
    assert!(
        second.out.contains("rejected   broken.png, as before: "),
        "{}",
        second.out
    );
    assert!(
        second.out.contains("refused    text.png, as before: "),
        "{}",
        second.out
    );
    assert!(
        second
            .out
            .contains("Pictures and PDFs: 2 unchanged, 4 refused."),
        "nothing is sent again: {}",
        second.out
    );
    site.write("text.png", png(4));
    let third = site.run(&["publish", "vault"], "").await;
    assert!(third.out.contains("1 file is ready."), "{}", third.out);
}

#[tokio::test]
async fn a_run_that_was_killed_is_taken_up() {
    const PICTURES: u32 = 40;
    let site = Site::start().await;
    let lines = (0..PICTURES).map(|number| {
        let dots = picture(300, number, ImageFormat::Png);
        site.write(&format!("{number}.png"), dots);
        format!("![]({number}.png)\n")
    });
    let note: String = lines.collect();
    site.write("many.md", format!("# Many\n\n{note}"));
    let url = site.url();
    let mut child = site
        .command(&["publish", "vault", "--url", &url, "--email", EMAIL])
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(PASSWORD.as_bytes()).unwrap();
    drop(input);
    while site.paths().await.len() < 3 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What was on its way has arrived then.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let arrived = site.paths().await.len();
    assert!((3..PICTURES as usize).contains(&arrived), "{arrived}");
    assert!(site.listed().await.is_empty(), "notes come last");

    let again = site.run(&["publish", "vault"], "").await;
    assert_eq!(again.code, 0, "{}{}", again.out, again.said);
    let left = format!("Pictures and PDFs: {} new", PICTURES as usize - arrived);
    assert!(again.out.contains(&left), "{left}: {}", again.out);
    let files = site.files().await;
    assert!(files.values().all(|file| file["state"] == "ready"));
    assert_eq!(files.len(), PICTURES as usize);
    assert_eq!(site.shown_by("many").await, files.len());
}

#[tokio::test]
async fn only_files_that_were_sent_from_here_are_deleted() {
    let site = Site::start().await;
    site.upload_file("by-hand.png", png(1)).await;
    site.upload_file("same.png", png(2)).await;
    site.write(
        "a.md",
        "# A\n\n![](shown.png) ![](same.png) ![](edited.png)\n",
    );
    site.write("b.md", "# B\n\n![](unshown.png)\n");
    for (name, seed) in [
        ("same.png", 2),
        ("shown.png", 3),
        ("unshown.png", 4),
        ("edited.png", 5),
    ] {
        site.write(name, png(seed));
    }
    let first = site.publish_first(&[]).await;
    assert_eq!(first.code, 0, "{}{}", first.out, first.said);
    // Replaced by another hand since.
    site.upload_file("edited.png", png(6)).await;
    for name in ["same.png", "shown.png", "unshown.png", "edited.png"] {
        site.remove(name);
    }
    site.write("b.md", "# B\n\nWords.\n");
    let kept = site.run(&["publish", "vault"], "").await;
    assert_eq!(kept.code, 0, "{}{}", kept.out, kept.said);
    assert!(
        kept.out
            .contains("2 files that were sent from here are no longer in the folder and stay"),
        "{}",
        kept.out
    );
    let dry = site.publish(&["--prune", "--dry-run"]).await;
    for line in [
        "delete     shown.png, shown by a\n",
        "delete     unshown.png, which nothing shows\n",
        "2 to be deleted",
    ] {
        assert!(dry.out.contains(line), "{line}: {}", dry.out);
    }
    assert_eq!(site.paths().await.len(), 5);
    let pruned = site.publish(&["--prune", "--yes"]).await;
    assert_eq!(pruned.code, 0, "{}{}", pruned.out, pruned.said);
    assert_eq!(
        site.paths().await,
        ["by-hand.png", "edited.png", "same.png"]
    );
}

/// Two folders of one member, each with a picture of the same path.
#[tokio::test]
async fn a_file_that_other_documents_show_is_not_replaced_unasked() {
    let site = Site::start().await;
    site.upload_file("logo.png", png(1)).await;
    site.upload("films.md", "# Films\n\n![](logo.png)\n").await;
    for _ in 0..200 {
        if site.files().await["logo.png"]["shown_by"] != serde_json::json!([]) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    site.write("robots.md", "# Robots\n\n![](logo.png)\n");
    site.write("logo.png", png(2));
    let before = site.files().await;
    let refused = site.publish_first(&[]).await;
    assert_eq!(refused.code, 1, "{}{}", refused.out, refused.said);
    assert!(
        refused
            .out
            .contains("refused    logo.png: another file has this path, and is shown by films"),
        "{}",
        refused.out
    );
    assert_eq!(
        before["logo.png"]["sha256"],
        site.files().await["logo.png"]["sha256"]
    );
    let replaced = site.publish(&["--replace"]).await;
    assert_eq!(replaced.code, 0, "{}{}", replaced.out, replaced.said);
    assert_ne!(
        before["logo.png"]["sha256"],
        site.files().await["logo.png"]["sha256"]
    );
}

#[tokio::test]
async fn what_is_too_much_for_the_server_is_told_before_and_refused() {
    let site = Site::start_with(&[("MAX_FILES", "2")]).await;
    site.write(
        "a.md",
        "# A\n\n![](1.png) ![](2.png) ![](3.png) ![](4.png)\n",
    );
    for number in 1..=4 {
        site.write(&format!("{number}.png"), png(number));
    }
    let dry = site.publish_first(&["--dry-run"]).await;
    assert!(
        dry.out.contains("With these you would have 4 files"),
        "{}",
        dry.out
    );
    let first = site.publish_first(&[]).await;
    assert_eq!(first.code, 1, "{}", first.out);
    assert!(
        first.said.contains("2 files were refused"),
        "{}",
        first.said
    );
    assert_eq!(site.paths().await.len(), 2);
    assert_eq!(site.listed().await, [published("a", "", "a.md")]);
}
