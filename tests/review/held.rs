//! Pictures and addresses of documents that editors look at: what nobody has seen waits, what was approved stays, and what its
//! author takes away goes at once.

use blobs::layout::{
    FileChangeKey, FileKey, FileNote, HandleChangeKey, MovedKey, NameChangeKey, PictureChangeKey,
    SourceKey, content_key, files_prefix, member_content_prefix,
};
use blobs::{Condition, Upload};
use image::ImageFormat;
use members::{Account, Review, Seen, State as Outcome};
use serde_json::{Value, json};

use super::faults::beside;
use super::{ONE, Office, TWO};
use crate::file_faults::resized;
use crate::photo::{plain, shade};
use crate::picture_faults::{PUBLIC_URL, Stores, at_every_call, is_near, stack};
use crate::version_faults::Functions;

const FIRST: u8 = 40;
const SECOND: u8 = 120;
const THIRD: u8 = 200;
const WAITS: Option<(Outcome, bool)> = Some((Outcome::Waiting, true));
const PUBLISHED: Option<(Outcome, bool)> = Some((Outcome::Published, true));

impl Office<'_> {
    /// Puts a file of one shade, and makes ready what the web sees of it; documents aren't told yet.
    async fn put_file(&self, author: &Account, path: &str, shade: u8) {
        let key = FileKey::of(&author.id, path).key();
        let note = FileNote {
            path: path.to_owned(),
            account_version: author.version,
            reservation: None,
        };
        let upload = Upload {
            bytes: plain(shade, 48, ImageFormat::Png).into(),
            content_type: "application/octet-stream",
            metadata: note.to_metadata(),
            ..Upload::default()
        };
        let uploads = &self.healthy.uploads;
        uploads.put(&key, upload, Condition::Always).await.unwrap();
        resized(&self.healthy, &self.healthy.tells(&key)).await;
    }

    async fn delete_file(&self, author: &Account, path: &str) {
        let key = FileKey::of(&author.id, path).key();
        self.healthy.uploads.delete(&key).await.unwrap();
        resized(&self.healthy, &self.healthy.tells(&key)).await;
    }

    /// Gives the profile a picture of one shade; documents aren't told yet.
    async fn put_face(&self, author: &Account, called: &str, shade: u8) {
        let author = self.healthy.now(author).await;
        let made = picture::renditions(&plain(shade, 48, ImageFormat::Png)).unwrap();
        let put = self
            .healthy
            .shelf()
            .put(&author, made, called, rand::random(), Seen::Any);
        assert!(put.await.unwrap().is_some());
    }

    async fn remove_face(&self, author: &Account) {
        let author = self.healthy.now(author).await;
        self.healthy.shelf().remove(&author).await.unwrap();
    }

    /// Gives a member another handle, and brings their files under it; documents aren't told yet.
    async fn rename_member(&self, author: &Account, handle: &str) -> Account {
        let author = self.healthy.now(author).await;
        let members = &self.healthy.members;
        let renamed = members.rename(&author, &author.name, handle).await;
        assert_eq!(renamed.unwrap(), members::Renamed::Renamed);
        let key = HandleChangeKey::new(&author.id).key();
        resized(&self.healthy, &self.healthy.tells(&key)).await;
        self.healthy.now(&author).await
    }

    /// Delivers every word of a change, and what comes of it.
    async fn tell(&self, author: &Account, files: &[&str]) {
        let mut keys = vec![
            PictureChangeKey::new(&author.id).key(),
            PictureChangeKey::removal(&author.id).key(),
            NameChangeKey::new(&author.id).key(),
        ];
        keys.extend(
            files
                .iter()
                .map(|name| FileChangeKey::new(&author.id, name).key()),
        );
        for key in keys {
            if self.healthy.uploads.head(&key).await.unwrap().is_some() {
                self.look(&self.healthy, &key).await;
            }
        }
        self.settle(author).await;
    }

    /// The shades of the pictures in the public page, which are all there.
    async fn pictures(&self, author: &Account, slug: &str) -> Vec<u8> {
        let author = self.healthy.now(author).await;
        let page = self.public(&author, slug).await.expect("a page");
        let mut shades = Vec::new();
        for rest in page.split(&format!("]({PUBLIC_URL}/")).skip(1) {
            let (key, _) = rest.split_once(')').unwrap();
            let file = self.healthy.content.get(key, 1 << 20).await.unwrap();
            shades.push(shade(&file.expect("no broken picture").bytes));
        }
        shades
    }

    async fn shows_pictures(&self, author: &Account, slug: &str, wanted: &[u8]) {
        let shown = self.pictures(author, slug).await;
        let are_these = shown.len() == wanted.len()
            && shown.iter().zip(wanted).all(|(is, it)| is_near(*is, *it));
        assert!(are_these, "{shown:?} and not {wanted:?}");
    }

    /// A document that is approved as it is.
    async fn approved(&self, author: &Account, slug: &str, text: &str) {
        self.send(author, slug, text).await;
        assert_eq!(self.says("approve", author, slug).await, 202);
        assert_eq!(self.state(author, slug).await, PUBLISHED);
    }

    pub(super) async fn moved(&self, author: &Account) -> Vec<String> {
        let listed = MovedKey::of_member(&author.handle);
        let listed = self.healthy.content.list_all(&listed).await.unwrap();
        listed.into_iter().map(|entry| entry.key).collect()
    }
}

