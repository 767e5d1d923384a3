//! One README: source, output and report brought in line.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use blobs::Head;
use blobs::layout::{
    FileChangeKey, LaterKey, MAX_README_BYTES, NameChangeKey, NowKey, PictureChangeKey, SourceKey,
    SourceNote, handle_of_rendition,
};
use conversion::{Converted, Seen as SeenByEditors, Source, report};
use endpoint::{Sentence, sentence};
use members::{
    Account, Departed, Edition, Known, Look as Looked, Report, Review, State as Outcome, Submission,
};
use metrics::Metric;
use removal::Leavings;
use serde_json::{Value, json};
use uploads::{ROUNDS, Seen};

use crate::publication::{self, Made, Place, Public};
use crate::review::{self, Instead, Older};
use crate::{State, files, measured, moved, pictures, referrers, renamed};

/// Brings one key in line, and asks for those to be whose links ask for a name that came or went with
/// it.
pub(crate) async fn reconcile(state: &State, key: &str) -> anyhow::Result<()> {
    if let Some(change) = PictureChangeKey::parse(key) {
        return pictures::changed(state, &change).await;
    }
    if let Some(change) = FileChangeKey::parse(key) {
        return files::changed(state, &change).await;
    }
    if let Some(NameChangeKey { member_id }) = NameChangeKey::parse(key) {
        return renamed::changed(state, &member_id).await;
    }
    if let Some(LaterKey(source)) = LaterKey::parse(key) {
        // Whoever asks from here on is heard.
        erase_request(state, key).await?;
        return look(state, &source).await;
    }
    if let Some(NowKey { source, .. }) = NowKey::parse(key) {
        look(state, &source).await?;
        // As long as the look fails, nobody asks for it twice by one word.
        return erase_request(state, key).await;
    }
    if let Some(source) = SourceKey::parse(key) {
        return look(state, &source).await;
    }
    tracing::info!("passed over a key that is no README's");
    Ok(())
}

/// Looks at a README until it and those who link to it are in line.
async fn look(state: &State, source: &SourceKey) -> anyhow::Result<()> {
    for _ in 0..ROUNDS {
        let Some((member, settled)) = settle(state, source).await? else {
            return Ok(());
        };
        let is_gone = matches!(settled, Settled::Gone);
        let told = referrers::tell(state, &member, source, settled).await?;
        if !told {
            continue;
        }
        if is_gone {
            // Nothing may be taken away from a document that came back meanwhile. And what was withdrawn
            // left a delete marker, which would stay of a member who went meanwhile.
            let came_back = state.uploads.head(&source.key()).await?.is_some();
            if came_back || state.members.by_id(&member.id).await?.is_none() {
                continue;
            }
        }
        return Ok(());
    }
    anyhow::bail!("the README kept changing for {ROUNDS} rounds")
}

/// Takes away the object by which a look was asked for.
async fn erase_request(state: &State, key: &str) -> anyhow::Result<()> {
    if let Some(seen) = state.uploads.head(key).await? {
        state.uploads.delete_seen(key, &seen).await?;
    }
    Ok(())
}

/// What a source turned out to be.
#[derive(Debug)]
pub(crate) enum Settled {
    Gone,
    There(Box<Concluded>),
}

/// What a look came to.
#[derive(Debug)]
pub(crate) struct Concluded {
    /// The report that stands.
    pub(crate) report: Report,
    /// Whether the referrers of the names that it tells of were asked for already.
    pub(crate) is_told: bool,
}

/// What the rounds of one look know of each other.
#[derive(Default)]
struct Rounds {
    /// What was read before the first one.
    first: Mutex<Option<Box<Known>>>,
    /// Whether the member goes, or is another one by now.
    went: AtomicBool,
    /// Whether an output was there of which the manifest said nothing.
    is_surprised: AtomicBool,
    concluded: Mutex<Option<Box<Concluded>>>,
}

