//! A day of changes, minute by minute, and a look each minute that starts builds. The night's comparison is another matter.

use std::collections::BTreeMap;

use crate::fill::{DOCUMENTS, handle, publish, replace_picture};
use crate::loader::Loader;
use crate::rates::{CHANGES, DAYS, HOURS, PICTURES};
use crate::site::{Site, Usage, add};

pub(crate) const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// Each hour a look does more.
const QUIET_MS: u64 = 55 * MINUTE_MS;
/// What comes of a look that finds nothing.
pub(crate) const IDLE: &str = "idle";

/// What happened, and what it took.
#[derive(Debug, Default)]
pub(crate) struct Day {
    /// Of the day's hours, how many were played.
    pub(crate) hours: u32,
    pub(crate) changes: u32,
    /// Looks by what came of them: how many, and what they took together.
    pub(crate) looks: BTreeMap<&'static str, (u32, Usage)>,
    pub(crate) builds: u32,
    /// What the builds took together.
    pub(crate) built: Usage,
    /// What uploads and conversions took together.
    pub(crate) changed: Usage,
}

impl Day {
    /// By how much what was played falls short of a month.
    pub(crate) fn to_a_month(&self) -> f64 {
        DAYS * HOURS / f64::from(self.hours)
    }
}

/// Plays `hours` of a day at a site of `members`: changes come evenly, of which some are pictures.
pub(crate) async fn play(site: &Site, loader: &mut Loader, members: u32, hours: u32) -> Day {
    let mut day = Day {
        hours,
        ..Day::default()
    };
    let pause = DAYS * HOURS / (f64::from(members) * CHANGES);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds of a day"
    )]
    let pause_ms = (pause * 3_600_000.0) as u64;
    let from = site.now_ms();
    let (mut next_change, mut minute) = (from + pause_ms / 2, from);
    let end = from + u64::from(hours) * HOUR_MS;
    // When a look last found something to do.
    let mut looked_at = from;
    while minute < end {
        minute += MINUTE_MS;
        site.take_usage();
        while next_change < minute {
            site.set_clock(next_change);
            change(site, members, day.changes).await;
            day.changes += 1;
            next_change += pause_ms;
        }
        add(&mut day.changed, &site.take_usage(), 1.0);
        site.set_clock(minute);
        let outcome = site.look().await.name();
        let taken = site.take_usage();
        // A look that finds nothing writes nothing: the next ones find the same, until something changes or an hour is over.
        let until = next_change.min(looked_at + QUIET_MS).min(end);
        let same = if outcome == IDLE {
            until.saturating_sub(minute + 1) / MINUTE_MS
        } else {
            looked_at = minute;
            0
        };
        minute += same * MINUTE_MS;
        let same = u32::try_from(same).unwrap();
        let look = day.looks.entry(outcome).or_default();
        look.0 += 1 + same;
        add(&mut look.1, &taken, f64::from(1 + same));
        if outcome == "started" {
            loader.build(site).await;
            day.builds += 1;
            add(&mut day.built, &site.take_usage(), 1.0);
        }
    }
    day
}

/// So many changes have one picture among them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small whole number"
)]
const EVERY: u32 = (CHANGES / PICTURES) as u32;

/// The change `number`: each by another member, one of their documents or their picture.
async fn change(site: &Site, members: u32, number: u32) {
    // A prime, so that neighbours in time are none in the list.
    let author = handle(number.wrapping_mul(7919) % members);
    if number % EVERY == EVERY - 1 {
        let [.., shade] = (number + 1).to_be_bytes();
        replace_picture(site, &author, shade).await;
    } else {
        let slug = DOCUMENTS[number as usize % DOCUMENTS.len()];
        publish(site, &author, slug, u64::from(number) + 1).await;
    }
}
