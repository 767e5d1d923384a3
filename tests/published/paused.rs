//! A hand that stands still or is killed at each of its calls, and what others do meanwhile.

use blobs::layout::content_key;

use super::{TEXTS, World, now};
use crate::picture_faults::{Pause, Stores, at_every_call};

/// What happens to an address while somebody who wants to settle it stands still: the texts that are there one after the other, each of which
/// another hand has settled.
const MEANWHILE: [&[Option<&str>]; 5] = [
    &[Some(TEXTS[1])],
    &[None],
    // What was kept is right again, so that the other hand writes nothing over it.
    &[Some(TEXTS[0])],
    &[Some(TEXTS[1]), Some(TEXTS[0])],
    &[None, Some(TEXTS[0])],
];

/// Whoever was faster, what is kept is what is there.
#[tokio::test]
async fn a_hand_that_stands_still_has_not_the_last_word() {
    let world = World::new().await;
    let environment = &world.environment;
    let mut ends = 0;
    for (story, texts) in MEANWHILE.iter().enumerate() {
        for at in 0..12 {
            let mut made = 0;
            for &commits in crate::before_and_after(at) {
                let id = format!("jo/{story}-{at}-{commits}");
                world.document(&id, Some(TEXTS[0])).await;
                // What the hand that stands still has to settle.
                world.put(&content_key(&id), TEXTS[2]).await;
                let pause = Pause {
                    at,
                    commits,
                    dies: false,
                };
                let (stores, paused) = Stores::paused(environment, pause);
                let pausing = async {
                    let settled =
                        manifest::settle(&stores.content, &stores.members, &id, now()).await;
                    settled.unwrap();
                };
                let meanwhile = async {
                    for text in *texts {
                        world.document(&id, *text).await;
                    }
                };
                paused.beside(pausing, meanwhile).await;
                made = paused.made();
                assert_eq!(world.compare().await.differed, 0, "{id}: {texts:?}");
            }
            if made <= at {
                ends += 1;
                break;
            }
        }
    }
    assert_eq!(ends, MEANWHILE.len(), "no end of calls");
}

/// What a kill leaves behind is settled by the next try, and is told to whoever asks for what changed.
#[tokio::test]
async fn a_hand_that_is_killed_leaves_it_to_the_next() {
    let world = World::new().await;
    let calls = at_every_call(&world.environment, async |at, commits, killed| {
        let id = format!("jo/{at}-{commits}");
        let (mut known, token) = world.read(500).await;
        world.put(&content_key(&id), "# Hi\n").await;
        // What becomes of the first try is the second one's matter.
        let _ = manifest::settle(&killed.content, &killed.members, &id, now()).await;
        world.settle(&id).await;
        assert_eq!(world.compare().await.differed, 0, "{id}");
        world.catch_up(&mut known, &token, 500).await.unwrap();
        assert_eq!(known, world.read(500).await.0, "{id}");
    });
    assert!(calls.await >= 5);
}

/// How many requests to the stores each answer takes, whether a site has one document or many, of one member or of many.
#[tokio::test]
async fn an_answer_takes_as_many_requests_however_much_is_published() {
    let world = World::new().await;
    world.document("jo/a", Some("# Hi\n")).await;
    let few = requests(&world).await;
    for number in 0..600 {
        let id = format!("m{}/{number}", number % 300);
        world.put(&content_key(&id), "# Hi\n").await;
    }
    assert_eq!(world.compare().await.differed, 600);
    let many = requests(&world).await;
    // The fingerprint, one entry, what changed, and what changed where nothing did.
    assert_eq!(few[..4], [1, 1, 4, 1]);
    assert_eq!(many[..4], few[..4]);
    // A page: the heads, and for 500 entries the shards that have them, and their members a hundred at a time.
    assert_eq!(few[4], 3);
    assert!(many[4] <= 1 + 16 + 5, "{many:?}");
}

async fn requests(world: &World) -> [usize; 5] {
    let (_, token) = world.read(500).await;
    world.document("jo/a", Some("# Another\n")).await;
    let (_, now) = world.read(500).await;
    let stores = Stores::healthy(&world.environment);
    let members = &stores.members;
    let mut before = 0;
    let mut made = || {
        let (calls, _) = stores.traffic();
        std::mem::replace(&mut before, calls).abs_diff(calls)
    };
    manifest::fingerprint(members).await.unwrap();
    let fingerprint = made();
    let one = manifest::one(members, "jo/a").await.unwrap();
    assert_eq!(one.entries.len(), 1);
    let one = made();
    let since = manifest::since(members, &token, 500).await.unwrap();
    assert_eq!(since.entries.len(), 1);
    let since = made();
    let nothing = manifest::since(members, &now, 500).await.unwrap();
    assert_eq!(nothing.entries.len(), 0);
    let nothing = made();
    manifest::page(members, None, 500).await.unwrap();
    let page = made();
    world.document("jo/a", Some("# Hi\n")).await;
    [fingerprint, one, since, nothing, page]
}