fn take<T>(from: &Mutex<Option<T>>) -> Option<T> {
    from.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Looks at a source, and at whether it changed meanwhile, until it has been seen whole. `None`:
/// it is nobody's, and erased.
pub(crate) async fn settle(
    state: &State,
    source: &SourceKey,
) -> anyhow::Result<Option<(Account, Settled)>> {
    for _ in 0..ROUNDS {
        let Some(known) = author(state, source).await? else {
            return Ok(None);
        };
        let member = known.account.clone();
        let rounds = Rounds {
            first: Mutex::new(Some(known)),
            ..Rounds::default()
        };
        let seen = {
            let (member, rounds) = (&member, &rounds);
            uploads::settle(
                &state.uploads,
                &source.key(),
                MAX_README_BYTES,
                |seen| async move {
                    // Boxed, as the parts of a look: a thread's stack may be small.
                    Box::pin(bring_in_line(state, member, source, &seen, rounds)).await
                },
            )
            .await?
        };
        if rounds.went.into_inner() {
            continue;
        }
        let settled = match (&*seen, take(&rounds.concluded)) {
            (Seen::Gone, _) => Settled::Gone,
            (_, Some(concluded)) => Settled::There(concluded),
            (_, None) => continue,
        };
        return Ok(Some((member, settled)));
    }
    anyhow::bail!("the member kept coming and going for {ROUNDS} rounds")
}

/// Whose README it is, and what is known of it. `None`: nobody's, and then it is erased. Of a member who is gone nothing stays;
/// what no member is known of is deleted so that an older version can be brought back, since it may be
/// the table that is wrong.
async fn author(state: &State, source: &SourceKey) -> anyhow::Result<Option<Box<Known>>> {
    let document = (source.member_id.as_str(), source.slug.as_str());
    let entry_id = |handle: &str| source.entry_id(handle);
    let looked = state.members.look(document, entry_id, state.review);
    match looked.await? {
        Looked::Member(known) => return Ok(Some(known)),
        Looked::Departed(departed) => {
            leavings(state, &departed).erase_readme(source).await?;
        }
        Looked::Nobody => {
            let key = source.key();
            if state.uploads.head(&key).await?.is_some() {
                tracing::warn!(member = source.member_id, "deleted a README of nobody");
                state.uploads.delete(&key).await?;
            }
        }
    }
    Ok(None)
}

pub(crate) fn leavings<'a>(state: &'a State, departed: &'a Departed) -> Leavings<'a> {
    Leavings {
        uploads: &state.uploads,
        content: &state.content,
        members: &state.members,
        departed,
        now_ms: state.clock.unix_milliseconds(),
    }
}

/// Output and report as the source wants them. `false`: something changed under our hands.
async fn bring_in_line(
    state: &State,
    member: &Account,
    source: &SourceKey,
    seen: &Seen,
    rounds: &Rounds,
) -> anyhow::Result<bool> {
    if let Seen::Gone = seen {
        publication::take_away(state, member, source).await?;
        return Ok(true);
    }
    // In a later round the picture may be another one, and the address somebody else's.
    let known = match take(&rounds.first) {
        Some(known) => Some(known),
        None => author(state, source).await?,
    };
    let Some(known) = known.filter(|known| is_as_it_was(&known.account, member)) else {
        rounds.went.store(true, Ordering::Relaxed);
        return Ok(true);
    };
    let member = &known.account;
    let Some(head) = seen.head() else {
        return Ok(false);
    };
    let Some(address) = moved::here(state, member, source, head, known.address.clone()).await?
    else {
        return Ok(false);
    };
    let mut before = known.report.clone();
    let look = Look {
        place: Place::new(state, &known, source, &address, &rounds.is_surprised),
        head,
        known: &known,
    };
    look.place.look().await?;
    let Some(report) = Box::pin(look.at(seen, &mut before)).await? else {
        return Ok(false);
    };
    tracing::info!(member = member.id, slug = source.slug, state = ?report.state, "looked at a README");
    let concluded = look.conclude(before.as_ref(), report).await?;
    let Some(concluded) = concluded else {
        return Ok(false);
    };
    pictures::let_go_after(state, member, before.as_ref(), Some(&concluded.report)).await?;
    // Whoever changes the picture later finds the report that says what is missing.
    if pictures::misses_an_image(&concluded.report)
        && pictures::changed_since(state, member).await?
    {
        return Ok(false);
    }
    *rounds
        .concluded
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = Some(Box::new(concluded));
    Ok(true)
}

/// A look at a source that is there.
struct Look<'a> {
    place: Place<'a>,
    head: &'a Head,
    /// What was read before anything else. What may be public is part of it.
    known: &'a Known,
}

