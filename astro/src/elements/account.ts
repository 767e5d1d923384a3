// <masthead-account>: a member's own name, password, address and letters, and how they leave.

import { accountForms, endedBy } from '../account/forms.js';
import { MastheadElement } from './base.js';

export class MastheadAccount extends MastheadElement {
  #forms: ReturnType<typeof accountForms> | undefined;

  protected override setUp(): void {
    this.#forms = accountForms(this, this.client, {
      prefix: 'mh-',
      onNamed: (member) => this.tell('account', { changed: 'name', member }),
      onEnded: (changed) => {
        // More than that the session is over.
        const said = this.find('[data-ending]');
        said.textContent = endedBy(changed);
        said.focus();
        this.tell('account', { changed });
      },
    });
  }

  protected override async follow(signedIn: boolean): Promise<void> {
    this.say('error', '');
    this.#forms?.clear();
    if (signedIn) await this.#forms?.refresh();
  }
}
