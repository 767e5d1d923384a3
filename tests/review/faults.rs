//! Editors and authors at the same document, while functions are cut short.

use std::cell::Cell;

use blobs::layout::MovedKey;
use endpoint::Environment;
use members::{Account, Review, Role, State as Outcome};

use super::{ONE, Office, THREE, TWO, add, forget_what_is_clear};
use crate::picture_faults::{Pause, Stores, at_every_call, stack};
use crate::version_faults::Functions;

/// How often something was entered of a document.
async fn entries(office: &Office<'_>, author: &Account) -> usize {
    let acts = office.healthy.members.acts(None, 1000).await.unwrap().acts;
    acts.iter().filter(|act| act.on.id == author.id).count()
}

#[tokio::test]
async fn an_approval_that_is_cut_short_is_there_with_its_entry_or_not_at_all() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let calls = at_every_call(&environment, async |at, commits, killed| {
        let author = office.member(&format!("jo-{at}-{commits}")).await;
        let report = office.send(&author, "trip", ONE).await;
        assert_eq!((report.state, report.live), (Outcome::Waiting, false));
        let version = report.version();
        let said = ("approve", version.as_str());
        let (status, _) = office.decide(&killed, &author, "trip", said).await;
        assert!([202, 503].contains(&status), "{status} at {at}");
        let decided = office.healthy.members.decision(&author.id, "trip").await;
        let is_decided = decided.unwrap().is_some();
        assert_eq!(entries(&office, &author).await, usize::from(is_decided));
        assert!(status != 202 || is_decided, "at {at}");

        // Said again it is finished, and entered once.
        for _ in 0..2 {
            let (status, _) = office.decide(&office.healthy, &author, "trip", said).await;
            assert_eq!(status, 202, "at {at}");
            office.settle(&author).await;
            assert!(office.shows(&author, "trip", Some(ONE)).await, "at {at}");
            assert_eq!(entries(&office, &author).await, 1, "at {at}");
            assert_eq!(office.queue(&author).await, [""; 0]);
        }
    })
    .await;
    assert!(calls > 6, "{calls} calls");
}

#[tokio::test]
async fn a_withdrawal_that_is_cut_short_is_finished_by_the_next_and_nothing_comes_back() {
    let (_stack, environment) = stack().await;
    for setting in [Review::Off, Review::All] {
        let office = Office::open(&environment, setting).await;
        at_every_call(&environment, async |at, commits, killed| {
            let author = office
                .member(&format!("jo-{setting:?}-{at}-{commits}").to_lowercase())
                .await;
            office.send(&author, "trip", ONE).await;
            if setting == Review::All {
                assert_eq!(office.says("approve", &author, "trip").await, 202);
            }
            assert!(office.shows(&author, "trip", Some(ONE)).await);
            let version = office.report(&author, "trip").await.unwrap().version();
            let said = ("withdraw", version.as_str());
            office.decide(&killed, &author, "trip", said).await;
            office.settle(&author).await;
            let healthy = &office.healthy;
            assert_eq!(office.decide(healthy, &author, "trip", said).await.0, 202);
            office.settle(&author).await;
            assert!(office.shows(&author, "trip", None).await, "at {at}");
            let entered = 1 + usize::from(setting == Review::All);
            assert_eq!(entries(&office, &author).await, entered, "at {at}");
            let state = office.state(&author, "trip").await;
            assert_eq!(state, Some((Outcome::Withdrawn, false)));

            // Restored, whatever is killed in between.
            let again = Stores::killed_at(&environment, at, commits);
            let said = ("restore", version.as_str());
            office.decide(&again, &author, "trip", said).await;
            assert_eq!(office.decide(healthy, &author, "trip", said).await.0, 202);
            office.settle(&author).await;
            assert!(office.shows(&author, "trip", Some(ONE)).await, "at {at}");
            assert_eq!(entries(&office, &author).await, entered + 1, "at {at}");
        })
        .await;
    }
}

