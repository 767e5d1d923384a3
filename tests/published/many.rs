//! Many hands at once, and much at once.

use std::time::{Duration, Instant};

use blobs::layout::content_key;
use rand::RngExt as _;

use super::{TEXTS, World};

/// Whoever changes the world settles after it: when all are through, what is kept is what is there, whatever the order in which they
/// read and wrote.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_leave_what_is_there() {
    let world = std::sync::Arc::new(World::new().await);
    for handle in ["jo", "ann"] {
        world.add(handle).await;
    }
    let ids = ["jo", "jo/a", "jo/b", "ann/a"];
    for round in 0..crate::sized(3, 30) {
        let hands = (0..12).map(|hand: usize| {
            let world = std::sync::Arc::clone(&world);
            tokio::spawn(async move {
                for _ in 0..4 {
                    let id = ids[rand::random_range(0..ids.len())];
                    let text = TEXTS.get(rand::random_range(0..=TEXTS.len()));
                    if hand.is_multiple_of(4) && id == "jo" {
                        let name = text.map(|text| &text[2..4]);
                        world.picture("jo", name).await;
                    } else {
                        world.document(id, text.copied()).await;
                    }
                    let pause = rand::rng().random_range(0..4);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            })
        });
        for hand in hands.collect::<Vec<_>>() {
            hand.await.unwrap();
        }
        assert_eq!(world.compare().await.differed, 0, "round {round}");
        let (known, _) = world.read(500).await;
        let heads = world.members.published_heads().await.unwrap();
        let entries: u64 = heads.shards.iter().map(|head| head.entries).sum();
        assert_eq!(known.entries.len() as u64, entries, "round {round}");
    }
}

const HANDLES: [&str; 6] = ["jo", "ann", "kim", "zoe", "max", "lea"];

/// A reader who pages while others write misses nothing that the changes since its first page don't tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_beside_writers_knows_all_in_the_end() {
    let world = std::sync::Arc::new(World::new().await);
    let id = |number: usize| format!("{}/{}", HANDLES[number % HANDLES.len()], number % 10);
    let writers = (0..3).map(|_| {
        let world = std::sync::Arc::clone(&world);
        tokio::spawn(async move {
            for _ in 0..30 {
                let text = TEXTS.get(rand::random_range(0..=TEXTS.len()));
                let id = id(rand::random_range(0..60));
                world.document(&id, text.copied()).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let (mut known, mut token) = world.read(3).await;
    for _ in 0..5 {
        token = world.catch_up(&mut known, &token, 2).await.unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    world.catch_up(&mut known, &token, 2).await.unwrap();
    assert_eq!(known, world.read(500).await.0);
    assert_eq!(world.compare().await.differed, 0);
}

/// What a site of many documents costs: the list is made, read and compared, and a change is told, in times that are printed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_site_is_read_in_pages() {
    let documents: usize = crate::sized(1_200, 100_000);
    let world = World::new().await;
    let id = |number: usize| format!("m{}/d{}", number % (documents / 50), number);
    let began = Instant::now();
    for number in 0..documents {
        world
            .put(&content_key(&id(number)), TEXTS[number % 3])
            .await;
    }
    println!("{documents} outputs: {:?}", began.elapsed());
    let began = Instant::now();
    assert_eq!(world.compare().await.differed, documents);
    println!("the list is made: {:?}", began.elapsed());
    let began = Instant::now();
    let (known, token) = world.read(500).await;
    println!("all pages are read: {:?}", began.elapsed());
    assert_eq!(known.entries.len(), documents);
    let began = Instant::now();
    assert_eq!(world.compare().await.differed, 0);
    println!("it is compared: {:?}", began.elapsed());
    world.document(&id(7), Some("# Another\n")).await;
    let began = Instant::now();
    let since = manifest::since(&world.members, &token, 500).await.unwrap();
    println!("what changed is read: {:?}", began.elapsed());
    assert_eq!(since.entries.len(), 1);
    let began = Instant::now();
    world.fingerprint().await;
    println!("the fingerprint: {:?}", began.elapsed());
}
