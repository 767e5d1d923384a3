// A list that comes in pages: the first part, more of it, and all of it anew when something else is asked for.

import { button, make } from '../history/make.js';
import { t } from '../languages/say.js';
import { tell } from './form.js';

/** So many entries are fetched before somebody asks for more: pages of a search may be short, or empty. */
const SHOWN_AT_ONCE = 25;

/**
 * @template Item
 * @typedef {{ items: readonly Item[], cursor: string | null }} Page
 */

/**
 * @template Item
 * @param {object} of
 * @param {string} of.label what the list is called
 * @param {(cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>} of.fetch
 * @param {(item: Item) => HTMLElement} of.row with `data-changed` once it says something else than the entry it was made of
 * @param {(count: number, isAll: boolean) => string} of.counted what is said of so many entries; there may be more unless it is all
 */
export function paged({ label, fetch, row, counted }) {
  const status = make('p', { class: 'hint mh-hint mh-told-count', role: 'status' });
  const error = make('p', { class: 'error mh-error', role: 'alert' });
  const list = make('ul', { class: 'mh-people', 'aria-label': label });
  const more = button({ text: t('roster.more') }, () => look(true));
  const element = make('div', {}, status, error, list, more);
  /** All that is said of the entries that are listed: one that stays keeps its row, with what is open in it. @type {Map<string, HTMLElement>} */
  let rows = new Map();
  /** @type {string | undefined} */
  let cursor;
  /** @type {AbortController | undefined} */
  let asking;

  /** @param {boolean} goesOn */
  async function look(goesOn) {
    asking?.abort();
    const { signal } = (asking = new AbortController());
    const begins = goesOn ? list.childElementCount : 0;
    let isAnew = !goesOn;
    const before = isAnew ? rows : new Map();
    if (isAnew) rows = new Map();
    list.ariaBusy = 'true';
    error.textContent = '';
    let from = goesOn ? cursor : undefined;
    try {
      do {
        const page = await fetch(from, signal);
        if (signal.aborted) return;
        const made = page.items.map((item) => {
          const key = JSON.stringify(item);
          const old = before.get(key);
          const one = old && !('changed' in old.dataset) ? old : row(item);
          rows.set(key, one);
          return one;
        });
        const focused = document.activeElement;
        if (isAnew) list.replaceChildren(...made);
        else list.append(...made);
        if (focused instanceof HTMLElement && list.contains(focused)) focused.focus({ preventScroll: true });
        isAnew = false;
        from = page.cursor ?? undefined;
        if (from !== undefined && list.childElementCount === 0) status.textContent = t('roster.looking');
      } while (from !== undefined && list.childElementCount < begins + SHOWN_AT_ONCE);
      settle(from);
      const next = list.children[begins]?.querySelector('button, a');
      if (goesOn && next instanceof HTMLElement) next.focus();
    } catch (failed) {
      if (signal.aborted) return;
      tell(error, failed);
      // What is there stays, and the rest can be asked for again.
      if (!isAnew) settle(from);
    } finally {
      if (!signal.aborted) list.ariaBusy = null;
    }
  }

  /** @param {string | undefined} from */
  function settle(from) {
    cursor = from;
    more.hidden = cursor === undefined;
    status.textContent = counted(list.childElementCount, cursor === undefined);
  }

  more.hidden = true;
  return {
    element,
    /** Where what happened to an entry may be said, once that is gone. */
    status,
    /** Begins anew. */
    begin: () => look(false),
    /** Takes an entry away. @param {HTMLElement} gone */
    drop(gone) {
      gone.remove();
      settle(cursor);
    },
    clear() {
      asking?.abort();
      list.ariaBusy = null;
      list.replaceChildren();
      rows = new Map();
      status.textContent = error.textContent = '';
      more.hidden = true;
    },
  };
}
