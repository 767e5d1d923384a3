// <masthead-readme-history>: the earlier versions of the document that is open, and what was deleted.

import { deletedDocuments } from '../history/deleted.js';
import { earlierVersions } from '../history/versions.js';
import { MastheadElement } from './base.js';

export class MastheadReadmeHistory extends MastheadElement {
  #versions: ReturnType<typeof earlierVersions> | undefined;
  #deleted: ReturnType<typeof deletedDocuments> | undefined;
  // What the page's <masthead-publish-report> tells.
  #listens: Record<string, (event: Event) => void> = {
    'masthead:opened': (event) => this.#versions?.show((event as CustomEvent<{ slug: string | null }>).detail.slug),
    'masthead:report': (event) => this.#versions?.show((event as CustomEvent<{ readme: { slug: string } }>).detail.readme.slug),
    'masthead:deleted': (event) => this.#deleted?.deleted((event as CustomEvent<{ slug: string; title: string }>).detail),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    for (const [name, listener] of Object.entries(this.#listens)) document.addEventListener(name, listener);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const [name, listener] of Object.entries(this.#listens)) document.removeEventListener(name, listener);
  }

  protected override setUp(): void {
    // The report follows what has come back as it follows what was sent.
    const host = { onRestored: (slug: string) => this.tell('uploaded', { slug }) };
    this.#versions = earlierVersions(this.client, host);
    this.#deleted = deletedDocuments(this.client, host);
    this.find('[data-history]').replaceChildren(this.#deleted.notice, this.#versions.element, this.#deleted.list);
  }

  protected override async follow(signedIn: boolean): Promise<void> {
    if (signedIn) return this.#deleted?.refresh();
    this.#versions?.show(null);
    this.#deleted?.clear();
  }
}
