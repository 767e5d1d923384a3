// One document of somebody's, as an editor looks at it and decides.

import { ask } from '../desk/dom.js';
import { frames } from '../desk/frame.js';
import { drawn } from '../history/changes.js';
import { button, make } from '../history/make.js';
import { codeOf, isTold, moment } from '../history/say.js';
import { t } from '../languages/say.js';
import { warnings } from '../report/draw.js';
import { field, tell } from './form.js';
import { stateBadge, titleOf } from './states.js';

/**
 * @typedef {import('./states.js').Api} Api
 * @typedef {import('./states.js').Host} Host
 * @typedef {import('../wire.js').Decision} Decision
 * @typedef {import('../wire.js').Review} Review
 * @typedef {import('../wire.js').ReviewedDocument} ReviewedDocument
 */

/** As long as the server takes it, in characters. */
const MAX_NOTE = 2000;
/** How often it is looked whether the site has followed a decision, and the pause before each look, in milliseconds. */
const LOOKS = 8;
const PAUSE_MS = 400;
/** What is said once it is decided. */
const DECIDED = { approve: 'review.approved', withdraw: 'review.withdrawn', restore: 'review.restored' };

/**
 * @param {Api} api
 * @param {Host} host
 * @param {{ handle: string, slug: string }} which
 * @param {(sentence: string) => void} onDecided
 */
