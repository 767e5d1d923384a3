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
  member_added: 'audit.member_added',
  member_invited: 'audit.member_invited',
  name_changed: 'audit.name_changed',
  handle_changed: 'audit.handle_changed',
  email_changed: 'audit.email_changed',
  role_changed: 'audit.role_changed',
  member_disabled: 'audit.member_disabled',
  member_enabled: 'audit.member_enabled',
  code_issued: 'audit.code_issued',
  signed_out: 'audit.signed_out',
  member_removed: 'audit.member_removed',
  document_approved: 'audit.document_approved',
  document_withdrawn: 'audit.document_withdrawn',
  document_restored: 'audit.document_restored',
};

/** What a role is given by. @type {Readonly<Record<string, string>>} */
const GIVEN = { member: 'audit.role_member', editor: 'audit.role_editor', admin: 'audit.role_admin' };

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

/** The key of what an act is told by. @param {Pick<Act, 'act' | 'became'>} act */
export const sentenceOf = ({ act, became }) => (act === 'role_changed' ? GIVEN[became ?? ''] : undefined) ?? SENTENCES[act] ?? 'audit.unknown';

/** @param {Act} act */
function drawn(act) {
  const { at, by, on, slug, note } = act;
  const strong = (/** @type {string} */ text) => make('bdi', { class: 'mh-name' }, text);
  const values = {
    by: strong(by ? (by.name ?? by.handle) : t('audit.command_line')),
    on: strong(on ? (on.name ?? on.handle) : t('audit.nobody')),
    slug: strong(slug ?? ''),
    act: act.act,
  };
  return make(
    'li',
    { class: 'mh-act' },
    make('p', {}, ...pieces(sentenceOf(act), values)),
    note ? make('p', { class: 'mh-act-note', dir: 'auto' }, note) : '',
    make('p', { class: 'hint mh-hint' }, make('time', { datetime: at }, moment(at))),
  );
}