#[tokio::test]
async fn a_profile_s_picture_that_an_approved_page_asks_for_waits() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    office
        .approved(&jo, "trip", "# One\n\n![Soon](later.png)\n")
        .await;
    office.shows_pictures(&jo, "trip", &[]).await;
    // The picture comes whose file has that name.
    office.put_face(&jo, "later.png", FIRST).await;
    office.tell(&jo, &[]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    office.shows_pictures(&jo, "trip", &[]).await;
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    office.shows_pictures(&jo, "trip", &[FIRST]).await;
    // Another one takes its place.
    office.put_face(&jo, "later.png", SECOND).await;
    office.tell(&jo, &[]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    office.shows_pictures(&jo, "trip", &[FIRST]).await;
    assert!(is_near(office.healthy.whole(&jo).await, SECOND));
    // The page is live under another handle as well, without the picture: what lies there is the newest one.
    let jo = office.rename_member(&jo, "johanna").await;
    office.tell(&jo, &[]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    office.shows_pictures(&jo, "trip", &[]).await;
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    office.shows_pictures(&jo, "trip", &[SECOND]).await;
    // It goes along with the next handle, and is no other one.
    let jo = office.rename_member(&jo, "joanna").await;
    office.tell(&jo, &[]).await;
    assert_eq!(office.state(&jo, "trip").await, PUBLISHED);
    office.shows_pictures(&jo, "trip", &[SECOND]).await;
    // What is taken away goes at once.
    office.put_face(&jo, "later.png", THIRD).await;
    office.tell(&jo, &[]).await;
    office.shows_pictures(&jo, "trip", &[SECOND]).await;
    office.remove_face(&jo).await;
    office.tell(&jo, &[]).await;
    office.shows_pictures(&jo, "trip", &[]).await;
    assert_eq!(office.state(&jo, "trip").await, PUBLISHED);
}

#[tokio::test]
async fn a_profile_s_picture_that_was_taken_away_stays_away_whatever_comes_next() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    office.put_face(&jo, "me.png", FIRST).await;
    office
        .approved(&jo, "trip", "# One\n\n![Me](me.png)\n")
        .await;
    office.shows_pictures(&jo, "trip", &[FIRST]).await;
    office.remove_face(&jo).await;
    office.put_face(&jo, "me.png", SECOND).await;
    office.tell(&jo, &[]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    office.shows_pictures(&jo, "trip", &[]).await;
    // A document that waits and was never live is told of another picture, too.
    let waiting = office.send(&jo, "new", "# Two\n\n![Me](me.png)\n").await;
    office.put_face(&jo, "me.png", THIRD).await;
    office.tell(&jo, &[]).await;
    let now = office.report(&jo, "new").await.unwrap();
    assert_ne!(now.version(), waiting.version());
    let said = ("approve", waiting.version());
    let said = (said.0, said.1.as_str());
    let (status, _) = office.decide(&office.healthy, &jo, "new", said).await;
    assert_eq!(status, 409);
    assert_eq!(office.says("approve", &jo, "new").await, 202);
    office.shows_pictures(&jo, "new", &[THIRD]).await;
}

#[tokio::test]
async fn a_page_whose_picture_waits_stays_under_another_handle() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    for case in ["picture", "text", "broken", "bytes"] {
        let jo = office.member(&format!("jo-{case}")).await;
        office.put_file(&jo, "arm.png", FIRST).await;
        office
            .approved(&jo, "trip", "# One\n\n![An arm](arm.png)\n")
            .await;
        match case {
            "picture" => {}
            "broken" => {
                let broken = office.send(&jo, "trip", b"\xff").await;
                assert_eq!((broken.state, broken.live), (Outcome::Rejected, true));
            }
            _ => {
                office.send(&jo, "trip", TWO).await;
            }
        }
        office.put_file(&jo, "arm.png", SECOND).await;
        office.tell(&jo, &["arm.png"]).await;
        office.shows_pictures(&jo, "trip", &[FIRST]).await;
        let uploads = &office.healthy.uploads;
        if case == "bytes" {
            // Those of the approved version are gone, as after 90 days.
            let edition = office.report(&jo, "trip").await.unwrap().edition.unwrap();
            let key = SourceKey::new(&jo.id, "trip").key();
            uploads.delete_version(&key, edition.object).await.unwrap();
        }
        for handle in ["johanna", "joanna"] {
            let before = office.healthy.now(&jo).await;
            let now = office.rename_member(&jo, &format!("{handle}-{case}")).await;
            office.tell(&now, &["arm.png"]).await;
            office.shows_pictures(&now, "trip", &[FIRST]).await;
            assert!(office.shows(&now, "trip", Some(ONE)).await, "{case}");
            let (_, is_live) = office.state(&now, "trip").await.unwrap();
            assert!(is_live, "{case}");
            let content = &office.healthy.content;
            let former = member_content_prefix(&before.handle);
            let pages = content.list_all(&former).await;
            assert_eq!(pages.unwrap(), [], "{case}");
            let files = content.list_all(&files_prefix(&before.handle)).await;
            // A page that is left as it was has its picture where that was.
            assert!(files.unwrap().is_empty() || case == "bytes", "{case}");
            let found = office.report(&now, "trip").await.unwrap();
            let output = content_key(&format!("{}/trip", now.handle));
            let digest = content.head(&output).await.unwrap().unwrap().etag;
            assert_eq!(
                found.digest.as_deref(),
                Some(manifest::digest_of(&digest)),
                "{case}"
            );
        }
        if case == "picture" {
            assert_eq!(
                office
                    .says("approve", &office.healthy.now(&jo).await, "trip")
                    .await,
                202
            );
            office.shows_pictures(&jo, "trip", &[SECOND]).await;
        }
    }
}

#[tokio::test]
async fn a_picture_that_its_author_deletes_is_gone_while_another_one_waits() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    for name in ["arm.png", "leg.png"] {
        office.put_file(&jo, name, FIRST).await;
    }
    let text = "# One\n\n![An arm](arm.png)\n\n![A leg](leg.png)\n";
    office.approved(&jo, "trip", text).await;
    office.shows_pictures(&jo, "trip", &[FIRST, FIRST]).await;
    office.put_file(&jo, "arm.png", SECOND).await;
    office.tell(&jo, &["arm.png"]).await;
    office.shows_pictures(&jo, "trip", &[FIRST, FIRST]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    office.delete_file(&jo, "leg.png").await;
    office.tell(&jo, &["leg.png"]).await;
    office.shows_pictures(&jo, "trip", &[FIRST]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    // Deleted, and sent again before the document was looked at.
    office.delete_file(&jo, "arm.png").await;
    office.put_file(&jo, "arm.png", THIRD).await;
    office.tell(&jo, &["arm.png"]).await;
    office.shows_pictures(&jo, "trip", &[]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    office.delete_file(&jo, "arm.png").await;
    office.tell(&jo, &["arm.png"]).await;
    office.shows_pictures(&jo, "trip", &[]).await;
    assert_eq!(office.state(&jo, "trip").await, PUBLISHED);
    // Nothing of it lies there for anybody who kept the address.
    let left = office.healthy.content.list_all(&files_prefix("jo")).await;
    assert_eq!(left.unwrap(), []);
}

/// Where a picture of the same name lies elsewhere, it is none that anybody approved.
#[tokio::test]
async fn a_picture_that_takes_a_deleted_one_s_place_by_its_name_waits() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    office.put_file(&jo, "arm.png", FIRST).await;
    office
        .approved(&jo, "trip", "# One\n\n![An arm](arm.png)\n")
        .await;
    office.put_file(&jo, "img/arm.png", SECOND).await;
    office.tell(&jo, &["arm.png"]).await;
    office.shows_pictures(&jo, "trip", &[FIRST]).await;
    office.delete_file(&jo, "arm.png").await;
    office.tell(&jo, &["arm.png"]).await;
    assert_eq!(office.state(&jo, "trip").await, WAITS);
    office.shows_pictures(&jo, "trip", &[]).await;
}

/// A page whose approved bytes are gone is left as it is, and the picture that its author deletes is gone all the same.
#[tokio::test]
async fn a_deleted_picture_is_withdrawn_from_a_page_that_can_t_be_made_anew() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    for (name, shade) in [("arm.png", FIRST), ("leg.png", SECOND)] {
        office.put_file(&jo, name, shade).await;
    }
    let text = "# One\n\n![An arm](arm.png)\n\n![A leg](leg.png)\n";
    office.approved(&jo, "trip", text).await;
    office.send(&jo, "trip", TWO).await;
    let edition = office.report(&jo, "trip").await.unwrap().edition.unwrap();
    let key = SourceKey::new(&jo.id, "trip").key();
    let uploads = &office.healthy.uploads;
    uploads.delete_version(&key, edition.object).await.unwrap();
    office.delete_file(&jo, "arm.png").await;
    office.tell(&jo, &["arm.png"]).await;
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    let content = &office.healthy.content;
    let left = content.list_all(&files_prefix("jo")).await.unwrap();
    assert_eq!(left.len(), 1, "the other one's");
    let report = office.report(&jo, "trip").await.unwrap();
    assert_eq!(report.pictures, [left[0].key.clone()]);
}

#[tokio::test]
async fn an_address_waits_with_its_document() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    let functions = Functions::of(&environment, &jo).await.under(Review::All);
    let stores = &office.healthy;
    let look = async |slug: &str| {
        let key = SourceKey::new(&jo.id, slug).key();
        office.look(stores, &key).await;
        office.settle(&jo).await;
    };
    // Addresses that were given while nobody had approved anything lead nowhere.
    office.send(&jo, "unseen", ONE).await;
    for (from, to) in [("unseen", "unheard"), ("unheard", "trip")] {
        assert_eq!(functions.rename(stores, from, to).await, 202);
        look(to).await;
        look(from).await;
    }
    assert_eq!(office.queue(&jo).await, ["trip"]);
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    assert_eq!(office.moved(&jo).await, [""; 0]);
    let names = office.report(&jo, "trip").await.unwrap().names;
    let addresses = names.iter().filter(|name| name.starts_with("jo/"));
    assert_eq!(addresses.collect::<Vec<_>>(), ["jo/trip"]);
    // What was approved keeps its address, whatever waits, comes and goes.
    assert_eq!(functions.rename(stores, "trip", "hostile").await, 409);
    office.put(&jo, "trip", TWO).await;
    assert_eq!(functions.rename(stores, "trip", "hostile").await, 409);
    look("trip").await;
    assert_eq!(functions.rename(stores, "trip", "hostile").await, 409);
    look("hostile").await;
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    assert!(office.shows(&jo, "hostile", None).await);
    let there = SourceKey::new(&jo.id, "hostile").key();
    assert_eq!(stores.uploads.head(&there).await.unwrap(), None);
    // The same text elsewhere is another document.
    assert_eq!(
        office.send(&jo, "hostile", ONE).await.state,
        Outcome::Waiting
    );
    assert!(office.shows(&jo, "hostile", None).await);
    // Where nobody has to approve it, a document moves as ever.
    let free = Functions::of(&environment, &jo).await;
    office.send(&jo, "trip", ONE).await;
    assert_eq!(office.says("approve", &jo, "trip").await, 202);
    assert_eq!(free.rename(stores, "trip", "journey").await, 202);
    let off = rewrite_readme::State {
        review: Review::Off,
        ..stores.rewrite_readme()
    };
    for slug in ["journey", "trip"] {
        let event = stores.tells(&SourceKey::new(&jo.id, slug).key());
        Box::pin(rewrite_readme::handler(&off, event))
            .await
            .unwrap();
    }
    assert!(office.shows(&jo, "journey", Some(ONE)).await);
    assert_eq!(office.moved(&jo).await.len(), 1);
}