/// Whatever is killed when: what wasn't approved is never public, and what was is.
#[tokio::test]
async fn a_killed_look_shows_what_was_approved_and_nothing_else() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    // Of the looks at one document some make more calls than others.
    let most = Cell::new(0);
    let work = async |at: usize, commits: bool| {
        let author = office.member(&format!("jo-{at}-{commits}")).await;
        let cut_short = async |key: &str| {
            let killed = Stores::killed_at(&environment, at, commits);
            office.look(&killed, key).await;
            most.set(most.get().max(killed.traffic().0));
        };
        // Nothing of a document that waits.
        let key = office.put(&author, "trip", ONE).await;
        cut_short(&key).await;
        assert!(office.shows(&author, "trip", None).await, "at {at}");
        office.look(&office.healthy, &key).await;
        assert!(office.shows(&author, "trip", None).await, "at {at}");
        assert_eq!(office.queue(&author).await, ["trip"], "at {at}");

        // What was approved comes, also by a look that was killed.
        let version = office.report(&author, "trip").await.unwrap().version();
        let said = ("approve", version.as_str());
        let (status, _) = office.decide(&office.healthy, &author, "trip", said).await;
        assert_eq!(status, 202);
        cut_short(&key).await;
        let is_there = office.shows(&author, "trip", Some(ONE)).await;
        assert!(is_there || office.shows(&author, "trip", None).await);
        office.look(&office.healthy, &key).await;
        office.settle(&author).await;
        assert!(office.shows(&author, "trip", Some(ONE)).await, "at {at}");
        assert_eq!(office.queue(&author).await, [""; 0], "at {at}");

        // Its successor waits.
        office.put(&author, "trip", TWO).await;
        cut_short(&key).await;
        assert!(office.shows(&author, "trip", Some(ONE)).await, "at {at}");
        office.look(&office.healthy, &key).await;
        office.settle(&author).await;
        assert!(office.shows(&author, "trip", Some(ONE)).await, "at {at}");
        let state = office.state(&author, "trip").await;
        assert_eq!(state, Some((Outcome::Waiting, true)), "at {at}");

        // It is approved, and another one sent before anybody looks: the approved one comes, and the newest waits.
        let version = office.report(&author, "trip").await.unwrap().version();
        let said = ("approve", version.as_str());
        let (status, _) = office.decide(&office.healthy, &author, "trip", said).await;
        assert_eq!(status, 202);
        office.put(&author, "trip", THREE).await;
        cut_short(&key).await;
        assert!(!office.shows(&author, "trip", Some(THREE)).await);
        office.look(&office.healthy, &key).await;
        office.settle(&author).await;
        assert!(office.shows(&author, "trip", Some(TWO)).await, "at {at}");
        assert_eq!(office.queue(&author).await, ["trip"], "at {at}");

        // Withdrawn.
        let version = office.report(&author, "trip").await.unwrap().version();
        let said = ("withdraw", version.as_str());
        let (status, _) = office.decide(&office.healthy, &author, "trip", said).await;
        assert_eq!(status, 202);
        cut_short(&key).await;
        office.look(&office.healthy, &key).await;
        office.settle(&author).await;
        assert!(office.shows(&author, "trip", None).await, "at {at}");
        let moved = MovedKey::of_member(&author.handle);
        let moved = office.healthy.content.list_all(&moved).await.unwrap();
        assert_eq!(moved, []);
    };
    let mut at = 0;
    while at == 0 || at <= most.get() {
        most.set(0);
        for &commits in crate::before_and_after(at) {
            work(at, commits).await;
        }
        at += 1;
    }
    assert!(at > 10, "{at} calls");
}

/// Runs `one` with stores that stand still at each call in turn, and `other` meanwhile; then `check`.
pub(crate) async fn beside(
    environment: &Environment,
    name: &str,
    begin: impl AsyncFn(&Account),
    one: impl AsyncFn(&Account, &Stores),
    other: impl AsyncFn(&Account),
    check: impl AsyncFn(&Account, usize),
) {
    let healthy = Stores::healthy(environment);
    for at in 0..100 {
        let mut made = 0;
        for &commits in crate::before_and_after(at) {
            let author = add(&healthy, &format!("jo-{name}-{at}-{commits}"), Role::Member).await;
            begin(&author).await;
            let pause = Pause {
                at,
                commits,
                dies: false,
            };
            let (stores, paused) = Stores::paused(environment, pause);
            paused.beside(one(&author, &stores), other(&author)).await;
            check(&author, at).await;
            made = paused.made();
        }
        if made <= at {
            assert!(at > 3, "{at} calls of {name}");
            return;
        }
    }
    panic!("no end of calls");
}

