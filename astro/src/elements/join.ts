// <masthead-join>: a new member, or one who forgot, sets a password by a code, and is signed in.

import { MastheadElement } from './base.js';

export class MastheadJoin extends MastheadElement {
  protected override setUp(): void {
    const form = this.find<HTMLFormElement>('form');
    const password = this.find<HTMLInputElement>('[name="password"]');
    this.#takeCode();
    // A link that is opened in this very tab changes only what is behind the #.
    addEventListener('hashchange', () => this.#takeCode());
    this.find<HTMLInputElement>('[data-show]').addEventListener('change', (event) => {
      password.type = (event.target as HTMLInputElement).checked ? 'text' : 'password';
    });
    this.onSubmit(form, async () => {
      const member = await this.client.join(this.find<HTMLInputElement>('[name="code"]').value, password.value);
      form.reset();
      password.type = 'password';
      this.find('[data-before]').hidden = true;
      const after = this.find('[data-after]');
      after.hidden = false;
      after.focus();
      this.tell('joined', { member });
      const next = this.dataset['redirect'];
      if (next) location.assign(next);
    });
  }

  protected override follow(): void {}

  /** Takes the code out of the address, where the next person at this computer would find it. */
  #takeCode(): void {
    const code = location.hash.slice(1);
    if (!code) return;
    let text = code;
    try {
      text = decodeURIComponent(code);
    } catch {
      // As it stands there; the server will say what it thinks of it.
    }
    this.find<HTMLInputElement>('[name="code"]').value = text;
    history.replaceState(null, '', location.pathname + location.search);
    this.find<HTMLInputElement>('[name="password"]').focus();
  }
}
