//! What a month costs: what functions were used for, at AWS's prices.

use crate::prices::{
    ALARM, API_REQUEST, DYNAMODB_GB, DYNAMODB_KEPT_GB, DYNAMODB_READ, DYNAMODB_READS,
    DYNAMODB_WRITE, DYNAMODB_WRITES, EDGE_GB, EDGE_PATH, EDGE_PATHS, EDGE_REQUEST, LAMBDA_CALL,
    LAMBDA_GB_SECOND, LOG_GB, Price, S3_FREE, S3_GB, S3_READ, S3_READS, S3_WRITE, S3_WRITES,
    SECRET, SECRET_READ, SQS_REQUEST, TRACE,
};
use crate::rates::{DAYS, HOURS, MINUTES, OBJECT_BYTES, VIEW_BYTES, VIEWS, VIEWS_NOT_CACHED};
use crate::site::{EDGE, Usage, Used};

/// Functions that no request of HTTP wakes: by a schedule, and by a queue.
const SCHEDULED: [&str; 2] = ["rebuild_site", "remove_member"];
const QUEUED: [&str; 2] = ["resize_picture", "rewrite_readme"];

/// Milliseconds of a function beside its waiting for stores, at the memory that the template gives it: estimates, of which that
/// of a login is the hash. Those that aren't named take [`OTHERS_MS`].
const OWN_MS: [(&str, f64); 6] = [
    ("content", 30.0),
    ("login", 60.0),
    ("resize_picture", 300.0),
    ("rewrite_readme", 40.0),
    ("upload_profile_pic", 300.0),
    ("upload_readme", 20.0),
];
const OTHERS_MS: f64 = 10.0;
/// How long `rebuild_site` waits before it starts a build, so that CloudFront has forgotten what was there before.
const BUILD_STARTS_MS: f64 = 11_300.0;
/// What a store's answer takes, as if each were waited for alone: an estimate.
const DYNAMODB_MS: f64 = 6.0;
const S3_MS: f64 = 30.0;

/// Two queues that Lambda asks all the time.
const POLLS: f64 = 1_300_000.0;
/// A message is sent, received and deleted.
const REQUESTS_OF_A_MESSAGE: f64 = 3.0;
/// The template has so many.
const ALARMS: f64 = 30.0;
const SECRETS: f64 = 2.0;
/// Functions that know members by their tokens, and read the keys again each five minutes while they run.
const WITH_KEYS: f64 = 12.0;
const KEYS_MINUTES: f64 = 5.0;
/// Lines of Lambda's own and of ours, of one call.
const LOG_BYTES: f64 = 700.0;
/// What X-Ray records of a function beyond its first call of each second.
const TRACED_BEYOND: f64 = 0.05;
const GB: f64 = 1e9;

/// What is asked for in a month, in all.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) api: f64,
    pub(crate) calls: f64,
    pub(crate) gb_seconds: f64,
    pub(crate) dynamodb: f64,
    pub(crate) reads: f64,
    pub(crate) writes: f64,
    pub(crate) s3_writes: f64,
    pub(crate) s3_reads: f64,
    pub(crate) messages: f64,
    /// Paths that CloudFront is told to forget.
    pub(crate) paths: f64,
}

impl Totals {
    fn add(&mut self, more: &Self) {
        let Self {
            api,
            calls,
            gb_seconds,
            dynamodb,
            reads,
            writes,
            s3_writes,
            s3_reads,
            messages,
            paths,
        } = more;
        self.api += api;
        self.calls += calls;
        self.gb_seconds += gb_seconds;
        self.dynamodb += dynamodb;
        self.reads += reads;
        self.writes += writes;
        self.s3_writes += s3_writes;
        self.s3_reads += s3_reads;
        self.messages += messages;
        self.paths += paths;
    }
}

