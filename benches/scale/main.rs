//! A site at several sizes: what a day of it asks of DynamoDB and S3, how that grows with its members, and what it costs.
//!
//! The functions are the real ones, called through the SDK against the servers of the local stack, which count. The members are
//! copies of one who did everything, the clock is moved. `benches/scale/run` shows the figures; this test holds their growth, and
//! the table of `docs/deploy.md`.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a simulation: what fails, fails it, and its size is chosen from outside"
)]

mod bill;
mod day;
mod fill;
mod growth;
mod loader;
mod measured;
mod prices;
mod rates;
mod site;
mod table;

use bill::{Month, Totals, totals, undiscounted};
use growth::{Figure, MOST, MOST_OF_A_CONSTANT, exponent};
use measured::{Listed, Measured, measure, measure_list};
use site::{Usage, Used};

/// Members, and how many hours of a day are played: where there is much to do, fewer say the same.
const SIZES: [(u32, u32); 4] = [(20, 20), (200, 20), (2_000, 3), (20_000, 1)];
/// As many members as have a million documents: the list of these alone is filled.
const LISTED: u32 = 250_000;
/// What is too large to be filled here.
const EXTRAPOLATED: [f64; 2] = [20_000.0, 1_000_000.0];
const BETWEEN: u32 = 2_000;
/// From so many members on a page of the list is full.
const FULL_PAGES: f64 = 200.0;

#[tokio::test]
async fn nothing_costs_a_member_more_the_more_there_are() {
    let is_full = std::env::var_os("MASTHEAD_FULL").is_some();
    let sizes = if is_full { &SIZES[..] } else { &SIZES[..3] };
    let mut all = Vec::new();
    for (members, hours) in sizes {
        let measured = Box::pin(measure(*members, *hours)).await;
        print(&measured);
        all.push(measured);
    }
    let listed = if is_full {
        Some(Box::pin(measure_list(LISTED)).await)
    } else {
        None
    };
    if let Some(listed) = &listed {
        print_list(listed);
    }
    let figures = figures(&all, listed.as_ref());
    println!("\nExponents, from each size to the next:");
    for figure in &figures {
        let exponents = figure.exponents();
        let exponents = exponents.iter().map(|it| format!("{it:>6.2}"));
        let exponents = exponents.collect::<Vec<_>>().concat();
        println!(
            "{:<60} {exponents}  (at most {:.2})",
            figure.name, figure.most
        );
    }

    let mut months = vec![idle(&all[0])];
    // The size between is there for the exponents.
    let told = all.iter().filter(|measured| measured.members != BETWEEN);
    months.extend(told.map(|measured| measured.month.clone()));
    let measured = months.len();
    for members in EXTRAPOLATED {
        if months.iter().all(|month| month.members < members) {
            months.push(extrapolated(&all, members));
        }
    }
    println!("\nDollars a month ({}):", prices::SOURCE);
    if !is_full {
        println!("(What is beyond {BETWEEN} members is an estimate.)");
    }
    let heads = months.iter().map(|month| table::head(month.members));
    println!(
        "{:<16} {}",
        "",
        heads
            .map(|it| format!("{it:>12}"))
            .collect::<Vec<_>>()
            .concat()
    );
    for (name, cells) in table::table(&months) {
        println!(
            "{name:<16} {}",
            cells
                .iter()
                .map(|it| format!("{it:>12}"))
                .collect::<Vec<_>>()
                .concat()
        );
    }

    let mut complaints: Vec<String> = figures.iter().filter_map(Figure::complaint).collect();
    // What isn't filled is an estimate, and the document's is that of the full sizes.
    let known = if is_full { months.len() } else { measured };
    complaints.extend(table::differences(&months[..known]));
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn print(measured: &Measured) {
    let Measured { members, day, .. } = measured;
    println!(
        "\n{members} members, {} documents, filled in {:.1} s",
        u64::from(*members) * 4,
        measured.filled_in
    );
    for operation in &measured.operations {
        line(operation.name, &operation.usage);
    }
    line("the whole list", &measured.whole_list);
    line("the night's comparison", &measured.comparison);
    for (outcome, (times, looks)) in &day.looks {
        let each = site::scaled(looks, 1.0 / f64::from(*times));
        line(&format!("a look: {outcome} ({times} times)"), &each);
    }
    if day.builds > 0 {
        let each = site::scaled(&day.built, 1.0 / f64::from(day.builds));
        line(
            &format!("a build ({} in {} h)", day.builds, day.hours),
            &each,
        );
    }
    let each = site::scaled(&day.changed, 1.0 / f64::from(day.changes.max(1)));
    line(
        &format!("a change ({} in {} h)", day.changes, day.hours),
        &each,
    );
}

fn print_list(listed: &Listed) {
    println!(
        "\nthe list of {} members, {} documents, filled in {:.1} s",
        listed.members,
        u64::from(listed.members) * 4,
        listed.filled_in
    );
    for operation in &listed.operations {
        line(operation.name, &operation.usage);
    }
    line("the whole list", &listed.whole_list);
}

fn line(name: &str, usage: &Usage) {
    let seconds: f64 = usage.values().map(|used| used.seconds).sum();
    let milliseconds = seconds * 1000.0;
    println!("  {name:<36} {milliseconds:>9.1} ms  {}", asked(usage));
}

/// What was asked for, by operation, with DynamoDB's units.
fn asked(usage: &Usage) -> String {
    let mut asked = std::collections::BTreeMap::<&str, (f64, f64)>::new();
    for (operation, (requests, units)) in usage.values().flat_map(|used| &used.asked) {
        let sum = asked.entry(operation).or_default();
        sum.0 += requests;
        sum.1 += units;
    }
    let asked = asked.iter().map(|(operation, (requests, units))| {
        let units = if *units > 0.0 {
            format!(" = {units:.1}")
        } else {
            String::new()
        };
        format!("{operation} {requests:.1}{units}")
    });
    asked.collect::<Vec<_>>().join(", ")
}

/// What must not grow, and what may grow as the members do; of the list at one more size.
fn figures(all: &[Measured], listed: Option<&Listed>) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut figure =
        |name: String, most: f64, from: f64, at: Vec<Option<f64>>, last: Option<f64>| {
            let sizes = all.iter().map(|it| f64::from(it.members));
            let at = sizes
                .zip(at)
                .filter_map(|(members, at)| Some((members, at?)));
            let last = listed.and_then(|it| Some((f64::from(it.members), last?)));
            let at: Vec<_> = at
                .chain(last)
                .filter(|(members, _)| *members >= from)
                .collect();
            if at.len() > 1 && at.iter().any(|(_, figure)| *figure > 0.0) {
                figures.push(Figure { name, at, most });
            }
        };
    for (what, of) in WEIGHTS {
        let of = |usage: &Usage, builds| of(&totals(usage, builds));
        let each = |of: &dyn Fn(&Measured) -> Option<f64>| all.iter().map(of).collect::<Vec<_>>();
        for (at, operation) in all[0].operations.iter().enumerate() {
            let from = if operation.name == "a page of the list" {
                FULL_PAGES
            } else {
                0.0
            };
            let last = listed.and_then(|it| Some(of(&it.operations.get(at)?.usage, 0.0)));
            let all = each(&|it| Some(of(&it.operations[at].usage, 0.0)));
            let name = format!("{}: {what}", operation.name);
            figure(name, MOST_OF_A_CONSTANT, from, all, last);
        }
        let idle = each(&|it| {
            let (times, looks) = it.day.looks.get(day::IDLE)?;
            Some(of(looks, 0.0) / f64::from(*times))
        });
        figure(
            format!("a look that finds nothing: {what}"),
            MOST_OF_A_CONSTANT,
            0.0,
            idle,
            None,
        );
        let whole = each(&|it| Some(of(&it.whole_list, 0.0)));
        let last = listed.map(|it| of(&it.whole_list, 0.0));
        figure(format!("the whole list: {what}"), MOST, 0.0, whole, last);
        let compared = each(&|it| Some(of(&it.comparison, 0.0)));
        figure(
            format!("the night's comparison: {what}"),
            MOST,
            0.0,
            compared,
            None,
        );
        let month = each(&|it| Some(of(&it.month.usage, it.month.builds)));
        figure(format!("a month: {what}"), MOST, 0.0, month, None);
    }
    let dollars = all.iter().map(|it| Some(undiscounted(&it.month))).collect();
    let name = "a month: dollars, as if nothing were free".to_owned();
    figure(name, MOST, 0.0, dollars, None);
    figures
}

