// Everybody's documents, for editors: what waits for a look first.

import { make } from '../history/make.js';
import { isTold, moment } from '../history/say.js';
import { t } from '../languages/say.js';
import { documentView } from './document.js';
import { choice, field } from './form.js';
import { paged } from './paged.js';
import { STATES, stateBadge, titleOf } from './states.js';
import { badge } from './words.js';

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
    const { handle, name, slug, state, updated, warnings, live, picture } = document;
    const face = make('span', { class: 'mh-face', 'aria-hidden': 'true' }, picture ? make('img', { src: picture[96], alt: '', width: 44, height: 44, loading: 'lazy' }) : '');
    return make(
      'li',
      { class: 'mh-person', 'data-document': `${handle}/${slug}` },
      make(
        'a',
        { class: 'mh-open', href: host.address(handle, slug) },
        face,
        make('span', { class: 'mh-about' }, make('bdi', { class: 'mh-name' }, titleOf(document)), ' ', make('span', { class: 'hint mh-hint' }, t('review.by', { name, when: moment(updated) })), warnings > 0 && make('span', { class: 'hint mh-hint' }, ` ${t('review.warnings', { count: warnings })}`)),
        ' ',
        make('span', { class: 'mh-tags' }, state === 'waiting' && live ? badge('published', t('review.older_live')) : '', ' ', stateBadge(state)),
      ),
    );
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
