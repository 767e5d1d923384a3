// <masthead-readme-upload>: sends a README, and shows how much of it is on its way.

import { isAbort, MastheadElement } from './base.js';

export class MastheadReadmeUpload extends MastheadElement {
  #sending: AbortController | undefined;

  protected override setUp(): void {
    const form = this.find<HTMLFormElement>('form');
    const input = this.find<HTMLInputElement>('input[type="file"]');
    const drop = this.find('[data-drop]');
    const progress = this.find('[data-progress]');
    const bar = this.find<HTMLProgressElement>('progress');

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
      this.find<HTMLButtonElement>('button[type="submit"]').focus();
    });
    this.find('[data-cancel]').addEventListener('click', () => this.#sending?.abort());

    this.onSubmit(form, async () => {
      const file = input.files?.[0];
      if (!file) return;
      this.#sending = new AbortController();
      bar.value = 0;
      progress.hidden = false;
      try {
        const { slug } = await this.client.uploadReadme(file, {
          slug: this.find<HTMLInputElement>('[name="slug"]').value.trim() || undefined,
          onProgress: (share) => (bar.value = Math.round(100 * share)),
          signal: this.#sending.signal,
        });
        form.reset();
        this.#chosen(undefined);
        this.say('status', `“${file.name}” is sent; its report follows.`);
        this.tell('uploaded', { slug });
      } catch (error) {
        if (isAbort(error)) this.say('status', 'Stopped; nothing was published.');
        throw error;
      } finally {
        progress.hidden = true;
        this.#sending = undefined;
      }
    });
  }

  protected override follow(signedIn: boolean): void {
    if (!signedIn) this.#sending?.abort();
  }

  #chosen(file: File | undefined): void {
    this.say('error', '');
    this.find('[data-hint]').textContent = file ? `${file.name}, ${size(file.size)}` : 'Choose a Markdown file, or drop one here.';
  }
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`;
}