/// What a report says of the newest version, beside what is public.
struct Said {
    state: Outcome,
    reason: Option<Sentence>,
    until: Option<u64>,
    fields: Value,
    warnings: Value,
    /// Names that its links ask for.
    links: Vec<String>,
    submission: Option<Submission>,
}

impl Said {
    fn of(outcome: Outcome, until: Option<u64>, converted: &Converted) -> Self {
        Self {
            state: outcome,
            reason: None,
            until,
            fields: report::fields(&converted.output),
            warnings: report::warnings(&converted.output),
            // None of a draft, whose links aren't looked up.
            links: converted.asked.clone(),
            submission: None,
        }
    }
}

impl Look<'_> {
    /// Whether editors decided nothing meanwhile. Where none has to look first and none has decided anything, that is asked
    /// by what is written in the end alone.
    async fn still_holds(&self) -> anyhow::Result<bool> {
        let Place { state, source, .. } = self.place;
        if state.review == Review::Off
            && !self.is_reviewed()
            && self.known.ruling.decision.is_none()
        {
            return Ok(true);
        }
        let decided = state.members.decided(&source.member_id, &source.slug);
        Ok(decided.await? == self.known.decided)
    }

    /// Writes the report, unless it says what the one before says. `None`: something is no longer as it was read.
    async fn conclude(
        &self,
        before: Option<&Report>,
        report: Report,
    ) -> anyhow::Result<Option<Concluded>> {
        let place = &self.place;
        if let Some(before) = before
            && report == *before
            && report.telling.is_empty()
            && place.is_kept()
            && !self.known.stands.is_contradicted()
        {
            return Ok(Some(Concluded {
                report,
                is_told: true,
            }));
        }
        if !place.keep(before, &report).await? {
            return Ok(None);
        }
        measured::outcome(before, &report);
        Ok(Some(Concluded {
            is_told: report.telling.is_empty(),
            report,
        }))
    }

    /// Brings the output in line, and returns what is to be reported in the place of `before`. `None`: something changed under our hands.
    async fn at(&self, seen: &Seen, before: &mut Option<Report>) -> anyhow::Result<Option<Report>> {
        let Place {
            state,
            member,
            source,
            ..
        } = self.place;
        let Seen::Source(object) = seen else {
            let reason = frontmatter::Reject::TooLarge.sentence();
            return Box::pin(self.rejected(before, reason)).await;
        };
        let known_links = known_links(before.as_ref());
        let now = time_for(state, before.as_ref(), self.head);
        let mut document = Source::of(source, object, now);
        let mut converted = match convert(state, member, &document, None, &known_links).await? {
            Ok(converted) => converted,
            Err(reason) => return Box::pin(self.rejected(before, reason)).await,
        };
        let (mut outcome, until) = report::outcome(&converted.output);
        if outcome == Outcome::Draft || (outcome == Outcome::Scheduled && !self.is_reviewed()) {
            let said = Said::of(outcome, until, &converted);
            let public = self.place.take_off(before.as_ref()).await?;
            return Ok(Some(self.report(before.as_ref(), said, public).await?));
        }
        let is_scheduled = outcome == Outcome::Scheduled;
        if let (true, Some(until)) = (is_scheduled, until) {
            // Editors are asked about what will be public.
            document = review::when_out(&document, until);
            converted = match convert(state, member, &document, None, &known_links).await? {
                Ok(converted) => converted,
                Err(reason) => return Box::pin(self.rejected(before, reason)).await,
            };
        }
        let object_id = self.head.version.clone();
        let made = Made::of(state, &document, object_id, converted).await?;
        let submission = &made.edition.submission;
        let is_allowed = self
            .known
            .ruling
            .allows(submission, &self.head.etag, before.as_ref());
        if !is_allowed {
            let decision = self.known.ruling.decision.as_ref();
            let is_withdrawn =
                decision.is_some_and(|it| it.has_withdrawn(submission, &self.head.etag));
            outcome = if is_withdrawn {
                Outcome::Withdrawn
            } else {
                Outcome::Waiting
            };
        }
        let said = Said {
            submission: Some(submission.clone()),
            ..Said::of(outcome, until, &made.converted)
        };
        if !is_allowed {
            return Box::pin(self.kept_back(before, said, false)).await;
        }
        let public = if is_scheduled {
            self.place.take_off(before.as_ref()).await?
        } else {
            let blank = self.blank();
            let put = self.place.put(&made, before, blank, || self.still_holds());
            let Some(public) = Box::pin(put).await? else {
                return Ok(None);
            };
            public
        };
        Ok(Some(self.report(before.as_ref(), said, public).await?))
    }

    /// Whether editors have to do with the document.
    fn is_reviewed(&self) -> bool {
        self.known.ruling.waits || self.known.ruling.is_withdrawn()
    }

    /// Reports why a file isn't published; the last good version stays as it was, if there is one and it may.
    async fn rejected(
        &self,
        before: &mut Option<Report>,
        reason: Sentence,
    ) -> anyhow::Result<Option<Report>> {
        let said = Said {
            state: Outcome::Rejected,
            reason: Some(reason),
            until: None,
            fields: json!([]),
            warnings: json!([]),
            links: known_links(before.as_ref()),
            submission: None,
        };
        self.kept_back(before, said, true).await
    }

    /// The newest version isn't public: what may be is.
    async fn kept_back(
        &self,
        before: &mut Option<Report>,
        mut said: Said,
        is_broken: bool,
    ) -> anyhow::Result<Option<Report>> {
        let Place { state, source, .. } = self.place;
        let instead = review::instead(
            state,
            source,
            &self.known.ruling,
            before.as_ref(),
            is_broken,
        );
        let public = match instead.await? {
            Instead::Nothing => self.place.take_off(before.as_ref()).await?,
            Instead::AsItIs => self.left(before.as_ref(), is_broken).await?,
            Instead::Older(older) => {
                let older = self.older(before, &mut said, &older);
                let Some(public) = Box::pin(older).await? else {
                    return Ok(None);
                };
                public
            }
        };
        Ok(Some(self.report(before.as_ref(), said, public).await?))
    }

    /// What is on the site stays, if it is what was reported; also under another handle, where editors are asked about the next.
    async fn left(&self, before: Option<&Report>, is_broken: bool) -> anyhow::Result<Public> {
        let is_held = self.known.ruling.waits;
        let known = before.and_then(|before| before.digest.as_deref());
        // A report of before builds told says no digest.
        let is_known = |head: &Head| {
            is_broken || known.is_none_or(|known| manifest::digest_of(&head.etag) == known)
        };
        let there = self.place.there().await?;
        if is_held
            && there.is_none()
            && let Some(brought) = self.place.bring_here(is_known).await?
        {
            return self.place.leave(Some(&brought), before, is_held).await;
        }
        if there.map_or(is_broken || known.is_none(), is_known) {
            return self.place.leave(there, before, is_held).await;
        }
        self.place.take_off(before).await
    }

    /// Publishes an older version that may be public, as names are now, with the pictures that editors have seen. `None`:
    /// something changed under our hands.
    async fn older(
        &self,
        before: &mut Option<Report>,
        said: &mut Said,
        Older { edition, object }: &Older,
    ) -> anyhow::Result<Option<Public>> {
        let Place { state, source, .. } = self.place;
        let is_broken = said.state == Outcome::Rejected;
        let now = time_for(state, before.as_ref(), &object.head);
        let document = Source::of(source, object, now);
        let mut known = known_links(before.as_ref());
        known.extend(said.links.iter().cloned());
        let converted = self.as_seen(before.as_ref(), &document, edition, &known);
        let Ok(converted) = converted.await? else {
            return Ok(Some(self.left(before.as_ref(), is_broken).await?));
        };
        for name in &converted.asked {
            if !said.links.contains(name) {
                said.links.push(name.clone());
            }
        }
        if converted.output.draft {
            return Ok(Some(self.left(before.as_ref(), is_broken).await?));
        }
        let made = Made {
            document: &document,
            converted,
            edition: edition.clone(),
        };
        let blank = self.blank();
        let put = self.place.put(&made, before, blank, || self.still_holds());
        Box::pin(put).await
    }

    /// An older version converted with the pictures and files that editors have seen. Where others took their place, those
    /// stay that are live; what its author took away is missing.
    async fn as_seen(
        &self,
        before: Option<&Report>,
        document: &Source<'_>,
        edition: &Edition,
        known: &[String],
    ) -> anyhow::Result<Result<Converted, Sentence>> {
        let Place { state, member, .. } = self.place;
        let mut stays = self.stays(before, edition);
        let as_seen = async |stays: &BTreeMap<String, String>| {
            let seen = SeenByEditors {
                submission: &edition.submission,
                before: stays,
            };
            Box::pin(convert(state, member, document, Some(seen), known)).await
        };
        let converted = match as_seen(&stays).await? {
            Ok(converted) => converted,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut is_another = false;
        for shown in converted.shown.iter().filter(|it| !it.is_newest(member)) {
            if handle_of_rendition(&shown.key) != Some(&member.handle) {
                // Nothing is published under a handle that the member had before.
                is_another = true;
                match pictures::bring_here(state, member, shown).await? {
                    Some(here) => stays.insert(shown.line.clone(), here),
                    None => stays.remove(&shown.line),
                };
            } else if state.content.head(&shown.key).await?.is_none() {
                is_another = true;
                stays.remove(&shown.line);
            }
        }
        if !is_another {
            return Ok(Ok(converted));
        }
        as_seen(&stays).await
    }

    /// What was shown of an older version's pictures and files, by what each is a version of, whatever took its place.
    fn stays(&self, before: Option<&Report>, edition: &Edition) -> BTreeMap<String, String> {
        let handle = &self.place.member.handle;
        let mut stays: BTreeMap<String, String> = BTreeMap::new();
        // A report of a look that was cut short names what was live and what was about to be.
        let named = before.into_iter().flat_map(|before| &before.shown);
        for (key, line) in named.filter(|(key, _)| edition.submission.shows(None, key)) {
            if handle_of_rendition(key) == Some(handle) || !stays.contains_key(line) {
                stays.insert(line.clone(), key.clone());
            }
        }
        stays
    }

    /// What is reported before the first look is through: nothing yet.
    fn blank(&self) -> Report {
        Report {
            source_version: String::new(),
            ..report_after(None, self.place.source, self.head)
        }
    }

    /// What is reported of a look.
    async fn report(
        &self,
        before: Option<&Report>,
        said: Said,
        public: Public,
    ) -> anyhow::Result<Report> {
        let Place { state, source, .. } = self.place;
        if said.state != Outcome::Rejected {
            referrers::forget(state, source, &known_links(before), &said.links).await?;
        }
        let waits = said.state == Outcome::Waiting;
        let since = before.and_then(|before| before.waiting_since);
        let since = since.or_else(|| waits.then(|| state.clock.unix_milliseconds()));
        let mut report = Report {
            state: said.state,
            live: public.live,
            digest: public.digest,
            until: said.until,
            fields: said.fields,
            warnings: said.warnings,
            reason: said.reason.as_ref().map(ToString::to_string),
            reason_said: said.reason,
            pictures: public.pictures,
            shown: public.shown,
            links: said.links,
            names: public.names,
            submission: said.submission,
            edition: public.edition,
            decided: self.known.ruling.decision.as_ref().map(|it| it.id.clone()),
            waiting_since: since.filter(|_| waits),
            ..report_after(before, source, self.head)
        };
        if let Some(before) = before {
            report.earlier = before.earlier_than(&report);
        }
        // Said before it is done.
        report.telling = referrers::changed(&report);
        Ok(report)
    }
}

