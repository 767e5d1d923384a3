// The site's members, for whoever runs it: found, invited, changed and removed, and what was done.

import { make } from '../history/make.js';
import { t } from '../languages/say.js';
import { acts } from './acts.js';
import { checklist } from './checklist.js';
import { field } from './form.js';
import { inviting } from './invite.js';
import { paged } from './paged.js';
import { person } from './person.js';
import { importing } from './roster.js';
import { forget } from './slips.js';

/**
 * @typedef {import('../client.js').Client} Client
 * @typedef {Pick<Client, 'site' | 'members' | 'inviteMember' | 'importMembers' | 'changeMember' | 'resetMember' | 'signOutMember' | 'removeMember' | 'acts'>} Api
 */

/** Pause in typing before it is searched, in milliseconds. */
const PAUSE_MS = 250;

/**
 * @param {Api} api
 * @param {{ me: string }} host the handle of the administrator
 */
export function membersView(api, { me }) {
  const heading = make('h2', { class: 'mh-office-heading', tabindex: -1 }, t('roster.heading'));
  const told = make('p', { class: 'mh-told', tabindex: -1, hidden: true });
  const search = make('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
  const refresh = () => {
    void list.begin();
    void steps.refresh();
    log.refresh();
  };
  const steps = checklist(api, { me, address: null, onAway: () => heading.focus() });
  const host = { onInvited: refresh, onHanded: () => steps.handed() };
  const one = inviting(api, host);
  const many = importing(api, host);
  const log = acts(api);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;

  const list = paged({
    label: t('roster.heading'),
    fetch: async (cursor, signal) => {
      const q = search.value.trim();
      const { members, cursor: next } = await api.members({ cursor, signal, ...(q ? { q } : {}) });
      return { items: members, cursor: next };
    },
    row: (member) => person(api, member, { me, onGone: gone, onHanded: host.onHanded }),
    counted: (count, isAll) => {
      const q = search.value.trim();
      if (count === 0) return q ? t('roster.none_found', { q }) : t('roster.none');
      return t(isAll ? 'roster.shown' : 'roster.shown_more', { count });
    },
  });

  /** @param {HTMLElement} row @param {string} name */
  function gone(row, name) {
    list.drop(row);
    told.textContent = t('roster.removed', { name });
    told.hidden = false;
    told.focus();
    log.refresh();
  }

  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => void list.begin(), PAUSE_MS);
  });
  const form = make('form', { role: 'search' }, field(t('roster.search'), search, t('roster.search_hint')));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(typing);
    void list.begin();
  });

  const folded = (/** @type {string} */ text, /** @type {HTMLElement} */ inside) => make('details', { class: 'mh-folded' }, make('summary', {}, text), inside);
  const element = make(
    'div',
    { class: 'mh-office' },
    heading,
    told,
    steps.element,
    folded(t('roster.invite'), one.element),
    folded(t('roster.import'), many.element),
    form,
    list.element,
    log.element,
  );
  return {
    element,
    /** Shows what is there now. @param {boolean} [takesFocus] */
    show(takesFocus = true) {
      told.hidden = true;
      refresh();
      if (takesFocus) heading.focus();
    },
    /** Takes everything off the page: codes above all. */
    clear() {
      clearTimeout(typing);
      for (const part of [list, one, many, log]) part.clear();
      for (const open of element.querySelectorAll('dialog')) open.close();
      forget();
      element.remove();
    },
  };
}
