//! One size of site: filled, asked for each thing once, and a day of it played.

use std::time::{Duration, Instant};

use manifest::{Compared, begin_anew};
use rebuild_site::Outcome;
use remove_member::handler as look_for_removals;
use serde_json::Value;

use crate::bill::Month;
use crate::day::{Day, MINUTE_MS, play};
use crate::fill::{DOCUMENTS, fill, fill_list, handle, publish, remove_picture, replace_picture};
use crate::loader::Loader;
use crate::prices::EDGE_PATHS;
use crate::rates::{DAYS, MINUTES, PICTURES, PICTURES_REMOVED, PUBLISHED, READS, SIGN_INS};
use crate::site::{Body, Site, Usage, add, scaled};

/// How often each thing is done, by as many members.
const TIMES: u32 = 3;
/// Where the members are who do it, beside each other in no order.
const STEP: u32 = 5;

/// What takes the same however many members there are.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// How often a member does it in a month; 0 for what builds and visitors do, which is counted by the day.
    pub(crate) a_month: f64,
    /// What it takes once.
    pub(crate) usage: Usage,
}

/// What a site of one size takes.
pub(crate) struct Measured {
    pub(crate) members: u32,
    pub(crate) operations: Vec<Operation>,
    /// Reading the whole list, as a first build does.
    pub(crate) whole_list: Usage,
    /// All that is published, compared with what is kept of it, as each night.
    pub(crate) comparison: Usage,
    pub(crate) day: Day,
    pub(crate) month: Month,
    pub(crate) filled_in: f64,
}

/// The list alone that a site of many members has: what is read of it, with no documents behind it.
pub(crate) struct Listed {
    pub(crate) members: u32,
    pub(crate) operations: Vec<Operation>,
    pub(crate) whole_list: Usage,
    pub(crate) filled_in: f64,
}

pub(crate) async fn measure_list(members: u32) -> Listed {
    let site = Site::start().await;
    let started = Instant::now();
    fill_list(&site, members).await;
    let filled_in = started.elapsed().as_secs_f64();
    let operations = of_the_list(&site, members).await;
    site.take_usage();
    let mut loader = Loader::default();
    let entries = loader.read(&site).await;
    assert_eq!(entries, members as usize * DOCUMENTS.len());
    let whole_list = site.take_usage();
    site.stack.shutdown().await;
    Listed {
        members,
        operations,
        whole_list,
        filled_in,
    }
}

pub(crate) async fn measure(members: u32, hours: u32) -> Measured {
    let site = Site::start().await;
    let started = Instant::now();
    let item_bytes = Box::pin(fill(&site, members)).await;
    let filled_in = started.elapsed().as_secs_f64();
    site.take_usage();
    let compared = site.counted("rebuild_site", Box::pin(compare(&site))).await;
    assert!(compared.is_through);
    assert_eq!(compared.differed, 0, "members that were filled differently");
    let comparison = site.take_usage();
    // Looks until there is nothing to do: to the first ones all is new.
    while site.look().await != Outcome::Idle {
        site.set_clock(site.now_ms() + 10 * MINUTE_MS);
    }
    site.take_usage();

    let mut loader = Loader::default();
    loader.read(&site).await;
    let whole_list = site.take_usage();
    let entries = loader.build(&site).await;
    assert_eq!(entries, members as usize * DOCUMENTS.len());
    site.take_usage();

    let removals = remove_member::State::from_env(&site.stack.own_environment()).unwrap();
    let removed = look_for_removals(&removals, Value::Null);
    site.counted("remove_member", removed).await.unwrap();
    let removals = site.take_usage();

    let operations = Box::pin(operations(&site, &mut loader, members)).await;
    let day = Box::pin(play(&site, &mut loader, members, hours)).await;

    let of_all = f64::from(members);
    let mut usage = scaled(&removals, MINUTES);
    add(&mut usage, &comparison, DAYS);
    for operation in &operations {
        add(&mut usage, &operation.usage, operation.a_month * of_all);
    }
    for (_, looks) in day.looks.values() {
        add(&mut usage, looks, day.to_a_month());
    }
    add(&mut usage, &day.built, day.to_a_month());
    let month = Month {
        members: of_all,
        usage,
        builds: f64::from(day.builds) * day.to_a_month(),
        item_bytes,
    };
    site.stack.shutdown().await;
    Measured {
        members,
        operations,
        whole_list,
        comparison,
        day,
        month,
        filled_in,
    }
}

