// The question by which a document gets another address, in the report of <masthead-publish-report>.

import type { Readme } from '../client.js';
import { isAbort, isSessionEnd, sentence } from './base.js';

/** The slug of the member's own page, whose address is the member's. */
const OWN_PAGE = 'readme';

/** What is there of the question in the component's markup. */
interface Parts {
  button: HTMLButtonElement;
  dialog: HTMLDialogElement;
  input: HTMLInputElement;
  error: HTMLElement;
}

/**
 * Connects the question. `rename` stores the answer; what it is refused with is said in the dialog, which stays open.
 */
export class Renaming {
  readonly #parts: Parts;
  #readme: Readme | undefined;

  constructor(place: HTMLElement, rename: (readme: Readme, wanted: string) => Promise<void>) {
    const find = <E extends HTMLElement>(selector: string) => place.querySelector<E>(selector)!;
    const parts = (this.#parts = { button: find('[data-rename]'), dialog: find('dialog'), input: find('dialog input'), error: find('[data-rename-error]') });
    const { button, dialog, input, error } = parts;
    button.addEventListener('click', () => {
      input.value = this.#readme?.slug ?? '';
      error.textContent = '';
      dialog.showModal();
      input.select();
    });
    find('[data-rename-cancel]').addEventListener('click', () => dialog.close());
    find<HTMLFormElement>('form').addEventListener('submit', async (event) => {
      event.preventDefault();
      const readme = this.#readme;
      if (!readme || dialog.ariaBusy === 'true') return;
      dialog.ariaBusy = 'true';
      error.textContent = '';
      try {
        await rename(readme, input.value);
        dialog.close();
      } catch (refused) {
        if (isSessionEnd(refused)) dialog.close();
        else if (!isAbort(refused)) error.textContent = sentence(refused);
      } finally {
        dialog.ariaBusy = null;
      }
    });
  }

  /** Offers to rename this document; none, and the member's own page, has no question. */
  offer(readme: Readme | undefined): void {
    this.#readme = readme?.slug === OWN_PAGE ? undefined : readme;
    this.#parts.button.hidden = !this.#readme;
    if (!this.#readme && this.#parts.dialog.open) this.#parts.dialog.close();
  }
}
