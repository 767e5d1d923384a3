// Everybody's documents, for editors: what waits for a look first.

import { button, make } from '../history/make.js';
import { isTold, moment } from '../history/say.js';
import { t } from '../languages/say.js';
import { documentView } from './document.js';
import { choice, field, tell } from './form.js';
import { paged } from './paged.js';
import { STATES, stateBadge, titleOf } from './states.js';
import { badge, face } from './words.js';

/**
 * @typedef {import('./states.js').Api} Api
 * @typedef {import('./states.js').Host} Host
 * @typedef {import('../wire.js').ReviewedDocument} ReviewedDocument
 */

/**
 * @param {Api} api
 * @param {Host} host
 */
export function reviewView(api, host) {
  const heading = make('h2', { class: 'mh-office-heading', tabindex: -1 }, t('review.heading'));
  const told = make('p', { class: 'mh-told', tabindex: -1, hidden: true });
  const states = choice([['', t('review.all')], ...Object.entries(STATES).map(([state, key]) => /** @type {const} */ ([state, t(key)]))], 'waiting');
  const one = make('div', { hidden: true });
  const list = paged({
    label: t('review.heading'),
    fetch: async (cursor, signal) => {
      const state = /** @type {ReviewedDocument['state'] | ''} */ (states.value);
      const { documents, cursor: next } = await api.review({ cursor, signal, ...(state ? { state } : {}) });
      return { items: documents, cursor: next };
    },
    row,
    counted: (count, isAll) => {
      if (count === 0) return states.value === 'waiting' ? t('review.none_waiting') : states.value === '' ? t('review.none') : t('review.none_such');
      return t(isAll ? 'review.shown' : 'review.shown_more', { count });
    },
  });
  const all = make('div', {}, heading, told, make('p', { class: 'hint mh-hint' }, t('review.hint')), field(t('review.state'), states), list.element);
  const element = make('div', { class: 'mh-office' }, all, one);
  /** @type {ReturnType<typeof documentView> | undefined} */
  let open;
  /** What was decided last, for the list. */
  let decided = '';
  let isFirst = true;

  /** @param {ReviewedDocument} document */
  function row(document) {
    const { handle, name, slug, state, updated, version, warnings, live, picture } = document;
    const inside = [
      face(name, picture),
      make('span', { class: 'mh-about' }, make('bdi', { class: 'mh-name' }, titleOf(document)), ' ', make('span', { class: 'hint mh-hint' }, updated === null ? t('review.deleted_by', { name }) : t('review.by', { name, when: moment(updated) })), warnings > 0 && make('span', { class: 'hint mh-hint' }, ` ${t('review.warnings', { count: warnings })}`)),
      ' ',
      make('span', { class: 'mh-tags' }, state === 'waiting' && live ? badge('published', t('review.older_live')) : '', ' ', stateBadge(state)),
    ];
    // A draft is its author's own, and of what was deleted there is nothing to see.
    const leads = state !== 'draft' && updated !== null;
    const made = make('li', { class: 'mh-person', 'data-document': `${handle}/${slug}` }, leads ? make('a', { class: 'mh-open', href: host.address(handle, slug) }, ...inside) : make('div', { class: 'mh-open' }, ...inside));
    if (updated === null && version !== null) made.append(make('div', { class: 'mh-panel' }, make('p', { class: 'hint mh-hint' }, t('review.deleted_hint')), forgetting(document, version, made)));
    return made;
  }

  /**
   * A button that lifts the withdrawal of a document that its author deleted.
   *
   * @param {ReviewedDocument} document
   * @param {string} version
   * @param {HTMLElement} gone
   */
  function forgetting(document, version, gone) {
    const error = make('p', { class: 'error mh-error', role: 'alert' });
    const lifts = button({ text: t('review.restore'), label: t('review.restore_of', { title: titleOf(document) }) }, async () => {
      error.textContent = '';
      try {
        await api.decide(document.handle, document.slug, { action: 'restore', version });
        list.drop(gone);
        told.textContent = t('review.lifted', { title: titleOf(document) });
        told.hidden = false;
        told.focus();
      } catch (failed) {
        tell(error, failed);
      }
    });
    return make('div', {}, make('div', { class: 'mh-row' }, lifts), error);
  }

  states.addEventListener('change', () => void list.begin());

  /** Where nothing waits ever, everything is shown first. */
  async function begin() {
    if (isFirst) {
      isFirst = false;
      try {
        if (((await host.site()).review ?? 'off') === 'off') states.value = '';
      } catch (failed) {
        // The list says why there is nothing.
        if (!isTold(failed)) console.debug('masthead: whether documents wait isn’t known', failed);
      }
    }
    await list.begin();
  }

  return {
    element,
    /** Shows one document, or all of them. @param {{ handle: string, slug: string } | null} wanted @param {boolean} [takesFocus] */
    show(wanted, takesFocus = true) {
      open?.stop();
      open = undefined;
      all.hidden = wanted !== null;
      one.hidden = wanted === null;
      if (wanted) {
        open = documentView(api, host, wanted, (sentence) => {
          decided = sentence;
          location.hash = host.list;
        });
        one.replaceChildren(open.element);
        return;
      }
      one.replaceChildren();
      told.textContent = decided;
      told.hidden = decided === '';
      if (takesFocus) (decided === '' ? heading : told).focus();
      decided = '';
      void begin();
    },
    clear() {
      open?.stop();
      list.clear();
      for (const dialog of element.querySelectorAll('dialog')) dialog.close();
      one.replaceChildren();
      element.remove();
    },
  };
}
