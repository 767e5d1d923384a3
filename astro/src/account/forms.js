// What members do with their own account: name, password, address, letters, whether they are listed, and leaving. The markup stands there already.

import { onSubmit, tell } from '../office/form.js';
import { codeOf } from '../history/say.js';
import { pieces, t } from '../languages/say.js';
import { make } from '../history/make.js';
import { LETTERS } from './markup.js';

/**
 * @typedef {import('../client.js').Client} Client
 * @typedef {Pick<Client, 'site' | 'account' | 'rename' | 'setPassword' | 'wantEmail' | 'proveEmail' | 'chooseLetters' | 'beListed' | 'leave'>} Api
 * @typedef {import('../client.js').Account} Account
 * @typedef {import('../wire.js').Member} Member
 * @typedef {keyof typeof ENDED} End
 */

/** Where the link of a letter leads to. */
const LETTERS_AT = '#letters';

/** What is said once the session has ended by what the member did. */
const ENDED = /** @type {const} */ ({ password: 'page.password_changed', email: 'account.email_changed', left: 'account.left' });

/** @param {End} end */
export const endedBy = (end) => t(ENDED[end]);

/** The field that a refusal is about, by the form and the server's code; of others the form itself is told. @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
const ABOUT = {
  account: { bad_request: 'account-name' },
  password: { bad_request: 'new_password', invalid_credentials: 'current_password' },
  address: { bad_request: 'new-email', invalid_credentials: 'email-password' },
  'address-code': { bad_request: 'email-code', invalid_credentials: 'email-code' },
  leave: { bad_request: 'leave-password', invalid_credentials: 'leave-password' },
};

/**
 * Connects the parts of `markup.js` that stand in `root`.
 *
 * @param {ParentNode} root
 * @param {Api} api
 * @param {{ prefix: string, onNamed: (member: Member) => void, onEnded: (end: End) => void }} host `prefix` of the ids; `onEnded` is called when the
 *   session is over by what the member did
 */
