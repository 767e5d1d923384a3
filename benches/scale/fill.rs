//! Members and their documents: one who does everything by the real functions, and the others as copies of theirs.

use std::io::Cursor;

use auth::password::{self, Password};
use blobs::layout::{self, OWN_PAGE, SourceKey};
use image::{DynamicImage, ImageFormat, RgbImage};
use local::Copies;
use members::{Created, Email, NewMember, Role, Shard};
use serde_json::{Value, json};

use crate::loader::Loader;
use crate::site::{Body, PASSWORD, Site};

/// The slugs of each member's documents. Each has a link to the next, and two of them a picture.
pub(crate) const DOCUMENTS: [&str; 4] = [OWN_PAGE, "robot-arm", "notes", "log"];

/// What DynamoDB bills of each item beside its bytes.
const ITEM_BYTES: usize = 100;
/// Items of the template that are told again with each change, and would be of nobody's.
const NOT_COPIED: [&str; 2] = ["CHANGED#", "UNSETTLED#"];
/// What lies by the shards of handles.
const SHARDED: [&str; 3] = ["MANIFEST#", "BUILT#", "REFUSED#"];
/// How many changes make the list of what one member has published: each document, and the picture.
const CHANGES_OF_A_MEMBER: usize = DOCUMENTS.len() + 1;

/// The handle of the member `number`; all are as long as each other, and none is the beginning of another.
pub(crate) fn handle(number: u32) -> String {
    format!("m{number:07}")
}

fn id(number: u32) -> String {
    format!("0198c000-0000-7000-8000-{number:012}")
}

/// The text of a document, which `version` makes another.
pub(crate) fn document(slug: &str, version: u64) -> String {
    let at = DOCUMENTS.iter().position(|it| *it == slug).unwrap();
    let next = DOCUMENTS[(at + 1) % DOCUMENTS.len()].replace('-', " ");
    let picture = match slug {
        OWN_PAGE => "![[me.png]]",
        "robot-arm" => "![The arm](arm.png)",
        _ => "",
    };
    let title = slug.replace('-', " ");
    let text = "A paragraph of what was built this week, which part broke, and what comes next. ";
    format!(
        "---\ntags: [club, robots]\n---\n\n# About the {title}\n\nVersion {version}. See [[{next}]] and [the site](https://club.example/).\n\n\
         {picture}\n\n## What was done\n\n{}\n\n## What is next\n\n- one\n- two\n\n```python\nprint('{slug}')\n```\n",
        text.repeat(40)
    )
}

/// The name of a document's file.
pub(crate) fn file_name(slug: &str) -> String {
    if slug == OWN_PAGE {
        "README.md".to_owned()
    } else {
        format!("{slug}.md")
    }
}

