// <masthead-readme-upload>: sends a README, and shows how much of it is on its way.

import { size } from '../amounts.js';
import { MastheadError, type Ending, type Replacement, type SentReadme } from '../client.js';
import { MastheadElement } from './base.js';

export class MastheadReadmeUpload extends MastheadElement {
  /** The member who chose the file: whoever else signs in finds nothing chosen. */
  #handle: string | undefined;

  protected override setUp(): void {
    const form = this.find<HTMLFormElement>('form[data-session]');
    const input = this.find<HTMLInputElement>('input[type="file"]');
    const drop = this.find('[data-drop]');

    input.addEventListener('change', () => this.#chosen(input.files?.[0]));
    for (const type of ['dragenter', 'dragover'] as const) {
      drop.addEventListener(type, (event) => {
        event.preventDefault();
        drop.dataset['over'] = '';
      });
    }
    for (const type of ['dragleave', 'drop'] as const) drop.addEventListener(type, () => delete drop.dataset['over']);
    drop.addEventListener('drop', (event) => {
      event.preventDefault();
      const files = event.dataTransfer?.files;
      if (!files?.length) return;
      input.files = files;
      this.#chosen(files[0]);
      this.find<HTMLButtonElement>('form[data-session] button[type="submit"]').focus();
    });

    this.onSubmit(form, async () => {
      const file = input.files?.[0];
      if (!file) return;
      const slug = this.find<HTMLInputElement>('[name="slug"]').value.trim() || undefined;
      const sent = await this.#send(file, slug);
      if (!sent) return this.say('status', `“${file.name}” is not sent, and still chosen.`);
      this.#forget();
      const place = sent.replaced?.title ? `, in the place of “${sent.replaced.title}”` : '';
      this.say('status', `“${file.name}” is sent${place}; its report follows.`);
      this.tell('uploaded', { slug: sent.slug });
    });
  }

  protected override async follow(signedIn: boolean, ending?: Ending): Promise<void> {
    if (!signedIn) {
      this.stopSending();
      this.#dialog.close();
      // A session that is over by itself goes on with the next sign-in, and the file with it.
      if (ending === 'signed_out') this.#forget();
      return;
    }
    const { handle } = await this.client.me();
    if (this.#handle !== undefined && this.#handle !== handle) this.#forget();
    this.#handle = handle;
  }

  /** Asks before a document of another title is replaced. Nothing is answered where the member gives up. */
  async #send(file: File, slug: string | undefined, replace: 'any' | 'same_title' = 'same_title'): Promise<SentReadme | undefined> {
    try {
      return await this.whileSending('Stopped; nothing was published.', (upload) => this.client.uploadReadme(file, { ...upload, slug, replace }));
    } catch (error) {
      if (!(error instanceof MastheadError && error.replacement)) throw error;
      const choice = await this.#ask(error.replacement);
      if (choice === 'replace') return this.#send(file, slug, 'any');
      return choice === 'instead' ? this.#send(file, error.replacement.instead.slug) : undefined;
    }
  }

  /** `replace`, `instead`, or nothing. */
  #ask({ replaces, instead }: Replacement): Promise<string> {
    const place = replaces.slug === 'readme' ? 'your own page' : `“${replaces.slug}”`;
    this.find('[data-question]').textContent = `The file’s title is “${instead.title}”. It would take the place of “${replaces.title}”, ${place}. To keep both, it gets the address “${instead.slug}”.`;
    const dialog = this.#dialog;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }));
  }

  get #dialog(): HTMLDialogElement {
    return this.find<HTMLDialogElement>('dialog');
  }

  #forget(): void {
    this.find<HTMLFormElement>('form[data-session]').reset();
    this.#chosen(undefined);
  }

  #chosen(file: File | undefined): void {
    this.say('error', '');
    this.find('[data-hint]').textContent = file ? `${file.name}, ${size(file.size)}` : 'Choose a Markdown file, or drop one here.';
  }
}