/// With trust a member's documents move as ever, and what was live on the day of the switch stays where it is.
#[tokio::test]
async fn an_address_waits_as_long_as_its_author_s_documents_do() {
    let (_stack, environment) = stack().await;
    let mut office = Office::open(&environment, Review::Off).await;
    let jo = office.member("jo").await;
    office.send(&jo, "trip", ONE).await;
    office.setting = Review::First;
    let functions = Functions::of(&environment, &jo).await.under(Review::First);
    let stores = Stores::healthy(&environment);
    assert_eq!(functions.rename(&stores, "trip", "journey").await, 409);
    assert!(office.shows(&jo, "trip", Some(ONE)).await);
    office.send(&jo, "new", TWO).await;
    assert_eq!(office.says("approve", &jo, "new").await, 202);
    assert_eq!(functions.rename(&stores, "trip", "journey").await, 202);
    for slug in ["journey", "trip"] {
        office
            .look(&stores, &SourceKey::new(&jo.id, slug).key())
            .await;
    }
    assert!(office.shows(&jo, "journey", Some(ONE)).await);
    assert_eq!(office.moved(&jo).await.len(), 1);
}

/// Whichever of both comes first: the document is approved where the editor saw it, or waits where its author put it.
#[tokio::test]
async fn an_approval_beside_a_rename_is_of_the_address_that_was_seen() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let begin = async |author: &Account| {
        office.send(author, "trip", ONE).await;
    };
    let approve = async |author: &Account, stores: &Stores| {
        let version = office.report(author, "trip").await.unwrap().version();
        let said = ("approve", version.as_str());
        let (status, _) = office.decide(stores, author, "trip", said).await;
        assert!([202, 404, 409].contains(&status), "{status}");
    };
    let rename = async |author: &Account, stores: &Stores| {
        let functions = Functions::of(&environment, author).await.under(Review::All);
        let status = functions.rename(stores, "trip", "hostile").await;
        assert!([202, 409].contains(&status), "{status}");
    };
    let check = async |author: &Account, at: usize| {
        for slug in ["trip", "hostile"] {
            let key = SourceKey::new(&author.id, slug).key();
            office.look(&office.healthy, &key).await;
        }
        office.settle(author).await;
        assert!(office.shows(author, "hostile", None).await, "at {at}");
        assert_eq!(office.moved(author).await, [""; 0], "at {at}");
        let decided = office.healthy.members.decision(&author.id, "trip").await;
        let is_approved = decided.unwrap().is_some();
        let text = is_approved.then_some(ONE);
        assert!(office.shows(author, "trip", text).await, "at {at}");
        let waiting = if is_approved { vec![] } else { vec!["hostile"] };
        assert_eq!(office.queue(author).await, waiting, "at {at}");
    };
    let approving = async |author: &Account| approve(author, &office.healthy).await;
    beside(&environment, "moved", begin, rename, approving, check).await;
    let renaming = async |author: &Account| rename(author, &office.healthy).await;
    beside(&environment, "seen", begin, approve, renaming, check).await;
}