export function accountForms(root, api, { prefix, onNamed, onEnded }) {
  /** @template {HTMLElement} [E=HTMLElement] @param {string} id @returns {E} */
  const find = (id) => {
    const found = root.querySelector(`#${prefix}${id}`);
    if (!found) throw new Error(`the account has no ${id}`);
    return /** @type {any} */ (found);
  };
  const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (find(id));
  const form = (/** @type {string} */ name) => /** @type {HTMLFormElement} */ (find(`${name}-form`));
  const dialog = /** @type {HTMLDialogElement} */ (find('leave'));
  const letters = /** @type {(keyof typeof LETTERS)[]} */ (Object.keys(LETTERS));
  // Each visit of a member has a number, and each look, so that a late answer isn't shown to whoever came after, nor over a newer one.
  let [visit, look] = [0, 0];

  /**
   * Does something when a form is sent. What the server refuses is said below the field that it is about, which has the focus then.
   *
   * @param {string} name
   * @param {() => Promise<void>} act
   */
  function sending(name, act) {
    const [of, error] = [form(name), find(`${name}-error`)];
    /** Where it stands, and what comes after it. */
    const [home, next] = [error.parentNode, error.nextSibling];
    const forget = () => {
      error.textContent = '';
      for (const field of of.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
      home?.insertBefore(error, next);
    };
    of.addEventListener('input', forget);
    of.addEventListener('reset', forget);
    onSubmit(of, error, async () => {
      forget();
      const mine = visit;
      try {
        await act();
      } catch (failed) {
        // Somebody else may be there by now, or nobody.
        if (mine !== visit) return;
        const about = ABOUT[name]?.[codeOf(failed) ?? ''];
        if (about) {
          const field = input(about);
          field.ariaInvalid = 'true';
          field.parentElement?.append(error);
          field.focus();
        }
        throw failed;
      }
    });
  }

  function connect() {
    input('account-name').addEventListener('input', () => (find('account-status').textContent = ''));
    sending('account', async () => {
      find('account-status').textContent = '';
      const mine = visit;
      const member = await api.rename(input('account-name').value);
      if (mine !== visit) return;
      showName(member);
      form('account').reset();
      find('account-status').textContent = t('account.renamed', { name: member.name });
      onNamed(member);
    });

    input('show-passwords').addEventListener('change', () => showPasswords(input('show-passwords').checked));
    sending('password', async () => {
      await api.setPassword({ currentPassword: input('current_password').value, password: input('new_password').value });
      onEnded('password');
    });

    sending('address', async () => {
      find('address-status').textContent = '';
      const mine = visit;
      const account = await api.wantEmail(input('new-email').value, input('email-password').value);
      if (mine !== visit) return;
      form('address').reset();
      show(account);
      find('address-status').textContent = t('account.email_sent', { email: account.newEmail ?? '' });
      input('email-code').focus();
    });
    sending('address-code', async () => {
      await api.proveEmail(input('email-code').value);
      onEnded('email');
    });

    for (const name of letters) choosing(`letter-${name}`, 'letters', (wanted) => api.chooseLetters({ [name]: wanted }), () => 'account.letters_kept');
    choosing('listed-box', 'listed', (wanted) => api.beListed(wanted), ({ listed }) => (listed ? 'account.listed_in' : 'account.listed_out'));

    find('leave-ask').addEventListener('click', () => {
      form('leave').reset();
      dialog.showModal();
    });
    find('leave-keep').addEventListener('click', () => dialog.close());
    sending('leave', async () => {
      await api.leave(input('leave-password').value);
      dialog.close();
      onEnded('left');
    });
  }

  /**
   * Does something when a box is ticked or not any more; what the server refuses leaves it as it was.
   *
   * @param {string} id
   * @param {string} part
   * @param {(wanted: boolean) => Promise<Account>} act
   * @param {(account: Account) => string} done the key of what is said then
   */
  function choosing(id, part, act, done) {
    const [box, status, error] = [input(id), find(`${part}-status`), find(`${part}-error`)];
    box.addEventListener('change', async () => {
      status.textContent = error.textContent = '';
      const mine = visit;
      const wanted = box.checked;
      try {
        const account = await act(wanted);
        if (mine !== visit) return;
        show(account);
        status.textContent = t(done(account));
      } catch (refused) {
        if (mine !== visit) return;
        box.checked = !wanted;
        tell(error, refused);
      }
    });
  }

  /** @param {boolean} isShown */
  function showPasswords(isShown) {
    for (const id of ['current_password', 'new_password']) input(id).type = isShown ? 'text' : 'password';
  }

  /** What the member is typing stays. @param {Pick<Member, 'name'>} member */
  function showName({ name }) {
    input('account-name').defaultValue = name;
  }

  /** @param {Pick<Account, 'email' | 'newEmail' | 'letters' | 'listed'>} account */
  function show({ email, newEmail, letters: chosen, listed }) {
    find('address-is').replaceChildren(...pieces('account.email_is', { email: make('bdi', {}, email) }));
    input('password-of').value = email;
    form('address-code').hidden = newEmail === null;
    for (const name of letters) input(`letter-${name}`).checked = chosen[name];
    input('listed-box').checked = listed;
  }

  connect();
  return {
    showName,

    /**
     * Shows what the account says; address and letters only where the site sends letters, the list only where it has one.
     *
     * @throws what the server or the way to it said no with
     */
    async refresh() {
      const mine = (look += 1);
      let told;
      try {
        told = await Promise.all([api.site(), api.account()]);
      } catch (failed) {
        // Of somebody else's visit, or of a look that a newer one came after.
        if (mine !== look) return;
        throw failed;
      }
      if (mine !== look) return;
      const [{ mail, password, public_members: isPublic }, account] = told;
      find('address').hidden = find('letters').hidden = !mail;
      find('listed').hidden = !isPublic;
      find('password-rule').textContent = t('desk.password_rule', password);
      showName(account.member);
      show(account);
      if (mail && location.hash === LETTERS_AT) find('letters').focus();
    },

    /** Takes everything of the member's off the page. */
    clear() {
      visit += 1;
      look += 1;
      for (const part of ['address', 'letters', 'listed']) find(part).hidden = true;
      input('listed-box').checked = false;
      input('account-name').defaultValue = '';
      for (const name of ['account', 'password', 'address', 'address-code', 'leave']) form(name).reset();
      for (const part of ['account-status', 'address-status', 'address-is', 'letters-status', 'letters-error', 'listed-status', 'listed-error']) find(part).textContent = '';
      form('address-code').hidden = true;
      input('password-of').value = '';
      showPasswords(false);
      for (const id of ['password-change', 'address-change']) /** @type {HTMLDetailsElement} */ (find(id)).open = false;
      dialog.close();
    },
  };
}