fn known_links(before: Option<&Report>) -> Vec<String> {
    before.map_or_else(Vec::new, |before| before.links.clone())
}

/// The document converted, and noted under the names that it asks for; `Err` is the sentence that says why there is none.
async fn convert(
    state: &State,
    member: &Account,
    document: &Source<'_>,
    seen: Option<SeenByEditors<'_>>,
    known_links: &[String],
) -> anyhow::Result<Result<Converted, Sentence>> {
    if !document.key.is_canonical() {
        return Ok(Err(sentence!("reason.document_name")));
    }
    let note = |asked| referrers::note(state, document.key, known_links, asked);
    let site = state.site();
    let started = Instant::now();
    let converted = Box::pin(conversion::convert(
        &site,
        &state.converting,
        member,
        document,
        seen,
        note,
    ))
    .await?;
    metrics::record_time(Metric::ConversionTime, started.elapsed());
    Ok(converted)
}

/// The time by which it is told what is kept back, in Unix seconds. What came out stays out, wherever a clock goes.
fn time_for(state: &State, before: Option<&Report>, head: &Head) -> u64 {
    let came_out = before
        .filter(|report| report.state == Outcome::Published && report.source_version == head.etag)
        .and_then(|report| report.until);
    state.clock.unix_seconds().max(came_out.unwrap_or_default())
}