/// A page with an approved picture whose replacement waits, of a member who gets another handle: whatever is killed, it is there
/// again after the next look, and what nobody approved never is.
#[tokio::test]
async fn a_killed_look_keeps_the_approved_picture_under_another_handle() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let jo = office.member(&format!("jo-{at}-{commits}")).await;
        office.put_file(&jo, "arm.png", FIRST).await;
        office
            .approved(&jo, "trip", "# One\n\n![An arm](arm.png)\n")
            .await;
        office.put_file(&jo, "arm.png", SECOND).await;
        office.tell(&jo, &["arm.png"]).await;
        let now = office
            .rename_member(&jo, &format!("johanna-{at}-{commits}"))
            .await;
        let key = SourceKey::new(&jo.id, "trip").key();
        office.look(&killed, &key).await;
        // At one of both, with the approved picture.
        let mut is_there = false;
        for account in [&jo, &now] {
            if let Some(page) = office.public(account, "trip").await {
                is_there = true;
                for rest in page.split(&format!("]({PUBLIC_URL}/")).skip(1) {
                    let (key, _) = rest.split_once(')').unwrap();
                    let file = office.healthy.content.get(key, 1 << 20).await.unwrap();
                    let is = shade(&file.expect("no broken picture").bytes);
                    assert!(is_near(is, FIRST), "{is} at {at}");
                }
            }
        }
        assert!(is_there, "at {at}");
        office.look(&office.healthy, &key).await;
        office.tell(&now, &["arm.png"]).await;
        office.shows_pictures(&now, "trip", &[FIRST]).await;
        assert_eq!(office.state(&now, "trip").await, WAITS, "at {at}");
        assert_eq!(office.public(&jo, "trip").await, None, "at {at}");
    })
    .await;
    assert!(calls > 15, "{calls} calls");
}

