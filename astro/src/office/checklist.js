// The checklist of a site's beginning: it ticks itself, and can be put away.

import { button, make } from '../history/make.js';
import { isTold } from '../history/say.js';
import { t } from '../languages/say.js';
import { done } from './steps.js';

/**
 * @typedef {import('../client.js').Client} Client
 */

const STEPS = /** @type {const} */ ([
  ['members', 'roster.step_members'],
  ['slips', 'roster.step_slips'],
  ['signed_in', 'roster.step_signed_in'],
  ['document', 'roster.step_document'],
]);

/**
 * What a browser keeps of the checklist, by the administrator's handle.
 *
 * @param {string} handle
 * @param {'away' | 'handed'} what
 */
const kept = (handle, what) => {
  const key = `masthead.steps.${what}.${handle}`;
  return {
    get is() {
      try {
        return localStorage.getItem(key) !== null;
      } catch (forbidden) {
        // The browser's settings forbid it: the list is there again next time.
        console.debug('masthead: nothing can be kept here', forbidden);
        return false;
      }
    },
    set() {
      try {
        localStorage.setItem(key, 'yes');
      } catch (forbidden) {
        console.debug('masthead: nothing can be kept here', forbidden);
      }
    },
  };
};

/**
 * @param {Pick<Client, 'members'>} api
 * @param {{ me: string, address: string | null, onAway?: () => void }} host `address` is where members are given, where that is elsewhere:
 *   the list stands at the top of a page then, and not below a heading
 */
export function checklist(api, { me, address, onAway = () => {} }) {
  const [away, handed] = [kept(me, 'away'), kept(me, 'handed')];
  const list = make('ol', { class: 'mh-steps' });
  const puts = button({ text: t('roster.steps_away') }, () => {
    away.set();
    element.hidden = true;
    onAway();
  });
  const leads = address !== null && make('a', { class: 'button mh-edit', href: address }, t('roster.steps_members'));
  const element = make('section', { class: 'mh-checklist', 'aria-label': t('roster.steps'), hidden: true }, make(address === null ? 'h3' : 'h2', {}, t('roster.steps')), list, make('div', { class: 'mh-row' }, leads, puts));

  return {
    element,
    /** Looks what is done, unless the list was put away. */
    async refresh() {
      if (away.is) return;
      try {
        const { members, cursor } = await api.members({});
        const is = done(members, { me, isAll: cursor === null, isHanded: handed.is });
        list.replaceChildren(
          ...STEPS.map(([step, sentence]) => make('li', { class: 'mh-step', 'data-done': String(is[step]) }, make('span', { class: 'mh-unseen' }, `${t(is[step] ? 'roster.step_done' : 'roster.step_open')} `), t(sentence))),
        );
        // A site that has all of it is at its beginning no more.
        element.hidden = Object.values(is).every(Boolean);
      } catch (failed) {
        // The list of members, which is asked for in the same way, says why.
        if (!isTold(failed)) console.warn('masthead: what is done of the first steps isn’t known', failed);
      }
    },
    /** Slips were printed or saved here. */
    handed() {
      handed.set();
      void this.refresh();
    },
  };
}
