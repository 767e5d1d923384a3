// <masthead-readme-upload>: sends a README, and shows how much of it is on its way.

import { MastheadElement } from './base.js';

export class MastheadReadmeUpload extends MastheadElement {
  protected override setUp(): void {
    const form = this.find<HTMLFormElement>('form');
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
      this.find<HTMLButtonElement>('button[type="submit"]').focus();
    });

    this.onSubmit(form, async () => {
      const file = input.files?.[0];
      if (!file) return;
      const slug = this.find<HTMLInputElement>('[name="slug"]').value.trim() || undefined;
      const sent = await this.whileSending('Stopped; nothing was published.', (upload) => this.client.uploadReadme(file, { ...upload, slug }));
      form.reset();
      this.#chosen(undefined);
      this.say('status', `“${file.name}” is sent; its report follows.`);
      this.tell('uploaded', { slug: sent.slug });
    });
  }

  protected override follow(signedIn: boolean): void {
    if (!signedIn) this.stopSending();
  }

  #chosen(file: File | undefined): void {
    this.say('error', '');
    this.find('[data-hint]').textContent = file ? `${file.name}, ${size(file.size)}` : 'Choose a Markdown file, or drop one here.';
  }
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`;
}
