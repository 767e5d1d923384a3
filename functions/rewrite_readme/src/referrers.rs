//! Referrers: READMEs whose links ask for a name, asked for again when a document of that name
//! appears, is renamed or goes.
//!
//! A report holds the names its document has now, those that were last told of, and those that are
//! being told. Where they differ, each referrer gets a message, and only then the report says so: a message that fails on the way comes again
//! and finds the same difference. Converting a referrer changes none of its own names, so nothing goes round in circles.

use std::collections::BTreeSet;

use blobs::layout::{self, OWN_PAGE, SourceKey};
use frontmatter::names::fold;
use members::{Account, Referrer, Report};
use uploads::ask_later;

use crate::reconcile::Settled;
use crate::{State, pictures};

/// Most referrers that are asked for again for one name, as many as one message has time for;
/// `masthead rewrite --all` does the rest.
pub(crate) const MAX_REFERRERS: usize = 5000;

/// Asks for the referrers of every name that came or went with this document, and takes the report of
/// a document that is gone away. `false`: the report changed under our hands.
pub(crate) async fn tell(
    state: &State,
    member: &Account,
    source: &SourceKey,
    settled: Settled,
) -> anyhow::Result<bool> {
    match settled {
        Settled::There(concluded) if concluded.is_told => Ok(true),
        Settled::There(concluded) => there(state, member, source, &concluded.report).await,
        Settled::Gone => gone(state, member, source).await,
    }
}

/// Asks for the referrers of the names that came or went with a report which says which they are, and has the report say that they
/// were. Also where there are none: a report that didn't say so would have those asked for, once more, who come to link there later.
async fn there(
    state: &State,
    member: &Account,
    source: &SourceKey,
    telling: &Report,
) -> anyhow::Result<bool> {
    ask(state, member, source, &telling.telling).await?;
    let told = Report {
        announced: telling.names.clone(),
        telling: Vec::new(),
        ..telling.clone()
    };
    replace(state, member, telling, &told).await
}

async fn gone(state: &State, member: &Account, source: &SourceKey) -> anyhow::Result<bool> {
    let Some(report) = state.members.report(&member.id, &source.slug).await? else {
        return Ok(true);
    };
    // Referrers look for what is live.
    let mut telling = Report {
        live: false,
        digest: None,
        names: Vec::new(),
        ..report.clone()
    };
    telling.telling = changed(&telling);
    if telling != report && !replace(state, member, &report, &telling).await? {
        return Ok(false);
    }
    ask(state, member, source, &telling.telling).await?;
    forget(state, source, &telling.links, &[]).await?;
    pictures::let_go(state, member, Some(&report), &[]).await?;
    let is_deleted = state.members.delete_report(&member.id, &telling).await?;
    if is_deleted {
        // What was named by something else a moment ago, and spared by its sweep for this report.
        pictures::let_go_after(state, member, Some(&report), None).await?;
    }
    Ok(is_deleted)
}

/// Asks for the referrers of `names` to be looked at.
async fn ask(
    state: &State,
    member: &Account,
    source: &SourceKey,
    names: &[String],
) -> anyhow::Result<()> {
    let referrers = referrers(state, member, source, names).await?;
    let sources = referrers
        .iter()
        .map(|referrer| SourceKey::new(&referrer.member_id, &referrer.slug));
    ask_later(&state.uploads, sources).await
}

/// Names that came or went since the referrers were last told, and those that may not have been.
pub(crate) fn changed(report: &Report) -> Vec<String> {
    let announced: BTreeSet<&String> = report.announced.iter().collect();
    let names: BTreeSet<&String> = report.names.iter().collect();
    let unsure = report.telling.iter().collect();
    let changed: BTreeSet<&String> = announced.symmetric_difference(&names).copied().collect();
    changed.union(&unsure).map(|name| (*name).clone()).collect()
}

/// Notes that the document asks for the names of `asked`; it is noted under those of `known` already.
///
/// This comes before the look at what is published: a document that appears in between finds the note, and has this one
/// converted again.
pub(crate) async fn note(
    state: &State,
    source: &SourceKey,
    known: &[String],
    asked: Vec<String>,
) -> anyhow::Result<()> {
    let referrer = Referrer {
        member_id: source.member_id.clone(),
        slug: source.slug.clone(),
    };
    let new = asked.into_iter().filter(|name| !known.contains(name));
    // Of a member who goes the report is refused, too.
    let new: Vec<String> = new.collect();
    state.members.put_links(&new, &referrer).await?;
    Ok(())
}

/// Forgets the links of `before` that are not among `after`.
pub(crate) async fn forget(
    state: &State,
    source: &SourceKey,
    before: &[String],
    after: &[String],
) -> anyhow::Result<()> {
    let referrer = Referrer {
        member_id: source.member_id.clone(),
        slug: source.slug.clone(),
    };
    for name in before.iter().filter(|name| !after.contains(name)) {
        state.members.delete_link(name, &referrer).await?;
    }
    Ok(())
}

/// Replaces a report. `false`: another hand was faster.
async fn replace(
    state: &State,
    member: &Account,
    before: &Report,
    after: &Report,
) -> anyhow::Result<bool> {
    Ok(state
        .members
        .put_report(&member.id, Some(before), after)
        .await?)
}

async fn referrers(
    state: &State,
    member: &Account,
    source: &SourceKey,
    names: &[String],
) -> anyhow::Result<BTreeSet<Referrer>> {
    let mut referrers = BTreeSet::new();
    for name in names {
        // Everybody finds a document by its address, and a member's own page by the member's name
        // as well; by any other name only its author does. What came may be of today, and what
        // went of before the member was renamed, or the document.
        let is_own = |(handle, _): (&str, &str)| member.handles().any(|own| own == handle);
        let by_all = layout::parse_entry_id(name).is_some_and(is_own)
            || (source.slug == OWN_PAGE && member.names().any(|known| fold(known) == *name));
        let of = (!by_all).then_some(member.id.as_str());
        let found = state.members.referrers(name, of, MAX_REFERRERS).await?;
        if found.len() == MAX_REFERRERS {
            tracing::warn!(
                member = member.id,
                slug = source.slug,
                "more READMEs may link to this one than are converted again"
            );
        }
        referrers.extend(found);
    }
    referrers.remove(&Referrer {
        member_id: member.id.clone(),
        slug: source.slug.clone(),
    });
    Ok(referrers)
}
