// What a text will look like: its page, whether it would be published, what to look at, and how a search would show it.

import { when } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { button, h, say } from './dom.js';
import { frames } from './frame.js';
import { result, shownAddress } from './result.js';

/**
 * The parts of the editor that a preview fills.
 *
 * @param {Pick<import('./host.js').Host, 'api' | 'site' | 'frame'>} host whose address is asked for with each preview: it may be found late
 * @param {(warning: import('./host.js').Warning) => void} jump
 */
export function looks(host, jump) {
  const { site, frame } = host;
  const title = h('p', { class: 'mh-page-title' });
  const hint = h('p', { class: 'hint mh-hint' }, t('editor.preview_waits'));
  const inside = h('div', { class: 'mh-framed' });
  const scroller = h('div', { class: 'mh-scroller', tabindex: 0, role: 'region', 'aria-label': t('editor.preview_of') }, title, hint, inside);
  const fault = h('p', { class: 'hint mh-hint mh-behind', role: 'status' });
  const page = frames(inside, { document: frame, site: () => host.api, title: t('editor.preview_of') });
  const state = h('p', { class: 'mh-outcome', role: 'status' });
  const warnings = h('div', { class: 'mh-found' });
  const [name, address, about] = [h('p', { class: 'mh-result-title' }), h('p', { class: 'mh-result-address' }), h('p', { class: 'mh-result-about' })];
  const search = h('section', { class: 'mh-result', hidden: true }, h('h3', {}, t('editor.result')), h('div', { class: 'mh-result-box' }, address, name, about), h('p', { class: 'hint mh-hint' }, t('editor.result_hint')));
  let drawn = '';

  return {
    scroller,
    fault,
    state,
    warnings,
    search,

    /** @param {import('./host.js').Preview} preview @param {string} entryId where it is, or will be */
    show({ frontmatter, html, report }, entryId) {
      say(fault, '');
      const called = typeof frontmatter?.['title'] === 'string' ? frontmatter['title'] : '';
      title.textContent = called;
      hint.textContent = html === null ? (report.state === 'rejected' ? '' : t('editor.preview_too_large')) : '';
      if (html === null) page.clear();
      else page.show(html);
      state.dataset['state'] = report.state;
      say(state, outcome(report));
      // What stays as it is isn't drawn anew: a button keeps the focus.
      const now = JSON.stringify(report.warnings);
      if (now !== drawn) {
        drawn = now;
        warnings.replaceChildren(...list(report, jump));
      }
      const shown = result(frontmatter);
      search.hidden = frontmatter === null;
      name.textContent = shown.title || t('editor.no_title');
      about.textContent = shown.description || t('editor.no_description');
      address.textContent = shownAddress(site, entryId);
    },

    /** Says that what is shown isn't what is written. @param {unknown} error @param {number | undefined} againInMs */
    behind(error, againInMs) {
      const reason = error instanceof Error ? error.message : String(error);
      const { status } = /** @type {{ status?: number }} */ (error);
      const count = Math.ceil((againInMs ?? 0) / 1000);
      say(fault, againInMs === undefined ? t('editor.preview_failed', { reason }) : t(status === 429 ? 'editor.preview_too_many' : 'editor.preview_failed_again', { reason, count }));
    },

    stop() {
      page.stop();
    },
  };
}

/** @param {import('./host.js').Preview['report']} report */
function outcome({ state, reason, until, fields, warnings }) {
  if (state === 'rejected') return t('editor.would_reject', { reason: reason ?? '' });
  if (state === 'draft') return fields.some(({ key, source }) => key === 'draft' && source === 'frontmatter') ? t('editor.would_draft') : t('editor.would_draft_elsewhere');
  if (state === 'scheduled') return t('editor.would_come_out', { date: when(until ?? '', 'long') });
  return warnings.length > 0 ? t('editor.would_publish_warned', { count: warnings.length }) : t('editor.would_publish');
}

/**
 * @param {import('./host.js').Preview['report']} report
 * @param {(warning: import('./host.js').Warning) => void} jump
 */
function list({ state, warnings }, jump) {
  if (state === 'rejected' || warnings.length === 0) return [];
  const inOrder = [...warnings].sort((one, other) => one.line - other.line || one.column - other.column);
  const items = inOrder.map((warning) => {
    const { line, column, text, hint } = warning;
    const place = h('span', { class: 'place mh-place' }, t('editor.place', { line, column }));
    const pressed = button('', () => jump(warning), { class: 'quiet mh-quiet mh-jump' });
    pressed.append(place, h('span', { class: 'mh-advice' }, hint));
    if (text) pressed.append(h('code', {}, text));
    return h('li', {}, pressed);
  });
  return [h('h3', {}, t('editor.warnings', { count: warnings.length })), h('ol', { class: 'mh-list-of-warnings' }, ...items)];
}
