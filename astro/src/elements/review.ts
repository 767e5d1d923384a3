// <masthead-review>: everybody's documents, for editors.

import type { reviewView } from '../office/review.js';
import { isAtLeast } from '../office/words.js';
import { MastheadElement } from './base.js';

const LIST = '#/review';
const ONE = /^#\/review\/([a-z0-9-]+)\/([a-z0-9-]+)$/;

export class MastheadReview extends MastheadElement {
  #view: ReturnType<typeof reviewView> | undefined;
  #moved = () => this.#look();

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#moved);
  }

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
    const { role, picture } = await this.client.me();
    none.hidden = isAtLeast(role, 'editor');
    if (!none.hidden) return;
    // Pages of members don't load it.
    const { reviewView } = await import('../office/review.js');
    if (!this.client.signedIn || this.#view) return;
    const api = this.dataset['url'] || location.origin;
    this.#view = reviewView(this.client, {
      frame: async () => (await import('./framed.js')).FRAME,
      site: () => this.client.site(),
      // Pictures have the server's public address, which may be another than the one that it is called by.
      api: /^(.*?)\/pictures\//.exec(picture?.[96] ?? '')?.[1] ?? api,
      list: LIST,
      address: (handle, slug) => `${LIST}/${handle}/${slug}`,
      prefix: 'mh-',
    });
    this.find('[data-office]').replaceChildren(this.#view.element);
    this.#look(false);
  }

  /** Shows what the page's address says: one document, or the list. */
  #look(takesFocus = true): void {
    const [, handle, slug] = ONE.exec(location.hash) ?? [];
    this.#view?.show(handle && slug ? { handle, slug } : null, takesFocus);
  }
}
