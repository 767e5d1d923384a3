//! The rules applied, the result read again, until nothing is left to do.
//!
//! An edit may bring text together that is syntax only now; a body is clean when a whole reading
//! finds nothing. That makes cleaning idempotent by construction.

use super::anchors::Anchors;
use super::invariant;
use super::options::CleanOptions;
use super::rules::badges;
use super::rules::breaks;
use super::rules::callouts::{self, Marker};
use super::rules::{
    agreed, angles, blanks, displays, dollars, elements, label_tags, labels, lazy, link_brackets,
    links, markers, math, obsidian, spelled, start, tables, wikilinks,
};
use super::{dialects, flavour};
use crate::context::Flavor;
use crate::diagnostics::Warnings;
use crate::hidden::{self, definitions};
use crate::markdown::edits::{Shift, Splice, apply};
use crate::markdown::{Document, Edit};
use crate::record::{Badge, Callout, MAX_WIKI_LINKS, WikiLink};
use crate::report::Warning;

/// The cleaned body and what was found while cleaning.
#[derive(Debug, Default)]
pub(crate) struct Cleaned {
    pub(crate) body: String,
    /// Inline `#tags`, in order, as written, without `#`.
    pub(crate) tags: Vec<String>,
    pub(crate) wiki: Vec<WikiLink>,
    pub(crate) badges: Vec<Badge>,
    pub(crate) callouts: Vec<Callout>,
    /// Lines and columns are those of the body (1-based); the caller adds the frontmatter's lines.
    pub(crate) warnings: Vec<Warning>,
}

/// Most readings. Real documents need two or three.
const MAX_ROUNDS: usize = 12;
/// Readings after which unclosed HTML is taken out instead of closed.
const CLOSING_ROUNDS: usize = 5;

/// Readings after which a formula that the two readings dispute costs all others their `$`.
const GENTLE_ROUNDS: usize = 3;

/// What was found so far.
#[derive(Default)]
struct State {
    is_obsidian: bool,
    tags: Vec<String>,
    badges: Vec<Badge>,
    /// With offsets of the author's body.
    wiki: Vec<(usize, WikiLink)>,
    /// With offsets of the body as it is now.
    callouts: Vec<(usize, Callout)>,
    warnings: Warnings,
    shifts: Vec<Shift>,
}