/// A report that says nothing yet, but still knows what its referrers were told.
fn report_after(before: Option<&Report>, source: &SourceKey, head: &Head) -> Report {
    let told = |names: fn(&Report) -> &Vec<String>| {
        before.map_or_else(Vec::new, |report| names(report).clone())
    };
    let note = SourceNote::from_metadata(&head.metadata);
    let (file_name, path, sha256) = note.map_or((None, None, None), |note| {
        (Some(note.file_name), Some(note.path), Some(note.sha256))
    });
    Report {
        slug: source.slug.clone(),
        source_version: head.etag.clone(),
        state: Outcome::Rejected,
        live: false,
        file_name,
        path,
        sha256,
        reason: None,
        reason_said: None,
        until: None,
        fields: json!([]),
        warnings: json!([]),
        digest: None,
        converter: frontmatter::CONVERTER.to_owned(),
        pictures: Vec::new(),
        shown: BTreeMap::new(),
        links: Vec::new(),
        names: Vec::new(),
        indexed: true,
        // Of what no index leads to, referrers may never have been told.
        announced: told(|report| &report.announced)
            .into_iter()
            .filter(|_| before.is_some_and(|report| report.indexed))
            .collect(),
        telling: told(|report| &report.telling),
        submission: None,
        earlier: Vec::new(),
        edition: None,
        decided: None,
        waiting_since: None,
    }
}

/// Whether `member` is the same member still, under the same handle and name, who doesn't go.
fn is_as_it_was(now: &Account, member: &Account) -> bool {
    now.id == member.id && !now.is_going() && !now.is_renamed(member)
}