/// A picture, which `shade` makes another.
pub(crate) fn picture(shade: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(320, 320, |x, y| {
        let [.., x] = x.to_be_bytes();
        let [.., y] = y.to_be_bytes();
        image::Rgb([x, y, shade])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// Makes `members` members with their documents, of which a build has read each. Returns what the items of one take, in bytes.
pub(crate) async fn fill(site: &Site, members: u32) -> f64 {
    let (handle_0, id_0) = (handle(0), id(0));
    let new = NewMember {
        id: id_0.clone(),
        email: Email::parse(&format!("{handle_0}@club.example")).unwrap(),
        name: format!("{handle_0} of the club"),
        handle: handle_0.clone(),
        password_hash: Some(password::hash(&Password::new(PASSWORD), [7; 16]).unwrap()),
        role: Role::Member,
        created_at: site.now_ms() / 1000,
    };
    let created = site.watch.members.create(new).await.unwrap();
    assert_eq!(created, Created::Created);
    let image = picture(0);
    for (function, path, body) in [
        (
            "upload_profile_pic",
            "/api/upload_profile_pic",
            Body::File("profile_pic", "me.png", &image),
        ),
        (
            "upload_file",
            "/api/upload_file",
            Body::File("file", "arm.png", &image),
        ),
    ] {
        site.ask_as(&handle_0, function, ("POST", path), body).await;
        site.drain().await;
    }
    for slug in DOCUMENTS {
        publish(site, &handle_0, slug, 0).await;
    }
    Loader::default().build(site).await;

    let items = site.stack.items().await.unwrap();
    let bytes: usize = items
        .iter()
        .map(|item| item.to_string().len() + ITEM_BYTES)
        .sum();

    let files = site
        .uploads()
        .list_all(&layout::files_prefix(&id_0))
        .await
        .unwrap();
    let files: Vec<&str> = files
        .iter()
        .map(|file| file.key.rsplit_once('/').unwrap().1)
        .collect();
    let words = |number| {
        let (handle, id) = (handle(number), id(number));
        let of_files = files.iter().map(|file| layout::of_file(&id, file));
        let mut words: Vec<String> = of_files.collect();
        words.extend([layout::owner(&id), id, handle]);
        words
    };
    let instead: Vec<_> = (1..members).map(words).collect();
    let copies = Copies {
        words: &words(0),
        instead: &instead,
        without: &NOT_COPIED,
        amend: into_its_shard,
    };
    site.stack.multiply(&copies).await.unwrap();
    site.stack.put_items(heads(site, members)).await.unwrap();
    f64::from(u32::try_from(bytes).unwrap())
}

/// Makes the list of what `members` members have published, as their documents would have made it.
pub(crate) async fn fill_list(site: &Site, members: u32) {
    /// Members whose items are made at once.
    const AT_ONCE: usize = 2_000;
    let text = |text: String| json!({ "S": text });
    let entries_of = |member: u32| {
        let handle = handle(member);
        let partition = text(format!("MANIFEST#{}", Shard::of(&handle)));
        let picture = ["96", "256", "512"].map(|size| {
            (
                size.to_owned(),
                text(format!("pictures/{handle}/{:032x}-{size}.webp", 7)),
            )
        });
        let mut items = vec![json!({
            "pk": partition, "sk": text(format!("M#{handle}")), "revision": { "N": "1" },
            "documents": { "N": DOCUMENTS.len().to_string() },
            "picture": { "M": Value::from_iter(picture) },
        })];
        items.extend(DOCUMENTS.iter().map(|slug| {
            let id = SourceKey::new("", slug).entry_id(&handle);
            json!({
                "pk": partition, "sk": text(format!("E#{id}.md")), "revision": { "N": "1" },
                "digest": text(format!("{member:032x}")), "owner": text(layout::owner(&handle)),
                "updated": { "N": "1900000000" },
            })
        }));
        items
    };
    let all: Vec<u32> = (0..members).collect();
    for part in all.chunks(AT_ONCE) {
        let items = part.iter().copied().flat_map(entries_of);
        site.stack.put_items(items.collect()).await.unwrap();
    }
    site.stack.put_items(heads(site, members)).await.unwrap();
}

/// Puts an item where its member's shard is; the handle is the last of the words.
fn into_its_shard(item: &mut Value, words: &[String]) {
    let partition = item["pk"]["S"].as_str().unwrap();
    if let Some(kind) = SHARDED.iter().find(|kind| partition.starts_with(**kind)) {
        let shard = Shard::of(words.last().unwrap());
        item["pk"] = json!({ "S": format!("{kind}{shard}") });
    }
}

/// What each shard of the list comes to with these members. A sum may begin with anything: a look asks whether it is another one.
fn heads(site: &Site, members: u32) -> Vec<Value> {
    let mut counts = [0; members::SHARDS as usize];
    for member in 0..members {
        counts[Shard::of(&handle(member)).index()] += 1;
    }
    let head = |(shard, count): (Shard, usize)| {
        let number = |number: usize| json!({ "N": number.to_string() });
        json!({
            "pk": { "S": format!("MANIFEST#{shard}") },
            "sk": { "S": "#HEAD" },
            "revision": number(count * CHANGES_OF_A_MEMBER),
            "changed_at": json!({ "N": site.now_ms().to_string() }),
            "entries": number(count * DOCUMENTS.len()),
            "moved": number(0),
            "sum": { "S": "0".repeat(32) },
        })
    };
    let counts = Shard::all().zip(counts).filter(|(_, count)| *count > 0);
    counts.map(head).collect()
}

/// Uploads a document, and has everything done that comes of it.
pub(crate) async fn publish(site: &Site, handle: &str, slug: &str, version: u64) {
    let (name, text) = (file_name(slug), document(slug, version));
    let form = Body::File("readme_file", &name, text.as_bytes());
    site.ask_as(
        handle,
        "upload_readme",
        ("POST", "/api/upload_readme"),
        form,
    )
    .await;
    site.drain().await;
}

/// The same of a profile picture.
pub(crate) async fn replace_picture(site: &Site, handle: &str, shade: u8) {
    let picture = picture(shade);
    let form = Body::File("profile_pic", "me.png", &picture);
    site.ask_as(
        handle,
        "upload_profile_pic",
        ("POST", "/api/upload_profile_pic"),
        form,
    )
    .await;
    site.drain().await;
}

/// Takes a profile picture away, with none in its place.
pub(crate) async fn remove_picture(site: &Site, handle: &str) {
    let route = ("DELETE", "/api/upload_profile_pic");
    site.ask_as(handle, "upload_profile_pic", route, Body::None)
        .await;
    site.drain().await;
}