/// The cleaned body, and what `read` makes of its last reading; none where the body doesn't settle, or a round would change
/// its code.
pub(crate) fn run<T>(
    document: &Document<'_>,
    options: &CleanOptions<'_>,
    read: &dyn Fn(&Document<'_>) -> T,
) -> Option<(Cleaned, T)> {
    let mut state = State::default();
    let (body, reading) = state.rounds(document, options, read, 0, &[])?;
    Some((state.finish(document.source, body), reading))
}

impl State {
    /// Applies the rules until nothing is left to do: the clean body, and what `read` makes of it.
    ///
    /// `expected` is the code that the round before has left. Each round calls the next, since what is
    /// read of a body still refers to those before it.
    fn rounds<T>(
        &mut self,
        document: &Document<'_>,
        options: &CleanOptions<'_>,
        read: &dyn Fn(&Document<'_>) -> T,
        round: usize,
        expected: &[u64],
    ) -> Option<(String, T)> {
        if round == MAX_ROUNDS || (round > 0 && document.too_complex) {
            return None;
        }
        let plain = document.plain();
        let code = invariant::code(plain);
        if !invariant::holds(expected, &code) {
            return None;
        }
        let edits = self.round(document, plain, options, round);
        if edits.is_empty() {
            return Some((document.source.to_owned(), read(document)));
        }
        let expected = invariant::expected(&code, &edits);
        let body = apply(document.source, &edits);
        self.shift(&edits);
        let again = document.edited(&body, &edits);
        self.rounds(&again, options, read, round + 1, &expected)
    }

    /// The edits of one reading; none where the body is clean.
    fn round(
        &mut self,
        document: &Document<'_>,
        plain: &Document<'_>,
        options: &CleanOptions<'_>,
        round: usize,
    ) -> Vec<Edit> {
        let mut splice = Splice::default();
        let mut warnings = Warnings::default();
        // First and by themselves: nothing of a comment may be recorded or reported.
        let comments = hidden::find(document);
        if !comments.is_empty() {
            let edits = hidden::splice(document.source, &comments, &mut warnings);
            self.report(warnings);
            return edits;
        }
        if round == 0 {
            for edit in options.title_removal {
                splice.replace(edit.range.clone(), edit.replacement.clone());
            }
            self.badges = badges::take(document, options, &mut splice);
        }
        self.rules(document, plain, options, round, &mut splice, &mut warnings);
        let mut edits = splice.into_edits(document.source);
        if edits.is_empty() {
            // What referred to a definition may have gone meanwhile.
            let unused = definitions::unused(document);
            edits = hidden::splice(document.source, &unused, &mut warnings);
        }
        if edits.is_empty() {
            let mut splice = Splice::default();
            start::guard(document, &mut splice);
            edits = splice.into_edits(document.source);
        }
        if edits.is_empty() {
            // An edit may have brought together what is another program's mark.
            edits = dialects::edits(document, self.is_obsidian, &mut warnings);
        }
        self.report(warnings);
        edits
    }

    /// Adds what one reading found.
    fn report(&mut self, warnings: Warnings) {
        let shifts = &self.shifts;
        let back = |at| shifts.iter().rev().fold(at, |at, shift| shift.back(at));
        self.warnings.extend(warnings, back);
    }

    fn rules(
        &mut self,
        document: &Document<'_>,
        plain: &Document<'_>,
        options: &CleanOptions<'_>,
        round: usize,
        splice: &mut Splice,
        warnings: &mut Warnings,
    ) {
        let before = splice.len();
        lazy::mark(document, splice);
        if splice.len() > before {
            return;
        }
        math::settle(document, plain, round >= GENTLE_ROUNDS, splice);
        displays::settle(document, plain, splice);
        dollars::settle(document, plain, splice);
        if splice.len() > before {
            return;
        }
        let markers = callouts::find(document);
        self.is_obsidian =
            self.is_obsidian || flavour::is_obsidian_with(document, &markers, options);
        if options.context.flavor != Flavor::GitHub {
            obsidian::highlights(document, !self.is_obsidian, splice);
        }
        if self.is_obsidian {
            let runs = document.runs();
            obsidian::block_ids(document, runs, splice);
            self.tags = obsidian::tags(document, runs);
            if options.hard_breaks {
                breaks::harden(document, &markers, splice);
            }
        }
        let wiki = wikilinks::rewrite(document, self.is_obsidian, options, splice, warnings);
        self.record_links(wiki);
        self.record_callouts(&markers);
        callouts::rewrite(document, &markers, splice);
        let anchors = Anchors::of(plain, options);
        links::rewrite(plain, options, &anchors, splice, warnings);
        elements::sanitise(
            plain,
            options,
            &anchors,
            round < CLOSING_ROUNDS,
            splice,
            warnings,
        );
        tables::settle(plain, splice);
        lazy::part(plain, splice);
        angles::escape(plain, &math::formulas(document), splice);
        blanks::settle(plain, splice);
        labels::escape(plain, splice);
        markers::escape(plain, splice);
        label_tags::escape(plain, splice);
        link_brackets::part(plain, splice);
        agreed::settle(plain, splice, warnings);
        spelled::settle(plain, splice);
    }

    fn record_links(&mut self, wiki: Vec<(usize, WikiLink)>) {
        let shifts = &self.shifts;
        let back = |at| {
            shifts
                .iter()
                .rev()
                .fold(at, |at, shift: &Shift| shift.back(at))
        };
        self.wiki
            .extend(wiki.into_iter().map(|(at, link)| (back(at), link)));
    }

    /// Records new callouts, and the titles of known ones as they read now.
    fn record_callouts(&mut self, markers: &[Marker]) {
        let mut new = Vec::new();
        for marker in markers {
            let at = marker.range.start;
            // A space may have come before the marker.
            let known = self.callouts.partition_point(|(known, _)| known + 1 < at);
            match self.callouts.get_mut(known) {
                Some((known, callout)) if known.abs_diff(at) <= 1 => {
                    callout.title = marker.callout().title;
                }
                _ => new.push((at, marker.callout())),
            }
        }
        self.callouts.extend(new);
        self.callouts.sort_by_key(|(at, _)| *at);
    }

    fn shift(&mut self, edits: &[Edit]) {
        let shift = Shift::of(edits);
        for (at, _) in &mut self.callouts {
            *at = shift.forward(*at);
        }
        self.shifts.push(shift);
    }

    fn finish(mut self, source: &str, body: String) -> Cleaned {
        self.wiki.sort_by_key(|(at, _)| *at);
        let mut line = 1;
        let mut position = 0;
        let callouts = self
            .callouts
            .into_iter()
            .map(|(at, mut callout)| {
                let passed = body.as_bytes().get(position..at).unwrap_or_default();
                line += memchr::memchr_iter(b'\n', passed).count();
                position = position.max(at);
                callout.line = line;
                callout
            })
            .collect();
        Cleaned {
            tags: self.tags,
            wiki: self
                .wiki
                .into_iter()
                .map(|(_, link)| link)
                .take(MAX_WIKI_LINKS)
                .collect(),
            badges: self.badges,
            callouts,
            warnings: self.warnings.report(source),
            body,
        }
    }
}