/// Pictures of an approved page that are replaced or deleted, and a member who gets another handle, between any two calls of a look:
/// nothing comes of it that nobody approved, and nothing approved goes.
#[tokio::test]
async fn whatever_happens_beside_a_look_the_page_shows_what_was_approved() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    for what in ["replaced", "deleted", "handle"] {
        let begin = async |author: &Account| {
            office.put_file(author, "arm.png", FIRST).await;
            office.put_face(author, "me.png", FIRST).await;
            office
                .approved(
                    author,
                    "trip",
                    "# One\n\n![An arm](arm.png)\n\n![Me](me.png)\n",
                )
                .await;
            // Something waits already, and the page is about to be looked at again.
            office.put_file(author, "arm.png", SECOND).await;
        };
        let looking = async |author: &Account, stores: &Stores| {
            let key = SourceKey::new(&author.id, "trip").key();
            office.look(stores, &key).await;
        };
        let other = async |author: &Account| match what {
            "replaced" => {
                office.put_file(author, "arm.png", THIRD).await;
                office.put_face(author, "me.png", THIRD).await;
            }
            "deleted" => office.delete_file(author, "arm.png").await,
            _ => {
                let handle = format!("{}-now", author.handle);
                office.rename_member(author, &handle).await;
            }
        };
        let check = async |author: &Account, at: usize| {
            let key = SourceKey::new(&author.id, "trip").key();
            office.look(&office.healthy, &key).await;
            office.tell(author, &["arm.png"]).await;
            let wanted: &[u8] = match what {
                "deleted" => &[FIRST],
                _ => &[FIRST, FIRST],
            };
            let shown = office.pictures(author, "trip").await;
            assert_eq!(shown.len(), wanted.len(), "{what} at {at}");
            assert!(shown.iter().all(|is| is_near(*is, FIRST)), "{what} at {at}");
            let now = office.healthy.now(author).await;
            assert!(
                office.shows(&now, "trip", Some(ONE)).await,
                "{what} at {at}"
            );
            let wanted = if what == "deleted" { PUBLISHED } else { WAITS };
            assert_eq!(office.state(&now, "trip").await, wanted, "{what} at {at}");
        };
        beside(&environment, what, begin, looking, other, check).await;
    }
}

