// What an administrator did to one's account, told at the next sign-in until it is put away.

import { button, make } from '../history/make.js';
import { day, isTold } from '../history/say.js';
import { pieces, t } from '../languages/say.js';

/**
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../wire.js').Notice} Notice
 */

/** What each act is told by. A newer server may have others. @type {Readonly<Record<string, string>>} */
const SENTENCES = {
  name_changed: 'roster.notice_name_changed',
  handle_changed: 'roster.notice_handle_changed',
  email_changed: 'roster.notice_email_changed',
  role_changed: 'roster.notice_role_changed',
  member_disabled: 'roster.notice_member_disabled',
  member_enabled: 'roster.notice_member_enabled',
  code_issued: 'roster.notice_code_issued',
  signed_out: 'roster.notice_signed_out',
};

/** What a role is given by. @type {Readonly<Record<string, string>>} */
const GIVEN = { member: 'roster.notice_role_member', editor: 'roster.notice_role_editor', admin: 'roster.notice_role_admin' };

/** The key of what an act is told by. @param {Pick<Notice, 'what' | 'became'>} notice */
export const noticeOf = ({ what, became }) => (what === 'role_changed' ? GIVEN[became ?? ''] : undefined) ?? SENTENCES[what] ?? 'roster.notice_else';

/**
 * @param {Pick<Client, 'putNoticesAway'>} api
 * @param {readonly Notice[]} notices
 * @param {() => void} onAway called once they are put away, for the focus
 * @returns {HTMLElement[]} nothing where there is nothing to tell
 */
export function noticesOf(api, notices, onAway) {
  const newest = notices.map(({ at }) => at).sort().at(-1);
  if (newest === undefined) return [];
  const error = make('p', { class: 'error mh-error', role: 'alert' });
  const puts = button({ text: t('roster.notices_away') }, async () => {
    try {
      await api.putNoticesAway(newest);
      element.remove();
      onAway();
    } catch (failed) {
      if (!isTold(failed)) error.textContent = failed instanceof Error ? failed.message : String(failed);
    }
  });
  const items = notices.map((notice) => {
    const { at, by } = notice;
    const name = make('bdi', { class: 'mh-name' }, by ? (by.name ?? by.handle) : t('roster.somebody'));
    return make('li', {}, make('span', {}, ...pieces(noticeOf(notice), { by: name, day: make('time', { datetime: at }, day(at)) })));
  });
  const element = make('section', { class: 'mh-notices', 'aria-label': t('roster.notices') }, make('ul', { class: 'mh-noticed' }, ...items), error, make('div', { class: 'mh-row' }, puts));
  return [element];
}
