// At the end of a session: what isn't published stays in the browser, or goes. Also the list of what is there.

import { when } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { ask, h } from './dom.js';

/**
 * Asks a member who signs out what becomes of drafts, and does it.
 *
 * @param {HTMLElement} place
 * @param {import('./drafts.js').Drafts} drafts
 * @param {boolean} isOver the session has ended already, so that there is no way back
 * @returns {Promise<'keep' | 'drop' | ''>} nothing where the session goes on
 */
export async function mayLeave(place, drafts, isOver) {
  const left = drafts.list();
  if (left.length === 0) return 'keep';
  const [keep, drop] = isOver ? [t('editor.left_keep'), t('editor.left_throw')] : [t('editor.leave_keep'), t('editor.leave_throw')];
  const cancel = /** @type {const} */ (['', t('editor.cancel')]);
  const choices = /** @type {const} */ ([...(isOver ? [] : [cancel]), ['drop', drop], ['keep', keep]]);
  const chosen = await ask(place, { title: t('editor.leave_title'), text: t('editor.leave_text', { count: left.length }), choices });
  if (chosen === 'drop') for (const draft of drafts.list()) drafts.drop(draft);
  if (chosen === 'drop' || chosen === 'keep') return chosen;
  return isOver ? 'keep' : '';
}

/**
 * Links to what isn't published; empty where there is nothing.
 *
 * @param {import('./drafts.js').Drafts} drafts
 * @param {(slug: string | null) => string} addressOf the editor
 */
export function listed(drafts, addressOf) {
  const left = drafts.list();
  if (left.length === 0) return [];
  const items = left.map((draft) => h('li', {}, h('a', { href: addressOf(draft.slug) }, draft.title || (draft.slug ?? t('editor.write_new'))), h('span', { class: 'byline mh-byline' }, t('editor.drafts_item', { time: when(new Date(draft.at), 'short') }))));
  return [h('h3', {}, t('editor.drafts')), h('ul', { class: 'mh-drafts' }, ...items)];
}
