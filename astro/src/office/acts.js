// What administrators and editors did, in sentences.

import { make } from '../history/make.js';
import { moment } from '../history/say.js';
import { pieces, t } from '../languages/say.js';
import { paged } from './paged.js';

/**
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../wire.js').Act} Act
 */

/** What each act is told by. A newer server may have others. @type {Readonly<Record<string, string>>} */
const SENTENCES = {
  invited: 'audit.invited',
};

/** @param {Pick<Client, 'acts'>} api */
export function acts(api) {
  const list = paged({
    label: t('audit.heading'),
    fetch: async (cursor, signal) => {
      const page = await api.acts({ cursor, signal });
      return { items: page.acts, cursor: page.cursor };
    },
    row: drawn,
    counted: (count) => (count === 0 ? t('audit.none') : ''),
  });
  const element = make('details', { class: 'mh-folded' }, make('summary', {}, t('audit.heading')), make('p', { class: 'hint mh-hint' }, t('audit.hint')), list.element);
  element.addEventListener('toggle', () => void (element.open && list.begin()));
  return {
    element,
    /** Looks again, where somebody is looking. */
    refresh() {
      if (element.open) void list.begin();
    },
    clear() {
      element.open = false;
      list.clear();
    },
  };
}

/** @param {Act} act */
function drawn({ at, by, act, on, slug, note }) {
  const strong = (/** @type {string} */ text) => make('bdi', { class: 'mh-name' }, text);
  const values = {
    by: strong(by ? (by.name ?? by.handle) : t('audit.command_line')),
    on: strong(on ? (on.name ?? on.handle) : t('audit.nobody')),
    slug: strong(slug ?? ''),
    note: strong(note ?? ''),
    act,
  };
  return make('li', { class: 'mh-act' }, make('p', {}, ...pieces(SENTENCES[act] ?? 'audit.unknown', values)), make('p', { class: 'hint mh-hint' }, make('time', { datetime: at }, moment(at))));
}