/// What is sent between the editor's look and their word isn't approved with it.
#[tokio::test]
async fn what_is_sent_while_an_editor_approves_waits() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let begin = async |author: &Account| {
        office.send(author, "trip", ONE).await;
    };
    let approving = async |author: &Account, stores: &Stores| {
        let report = office.report(author, "trip").await.unwrap();
        let version = if report.state == Outcome::Waiting {
            report.version()
        } else {
            String::new()
        };
        let said = ("approve", version.as_str());
        let (status, _) = office.decide(stores, author, "trip", said).await;
        assert!([202, 409].contains(&status), "{status}");
    };
    let sending = async |author: &Account| {
        office.send(author, "trip", TWO).await;
    };
    let check = async |author: &Account, at: usize| {
        office.settle(author).await;
        let is_one = office.shows(author, "trip", Some(ONE)).await;
        assert!(is_one || office.shows(author, "trip", None).await, "{at}");
        let decided = office.healthy.members.decision(&author.id, "trip").await;
        assert_eq!(decided.unwrap().is_some(), is_one, "{at}");
        assert_eq!(office.queue(author).await, ["trip"], "{at}");
        // The editor sees the newest, and approves that.
        assert_eq!(office.says("approve", author, "trip").await, 202);
        assert!(office.shows(author, "trip", Some(TWO)).await, "{at}");
    };
    beside(&environment, "sent", begin, approving, sending, check).await;
}

/// A withdrawal beside a look that began before it: the look finds it.
#[tokio::test]
async fn a_withdrawal_beside_a_look_counts() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::Off).await;
    for is_live in [false, true] {
        let begin = async |author: &Account| {
            if is_live {
                office.send(author, "trip", ONE).await;
            }
            office.put(author, "trip", TWO).await;
        };
        let looking = async |author: &Account, stores: &Stores| {
            let key = blobs::layout::SourceKey::new(&author.id, "trip").key();
            office.look(stores, &key).await;
        };
        let withdrawing = async |author: &Account| {
            let report = office.report(author, "trip").await;
            let key = blobs::layout::SourceKey::new(&author.id, "trip").key();
            let head = office.healthy.uploads.head(&key).await.unwrap().unwrap();
            let etag = head.etag.trim_matches('"').to_owned();
            // As long as there is no report, the source has its own.
            let version = report.map_or(etag, |report| report.version());
            let said = ("withdraw", version.as_str());
            let (status, _) = office.decide(&office.healthy, author, "trip", said).await;
            assert_eq!(status, 202);
            office.settle(author).await;
        };
        let check = async |author: &Account, at: usize| {
            office.settle(author).await;
            assert!(office.shows(author, "trip", None).await, "{at}");
            let (_, is_live) = office.state(author, "trip").await.unwrap();
            assert!(!is_live, "{at}");
        };
        let name = format!("look-{is_live}");
        beside(&environment, &name, begin, looking, withdrawing, check).await;
    }
}

/// Whatever is withdrawn, or brought to another address once it is, beside a look at another document: what its author sends from then
/// on waits. A look that found nothing withdrawn doesn't say so of what came meanwhile.
#[tokio::test]
async fn what_is_withdrawn_beside_a_look_at_another_document_counts() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::Off).await;
    for (is_known, goes) in [(true, false), (false, false), (false, true)] {
        let begin = async |author: &Account| {
            office.send(author, "trip", ONE).await;
            if goes {
                assert_eq!(office.says("withdraw", author, "trip").await, 202);
            }
            if !is_known {
                forget_what_is_clear(&environment, author).await;
            }
            office.put(author, "other", TWO).await;
        };
        let looking = async |author: &Account, stores: &Stores| {
            let key = blobs::layout::SourceKey::new(&author.id, "other").key();
            office.look(stores, &key).await;
        };
        let meanwhile = async |author: &Account| {
            if goes {
                let functions = Functions::of(&environment, author).await;
                let renamed = functions.rename(&office.healthy, "trip", "journey").await;
                assert_eq!(renamed, 202);
            } else {
                assert_eq!(office.says("withdraw", author, "trip").await, 202);
            }
        };
        let check = async |author: &Account, at: usize| {
            office.settle(author).await;
            let next = office.send(author, "next", THREE).await;
            assert_eq!((next.state, next.live), (Outcome::Waiting, false), "{at}");
            assert!(!goes || office.shows(author, "other", None).await, "{at}");
        };
        let name = format!("another-{is_known}-{goes}");
        beside(&environment, &name, begin, looking, meanwhile, check).await;
    }
}

