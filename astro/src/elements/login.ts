// <masthead-login>: signs a member in and out.

import type { Member } from '../client.js';
import { t } from '../languages/say.js';
import { noticesOf } from '../office/notices.js';
import { MastheadElement } from './base.js';

export class MastheadLogin extends MastheadElement {
  /** Another element of the page has given the member another name. */
  #named = (event: Event) => {
    const { member } = (event as CustomEvent<{ member?: Member }>).detail;
    if (member) this.#showName(member);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('masthead:account', this.#named);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('masthead:account', this.#named);
  }

  protected override setUp(): void {
    const form = this.find<HTMLFormElement>('form');
    this.onSubmit(form, async () => {
      const { email, password } = Object.fromEntries(new FormData(form)) as Record<string, string>;
      try {
        const member = await this.client.login(email ?? '', password ?? '');
        form.reset();
        this.tell('login', { member });
      } catch (error) {
        this.find<HTMLInputElement>('[name="password"]').focus();
        throw error;
      }
      const next = this.dataset['redirect'];
      if (next) location.assign(next);
    });
    this.#offerCode();
    this.find('[data-sign-out]').addEventListener('click', () => {
      this.client.logout();
      this.find<HTMLInputElement>('[name="email"]').focus();
    });
  }

  /** A code for who forgot the password, where the site sends letters; else the word whom to ask. */
  #offerCode(): void {
    const forgot = this.find('[data-forgot]');
    this.client.site().then(
      ({ mail }) => {
        forgot.hidden = !mail;
        this.find('[data-no-mail]').hidden = mail;
      },
      () => {},
    );
    const form = this.find<HTMLFormElement>('[data-forgot] form');
    const said = this.find('[data-forgot-said]');
    this.onSubmit(form, async () => {
      said.textContent = '';
      await this.client.forgotPassword(this.find<HTMLInputElement>('[name="forgotten"]').value);
      said.textContent = t('forgot.sent');
    });
  }

  protected override async follow(signedIn: boolean): Promise<void> {
    const place = this.own('[data-notices]');
    place?.replaceChildren();
    if (!signedIn) return;
    const { member, notices } = await this.client.account();
    this.#showName(member);
    place?.replaceChildren(...noticesOf(this.client, notices, () => this.find('[data-sign-out]').focus()));
  }

  #showName({ name }: Member): void {
    this.find('[data-name]').textContent = t('desk.signed_in_as', { name });
  }
}