/// What one function was used for, told by who bills it.
fn totals_of(function: &str, used: &Used, builds: f64) -> Totals {
    let mut totals = Totals::default();
    for (operation, (requests, units)) in &used.asked {
        match operation.as_str() {
            it if DYNAMODB_READS.contains(&it) => {
                totals.reads += units;
                totals.dynamodb += requests;
            }
            it if DYNAMODB_WRITES.contains(&it) => {
                totals.writes += units;
                totals.dynamodb += requests;
            }
            it if S3_WRITES.contains(&it) => totals.s3_writes += requests,
            it if S3_READS.contains(&it) => totals.s3_reads += requests,
            it if S3_FREE.contains(&it) => {}
            EDGE_PATHS => totals.paths += units,
            it => panic!("{it} has no price"),
        }
    }
    if function == EDGE {
        return totals;
    }
    totals.calls = used.runs;
    if QUEUED.contains(&function) {
        totals.messages = used.runs;
    } else if !SCHEDULED.contains(&function) {
        totals.api = used.runs;
    }
    let own = OWN_MS.iter().find(|(name, _)| *name == function);
    let mut milliseconds = used.runs * own.map_or(OTHERS_MS, |(_, own)| *own)
        + totals.dynamodb * DYNAMODB_MS
        + (totals.s3_writes + totals.s3_reads) * S3_MS;
    if function == "rebuild_site" {
        milliseconds += builds * BUILD_STARTS_MS;
    }
    totals.gb_seconds = milliseconds / 1000.0 * memory_mb(function) / 1024.0;
    totals
}

/// All that a month's usage comes to.
pub(crate) fn totals(usage: &Usage, builds: f64) -> Totals {
    let mut totals = Totals::default();
    for (function, used) in usage {
        totals.add(&totals_of(function, used, builds));
    }
    totals
}

/// What the template gives a function, in MB.
fn memory_mb(function: &str) -> f64 {
    const TEMPLATE: &str = include_str!("../../template.yaml");
    const MEMORY: &str = "MemorySize: ";
    let number = |text: &str| -> f64 {
        let (_, rest) = text.split_once(MEMORY).unwrap();
        let said = rest.lines().next().unwrap();
        let Some(parameter) = said.strip_prefix("!Ref ") else {
            return said.parse().unwrap();
        };
        let (_, its_own) = TEMPLATE.split_once(&format!("\n  {parameter}:\n")).unwrap();
        let (_, default) = its_own.split_once("\n    Default: ").unwrap();
        default.lines().next().unwrap().parse().unwrap()
    };
    let (_, rest) = TEMPLATE
        .split_once(&format!("{{ Binary: {function} }}"))
        .unwrap_or_else(|| panic!("no function {function} in the template"));
    let its_own = rest
        .split("Type: AWS::Serverless::Function")
        .next()
        .unwrap();
    if its_own.contains(MEMORY) {
        number(its_own)
    } else {
        // That of `Globals`, which come first.
        number(TEMPLATE)
    }
}

/// A month of a site.
#[derive(Debug, Clone)]
pub(crate) struct Month {
    pub(crate) members: f64,
    pub(crate) usage: Usage,
    /// Builds that were started.
    pub(crate) builds: f64,
    /// What a member's items take in DynamoDB, in bytes.
    pub(crate) item_bytes: f64,
}

/// The rows of `docs/deploy.md`, by how each begins, with what each costs.
pub(crate) fn rows(month: &Month) -> Vec<(&'static str, f64)> {
    let members = month.members;
    let all = totals(&month.usage, month.builds);
    let scheduled = month
        .usage
        .iter()
        .filter(|(name, _)| SCHEDULED.contains(name));
    let scheduled: Usage = scheduled
        .map(|(name, used)| (*name, used.clone()))
        .collect();
    let looks = totals(&scheduled, 0.0);
    let dynamodb =
        |totals: &Totals| DYNAMODB_READ.of(totals.reads) + DYNAMODB_WRITE.of(totals.writes);

    let seconds = DAYS * HOURS * 3600.0;
    let keys_read = (WITH_KEYS + all.api / seconds) * MINUTES / KEYS_MINUTES;
    let views = members * VIEWS;
    let answered: f64 = month.usage.values().map(|used| used.answered).sum();
    let item_gb = members * month.item_bytes / GB;
    let traces: f64 = month
        .usage
        .iter()
        .filter(|(name, _)| **name != EDGE)
        .map(|(_, used)| {
            let first_of_seconds = seconds * (1.0 - (-used.runs / seconds).exp());
            first_of_seconds + (used.runs - first_of_seconds) * TRACED_BEYOND
        })
        .sum();
    vec![
        (
            "signing keys",
            SECRET.of(SECRETS) + SECRET_READ.of(keys_read.min(all.api)),
        ),
        ("alarms", ALARM.of(ALARMS)),
        ("the looks", dynamodb(&looks)),
        (
            "queues",
            SQS_REQUEST.of(POLLS + all.messages * REQUESTS_OF_A_MESSAGE),
        ),
        ("API Gateway", API_REQUEST.of(all.api)),
        (
            "Lambda",
            LAMBDA_CALL.of(all.calls) + LAMBDA_GB_SECOND.of(all.gb_seconds),
        ),
        (
            "DynamoDB",
            dynamodb(&all) - dynamodb(&looks)
                + DYNAMODB_GB.of(item_gb)
                + DYNAMODB_KEPT_GB.of(item_gb),
        ),
        (
            "S3",
            S3_WRITE.of(all.s3_writes)
                + S3_READ.of(all.s3_reads + views * VIEWS_NOT_CACHED)
                + S3_GB.of(members * OBJECT_BYTES / GB),
        ),
        (
            "CloudFront",
            EDGE_REQUEST.of(all.api + views)
                + EDGE_GB.of((answered + views * VIEW_BYTES) / GB)
                + EDGE_PATH.of(all.paths),
        ),
        (
            "logs",
            LOG_GB.of(all.calls * LOG_BYTES / GB) + TRACE.of(traces),
        ),
    ]
}