/// What an editor decides about is what they were shown.
#[tokio::test]
async fn an_editor_is_shown_nothing_else_than_what_they_decide_about() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    office.put_file(&jo, "arm.png", FIRST).await;
    office
        .send(&jo, "trip", "# One\n\n![An arm](arm.png)\n")
        .await;
    let one = async || {
        let asked = office.ask(&office.healthy, "GET", "/api/review/jo/trip", "", "");
        asked.await.1["report"].take()
    };
    let version = office.report(&jo, "trip").await.unwrap().version();
    assert_eq!(one().await["version"], json!(version));
    // Another picture, of which the report doesn't know yet.
    office.put_file(&jo, "arm.png", SECOND).await;
    let shown = one().await;
    assert_eq!(
        (&shown["version"], &shown["state"]),
        (&Value::Null, &json!("processing"))
    );
    office.tell(&jo, &["arm.png"]).await;
    let version = office.report(&jo, "trip").await.unwrap().version();
    assert_eq!(one().await["version"], json!(version));
}

#[tokio::test]
async fn a_withdrawal_names_a_version_that_was_there() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let jo = office.member("jo").await;
    let first = office.send(&jo, "trip", ONE).await.version();
    let draft = "---\ndraft: true\n---\n# Draft\n";
    office.send(&jo, "trip", draft).await;
    office.send(&jo, "trip", TWO).await;
    for made_up in ["made-up", "", &"f".repeat(32), &"é".repeat(60)] {
        let said = ("withdraw", made_up);
        let (status, answer) = office.decide(&office.healthy, &jo, "trip", said).await;
        assert_eq!((status, &answer["code"]), (409, &json!("conflict")));
    }
    let members = &office.healthy.members;
    assert_eq!(members.decision(&jo.id, "trip").await.unwrap(), None);
    assert_eq!(members.acts(None, 10).await.unwrap().acts, []);
    // An editor who looked at an older one takes the document away all the same.
    let said = ("withdraw", first.as_str());
    let (status, _) = office.decide(&office.healthy, &jo, "trip", said).await;
    assert_eq!(status, 202);
    let acts = members.acts(None, 10).await.unwrap().acts;
    assert_eq!(acts[0].became.as_deref(), Some(first.as_str()));
    office.settle(&jo).await;
    assert!(office.shows(&jo, "trip", None).await);
}
