// The earlier versions of a document: what changed in each, its file, and its return.

import { size } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { ask, downloading } from './ask.js';
import { drawn } from './changes.js';
import { button, make, save, voices } from './make.js';
import { isTold, moment, whyNotBack } from './say.js';

/**
 * @typedef {import('../wire.js').Version} Version
 * @typedef {import('../client.js').Client} Client
 * @typedef {Pick<Client, 'versions' | 'version' | 'changes' | 'restoreReadme'>} Api
 */

const STATES = { current: 'history.state_current', replaced: 'history.state_replaced', deleted: 'history.state_deleted' };

/**
 * @param {Api} api
 * @param {{ onRestored: (slug: string) => void }} host `onRestored` is called when a version has come back
 * @returns {{ element: HTMLElement, show: (slug: string | null) => void }} `show` tells which document it is about
 */
export function earlierVersions(api, { onRestored }) {
  const { status, error } = voices();
  // What changed stands where it was asked for; the ear is told here.
  const heard = make('p', { class: 'mh-heard', role: 'status' });
  const summary = make('summary', {}, t('history.versions'));
  const list = make('ol', { class: 'mh-versions', 'aria-label': t('history.versions') });
  const more = button({ text: t('history.more_versions') }, () => next());
  const element = make('details', { class: 'mh-history', hidden: true }, summary, make('p', { class: 'mh-hint' }, t('history.kept')), status, heard, error, list, more);
  /** @type {string | null} */
  let slug = null;
  /** @type {string | null} */
  let cursor = null;
  /** The id of the newest version. */
  let newest = '';
  // Each look has a number, so that a late answer isn't shown.
  let look = 0;

  const show = (/** @type {string | null} */ wanted) => {
    if (wanted !== null && wanted === slug) {
      if (element.open) void begin();
      return;
    }
    look += 1;
    slug = wanted;
    element.hidden = slug === null;
    element.open = false;
    clear();
    status.textContent = heard.textContent = '';
  };

  function clear() {
    list.replaceChildren();
    error.textContent = '';
    more.hidden = true;
    cursor = null;
  }

  async function begin() {
    clear();
    await next();
  }

  async function next() {
    if (slug === null) return;
    look += 1;
    const mine = look;
    const isFirst = cursor === null;
    error.textContent = '';
    try {
      const page = await api.versions(slug, cursor === null ? {} : { cursor });
      if (mine !== look) return;
      const at = list.childElementCount;
      if (isFirst) newest = page.versions[0]?.id ?? '';
      list.append(...page.versions.map(item));
      cursor = page.cursor;
      more.hidden = cursor === null;
      if (!isFirst) list.children[at]?.querySelector('button')?.focus();
      else if (page.versions.length === 1 && cursor === null) status.textContent = t('history.only');
    } catch (failed) {
      if (mine === look && !isTold(failed)) error.textContent = whyNotBack(failed, slug);
    }
  }

  const item = (/** @type {Version} */ version) => {
    const { id, uploaded, state } = version;
    const when = moment(uploaded);
    const place = make('div', { hidden: true });
    const of = /** @type {string} */ (slug);
    const opens = button({ text: t('history.changes'), label: t('history.changes_of', { when }), attributes: { 'aria-expanded': 'false' } }, async (pressed) => {
      place.hidden = !place.hidden;
      pressed.ariaExpanded = String(!place.hidden);
      if (!place.hidden && !place.hasChildNodes()) place.append(comparison(of, version));
    });
    return make(
      'li',
      { class: 'mh-version', 'data-id': id },
      make('p', { class: 'mh-when' }, make('time', { datetime: uploaded }, when)),
      make('p', { class: 'mh-hint' }, make('span', { class: 'mh-kept', 'data-state': state }, t(STATES[state])), ` ${size(version.size)}`),
      make(
        'div',
        { class: 'mh-row' },
        opens,
        state !== 'current' && button({ text: t('history.restore'), label: t('history.restore_of', { when }) }, () => restore(of, version)),
        downloading(() => api.version(of, id), save, error, t('history.download_of', { when })),
      ),
      place,
    );
  };

  /**
   * What changed in a version, and since then.
   *
   * @param {string} of
   * @param {Version} version
   */
  function comparison(of, { id, state }) {
    const shown = make('div', {});
    let wanted = 0;
    /** @type {{ pressed: () => void, button: HTMLButtonElement }[]} */
    const choices = [];
    const choice = (/** @type {string} */ text, /** @type {() => ReturnType<Api['changes']>} */ compare) => {
      const pressed = async () => {
        for (const other of choices) other.button.ariaPressed = String(other.button === made);
        wanted += 1;
        const mine = wanted;
        shown.replaceChildren(make('p', { class: 'mh-hint' }, t('history.comparing')));
        try {
          const { element: result, summary: told } = drawn(await compare());
          if (mine !== wanted || !shown.isConnected) return;
          shown.replaceChildren(result);
          heard.textContent = told;
        } catch (failed) {
          if (mine === wanted) shown.replaceChildren(...(isTold(failed) ? [] : [make('p', { class: 'mh-error', role: 'alert' }, whyNotBack(failed, of))]));
        }
      };
      const made = button({ text, attributes: { 'aria-pressed': 'false' } }, pressed);
      choices.push({ button: made, pressed: () => void pressed() });
    };
    choice(t('history.in_it'), () => api.changes(of, id));
    if (state !== 'current' && newest !== '' && newest !== id) choice(t('history.since_then'), () => api.changes(of, newest, { since: id }));
    const row = choices.length > 1 && make('div', { class: 'mh-row', role: 'group', 'aria-label': t('history.compare') }, ...choices.map((one) => one.button));
    // Drawn once it stands in the page.
    queueMicrotask(() => choices[0]?.pressed());
    return make('div', { class: 'mh-comparison' }, row, shown);
  }

  /**
   * @param {string} of
   * @param {Version} version
   */
  async function restore(of, { id, uploaded }) {
    const when = moment(uploaded);
    const isBack = await ask(
      element,
      { heading: t('history.restore_question'), text: t('history.restore_means', { when }), no: t('history.cancel'), yes: t('history.restore') },
      {
        act: async () => void (await api.restoreReadme(of, id)),
        why: (failed) => whyNotBack(failed, of),
        instead: (failed) => (isConflict(failed) ? downloading(() => api.version(of, id), save, error) : undefined),
      },
    );
    if (!isBack || of !== slug) return;
    await begin();
    status.textContent = t('history.restored', { when });
    summary.focus();
    onRestored(of);
  }

  element.addEventListener('toggle', () => {
    if (element.open && !list.hasChildNodes()) void begin();
  });
  clear();
  return { element, show };
}

/** @param {unknown} error */
const isConflict = (error) => error instanceof Error && 'code' in error && error.code === 'conflict';