type Weight = (&'static str, fn(&Totals) -> f64);

/// What is looked at of each figure.
const WEIGHTS: [Weight; 5] = [
    ("requests to DynamoDB", |it| it.dynamodb),
    ("read units", |it| it.reads),
    ("write units", |it| it.writes),
    ("S3's dearer requests", |it| it.s3_writes),
    ("S3's cheaper requests", |it| it.s3_reads),
];

/// A month in which nobody does anything.
fn idle(smallest: &Measured) -> Month {
    let mut usage = Usage::new();
    let removals = smallest.month.usage.get("remove_member").cloned();
    usage.insert("remove_member", removals.unwrap());
    let (times, looks) = &smallest.day.looks[day::IDLE];
    site::add(&mut usage, looks, rates::MINUTES / f64::from(*times));
    Month {
        members: 0.0,
        usage,
        builds: 0.0,
        item_bytes: 0.0,
    }
}

/// A size that isn't filled: each figure of a month goes on growing as it did between the two largest that are.
fn extrapolated(all: &[Measured], members: f64) -> Month {
    let [.., small, large] = all else {
        panic!("two sizes are needed")
    };
    let (small, large) = (&small.month, &large.month);
    let grown = |from: f64, to: f64| {
        if from <= 0.0 {
            to * members / large.members
        } else {
            let power = exponent((small.members, from), (large.members, to));
            to * (members / large.members).powf(power)
        }
    };
    let usage = large.usage.iter().map(|(function, used)| {
        let before = small.usage.get(function).cloned().unwrap_or_default();
        let asked = used.asked.iter().map(|(operation, (requests, units))| {
            let (requests_before, units_before) =
                before.asked.get(operation).copied().unwrap_or_default();
            let units = if *units > 0.0 {
                grown(units_before, *units)
            } else {
                0.0
            };
            (
                operation.clone(),
                (grown(requests_before, *requests), units),
            )
        });
        let grown = Used {
            runs: grown(before.runs, used.runs),
            asked: asked.collect(),
            answered: grown(before.answered, used.answered),
            seconds: 0.0,
        };
        (*function, grown)
    });
    Month {
        members,
        usage: usage.collect(),
        builds: large.builds,
        item_bytes: large.item_bytes,
    }
}
