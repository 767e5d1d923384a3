// What belongs to what, before it is sent, and how far each is while it is: the list of <masthead-readme-upload>.

import { percentage, size } from '../languages/amounts.js';
import { inARow, t } from '../languages/say.js';
import { isNote, type Item, type Plan, type Progressed } from '../publishing.js';
import { h } from './base.js';

const STATES: Record<Exclude<Progressed, 'sending' | 'waiting'>, string> = {
  kept: 'desk.item.kept',
  held: 'desk.item.held',
  sent: 'desk.item.sent',
  there: 'desk.item.there',
  failed: 'desk.item.failed',
};

/** So many notes, pictures and other files that are to be sent, and their size. */
export function summary({ items, isTooMany }: Plan): string {
  const meant = items.filter(({ state }) => state !== 'kept');
  const notes = meant.filter(isNote).length;
  const documents = meant.filter(({ kind }) => kind === 'document').length;
  const pictures = meant.length - notes - documents;
  const parts = [
    ...(notes > 0 ? [t('desk.n_notes', { count: notes })] : []),
    ...(pictures > 0 ? [t('desk.n_pictures', { count: pictures })] : []),
    ...(documents > 0 ? [t('site.n_pdfs', { count: documents })] : []),
    size(meant.reduce((bytes, item) => bytes + item.size, 0)),
  ];
  const what = inARow(parts).join('');
  return isTooMany ? t('site.over_limit', { what }) : what;
}

/** Draws the plan; what it gives shows where an item is. */
export function drawPlan(place: HTMLElement, plan: Plan): (item: Item) => void {
  const states = new Map<Item, HTMLElement>();
  const byPath = new Map(plan.items.map((item) => [item.path, item]));
  const row = (path: string, ...more: (Node | false)[]): HTMLElement => {
    const item = byPath.get(path);
    const state = h('span', { class: 'mh-state' });
    if (item) states.set(item, state);
    return h('li', {}, h('span', { class: 'mh-title' }, path), ' ', item && state, ...more);
  };
  const rows = (paths: readonly string[]): Node | false => paths.length > 0 && h('ul', {}, ...paths.map((path) => row(path)));
  const notes = plan.notes.map(({ path, own, others, missing }) =>
    row(
      path,
      rows(own),
      others.length > 0 && h('span', { class: 'mh-hint' }, t('site.also_shows', { names: inARow(others).join('') })),
      missing.length > 0 && h('span', { class: 'mh-reason' }, t('site.not_among', { names: inARow(missing).join('') })),
    ),
  );
  const group = (title: string, list: Node | false): Node | false => list && h('li', {}, h('span', { class: 'mh-group' }, title), list);
  const stays = plan.ignored.length > 0 && h('ul', {}, ...plan.ignored.map(({ path, sentence }) => h('li', {}, h('span', { class: 'mh-title' }, path), h('span', { class: 'mh-hint' }, sentence))));
  const list = [...notes, group(t(plan.notes.length > 0 ? 'site.unshown' : 'site.for_notes'), rows(plan.unshown.map(({ path }) => path))), group(t('site.stay'), stays)];
  place.replaceChildren(h('ul', { class: 'mh-plan' }, ...list.filter((part): part is HTMLElement => part !== false)));
  const show = (item: Item): void => {
    const state = states.get(item);
    if (!state) return;
    state.dataset['state'] = item.state;
    state.textContent = item.state === 'waiting' ? '' : item.state === 'sending' ? percentage(100 * item.share) : t(STATES[item.state]);
  };
  for (const item of plan.items) show(item);
  return show;
}