export function documentView(api, host, { handle, slug }, onDecided) {
  const heading = make('h2', { class: 'mh-office-heading', tabindex: -1 }, t('review.fetching'));
  const kicker = make('p', { class: 'mh-kicker' });
  const error = make('p', { class: 'error mh-error', role: 'alert' });
  const body = make('div', {});
  const element = make('div', {}, make('p', {}, make('a', { class: 'mh-back', href: host.list }, t('review.back'))), kicker, heading, error, body);
  const asking = new AbortController();
  /** @type {ReturnType<typeof frames> | undefined} */
  let preview;

  /** @returns {Promise<ReviewedDocument | undefined>} nothing where the editor is elsewhere by now */
  async function load() {
    const [review, frame] = await Promise.all([api.reviewed(handle, slug, asking.signal), host.frame()]);
    if (asking.signal.aborted) return undefined;
    show(review, frame);
    return review.report;
  }

  /** @param {Review} review @param {string} frame */
  function show(review, frame) {
    const { report: found, preview: shown, source, changes } = review;
    const { name, state, live, updated, note } = found;
    kicker.replaceChildren(stateBadge(state), ' ', t('review.by', { name, when: updated === null ? '' : moment(updated) }));
    heading.replaceChildren(make('bdi', {}, titleOf(found)));
    const noted = note && make('blockquote', { class: 'mh-noted' }, make('p', { dir: 'auto' }, note.text), make('p', { class: 'hint mh-hint' }, t('review.note_by', { name: note.by ?? t('audit.nobody'), when: moment(note.at) })));
    const inside = make('div', { class: 'mh-framed' });
    preview?.stop();
    preview = frames(inside, { document: frame, site: () => host.api, title: t('review.preview') });
    const { html } = shown;
    const changed = changes && drawn(changes);
    body.replaceChildren(
      make('p', {}, t(meaning(state, live))),
      noted || '',
      actions(found),
      html === null ? make('p', { class: 'hint mh-hint' }, shown.report.reason ?? t('review.no_preview')) : make('div', { class: 'mh-scroller', tabindex: 0, role: 'region', 'aria-label': t('review.preview') }, inside),
      ...warnings({ ...shown.report, live, file_name: null, version: '' }, { prefix: host.prefix }),
      changed ? folded(t('review.changes'), changed.element) : '',
      source === null ? '' : folded(t('review.source'), make('pre', { class: 'mh-source', tabindex: 0, role: 'region', 'aria-label': t('review.source'), dir: 'auto' }, source)),
    );
    // Once it stands in the page, which its height is made for.
    if (html !== null) preview.show(html);
  }

  /** @param {ReviewedDocument} found */
  function actions(found) {
    const { state, live, version } = found;
    // While it is being converted there is no version to decide about.
    if (version === null) return '';
    const isWithdrawn = state === 'withdrawn';
    return make(
      'div',
      { class: 'mh-row' },
      state === 'waiting' && button({ text: t('review.approve'), isQuiet: false }, () => decide(found, 'approve', version)),
      isWithdrawn && button({ text: t('review.restore'), isQuiet: false }, () => decide(found, 'restore', version)),
      !isWithdrawn && (live || state === 'waiting' || state === 'scheduled') && button({ text: t('review.withdraw') }, () => withdraw(found, version)),
    );
  }

  /**
   * @param {ReviewedDocument} found
   * @param {Decision['action']} action
   * @param {string} version
   */
  async function decide(found, action, version) {
    error.textContent = '';
    try {
      await api.decide(handle, slug, { action, version });
      await followed(found.state);
      leave(t(DECIDED[action], { title: titleOf(found) }));
    } catch (failed) {
      await refused(found, failed);
    }
  }

  /** Leads back to the list, unless the editor is elsewhere by now. @param {string} sentence */
  const leave = (sentence) => void (asking.signal.aborted || onDecided(sentence));

  /**
   * Waits until a decision is followed, so that the list tells the new state; not for long, since it is followed anyway.
   *
   * @param {ReviewedDocument['state']} before
   */
  async function followed(before) {
    for (let look = 0; look < LOOKS; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      try {
        const { report } = await api.reviewed(handle, slug, asking.signal);
        if (report.state !== before && report.state !== 'processing') return;
      } catch (failed) {
        // What was decided stands: it is only not seen yet.
        if (!isTold(failed)) console.debug('masthead: whether the decision is followed isn’t known', failed);
        return;
      }
    }
  }

  /** Where a version is no longer the newest, the newest is shown. @param {ReviewedDocument} found @param {unknown} failed */
  async function refused(found, failed) {
    if (codeOf(failed) !== 'conflict') return tell(error, failed);
    try {
      const newest = await load();
      if (newest && newest.version === found.version) return tell(error, failed);
      error.textContent = t('review.newer');
      heading.focus();
    } catch (lost) {
      tell(error, lost);
    }
  }

  /** @param {ReviewedDocument} found @param {string} version */
  async function withdraw(found, version) {
    const note = make('textarea', { maxlength: MAX_NOTE });
    const why = make('p', { class: 'error mh-error', role: 'alert' });
    const chosen = await ask(element, {
      title: t('review.withdraw_question', { title: titleOf(found) }),
      text: t('review.withdraw_means', { name: found.name }),
      body: [field(t('review.note'), note, t('review.note_hint')), why],
      choices: [
        ['', t('review.cancel')],
        ['withdraw', t('review.withdraw')],
      ],
      check: async () => {
        why.textContent = '';
        const text = note.value.trim();
        try {
          await api.decide(handle, slug, { action: 'withdraw', version, ...(text ? { note: text } : {}) });
        } catch (failed) {
          tell(why, failed);
          return false;
        }
        await followed(found.state);
        return true;
      },
    });
    if (chosen === 'withdraw') leave(t(DECIDED.withdraw, { title: titleOf(found) }));
  }

  void load().then(
    () => heading.focus(),
    (failed) => {
      if (isTold(failed) || asking.signal.aborted) return;
      heading.textContent = codeOf(failed) === 'not_found' ? t('review.gone') : t('review.not_shown');
      tell(error, failed);
      heading.focus();
    },
  );
  return {
    element,
    stop() {
      asking.abort();
      preview?.stop();
    },
  };
}

/**
 * What a state means for the site.
 *
 * @param {ReviewedDocument['state']} state
 * @param {boolean} live
 */
function meaning(state, live) {
  if (state === 'waiting') return live ? 'review.means_waiting_live' : 'review.means_waiting';
  if (state === 'withdrawn') return 'review.means_withdrawn';
  if (state === 'processing') return 'review.means_converting';
  if (state === 'scheduled') return 'review.means_scheduled';
  return live ? 'review.means_live' : 'review.means_not_live';
}

/** @param {string} text @param {HTMLElement} inside */
const folded = (text, inside) => make('details', { class: 'mh-folded' }, make('summary', {}, text), inside);