/// The same without what is free, so that a part that is free at first doesn't hide how it grows.
pub(crate) fn undiscounted(month: &Month) -> f64 {
    let all = totals(&month.usage, month.builds);
    let full = |price: Price, amount: f64| Price { free: 0.0, ..price }.of(amount);
    full(LAMBDA_CALL, all.calls)
        + full(LAMBDA_GB_SECOND, all.gb_seconds)
        + full(DYNAMODB_READ, all.reads)
        + full(DYNAMODB_WRITE, all.writes)
        + full(S3_WRITE, all.s3_writes)
        + full(S3_READ, all.s3_reads)
        + full(API_REQUEST, all.api)
        + full(SQS_REQUEST, all.messages * REQUESTS_OF_A_MESSAGE)
        + full(EDGE_PATH, all.paths)
}

#[test]
fn memory_is_what_the_template_gives() {
    let of = |function| format!("{}", memory_mb(function));
    let functions = [
        "content",
        "login",
        "rewrite_readme",
        "resize_picture",
        "rebuild_site",
    ];
    // Those of the functions behind queues are the defaults of parameters.
    assert_eq!(functions.map(of), ["256", "1769", "512", "1769", "256"]);
}

#[test]
fn a_bill_is_of_what_was_asked_for_beyond_what_is_free() {
    let asked = [
        ("GetItem", (2e6, 1e6)),
        ("TransactWriteItems", (1e6, 4e6)),
        ("PutObject", (1e6, 0.0)),
        ("DeleteObject", (9e6, 0.0)),
        ("CreateInvalidation", (600.0, 1_200.0)),
    ];
    let asked = asked.map(|(operation, of)| (operation.to_owned(), of));
    let used = Used {
        runs: 3e6,
        asked: asked.into(),
        ..Used::default()
    };
    let month = Month {
        members: 0.0,
        usage: Usage::from([("me", used)]),
        builds: 0.0,
        item_bytes: 0.0,
    };
    let rows = rows(&month);
    let of = |name| rows.iter().find(|(row, _)| *row == name).unwrap().1;
    // A million reads and four million writes.
    assert!((of("DynamoDB") - (0.125 + 2.5)).abs() < 1e-9);
    assert!((of("S3") - 5.0).abs() < 1e-9);
    assert!((of("API Gateway") - 3.0).abs() < 1e-9);
    // Paths beyond a thousand, and not calls.
    assert!((of("CloudFront") - 200.0 * 0.005).abs() < 1e-9);
    // Two of three million calls, and the time of 10 ms and of what was waited for, at a quarter of a GB.
    let gb_seconds = (3e6 * 0.010 + 3e6 * 0.006 + 1e6 * 0.030) / 4.0;
    assert!(
        (of("Lambda") - (0.40 + 0.0)).abs() < 1e-9,
        "{gb_seconds} are free"
    );
    assert!((totals(&month.usage, 0.0).gb_seconds - gb_seconds).abs() < 1e-6);
}
