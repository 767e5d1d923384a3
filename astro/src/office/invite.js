// One more member: who it is, and the slip that lets them in.

import { make } from '../history/make.js';
import { t } from '../languages/say.js';
import { choice, field, onSubmit } from './form.js';
import { posted, posting } from './posting.js';
import { handout } from './slips.js';
import { roles } from './words.js';

/**
 * @typedef {import('../client.js').Client} Client
 */

/**
 * @param {Pick<Client, 'inviteMember' | 'site'>} api
 * @param {{ onInvited: () => void, onHanded: () => void }} host
 */
export function inviting(api, { onInvited, onHanded }) {
  const name = make('input', { type: 'text', required: true, maxlength: 100, autocomplete: 'off' });
  const email = make('input', { type: 'email', required: true, maxlength: 254, autocomplete: 'off' });
  const handle = make('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  const role = choice(roles(), 'member');
  const error = make('p', { class: 'error mh-error', role: 'alert' });
  const made = make('div', {});
  const mail = posting(api, 'roster.mail_code');
  const form = make(
    'form',
    {},
    field(t('roster.name'), name, t('roster.name_hint')),
    field(t('desk.email'), email, t('roster.email_of_new')),
    field(t('roster.role'), role, t('roster.role_hint')),
    field(t('roster.handle'), handle, t('roster.handle_hint')),
    mail.element,
    error,
    make('button', { type: 'submit' }, t('roster.invite_button')),
  );
  onSubmit(form, error, async () => {
    const wanted = { name: name.value.trim(), email: email.value.trim(), role: /** @type {import('../wire.js').Role} */ (role.value), ...(handle.value.trim() ? { handle: handle.value.trim() } : {}) };
    const isMailed = mail.isWanted;
    const { member, invitation, slips, mailed } = await api.inviteMember({ ...wanted, mail: isMailed });
    form.reset();
    const out = handout({ heading: t('roster.slip_of', { name: member.name }), slips, invitation, onHanded, ...(isMailed ? { told: posted(1, mailed) } : {}) });
    made.replaceChildren(out.element);
    out.heading.focus();
    onInvited();
  });
  return {
    element: make('div', {}, form, made),
    clear() {
      form.reset();
      error.textContent = '';
      made.replaceChildren();
    },
  };
}