/// Of two editors of whom one approves and the other withdraws, the withdrawal counts, or the approval came after it with
/// its own word.
#[tokio::test]
async fn two_editors_at_once_leave_one_decision_and_both_entries() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::All).await;
    let colleague = add(&office.healthy, "colleague", Role::Editor).await;
    let colleague = office.with(&colleague).await;
    let begin = async |author: &Account| {
        office.send(author, "trip", ONE).await;
    };
    let approving = async |author: &Account, stores: &Stores| {
        let version = office.report(author, "trip").await.unwrap().version();
        let said = ("approve", version.as_str());
        let (status, _) = office.decide(stores, author, "trip", said).await;
        assert!([202, 409].contains(&status), "{status}");
    };
    let withdrawing = async |author: &Account| {
        let version = colleague.report(author, "trip").await.unwrap().version();
        let said = ("withdraw", version.as_str());
        let (status, _) = colleague
            .decide(&colleague.healthy, author, "trip", said)
            .await;
        // Nobody looks at the document before the other decides.
        assert_eq!(status, 202);
    };
    let check = async |author: &Account, at: usize| {
        office.settle(author).await;
        let decision = office.healthy.members.decision(&author.id, "trip").await;
        let decision = decision.unwrap().unwrap();
        assert_eq!(decision.by, colleague.editor.id, "{at}");
        assert!(decision.withdrawn.is_some() && decision.approved.is_none());
        assert!(office.shows(author, "trip", None).await, "{at}");
        assert!((1..=2).contains(&entries(&office, author).await), "{at}");
    };
    beside(&environment, "two", begin, approving, withdrawing, check).await;
}

/// A document that is withdrawn while its author gives it another address is off the site at both, whichever was first and
/// wherever the other stood.
#[tokio::test]
async fn a_withdrawal_beside_a_rename_goes_with_the_document() {
    let (_stack, environment) = stack().await;
    let office = Office::open(&environment, Review::Off).await;
    let begin = async |author: &Account| {
        office.send(author, "trip", ONE).await;
    };
    let withdraws = async |author: &Account, stores: &Stores| {
        let version = office.report(author, "trip").await.unwrap().version();
        let said = ("withdraw", version.as_str());
        let (status, _) = office.decide(stores, author, "trip", said).await;
        assert_eq!(status, 202);
    };
    let renames = async |author: &Account, stores: &Stores| {
        let functions = Functions::of(&environment, author).await;
        functions.rename(stores, "trip", "journey").await
    };
    let check = async |author: &Account, at: usize| {
        // As its author would who was told to try again.
        renames(author, &office.healthy).await;
        for slug in ["trip", "journey"] {
            let key = blobs::layout::SourceKey::new(&author.id, slug).key();
            office.look(&office.healthy, &key).await;
        }
        office.settle(author).await;
        for slug in ["trip", "journey"] {
            assert!(office.shows(author, slug, None).await, "{slug} at {at}");
        }
        let decision = office.healthy.members.decision(&author.id, "journey").await;
        assert!(decision.unwrap().unwrap().withdrawn.is_some(), "{at}");
        assert_eq!(entries(&office, author).await, 1, "{at}");
    };
    let renaming = async |author: &Account| {
        renames(author, &office.healthy).await;
    };
    beside(&environment, "withdrawn", begin, withdraws, renaming, check).await;
    let moving = async |author: &Account, stores: &Stores| {
        renames(author, stores).await;
    };
    let withdrawing = async |author: &Account| withdraws(author, &office.healthy).await;
    beside(&environment, "renamed", begin, moving, withdrawing, check).await;
}