async fn compare(site: &Site) -> Compared {
    let (content, members) = (&site.watch.content, &site.watch.members);
    begin_anew(members).await.unwrap();
    manifest::compare(content, members, Duration::MAX, site.now_ms())
        .await
        .unwrap()
}

/// Does something as several members, and takes the mean of it.
macro_rules! operation {
    ($operations:ident, $site:ident, $members:ident, $name:literal, $a_month:expr, |$handle:ident| $work:expr) => {
        $site.take_usage();
        for at in 0..TIMES {
            let $handle = &handle((1 + at * STEP) % $members);
            $work;
        }
        $operations.push(Operation {
            name: $name,
            a_month: $a_month,
            usage: scaled(&$site.take_usage(), 1.0 / f64::from(TIMES)),
        });
    };
}

/// What is asked of the list, whatever else there is.
async fn of_the_list(site: &Site, members: u32) -> Vec<Operation> {
    let mut all = Vec::new();
    operation!(all, site, members, "a page of the list", 0.0, |_who| {
        let answer = site.ask("content", ("GET", "/api/content"), &[], Body::None);
        assert_eq!(answer.await.0, 200);
    });
    operation!(all, site, members, "one entry of the list", 0.0, |who| {
        let path = format!("/api/content?id={who}/{}", DOCUMENTS[1]);
        let (status, answer) = site.ask("content", ("GET", &path), &[], Body::None).await;
        assert_eq!(status, 200);
        assert_eq!(answer["entries"].as_array().map(Vec::len), Some(1));
    });
    operation!(all, site, members, "the list's fingerprint", 0.0, |_who| {
        let fingerprint = manifest::fingerprint(&site.watch.members);
        site.counted("rebuild_site", fingerprint).await.unwrap();
    });
    all
}

/// How many paths CloudFront is told to forget.
fn paths(operation: &Operation) -> f64 {
    let asked = operation.usage.values().map(|used| &used.asked);
    let told = asked.filter_map(|asked| asked.get(EDGE_PATHS));
    told.map(|(_, paths)| paths).sum()
}

async fn operations(site: &Site, loader: &mut Loader, members: u32) -> Vec<Operation> {
    let mut all = of_the_list(site, members).await;
    operation!(all, site, members, "a member signs in", SIGN_INS, |who| {
        site.sign_in(who).await
    });
    operation!(all, site, members, "the account", READS, |who| {
        site.ask_as(who, "me", ("GET", "/api/me"), Body::None).await
    });
    operation!(all, site, members, "the reports", READS, |who| {
        site.ask_as(who, "readmes", ("GET", "/api/readmes"), Body::None)
            .await
    });
    operation!(
        all,
        site,
        members,
        "a document is published anew",
        PUBLISHED,
        |who| {
            publish(site, who, DOCUMENTS[1], u64::MAX).await;
        }
    );
    operation!(
        all,
        site,
        members,
        "a picture takes another's place",
        PICTURES,
        |who| {
            replace_picture(site, who, u8::MAX).await;
        }
    );
    operation!(
        all,
        site,
        members,
        "a picture is taken away",
        PICTURES_REMOVED,
        |who| {
            remove_picture(site, who).await;
            // Back, for what is asked for next.
            let before = site.take_usage();
            replace_picture(site, who, u8::MAX).await;
            site.take_usage();
            site.put_usage(before);
        }
    );
    let told = all.iter().filter(|it| paths(it) > 0.0);
    let told: Vec<_> = told.map(|it| it.name).collect();
    assert_eq!(
        told,
        ["a picture is taken away"],
        "what CloudFront is told of"
    );
    operation!(
        all,
        site,
        members,
        "a file that CloudFront hasn't",
        0.0,
        |who| {
            site.file(&blobs::layout::content_key(who)).await;
        }
    );
    loader.build(site).await;
    operation!(all, site, members, "a build after one change", 0.0, |who| {
        let before = site.take_usage();
        publish(site, who, DOCUMENTS[2], u64::MAX).await;
        site.take_usage();
        loader.build(site).await;
        let mut usage = site.take_usage();
        add(&mut usage, &before, 1.0);
        site.put_usage(usage);
    });
    all
}
