// One member in the list, and what an administrator does with the account.

import { ask as askFor } from '../desk/dom.js';
import { ask } from '../history/ask.js';
import { button, make } from '../history/make.js';
import { codeOf, day } from '../history/say.js';
import { size } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { choice, field, onSubmit, tell } from './form.js';
import { posted, posting } from './posting.js';
import { handout } from './slips.js';
import { badge, face, roles, roleWord, stateOf, stateWord } from './words.js';

/**
 * @typedef {import('../wire.js').ListedMember} ListedMember
 * @typedef {import('../client.js').Client} Client
 * @typedef {Pick<Client, 'changeMember' | 'resetMember' | 'signOutMember' | 'removeMember' | 'site'>} Api
 */

/** As long as the server takes them, in characters. */
const MAX_NAME = 100;
const MAX_EMAIL = 254;
/** What is changed of a member, in this order. */
const CHANGED = /** @type {const} */ (['name', 'handle', 'role', 'email']);

/**
 * @param {Api} api
 * @param {ListedMember} first as the list has it
 * @param {{ me: string, onGone: (row: HTMLElement, name: string) => void, onHanded: () => void }} host `me` is the handle of whoever looks, `onGone` is
 *   called when the member is removed
 */
export function person(api, first, { me, onGone, onHanded }) {
  let member = first;
  const pictured = make('span', {});
  const name = make('span', { class: 'mh-name' });
  const email = make('span', { class: 'hint mh-hint' });
  const tags = make('span', { class: 'mh-tags' });
  const panel = make('div', { class: 'mh-panel', hidden: true });
  const opens = button({ text: '', attributes: { class: 'quiet mh-quiet mh-open', 'aria-expanded': 'false' } }, () => {
    if (!panel.hasChildNodes()) panel.append(...inside());
    panel.hidden = !panel.hidden;
    opens.ariaExpanded = String(!panel.hidden);
  });
  opens.append(pictured, make('span', { class: 'mh-about' }, name, ' ', email), ' ', tags);
  const row = make('li', { class: 'mh-person', 'data-id': first.id }, opens, panel);
  /** Says the rest of the member's anew, once the panel was opened. */
  let redraw = () => {};

  /** @param {ListedMember} changed */
  function show(changed) {
    if (changed !== first) row.dataset['changed'] = '';
    member = changed;
    const { name: called, email: address, role, picture } = member;
    pictured.replaceChildren(face(called, picture));
    name.textContent = called;
    email.textContent = address;
    tags.replaceChildren(...(role === 'member' ? [] : [badge(role, roleWord(role)), ' ']), badge(stateOf(member), stateWord(member)));
    redraw();
  }

  function inside() {
    const facts = make('dl', {});
    const status = make('p', { class: 'status mh-status', role: 'status' });
    const error = make('p', { class: 'error mh-error', role: 'alert' });
    const hands = make('div', {});
    const form = change(status);

    const able = button({ text: '' }, () => (member.state === 'disabled' ? enable() : disable()));
    const reset = button({ text: t('roster.reset') }, async () => {
      const mail = posting(api, 'roster.mail_code');
      const isMade = await ask(
        row,
        { heading: t('roster.reset_question', { name: member.name }), text: t('roster.reset_means'), no: t('roster.cancel'), yes: t('roster.reset'), body: [mail.element] },
        { act: () => handOut(hands, mail.isWanted), why },
      );
      if (isMade) hands.querySelector('h3')?.focus();
    });
    const out = button({ text: t('roster.sign_out') }, () =>
      does(error, async () => {
        await api.signOutMember(member.id);
        status.textContent = t('roster.signed_out', { name: member.name });
      }),
    );
    const remove = button({ text: t('roster.remove') }, () => removal());

    async function enable() {
      await does(error, async () => {
        show(await api.changeMember(member.id, { disabled: false }));
        status.textContent = t('roster.enabled', { name: member.name });
      });
    }

    async function disable() {
      const isDone = await ask(
        row,
        { heading: t('roster.disable_question', { name: member.name }), text: t('roster.disable_means'), no: t('roster.cancel'), yes: t('roster.disable') },
        { act: async () => show(await api.changeMember(member.id, { disabled: true })), why },
      );
      if (isDone) status.textContent = t('roster.disabled', { name: member.name });
    }

    redraw = () => {
      facts.replaceChildren(...known(member).map(([term, value]) => make('div', {}, make('dt', {}, term), make('dd', {}, value))));
      able.textContent = member.state === 'disabled' ? t('roster.enable') : t('roster.disable');
      reset.hidden = member.state === 'disabled';
    };
    redraw();
    const mine = member.handle === me && make('p', { class: 'hint mh-hint' }, t('roster.yourself'));
    return [mine, facts, form, make('div', { class: 'mh-row' }, reset, out, able, remove), status, error, hands].filter((part) => part !== false);
  }

  /**
   * The form in which name, role, address and handle are changed: what wasn't touched isn't sent.
   *
   * @param {HTMLElement} status
   */
  function change(status) {
    const inputs = {
      name: make('input', { type: 'text', required: true, maxlength: MAX_NAME, autocomplete: 'off' }),
      email: make('input', { type: 'email', required: true, maxlength: MAX_EMAIL, autocomplete: 'off' }),
      role: choice(roles(), member.role),
      handle: make('input', { type: 'text', required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' }),
    };
    const fill = () => {
      for (const key of CHANGED) inputs[key].value = member[key];
    };
    fill();
    const error = make('p', { class: 'error mh-error', role: 'alert' });
    const form = make(
      'form',
      {},
      field(t('roster.name'), inputs.name),
      field(t('roster.role'), inputs.role, t('roster.role_hint')),
      field(t('desk.email'), inputs.email, t('roster.email_hint')),
      field(t('roster.handle'), inputs.handle, t('roster.handle_moves')),
      error,
      make('div', { class: 'mh-row' }, make('button', { type: 'submit' }, t('roster.save'))),
    );
    onSubmit(form, error, async () => {
      status.textContent = '';
      const changed = CHANGED.flatMap((key) => (inputs[key].value.trim() === member[key] ? [] : [/** @type {const} */ ([key, inputs[key].value.trim()])]));
      if (changed.length === 0) {
        status.textContent = t('roster.nothing_changed');
        return;
      }
      // One after the other: where one is refused, the row shows what was done before it.
      for (const [key, value] of changed) {
        try {
          show(await api.changeMember(member.id, { [key]: value }));
        } catch (failed) {
          return complain(error, failed);
        }
      }
      fill();
      status.textContent = t('roster.saved', { name: member.name });
    });
    return form;
  }

  /** @param {HTMLElement} place @param {boolean} isMailed */
  async function handOut(place, isMailed) {
    const { invitation, slips, mailed } = await api.resetMember(member.id, { mail: isMailed });
    const out = handout({ heading: t('roster.slip_of', { name: member.name }), slips, invitation, onHanded, ...(isMailed ? { told: posted(1, mailed) } : {}) });
    place.replaceChildren(out.element);
  }

  async function removal() {
    const typed = make('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
    const error = make('p', { class: 'error mh-error', role: 'alert' });
    const chosen = await askFor(row, {
      title: t('roster.remove_question', { name: member.name }),
      text: t('roster.remove_means'),
      body: [field(t('roster.remove_type', { handle: member.handle }), typed), error],
      choices: [
        ['', t('roster.cancel')],
        ['remove', t('roster.remove_for_good')],
      ],
      check: async () => {
        error.textContent = '';
        if (typed.value.trim() !== member.handle) {
          error.textContent = t('roster.remove_wrong', { handle: member.handle });
          typed.focus();
          return false;
        }
        try {
          await api.removeMember(member.id, member.handle);
        } catch (failed) {
          // Another tab was faster.
          if (codeOf(failed) === 'not_found') return true;
          tell(error, failed);
          return false;
        }
        return true;
      },
    });
    if (chosen === 'remove') onGone(row, member.name);
  }

  show(first);
  return row;
}

/** What failed; of a member who is none any more in other words than the server's. @param {unknown} failed */
const why = (failed) => (codeOf(failed) === 'not_found' ? t('roster.gone') : failed instanceof Error ? failed.message : String(failed));

/** @param {HTMLElement} place @param {unknown} failed */
const complain = (place, failed) => tell(place, codeOf(failed) === 'not_found' ? new Error(t('roster.gone')) : failed);

/** @param {HTMLElement} error @param {() => Promise<void>} act */
async function does(error, act) {
  error.textContent = '';
  try {
    await act();
  } catch (failed) {
    complain(error, failed);
  }
}

/**
 * What is known of a member, beside what stands in the row.
 *
 * @param {ListedMember} member
 * @returns {[term: string, value: string][]}
 */
function known({ documents, bytes, state, last_login: last, invited_until: until }) {
  return [
    [t('roster.documents'), t('roster.documents_of', { count: documents, size: size(bytes) })],
    ...(state === 'invited' && until !== undefined ? [/** @type {[string, string]} */ ([t('roster.invited_until'), day(until)])] : []),
    [t('roster.last_login'), last ? day(last) : t('roster.never')],
  ];
}
