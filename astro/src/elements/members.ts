// <masthead-members>: the site's members, for administrators.

import type { membersView } from '../office/members.js';
import { isAtLeast } from '../office/words.js';
import { MastheadElement } from './base.js';

export class MastheadMembers extends MastheadElement {
  #view: ReturnType<typeof membersView> | undefined;

  protected override setUp(): void {}

  protected override async follow(signedIn: boolean): Promise<void> {
    const none = this.find('[data-none]');
    if (!signedIn) {
      this.#view?.clear();
      this.#view = undefined;
      none.hidden = true;
      return;
    }
    if (this.#view) return;
    const { handle, role } = await this.client.me();
    if (!this.client.signedIn || this.#view) return;
    none.hidden = isAtLeast(role, 'admin');
    if (!none.hidden) return;
    // Pages of members don't load it.
    const { membersView } = await import('../office/members.js');
    if (!this.client.signedIn || this.#view) return;
    this.#view = membersView(this.client, { me: handle });
    this.find('[data-office]').replaceChildren(this.#view.element);
    this.#view.show(false);
  }
}
