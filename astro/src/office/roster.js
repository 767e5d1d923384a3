// Many members at once, from a list: what would become of each row, and then all of them, with their slips.

import { button, make } from '../history/make.js';
import { t } from '../languages/say.js';
import { field, newId, onSubmit, tell } from './form.js';
import { listText } from './list.js';
import { posted, posting } from './posting.js';
import { handout } from './slips.js';
import { badge, roleWord } from './words.js';

/**
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../wire.js').Imported} Imported
 * @typedef {import('../wire.js').RosterRow} RosterRow
 */

/** So many rows are drawn before somebody asks for more. */
const DRAWN_AT_ONCE = 200;
const OUTCOMES = { bad: 'roster.row_bad', add: 'roster.row_add', member: 'roster.row_member' };
/** What has to be mended is read first. */
const ORDER = ['bad', 'add', 'member'];

/**
 * @param {Pick<Client, 'importMembers' | 'site'>} api
 * @param {{ onInvited: () => void, onHanded: () => void }} host
 */
export function importing(api, { onInvited, onHanded }) {
  const input = make('input', { type: 'file', accept: '.csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain' });
  const error = make('p', { class: 'error mh-error', role: 'alert' });
  const status = make('p', { class: 'status mh-status', role: 'status' });
  const drop = make('div', { class: 'drop mh-drop' }, field(t('roster.list'), input, t('roster.list_hint')));
  const plan = make('div', {});
  const made = make('div', {});
  /** Each choice has a number, so that a late answer isn't shown. */
  let look = 0;

  /** @param {Blob | undefined} file */
  async function take(file) {
    look += 1;
    const mine = look;
    error.textContent = '';
    plan.replaceChildren();
    if (!file) return;
    status.textContent = t('roster.list_reading');
    try {
      const csv = await listText(file);
      const looked = await api.importMembers(csv, { dryRun: true });
      if (mine !== look) return;
      status.textContent = '';
      plan.replaceChildren(...planned(csv, looked));
      plan.querySelector('h3')?.focus();
    } catch (failed) {
      if (mine !== look) return;
      status.textContent = '';
      input.value = '';
      tell(error, failed);
    }
  }

  /**
   * @param {string} csv
   * @param {Imported} looked
   */
  function planned(csv, { rows, ignored_columns: ignored = [] }) {
    const count = (/** @type {string} */ outcome) => rows.filter((row) => row.outcome === outcome).length;
    const [added, bad, known] = [count('add'), count('bad'), count('member')];
    const heading = make('h3', { tabindex: -1 }, added === 0 ? t('roster.plan_none') : t('roster.plan', { count: added }));
    const facts = [bad > 0 && t('roster.plan_bad', { count: bad }), known > 0 && t('roster.plan_known', { count: known }), ignored.length > 0 && t('roster.plan_ignored', { columns: ignored.join(t('desk.separator')) })].filter((fact) => fact !== false);
    const skips = make('input', { type: 'checkbox', id: newId() });
    const mail = posting(api, 'roster.mail_codes');
    const failed = make('p', { class: 'error mh-error', role: 'alert' });
    const again = button({ text: t('roster.plan_again') }, () => {
      clear();
      input.focus();
    });
    const form = make(
      'form',
      {},
      bad > 0 && added > 0 && make('div', { class: 'field check mh-check' }, skips, make('label', { for: skips.id }, t('roster.plan_skip', { count: bad }))),
      added > 0 && mail.element,
      failed,
      make('div', { class: 'mh-row' }, added > 0 && make('button', { type: 'submit' }, t('roster.plan_invite', { count: added })), again),
    );
    onSubmit(form, failed, async () => {
      if (bad > 0 && !skips.checked) throw new Error(t('roster.plan_mend', { count: bad }));
      const imported = await api.importMembers(csv, { skipBad: skips.checked, mail: mail.isWanted });
      const { added: invited, slips, invitations, mailed } = imported;
      // Who comes with a password of a former backend has no code.
      const codes = invitations?.length ?? invited;
      if (invited === 0) {
        // What could be used before is bad or there by now.
        plan.replaceChildren(...planned(csv, imported));
        plan.querySelector('h3')?.focus();
        return;
      }
      clear();
      const out = handout({ heading: t('roster.imported', { count: invited }), slips: codes > 0 ? slips : undefined, count: codes, onHanded, ...(mail.isWanted && codes > 0 ? { told: posted(codes, mailed) } : {}) });
      made.replaceChildren(out.element);
      out.heading.focus();
      onInvited();
    });
    return [heading, ...facts.map((fact) => make('p', { class: 'hint mh-hint' }, fact)), form, ...table(rows)];
  }

  function clear() {
    look += 1;
    input.value = '';
    plan.replaceChildren();
    made.replaceChildren();
    error.textContent = status.textContent = '';
  }

  input.addEventListener('change', () => void take(input.files?.[0]));
  // The counter: the pointer enters a child before it leaves its parent.
  let inside = 0;
  const over = (/** @type {number} */ change) => {
    inside = Math.max(0, inside + change);
    drop.classList.toggle('over', inside > 0);
    drop.toggleAttribute('data-over', inside > 0);
  };
  drop.addEventListener('dragenter', () => over(1));
  drop.addEventListener('dragleave', () => over(-1));
  drop.addEventListener('dragover', (event) => event.preventDefault());
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    over(-inside);
    void take(event.dataTransfer?.files[0]);
  });

  const example = make('pre', { class: 'mh-example', tabindex: 0, role: 'region', 'aria-label': t('roster.list_example') }, t('roster.list_sample'));
  return { element: make('div', {}, make('p', {}, t('roster.list_text')), example, drop, status, error, plan, made), clear };
}

/**
 * The rows with what becomes of each, in parts.
 *
 * @param {readonly RosterRow[]} rows
 */
function table(rows) {
  const ordered = [...rows].sort((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome) || one.line - other.line);
  const list = make('ul', { class: 'mh-people', 'aria-label': t('roster.rows') });
  const more = button({ text: t('roster.more') }, () => {
    const next = list.children[draw()];
    if (next instanceof HTMLElement) {
      next.tabIndex = -1;
      next.focus();
    }
  });
  const draw = () => {
    const begins = list.childElementCount;
    list.append(...ordered.slice(begins, begins + DRAWN_AT_ONCE).map(drawn));
    more.hidden = list.childElementCount === ordered.length;
    return begins;
  };
  draw();
  return [list, more];
}

/** @param {RosterRow} row */
function drawn({ line, email, name, handle, role, outcome, reason }) {
  return make(
    'li',
    { class: 'mh-rostered', 'data-outcome': outcome },
    make('span', { class: 'mh-about' }, make('span', { class: 'mh-name' }, name || email || t('roster.row_empty')), ' ', make('span', { class: 'hint mh-hint' }, t('roster.row_line', { line })), ' ', email && name ? make('span', { class: 'hint mh-hint' }, email) : '', ' ', handle ? make('span', { class: 'hint mh-hint' }, handle) : ''),
    ' ',
    role ? badge(role, roleWord(role)) : '',
    ' ',
    badge(outcome, t(OUTCOMES[outcome])),
    reason ? make('p', { class: 'mh-why' }, reason) : '',
  );
}
